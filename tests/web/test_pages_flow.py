"""The main job in pages without JavaScript: a worker, a director and a reader walk one case from the door to the
follow-up.

Long because it is one walk, in the order of the days.
"""

import base64
import re
from dataclasses import fields
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import insert, select

from services.codes.declines import ADVICE, EFFECTS, SCREEN_AGAIN
from services.codes.facts import FACTS
from services.codes.questions import ASKED
from services.codes.work import STANDINGS
from services.kernel.tables import access_record
from services.system import DOORS
from services.thai.dates import bangkok_day
from services.web.pages.case.story import STEPS_BY_FACT, STORY, UNTOLD
from services.web.pages.frame import inputs
from services.web.pages.parts.language import catalogue
from services.web.service import APPLICATION
from services.web.store import groups
from tests.web.door import NUMBER, plan

SCREENED = {
    "facts__housing": "street",
    "facts__income_sufficient": "no",
    "facts__can_depend_on_others": "no",
    "facts__begging": "none",
    "facts__care_level": "1",
    "facts__communicable_disease": "none",
    "facts__severe_behaviour": "no",
    "facts__wants": ["local_home"],
    "facts__documents_held": ["id_card"],
    "facts__none_disability_types": "yes",
}

STEPS_OF_A_NEW_REFERRAL = (
    "told", "acknowledge", "accept", "decline", "waitlist", "withdraw", "entered-in-error",
)  # fmt: skip


def opened(worker, **typed):
    """The page after a case was opened with what everybody is asked, and `typed`."""
    page = worker.open(f"/cases/new/person?danger=none&draft={uuid4().hex}")
    answers = {
        "channel": "walk_in",
        "person__identity_status": "claimed",
        "person__sex": "female",
        "person__birth_date": "2493",
        "person__nationality": "thai",
        "person__domicile__0__province": "60",
        "person__domicile__0__basis": "registered_house",
    }
    return worker.send(page, **(answers | typed))


def test_a_birth_date_that_may_be_two_is_asked_and_the_title_stands_once(worker):
    asked = opened(worker, person__birth_date="12/5/57", person__name__first="นายสมชาย")
    assert asked.status == 422 and [*asked.errors] == ["person.birth_date"]
    choices = asked.tree.xpath('//input[@name="person.birth_date.meant"]/@value')
    assert choices == ["2014-05-12", "1957-05-12"]
    case_id = case_of(worker.send(asked, person__birth_date__meant="1957-05-12"))
    shown = worker.open(f"/cases/{case_id}")
    assert "12 พฤษภาคม 2500" in shown.text.replace("\u00a0", " ") and "นายสมชาย" in shown.text
    assert "นายนาย" not in shown.text


def case_of(page):
    assert page.status == 200, page.errors
    return page.path.split("/")[1]


def decided(**typed):
    """Three members with a chair who agree, as the form's fields."""
    members = {
        f"members__{row}__{name}": value
        for row, member in enumerate(plan()["members"])
        for name, value in member.items()
    }
    return {"why": "ใกล้บ้านเดิม", "goals": "มีที่พักถาวร\nได้เบี้ยยังชีพ"} | members | typed


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


@pytest.fixture(scope="module")
def director(browser):
    return browser("director-60")


def screened(worker, case_id, **told):
    page = worker.send(worker.open(f"/cases/{case_id}/screening/fill"), **SCREENED, **told)
    assert page.status == 200, page.errors
    return page


def deciding(door, worker):
    """(case, programme, the page on which that programme is decided on)."""
    _, programme_id = door.programme()
    case_id = case_of(opened(worker))
    screened(worker, case_id)
    door.wait(
        f"/api/v1/cases/{case_id}/matches?limit=500",
        lambda found: any(each["programme_id"] == programme_id for each in found["candidates"]),
    )
    page = worker.open(f"/cases/{case_id}/plan/record?programme_id={programme_id}")
    return case_id, programme_id, page


def planned(door, worker):
    """(case, programme) with a plan for that programme."""
    case_id, programme_id, page = deciding(door, worker)
    page = worker.send(page, **decided())
    assert page.status == 200, page.errors
    return case_id, programme_id


def referred(door, worker):
    """The address of the page of a new referral."""
    case_id, _ = planned(door, worker)
    page = worker.send(worker.open(f"/cases/{case_id}/referrals/new"), consent__status="given")
    assert page.status == 200, page.errors
    return "/" + page.path


def take(worker, path, step, **typed):
    page = worker.send(worker.open(f"{path}/{step}"), **typed)
    assert page.status == 200, (step, page.errors, page.text)
    return page


