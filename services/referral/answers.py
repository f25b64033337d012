"""What referral's doors answer. Times are RFC 3339 UTC; codes are those of `services/codes` and of the life
cycle."""

from typing import Any, NotRequired, TypedDict


class ReferralId(TypedDict):
    referral_id: str


class NewReferral(ReferralId):
    """`place`: reserved, refused, or pending if partners has not answered in time."""

    status: str
    place: str
    version: int


class ReferralOutline(TypedDict):
    """What is told of a referral to who may not see cases. `path_kind`: of codes.PATH_KINDS, None if it is not known."""

    referral_id: str
    case_id: str
    centre: str
    status: str
    place: str
    outside_ministry: bool
    sent_at: str
    answer_due: str | None
    version: int
    path_kind: str | None


class ReferralOutlines(TypedDict):
    items: list[ReferralOutline]
    next: str | None


class StepOutline(TypedDict):
    type: str
    time: str
    recordedtime: str
    actor: str
    status: str


class OutlineWithHistory(ReferralOutline):
    """Oldest first."""

    history: list[StepOutline]


class StepField(TypedDict):
    name: str
    required: bool


class PossibleStep(TypedDict):
    """A step that may be taken now, and whose it is: staff or partner."""

    step: str
    fields: list[StepField]
    by: str


class Disclosed(TypedDict):
    """{name: code} of what the partner was given."""

    disclosed: dict[str, Any]
    version: int


class Disclosure(TypedDict):
    """When which partner was given what, by name, in which way; `basis`: consent or law."""

    at: str
    to: str
    how: str
    facts: list[str]
    basis: str


class ReferralStatus(TypedDict):
    status: str
    version: int


class Referral(TypedDict):
    """A referral as it stands. `kind`: of the partner; `answer_due`: until when its partner may answer, None if nothing
    is awaited; `follow_up_due`: the days since the placement of the follow-up that is due."""

    referral_id: str
    case_id: str
    programme_id: str
    partner_id: str
    centre: str
    plan_id: str
    path: str
    kind: str
    outside_ministry: bool
    waitlist: bool
    status: str
    place: str
    answer_due: str | None
    follow_up_due: int | None
    sent_at: str
    version: int


class Work(TypedDict):
    """Whole baht a month; None: not known."""

    kind: str
    income_baht_month: int | None


class HistoryItem(TypedDict):
    """A step: when it happened and was recorded, by whom, what the status was then; and what the fact carries besides.
    `said_by`, `note` and `witness` only for the centre's own staff: None once erased."""

    type: str
    time: str
    recordedtime: str
    actor: str
    status: str
    plan_id: NotRequired[str]
    path: NotRequired[str]
    kind: NotRequired[str]
    under_ministry: NotRequired[bool]
    outside_ministry: NotRequired[bool]
    consent: NotRequired[str]
    waitlist: NotRequired[bool]
    answer_due: NotRequired[str]
    was: NotRequired[str]
    by_channel: NotRequired[str]
    reason: NotRequired[str]
    whose: NotRequired[str]
    days: NotRequired[int]
    in_place: NotRequired[bool]
    work: NotRequired[Work]
    outcome: NotRequired[str]
    no_more_places: NotRequired[bool]
    how: NotRequired[str]
    facts: NotRequired[list[str]]
    basis: NotRequired[str]
    said_by: NotRequired[str | None]
    note: NotRequired[str | None]
    witness: NotRequired[str | None]


class ReferralWithHistory(Referral):
    """Oldest first."""

    history: list[HistoryItem]


class Referrals(TypedDict):
    items: list[Referral]
    next: str | None


class WorkItem(Referral):
    """`due`: since when, or until when, somebody has to see to it."""

    due: str


class Worklist(TypedDict):
    """By kind of work: how many, and the longest waiting of each; `next` only of one kind."""

    counts: dict[str, int]
    items: dict[str, list[WorkItem]]
    next: str | None


class ReferralInHands(TypedDict):
    referral_id: str
    case_id: str
    centre: str
    status: str


class ReferralsInHands(TypedDict):
    items: list[ReferralInHands]
