"""The pages under the whole main job: so many users at work on the embedded system with the sample network ×10.

Each user is a browser of its own with its own account: of ten, seven are workers, two directors and one is of the
ministry. A worker goes through My work, the list of cases with a search, another case with its tabs, and a case of
their own from the door to the partner's answer by link, admission and placement; a director reads cases, plans and the
dashboard; the ministry its dashboard, and takes a file away. Three runs: one with 1 to 3 s (evenly) between a page and
the next request, as people read and type; one without a pause, which is stress: every user always waits for the system;
and the first again with a crowd of users, where nothing may fail. Times are those of one request each, from its first
byte sent to the last received; a page that answers with a redirect and where it leads are two. The first seconds of a
run do not count.

The users run in processes of their own; they and the system share the machine. `processor` counts cores, so with two
processes of the system it may be up to two. `--data` keeps the loaded network for the next time.

Long because the users of one measurement and what they do are read together.
"""

import argparse
import gzip
import json
import os
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode, urljoin, urlsplit

import psutil
from lxml import html

SONGTOR = Path(sys.executable).with_name("songtor")
PASSWORD = "ม้านั่ง-ริมน้ำ-บ่ายวันหนึ่ง"  # noqa: S105 (of users who live as long as the measurement)
CENTRES = ("60", "60", "61", "62")  # the first has half of the cases
ROLES = (
    "worker",
    "worker",
    "director",
    "worker",
    "worker",
    "ministry",
    "worker",
    "worker",
    "director",
    "worker",
)
PROCESSES = 2
PATIENCE = 30.0  # seconds for one answer
WORK_AIM, DASHBOARD_AIM = 80, 150  # ms at the 95th of a hundred
DASHBOARDS = ("dashboard", "behind a figure", "file of figures")
CASE = re.compile(r"/cases/([0-9a-f-]{36})")
PROGRAMME = re.compile(r"programme_id=([0-9a-f-]{36})")
REFERRAL = re.compile(r"/referrals/([0-9a-f-]{36})")
PERSON = {
    "channel": "walk_in",
    "person.identity_status": "claimed",
    "person.sex": "female",
    "person.birth_date": "2493",
    "person.nationality": "thai",
    "person.domicile.0.province": "60",
    "person.domicile.0.basis": "registered_house",
}
FACTS = {
    "facts.housing": "street",
    "facts.income_sufficient": "no",
    "facts.can_depend_on_others": "no",
    "facts.begging": "none",
    "facts.care_level": "1",
    "facts.communicable_disease": "none",
    "facts.severe_behaviour": "no",
    "facts.wants": "local_home",
    "facts.documents_held": "id_card",
    "facts.none_disability_types": "yes",
}
PLAN = {"why": "ใกล้บ้านเดิม", "goals": "มีที่พักถาวร\nได้เบี้ยยังชีพ"} | {
    f"members.{row}.{name}": value
    for row, role in enumerate(("chair", "secretary", "member"))
    for name, value in (("name", f"กรรมการ {row}"), ("role", role), ("vote", "agree"))
}


class Run(NamedTuple):
    """`pauses`: seconds, least and most, between an answer and the next request."""

    name: str
    pauses: tuple[float, float]
    warming: float
    seconds: float


RUNS = (Run("thinking 1-3 s", (1.0, 3.0), 20.0, 60.0), Run("without a pause", (0.0, 0.0), 5.0, 30.0))


# -- the users -----------------------------------------------------------------------------------------------------


class Page(NamedTuple):
    path: str
    status: int
    text: str

    @property
    def forms(self) -> Any:
        return html.document_fromstring(self.text).xpath("//main//form[@method='post']")


class Wrong(Exception):
    """A page that a user cannot go on from."""


