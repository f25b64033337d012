"""The Thai that people read keeps the words that an editor and a social worker decided on, and shows no code."""

import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

import pytest
from babel.messages.pofile import read_po

from services import codes
from services.codes import sentences
from services.codes.facts import FACTS
from services.codes.rules import RULES
from services.codes.words import Words
from services.reporting import measures

ROOT = Path(__file__).parents[2]
THAI = ROOT / "services" / "web" / "translations" / "th" / "LC_MESSAGES" / "messages.po"
# What was written once -> what is written now, or why not.
GONE = {
    "เข้าอยู่": "เข้าพักหรือเข้าทำงาน: a job is no เข้าอยู่",
    "ค่ากลาง": "มัธยฐาน: a mean is a ค่ากลาง too",
    "พบตัว": "พบผู้รับบริการ, สถานที่พบ: a person is no suspect",
    "รับตัว": "ผู้ที่จะรับผู้รับบริการ, ไปถึงแล้ว",
    "ผู้ส่งตัว": "ผู้พามาส่ง",
    "วิธีปฏิบัติ": "ระเบียบปฏิบัติ: one word for the document of quorum and deadlines",
    "ระเบียบการทำงาน": "ระเบียบปฏิบัติ",
    "ส่งตัวผู้รับบริการ": "ผู้รับบริการไปถึง",
    "นำส่งตามมาตรา 22": "ส่งตัวตามมาตรา 22",
    "นักสังคมสงเคราะห์": "เจ้าหน้าที่ศูนย์: a profession has an Act of its own",
    "บ้านพักของ อบจ.": "สถานสงเคราะห์หรือบ้านพักผู้สูงอายุของ...: staff live in a บ้านพัก",
    "บ้านพักของเทศบาล": "สถานสงเคราะห์หรือบ้านพักผู้สูงอายุของ...",
    "ศูนย์จังหวัด": "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัด..., ศูนย์ฯ ...",
    "ไม่อยู่ในภาวะ": "อยู่ในภาวะที่ไม่อาจให้ความยินยอมได้ (section 22)",
    "คณะทำงานคนที่": "ผู้ร่วมลงมติคนที่: คณะทำงาน is the group",
    "มีชื่อคณะทำงานซ้ำ": "มีรายชื่อผู้ร่วมลงมติซ้ำกัน",
    "ถึงขั้นคัดกรอง": "รอการคัดกรอง",
    "เกินมา": "เกินกำหนด",
    "ไม่นำมาคิด": "ไม่นำ...มาประมวลผล",
    "ทำอะไรได้บ้าง": "สิทธิการใช้งานตามบทบาท",
    "ทำอะไรไม่ได้แล้ว": "ไม่มีสิทธิใด ๆ",
    "รับไม่ได้ เพราะเหตุใด": "ไม่สามารถรับได้ เนื่องจาก",
    "ข้อมูลถึง": "ข้อมูล ณ",
    "โดยผิดพลาด": "ปิดเรื่องผิดพลาด",
    "โทร 1": "โทร. 1300",
    "ตามถนน": "ริมถนนหรือทางเท้า",
    "ศาสนสถาน": "สถาบันศาสนา: more than a building",
    "พ.ร.บ. คนไร้ที่พึ่ง": "พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง",
    "คดีความ": "คดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณา",
    "ผู้มีความพิการ": "คนพิการ: the Act's word",
    "ภาวะวิกฤตทางจิต": "the words of the Mental Health Act",
    "ค้นพบด้านบน": "เลือกไว้ด้านบน",
}
CODE = re.compile(r"[a-z]+_[a-z_]+")


def words_in(thing: object) -> Iterator[str]:
    """Every Thai text in a piece of data."""
    if isinstance(thing, Words):
        yield thing.th
    elif isinstance(thing, codes.CodeList):
        yield from (words.th for words in thing.words.values())
    elif isinstance(thing, dict):
        for value in thing.values():
            yield from words_in(value)
    elif isinstance(thing, list | tuple):
        for value in thing:
            yield from words_in(value)
    elif hasattr(thing, "__dataclass_fields__"):
        yield from words_in(vars(thing))


