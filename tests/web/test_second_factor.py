"""Two-step sign-in: turning it on and off, the second step, recovery codes, who must have it, and a lost phone.

Long because each case begins where the one before ended.
"""

import json
import re
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pyotp
import pytest
from click.testing import CliRunner
from sqlalchemy import select, update

from services.cli import songtor as command
from services.cli.folder import runtimes
from services.kernel import settings
from services.kernel.envelope import instant
from services.web.identity import accounts, passwords, pending_sessions, second_factor, sessions, throttle
from services.web.service import APPLICATION
from tests.web.browser import HASH, PASSWORD
from tests.web.hostile import told
from tests.web.phone import Phone, recovery_codes, secret_of

NOT_THIS = {"code": "รหัสไม่ถูกต้องหรือใช้ไปแล้ว โปรดรอรหัสถัดไปจากแอป"}
LOCKED = "ลองผิดหลายครั้งเกินไป โปรดลองใหม่ในอีก 1 นาที"


@pytest.fixture
def somebody(door):
    """A user of the test's own."""
    name = f"user-{uuid4().hex[:8]}"
    door.add(name, "worker", ("60",))
    with door.runtime("web").database.write() as db:
        passwords.keep(db, name, HASH, temporary=False)
    return name


@pytest.fixture
def careful(door, browser, somebody):
    """(browser signed in, phone, recovery codes) of a user with a second factor."""
    own = browser(somebody)
    return own, *Phone.turned_on(door, own, somebody)


def stored(door, table):
    return door.runtime("web").read(lambda db: [tuple(row) for row in db.execute(select(table))])


def change(door, table, user, **values):
    with door.runtime("web").database.write() as db:
        db.execute(update(table).where(table.c.user_name == user).values(**values))


def earlier(door, **by):
    return instant(door.runtime("web").now() - timedelta(**by))


# -- turning it on -------------------------------------------------------------------------------------------------


def test_it_is_on_once_a_code_of_the_shown_secret_was_entered(door, browser, somebody):
    own = browser(somebody)
    page = own.open("/second-factor")
    [picture] = page.tree.xpath("//main//img/@src")
    assert picture.startswith("data:image/svg+xml") and page.tree.xpath("//main//img/@alt")[0]
    phone = Phone(door, somebody, secret_of(page))
    wrong = own.send(page, code=phone.code(steps=5))
    assert wrong.status == 422 and [*wrong.errors] == ["code"]
    assert secret_of(wrong) == secret_of(own.open("/second-factor")), "what was scanned stays right"
    assert browser().sign_in(somebody).heading == "งานของฉัน", "nothing is on yet"
    done = own.send(wrong, code=phone.code())
    assert "เปิดการเข้าสู่ระบบสองขั้นตอนแล้ว" in done.text and done.heading == "รหัสสำรอง"
    account = own.open("/account")
    assert "เปิดใช้ตั้งแต่" in account.text and "เหลือรหัสสำรอง 10 รหัส" in account.text
    assert own.open("/second-factor").path == "account"


def test_turning_it_on_or_off_ends_sessions_elsewhere_and_not_this_one(door, browser, somebody):
    own, elsewhere = browser(somebody), browser(somebody)
    phone, _ = Phone.turned_on(door, own, somebody)
    assert elsewhere.open("/account").path.startswith("sign-in") and own.open("/account").path == "account"
    elsewhere.send(elsewhere.sign_in(somebody), code=phone.fresh())
    own.send(own.open("/second-factor/off"), password=PASSWORD, code=phone.fresh())
    assert elsewhere.open("/account").path.startswith("sign-in") and own.open("/account").path == "account"


def test_the_secret_and_the_recovery_codes_are_not_stored_nor_shown_again(door, browser, somebody, caplog):
    caplog.set_level("DEBUG")
    own = browser(somebody)
    phone, codes = Phone.turned_on(door, own, somebody)
    secret, digits = phone.totp.secret, [code.replace(" ", "") for code in codes]
    kept = json.dumps([stored(door, second_factor.factor), stored(door, second_factor.recovery)])
    pages = [
        own.open(path)
        for path in ("/account", "/second-factor/off", "/second-factor/codes", "/second-factor")
    ]
    own.send(pages[2], code="000000")
    shown = " ".join(page.raw + page.url for page in pages)
    for hidden in (secret, " ".join(re.findall("....", secret)), *codes, *digits):
        assert hidden not in kept and hidden not in shown and hidden not in told(caplog)
    assert secret not in door.get("/metrics", user=None).text


