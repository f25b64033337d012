"""Citizen numbers: check digit whatever the first digit, masking, printing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai import idcard

TWELVE = st.text(alphabet="0123456789", min_size=12, max_size=12)


def test_the_check_digit_is_the_known_one():
    assert idcard.check_digit("110170020345") == "0"
    assert idcard.check_digit("000000000000") == "1"


@given(TWELVE)
def test_one_check_digit_of_ten_is_right_for_every_first_digit(twelve):
    right = [digit for digit in "0123456789" if idcard.problem(twelve + digit) is None]
    assert right == [idcard.check_digit(twelve)]


@given(TWELVE, st.integers(0, 11), st.integers(1, 9))
def test_one_wrong_digit_is_noticed_unless_the_rule_cannot(twelve, at, change):
    wrong = str((int(twelve[at]) + change) % 10)
    number = twelve[:at] + wrong + twelve[at + 1 :] + idcard.check_digit(twelve)
    total_change = (int(wrong) - int(twelve[at])) * (13 - at) % 11
    noticed = idcard.problem(number) == "check_digit"
    # The third digit weighs 11 and so counts nothing; 11 remainders share 10 digits (0 and 10 both give 1).
    assert noticed or total_change in (0, 1, 10)


@pytest.mark.parametrize("first", "0123456789")
def test_stateless_and_royal_first_digits_are_as_good_as_others(first):
    twelve = first + "60990012345"
    assert idcard.problem(twelve + idcard.check_digit(twelve)) is None


def test_numbers_are_read_as_people_write_them():
    digit = idcard.check_digit("160990012345")
    for written in (
        "1-6099-00123-45-",
        "1 6099 00123 45 ",
        "๑๖๐๙๙๐๐๑๒๓๔๕",
        "1–6099–00123–45–",
        "\u202a1609900123\u2066\u200b45",
    ):
        assert idcard.problem(written + digit) is None
    assert idcard.clean("๑-6099") == "16099"


@pytest.mark.parametrize(
    "number", ["", "123", "12345678901234", "16099001234X1", "G123456789012", "¹609900123451"]
)
def test_what_has_not_13_digits_says_so(number):
    assert idcard.problem(number) == "not_13_digits"


def test_a_mask_leaves_the_registration_office_only():
    assert idcard.mask("1609900123451") == "1-6099-xxxxx-xx-x"
    assert idcard.mask("1-6099-00123-45-1") == "1-6099-xxxxx-xx-x"
    assert idcard.mask("G123456789012") == "xxxxxxxxxxxxx"
    assert idcard.mask("AB123") == "xxxxx"


def test_a_number_is_printed_as_on_the_card():
    assert idcard.pretty("1609900123451") == "1-6099-00123-45-1"
    assert idcard.pretty("AB 123") == "AB 123"


def test_a_refusal_does_not_repeat_the_number():
    with pytest.raises(ValueError, match="first_twelve") as refused:
        idcard.check_digit("12345")
    assert "12345" not in str(refused.value)
