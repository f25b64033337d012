"""What users at work notice of strangers: how long a signed-in user's page and `/health` take, first alone, then during
each of several attacks by somebody without an account (the waiting questions: by a reader with a token).

slow bodies        so many connections that send the head of a form and then nothing, opened again when they are ended
huge forms         forms of 1 MB, nothing but names of fields
sign-in storm      sign-ins with names nobody has, all at once, without end
waiting questions  the matches of a case that nobody has screened, with the patience of half a minute

The embedded system on the sample network. Users, attackers and the system share the machine, the attackers with what is
left of it; they come from another address.
`--tree`: the checkout whose system is measured, this one if left out; so a change is measured beside what was before.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from socket import create_connection
from urllib.parse import urlencode

from lxml import html

from bench import pages
from bench.pages import PASSWORD, RUNS, Page, Visitor

STRANGER = ("127.0.0.9", 0)  # where attackers come from
USERS, PAUSE = 4, 0.05
WARMING, SECONDS = 3.0, 15.0
CONNECTIONS, FORMS, SIGN_INS, WAITING = 150, 4, 150, 12
HEALTH_AIM, TIMES_AIM = 100, 2  # ms; times the usual 95th of a hundred
HEAD = "POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}

CASE = {
    "centre": "60",
    "channel": "walk_in",
    "found": {},
    "person": {"identity_status": "unknown", "sex": "male", "nationality": "thai", "domicile": []},
    "danger": "none",
}

Attack = Callable[[str, str], None]


def slow_body(address: str, token: str) -> None:
    host, port = address.split(":")
    with create_connection((host, int(port)), 10, STRANGER) as plain:
        plain.sendall(f"{HEAD}Content-Type: {FORM['Content-Type']}\r\n\r\nuser=".encode())
        plain.settimeout(30)
        plain.recv(1000)


def _ask(
    address: str, method: str, path: str, body: bytes | None, headers: dict[str, str]
) -> tuple[int, str, str]:
    connection = HTTPConnection(address, timeout=60, source_address=STRANGER)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        cookie = answer.getheader("Set-Cookie", "").partition(";")[0]
        return answer.status, cookie, answer.read().decode(errors="replace")
    finally:
        connection.close()


def huge_form(address: str, token: str) -> None:
    _ask(address, "POST", "/sign-in", b"a=&" * 340_000, FORM)


def sign_in(address: str, token: str) -> None:
    _status, cookie, text = _ask(address, "GET", "/sign-in", None, {})
    [csrf] = html.document_fromstring(text).xpath("//main//input[@name='csrf']/@value")
    typed = {"csrf": csrf, "user": f"nobody-{os.urandom(6).hex()}", "password": "guessed"}
    _ask(address, "POST", "/sign-in", urlencode(typed).encode(), FORM | {"Cookie": cookie})


def wait_long(address: str, token: str) -> None:
    bearer = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    _status, _cookie, opened = _ask(address, "POST", "/api/v1/cases", json.dumps(CASE).encode(), bearer)
    _ask(address, "GET", f"/api/v1/cases/{json.loads(opened)['case_id']}/matches?wait=30", None, bearer)


ATTACKS: dict[str, tuple[int, Attack]] = {
    "slow bodies": (CONNECTIONS, slow_body),
    "huge forms": (FORMS, huge_form),
    "sign-in storm": (SIGN_INS, sign_in),
    "waiting questions": (WAITING, wait_long),
}


def attack(name: str, address: str, token: str) -> None:
    """Until this process is ended. It takes no processor that users or the system want: attackers bring their own."""
    os.nice(19)
    count, one = ATTACKS[name]

    def again() -> None:
        while True:
            try:
                one(address, token)
            except (OSError, HTTPException, ValueError):
                time.sleep(0.1)

    threads = [threading.Thread(target=again, daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def visit(address: str) -> dict[str, list[float]]:
    """Milliseconds of each page of users at work, and of each question after health, while it lasts."""
    times: dict[str, list[float]] = {"page": [], "health": []}
    counting = time.monotonic() + WARMING
    end = counting + SECONDS

    def timed(kind: str, open_page: Callable[[], Page]) -> None:
        started = time.monotonic()
        status = open_page().status
        if started >= counting:
            times[kind].append(
                (time.monotonic() - started) * 1000 if status == 200 else pages.PATIENCE * 1000
            )
        time.sleep(PAUSE)

    def live(visitor: Visitor) -> None:
        while time.monotonic() < end:
            timed("page", lambda: visitor.open("work", "/work"))

    def watch() -> None:
        visitor = visitor_of(address)
        while time.monotonic() < end:
            timed("health", lambda: visitor.open("health", "/health"))

    threads = [threading.Thread(target=live, args=(visitor,)) for visitor in SIGNED_IN]
    threads.append(threading.Thread(target=watch))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return times


SIGNED_IN: list[Visitor] = []


class Watcher(Visitor):
    """A visitor for whom an answer that is no page is an answer."""

    def _go(self, group: str, method: str, path: str, body: str | None) -> Page:
        status, _where, text = self._timed(group, method, path, body)
        return Page(path, status, text)


def visitor_of(address: str) -> Visitor:
    return Watcher(address, RUNS[1], random.Random(1), [])


def enter(address: str) -> None:
    for number in range(USERS):
        visitor = visitor_of(address)
        page = visitor.open("sign-in page", "/sign-in")
        visitor.send("sign in", page, user=f"bench-{number + 1}", password=PASSWORD)
        SIGNED_IN.append(visitor)


def p95(times: list[float]) -> float:
    return round(statistics.quantiles(times, n=100)[94], 1) if len(times) > 1 else pages.PATIENCE * 1000


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--tree", type=Path, default=Path(__file__).parents[1])
    asked.add_argument("--factor", type=int, default=1)
    asked.add_argument("--attack", nargs=3, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.attack:
        return attack(*options.attack)
    os.environ["PYTHONPATH"] = str(options.tree)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        pages.prepare(folder, options.factor, 10)
        token = subprocess.run(
            [pages.SONGTOR, "--data", folder, "token", "bench-1"], capture_output=True, text=True, check=True
        ).stdout.strip()
        for name in (None, *ATTACKS):
            # Each on a system of its own: what one attack left behind is not the next one's.
            process, address = pages.start(folder)
            SIGNED_IN.clear()
            try:
                enter(address)
                tell(options.tree, name, measured(address, name, token))
            finally:
                process.kill()
                process.wait()


def measured(address: str, name: str | None, token: str) -> dict[str, list[float]]:
    if name is None:
        return visit(address)
    command = [sys.executable, "-W", "ignore", __file__, "--attack", name, address, token]
    attacking = subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])})
    try:
        return visit(address)
    finally:
        attacking.kill()
        attacking.wait()


USUAL: dict[str, float] = {}


def tell(tree: Path, name: str | None, times: dict[str, list[float]]) -> None:
    page = p95(times["page"])
    USUAL.setdefault("page", page)
    figure = {
        "figure": "i_strangers",
        "tree": tree.name,
        "during": name or "nothing",
        "pages": len(times["page"]),
        "page_p95_ms": page,
        "times_usual": round(page / USUAL["page"], 2),
        "aim_times": TIMES_AIM,
        "health_p95_ms": p95(times["health"]),
        "health_most_ms": round(max(times["health"], default=pages.PATIENCE * 1000), 1),
        "aim_health_ms": HEALTH_AIM,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figure), flush=True)


if __name__ == "__main__":
    main()
