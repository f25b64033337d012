"""Outreach in the browser: noted, corrected, what came of it, and what is handed out."""

import io
from zipfile import ZipFile

import pytest
import requests

from tests.web.door import activity, opening, partner
from tests.web.taken import taken


@pytest.fixture
def worker(door, browser):
    """Of a centre of its own, so that its lists are."""
    door.add("worker-38", "worker", ("38",))
    door.add("director-38", "director", ("38",))
    return browser("worker-38")


def held(door, **more):
    return door.made("/api/v1/outreach", {**activity(), "province": "38", **more}, "worker-38")["outreach_id"]


def test_an_activity_is_noted_with_errors_at_their_fields(door, worker):
    met = door.made("/api/v1/partners", partner(), "worker-38")
    name = door.get(f"/api/v1/partners/{met['partner_id']}").json()["name"]
    blank = worker.send(worker.open("/outreach/new"), date="32/1/2569", reached="มาก")
    assert blank.status == 422 and {"kind", "date", "reached"} <= set(blank.errors)
    future = worker.send(blank, kind="booth", date="1/1/2600", reached="")
    assert future.status == 422 and set(future.errors) == {"date"}
    found = worker.send(future, met=name[-8:], find="yes")
    assert found.status == 200 and name in found.text
    shown = worker.send(
        found,
        kind="booth",
        date="๑/๑๑/๒๕๖๙",
        reached="๑๒๐",
        place="ตลาดนัด",
        met="",
        partner_ids=met["partner_id"],
    )
    assert shown.status == 200 and "บันทึกกิจกรรมแล้ว" in shown.text
    assert "ตลาดนัด" in shown.heading and "120" in shown.text and name in shown.text
    [told] = [
        each
        for each in door.get("/api/v1/outreach", "worker-38").json()["items"]
        if each["place"] == "ตลาดนัด"
    ]
    assert (told["date"], told["reached"], told["centre"]) == ("2026-11-01", 120, "38")


def test_a_correction_says_why_and_may_take_words_out(door, worker):
    outreach_id = held(door, place="ตลาดเช้า", material="แผ่นพับ")
    path = f"/outreach/{outreach_id}/correct"
    lacking = worker.send(worker.open(path), place="ตลาดเย็น", material="")
    assert lacking.status == 422 and set(lacking.errors) == {"reason"}
    done = worker.send(lacking, reason="จำสถานที่ผิด")
    assert done.status == 200 and "ตลาดเย็น" in done.heading and "จำสถานที่ผิด" in done.text
    now = door.get(f"/api/v1/outreach/{outreach_id}", "worker-38").json()
    assert (now["material"], now["reached"], now["note"]) == (None, activity()["reached"], activity()["note"])
    same = worker.send(worker.open(path), reason="ดูอีกครั้ง")
    assert "ไม่มีการเปลี่ยนแปลง" in same.text or same.status == 200
    first, second = worker.open(path), worker.open(path)
    assert worker.send(first, place="ตลาดหนึ่ง", reason="ก").status == 200
    assert worker.send(second, place="ตลาดสอง", reason="ข").status == 412


def test_what_came_of_it_stands_on_its_page_and_where_it_came_to(door, worker):
    outreach_id = held(door, place="ศาลากลาง")
    assert "ยังไม่มีเรื่อง" in worker.open(f"/outreach/{outreach_id}").text
    form = worker.open("/cases/new/person?danger=none")
    opened = worker.send(
        form, outreach_id=outreach_id, nothing="yes", person__sex="female", channel="citizen"
    )
    assert opened.status == 200 and "ศาลากลาง" in opened.text
    door.made("/api/v1/partners", {**partner(), "outreach_id": outreach_id}, "worker-38")
    page = f"/api/v1/reports/outreach?centre=38&from={activity()['date']}&to={activity()['date']}"
    door.wait(page, lambda found: found["total"]["cases"] and found["total"]["partners_joined"], "worker-38")
    shown = worker.open(f"/outreach/{outreach_id}")
    [link] = shown.tree.xpath("//main//a[contains(@href, '/cases/')]/@href")
    assert worker.open(link).status == 200 and partner()["name"][:6] in shown.text
    assert "มา 1 เรื่อง" in worker.open("/outreach").text


def test_what_was_noted_twice_is_taken_out(door, worker):
    outreach_id = held(door, place="ลานวัดซ้ำ")
    done = worker.send(worker.open(f"/outreach/{outreach_id}/in-error"), reason="บันทึกซ้ำ")
    assert "นำกิจกรรมออกแล้ว" in done.text and "ลานวัดซ้ำ" not in done.text
    page = worker.open(f"/outreach/{outreach_id}")
    assert "บันทึกผิด" in page.text and not page.tree.xpath("//main//a[contains(@href, 'correct')]")


