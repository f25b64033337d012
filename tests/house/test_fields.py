"""What counts as yes and no, and what is kept of words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import Schema, ValidationError

from services.fields import Flag, Words
from services.thai import idcard, names

CLEANERS = (names.normalise, names.without_prison_prefix, idcard.clean)
INVISIBLE = (
    "\x00\x07\x1b\x1f\x7f\x80\x9f\u00ad\u061c\u200b\u200d\u200e\u200f\u202a\u202e"
    "\u2060\u2066\u2069\ufeff\U000e0041"
)
TYPED = st.text(
    st.one_of(
        st.characters(min_codepoint=0x0E01, max_codepoint=0x0E5B),
        st.sampled_from(INVISIBLE + " \t\n\r\u2028\u00a0น.ช.ภ\u0301e๑-"),
        st.characters(),
    )
)


class Question(Schema):
    agreed = Flag()


def kept(field: Words, typed: str) -> str | None:
    class Told(Schema):
        words = field

    loaded: str | None = Told().load({"words": typed})["words"]
    return loaded


@pytest.mark.parametrize("value", [True, False])
def test_a_flag_is_true_or_false(value):
    assert Question().load({"agreed": value}) == {"agreed": value}


@pytest.mark.parametrize("value", [1, 0, 1.0, "true", "yes", "", [], {}, None])
def test_a_flag_is_nothing_that_equals_them(value):
    with pytest.raises(ValidationError):
        Question().load({"agreed": value})


@given(typed=TYPED, clean=st.sampled_from(CLEANERS))
def test_what_was_kept_of_words_is_kept_as_it_is_when_it_comes_again(typed, clean):
    field = Words(10_000, clean)
    once = kept(field, typed)
    assert once is None or (once == once.strip() != "" and kept(field, once) == once)
    assert not set(once or "") & set(INVISIBLE)


@given(typed=TYPED, most=st.integers(1, 12))
def test_words_are_never_longer_than_they_may_be(typed, most):
    meant = kept(Words(10_000), typed) or ""
    if len(meant) <= most:
        assert (kept(Words(most), typed) or "") == meant
    else:
        with pytest.raises(ValidationError, match=f"Longer than {most} characters"):
            kept(Words(most), typed)


@pytest.mark.parametrize("blank", ["", " \u3000\t", "\u200b\u2066\ufeff", "\r\n\u2028"])
def test_blank_words_are_none_unless_they_are_required(blank):
    assert kept(Words(5), blank) is None
    with pytest.raises(ValidationError, match="May not be blank"):
        kept(Words(5, required=True), blank)


def test_lines_stay_lines():
    assert kept(Words(50), " นํ้าท่วม\r\n\r\n  มาเอง\u200b \n") == "น้ำท่วม\n\nมาเอง"
