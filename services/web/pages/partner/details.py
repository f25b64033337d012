"""What else is known of a partner or programme: in a form, and in words."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, NamedTuple, TypeAlias

from services.codes import sentences
from services.codes.details import Detail
from services.kernel.questions import Json
from services.partners.answers import PartnerDetails, ProgrammeDetails
from services.web.pages.frame.forms import Form, Read
from services.web.pages.parts import days, places
from services.web.pages.parts.language import current
from services.web.pages.parts.words import province, say

Known: TypeAlias = PartnerDetails | ProgrammeDetails

READERS: Mapping[str, Read] = {"provinces": places.read_provinces}


class Line(NamedTuple):
    label: str
    text: str


def in_words(details: Mapping[str, Detail], known: Known) -> list[Line]:
    """Each that is known."""
    told: Any = known
    return [
        Line(say(detail.label), text)
        for code, detail in details.items()
        if (text := sentences.detail_in_words(detail, told.get(code), current()))
    ]


def readers(details: Mapping[str, Detail]) -> dict[str, Read]:
    """{field: how its text is read} of those that are typed otherwise than they are kept."""
    return {path: READERS[kind] for path, kind in _paths(details) if kind in READERS}


def _paths(details: Mapping[str, Detail]) -> Iterator[tuple[str, str]]:
    for code, detail in details.items():
        for part in detail.parts:
            yield (code if detail.is_plain else f"{code}.{part.code}"), part.kind


def as_typed(details: Mapping[str, Detail], known: Known) -> dict[str, Json]:
    """What is known as a form shows it: days as people write them, provinces by their names."""
    told: Any = known
    shown: Any = {code: told[code] for code in details if code in told}
    for path, kind in _paths(details):
        code, _, part = path.partition(".")
        value = shown.get(code) if not part else (told.get(code) or {})
        if kind == "provinces" and value:
            shown[code] = ", ".join(map(province, value))
        elif kind == "day" and value and part in value:
            shown[code] = {**shown[code], part: days.typed(date.fromisoformat(value[part]))}
    typed: dict[str, Json] = shown
    return typed


def changes(details: Mapping[str, Detail], form: Form, known: Known) -> dict[str, Json]:
    """Of a form that was loaded: the details that say something else than what is known, as they are sent. What was
    emptied is sent empty."""
    told, before = form.data["changes"], dict(known.items())
    return {
        code: form.body.get(code, [] if detail.most > 1 else "" if detail.is_plain else {})
        for code, detail in details.items()
        if told.get(code) != before.get(code) and (code in form.body or code in before)
    }
