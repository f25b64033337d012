"""A partner without an account: a standing link, on a sheet, by which it says what is free today."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest

HEADING = "วันนี้ว่างกี่ที่"


@pytest.fixture
def sheet(door, browser):
    """(the world, the worker, the path of the link)"""
    world, worker = door.world(), browser("worker-60")
    return world, worker, path_of(press(worker, world.partner_id, "make"))


def press(worker, partner_id, button):
    here = f"/partners/{partner_id}/standing-link"
    return worker.send(worker.open(here), f"{here}/{button}")


def path_of(page):
    [address] = page.tree.xpath("//*[@class='app-poster__address']")
    return urlsplit(address.text).path


def places(door, world):
    return door.get(f"/api/v1/partners/{world.partner_id}").json()["programmes"][0]["places"]


def test_whoever_has_the_sheet_says_what_is_free_and_sees_no_person(door, browser, sheet):
    world, _worker, path = sheet
    partner = browser()
    page = partner.open(path)
    assert (page.status, page.heading) == (200, HEADING) and page.answer.headers["X-Robots-Tag"] == "noindex"
    assert "มาลี" not in page.raw and world.case_id not in page.raw and world.referral_id not in page.raw
    assert "ช่วงอายุ" not in page.text and "ภูมิลำเนา" not in page.text
    [to] = [link for link in page.links() if f"{path}/" in link]
    thanks = partner.send(partner.open(to), free="4", total="9")
    assert "ขอบคุณ" in thanks.text
    assert [places(door, world)[name] for name in ("free", "total")] == [4, 9]
    told = partner.open(f"{to}?units=yes")
    apart = {"units__0__free": "1", "units__0__total": "2", "units__1__free": "2", "units__1__total": "3"}
    assert "ขอบคุณ" in partner.send(told, **apart).text
    stated = places(door, world)
    assert (stated["free"], stated["total"]) == (3, 5)
    assert [(each["group"], each["free"]) for each in stated["units"]] == [("men", 1), ("women", 2)]
    wrong = partner.send(partner.open(f"{to}?units=no"), free="9", total="3")
    assert wrong.status == 422 and places(door, world)["total"] == 5


def test_a_link_that_was_revoked_or_replaced_opens_nothing_at_once(door, browser, sheet):
    world, worker, path = sheet
    partner = browser()
    form = partner.open(next(link for link in partner.open(path).links() if f"{path}/" in link))
    newer = path_of(press(worker, world.partner_id, "make"))
    assert partner.open(path).status == 403 and partner.send(form, free="1", total="1").status == 403
    assert places(door, world)["total"] != 1 and partner.open(newer).status == 200
    gone = press(worker, world.partner_id, "revoke")
    assert not gone.tree.xpath("//*[@class='app-poster__address']") and "worker-60" in gone.text
    assert partner.open(newer).status == 403
    said = [row["action"] for row in door.get(f"/api/v1/partners/{world.partner_id}/history").json()["items"]]
    assert said[:3] == ["unlink", "link", "link"]


def test_a_link_is_of_its_own_partner_and_made_by_who_keeps_it(door, browser, sheet):
    _world, _worker, path = sheet
    other, programme = door.programme()
    partner = browser()
    assert partner.open(f"{path}/{programme}").status == 404
    assert partner.open(f"{path[:-3]}abc").status == 403 and partner.open("/free-today/nothing").status == 403
    neighbour = browser("worker-61")
    page = neighbour.open(f"/partners/{other}/standing-link")
    assert page.status == 200 and not page.tree.xpath("//main//form")
    [csrf] = set(neighbour.open("/account").tree.xpath("//input[@name='csrf']/@value"))
    assert neighbour.post(f"/partners/{other}/standing-link/make", {"csrf": csrf}).status == 403
    assert browser("member-60").open(f"/partners/{other}/standing-link").status == 403


def test_places_that_do_not_go_together_are_listed_with_why_until_they_are_stated_anew(door, browser):
    world = door.world()
    path = f"/api/v1/programmes/{world.programme_id}/capacity"
    assert door.call("PUT", path, {"total": 1, "free": 1}).json()["warnings"] == ["ledger_contradicts"]
    worker = browser("worker-60")
    name = door.get(f"/api/v1/partners/{world.partner_id}").json()["name"]

    def listed():
        found = door.get("/api/v1/partners?contradicted=true").json()["items"]
        page = worker.open("/registry/contradictions")
        file = worker.http.get(f"{worker.address}/registry/contradictions.csv").content.decode("utf-8-sig")
        return [
            world.partner_id in [each["partner_id"] for each in found], name in page.text, name in file,
        ]  # fmt: skip

    assert listed() == [True, True, True]
    assert door.call("PUT", path, {"total": 9, "free": 1}).status_code == 200
    assert listed() == [False, False, False]
    assert browser("ministry").open("/registry/contradictions").status == 403


def test_a_standing_link_is_made_and_revoked_by_the_api_too(door):
    """Who keeps the partner alone; the address itself is in no answer."""
    partner_id, _ = door.programme()
    path = f"/api/v1/partners/{partner_id}/standing-link"
    assert door.get(path).json()["link_id"] is None
    door.made(f"{path}/make", {})
    first = door.get(path).json()
    assert first["link_id"] and first["made_by"] == "worker-60" and set(first) == {
        "link_id", "made_by", "made_at", "revoked_by", "revoked_at",
    }  # fmt: skip
    door.made(f"{path}/make", {})
    assert door.get(path).json()["link_id"] not in (None, first["link_id"])
    assert door.post(f"{path}/revoke", {}, "member-60").status_code == 403
    door.made(f"{path}/revoke", {"reason": "แผ่นหาย"})
    after = door.get(path).json()
    assert after["link_id"] is None and after["revoked_by"] == "worker-60"
    assert door.post(f"/api/v1/partners/{uuid4()}/standing-link/make", {}).status_code == 404
