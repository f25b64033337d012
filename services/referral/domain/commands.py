"""What may be asked of a referral: by its centre, by its partner, by time, and because of what partners answered."""

from dataclasses import dataclass
from datetime import datetime

from services.referral.domain.words import Case, Plan, Programme
from services.referral.events import Work


@dataclass(frozen=True)
class SendReferral:
    """`consent`: given, refused, or unable (with a witness). `already_open`: a referral of this case there is open."""

    referral_id: str
    case: Case
    programme: Programme
    plan: Plan | None
    consent: str
    witness: str | None
    waitlist: bool
    already_open: bool
    now: datetime


@dataclass(frozen=True)
class TellPartner:
    """The partners service reserved a place."""

    now: datetime


@dataclass(frozen=True)
class DiscloseFacts:
    """The partner is given these facts about the person, by name."""

    how: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class HearNoPlace:
    """The partners service refused a place; `waiting`: the referral stands in the programme's queue."""

    waiting: bool
    now: datetime


@dataclass(frozen=True)
class ExpireReferral:
    now: datetime


@dataclass(frozen=True)
class RaiseFollowUp:
    days: int


# The steps people take. The field names are those of the request and of the fact.


@dataclass(frozen=True)
class AcknowledgeReferral:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class AcceptReferral:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class DeclineReferral:
    reason: str
    whose: str
    said_by: str | None = None
    by_channel: str | None = None
    no_more_places: bool = False
    note: str | None = None


@dataclass(frozen=True)
class WaitlistReferral:
    now: datetime
    said_by: str | None = None
    by_channel: str | None = None
    no_more_places: bool = False


@dataclass(frozen=True)
class WithdrawReferral:
    reason: str | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordTravel:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class AdmitPerson:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class ConfirmPlacement:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class FailReferral:
    reason: str | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordFollowUp:
    in_place: bool
    work: Work | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EndReferral:
    outcome: str
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EnterInError:
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


Step = (
    AcknowledgeReferral
    | AcceptReferral
    | DeclineReferral
    | WaitlistReferral
    | WithdrawReferral
    | RecordTravel
    | AdmitPerson
    | ConfirmPlacement
    | FailReferral
    | RecordFollowUp
    | EndReferral
    | EnterInError
)
Command = SendReferral | TellPartner | DiscloseFacts | HearNoPlace | ExpireReferral | RaiseFollowUp | Step
