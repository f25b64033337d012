"""Thai as people type it: what is damaged on the way reads as what was meant, or asks."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai import areas, casenumbers, dates, idcard, names, numbers

TODAY = date(2026, 11, 29)
NAMES = ["สมชาย", "น้ำทิพย์", "บ้านใหม่", "ปิ่นแก้ว", "ธิดารัตน์", "ชื่นจิตต์", "กล้าหาญ", "ค้ำคูณ", "เสื้อดี"]
INVISIBLE = ["\u200b", "\u200e", "\ufeff", "\u00ad", "\u2060"]
DIGITS = [str.maketrans("0123456789", other) for other in ("๐๑๒๓๔๕๖๗๘๙", "０１２３４５６７８９")]


@st.composite
def damaged(draw, text):
    """Signs that nobody sees between any two, and digits of another script."""
    if draw(st.booleans()):
        text = text.translate(draw(st.sampled_from(DIGITS)))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from(INVISIBLE)) + text[at:]
    return text


@st.composite
def mistyped(draw, name):
    """A tone after its long vowel, tone and vowel mark changed over, a tone typed twice or after a space."""
    typed = list(name)
    for at in range(len(typed) - 1):
        first, second = typed[at], typed[at + 1]
        before_vowel = "\u0e48" <= first <= "\u0e4b" and second in "าำะ"
        after_mark = "\u0e34" <= first <= "\u0e39" and "\u0e48" <= second <= "\u0e4b"
        if (before_vowel or after_mark) and draw(st.booleans()):
            typed[at], typed[at + 1] = second, first
    for at in range(len(typed) - 1, 0, -1):
        if "\u0e48" <= typed[at] <= "\u0e4b" and typed[at - 1] not in "าำะ" and draw(st.booleans()):
            typed.insert(at, draw(st.sampled_from([" ", typed[at]])))
    return draw(damaged("".join(typed)))


@given(st.sampled_from(NAMES).flatmap(lambda name: st.tuples(st.just(name), mistyped(name))))
def test_a_mistyped_name_reads_as_the_name(pair):
    name, typed = pair
    assert names.normalise(typed) == name
    assert names.normalise(names.normalise(typed)) == name


@pytest.mark.parametrize("typed", ["บา้น", "บ้า้น", "บ ้าน", "บ\u200b้าน"])
def test_marks_come_in_typing_order(typed):
    assert names.normalise(typed) == "บ้าน"


@given(
    st.sampled_from(["นาย", "นาง", "นางสาว", "น.ส.", "เด็กชาย", "ด.ญ.", "ว่าที่ร้อยตรี", "ว่าที่ ร.ต.", "พ.ต.อ."]),
    st.sampled_from(["", " "]),
    st.sampled_from(["สมชาย", "ปิ่นแก้ว", "กล้าหาญ"]),
    st.booleans(),
)
def test_a_title_before_a_name_stands_once(title, between, first, twice):
    assert names.parted(title if twice else "", f"{title}{between}{first}") == (title, first)
    assert names.words(f"{title}{between}{first}") == names.words(first)


@pytest.mark.parametrize(
    ("title", "first", "meant"),
    [
        ("น.ส.", "นางสาวสมศรี", ("น.ส.", "สมศรี")),
        ("", "Mr. John", ("Mr.", "John")),
        ("", "คุณ สมชาย", ("คุณ", "สมชาย")),
        ("", "ลุง สมชาย", ("ลุง", "สมชาย")),
        ("", "คุณวุฒิ", ("", "คุณวุฒิ")),
        ("", "นายิกา", ("", "นายิกา")),
        ("", "พระพรหม", ("", "พระพรหม")),
        ("นาย", "นางนวล", ("นาย", "นางนวล")),
    ],
)
def test_a_name_that_only_begins_like_a_title_stays(title, first, meant):
    assert names.parted(title, first) == meant


@given(
    st.sampled_from(
        ["12/5/2500", "12 / 5 / 2500", "25000512", "12052500", "12/5/2500 0:00:00", "2500-05-12T00:00:00"]
    ).flatmap(damaged)
)
def test_a_date_reads_as_the_day_however_it_arrived(typed):
    assert dates.choices(dates.read_date(typed, TODAY)) == (dates.PartialDate(1957, 5, 12),)


@pytest.mark.parametrize(
    ("typed", "meant"), [("00/00/2500", "1957"), ("0/5/2500", "1957-05"), ("๐/๐/๒๕๐๐", "1957")]
)
def test_zeros_are_not_known(typed, meant):
    assert str(dates.read_date(typed, TODAY).date) == meant


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("12/5/57", ["2014-05-12", "1957-05-12", "2057-05-12"]),
        ("57", ["2014", "1957", "2057"]),
        ("1/1/2470", ["1927-01-01", "1928-01-01"]),
        ("1/5/2470", ["1927-05-01"]),
        ("12/5/2557", ["2014-05-12"]),
    ],
)
def test_what_may_be_two_dates_is_asked(typed, asked):
    assert [str(each) for each in dates.choices(dates.read_date(typed, TODAY))] == asked


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("กรุงเทพฯ", "10"),
        ("กทม.", "10"),
        ("บางรัก กทม", "1004"),
        ("เขตบางรัก กรุงเทพฯ", "1004"),
        ("๖๐๐๐๐", "600101"),
    ],
)
def test_places_are_found_as_people_call_them(typed, found):
    assert areas.search(typed)[0].code == found


@given(st.sampled_from(["'1101700230708", "1-1017-00230-70-8", "1101700230708"]).flatmap(damaged))
def test_an_identity_number_is_cleaned(typed):
    assert idcard.clean(typed) == "1101700230708"


def test_what_is_no_number_is_kept_and_what_a_spreadsheet_rounded_is_known():
    assert idcard.clean("AA 123-45") == "AA 123-45" and not idcard.is_thai("AA 123-45")
    assert numbers.is_rounded("1.10E+12") and not numbers.is_rounded("1101700230708")


@given(st.sampled_from(["1500", "1,500", "1 500"]).flatmap(damaged))
def test_a_whole_number(typed):
    assert numbers.read_whole(typed) == 1500


@pytest.mark.parametrize("typed", ["1,5", "1.5", "1,50", "15,00", "", "-", "ห้า"])
def test_what_is_no_whole_number_is_refused(typed):
    with pytest.raises(numbers.NumberError):
        numbers.read_whole(typed)


@given(st.sampled_from(["0812345678", "081 234 5678", "+66 81-234-5678", "(081) 2345678"]).flatmap(damaged))
def test_a_telephone_number_has_one_form(typed):
    assert numbers.read_phone(typed) == "081-234-5678"
    assert numbers.dialled(numbers.read_phone(typed)) == "0812345678"


@pytest.mark.parametrize(
    ("typed", "kept", "dialled"),
    [
        ("1300", "1300", "1300"),
        ("๐๕๖-๑๒๓๔๕๖", "056-123-456", "056123456"),
        ("02 123 4567", "02-123-4567", "021234567"),
        ("056-123456 ต่อ 12", "056-123456 ต่อ 12", "056123456"),
        ("ถามที่สำนักงาน", "ถามที่สำนักงาน", ""),
        ("โทร. 0-5612-3456", "056-123-456", "056123456"),
        ("tel:+66812345678", "081-234-5678", "0812345678"),
        ("โทรถามที่สำนักงาน", "โทรถามที่สำนักงาน", ""),
    ],
)
def test_other_telephone_numbers(typed, kept, dialled):
    assert numbers.read_phone(typed) == kept and numbers.dialled(kept) == dialled


@given(
    st.sampled_from(
        ["60-2570-0013", "60–2570–0013", "60/2570/13", "6025700013", "60 2570 13", "60-13/2570"]
    ).flatmap(damaged)
)
def test_a_case_number_in_any_writing(typed):
    assert casenumbers.read(typed) == ("60", 2570, 13)


def test_parts_of_a_case_number():
    assert casenumbers.read("0013") == (None, None, 13) and casenumbers.read("2570/13") == (None, 2570, 13)
    assert (
        casenumbers.read("13/2570") == casenumbers.read("๑๓ / ๒๕๗๐") == (None, 2570, 13)
    )  # as letters are numbered
    assert casenumbers.read("1 1017 00230 70 8") is None
    assert casenumbers.read("สมชาย") is None and casenumbers.read("1101700230708") is None


@pytest.mark.parametrize(
    "typed", ["6", "60", "60-", "๖๐–๒๕", "60/2570", "60-2570-", "60-2570-00", "60-2570-00135"]
)
def test_with_what_a_case_number_begins(typed):
    assert casenumbers.begins(typed)


@pytest.mark.parametrize(
    "typed", ["", "-", "602", "6-2570", "60-25700", "60-257-0013", "1101700230708", "60-ส"]
)
def test_with_what_no_case_number_begins(typed):
    assert not casenumbers.begins(typed)
