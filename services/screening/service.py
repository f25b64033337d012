"""Screening's doors. Each parses, hands over one command or question, and answers."""

from datetime import date

from services.codes.access import CASE_READERS, STAFF
from services.kernel import owners
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound, Unavailable
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Body
from services.kernel.wiring import Reaction, Wiring
from services.screening import (
    answers,
    bodies,
    caring,
    erasing,
    gathering,
    handlers,
    meetings,
    projections,
    reading,
    rederiving,
    schemas,
)
from services.screening.domain import assessment, form, next_question, rulebook
from services.screening.domain.adoption import (
    RULES,
    AdoptRules,
    form_in_force,
    in_force,
    lifted,
)
from services.screening.domain.care import CARE
from services.screening.domain.drafts import DRAFT
from services.screening.domain.meeting import MEETING
from services.screening.domain.membership import GROUP
from services.screening.domain.minutes import MINUTES
from services.screening.domain.plan import PLAN
from services.screening.domain.screening import (
    SCREENING,
    CompleteScreening,
    assessed,
    corrected_since,
    declined,
)
from services.screening.domain.verdicts import Verdicts
from services.screening.events import ScreeningCompleted
from services.screening.gathering import birth_dates, require_known
from services.screening.projections import minutes, plans, screenings, sheet, upstream
from services.thai import dates
from services.thai.order import require_order

WIRING = Wiring(
    service="screening",
    aggregates=(SCREENING, PLAN, CARE, MINUTES, GROUP, MEETING, RULES, DRAFT),
    projections=projections.PROJECTIONS,
    hears={
        "intake": {
            "CaseOpened": (Reaction(schemas.CaseOpened(), handlers.when_case_opened),),
            owners.TRANSFER: (),
            "PersonCorrected": (),
            "CaseClosed": (),
            "CaseReopened": (),
            **{type: () for type in upstream.ERASURES},
        },
        "partners": {type: () for type in upstream.PROGRAMME_FACTS},
        "referral": {type: () for type in upstream.ENDINGS},
    },
    invariants=projections.invariants,
    tables=sheet.TABLES,
    grows=sheet.GROWS,
)

AGE_SECONDS = 2.0  # to ask intake for an age


