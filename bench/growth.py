"""A country's five years on PostgreSQL (bench.growing), at several sizes: how long they took to make, how large they
are, whether `verify` finds them whole, and how long every list, search, work page and dashboard takes at its door. One
JSON line for each size and door.

The whole size is 1: 77 provinces, 231,000 cases, 50,000 programmes.
"""

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, text

from bench import growing
from services.kernel import tampering
from services.kernel.errors import NotFound
from services.kernel.local import Network
from tests.support import databases

SIZES = (0.01, 1 / 30)
ASKED = 12
NOW = datetime(2026, 9, 30, 3, tzinfo=UTC)
CENTRE = "10"  # the first copies' and, of many, some late ones'
WHO: dict[str, dict[str, Any]] = {
    "worker": {"user": f"worker-{CENTRE}", "role": "worker", "centres": (CENTRE,)},
    "director": {"user": f"director-{CENTRE}", "role": "director", "centres": (CENTRE,)},
    "all": {"user": "worker-all", "role": "worker", "centres": ("*",)},
    "ministry": {"user": "ministry", "role": "ministry", "centres": ("*",)},
    "system": {"user": "system", "role": "system", "centres": ("*",)},
    "administrator": {"user": "admin", "role": "admin", "centres": ("*",)},
}
YEAR = {"from": "2025-10-01", "to": "2026-09-30"}
DAYS = {"from": "2025-10-16", "to": "2026-09-29"}
HALF = {**YEAR, "as_of": "2026-03-31T00:00:00.000000Z"}


class Way(NamedTuple):
    """What is asked of a door, and by whom; of several bodies one after the other."""

    name: str
    who: str
    service: str
    door: str
    bodies: list[dict[str, Any]]


