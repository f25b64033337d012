"""Ratios of `make bench`, kept in the repository, so that no change slows the system unseen.

A figure of its own says little on a shared machine; beside a peer measured in the same run it does. Kept are the
ratios, and how many round trips to the database a command takes.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

KEPT = Path(__file__).with_name("ratios.json")
SLACK = 0.15  # what a ratio may move between two runs without being said
TOLD_APART = (
    "figure",
    "database",
    "writers",
    "command",
)  # what says which of several lines of a figure one is
COUNTED = ("l_trips_to_postgresql",)  # the same on any machine, however busy
LESS_IS_BETTER = (*COUNTED, "b_commit_to_overview_ms", "f_footprint")


class Fallen(NamedTuple):
    name: str
    before: float
    now: float


def ratios(line: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
    """(name, ratio) of what one line of `make bench` says."""
    name = " ".join(str(line[part]) for part in TOLD_APART if part in line)
    for where, value in (
        ("", line),
        *((key, value) for key, value in line.items() if isinstance(value, dict)),
    ):
        for key in ("ratio", "trips"):
            if key in value:
                yield f"{name} {where}".rstrip(), float(value[key])


def fallen(before: Mapping[str, float], now: Mapping[str, float]) -> list[Fallen]:
    """What became worse by more than the slack."""
    found = []
    for name in before.keys() & now.keys():
        was, is_ = before[name], now[name]
        worse = is_ > was * (1 + SLACK) if name.startswith(LESS_IS_BETTER) else is_ < was * (1 - SLACK)
        if worse:
            found.append(Fallen(name, was, is_))
    return sorted(found)


def keepable(now: Mapping[str, float], load: float, cores: int) -> dict[str, float]:
    """What a run may keep: where others were at work when it began, only what is counted."""
    quiet = load < cores / 4
    return {name: value for name, value in now.items() if quiet or name.startswith(COUNTED)}


def kept() -> dict[str, float]:
    return (
        {name: float(value) for name, value in json.loads(KEPT.read_text()).items()} if KEPT.exists() else {}
    )


def keep(now: Mapping[str, float]) -> None:
    """Those that were not measured stay as they were."""
    KEPT.write_text(json.dumps({**kept(), **now}, indent=2, sort_keys=True) + "\n")
