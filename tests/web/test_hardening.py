"""Odd addresses, methods, headers and cookies: every one has its answer, and none of them leads anywhere else."""

import dataclasses
import re
import socket

import pytest
import requests

from services.kernel.settings import BadSetting, read
from services.web.pages.frame import visit
from services.web.service import APPLICATION
from tests.web.hostile import TEXTS, harmless, told
from tests.web.sent import Sent

PAGES = [rule for rule in APPLICATION.url_map.iter_rules() if rule.endpoint.startswith("pages.")]
LISTS = (
    "/cases",
    "/partners",
    "/dashboard",
    "/dashboard/behind",
    "/work",
    "/users",
    "/sign-in",
    "/cases/new/person",
)
PARAMETERS = (
    "cursor",
    "limit",
    "after",
    "q",
    "status",
    "province",
    "kind",
    "centre",
    "year",
    "from",
    "to",
    "figure",
    "value",
    "next",
)


def raw(door, request: bytes) -> bytes:
    """What a request that no library would make is answered."""
    with socket.create_connection(door.settings.http, timeout=20) as plain:
        plain.sendall(request)
        plain.shutdown(socket.SHUT_WR)
        answer = b""
        while part := plain.recv(65536):
            answer += part
        return answer


@pytest.mark.parametrize("path", LISTS)
def test_odd_questions_in_an_address_are_answered_calmly(browser, path):
    reader = browser("admin" if path == "/users" else "director-60")
    for text in TEXTS.values():
        page = reader.open(path, params=[(name, text[:50]) for name in PARAMETERS])
        harmless(page)
        assert page.status in (200, 400, 403, 404, 422), (path, text[:40], page.status)
    for name in PARAMETERS:
        harmless(reader.open(path, params=[(name, "-1"), (name, "garbage")]))


@pytest.mark.parametrize("rule", PAGES, ids=lambda rule: rule.endpoint)
def test_a_method_that_a_page_does_not_have_is_said_with_those_it_has(door, rule):
    path = re.sub(
        r"<[^>]*>", "0b2f1c7e-0000-4000-8000-000000000000", re.sub(r"<any\(\W?(\w+)[^<]*>", r"\1", rule.rule)
    )
    answer = requests.delete(door.address + path, timeout=20)
    assert answer.status_code == 405 and answer.headers["Content-Type"].startswith("text/html"), answer.text
    assert rule.methods <= {*answer.headers["Allow"].split(", ")}
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("method", ["PROPFIND", "TRACE", "CONNECT", "GETS", "x" * 300])
def test_a_method_nobody_has_is_answered_and_becomes_no_figure(door, method):
    for path in ("/sign-in", "/api/v1/cases", "/static/x", "/nothing"):
        assert requests.request(method, door.address + path, timeout=20).status_code in (400, 404, 405, 414)
    assert method not in door.get("/metrics", user=None).text


def test_head_and_options_tell_without_a_body(door):
    for path in ("/sign-in", "/health", "/api/openapi.json"):
        head = requests.head(door.address + path, timeout=20)
        assert head.status_code == 200 and head.content == b""
        options = requests.options(door.address + path, timeout=20)
        assert options.status_code == 200 and "GET" in options.headers["Allow"]


@pytest.mark.parametrize(
    "path",
    [
        "/%0a", "/cases%0d%0aSet-Cookie:%20a=b", "//evil.example/", "//evil.example/%2e%2e", "/cases//new",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../service.py", "/static/%2e%2e%2fservice.py", "/static/..%252f..%252fservice.py", "/static/%00",
        "/static//etc/passwd",
        "/cases/%2561", "/cases/%25252e", "/partners/%F0%9F%98%80", "/%ff%fe", "/cases/" + "a" * 4000, "/.git/config",
        "/\\evil.example",
    ],
)  # fmt: skip
def test_an_odd_address_leads_nowhere(door, path):
    answer = raw(
        door, f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode("latin-1")
    )
    head, _, body = answer.partition(b"\r\n\r\n")
    assert re.match(rb"HTTP/1\.1 (302|400|404|414) ", head), head
    assert (
        b"\r\nLocation: http" not in head
        and b"\r\nLocation: //" not in head
        and b"\r\nSet-Cookie: a=b" not in head
    )
    assert b"nosniff" in head or b" 400 " in head or b" 414 " in head
    assert b"import " not in body and b"root:" not in body


@pytest.mark.parametrize(
    "target",
    [
        "//evil.example", "https://evil.example", "/\\evil.example", "\\\\evil.example", "/%0d%0aSet-Cookie:a=b",
        "/\r\nSet-Cookie: a=b",
        "javascript:alert(1)", "/\tevil", "///evil.example", "http:evil.example", "/ก\u202e", "\x01//evil.example",
        " //evil.example",
    ],
)  # fmt: skip
def test_going_on_stays_here(door, browser, target):
    user = browser("worker-60")
    answer = user.http.get(f"{door.address}/language/en", params={"next": target}, allow_redirects=False)
    signed = user.http.post(
        f"{door.address}/sign-in", params={"next": target},
        data={"csrf": user.open("/sign-in").form().fields["csrf"], "user": "worker-60", "password": "x",
            "next": target},
    )  # fmt: skip
    location = answer.headers["Location"]
    assert (
        location.startswith("/")
        and not location.startswith(("//", "/\\"))
        and "evil" not in location.partition("/")[0]
    )
    assert "a=b" not in str(answer.cookies) and signed.status_code == 409


