"""Signing in by a provider: the way there and back with a real one (npm's oidc-provider), over HTTP, without a
script.

Long because one provider, costly to start, serves them all.
"""

import dataclasses
import logging
from urllib.parse import urljoin
from uuid import uuid4

import pytest
import requests
from sqlalchemy import select, update

from services.kernel import settings
from services.thai import idcard
from services.web.identity import accounts, authorization_requests, identities, passwords, sessions
from services.web.identity.authorization_requests import authorization_request
from services.web.store.tables import metadata
from tests.support import provider
from tests.web.browser import HASH, PASSWORD, Browser, Page
from tests.web.hostile import told
from tests.web.phone import Phone


@pytest.fixture(scope="module")
def real(door, tmp_path_factory):
    with provider.Provider(door.address, tmp_path_factory.mktemp("provider")) as running:
        yield running


@pytest.fixture
def set_up(door, real, monkeypatch):
    """`set_up(CLAIM="pid" …)`: the system with the real provider and these settings."""

    def set_up(**more):
        runtime = door.runtime("web")
        read = settings.read(real.settings(**more), data=str(door.settings.data))
        monkeypatch.setattr(
            runtime, "settings", dataclasses.replace(runtime.settings, provider=read.provider)
        )

    set_up()
    return set_up


@pytest.fixture
def somebody(door):
    """A user of the test's own, who is called the same at the provider."""
    name = f"user-{uuid4().hex[:8]}"
    door.add(name, "worker", ("60",))
    return name


@pytest.fixture
def linked(door, real, set_up, somebody):
    assert identities.link(door.runtime("web"), real.issuer, somebody, somebody, "admin")
    return somebody


@pytest.fixture
def number():
    """A citizen number of the test's own."""
    twelve = f"1609{uuid4().int % 10**8:08}"
    return twelve + idcard.check_digit(twelve)


def rows(door, table):
    return door.runtime("web").read(lambda db: [dict(row) for row in db.execute(select(table)).mappings()])


def under_way(door, browser: Browser):
    """The one request of a browser's visit."""
    visit = sessions.hash_of(cookie_of(browser))
    [row] = [row for row in rows(door, authorization_request) if row["visit_hash"] == visit]
    return row


def cookie_of(browser: Browser) -> str | None:
    return browser.http.cookies.get("songtor", domain="127.0.0.1")


def leave(browser: Browser, start: Page, action: str = "/sign-in/oidc", **typed) -> str:
    """Press the button: the address that the browser is taken to."""
    page = browser.send(start, action, **typed)
    assert page.status == 200, page.text
    [link] = page.tree.xpath("//main//a/@href")
    assert page.answer.headers["Refresh"] == f"0; url={link}"
    return str(link)


def name_oneself(browser: Browser, address: str, name: str, answer: str = "yes") -> Page:
    """At the provider, and what comes of it here."""
    there = browser.open(address)
    [form] = there.tree.forms
    return browser.post(urljoin(there.url, form.get("action")), {"login": name, "answer": answer})


def sign_in(browser: Browser, name: str, path: str = "/sign-in") -> Page:
    return name_oneself(browser, leave(browser, browser.open(path)), name)


def test_without_a_provider_there_is_no_button_and_nothing_behind_it(door, browser, monkeypatch):
    runtime = door.runtime("web")
    monkeypatch.setattr(runtime, "settings", dataclasses.replace(runtime.settings, provider=None))
    user = browser("worker-60")
    nobody = browser()
    page = nobody.open("/sign-in")
    assert len(page.tree.xpath("//main//form")) == 1 and "oidc" not in page.raw
    assert "identity" not in user.open("/account").raw
    assert "identity" not in browser("admin").open("/users/worker-60").raw
    csrf = page.form().fields["csrf"]
    assert nobody.post("/sign-in/oidc", {"csrf": csrf}).status == 404
    for path in ("/sign-in/oidc", "/sign-in/oidc/callback", "/account/identity"):
        assert user.open(path).status == 404, path
    assert browser("admin").open("/users/worker-60/identity").status == 404


def test_whom_an_account_is_linked_with_arrives_at_the_page_that_was_asked_for(browser, linked):
    user = browser()
    asked = user.open("/cases?status=open")
    before = cookie_of(user)
    page = name_oneself(user, leave(user, asked), linked)
    assert (page.status, page.path) == (200, "cases?status=open")
    assert cookie_of(user) not in (None, before)
    assert linked in user.open("/account").text


