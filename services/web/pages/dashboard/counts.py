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
    parts: dict[str, dict[str, Count]] = {
        "cases": {**figures["cases"]},
        "placements": {**figures["placements"]},
        "by_path": {**figures["by_path"]},
        "by_label": {**figures["by_label"]},
        "median_days": {**figures["median_days"]},
        "declined": {**figures["declined"]},
        "employment": {**figures["employment"]},
        "follow_ups": {**figures["follow_ups"]},
        "in_place": {**figures["in_place"]},
        "referrals": {**figures["referrals"]},
        "stays": {**figures["stays"]},
        "expired": {**figures["expired"]},
        "withdrawn": {**figures["withdrawn"]},
        "failed": {**figures["failed"]},
        "ended": {**figures["ended"]},
        "declined_by": {**figures["declined_by"]},
        "withdrawn_by": {**figures["withdrawn_by"]},
        "failed_by": {**figures["failed_by"]},
        "tasks": {**figures["tasks"]},
        "tasks_done": {**figures["tasks_done"]},
        "tasks_in_time": {**figures["tasks_in_time"]},
        "ratifications": {**figures["ratifications"]},
        "agreement": {**figures["agreement"]},
        "out_of_order": {**figures["out_of_order"]},
        "sent_out_of_order": {**figures["sent_out_of_order"]},
        "reviews": {**figures["reviews"]},
        "returned_elsewhere": {**figures["returned_elsewhere"]},
        "from_elsewhere": {**figures["from_elsewhere"]},
        "told_by_kind": {**figures["told_by_kind"]},
        "told_by_channel": {**figures["told_by_channel"]},
        "late_by_kind": {**figures["late_by_kind"]},
        "late_by_channel": {**figures["late_by_channel"]},
        "missed_by_kind": {**figures["missed_by_kind"]},
        "missed_by_channel": {**figures["missed_by_channel"]},
        "deadlines_missed": {**figures["deadlines_missed"]},
        "deadlines_missed_by": {**figures["deadlines_missed_by"]},
        "returned_6": {**figures["returned_6"]},
        "returned_12": {**figures["returned_12"]},
        "returned_24": {**figures["returned_24"]},
    }
    for name, why in figures["hidden"].items():
        part, _, code = name.partition(".")
        parts[part][code] = Hidden(why)
    return parts


def size(count: Count) -> int | float:
    """A count for a drawing, in which what is hidden or not known does not show."""
    return count if isinstance(count, int | float) else 0
