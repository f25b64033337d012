"""What is known of a person: described once, corrected as often as it was wrong. Pure."""

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, assert_never

from services.intake.events import Domicile, Name, PersonCorrected, PersonEvent, PersonIdentified
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
class Person:
    identified: bool = False


def decide(command: IdentifyPerson | CorrectPerson, person: Person) -> list[PersonEvent]:
    match command:
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
    return Person(identified=True)


def _description(command: IdentifyPerson | CorrectPerson) -> dict[str, Any]:
    """A description as events tell it: a band only as it was told, or the decades of the age by the birth date."""
    who, age = command.person, age_of(command.person, command.on)
    return {**vars(who), "age": age, "age_band": band(age) if age and who.birth_date else who.age_band}


def differing(before: Description, after: Description) -> list[str]:
    """The parts in which two descriptions differ; beside a birth date the band says nothing."""
    parts = [part.name for part in fields(Description) if not (after.birth_date and part.name == "age_band")]
    return [part for part in parts if getattr(before, part) != getattr(after, part)]


def doubts(person: Description) -> list[str]:
    """Warnings about what was told of a person."""
    wrong = person.national_id and idcard.problem(person.national_id)
    return ["wrong_check_digit"] if wrong else []


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


PERSON: Aggregate[IdentifyPerson | CorrectPerson, Person, PersonEvent] = Aggregate(
    "person", Decider(decide, evolve, Person()), (PersonIdentified, PersonCorrected), "person"
)