def test_the_main_job_is_done_in_pages_by_worker_and_director_and_read_by_a_member(
    door, worker, director, browser
):
    _, programme_id = door.programme()
    gate = worker.open("/cases/new")
    assert "1669" in gate.text
    page = opened(
        worker,
        person__name__title="นาง",
        person__name__first="สายใจ",
        person__name__last="ทดสอบเดินเรื่อง",
        person__national_id=NUMBER,
        area="ปากน้ำโพ เมืองนครสวรรค์",
        found__place="ใต้สะพาน",
    )
    if "ศูนย์อาจรู้จัก" in page.text:  # another test told of the same number
        page = worker.send(page)
    case_id = case_of(page)
    assert page.status == 200 and page.heading == "นางสายใจ ทดสอบเดินเรื่อง"
    assert "ยังไม่ได้คัดกรอง" in page.text and "ปากน้ำโพ" in page.text

    page = screened(worker, case_id)
    assert "ผู้สูงอายุ" in page.text and "พระราชบัญญัติผู้สูงอายุ พ.ศ. 2546 มาตรา 3" in page.text
    door.wait(
        f"/api/v1/cases/{case_id}/matches?limit=500",
        lambda found: any(each["programme_id"] == programme_id for each in found["candidates"]),
    )
    page = worker.open(f"/cases/{case_id}/matches?verdict=eligible&outside=yes")
    while not any(f"programme_id={programme_id}" in link for link in page.links()):
        [following] = page.tree.xpath("//main//a[@rel='next']/@href")  # it is on one of the pages
        page = worker.open(following)

    page = director.open(f"/cases/{case_id}/plan/record?programme_id={programme_id}")
    page = director.send(page, **decided())
    assert page.status == 200 and "มีที่พักถาวร" in page.text and "ไกลบ้าน" in page.text

    member = browser("member-60")
    page = member.open(f"/cases/{case_id}/plan")
    assert "สมชาย ตัวอย่าง" in page.text and not page.tree.xpath("//main//form")
    page = member.open(f"/cases/{case_id}")
    assert "สายใจ" not in page.text and "เปิดเรื่อง" in page.text

    page = worker.send(worker.open(f"/cases/{case_id}/referrals/new"), consent__status="given")
    assert "จองที่ว่างแล้ว" in page.text, page.errors
    path = "/" + page.path
    take(worker, path, "accept", said_by="คุณสมศรี", by_channel="phone")
    take(worker, path, "admit")
    take(worker, path, "confirm")
    page = take(
        worker,
        path,
        "follow-up",
        found="in_place",
        work__kind="section_33",
        work__income_baht_month="๙,๐๐๐",
        note="สบายดี",
    )
    assert "9,000" in page.text and "คุณสมศรี" in page.text and "สบายดี" in page.text
    take(worker, path, "end", outcome="stable")

    page = worker.send(worker.open(f"/cases/{case_id}/close"), reason="goal_reached", note="จบ")
    assert "ปิดเรื่องแล้ว" in page.text
    story = page.tree.xpath('//ol[@class="app-timeline"]')[0].text_content()
    for said in ("เปิดเรื่อง", "คัดกรองแล้ว", "คณะทำงานเห็นชอบแผน", "ส่งต่อแล้ว", "ภาคีเครือข่ายตอบรับ"):
        assert said in story
    page = browser("ministry").open("/cases?status=closed")
    assert page.status == 200 and "สายใจ" not in page.text and "ปิดเรื่อง" in page.text
    page = director.send(director.open(f"/cases/{case_id}/reopen"), reason="came_back")
    assert "เปิดเรื่องอีกครั้งแล้ว" in page.text


def test_a_case_is_opened_without_knowing_who_it_is(worker):
    page = opened(
        worker,
        person__identity_status="unknown",
        person__birth_date="",
        person__age_band="60-69",
        person__nationality="unknown",
        person__domicile__0__province="",
        person__domicile__0__basis="",
    )
    assert page.status == 200 and "ยังไม่ทราบ" in page.text and "60" in page.text


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ({"person__name__first": "บุญมา", "person__name__last": "ทดสอบชื่อ"}, "claimed"),
        ({"person__national_id": "A-100-XYZ"}, "claimed"),
        ({"person__name__alias": "ลุงหมา"}, "partial"),
        ({"person__name__title": "นาย"}, "unknown"),
        ({"person__name__first": "บุญมี", "person__identity_status": "refused"}, "refused"),
        ({"person__name__first": "บุญสี", "person__identity_status": "unknown"}, "unknown"),
    ],
)
def test_what_was_typed_of_a_person_says_how_well_they_are_known_unless_somebody_does(
    worker, door, typed, status
):
    case_id = case_of(opened(worker, **({"person__identity_status": ""} | typed)))
    person = door.get(f"/api/v1/cases/{case_id}", "worker-60").json()["person"]
    assert person["identity_status"] == status


def test_errors_lead_to_their_fields_and_nothing_typed_is_lost(worker):
    page = worker.open("/cases/new/person?danger=none")
    page = worker.send(
        page, person__birth_date="31/2/2500", person__name__first="คงไว้", happened_on="1/1/2590"
    )
    assert page.status == 422
    assert {*page.errors} == {
        "person.birth_date",
        "happened_on",
    }  # what is left empty is not known, and no error
    assert "Check" not in " ".join(page.errors.values())
    assert page.form().form_values() and dict(page.form().form_values())["person.name.first"] == "คงไว้"


def test_an_area_is_searched_by_name_or_postcode_without_a_script(worker):
    page = worker.open("/cases/new/person?danger=none")
    page = worker.send(page, find="yes", area="60000", person__name__first="คงไว้")
    offered = page.tree.xpath('//input[@name="found.subdistrict"]/@value')
    assert page.status == 200 and "600101" in offered and not page.errors
    assert dict(page.form().form_values())["person.name.first"] == "คงไว้"
    page = opened(worker, area="60000")
    assert page.status == 422 and "found.subdistrict" in page.errors
    page = opened(worker, area="60000", found__subdistrict="600101")
    assert page.status == 200 and "ปากน้ำโพ" in page.text
    page = opened(worker, area="60000", found__subdistrict="none")
    assert page.status == 200


def test_a_place_chosen_before_the_search_was_changed_is_not_what_is_meant(worker):
    wrong = {"person__birth_date": "31/2/2500"}
    page = opened(worker, area="60000", found__subdistrict="600101", **wrong)
    assert [*page.errors] == ["person.birth_date"] and page.form().fields["found.subdistrict"] == "600101"
    page = worker.send(page, area="ลาดยาว นครสวรรค์")  # typed over, and the search not pressed
    assert {*page.errors} == {"person.birth_date", "found.subdistrict"}
    assert page.form().fields["found.subdistrict"] is None
    page = worker.send(page, found__subdistrict="601101", person__birth_date="2493")
    assert page.status == 200 and "ลาดยาว" in page.text and "ปากน้ำโพ" not in page.text


def test_somebody_without_a_name_is_called_in_the_readers_language(worker):
    case_id = case_of(opened(worker, person__identity_status="unknown"))
    assert worker.open(f"/cases/{case_id}").heading.startswith("หญิงไม่ทราบชื่อ 60-")
    english = worker.clone()
    english.http.cookies.set("language", "en")
    assert english.open(f"/cases/{case_id}").heading.startswith("Unknown woman 60-")


def test_an_abolished_area_resolves_to_the_one_of_today(worker):
    page = opened(worker, area="หนองเข็ง หนองคาย")  # since 2011 in Bueng Kan, in a subdistrict of another name
    assert page.status == 200 and "ต.โนนสว่าง อ.เมืองบึงกาฬ จ.บึงกาฬ" in page.text
    page = worker.open("/cases/new/person?danger=none")
    page = worker.send(page, find="yes", area="104701")
    offered = [" ".join(each.text_content().split()) for each in page.tree.xpath('//*[@id="places"]//label')]
    assert any("บางนาเหนือ" in each for each in offered) and any("บางนาใต้" in each for each in offered)


