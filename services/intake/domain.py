"""The rules of opening, closing and reopening a case and of knowing its person, and where a case stands. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from typing import Any, NamedTuple, assert_never

from services.intake.events import (
    CaseClosed,
    CaseEvent,
    CaseOpened,
    CaseReopened,
    ConsentRecorded,
    Domicile,
    PersonCorrected,
    PersonEvent,
    PersonIdentified,
)
from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import SYSTEM
from services.kernel.errors import Invalid, Refused
from services.thai import areas, dates, idcard

REASON_CODE = re.compile(r"[a-z0-9_]{1,40}")
OTHER = "other"


@dataclass(frozen=True)
class Description:
    """What is known of a person. `birth_date` is "1957", "1957-05" or "1957-05-12" (CE), `age_band` "60-69"; an exact or
    partial birth date counts before the band."""

    identity_status: str
    sex: str
    nationality: str
    domicile: list[Domicile]
    name: dict[str, str] | None = None
    national_id: str | None = None
    birth_date: str | None = None
    age_band: str | None = None


@dataclass(frozen=True)
class OpenCase:
    """`on` is the day the person came (Asia/Bangkok), `found` a subdistrict code, `place` and `note` free words."""

    case_id: str
    case_number: str
    centre: str
    person_id: str
    channel: str
    danger: str
    person: Description
    on: date
    found: str | None = None
    place: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordConsent:
    case_id: str
    referral_id: str
    status: str


@dataclass(frozen=True)
class CloseCase:
    """`reason` is a code (kept open) or words (sealed with the note)."""

    case_id: str
    reason: str
    note: str | None = None


@dataclass(frozen=True)
class ReopenCase:
    """`reason` as in CloseCase."""

    case_id: str
    reason: str
    note: str | None = None


Command = OpenCase | RecordConsent | CloseCase | ReopenCase


@dataclass(frozen=True)
class Case:
    """`person_id` is None until the case is opened."""

    person_id: str | None = None
    closed: bool = False
    consents: frozenset[str] = field(default=frozenset())


def decide(command: Command, case: Case) -> list[CaseEvent]:
    person_id = case.person_id
    match command:
        case OpenCase():
            return [] if person_id else [_opened(command)]
        case _ if person_id is None:
            raise Refused("wrong_state", "The case has not been opened.")
        case RecordConsent(case_id, referral_id, status):
            again = referral_id in case.consents
            return [] if again else [ConsentRecorded(case_id, person_id, referral_id, status)]
        case CloseCase(case_id):
            return [] if case.closed else [CaseClosed(case_id, person_id, *_told(command))]
        case ReopenCase(case_id):
            return [CaseReopened(case_id, person_id, *_told(command))] if case.closed else []
    assert_never(command)


def evolve(case: Case, event: CaseEvent) -> Case:
    match event:
        case CaseOpened():
            return Case(event.person_id)
        case ConsentRecorded():
            return replace(case, consents=case.consents | {event.referral_id})
        case CaseClosed():
            return replace(case, closed=True)
        case CaseReopened():
            return replace(case, closed=False)
    assert_never(event)


def _opened(command: OpenCase) -> CaseOpened:
    person = command.person
    return CaseOpened(
        command.case_id,
        command.case_number,
        command.person_id,
        command.channel,
        {"subdistrict": command.found},
        person.identity_status,
        person.sex,
        age_of(person, command.on),
        person.nationality,
        person.domicile,
        command.danger,
        _warnings(command),
        command.place,
        command.note,
    )


def _warnings(command: OpenCase) -> list[str]:
    """What a worker should look at again; never a reason to refuse a person."""
    warnings = doubts(command.person)
    if command.found and areas.province_of(command.found) != command.centre:
        warnings.append("found_outside_province")
    return warnings


def doubts(person: Description) -> list[str]:
    """Warnings about what was told of a person."""
    wrong = person.national_id and idcard.problem(person.national_id)
    return ["wrong_check_digit"] if wrong else []


def _told(command: CloseCase | ReopenCase) -> tuple[str, str | None]:
    """(open reason, sealed note): words given as a reason may name somebody, so they are sealed with the note."""
    if REASON_CODE.fullmatch(command.reason):
        return command.reason, command.note
    return OTHER, "\n".join(filter(None, (command.reason, command.note)))


def age_of(person: Description, on: date) -> dates.AgeRange | None:
    """Full years on that day, by the birth date (Civil Code s.16 where a part is missing), else by the band."""
    try:
        birth = dates.birth_date(person.birth_date, on) if person.birth_date else None
        return dates.age_range(on, birth=birth, band=person.age_band)
    except dates.DateError as error:
        field_name = "birth_date" if person.birth_date else "age_band"
        raise Invalid({f"person.{field_name}": [str(error)]}) from None


def band(age: dates.AgeRange) -> str:
    """The ages of the decade or decades it may be, as those see it who may not see more: "60-69"."""
    return f"{age['min'] // 10 * 10}-{age['max'] // 10 * 10 + 9}"


@dataclass(frozen=True)
class IdentifyPerson:
    """`on` is the day the person was described (Asia/Bangkok)."""

    person_id: str
    case_id: str
    person: Description
    on: date


@dataclass(frozen=True)
class CorrectPerson:
    """`person` is all that is known from now on, `changed` the parts in which it differs from what was known before."""

    person_id: str
    case_id: str
    person: Description
    on: date
    reason: str
    changed: list[str]
    note: str | None = None


@dataclass(frozen=True)
class Person:
    identified: bool = False


def decide_person(command: IdentifyPerson | CorrectPerson, person: Person) -> list[PersonEvent]:
    match command:
        case IdentifyPerson(person_id, case_id):
            return [] if person.identified else [PersonIdentified(person_id, case_id, **_described(command))]
        case CorrectPerson() if not person.identified:
            raise Refused("wrong_state", "Nothing is known of this person yet.")
        case CorrectPerson(person_id, case_id, reason=reason, changed=changed, note=note):
            told = _described(command)
            return (
                [PersonCorrected(person_id, case_id, reason, changed, **told, note=note)] if changed else []
            )
    assert_never(command)


def _described(command: IdentifyPerson | CorrectPerson) -> dict[str, Any]:
    """A description as events tell it: a band only as it was told, or the decades of the age by the birth date."""
    who, age = command.person, age_of(command.person, command.on)
    return {**vars(who), "age": age, "age_band": band(age) if age and who.birth_date else who.age_band}


def differing(before: Description, after: Description) -> list[str]:
    """The parts in which two descriptions differ; beside a birth date the band says nothing."""
    parts = [part.name for part in fields(Description) if not (after.birth_date and part.name == "age_band")]
    return [part for part in parts if getattr(before, part) != getattr(after, part)]


def evolve_person(person: Person, event: PersonEvent) -> Person:
    return Person(identified=True)


CASE: Aggregate[Command, Case, CaseEvent] = Aggregate(
    "case", Decider(decide, evolve, Case()), (CaseOpened, ConsentRecorded, CaseClosed, CaseReopened), "case"
)
PERSON: Aggregate[IdentifyPerson | CorrectPerson, Person, PersonEvent] = Aggregate(
    "person", Decider(decide_person, evolve_person, Person()), (PersonIdentified, PersonCorrected), "person"
)


class Step(NamedTuple):
    """How far one thing of a case has come, when that was recorded (RFC 3339 UTC text of fixed width), and by whom."""

    status: str
    recorded: str
    by: str = SYSTEM.user


CLOSING, SCREENING, PLAN = "case", "screening", "plan"
CLOSED, REOPENED, DONE, STABLE = "closed", "open", "done", "stable"
ON_ITS_WAY = frozenset({"sent", "acknowledged", "waitlisted", "accepted", "travelling", "admitted"})


def case_status(steps: Mapping[str, Step]) -> str:
    """Where a case stands (codes.CASE_STATUSES). `steps`: CLOSING, SCREENING, PLAN and each referral id -> its latest Step.

    A referral's step is its status, or STABLE once it ended well. A lost referral counts for nothing, so the case is planned
    again; a good end counts until the working group plans anew.
    """
    own = {CLOSING, SCREENING, PLAN}
    referrals = [step for name, step in steps.items() if name not in own]
    planned_at = steps[PLAN].recorded if PLAN in steps else ""
    if CLOSING in steps and steps[CLOSING].status == CLOSED:
        return "closed"
    if any(step.status == "placed" for step in referrals):
        return "placed"
    if any(step.status in ON_ITS_WAY for step in referrals):
        return "referred"
    if any(step.status == STABLE and step.recorded >= planned_at for step in referrals):
        return "placed"
    if PLAN in steps:
        return "planned"
    return "screened" if SCREENING in steps else "open"


def last_worked_by(steps: Mapping[str, Step]) -> str | None:
    """Who of the staff took the case a step on last; a partner's answer and what the system did take it out of nobody's hands."""
    theirs = [
        step for step in steps.values() if step.by != SYSTEM.user and not step.by.startswith("partner-")
    ]
    return max(theirs, key=lambda step: (step.recorded, step.by)).by if theirs else None
