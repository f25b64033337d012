"""What outboxes share: a lease, so that one process works on something at a time, and when what failed is tried
again."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Table, or_, update

from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime

LEASE = timedelta(seconds=30)
DELAYS = tuple(timedelta(seconds=each) for each in (5, 30, 300, 1800, 7200, 18000, 36000, 36000))


def again(now: datetime, attempts: int, jitter: float) -> str | None:
    """When what failed so many times is tried again; None: not any more. `jitter`: later by chance."""
    return instant(now + DELAYS[attempts - 1] * jitter) if attempts <= len(DELAYS) else None


def free(table: Table, runtime: ServiceRuntime, now: datetime) -> ColumnElement[bool]:
    """Whether nobody else works on a row (`held_by`, `held_until`)."""
    held_by, held_until = table.c.held_by, table.c.held_until
    return or_(held_by.is_(None), held_by == runtime.replica_id, held_until <= instant(now))


def hold(
    db: Connection, table: Table, runtime: ServiceRuntime, now: datetime, *this: ColumnElement[bool]
) -> bool:
    """Whether the lease of a row is this process's now (again)."""
    values = {"held_by": runtime.replica_id, "held_until": instant(now + LEASE)}
    return db.execute(update(table).where(*this, free(table, runtime, now)).values(values)).rowcount == 1


def let_go(db: Connection, table: Table, runtime: ServiceRuntime, *this: ColumnElement[bool]) -> None:
    mine = update(table).where(*this, table.c.held_by == runtime.replica_id)
    db.execute(mine.values(held_by=None, held_until=None))
