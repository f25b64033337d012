"""How often one may try to sign in: a lock that grows with every failure, the same for passwords and for codes."""

import hmac
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, Table, Text, delete, select, update

from services.kernel.envelope import instant, moment
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

failure = Table(
    "sign_in_failure",
    metadata,
    Column("name_hash", Text, primary_key=True),  # also for names that nobody has, so that both look the same
    Column("count", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("locked_until", Text),
)

FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)  # a day without another failure, and it starts from nothing


class Locked(Exception):
    """Too many failures; `minutes` until the next try counts."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


def counter(runtime: ServiceRuntime, what: str, user: str, browser: str | None) -> str:
    """Under which name tries of `what` (password or code) are counted: those of each browser that is known as the user's by itself,
    those of all strangers together. So a stranger's failures lock no known browser."""
    named = "\n".join((what, user, browser or ""))
    return hmac.digest(runtime.key("sign-in-name"), named.encode(), "sha256").hex()


def take(db: Connection, name: str, now: datetime) -> None:
    """One try more; Locked if none is free. It counts as a failure before anything is compared, so that many at once are no more
    than are free; `forgive` follows if it was right."""
    db.execute(delete(failure).where(failure.c.last_at < instant(now - FORGOTTEN)))
    new = {"name_hash": name, "count": 0, "last_at": instant(now), "locked_until": None}
    upsert(db, failure, [new], ["name_hash"], ())
    mine = failure.c.name_hash == name
    asked = select(failure.c.count, failure.c.locked_until).where(mine).with_for_update()
    before, locked_until = db.execute(asked).one()
    if locked_until and moment(locked_until) > now:
        raise Locked(int((moment(locked_until) - now).total_seconds() // 60) + 1)
    beyond = before + 1 - FREE_TRIES
    lock = min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK) if beyond >= 0 else None
    counted = {
        "count": before + 1,
        "last_at": instant(now),
        "locked_until": instant(now + lock) if lock else None,
    }
    db.execute(update(failure).where(mine).values(**counted))


def forgive(db: Connection, name: str) -> None:
    """From nothing again. The row stays for a day: another try may be waiting for it."""
    db.execute(update(failure).where(failure.c.name_hash == name).values(count=0, locked_until=None))
