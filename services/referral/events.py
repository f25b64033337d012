"""Facts about a referral. Stored and published: add fields, never rename or reuse one."""

from dataclasses import dataclass
from typing import TypedDict

from services.kernel.codec import personal


class Work(TypedDict):
    """Work at a follow-up: a code of `codes.WORK_KINDS` and whole baht a month (None: not known)."""

    kind: str
    income_baht_month: int | None


@dataclass(frozen=True, kw_only=True)
class About:
    """What every fact about a referral carries: whose it is. Personal fields are sealed under `person_id`."""

    referral_id: str
    case_id: str
    person_id: str
    programme_id: str
    partner_id: str


@dataclass(frozen=True, kw_only=True)
class ReferralSent(About):
    """`path` is the plan's, `kind` and `under_ministry` are the partner's then; `consent` is given or unable."""

    plan_id: str
    path: str
    kind: str
    under_ministry: bool
    outside_ministry: bool
    consent: str
    waitlist: bool
    answer_due: str
    witness: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PartnerTold(About):
    """A place is reserved: only now the partner is told, and has until `answer_due`."""

    answer_due: str


@dataclass(frozen=True, kw_only=True)
class ReferralAcknowledged(About):
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(About):
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralDeclined(About):
    reason: str
    whose: str
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralWaitlisted(About):
    """On a waiting list: the programme's queue for a place, or the partner's own once it was told."""

    answer_due: str
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralExpired(About):
    """No answer by the deadline."""

    was: str


@dataclass(frozen=True, kw_only=True)
class ReferralWithdrawn(About):
    was: str
    reason: str | None = None
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PersonTravelling(About):
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PersonAdmitted(About):
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PlacementConfirmed(About):
    """The person is placed. What figures count by is repeated, so that they need this fact alone."""

    path: str
    kind: str
    outside_ministry: bool
    by_channel: str | None = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(About):
    """`days` have passed since the placement."""

    days: int


@dataclass(frozen=True, kw_only=True)
class FollowUpRecorded(About):
    in_place: bool
    path: str
    work: Work | None = None
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralFailed(About):
    """It was accepted and came to nothing; `was` is the status before."""

    was: str
    reason: str | None = None
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnded(About):
    outcome: str
    path: str
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnteredInError(About):
    """It should never have been recorded; `was` is the status before."""

    was: str
    by_channel: str | None = None
    said_by: str | None = personal()
    note: str | None = personal()


Event = (
    ReferralSent
    | PartnerTold
    | ReferralAcknowledged
    | ReferralAccepted
    | ReferralDeclined
    | ReferralWaitlisted
    | ReferralExpired
    | ReferralWithdrawn
    | PersonTravelling
    | PersonAdmitted
    | PlacementConfirmed
    | FollowUpDue
    | FollowUpRecorded
    | ReferralFailed
    | ReferralEnded
    | ReferralEnteredInError
)
