"""How fast read models are made again from the merged log: reporting's milestones from synthetic facts, on SQLite and
on PostgreSQL, beside how fast the `eventsourcing` library reads and decodes as many of its own events. One JSON
line."""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import orjson
from sqlalchemy.engine import make_url

from bench.databases import fresh_postgres
from services.kernel.database import Database
from services.kernel.envelope import instant
from services.kernel.eventlog import EventLog
from services.kernel.owners import OWNERS
from services.kernel.rebuild import rebuild
from services.kernel.schema import prepare
from services.reporting.projections.milestones import MILESTONES
from services.reporting.service import WIRING

NOTE = "x" * 120
START = datetime(2024, 10, 1, tzinfo=UTC)
ABOUT_REFERRAL = (
    "ReferralSent",
    "PartnerTold",
    "ReferralAccepted",
    "PersonAdmitted",
    "PlacementConfirmed",
    "FollowUpRecorded",
)
PLACES = (
    ("employer_35", "employer", True),
    ("employer_general", "employer", True),
    ("local_home", "pao_home", True),
    ("foundation", "foundation", True),
    ("psychiatric_hospital", "hospital", True),
    ("ministry_shelter", "ministry_shelter", False),
)
STORY = (  # what happens in one case: (service, fact)
    ("intake", "CaseOpened"), ("intake", "PersonIdentified"), ("screening", "ScreeningStarted"),
    ("screening", "ScreeningCompleted"), ("partners", "PartnerMatched"), ("screening", "PlanAgreed"),
    ("referral", "ReferralSent"), ("intake", "ConsentRecorded"), ("partners", "PlaceReserved"), ("referral",
    "PartnerTold"),
    ("referral", "ReferralAccepted"), ("partners", "PlaceTaken"), ("referral", "PersonAdmitted"),
    ("referral", "PlacementConfirmed"), ("referral", "FollowUpDue"), ("referral", "FollowUpRecorded"),
)  # fmt: skip


def story(chance: random.Random) -> Iterator[dict[str, object]]:
    """One case after another, as pages carry them."""
    positions = dict.fromkeys(("intake", "screening", "partners", "referral"), 0)
    while True:
        at = START + timedelta(minutes=chance.randrange(1_000_000))
        case_id, referral_id, centre = _id(chance), _id(chance), str(chance.randrange(10, 97))
        cause = _id(chance)
        for service, type in STORY:
            positions[service] += 1
            at += timedelta(hours=chance.randrange(1, 90))
            event_id = _id(chance)
            yield {
                "actor": f"worker-{centre}", "causationid": cause, "caseid": case_id, "centre": centre,
                "correlationid": case_id, "data": _data(type, case_id, referral_id),
                "datacontenttype": "application/json",
                "dataversion": 1, "id": event_id, "recordedtime": instant(at), "sealedhash": "",
                "sequence": positions[service], "source": f"/songtor/{service}", "specversion": "1.0",
                "streamid": f"case/{case_id}", "streamversion": 1, "subject": f"case/{case_id}", "time": instant(at),
                "type": type, "hash": "0" * 64,
            }  # fmt: skip
            cause = event_id


def _id(chance: random.Random) -> str:
    return str(UUID(int=chance.getrandbits(128)))


def _data(type: str, case_id: str, referral_id: str) -> dict[str, object]:
    data: dict[str, object] = {"case_id": case_id, "person_id": referral_id}
    if type in ABOUT_REFERRAL:
        data |= {"referral_id": referral_id, "programme_id": case_id, "partner_id": referral_id}
        path, kind, outside = PLACES[int(case_id[:8], 16) % len(PLACES)]
        data |= {"path": path, "kind": kind, "outside_ministry": outside, "work": None}
        data["in_place"] = True
    if type == "ScreeningCompleted":
        data["facts"] = {"housing": "street", "income_sufficient": False, "disability_types": [1, 3]}
        data["labels"] = [
            {"code": code, "verdict": verdict, "law": "2557:3", "because": [], "ask": []}
            for code, verdict in (
                ("destitute_a", "met"),
                ("disabled", "met"),
                ("child", "not_met"),
                ("pregnant", "unknown"),
            )
        ]
    return data


