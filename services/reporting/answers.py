"""What reporting's doors answer. Times are RFC 3339 UTC, days ISO (CE) in Thailand, areas DOPA codes; other codes are
those of `services/codes`."""

from typing import Annotated, Any, NotRequired, TypedDict

from services.codes.decisions import AGREEMENTS
from services.codes.following import FOLLOW_UP_DAYS
from services.codes.lookback import OWN_NOW, OWN_PARTS
from services.codes.reviews import FINDINGS
from services.codes.shapes import Count, Cursor, Day, Id, Instant, Named, Note, Province, Shape
from services.reporting.measures import MEDIANS, told_of

# First and last day, both included.
Days = TypedDict("Days", {"from": Day, "to": Day})


class Placements(TypedDict):
    """Confirmed placements: outside the ministry, in its places, and returns to the family."""

    total: Count
    outside_ministry: Count
    ministry: Count
    family: Count


def no_placements() -> Placements:
    return {"total": 0, "outside_ministry": 0, "ministry": 0, "family": 0}


def _told(part: str) -> tuple[tuple[str, Any], ...]:
    """The names of a part's measures with their types: those that tell what kind of people they were may be hidden."""
    return tuple((each.name, Count | None if each.of_kind else Count) for each in told_of(part))


Share = Annotated[float, Shape(minimum=0, maximum=1)] | None  # None without any


class Figures(TypedDict):
    """What each counts: see services/reporting/measures.py. `cases`, `placements`, `median_days`, `employment`,
    `follow_ups`, `in_place`, `referrals` and `stays`: by the names of their measures. `split`: by the part that tells
    it, by code.
    `share_outside`: of the placements outside the ministry and in its places, 0 to 1; None without any."""

    cases: dict[str, Count]
    placements: dict[str, Count]
    share_outside: float | None
    by_path: dict[str, Count]
    by_label: dict[str, Count]
    median_days: dict[str, float | None]
    declined: dict[str, Count]
    employment: dict[str, Count]
    follow_ups: dict[str, Count]
    in_place: dict[str, Count]
    referrals: dict[str, Count]
    stays: dict[str, Count]
    reviews: dict[str, Count]
    reviewed: Annotated[Count, Note("Cases that were looked back on")]
    split: dict[str, dict[str, Count]]


