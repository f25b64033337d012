"""Read models of a new version, filled beside the old ones while everybody goes on writing; then all are raised at
once.

A batch is a transaction: rows, and how far they go. So a crash costs a batch, and the next start goes on from there.
The last facts are applied while the heads stand still (kernel.fence): what was appended before is in the new rows, and
who fills only the old ones appends nothing after.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from threading import Lock
from typing import NamedTuple

from sqlalchemy import Connection, Table, delete, insert, select, update

from services.kernel import fence, owners, scope, tables
from services.kernel.database import Database
from services.kernel.errors import Conflict, Unavailable
from services.kernel.eventlog import EventLog
from services.kernel.readmodels import Projection

BATCH = 1000
LAST = 50  # facts that may be left when the heads are held
TRIES = 30
BUILDERS = 7306  # the advisory lock under which one of several replicas makes read models, which takes long
WAIT = "2s"  # for the heads: behind whoever waits for them longer, everybody else would wait

_builders: dict[str, Lock] = {}  # by SQLite file: what is made beside it has one name (kernel.beside)


class Stand(NamedTuple):
    """How many own facts and how many that were heard are in a read model, and whether what is derived is."""

    own: int = 0
    heard: int = 0
    derived: bool = False


def bring_up(log: EventLog, now: Callable[[], str], pause: Callable[[float], None]) -> None:
    """Fill what the database lacks of this program's read models, and raise their versions. Only one may do so at a
    time."""
    with log.database.write() as db:
        lacking = fence.missing(db, log.wiring)
        new = [projection for projection in log.wiring.projections if projection.name in lacking]
        for projection in new:
            _begin(db, projection)
    for projection in new:
        # Whose cases are is known to the last before the others ask.
        while _further(log, projection, pause) > (0 if projection.name == owners.OWNERS.name else LAST):
            pause(0)
    for _ in range(TRIES):
        try:
            return _raise(log, new, now())
        except Conflict:  # somebody has held a head for long
            pause(0.1)
            for projection in new:
                _further(log, projection, pause)
    raise Unavailable("Somebody holds the log of this service; its read models cannot be raised now.")


@contextmanager
def one_builder(database: Database) -> Iterator[None]:
    """Several replicas may start at once: one builds, the others then find it built; and one rebuilds at a time, the
    next waits. (SQLite files have one process.)"""
    if database.sqlite:
        with _builders.setdefault(str(database.url.database), Lock()):
            yield
        return
    with database.write() as db:
        db.exec_driver_sql("SET LOCAL lock_timeout = 0")
        db.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({BUILDERS})")
        yield


def protect(db: Connection, some: Iterable[Table]) -> None:
    """On PostgreSQL, let those of some tables that are not everybody's show only rows of whom the transaction may
    see."""
    if db.dialect.name == "postgresql" and (open_to_all := scope.unprotected(db, some)):
        db.exec_driver_sql("SET LOCAL lock_timeout = '60s'")
        for table in open_to_all:
            scope.protect(db, table)


def _begin(db: Connection, projection: Projection) -> None:
    """Make its tables, empty and protected; or go on where a start of before was cut short."""
    for table in projection.tables:
        table.create(db, checkfirst=True)
    protect(db, projection.tables)
    building = tables.building
    begun = db.execute(
        select(building.c.version).where(building.c.name == projection.name)
    ).scalar_one_or_none()
    if begun == projection.version:
        return
    for table in reversed(projection.tables):
        db.execute(delete(table))
    db.execute(delete(building).where(building.c.name == projection.name))
    fresh = {"name": projection.name, "version": projection.version, "own": 0, "heard": 0, "derived": False}
    db.execute(insert(building).values(fresh))


def _further(log: EventLog, projection: Projection, pause: Callable[[float], None]) -> int:
    """One batch. Returns how many facts it had."""
    with log.database.write() as db:
        return _apply(log, db, projection, pause)


def _apply(log: EventLog, db: Connection, projection: Projection, pause: Callable[[float], None]) -> int:
    """One batch, in the caller's transaction, and how far that is. Returns how many facts it had."""
    building = tables.building
    mine = building.c.name == projection.name
    row = db.execute(select(building).where(mine)).one()
    stand, count = advance(log, db, projection, Stand(row.own, row.heard, row.derived), pause)
    db.execute(update(building).where(mine).values(stand._asdict()))
    return count


def advance(
    log: EventLog, db: Connection, projection: Projection, stand: Stand, pause: Callable[[float], None]
) -> tuple[Stand, int]:
    """Project one batch: own facts first, then what was heard. What is derived is made once, near the heads, and then
    kept up with. Returns how far that is, and how many facts the batch had."""
    own_head, heard_head = log.heads(db)
    own = min(own_head - stand.own, BATCH)
    heard = min(heard_head - stand.heard, BATCH) if own < BATCH else 0
    # A case that is handed over meanwhile takes along what is made of it already.
    types = projection.types and projection.types | {owners.TRANSFER}
    facts = log.facts(db, stand.own, own, types) if own else []
    facts += log.heard(db, stand.heard, heard, types) if heard else []
    some = projection.of(facts)
    if some:
        projection.project(db, some)
    if facts and log.keeps_owners:
        owners.follow(db, projection.tables, owners.look_up(db, facts))
    derived = stand.derived or max(own, heard) < BATCH
    if derived and (some or not stand.derived):
        for _ in projection.derive(db, some if stand.derived else None):
            pause(0)
    return Stand(stand.own + own, stand.heard + heard, derived), own + heard


def _raise(log: EventLog, new: Iterable[Projection], now: str) -> None:
    with log.database.write() as db:
        if not log.database.sqlite:
            db.exec_driver_sql(f"SET LOCAL lock_timeout = '{WAIT}'")
        fence.hold_heads(db)
        for projection in new:
            while _apply(log, db, projection, lambda seconds: None):
                pass
        fence.raise_versions(db, log.wiring, now)
        db.execute(delete(tables.building))
