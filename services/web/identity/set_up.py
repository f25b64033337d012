"""The first administrator of a fresh system: whoever started it has a link that makes one, once. Only its hash is kept;
where there is, or ever was, an administrator no link opens anything."""

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Column, ColumnElement, Connection, Table, Text, delete, insert, select

from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import Conflict
from services.kernel.runtime import ServiceRuntime
from services.web.identity import accounts, passwords, people
from services.web.identity.accounts import account
from services.web.identity.people import Person
from services.web.identity.sessions import hash_of
from services.web.store.tables import metadata

set_up_link = Table(
    "set_up_link",
    metadata,
    Column("link_hash", Text, primary_key=True),
    Column("expires_at", Text, nullable=False),
)

HOURS = 24
DONE = "done"  # no hash: of two who use their links at once, one writes this row

Outcome = Literal["made", "taken", "over"]


def needed(db: Connection) -> bool:
    """Whether nobody is, or was, an administrator."""
    return db.execute(select(account.c.user_name).where(account.c.role == "admin").limit(1)).scalar() is None


def issue(runtime: ServiceRuntime) -> str | None:
    """The secret part of a new link; None where it would open nothing. Earlier ones hold for their time: several front
    doors may start at once."""
    secret, now = secrets.token_urlsafe(32), runtime.now()
    with runtime.database.write() as db:
        db.execute(delete(set_up_link).where(set_up_link.c.expires_at <= instant(now)))
        if not needed(db):
            return None
        row = {"link_hash": hash_of(secret), "expires_at": instant(now + timedelta(hours=HOURS))}
        db.execute(insert(set_up_link).values(**row))
    return secret


def fits(db: Connection, secret: str, now: datetime) -> bool:
    asked = select(set_up_link.c.link_hash).where(*_this(secret, now))
    return db.execute(asked).scalar() is not None and needed(db)


def make_administrator(
    runtime: ServiceRuntime, secret: str, user: str, hash: str, person: Person = people.NOBODY
) -> Outcome:
    """An administrator of all centres with this password; "taken": somebody else has the name, "over": the link makes
    nobody any more."""
    try:
        with runtime.database.write() as db:
            if not fits(db, secret, runtime.now()):
                return "over"
            if accounts.find(db, user) is not None:
                return "taken"
            now = instant(runtime.now())
            db.execute(delete(set_up_link))
            db.execute(insert(set_up_link).values(link_hash=DONE, expires_at=now))
            accounts.add(db, user, "admin", (ALL_CENTRES,), now)
            accounts.note_change(db, now, user, user, "made")
            passwords.keep(db, user, hash, temporary=False)
            people.keep(runtime, db, user, person)
    except Conflict:  # somebody was faster
        return "over"
    return "made"


def _this(secret: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return set_up_link.c.link_hash == hash_of(secret), set_up_link.c.expires_at > instant(now)
