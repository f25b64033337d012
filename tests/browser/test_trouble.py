"""What goes wrong between a person and the system loses nothing and does nothing twice."""

import re
from uuid import uuid4

import pytest
from playwright.sync_api import expect

from services.web.pages.parts.words import LISTS
from tests.browser import steps
from tests.browser.visitor import DESKTOP, NO_SCRIPT, PHONE, said
from tests.web.door import opening

SLOW = {"offline": False, "latency": 800, "downloadThroughput": 40_000, "uploadThroughput": 20_000}


def filled_in(worker, last_name):
    """The form of a new case with everything typed, not yet sent."""
    worker.open("/cases/new/person?danger=none")
    worker.fill(steps.OPENED | {"person.name.last": last_name})


def cases_of(worker, last_name):
    """How many of the newest cases are this person's."""
    worker.open("/cases")
    return worker.text.count(last_name)


def sent_by(tab):
    """The forms that a tab sends from now on; drafts are none."""
    sent = []

    def note(request):
        if request.method == "POST" and request.resource_type == "document":
            sent.append(request.url)

    tab.page.on("request", note)
    return sent


# -- two people at one case ------------------------------------------------------------------------------------------


def test_two_tabs_that_screen_the_same_person_overwrite_nothing(come):
    worker = come("worker-60")
    case = steps.open_case(worker, "สองแท็บคัดกรอง")
    steps.screen(worker, case)
    other = worker.another_tab()
    for tab in (worker, other):
        tab.open(f"{case}/screening/fill")
    other.fill({"facts.housing": "home"})
    other.press("Save the screening")
    worker.fill({"facts.housing": "temporary"})
    worker.press("Save the screening")
    assert worker.says("Somebody changed this meanwhile") and "govuk-error-summary" in worker.focus["classes"]
    assert worker.page.locator('[name="facts.housing"][value="temporary"]').is_checked()
    stands = worker.main.locator(".govuk-inset-text", has_text=said("What stands now"))
    assert said("Has a home") in stands.inner_text()
    worker.press("Save the screening")
    assert worker.says("The screening is saved.")


def test_two_people_who_record_the_decision_are_shown_both_texts(come):
    worker, director = come("worker-60"), come("director-60")
    case = steps.open_case(worker, "สองคนลงมติ")
    steps.screen(worker, case)
    steps.choose_place(worker, case)
    steps.agree(worker, case)
    for tab in (worker, director):
        tab.open(f"{case}/plan/record")
        tab.fill(steps.DECIDED)
    director.fill({"why": "เหตุผลของผู้อำนวยการ"})
    director.press("Record the decision")
    worker.fill({"why": "เหตุผลของนักสังคมสงเคราะห์"})
    worker.press("Record the decision")
    assert worker.says("Somebody changed this meanwhile") and "เหตุผลของผู้อำนวยการ" in worker.text
    assert worker.typed("why") == "เหตุผลของนักสังคมสงเคราะห์"


def test_of_two_who_take_the_same_case_over_one_has_it_and_the_other_is_told(come, town):
    leaver = f"leaver-{uuid4().hex[:6]}"
    admin, director, deputy = come("admin"), come("director-60"), come("deputy-60")
    town.system.user("admin").post(
        "/api/v1/admin/users", {"user": leaver, "role": "worker", "centres": ["60"]}
    )
    case_id = town.system.user(leaver).post("/api/v1/cases", opening("60"))["case_id"]
    admin.open(f"/users/{leaver}/close")
    admin.fill({"to_60": "-"})
    admin.press("Close this account")
    take = f'form[action="/work/cases/{case_id}/taken"] button'
    for each in (director, deputy):
        each.open("/work")
    for each in (director, deputy):
        with each.page.expect_event("domcontentloaded"):
            each.main.locator(take).click()
    assert director.says("The case is yours now.")
    assert deputy.heading == said("This cannot be done now")
    assert LISTS["refusal"].word("taken_over", "th") in deputy.text
    deputy.open("/work")
    assert not deputy.main.locator(take).count()


def test_two_people_who_correct_the_same_person_lose_neither_text(come):
    """In two browsers: the second is shown what the first made of it, and keeps what they typed."""
    worker, director = come("worker-60"), come("director-60")
    case = steps.open_case(worker, "สองคนแก้ไข")
    for tab in (worker, director):
        tab.open(f"{case}/person")
        tab.fill({"reason": "mistaken"})
    director.fill({"person.name.first": "บุญมา"})
    director.press("Save the correction")
    worker.fill({"person.name.first": "บุญมี"})
    worker.press("Save the correction")
    assert worker.says("Somebody changed this meanwhile") and "บุญมา" in worker.text
    assert worker.typed("person.name.first") == "บุญมี"


# -- a session that ended --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("device", [DESKTOP, NO_SCRIPT], ids=["with scripts", "without scripts"])
def test_who_was_signed_out_while_typing_signs_in_again_and_goes_on(come, town, device):
    worker, elsewhere = come("worker-60", device), come("worker-60")
    filled_in(worker, "หมดเวลาพอดี")
    elsewhere.open("/account")
    elsewhere.press_twice("Sign out everywhere")
    worker.press("Open the case")
    assert worker.heading == said("Sign in") and worker.typed("user") == "worker-60"
    worker.fill({"password": town.passwords["worker-60"]})
    worker.press("Sign in")
    assert worker.heading == said("Your form is still here")
    worker.press("Send it now")
    if worker.says("Not saved yet"):  # somebody of this name came before
        worker.press("Open the case")
    assert "หมดเวลาพอดี" in worker.heading


