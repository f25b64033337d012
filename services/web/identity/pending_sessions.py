"""Who has given the right password and not yet the code: known by a cookie of its own, for five minutes, and good for nothing else."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, Table, Text, delete, insert, select

from services.kernel.envelope import instant, moment
from services.web.identity import sessions
from services.web.identity.accounts import Account, account
from services.web.store.tables import metadata

half_session = Table(
    "half_session",
    metadata,
    Column("id_hash", Text, primary_key=True),
    Column("user_name", Text, nullable=False),
    Column("token_version", Integer, nullable=False),
    Column("began_at", Text, nullable=False),
    Column("next", Text, nullable=False),  # the address to go on to
    Column("keep", Text, nullable=False),  # what was typed when a session ended, sealed
)

COOKIE = "songtor-half"
LONGEST = timedelta(minutes=5)
KEPT = timedelta(days=1)  # one that is over still gives back what was typed, to who starts over


@dataclass(frozen=True)
class Half:
    """`live` False: its time is over, or the account has changed since."""

    user: str
    next: str
    keep: str
    live: bool


def begin(db: Connection, cookie: str, of: Account, next: str, keep: str, now: datetime) -> None:
    db.execute(delete(half_session).where(half_session.c.began_at < instant(now - KEPT)))
    row = {"id_hash": sessions.hash_of(cookie), "user_name": of.user, "token_version": of.token_version}
    db.execute(insert(half_session).values(**row, began_at=instant(now), next=next, keep=keep))


def find(db: Connection, cookie: str, now: datetime) -> Half | None:
    asked = (
        select(half_session, account.c.active, account.c.token_version.label("version_now"))
        .join(account, account.c.user_name == half_session.c.user_name)
        .where(half_session.c.id_hash == sessions.hash_of(cookie))
    )
    row = db.execute(asked).one_or_none()
    if row is None:
        return None
    unchanged = row.active and row.version_now == row.token_version
    live = unchanged and now - moment(row.began_at) < LONGEST
    return Half(row.user_name, row.next, row.keep, live)


def end(db: Connection, cookie: str) -> None:
    db.execute(delete(half_session).where(half_session.c.id_hash == sessions.hash_of(cookie)))