def test_a_district_offers_its_subdistricts(worker):
    page = worker.send(worker.open("/cases/new/person?danger=none"), find="yes", area="อำเภอลาดยาว นครสวรรค์")
    offered = page.tree.xpath('//input[@name="found.subdistrict"]/@value')
    assert offered[0] == "601101" and {"601102", "601103"} <= {*offered}


def test_a_case_from_paper_keeps_the_true_day(worker):
    page = opened(worker, happened_on="1 ต.ค. 2569")
    assert page.status == 200 and "1 ต.ค. 2569" in page.text and "บันทึกเมื่อ" in page.text


def test_today_is_a_day_on_which_it_can_have_happened(worker):
    today = bangkok_day(datetime.now(UTC))
    page = opened(worker, happened_on=f"{today.day}/{today.month}/{today.year + 543}")
    assert page.status == 200 and not page.errors


def test_warnings_are_shown_after_saving(worker):
    page = opened(worker, person__national_id="1609900123450", found__subdistrict="610101")
    assert page.status == 200 and "เลขประจำตัวไม่ถูกต้อง" in page.text and "นอกจังหวัดของศูนย์" in page.text


def test_the_danger_must_be_answered_first(worker):
    page = worker.open("/cases/new/person?danger=")
    assert page.status == 422 and "danger" in page.errors
    page = worker.open("/cases/new/person?danger=trafficking")
    assert page.status == 200 and "1191" in page.text


def test_identifiers_are_masked_until_they_are_asked_for(door, worker):
    page = opened(worker, person__national_id=NUMBER)
    if "ศูนย์อาจรู้จัก" in page.text:  # a test before this one spoke of the same person
        page = worker.send(page)
    case_id = case_of(page)
    page = worker.open(f"/cases/{case_id}")
    assert NUMBER not in page.text.replace("-", "")
    assert looked(door, case_id) == []
    for address in (f"/cases/{case_id}", f"/cases/{case_id}?show=identifiers"):
        assert NUMBER not in worker.open(address).raw.replace("-", "")
    assert looked(door, case_id) == []  # following a link shows and notes nothing
    page = worker.send(page, f"/cases/{case_id}")
    assert NUMBER in page.text.replace("-", "") and "บันทึกการเปิดดูแล้ว" in page.text
    assert looked(door, case_id) == ["worker-60"]
    again = worker.open(f"/cases/{case_id}")
    assert NUMBER not in again.text.replace("-", "")


def looked(door, case_id):
    """Who looked at the identifiers of a case, by the access log."""
    asked = select(access_record.c.who).where(
        access_record.c.subject == f"case/{case_id}", access_record.c.what == "identifiers"
    )
    return door.runtime("intake").read(lambda db: list(db.scalars(asked)))


def test_who_closes_an_older_version_is_shown_what_happened_meanwhile(worker, director):
    case_id = case_of(opened(worker))
    old = worker.open(f"/cases/{case_id}/close")
    director.send(director.open(f"/cases/{case_id}/close"), reason="moved")
    director.send(director.open(f"/cases/{case_id}/reopen"), reason="came_back")
    page = worker.send(old, reason="left", note="กลับบ้านแล้ว")
    assert page.status == 412 and "director-60" in page.text and "เปิดเรื่องอีกครั้ง" in page.text
    assert dict(page.form().form_values())["note"] == "กลับบ้านแล้ว"


def test_a_correction_says_why_and_overwrites_nothing(door, worker):
    path = referred(door, worker)
    page = worker.send(worker.open(f"{path}/entered-in-error"))
    assert page.status == 422 and [*page.errors] == ["note"]
    page = worker.send(page, note="ส่งผิดราย")
    assert page.status == 200 and "ส่งผิดราย" in page.text and "ส่งต่อ" in page.text
    assert len(page.tree.xpath("//ol[contains(@class, 'app-timeline')]/li")) >= 2


def test_somebody_unknown_is_named_later_with_the_reason_and_screened_by_what_is_known_now(door, worker):
    case_id = case_of(opened(worker, person__birth_date="", person__sex="unknown"))
    screened(worker, case_id)
    page = worker.open(f"/cases/{case_id}/person")
    refused = worker.send(page, person__name__first="คำปัน")
    assert refused.status == 422 and [*refused.errors] == ["reason"]
    told = {"person__name__first": "คำปัน", "person__sex": "male", "person__birth_date": "12/5/2493"}
    page = worker.send(refused, reason="learned", person__national_id=NUMBER, **told)
    assert page.status == 200 and page.heading == "คำปัน" and NUMBER not in page.text.replace("-", "")
    assert "หลังการคัดกรองครั้งนี้" in page.text
    [said] = [item for item in page.tree.xpath("//ol/li") if "แก้ไขข้อมูลผู้รับบริการ" in item.text_content()]
    assert "ทราบข้อมูลเพิ่มเติม: เพศ ชื่อ เลขประจำตัว และ วันเกิด" in " ".join(said.text_content().split())
    shown = dict(worker.open(f"/cases/{case_id}/person").form().form_values())
    assert (shown["person.birth_date"], shown["person.national_id"]) == ("12/5/2493", NUMBER)
    worker.send(worker.open(f"/cases/{case_id}/screening/fill"))
    facts = door.get(f"/api/v1/cases/{case_id}", "worker-60").json()["screening"]["facts"]
    assert facts["sex"] == "male" and facts["age"]["min"] >= 76
    assert "หลังการคัดกรองครั้งนี้" not in worker.open(f"/cases/{case_id}").text


