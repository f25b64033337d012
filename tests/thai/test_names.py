"""Names: clean-up, titles and what is never shown, folding, search pieces."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai import names

THAI = st.text(alphabet=[chr(code) for code in range(0x0E01, 0x0E5C)] + list(" \u200b\u00a0.ab"), max_size=12)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("น\u0e4d\u0e49า", "น้ำ"),
        ("น\u0e49\u0e4dา", "น้ำ"),
        ("เเก่น", "แก่น"),
        ("ท\u0e48\u0e35", "ที่"),
        ("ที่่", "ที่"),
        ("สม\u200bชาย", "สมชาย"),
        ("\u2066สม\u202eชาย\u2069\u061c", "สมชาย"),
        ("\ufeff สมชาย \u00a0  ใจดี\n", "สมชาย ใจดี"),
        ("มๅลี", "มาลี"),
        ("ฤๅษี", "ฤๅษี"),
        ("น้ำ", "น้ำ"),
    ],
)
def test_text_is_normalised_to_what_was_meant(typed, meant):
    assert names.normalise(typed) == meant


def test_am_is_never_taken_apart():
    assert "\u0e33" in names.normalise("คำ")
    assert names.normalise("คำ") != unicodedata.normalize("NFKC", "คำ")


@given(THAI)
def test_normalising_again_changes_nothing(text):
    once = names.normalise(text)
    assert names.normalise(once) == once


def test_the_commonest_titles_carry_their_dopa_codes():
    by_code = {title.code: title.short for title in names.TITLES}
    assert [by_code[code] for code in ("001", "002", "003", "004", "005")] == [
        "ด.ช.",
        "ด.ญ.",
        "นาย",
        "น.ส.",
        "นาง",
    ]
    assert len(by_code) == len(names.TITLES)


@pytest.mark.parametrize(
    "prefix",
    ["น.ช.", "น.ญ.", "น. ช. ", "นช.", "น.ช.น.ช.", "น\u200b.ช.", "นักโทษชาย", "นักโทษหญิง ", "ผู้ต้องขังชาย "],
)
def test_a_prison_prefix_is_never_shown(prefix):
    assert names.display_name(prefix, "ดำ", "ดี") == "ดำ ดี"
    assert names.display_name("", f"{prefix}ดำ", "ดี") == "ดำ ดี"
    assert names.without_prison_prefix(f"{prefix}ม.ล.") == "ม.ล."


def test_no_title_in_the_list_is_a_prison_prefix():
    for title in names.TITLES:
        assert names.without_prison_prefix(title.short) == title.short
        assert names.without_prison_prefix(title.full) == title.full


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        ({"title": "นาย", "first": "สมชาย", "last": "ใจดี"}, "นายสมชาย ใจดี"),
        ({"title": "นาง", "first": "มาลี"}, "นางมาลี"),
        ({"first": "สมชาย", "last": "ใจดี", "alias": "ชัย"}, "สมชาย ใจดี (ชัย)"),
        ({"alias": "ลุงดำ"}, "ลุงดำ"),
        ({"title": "Mr", "first": "John", "last": "Smith"}, "Mr John Smith"),
        ({"title": "นาย", "first": "John"}, "นาย John"),
        ({"title": "นาย"}, ""),
        ({}, ""),
    ],
)
def test_a_name_is_put_together(parts, shown):
    assert names.display_name(**parts) == shown


def test_somebody_without_a_name_gets_a_provisional_one():
    assert names.provisional_name("male", "60-2569-0012", "th") == "ชายไม่ทราบชื่อ 60-2569-0012"
    assert names.provisional_name("unknown", "60-2569-0012", "th") == "ไม่ทราบชื่อ 60-2569-0012"
    assert names.provisional_name("female", "60-2569-0012", "en") == "Unknown woman 60-2569-0012"


@pytest.mark.parametrize(
    ("full", "bare"),
    [
        ("นายสมชาย ใจดี", "สมชาย ใจดี"),
        ("น.ส. สมศรี", "สมศรี"),
        ("นางสาวสมศรี", "สมศรี"),
        ("น.ช.ม.ล.ชัย", "ชัย"),
        ("Mr. John Smith", "John Smith"),
        ("นายิกา", "นายิกา"),
        ("นางาม", "นางาม"),
        ("นพรัตน์", "นพรัตน์"),
        ("นาย", "นาย"),
    ],
)
def test_a_title_is_taken_off_only_if_it_is_one(full, bare):
    assert names.without_title(full) == bare


@pytest.mark.parametrize(
    "spellings",
    [
        ("สมชัย", "สมไชย"),
        ("พัชราภรณ์", "พัชราพร", "ภัชราภรณ์"),
        ("ศิริ", "สิริ"),
        ("ณัฐ", "นัท"),
        ("ธรรม", "ทำ"),
        ("อำนวย", "อัมนวย"),
        ("กรรณิการ์", "กันนิกา"),
        ("วรรณา", "วันนา"),
        ("เพ็ญ", "เพ็น", "เพน"),
        ("ใจ", "ไจ"),
        ("มณี", "มะนี"),
        ("สมศรี", "สมสี"),
        ("หญิง", "ยิง"),
        ("น้ำ", "นํ้า", "นำ"),
        ("José", "JOSE"),
    ],
)
def test_names_that_sound_alike_fold_alike(spellings):
    assert len({names.fold(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("a", "b"), [("สมชาย", "สมหญิง"), ("สมชาย", "สมชัย"), ("มานะ", "มานี"), ("วิชัย", "วิชา"), ("กมล", "กมลา")]
)
def test_different_names_stay_different(a, b):
    assert names.fold(a) != names.fold(b)


@given(THAI)
def test_folding_never_fails_and_leaves_single_spaces(text):
    folded = names.fold(text)
    assert folded == " ".join(folded.split())
    assert not any(mark in folded for mark in "่้๊๋์")


@given(st.lists(THAI.map(lambda text: text.replace("a", "ᚠ").replace(".", "-")) | THAI, max_size=6))
def test_texts_fold_side_by_side_as_each_by_itself(texts):
    assert names.fold_each(texts) == [names.fold(text) for text in texts]


def found(query: str, name: str) -> bool:
    return all(forms & names.prefixes(name) for forms in names.query_forms(query))


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("สมชาย", "นายสมชาย ใจดี"),
        ("นายสมชาย", "สมชาย ใจดี"),
        ("นาย สมชาย", "สมชาย ใจดี"),
        ("ใจดี สมชาย", "นายสมชาย ใจดี"),
        ("สมช ใจด", "นายสมชาย ใจดี"),
        ("พัชราพ", "พัชราภรณ์ สุขใจ"),
        ("พัชราภรณ", "พัชราภรณ์ สุขใจ"),
        ("พระพ", "พระพาย"),
        ("พระพาย", "พระพาย"),
        ("ดำ", "ดำ แดง"),
        ("smith", "John Smith"),
        ("ลุงสมชาย", "นายสมชาย ใจดี"),
        ("คุณสมชาย ใจดี", "สมชาย ใจดี"),
        ("ว่าที่ร้อยตรีสมชาย", "สมชาย ใจดี"),
        ("ยายทองคำ", "ยายทองคำ"),
        ("อารี", "อารี มีสุข"),
    ],
)
def test_a_name_is_found_by_its_words_and_their_beginnings(query, name):
    assert found(query, name)


@pytest.mark.parametrize("name", ["ตาก", "อารี", "ย่าโม", "ป้าดำ", "น้อง"])
def test_what_is_left_behind_a_form_of_address_must_be_long_enough_for_a_name(name):
    assert names.without_address(name) == name


@pytest.mark.parametrize("query", ["สมหญิง", "สมชาย ใจร้าย", "ชาย", "สม"])
def test_a_name_is_not_found_by_other_words(query):
    assert not found(query, "นายสมชาย ใจดี")


@given(THAI.filter(lambda text: len(names.normalise(text)) >= 3))
def test_every_name_is_found_by_itself(name):
    assert found(name, name)


def test_trigrams_mark_both_ends_of_each_word():
    assert names.trigrams("มานี") == {"  ม", " มา", "มาน", "านี", "นี "}
    assert names.trigrams("") == frozenset()


def test_sound_gathers_what_fold_keeps_apart():
    assert names.sound("กมล") == names.sound("กมน") != ""
    assert names.sound("ฤทธิ์") == names.sound("ริด")
    assert names.sound("สมชาย") != names.sound("มานี")
    assert names.sound("Smith") == names.sound("") == ""


@given(THAI)
def test_sound_is_short(text):
    assert len(names.sound(text)) <= 5


@pytest.mark.parametrize(
    "other",
    [
        "นายสมชาย ใจดี",
        "สมชาย  ใจดี",
        "สมชายใจดี",
        "นาย สมชาย ใจดี",
        "ว่าที่ร้อยตรี สมชาย ใจดี",
        "สมชา\u200bย ใจดี.",
        "คุณ สมชาย ใจดี",
    ],
)
def test_a_name_is_written_the_same_whatever_stands_before_between_or_beneath(other):
    assert names.as_written(other) == names.as_written("สมชาย ใจดี")


def test_marks_that_are_left_out_or_out_of_order_make_no_other_name():
    assert (
        names.as_written("ใจเเก้ว บ า ้ น") == names.as_written("ใจแก้ว บ ้าน") == names.as_written("ใจแกว บาน")
    )
    assert names.as_written("JOHN  Smith") == names.as_written("Mr. John Smith")


def test_names_that_only_sound_alike_are_written_differently():
    assert names.fold("สมไชย") == names.fold("สมชัย") and names.as_written("สมไชย") != names.as_written("สมชัย")
