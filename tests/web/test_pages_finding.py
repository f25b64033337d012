"""What a list of places was, who waits for a place, and what other rules would change: in the browser."""

from uuid import uuid4

import pytest

from services.codes.rules import RULES
from tests.web.door import earlier, partner
from tests.web.taken import taken
from tests.web.test_pages_flow import opened
from tests.web.test_pages_matches import screened

# The choice "no condition" is sent as nothing, which the test's browser takes for something.
OPEN = {f"rules__{rule.code}": None for rule in RULES.values() if rule.shape in ("excludes", "requires")}


@pytest.fixture(scope="module")
def worker(browser):
    return browser("worker-60")


def place(door, name, **rules):
    body = {"name": name, "kind": "foundation", "under_ministry": False, "province": "60"}
    partner_id = door.made("/api/v1/partners", body)["partner_id"]
    offered = {
        "name": f"บริการของ{name}",
        "path": "foundation",
        "capacity": {"total": 4, "free": 2},
        "rules": rules,
    }
    return partner_id, door.made(f"/api/v1/partners/{partner_id}/programmes", offered)["programme_id"]


@pytest.fixture(scope="module")
def world(door, worker):
    """A screened case that holds one paper, and a place that asks for two."""
    name = f"บ้านทดสอบ {uuid4().hex[:6]}"
    partner_id, programme_id = place(door, name, documents=["id_card", "house_registration"])
    place(door, f"บ้านถาม {uuid4().hex[:6]}", requires_prior_process=True)
    path = screened(door, worker, opened(worker))
    return {"name": name, "partner": f"/partners/{partner_id}", "programme": programme_id, "matches": path}


def main(page):
    return " ".join(page.tree.xpath("//main")[0].text_content().split())


def test_a_place_that_almost_fits_says_what_is_missing_and_what_to_ask_first_stands_above(worker, world):
    page = worker.open(f"{world['matches']}?verdict=ineligible&province=60&path=foundation")
    assert "เกือบเข้าเกณฑ์" in main(page) and "ขอเอกสารนี้" in main(page)
    whole = main(worker.open(world["matches"]))
    assert "ถามเรื่องนี้ก่อน" in whole and "จับสลาก" in whole


def test_an_earlier_list_is_found_from_the_matches_and_shows_its_reasons(door, worker, world):
    [earlier] = set(
        worker.open(world["matches"]).tree.xpath('//main//a[contains(@href, "/matches/earlier")]/@href')
    )
    listed = worker.open(earlier)
    [one] = listed.tree.xpath('//main//ul[@class="app-list"]//a/@href')
    assert "เมื่อคัดกรอง" in main(listed)
    shown = worker.open(one)
    assert shown.status == 200 and "ตรงกับรายการที่เก็บไว้" in main(shown) and "จับสลาก" in main(shown)
    assert worker.open(f"{earlier}/{uuid4()}").status == 404


def test_who_waits_for_a_place_is_one_tap_from_the_partner(door, browser, worker, world):
    partner_id, programme_id = place(door, f"บ้านรอ {uuid4().hex[:6]}")
    to = f"/partners/{partner_id}/programmes/{programme_id}/waiting"
    assert to in worker.open(f"/partners/{partner_id}").tree.xpath("//main//a/@href")
    page = worker.open(to)
    case_id = world["matches"].split("/")[2]
    assert page.status == 200 and "รอมา" in main(page) and "รอมานานที่สุดก่อน" in main(page)
    file = worker.http.get(f"{worker.address}{to}/list.csv", timeout=60)
    assert file.status_code == 200 and "60-" in file.text
    whole = worker.open(f"{to}?all=yes")
    assert any(case_id in href for href in whole.tree.xpath("//main//a/@href"))
    other = browser("worker-61").open(to)
    assert other.status == 200 and case_id not in other.text
    assert browser("ministry").open(to).status == 403


def test_what_other_rules_would_change_is_shown_before_they_are_saved(door, browser, worker, world):
    partner_id, programme_id = place(door, f"บ้านแก้ {uuid4().hex[:6]}")
    to = f"/partners/{partner_id}/programmes/{programme_id}/correct"
    seen = worker.send(worker.open(to), rules__min_age="120", preview="yes", **OPEN)
    assert seen.status == 200 and "สิ่งที่จะเปลี่ยนไป" in main(seen) and "ยังไม่ได้บันทึก" in main(seen)
    assert "เสียโอกาส 0 ราย" not in main(seen) and "→" in main(seen)
    stands = door.get(f"/api/v1/partners/{partner_id}").json()["programmes"][0]["rules"]
    assert stands == {}
    wrong = worker.send(seen, rules__min_age="x", preview="yes", **OPEN)
    assert wrong.status == 422 and set(wrong.errors) == {"rules.min_age"}
    done = worker.send(seen, rules__min_age="61", reason="แจ้งใหม่", **OPEN)
    assert done.status == 200
    assert door.get(f"/api/v1/partners/{partner_id}").json()["programmes"][0]["rules"] == {"min_age": 61}


