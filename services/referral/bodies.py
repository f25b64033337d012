"""What referral's doors get: requests as their schemas load them."""

from datetime import date
from typing import NotRequired, TypedDict

from services.referral.events import Family, Work


class Consent(TypedDict):
    status: str
    witness: str | None


class SendReferral(TypedDict):
    """To a programme, or to the family: exactly one of the two is not None; so of a `consent` that is given with it and
    the id of one that was recorded before."""

    case_id: str
    programme_id: str | None
    family: Family | None
    consent: Consent | None
    consent_id: str | None
    waitlist: bool | None
    out_of_order: str | None


class OfProgramme(TypedDict):
    case_id: str
    programme_id: str


class AtProgramme(TypedDict):
    programme_id: str


class StepReferral(TypedDict):
    """With exactly the fields that the step takes."""

    referral_id: str
    step: str
    said_by: NotRequired[str]
    by_channel: NotRequired[str]
    reason: NotRequired[str]
    whose: NotRequired[str]
    note: NotRequired[str]
    in_place: NotRequired[bool]
    found: NotRequired[str]
    health: NotRequired[str]
    wellbeing: NotRequired[str]
    work: NotRequired[Work]
    outcome: NotRequired[str]
    no_more_places: NotRequired[bool]
    how: NotRequired[str]
    to: NotRequired[str]
    asks: NotRequired[str]
    brought_by: NotRequired[str]
    escort: NotRequired[str]
    arrives_on: NotRequired[str]
    cost_baht: NotRequired[int]
    handed_to: NotRequired[str]


class AskForBed(TypedDict):
    case_id: str
    programme_id: str
    days: int


class ProlongStay(TypedDict):
    stay_id: str
    days: int


class EndStay(TypedDict):
    stay_id: str
    reason: str
    note: str | None


class ListStays(TypedDict):
    centre: str | None
    status: str | None
    case_id: str | None
    stay_id: str | None
    limit: int
    cursor: str | None


class ReadReferral(TypedDict):
    referral_id: str


class Disclose(TypedDict):
    referral_id: str
    how: str


class ListReferrals(TypedDict):
    centre: str | None
    status: str | None
    case_id: str | None
    referral_ids: list[str] | None
    limit: int
    cursor: str | None


class ListRecords(TypedDict):
    referral_ids: list[str] | None
    statuses: list[str] | None
    modified_from: str | None
    modified_before: str | None
    limit: int
    cursor: str | None


class ListClosures(TypedDict):
    centre: str | None


class TakeBackClosure(TypedDict):
    centre: str
    day: date


class AddClosure(TypedDict):
    centre: str
    day: date
    name: str


class OfUser(TypedDict):
    user: str
