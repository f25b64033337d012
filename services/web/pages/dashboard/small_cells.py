"""Counts of what kind of people they were, that a reader who may not see cases must not read: of one to four, somebody may be known.

How many were placed where and when is what the ministry steers by, and says nothing of anybody: those counts stand as they are.
A hidden count cannot be worked out: where it is part of a total that is shown, another part is hidden with it, chosen by its
place in the list and not by its size; where that does not help, all parts are withheld. Subtracting one page from another (a
month from a year, a centre from the country) is not guarded against here.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from services.codes import EMPLOYER_PATHS, PATHS

SMALL = 5


class Hidden(Enum):
    FEW = "few"  # one to four
    WITHHELD = "withheld"


Count = int | Hidden
WITHHELD, FEW = Hidden.WITHHELD, Hidden.FEW


def size(count: Count) -> int:
    """A count for a drawing, in which what is hidden does not show."""
    return 0 if isinstance(count, Hidden) else count


def single(count: int) -> Count:
    """A count that is part of no total."""
    return FEW if 0 < count < SMALL else count


def parts_of(parts: Mapping[str, int]) -> dict[str, Count]:
    """Counts whose sum is shown, or can be worked out. Withheld are either all of them, even the noughts, or none but one."""
    few = [key for key, count in parts.items() if 0 < count < SMALL]
    large = [key for key, count in parts.items() if count >= SMALL]
    if not few:
        return dict(parts)
    # One large count hides the few beside it, unless all are as small as they can be: then their sum gives each away.
    if not large or sum(parts[key] for key in few) + parts[large[0]] == len(few) + SMALL:
        return dict.fromkeys(parts, WITHHELD)
    return {
        key: FEW if key in few else WITHHELD if key == large[0] else count for key, count in parts.items()
    }


def overview(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of a period (contract: reports/overview) as such a reader may see them; the same names, counts may be `Hidden`."""
    every_path = {path: figures["by_path"].get(path, 0) for path in PATHS}
    # The sum of the employers' paths is a figure of its own, so theirs and the others' are two totals.
    with_employers = {path: every_path.pop(path) for path in EMPLOYER_PATHS}
    by_path = parts_of(every_path) | parts_of(with_employers)
    enough = {"to_screening": "screened", "to_acceptance": "referred", "to_placement": "placed"}
    return {
        **figures,
        "by_path": {path: count for path, count in by_path.items() if count != 0},
        "by_label": {label: single(count) for label, count in figures["by_label"].items()},
        "median_days": {
            name: days if _many(figures["cases"][enough[name]]) else None
            for name, days in figures["median_days"].items()
        },
        "declined": {reason: single(count) for reason, count in figures["declined"].items()},
    }


def spread(figures: Mapping[str, Any], cases: Mapping[str, int]) -> dict[str, Any]:
    """What goes with an overview, of which `cases` are: the days between steps only where many took them."""
    steps = {**cases, "accepted": figures["accepted"]}
    waited = {step: days if _many(steps[step]) else None for step, days in figures["waited_days"].items()}
    return {**figures, "waited_days": waited}


def _many(count: int) -> bool:
    """A median of fewer would tell of one."""
    return count >= SMALL