def test_the_list_is_a_file_and_its_days_stand_in_the_address(door, worker):
    held(door, date="2025-12-01", place="งานเก่า")
    held(door, date="2026-10-01", place="งานใหม่")
    shown = worker.open("/outreach?from=1/9/2569").text
    assert "งานใหม่" in shown and "งานเก่า" not in shown
    wrong = worker.open("/outreach?from=เมื่อวาน")
    assert wrong.status == 422 and "from" in wrong.errors
    rows = taken(worker, "/outreach/list.csv")
    assert any("งานเก่า" in str(row) for row in rows)


def test_figures_stand_on_the_dashboard_and_in_its_file(door, worker):
    held(door)
    door.wait("/api/v1/reports/outreach?centre=38", lambda found: found["total"]["activities"], "worker-38")
    page = worker.open("/dashboard?chapter=outreach")
    assert page.tree.xpath("//h2[@id='outreach']") and "ออกบูธ" in page.text
    archive = ZipFile(
        io.BytesIO(worker.http.get(f"{door.address}/dashboard/figures.zip", timeout=60).content)
    )
    [name] = [each for each in archive.namelist() if "outreach-by-kind" in each]
    assert "ออกบูธ" in archive.read(name).decode("utf-8-sig")


@pytest.mark.parametrize("user", ["ministry", "admin", "rules", "partner-nobody"])
def test_who_sees_no_cases_has_no_page_of_it(browser, user):
    for path in ("/outreach", "/outreach/share", "/outreach/poster", "/outreach/new"):
        assert browser(user).open(path).status == 403


def test_members_read_and_staff_write(door, browser):
    member = browser("member-60")
    outreach_id = door.made("/api/v1/outreach", activity())["outreach_id"]
    assert member.open("/outreach").status == member.open(f"/outreach/{outreach_id}").status == 200
    for path in ("/outreach/new", f"/outreach/{outreach_id}/correct", f"/outreach/{outreach_id}/in-error"):
        assert member.open(path).status == 403
    assert browser("worker-61").open(f"/outreach/{outreach_id}").status == 404


def test_the_text_and_the_poster_name_the_centre_as_its_settings_do(door, browser, worker):
    assert "1300" in worker.open("/outreach/share").text
    director = browser("director-38")
    named = director.send(director.open("/centre?centre=38"), name="ศูนย์คุ้มครองฯ เพชรบุรี", phone="032-000-000")
    assert named.status == 200
    for path in ("/outreach/share", "/outreach/poster"):
        page = worker.open(path)
        assert "032-000-000" in page.text and "1300" in page.text and "/help/38" in page.text
    picture = worker.open("/outreach/poster").tree.xpath("//main//img/@src")
    assert picture and picture[0].startswith("data:image/svg+xml")
    assert worker.open("/outreach/share?centre=60").status == 404


def test_the_public_page_follows_nobody(door, browser, worker):
    director = browser("director-38")
    director.send(director.open("/centre?centre=38"), name="ศูนย์คุ้มครองฯ เพชรบุรี", phone="032-000-000")
    answer = requests.get(f"{door.address}/help/38", timeout=60)
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert "max-age" in answer.headers["Cache-Control"]
    assert "032-000-000" in answer.text and "tel:1300" in answer.text and "<script" not in answer.text
    assert "ทางเลือก" not in answer.text
    elsewhere = requests.get(f"{door.address}/help/50", timeout=60)  # where no centre works yet
    assert elsewhere.status_code == 200 and "tel:1300" in elsewhere.text
    assert requests.get(f"{door.address}/help/99", timeout=60).status_code == 404
    english = requests.get(f"{door.address}/help/38", cookies={"language": "en"}, timeout=60)
    assert "What to say" in english.text


def test_a_case_opened_over_the_api_names_its_activity_and_a_wrong_one_is_an_error_of_its_field(door):
    outreach_id = door.made("/api/v1/outreach", activity())["outreach_id"]
    made = door.made("/api/v1/cases", {**opening(), "outreach_id": outreach_id})
    assert door.get(f"/api/v1/cases/{made['case_id']}").json()["outreach_id"] == outreach_id
    wrong = door.post("/api/v1/cases", {**opening(), "outreach_id": "00000000-0000-4000-8000-00000000dead"})
    assert wrong.status_code == 422 and "outreach_id" in wrong.json()["errors"]