def test_a_row_that_was_moved_to_another_user_is_nobodys(door, browser, careful, somebody):
    _, phone, _ = careful
    other = f"user-{uuid4().hex[:8]}"
    door.add(other, "worker", ("60",))
    victim = browser(other)
    Phone.turned_on(door, victim, other)
    rows = {user: sealed for user, sealed, *_ in stored(door, second_factor.factor)}
    change(door, second_factor.factor, other, sealed=rows[somebody])
    stranger = browser()
    refused = stranger.send(stranger.sign_in(other), code=phone.fresh())
    assert refused.errors == NOT_THIS


# -- the second step -----------------------------------------------------------------------------------------------


def test_after_the_password_the_code_is_asked_for_and_then_the_page_that_was_wanted_opens(
    browser, careful, somebody
):
    _, phone, _ = careful
    visitor = browser()
    page = visitor.send(visitor.open("/cases?status=open"), user=somebody, password=PASSWORD)
    assert page.path == "sign-in/code" and page.status == 200
    [box] = page.tree.xpath("//input[@name='code']")
    assert box.get("autocomplete") == "one-time-code" and box.get("inputmode") == "numeric"
    assert visitor.send(page, code=phone.fresh()).path == "cases?status=open"


@pytest.mark.parametrize("typed", ["{} {}", " {}-{} ", "thai"])
def test_a_code_may_be_typed_with_spaces_and_thai_digits(browser, careful, somebody, typed):
    _, phone, _ = careful
    code = phone.fresh()
    visitor = browser()
    thai = code.translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    typed = thai if typed == "thai" else typed.format(code[:3], code[3:])
    assert visitor.send(visitor.sign_in(somebody), code=typed).heading == "งานของฉัน"


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef", "١٢٣٤٥", "12345678901", "²²²²²²"])
def test_what_can_be_no_code_is_said_at_its_field_and_is_no_failure(door, browser, careful, somebody, typed):
    visitor = browser()
    asked = visitor.sign_in(somebody)
    before = stored(door, throttle.failure)
    page = visitor.send(asked, code=typed)
    assert page.status == 422 and [*page.errors] == ["code"]
    assert stored(door, throttle.failure) == before


def test_one_step_of_drift_is_accepted_either_way_and_no_more(door, somebody, careful):
    """On a clock that stands still."""
    _, phone, _ = careful
    runtime = door.runtime("web")
    now = runtime.now()

    def accepted(steps):
        phone.fresh()
        code = phone.at(now, steps)
        with runtime.database.write() as db:
            return second_factor.used(runtime, db, somebody, code, now)

    assert [accepted(steps) for steps in (-2, -1, 0, 1, 2)] == [None, "app", "app", "app", None]


def test_a_code_is_never_accepted_twice_nor_one_from_before_it(browser, careful, somebody):
    _, phone, _ = careful
    phone.fresh()
    later = phone.code(steps=1)
    first, second = browser(), browser()
    assert first.send(first.sign_in(somebody), code=later).heading == "งานของฉัน"
    page = second.sign_in(somebody)
    assert second.send(page, code=later).errors == NOT_THIS
    assert second.send(page, code=phone.code()).errors == NOT_THIS
    assert second.open("/work").path.startswith("sign-in")


def test_the_code_that_turned_it_on_signs_nobody_in(browser, door, somebody):
    own = browser(somebody)
    page = own.open("/second-factor")
    code = Phone(door, somebody, secret_of(page)).code()
    own.send(page, code=code)
    visitor = browser()
    assert visitor.send(visitor.sign_in(somebody), code=code).errors == NOT_THIS


