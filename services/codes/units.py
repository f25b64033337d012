"""What the places of a programme are counted in, and for whom they are, where a partner tells them apart. Data only.

HSDS calls the first a unit; we count units by the group of people that they are for: beds for men, beds for women. Of
whom nothing is known that decides it, any of them may be the right one: unknown is never "no".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from services.codes.words import CodeList, Words

UNITS = CodeList(
    "place_unit",
    {
        "bed": Words("เตียง", "Beds"),
        "room": Words("ห้อง", "Rooms"),
        "position": Words("ตำแหน่งงาน", "Positions"),
        "seat": Words("ที่นั่งฝึกอบรม", "Training places"),
        "place": Words("ที่", "Places"),
    },
)


@dataclass(frozen=True)
class Group:
    """People with one of these values of a fact."""

    fact: str
    values: tuple[str, ...]


ANYONE = "anyone"
GROUPS = CodeList(
    "place_group",
    {
        "men": Words("ผู้ชาย", "Men"),
        "women": Words("ผู้หญิง", "Women"),
        ANYONE: Words("ไม่จำกัดเพศ", "Anyone"),
    },
)
WHO: Mapping[str, Group] = {"men": Group("sex", ("male",)), "women": Group("sex", ("female",))}
UNITS_MOST = len(UNITS) * len(GROUPS)


def group_of(fact: Callable[[str], Any]) -> str | None:
    """The group that a person belongs to by the screening, which says the value of each `fact` it knows; None: nobody
    knows."""
    return next((code for code, group in WHO.items() if fact(group.fact) in group.values), None)


def takes(group: str, who: str | None) -> bool:
    """Whether a unit of a group may be for somebody of `who`."""
    return who is None or group in (who, ANYONE)


def key_of(unit: str, group: str) -> str:
    return f"{unit}/{group}"


def parts_of(key: str) -> tuple[str, str]:
    """(unit, group)"""
    unit, _, group = key.partition("/")
    return unit, group


def unit_in_words(key: str, language: str) -> str:
    """As beds for men."""
    unit, group = parts_of(key)
    kind, whom = UNITS.word(unit, language), GROUPS.word(group, language)
    return f"{kind}{whom}" if language == "th" else f"{kind}: {whom.lower()}"
