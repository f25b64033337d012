"""Signing in: sessions and their end, lock-out, one's own password."""

import json
import time
from base64 import urlsafe_b64decode
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import eventlet
import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from services.kernel.envelope import instant
from services.web.identity import accounts, known_browsers, passwords, sessions, throttle
from tests.web.browser import HASH, PASSWORD


@pytest.fixture
def somebody(door):
    """A user of the test's own."""
    name = f"user-{uuid4().hex[:8]}"
    door.add(name, "worker", ("60",))
    with door.runtime("web").database.write() as db:
        passwords.keep(db, name, HASH, temporary=False)
    return name


def change(door, table, user, **values):
    with door.runtime("web").database.write() as db:
        db.execute(update(table).where(table.c.user_name == user).values(**values))


def earlier(door, **by):
    return instant(door.runtime("web").now() - timedelta(**by))


def test_after_signing_in_the_page_that_was_asked_for_opens(browser, somebody):
    nobody = browser()
    asked = nobody.open("/cases?status=open")
    assert asked.path == "sign-in?next=/cases?status%3Dopen"
    page = nobody.send(asked, user=f" {somebody.upper()} ", password=PASSWORD)
    assert page.path == "cases?status=open" and page.status == 200


def test_a_wrong_password_and_an_unknown_name_look_the_same(browser, somebody):
    nobody = browser()
    wrong = nobody.send(nobody.open("/sign-in"), user=somebody, password="ไม่ใช่")
    unknown = nobody.send(nobody.open("/sign-in"), user="who-is-this", password="ไม่ใช่")
    assert wrong.status == unknown.status == 409
    assert wrong.errors == unknown.errors == {"": "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง"}
    assert "ไม่ใช่" not in wrong.raw


def test_the_session_changes_at_signing_in(browser, somebody):
    user = browser()
    user.open("/sign-in")
    before = user.http.cookies["songtor"]
    user.sign_in(somebody)
    after = user.http.cookies["songtor"]
    assert before != after
    planted = browser()
    planted.http.cookies.set("songtor", before)
    assert planted.open("/account").path.startswith("sign-in")


def test_the_cookie_itself_is_not_stored(door, browser, somebody):
    user = browser()
    user.sign_in(somebody)
    stored = door.runtime("web").read(lambda db: [tuple(row) for row in db.execute(select(sessions.session))])
    assert user.http.cookies["songtor"] not in json.dumps(stored)


def test_signing_out_ends_the_session_for_good(browser, somebody):
    user = browser()
    user.sign_in(somebody)
    other_tab = user.clone()
    assert user.send(user.open("/account"), "/sign-out").path == "sign-in"
    assert other_tab.open("/account").path.startswith("sign-in")


def test_signing_out_everywhere_ends_every_session_and_token(door, browser, somebody):
    here, there = browser(), browser()
    here.sign_in(somebody)
    there.sign_in(somebody)
    token = door.token(somebody)
    here.send(here.open("/account"), "/sign-out-everywhere")
    assert there.open("/account").path.startswith("sign-in")
    answer = door.call("GET", "/api/v1/cases", user=None, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    "column, by", [("seen_at", {"minutes": 31}), ("created_at", {"hours": 12, "minutes": 1})]
)
def test_a_session_ends_after_half_an_hour_of_nothing_and_after_twelve_hours(
    door, browser, somebody, column, by
):
    user = browser()
    user.sign_in(somebody)
    change(door, sessions.session, somebody, **{column: earlier(door, **by)})
    assert user.open("/account").path.startswith("sign-in")


def test_working_keeps_the_session_alive(door, browser, somebody):
    user = browser()
    user.sign_in(somebody)
    change(door, sessions.session, somebody, seen_at=earlier(door, minutes=29))
    assert user.open("/account").path == "account"
    change(door, sessions.session, somebody, created_at=earlier(door, hours=11))
    stayed = user.send(user.open("/account"), "/stay")
    assert stayed.path == "account"
    [seen] = door.runtime("web").read(
        lambda db: (
            db.execute(select(sessions.session.c.seen_at).where(sessions.session.c.user_name == somebody))
            .scalars()
            .all()
        )
    )
    assert seen > earlier(door, minutes=1)


def test_another_role_or_an_account_that_is_closed_ends_the_session_at_once(door, browser, somebody):
    user = browser()
    user.sign_in(somebody)
    door.add(somebody, "director", ("60",))
    assert user.open("/account").path.startswith("sign-in")
    user.sign_in(somebody)
    with door.runtime("web").database.write() as db:
        accounts.close(db, somebody)
    assert user.open("/account").path.startswith("sign-in")
    assert user.sign_in(somebody).status == 409


def failures(door):
    return door.runtime("web").read(lambda db: [tuple(row) for row in db.execute(select(throttle.failure))])