def test_what_the_screening_found_stands_beside_what_the_record_says(worker, browser):
    case_id = case_of(opened(worker, person__birth_date="", person__nationality="unknown"))
    assert "ข้อมูลจากการคัดกรอง" not in worker.open(f"/cases/{case_id}").text
    screened(worker, case_id, facts__birth_date="2490", facts__nationality="thai")
    page = worker.open(f"/cases/{case_id}")
    record = {
        row.xpath("string(dt)").strip(): " ".join(row.xpath("string(dd)").split())
        for row in page.tree.xpath('//main//dl/div[@class="govuk-summary-list__row"]')
    }
    assert record["สัญชาติ"] == "ไม่ทราบ ผลคัดกรอง: ไทย" and "ผลคัดกรอง: 7" in record["อายุ"]
    assert record["ภูมิลำเนา"] == "นครสวรรค์ (ทะเบียนบ้าน)"  # the same in both
    assert record["ที่อยู่อาศัย"] == "ริมถนนหรือทางเท้า" and record["รายได้เพียงพอแก่การยังชีพ"] == "ไม่เพียงพอ"
    assert "โปรดแก้ไขข้อมูลผู้รับบริการให้ตรงกัน" in page.text
    member = browser("member-60").open(f"/cases/{case_id}")
    assert "ผลคัดกรอง: ไทย" in " ".join(member.text.split()) and "โปรดแก้ไขข้อมูล" not in member.text
    told = {"person__nationality": "thai", "person__birth_date": "2490"}
    page = worker.send(worker.open(f"/cases/{case_id}/person"), reason="learned", **told)
    assert page.status == 200 and "ผลคัดกรอง:" not in page.text and "ข้อมูลจากการคัดกรอง" in page.text


def test_a_case_is_closed_for_what_may_be_so(worker):
    case_id = case_of(opened(worker))

    def offered():
        return worker.open(f"/cases/{case_id}/close").tree.xpath('//input[@name="reason"]/@value')

    assert "left_before_screening" in offered()
    screened(worker, case_id)
    assert "left_before_screening" not in offered() and "no_answer_found" in offered()


def test_a_correction_of_nothing_is_no_event_and_one_of_an_older_version_shows_both(worker, director):
    case_id = case_of(opened(worker))
    old = worker.open(f"/cases/{case_id}/person")
    page = director.send(director.open(f"/cases/{case_id}/person"), reason="mistaken")
    assert "เหมือนเดิมทุกข้อ" in page.text and not page.tree.xpath("//ol/li[contains(., 'บันทึกผิด')]")
    director.send(
        director.open(f"/cases/{case_id}/person"), reason="mistaken", person__name__first="บุญมี",
        person__name__last="ทองแท้"
    )  # fmt: skip
    page = worker.send(old, reason="changed", person__name__first="บุญมา")
    assert page.status == 412 and "บุญมี ทองแท้" in page.text
    assert dict(page.form().form_values())["person.name.first"] == "บุญมา"
    assert worker.send(page).heading == "บุญมา"


def test_the_rule_of_the_quorum_is_said_where_the_decision_is_made(worker):
    case_id = case_of(opened(worker))
    screened(worker, case_id)
    for page in ("plan", "plan/record"):
        said = worker.open(f"/cases/{case_id}/{page}").text
        assert "ผู้ลงมติอย่างน้อย 3 คน" in said and "ประธานร่วมลงมติ" in said and "หลักเกณฑ์กลางของทุกศูนย์" in said
    with APPLICATION.test_request_context("/"):
        rule = APPLICATION.jinja_env.get_template("conference/group.html").module.rule
        said = rule({"votes": 5, "chair": False, "own": True})
    assert "ผู้ลงมติอย่างน้อย 5 คน" in said and "ประธาน" not in said and "หลักเกณฑ์ของศูนย์นี้" in said


def test_every_event_of_a_case_is_told_in_a_sentence_in_both_languages():
    kinds = {
        event for cls in DOORS for aggregate in cls.runtime.wiring.aggregates for event in aggregate.events
    }
    of_a_case = {event.__name__ for event in kinds if any(f.name == "case_id" for f in fields(event))}
    assert (
        len(of_a_case) >= 28
        and of_a_case == {*STORY, *STEPS_BY_FACT, *UNTOLD}
        and not STORY.keys() & STEPS_BY_FACT
    )
    for said, _ in STORY.values():
        assert re.search("[ก-๙]", catalogue("th").gettext(said)), said
        assert not re.search("[ก-๙]", catalogue("en").gettext(said)), said


def test_sending_a_form_twice_opens_one_case(worker):
    page = worker.open("/cases/new/person?danger=none")
    typed = {"channel": "walk_in", "person__identity_status": "unknown", "person__sex": "male"}
    assert worker.send(page, **typed).path == worker.send(page, **typed).path


def test_a_form_whose_answer_was_lost_leads_to_the_case_it_opened(worker):
    page = worker.open("/cases/new/person?danger=none&draft=lost")
    typed = {"centre": "60", "person__name__first": "ส่งซ้ำ", "person__name__last": "หายกลางทาง"}
    typed["person__birth_date"] = "3/6/2490"
    opened = worker.send(page, **typed)
    assert opened.heading == "ส่งซ้ำ หายกลางทาง"
    assert worker.send(page, **typed).path == opened.path
    another = worker.send(worker.open("/cases/new/person?danger=none&draft=other"), **typed)
    assert another.path.startswith("cases/new"), "another form asks whether it is the same person"


def test_a_case_of_which_nothing_is_said_is_opened_only_when_asked_again(worker):
    asked = worker.send(worker.open("/cases/new/person?danger=none&draft=empty"), centre="60")
    assert asked.path.startswith("cases/new") and "ยังไม่มีข้อมูลของผู้รับบริการ" in asked.text
    assert not worker.send(asked, centre="60").path.startswith("cases/new")


def test_what_the_page_made_of_nothing_is_not_taken_for_an_answer(worker, door):
    asked = worker.send(worker.open(f"/cases/new/person?danger=none&draft={uuid4().hex}"), centre="60")
    assert "ยังไม่มีข้อมูลของผู้รับบริการ" in asked.text
    case_id = case_of(
        worker.send(asked, person__name__first="ทีหลัง", person__name__last=f"มาบอก{uuid4().hex[:4]}")
    )
    person = door.get(f"/api/v1/cases/{case_id}", "worker-60").json()["person"]
    assert person["identity_status"] == "claimed"


def test_in_danger_nobody_is_asked_for_more(worker):
    page = worker.open("/cases/new/person?danger=urgent_health&draft=urgent")
    assert not worker.send(page, centre="60").path.startswith("cases/new")


