"""The doors of a screening that several assessors fill: what each noted, and all of it as one screening."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from marshmallow import ValidationError
from sqlalchemy import Connection, RowMapping

from services import codes
from services.codes import ages
from services.codes.access import STAFF
from services.kernel.doors import Call, command, query
from services.kernel.envelope import moment
from services.kernel.errors import Invalid, Refused
from services.kernel.eventlog import Outcome, Unit
from services.kernel.questions import Json
from services.screening import answers, bodies, reading, schemas
from services.screening.domain import rulebook
from services.screening.domain.adoption import RULES, in_force
from services.screening.domain.facts import normalised
from services.screening.domain.gathering import Gathered, Reply, Sheet, gather, own_answers, own_refusals
from services.screening.domain.screening import SCREENING, NoteAnswers
from services.screening.projections import screenings, sheet
from services.thai import dates
from services.thai.order import require_order

ANSWERED_OTHERWISE = "A colleague answered this otherwise: say which answer counts."


class Gathering(reading.Reading):
    @command("case.screen", roles=STAFF, schema=schemas.NoteAnswers())
    def note_answers(self, call: Call, body: bodies.NoteAnswers) -> Outcome[answers.NotedAnswers]:
        """For colleagues who fill the same screening: the caller's own answers, without those that they only took over
        from others or from before. Nothing of it counts until somebody completes the screening."""
        case = self._case(call, body["case_id"], unless_closed=True)
        case_id, user, facts = case["case_id"], call.caller.user, body["facts"]
        day = dates.bangkok_day(call.at)
        require_known(in_force(self.runtime.state(RULES, rulebook.NAME), day), body, day)
        with birth_dates():
            normalised(facts, {}, day)  # as it will be read
        self.runtime.ensure_key(call, case["person_id"])
        known = self._known_before(case_id)
        declined = body["asked_declined"] or ()
        declined_before = self.runtime.read(lambda db: screenings.get_declined(db, case_id))
        told, opened = [*facts, *declined], self._opened(case_id)

        def work(unit: Unit) -> answers.NotedAnswers:
            reading.require_present(unit.db, case_id)
            require_order(call.at, opened)
            unit.handle(SCREENING, case_id, NoteAnswers(case["closed"]), call.if_match)
            there = self._sheet(unit.db, case)
            own = own_answers(facts, user, there, known)
            sealed = {name: (self._sealed(case, value), False) for name, value in own.items()}
            heard = own_refusals(declined, user, there, declined_before)
            sealed |= {name: (self._sealed(case, None), True) for name in heard}
            of = {"case_id": case_id, "user": user, "centre": case["centre"], "person_id": case["person_id"]}
            sheet.put(unit.db, of, sealed, unit.envelope.recorded, [*(body["of"] or ()), *told])
            return {"noted": sorted(sealed), "version": unit.version(SCREENING, case_id)}

        return self.runtime.execute(call.envelope(case["centre"]), work)

    @query("case.screen", roles=STAFF, schema=schemas.OfCase())
    def noted_answers(self, call: Call, body: bodies.OfCase) -> answers.SheetOfAnswers:
        """What assessors noted of a screening that is not complete, and where they do not agree."""
        case = self._case(call, body["case_id"])
        there = self.runtime.read(lambda db: self._sheet(db, case))
        if there:
            self.runtime.note_access(
                call.caller.user, "answers", [(f"case/{case['case_id']}", case["person_id"])]
            )
        found = gather({}, (), "", there)
        return {
            "answers": {name: [_noted(name, each) for each in replies] for name, replies in there.items()},
            "disputed": sorted(found.disputed),
        }

    def _gathered(
        self, db: Connection, call: Call, case: RowMapping, body: bodies.CompleteScreening
    ) -> Gathered:
        """What is told now with what others noted. Refused where they do not agree and nobody says which counts."""
        found = _gather(call, body, self._sheet(db, case))
        if found.disputed:
            raise Refused(
                "answered_otherwise",
                "Others answered otherwise.",
                {f"facts.{name}": [ANSWERED_OTHERWISE] for name in found.disputed},
            )
        return found

    def _told(self, call: Call, case: RowMapping, body: bodies.CompleteScreening) -> Gathered:
        """The same of a question, which decides nothing."""
        return _gather(call, body, self.runtime.read(lambda db: self._sheet(db, case)))

    def _sheet(self, db: Connection, case: RowMapping) -> Sheet:
        return sheet.get(db, case["case_id"], case["centre"], self.runtime.vault.unseal)

    def _sealed(self, case: RowMapping, value: Json) -> str:
        return self.runtime.vault.seal(case["person_id"], sheet.FIELD, {"is": value})

    def _known_before(self, case_id: str) -> dict[str, Json]:
        """What the form shows without anybody's answer: of the screening before, and of the case."""
        known = self.runtime.state(SCREENING, case_id).known
        return {**known, **self.runtime.read(lambda db: screenings.get_facts(db, case_id))}