def test_it_works_with_every_address_given_the_secret_in_the_body_and_the_claim_from_userinfo(
    door, browser, real, set_up, somebody, number
):
    addresses = {
        f"{name}_URL": f"{real.issuer}/{path}"
        for name, path in {"AUTHORIZE": "auth", "TOKEN": "token", "JWKS": "jwks", "USERINFO": "me"}.items()
    }
    set_up(
        **addresses, DISCOVERY_URL="", CLIENT_ID="songtor-post", CLIENT_AUTH="client_secret_post",
        SCOPES="openid pid", SUBJECT_CLAIM="pid",
    )  # fmt: skip
    assert identities.link(door.runtime("web"), real.issuer, number, somebody, "admin")
    user = browser()
    assert sign_in(user, number).heading == "งานของฉัน"
    assert somebody in user.open("/account").text


def test_the_button_says_what_the_provider_is_called(browser, set_up):
    visitor = browser()
    assert "เข้าสู่ระบบด้วย ไทยดี" in visitor.open("/sign-in").text
    visitor.http.cookies.set("language", "en")
    assert "Sign in with ThaiD" in visitor.open("/sign-in").text


def test_somebody_whom_nobody_linked_is_told_so_and_may_sign_in_otherwise(browser, set_up, somebody):
    visitor = browser()
    page = sign_in(visitor, "who-is-this", "/cases")
    assert page.status == 409 and "ยังไม่มีบัญชีที่เปิดใช้งานในระบบนี้เชื่อมกับบัญชีของคุณที่ ไทยดี" in page.errors[""]
    assert visitor.open("/account").path.startswith("sign-in")
    browser(somebody)  # has a password now
    assert visitor.send(page, user=somebody, password=PASSWORD).path == "cases"


def test_a_closed_account_is_as_if_nobody_had_linked_it(door, browser, linked):
    with door.runtime("web").database.write() as db:
        accounts.close(db, linked)
    assert sign_in(browser(), linked).errors == sign_in(browser(), "who-is-this").errors


def test_who_cancels_there_is_told_so_in_our_words(browser, linked):
    visitor = browser()
    page = name_oneself(visitor, leave(visitor, visitor.open("/sign-in")), linked, "no")
    assert page.errors == {"": "การเข้าสู่ระบบที่ ไทยดี ถูกยกเลิก โปรดลองอีกครั้ง"}
    assert "cancelled" not in page.raw and "code=" not in page.url


# -- the way back --------------------------------------------------------------------------------------------------


def way_back(browser: Browser, address: str, name: str) -> str:
    """The address by which the provider sends this browser back, not yet opened."""
    there = browser.open(address)
    [form] = there.tree.forms
    answer = browser.http.post(
        urljoin(there.url, form.get("action")), data={"login": name, "answer": "yes"}, allow_redirects=False
    )
    while "/sign-in/oidc/callback" not in answer.headers["Location"]:
        answer = browser.http.get(urljoin(answer.url, answer.headers["Location"]), allow_redirects=False)
    return str(answer.headers["Location"])


def test_a_way_back_is_of_use_in_the_browser_that_set_out_and_once(browser, linked):
    user, thief = browser(), browser()
    thief.open("/sign-in")
    back = way_back(user, leave(user, user.open("/sign-in")), linked)
    stolen = thief.open(back)
    assert stolen.status == 409 and "เบราว์เซอร์อื่น" in stolen.errors[""]
    assert thief.open("/account").path.startswith("sign-in")
    assert user.open(back).heading == "งานของฉัน"
    user.send(user.open("/account"), "/sign-out")
    again = user.open(back)
    assert again.status == 409 and user.open("/account").path.startswith("sign-in")


def test_who_is_signed_in_and_goes_back_stays_signed_in(browser, linked):
    user = browser()
    back = way_back(user, leave(user, user.open("/sign-in")), linked)
    user.open(back)
    before = cookie_of(user)
    assert user.open(back).heading == "งานของฉัน" and cookie_of(user) == before


def test_after_ten_minutes_it_begins_again(door, browser, linked):
    user = browser()
    back = way_back(user, leave(user, user.open("/sign-in")), linked)
    with door.runtime("web").database.write() as db:
        db.execute(update(authorization_request).values(expires_at=door.runtime("web").now().isoformat()))
    assert "10 นาที" in user.open(back).errors[""]
    leave(user, user.open("/sign-in"))
    assert len(rows(door, authorization_request)) == 1  # the older ones are gone