class Visitor:
    """A browser: keeps cookies and its connection, notes how long each request took."""

    def __init__(
        self, address: str, run: Run, chance: random.Random, notes: list[tuple[str, float, float, int]]
    ) -> None:
        self.address, self.run, self.chance, self.notes = address, run, chance, notes
        self.cookies: dict[str, str] = {}
        self.connection = HTTPConnection(address, timeout=PATIENCE)

    def open(self, group: str, path: str) -> Page:
        return self._go(group, "GET", path, None)

    def send(self, group: str, page: Page, **typed: str) -> Page:
        """The page's form with what was typed; names with a dot are written with two underscores."""
        return self.fill(group, page, {name.replace("__", "."): value for name, value in typed.items()})

    def fill(self, group: str, page: Page, typed: dict[str, str]) -> Page:
        if not page.forms:
            raise Wrong(f"no form on {group}")
        [form, *_] = page.forms
        fields = [(name, value) for name, value in form.form_values() if name not in typed]
        path = urljoin(page.path, form.get("action") or page.path)
        return self._go(group, "POST", path, urlencode([*fields, *typed.items()]))

    def _go(self, group: str, method: str, path: str, body: str | None) -> Page:
        time.sleep(self.chance.uniform(*self.run.pauses))
        for _ in range(4):
            status, where, text = self._timed(group, method, path, body)
            if status not in (302, 303):
                if status != 200:
                    raise Wrong(f"{group}: {status}")
                return Page(path, status, text)
            path, method, body = urljoin(path, where), "GET", None
        raise Wrong(f"{group}: redirected for ever")

    def _timed(self, group: str, method: str, path: str, body: str | None) -> tuple[int, str, str]:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        headers |= {"Sec-Fetch-Site": "same-origin", "Accept-Encoding": "gzip"}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        status, where, content, packed = 0, "", b"", False
        started = time.perf_counter()
        try:
            self.connection.request(method, path, body, headers)
            answer = self.connection.getresponse()
            content = answer.read()
            status, where = answer.status, answer.getheader("Location", "")
            packed = answer.getheader("Content-Encoding") == "gzip"
            for cookie in answer.headers.get_all("Set-Cookie", ()):
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
        except (OSError, HTTPException):
            self.connection.close()
        self.notes.append((group, time.time(), time.perf_counter() - started, status))
        if packed:
            content = gzip.decompress(content)
        return status, where, content.decode(errors="replace")


class Person:
    """One user; `way` is what they do from beginning to end, again and again."""

    def __init__(self, visitor: Visitor, user: str, role: str, chance: random.Random) -> None:
        self.visitor, self.user, self.chance = visitor, user, chance
        self.way = {"worker": self.work, "director": self.direct, "ministry": self.oversee}[role]

    def sign_in(self) -> None:
        page = self.visitor.open("sign-in page", "/sign-in")
        self.visitor.send("sign in", page, user=self.user, password=PASSWORD)

    def _some_case(self) -> str:
        """A case of the list, found by the number's beginning."""
        page = self.visitor.open("case list", "/cases")
        cases = CASE.findall(page.text)
        page = self.visitor.open("case search", f"/cases?q={self.chance.choice(CENTRES)}-&status=placed")
        found: list[str] = CASE.findall(page.text) or cases
        return self.chance.choice(found)

    def work(self) -> None:
        visitor = self.visitor
        visitor.open("my work", "/work")
        case = self._some_case()
        visitor.open("case", f"/cases/{case}")
        visitor.open("screening", f"/cases/{case}/screening")
        visitor.open("matches", f"/cases/{case}/matches")
        visitor.open("plan", f"/cases/{case}/plan")
        visitor.open("referrals of a case", f"/cases/{case}/referrals")
        visitor.open("partners", "/partners")
        self._main_job()
        visitor.open("dashboard", "/dashboard")

    def _main_job(self) -> None:
        visitor = self.visitor
        visitor.open("danger gate", "/cases/new")
        page = visitor.open("open a case", "/cases/new/person?danger=none")
        page = visitor.fill("open a case: send", page, PERSON)
        case = CASE.findall(page.path)[0]
        page = visitor.open("screening form", f"/cases/{case}/screening/fill")
        visitor.fill("screening form: send", page, FACTS)
        page = visitor.open("matches", f"/cases/{case}/matches?verdict=eligible&outside=yes")
        programmes = PROGRAMME.findall(page.text)
        if not programmes:
            return
        chosen = self.chance.choice(programmes)
        page = visitor.open("plan form", f"/cases/{case}/plan/record?programme_id={chosen}")
        visitor.fill("plan form: send", page, PLAN)
        page = visitor.open("referral form", f"/cases/{case}/referrals/new")
        sending = {"consent.status": "given"}
        if "out_of_order" in page.text:  # others stand before on the list of the place
            sending["out_of_order"] = "place_asked"
        page = visitor.fill("referral form: send", page, sending)
        referral = REFERRAL.findall(page.path)[0]
        page = visitor.open("answer link", f"/referrals/{referral}/link")
        if not page.forms:  # another user has got the last place
            return
        made = html.document_fromstring(visitor.send("answer link: send", page).text)
        address = made.xpath("//textarea[@id='address']/text()")
        if not address:  # or gets it in this moment
            return
        code = made.xpath("//*[@id='code']/text()")[0]
        self._answer(urlsplit(address[0].strip()).path, code)
        page = visitor.open("referral", f"/referrals/{referral}")
        for step in ("admit", "confirm"):
            page = visitor.open("referral step", f"/referrals/{referral}/{step}")
            page = visitor.send("referral step: send", page)

    def _answer(self, path: str, code: str) -> None:
        partner = Visitor(self.visitor.address, self.visitor.run, self.chance, self.visitor.notes)
        page = partner.open("partner's page", path)
        page = partner.send("partner's page", page, code=code)
        page = partner.open("partner's page", f"{path}/accept")
        partner.send("partner's answer: send", page)

    def direct(self) -> None:
        visitor = self.visitor
        visitor.open("my work", "/work")
        case = self._some_case()
        visitor.open("case", f"/cases/{case}")
        visitor.open("plan", f"/cases/{case}/plan")
        visitor.open("dashboard", "/dashboard")
        visitor.open("behind a figure", "/dashboard/behind?figure=outside")
        visitor.open("dashboard", "/dashboard?part=q1")

    def oversee(self) -> None:
        visitor = self.visitor
        visitor.open("dashboard", "/dashboard")
        visitor.open("dashboard", "/dashboard?centre=60")
        visitor.open("file of figures", "/dashboard/figures.xlsx")


