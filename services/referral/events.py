"""Facts about a referral. Stored and published: add fields, never rename or reuse one."""

from dataclasses import dataclass
from typing import TypedDict

from services.kernel.codec import OfCase, OfCentre, Public, personal


class Work(TypedDict):
    """Work at a follow-up: a code of `codes.WORK_KINDS` and whole baht a month (None: not known)."""

    kind: str
    income_baht_month: int | None


@dataclass(frozen=True, kw_only=True)
class About:
    """What every fact about a referral carries: whose it is. Personal fields are sealed under `person_id`."""

    referral_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    programme_id: OfCentre[str]
    partner_id: OfCentre[str]


@dataclass(frozen=True, kw_only=True)
class ReferralSent(About):
    """`path` is the plan's, `kind` and `under_ministry` are the partner's then; `consent` is given or unable."""

    plan_id: Public[str]
    path: OfCentre[str]
    kind: OfCentre[str]
    under_ministry: Public[bool]
    outside_ministry: Public[bool]
    consent: OfCase[str]
    waitlist: Public[bool]
    answer_due: Public[str]
    witness: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PartnerTold(About):
    """A place is reserved: only now the partner is told, and has until `answer_due`."""

    answer_due: Public[str]


@dataclass(frozen=True, kw_only=True)
class FactsDisclosed(About):
    """The partner was given what it may know of the person: `facts` names it, `how` is the way (a link). `basis`: the
    person's consent, or the law where the person was unable to consent."""

    how: OfCentre[str]
    facts: OfCase[list[str]]
    basis: OfCentre[str]


@dataclass(frozen=True, kw_only=True)
class ReferralAcknowledged(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralAccepted(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralDeclined(About):
    """`no_more_places`: the partner says with it that the programme has no place free."""

    reason: OfCase[str]
    whose: OfCase[str]
    no_more_places: OfCentre[bool] = False
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralWaitlisted(About):
    """On a waiting list: the programme's queue for a place, or the partner's own once it was told; `no_more_places` as
    in ReferralDeclined."""

    answer_due: Public[str]
    no_more_places: OfCentre[bool] = False
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralExpired(About):
    """No answer by the deadline."""

    was: Public[str]


@dataclass(frozen=True, kw_only=True)
class ReferralWithdrawn(About):
    was: Public[str]
    reason: OfCase[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PersonTravelling(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PersonAdmitted(About):
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class PlacementConfirmed(About):
    """The person is placed. What figures count by is repeated, so that they need this fact alone."""

    path: OfCentre[str]
    kind: OfCentre[str]
    outside_ministry: Public[bool]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class FollowUpDue(About):
    """`days` have passed since the placement."""

    days: Public[int]


@dataclass(frozen=True, kw_only=True)
class FollowUpRecorded(About):
    in_place: OfCase[bool]
    path: OfCentre[str]
    work: OfCase[Work | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralFailed(About):
    """It was accepted and came to nothing; `was` is the status before."""

    was: Public[str]
    reason: OfCase[str | None] = None
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnded(About):
    outcome: OfCase[str]
    path: OfCentre[str]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


@dataclass(frozen=True, kw_only=True)
class ReferralEnteredInError(About):
    """It should never have been recorded; `was` is the status before."""

    was: Public[str]
    by_channel: OfCentre[str | None] = None
    said_by: str | None = personal()
    note: str | None = personal()


Event = (
    ReferralSent
    | PartnerTold
    | FactsDisclosed
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