class FiguresShown(TypedDict):
    """Figures as a reader may see them. A count that is hidden from who may not see cases is None, and `hidden` says
    why: {"by_label.child": "few" (one to four) | "withheld" (else it could be worked out)}. Medians are of no fewer
    than five cases then."""

    cases: Annotated[dict[str, Count | None], Named(*_told("cases"))]
    placements: Annotated[dict[str, float | None], Named(*_told("placements"), ("share_outside", Share))]
    by_path: Annotated[dict[str, Count | None], Note("Placements by the plan's path")]
    by_label: Annotated[dict[str, Count | None], Note("Screened cases with that label met")]
    median_days: Annotated[dict[str, float | None], Named(*((each.name, float | None) for each in MEDIANS))]
    declined: Annotated[dict[str, Count | None], Note("By reason")]
    employment: Annotated[dict[str, Count | None], Named(*_told("employment"))]
    follow_ups: Annotated[dict[str, Count | None], Named(*_told("follow_ups"))]
    in_place: Annotated[
        dict[str, float | None],
        Named(*_told("in_place"), *((f"share_{days}", Share) for days in FOLLOW_UP_DAYS)),
    ]
    referrals: Annotated[dict[str, Count | None], Named(*_told("referrals"))]
    stays: Annotated[dict[str, Count | None], Named(*_told("stays"))]
    expired: Annotated[dict[str, Count | None], Note("Referrals that ran out of time, by reason")]
    withdrawn: Annotated[dict[str, Count | None], Note("Referrals withdrawn, by reason")]
    failed: Annotated[dict[str, Count | None], Note("Placements that did not work out, by reason")]
    ended: Annotated[dict[str, Count | None], Note("Placements that ended, by outcome")]
    declined_by: Annotated[dict[str, Count | None], Note("Referrals declined, by whose decision that was")]
    withdrawn_by: Annotated[dict[str, Count | None], Note("Referrals withdrawn, by whose decision that was")]
    failed_by: Annotated[
        dict[str, Count | None], Note("Placements that did not work out, by whose doing that was")
    ]
    returned_6: Annotated[dict[str, Count | None], Note("Who came back within 6 months, by the earlier path")]
    returned_12: Annotated[
        dict[str, Count | None], Note("Who came back within 12 months, by the earlier path")
    ]
    returned_24: Annotated[
        dict[str, Count | None], Note("Who came back within 24 months, by the earlier path")
    ]
    tasks: Annotated[dict[str, Count | None], Note("Tasks of care plans that were added, by area of life")]
    tasks_done: Annotated[dict[str, Count | None], Note("Tasks done, by area of life")]
    tasks_in_time: Annotated[dict[str, Count | None], Note("Tasks done by their day, by area of life")]
    ratifications: Annotated[
        dict[str, Count | None], Note("Decisions made between meetings on which a meeting voted")
    ]
    agreement: Annotated[
        dict[str, Count | None], Note("Decisions, by how they go with what the screening had found")
    ]
    out_of_order: Annotated[
        dict[str, Count | None],
        Note("Cases put before a meeting while others stood before them in the order of need, by reason"),
    ]
    sent_out_of_order: Annotated[
        dict[str, Count | None],
        Note("Referrals to a place while others on its list could have been sent there, by reason"),
    ]
    reviews: Annotated[dict[str, Count | None], Note("Cases looked back on, by what the review found")]
    returned_elsewhere: Annotated[
        dict[str, Count | None],
        Note("Who came to another centre within so many months after a placement by this one"),
    ]
    from_elsewhere: Annotated[
        dict[str, Count | None],
        Note("Who came here within so many months after a placement by another centre"),
    ]
    told_by_kind: Annotated[
        dict[str, Count | None], Note("How often partners were told of a referral, by kind of partner")
    ]
    told_by_channel: Annotated[dict[str, Count | None], Note("The same, by how they were told")]
    late_by_kind: Annotated[
        dict[str, Count | None],
        Note("Referrals not answered yet when the reminder was due, by kind of partner"),
    ]
    late_by_channel: Annotated[dict[str, Count | None], Note("The same, by how the partner was told")]
    missed_by_kind: Annotated[
        dict[str, Count | None], Note("Referrals that ran out without an answer, by kind of partner")
    ]
    missed_by_channel: Annotated[dict[str, Count | None], Note("The same, by how the partner was told")]
    deadlines_missed: Annotated[dict[str, Count | None], Note("Other deadlines that were missed, by which")]
    deadlines_missed_by: Annotated[dict[str, Count | None], Note("The same, by who was to do it")]
    hidden: Annotated[
        dict[str, Annotated[str, ("few", "withheld")]],
        Note("Why a count is null, as by_label.child: one to four, or withheld with them"),
    ]


class Overview(FiguresShown):
    """`as_of`: up to when what was recorded counts; `centre` None: all that the caller sees; `data_up_to`: when the
    last fact heard was recorded, None before the first."""

    as_of: Instant
    period: Days
    centre: Province | None
    data_up_to: Instant | None


class PlacementsSpread(TypedDict):
    """Placements by month ("2026-01") and centre (province); different cases that a partner accepted; and for each step
    the median days since the case's step before."""

    by_month: dict[str, Placements]
    by_centre: dict[str, Placements]
    accepted: Count
    waited_days: dict[str, float | None]


class WaitDays(TypedDict):
    """So many cases, of which half wait, or waited, no longer than `median_days`; None: hidden, or nobody."""

    cases: Count | None
    median_days: float | None
    longest_days: Count | None


class Wait(TypedDict):
    """`now`: who waits today; `over`: whose wait came to its end in the period."""

    now: WaitDays
    over: WaitDays


class WaitOf(TypedDict):
    """Of everybody, and told apart; each label by itself, for somebody may have several."""

    all: Wait
    by: Annotated[dict[str, dict[str, Wait]], Note("By codes of wait_kind, and the codes of each")]


class Waits(TypedDict):
    """Days since a case was opened, or opened again: until the working group decided first, and until the person was
    first placed with somebody. `hidden`: why a count is None, as "decision.now.sex.female" (FiguresShown)."""

    period: Days
    centre: Province | None
    data_up_to: Instant | None
    decision: WaitOf
    place: WaitOf
    hidden: Annotated[
        dict[str, Annotated[str, ("few", "withheld")]],
        Note("Why a count is null, as decision.now.sex.female: one to four, or withheld with them"),
    ]


class OwnNow(TypedDict):
    """Where the person is as far as anybody found, and when."""

    now: Annotated[str, OWN_NOW]
    now_at: Instant | None