@pytest.mark.parametrize("asked", ["?state=x&code=x", "?state=x&error=access_denied", "?state=ก"])
def test_a_way_back_that_nobody_set_out_on_leads_to_the_page_to_sign_in(browser, set_up, asked):
    page = browser().open(f"/sign-in/oidc/callback{asked}")
    assert (page.status, page.path) == (409, "sign-in/oidc?state=stale")
    assert "เบราว์เซอร์อื่น" in page.errors[""]


@pytest.mark.parametrize("path", ["/sign-in/oidc/callback?code=x", "/sign-in/oidc/callback", "/sign-in/oidc"])
def test_an_address_without_a_state_is_no_way_back(browser, set_up, path):
    page = browser().open(path)
    assert (page.status, page.path) == (200, "sign-in")


def test_an_address_beyond_ours_is_not_gone_on_to(browser, linked):
    user = browser()
    page = user.send(user.open("/sign-in"), "/sign-in/oidc", next="https://evil.example/")
    arrived = name_oneself(user, page.tree.xpath("//main//a/@href")[0], linked)
    assert arrived.path == "work"


def test_no_other_site_sets_anybody_on_the_way(door, browser, set_up):
    visitor = browser()
    fields = dict(visitor.open("/sign-in").form("/sign-in/oidc").form_values())
    other = visitor.post("/sign-in/oidc", fields, headers={"Sec-Fetch-Site": "cross-site"})
    forged = visitor.post("/sign-in/oidc", fields | {"csrf": "x"})
    assert (other.status, forged.status) == (403, 403)
    assert not {"Refresh"} & ({*other.answer.headers} | {*forged.answer.headers})


# -- what was typed is kept ----------------------------------------------------------------------------------------


@pytest.fixture
def interrupted(door, browser, linked):
    """A browser whose session ended before a form was sent: (browser, the page that asks to sign in)."""
    user = browser(linked)
    form = user.open("/cases/new/person?danger=none")
    with door.runtime("web").database.write() as db:
        db.execute(
            update(sessions.session)
            .where(sessions.session.c.user_name == linked)
            .values(seen_at="2026-01-01T00:00:00.000000Z")
        )
    page = user.send(form, note="มากับน้องสาว")
    assert page.status == 401
    return user, page


def test_a_form_whose_session_had_ended_comes_back_to_whom_it_belongs(browser, linked, interrupted):
    user, asked = interrupted
    page = name_oneself(user, leave(user, asked), linked)
    assert page.tree.xpath("//textarea[@name='note']")[0].text.strip() == "มากับน้องสาว"
    assert "code=" not in page.url


def test_it_is_not_lost_when_signing_in_fails_on_the_way(browser, linked, interrupted):
    user, asked = interrupted
    failed = name_oneself(user, leave(user, asked), "who-is-this")
    assert failed.form().fields["user"] == linked
    page = user.send(failed, "/sign-in", user=linked, password=PASSWORD)
    assert page.tree.xpath("//textarea[@name='note']")[0].text.strip() == "มากับน้องสาว"


def test_nobody_else_gets_it(door, browser, real, interrupted, somebody):
    user, asked = interrupted
    other = f"other-{uuid4().hex[:8]}"
    door.add(other, "worker", ("60",))
    assert identities.link(door.runtime("web"), real.issuer, other, other, "admin")
    page = name_oneself(user, leave(user, asked), other)
    assert page.heading == "งานของฉัน" and "มากับน้องสาว" not in page.raw


def test_what_is_not_ours_is_not_kept(door, browser, set_up):
    visitor = browser()
    leave(visitor, visitor.open("/sign-in"), keep="ข" * 100_000, next="/" + "x" * 100_000)
    assert len(under_way(door, visitor)["sealed"]) < 1000


# -- the session ---------------------------------------------------------------------------------------------------


def test_whom_the_provider_knows_need_not_replace_a_password_they_never_used(door, browser, linked):
    with door.runtime("web").database.write() as db:
        passwords.keep(db, linked, HASH, temporary=True)
    assert sign_in(browser(), linked).heading == "งานของฉัน"
    by_password = browser()
    assert by_password.sign_in(linked).path == "password"