def test_five_failures_lock_for_a_minute_and_each_further_one_for_twice_as_long(door, browser, somebody):
    nobody = browser()
    for _ in range(5):
        assert nobody.sign_in(somebody, "ผิด").errors == {"": "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง"}
    locked = nobody.sign_in(somebody)
    assert locked.errors == {"": "ลองผิดหลายครั้งเกินไป โปรดลองใหม่ในอีก 1 นาที"}

    with door.runtime("web").database.write() as db:  # the minute passes
        db.execute(update(throttle.failure).values(locked_until=earlier(door, seconds=1)))
    nobody.sign_in(somebody, "ผิด")
    assert "2 นาที" in nobody.sign_in(somebody).errors[""]
    assert somebody not in json.dumps(failures(door))

    with door.runtime("web").database.write() as db:
        db.execute(update(throttle.failure).values(locked_until=earlier(door, seconds=1)))
    assert nobody.sign_in(somebody).heading == "งานของฉัน"
    nobody.sign_in(somebody, "ผิด")
    assert nobody.sign_in(somebody).heading == "งานของฉัน"


def test_failures_are_forgotten_after_a_day(door, browser, somebody):
    browser().sign_in("nobody-at-all", "ผิด")
    with door.runtime("web").database.write() as db:
        db.execute(update(throttle.failure).values(last_at=earlier(door, hours=25)))
    browser().sign_in(somebody, "ผิด")
    assert len(failures(door)) == 1


NOT_RIGHT, LOCKED = "ชื่อผู้ใช้หรือรหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง", "ลองผิดหลายครั้งเกินไป โปรดลองใหม่ในอีก 1 นาที"


def locks(browser, name):
    """Somebody who knows a name tries until it is locked."""
    for _ in range(throttle.FREE_TRIES):
        assert browser.sign_in(name, "ผิด").errors == {"": NOT_RIGHT}
    assert browser.sign_in(name).errors == {"": LOCKED}


def test_strangers_lock_strangers_and_not_a_browser_that_the_user_has_signed_in_with(browser, somebody):
    own = browser(somebody)
    own.send(own.open("/account"), "/sign-out")
    locks(browser(), somebody)
    assert browser().sign_in(somebody).errors == {"": LOCKED}
    assert own.sign_in(somebody).heading == "งานของฉัน"
    assert browser().sign_in(somebody).errors == {"": LOCKED}, (
        "signing in at home opens nothing for strangers"
    )


def test_a_browser_that_is_known_has_a_limit_of_its_own(browser, somebody):
    own, phone = browser(somebody), browser(somebody)
    locks(own, somebody)
    assert phone.sign_in(somebody).heading == "งานของฉัน"
    assert browser().sign_in(somebody).heading == "งานของฉัน"


def test_a_colleagues_browser_is_a_strangers(browser, somebody):
    own = browser(somebody)
    locks(browser("worker-61"), somebody)
    assert browser().sign_in(somebody).errors == {"": LOCKED}
    assert own.sign_in(somebody).heading == "งานของฉัน"


def test_a_shared_computer_is_known_for_each_of_its_users_and_keeps_the_latest_sixteen(
    door, browser, somebody
):
    shared = browser("worker-60")
    shared.sign_in(somebody)
    locks(browser(), somebody)
    assert shared.sign_in("worker-60").heading == shared.sign_in(somebody).heading == "งานของฉัน"
    runtime = door.runtime("web")
    account = accounts.Account("", "worker", (), True, 1)
    cookie = shared.http.cookies["songtor-known"]
    for number in range(known_browsers.MOST):
        cookie = known_browsers.add(runtime, cookie, replace(account, user=f"user-{number}"))
    assert len(cookie) < 2000
    assert all(known_browsers.find(runtime, cookie, replace(account, user=f"user-{n}")) for n in (0, 15))
    shared.http.cookies.set("songtor-known", cookie, domain="127.0.0.1", path="/")
    assert shared.sign_in(somebody).errors == {"": LOCKED}


def test_the_cookie_of_a_known_browser_tells_nothing_and_no_script_reads_it(door, browser, somebody):
    own = browser(somebody)
    [cookie] = [cookie for cookie in own.http.cookies if cookie.name == "songtor-known"]
    assert cookie.has_nonstandard_attr("HttpOnly") and cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.expires - time.time() > 364 * 86400
    assert somebody not in cookie.value and somebody.encode() not in urlsafe_b64decode(cookie.value + "==")
    forged = browser()
    forged.http.cookies.set(
        "songtor-known", cookie.value[:40] + "AB"["A" in cookie.value[40]] + cookie.value[41:]
    )
    locks(forged, somebody)
    assert browser().sign_in(somebody).errors == {"": LOCKED}


