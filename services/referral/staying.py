"""Where somebody sleeps tonight: an interim bed, without a plan and by one worker alone."""

from dataclasses import replace
from datetime import date

from sqlalchemy import Connection, RowMapping

from services.codes.access import CASE_READERS, STAFF
from services.kernel.doors import Call, command, query
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Forbidden, NotFound
from services.kernel.eventlog import Outcome, Unit
from services.referral import answers, bodies, schemas
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.stays import STAYS, AskForBed, EndStay, ProlongStay, ResolveStay
from services.referral.domain.words import Status
from services.referral.projections import referrals, stays, upstream
from services.referral.reading import Reading
from services.thai.dates import utc_span
from services.thai.order import require_order

BED_SECONDS = 5.0
LIVING = (Status.ADMITTED, Status.PLACED)


class Staying(Reading):
    @command("stay.begin", roles=STAFF, schema=schemas.AskForBed())
    def ask_for_bed(self, call: Call, body: bodies.AskForBed) -> Outcome[answers.NewStay]:
        """Answers once a bed is held or refused, at most 5 s later (else asked)."""
        case_id, programme_id = body["case_id"], body["programme_id"]
        case, programme = self._own_case(call, case_id), self._programme(programme_id)
        stay_id = call.new_id("stay")

        def work(unit: Unit) -> answers.StayId:
            require_order(call.at, {"the case was opened": case.opened})
            # A closing or an arrival that comes at the same time waits for this, or this for it.
            known = upstream.lock_case(unit.db, case_id)
            assert known is not None, "it was found before"
            living = [unit.state(REFERRAL, id).status for id, _ in referrals.list_open(unit.db, case_id)]
            placed = any(status in LIVING for status in living)
            known = replace(known, died=bool(referrals.list_died(unit.db, [case_id])))
            asking = AskForBed(stay_id, known, programme, body["days"], placed, call.at)
            unit.handle(STAYS, case.person_id, asking, expected=call.if_match)
            return {"stay_id": stay_id}

        outcome = self.runtime.execute(call.envelope(case.centre), work)
        stay_id = outcome.answer["stay_id"]
        self.runtime.until(lambda db: stays.get_answered(db, stay_id), BED_SECONDS)
        now = self._stay(call, stay_id)
        answer: answers.NewStay = {
            "stay_id": stay_id,
            "status": now["status"],
            "until": now["until"],
            "version": now["version"],
        }
        return Outcome(answer, outcome.position)

    @command("stay.change", roles=STAFF, schema=schemas.ProlongStay())
    def prolong_stay(self, call: Call, body: bodies.ProlongStay) -> Outcome[answers.StayStatus]:
        return self._change(call, ProlongStay(body["stay_id"], body["days"]))

    @command("stay.change", roles=STAFF, schema=schemas.EndStay())
    def end_stay(self, call: Call, body: bodies.EndStay) -> Outcome[answers.StayStatus]:
        return self._change(call, EndStay(body["stay_id"], body["reason"], body["note"]))

    def _change(self, call: Call, change: ProlongStay | EndStay) -> Outcome[answers.StayStatus]:
        stay = self._stay(call, change.stay_id)
        if isinstance(change, EndStay) and change.note:
            self.runtime.ensure_key(call, stay["person_id"])

        def work(unit: Unit) -> answers.StayStatus:
            if unit.handle(STAYS, stay["person_id"], change, expected=call.if_match):
                first = date.fromisoformat(stay["first"])
                began, _ = utc_span(first, first)
                require_order(call.at, {"the stay began": instant(began)})
            after = unit.state(STAYS, stay["person_id"]).known[change.stay_id]
            version = unit.version(STAYS, stay["person_id"])
            return {"status": after.status, "until": after.until, "version": version}

        return self.runtime.execute(call.envelope(stay["centre"]), work)

    @query("stay.list", roles=CASE_READERS, schema=schemas.ListStays())
    def stays(self, call: Call, body: bodies.ListStays) -> answers.InterimStays:
        """Newest first."""
        centre = body["centre"]
        if centre is not None and not call.caller.sees(centre):
            raise Forbidden("This is not your centre.")
        seen = None if ALL_CENTRES in call.caller.centres else call.caller.centres
        centres = seen if centre is None else (centre,)
        return self.runtime.read(
            lambda db: stays.list_stays(
                db, centres, body["status"], body["case_id"], body["stay_id"], body["limit"], body["cursor"]
            )
        )

    def _stay(self, call: Call, stay_id: str) -> RowMapping:
        def find(db: Connection) -> RowMapping | None:
            row = stays.get(db, stay_id)
            return row if row is not None and call.caller.sees(row["centre"]) else None

        found = self.runtime.read(find)
        if found is None:
            self.runtime.catch_up("intake")  # its case may have been handed over to them
            found = self.runtime.read(find)
        if found is None:
            raise NotFound("stay")
        return found


def resolve(unit: Unit, case_id: str, person_id: str, status: Status) -> None:
    """Who arrived where they were referred needs the interim bed no more."""
    if status in LIVING:
        upstream.lock_case(unit.db, case_id)  # else who asks for a bed right now would not see the arrival
        unit.handle(STAYS, person_id, ResolveStay(case_id, "placed"))
