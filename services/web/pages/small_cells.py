"""Counts that a reader who may not see cases must not read: from one to four people somebody may be known.

A hidden count cannot be worked out either: where it is part of a total that is shown, another part is hidden with it, chosen by its
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
    placements = figures["placements"]
    placed: dict[str, Any] = {
        **parts_of({"outside_ministry": placements["outside_ministry"], "ministry": placements["ministry"]}),
        "total": placements["total"],
        "share_outside": placements["share_outside"],
    }
    plain = not any(isinstance(placed[name], Hidden) for name in ("outside_ministry", "ministry"))
    if not plain:
        placed["share_outside"] = None
        if placed["outside_ministry"] is placed["ministry"]:
            placed["total"] = WITHHELD
    every_path = {path: figures["by_path"].get(path, 0) for path in PATHS}
    by_path = parts_of(every_path) if plain else dict.fromkeys(every_path, WITHHELD)
    employment: dict[str, Count] = {"started": WITHHELD, "in_work": WITHHELD}
    if not any(isinstance(by_path[path], Hidden) for path in EMPLOYER_PATHS):
        started, in_work = figures["employment"]["started"], figures["employment"]["in_work"]
        parts = parts_of({"in_work": in_work, "not": started - in_work})
        employment = {"started": started, "in_work": parts["in_work"]}
    cases = {name: single(count) for name, count in figures["cases"].items()}
    enough = {"to_screening": "screened", "to_acceptance": "referred", "to_placement": "placed"}
    return {
        **figures,
        "cases": cases,
        "placements": placed,
        "by_path": {path: count for path, count in by_path.items() if count != 0},
        "by_label": {label: single(count) for label, count in figures["by_label"].items()},
        "median_days": {
            name: days if _many(figures["cases"][enough[name]]) else None
            for name, days in figures["median_days"].items()
        },
        "declined": {reason: single(count) for reason, count in figures["declined"].items()},
        "employment": employment,
    }


def spread(figures: Mapping[str, Any], seen: Mapping[str, Any]) -> dict[str, Any]:
    """What goes with an overview: its placements by month and by centre, and days between steps. `seen`: the overview as it is shown."""
    plain = not any(isinstance(seen["placements"][name], Hidden) for name in ("outside_ministry", "ministry"))
    broken = {name: _broken_down(figures[name], plain) for name in ("by_month", "by_centre")}
    cases = {**seen["cases"], "accepted": single(figures["accepted"])}
    return {
        **figures,
        **broken,
        "accepted": cases["accepted"],
        "waited_days": {
            step: days if _many(cases[step]) else None for step, days in figures["waited_days"].items()
        },
    }


def _broken_down(rows: Mapping[str, Mapping[str, int]], plain: bool) -> dict[str, dict[str, Count]]:
    """Rows {outside_ministry, ministry, total}, of which each column is a breakdown of a count that is shown (`plain`) or is not."""
    columns: dict[str, dict[str, Count]] = {}
    for name in ("outside_ministry", "ministry"):
        column = {key: row[name] for key, row in rows.items()}
        columns[name] = parts_of(column) if plain else dict.fromkeys(column, WITHHELD)
    shown: dict[str, dict[str, Count]] = {}
    for key, row in rows.items():
        cells = {name: columns[name][key] for name in columns}
        hides = any(isinstance(cell, Hidden) for cell in cells.values())
        shown[key] = {**cells, "total": WITHHELD if hides else row["total"]}
    return shown


def _many(count: Count) -> bool:
    """A median of fewer would tell of one."""
    return isinstance(count, int) and count >= SMALL
