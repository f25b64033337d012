"""How the loop of a referral is kept: what a centre allows, and its deadlines. A document of its own with a version,
read whole from its file; a fact keeps what it was given, so a new version counts from the next fact on."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

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
class Procedure:
    """`valid_from`: an ISO day in Thailand. `referrals_at_once`: how many partners a centre asks for one case at
    the same time; the first yes withdraws the others."""

    version: str
    valid_from: str
    referrals_at_once: Setting[int]


@cache
def read(version: str) -> Procedure:
    told = json.loads((files("services.codes.procedure") / f"{version}.json").read_bytes())
    assert told["version"] == version, f"{version}.json is another version"
    return Procedure(version, told["valid_from"], Setting(**told["referrals_at_once"]))


def in_force() -> Procedure:
    """The newest version."""
    return read(VERSIONS[-1])
