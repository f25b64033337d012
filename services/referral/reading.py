"""What referral's doors share: whose referral it is, and what others have said by now."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from sqlalchemy import Connection, RowMapping

from services.kernel.doors import Call, Doors
from services.kernel.errors import NotFound
from services.kernel.runtime import ServiceRuntime
from services.referral import answers
from services.referral.domain.words import Case, Programme
from services.referral.projections import referrals, upstream

T = TypeVar("T")


def is_theirs(call: Call, referral: RowMapping) -> bool:
    """A partner has its own referrals, everybody else those of their centres."""
    if call.caller.partner_id is not None:
        return bool(referral["partner_id"] == call.caller.partner_id)
    return call.caller.sees(referral["centre"])


class Reading(Doors):
    def _own(self, call: Call, referral_id: str) -> RowMapping:
        """The referral, if it is the caller's to know."""

        def find(db: Connection) -> RowMapping | None:
            row = referrals.get(db, referral_id)
            return row if row is not None and is_theirs(call, row) else None

        found = self.runtime.read(find)
        if found is None:
            self.runtime.catch_up("intake")  # its case may have been handed over to them
            found = self.runtime.read(find)
        if found is None:
            raise NotFound("referral")
        return found

    def _referral(self, referral_id: str) -> RowMapping:
        found = self.runtime.read(lambda db: referrals.get(db, referral_id))
        if found is None:
            raise NotFound("referral")
        return found

    def _own_case(self, call: Call, case_id: str) -> Case:
        """A case of the caller's centres. Before one that is closed or another's is refused, intake's log is heard."""
        case = self._upstream(
            lambda db: upstream.get_case(db, case_id),
            lambda case: not case.closed and call.caller.sees(case.centre),
            "intake",
        )
        if case is None or not call.caller.sees(case.centre):
            raise NotFound("case")
        return case

    def _programme(self, programme_id: str) -> Programme:
        found = self._upstream(
            lambda db: upstream.get_programme(db, programme_id), lambda known: not known.retired, "partners"
        )
        if found is None:
            raise NotFound("programme", "programme_id")
        return found

    def _upstream(
        self, find: Callable[[Connection], T | None], will_do: Callable[[T], bool], source: str
    ) -> T | None:
        """What we know, if it will do; else what we know having heard the source's log to its head (None: nothing)."""

        def good(db: Connection) -> T | None:
            found = find(db)
            return found if found is not None and will_do(found) else None

        try:
            return self.runtime.get_or_pull(good, source)
        except NotFound:
            return self.runtime.read(find)


def unseal(
    runtime: ServiceRuntime, item: answers.HistoryItem, sealed: Mapping[str, str], person_id: str
) -> None:
    """Add the words of a step that the centre's own staff read."""
    words = {name: runtime.vault.unseal(person_id, name, text) or None for name, text in sealed.items()}
    if "to" in words:
        item["to"] = words["to"]
    if "said_by" in words:
        item["said_by"] = words["said_by"]
    if "note" in words:
        item["note"] = words["note"]
    if "wellbeing" in words:
        item["wellbeing"] = words["wellbeing"]
    if "witness" in words:
        item["witness"] = words["witness"]
    if "family" in words:
        item["family"] = words["family"]
    if "escort" in words:
        item["escort"] = words["escort"]
    if "handed_to" in words:
        item["handed_to"] = words["handed_to"]
