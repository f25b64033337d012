"""How working groups decide and how the loop of a referral is kept: quorum, deadlines, follow-ups, which noes a
director reviews, to whom a missed deadline goes, and what a centre may set for itself. One document with a version,
adopted in the log like the rules of screening and read here by every service. A fact keeps the deadline it was given,
so a version counts from the next fact on. Pure.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, NamedTuple, TypedDict

from services.codes.deadlines import DIRECTOR
from services.codes.procedure.lifting import is_whole, lifted

NAME = "procedure"
BETWEEN = "between_meetings"  # a section that a document may leave to the software
VERSIONS = (
    "procedure-1",
    "procedure-2",
)  # what comes with the software, the oldest first; each a file of that name
WORKING_DAYS, DAYS, MINUTES = UNITS = ("working_days", "days", "minutes")
FIRST_FOLLOW_UPS = (30, 90, 180, 365)  # of placements whose facts do not say theirs
# Of documents of before they said it.
LATER: Mapping[str, Mapping[str, int]] = {"transfer": {"working_days": 7}, "reassess": {"days": 180}}
LAST_OPEN = 365  # days for which the last of those could be made


class Quorum(NamedTuple):
    """So many votes, abstentions included, and whether a chair must be among them."""

    votes: int
    chair: bool


@dataclass(frozen=True)
class Span:
    """A deadline of so many units; more or fewer where a way of telling or a kind of partner has its own (of both the
    longer). `remind`: so many working days before its end somebody is reminded; None: nobody is."""

    count: int
    unit: str
    by_channel: Mapping[str, int]
    by_kind: Mapping[str, int]
    remind: int | None = None

    def of(self, kind: str | None = None, channel: str | None = None) -> int:
        named = (self.by_channel.get(channel or ""), self.by_kind.get(kind or ""))
        return max((count for count in named if count is not None), default=self.count)


@dataclass(frozen=True)
class FollowUp:
    """A follow-up that is due so many `days` after the placement, and in time from the `opens`th to the `closes`th."""

    days: int
    opens: int
    closes: int
    remind: int | None = None


class Window(TypedDict):
    """The same of one placement: from which day until which (ISO, in Thailand, both included)."""

    days: int
    opens: str
    closes: str


class Deadline(TypedDict):
    """A deadline that begins with a fact. `code`: codes.deadlines.DEADLINES; `due`: when it is over, `remind`: when
    somebody is reminded of it before (instants); `days`: which follow-up it is of, by its days after the placement."""

    code: str
    due: str
    remind: str | None
    days: int | None


class Escalation(TypedDict):
    """To whom a deadline goes that was missed: everybody of a role of the centre, or one of its users."""

    role: str
    user: str | None


@dataclass(frozen=True)
class Terms:
    """What holds for one centre. `reviewed`: the noes that its director reviews (codes.declines.kinds_of_noes);
    `closed`: the days on which this centre is closed besides Thai holidays; `own_quorum`: the centre set it itself;
    `between_meetings`: how many named people decide in urgency, until a meeting ratifies it."""

    version: str
    quorum: Quorum
    own_quorum: bool
    referrals_at_once: int
    deadlines: Mapping[str, Span]
    follow_ups: tuple[FollowUp, ...]
    reviewed: tuple[str, ...]
    escalation: Escalation
    between_meetings: Quorum
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True)
class Procedure:
    """One version. `centres`: {centre: what it set itself}, of the document's own shape."""

    version: str
    valid_from: str
    everywhere: Terms
    decline_review: Mapping[str, Sequence[str]]
    bounds: Mapping[str, Mapping[str, int]]
    centres: Any

    def of(self, centre: str, closed: Collection[date] = ()) -> Terms:
        """What holds for a centre: its own, else everybody's."""
        own = self.centres.get(centre, {})
        spans = {name: _span(each) for name, each in own.get("deadlines", {}).items()}
        return replace(
            self.everywhere,
            quorum=Quorum(**own["quorum"]) if "quorum" in own else self.everywhere.quorum,
            own_quorum="quorum" in own,
            referrals_at_once=own.get("referrals_at_once", self.everywhere.referrals_at_once),
            deadlines={**self.everywhere.deadlines, **spans} if spans else self.everywhere.deadlines,
            reviewed=tuple(self.decline_review.get(centre, ())),
            escalation=_escalation(own["escalation"]) if "escalation" in own else self.everywhere.escalation,
            closed=frozenset(closed),
        )

    def quorum_of(self, centre: str) -> Quorum:
        return self.of(centre).quorum


