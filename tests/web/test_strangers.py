"""What somebody without an account can do to those who are at work: little.

Long because the attacks on the front door are one list, in the order in which a request meets its limits."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import eventlet
import pytest
import requests
from eventlet import wsgi
from eventlet.event import Event
from werkzeug.wrappers import Request

from services.web.api import patience
from services.web.gateway.limits import ERRORS_MOST, FIELDS_MOST
from services.web.guests import Guests, Limits, Strangers, place_of
from services.web.identity import hashing, passwords
from services.web.server import HttpServer
from services.web.service import WebService
from tests.web.browser import PASSWORD
from tests.web.door import FrontDoor, opening, problem

MORE_THAN_WORKERS = 80
BEGUN = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000\r\n"
SLOW = BEGUN + b"Content-Type: application/x-www-form-urlencoded\r\n\r\nuser="


@pytest.fixture
def server(door: FrontDoor) -> Iterator[HttpServer]:
    """The front door's, whose limits a test may change."""
    [container] = [each for each in door.system.containers if each.service_name == "web"]
    [entrance] = container.entrypoints
    found: HttpServer = entrance.server._serv
    before = found.limits
    yield found
    found.limits = before


@pytest.fixture
def connect(door: FrontDoor) -> Iterator[Callable[..., socket.socket]]:
    """A connection on which something was sent."""
    with ExitStack() as ended:

        def connected(sent: bytes = b"") -> socket.socket:
            plain = ended.enter_context(socket.create_connection(door.settings.http, timeout=20))
            plain.sendall(sent)
            return plain

        yield connected


def read(plain: socket.socket) -> bytes:
    """Everything until the other end closes."""
    answer = b""
    while part := plain.recv(65536):
        answer += part
    return answer


def until(true: Callable[[], bool]) -> None:
    with eventlet.Timeout(20):
        while not true():
            eventlet.sleep(0)


# -- bodies ----------------------------------------------------------------------------------------------------------


def test_slow_bodies_hold_up_nobody(door, browser, connect):
    user = browser("worker-60")
    slow = [connect(SLOW) for _ in range(MORE_THAN_WORKERS)]
    assert requests.get(f"{door.address}/health", timeout=5).status_code == 200
    assert requests.get(f"{door.address}/sign-in", timeout=5).status_code == 200
    assert user.http.get(f"{door.address}/work", timeout=5).status_code == 200
    assert all(plain.fileno() >= 0 for plain in slow)


