"""What partners' doors get: requests as their schemas load them."""

from typing import TypedDict

from services.partners.events import Contact, Rules


class RegisterPartner(TypedDict):
    name: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    contact: Contact


class NamedPartner(TypedDict):
    name: str
    province: str


class Capacity(TypedDict):
    total: int
    free: int


class OfferProgramme(TypedDict):
    partner_id: str
    name: str
    path: str
    capacity: Capacity
    rules: Rules


class ConfirmCapacity(Capacity):
    programme_id: str


class ListPartners(TypedDict):
    q: str | None
    province: str | None
    kind: str | None
    limit: int
    cursor: str | None


class FreePlaces(TypedDict):
    province: str | None
    path: str | None
    age: str | None
    limit: int
    cursor: str | None


class ReadPartner(TypedDict):
    partner_id: str


class ReadNames(TypedDict):
    programme_ids: list[str]


class Matches(TypedDict):
    case_id: str
    verdict: str | None
    path: str | None
    province: str | None
    outside: bool
    programme_ids: list[str] | None
    wait: float
    limit: int
    cursor: str | None