def test_a_recovery_code_works_once_and_how_many_are_left_is_said(browser, careful, somebody):
    own, _, codes = careful
    assert len(set(codes)) == 10 and all(re.fullmatch(r"\d{5} \d{5}", code) for code in codes)
    visitor = browser()
    page = visitor.send(visitor.sign_in(somebody), code=codes[3])
    assert page.heading == "งานของฉัน" and "เหลือรหัสสำรอง 9 รหัส" in page.text
    again = browser()
    assert again.send(again.sign_in(somebody), code=codes[3]).errors == NOT_THIS
    assert "เหลือรหัสสำรอง 9 รหัส" in own.open("/account").text


def test_a_recovery_code_of_somebody_else_is_none(door, browser, careful, somebody):
    _, _, codes = careful
    other = f"user-{uuid4().hex[:8]}"
    door.add(other, "worker", ("60",))
    Phone.turned_on(door, browser(other), other)
    visitor = browser()
    assert visitor.send(visitor.sign_in(other), code=codes[0]).errors == NOT_THIS


def test_new_recovery_codes_take_a_code_and_end_the_old_ones(browser, careful, somebody):
    own, phone, old = careful
    page = own.open("/second-factor/codes")
    assert own.send(page, code="000000").errors == NOT_THIS
    made = own.send(page, code=phone.fresh())
    new = recovery_codes(made)
    assert len(new) == 10 and not {*new} & {*old}
    visitor = browser()
    page = visitor.sign_in(somebody)
    assert visitor.send(page, code=old[0]).errors == NOT_THIS
    assert visitor.send(page, code=new[0]).heading == "งานของฉัน"


def test_wrong_codes_lock_as_wrong_passwords_do_and_a_right_password_forgives_none(
    browser, careful, somebody
):
    own, phone, codes = careful
    stranger = browser()
    for number in range(throttle.FREE_TRIES):
        page = stranger.sign_in(somebody)  # the right password, again and again
        assert stranger.send(page, code=f"00000{number}").errors == NOT_THIS
    for right in (phone.fresh(), codes[0]):
        assert stranger.send(page, code=right).errors == {"": LOCKED}
    own.send(own.open("/account"), "/sign-out")
    assert own.send(own.sign_in(somebody), code=phone.fresh()).heading == "งานของฉัน", (
        "a known browser is not locked"
    )


def test_wrong_codes_on_the_own_account_are_counted_too(browser, careful, somebody):
    own, phone, _ = careful
    page = own.open("/second-factor/codes")
    for number in range(throttle.FREE_TRIES):
        assert own.send(page, code=f"00000{number}").errors == NOT_THIS
    assert own.send(page, code=phone.fresh()).errors == {"": LOCKED}
    assert own.send(own.open("/second-factor/off"), password=PASSWORD, code=phone.fresh()).errors == {
        "": LOCKED
    }


# -- between the two steps -----------------------------------------------------------------------------------------

PAGES = [
    rule
    for rule in APPLICATION.url_map.iter_rules()
    if rule.endpoint.startswith("pages.")
    and not rule.arguments
    and APPLICATION.view_functions[rule.endpoint].roles
]


def test_half_a_session_opens_no_page(browser, careful, somebody):
    visitor = browser()
    page = visitor.sign_in(somebody)
    assert page.path == "sign-in/code" and len(PAGES) > 20
    csrf = page.form().fields["csrf"]
    for rule in PAGES:
        if "GET" in rule.methods:
            assert visitor.open(rule.rule).path.startswith("sign-in?next="), rule.rule
        if "POST" in rule.methods:
            assert visitor.post(rule.rule, {"csrf": csrf}).status == 401, rule.rule
    assert visitor.http.get(f"{visitor.address}/api/v1/cases").status_code == 401
    [half] = [cookie.value for cookie in visitor.http.cookies if cookie.name == "songtor-half"]
    planted = browser()
    planted.http.cookies.set("songtor", half)
    assert planted.open("/account").path.startswith("sign-in")