def users(count: int) -> Iterator[tuple[str, str, str]]:
    """(name, role, centre)."""
    for number in range(count):
        role = ROLES[number % len(ROLES)]
        yield f"bench-{number + 1}", role, "*" if role == "ministry" else CENTRES[number % len(CENTRES)]


def visit(address: str, chosen: Sequence[tuple[str, str, str]], run: Run, seed: int) -> dict[str, Any]:
    """All of `chosen` at work side by side: {page group: {"ms": [...], "errors": n}} and what went wrong."""
    notes: list[tuple[str, float, float, int]] = []
    wrong: list[str] = []
    counting = time.time() + run.warming
    end = counting + run.seconds

    def live(user: str, role: str, number: int) -> None:
        chance = random.Random(f"{seed}/{number}")
        visitor = Visitor(address, run, chance, notes)
        person = Person(visitor, user, role, chance)
        time.sleep(chance.uniform(0, min(run.warming / 2, 10)))
        person.sign_in()
        while time.time() < end:
            try:
                person.way()
            except Wrong as error:
                wrong.append(str(error))

    threads = [
        threading.Thread(target=live, args=(user, role, number), daemon=True)
        for number, (user, role, _) in enumerate(chosen)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, end + PATIENCE - time.time()))
    found: dict[str, Any] = {}
    for group, at, seconds, status in list(notes):
        if counting <= at <= end or group == "sign in":
            row = found.setdefault(group, {"ms": [], "errors": 0})
            row["ms"].append(seconds * 1000)
            row["errors"] += status not in (200, 302, 303)
    return {"groups": found, "wrong": wrong[:20]}


# -- the system ----------------------------------------------------------------------------------------------------


def prepare(folder: Path, factor: int, count: int) -> float:
    """Load the network unless it is there, and make the users. Returns the seconds the loading took."""
    started = time.perf_counter()
    command = [str(SONGTOR), "--data", str(folder), "load-sample", "--factor", str(factor)]
    subprocess.run(command, check=True, capture_output=True)
    loading = time.perf_counter() - started
    from services.kernel import settings
    from services.kernel.database import Database
    from services.kernel.envelope import instant
    from services.kernel.runtime import utc_now
    from services.web.identity import accounts, passwords

    database = Database(settings.read({}, data=str(folder)).database("web"))
    hashed = passwords.hashed(PASSWORD)
    with database.write() as db:
        for user, role, centre in users(count):
            accounts.add(db, user, role, (centre,), instant(utc_now()))
            passwords.keep(db, user, hashed, temporary=False)
    database.close()
    return loading


