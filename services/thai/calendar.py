"""Working days of Thai government offices: weekends, public holidays and their substitutes.

The cabinet announces each year's holidays, and adds special ones in between, so the table is data that must
be extended every year: put in the announced days, with the palace's date for the Royal Ploughing Ceremony, and
the year into ANNOUNCED. A year computed ahead has lunar days and substitutes by rule, but no special days; a
year not in the table has only the fixed days. Labour Day (1 May) is a holiday of private employers, not of
offices; special holidays of single provinces are left out.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

NEW_YEAR = ("วันขึ้นปีใหม่", "New Year's Day")
MAKHA = ("วันมาฆบูชา", "Makha Bucha Day")
CHAKRI = ("วันจักรี", "Chakri Memorial Day")
SONGKRAN = ("วันสงกรานต์", "Songkran Festival")
CORONATION = ("วันฉัตรมงคล", "Coronation Day")
PLOUGHING = ("วันพืชมงคล", "Royal Ploughing Ceremony Day")
VISAKHA = ("วันวิสาขบูชา", "Visakha Bucha Day")
QUEEN = ("วันเฉลิมพระชนมพรรษาสมเด็จพระราชินี", "H.M. the Queen's Birthday")
ASANHA = ("วันอาสาฬหบูชา", "Asanha Bucha Day")
LENT = ("วันเข้าพรรษา", "Buddhist Lent Day")
KING = ("วันเฉลิมพระชนมพรรษาพระบาทสมเด็จพระเจ้าอยู่หัว", "H.M. the King's Birthday")
MOTHERS = ("วันแม่แห่งชาติ", "National Mother's Day")
NAVAMINDRA = ("วันนวมินทรมหาราช", "King Bhumibol Memorial Day")
CHULALONGKORN = ("วันปิยมหาราช", "King Chulalongkorn Memorial Day")
FATHERS = ("วันพ่อแห่งชาติ", "National Day and Father's Day")
CONSTITUTION = ("วันรัฐธรรมนูญ", "Constitution Day")
YEAR_END = ("วันสิ้นปี", "New Year's Eve")
SPECIAL = ("วันหยุดราชการกรณีพิเศษ", "Special holiday")

Names = tuple[str, str]


def _instead(names: Names) -> Names:
    return f"วันหยุดชดเชย{names[0]}", f"Substitution for {names[1]}"


FIXED: dict[tuple[int, int], Names] = {
    (1, 1): NEW_YEAR,
    (4, 6): CHAKRI,
    (4, 13): SONGKRAN,
    (4, 14): SONGKRAN,
    (4, 15): SONGKRAN,
    (5, 4): CORONATION,
    (6, 3): QUEEN,
    (7, 28): KING,
    (8, 12): MOTHERS,
    (10, 13): NAVAMINDRA,
    (10, 23): CHULALONGKORN,
    (12, 5): FATHERS,
    (12, 10): CONSTITUTION,
    (12, 31): YEAR_END,
}
"""Month and day of the holidays that return every year, in force since 2020."""

ANNOUNCED = frozenset({2024, 2025, 2026})
"""Years whose table is what was announced, as known in November 2026."""

MOVABLE: dict[int, dict[tuple[int, int], Names]] = {
    2024: {
        (2, 24): MAKHA,
        (2, 26): _instead(MAKHA),
        (4, 8): _instead(CHAKRI),
        (4, 12): SPECIAL,
        (4, 16): _instead(SONGKRAN),
        (5, 6): _instead(CORONATION),
        (5, 10): PLOUGHING,
        (5, 22): VISAKHA,
        (7, 20): ASANHA,
        (7, 21): LENT,
        (7, 22): _instead(ASANHA),
        (7, 29): _instead(KING),
        (10, 14): _instead(NAVAMINDRA),
        (12, 30): SPECIAL,
    },
    2025: {
        (2, 12): MAKHA,
        (4, 7): _instead(CHAKRI),
        (4, 16): _instead(SONGKRAN),
        (5, 5): _instead(CORONATION),
        (5, 9): PLOUGHING,
        (5, 11): VISAKHA,
        (5, 12): _instead(VISAKHA),
        (6, 2): SPECIAL,
        (7, 10): ASANHA,
        (7, 11): LENT,
        (8, 11): SPECIAL,
    },
    2026: {
        (1, 2): SPECIAL,
        (3, 3): MAKHA,
        (5, 13): PLOUGHING,
        (5, 31): VISAKHA,
        (6, 1): _instead(VISAKHA),
        (7, 29): ASANHA,
        (7, 30): LENT,
        (12, 7): _instead(FATHERS),
    },
    2027: {
        (2, 21): MAKHA,
        (2, 22): _instead(MAKHA),
        (5, 20): VISAKHA,
        (7, 18): ASANHA,
        (7, 19): LENT,
        (7, 20): _instead(ASANHA),
        (10, 25): _instead(CHULALONGKORN),
        (12, 6): _instead(FATHERS),
    },
}
"""The days that differ from year to year: lunar days, substitutes for holidays on a weekend, special days."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday of government offices."""

    day: date
    thai: str
    english: str


@cache
def holidays(year: int) -> tuple[Holiday, ...]:
    """The holidays of a CE year by date; see `is_announced` for how far to trust them."""
    days = FIXED | MOVABLE.get(year, {})
    return tuple(Holiday(date(year, *day), *days[day]) for day in sorted(days))


@cache
def _by_day(year: int) -> dict[date, Holiday]:
    return {holiday.day: holiday for holiday in holidays(year)}


def holiday(day: date) -> Holiday | None:
    """The holiday on a day, if it is one."""
    return _by_day(day.year).get(day)


def is_announced(year: int) -> bool:
    """Whether a CE year's holidays are the announced ones; false means computed ahead, or fixed days only."""
    return year in ANNOUNCED


def announced_until() -> date:
    """The last day of which the holidays are announced: a deadline after it may fall on one that nobody knows yet."""
    return date(max(ANNOUNCED), 12, 31)


NEAR = 60  # days before the announced holidays end: next year's have to be put in


def runs_out(today: date) -> date | None:
    """The last day of which holidays are announced, if that is near; None: it is not."""
    ends = announced_until()
    return ends if (ends - today).days < NEAR else None


def is_working_day(day: date, closed: Collection[date] = ()) -> bool:
    """`closed`: days on which one office is closed besides."""
    return day.weekday() < 5 and day not in _by_day(day.year) and day not in closed


def next_working_day(day: date, closed: Collection[date] = ()) -> date:
    """The day itself if offices work, else the next one that does (Civil Code s.193/8)."""
    while not is_working_day(day, closed):
        day += timedelta(days=1)
    return day


def add_working_days(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The day `count` working days later, the first day not counted (Civil Code s.193/3); 0 gives it back."""
    if count < 0:
        raise ValueError("count: must not be negative")
    for _ in range(count):
        day = next_working_day(day + timedelta(days=1), closed)
    return day


def working_days_before(day: date, count: int, closed: Collection[date] = ()) -> date:
    """The day `count` working days earlier, the last day not counted."""
    if count < 0:
        raise ValueError("count: must not be negative")
    for _ in range(count):
        day -= timedelta(days=1)
        while not is_working_day(day, closed):
            day -= timedelta(days=1)
    return day