class OwnCase(OwnNow):
    """A case that the reader screened or answered for (`parts`, last on `day`): the first path of their own screening
    (else of the latest), what the working group decided after it, and what a review found."""

    case_id: Id
    centre: Province
    parts: list[Annotated[str, OWN_PARTS]]
    day: Day
    screened_at: Instant | None
    first_path: str | None
    decided_at: Instant | None
    path: str | None
    agreement: Annotated[str, AGREEMENTS] | None
    findings: list[Annotated[str, FINDINGS]]
    reviewed_at: Instant | None


class OwnCounts(TypedDict):
    cases: Count
    decided: Count
    agreement: Annotated[dict[str, Count], Note("By codes of agreement")]
    now: Annotated[dict[str, Count], Note("By codes of own_now")]
    reviewed: Count
    findings: Annotated[dict[str, Count], Note("By codes of review_finding")]


class OwnCases(TypedDict):
    """The reader's own cases of a period, the latest first; `more`: there are more, choose a shorter period."""

    period: Days
    counts: OwnCounts
    items: list[OwnCase]
    more: bool


class CameOf(TypedDict):
    """What came of an activity: cases, of these so many referred and so many placed; partners that joined."""

    cases: Count
    referred: Count
    placed: Count
    partners_joined: Count


class OutreachSum(CameOf):
    """`reached`: people, as far as somebody counted; `partners_met`: each once."""

    activities: Count
    reached: Count
    partners_met: Count


class OutreachFigures(TypedDict):
    """Of the activities held in the period, with what came of them until now; by month ("2026-01") in which they were
    held."""

    total: OutreachSum
    by_kind: Annotated[dict[str, OutreachSum], Note("By codes of outreach_kind")]
    by_month: dict[str, OutreachSum]


class CameOfEach(TypedDict):
    """By activity."""

    items: dict[str, CameOf]


class RowBehind(TypedDict):
    """The fact that makes a case or a referral count; what a fact of its type does not carry is None."""

    case_id: Id
    referral_id: Id | None
    centre: Province
    day: Day
    path: str | None
    partner_kind: str | None
    outside_ministry: bool | None
    reason: str | None


class RowsBehind(TypedDict):
    items: list[RowBehind]
    next: Cursor


class StoryItem(TypedDict):
    """A fact of a case: when it happened and was recorded, in which service, by whom, and in whose place if in
    somebody's. `data` is the fact's own, by its type."""

    id: Id
    type: str
    time: Instant
    recordedtime: Instant
    service: str
    actor: str
    actingfor: NotRequired[str]
    data: dict[str, Any]


class Timeline(TypedDict):
    """By recorded time, a cause before its effect."""

    items: list[StoryItem]


class Event(TypedDict):
    """A CloudEvent (docs/events.md); `data` is the fact's own, by its type."""

    specversion: Annotated[str, ("1.0",)]
    id: Id
    source: Annotated[str, Shape(pattern="^/songtor/[a-z]+$")]
    type: str
    subject: str
    time: Instant
    datacontenttype: Annotated[str, ("application/json",)]
    recordedtime: Instant
    sequence: Annotated[int, Shape(minimum=1)]
    streamid: NotRequired[str]
    streamversion: NotRequired[Annotated[int, Shape(minimum=1)]]
    caseid: NotRequired[Id]
    partnerid: NotRequired[Id]
    centre: str
    actor: str
    actingfor: NotRequired[str]
    correlationid: str
    causationid: str
    dataversion: Annotated[int, Shape(minimum=1)]
    hash: str
    sealedhash: str
    data: dict[str, Any]
    position: NotRequired[
        Annotated[int, Note("In the merged log, where this was read there"), Shape(minimum=1)]
    ]


class Events(TypedDict):
    """`next` is the position in the merged log that was read to, `head` where it ended then."""

    items: list[Event]
    next: Annotated[Count, Note("Position in the merged log, to be given as `after`")]
    head: Annotated[Count, Note("Position of the last event in the merged log, whoever may see it")]


class NoticeFact(TypedDict):
    """A fact that somebody is told of: of its data the fields that say whom, and where it leads (codes.notices).
    `told`: whether the partner of its referral was told of that before."""

    position: Count
    id: Id
    type: str
    recordedtime: Instant
    centre: str
    actor: str
    case_id: Id | None
    partner_id: Id | None
    told: bool
    data: dict[str, str | bool | None]


class NoticeFacts(TypedDict):
    """`next` is the position in the merged log that was read to."""

    items: list[NoticeFact]
    next: Count
