"""Passwords of local accounts: argon2id hashes."""

import secrets
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Boolean, Column, Connection, Table, Text, delete, select

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.identity import accounts, hashing, throttle
from services.web.store.tables import metadata

password = Table(
    "password",
    metadata,
    Column("user_name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("temporary", Boolean, nullable=False),  # given by somebody else: its user must choose another
)

SHORTEST, LONGEST = 10, 200

# OWASP's and RFC 9106's advice for argon2id on a small server: one lane, 32 MiB.
HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


def invented() -> str:
    """A password that can be read out: sixteen letters and digits in four groups (some 77 bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def hashed(text: str) -> str:
    return HASHER.hash(text)


def made(runtime: ServiceRuntime, text: str) -> str:
    """The hash of a new password, for somebody who has shown who they are; hashing.Busy if too many wait already."""
    return hashing.in_turn(lambda: runtime.ports.heavy(lambda: hashed(text)), known=True)


def keep(db: Connection, user: str, hash: str, temporary: bool) -> None:
    upsert(db, password, [{"user_name": user, "hash": hash, "temporary": temporary}], ["user_name"])


def forget(db: Connection, user: str) -> None:
    db.execute(delete(password).where(password.c.user_name == user))


def has(db: Connection, user: str) -> bool:
    return db.execute(select(password.c.user_name).where(password.c.user_name == user)).scalar() is not None


def give(runtime: ServiceRuntime, user: str, by: str) -> str:
    """A new password for a user, who must choose another with it; every session and token they had ends."""
    given = invented()
    hash = made(runtime, given)
    with runtime.database.write() as db:
        keep(db, user, hash, temporary=True)
        accounts.end_tokens(db, user)
        accounts.note_change(db, instant(runtime.now()), by, user, "password")
    return given


def check(runtime: ServiceRuntime, user: str, typed: str, browser: str | None) -> bool:
    """Whether this is the user's password, taking as long for a name nobody has; throttle.Locked after too many
    failures, hashing.Busy if too many wait already. `browser`: what this one is called if it is known as the user's."""
    return hashing.in_turn(lambda: _check(runtime, user, typed, browser), known=browser is not None)


def _check(runtime: ServiceRuntime, user: str, typed: str, browser: str | None) -> bool:
    name = throttle.counter(runtime, "password", user, browser)
    with runtime.database.write() as db:
        throttle.take(db, name, runtime.now())
        stored = db.execute(select(password.c.hash).where(password.c.user_name == user)).scalar()
    right = runtime.ports.heavy(lambda: _fits(stored or _nobodys(), typed)) and stored is not None
    if right:
        with runtime.database.write() as db:
            throttle.forgive(db, name)
    return right


def _fits(hash: str, typed: str) -> bool:
    try:
        return HASHER.verify(hash, typed)
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())
