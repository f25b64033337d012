"""Commands per second through the whole command path (load, decide, append, project, remember), beside the
`eventsourcing` library in its safe default mode doing the same aggregate, and beside the driver's bare INSERT and
COMMIT.

Each contender runs in a process of its own: ours green (eventlet) as in a service, the library with threads as it is
made for. Every command appends one event of about 300 bytes to a stream that then has 10 events; commits are durable
(PostgreSQL synchronous_commit=on, SQLite WAL with synchronous=FULL for all three).
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any
from uuid import UUID, uuid4

from bench.databases import fresh_postgres

SECONDS = 1.5
TURNS = 3
EVENTS_PER_STREAM = 10
NOTE = "x" * 120


def main() -> None:
    for database in ("sqlite", "postgresql"):
        for writers in (1, 16):
            # In turn, several times: the machine's speed drifts, and a ratio should not.
            turns = [
                {who: _run(who, database, writers) for who in ("ours", "library", "driver")}
                for _ in range(TURNS)
            ]
            print(
                json.dumps(
                    {
                        "figure": "a_commands_per_second",
                        "database": database,
                        "writers": writers,
                        "ours": median(turn["ours"] for turn in turns),
                        "peer": median(turn["library"] for turn in turns),
                        "peer_name": "eventsourcing 9.5, default mode",
                        "ratio": round(median(turn["ours"] / turn["library"] for turn in turns), 2),
                        "driver_insert_commit": median(turn["driver"] for turn in turns),
                        "fsync": "synchronous_commit=on"
                        if database == "postgresql"
                        else "WAL, synchronous=FULL",
                    }
                ),
                flush=True,
            )
        rate = median(_run("batch", database, 1) for _ in range(TURNS))
        figure = {
            "figure": "a_batches_of_100_events_per_second",
            "database": database,
            "ours": rate,
            "aim": 10_000,
        }
        print(json.dumps(figure), flush=True)


def _run(who: str, database: str, writers: int) -> float:
    command = [sys.executable, "-W", "ignore", "-m", "bench.commands", who, database, str(writers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    return float(done.stdout.strip().splitlines()[-1])


def _measure(writers: int, spawn, command) -> float:
    """Run `command(writer, n)` in `writers` workers for SECONDS; commands per second."""
    counts = [0] * writers
    stop = time.perf_counter() + SECONDS

    def work(writer: int) -> None:
        number = 0
        while time.perf_counter() < stop:
            command(writer, number)
            number += 1
            counts[writer] = number

    started = time.perf_counter()
    for worker in [spawn(work, writer) for writer in range(writers)]:
        worker()
    return sum(counts) / (time.perf_counter() - started)


def _ours(database: str, writers: int, batch: int = 1) -> float:
    import eventlet

    eventlet.monkey_patch()
    from bench.counting import COUNTER, WIRING, Count, macs
    from services.kernel import schema
    from services.kernel.database import Database
    from services.kernel.envelope import Envelope
    from services.kernel.eventlog import EventLog

    with tempfile.TemporaryDirectory() as folder, fresh_postgres(database) as url:
        target = url or f"sqlite:///{Path(folder) / 'bench.db'}"
        base = Database(target, pool=20)
        schema.prepare(base, WIRING)
        log = EventLog(base, WIRING, macs=macs(WIRING.service))
        schema.prepare_read_models(log, lambda: __import__("datetime").datetime.now(), eventlet.sleep)
        moment = "2026-11-22T00:00:00.000000Z"

        def command(writer: int, number: int) -> None:
            id = str(uuid4())
            envelope = Envelope(id, "f", "worker-60", "60", moment, moment, id, id)
            stream = f"{writer}-{number // EVENTS_PER_STREAM}"

            def work(unit):
                for _ in range(batch):
                    unit.handle(COUNTER, stream, Count(stream, NOTE))
                return {"version": unit.version(COUNTER, stream)}

            log.execute(envelope, work)

        def spawn(work, writer):
            return eventlet.spawn(work, writer).wait

        rate = _measure(writers, spawn, command) * batch
        base.close()
        return rate


def _library(database: str, writers: int) -> float:
    from threading import Thread

    with tempfile.TemporaryDirectory() as folder, fresh_postgres(database) as url:
        if url:
            from sqlalchemy.engine import make_url

            parsed = make_url(url)
            os.environ.update(
                PERSISTENCE_MODULE="eventsourcing.postgres",
                POSTGRES_DBNAME=str(parsed.database),
                POSTGRES_HOST=str(parsed.host),
                POSTGRES_PORT=str(parsed.port or 5432),
                POSTGRES_USER=str(parsed.username),
                POSTGRES_PASSWORD="",
                POSTGRES_POOL_SIZE="20",
            )
        else:
            os.environ.update(
                PERSISTENCE_MODULE="eventsourcing.sqlite",
                SQLITE_DBNAME=str(Path(folder) / "bench.db"),
                SQLITE_LOCK_TIMEOUT="10",
            )
        from bench.library import Counters

        application = Counters()
        current: dict[int, UUID] = {}

        def command(writer: int, number: int) -> None:
            if number % EVENTS_PER_STREAM == 0:
                current[writer] = application.open(NOTE)
            else:
                application.count(current[writer], NOTE)

        def spawn(work, writer):
            thread = Thread(target=work, args=(writer,))
            thread.start()
            return thread.join

        rate = _measure(writers, spawn, command)
        application.close()
        return rate


def _driver(database: str, writers: int) -> float:
    from threading import Thread

    text = json.dumps({"note": NOTE, "pad": NOTE})
    with tempfile.TemporaryDirectory() as folder, fresh_postgres(database) as url:
        if url:
            import psycopg2

            connections: list[Any] = [psycopg2.connect(url) for _ in range(writers)]
            mark = "%s"
        else:
            import sqlite3

            connections = []
            for _ in range(writers):
                connection = sqlite3.connect(Path(folder) / "bench.db", timeout=10, check_same_thread=False)
                connection.execute("PRAGMA journal_mode = WAL")
                connection.execute("PRAGMA synchronous = FULL")
                connections.append(connection)
            mark = "?"
        cursor = connections[0].cursor()
        cursor.execute("CREATE TABLE plain (id TEXT PRIMARY KEY, body TEXT)")
        connections[0].commit()

        def command(writer: int, number: int) -> None:
            connection = connections[writer]
            connection.cursor().execute(f"INSERT INTO plain VALUES ({mark}, {mark})", (str(uuid4()), text))  # noqa: S608
            connection.commit()

        def spawn(work, writer):
            thread = Thread(target=work, args=(writer,))
            thread.start()
            return thread.join

        rate = _measure(writers, spawn, command)
        for connection in connections:
            connection.close()
        return rate


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        who, database, writers = sys.argv[1], sys.argv[2], int(sys.argv[3])
        contenders: dict[str, Callable[[str, int], float]] = {
            "ours": _ours,
            "library": _library,
            "driver": _driver,
            "batch": lambda d, w: _ours(d, w, 100),
        }
        print(round(contenders[who](database, writers)))
