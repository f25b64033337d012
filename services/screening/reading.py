"""What screening's doors share: whose case it is."""

from sqlalchemy import Connection, RowMapping

from services.kernel.doors import Call, Doors
from services.kernel.errors import NotFound
from services.screening.projections import upstream


class Reading(Doors):
    def _case(self, call: Call, case_id: str, unless_closed: bool = False) -> RowMapping:
        """The case, if it is the caller's to know. Before a closed one is refused, intake is asked whether it was
        reopened."""

        def find(db: Connection) -> RowMapping | None:
            return upstream.get_case(db, case_id)

        found = self.runtime.get_or_pull(find, "intake")
        if not call.caller.sees(found["centre"]):
            raise NotFound("case")
        if unless_closed and found["closed"]:
            self.runtime.catch_up("intake")
            found = self.runtime.get_or_pull(find)
        return found
