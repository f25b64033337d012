"""Everything by keyboard alone, always seeing where one is; and the focus goes where something is to be read."""

import pytest

from services.codes.work import NEXT_STEPS
from tests.browser import steps
from tests.browser.visitor import DESKTOP, NO_SCRIPT, PHONE, said

MOST = 120  # presses of Tab until something must have been reached


def tab_to(tab, **wanted):
    """Press Tab until the focus is on what is `wanted`; on the way it is always to be seen where one is."""
    passed = []
    for _ in range(MOST):
        tab.page.keyboard.press("Tab")
        focus = tab.focus
        assert focus["tag"] == "body" or focus["ring"], f"the focus is not to be seen on {focus}"
        if all(focus[name] == value for name, value in wanted.items()):
            return
        passed.append(focus["name"] or focus["text"])
    pytest.fail(f"{wanted} is not reached by Tab: {passed}")


def press(tab, key):
    tab.page.keyboard.press(key)


def go(tab, key):
    with tab.page.expect_navigation():
        press(tab, key)


def choose(tab, name, value):
    """A radio button: Tab to its group, then arrows, and Space where none was chosen before."""
    tab_to(tab, name=name)
    if not tab.focus["checked"]:
        press(tab, "Space")
    for _ in range(12):
        if tab.focus["value"] == value:
            return
        press(tab, "ArrowDown")
    pytest.fail(f"{name} has no {value}")


def select(tab, name, value):
    tab_to(tab, name=name)
    press(tab, "Home")
    for _ in range(120):
        if tab.focus["value"] == value:
            return
        press(tab, "ArrowDown")
    pytest.fail(f"{name} has no {value}")


def test_a_case_is_opened_and_a_group_of_questions_answered_by_keyboard_alone(come, town):
    worker = come()
    worker.open("/sign-in")
    tab_to(worker, name="user")
    worker.page.keyboard.type("worker-60")
    tab_to(worker, name="password")
    worker.page.keyboard.type(town.passwords["worker-60"])
    go(worker, "Enter")
    tab_to(worker, text=said("Skip to the main content"))
    tab_to(worker, text=said("Open a case"))
    go(worker, "Enter")
    choose(worker, "danger", "none")
    tab_to(worker, text=said("Continue"))
    go(worker, "Enter")
    select(worker, "channel", "walk_in")
    select(worker, "person.identity_status", "claimed")
    choose(worker, "person.sex", "female")
    tab_to(worker, name="person.name.last")
    worker.page.keyboard.insert_text("ไม่ใช้เมาส์")
    tab_to(worker, text=said("Open the case"))
    go(worker, "Enter")
    assert "ไม่ใช้เมาส์" in worker.heading

    tab_to(worker, text=NEXT_STEPS.word("screen", "th"), role="button")
    go(worker, "Enter")
    tab_to(worker, text=said("Why do we ask?"))
    press(worker, "Enter")
    assert worker.says(
        "Signs of trafficking or a mental crisis come before everything else: another law protects the person at once."
    )
    for fact in ("trafficking_signs", "mental_crisis", "pregnant"):
        choose(worker, f"facts.{fact}", "no")
    tab_to(worker, text=said("Save the screening"))
    go(worker, "Enter")
    assert worker.says("The screening is saved.")


def test_the_main_part_is_reached_without_passing_the_menu(come):
    worker = come("worker-60")
    worker.open("/cases")
    tab_to(worker, text=said("Skip to the main content"))
    press(worker, "Enter")
    assert worker.focus["id"] == "main"
    tab_to(worker, name="q")


def test_after_a_refused_form_the_focus_is_on_what_is_to_be_mended(come):
    worker = come("worker-60")
    worker.open("/cases/new/person?danger=none")
    worker.fill({"person.birth_date": "31/2/2500"})
    worker.press("Open the case")
    assert "govuk-error-summary" in worker.focus["classes"]
    tab_to(worker, tag="a")
    press(worker, "Enter")
    assert worker.focus["name"] == "person.birth_date"


def test_after_a_part_of_the_page_was_fetched_one_goes_on_from_there(come):
    worker = come("worker-60")
    worker.open("/cases/new/person?danger=none")
    tab_to(worker, name="area")
    worker.page.keyboard.insert_text("60000")
    tab_to(worker, text=said("Find the place"))
    press(worker, "Enter")
    worker.main.locator('[name="found.subdistrict"]').first.wait_for()
    choose(worker, "found.subdistrict", "600101")


def test_on_a_phone_the_menu_unfolds_by_keyboard(come):
    worker = come("worker-60", PHONE)
    tab_to(worker, text=said("Menu"))
    press(worker, "Enter")
    tab_to(worker, text=said("Partners"))
    go(worker, "Enter")
    assert worker.path == "/partners"


def test_places_are_chosen_and_compared_by_keyboard_where_no_script_runs(come):
    worker = come("worker-60", NO_SCRIPT)
    case = steps.open_case(worker, "เทียบสามแห่ง")
    steps.screen(worker, case)
    worker.open(f"{case}/matches")
    worker.until(lambda: worker.main.locator(".app-list__item").count() > 2)
    tab_to(worker, text=said("Skip to the main content"))
    for place in (0, 2):  # after the first one goes on from the place that was chosen
        choice = worker.main.locator(".app-list__item").nth(place).get_by_role("link", name=said("Compare"))
        tab_to(worker, text=choice.inner_text())
        go(worker, "Enter")
    tab_to(worker, text=said("Compare {} places").format(2))
    go(worker, "Enter")
    assert worker.main.get_by_role("columnheader").count() == 2
    assert worker.says("What the place asks") and worker.says("Why in this order")


@pytest.mark.parametrize("device", [DESKTOP, NO_SCRIPT], ids=["desktop", "without scripts"])
def test_in_a_text_field_enter_presses_the_forms_own_button(come, device):
    worker = come("worker-60", device)
    for page, field, text, needed in (
        ("/cases/new/person?danger=none", "person.birth_date", "31/2/2500", "#person.birth_date"),
        ("/partners/register", "contact.phone", "", "#kind"),
    ):
        worker.open(page)
        tab_to(worker, name=field)
        worker.page.keyboard.insert_text(text)
        go(worker, "Enter")
        assert worker.main.locator(f".govuk-error-summary a[href='{needed}']").count() == 1


def test_in_the_field_to_search_with_enter_searches_and_what_was_typed_stays(come):
    worker = come("worker-60")
    worker.open("/partners/register")
    tab_to(worker, name="name")
    worker.page.keyboard.insert_text("บ้านหาที่")
    tab_to(worker, name="area")
    worker.page.keyboard.insert_text("60000")
    press(worker, "Enter")
    worker.main.locator('[name="subdistrict"]').first.wait_for()
    assert worker.focus["name"] == "area" and worker.typed("name") == "บ้านหาที่"
    assert worker.main.locator(".govuk-error-summary").count() == 0


def test_enter_in_a_members_name_records_the_decision_and_adds_no_member(come):
    director = come("director-60")
    case = steps.open_case(director, "กดเอนเทอร์")
    steps.screen(director, case)
    director.open(f"{case}/plan/record")
    tab_to(director, name="members.0.name")
    go(director, "Enter")
    assert director.main.locator(".govuk-error-summary a[href='#why']").count() == 1
    assert director.main.locator('[name="members.5.name"]').count() == 0
