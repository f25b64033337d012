"""What is held together in a line, and that nothing else of a page changes."""

import re

from hypothesis import given
from hypothesis import strategies as some

from services.thai.lines import LETTERS, WORDS, whole, whole_names, whole_words

TAG = re.compile("<[^>]*>")


def held(html: str) -> list[str]:
    return re.findall('<span class="app-word">(.*?)</span>', whole(html))


def test_a_compound_is_held_together():
    assert held("<p>ติดต่อผู้ดูแลระบบของคุณ</p>") == ["ผู้ดูแลระบบ"]


def test_the_longest_word_is_held():
    assert held("ที่อยู่อาศัย") == ["ที่อยู่อาศัย"] and held("ที่อยู่เดิม") == ["ที่อยู่"]


def test_a_prefix_is_never_the_last_of_a_line():
    assert held("การส่งต่อ") == ["การส่งต่อ"]  # with a word of the list
    assert held("ความฝัน ผู้เฒ่า") == ["ความฝั", "ผู้เฒ่"]  # with as much as cannot be parted


def test_a_word_that_ends_like_a_prefix_is_none():
    assert held("คนพิการทำงาน") == ["คนพิการ"] and held("บริการดี") == ["บริการ"]


def test_names_of_subdistricts_and_districts_are_held():
    assert held("ต.ปากน้ำโพ อ.เมืองนครสวรรค์ จ.นครสวรรค์") == ["ต.ปากน้ำโพ", "อ.เมืองนครสวรรค์", "จ.นครสวรรค์"]


def test_a_month_is_no_district():
    assert held("16 ต.ค. 2568") == [] and held("ต.คลองคูณ") == ["ต.คลองคูณ"]


def test_the_sign_of_repetition_and_the_point_between_parts_begin_no_line():
    assert whole("<p>อื่น ๆ · ตาก</p>") == "<p>อื่น\u00a0ๆ\u00a0· ตาก</p>"


def test_a_name_is_held_word_by_word():
    assert TAG.sub("|", whole_words("น.ส.สายใจ ใจดีงาม")) == "|น.ส.สายใจ| |ใจดีงาม|"


def test_the_short_words_of_a_places_name_are_held_and_its_long_ones_may_be_parted():
    name = "สถานคุ้มครองคนไร้ที่พึ่งตัวอย่าง ลานจันทร์ &amp; ใจเอื้อ"
    assert TAG.sub("|", whole_names(name)) == "สถานคุ้มครองคนไร้ที่พึ่งตัวอย่าง |ลานจันทร์| &amp; |ใจเอื้อ|"
    assert held("เจ้าหน้าที่ศูนย์") == ["เจ้าหน้าที่ศูนย์"] and held("นักสังคมสงเคราะห์") == ["นักสังคมสงเคราะห์"]


def test_what_takes_no_marks_has_none():
    for kept in (
        "<title>ผู้ดูแลระบบ</title>", '<option value="a">ผู้ดูแลระบบ</option>', "<textarea>อื่น ๆ</textarea>",
        '<input value="ผู้ดูแลระบบ">', "<svg><text>ผู้ดูแลระบบ</text></svg>",
    ):  # fmt: skip
        assert whole(kept) == kept


@given(some.lists(some.sampled_from([*sorted(WORDS)[:40], "การ", "ก", "ๆ", "ี", " ", "<b>", "</b>", "a·"])))
def test_the_text_stays_as_it_is(parts):
    html = "".join(parts)
    assert TAG.sub("", whole(html)).replace("\u00a0", " ") == TAG.sub("", html)


def test_every_word_of_the_list_is_thai_and_needed_once():
    assert all(re.fullmatch(f"[{LETTERS}]{{3,20}}", word) for word in WORDS)