def start(folder: Path, songtor: Sequence[object] = (SONGTOR,)) -> tuple[subprocess.Popen[bytes], str]:
    """The embedded system on this folder, once it is ready, and its address. `songtor`: the command."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{probe.getsockname()[1]}"
    command = [*map(str, songtor), "--data", str(folder), "up", "--http", address]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    end = time.monotonic() + 120
    while not ready(address):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise SystemExit("The system did not start.")
        time.sleep(0.1)
    return process, address


def ready(address: str) -> bool:
    connection = HTTPConnection(address, timeout=5)
    try:
        connection.request("GET", "/ready")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def busy(process: int) -> float:
    """Processor seconds the system has used, in all its processes; `process` is the id of the first."""
    parent = psutil.Process(process)
    times = [each.cpu_times() for each in (parent, *parent.children())]
    return sum(each.user + each.system for each in times)


def measure(process: subprocess.Popen[bytes], address: str, run: Run, count: int) -> int:
    """Print the figures of one run; how many pages were counted."""
    command = [
        sys.executable,
        "-m",
        "bench.pages",
        "--visit",
        address,
        "--users",
        str(count),
        "--run",
        run.name,
    ]
    before, started = busy(process.pid), time.perf_counter()
    visitors = [
        subprocess.Popen([*command, "--part", str(part)], stdout=subprocess.PIPE, text=True)
        for part in range(PROCESSES)
    ]
    groups: dict[str, dict[str, Any]] = {}
    wrong: list[str] = []
    for each in visitors:
        said, _ = each.communicate()
        found = json.loads(said)
        wrong += found["wrong"]
        for group, row in found["groups"].items():
            total = groups.setdefault(group, {"ms": [], "errors": 0})
            total["ms"] += row["ms"]
            total["errors"] += row["errors"]
    processor = (busy(process.pid) - before) / (time.perf_counter() - started)
    work = [row for group, row in groups.items() if group not in DASHBOARDS and group != "sign in"]
    boards = [row for group, row in groups.items() if group in DASHBOARDS]
    for group, row in sorted(groups.items()):
        tell(run, count, group, [row])
    tell(
        run,
        count,
        "all work pages",
        work,
        aim_p95=WORK_AIM,
        processor=round(processor, 2),
        load=round(os.getloadavg()[0], 1),
    )
    tell(run, count, "all dashboards", boards, aim_p95=DASHBOARD_AIM)
    for said in sorted(set(wrong)):
        print(f"{wrong.count(said)} x {said}", file=sys.stderr)
    return sum(len(row["ms"]) for row in groups.values())


def tell(run: Run, count: int, group: str, rows: Sequence[dict[str, Any]], **more: Any) -> None:
    times = sorted(ms for row in rows for ms in row["ms"])
    cuts = statistics.quantiles(times, n=100) if len(times) > 1 else times * 99
    figure: dict[str, Any] = {
        "figure": "g_pages_ms",
        "run": run.name,
        "users": count,
        "pages": group,
        "requests": len(times),
    }
    if cuts:
        figure |= {"p50": round(cuts[49], 1), "p95": round(cuts[94], 1), "p99": round(cuts[98], 1)}
    print(json.dumps({**figure, "errors": sum(row["errors"] for row in rows), **more}), flush=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--users", type=int, default=30)
    asked.add_argument("--crowd", type=int, default=100, help="users of the last run; 0: without it")
    asked.add_argument("--factor", type=int, default=10)
    asked.add_argument("--data", type=Path, help="where the loaded network is, or is to be kept")
    asked.add_argument("--run", choices=[run.name for run in RUNS])
    asked.add_argument("--visit", help=argparse.SUPPRESS)
    asked.add_argument("--part", type=int, default=0, help=argparse.SUPPRESS)
    options = asked.parse_args()
    runs = [run for run in RUNS if options.run in (None, run.name)]
    if options.visit:
        chosen = list(users(options.users))[options.part :: PROCESSES]
        print(json.dumps(visit(options.visit, chosen, runs[0], options.part)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "data"
        if options.data and options.data.exists():
            shutil.copytree(options.data, folder)
        loading = prepare(folder, options.factor, max(options.users, options.crowd))
        if options.data and not options.data.exists():
            shutil.copytree(folder, options.data)
        print(
            json.dumps(
                {"figure": "g_pages_loading_s", "factor": options.factor, "seconds": round(loading, 1)}
            ),
            flush=True,
        )
        process, address = start(folder)
        try:
            for run in runs:
                measure(process, address, run, options.users)
            if options.crowd:
                measure(process, address, RUNS[0], options.crowd)
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    main()