def ways(net: Network) -> list[Way]:
    def asked(service: str, door: str, who: str, **body: Any) -> Any:
        return net.call(service, door, body, **WHO[who])

    own = asked("intake", "cases", "worker", limit=50)["items"]
    ids = [each["case_id"] for each in own]
    names = [each["name"] for each in own if (each.get("name") or {}).get("first")]
    late = asked("intake", "cases", "worker", limit=50)["next"]
    for _ in range(4):
        late = asked("intake", "cases", "worker", limit=50, cursor=late)["next"] or late
    sent = asked("referral", "referrals", "worker", limit=50)["items"]
    partners = asked("partners", "partners", "worker", limit=50)["items"]
    screened = [
        id for id in ids if asked("partners", "matches", "worker", case_id=id)["computed_at"] is not None
    ]
    whole = [" ".join(each[part] for part in ("first", "last") if each.get(part)) for each in names]
    found = [
        Way("cases of a centre", "worker", "intake", "cases", [{}]),
        Way("cases of a centre, a later page", "worker", "intake", "cases", [{"cursor": late}]),
        Way("cases of a centre by status", "worker", "intake", "cases",
            [{"status": each} for each in ("open", "screened", "planned", "referred", "placed", "closed")]),
        Way("cases of all centres", "all", "intake", "cases", [{}]),
        Way("cases of all centres by status", "all", "intake", "cases",
            [{"status": each} for each in ("open", "screened", "closed")]),
        Way("cases, the ministry", "ministry", "intake", "cases", [{}]),
        Way("counts of a centre", "worker", "intake", "counts", [{}]),
        Way("counts of all", "all", "intake", "counts", [{}]),
        Way("search: a name", "worker", "intake", "search", [{"q": each} for each in whole]),
        Way("search: a name, all centres", "all", "intake", "search", [{"q": each} for each in whole]),
        Way("search: first name, all centres", "all", "intake", "search", [{"q": n["first"]} for n in names]),
        Way("search: a case number", "worker", "intake", "search", [{"q": each["case_number"]} for each in own]),
        Way("search: a running number, all centres", "all", "intake", "search", [{"q": "12"}]),
        Way("work of a centre", "worker", "intake", "work", [{"of_each": 5}]),
        Way("work of all centres", "all", "intake", "work", [{"of_each": 5}]),
        Way("work, counted", "worker", "intake", "work", [{"counting": True}]),
        Way("contradictions", "director", "intake", "contradictions", [{}]),
        Way("cases to take over", "director", "intake", "to_take_over", [{}]),
        Way("a case", "worker", "intake", "case", [{"case_id": each} for each in ids]),
        Way("a case's story", "worker", "reporting", "timeline", [{"case_id": each} for each in ids]),
        Way("accesses", "administrator", "intake", "accesses", [{"user": f"worker-{CENTRE}"}]),
        Way("activities", "worker", "partners", "outreach", [{}]),
        Way("screening", "worker", "screening", "screening", [{"case_id": each} for each in ids]),
        Way("plan", "worker", "screening", "plan", [{"case_id": each} for each in ids]),
        Way("partners", "worker", "partners", "partners", [{}]),
        Way("partners of a province", "worker", "partners", "partners", [{"province": CENTRE}]),
        Way("partners by name", "worker", "partners", "partners", [{"q": "บ้าน"}, {"q": "ตัวอย่าง ปันสุข"}]),
        Way("partners by path, free", "worker", "partners", "partners", [{"path": "local_home", "free": True}]),
        Way("partners that grew old", "worker", "partners", "partners", [{"stale": "any"}]),
        Way("partners that accept a case", "worker", "partners", "partners",
            [{"accepts_case": each} for each in screened[:5]]),
        Way("partners to keep", "worker", "partners", "to_keep", [{}]),
        Way("partners of that name", "worker", "partners", "alike",
            [{"name": each["name"], "province": CENTRE} for each in partners]),
        Way("free places", "worker", "partners", "free_places", [{}]),
        Way("free places of a path", "worker", "partners", "free_places", [{"path": "local_home"}]),
        Way("a partner", "worker", "partners", "partner",
            [{"partner_id": each["partner_id"]} for each in partners]),
        Way("a partner's history", "worker", "partners", "history",
            [{"partner_id": each["partner_id"]} for each in partners]),
        Way("proposals", "director", "partners", "proposals", [{}]),
        Way("problems", "director", "partners", "problems", [{}]),
        Way("ranking", "worker", "partners", "matches", [{"case_id": each} for each in screened]),
        Way("what partners publish", "system", "partners", "published_partners", [{}]),
        Way("referrals of a centre", "worker", "referral", "referrals", [{}]),
        Way("referrals of a centre by status", "worker", "referral", "referrals",
            [{"status": each} for each in ("sent", "accepted", "placed", "declined")]),
        Way("referrals of all centres", "all", "referral", "referrals", [{}]),
        Way("a referral", "worker", "referral", "referral",
            [{"referral_id": each["referral_id"]} for each in sent]),
        Way("the country's figures", "ministry", "reporting", "overview", [YEAR]),
        Way("the country's figures, days", "ministry", "reporting", "overview", [DAYS]),
        Way("the country's figures as of", "ministry", "reporting", "overview", [HALF]),
        Way("a centre's figures", "worker", "reporting", "overview", [YEAR]),
        Way("a centre's figures as of", "worker", "reporting", "overview", [HALF]),
        Way("placements", "ministry", "reporting", "placements", [YEAR]),
        Way("outreach figures", "ministry", "reporting", "outreach_figures", [YEAR]),
        Way("cases behind a figure", "all", "reporting", "behind", [{"figure": "placed", **YEAR}]),
        Way("the merged log", "all", "reporting", "events", [{"after": 0}]),
    ]  # fmt: skip
    return [each for each in found if each.bodies]


def timed(net: Network, way: Way) -> dict[str, float]:
    """Milliseconds by the clock, and of the processor: this process's and the database's, which a loaded machine
    stretches less."""
    times: list[float] = []
    spent = 0.0
    for number in range(ASKED + 1):
        body = way.bodies[number % len(way.bodies)]
        before, begun = _processor(net, way.service), time.perf_counter()
        with suppress(NotFound):
            net.call(way.service, way.door, body, **WHO[way.who])
        times.append((time.perf_counter() - begun) * 1000)
        if number:
            spent += _processor(net, way.service) - before
    first, *later = times
    return {
        "ms_first": round(first, 1),
        "ms_median": round(statistics.median(later), 1),
        "ms_p95": round(statistics.quantiles(later, n=20)[-1], 1),
        "ms_processor": round(spent * 1000 / ASKED, 1),
    }