@pytest.mark.parametrize(
    "sent",
    [SLOW, BEGUN, b"GET /sig", SLOW.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked")],
    ids=["body", "head", "first line", "pieces"],
)
def test_a_request_that_is_not_here_in_time_is_ended(server, connect, sent):
    server.limits = replace(server.limits, seconds=0.2)
    assert read(connect(sent)).startswith(b"HTTP/1.1 408 ")


def test_a_body_that_ends_too_early_is_no_request(connect):
    plain = connect(SLOW)
    plain.shutdown(socket.SHUT_WR)
    assert read(plain).startswith(b"HTTP/1.1 400 ")


@pytest.mark.parametrize("lines", [b"5" * 70_000, b"1;" + b"x" * 9000 + b"\r\na\r\n", b"no number\r\n"])
def test_pieces_without_end_are_no_body(connect, lines):
    chunked = SLOW.replace(b"Content-Length: 1000", b"Transfer-Encoding: chunked").removesuffix(b"user=")
    assert read(connect(chunked + lines)).startswith(b"HTTP/1.1 400 ")


def test_bodies_of_one_address_fill_no_more_than_its_part(server, connect):
    server.limits = replace(server.limits, held=16 * 1024)  # a quarter of it for each
    large = SLOW.replace(b"1000", b"100000") + b"x" * 70_000
    answer = read(connect(large))
    assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After" in answer
    # What was held is free again.
    assert read(connect(SLOW.replace(b"1000", b"7\r\nConnection: close") + b"xx")).startswith(
        b"HTTP/1.1 403 "
    )


def test_two_requests_on_one_connection_are_two(connect):
    """A body is taken to its end and no further."""
    one = b"POST /api/v1/cases HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 2\r\n\r\n{}"
    other = b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"
    answer = read(connect(one + other))
    assert answer.startswith(b"HTTP/1.1 401 ") and b"HTTP/1.1 200 OK" in answer and b"alive" in answer


# -- connections -----------------------------------------------------------------------------------------------------


def test_an_idle_connection_makes_room_for_a_new_one(server, connect):
    server.limits = replace(server.limits, each=open_now(server) + 3)
    idle = [connect() for _ in range(3)]
    until(lambda: open_now(server) == server.limits.each)
    newest = connect(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    assert newest.recv(100).startswith(b"HTTP/1.1 200 ")
    assert sum(_closed(plain) for plain in idle) <= 1


def test_who_only_begins_requests_gets_no_more_connections_than_its_part(server, connect):
    server.limits = replace(server.limits, each=3)  # whoever is idle makes room
    begun = [connect(SLOW) for _ in range(3)]
    until(lambda: busy_now(server) == 3)
    answer = read(connect())
    assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After: " in answer
    begun[0].close()
    until(lambda: busy_now(server) == 2)
    assert connect(b"GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").recv(100).startswith(b"HTTP/1.1 200 ")


def test_guests_are_counted_by_where_they_come_from():
    guests, limits = Guests(), Limits(connections=4, each=2)
    first, second, third = ([(address, 1), socket.socket(), "request"] for address in ("10.0.0.1",) * 3)
    other = [("10.0.0.2", 1), socket.socket(), "request"]
    assert guests.admit(first, limits) and guests.admit(second, limits)
    assert not guests.admit(third, limits) and guests.admit(other, limits)
    guests.leave(first)
    guests.leave(first)  # again is nothing
    assert guests.admit(third, limits) and guests.hold(other, 5, Limits(held=20))
    assert not guests.hold(other, 1, Limits(held=20)) and guests.hold(third, 5, Limits(held=20))


def test_as_the_door_closes_whoever_is_idle_goes_and_the_others_stay_until_they_are_answered():
    guests = Guests()
    idle, asking = (
        [("10.0.0.1", 1), socket.socket(), state] for state in (wsgi.STATE_IDLE, wsgi.STATE_REQUEST)
    )
    assert guests.admit(idle, Limits()) and guests.admit(asking, Limits())
    guests.dismiss()
    assert (len(guests), guests.busy) == (1, 1)


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::9", "2001:db8:1:2::"),
        ("", ""),
    ],
)
def test_a_place_is_an_address_or_a_network_of_ipv6(address, place):
    assert place_of(address) == place


def open_now(server: HttpServer) -> int:
    return len(server.guests)


def busy_now(server: HttpServer) -> int:
    return server.guests.busy


def _closed(plain: socket.socket) -> bool:
    plain.setblocking(False)
    try:
        return plain.recv(1) == b""
    except BlockingIOError:
        return False


# -- forms -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_of_very_many_fields_is_refused_before_it_is_read(browser, signed_in):
    visitor = browser("worker-60" if signed_in else None)
    address = f"{visitor.address}/password" if signed_in else f"{visitor.address}/sign-in"
    body = b"a=&" * (FIELDS_MOST * (40 if not signed_in else 300))
    answer = visitor.http.post(address, body, headers=FORM, timeout=20)
    assert answer.status_code == 413 and len(answer.content) < 50_000
    several = {"files": [("a", (None, ""))] * (FIELDS_MOST + 1)}
    assert visitor.http.post(address, timeout=20, **several).status_code == 413


@pytest.mark.parametrize("body", [b"user=" + b'"' * 900_000, b"user=" + b'"' * 100_000, b"a=&" * 999])
def test_a_stranger_is_given_back_no_more_than_a_form_of_ours(door, browser, body):
    visitor = browser()
    proof = visitor.open("/sign-in").form().fields["csrf"]
    for headers in (FORM, FORM | {"X-CSRF-Token": proof}):
        answer = visitor.http.post(f"{door.address}/sign-in", body, headers=headers, timeout=20)
        assert answer.status_code in (403, 413, 422) and len(answer.content) < 1_000_000, answer.status_code


def test_an_answer_finds_fault_with_so_many_fields_and_no_more(door):
    body = {**opening(), **{f"f{number}": 1 for number in range(50_000)}}
    answer = door.post("/api/v1/cases", body)
    assert len(problem(answer, 422)["errors"]) == ERRORS_MOST and len(answer.content) < 50_000


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


# -- sign-in ---------------------------------------------------------------------------------------------------------


