"""Whom a provider's word is about: which account belongs to a subject of the provider. The subject itself, which may be
a citizen number, is not stored, only a keyed hash of it."""

import hmac
from dataclasses import dataclass

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Table,
    Text,
    UniqueConstraint,
    delete,
    insert,
    select,
)

from services.kernel.envelope import instant
from services.kernel.errors import Conflict
from services.kernel.runtime import ServiceRuntime
from services.web.identity import accounts
from services.web.store.tables import metadata

identity = Table(
    "identity",
    metadata,
    Column("subject_hash", Text, primary_key=True),
    Column("issuer", Text, nullable=False),
    Column("user_name", Text, nullable=False),
    Column("linked_at", Text, nullable=False),
    Column("linked_by", Text, nullable=False),
    UniqueConstraint("user_name", "issuer"),
)


@dataclass(frozen=True)
class Identity:
    linked_at: str
    linked_by: str


def link(runtime: ServiceRuntime, issuer: str, subject: str, user: str, by: str) -> bool:
    """The subject signs in as `user` from now on, and nobody else of this provider does; False if it is another
    account's."""
    try:
        return _link(runtime, issuer, subject, user, by)
    except Conflict:  # somebody was faster: look again
        return _link(runtime, issuer, subject, user, by)


def _link(runtime: ServiceRuntime, issuer: str, subject: str, user: str, by: str) -> bool:
    hash = _hash(runtime, issuer, subject)
    with runtime.database.write() as db:
        owner = db.execute(select(identity.c.user_name).where(identity.c.subject_hash == hash)).scalar()
        if owner not in (None, user):
            return False
        db.execute(delete(identity).where(*_theirs(issuer, user)))
        row = {"subject_hash": hash, "issuer": issuer, "user_name": user, "linked_by": by}
        now = instant(runtime.now())
        db.execute(insert(identity).values(**row, linked_at=now))
        accounts.note_change(db, now, by, user, "identity_linked")
    return True


def user_of(runtime: ServiceRuntime, issuer: str, subject: str) -> str | None:
    hash = _hash(runtime, issuer, subject)
    found: str | None = runtime.read(
        lambda db: db.execute(select(identity.c.user_name).where(identity.c.subject_hash == hash)).scalar()
    )
    return found


def find(db: Connection, issuer: str, user: str) -> Identity | None:
    asked = select(identity.c.linked_at, identity.c.linked_by).where(*_theirs(issuer, user))
    row = db.execute(asked).one_or_none()
    return Identity(row.linked_at, row.linked_by) if row else None


def unlink(db: Connection, issuer: str, user: str, by: str, now: str) -> None:
    if db.execute(delete(identity).where(*_theirs(issuer, user))).rowcount:
        accounts.note_change(db, now, by, user, "identity_unlinked")


def forget(db: Connection, user: str) -> None:
    """The user has left: no provider signs them in any more."""
    db.execute(delete(identity).where(identity.c.user_name == user))


def _theirs(issuer: str, user: str) -> tuple[ColumnElement[bool], ...]:
    return identity.c.issuer == issuer, identity.c.user_name == user


def _hash(runtime: ServiceRuntime, issuer: str, subject: str) -> str:
    # No issuer has a line end in it, so no two pairs are the same text.
    return hmac.digest(runtime.key("identity"), f"{issuer}\n{subject}".encode(), "sha256").hex()
