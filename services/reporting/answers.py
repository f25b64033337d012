"""What reporting's doors answer. Times are RFC 3339 UTC, days ISO (CE) in Thailand, areas DOPA codes; other codes are
those of `services/codes`."""

from typing import Any, NotRequired, TypedDict

Count = int


# First and last day, both included.
Days = TypedDict("Days", {"from": str, "to": str})


class Placements(TypedDict):
    """Confirmed placements, inside and outside the ministry."""

    total: Count
    outside_ministry: Count
    ministry: Count


class Figures(TypedDict):
    """What each counts: see services/reporting/measures.py. `cases`, `placements`,
    `median_days` and `employment`: by the names of their measures. `share_outside`: of all placements, 0 to 1; None without any."""

    cases: dict[str, Count]
    placements: dict[str, Count]
    share_outside: float | None
    by_path: dict[str, Count]
    by_label: dict[str, Count]
    median_days: dict[str, float | None]
    declined: dict[str, Count]
    employment: dict[str, Count]


class FiguresShown(TypedDict):
    """Figures as a reader may see them. A count that is hidden from who may not see cases is None, and `hidden` says why:
    {"by_label.child": "few" (one to four) | "withheld" (else it could be worked out)}. Medians are of no fewer than five
    cases then."""

    cases: dict[str, Count | None]
    placements: dict[str, float | None]
    by_path: dict[str, Count | None]
    by_label: dict[str, Count | None]
    median_days: dict[str, float | None]
    declined: dict[str, Count | None]
    employment: dict[str, Count | None]
    hidden: dict[str, str]


class Overview(FiguresShown):
    """`as_of`: up to when what was recorded counts; `centre` None: all that the caller sees; `data_up_to`: when the
    last fact heard was recorded, None before the first."""

    as_of: str
    period: Days
    centre: str | None
    data_up_to: str | None


class PlacementsSpread(TypedDict):
    """Placements by month ("2026-01") and centre (province); different cases that a partner accepted; and for each step
    the median days since the case's step before."""

    by_month: dict[str, Placements]
    by_centre: dict[str, Placements]
    accepted: Count
    waited_days: dict[str, float | None]


class RowBehind(TypedDict):
    """The fact that makes a case or a referral count; what a fact of its type does not carry is None."""

    case_id: str
    referral_id: str | None
    centre: str
    day: str
    path: str | None
    partner_kind: str | None
    outside_ministry: bool | None
    reason: str | None


class RowsBehind(TypedDict):
    items: list[RowBehind]
    next: str | None


class StoryItem(TypedDict):
    """A fact of a case: when it happened and was recorded, in which service, by whom. `data` is the fact's own, by its
    type."""

    id: str
    type: str
    time: str
    recordedtime: str
    service: str
    actor: str
    data: dict[str, Any]


class Timeline(TypedDict):
    """By recorded time, a cause before its effect."""

    items: list[StoryItem]


class Event(TypedDict):
    """A CloudEvent (docs/events.md); `data` is the fact's own, by its type."""

    specversion: str
    id: str
    source: str
    type: str
    subject: str
    time: str
    datacontenttype: str
    recordedtime: str
    sequence: int
    streamid: NotRequired[str]
    streamversion: NotRequired[int]
    caseid: NotRequired[str]
    partnerid: NotRequired[str]
    centre: str
    actor: str
    correlationid: str
    causationid: str
    dataversion: int
    hash: str
    sealedhash: str
    data: dict[str, Any]


class Events(TypedDict):
    """`next` is the position in the merged log that was read to."""

    items: list[Event]
    next: int
