"""Who has given the right password and not yet the code: known by a cookie of its own, for five minutes, and good for
nothing else."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, Table, Text, delete, insert, select, update

from services.kernel.envelope import instant, moment
from services.kernel.runtime import ServiceRuntime
from services.web.identity import sessions
from services.web.identity.accounts import Account, account
from services.web.store.tables import metadata

pending_session = Table(
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
class PendingSession:
    """`live` False: its time is over, or the account has changed since."""

    user: str
    next: str
    keep: str
    live: bool


def begin(db: Connection, cookie: str, of: Account, next: str, keep: str, now: datetime) -> None:
    db.execute(delete(pending_session).where(pending_session.c.began_at < instant(now - KEPT)))
    row = {"id_hash": sessions.hash_of(cookie), "user_name": of.user, "token_version": of.token_version}
    db.execute(insert(pending_session).values(**row, began_at=instant(now), next=next, keep=keep))


def find(db: Connection, cookie: str, now: datetime) -> PendingSession | None:
    asked = (
        select(pending_session, account.c.active, account.c.token_version.label("version_now"))
        .join(account, account.c.user_name == pending_session.c.user_name)
        .where(pending_session.c.id_hash == sessions.hash_of(cookie))
    )
    row = db.execute(asked).one_or_none()
    if row is None:
        return None
    unchanged = row.active and row.version_now == row.token_version
    live = unchanged and now - moment(row.began_at) < LONGEST
    return PendingSession(row.user_name, row.next, row.keep, live)


def end(db: Connection, cookie: str) -> None:
    db.execute(delete(pending_session).where(pending_session.c.id_hash == sessions.hash_of(cookie)))


def forget_kept(runtime: ServiceRuntime, db: Connection, about: Callable[[str], bool]) -> None:
    """Of what was typed when a session ended, that which is `about` something is not given back."""
    for row in db.execute(select(pending_session).where(pending_session.c.keep != "")).all():
        if about(row.keep):
            theirs = pending_session.c.id_hash == row.id_hash
            db.execute(update(pending_session).where(theirs).values(keep=""))
