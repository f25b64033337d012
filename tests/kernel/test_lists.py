"""A list is answered a page at a time: the cursor is the caller's to give back, and whatever else it gives is
refused."""

import base64

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor, page_cursor

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=("Cs",)))
VALUES = st.lists(TEXTS | st.integers(-(2**63), 2**63 - 1) | st.none(), min_size=1, max_size=4)


def written(value):
    return base64.urlsafe_b64encode(orjson.dumps(value)).decode()


@given(VALUES)
def test_a_cursor_gives_its_values_back_and_fits_a_url(values):
    cursor = make_cursor(values)
    assert page_cursor(cursor, len(values)) == values
    assert cursor.replace("-", "").replace("_", "").isalnum() and cursor.isascii()


@pytest.mark.parametrize(
    "text",
    [
        "%",  # no base64
        "ก",
        base64.urlsafe_b64encode(b"[1").decode(),  # no JSON
        written({"a": 1, "b": 2}),  # no list, though as long as one
        written("ab"),
        written([1]),  # too short
        written([1, 2, 3]),  # too long
        written([1, "a\0b"]),  # a text that no database takes
    ],
)
def test_what_is_no_cursor_of_the_list_is_refused_by_name(text):
    with pytest.raises(Invalid) as refusal:
        page_cursor(text, 2)
    assert refusal.value.errors == {"cursor": ["Not a cursor of this list."]}