@pytest.mark.parametrize(
    "cookie", ["", "x" * 43, "x" * 5000, "ก" * 43, '"; Path=/', "\x7f" * 43, "songtor", "%00" * 15]
)
def test_a_cookie_of_nobody_is_nobodys(door, cookie):
    for name in ("songtor", "answer", "language", "__Host-songtor"):
        headers = {"Cookie": f"{name}={cookie}".encode()}
        answer = requests.get(f"{door.address}/account", headers=headers, timeout=20, allow_redirects=False)
        assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"), answer.text


@pytest.mark.parametrize("value", ["bytes=0-10", "bytes=5-2", "bytes=-1", "lines=1", "bytes=0-1,2-3," * 500])
def test_a_part_of_a_file_may_be_asked_for(browser, value):
    visitor = browser()
    [style] = visitor.open("/sign-in").tree.xpath('//link[@rel="stylesheet"]/@href')
    assert visitor.http.get(visitor.address + style, headers={"Range": value}).status_code in (200, 206, 416)


def test_an_answer_tells_no_program_and_keeps_nothing(door, browser):
    reader = browser("worker-60")
    for path in ("/work", "/cases", "/partners", "/account", "/dashboard", "/nothing"):
        headers = reader.open(path).answer.headers
        assert "Server" not in headers and "X-Powered-By" not in headers
        assert headers["Cache-Control"] == "no-store" and headers["Referrer-Policy"] == "same-origin", path


# -- behind TLS ----------------------------------------------------------------------------------------------------


@pytest.fixture
def public(door, monkeypatch):
    """The system as set up for https://songtor.example."""
    runtime = door.runtime("web")
    set_up = dataclasses.replace(runtime.settings, public_url="https://songtor.example")
    monkeypatch.setattr(runtime, "settings", set_up)
    return door


def test_over_tls_cookies_are_bound_to_the_site_and_browsers_stay_with_tls(public):
    answer = requests.get(f"{public.address}/sign-in", timeout=20)
    assert re.search(
        r"__Host-songtor=\S{43}; Secure; HttpOnly; Path=/; SameSite=Lax$", answer.headers["Set-Cookie"]
    )
    assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    planted = {"Cookie": f"songtor={'x' * 43}"}
    assert (
        "__Host-songtor="
        in requests.get(f"{public.address}/sign-in", headers=planted, timeout=20).headers["Set-Cookie"]
    )


def test_without_tls_nothing_promises_it(door):
    answer = requests.get(f"{door.address}/sign-in", timeout=20)
    assert "Strict-Transport-Security" not in answer.headers and "Secure" not in answer.headers["Set-Cookie"]


def test_a_partners_link_names_the_public_address_whatever_host_was_asked(door, browser, monkeypatch):
    worker, world = browser("worker-60"), door.world()
    form = worker.open(f"/referrals/{world.referral_id}/link")
    runtime = door.runtime("web")
    set_up = dataclasses.replace(runtime.settings, public_url="http://songtor.example")
    monkeypatch.setattr(runtime, "settings", set_up)
    fields, cookies = [*form.form().form_values()], f"songtor={worker.http.cookies['songtor']}"
    made = worker.post(
        f"/referrals/{world.referral_id}/link", fields, headers={"Host": "evil.example", "Cookie": cookies}
    )
    assert made.status == 200 and "evil.example" not in made.raw
    assert made.tree.xpath("//textarea")[0].text.strip().startswith("http://songtor.example/answer/")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "[::1", "", "evil.example:8000"])
@pytest.mark.parametrize("path", ["/sign-in", "/api/v1/cases", "/health"])
def test_while_no_public_address_is_set_only_this_machines_own_hosts_are_answered(door, host, path):
    said = raw(door, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert said.startswith(b"HTTP/1.1 400 "), said
    assert (b"SONGTOR_PUBLIC_URL" in said or path == "/sign-in") and b"Location" not in said
    assert b"evil" not in said


def test_this_machines_own_hosts_are_answered(door):
    for host in ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80", door.runtime("web").settings.http[0]):
        said = raw(door, f"GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        assert said.startswith(b"HTTP/1.1 200 "), said


@pytest.mark.parametrize(
    "wrong", ["songtor.example", "ftp://x", "https://x/path", "https://x y", "https://", "javascript:x"]
)
def test_a_public_address_is_checked_at_the_start(wrong):
    with pytest.raises(BadSetting, match="SONGTOR_PUBLIC_URL"):
        read({"SONGTOR_PUBLIC_URL": wrong})
    assert read({"SONGTOR_PUBLIC_URL": "https://songtor.example/"}).public_url == "https://songtor.example"


# -- who is there stays unknown ------------------------------------------------------------------------------------


def test_signing_in_tells_nobody_who_has_an_account(door, browser):
    """The same words, status and lock for a user, for nobody and for a closed account."""
    said = {}
    door.add("user-locked", "worker", ("60",))
    for name in ("user-locked", "nobody-of-this-name"):
        visitor = browser()
        pages = [visitor.sign_in(name, "wrong") for _ in range(7)]
        said[name] = [(page.status, page.text.replace(name, "")) for page in pages]
        assert pages[-1].status == 409 and "นาที" in pages[-1].text
    [known, unknown] = said.values()
    assert known == unknown
    assert visit.COOKIE not in browser().http.cookies


def test_a_partners_link_goes_into_no_log_and_no_address_that_leaves(door, browser, caplog):
    caplog.set_level("DEBUG")
    sent, visitor = Sent(door, browser), browser()
    page = sent.enter(visitor)
    harmless(page)
    assert sent.token not in told(caplog) and sent.code not in told(caplog)
    assert (
        page.answer.headers["Referrer-Policy"] == "same-origin"
        and page.answer.headers["Cache-Control"] == "no-store"
    )
    assert sent.token not in door.get("/metrics", user=None).text
