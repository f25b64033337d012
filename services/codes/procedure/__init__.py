"""How the loop of a referral is kept: what a centre allows, and its deadlines. A document of its own with a version,
read whole from its file; a fact keeps what it was given, so a new version counts from the next fact on."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any, Generic, TypedDict, TypeVar

T = TypeVar("T")
VERSIONS = ("2569-1", "2569-2")  # the oldest first; each a file of that name
LAST_OPEN = 365  # days for which the last follow-up may be made, where a version says no windows


@dataclass(frozen=True)
class Setting(Generic[T]):
    """What holds for a centre: its own row, else the default."""

    default: T
    centres: Mapping[str, T]

    def of(self, centre: str) -> T:
        return self.centres.get(centre, self.default)


@dataclass(frozen=True)
class FollowUp:
    """A follow-up that is due so many `days` after the placement, and in time from the `opens`th to the `closes`th."""

    days: int
    opens: int
    closes: int


class Window(TypedDict):
    """The same of one placement: from which day until which (ISO, in Thailand, both included)."""

    days: int
    opens: str
    closes: str


@dataclass(frozen=True)
class Deadlines:
    """Working days from when a place is reserved until the partner should be told, and until the place is given back;
    days from when it was recorded until an answer is due (more where a way of telling or a kind of partner needs them;
    one that ends on a day on which offices are closed ends on the next), and from the placement until each follow-up;
    minutes in which a partner may take its no back; working days in which a director reviews one where that is so."""

    tell_days: int
    release_days: int
    answer_days: int
    answer_by_channel: Mapping[str, int]
    answer_by_kind: Mapping[str, int]
    waiting_list_days: int
    follow_ups: tuple[FollowUp, ...]
    return_minutes: int
    review_days: int

    @property
    def follow_up_days(self) -> tuple[int, ...]:
        return tuple(each.days for each in self.follow_ups)

    def windows(self, placed: date) -> list[Window]:
        """The follow-ups of somebody who was placed on that day."""
        return [
            Window(days=each.days, opens=_after(placed, each.opens), closes=_after(placed, each.closes))
            for each in self.follow_ups
        ]

    def answer_for(self, kind: str | None, channel: str | None = None) -> int:
        """Days that a partner of a kind has to answer once it was told by a channel: of both the longer."""
        named = (self.answer_by_channel.get(channel or ""), self.answer_by_kind.get(kind or ""))
        return max((days for days in named if days is not None), default=self.answer_days)


@dataclass(frozen=True)
class Procedure:
    """`valid_from`: an ISO day in Thailand. `referrals_at_once`: how many partners a centre asks for one case at
    the same time; the first yes withdraws the others."""

    version: str
    valid_from: str
    referrals_at_once: Setting[int]
    deadlines: Deadlines


@cache
def read(version: str) -> Procedure:
    told = json.loads((files("services.codes.procedure") / f"{version}.json").read_bytes())
    assert told["version"] == version, f"{version}.json is another version"
    return Procedure(
        version, told["valid_from"], Setting(**told["referrals_at_once"]), _deadlines(told["deadlines"])
    )


def _deadlines(document: Any) -> Deadlines:
    answer = document["answer"]
    return Deadlines(
        tell_days=document["tell"]["working_days"],
        release_days=document["release"]["working_days"],
        answer_days=answer["days"],
        answer_by_channel=answer["by_channel"],
        answer_by_kind=answer["by_kind"],
        waiting_list_days=document["waiting_list"]["days"],
        follow_ups=_follow_ups(document["follow_up"]),
        return_minutes=document["take_back"]["minutes"],
        review_days=document["review"]["working_days"],
    )


def _follow_ups(section: Any) -> tuple[FollowUp, ...]:
    """Where a version says only the days, each may be made until the next is due."""
    if isinstance(section, list):
        return tuple(FollowUp(each["days"], each["from"], each["until"]) for each in section)
    days = section["days"]
    return tuple(
        FollowUp(due, due, following - 1) for due, following in pairwise((*days, days[-1] + LAST_OPEN))
    )


def _after(placed: date, days: int) -> str:
    return (placed + timedelta(days=days)).isoformat()


def windows_of(placed: date, own: Sequence[Window] | None) -> Sequence[Window]:
    """The follow-ups of a placement as its fact says them; one of before facts did had those of the first version."""
    return read(VERSIONS[0]).deadlines.windows(placed) if own is None else own


def window_on(day: date, windows: Sequence[Window]) -> Window:
    """Which of its follow-ups one on that day is: the one whose window opened last, else the first."""
    opened = [each for each in windows if each["opens"] <= day.isoformat()]
    return opened[-1] if opened else windows[0]


def in_force() -> Procedure:
    """The newest version."""
    return read(VERSIONS[-1])
