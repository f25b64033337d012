"""What may be asked of a referral: by its centre, by its partner, by time, and because of what partners answered.
Steps: see steps."""

from dataclasses import dataclass
from datetime import datetime

from services.codes.procedure import EVERYWHERE, Escalation, Terms
from services.referral.domain.steps import Step
from services.referral.domain.words import Case, Plan, Programme
from services.referral.events import Family


@dataclass(frozen=True)
class SendReferral:
    """To a programme, or back to the family. `consent`: given, refused, or unable (with a witness). `already_open`: a
    referral of this case there is open; `asked`: how many others of its referrals wait for an answer; `terms`: what the
    procedure says for the centre; `consent_id`: the recorded consent it rests on; `data_refused`: the person does not
    want data given; `passed_over`: how many stood before on the list of the place and could go there too, `passed_for`
    why they are left to wait."""

    referral_id: str
    case: Case
    programme: Programme | None
    plan: Plan | None
    consent: str
    witness: str | None
    waitlist: bool
    already_open: bool
    now: datetime
    family: Family | None = None
    asked: int = 0
    terms: Terms = EVERYWHERE
    consent_id: str | None = None
    data_refused: bool = False
    passed_over: int | None = None
    passed_for: str | None = None


@dataclass(frozen=True)
class SecurePlace:
    """The partners service reserved a place. `terms`: what the procedure says for the centre."""

    now: datetime
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class DiscloseFacts:
    """The partner is given these facts about the person, by name."""

    how: str
    facts: tuple[str, ...]


@dataclass(frozen=True)
class OpenDisclosure:
    """The partner opens what it was given."""

    how: str


@dataclass(frozen=True)
class LoseConsent:
    """The person took back the consent that it rests on."""


@dataclass(frozen=True)
class HearNoPlace:
    """The partners service refused a place; `waiting`: the referral stands in the programme's queue."""

    waiting: bool
    now: datetime
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class ExpireReferral:
    """`to`: who answers for it then."""

    now: datetime
    to: Escalation | None = None


@dataclass(frozen=True)
class SettleDecline:
    """The partner's no can no longer be taken back."""


@dataclass(frozen=True)
class StandDown:
    """The referral is not needed any more: the case was closed, or another partner said yes. From every status, and
    never refused. `reason`: codes.steps.STAND_DOWN; `outcome`: of a placement that ends with it."""

    reason: str
    whose: str
    outcome: str


@dataclass(frozen=True)
class RaiseFollowUp:
    """`now`: nobody is reminded of it where that is not known."""

    days: int
    now: datetime | None = None
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class MissFollowUp:
    """The time of the follow-up that was due after so many days is over."""

    days: int
    to: Escalation | None = None


@dataclass(frozen=True)
class RemindOfDeadline:
    """The deadline that is over at `due` is near."""

    code: str
    due: str


@dataclass(frozen=True)
class MissDeadline:
    """The deadline of `due` is over; `to`: who answers for it then."""

    code: str
    due: str
    to: Escalation


Command = (
    SendReferral
    | SecurePlace
    | SettleDecline
    | StandDown
    | DiscloseFacts
    | OpenDisclosure
    | LoseConsent
    | HearNoPlace
    | ExpireReferral
    | RaiseFollowUp
    | MissFollowUp
    | RemindOfDeadline
    | MissDeadline
    | Step
)
