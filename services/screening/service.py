"""Screening's doors. Each parses, hands over one command or question, and answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date

from marshmallow import ValidationError
from sqlalchemy import Connection

from services.codes import PLAN_PATHS, TONIGHT
from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import FIT_SECONDS, PERSON_DIED, fit_warnings
from services.kernel.doors import Call, Runtime, command, query
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Unavailable
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Body
from services.kernel.wiring import Reaction, Wiring
from services.screening import answers, bodies, erasing, handlers, projections, rederiving, schemas
from services.screening.domain import assessment, form, procedure, rulebook
from services.screening.domain.adoption import (
    RULES,
    AdoptRules,
    form_in_force,
    in_force,
    lifted,
    procedure_in_force,
)
from services.screening.domain.drafts import DRAFT
from services.screening.domain.minutes import MINUTES
from services.screening.domain.plan import PLAN, AgreePlan
from services.screening.domain.screening import SCREENING, CompleteScreening, assessed
from services.screening.events import ScreeningCompleted
from services.screening.projections import minutes, plans, screenings, upstream
from services.thai import dates, names
from services.thai.order import require_order

WIRING = Wiring(
    service="screening",
    aggregates=(SCREENING, PLAN, MINUTES, RULES, DRAFT),
    projections=projections.PROJECTIONS,
    hears={
        "intake": {
            "CaseOpened": (Reaction(schemas.CaseOpened(), handlers.when_case_opened),),
            "PersonCorrected": (),
            "CaseClosed": (),
            "CaseReopened": (),
            **{type: () for type in upstream.ERASURES},
        },
        "partners": {type: () for type in upstream.PROGRAMME_FACTS},
        "referral": {type: () for type in upstream.ENDINGS},
    },
    invariants=projections.invariants,
)

SOUND_ALIKE = "members_sound_alike"
AGE_SECONDS = 2.0  # to ask intake for an age


class ScreeningService(erasing.Erasing, rederiving.Rederiving):
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
            if upstream.is_erased(unit.db, case_id):
                raise Refused(
                    "erased", "This person's data was erased; nothing more can be found out about them."
                )
            _alive(unit.db, case_id)
            require_order(call.at, opened)
            book = in_force(unit.state(RULES, rulebook.NAME), day)
            _require_known(book, body["facts"])
            asked = form_in_force(unit.state(RULES, form.NAME), day).form
            screening = CompleteScreening(
                screening_id, case_id, body["facts"], day, book, case["closed"], corrected, asked
            )
            [completed] = unit.handle(SCREENING, case_id, screening, call.if_match)
            assert isinstance(completed, ScreeningCompleted)
            return {
                **screenings.assessed(book, completed.facts, assessment.assess(book, completed.facts)),
                "screening_id": screening_id,
                "form": {"id": completed.form["id"], "version": completed.form["version"]},
                "version": unit.version(SCREENING, case_id),
            }

        with _birth_dates():
            return self.runtime.execute(call.envelope(case["centre"]), work)

    @query("case.screen", roles=STAFF, schema=schemas.Assess())
    def assess(self, call: Call, body: bodies.Assess) -> answers.Assessment:
        """What a screening with these answers would find. Nothing is kept."""
        case = self._case(call, body["case_id"])
        day = body["day"] or dates.bangkok_day(call.now)
        book = in_force(self.runtime.state(RULES, rulebook.NAME), day)
        corrected = self._of_person(call, case["case_id"], day)
        known = {**self.runtime.state(SCREENING, case["case_id"]).known, **corrected}
        _require_known(book, body["facts"])
        with _birth_dates():
            return screenings.assessed(book, *assessed(book, body["facts"], known, day))

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def screening(self, call: Call, body: bodies.OfCase) -> answers.Screening | None:
        case_id = self._case(call, body["case_id"])["case_id"]
        return self.runtime.read(lambda db: screenings.get(db, case_id))

    @command("plan.agree", roles=STAFF, schema=schemas.AgreePlan())
    def agree_plan(self, call: Call, body: bodies.AgreePlan) -> Outcome[answers.NewPlan]:
        case = self._case(call, body["case_id"], unless_closed=True)
        case_id, person_id, plan_id = case["case_id"], case["person_id"], call.new_id("plan")
        screening = self.runtime.read(lambda db: screenings.get(db, case_id))
        follows = self._opened(case_id, screening["completed_at"] if screening else None)
        one, several = body["programme_id"], body["programme_ids"]
        programme_ids = several or ([one] if one else [])
        field = "programme_ids" if several else "programme_id"
        offers = [self._programme(each) for each in programme_ids]
        day = dates.bangkok_day(call.at)
        voters = [names.fold(names.without_title(member["name"])) for member in body["members"]]
        warnings = [SOUND_ALIKE] if len({*voters}) < len(voters) else []
        warnings += self._fit(call, case_id, programme_ids)
        self.runtime.ensure_key(call, person_id)
        self.runtime.catch_up("referral")

        def work(unit: Unit) -> answers.NewPlan:
            _alive(unit.db, case_id)
            require_order(call.at, follows)
            for offered in offers:
                if offered.path != body["path"]:
                    raise Invalid(
                        {field: [f"This programme is for the path {offered.path}, not {body['path']}."]}
                    )
                if offered.retired:
                    raise Refused("retired", "This programme is retired: nobody is planned there any more.")
            book = in_force(unit.state(RULES, rulebook.NAME), day)
            if body["path"] not in {*PLAN_PATHS, *book.paths} - {TONIGHT}:
                raise Invalid({"path": [f"Must be one of: {', '.join(book.paths)}."]})
            screening = unit.state(SCREENING, case_id)
            rules = procedure_in_force(unit.state(RULES, procedure.NAME), day)
            agreement = AgreePlan(
                plan_id=plan_id,
                case_id=case_id,
                person_id=person_id,
                members=body["members"],
                path=body["path"],
                programme_ids=programme_ids,
                why=body["why"],
                goals=body["goals"],
                quorum=rules.quorum_of(case["centre"]),
                screened=screening.screening_id is not None,
                closed=case["closed"],
                shut=screening.shut(body["path"]),
                override=body["override"],
                screening_id=screening.screening_id,
                procedure=rules.version,
            )
            unit.handle(PLAN, case_id, agreement, call.if_match)
            return {"plan_id": plan_id, "version": unit.version(PLAN, case_id), "warnings": warnings}

        return self.runtime.execute(call.envelope(case["centre"]), work)

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
        return plan

    @query("case.read", roles=CASE_READERS, schema=schemas.OfCase())
    def quorum(self, call: Call, body: bodies.OfCase) -> answers.Quorum:
        """What a decision on this case needs."""
        centre = self._case(call, body["case_id"])["centre"]
        adopted = self.runtime.state(RULES, procedure.NAME)
        rules = procedure_in_force(adopted, dates.bangkok_day(call.now))
        votes, chair = rules.quorum_of(centre)
        return {"votes": votes, "chair": chair, "own": centre in rules.centres}

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

    def _programme(self, programme_id: str) -> upstream.Programme:
        """A programme that a plan names, as partners has it now; NotFound for one nobody offered."""

        def find(db: Connection) -> upstream.Programme | None:
            return upstream.get_programme(db, programme_id)

        found = self.runtime.get_or_pull(find, "partners")
        if found.retired:  # it may have been taken up again
            self.runtime.catch_up("partners")
            found = self.runtime.get_or_pull(find)
        return found

    def _fit(self, call: Call, case_id: str, programme_ids: list[str]) -> list[str]:
        """What partners' matching says of the programmes that a plan names, as warnings."""
        if not programme_ids:
            return []
        body = {"case_id": case_id, "programme_ids": programme_ids, "wait": FIT_SECONDS / 2}
        try:
            told = self.runtime.ask("partners", "matches", call, body, FIT_SECONDS)
        except (Unavailable, NotFound, Forbidden, Invalid):
            return fit_warnings(())
        return fit_warnings([each["verdict"] for each in told["candidates"]])

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

    def _opened(self, case_id: str, screened: str | None = None) -> Mapping[str, str | None]:
        """What a step follows, for require_order. It is asked within the command, so that who asks again for an answer
        gets it, whatever has happened since."""
        opened = self.runtime.read(lambda db: upstream.get_opening(db, case_id))
        return {"the case was opened": opened, "the person was screened": screened}


def _require_known(book: rulebook.Rulebook, facts: Body) -> None:
    """Invalid: a fact that neither the software nor the rules in force know, or a value it cannot have."""
    added = {fact.code: schemas.added_fact(fact.kind, fact.codes) for fact in book.facts}
    told = {name: value for name, value in facts.items() if name not in schemas.KNOWN}
    errors = {name: ["Unknown field."] for name in told if name not in added}
    for name in told.keys() & added.keys():
        try:
            added[name].deserialize(told[name])
        except ValidationError as error:
            errors[name] = [str(each) for each in error.messages]
    if errors:
        raise Invalid({f"facts.{name}": messages for name, messages in errors.items()})


def _alive(db: Connection, case_id: str) -> None:
    if upstream.has_died(db, case_id):
        raise Refused("person_died", PERSON_DIED)


@contextmanager
def _birth_dates() -> Iterator[None]:
    """A birth date that nobody alive has is an error of its field."""
    try:
        yield
    except dates.DateError as error:
        raise Invalid({"facts.birth_date": [str(error)]}) from None
