"""Facts about a case and its person. Stored and published: fields are added, never renamed or reused."""

from dataclasses import dataclass
from typing import Any, TypedDict

from services.kernel.codec import personal
from services.thai.dates import AgeRange


class Found(TypedDict):
    """Where the person was found: a DOPA subdistrict code."""

    subdistrict: str | None


class Domicile(TypedDict):
    """A province (code) the person belongs to, and on what ground (codes.DOMICILE_BASES)."""

    province: str
    basis: str


class Name(TypedDict, total=False):
    """As far as a name is known."""

    title: str
    first: str
    last: str
    alias: str


@dataclass(frozen=True)
class CaseOpened:
    case_id: str
    case_number: str
    person_id: str
    channel: str
    found: Found
    identity_status: str
    sex: str
    age: AgeRange | None
    nationality: str
    domicile: list[Domicile]
    danger: str
    warnings: list[str]
    place: Any = personal()  # str
    note: Any = personal()  # str


@dataclass(frozen=True)
class ConsentRecorded:
    """The person agreed to be referred, or could not say (`unable`); the witness is sealed where it was told."""

    case_id: str
    person_id: str
    referral_id: str
    status: str
    witness: Any = personal()  # str


@dataclass(frozen=True)
class CaseClosed:
    case_id: str
    person_id: str
    reason: str
    note: Any = personal()  # str


@dataclass(frozen=True)
class CaseReopened:
    case_id: str
    person_id: str
    reason: str
    note: Any = personal()  # str


CaseEvent = CaseOpened | ConsentRecorded | CaseClosed | CaseReopened


@dataclass(frozen=True)
class PersonIdentified:
    person_id: str
    case_id: str
    identity_status: str
    sex: str
    age: AgeRange | None
    age_band: str | None
    nationality: str
    domicile: list[Domicile]
    name: Any = personal()  # {title?, first?, last?, alias?}
    national_id: Any = personal()  # str
    birth_date: Any = personal()  # str: "1957", "1957-05" or "1957-05-12"


@dataclass(frozen=True)
class PersonCorrected:
    """What is known of the person from now on, whole; what was known before stays in its own fact.

    `reason` is one of codes.CORRECTIONS, `changed` names the parts that are not as before.
    """

    person_id: str
    case_id: str
    reason: str
    changed: list[str]
    identity_status: str
    sex: str
    age: AgeRange | None
    age_band: str | None
    nationality: str
    domicile: list[Domicile]
    name: Any = personal()  # {title?, first?, last?, alias?}
    national_id: Any = personal()  # str
    birth_date: Any = personal()  # str: "1957", "1957-05" or "1957-05-12"
    note: Any = personal()  # str


PersonEvent = PersonIdentified | PersonCorrected