class Crowd:
    """So many who are having their passwords looked at, and take as long as the test wants."""

    def __init__(self, there: int) -> None:
        self.go_on = Event()
        self.there = [
            eventlet.spawn(hashing.TURNSTILE.run, self.go_on.wait, hashing.QUEUE_OF_KNOWN)
            for _ in range(there)
        ]
        eventlet.sleep(0)

    def __enter__(self) -> "Crowd":
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def leave(self) -> None:
        if not self.go_on.ready():
            self.go_on.send(None)
        for each in self.there:
            each.wait()


def test_few_passwords_are_looked_at_at_a_time_and_a_queue_is_short():
    gate, go_on, at_work = hashing.Turnstile(2), Event(), []

    def look() -> None:
        at_work.append(1)
        go_on.wait()

    waiting = [eventlet.spawn(gate.run, look, 3) for _ in range(5)]
    eventlet.sleep(0)
    assert len(at_work) == 2
    with pytest.raises(hashing.Busy):
        gate.run(look, 3)
    known = eventlet.spawn(gate.run, look, 4)
    eventlet.sleep(0)
    go_on.send(None)
    for each in (*waiting, known):
        each.wait()
    assert len(at_work) == 6
    gate.run(lambda: None, 0)  # all places are free again


def test_in_a_storm_of_sign_ins_one_is_told_when_to_come_again(door, browser):
    visitor = browser()
    with Crowd(hashing.AT_ONCE + hashing.QUEUE):
        page = visitor.sign_in("worker-60", "whatever it is")
        assert page.status == 429 and int(page.answer.headers["Retry-After"]) > 0
        assert page.form().fields["user"] == "worker-60" and page.errors
        assert requests.get(f"{door.address}/health", timeout=5).status_code == 200
    assert visitor.sign_in("worker-60", "whatever it is").status == 409


def test_a_storm_of_strangers_leaves_room_for_a_known_browser(browser, door):
    user = browser("worker-60")
    with Crowd(hashing.AT_ONCE + hashing.QUEUE) as crowd:
        signing_in = eventlet.spawn(user.sign_in, "worker-60", PASSWORD)
        until(lambda: hashing.TURNSTILE.there > hashing.AT_ONCE + hashing.QUEUE)
        crowd.leave()
        assert signing_in.wait().status == 200
    with Crowd(hashing.AT_ONCE + hashing.QUEUE_OF_KNOWN):
        assert user.sign_in("worker-60", PASSWORD).status == 429


def test_a_refused_try_is_not_counted_against_the_user(door, browser):
    visitor = browser()
    door.add("user-of-the-storm", "worker", ("60",))
    with door.runtime("web").database.write() as db:
        passwords.keep(db, "user-of-the-storm", passwords.hashed(PASSWORD), temporary=False)
    with Crowd(hashing.AT_ONCE + hashing.QUEUE):
        assert {visitor.sign_in("user-of-the-storm", "wrong").status for _ in range(9)} == {429}
    assert visitor.sign_in("user-of-the-storm").status == 200


# -- how the system is -----------------------------------------------------------------------------------------------


def test_how_the_system_is_can_be_asked_while_every_worker_is_taken(door):
    [container] = [each for each in door.system.containers if each.service_name == "web"]
    over = Event()
    taken = [container._worker_pool.spawn(over.wait) for _ in range(container.max_workers)]
    try:
        for path in ("/health", "/ready", "/metrics"):
            assert requests.get(door.address + path, timeout=5).status_code == 200, path
        with pytest.raises(requests.Timeout):
            requests.get(f"{door.address}/sign-in", timeout=0.2)
    finally:
        over.send(None)
        for each in taken:
            each.wait()


# -- questions that wait ---------------------------------------------------------------------------------------------


def test_nobody_waits_for_a_case_that_is_not_there_or_not_theirs(door, world):
    for case, user in (("none", "worker-60"), (world.case_id, "worker-61")):
        answer = requests.get(
            f"{door.address}/api/v1/cases/{case}/matches?wait=30",
            headers={"Authorization": f"Bearer {door.token(user)}"},
            timeout=5,
        )
        problem(answer, 404)


