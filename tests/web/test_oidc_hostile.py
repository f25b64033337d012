"""What no right provider does: nobody is signed in by it, they are told so in our words, and nothing of it is shown or
kept."""

import dataclasses
import logging
from typing import Any
from uuid import uuid4

import eventlet
import pytest
from eventlet.event import Event
from werkzeug.wrappers import Response

from services.kernel.envelope import instant
from services.web.identity import identities, oidc
from tests.web.browser import Browser, Page
from tests.web.hostile import told
from tests.web.pretender import SECRET, Pretender, half_hash, new_key, signed, signed_with, unsigned

SAID = {
    "untrusted": "ตรวจสอบความถูกต้องของคำตอบจาก ไทยดี ไม่ได้",
    "refused": "เข้าสู่ระบบด้วย ไทยดี ไม่สำเร็จ",
    "unreachable": "ขณะนี้ติดต่อ ไทยดี ไม่ได้",
    "no_subject": "ไทยดี ไม่ได้แจ้งว่าคุณเป็นใคร",
}
OTHER_KEY = new_key()


@pytest.fixture(scope="module")
def running():
    pretender = Pretender()
    yield pretender
    pretender.stop()


@pytest.fixture
def set_up(door, running, monkeypatch):
    """`set_up(subject_claim="pid" …)`: the system with the pretender as its provider; nothing of it is remembered."""

    def set_up(**more):
        oidc.relying_party.cache_clear()
        runtime = door.runtime("web")
        provider = running.settings(**more)
        monkeypatch.setattr(runtime, "settings", dataclasses.replace(runtime.settings, provider=provider))

    return set_up


@pytest.fixture
def pretender(door, running, set_up):
    """As a right provider at first, at which a user of the test's own signs in."""
    running.behave()
    running.subject = f"user-{uuid4().hex[:8]}"
    door.add(running.subject, "worker", ("60",))
    set_up()
    assert identities.link(door.runtime("web"), running.issuer, running.subject, running.subject, "admin")
    return running


def start(browser: Browser) -> Page:
    return browser.send(browser.open("/sign-in?next=/cases"), "/sign-in/oidc")


def sign_in(browser: Browser) -> Page:
    return browser.open(start(browser).tree.xpath("//main//a/@href")[0])


def refused(browser: Browser, page: Page, why: str) -> None:
    assert page.status == 409 and SAID[why] in page.errors[""], page.text
    assert page.path.startswith("sign-in/oidc?state=") and "the-code" not in page.url
    assert page.form().fields["next"] == "/cases"
    assert browser.open("/account").path.startswith("sign-in")


def changed(**values: Any):
    """Other claims; None: not there."""

    def change(claims: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in {**claims, **values}.items() if value is not None}

    return change


def later(seconds: int, *names: str):
    return lambda claims: claims | {name: claims[name] + seconds for name in names}


def test_a_right_answer_is_taken(browser, pretender):
    user = browser()
    assert sign_in(user).path == "cases"
    assert pretender.prompt is None
    assert pretender.asked == ["/auth/", "/token/", "/jwks/"]


def test_nothing_is_asked_before_the_button_is_pressed(browser, pretender, set_up):
    set_up(discovery_url=f"{pretender.issuer}/discovery/", authorize_url=None, token_url=None, jwks_url=None)
    visitor = browser()
    for path in ("/sign-in", "/sign-in/oidc", "/sign-in/oidc/callback?code=x&state=y"):
        visitor.open(path)
    assert pretender.asked == []
    start(visitor)
    assert pretender.asked == ["/discovery/"]


@pytest.mark.parametrize(
    "claims",
    [
        changed(nonce="another"), changed(nonce=None), changed(nonce=""), changed(aud="another"),
        changed(aud=["another"]),
        changed(aud=None), changed(aud=[]), changed(aud=["songtor", "another"]),
        changed(aud=["songtor", "another"], azp="another"),
        changed(azp="another"), changed(iss="https://another.example"), changed(iss=None), changed(iss=["x"]),
        changed(exp=None),
        changed(exp="x"), changed(iat=None), changed(exp=float("nan")), changed(sub=None), changed(sub=7),
        changed(at_hash=half_hash("another token")), later(-361, "iat", "exp"), later(61, "iat"),
        changed(nbf=9999999999),
    ],
)  # fmt: skip
def test_a_token_that_is_not_for_us_and_this_request_now_is_not_believed(browser, pretender, claims):
    pretender.claims = claims
    visitor = browser()
    refused(visitor, sign_in(visitor), "untrusted")