def test_the_session_is_one_as_any_other(door, browser, linked):
    user = browser()
    sign_in(user, linked)
    door.add(linked, "director", ("60",))
    assert user.open("/account").path.startswith("sign-in")


# -- one's own account ---------------------------------------------------------------------------------------------


@pytest.fixture
def user(browser, set_up, somebody):
    return browser(somebody)


def test_a_user_links_their_own_account_and_undoes_it(door, browser, user, somebody):
    page = user.open("/account/identity")
    done = name_oneself(user, leave(user, page, "/account/identity", password=PASSWORD), somebody)
    assert done.path == "account" and "เชื่อมบัญชีของคุณแล้ว" in done.text
    assert f"โดย {somebody}" in user.open("/account/identity").text
    assert sign_in(browser(), somebody).heading == "งานของฉัน"
    undone = user.send(user.open("/account/identity"), "/account/identity/unlink")
    assert "ยกเลิกการเชื่อมบัญชีของคุณแล้ว" in undone.text
    assert "ยังไม่มีบัญชี" in sign_in(browser(), somebody).errors[""]
    assert user.open("/account").path == "account"


def test_linking_asks_for_the_password_and_the_provider_who_is_there_now(user):
    page = user.open("/account/identity")
    wrong = user.send(page, password="ไม่ใช่")
    assert wrong.errors == {"password": "รหัสผ่านของคุณในระบบนี้ – รหัสผ่านไม่ถูกต้อง โปรดลองอีกครั้ง"}
    assert "Refresh" not in wrong.answer.headers
    assert "prompt=login" in leave(user, page, "/account/identity", password=PASSWORD)


def test_an_identity_belongs_to_one_account(door, browser, real, user, somebody):
    theirs = f"of-another-{uuid4().hex[:8]}"
    assert identities.link(door.runtime("web"), real.issuer, theirs, "worker-61", "admin")
    address = leave(user, user.open("/account/identity"), "/account/identity", password=PASSWORD)
    page = name_oneself(user, address, theirs)
    assert page.path.startswith("account/identity") and "เชื่อมกับบัญชีอื่นในระบบนี้อยู่แล้ว" in page.errors[""]
    assert "ยังไม่ได้เชื่อมบัญชี" in user.open("/account/identity").text


def test_the_way_back_of_linking_is_of_use_to_who_set_out_only(door, browser, user, somebody):
    address = leave(user, user.open("/account/identity"), "/account/identity", password=PASSWORD)
    back = way_back(user, address, somebody)
    before = rows(door, identities.identity)
    stranger = browser("worker-61")
    stranger.open(back)
    user.send(user.open("/account"), "/sign-out")
    assert user.open(back).status == 409
    assert rows(door, identities.identity) == before


def test_who_cancels_linking_is_told_so_on_the_same_page(user, somebody):
    address = leave(user, user.open("/account/identity"), "/account/identity", password=PASSWORD)
    page = name_oneself(user, address, somebody, "no")
    assert page.path.startswith("account/identity") and "ถูกยกเลิก" in page.errors[""]


def test_whoever_has_no_password_keeps_the_link(door, browser, linked):
    user = browser()
    sign_in(user, linked)
    refused = user.send(user.open("/account/identity"), "/account/identity/unlink")
    assert refused.status == 409 and "ยังไม่มีรหัสผ่าน" in refused.errors[""]
    assert sign_in(browser(), linked).heading == "งานของฉัน"


# -- the administrator ---------------------------------------------------------------------------------------------


@pytest.fixture
def by_number(set_up):
    """Citizen numbers say who somebody is."""
    set_up(SCOPES="openid pid", SUBJECT_CLAIM="pid")


def test_an_administrator_links_an_account_by_its_users_citizen_number(
    door, browser, by_number, somebody, number
):
    admin = browser("admin")
    typed = idcard.pretty(number).translate(str.maketrans("0123456789", "๐๑๒๓๔๕๖๗๘๙"))
    page = admin.send(admin.open(f"/users/{somebody}/identity"), subject=typed)
    assert page.path == f"users/{somebody}" and "เชื่อมบัญชีแล้ว" in page.text
    user = browser()
    assert sign_in(user, number).heading == "งานของฉัน" and somebody in user.open("/account").text
    assert not [row for table in metadata.tables.values() for row in rows(door, table) if number in str(row)]
    admin.send(admin.open(f"/users/{somebody}/identity"), f"/users/{somebody}/identity/unlink")
    assert user.open("/account").path.startswith("sign-in")
    assert "ยังไม่มีบัญชี" in sign_in(browser(), number).errors[""]


