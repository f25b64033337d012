"""Counts and medians of an overview by part and code; reporting does not tell every reader every count."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.reporting.answers import Overview


@dataclass(frozen=True)
class Hidden:
    """A count that is not told, and the code of the reason: few or withheld."""

    why: str


Count = int | float | Hidden | None
Parts = Mapping[str, Mapping[str, Count]]


def parts_of(figures: Overview) -> Parts:
    """{part: {code: count}}; a count that is hidden says so, instead of being None."""
    cases, placements = figures["cases"], figures["placements"]
    days, employment = figures["median_days"], figures["employment"]
    parts: dict[str, dict[str, Count]] = {
        "cases": {
            "opened": cases["opened"], "screened": cases["screened"], "planned": cases["planned"],
            "referred": cases["referred"], "placed": cases["placed"], "closed": cases["closed"],
        },
        "placements": {
            "total": placements["total"], "outside_ministry": placements["outside_ministry"],
            "ministry": placements["ministry"],
        },
        "by_path": {**figures["by_path"]},
        "by_label": {**figures["by_label"]},
        "median_days": {
            "to_screening": days["to_screening"], "to_acceptance": days["to_acceptance"],
            "to_placement": days["to_placement"],
        },
        "declined": {**figures["declined"]},
        "employment": {"started": employment["started"], "in_work": employment["in_work"]},
    }  # fmt: skip
    for name, why in figures["hidden"].items():
        part, _, code = name.partition(".")
        parts[part][code] = Hidden(why)
    return parts


def size(count: Count) -> int | float:
    """A count for a drawing, in which what is hidden or not known does not show."""
    return count if isinstance(count, int | float) else 0