def _processor(net: Network, service: str) -> float:
    """Seconds of this process and of the database's processes for a service, where they run on this machine."""
    runtime, total = net.runtimes[service], time.process_time()
    for database in filter(None, (runtime.database, runtime.vault_database)):
        with database.read() as db:
            pids = database.rows(db, "SELECT pid FROM pg_stat_activity WHERE datname = current_database()")
        for (pid,) in pids:
            with suppress(OSError):
                spent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
                total += (int(spent[11]) + int(spent[12])) / os.sysconf("SC_CLK_TCK")
    return total


@contextmanager
def country(count: int, small: Path) -> Iterator[tuple[Network, float]]:
    """So many copies, in databases of a role that row-level security holds; and how many seconds they took."""
    mark = f"songtor_growth_{uuid4().hex[:8]}"
    url = databases.url(mark)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "small").symlink_to(small)
        try:
            begun = time.perf_counter()
            parts = growing.make(folder, url, NOW, count)
            for part in parts:
                print(json.dumps({"figure": "o_growth_made", "copies": count, **part._asdict()}), flush=True)
            seconds = time.perf_counter() - begun
            net = growing.network(folder, url, NOW)
            for runtime in net.runtimes.values():
                for each in filter(None, (runtime.database, runtime.vault_database)):
                    with each.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                        db.execute(text("VACUUM ANALYZE"))
            try:
                yield net, seconds
            finally:
                net.close()
        finally:
            databases.drop_databases(mark)


def problems(net: Network) -> list[str]:
    """As `songtor verify` finds them."""
    found = [sentence for runtime in net.runtimes.values() for sentence in runtime.check().problems]
    for runtime in net.runtimes.values():
        for source in runtime.wiring.hears:
            found += tampering.followed(net.runtimes[source].log, runtime.log)
    return found


def size_of(net: Network) -> int:
    """Bytes of all databases."""
    total = 0
    for runtime in net.runtimes.values():
        with runtime.database.read() as db:
            total += db.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one()
    return total


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=float, nargs="*", default=SIZES)
    parser.add_argument("--small", type=Path, help="a folder with the small network's facts, made before")
    parser.add_argument("--only", default="", help="only ways whose name has this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        small = options.small or Path(name)
        if not options.small:
            growing.small_network(small, NOW)
        for size in options.sizes:
            measure(max(1, round(growing.WHOLE * size)), small, options.only)


def _counted(sql: str, db: Connection) -> int:
    return int(db.exec_driver_sql(sql).scalar_one())


def measure(count: int, small: Path, only: str) -> None:
    with country(count, small) as (net, seconds):
        counts = {}
        for name, sql in {
            "cases": ("intake", "SELECT count(*) FROM event WHERE event_type = 'CaseOpened'"),
            "programmes": ("partners", "SELECT count(*) FROM event WHERE event_type = 'ProgrammeOffered'"),
        }.items():
            counts[name] = net.read(sql[0], partial(_counted, sql[1]))
        events = sum(runtime.log.head()[0] for runtime in net.runtimes.values())
        begun = time.perf_counter()
        wrong = problems(net)
        line = {
            "figure": "o_growth", "copies": count, **counts, "events": events, "seconds": round(seconds),
            "events_per_second": round(events / seconds), "megabytes": size_of(net) // 1_000_000,
            "verify_seconds": round(time.perf_counter() - begun), "problems": wrong[:5],
            "load": round(os.getloadavg()[0], 1),
        }  # fmt: skip
        print(json.dumps(line, ensure_ascii=False), flush=True)
        for way in ways(net):
            if only in way.name:
                line = {
                    "figure": "o_growth_ms",
                    "cases": counts["cases"],
                    "door": way.name,
                    **timed(net, way),
                }
                print(
                    json.dumps({**line, "load": round(os.getloadavg()[0], 1)}, ensure_ascii=False), flush=True
                )


if __name__ == "__main__":
    main()