@pytest.mark.parametrize(
    "number, said",
    [("1-6099-00123-45-3", "หลักตรวจสอบ"), ("12345", "13 หลัก"), ("somebody", "13 หลัก"), ("", "กรอก")],
)
def test_a_number_that_cannot_be_is_refused_at_its_field(browser, by_number, somebody, number, said):
    admin = browser("admin")
    page = admin.send(admin.open(f"/users/{somebody}/identity"), subject=number)
    assert page.status == 422 and said in page.errors["subject"]


def test_another_accounts_identity_cannot_be_given(door, browser, linked):
    other = f"other-{uuid4().hex[:8]}"
    door.add(other, "worker", ("60",))
    admin = browser("admin")
    page = admin.send(admin.open(f"/users/{other}/identity"), subject=f" {linked} ")
    assert (
        page.status == 422
        and "เชื่อมกับบัญชีอื่นอยู่แล้ว" in page.errors["subject"]
        and linked not in page.errors["subject"]
    )


def test_an_account_has_one_identity_and_another_takes_its_place(browser, set_up, somebody):
    admin = browser("admin")
    form = admin.open(f"/users/{somebody}/identity")
    admin.send(form, subject=f"{somebody}-1")
    admin.send(form, subject=f"{somebody}-2")  # from another tab
    assert sign_in(browser(), f"{somebody}-1").status == 409
    assert sign_in(browser(), f"{somebody}-2").status == 200


def test_only_what_an_administrator_types_is_made_even(door, browser, real, set_up, somebody):
    """The provider's own word counts as it stands: two subjects that look alike are two."""
    admin = browser("admin")
    admin.send(admin.open(f"/users/{somebody}/identity"), subject="som.chai")
    assert sign_in(browser(), "som.chai").status == 200
    for alike in ("somchai", "Som.Chai", "som.chai "):
        assert sign_in(browser(), alike).status == 409, alike


def test_closing_an_account_undoes_its_link(door, browser, linked):
    admin = browser("admin")
    admin.send(admin.open(f"/users/{linked}/close"))
    assert not [row for row in rows(door, identities.identity) if row["user_name"] == linked]
    assert admin.open(f"/users/{linked}/identity").status == 404


# -- nothing is told -----------------------------------------------------------------------------------------------


def test_no_code_token_or_subject_is_in_a_log_a_figure_or_the_database(
    door, browser, by_number, number, caplog
):
    caplog.set_level(logging.DEBUG)
    user = browser()
    back = way_back(user, leave(user, user.open("/sign-in")), number)
    code, state = (
        requests.utils.unquote(back.split(f"{name}=")[1].split("&")[0]) for name in ("code", "state")
    )
    assert user.open(back).status == 409
    stored = str([rows(door, table) for table in metadata.tables.values()])
    figures = door.get("/metrics", user=None).text
    for secret in (code, state, number, provider.SECRET):
        assert secret not in told(caplog) and secret not in figures and secret not in stored


def test_a_way_there_is_bound_to_its_cookie_and_sealed(door, browser, set_up):
    visitor = browser()
    leave(visitor, visitor.open("/sign-in?next=/cases?status%3Dopen"))
    assert "cases" not in str(under_way(door, visitor))
    assert authorization_requests.LIFETIME.total_seconds() == 600


def test_who_signs_in_by_the_provider_is_asked_for_no_second_step_of_ours_nor_made_to_have_one(
    door, browser, linked, monkeypatch
):
    runtime = door.runtime("web")
    must = dataclasses.replace(runtime.settings, second_factor=frozenset({"worker"}))
    monkeypatch.setattr(runtime, "settings", must)
    user = browser()
    assert sign_in(user, linked).path == "work"
    assert "second-factor" not in user.open("/account").raw
    assert user.open("/second-factor").path == "account", "without a password there is no second step"
    with runtime.database.write() as db:
        passwords.keep(db, linked, HASH, temporary=False)
    assert user.open("/work").path == "work"
    assert browser().sign_in(linked).path == "second-factor"
    Phone.turned_on(door, user, linked)
    other = browser()
    assert sign_in(other, linked).path == "work"
    assert browser().sign_in(linked).path == "sign-in/code"
