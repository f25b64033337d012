"""Names of organisations, found as people remember them."""

import pytest

from services.thai import names, organisations

FOUND = {
    "มูลนิธิบ้านอุ่นรัก": ("อุ่นรัก", "อุนรัก", "มูลนิธิ อุ่นรัก", "มูลนิธิฯอุ่นรัก", "บ้าน อุ่นรัก"),
    "โรงพยาบาลสวรรค์ประชารักษ์": ("รพ.สวรรค์ประชารักษ์", "รพ. สวรรค์", "ประชารัก", "โรงพยาบาล ประชารักษ์"),
    "รพ.สวรรค์ประชารักษ์": ("โรงพยาบาลสวรรค์ประชารักษ์",),
    "บจก. สยามการพิมพ์": ("บริษัท สยามการพิมพ์ จำกัด", "สยามการพิมพ์"),
    "บริษัท สยามการพิมพ์ จำกัด (มหาชน)": ("บจก.สยามการพิมพ์", "จำกัด"),
    "องค์การบริหารส่วนจังหวัดนครสวรรค์": ("อบจ.นครสวรรค์", "อบจ. นครสวรรค์", "นครสวรรค์"),
    "ทองเหมืองดี": ("เหมือง",),
    "คุณสมชาย ใจดี": ("นายสมชาย", "สมชาย ใจดี"),
    "Warm HOME Foundation": ("home warm", "foundation"),
}
ONE_WRONG = {
    "มูลนิธิบ้านอุ่นรัก": ("อุ่นลัก", "บ้านอุนรั", "อุ่ยรัก", "อุ่นรกั"),
    "มูลนิธิเกื้อกูล": ("เกื้อกุล", "เกื้ออกูล"),
    "Warm HOME Foundation": ("fuondation", "foundaton", "warm fonudation"),
}


def has(text, name):
    sound = names.fold(name).replace(" ", "")
    return all(any(form in sound for form in forms) for forms in organisations.query(text))


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, all_ in FOUND.items() for text in all_])
def test_a_name_is_found_without_marks_title_or_spaces(name, text):
    assert organisations.query(text) and has(text, name)


@pytest.mark.parametrize(
    ("name", "text"), [(name, text) for name, all_ in ONE_WRONG.items() for text in all_]
)
def test_a_letter_may_be_wrong(name, text):
    sound = names.fold(name).replace(" ", "")
    wanted = organisations.query(text)
    assert organisations.nearly(wanted, sound)
    for forms in wanted:  # by which a database finds it first
        assert any(part in sound for form in forms for part in organisations.pieces(form) or (form,))


@pytest.mark.parametrize("text", ["", "  ", "!", "ฯ"])
def test_signs_alone_ask_for_nothing(text):
    assert organisations.query(text) == ()


@pytest.mark.parametrize("text", ["อุ่นใจดี", "ร่มเย็น", "hme", "รถ"])
def test_what_differs_more_is_another_name(text):
    assert not organisations.nearly(organisations.query(text), names.fold("มูลนิธิบ้านอุ่นรัก").replace(" ", ""))
