"""The rules of screening are mended: a draft, tried on the past, and adopted by a director and the rule keeper. Some
days ago they agreed too which noes the director of each centre reviews."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.codes import procedure
from services.kernel.questions import Body, Json
from services.referral.doors import ADD_CLOSURE
from services.sample.office import Office
from services.screening.doors import ADOPT_DRAFT, DRAFT_RULES, RULEBOOK, TRY_DRAFT
from services.thai.calendar import next_working_day
from services.thai.dates import bangkok_day

REVIEW_DAYS_AGO = 9
REVIEWED = ["partner/cost"]
WRITTEN_DAYS_AGO = 1
SHUT_IN_DAYS = 4
FORM = "2"  # the questions that come with the software
VERSION = "2569-3"  # what comes with the software and counts only once it is adopted
DAYS_AGO, DAYS_AHEAD = 20, 10


def mend(office: Office, now: datetime) -> Iterator[datetime]:
    """From `DAYS_AGO` before now on; it counts `DAYS_AHEAD` later. Its commands are apart from all others, so that the
    ids of those stay as they are."""
    at = now - timedelta(days=DAYS_AGO)
    first = bangkok_day(at) + timedelta(days=DAYS_AHEAD)
    saved = office.do_apart(DRAFT_RULES, {"based_on": VERSION, "content": None}, "rules", "draft")
    of_draft: Body = {"draft_id": saved["draft_id"]}
    office.do_apart(TRY_DRAFT, of_draft, "rules", "try")
    adoption: Body = {
        **of_draft,
        "valid_from": first.isoformat(),
        "reason": "แก้ไขสองเรื่อง: สำนักงานตรวจคนเข้าเมืองไม่ใช่แนวทางของผู้มีสัญชาติไทย และหน่วยงานคุ้มครองเด็กไม่รับผู้ใหญ่",
    }
    office.do_apart(ADOPT_DRAFT, adoption, "director-60", "ask")
    yield at + timedelta(days=1)
    office.do_apart(ADOPT_DRAFT, adoption, "rules", "adopt")


def review_noes(office: Office, now: datetime, centres: Sequence[str]) -> Iterator[datetime]:
    """From `REVIEW_DAYS_AGO` before now on: it counts from the third day on."""
    at = now - timedelta(days=REVIEW_DAYS_AGO)
    first = bangkok_day(at) + timedelta(days=3)
    steps = office.ask(RULEBOOK.of(rules_version=procedure.VERSIONS[-1]))["content"]
    reviewed: dict[str, Json] = dict.fromkeys(centres, REVIEWED)
    content: Body = {"procedure": {**steps, "decline_review": reviewed}}
    drafting: Body = {"based_on": procedure.VERSIONS[-1], "content": content}
    saved = office.do_apart(DRAFT_RULES, drafting, "rules", "draft review")
    adoption: Body = {
        "draft_id": saved["draft_id"],
        "valid_from": first.isoformat(),
        "reason": "ให้ผู้อำนวยการพิจารณาก่อน เมื่อภาคีเครือข่ายไม่รับเพราะค่าใช้จ่าย",
    }
    office.do_apart(ADOPT_DRAFT, adoption, "director-60", "ask review")
    yield at + timedelta(days=1)
    office.do_apart(ADOPT_DRAFT, adoption, "rules", "adopt review")


def shut_once(office: Office, centre: str) -> Iterator[datetime]:
    """A centre says on which day of the next weeks nobody is there."""
    day = next_working_day(office.today + timedelta(days=SHUT_IN_DAYS))
    closure: Body = {"centre": centre, "day": day.isoformat(), "name": "สัมมนาเจ้าหน้าที่"}
    office.do_apart(ADD_CLOSURE, closure, f"director-{centre}", f"shut/{centre}")
    yield from ()


def write_on(office: Office, now: datetime) -> Iterator[datetime]:
    """From yesterday on two drafts are in work: one adds a group, which overlaps with others; one asks in plainer
    words, which one person may adopt."""
    content = office.ask(RULEBOOK.of(rules_version=VERSION))["content"]
    vendor: Body = {
        "code": "street_vendor",
        "name": {"th": "ผู้ค้าริมทางที่ไม่มีที่พักอาศัย", "en": "street vendor without a home"},
        "law": {
            "th": "พระราชบัญญัติการคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 มาตรา 3",
            "en": "Protection of the Destitute Act B.E. 2557 (2014), s. 3",
        },
        "leads": False,
        "condition": {
            "all": [
                {"fact": "housing", "op": "in", "value": ["street", "public_place"]},
                {"fact": "able_to_work", "op": "is", "value": True},
            ]
        },
        "because": {"th": "อยู่ริมถนนหรือที่สาธารณะ และทำงานได้", "en": "lives in the street, and is able to work"},
        "paths": ["employer_general", "vocational_training", "independent"],
    }
    more: Body = {"screening": {**content, "labels": [*content["labels"], vendor]}}
    office.do_apart(DRAFT_RULES, {"based_on": VERSION, "content": more}, "rules", "draft more")
    yield now - timedelta(hours=20)
    form = office.ask(RULEBOOK.of(rules_version=FORM))["content"]
    plainer = {"th": "ตอนนี้พักอยู่ที่ไหน", "en": "Where does the person stay now?"}
    housing = {**form["questions"]["housing"], "text": plainer}
    words: Body = {"form": {**form, "questions": {**form["questions"], "housing": housing}}}
    office.do_apart(DRAFT_RULES, {"based_on": FORM, "content": words}, "rules", "draft words")
