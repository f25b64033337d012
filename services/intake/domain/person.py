"""What is known of a person: described once, corrected as often as it was wrong. Pure."""

from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any, assert_never

from services.intake.events import (
    Domicile,
    ErasureRequested,
    ErasureWithdrawn,
    Name,
    PersonCorrected,
    PersonErased,
    PersonEvent,
    PersonIdentified,
)
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.thai import dates, idcard


@dataclass(frozen=True)
class Description:
    """What is known of a person. `birth_date` is "1957", "1957-05" or "1957-05-12" (CE), `age_band` "60-69"; an exact
    or partial birth date counts before the band."""

    identity_status: str
    sex: str
    nationality: str
    domicile: list[Domicile]
    name: Name | None = None
    national_id: str | None = None
    birth_date: str | None = None
    age_band: str | None = None


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
class RequestErasure:
    """`by` asks, `confirmer` is to confirm it; None: any other director of the centre. `acting_for`: in whose
    place."""

    person_id: str
    case_id: str
    centre: str
    by: str
    reason: str
    confirmer: str | None = None
    acting_for: str | None = None


@dataclass(frozen=True)
class WithdrawErasure:
    pass


@dataclass(frozen=True)
class ConfirmErasure:
    by: str
    acting_for: str | None = None


Command = IdentifyPerson | CorrectPerson | RequestErasure | WithdrawErasure | ConfirmErasure


@dataclass(frozen=True)
class Person:
    """`request`: the erasure that waits for a second person."""

    identified: bool = False
    erased: bool = False
    request: ErasureRequested | None = None


def decide(command: Command, person: Person) -> list[PersonEvent]:
    match command:
        case RequestErasure() | ConfirmErasure() if person.erased:
            return []
        case CorrectPerson() if person.erased:
            raise Refused("erased", "The person's data was erased.")
        case RequestErasure():
            return _requested(command, person)
        case WithdrawErasure():
            asked = person.request
            return [ErasureWithdrawn(asked.person_id, asked.case_id, asked.centre)] if asked else []
        case ConfirmErasure():
            return [_erased(command, person.request)]
        case IdentifyPerson(person_id, case_id):
            return (
                [] if person.identified else [PersonIdentified(person_id, case_id, **_description(command))]
            )
        case CorrectPerson() if not person.identified:
            raise Refused("wrong_state", "Nothing is known of this person yet.")
        case CorrectPerson(person_id, case_id, reason=reason, changed=changed, note=note):
            told = _description(command)
            return (
                [PersonCorrected(person_id, case_id, reason, changed, **told, note=note)] if changed else []
            )
    assert_never(command)


def evolve(person: Person, event: PersonEvent) -> Person:
    match event:
        case ErasureRequested():
            return replace(person, request=event)
        case ErasureWithdrawn():
            return replace(person, request=None)
        case PersonErased():
            return replace(person, erased=True, request=None)
        case PersonIdentified() | PersonCorrected():
            return replace(person, identified=True)
    assert_never(event)


def _requested(command: RequestErasure, person: Person) -> list[PersonEvent]:
    """Asked anew with another reason or for another second person, it takes the place of what was asked before."""
    if not person.identified:
        raise Refused("wrong_state", "Nothing is known of this person yet.")
    if command.confirmer and command.confirmer in (command.by, command.acting_for):
        raise Refused("second_person", "Whoever asks cannot confirm it too.")
    asked = ErasureRequested(
        command.person_id, command.case_id, command.centre, command.by, command.reason, command.confirmer,
        command.acting_for,
    )  # fmt: skip
    return [] if asked == person.request else [asked]


def is_second(
    by: str, acting_for: str | None, requested_by: str, requested_for: str | None, confirmer: str | None
) -> bool:
    """Two people, and two directors' rights: nobody confirms what they asked for, what was asked in their place, or in
    the place of whoever asked. Who was named for it confirms in person."""
    first, second = {requested_by, requested_for} - {None}, {by, acting_for} - {None}
    return not first & second and confirmer in (None, by)


def _erased(command: ConfirmErasure, request: ErasureRequested | None) -> PersonErased:
    by = command.by
    if request is None:
        raise Refused("wrong_state", "Nobody asked for this person to be erased.")
    if not is_second(by, command.acting_for, request.requested_by, request.requested_for, request.confirmer):
        raise Refused("second_person", "A second person must confirm it; if one was named, that one.")
    return PersonErased(
        request.person_id, request.case_id, request.centre, request.requested_by, by, request.reason
    )


def _description(command: IdentifyPerson | CorrectPerson) -> dict[str, Any]:
    """A description as events tell it: a band only as it was told, or the decades of the age by the birth date."""
    who, age = command.person, age_of(command.person, command.on)
    return {**vars(who), "age": age, "age_band": band(age) if age and who.birth_date else who.age_band}


def differing(before: Description, after: Description) -> list[str]:
    """The parts in which two descriptions differ; beside a birth date the band says nothing."""
    parts = [part.name for part in fields(Description) if not (after.birth_date and part.name == "age_band")]
    return [part for part in parts if getattr(before, part) != getattr(after, part)]


def doubts(person: Description) -> list[str]:
    """Warnings about what was told of a person; a foreign document's number follows no rule of ours."""
    number = person.national_id
    if not number or person.identity_status == "foreign_document":
        return []
    if not idcard.is_thai(number):
        return ["no_citizen_number"]
    return ["wrong_check_digit"] if idcard.problem(number) else []


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


PERSON: Aggregate[Command, Person, PersonEvent] = Aggregate(
    "person",
    Decider(decide, evolve, Person()),
    (PersonIdentified, PersonCorrected, ErasureRequested, ErasureWithdrawn, PersonErased),
    "person",
)