@cache
def document(version: str) -> str:
    """The file of a version that comes with the software."""
    return (files("services.codes.procedure") / f"{version}.json").read_text("utf-8")


@lru_cache(maxsize=64)
def read(text: str) -> Procedure:
    """A document as it was adopted. What one of before does not say is as the software has it."""
    return _of(whole(text))


def whole(text: str) -> Any:
    """The document of today's shape, every section in it."""
    content = json.loads(text)
    then, now = (json.loads(document(version)) for version in (VERSIONS[0], VERSIONS[-1]))
    if is_whole(content):
        return {BETWEEN: now[BETWEEN], **content}
    return lifted(content, then, now)


def _of(content: Any) -> Procedure:
    everywhere = Terms(
        version=content["version"],
        quorum=Quorum(**content["quorum"]),
        own_quorum=False,
        referrals_at_once=content["referrals_at_once"],
        deadlines={name: _span(each) for name, each in {**LATER, **content["deadlines"]}.items()},
        follow_ups=tuple(
            FollowUp(each["days"], each["from"], each["until"], each.get("remind"))
            for each in content["follow_up"]
        ),
        reviewed=(),
        escalation=_escalation(content["escalation"]),
        between_meetings=Quorum(**content["between_meetings"]),
    )
    return Procedure(
        content["version"],
        content["valid_from"],
        everywhere,
        content["decline_review"],
        content["bounds"],
        content["centres"],
    )


def _span(content: Any) -> Span:
    [unit] = [each for each in UNITS if each in content]
    return Span(
        content[unit], unit, content.get("by_channel", {}), content.get("by_kind", {}), content.get("remind")
    )


def _escalation(content: Any) -> Escalation:
    return {"role": content.get("role", DIRECTOR), "user": content.get("user")}


class Adoption(NamedTuple):
    """A document with the day from which it counts (ISO, in Thailand)."""

    valid_from: str
    content: str


def in_force(adopted: Iterable[Adoption], day: date) -> Procedure:
    """What counts on a day: the adopted one that begun last, of those of one day the one adopted last; before any did,
    what came with the software by then."""
    begun = [
        (each.valid_from, place, each.content)
        for place, each in enumerate(adopted)
        if each.valid_from <= day.isoformat()
    ]
    return read(max(begun)[2]) if begun else _shipped_on(day)


def _shipped_on(day: date) -> Procedure:
    known = [read(document(version)) for version in VERSIONS]
    begun = [each for each in known if each.valid_from <= day.isoformat()]
    return begun[-1] if begun else known[0]


@dataclass(frozen=True)
class Book:
    """All that was adopted, in that order, as it holds for one centre."""

    adopted: tuple[Adoption, ...] = ()
    centre: str = ""
    closed: frozenset[date] = frozenset()

    def on(self, day: date) -> Terms:
        return in_force(self.adopted, day).of(self.centre, self.closed)


def windows_of(placed: date, own: Sequence[Window] | None) -> Sequence[Window]:
    """The follow-ups of a placement as its fact says them; of one of before facts did, each could be made until the
    next was due."""
    if own is not None:
        return own
    ends = (*FIRST_FOLLOW_UPS[1:], FIRST_FOLLOW_UPS[-1] + LAST_OPEN)
    return [
        Window(days=due, opens=_after(placed, due), closes=_after(placed, following - 1))
        for due, following in zip(FIRST_FOLLOW_UPS, ends, strict=True)
    ]


def window_on(day: date, windows: Sequence[Window]) -> Window:
    """Which of its follow-ups one on that day is: the one whose window opened last, else the first."""
    opened = [each for each in windows if each["opens"] <= day.isoformat()]
    return opened[-1] if opened else windows[0]


def _after(placed: date, days: int) -> str:
    return (placed + timedelta(days=days)).isoformat()


SHIPPED_DOCUMENT = document(VERSIONS[-1])
SHIPPED = read(SHIPPED_DOCUMENT)
EVERYWHERE = SHIPPED.everywhere  # what holds where nobody adopted anything