def test_what_holds_for_all_of_an_organisation_is_changed_with_its_network(door, worker):
    network, name = f"เครือข่ายทดสอบ {uuid4().hex[:6]}", f"สมาชิก {uuid4().hex[:6]}"
    network_id, _ = place(door, network)
    partner_id, _ = place(door, name)
    to = f"/partners/{partner_id}/rules"
    seen = worker.send(worker.open(to), network="ไม่มีในทะเบียน", rules__min_age="50", **OPEN)
    assert seen.status == 422 and {"network", "reason"} <= set(seen.errors)
    seen = worker.send(seen, network=network, rules__min_age="50", preview="yes", **OPEN)
    assert seen.status == 200 and "สิ่งที่จะเปลี่ยนไป" in main(seen)
    done = worker.send(seen, reason="ลงนามแล้ว", **OPEN)
    assert done.status == 200 and network in main(done) and "50 ปีขึ้นไป" in main(done)
    found = door.get(f"/api/v1/partners/{partner_id}").json()
    assert (found["network_id"], found["rules"]) == (network_id, {"min_age": 50})
    assert "ไม่มีข้อมูลที่เปลี่ยนแปลง" in main(worker.send(worker.open(to), reason="ลองดู", **OPEN))
    history = main(worker.open(f"/partners/{partner_id}/history"))
    assert network in history and "เงื่อนไขการรับของทั้งหน่วยงาน" in history
    worker.send(worker.open(to), network="", reason="ออกจากเครือข่าย", **OPEN)
    assert door.get(f"/api/v1/partners/{partner_id}").json()["network_id"] is None


def test_partners_are_listed_by_path_free_places_and_for_one_case(browser, worker, world):
    case_id, name = world["matches"].split("/")[2], world["name"]
    kept = worker.open(f"/partners?q={name}&path=foundation&free=yes")
    assert name in main(kept)
    assert name not in main(worker.open(f"/partners?q={name}&path=hospital"))
    page = worker.open(f"/partners?q={name}&accepts_case={case_id}")
    assert name not in main(page) and "ไม่ขัดเงื่อนไขของเรื่อง" in main(page)
    assert worker.open(f"/partners?stale=junk&path=junk&free=junk&q={name}").status == 422
    assert browser("worker-61").open(f"/partners?accepts_case={case_id}").status == 404


def test_what_holds_for_all_of_a_partner_and_is_old_stands_in_the_list_of_whom_to_call(door, browser):
    door.add("worker-85", "worker", ("85",))
    far = partner() | {"province": "85", "subdistrict": None, "at": earlier(days=420)}
    partner_id = door.made("/api/v1/partners", far, "worker-85")["partner_id"]
    change = {"rules": {"min_age": 18}, "reason": "โทรถามแล้ว", "at": earlier(days=400)}
    assert door.call("PATCH", f"/api/v1/partners/{partner_id}", change, "worker-85").status_code == 200
    assert "rules" in door.get(f"/api/v1/partners/{partner_id}").json()["stale"]
    _name, tables = taken(browser("worker-85"), "/registry/stale.csv")
    [lines] = tables.values()
    assert [line[3] for line in lines[1:] if line[0] == far["name"]] == ["ข้อมูลติดต่อ", "เงื่อนไขการรับ"]


def test_the_map_and_the_calendar_ask_as_the_list_does_and_lead_to_it(door, browser, worker, world):
    name = world["name"]
    page = worker.open(f"/partners/map?q={name}")
    [row] = page.tree.xpath("//main//table/tbody/tr")
    assert [cell.strip() for cell in row.xpath("./*//text()") if cell.strip()] == [
        "นครสวรรค์",
        "1",
        "1",
        "2",
        "–",
    ]
    assert len(page.tree.xpath("//main//*[local-name()='path'][contains(@class, 'app-shape')]")) == 77
    drawn = page.tree.xpath("//main//*[local-name()='svg']//a/@href")
    told = row.xpath(".//a/@href")
    assert drawn == told and name in main(worker.open(told[0]))  # the table has what the drawing has
    assert name in page.tree.xpath("//main//form//input[@name='q']/@value")
    free = worker.open(f"/partners/map?q={name}&by=free").tree.xpath(
        "//main//*[local-name()='svg']//*[local-name()='title']/text()"
    )
    assert "นครสวรรค์: 2" in free
    for role in ("ministry", "member-60", "rules"):
        assert browser(role).open(f"/partners/map?q={name}&by=junk").status == 422
        assert browser(role).open(f"/partners/calendar?q={name}&by=junk").status == 422


def test_the_calendar_leads_to_whom_to_call_by_then_and_back_after_one_tap(door, browser, worker, world):
    name = world["name"]
    page = worker.open(f"/partners/calendar?q={name}")
    assert page.tree.xpath("//select[@name='kept_by']/option[@selected]/@value") == ["60"]  # the worker's own
    asked = [href for href in page.tree.xpath("//main//table//a/@href") if "stale=capacity" in href]
    assert len(asked) == 1 and asked[0].startswith("/registry/stale?")
    calls = worker.open(asked[0])
    assert name in main(calls) and "ข้อมูลที่ถึงเวลาทวนถามภายใน" in main(calls)
    assert name not in main(worker.open(f"/registry/stale?q={name}"))  # nothing of it is stale today
    [still] = [
        form.get("action") for form in calls.tree.forms if world["programme"] in form.get("action", "")
    ]
    again = worker.send(calls, still)
    assert again.status == 200 and "ข้อมูลที่ถึงเวลาทวนถามภายใน" in main(again)
    lines = taken(worker, asked[0].replace("/registry/stale?", "/registry/stale.csv?"))[1].popitem()[1]
    assert name in {line[0] for line in lines}
    other = browser("worker-61").open(f"/partners/calendar?q={name}&kept_by=60&by=week")
    listed = other.tree.xpath("//main//table//a/@href")
    assert listed and all(href.startswith("/partners?") for href in listed)
    assert name in main(browser("worker-61").open(listed[0]))
    for junk in ("stale_from=junk", "stale_until=2026-99-99", "kept_by=junk", "province=junk"):
        assert worker.open(f"/partners/calendar?q={name}&stale=any&{junk}").status == 422
        assert worker.open(f"/partners?q={name}&stale=any&{junk}").status == 422
