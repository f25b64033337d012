"""What screening's doors share: whose case it is, what a step follows, and that the person lives."""

from collections.abc import Mapping

from sqlalchemy import Connection, RowMapping

from services.codes.decisions import PERSON_DIED
from services.kernel.doors import Call, Doors
from services.kernel.errors import NotFound, Refused
from services.screening.projections import upstream


class Reading(Doors):
    def _case(self, call: Call, case_id: str, unless_closed: bool = False) -> RowMapping:
        """The case, if it is the caller's to know. Before a closed one is refused, intake is asked whether it was
        reopened."""

        def find(db: Connection) -> RowMapping | None:
            return upstream.get_case(db, case_id)

        found = self.runtime.get_or_pull(find, "intake")
        if not call.caller.sees(found["centre"]):
            self.runtime.catch_up("intake")  # it may have been handed over to them
            found = self.runtime.get_or_pull(find)
        if not call.caller.sees(found["centre"]):
            raise NotFound("case")
        if unless_closed and found["closed"]:
            self.runtime.catch_up("intake")
            found = self.runtime.get_or_pull(find)
        return found

    def _opened(self, case_id: str, screened: str | None = None) -> Mapping[str, str | None]:
        """What a step follows, for require_order. It is asked within the command, so that who asks again for an answer
        gets it, whatever has happened since."""
        opened = self.runtime.read(lambda db: upstream.get_opening(db, case_id))
        return {"the case was opened": opened, "the person was screened": screened}


def require_present(db: Connection, case_id: str) -> None:
    """Nothing new is found out, decided or planned of somebody whose data was erased, or who died."""
    require_kept(db, case_id)
    require_alive(db, case_id)


def require_kept(db: Connection, case_id: str) -> None:
    """Asked of what was heard, since a key that is destroyed may be remembered for a while."""
    if upstream.is_erased(db, case_id):
        raise Refused("erased", "This person's data was erased; nothing more can be said of them.")


def require_alive(db: Connection, case_id: str) -> None:
    if upstream.has_died(db, case_id):
        raise Refused("person_died", PERSON_DIED)