def test_unknown_stays_to_be_asked_and_no_is_no(worker):
    case_id = case_of(opened(worker, person__birth_date=""))
    page = worker.send(worker.open(f"/cases/{case_id}/screening/fill"), facts__housing="street")
    assert page.status == 200
    assert "ข้อเท็จจริงที่ยังต้องถาม" in page.text and "อายุ" in page.text
    again = worker.open(f"/cases/{case_id}/screening/fill")
    assert dict(again.form().form_values())["facts.housing"] == "street"
    page = worker.send(again, facts__none_disability_types="yes", facts__birth_date="12/5/2500")
    assert page.status == 200
    again = dict(worker.open(f"/cases/{case_id}/screening/fill").form().form_values())
    assert again["facts.none_disability_types"] == "yes"
    # The age that was told stays, though the form does not show a birth date again.
    page = worker.send(worker.open(f"/cases/{case_id}/screening/fill"), facts__begging="none")
    assert "ผู้สูงอายุ" in page.text and "อายุ: ยังไม่ทราบ" not in page.text


def test_who_screens_an_older_version_is_shown_what_stands_now(worker, director):
    case_id = case_of(opened(worker))
    screened(worker, case_id)
    old = worker.open(f"/cases/{case_id}/screening/fill")
    director.send(director.open(f"/cases/{case_id}/screening/fill"), facts__housing="home")
    page = worker.send(old, facts__housing="temporary")
    assert page.status == 412 and "director-60" in page.text
    assert dict(page.form().form_values())["facts.housing"] == "temporary"
    assert worker.send(page).status == 200


def test_a_decision_without_a_quorum_is_refused_in_plain_words_and_keeps_the_text(worker):
    case_id = case_of(opened(worker))
    screened(worker, case_id)
    page = worker.open(f"/cases/{case_id}/plan/record")
    page = worker.send(page, **decided(members__0__role="member"))
    assert page.status == 409 and "ประธาน" in page.errors[""]
    assert dict(page.form().form_values())["why"] == "ใกล้บ้านเดิม"
    page = worker.send(page, more="yes")
    assert page.status == 200 and page.tree.xpath('//input[@name="members.7.name"]')
    page = worker.send(page, members__0__role="chair")
    assert page.status == 200 and "บันทึกแผนแล้ว" in page.text


def members(page, part="name"):
    """What the rows of the form say, those that say something."""
    values = dict(page.form().form_values())
    rows = (values.get(f"members.{row}.{part}", "") for row in range(inputs.MOST))
    return [text for text in rows if text]


def test_the_next_decision_begins_with_the_group_of_the_last_and_who_was_not_there_has_no_vote(door, browser):
    door.add("worker-72", "worker", ("72",))
    worker = browser("worker-72")

    def record():
        case_id = case_of(opened(worker))
        screened(worker, case_id)
        return worker.open(f"/cases/{case_id}/plan/record")

    page = record()
    assert not members(page) and "มติครั้งล่าสุด" not in page.text
    assert worker.send(page, **decided()).status == 200
    names = [each["name"] for each in plan()["members"]]
    page = record()
    assert members(page) == names and members(page, "role") and not members(page, "vote")
    assert "มติครั้งล่าสุด" in page.text
    said = decided() | {
        f"members__{row}__vote": vote for row, vote in enumerate(("agree", "absent", "agree"))
    }
    page = worker.send(page, **said)
    assert page.status == 409 and members(page) == names
    page = worker.send(page, members__3__name="คนใหม่ มาแทน", members__3__vote="agree")
    assert [*page.errors] == ["members.3.role"] and members(page) == [*names, "คนใหม่ มาแทน"]
    page = worker.send(page, members__3__role="member")
    assert page.status == 200 and names[1] not in page.text and "คนใหม่ มาแทน" in page.text
    assert {*members(record())} == {*names, "คนใหม่ มาแทน"}


def test_the_group_of_a_centre_is_sealed_and_no_other_centres(door):
    runtime = door.runtime("web")
    groups.keep(runtime, "80", [{"name": "สมชาย ใจดี", "role": "chair"}])
    with runtime.database.write() as db:
        row = dict(db.execute(select(groups.working_group).filter_by(centre="80")).mappings().one())
        db.execute(insert(groups.working_group).values({**row, "centre": "81"}))
    assert "สมชาย" not in row["sealed"] and "สมชาย" not in base64.urlsafe_b64decode(row["sealed"]).decode(
        errors="replace"
    )
    assert groups.last(runtime, "80") == [{"name": "สมชาย ใจดี", "role": "chair"}]
    assert groups.last(runtime, "81") == [] == groups.last(runtime, "82")


def test_a_place_of_another_path_is_not_taken_for_the_plan(door, worker):
    *_, page = deciding(door, worker)
    page = worker.send(page, **decided(path="religious"))
    assert page.status == 422 and [*page.errors] == ["programme_ids"]


def test_a_plan_names_places_in_order_and_the_next_is_proposed_when_one_says_no(door, worker):
    places = [door.programme()[1] for _ in range(3)]
    case_id = case_of(opened(worker))
    screened(worker, case_id)
    door.wait(
        f"/api/v1/cases/{case_id}/matches?limit=500",
        lambda found: {*places} <= {each["programme_id"] for each in found["candidates"]},
    )
    page = worker.open(f"/cases/{case_id}/plan/record?programme_id={places[0]}")
    selects = page.tree.xpath("//select[@name='programme_ids']")
    assert [each.value for each in selects] == [places[0], "", ""]
    twice = worker.send(page, **decided(), programme_ids=[places[0], places[1], places[0]])
    assert twice.status == 422 and [*twice.errors] == ["programme_ids"]
    done = worker.send(twice, programme_ids=places)
    assert done.status == 200, done.errors
    assert len(done.tree.xpath("//main//ol/li")) == 3 and "โดยไม่ต้องประชุมใหม่" in done.text
    assert door.get(f"/api/v1/cases/{case_id}").json()["plan"]["programme_ids"] == places

    sending = worker.open(f"/cases/{case_id}/referrals/new")
    assert dict(sending.form().form_values())["programme_id"] == places[0]
    assert [link for link in sending.links() if places[1] in link] and "ลำดับที่ 1" in sending.text
    page = worker.send(sending, consent__status="given")
    take(worker, "/" + page.path, "decline", reason="cost", whose="partner")
    listed = door.wait(
        "/api/v1/work?limit=500",
        lambda told: any(
            each["case_id"] == case_id and each["next"] == "send_next" for each in told["items"]
        ),
    )
    [item] = [each for each in listed["items"] if each["case_id"] == case_id]
    assert (item["proposes"], item["standing"]) == (places[1], "declined")
    overview = worker.open(f"/cases/{case_id}")
    assert "ที่เสนอให้ส่งต่อลำดับถัดไป" in overview.text
    assert [link for link in overview.links() if f"programme_id={places[1]}" in link]
    second = worker.open(f"/cases/{case_id}/referrals/new")
    assert dict(second.form().form_values())["programme_id"] == places[1]
    assert worker.send(second, consent__status="given").status == 200  # no other vote was needed


