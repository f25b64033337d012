"""Sorting: known right orders of the th_TH locale."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai.collation import sort_key

ORDERS = [
    [
        "กระบี่",
        "กรุงเทพมหานคร",
        "กาญจนบุรี",
        "กาฬสินธุ์",
        "กำแพงเพชร",
        "ขอนแก่น",
        "เชียงราย",
        "เชียงใหม่",
        "ไชยา",
        "ตรัง",
        "เพชรบุรี",
        "แพร่",
        "ภูเก็ต",
        "แม่ฮ่องสอน",
    ],
    "ก กก กา กำ กิ เก แก โก ใก ไก ข".split(),
    "ปา ป่า ป้า ป๊า ป๋า ปาก".split(),
    "1 ๒ 3 ก ฮ a B c".split(),
    "ร ฤ ล ฦ ว".split(),
    "เก เก่ เก้ เกง เข".split(),
    "วงศ์ วงษ์ วัน วันชัย".split(),
]


@pytest.mark.parametrize("right", ORDERS)
def test_words_sort_as_in_the_dictionary(right):
    mixed = list(right)
    random.Random(7).shuffle(mixed)
    assert sorted(mixed, key=sort_key) == right


def test_code_point_order_would_be_wrong():
    assert sorted(["เก", "ข"]) == ["ข", "เก"]
    assert sorted(["เก", "ข"], key=sort_key) == ["เก", "ข"]


def test_spaces_and_punctuation_do_not_count():
    assert sort_key("สม ใจ")[:2] == sort_key("สมใจ")[:2] == sort_key("สม-ใจ")[:2]


def test_capitals_follow_small_letters_and_accents_plain_ones():
    assert sorted(["Ädam", "Adam", "adam", "Zoe"], key=sort_key) == ["adam", "Adam", "Ädam", "Zoe"]


@given(st.text(), st.text())
def test_different_texts_have_different_keys(a, b):
    assert (sort_key(a) == sort_key(b)) == (a == b)
