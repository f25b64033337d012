"""What intake's doors get: requests as their schemas load them."""

from datetime import date
from typing import TypedDict
from uuid import UUID

from services.intake.events import Domicile, Name


class Found(TypedDict):
    subdistrict: str | None
    place: str | None


class Person(TypedDict):
    identity_status: str
    name: Name | None
    national_id: str | None
    sex: str
    birth_date: str | None
    age_band: str | None
    nationality: str
    domicile: list[Domicile]


class OpenCase(TypedDict):
    centre: str
    channel: str
    found: Found
    person: Person
    danger: str
    note: str | None
    outreach_id: str | None


class DescribedPerson(TypedDict):
    centre: str
    person: Person
    opening: UUID | None


class SearchCases(TypedDict):
    q: str
    centre: str | None
    status: str | None
    limit: int | None
    cursor: str | None


class AgeOn(TypedDict):
    case_id: str
    day: date


class ChangeCase(TypedDict):
    case_id: str
    reason: str
    note: str | None


class CloseCase(ChangeCase):
    outcome: str | None


class CorrectPerson(TypedDict):
    case_id: str
    person: Person
    reason: str
    note: str | None


class OfCase(TypedDict):
    case_id: str


class ReadCase(TypedDict):
    case_id: str
    show: str | None


class ListCases(TypedDict):
    centre: str | None
    status: str | None
    q: str | None
    limit: int
    cursor: str | None
    case_ids: list[str] | None
    outreach_id: str | None


class AssignCases(TypedDict):
    case_ids: list[str]
    to_user: str | None
    from_user: str | None
    reason: str


class OfCases(TypedDict):
    case_ids: list[str]


class CarryOver(TypedDict):
    case_id: str
    to_user: str | None
    from_user: str
    taken: bool


class ListReturns(TypedDict):
    centre: str | None
    limit: int
    cursor: str | None


class ListWork(TypedDict):
    centre: str | None
    owner: str | None
    part: str | None
    acts: str | None
    next: str | None
    case_id: str | None
    counting: bool
    of_each: int | None
    limit: int
    cursor: str | None


class ListToTakeOver(TypedDict):
    limit: int


class OfUser(TypedDict):
    user: str


class Accesses(OfUser):
    limit: int


class RequestErasure(TypedDict):
    case_id: str
    reason: str
    confirmer: str | None


class RecordConsent(TypedDict):
    case_id: str
    kind: str
    status: str
    how: str
    witness: str | None
    scope: str | None


class WithdrawConsent(TypedDict):
    case_id: str
    consent_id: str
    how: str | None
    witness: str | None
    note: str | None


class WordsAbout(TypedDict):
    case_id: str
    texts: dict[str, str]


class Since(TypedDict):
    since: str


class NoFields(TypedDict):
    pass


class RequestTransfer(TypedDict):
    case_id: str
    to: str
    reason: str
    note: str | None


class RevokeTransfer(TypedDict):
    case_id: str


class AcceptTransfer(TypedDict):
    case_id: str


class RejectTransfer(TypedDict):
    case_id: str
    reason: str
    note: str | None


class ListTransfers(TypedDict):
    direction: str | None
    status: str | None
    case_id: str | None
    limit: int
    cursor: str | None
