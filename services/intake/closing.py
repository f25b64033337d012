"""A case is closed, with what is open of it; opened again; and whether its person is back from a placement."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import RowMapping

from services.codes.access import CASE_READERS, STAFF
from services.intake import answers, bodies, reading, schemas
from services.intake.domain.case import CASE, CloseCase, ReopenCase, closing_reasons
from services.intake.domain.returning import REOPENED as BY_REOPENING
from services.intake.domain.returning import Episode, NoteReturn
from services.intake.domain.status import CLOSED, CLOSING, REOPENED, Step, case_status, standing
from services.intake.projections import cases, closings, elsewhere, episodes, work
from services.kernel.doors import Call, command, query
from services.kernel.envelope import instant
from services.kernel.eventlog import Outcome, Unit
from services.thai import dates
from services.thai.order import require_order


class Closing(reading.Reading):
    @command("case.close", roles=STAFF, schema=schemas.CloseCase())
    def close_case(self, call: Call, body: bodies.CloseCase) -> Outcome[answers.CaseClosing]:
        """What is open of the case, as referral has it now, ends with it: that is referral's to do when it hears."""
        row = self._own(call, body["case_id"])
        ends = self._open_ends(row)
        self.runtime.catch_up("screening")

        def work(unit: Unit) -> answers.CaseClosing:
            steps = cases.get_steps(unit.db, row["case_id"])
            closing = CloseCase(**body, **standing(steps, ends))
            return {**self._change(call, unit, row, steps, closing, CLOSED), "ends": ends}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @query("case.close", roles=STAFF, schema=schemas.OfCase())
    def open_ends(self, call: Call, body: bodies.OfCase) -> answers.OpenEnds:
        """What would end with the case if it were closed now, and why it may be closed."""
        row = self._own(call, body["case_id"])
        ends, steps = self._open_ends(row), self.runtime.read(lambda db: cases.get_steps(db, row["case_id"]))
        return {"ends": ends, "reasons": closing_reasons(**standing(steps, ends))}

    def _open_ends(self, row: RowMapping) -> list[answers.OpenReferral]:
        self.runtime.catch_up("referral")
        return self.runtime.read(lambda db: work.list_under_way(db, row["case_id"]))

    @command("case.reopen", roles=STAFF, schema=schemas.ChangeCase())
    def reopen_case(self, call: Call, body: bodies.ChangeCase) -> Outcome[answers.CaseStatus]:
        row, day = self._own(call, body["case_id"]), dates.bangkok_day(call.at)
        self.runtime.catch_up("referral")  # how the placement ended that the person comes back from

        def work(unit: Unit) -> answers.CaseStatus:
            steps = cases.get_steps(unit.db, row["case_id"])
            changed = self._change(call, unit, row, steps, ReopenCase(**body), REOPENED)
            self._note_return(unit, row["case_id"], [row["case_id"]], day, BY_REOPENING)
            return {**changed, "version": unit.version(CASE, row["case_id"])}

        return self.runtime.execute(call.envelope(row["centre"]), work)

    @query("case.list", roles=CASE_READERS, schema=schemas.ListReturns())
    def returned(self, call: Call, body: bodies.ListReturns) -> answers.Returned:
        """Placements that were over when their person came back, here or to another centre, the latest first."""
        centres = self._centres(call, body["centre"])
        return self.runtime.read(
            lambda db: elsewhere.list_returned(db, centres, body["limit"], body["cursor"])
        )

    def _change(
        self,
        call: Call,
        unit: Unit,
        row: RowMapping,
        steps: Mapping[str, Step],
        change: CloseCase | ReopenCase,
        closing: str,
    ) -> answers.CaseStatus:
        if unit.handle(CASE, change.case_id, change, call.if_match):
            steps = {**steps, CLOSING: Step(closing, instant(call.now))}
            changed = closings.get_last(unit.db, change.case_id)
            require_order(
                call.at, {"the case was opened": row["opened"], "it was last closed or opened again": changed}
            )
        return {"status": case_status(steps), "version": unit.version(CASE, change.case_id)}

    def _note_return(
        self,
        unit: Unit,
        case_id: str,
        cases_before: Sequence[str],
        on: date,
        because: str,
        abroad: Episode | None = None,
    ) -> None:
        """The person comes back from a placement that was over, as far as there was one: the last of those of these
        cases, or of another centre."""
        here = episodes.get_last(unit.db, cases_before, on) if cases_before else None
        if abroad and (here is None or abroad.ended > here.ended):
            unit.handle(CASE, case_id, NoteReturn(case_id, abroad, on, because, elsewhere=True))
        elif here:
            unit.handle(CASE, case_id, NoteReturn(case_id, here, on, because))
