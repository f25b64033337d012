"""My work and the list of cases."""

import re

from services.web.pages.work import work
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
    assert "ข้อบ่งชี้การค้ามนุษย์" in section(worker.open("/work"), "to_ask")  # the most telling first
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
    [following] = first.tree.xpath("//main//a[@rel='next']/@href")
    second = worker.open(following)
    assert len(second.tree.xpath("//main//ul/li")) == 1 and numbers[0] in second.text
    found = worker.open(f"/cases?q={numbers[3]}&status=open")
    assert len(found.tree.xpath("//main//ul/li")) == 1
    assert found.tree.xpath('//*[@id="q"]/@value') == [numbers[3]]
    none = worker.open(f"/cases?q={numbers[3]}&status=closed")
    assert "ไม่พบเรื่องที่ตรงกับที่ค้นหา" in none.text


def made_for(door):
    return door.made("/api/v1/cases", opening("64"), "worker-64")["case_id"]


def test_the_ministry_sees_cases_by_number_and_opens_none(door, browser):
    case_id = door.case("60")
    page = browser("ministry").open("/cases")
    assert page.status == 200 and "60-25" in page.text
    assert not any(words in page.answer.text for words in ("มาลี", "หญิง", case_id))
    for part in ("", "/screening", "/matches", "/plan", "/referrals"):
        assert browser("ministry").open(f"/cases/{case_id}{part}").status == 403


def menu_count(page):
    found = page.tree.xpath('//*[@id="navigation"]//a[@href="/work"]//*[@class="app-count"]')
    return int(found[0].text) if found else 0


def test_an_answer_that_was_read_no_longer_counts_and_stays_in_sight_until_the_next_step(door, browser):
    door.add("worker-66", "worker", ("66",))
    door.add("colleague-66", "worker", ("66",))
    sent = door.referred("66")
    path = f"/api/v1/referrals/{sent['referral_id']}"
    door.wait(path, lambda r: r["place"] == "reserved", "worker-66")
    door.made(f"{path}/accept", {}, "worker-66")
    worker, colleague = browser("worker-66"), browser("colleague-66")
    page = worker.open("/work")
    assert menu_count(page) == 1 and section(page, "answered").startswith("คำตอบที่ต้องอ่าน 1")
    assert menu_count(worker.open("/work")) == 1  # looking marks nothing
    read = f"/work/answers/{sent['referral_id']}/read"
    page = worker.send(page, read)
    assert page.path == "work" and "ระบุว่าอ่านคำตอบแล้ว" in page.text
    assert menu_count(page) == 0 and "อ่านแล้ว รอดำเนินการต่อ 1 รายการ" in section(page, "answered")
    [aside] = [link for link in page.links() if link.endswith("/work/read")]
    assert number(door, sent["case_id"], "worker-66") in worker.open(aside).text
    assert menu_count(colleague.open("/work")) == 1  # read by one is not read by another
    door.made(f"{path}/admit", {}, "worker-66")
    assert section(worker.open("/work"), "answered") == ""
    assert "ไม่มีรายการรออยู่แล้ว" in worker.open(aside).text
    again = colleague.open("/work")
    assert section(again, "answered") == ""
    token = {"csrf": again.tree.xpath('//input[@name="csrf"]/@value')[0], "version": "1"}
    assert colleague.post(read, token).status == 404


def test_a_long_part_shows_its_first_and_opens_the_rest(door, browser):
    door.add("worker-67", "worker", ("67",))
    for _ in range(7):
        door.case("67")
    worker = browser("worker-67")
    page = worker.open("/work")
    assert section(page, "to_ask").startswith("ข้อเท็จจริงที่ยังต้องถาม 7")
    assert "ดูอีก 2 รายการ" in section(page, "to_ask")
    assert len(page.tree.xpath('//section[@aria-labelledby="to_ask"]/ul/li')) == 5
    [rest] = [link for link in page.links() if "/work/" in link]
    assert len(worker.open(rest).tree.xpath("//main//ul/li")) == 7


def test_the_rest_of_a_part_comes_in_pages_in_the_order_of_the_first_screen(door, browser):
    door.add("worker-73", "worker", ("73",))
    opened = {number(door, door.case("73"), "worker-73") for _ in range(work.SHOWN + 2)}
    worker = browser("worker-73")
    page = worker.open("/work/to_ask")
    assert page.heading == f"ข้อเท็จจริงที่ยังต้องถาม {len(opened)}"
    [following] = [link for link in page.links() if "cursor=" in link]
    pages = [page, worker.open(following)]
    told = [link.text_content().split()[-1] for each in pages for link in each.tree.xpath("//main//ul/li//a")]
    assert len(told) == len(opened) and {*told} == opened
    [back] = [link for link in pages[1].links() if link.endswith("/work/to_ask")]
    assert worker.open(back).text == page.text
    assert worker.open("/work/to_ask?cursor=x").status == 422 and worker.open("/work/nothing").status == 404


def test_what_waits_for_a_partner_says_for_which(door, browser):
    door.add("worker-71", "worker", ("71",))
    sent = door.referred("71")
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda r: r["place"] == "reserved", "worker-71")
    worker = browser("worker-71")
    programmes = door.get("/api/v1/partners?limit=500", "worker-71").json()["items"]
    [partner] = [
        p["name"]
        for p in programmes
        for each in p["programmes"]
        if each["programme_id"] == sent["programme_id"]
    ]
    assert (
        partner in section(worker.open("/work"), "waiting") and partner in worker.open("/work/waiting").text
    )


def test_who_is_called_by_the_case_number_is_shown_with_it_once(door, browser):
    door.add("worker-70", "worker", ("70",))
    unknown = {"identity_status": "unknown", "name": None, "national_id": None}
    case_id = door.case("70", **unknown)
    shown = section(browser("worker-70").open("/work"), "to_ask")
    assert shown.count(number(door, case_id, "worker-70")) == 1