def test_half_a_session_belongs_to_its_browser(door, browser, careful, somebody):
    _, phone, _ = careful
    visitor, other = browser(), browser()
    page = visitor.sign_in(somebody)
    other.open("/sign-in")
    assert other.open("/sign-in/code").path == "sign-in"
    fields = dict(page.form().form_values()) | {
        "code": phone.fresh(),
        "csrf": other.open("/sign-in").form().fields["csrf"],
    }
    assert other.post("/sign-in/code", fields).path == "sign-in"
    [half] = [cookie for cookie in visitor.http.cookies if cookie.name == "songtor-half"]
    assert half.has_nonstandard_attr("HttpOnly") and half.expires is None
    assert half.value not in json.dumps(stored(door, pending_sessions.pending_session))


def test_half_a_session_is_over_after_five_minutes_and_nothing_is_lost(door, browser, careful, somebody):
    _, phone, _ = careful
    visitor = browser()
    page = visitor.send(visitor.open("/cases?status=open"), user=somebody, password=PASSWORD)
    change(door, pending_sessions.pending_session, somebody, began_at=earlier(door, minutes=5, seconds=1))
    late = visitor.send(page, code=phone.fresh())
    assert (
        late.errors == {"": "หมดเวลากรอกรหัสแล้ว โปรดกรอกรหัสผ่านอีกครั้ง"}
        and late.form().fields["user"] == somebody
    )
    page = visitor.send(late, password=PASSWORD)
    assert visitor.send(page, code=phone.fresh()).path == "cases?status=open"


def test_half_a_session_is_used_up(browser, careful, somebody):
    _, phone, _ = careful
    visitor = browser()
    page = visitor.sign_in(somebody)
    copy = visitor.clone()
    visitor.send(page, code=phone.fresh())
    assert copy.send(page, code=phone.fresh()).path == "sign-in"


@pytest.mark.parametrize("ending", ["closed", "another role", "password"])
def test_half_a_session_ends_with_any_change_of_the_account(door, browser, careful, somebody, ending):
    _, phone, codes = careful
    visitor = browser()
    page = visitor.sign_in(somebody)
    if ending == "closed":
        with door.runtime("web").database.write() as db:
            accounts.close(db, somebody)
    elif ending == "another role":
        door.add(somebody, "director", ("60",))
    else:
        passwords.give(door.runtime("web"), somebody, by="admin")
    for code in (phone.fresh(), codes[0]):
        assert visitor.send(page, code=code).status == 409
    assert visitor.open("/work").path.startswith("sign-in")


def test_what_was_typed_when_the_session_ended_survives_both_steps_and_a_switch_of_language(
    door, browser, careful, somebody
):
    own, phone, _ = careful
    form = own.open("/partners/register")
    change(door, sessions.session, somebody, seen_at=earlier(door, minutes=31))
    page = own.send(form, name="บ้านที่พิมพ์ค้างไว้", kind="foundation", under_ministry="no", province="60")
    assert page.status == 401 and page.form().fields["user"] == somebody
    page = own.send(page, password=PASSWORD)
    wrong = own.send(page, code="000000")
    for shown in (page, wrong):
        [english] = shown.tree.xpath("//a[@hreflang='en']/@href")
        assert own.open(english).heading == "Second step: the code"
        own.open("/language/th")
    back = own.send(own.open("/sign-in/code"), code=phone.fresh())
    assert back.heading == "แบบฟอร์มของคุณยังอยู่" and "บ้านที่พิมพ์ค้างไว้" in back.raw
    assert own.send(back).path.endswith("/offer")
    assert "บ้านที่พิมพ์ค้างไว้" not in json.dumps(
        stored(door, pending_sessions.pending_session), ensure_ascii=False
    )


def test_a_temporary_password_is_replaced_after_the_second_step(door, browser, careful, somebody):
    _, phone, _ = careful
    given = passwords.give(door.runtime("web"), somebody, by="admin")
    visitor = browser()
    page = visitor.sign_in(somebody, given)
    assert page.path == "sign-in/code"
    assert visitor.send(page, code=phone.fresh()).path == "password"


def test_the_session_changes_after_the_second_step(browser, careful, somebody):
    _, phone, _ = careful
    visitor = browser()
    page = visitor.sign_in(somebody)
    before = visitor.http.cookies["songtor"]
    visitor.send(page, code=phone.fresh())
    assert visitor.http.cookies["songtor"] != before and "songtor-half" not in visitor.http.cookies