@pytest.mark.parametrize("ending", ["sign out everywhere", "another password", "a given password", "closing"])
def test_a_known_browser_is_a_strangers_again_when_the_account_changes(door, browser, somebody, ending):
    old, here = browser(somebody), browser(somebody)
    changed = "ช้างม้าวัวควาย"
    if ending == "sign out everywhere":
        here.send(here.open("/account"), "/sign-out-everywhere")
    elif ending == "another password":
        here.send(here.open("/password"), old=PASSWORD, new=changed, again=changed)
        locks(browser(), somebody)
        assert here.sign_in(somebody, changed).heading == "งานของฉัน", "where it was changed stays known"
    elif ending == "a given password":
        passwords.give(door.runtime("web"), somebody, by="admin")
    else:
        with door.runtime("web").database.write() as db:
            accounts.close(db, somebody)
    for _ in range(throttle.FREE_TRIES):
        browser().sign_in(somebody, "ผิด")
    assert old.sign_in(somebody).errors == {"": LOCKED}


def test_another_password_ends_sessions_elsewhere_and_not_this_one(door, browser, somebody):
    here, there = browser(somebody), browser(somebody)
    token = door.token(somebody)
    changed = "ช้างม้าวัวควาย"
    assert here.send(here.open("/password"), old=PASSWORD, new=changed, again=changed).path == "account"
    assert here.open("/account").path == "account" and there.open("/account").path.startswith("sign-in")
    answer = door.call("GET", "/api/v1/cases", user=None, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


def test_many_tries_at_once_are_no_more_than_are_free(browser, somebody):
    crowd = [browser() for _ in range(12)]
    forms = [each.open("/sign-in") for each in crowd]
    sent = [
        eventlet.spawn(each.send, form, user=somebody, password="ผิด")
        for each, form in zip(crowd, forms, strict=True)
    ]
    said = [each.wait().errors[""] for each in sent]
    assert said.count(NOT_RIGHT) == throttle.FREE_TRIES and len(said) == 12


def test_a_password_given_by_somebody_else_must_be_changed_first(door, browser, somebody):
    with door.runtime("web").database.write() as db:
        passwords.keep(db, somebody, HASH, temporary=True)
    user = browser()
    page = user.sign_in(somebody)
    assert page.path == "password" and user.open("/work").path == "password"
    short = user.send(page, old=PASSWORD, new="สั้น", again="สั้น")
    assert short.errors == {"new": "รหัสผ่านใหม่ – โปรดใช้ 10 ถึง 200 ตัวอักษร"}
    wrong = user.send(page, old="ไม่ใช่", new="ช้างม้าวัวควาย", again="ช้างม้าวัวควาย")
    assert wrong.errors == {"old": "รหัสผ่านปัจจุบัน – รหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง"}
    done = user.send(page, old=PASSWORD, new="ช้างม้าวัวควาย", again="ช้างม้าวัวควาย")
    assert done.path == "account" and "เปลี่ยนรหัสผ่านแล้ว" in done.text
    assert "เปลี่ยนรหัสผ่านแล้ว" not in user.open("/account").text
    assert browser().sign_in(somebody, PASSWORD).status == 409
    assert browser().sign_in(somebody, "ช้างม้าวัวควาย").heading == "งานของฉัน"


def test_hashing_does_not_hold_up_other_requests(browser, somebody, monkeypatch):
    """Passwords are checked in threads of the system; whoever else is served goes on in this one."""
    thread_of = eventlet.patcher.original("threading").get_ident
    hashing, check = [], PasswordHasher.verify

    def noted(hasher, *told):
        hashing.append(thread_of())
        return check(hasher, *told)

    monkeypatch.setattr(PasswordHasher, "verify", noted)
    browser().sign_in(somebody, PASSWORD)
    assert hashing and thread_of() not in hashing


def test_a_page_can_warn_before_the_session_ends_and_keep_it(browser, somebody):
    user = browser()
    user.sign_in(somebody)
    [warning] = user.open("/work").tree.xpath('//*[@class="app-idle"]')
    assert warning.get("hidden") is not None and warning.get("data-idle-seconds") == "1800"
    answer = user.post("/stay", {}, headers={"X-CSRF-Token": warning.get("data-token")})
    assert answer.status == 200 and answer.path == "account"


@pytest.mark.parametrize(
    ("weak", "why"),
    [
        ("1234567890", "เดาได้ง่าย"),
        ("๑๒๓๔๕๖๗๘๙๐", "เดาได้ง่าย"),
        ("aaaaaaaaaa", "เดาได้ง่าย"),
        ("กขกขกขกขกข", "ซ้ำ"),
        ("Password123", "เดาได้ง่าย"),
        ("klmnopqrst", "เรียงกัน"),
        ("{user}{user}", "ชื่อผู้ใช้"),
        ("{user}-2569", "ชื่อผู้ใช้"),
    ],
)
def test_a_password_that_is_guessed_first_is_refused_with_a_reason(door, browser, somebody, weak, why):
    user, new = browser(somebody), weak.format(user=somebody)
    refused = user.send(user.open("/password"), old=PASSWORD, new=new, again=new)
    assert refused.status == 422 and [*refused.errors] == ["new"] and why in refused.errors["new"]
    assert browser().sign_in(somebody, PASSWORD).heading == "งานของฉัน"