def test_what_the_partner_will_see_stands_before_the_question_for_consent(door, worker):
    case_id, programme_id = planned(door, worker)
    text = worker.open(f"/cases/{case_id}/referrals/new").text
    assert (
        0
        < text.index("ข้อมูลที่ภาคีเครือข่ายจะเห็น")
        < text.index("นครสวรรค์", text.index("ข้อมูลที่ภาคี"))
        < text.index("ผู้รับบริการยินยอมหรือไม่")
    )
    shown = door.ask(
        "referral", "would_disclose", "worker-60", {"case_id": case_id, "programme_id": programme_id}
    )
    sent = worker.send(worker.open(f"/cases/{case_id}/referrals/new"), consent__status="given")
    about = {"referral_id": sent.path.partition("/")[2]}
    assert door.ask("referral", "disclosable", "worker-60", about) == shown


def test_of_a_plan_for_any_place_the_place_is_chosen_before_consent_is_asked(door, worker):
    _, programme_id = door.programme()
    case_id = door.planned()
    door.wait(
        f"/api/v1/cases/{case_id}/matches?limit=500",
        lambda found: any(each["programme_id"] == programme_id for each in found["candidates"]),
    )
    path = f"/cases/{case_id}/referrals/new"
    page = worker.open(path)
    assert not page.tree.xpath("//main//form[@method='post']") and "consent.status" not in page.raw
    assert [*worker.open(f"{path}?choosing=yes").errors] == ["programme_id"]
    chosen = worker.open(f"{path}?programme_id={programme_id}&choosing=yes")
    assert "ข้อมูลที่ภาคีเครือข่ายจะเห็น" in chosen.text
    assert worker.send(chosen, consent__status="given").path.startswith("referrals/")


def test_a_member_named_twice_is_shown_at_the_second_name(door, worker):
    *_, page = deciding(door, worker)
    typed = decided()
    names = [field for field in typed if field.endswith("__name")]
    typed[names[1]] = f"นาย{typed[names[0]]}"
    page = worker.send(page, **typed)
    assert page.status == 409 and names[1].replace("__", ".") in page.errors
    assert "มีชื่อนี้อยู่แล้ว" in page.text


def test_nothing_is_sent_without_consent_and_who_is_unable_needs_a_witness(door, worker):
    case_id, _ = planned(door, worker)
    page = worker.send(worker.open(f"/cases/{case_id}/referrals/new"), consent__status="refused")
    assert page.status == 409 and "ไม่ยินยอม" in page.errors[""]
    page = worker.send(worker.open(f"/cases/{case_id}/referrals/new"), consent__status="unable")
    assert "ต้องมีพยาน" in page.text
    assert page.status == 422 and [*page.errors] == ["consent.witness"]
    page = worker.send(page, consent__witness="พยาน ทดสอบ")
    assert page.status == 200 and page.path.startswith("referrals/")


def test_a_partner_declines_with_a_reason_and_the_case_is_planned_again(door, worker):
    path = referred(door, worker)
    page = worker.send(worker.open(f"{path}/decline"))
    assert all(each.words.th in page.text for each in EFFECTS.values())  # what follows, before it is recorded
    assert page.status == 422 and [*page.errors] == ["reason"]
    page = worker.send(page, reason="health_beyond_care", whose="partner", note="ต้องมีพยาบาล")
    assert page.status == 200 and "ต้องมีพยาบาล" in page.text
    after, advice = EFFECTS[SCREEN_AGAIN].words.th, ADVICE.word("health_beyond_care", "th")
    assert after in page.text and advice in page.text and STANDINGS.word("declined_asking", "th") in page.text
    assert worker.open(f"{path}/accept").status == 409


def test_a_follow_up_needs_to_say_whether_the_person_is_in_place(door, worker):
    path = referred(door, worker)
    for step in ("accept", "travel", "admit", "confirm"):
        take(worker, path, step)
    page = worker.send(worker.open(f"{path}/follow-up"), work__income_baht_month="มาก")
    assert page.status == 422
    assert [*page.errors] == ["work.kind", "work.income_baht_month"]
    page = worker.send(page, work__income_baht_month="")
    assert page.status == 422 and [*page.errors] == ["found"]


def test_the_same_step_sent_twice_changes_once(door, worker):
    path = referred(door, worker)
    form = worker.open(f"{path}/accept")
    first, second = worker.send(form), worker.send(form)
    assert first.status == second.status == 200
    assert second.text.count("ภาคีเครือข่ายตอบรับ") == first.text.count("ภาคีเครือข่ายตอบรับ") + 0


@pytest.mark.parametrize(
    "typed", ["\x00", "ก" * 10_000, "<script>alert(1)</script>", "=1+1", "\u202eกลับ", "😀", "-1", "๙๙๙๙"]
)
def test_whatever_is_typed_is_refused_or_kept_as_it_is(door, worker, typed):
    answers = [
        opened(worker, **{field: typed})
        for field in ("person__name__first", "area", "happened_on", "person__birth_date", "channel", "note")
    ]
    case_id = case_of(opened(worker))
    for part, typed_fields in {
        "screening/fill": {"facts__housing": typed, "facts__care_level": typed, "facts__wants": [typed]},
        "plan/record": {"members__0__name": typed, "goals": typed, "programme_ids": typed, "rows": typed},
        "referrals/new": {"programme_id": typed, "consent__status": typed, "consent__witness": typed},
        "close": {"reason": typed, "note": typed},
    }.items():
        page = worker.open(f"/cases/{case_id}/{part}")
        if page.tree.xpath("//main//form[@method='post']"):
            answers.append(worker.send(page, **typed_fields))
    for page in answers:
        assert page.status in (200, 404, 409, 422), page.text
        assert not page.tree.xpath("//main//script")


