"""How the loop of a referral is kept: what a centre allows, and its deadlines. A document of its own with a version,
read whole from its file; a fact keeps what it was given, so a new version counts from the next fact on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Generic, TypeVar

T = TypeVar("T")
VERSIONS = ("2569-1",)  # the oldest first; each a file of that name


@dataclass(frozen=True)
class Setting(Generic[T]):
    """What holds for a centre: its own row, else the default."""

    default: T
    centres: Mapping[str, T]

    def of(self, centre: str) -> T:
        return self.centres.get(centre, self.default)


@dataclass(frozen=True)
class Deadlines:
    """Working days from when a place is reserved until the partner should be told, and until the place is given back;
    days from when it was recorded until an answer is due (more where a way of telling or a kind of partner needs them;
    one that ends on a day on which offices are closed ends on the next), and from the placement until each follow-up;
    minutes in which a partner may take its no back."""

    tell_days: int
    release_days: int
    answer_days: int
    answer_by_channel: Mapping[str, int]
    answer_by_kind: Mapping[str, int]
    waiting_list_days: int
    follow_up_days: tuple[int, ...]
    return_minutes: int

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
        follow_up_days=tuple(document["follow_up"]["days"]),
        return_minutes=document["take_back"]["minutes"],
    )


def in_force() -> Procedure:
    """The newest version."""
    return read(VERSIONS[-1])