@pytest.mark.parametrize(
    "claims",
    [
        changed(aud=["songtor"]), changed(aud=["songtor", "another"], azp="songtor"),
        changed(at_hash=half_hash("the-access-token")),
        later(-359, "iat", "exp"), later(50, "iat"),
    ],
)  # fmt: skip
def test_what_the_standard_allows_is_taken(browser, pretender, claims):
    pretender.claims = claims
    assert sign_in(browser()).path == "cases"


FORGED = {
    "none": lambda claims, _: unsigned(claims),
    "none, with a signature": lambda claims, _: unsigned(claims) + "c2lnbmVk",
    "another key": lambda claims, _: signed(claims, OTHER_KEY),
    "an unknown key": lambda claims, _: signed(claims, new_key("unknown")),
    "our secret": lambda claims, _: signed_with(SECRET.encode(), claims),
    "the public key": lambda claims, theirs: signed_with(theirs.published.as_pem(private=False), claims),
    "not agreed on": lambda claims, theirs: signed(claims, theirs.key, "PS256"),
    "changed": lambda claims, theirs: signed(claims, theirs.key)[:-4] + "AAAA",
    "no token": lambda claims, _: "no token",
    "empty": lambda claims, _: "",
    "null": lambda claims, _: None,
    "an object": lambda claims, _: {"alg": "none"},
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED)
def test_a_signature_that_is_not_the_providers_is_not_believed(browser, pretender, sign):
    pretender.sign = lambda claims: sign(claims, pretender)
    visitor = browser()
    refused(visitor, sign_in(visitor), "untrusted")


def test_a_token_without_a_key_id_is_read_with_the_only_key(browser, pretender):
    bare = new_key()
    pretender.published = bare
    pretender.key = type(bare).import_key({k: v for k, v in bare.as_dict(private=True).items() if k != "kid"})
    assert sign_in(browser()).path == "cases"


def test_an_answer_without_a_token_of_identity_signs_nobody_in(browser, pretender):
    pretender.token = changed(id_token=None)
    visitor = browser()
    refused(visitor, sign_in(visitor), "untrusted")


def test_keys_are_remembered_and_asked_for_once_more_when_one_is_unknown(browser, pretender):
    sign_in(browser())
    sign_in(browser())
    assert pretender.asked.count("/jwks/") == 1
    pretender.key = pretender.published = new_key("second")
    assert sign_in(browser()).path == "cases"
    assert pretender.asked.count("/jwks/") == 2
    pretender.key = new_key("third")  # never published
    sign_in(browser())
    assert pretender.asked.count("/jwks/") == 3


def test_the_answer_must_come_from_the_provider_that_was_asked(browser, pretender):
    pretender.sent_back = {"iss": "https://another.example"}
    visitor = browser()
    refused(visitor, sign_in(visitor), "untrusted")
    assert "/token/" not in pretender.asked


@pytest.mark.parametrize(
    "sent, why",
    [
        ({"code": "another-code"}, "refused"),
        ({"code": ""}, "refused"),
        ({"error": "server_error", "error_description": "<script>alert(1)</script>"}, "refused"),
        ({"code": "", "error": "<b>x</b>", "error_uri": "https://evil.example"}, "refused"),
    ],
)
def test_what_the_provider_says_of_an_error_is_not_shown(browser, pretender, sent, why):
    pretender.sent_back = sent
    visitor = browser()
    page = sign_in(visitor)
    refused(visitor, page, why)
    assert not any(text in page.raw for text in ("alert(1)", "<b>", "evil.example", "server_error"))


def html() -> Response:
    return Response("<p>Welcome", content_type="text/html")


def elsewhere() -> Response:
    return Response(status=307, headers={"Location": "http://127.0.0.1:9/"})


