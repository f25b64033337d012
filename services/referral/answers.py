"""What referral's doors answer. Times are RFC 3339 UTC; codes are those of `services/codes` and of the life
cycle."""

from typing import Annotated, NotRequired, TypedDict, final

from services.codes import OUTCOMES, PARTNER_KINDS, PATH_KINDS, PATHS, REFERRAL_STATUSES, WHOSE, WORK_KINDS
from services.codes.deadlines import DEADLINES, ESCALATED_TO
from services.codes.declines import REVIEW_ASKS
from services.codes.following import FOUND, HEALTH
from services.codes.following import STATUSES as STATUSES_OF_FOLLOW_UPS
from services.codes.overrides import PLACE_OVERRIDES
from services.codes.procedure import Deadline as Begun
from services.codes.procedure import Window
from services.codes.shapes import Count, Cursor, Day, Id, Instant, Note, Province, Version
from services.codes.stays import ENDS, STATUSES
from services.codes.steps import ESCORTS, TELLING

PLACES = ("pending", "reserved", "refused", "taken", "released", "none")
DisclosedCodes = dict[str, bool | int | str | list[str] | list[int] | None]  # by name
PathKind = Annotated[str, PATH_KINDS]


class ReferralId(TypedDict):
    referral_id: Id


class SentReferral(ReferralId):
    """What is known at the moment of sending."""

    warnings: Annotated[
        list[str],
        Note("programme_ineligible, programme_unknown, programme_unchecked: what the matching says of it"),
    ]
    out_of_order: Annotated[
        int | None, Note("How many on the place's list it was sent before; null: it could not be looked up")
    ]


class NewReferral(SentReferral):
    """`place`: reserved, refused, or pending if partners has not answered in time."""

    status: Annotated[str, REFERRAL_STATUSES]
    place: Annotated[str, PLACES]
    version: Version


class ThoseBefore(TypedDict):
    """On the list of a place: how many who could be sent there too stand `before` a case, where the `free` places are
    not enough for them; None: the list cannot be looked up."""

    before: Count | None


class TakenBefore(TypedDict):
    """A case that was sent to a place before `before` others on its list; `reason` None: nobody said why."""

    referral_id: Id
    case_id: Id
    centre: Province
    sent_at: Instant
    before: Count
    reason: Annotated[str, PLACE_OVERRIDES] | None


class TakenFirst(TypedDict):
    items: list[TakenBefore]


class _Outline(TypedDict):
    """What is told of a referral to who may not see cases. `path_kind`: of codes.PATH_KINDS, None if it is not
    known."""

    referral_id: Id
    case_id: Id
    centre: Province
    status: Annotated[str, REFERRAL_STATUSES]
    place: Annotated[str, PLACES]
    outside_ministry: Annotated[bool | None, Note("None: a return to the family")]
    sent_at: Instant
    answer_due: Instant | None
    version: Version
    path_kind: Annotated[PathKind | None, Note("Instead of the path")]


@final
class ReferralOutline(_Outline):
    """One of a list."""


class ReferralOutlines(TypedDict):
    items: list[ReferralOutline]
    next: Cursor


class StepOutline(TypedDict):
    type: str
    time: Instant
    recordedtime: Instant
    actor: str
    status: Annotated[str, REFERRAL_STATUSES]


@final
class OutlineWithHistory(_Outline):
    """Oldest first."""

    history: list[StepOutline]


class StepField(TypedDict):
    name: str
    required: bool


class PossibleStep(TypedDict):
    """A step that may be taken now, and whose it is: staff or partner."""

    step: str
    fields: list[StepField]
    by: Annotated[str, ("staff", "partner")]


class Disclosed(TypedDict):
    """{name: code} of what the partner was given."""

    disclosed: DisclosedCodes
    version: Version


class Disclosure(TypedDict):
    """When which partner was given what, by name, in which way; no `facts`: it was told in words, and nobody noted
    which. `basis`: consent or law; `opened_at`: when it was first opened, None while it was not, or where nobody can
    know."""

    at: Instant
    to: Id
    how: str
    facts: list[str]
    basis: Annotated[str, ("consent", "law")]
    opened_at: Instant | None


