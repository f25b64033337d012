"""Where this system calls of itself: only where its operator lets it, and just where it looked."""

import socket

import pytest

from services.kernel.settings import BadSetting, Outbound, read
from services.web.gateway import outbound
from tests.support.receiver import receiving
from tests.web.door import problem


@pytest.fixture
def receiver():
    with receiving() as found:
        yield found


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/hook", "https://10.1.2.3/hook", "https://192.168.0.9/hook", "https://169.254.169.254/latest",
        "https://[::1]/hook", "https://[::ffff:10.0.0.1]/", "https://[64:ff9b::a00:1]/", "https://user@example.org/",
        "ftp://example.org/", "https:///hook", "https://127.0.0.2/", "https://0.0.0.0/", "https://example.org:0/",
        "https://[fd00::1]/", "https://224.0.0.1/", "https://x#y", "file:///etc/passwd", "https://a\\b/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_called(door, url):
    answer = door.post("/api/v1/webhooks", {"url": url, "types": ["CaseOpened"]}, "director-60")
    assert "url" in problem(answer, 422)["errors"]


def test_a_name_is_resolved_once_and_the_connection_goes_to_just_that_address(monkeypatch, door, receiver):
    """A name that answers with a public address first and a private one then is called at the first, or not at all."""
    asked, port = [], int(receiver.address.rpartition(":")[2])

    def answers(host, port, *args, **more):
        asked.append(host)
        at = "127.0.0.1" if len(asked) == 1 else "10.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (at, port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *a, **m: answers(host, *a, **m) if host == "two.example" else real(host, *a, **m),
    )
    web = door.runtime("web")
    outcome = outbound.post(web, f"http://two.example:{port}/hook", {}, b"{}")
    assert (outcome.status, outcome.error, asked) == (204, None, ["two.example"])
    assert receiver.taken[0][0]["host"] == f"two.example:{port}"
    outcome = outbound.post(web, f"http://two.example:{port}/hook", {}, b"{}")
    assert (outcome.status, outcome.error) == (None, "not_allowed") and len(receiver.taken) == 1


def test_nobody_there_and_a_certificate_that_is_none_are_told_apart(door, receiver):
    web, port = door.runtime("web"), receiver.address.rpartition(":")[2]
    assert outbound.post(web, "http://127.0.0.1:1/", {}, b"{}").error == "unreachable"
    assert outbound.post(web, f"https://127.0.0.1:{port}/", {}, b"{}").error == "tls"


def test_what_is_allowed_besides_is_checked_at_the_start():
    told = read({"SONGTOR_OUTBOUND_ALLOW": "hooks.example, 10.1.0.0/16 fd00::/8"}, data="/nowhere")
    assert told.outbound.names == {"hooks.example"} and len(told.outbound.networks) == 2
    assert read({}, data="/nowhere").outbound == Outbound()
    for wrong in ("10.1.0.1/16", "https://hooks.example", "*", "ก.ไทย", "10.1"):
        with pytest.raises(BadSetting, match="SONGTOR_OUTBOUND_ALLOW"):
            read({"SONGTOR_OUTBOUND_ALLOW": wrong}, data="/nowhere")