class Rate(NamedTuple):
    """Facts a second, and the processor time of this process for each, in microseconds."""

    by_the_clock: int
    computed: float


def measure(url: str, count: int) -> Rate:
    """One rebuild of `count` facts."""
    with filled(url, count) as log:
        started, used = time.perf_counter(), time.process_time()
        done = rebuild(log, MILESTONES, lambda done, total: None, lambda seconds: None)
        assert done == count
        computed = (time.process_time() - used) / count * 1e6
        return Rate(round(count / (time.perf_counter() - started)), round(computed, 1))


@contextmanager
def filled(url: str, count: int) -> Iterator[EventLog]:
    """Reporting's database with so many facts heard, of which nothing is counted yet."""
    database = Database(url)
    try:
        prepare(database, WIRING)
        log = EventLog(database, WIRING)
        with log.write() as db:
            for table in (*MILESTONES.tables, *OWNERS.tables):
                table.create(db)
            facts = story(random.Random(1))
            for start in range(0, count, 1000):
                _keep(log, db, [next(facts) for _ in range(min(1000, count - start))], start)
        yield log
    finally:
        database.close()


def _keep(log, db, facts, start) -> None:
    columns = "ingest_position, source, position, event_type, case_id, body, hash"
    rows = [
        (
            start + n, str(fact["source"]).rpartition("/")[2], fact["sequence"], fact["type"], fact["caseid"],
            orjson.dumps(fact).decode(), fact["hash"],
        )
        for n, fact in enumerate(facts, start=1)
    ]  # fmt: skip
    log.insert(db, "source_event", columns, rows)
    log.run(db, "UPDATE ingest_head SET position = ?, filled = ? WHERE id = 1", *(start + len(facts),) * 2)


def measure_library(url: str | None, folder: str, count: int) -> int:
    """Events a second that the library reads from its log and turns into objects; nothing is projected."""
    os.environ.update({"PERSISTENCE_MODULE": f"eventsourcing.{'postgres' if url else 'sqlite'}"})
    if url:
        parsed = make_url(url)
        os.environ.update(
            POSTGRES_DBNAME=str(parsed.database),
            POSTGRES_HOST=str(parsed.host),
            POSTGRES_PORT=str(parsed.port or 5432),
            POSTGRES_USER=str(parsed.username),
            POSTGRES_PASSWORD=str(parsed.password or ""),
        )
    else:
        os.environ.update(SQLITE_DBNAME=str(Path(folder) / "library.db"))
    from bench.library import Counter, Counters

    application = Counters()
    for _ in range(0, count, 1000):
        counters = [Counter(NOTE) for _ in range(100)]
        for counter in counters:
            for _ in range(9):
                counter.count(NOTE)
        application.save(*counters)
    started = time.perf_counter()
    position = done = 0
    while notifications := application.recorder.select_notifications(position + 1, 1000):
        for notification in notifications:
            application.mapper.to_domain_event(notification)
        done += len(notifications)
        position = int(notifications[-1].id)
    rate = round(done / (time.perf_counter() - started))
    application.close()
    return rate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    count = parser.parse_args().events
    figures: dict[str, object] = {"figure": "d_rebuild_events_per_second", "events": count, "aim": 30_000}
    for database in ("sqlite", "postgresql"):
        with tempfile.TemporaryDirectory() as folder, fresh_postgres(database) as url:
            ours = measure(url or f"sqlite:///{Path(folder) / 'reporting.db'}", count)
        with tempfile.TemporaryDirectory() as folder, fresh_postgres(database) as url:
            peer = measure_library(url, folder, count)
        figures[database] = {
            "ours": ours.by_the_clock, "ours_computed_us_each": ours.computed, "peer": peer,
            "ratio": round(ours.by_the_clock / peer, 2),
        }  # fmt: skip
    load = {"load": round(os.getloadavg()[0], 1)}
    print(json.dumps(figures | load | {"peer_name": "eventsourcing 9.5, reading and decoding only"}))


if __name__ == "__main__":
    main()
