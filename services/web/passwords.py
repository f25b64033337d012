"""Passwords of local accounts: argon2id hashes, and a lock that grows with every failure."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy import Boolean, Column, Connection, Integer, Table, Text, delete, select

from services.kernel.envelope import instant, moment
from services.kernel.runtime import ServiceRuntime
from services.kernel.wiring import upsert
from services.web import accounts

password = Table(
    "password",
    accounts.metadata,
    Column("user_name", Text, primary_key=True),
    Column("hash", Text, nullable=False),
    Column("temporary", Boolean, nullable=False),  # given by somebody else: its user must choose another
)
failure = Table(
    "sign_in_failure",
    accounts.metadata,
    Column("name_hash", Text, primary_key=True),  # also for names that nobody has, so that both look the same
    Column("count", Integer, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("locked_until", Text),
)

SHORTEST, LONGEST = 10, 200
FREE_TRIES = 5
FIRST_LOCK = timedelta(minutes=1)
LONGEST_LOCK = timedelta(hours=1)
FORGOTTEN = timedelta(days=1)  # a day without another failure, and it starts from nothing

# OWASP's and RFC 9106's advice for argon2id on a small server: one lane, 32 MiB.
HASHER = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)


class Locked(Exception):
    """Too many failures; `minutes` until the next try counts."""

    def __init__(self, minutes: int) -> None:
        super().__init__(minutes)
        self.minutes = minutes


def invented() -> str:
    """A password that can be read out: sixteen letters and digits in four groups (some 77 bits)."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def hashed(text: str) -> str:
    return HASHER.hash(text)


def keep(db: Connection, user: str, hash: str, temporary: bool) -> None:
    upsert(db, password, [{"user_name": user, "hash": hash, "temporary": temporary}], ["user_name"])


def forget(db: Connection, user: str) -> None:
    db.execute(delete(password).where(password.c.user_name == user))


def has(db: Connection, user: str) -> bool:
    return db.execute(select(password.c.user_name).where(password.c.user_name == user)).scalar() is not None


def give(runtime: ServiceRuntime, user: str) -> str:
    """A new password for a user, who must choose another with it; every session and token they had ends."""
    given = invented()
    hash = runtime.around.heavy(lambda: hashed(given))
    with runtime.database.write() as db:
        keep(db, user, hash, temporary=True)
        accounts.end_tokens(db, user)
    return given


def check(runtime: ServiceRuntime, user: str, typed: str) -> bool:
    """Whether this is the user's password, taking as long for a name nobody has; Locked after too many failures."""
    name_hash = hmac.new(runtime.key("sign-in-name"), user.encode(), hashlib.sha256).hexdigest()
    now = runtime.now()
    stored = runtime.read(lambda db: _unlocked_hash(db, user, name_hash, now))
    right = runtime.around.heavy(lambda: _fits(stored or _nobodys(), typed)) and stored is not None
    with runtime.database.write() as db:
        if right:
            db.execute(delete(failure).where(failure.c.name_hash == name_hash))
        else:
            _failed(db, name_hash, now)
    return right


def _unlocked_hash(db: Connection, user: str, name_hash: str, now: datetime) -> str | None:
    lock = db.execute(select(failure.c.locked_until).where(failure.c.name_hash == name_hash)).scalar()
    if lock and moment(lock) > now:
        raise Locked(int((moment(lock) - now).total_seconds() // 60) + 1)
    return db.execute(select(password.c.hash).where(password.c.user_name == user)).scalar()


def _failed(db: Connection, name_hash: str, now: datetime) -> None:
    db.execute(delete(failure).where(failure.c.last_at < instant(now - FORGOTTEN)))
    before = db.execute(select(failure.c.count).where(failure.c.name_hash == name_hash)).scalar() or 0
    beyond = before + 1 - FREE_TRIES
    lock = min(FIRST_LOCK * 2 ** min(beyond, 10), LONGEST_LOCK) if beyond >= 0 else None
    row = {
        "name_hash": name_hash,
        "count": before + 1,
        "last_at": instant(now),
        "locked_until": instant(now + lock) if lock else None,
    }
    upsert(db, failure, [row], ["name_hash"])


def _fits(hash: str, typed: str) -> bool:
    try:
        return HASHER.verify(hash, typed)
    except VerificationError:
        return False


@cache
def _nobodys() -> str:
    return hashed(secrets.token_urlsafe())
