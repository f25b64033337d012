"""Ages as services tell them: full years {on, min, max}, and how far an estimate may be off. Pure."""

from datetime import date
from typing import NotRequired, TypedDict

from services.codes.words import CodeList, Words
from services.thai import dates

# Who looks 58 may be 60: within so many years of a limit of the law nobody's looks decide.
MARGIN = 5


class ToldAge(TypedDict):
    """As somebody told it: `on` is today if left out."""

    min: int
    max: int
    on: NotRequired[str]
    margin: NotRequired[int]


class Age(TypedDict):
    """Full years, least and most, on a day (ISO). `margin`: it is an estimate, and may be off by so many years."""

    on: str
    min: int
    max: int
    margin: NotRequired[int]


_BANDS = (
    "0-12", "13-17", "15-20", "18-29", "30-39", "40-49", "50-59", "55-64", "60-69", "70-79", "80-89", "90-110",
)  # fmt: skip

# The age as it looks; some lie across the limits of the law, so that nobody has to choose a side.
AGE_BANDS = CodeList(
    "age_band",
    {band: Words(f"{band.replace('-', '–')} ปี", f"{band.replace('-', '–')} years") for band in _BANDS},
)


def by_looks(band: str) -> dict[str, int]:
    """{min, max, margin} of a band such as 55-64; DateError if it is none."""
    least, most = dates.age_band(band)
    return {"min": least, "max": most, "margin": MARGIN}


def of_case(age: dates.AgeRange) -> Age:
    """An age as intake knows it: a birth date gives one number, looks give a band."""
    known = Age(on=age["on"], min=age["min"], max=age["max"])
    return {**known, "margin": MARGIN} if age["min"] < age["max"] else known


def aged(age: ToldAge | Age, day: date) -> Age:
    """An age as it may be on a later day: a birthday may have come since, so the range can only widen upwards.

    {"on": "2026-11-01", "min": 59, "max": 59} is 59 to 60 a month later: nobody loses a right for
    a birthday we cannot see.
    """
    on = age.get("on") or day.isoformat()
    start, years, birthday = date.fromisoformat(on), 0, False
    if start < day:
        years = dates.age_on(on, day)
        birthday = (start.month, start.day) != (day.month, day.day)
        on = day.isoformat()
    later = Age(on=on, min=age["min"] + years, max=age["max"] + years + birthday)
    return {**later, "margin": age["margin"]} if age.get("margin") else later


def narrowed(age: Age, known: Age | None) -> Age:
    """The age by the birth date, where what else was told of the age leaves room for it."""
    if known is None or known["min"] != known["max"] or known["on"] != age["on"]:
        return age
    return known if can_be(age, known["min"]) else age


def can_be(age: Age, years: int) -> bool:
    """Whether what was told leaves room for an age in full years on the same day."""
    off = age.get("margin", 0)
    return age["min"] - off <= years <= age["max"] + off