def _gather(call: Call, body: bodies.CompleteScreening, there: Sheet) -> Gathered:
    declined, settled = body["asked_declined"] or (), body["settled"] or ()
    return gather(body["facts"], declined, call.caller.user, there, settled)


def _noted(name: str, reply: Reply) -> answers.NotedAnswer:
    value: Any = reply.value  # as its schema took it
    if name == "age" and value:
        told_on = dates.bangkok_day(moment(reply.at)).isoformat()  # unless another day was told
        value = {"on": told_on, **value}
    return {"user": reply.user, "value": value, "declined": reply.declined, "at": reply.at}


def require_known(book: rulebook.Rulebook, body: bodies.Told, day: date) -> None:
    """Invalid: a fact that neither the software nor the rules in force know, a value it cannot have, an answer to
    what the person did not want to answer, or an age on `day` that the birth date beside it cannot mean."""
    facts = body["facts"]
    added = {fact.code: schemas.added_fact(fact.kind, fact.codes) for fact in book.facts}
    told = {name: value for name, value in facts.items() if name not in schemas.KNOWN}
    errors = {name: ["Unknown field."] for name in told if name not in added}
    for name in told.keys() & added.keys():
        try:
            added[name].deserialize(told[name])
        except ValidationError as error:
            errors[name] = [str(each) for each in error.messages]
    wants = facts.get("wants")
    for place, path in enumerate(wants if isinstance(wants, list) else ()):
        if path not in book.paths and path not in codes.PATHS:
            errors[f"wants.{place}"] = [f"Must be one of: {', '.join(book.paths)}."]
    of_fields = {f"facts.{name}": messages for name, messages in errors.items()}
    for place, name in enumerate(body["asked_declined"] or ()):
        if name not in schemas.KNOWN and name not in added:
            of_fields[f"asked_declined.{place}"] = ["Not the name of a fact."]
        elif facts.get(name) is not None:
            of_fields[f"facts.{name}"] = [
                "Answered, and marked as not wanted to answer: take one of them away."
            ]
    if of_fields:
        raise Invalid(of_fields)
    birth, age = facts.get("birth_date"), facts.get("age")
    if birth and age:
        with birth_dates():
            born = dates.birth_date(birth, day)
        years = dates.age_on(born, day)
        unsure = 0 if born.day else 1  # without the day the law's birthday need not be the person's
        now = ages.aged(age, day)
        if not any(ages.can_be(now, years + off) for off in range(-unsure, unsure + 1)):
            raise Invalid({"facts.age": ["Not the age that follows from the birth date."]})


@contextmanager
def birth_dates() -> Iterator[None]:
    """A birth date that nobody alive has is an error of its field."""
    try:
        yield
    except dates.DateError as error:
        raise Invalid({"facts.birth_date": [str(error)]}) from None
