"""The list of a place and who is sent there before others on it: asked of partners, whose list it is, and held against
who could be sent there as well, which only we know (decision 64)."""

from collections.abc import Sequence
from typing import TypedDict

from sqlalchemy import Connection

from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import FIT_SECONDS
from services.codes.overrides import passed_over
from services.kernel.doors import Call, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.referral import answers, bodies, reading, schemas
from services.referral.domain.words import Programme
from services.referral.projections import consents, referrals, upstream


class StandingBefore(TypedDict):
    """What partners tell of their list."""

    places_free: int
    before: Sequence[str] | None


class Ordering(reading.Reading):
    @query("referral.send", roles=STAFF, schema=schemas.OfProgramme())
    def those_before(self, call: Call, body: bodies.OfProgramme) -> answers.ThoseBefore:
        """So that whoever sends is asked why before it is sent. Nothing is kept."""
        case = self._own_case(call, body["case_id"])
        programme = self._programme(body["programme_id"])
        return {"before": self._passed_over(call, case.case_id, programme)}

    @query("referral.list", roles=CASE_READERS, schema=schemas.AtProgramme())
    def taken_first(self, call: Call, body: bodies.AtProgramme) -> answers.TakenFirst:
        """Who was sent to a place before others on its list, the latest first: of the caller's centres."""
        programme = self._programme(body["programme_id"])
        centres = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        return {"items": self.runtime.read(lambda db: referrals.list_taken_first(db, programme, centres))}

    def _passed_over(self, call: Call, case_id: str, programme: Programme) -> int | None:
        """Of the case's own centre; None: nobody can say just now."""
        body = {"programme_id": programme.programme_id, "case_id": case_id}
        try:
            found: StandingBefore = self.runtime.ask("partners", "standing_before", call, body, FIT_SECONDS)
        except (Unavailable, NotFound, Forbidden, Invalid):
            return None
        free, before = found["places_free"], found["before"]
        if before is None or not 0 < free <= len(before):
            return 0
        could_go = self.runtime.read(lambda db: [each for each in before if _could_go(db, each, programme)])
        return passed_over(before, could_go, free)


def _could_go(db: Connection, case_id: str, programme: Programme) -> bool:
    """Whether the working group's plan leads there and nothing stands against it."""
    plan = upstream.get_plan(db, case_id)
    if plan is None or plan.closed or not plan.covers(programme):
        return False
    return not (
        upstream.is_closed(db, case_id)
        or referrals.list_open(db, case_id)
        or referrals.list_died(db, [case_id])
        or consents.is_data_refused(db, case_id)
    )