def test_however_many_wait_others_are_answered_and_all_hear_of_it_at_once(door):
    case = door.case()
    path = f"/api/v1/cases/{case}/matches?wait=30"
    waiting = [eventlet.spawn(door.get, path) for _ in range(12)]  # a service has ten workers
    until(lambda: door.runtime("partners")._seats._value == 0)
    for other in ("/api/v1/partners", f"/api/v1/cases/{case}", "/ready"):
        headers = {"Authorization": f"Bearer {door.token('worker-60')}"}
        assert requests.get(door.address + other, headers=headers, timeout=5).status_code == 200, other
    door.made(f"/api/v1/cases/{case}/screening", {"facts": {"housing": "street"}})
    with eventlet.Timeout(20):
        assert all(each.wait().json()["computed_at"] for each in waiting)


def test_where_too_many_wait_one_more_is_told_how_it_stands(door):
    case = door.case()
    taken = [patience.SEATS.acquire(blocking=False) for _ in range(16)]
    try:
        with eventlet.Timeout(5):
            told = door.get(f"/api/v1/cases/{case}/matches?wait=30")
        assert all(taken) and (told.status_code == 404 or told.json()["computed_at"] is None)
    finally:
        patience.SEATS.release(16)


# -- the queue of strangers ------------------------------------------------------------------------------------------


def test_strangers_are_let_in_few_at_a_time_and_each_place_in_its_turn():
    lane, limits, order, go_on = Strangers(), Limits(at_work=1, waiting=8), [], Event()

    def come(place: str, wait: bool = False) -> bool:
        with lane.turn(place, limits) as admitted:
            if admitted:
                order.append(place)
                if wait:
                    go_on.wait()
            return admitted

    first = eventlet.spawn(come, "a", True)
    eventlet.sleep(0)
    waiting = [eventlet.spawn(come, place) for place in ("a", "a", "b")]
    eventlet.sleep(0)
    assert order == ["a"] and len(lane) == 3
    assert not come("a")  # two of one place wait already
    gone = eventlet.spawn(come, "c")
    eventlet.sleep(0)
    gone.kill()
    go_on.send(None)
    assert all(each.wait() for each in (first, *waiting))
    assert order == ["a", "a", "b", "a"] and len(lane) == 0
    assert come("d")


def test_however_many_strangers_there_are_who_has_signed_in_goes_past_them(door, browser, server):
    server.limits = replace(server.limits, waiting=8, pause=0.0)
    user, token, over = browser("worker-60"), door.token("worker-60"), Event()
    with ExitStack() as there:
        places = ["127.0.0.1"] * server.limits.at_work
        inside = [eventlet.spawn(_stay, server, place, over) for place in places]
        waiting = [
            eventlet.spawn(_stay, server, "127.0.0.1", over) for _ in range(server.limits.waiting_each)
        ]
        there.callback(lambda: [each.wait() for each in (*inside, *waiting)])
        there.callback(over.send, None)
        eventlet.sleep(0)
        turned_away = requests.get(f"{door.address}/sign-in", timeout=5)
        assert turned_away.status_code == 429 and int(turned_away.headers["Retry-After"]) > 0
        assert "อีกไม่กี่วินาที" in turned_away.text
        assert user.http.get(f"{door.address}/work", timeout=5).status_code == 200
        bearer = {"Authorization": f"Bearer {token}"}
        assert requests.get(f"{door.address}/api/v1/partners", headers=bearer, timeout=5).status_code == 200
        [style] = user.open("/work").tree.xpath('//link[@rel="stylesheet"]/@href')
        assert requests.get(door.address + style, timeout=5).status_code == 200
        for headers in ({"Authorization": "Bearer forged"}, {"Cookie": f"songtor={'x' * 43}"}):
            assert requests.get(f"{door.address}/work", headers=headers, timeout=5).status_code == 429
    assert requests.get(f"{door.address}/sign-in", timeout=5).status_code == 200


def _stay(server: HttpServer, place: str, over: Event) -> None:
    with server.strangers.turn(place, server.limits):
        over.wait()


def test_behind_a_proxy_a_place_is_what_the_proxy_says(door, monkeypatch):
    runtime, service = door.runtime("web"), WebService()
    service.runtime = runtime
    asked = Request.from_values(headers={"X-Forwarded-For": "6.6.6.6, 10.0.0.7"}, environ_base=HERE)
    assert service.place(asked) == "127.0.0.1"
    monkeypatch.setattr(runtime, "settings", replace(runtime.settings, public_url="https://songtor.example"))
    assert service.place(asked) == "10.0.0.7"
    assert service.place(Request.from_values(environ_base=HERE)) == "127.0.0.1"


HERE = {"REMOTE_ADDR": "127.0.0.1"}
