"""One box on every page finds a case; who or what may be known already is shown before it is saved again."""

from uuid import uuid4

import pytest

from tests.web.door import partner
from tests.web.taken import lines_of
from tests.web.test_pages_flow import opened

BOX = "/cases/search"


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


def find(worker, q, at="/work"):
    return worker.send(worker.open(at), BOX, q=q)


def named(worker, **more):
    """A page after a case was opened for somebody who is called by letters that nobody else has."""
    first = "ก" + "".join(chr(0x0E01 + int(sign, 16)) for sign in uuid4().hex[:12])
    return first, opened(worker, person__name__first=first, **more)


def test_a_name_is_found_from_every_page_and_never_stands_in_an_address(worker):
    first, page = named(worker)
    for at in ("/work", "/cases", "/partners", page.url):
        results = find(worker, first[:-1], at)
        assert results.status == 200 and results.url.endswith(BOX) and first in results.text
    assert results.tree.xpath(f"//main//a[contains(@href, '{page.url.rpartition('/cases/')[2]}')]")


def test_nothing_typed_and_nothing_found_say_what_to_do(worker):
    assert "พิมพ์เลขที่เรื่อง" in worker.open(BOX).text and "พิมพ์เลขที่เรื่อง" in find(worker, " ").text
    nobody = find(worker, uuid4().hex)
    assert nobody.status == 200 and "ไม่พบเรื่องที่ตรงกับคำค้น" in nobody.text and "เปิดเรื่อง" in nobody.text


@pytest.mark.parametrize("user", ["member-60", "ministry", "admin", "partner-nobody"])
def test_who_sees_no_names_has_no_box(browser, user):
    reader = browser(user)
    assert not reader.open("/partners").tree.xpath(f"//form[@action='{BOX}']")
    assert reader.open(BOX).status == 403


def test_the_api_asks_in_the_body(door, worker):
    first, _ = named(worker)
    found = door.post("/api/v1/cases/search", json={"q": first})
    assert found.status_code == 200
    [item] = found.json()["items"]
    assert (
        item["name"]["first"] == first
        and item["matched"] == ["name"]
        and item["score_reasons"] == ["whole_name"]
    )
    assert door.post("/api/v1/cases/search", json={}).status_code == 422
    assert door.get("/api/v1/cases/search", params={"q": first}).status_code != 200


def test_who_may_be_known_is_shown_before_a_case_is_opened_and_once_more_opens_it(worker):
    first, _ = named(worker, person__birth_date="12/5/2493")
    answers = {"person__name__first": first, "person__birth_date": "12/5/2493"}
    warned = opened(worker, **answers)
    assert warned.status == 200 and "ศูนย์อาจรู้จัก" in warned.text and "ชื่อและวันเกิดตรงกัน" in warned.text
    assert warned.form().form_values() and dict(warned.form().form_values())["person.name.first"] == first
    done = worker.send(warned)
    assert done.status == 200 and "/cases/" in done.url and "ศูนย์อาจรู้จัก" not in done.text


def test_a_place_that_may_be_registered_is_shown_before_and_once_more_registers_it(worker):
    name = f"มูลนิธิ {uuid4().hex}"
    answers = {"kind": "foundation", "under_ministry": "no", "province": "60"}
    worker.send(worker.open(f"/partners/register?draft={uuid4().hex}"), name=name, **answers)
    warned = worker.send(
        worker.open(f"/partners/register?draft={uuid4().hex}"), name=name.replace(" ", ""), **answers
    )
    assert warned.status == 200 and "ที่นี้อาจขึ้นทะเบียน" in warned.text and name in warned.text
    assert "ขึ้นทะเบียนภาคีเครือข่ายแล้ว" in worker.send(warned).text
    elsewhere = worker.send(
        worker.open(f"/partners/register?draft={uuid4().hex}"), name=name, **{**answers, "province": "61"}
    )
    assert elsewhere.url.endswith("/offer")


def test_what_was_found_is_taken_away_and_each_name_is_noted_as_read(door, worker):
    first, _page = named(worker)
    found = find(worker, first)
    before = door.ask("intake", "accesses", "admin", {"user": "worker-60"})["counts"]["listed"]
    file = worker.send(found, f"{BOX}.csv")
    assert file.answer.headers["Content-Type"].startswith("text/csv") and first not in file.url
    lines = lines_of(file.answer.content)
    assert len(lines) == 2 and first in lines[1][3] and {len(line) for line in lines} == {6}
    after = door.ask("intake", "accesses", "admin", {"user": "worker-60"})["counts"]["listed"]
    assert after == before + 1


def test_a_partner_is_found_as_it_is_remembered_and_the_page_says_where_a_letter_differs(door, browser):
    name = "มูลนิธิชื่นจิตต์เกษตรสมบูรณ์"
    made = door.post("/api/v1/partners", {**partner(), "name": name}).json()["partner_id"]
    asks = {"ชืนจิต": False, "มูลนิธิฯ เกสตรสมบูร": False, "เกษตรสมบูรณ์ ชื่นจิตต์": False, "ชื่นจิตต์เกษตรสมบัรณ์": True}
    for asked, nearly in asks.items():
        found = door.get(f"/api/v1/partners?q={asked}").json()
        assert ([each["partner_id"] for each in found["items"]], found["nearly"]) == ([made], nearly), asked
        page = browser("worker-61").open(f"/partners?q={asked}")
        assert name in page.text and ("ต่างกันหนึ่งตัวอักษร" in page.text) == nearly