class ScreeningService(
    erasing.Erasing, caring.Caring, meetings.Meetings, rederiving.Rederiving, gathering.Gathering
):
    name = "screening"
    runtime = Runtime(WIRING)

    @command("case.screen", roles=STAFF, schema=schemas.CompleteScreening())
    def complete(self, call: Call, body: bodies.CompleteScreening) -> Outcome[answers.NewScreening]:
        case = self._case(call, body["case_id"], unless_closed=True)
        case_id, screening_id, day = case["case_id"], call.new_id("screening"), dates.bangkok_day(call.at)
        corrected = self._of_person(call, case_id, day)
        opened = self._opened(case_id)
        self.runtime.catch_up("referral")

        def work(unit: Unit) -> answers.NewScreening:
            reading.require_present(unit.db, case_id)
            require_order(call.at, opened)
            book = in_force(unit.state(RULES, rulebook.NAME), day)
            require_known(book, body, day)
            asked = form_in_force(unit.state(RULES, form.NAME), day).form
            found = self._gathered(unit.db, call, case, body)
            screening = CompleteScreening(
                screening_id, case_id, found.facts, day, book, case["closed"], corrected, asked, found.declined,
                found.by, call.caller.user,
            )  # fmt: skip
            [completed] = unit.handle(SCREENING, case_id, screening, call.if_match)
            assert isinstance(completed, ScreeningCompleted)
            sheet.clear(unit.db, case_id)
            return {
                **screenings.assessed(book, completed.facts, assessment.assess(book, completed.facts)),
                "screening_id": screening_id,
                "asked_declined": completed.asked_declined or [],
                "answered_by": completed.answered_by or {},
                "form": {"id": completed.form["id"], "version": completed.form["version"]},
                "version": unit.version(SCREENING, case_id),
            }

        with birth_dates():
            return self.runtime.execute(call.envelope(case["centre"]), work)

    @query("case.screen", roles=STAFF, schema=schemas.Assess())
    def assess(self, call: Call, body: bodies.Assess) -> answers.WouldFind:
        """What a screening with these answers would find. Nothing is kept."""
        case = self._case(call, body["case_id"])
        day = body["day"] or dates.bangkok_day(call.now)
        book = in_force(self.runtime.state(RULES, rulebook.NAME), day)
        corrected = self._of_person(call, case["case_id"], day)
        known = {**self.runtime.state(SCREENING, case["case_id"]).known, **corrected}
        require_known(book, body, day)
        told = self._told(call, case, body)
        with birth_dates():
            facts, outcome = assessed(book, told.facts, known, day)
        form_now = form_in_force(self.runtime.state(RULES, form.NAME), day)
        not_told = declined(told.declined, facts)
        following = next_question.next_question(book, form_now, facts, not_told)
        found = screenings.assessed(book, facts, outcome)
        hidden = form.not_shown(form_now, Verdicts(book, facts).facts)
        not_asked = list(dict.fromkeys([*found["not_asked"], *hidden]))
        return {
            **found,
            "not_asked": not_asked,
            "needed": next_question.needed(book, form_now, facts, outcome.ask, not_told),
            "next": following,
            "disputed": sorted(told.disputed),
        }

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def screening(self, call: Call, body: bodies.OfCase) -> answers.Screening | None:
        case_id = self._case(call, body["case_id"])["case_id"]
        return self.runtime.read(lambda db: screenings.get(db, case_id))

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def screenings(self, call: Call, body: bodies.OfCase) -> answers.Screenings:
        """All of a case, the latest first, each with what had changed since the one before."""
        case_id = self._case(call, body["case_id"])["case_id"]
        return {"items": self.runtime.read(lambda db: screenings.list_screenings(db, case_id))}

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def next_question(self, call: Call, body: bodies.OfCase) -> answers.NextQuestion | None:
        """By the rules in force and what is known of the case today; None also of whom nobody is asked any more."""
        case = self._case(call, body["case_id"])
        case_id, day = case["case_id"], dates.bangkok_day(call.now)
        latest, not_told, corrected, over = self.runtime.read(
            lambda db: (
                screenings.get_facts(db, case_id),
                screenings.get_declined(db, case_id),
                upstream.get_corrections(db, case_id),
                case["closed"] or upstream.is_erased(db, case_id) or upstream.has_died(db, case_id),
            )
        )
        if over:
            return None
        of_case = self.runtime.state(SCREENING, case_id).known
        known = {**of_case, **self._of_person(call, case_id, day)}
        told = corrected_since(latest, of_case, corrected)
        book = in_force(self.runtime.state(RULES, rulebook.NAME), day)
        asked = form_in_force(self.runtime.state(RULES, form.NAME), day)
        return next_question.next_question(book, asked, assessed(book, told, known, day)[0], not_told)

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def plan(self, call: Call, body: bodies.OfCase) -> answers.Plan | None:
        case_id = self._case(call, body["case_id"])["case_id"]
        found, kept, erased = self.runtime.read(
            lambda db: (
                plans.get(db, case_id),
                minutes.list_kept(db, case_id),
                upstream.is_erased(db, case_id),
            )
        )
        if found is None:
            return None
        plan, sealed = found
        if sealed:
            self.runtime.note_access(call.caller.user, "minutes", [(f"case/{case_id}", plan["person_id"])])
            words = self._as_written(plan["person_id"], sealed, erased)
            plan["minutes"] = words or self._kept(kept.get(plan["plan_id"]))
            self._with_votes(plan, erased)
        return plan

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def plans(self, call: Call, body: bodies.OfCase) -> answers.Plans:
        """A later decision takes the place of an earlier one, which stays as it was written."""
        case = self._case(call, body["case_id"])
        case_id = case["case_id"]
        agreed, kept, erased = self.runtime.read(
            lambda db: (
                plans.list_plans(db, case_id),
                minutes.list_kept(db, case_id),
                upstream.is_erased(db, case_id),
            )
        )
        if any(sealed for _, sealed in agreed):
            self.runtime.note_access(call.caller.user, "minutes", [(f"case/{case_id}", case["person_id"])])
        for plan, sealed in agreed:
            if sealed:
                words = self._as_written(plan["person_id"], sealed, erased)
                plan["minutes"] = words or self._kept(kept.get(plan["plan_id"]))
                self._with_votes(plan, erased)
        return {"items": [plan for plan, _ in agreed]}

    def _with_votes(self, plan: answers.Plan, erased: bool) -> None:
        """How everybody voted in the meeting that looked at what was decided between meetings."""
        if plan["ratification"]:
            sealed = self.runtime.read(lambda db: plans.get_ratifying(db, plan["plan_id"]))
            told = (
                None
                if erased or not sealed
                else self.runtime.vault.unseal(plan["person_id"], "minutes", sealed)
            )
            plan["ratification"]["minutes"] = told or None

    @command("rules.lift", roles=("director", "admin"), schema=schemas.AdoptRules())
    def adopt_rules(self, call: Call, body: bodies.AdoptRules) -> Outcome[answers.AdoptedRules]:
        """Puts on record one of the versions that counted before there were drafts; any other needs two people."""
        version = body["rules_version"] or [*rulebook.LIFTED][-1]
        if version not in rulebook.LIFTED:
            raise Invalid({"rules_version": [f"Must be one of: {', '.join(rulebook.LIFTED)}."]})
        book = lifted(version)
        adoption = AdoptRules(rulebook.NAME, version, book.valid_from, book.content)

        def work(unit: Unit) -> answers.AdoptedRules:
            unit.handle(RULES, rulebook.NAME, adoption, call.if_match)
            return {
                "name": rulebook.NAME,
                "rules_version": version,
                "valid_from": book.valid_from,
                "sha256": book.sha256,
                "version": unit.version(RULES, rulebook.NAME),
            }

        return self.runtime.execute(call.envelope(ALL_CENTRES), work)

    def _of_person(self, call: Call, case_id: str, day: date) -> Body:
        """What was corrected of the person, and the age on the day by the birth date, which intake alone knows. If it
        cannot be asked, the age of when the case was opened grows older (codes.ages)."""
        corrected = self.runtime.read(lambda db: upstream.get_corrections(db, case_id))
        try:
            told = self.runtime.ask(
                "intake", "age", call, {"case_id": case_id, "day": day.isoformat()}, AGE_SECONDS
            )
        except (Unavailable, NotFound, Forbidden, Invalid):
            return corrected
        return {**corrected, "age": told["age"]} if told["age"] else corrected
