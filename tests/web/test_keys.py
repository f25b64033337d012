"""Keys of partners' own systems: what one opens and what not, until when, who gives it, and what it is called."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, select, update

from services.codes.keys import SCOPES
from services.kernel.envelope import instant
from services.kernel.runtime import utc_now
from services.web.api.routes import ROUTES
from services.web.api.scopes import SCOPE_OF
from services.web.identity import api_keys, throttle
from services.web.identity.api_keys import api_key
from tests.web.door import problem


def make(director, partner_id, scopes=SCOPES, name="ระบบรับเข้า", days="90"):
    """The key that the page shows."""
    here = f"/partners/{partner_id}/keys"
    page = director.send(director.open(f"{here}/new"), name=name, scopes=[*scopes], days=days)
    return shown_on(page)


def shown_on(page):
    [key] = page.tree.xpath("//code[@class='app-secret']")
    return key.text


def press(director, partner_id, key, button):
    here, key_id = f"/partners/{partner_id}/keys", key.split("_")[1]
    return director.send(director.open(here), f"{here}/{key_id}/{button}")


def by_key(door, key, method, path, body=None):
    return door.call(method, path, body, user=None, headers={"Authorization": f"Bearer {key}"})


@pytest.fixture
def one(door, browser):
    """(the world, the director of the centre that keeps its partner, a key with all scopes)"""
    world, director = door.world(), browser("director-60")
    return world, director, make(director, world.partner_id)


def test_a_partners_system_reads_and_answers_its_own_referrals_and_states_its_places(door, one):
    world, _director, key = one
    listed = by_key(door, key, "GET", "/api/v1/referrals").json()["items"]
    assert [row["referral_id"] for row in listed] == [world.referral_id]
    path = f"/api/v1/referrals/{world.referral_id}"
    assert by_key(door, key, "GET", f"{path}/steps").status_code == 200
    declined = by_key(door, key, "POST", f"{path}/decline", {"reason": "not_eligible", "whose": "partner"})
    assert declined.status_code == 200, declined.text
    told = door.get(path).json()
    assert (told["history"][-1]["by_channel"], bool(told["final_at"])) == ("system", True)
    places = {"total": 9, "free": 3}
    stated = by_key(door, key, "PUT", f"/api/v1/programmes/{world.programme_id}/capacity", places)
    assert stated.status_code == 200
    assert by_key(door, key, "GET", f"/api/v1/partners/{world.partner_id}").status_code == 200


def test_facts_and_pages_name_the_key(door, browser, one):
    world, _director, key = one
    by_key(door, key, "POST", f"/api/v1/referrals/{world.referral_id}/acknowledge", {})
    actor = f"partner-key:{key.split('_')[1]}"
    assert door.get(f"/api/v1/referrals/{world.referral_id}").json()["history"][-1]["actor"] == actor
    timeline = f"/api/v1/cases/{world.case_id}/timeline"
    door.wait(timeline, lambda told: actor in {item["actor"] for item in told["items"]})
    staff = browser("worker-60")
    for page in (f"/cases/{world.case_id}", f"/referrals/{world.referral_id}"):
        assert "ระบบรับเข้า" in staff.open(page).text, page


def test_a_key_opens_nothing_of_another_partner(door, one):
    _world, _director, key = one
    other = door.world()
    path = f"/api/v1/referrals/{other.referral_id}"
    problem(by_key(door, key, "GET", path), 404)
    problem(by_key(door, key, "POST", f"{path}/accept", {}), 404)
    answer = by_key(
        door, key, "PUT", f"/api/v1/programmes/{other.programme_id}/capacity", {"total": 1, "free": 1}
    )
    assert answer.status_code in (403, 404)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_a_key_opens_the_calls_of_its_scopes_and_no_other(door, world, bare, route):
    """`bare` has no scope that the call asks for: named where there is one; refused without one."""
    answer = by_key(door, bare(SCOPE_OF.get(route.asks)), route.method, world.path(route), world.body(route))
    detail = problem(answer, 403)["detail"]
    assert SCOPE_OF.get(route.asks, "a person signs in") in detail


@pytest.fixture(scope="module")
def bare(door, browser, world):
    """A key with all scopes but one."""
    made = {}

    def key_without(scope):
        if scope not in made:
            scopes = [each for each in SCOPES if each != scope]
            made[scope] = make(browser("director-60"), world.partner_id, scopes)
        return made[scope]

    return key_without


def test_no_key_opens_what_is_the_administrators_a_file_or_a_paper(door, one):
    world, _director, key = one
    for path in (
        "/api/v1/admin/status", "/api/v1/partners/export", "/metrics",
        f"/api/v1/referrals/{world.referral_id}/letter.pdf",
    ):  # fmt: skip
        answer = by_key(door, key, "GET", path)
        assert answer.status_code == 403 or path == "/metrics", path


def test_the_channel_of_a_key_is_its_own(door, one):
    world, _director, key = one
    path = f"/api/v1/referrals/{world.referral_id}/acknowledge"
    assert "by_channel" in problem(by_key(door, key, "POST", path, {"by_channel": "phone"}), 422)["errors"]


def test_a_rotated_key_gives_a_day_and_a_revoked_one_none(door, one):
    world, director, before = one
    after = shown_on(press(director, world.partner_id, before, "rotate"))
    assert before != after and before.split("_")[1] == after.split("_")[1]
    for key in (before, after):
        assert by_key(door, key, "GET", "/api/v1/referrals").status_code == 200
    set_back(door, after, before_until=-1)
    problem(by_key(door, before, "GET", "/api/v1/referrals"), 401)
    assert by_key(door, after, "GET", "/api/v1/referrals").status_code == 200
    press(director, world.partner_id, after, "revoke")
    assert "revoked" in problem(by_key(door, after, "GET", "/api/v1/referrals"), 401)["detail"]
    page = director.open(f"/partners/{world.partner_id}/keys")
    assert not page.tree.xpath("//main//form") and "director-60" in page.text


def test_a_key_ends_with_its_days_and_what_it_was_used_for_last_is_seen(door, one):
    world, director, key = one
    assert "ยังไม่เคยใช้" in director.open(f"/partners/{world.partner_id}/keys").text
    assert by_key(door, key, "GET", "/api/v1/referrals").status_code == 200
    assert "ยังไม่เคยใช้" not in director.open(f"/partners/{world.partner_id}/keys").text
    set_back(door, key, expires_at=-1)
    assert "expired" in problem(by_key(door, key, "GET", "/api/v1/referrals"), 401)["detail"]


def test_of_a_key_only_its_hash_is_kept(door, one):
    _world, _director, key = one
    secret = key.rpartition("_")[2]
    rows = door.runtime("web").read(lambda db: db.execute(select(api_key)).all())
    assert rows and not any(key in str(row) or secret in str(row) for row in rows)


def test_wrong_keys_are_counted_and_do_not_lock_the_right_one_out(door, one):
    _world, _director, key = one
    wrong = f"{key[:-43]}{'A' * 43}"
    answers = [
        by_key(door, wrong, "GET", "/api/v1/referrals").status_code for _ in range(throttle.FREE_TRIES + 1)
    ]
    assert answers[0] == 401 and answers[-1] == 429
    assert by_key(door, key, "GET", "/api/v1/referrals").status_code == 200
    with door.runtime("web").database.write() as db:
        db.execute(delete(throttle.failure))
    for nothing in ("songtor_", "songtor_x_y", f"songtor_{'0' * 16}_{'A' * 43}"):
        problem(by_key(door, nothing, "GET", "/api/v1/referrals"), 401)


def test_the_same_form_makes_one_key(door, browser, one):
    world, director, _key = one
    form = director.open(f"/partners/{world.partner_id}/keys/new")
    typed = {"name": "สองครั้ง", "scopes": [SCOPES[0]], "days": "30"}
    assert re.fullmatch(api_keys.KEY, shown_on(director.send(form, **typed)))
    again = director.send(form, **typed)
    assert again.status == 409 and not again.tree.xpath("//code[@class='app-secret']")
    for wrong in ({"scopes": []}, {"scopes": ["cases.read"]}, {"days": "3650"}, {"name": " "}):
        page = director.send(director.open(f"/partners/{world.partner_id}/keys/new"), **{**typed, **wrong})
        assert page.status == 422 and [*wrong] == [*page.errors], wrong


def test_who_keeps_the_partner_gives_its_keys_and_nobody_else(door, browser, one):
    world, director, key = one
    here = f"/partners/{world.partner_id}/keys"
    neighbour = browser("director-61")
    page = neighbour.open(here)
    assert page.status == 200 and not page.tree.xpath("//main//form") and "นครสวรรค์" in page.text
    assert neighbour.open(f"{here}/new").status == 403 and browser("worker-60").open(here).status == 403
    door.add("partner-with-keys", "partner", (), world.partner_id)
    partner = browser("partner-with-keys")
    assert "ระบบรับเข้า" in partner.open(here).text and not partner.open(here).tree.xpath("//main//form")
    other, _programme = door.programme()
    assert partner.open(f"/partners/{other}/keys").status == 404
    [csrf] = set(director.open(f"{here}").tree.xpath("//main//input[@name='csrf']/@value"))
    fields = {"csrf": csrf, "command": str(uuid4())}
    stolen = director.post(f"/partners/{other}/keys/{key.split('_')[1]}/revoke", fields)
    assert stolen.status == 404 and by_key(door, key, "GET", "/api/v1/referrals").status_code == 200


def test_a_partner_has_no_more_keys_than_anybody_can_look_after(door, browser):
    partner_id, _programme = door.programme()
    web = door.runtime("web")
    made = [api_keys.make(web, str(n), partner_id, "x", [SCOPES[0]], 30, "director-60") for n in range(21)]
    assert all(made[:20]) and made[20] is None


def set_back(door, key, **when):
    """As if the key's times lay so many seconds from now."""
    values = {name: instant(utc_now() + timedelta(seconds=seconds)) for name, seconds in when.items()}
    with door.runtime("web").database.write() as db:
        db.execute(update(api_key).where(api_key.c.key_id == key.split("_")[1]).values(values))