@pytest.mark.parametrize(
    "answer", [html, elsewhere, lambda: Response("[]"), lambda: Response("{}", 500), lambda: Response("x", 503)],
    ids=["html", "elsewhere", "a list", "500", "503"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["token", "jwks", "discovery"])
def test_an_answer_that_is_none_is_said_as_no_answer(browser, pretender, set_up, path, answer):
    if path == "discovery":
        set_up(discovery_url=f"{pretender.issuer}/discovery/", token_url=None)
    pretender.answers[path] = answer
    visitor = browser()
    refused(visitor, sign_in(visitor), "unreachable")


def test_a_provider_that_is_not_there_is_said_on_the_page_to_sign_in(browser, pretender, set_up):
    nowhere = "http://127.0.0.1:9"
    set_up(discovery_url=f"{nowhere}/discovery/", authorize_url=None)
    visitor = browser()
    refused(visitor, start(visitor), "unreachable")


@pytest.mark.parametrize(
    "discovery, why",
    [
        ({"issuer": "https://another.example"}, "untrusted"),
        ({"token_endpoint": "http://another.example/token"}, "untrusted"),
        ({"authorization_endpoint": "javascript:alert(1)"}, "untrusted"),
        ({"jwks_uri": 7}, "untrusted"),
        ({"authorization_endpoint": None}, "unreachable"),
    ],
)
def test_what_a_provider_says_of_itself_must_fit_the_settings(browser, pretender, set_up, discovery, why):
    set_up(discovery_url=f"{pretender.issuer}/discovery/", authorize_url=None, token_url=None, jwks_url=None)
    pretender.discovery = discovery
    visitor = browser()
    refused(visitor, start(visitor), why)


# -- who somebody is -----------------------------------------------------------------------------------------------


def test_the_claim_may_be_in_the_token_or_in_userinfo(door, browser, pretender, set_up):
    set_up(subject_claim="pid", userinfo_url=f"{pretender.issuer}/userinfo/")
    assert identities.link(door.runtime("web"), pretender.issuer, "1609900123452", pretender.subject, "admin")
    pretender.userinfo = {"pid": 1609900123452}
    assert sign_in(browser()).path == "cases"
    pretender.claims = changed(pid="1609900123452")
    pretender.asked.clear()
    assert sign_in(browser()).path == "cases" and "/userinfo/" not in pretender.asked


@pytest.mark.parametrize(
    "userinfo, why",
    [
        ({}, "no_subject"), ({"pid": ""}, "no_subject"), ({"pid": None}, "no_subject"), ({"pid": True}, "no_subject"),
        ({"pid": ["x"]}, "no_subject"), ({"pid": "x" * 256}, "no_subject"),
        ({"pid": "x", "sub": "another"}, "untrusted"),
    ],
)  # fmt: skip
def test_without_a_usable_claim_nobody_is_signed_in(browser, pretender, set_up, userinfo, why):
    set_up(subject_claim="pid", userinfo_url=f"{pretender.issuer}/userinfo/")
    pretender.userinfo = userinfo
    visitor = browser()
    refused(visitor, sign_in(visitor), why)


def test_a_claim_that_is_nowhere_is_said(browser, pretender, set_up):
    set_up(subject_claim="pid")
    visitor = browser()
    refused(visitor, sign_in(visitor), "no_subject")


def test_another_providers_subject_of_the_same_name_is_somebody_else(door, browser, pretender):
    runtime = door.runtime("web")
    with runtime.database.write() as db:
        identities.unlink(db, pretender.issuer, pretender.subject, "admin", instant(runtime.now()))
    assert identities.link(runtime, "https://another.example", pretender.subject, pretender.subject, "admin")
    assert sign_in(browser()).status == 409


# -- waiting -------------------------------------------------------------------------------------------------------


def test_others_are_served_while_the_provider_does_not_answer_and_it_is_given_up_in_time(
    door, browser, pretender, monkeypatch
):
    asked, go_on = Event(), Event()

    def never() -> Response:
        asked.send()
        go_on.wait()
        return html()

    pretender.answers["token"] = never
    visitor = browser()
    waiting = eventlet.spawn(sign_in, visitor)
    asked.wait()
    assert browser("worker-60").open("/account").status == 200
    assert not waiting.dead
    waiting.kill()
    go_on.send()

    monkeypatch.setattr(oidc, "SECONDS", 0.05)
    asked, go_on = Event(), Event()
    refused(visitor, sign_in(visitor), "unreachable")
    go_on.send()


@pytest.mark.parametrize(
    "behaviour, line",
    [
        ({"claims": changed(nonce="another")}, "untrusted (InvalidClaimError)"),
        ({"sent_back": {"code": "another-code"}}, "refused (invalid_grant)"),
        ({"sent_back": {"error": "สมชาย"}}, "refused (another error)"),
        ({"answers": {"token": html}}, "unreachable (ValueError)"),
    ],
)
def test_a_log_says_why_and_nothing_else(browser, pretender, caplog, behaviour, line):
    caplog.set_level(logging.DEBUG)
    for name, value in behaviour.items():
        setattr(pretender, name, value)
    sign_in(browser())
    [found] = [record for record in caplog.records if record.name == "services.web.pages.account.oidc"]
    assert found.getMessage() == f"sign-in by the provider: {line}"
    for secret in (
        "the-code",
        "another-code",
        "the-access-token",
        SECRET,
        pretender.subject,
        pretender.nonce,
    ):
        assert secret not in told(caplog)
