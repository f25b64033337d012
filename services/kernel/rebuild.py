"""A read model made again from the facts beside the old one, which answers meanwhile and is kept up to date, and put in
its place in a moment (kernel.beside).

Nobody waits for more than the last facts and the swap. A crash on the way leaves the old rows.
"""

from collections.abc import Callable
from contextlib import suppress

from sqlalchemy import Connection

from services.kernel import building
from services.kernel.beside import Beside, beside
from services.kernel.building import Stand
from services.kernel.errors import Conflict, Unavailable
from services.kernel.eventlog import EventLog
from services.kernel.readmodels import Projection

LAST = 50  # facts that may be left for the swap
TRIES, PAUSE, PAUSE_MOST = (
    60,
    0.05,
    2.0,
)  # of the swap, while somebody holds a head or reads for long; seconds

Progress = Callable[[int, int], None]  # (facts replayed, facts in all)


def rebuild(log: EventLog, projection: Projection, progress: Progress, pause: Callable[[float], None]) -> int:
    """Replay own and heard facts into `projection`. Returns how many facts were replayed. `pause(0)` lets others
    run. Unavailable if the old tables were in use all the time."""
    stand, count, finished = Stand(), LAST + 1, False
    with building.one_builder(log.database), beside(log.database, projection.tables) as new:
        while count > LAST or not stand.derived:
            with new.filling() as db:
                stand, count = building.advance(log, db, projection, stand, pause)
                in_all = sum(log.heads(db))
            if stand.derived and not finished:
                new.finish()
                finished = True
            progress(stand.own + stand.heard, in_all)
            pause(0)
        return _swap(log, projection, stand, new, pause)


def _swap(
    log: EventLog, projection: Projection, stand: Stand, new: Beside, pause: Callable[[float], None]
) -> int:
    """Returns how many facts are in it."""
    for attempt in range(TRIES):
        with suppress(Conflict):
            with new.swapping() as db:
                last, count = stand, 1
                while count:
                    last, count = building.advance(log, db, projection, last, lambda seconds: None)
                _note(log, db, projection)
            return last.own + last.heard
        pause(min(PAUSE * 2**attempt, PAUSE_MOST))
        with new.filling() as db:
            stand, _count = building.advance(log, db, projection, stand, pause)
    raise Unavailable("This read model is in use all the time; it was not made anew.")


def _note(log: EventLog, db: Connection, projection: Projection) -> None:
    """Should the heads say that read models lack facts, this one has them now."""
    sql = (
        "UPDATE projection SET own_regained = (SELECT position - filled FROM log_head), "
        "heard_regained = (SELECT position - filled FROM ingest_head) WHERE name = ? AND version = ?"
    )
    log.run(db, sql, projection.name, projection.version)