def test_over_tls_every_cookie_of_signing_in_is_bound_to_the_site(
    door, browser, careful, somebody, monkeypatch
):
    _, phone, _ = careful
    runtime = door.runtime("web")
    monkeypatch.setattr(runtime, "settings", replace(runtime.settings, public_url="https://songtor.example"))
    visitor, jar = browser(), {}

    def send(path, **fields):
        answer = visitor.http.post(
            visitor.address + path, fields, headers={"Cookie": "; ".join(jar.values())}, allow_redirects=False
        )
        for cookie in answer.raw.headers.getlist("Set-Cookie"):
            assert re.match(r"__Host-songtor[a-z-]*=\S*;", cookie), cookie
            assert "Secure; HttpOnly; Path=/" in cookie and "Domain" not in cookie, cookie
            jar[cookie.partition("=")[0]] = cookie.partition(";")[0]
        return answer

    page = visitor.open("/sign-in")
    jar["visit"] = page.answer.headers["Set-Cookie"].partition(";")[0]
    csrf = page.form().fields["csrf"]
    assert (
        send("/sign-in", csrf=csrf, user=somebody, password=PASSWORD).headers["Location"] == "/sign-in/code"
    )
    assert send("/sign-in/code", csrf=csrf, code=phone.fresh()).status_code == 303
    assert {*jar} == {"visit", "__Host-songtor", "__Host-songtor-half", "__Host-songtor-known"}


# -- turning it off, losing the phone, leaving ---------------------------------------------------------------------


def test_turning_it_off_takes_the_password_and_a_code(browser, careful, somebody):
    own, phone, codes = careful
    page = own.open("/second-factor/off")
    assert [*own.send(page, password="ไม่ใช่", code=phone.fresh()).errors] == ["password"]
    assert own.send(page, password=PASSWORD, code="000000").errors == NOT_THIS
    done = own.send(page, password=PASSWORD, code=codes[0])
    assert done.path == "account" and "ปิดการเข้าสู่ระบบสองขั้นตอนแล้ว" in done.text
    assert browser().sign_in(somebody).heading == "งานของฉัน"
    for path in ("/second-factor/off", "/second-factor/codes"):
        assert own.open(path).path == "account"


def test_turned_on_again_it_has_another_secret(door, browser, careful, somebody):
    own, phone, codes = careful
    own.send(own.open("/second-factor/off"), password=PASSWORD, code=codes[0])
    again, _ = Phone.turned_on(door, own, somebody)
    assert again.totp.secret != phone.totp.secret


def test_an_administrator_takes_it_off_and_the_user_is_told_once(door, browser, careful, somebody):
    own, _, _ = careful
    admin = browser("admin")
    page = admin.open(f"/users/{somebody}")
    assert "เปิดใช้ตั้งแต่" in page.text
    done = admin.send(page, f"/users/{somebody}/second-factor")
    assert "ยกเลิกการเข้าสู่ระบบสองขั้นตอนของผู้ใช้นี้แล้ว" in done.text and "ยังไม่เปิดใช้" in done.text
    assert own.open("/work").path.startswith("sign-in")
    page = own.sign_in(somebody)
    assert page.heading == "งานของฉัน" and "ผู้ใช้ admin ยกเลิกการเข้าสู่ระบบสองขั้นตอนของบัญชีคุณเมื่อ" in page.text
    assert "ยกเลิกการเข้าสู่ระบบสองขั้นตอนของบัญชีคุณ" not in own.open("/work").text
    assert "ยกเลิกการเข้าสู่ระบบสองขั้นตอนของบัญชีคุณ" not in browser().sign_in(somebody).text


def test_an_administrator_of_another_centre_cannot_take_it_off(door, browser, careful, somebody):
    door.add("admin-of-61", "admin", ("61",))
    admin = browser("admin-of-61")
    csrf = admin.open("/users").tree.xpath("//input[@name='csrf']/@value")[0]
    assert admin.post(f"/users/{somebody}/second-factor", {"csrf": csrf}).status == 404
    path = f"/api/v1/admin/users/{somebody}/second-factor/off"
    assert door.post(path, {}, "admin-of-61").status_code == 404
    assert door.post(path, {}, "worker-60").status_code == 403
    assert browser().sign_in(somebody).path == "sign-in/code"
    assert door.post(path, {}, "admin").status_code == 200
    assert browser().sign_in(somebody).heading == "งานของฉัน"