@pytest.mark.parametrize("user", ["member-60", "ministry", "worker-61", "admin"])
def test_others_may_not_do_what_staff_does(door, worker, browser, user):
    path, case_id = referred(door, worker), case_of(opened(worker))
    other = browser(user)
    for address in (
        f"/cases/{case_id}/close",
        f"/cases/{case_id}/screening/fill",
        f"/cases/{case_id}/plan/record",
        f"/cases/{case_id}/referrals/new",
        f"{path}/accept",
    ):
        assert other.open(address).status in (403, 404), address
    for address in (f"/cases/{case_id}", f"/cases/{case_id}/matches", path):
        outline = user == "ministry" and not address.endswith("matches")
        reads = user == "member-60" or outline
        assert (other.open(address).status == 200) == reads, address


@pytest.mark.parametrize("part", ["", "/screening", "/matches", "/plan", "/referrals", "/close"])
def test_an_unknown_case_is_not_found(worker, part):
    assert worker.open(f"/cases/{uuid4()}{part}").status == 404


def test_a_new_case_has_helpful_empty_parts(worker):
    case_id = case_of(opened(worker))
    for part in ("screening", "matches", "plan", "referrals", "referrals/new"):
        page = worker.open(f"/cases/{case_id}/{part}")
        assert page.status == 200 and page.tree.xpath('//*[@class="app-empty"]'), part


def test_a_referral_offers_the_steps_that_its_door_names(door, worker):
    path = referred(door, worker)
    named = door.ask("referral", "steps", "worker-60", {"referral_id": path.rpartition("/")[2]})
    found = worker.open(path).links()
    links = [
        link for link in found if f"{path}/" in link and not link.endswith(".pdf")
    ]  # papers are no steps
    offered = {link.rpartition("/")[2] for link in links} - {
        "link"
    }  # the partner's own way to answer is no step
    assert offered == {each["step"] for each in named} == {*STEPS_OF_A_NEW_REFERRAL}


def test_the_form_of_a_screening_asks_every_question_with_all_its_answers(worker):
    nobody = opened(worker, person__sex="unknown", person__nationality="unknown", person__birth_date="")
    page = worker.open(f"/cases/{case_of(nobody)}/screening/fill")
    for code in ASKED:
        fields = page.tree.xpath("//*[@name=$name]", name=f"facts.{code}")
        options = [str(option) for each in fields for option in each.xpath("@value | .//option/@value")]
        fact = FACTS[code]
        answers = ("yes", "no") if fact.kind == "flag" else fact.options or ()
        by_law_only = {
            "psychiatric_hospital", "child_agency", "trafficking_referral", "immigration", "quality_of_life_home",
            "advice_only", "interim_stay",
        }  # fmt: skip
        left_out = by_law_only if code == "wants" else set()
        assert fields and {*map(str, answers)} - left_out == {*options} & {*map(str, answers)}, code


def test_nobody_is_asked_what_cannot_be_and_what_the_gate_found_is_there_already(worker):
    page = worker.open("/cases/new/person?danger=trafficking")
    assert {
        name: text
        for name, text in page.form().form_values()
        if name in ("channel", "person.sex", "person.nationality")
    } == dict.fromkeys(("channel", "person.sex", "person.nationality"), "unknown")
    assert dict(page.form().form_values())["person.identity_status"] == ""
    page = worker.send(page, person__sex="male", person__nationality="thai", person__age_band="55-64")
    assert page.status == 200
    fill = worker.open(f"/cases/{case_of(page)}/screening/fill")
    asked = {str(name) for name in fill.tree.xpath("//main//*/@name")}
    assert not {"facts.pregnant", "facts.lawful_stay", "facts.work_permit"} & asked
    assert "facts.trafficking_signs" in asked
    assert dict(fill.form().form_values())["facts.trafficking_signs"] == "yes"
    done = worker.send(fill, facts__trafficking_signs="no", facts__mental_crisis="unknown")
    assert done.status == 200 and "ยังตัดสินไม่ได้" in done.text
    again = worker.open(f"/cases/{case_of(page)}/screening/fill")
    assert dict(again.form().form_values())["facts.trafficking_signs"] == "no"


def test_a_closed_path_is_taken_only_with_a_reason_and_its_chair_and_sending_says_it_again(worker, door):
    case_id = case_of(opened(worker))
    fill = worker.open(f"/cases/{case_id}/screening/fill")
    result = worker.send(
        fill, facts__relatives="unsafe", facts__housing="street", facts__income_sufficient="no"
    )
    assert "แนวทางที่ปิดไว้" in result.text
    record = worker.open(f"/cases/{case_id}/plan/record")
    assert "คืนสู่ครอบครัว (การคัดกรองปิดไว้)" in record.text
    votes = {
        f"members__{row}__{part}": said
        for row, role in enumerate(("chair", "secretary", "member"))
        for part, said in (("name", f"คนที่ {row}"), ("role", role), ("vote", "agree"))
    }
    told = {"path": "return_family", "programme_ids": "", "why": "ตามประสงค์", "goals": "อยู่กับญาติ", **votes}
    refused = worker.send(record, **told)
    assert refused.status == 409 and "การคัดกรองปิดแนวทางนี้ไว้" in refused.text
    wrong = worker.send(refused, override__reason="ย้ายผู้กระทำแล้ว", override__chair="ไม่มี", **told)
    assert wrong.status == 422 and "override.chair" in wrong.errors
    done = worker.send(wrong, override__reason="ย้ายผู้กระทำแล้ว", override__chair="คนที่ 0", **told)
    assert done.status == 200 and "ย้ายผู้กระทำแล้ว" in done.text
    page = worker.open(f"/cases/{case_id}/referrals/new")
    assert "โปรดพิจารณาอีกครั้ง" in page.text and "ห้ามติดต่อ" in page.text


