"""What an address of FHIR may ask for: filters, a part of a list, the form of the answer. Texts in, filters of the
doors out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from flask import Request, request

from services.kernel.envelope import instant
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.thai.dates import utc_span
from services.web.api.routes import whole
from services.web.formats.fhir.capabilities import Parameter, Resource
from services.web.gateway.problems import Problem

JSON = "application/fhir+json"
FORMS = ("json", "text/json", "application/json", JSON)
OF_ANSWERS = ("_format", "_pretty")  # parameters that say how, and not what
CURSOR, COUNT, SINCE = "_cursor", "_count", "_since"
THAI_TIME = "+07:00"
LENIENT = "handling=lenient"
# A date, or a time in its time zone, as precise as was known.
MOMENT = re.compile(
    r"(eq|gt|ge|lt|le|sa|eb)?(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


class Span(NamedTuple):
    """From an instant on, until before another; None: without an end."""

    start: str | None = None
    end: str | None = None

    def within(self, other: "Span") -> "Span":
        starts = [each for each in (self.start, other.start) if each]
        ends = [each for each in (self.end, other.end) if each]
        return Span(max(starts, default=None), min(ends, default=None))


@dataclass(frozen=True)
class Asked:
    """`found_by`: {parameter: those of its codes that were named}; what is not asked for does not stand there.
    `count` 0: only how many there are. `said`: what is repeated in the links of the answer."""

    count: int = LIMIT_DEFAULT
    cursor: str | None = None
    modified: Span = field(default_factory=Span)
    found_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    said: tuple[tuple[str, str], ...] = ()

    def address(self, base: str, kind: str, cursor: str | None = None) -> str:
        said = [*self.said, *([(CURSOR, cursor)] if cursor else [])]
        return f"{base}/{kind}" + (f"?{urlencode(said)}" if said else "")


def negotiate(incoming: Request) -> None:
    """We speak JSON: 406 for who wants something else."""
    told = incoming.args.get("_format")
    # A plus of an address is a space, unless it was written as %2B.
    if told and told.replace(" ", "+").partition(";")[0] not in FORMS:
        raise Problem(406, f"Here is only JSON: {JSON}.")
    accepts = incoming.accept_mimetypes
    if not told and accepts and not any(accepts[kind] > 0 for kind in FORMS[1:]):
        raise Problem(406, f"Here is only JSON: {JSON}.")


def is_pretty() -> bool:
    return request.args.get("_pretty") == "true"


def nothing_else(*names: str) -> None:
    """400 for parameters that mean nothing here, unless the asker is lenient."""
    if LENIENT in request.headers.get("Prefer", "").replace(" ", ""):
        return
    if unknown := [name for name in request.args if name not in (*names, *OF_ANSWERS)]:
        raise _wrong(unknown[0], "Unknown parameter.")


def read(about: Resource) -> Asked:
    nothing_else(CURSOR, COUNT, *about.finds_by)
    said: list[tuple[str, str]] = []
    modified, found_by = Span(), dict[str, tuple[str, ...]]()
    for name, parameter in about.finds_by.items():
        for text in filter(None, request.args.getlist(name)):
            said.append((name, text))
            if parameter.type == "date":
                modified = modified.within(span(name, text))
            else:
                codes = _codes(name, text, parameter)
                before = found_by.get(name, codes)
                found_by[name] = tuple(code for code in codes if code in before)
    count = _one(COUNT)
    if count is not None:
        said.append((COUNT, count))
    return Asked(_count(count), _one(CURSOR), modified, found_by, tuple(said))


def since() -> str | None:
    text = _one(SINCE)
    return span(SINCE, text).start if text else None


def _one(name: str) -> str | None:
    texts = request.args.getlist(name)
    if len(texts) > 1:
        raise _wrong(name, "Given more than once.")
    return texts[0] or None if texts else None


def _count(text: str | None) -> int:
    if text is None:
        return LIMIT_DEFAULT
    try:
        count = whole(text)
    except ValueError:
        count = -1
    if count < 0:
        raise _wrong(COUNT, "Must be a whole number, 0 or more.")
    return min(count, LIMIT_MOST)


def _codes(name: str, text: str, parameter: Parameter) -> tuple[str, ...]:
    """Of a token the code (its system goes without saying), of a reference the id."""
    if "\x00" in text:
        raise _wrong(name, "It contains the character NUL.")
    split = "/" if parameter.type == "reference" else "|"
    codes = tuple(each.rpartition(split)[2] for each in text.split(","))
    if parameter.codes and not {*codes} <= {*parameter.codes}:
        raise _wrong(name, f"Must be of: {', '.join(parameter.codes)}.")
    return codes[:LIMIT_MOST]


def span(name: str, text: str) -> Span:
    """The time that a date with its prefix means. A day is one of Thailand; a time without its zone is, too."""
    read = MOMENT.fullmatch(text)
    try:
        start, end = _extent(read) if read else (None, None)
    except (ValueError, OverflowError):
        start, end = None, None
    if read is None or start is None or end is None:
        raise _wrong(name, "Must be a date, as 2026-11-30 or ge2026-11-30T09:30:00Z.")
    match read[1]:
        case "ge":
            return Span(start, None)
        case "gt" | "sa":
            return Span(end, None)
        case "le":
            return Span(None, end)
        case "lt" | "eb":
            return Span(None, start)
    return Span(start, end)


def _extent(read: re.Match[str]) -> tuple[str, str]:
    year, month, day = int(read[2]), int(read[3] or 1), int(read[4] or 1)
    first = datetime(year, month, day).date()
    if read[5] is None:
        if read[4]:
            last = first
        elif read[3]:
            last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        else:
            last = first.replace(month=12, day=31)
        begin, until = utc_span(first, last)
        return instant(begin), instant(until)
    fraction = read[8] or ""
    seconds = f"{read[7] or '00'}{fraction.ljust(7, '0') if fraction else ''}"
    at = datetime.fromisoformat(f"{first}T{read[5]}:{read[6]}:{seconds}{read[9] or THAI_TIME}").astimezone(
        UTC
    )
    step = timedelta(minutes=1) if read[7] is None else timedelta(seconds=1)
    if fraction:
        step = timedelta(microseconds=10 ** (7 - len(fraction)))
    return instant(at), instant(at + step)


def _wrong(name: str, message: str) -> Problem:
    return Problem(400, f"{name}: {message}", errors={name: [f"{name}: {message}"]})