def test_who_leaves_leaves_no_secret_and_no_code(door, browser, careful, somebody):
    admin = browser("admin")
    assert "ปิดบัญชีแล้ว" in admin.send(admin.open(f"/users/{somebody}/close")).text
    assert browser().sign_in(somebody).status == 409
    for table in (second_factor.factor, second_factor.recovery):
        assert somebody not in json.dumps(stored(door, table))
    admin.send(admin.open(f"/users/{somebody}"))  # opens it again
    assert browser(somebody).open("/account").heading == "บัญชีของฉัน"


def test_the_operator_takes_it_off_while_the_system_is_stopped(tmp_path):
    def songtor(*words):
        return CliRunner().invoke(command, ["--data", str(tmp_path), "users", *words])

    assert songtor("add", "boss", "--role", "admin").exit_code == 0
    with runtimes(settings.read({}, data=str(tmp_path)), ["web"]) as opened:
        runtime = opened["web"]
        secret = second_factor.offered(runtime, "boss", "", 1)
        with runtime.database.write() as db:
            assert second_factor.turn_on(runtime, db, "boss", secret, pyotp.TOTP(secret).at(runtime.now()))
        assert songtor("second-factor-off", "boss").exit_code == 0
        with runtime.database.write() as db:
            assert (
                not second_factor.is_on(db, "boss") and second_factor.taken_off(db, "boss")[0] == "operator"
            )
    unknown = songtor("second-factor-off", "nobody")
    assert unknown.exit_code == 1 and "There is no user nobody." in unknown.output


def test_a_role_that_does_not_exist_is_refused_at_the_start(tmp_path):
    tried = CliRunner().invoke(
        command, ["--data", str(tmp_path), "status"], env={"SONGTOR_SECOND_FACTOR": "director, chief"}
    )
    assert tried.exit_code == 1 and "SONGTOR_SECOND_FACTOR must be roles" in tried.output


# -- who must ------------------------------------------------------------------------------------------------------


@pytest.fixture
def directors_must(door, monkeypatch):
    runtime = door.runtime("web")
    monkeypatch.setattr(runtime, "settings", replace(runtime.settings, second_factor=frozenset({"director"})))


def test_who_must_have_it_turns_it_on_before_anything_else(door, browser, somebody, directors_must):
    door.add(somebody, "director", ("60",))
    user = browser()
    page = user.sign_in(somebody)
    assert page.path == "second-factor" and "บทบาทของคุณต้องเข้าสู่ระบบสองขั้นตอน" in page.text
    for path in ("/work", "/account", "/second-factor/off", "/cases"):
        assert user.open(path).path == "second-factor", path
    _, codes = Phone.turned_on(door, user, somebody)
    assert user.open("/").heading == "งานของฉัน"
    again = browser()
    assert again.send(again.sign_in(somebody), code=codes[0]).heading == "งานของฉัน"
    user.send(user.open("/second-factor/off"), password=PASSWORD, code=codes[1])
    assert user.open("/work").path == "second-factor", "a new phone may be set up, nothing else done"
    assert user.send(user.open("/second-factor"), "/sign-out").path == "sign-in"


def test_a_temporary_password_comes_first(door, browser, somebody, directors_must):
    door.add(somebody, "director", ("60",))
    with door.runtime("web").database.write() as db:
        passwords.keep(db, somebody, HASH, temporary=True)
    user = browser()
    page = user.sign_in(somebody)
    assert page.path == "password"
    changed = user.send(page, old=PASSWORD, new="ช้างม้าวัวควาย", again="ช้างม้าวัวควาย")
    assert changed.path == "second-factor"


def test_other_roles_need_not(browser, somebody, directors_must):
    assert browser().sign_in(somebody).heading == "งานของฉัน"