def test_who_was_signed_out_and_asks_for_a_part_of_the_page_sees_where_to_sign_in(come):
    worker, elsewhere = come("worker-60"), come("worker-60")
    filled_in(worker, "หมดเวลากลางทาง")
    elsewhere.open("/account")
    elsewhere.press_twice("Sign out everywhere")
    worker.main.get_by_role("button", name=said("Find the place")).click()
    worker.page.get_by_role("heading", name=said("Sign in"), exact=True).wait_for()


def test_what_was_typed_is_kept_as_a_draft_and_typing_goes_on_in_the_same_field(come, town):
    worker, elsewhere = come("worker-60"), come("worker-60")
    filled_in(worker, "ร่างที่พิมพ์ค้าง")
    address = worker.page.url
    with worker.page.expect_response("**/drafts") as kept:
        worker.fill({"note": "เขียนถึงตรงนี้"})
    assert kept.value.ok
    elsewhere.open("/account")
    elsewhere.press_twice("Sign out everywhere")
    worker.open(address)
    assert worker.heading == said("Sign in")
    worker.fill({"user": "worker-60", "password": town.passwords["worker-60"]})
    worker.press("Sign in")
    assert worker.page.url == address
    assert worker.typed("note") == "เขียนถึงตรงนี้" and worker.typed("person.name.last") == "ร่างที่พิมพ์ค้าง"
    assert worker.focus["name"] == "note"
    worker.press("Open the case")
    assert "ร่างที่พิมพ์ค้าง" in worker.heading


# -- pressed twice ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "device", [DESKTOP, NO_SCRIPT, PHONE], ids=["with scripts", "without scripts", "phone"]
)
def test_a_button_that_is_pressed_twice_opens_one_case(come, device, request):
    worker, last_name = come("worker-60", device), f"กดสองครั้ง {request.node.callspec.id}"
    filled_in(worker, last_name)
    # The second press may end the first one's navigation, so the page that stands in the end is waited for.
    worker.main.get_by_role("button", name=said("Open the case"), exact=True).dblclick()
    expect(worker.page).to_have_url(re.compile(r"/cases/[0-9a-f]+-"))
    worker.page.wait_for_load_state()
    assert cases_of(worker, last_name) == 1


def test_enter_and_a_click_on_a_slow_line_send_once_and_open_one_case(come):
    worker = come("worker-60")
    filled_in(worker, "กดแล้วคลิก")
    sent, slow = sent_by(worker), worker.context.new_cdp_session(worker.page)
    slow.send("Network.emulateNetworkConditions", SLOW)
    with worker.page.expect_navigation(url="**/cases/*-*"):
        button = worker.main.get_by_role("button", name=said("Open the case"), exact=True)
        button.scroll_into_view_if_needed()
        where = button.bounding_box()
        button.focus()
        worker.page.keyboard.press("Enter")
        worker.page.mouse.click(where["x"] + 9, where["y"] + 9)
    assert "กดแล้วคลิก" in worker.heading and len(sent) == 1
    assert cases_of(worker, "กดแล้วคลิก") == 1


# -- the line --------------------------------------------------------------------------------------------------------


def test_without_a_line_the_form_stays_as_it_is_and_is_sent_when_there_is_one(come):
    worker = come("worker-60")
    filled_in(worker, "สายหลุดก่อนส่ง")
    worker.context.set_offline(True)
    with worker.watch.expecting("ERR_INTERNET_DISCONNECTED"):
        worker.main.get_by_role("button", name=said("Open the case"), exact=True).click()
        worker.main.locator('[data-draft="status"][data-says="unsent"]').wait_for()
    assert worker.typed("person.name.last") == "สายหลุดก่อนส่ง"
    worker.context.set_offline(False)
    worker.press("Open the case")
    assert "สายหลุดก่อนส่ง" in worker.heading
    assert cases_of(worker, "สายหลุดก่อนส่ง") == 1


def test_what_could_not_be_sent_without_scripts_is_sent_by_loading_again(come):
    worker = come("worker-60", NO_SCRIPT)
    filled_in(worker, "สายหลุดไม่มีสคริปต์")
    worker.context.set_offline(True)
    worker.main.get_by_role("button", name=said("Open the case"), exact=True).click()
    worker.page.wait_for_url("chrome-error://**")
    worker.context.set_offline(False)
    worker.page.reload()
    assert "สายหลุดไม่มีสคริปต์" in worker.heading
    assert cases_of(worker, "สายหลุดไม่มีสคริปต์") == 1


def test_what_was_sent_and_whose_answer_was_lost_opens_one_case_when_sent_again(come):
    worker = come("worker-60")
    filled_in(worker, "คำตอบหายกลางทาง")

    def arrives_but_is_not_answered(route):
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    worker.page.route("**/cases/new/person*", arrives_but_is_not_answered, times=1)
    with worker.page.expect_event("framenavigated", lambda frame: frame.url.startswith("chrome-error:")):
        worker.main.get_by_role("button", name=said("Open the case"), exact=True).click()
    assert cases_of(worker.another_tab(), "คำตอบหายกลางทาง") == 1
    worker.page.reload()  # the same form again leads to the case that it opened
    assert "คำตอบหายกลางทาง" in worker.heading
    assert cases_of(worker, "คำตอบหายกลางทาง") == 1


def test_who_goes_back_after_sending_finds_an_empty_form_and_opens_no_second_case(come):
    worker = come("worker-60")
    filled_in(worker, "ย้อนกลับแล้วส่ง")
    worker.press("Open the case")
    worker.page.go_back()
    expect(worker.main.locator('[name="person.sex"]:checked')).to_have_value("unknown")
    assert worker.typed("person.name.last") == ""
    assert cases_of(worker, "ย้อนกลับแล้วส่ง") == 1
