"""A read model made again from the facts, while the old one still answers.

One transaction: the old rows go, every fact is replayed, the commit shows the new rows. Readers see the old ones until
then (both databases keep them a consistent view); whoever would write to these tables waits. A crash on the way leaves
the old rows.
"""

from collections.abc import Callable

from sqlalchemy import delete

from services.kernel.eventlog import EventLog
from services.kernel.readmodels import Projection

BATCH = 1000

Progress = Callable[[int, int], None]  # (facts replayed, facts in all)


def rebuild(log: EventLog, projection: Projection, progress: Progress, pause: Callable[[float], None]) -> int:
    """Replay own and heard facts into `projection`. Returns how many facts were replayed. `pause(0)` lets others
    run."""
    with log.database.write() as db:
        if not log.database.sqlite:
            names = ", ".join(table.name for table in projection.tables)
            db.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
            db.exec_driver_sql(f"LOCK TABLE {names} IN EXCLUSIVE MODE")
        total = sum(
            int(log.row(db, sql)[0])
            for sql in (
                "SELECT position FROM log_head WHERE id = 1",
                "SELECT position FROM ingest_head WHERE id = 1",
            )
        )
        for table in reversed(projection.tables):
            db.execute(delete(table))
        done = 0
        for read in (log.facts, log.heard):
            position = 0
            while facts := read(db, position, BATCH):
                projection.project(db, facts)
                position += len(facts)
                done += len(facts)
                progress(done, total)
                pause(0)
        for _ in projection.derive(db, None):
            pause(0)
    return done