class ReferralStatus(TypedDict):
    status: Annotated[str, REFERRAL_STATUSES]
    version: Version


class Family(TypedDict):
    """To whom somebody returns, and what was found (referral's events). None: not known yet."""

    relative: str
    agreed: bool | None
    visited: Annotated[bool | str | None, Note("Whether the home was visited, or the day of the visit")]
    risk: str | None


class Deadline(TypedDict):
    """A deadline that runs: over at `due`, reminded of at `remind` (None: nobody is); `days`: of which follow-up.
    `reminded_at`, `missed_at`: when it was; one that was missed is `to_role`'s, or the one user's `to_user`."""

    code: Annotated[str, DEADLINES]
    due: Instant
    remind: Instant | None
    days: int | None
    reminded_at: Instant | None
    missed_at: Instant | None
    to_role: Annotated[str, ESCALATED_TO] | None
    to_user: str | None


class Referral(TypedDict):
    """A referral as it stands; a return to the family has neither programme nor partner. `kind`: of the partner;
    `told`: the partner was, or has answered; `tell_due`: until when it should be; `answer_due`: until when it may
    answer, None if nothing is awaited; `final_at`: until when it may take its no back; `follow_up_due`: the days since
    the placement of the follow-up that is due; `in_place`: what the latest follow-up says, None without one; `may`: the
    steps that the caller may take of it now, and disclosing."""

    referral_id: Id
    case_id: Id
    programme_id: Annotated[Id | None, Note("None: a return to the family")]
    partner_id: Id | None
    centre: Province
    plan_id: Id
    path: Annotated[str, PATHS]
    kind: Annotated[str, PARTNER_KINDS] | None
    outside_ministry: bool | None
    waitlist: bool
    status: Annotated[str, REFERRAL_STATUSES]
    place: Annotated[str, PLACES]
    told: bool
    tell_due: Instant | None
    answer_due: Instant | None
    final_at: Instant | None
    in_review: Annotated[bool, Note("The centre's director accepts the no or sends it back, until final_at")]
    follow_up_due: int | None
    in_place: bool | None
    sent_at: Instant
    placed_at: Instant | None
    version: Version
    deadlines: Annotated[list[Deadline], Note("Those that run; a partner is told its own")]
    may: Annotated[list[str], Note("Only for the centre's staff and the partner; nothing for others")]


class Work(TypedDict):
    """Whole baht a month; None: not known."""

    kind: Annotated[str, WORK_KINDS]
    income_baht_month: Count | None


class FollowUp(TypedDict):
    """A follow-up of the schedule: due so many days after the placement, in time from the day it `opens` to the one it
    `closes`; `done_at`: when it was made; `attempts`: how often nobody was reached."""

    days: int
    opens: Day
    closes: Day
    status: Annotated[str, STATUSES_OF_FOLLOW_UPS]
    done_at: Instant | None
    attempts: Count


