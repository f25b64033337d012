"""Whether words still point to somebody: by the name in any usual spelling, the number, or the day they were born."""

import pytest

from services.intake.domain.traces import holds_number, points_to

MALEE = {"title": "นาง", "first": "มาลี", "last": "พงษ์เจริญ", "alias": "ป้าลี"}
SHORT = {"first": "มา", "last": "ดี"}
JOHN = {"first": "John", "last": "Doe"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ส่งนางมาลีกลับบ้าน", MALEE), ("คุณ มาลี", MALEE), ("พงเจริญ ขอกลับ", MALEE), ("เรียกป้าลี", MALEE),
        ("มา\u0e25\u0e35", MALEE), ("นายมาขอกลับ", SHORT), ("ลุงมา ไม่มีญาติ", SHORT), ("ญาติของ มา มารับ", SHORT),
        ("JOHN wants to go home", JOHN), ("Mr Doe agreed", JOHN),
    ],
)  # fmt: skip
def test_a_name_is_found_as_people_write_it(text, name):
    assert points_to(text, name, None, None)


@pytest.mark.parametrize(
    "text", ["บุญ เลี้ยงมาเอง", "บุญ\u00a0เลี้ยง", "บุญ-เลี้ยง", "บุญ.เลี้ยง", "คุณบุญ\nเลี้ยง", "นางแสง ทดลอง"]
)
def test_a_name_is_found_whatever_stands_between_its_letters(text):
    assert points_to(text, {"first": "บุญเลี้ยง", "last": "แสงทดลอง"}, None, None)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("ข้าวในนา ดีมาก", {"first": "นาดี"}),
        ("อยู่ใกล้บ้านเดิม", MALEE), ("เดินทางมาเอง", SHORT), ("ความเป็นอยู่ดีขึ้น", SHORT), ("มาตรา 13", SHORT),
        ("He does not agree", JOHN), ("", MALEE), ("ใกล้บ้าน", {}), ("ใกล้บ้าน", None), ("ใกล้บ้าน", {"first": " "}),
    ],
)  # fmt: skip
def test_a_short_name_within_another_word_is_none(text, name):
    assert not points_to(text, name, None, None)


@pytest.mark.parametrize(
    "text", ["1609900123452", "1-6099-00123-45-2", "๑ ๖๐๙๙ ๐๐๑๒๓ ๔๕ ๒", "เลข1609900123452ครับ"]
)
def test_a_number_is_found_in_any_writing(text):
    assert points_to(text, None, "1609900123452", None)
    assert points_to("เล่ม aa-123 4567", None, "AA1234567", None)
    assert not points_to("1609900123", None, "1609900123452", None) and not points_to(
        "ห้อง 12", None, "12", None
    )


@pytest.mark.parametrize(
    "text",
    [
        "1950-05-12", "12/5/2493", "12-05-1950", "เกิด ๑๒ พ.ค. ๒๔๙๓", "12 พฤษภาคม พ.ศ. 2493", "12 May 1950",
        "12พฤษภาคม2493", "12/05/93", "12 พ.ค. 93", "12/5/50",
    ],
)  # fmt: skip
def test_a_birth_date_is_found_in_any_writing(text):
    assert points_to(text, None, None, "1950-05-12")


@pytest.mark.parametrize("text", ["พฤษภาคม 2493", "2493", "112/5/2493", "12/5/24930", "13 พ.ค. 2493"])
def test_another_day_or_a_year_alone_is_many_peoples(text):
    assert not points_to(text, None, None, "1950-05-12")
    assert not points_to("2493", None, None, "1950") and not points_to("พ.ค. 2493", None, None, "1950-05")


@pytest.mark.parametrize(
    "text", ["พาบุญมุีกลับบ้าน", "บุน มี", "บุญมุี", "บุญมิ มาเอง", "บุนนี มาแล้ว", "ไปกับบุญมี่", "ถามบุนมีแล้ว"]
)
def test_a_slip_or_another_spelling_of_a_name_is_found(text):
    assert points_to(text, {"first": "บุญมี", "last": "แสงทดลอง"}, None, None)


@pytest.mark.parametrize("text", ["อยู่บนมากกว่าล่าง", "บ้านมีที่ว่าง", "ทำบุญที่วัด", "ขอมีงานทำ ใกล้บ้านเดิม"])
def test_other_words_are_no_slip_of_a_name(text):
    assert not points_to(text, {"first": "บุญมี", "last": "แสงทดลอง"}, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "0812345678", "โทร.081-234-5678", "๐๘๑ ๒๓๔ ๕๖๗๘", "0-8123-4567-8", "+66 81 234 5678", "056 222 333",
        "(056) 222-333", "1-2345-67890-12-1", "๑๒๓๔๕๖๗๘๙๐๑๒๑",
    ],
)  # fmt: skip
def test_a_telephone_number_or_one_of_13_digits_is_found_in_any_writing(text):
    assert holds_number(f"ติดต่อ {text} ได้")


@pytest.mark.parametrize(
    "text",
    ["โทร. 1300 หรือ 1669", "เรื่อง 60-2569-0001", "วันที่ 05-12-2569", "2026-03-02 10:30", "รายได้ 9000 บาท"],
)
def test_other_numbers_may_stay(text):
    assert not holds_number(text)
