"""Every field in which somebody writes is read by the one reader of its kind, which its type names: words, addresses,
days, whole numbers, telephone numbers, identity numbers. Fields are found in the bodies of all commands."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, fields, validate

from services.fields import Day, Email, Website, Words
from services.web.api.routes import ROUTES
from tests.thai.test_as_typed import INVISIBLE, damaged

ROOT = Path(__file__).parents[2]
READ = (Words, Email, Website, Day)
# Text that is none of those, and what reads it.
OF_ITS_OWN = {
    "birth_date": "a day, a month or a year, as dates.partial_date reads it",
    "visited": "whether, or the day",
    "based_on": "the name of a version",
    "code": "the name of a document or a fact",
    "confirmer": "the name of an account",
    "user": "the name of an account",
    "url": "an address that is called, checked by outbound",
    "opens": "a time of the day",
    "closes": "a time of the day",
    "content": "documents, which have a reader of their own",
}
CODES = ("_province", "_subdistrict", "_band", "_uuid", "_code")  # functions that know all values


def written(schema: Schema, path: str = "") -> Iterator[tuple[str, Any]]:
    """(name, field) of what is text."""
    for name, field in schema.fields.items():
        inner = field.inner if isinstance(field, fields.List) else field
        if isinstance(inner, fields.Nested):
            yield from written(inner.schema, f"{path}{name}.")
        elif isinstance(inner, fields.String | fields.Raw) and type(inner) is not fields.Field:
            yield f"{path}{name}", inner


def is_code(field: Any) -> bool:
    known = (validate.OneOf, validate.Regexp, validate.ContainsOnly)
    return any(isinstance(each, known) or getattr(each, "__name__", "") in CODES for each in field.validators)


def test_every_text_that_somebody_writes_has_the_reader_of_its_kind():
    found = {
        (route.door, name): field for route in ROUTES if route.writes for name, field in written(route.body())
    }
    by_nobody = {
        (door, name)
        for (door, name), field in found.items()
        if not isinstance(field, READ)
        and not is_code(field)
        and not re.search(r"(^|[._])ids?$", name)
        and name.rpartition(".")[2] not in OF_ITS_OWN
    }
    assert sum(isinstance(field, Words) for field in found.values()) > 60 and by_nobody == set()


@pytest.mark.parametrize(
    "name", ["name", "note", "reason", "why", "place", "text", "owner", "escort", "relative"]
)
@given(data=st.data())
def test_words_arrive_as_they_were_meant_at_every_door_that_takes_them(name, data):
    """Marks that nobody sees and spaces at the ends are not kept, whoever takes the words."""
    taken = [
        field
        for route in ROUTES
        if route.writes
        for path, field in written(route.body())
        if path.rpartition(".")[2] == name and isinstance(field, Words)
    ]
    typed = data.draw(damaged("บ้านน้ำใส ริมคลอง"))
    for field in taken:
        kept = field.deserialize(f" {typed}\u200b ")
        assert taken and kept == "บ้านน้ำใส ริมคลอง" and not set(kept) & {*INVISIBLE}


def test_pages_leave_the_reading_of_days_to_the_form():
    """By the type of its field; only what is no field of a body is read by hand."""
    by_hand = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "services/web/pages").rglob("*.py")
        if re.search(r"read_day\b", path.read_text())
    }
    assert by_hand == {
        "services/web/pages/parts/days.py",
        "services/web/pages/frame/forms.py",
        "services/web/pages/case/meetings.py",  # beside the time of the day
        "services/web/pages/outreach/activities.py",  # in an address
    }