class HistoryItem(TypedDict):
    """A step: when it happened and was recorded, by whom, what the status was then; and what the fact carries besides.
    `said_by`, `to`, `note`, `wellbeing`, `witness`, `escort`, `handed_to` and `family` only for the centre's own staff:
    None once erased."""

    type: str
    time: Instant
    recordedtime: Instant
    actor: str
    status: Annotated[str, REFERRAL_STATUSES]
    plan_id: NotRequired[Id]
    path: NotRequired[Annotated[str, PATHS]]
    kind: NotRequired[Annotated[str, PARTNER_KINDS]]
    under_ministry: NotRequired[bool]
    outside_ministry: NotRequired[bool]
    consent: NotRequired[str]
    waitlist: NotRequired[bool]
    answer_due: NotRequired[Instant]
    was: NotRequired[str]
    by_channel: NotRequired[str]
    reason: NotRequired[str]
    whose: NotRequired[Annotated[str, WHOSE]]
    days: NotRequired[int]
    in_place: NotRequired[bool]
    work: NotRequired[Work]
    outcome: NotRequired[Annotated[str, OUTCOMES]]
    no_more_places: NotRequired[bool]
    how: NotRequired[Annotated[str, TELLING]]
    to: NotRequired[str | None]
    tell_due: NotRequired[Instant]
    release_due: NotRequired[Instant]
    final_at: NotRequired[Instant]
    in_review: NotRequired[bool]
    asks: NotRequired[Annotated[str, REVIEW_ASKS]]
    answers: NotRequired[int]
    closes: NotRequired[Day]
    follow_ups: NotRequired[list[Window]]
    found: NotRequired[Annotated[str, FOUND]]
    health: NotRequired[Annotated[str, HEALTH]]
    in_time: NotRequired[bool]
    wellbeing: NotRequired[str | None]
    facts: NotRequired[list[str]]
    basis: NotRequired[Annotated[str, ("consent", "law")]]
    deadlines: NotRequired[list[Begun]]
    deadline: NotRequired[Annotated[str, DEADLINES]]
    due: NotRequired[Instant]
    to_role: NotRequired[Annotated[str, ESCALATED_TO]]
    to_user: NotRequired[str]
    brought_by: NotRequired[Annotated[str, ESCORTS]]
    escort: NotRequired[str | None]
    arrives_on: NotRequired[Day]
    cost_baht: NotRequired[Count]
    handed_to: NotRequired[str | None]
    said_by: NotRequired[str | None]
    note: NotRequired[str | None]
    witness: NotRequired[str | None]
    family: NotRequired[Family | None]
    passed_over: NotRequired[Count]
    passed_for: NotRequired[Annotated[str, PLACE_OVERRIDES]]


class ReferralWithHistory(Referral):
    """`history`: oldest first; `follow_ups`: of the placement, by their days, nothing for the partner."""

    history: list[HistoryItem]
    follow_ups: list[FollowUp]


class ReferralRecord(TypedDict):
    """A referral as other systems read it, with its history, the oldest step first: the one with the number n made
    version n. `modified`: when the latest was recorded. Nothing that was said in words."""

    referral_id: Id
    case_id: Id
    programme_id: Id | None
    partner_id: Id | None
    centre: Province
    path: Annotated[str, PATHS]
    status: Annotated[str, REFERRAL_STATUSES]
    version: Version
    modified: Instant
    history: list[HistoryItem]


class ReferralRecords(TypedDict):
    """`total` of all that were asked for, the latest modified first."""

    total: Count
    items: list[ReferralRecord]
    next: Cursor


class Referrals(TypedDict):
    items: list[Referral]
    next: Cursor


class StayId(TypedDict):
    stay_id: Id


class NewStay(TypedDict):
    """`status`: staying, refused, or asked if partners has not answered in time; `until`: at most until then."""

    stay_id: Id
    status: Annotated[str, STATUSES]
    until: Instant
    version: Version


class StayStatus(TypedDict):
    status: Annotated[str, STATUSES]
    until: Instant
    version: Version


class InterimStay(StayStatus):
    """A bed for some nights, from `first` on; `reason`: why it ended (codes.stays.ENDS)."""

    stay_id: Id
    case_id: Id
    programme_id: Id
    partner_id: Id
    centre: Province
    first: Day
    ended_at: Instant | None
    reason: Annotated[str, ENDS] | None


class InterimStays(TypedDict):
    items: list[InterimStay]
    next: Cursor


class ReferralInHands(TypedDict):
    referral_id: Id
    case_id: Id
    centre: Province
    status: Annotated[str, REFERRAL_STATUSES]


class ReferralsInHands(TypedDict):
    items: list[ReferralInHands]


class Closure(TypedDict):
    """A day on which a centre is closed besides Thai holidays, and who set it."""

    day: Day
    name: str
    by: str


class Closures(TypedDict):
    """`announced_until`: the last day of which Thai holidays are announced; `days_announced`: how far that is."""

    items: list[Closure]
    announced_until: Day
    days_announced: Count


class ClosureSet(TypedDict):
    day: Day
    version: Version