def test_a_person_returns_to_the_family_with_the_checks_that_takes(worker, door):
    case_id = case_of(opened(worker))
    fill = worker.open(f"/cases/{case_id}/screening/fill")
    worker.send(fill, facts__relatives="willing", facts__housing="street", facts__income_sufficient="no")
    early = worker.open(f"/cases/{case_id}/referrals/home")
    assert "คณะทำงานเห็นชอบ" in early.text and "family.relative" not in early.text
    planned_home = worker.send(
        worker.open(f"/cases/{case_id}/plan/record"), **decided(path="return_family", programme_ids="")
    )
    assert planned_home.status == 200, planned_home.errors
    assert "/referrals/home" in worker.open(f"/cases/{case_id}").raw  # what is next
    page = worker.open(f"/cases/{case_id}/referrals/home")
    assert "ญาติพร้อมดูแล" in page.text
    wrong = worker.send(page, consent__status="given", family__agreed="", family__visited="")
    assert wrong.status == 422 and set(wrong.errors) == {"family.relative"}
    checks = {"family__agreed": "yes", "family__visited": "yes", "family__risk": "ไม่พบความเสี่ยง"}
    done = worker.send(wrong, family__relative="พี่สาว บ้านหนองเบน", consent__status="given", **checks)
    assert done.status == 200 and "พี่สาว บ้านหนองเบน" in done.text and "ไม่พบความเสี่ยง" in done.text
    assert "ญาติตกลงรับแล้ว" in done.text and "ลิงก์" not in done.text
    referral = "/" + done.path
    for step, said in (("travel", "ออกเดินทาง"), ("admit", "ถึงบ้านแล้ว"), ("confirm", "อยู่กับครอบครัว")):
        done = worker.send(worker.open(f"{referral}/{step}"))
        assert done.status == 200 and said in done.text, step
    assert "คืนสู่ครอบครัว" in worker.open(f"/cases/{case_id}/referrals").text
    assert worker.open(f"{referral}/told").status == 409


def test_a_day_and_a_time_stay_on_one_line(worker):
    case_id = case_of(opened(worker))
    shown = "".join(worker.open(f"/cases/{case_id}").tree.xpath("//main")[0].itertext())
    assert re.search("เปิดเมื่อ \\d+\u00a0\\S+\u00a0\\d{4}", shown)
    assert re.search("\\d+\u00a0\\S+\u00a0\\d{4}\u00a0\\d\\d:\\d\\d\u00a0น\\.", shown)
    english = {"language": "en"}
    shown = worker.http.get(f"{worker.address}/cases/{case_id}", cookies=english).text
    assert re.search(
        "\\d+\u00a0\\w+\u00a0\\d{4}\u00a0BE \\(\\d{4}\u00a0CE\\)|\\d+\u00a0\\w+\u00a0\\d{4}\u00a0BE", shown
    )


def test_a_search_for_a_place_that_finds_none_to_choose_says_so(worker):
    page = worker.open("/cases/new/person?danger=none")
    for typed, said in (("กรุงเทพฯ", "ทั้งจังหวัด"), ("ไม่มีที่ไหนเลย", "ไม่พบ")):
        found = worker.send(page, find="yes", area=typed)
        assert said in found.errors["area"], found.errors
    assert not worker.send(page, find="yes", area="บางรัก กทม").errors


FORMS = ("screening/fill", "plan/record", "referrals/new", "referrals/home")


def shut(user, case_id, said, forms=FORMS):
    """Each form of the case says this, opened by its address, and is none."""
    for form in forms:
        page = user.open(f"/cases/{case_id}/{form}")
        assert page.status == 200 and page.heading == said, (form, page.text)
        assert not page.tree.xpath("//main//form")
        yield page


def test_a_closed_case_says_so_where_its_forms_were_and_closing_it_again_drops_no_reason(door, worker):
    case_id, _ = planned(door, worker)
    old = worker.open(f"/cases/{case_id}/close")
    late = worker.open(f"/cases/{case_id}/screening/fill")
    worker.send(old, reason="moved")
    for page in shut(worker, case_id, "ปิดเรื่องนี้แล้ว", (*FORMS, "close")):
        assert f"/cases/{case_id}/reopen" in " ".join(page.links())
    refused = worker.send(late, facts__pregnant="no")
    assert refused.status == 409 and refused.errors  # what was typed before is kept
    door.wait(f"/api/v1/cases/{case_id}", lambda case: case["status"] == "closed")
    again = door.post(f"/api/v1/cases/{case_id}/close", {"reason": "left"})
    assert again.status_code == 409 and again.json()["code"] == "wrong_state"
    assert door.post(f"/api/v1/cases/{case_id}/close", {"reason": "moved"}).status_code == 200


def test_who_sends_another_reason_for_a_closed_case_is_told_that_it_is_closed(worker, director):
    case_id = case_of(opened(worker))
    old = worker.open(f"/cases/{case_id}/close")
    director.send(director.open(f"/cases/{case_id}/close"), reason="moved")
    worker_page = worker.send(old, reason="left", note="กลับบ้านแล้ว")
    assert worker_page.status in (409, 412) and "ปิดเรื่องนี้ไปแล้ว" in worker_page.text
    assert dict(worker_page.form().form_values())["note"] == "กลับบ้านแล้ว"


def test_of_somebody_who_died_pages_say_so_until_the_ending_was_a_mistake(door, worker):
    path = referred(door, worker)
    case_id = door.get("/api/v1" + path).json()["case_id"]
    for step in ("accept", "admit", "confirm"):
        take(worker, path, step)
    take(worker, path, "end", outcome="died")
    door.wait(f"/api/v1/cases/{case_id}", lambda case: case["person"]["died"])
    for page in shut(worker, case_id, "ผู้รับบริการเสียชีวิต"):
        assert f"/cases/{case_id}/close" in " ".join(page.links())
    for part in ("screening", "matches", "plan", "referrals"):
        page = worker.open(f"/cases/{case_id}/{part}")
        assert page.status == 200 and "จึงดำเนินการต่อไม่ได้" in page.text
        assert not [link for link in page.links() if link.endswith(FORMS)]
    closing = worker.open(f"/cases/{case_id}/close")
    assert dict(closing.form().form_values())["reason"] == "died"
    wrong = worker.send(closing, reason="goal_reached")
    assert wrong.status == 422 and [*wrong.errors] == ["reason"] and "ต้องเป็นเสียชีวิต" in wrong.errors["reason"]
    take(worker, path, "entered-in-error", note="คนละคน")
    door.wait(f"/api/v1/cases/{case_id}", lambda case: not case["person"]["died"])
    assert worker.open(f"/cases/{case_id}/referrals/new").tree.xpath("//main//form")