def every_text() -> set[str]:
    rooms = [import_module(f"services.codes.{room.name}") for room in iter_modules(codes.__path__)]
    described = {text for room in (codes, measures, *rooms) for text in words_in(dict(vars(room)))}
    with THAI.open("rb") as file:
        catalogue = read_po(file, locale="th")
    said = [message.string for message in catalogue if message.id]
    pages = {text for each in said for text in ([each] if isinstance(each, str) else each)}
    guides = {path.read_text() for path in (ROOT / "docs").glob("*-day.md")}
    return described | pages | guides


def written() -> set[str]:
    """The lines of guides and papers; those of papers stand in code."""
    docs, papers = ROOT / "docs", ROOT / "services" / "web" / "documents"
    found = [*docs.glob("guides/*.md"), *papers.glob("*.py"), *papers.glob("layouts/*.typ")]
    return {line for path in found for line in path.read_text().splitlines()}


TEXTS = every_text()


@pytest.mark.parametrize("word", GONE)
def test_a_word_that_was_put_right_does_not_come_back(word):
    assert [text for text in TEXTS | written() if word in text] == [], GONE[word]


def test_no_text_shows_a_code():
    assert [text for text in TEXTS if CODE.search(re.sub(r"%\(\w+\)s|\{\w*\}", "", text))] == []


@pytest.mark.parametrize("rule", RULES.values(), ids=lambda rule: rule.code)
def test_a_rule_in_thai_shows_no_code(rule):
    match rule.shape:
        case "home":
            values = [{"provinces": ["60", "10"], "bases": ["registered_house", "found"]}]
        case "at_least" | "at_most" if rule.options is None:
            values = [60]
        case "excludes" | "requires":
            values = [True, False]
        case "up_to" | "at_least" | "at_most":
            values = list(rule.options)
        case _:
            values = [list(rule.options)]
    for value in values:
        assert not CODE.search(sentences.rule_in_words(rule.code, value, "th"))


def test_every_choice_of_a_fact_is_in_words():
    for fact in FACTS.values():
        for code in fact.options or ():
            value = [code] if fact.kind == "codes" else code
            if fact.kind == "range":  # its options are bands of years, told as years
                continue
            assert not CODE.search(sentences.fact_value(fact.code, value, "th")), fact.code
        for value in (True, False) if fact.kind == "flag" else ():
            assert sentences.fact_value(fact.code, value, "th") not in ("ใช่", "ไม่ใช่", str(value)), fact.code


@pytest.mark.parametrize(
    ("texts", "thai", "english"),
    [
        ([], "", ""),
        (["ก"], "ก", "ก"),
        (["ก", "ข"], "ก และ ข", "ก and ข"),
        (["ก", "ข", "ค"], "ก ข และ ค", "ก, ข and ค"),
        # Where a space is a part of a text, it cannot part it from the next.
        (["คืน ก", "ข", "ค"], "คืน ก, ข และ ค", "คืน ก, ข and ค"),
    ],
)
def test_a_list_is_read_as_in_the_reader_s_language(texts, thai, english):
    assert (sentences.listed(texts, "th"), sentences.listed(texts, "en")) == (thai, english)


PARTNERS = (
    "templates/own/",
    "templates/answer/",
    "templates/standing/today",
    "pages/partner/own",
    "pages/partner/answer",
)
OF_STAFF = (
    "work",
    "case",
    "cases",
    "referral",
    "conference",
    "meetings",
    "webhooks",
    "keys",
    "users",
    "intake",
    "screening",
)
STAFF = tuple(
    f"{room}/{area}/" for room in ("templates", "pages") for area in (*OF_STAFF, "erasure", "partners")
)


@pytest.mark.parametrize(("read_by", "spoken"), [(PARTNERS, "ท่าน"), (STAFF, "คุณ")])
def test_a_partner_is_spoken_to_as_than_and_staff_as_khun(read_by, spoken):
    other = {"ท่าน": r"คุณ(?!ภาพ|วุฒิ)(?<!ขอบคุณ)", "คุณ": r"(?<!เ)ท่าน(?!ั้น)"}[spoken]
    with THAI.open("rb") as file:
        catalogue = read_po(file, locale="th")
    wrong = [
        text
        for message in catalogue
        for text in (message.string if isinstance(message.string, tuple) else (message.string,))
        if message.locations
        and all(place.startswith(read_by) for place, _ in message.locations)
        and re.search(other, text)
    ]
    assert wrong == []
