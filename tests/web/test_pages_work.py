"""My work and the list of cases."""

import re

from tests.web.door import opening, plan


def section(page, name):
    [found] = page.tree.xpath(f'//section[@aria-labelledby="{name}"]') or [None]
    return " ".join(found.text_content().split()) if found is not None else ""


def number(door, case_id, user="worker-61"):
    return door.get(f"/api/v1/cases/{case_id}", user).json()["case_number"]


def test_the_first_page_says_what_waits_answers_and_is_still_to_ask(door, browser):
    worker = browser("worker-61")
    opened = door.case("61")
    sent = door.referred("61")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-61")
    page = worker.open("/work")
    assert number(door, opened) in section(page, "to_ask") and "ยังไม่ได้คัดกรอง" in section(page, "to_ask")
    assert "นางมาลี ใจดี" in section(page, "waiting") and number(door, sent["case_id"]) in section(
        page, "waiting"
    )

    door.made(f"/api/v1/cases/{opened}/screening", {"facts": {"housing": "street"}}, "worker-61")
    assert "รายได้พอเลี้ยงชีพหรือไม่" in section(worker.open("/work"), "to_ask")
    door.made(f"/api/v1/cases/{opened}/plan", plan(), "worker-61")
    assert number(door, opened) not in section(worker.open("/work"), "to_ask")

    door.made(f"/api/v1/referrals/{sent['referral_id']}/accept", {}, "worker-61")
    page = worker.open("/work")
    assert number(door, sent["case_id"]) in section(page, "answered") and "ตอบรับ" in section(page, "answered")
    count = page.tree.xpath('//*[@id="navigation"]//*[@class="app-count"]')[0].text
    assert int(count) == int(re.search(r"\d+", section(page, "answered"))[0])


def test_a_centre_sees_its_own_work_only(door, browser):
    other = door.case("60")
    assert number(door, other, "worker-60") not in browser("worker-61").open("/work").text


def test_with_nothing_to_do_the_page_says_so(door, browser):
    door.add("worker-63", "worker", ("63",))
    page = browser("worker-63").open("/work")
    assert "วันนี้ไม่มีงานค้าง" in page.text and not page.tree.xpath('//*[@id="navigation"]//*[@class="app-count"]')


def test_cases_are_found_by_number_and_status_and_come_in_pages(door, browser):
    door.add("worker-64", "worker", ("64",))
    worker = browser("worker-64")
    assert "ยังไม่มีเรื่อง" in worker.open("/cases").text
    numbers = [number(door, made_for(door), "worker-64") for _ in range(26)]
    first = worker.open("/cases")
    assert (
        len(first.tree.xpath("//main//ul/li")) == 25
        and numbers[-1] in first.text
        and numbers[0] not in first.text
    )
    [following] = [link for link in first.links() if "cursor=" in link]
    second = worker.open(following)
    assert len(second.tree.xpath("//main//ul/li")) == 1 and numbers[0] in second.text
    found = worker.open(f"/cases?q={numbers[3]}&status=open")
    assert len(found.tree.xpath("//main//ul/li")) == 1
    assert found.tree.xpath('//*[@id="q"]/@value') == [numbers[3]]
    none = worker.open(f"/cases?q={numbers[3]}&status=closed")
    assert "ไม่พบเรื่องที่ตรงกัน" in none.text


def made_for(door):
    return door.made("/api/v1/cases", opening("64"), "worker-64")["case_id"]


def test_the_ministry_sees_cases_by_codes_only(door, browser):
    door.case("60")
    page = browser("ministry").open("/cases")
    assert page.status == 200 and "มาลี" not in page.answer.text and "หญิง" in page.text
