"""Several who fill one screening: each sees what the other noted, and nobody's answer is passed over."""

import pytest

from tests.web.test_pages_flow import case_of, opened


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


@pytest.fixture(scope="module")
def colleague(browser):
    return browser("director-60")


@pytest.fixture
def path(worker):
    return f"/cases/{case_of(opened(worker))}/screening/fill"


def note(browser, path, **answers):
    page = browser.send(browser.open(path), note="yes", **answers)
    assert page.status == 200 and "เก็บคำตอบของคุณไว้ให้เพื่อนร่วมงานแล้ว" in page.text
    return page


def said(page):
    return [
        " ".join(each.text_content().split())
        for each in page.tree.xpath('//*[contains(@class, "app-noted")]')
    ]


def filled(page):
    return dict(page.form().form_values())


def settling(page):
    return page.tree.xpath('//input[@name="settled"]/@value')


def test_what_a_colleague_noted_stands_in_the_form_and_is_kept_with_who_answered_it(worker, colleague, path):
    note(colleague, path, facts__care_level="2", facts__housing="temporary")
    assert "ยังไม่ได้คัดกรอง" in worker.open(path.removesuffix("/fill")).text
    page = worker.open(path)
    assert filled(page)["facts.care_level"] == "2" and len(said(page)) == 2
    assert "กรอกแบบคัดกรองนี้ร่วมด้วย" in page.text and "2 คำตอบ" in page.text
    assert said(colleague.open(path)) == []  # their own
    saved = worker.send(page, facts__income_sufficient="no")
    assert saved.status == 200
    [answered] = saved.tree.xpath('//details[contains(., "ใครตอบข้อใด")]//ul')
    first, second = (" ".join(each.text_content().split()) for each in answered.xpath("li"))
    assert "รายได้" in first and "ที่อยู่อาศัย" in second and "รายได้" not in second
    earlier = worker.open(path.replace("/fill", "/earlier"))
    assert "ใครตอบข้อใด (2)" in earlier.text
    assert said(worker.open(path)) == []  # the screening stands


@pytest.mark.parametrize("guided", ["", "?guided=yes"])
def test_another_answer_is_shown_with_both_and_waits_for_who_says_which_counts(
    worker, colleague, path, guided
):
    note(colleague, path, facts__housing="temporary")
    page = worker.open(path + guided)
    seen = worker.send(page, look="yes", facts__housing="street")
    assert settling(seen) == ["housing"]
    refused = worker.send(page, facts__housing="street")
    assert refused.status == 409 and [*refused.errors] == ["", "facts.housing"]
    assert "เพื่อนร่วมงานตอบข้อนี้ไว้ต่างกัน" in refused.text and settling(refused) == ["housing"]
    assert any("ที่พักชั่วคราว" in each for each in said(refused)) or guided
    settled = worker.send(refused, settled=["housing"])
    assert settled.status == 200 and "ใครตอบข้อใด" not in settled.text  # all of it is the worker's
    assert worker.open(path).form().form_values()
    assert filled(worker.open(path))["facts.housing"] == "street"


def test_what_a_colleague_learnt_takes_the_place_of_a_refusal_of_before(worker, colleague, path):
    assert (
        worker.send(worker.open(path), asked_declined=["care_level"], facts__housing="street").status == 200
    )
    page = colleague.open(path)
    assert filled(page)["asked_declined"] == "care_level"
    note(colleague, path, asked_declined=[], facts__care_level="2")
    page = worker.open(path)
    assert "asked_declined" not in filled(page) and filled(page)["facts.care_level"] == "2"
    assert "1 คำตอบ" in page.text  # not what the colleague's form had of before
    assert worker.send(page).status == 200


def test_who_fills_a_form_while_a_colleague_completes_it_sees_what_differs(worker, colleague, path):
    page = worker.open(path)
    assert colleague.send(colleague.open(path), facts__housing="temporary").status == 200
    stale = worker.send(page, facts__housing="street")
    assert stale.status == 412 and len(said(stale)) == 1 and "ชั่วคราว" in said(stale)[0]
    kept = worker.send(page, note="yes", facts__housing="street")
    assert kept.status == 412


def test_only_staff_read_what_is_noted(browser, door, path, colleague):
    note(colleague, path, facts__housing="temporary")
    address = f"/api/v1{path.removesuffix('/fill')}/answers"
    assert door.get(address, "member-60").status_code == 403
    assert door.get(address, "worker-61").status_code == 404
    assert door.get(address, "worker-60").json()["answers"]["housing"][0]["user"] == "director-60"
