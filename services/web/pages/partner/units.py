"""Places that are told apart, by what they are and whom they are for: in the form of a statement, and in words."""

from typing import NamedTuple

from werkzeug.datastructures import MultiDict

from services.codes import KIND_OF_PATH, units
from services.kernel.questions import Json
from services.partners.answers import Places, Programme, Told
from services.thai.numbers import NumberError, read_whole
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, current


class Line(NamedTuple):
    """`number`: its place in the form."""

    number: int
    unit: str
    group: str
    label: str


def lines(programme: Programme) -> list[Line]:
    """Those that the partner told apart, then those that it might."""
    usual = "position" if KIND_OF_PATH.get(programme["path"]) == "work" else "bed"
    told = [units.key_of(each["unit"], each["group"]) for each in programme["places"]["units"]]
    keys = dict.fromkeys((*told, *(units.key_of(usual, group) for group in units.GROUPS)))
    return [
        Line(number, *units.parts_of(key), units.unit_in_words(key, current()))
        for number, key in enumerate(keys)
    ]


def as_typed(places: Places, rows: list[Line]) -> list[dict[str, Json]]:
    """As the form shows them first."""
    known = {(each["unit"], each["group"]): each for each in places["units"]}
    return [
        {"free": each["free"], "total": each["total"]} if (each := known.get((line.unit, line.group))) else {}
        for line in rows
    ]


def counted(form: Form) -> "MultiDict[str, str]":
    """What was typed without the lines that say nothing, and with what the others add up to."""
    typed: MultiDict[str, str] = MultiDict(form.typed)
    total = free = 0
    for number in range(units.UNITS_MOST):
        names = [f"units.{number}.{part}" for part in ("total", "free")]
        if not any(typed.get(name, "").strip() for name in names):
            for part in ("unit", "group", "total", "free"):
                typed.poplist(f"units.{number}.{part}")
            continue
        total, free = total + _whole(typed.get(names[0], "")), free + _whole(typed.get(names[1], ""))
    typed["total"], typed["free"] = str(total), str(free)
    return typed


def _whole(text: str) -> int:
    """0 for what is no number: its own field says so."""
    try:
        return read_whole(text)
    except NumberError:
        return 0


def in_words(places: Places) -> list[tuple[str, int, int]]:
    """[(what, free, total)]"""
    return [
        (
            units.unit_in_words(units.key_of(each["unit"], each["group"]), current()),
            each["free"],
            each["total"],
        )
        for each in places["units"]
    ]


def stated(places: Told) -> str:
    """What a statement says."""
    said = _("{free} of {total} places free").format(free=places["free"], total=places["total"])
    apart = [
        _("{what}: {free} of {total} free").format(
            what=units.unit_in_words(units.key_of(each["unit"], each["group"]), current()), free=each["free"],
            total=each["total"],
        )
        for each in places.get("units", ())
    ]  # fmt: skip
    return " · ".join([said, *apart])
