"""Keys of partners' own systems: what each may do, until when, and that it was given by whom. A key is shown when it is
made and never again; only its hash is kept.

A key is 256 bits of chance, so nobody finds one by trying: wrong ones are counted like wrong passwords, by the key
they claim to be, and that count never locks the right one out. (Else whoever knows a key's name could lock a partner's
system out.)
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import orjson
from sqlalchemy import Column, ColumnElement, Connection, Integer, Row, Table, Text, insert, select, update

from services.kernel.envelope import PARTNER_ACTOR, Caller, instant, moment
from services.kernel.errors import NotFound
from services.kernel.runtime import ServiceRuntime
from services.web.identity import throttle
from services.web.store.tables import metadata

api_key = Table(
    "api_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list of codes.keys.SCOPES
    Column("secret_hash", Text, nullable=False),
    Column("days", Integer, nullable=False),  # for which it is given, and given again when it is rotated
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("expires_at", Text, nullable=False),
    Column("before_hash", Text),  # of the secret before the last rotation, which works until `before_until`
    Column("before_until", Text),
    Column("rotated_at", Text),
    Column("rotated_by", Text),
    Column("revoked_at", Text),
    Column("revoked_by", Text),
    Column("used_at", Text),
)

PREFIX = "songtor"
USER = "key:"  # so begins what a key is called where users are; no account may be called so
ACTOR = f"{PARTNER_ACTOR}{USER}"  # ... and so where facts name who did it
KEY = re.compile(rf"{PREFIX}_([0-9a-f]{{16}})_([A-Za-z0-9_-]{{43}})")
GRACE = timedelta(days=1)  # for which the secret before a rotation still works
TOUCH = timedelta(seconds=60)  # `used_at` is not written more often
MOST = 20  # keys of a partner that work at the same time

State = Literal["works", "expired", "revoked"]


class Key(NamedTuple):
    """A key as it is listed; times are RFC 3339 UTC. `before_until`: until then the secret of before still works."""

    key_id: str
    partner_id: str
    name: str
    scopes: tuple[str, ...]
    days: int
    made_at: str
    made_by: str
    expires_at: str
    before_until: str | None
    rotated_at: str | None
    rotated_by: str | None
    revoked_at: str | None
    revoked_by: str | None
    used_at: str | None
    state: State


class BadKey(Exception):
    """The key opens nothing; `reason` is unknown, expired or revoked."""

    def __init__(self, reason: Literal["unknown", "expired", "revoked"]) -> None:
        super().__init__(reason)
        self.reason = reason


def looks_like(token: str) -> bool:
    """Whether a bearer token says that it is a key."""
    return token.startswith(f"{PREFIX}_")


def user_of(key_id: str) -> str:
    """Under which name a key acts."""
    return f"{USER}{key_id}"


def is_key(user: str) -> bool:
    """Whether it is a key that acts under this name."""
    return user.startswith(USER)


def names(runtime: ServiceRuntime, actors: Iterable[str]) -> dict[str, str]:
    """{actor: what the key is called}, of those that facts name and that are keys."""
    ids = {each.removeprefix(ACTOR): each for each in actors if each.startswith(ACTOR)}
    if not ids:
        return {}
    asked = select(api_key.c.key_id, api_key.c.name).where(api_key.c.key_id.in_(sorted(ids)))
    return {ids[row.key_id]: row.name for row in runtime.read(lambda db: db.execute(asked).all())}


def list_expiring(db: Connection, now: str, until: str) -> list[Row[Any]]:
    """Keys that work now, and no more at a moment."""
    k = api_key.c
    soon = k.revoked_at.is_(None), k.expires_at > now, k.expires_at <= until
    return list(db.execute(select(k.key_id, k.partner_id, k.expires_at).where(*soon)))


# -- giving and taking ------------------------------------------------------------------------------------------------


def make(
    runtime: ServiceRuntime,
    command: str,
    partner_id: str,
    name: str,
    scopes: Sequence[str],
    days: int,
    by: str,
) -> str | None:
    """The new key; None if the same command made one already (which is shown no more), or the partner has `MOST`."""
    now, secret = runtime.now(), secrets.token_urlsafe(32)
    key_id = hashlib.sha256(f"{partner_id}\n{command}".encode()).hexdigest()[:16]
    row = {
        "key_id": key_id, "partner_id": partner_id, "name": name, "scopes": orjson.dumps([*scopes]).decode(),
        "secret_hash": _hash(key_id, secret), "days": days, "made_at": instant(now), "made_by": by,
        "expires_at": instant(now + timedelta(days=days)),
    }  # fmt: skip
    with runtime.database.write() as db:
        theirs = [_key(each, now) for each in db.execute(_of(partner_id)).all()]
        if any(each.key_id == key_id for each in theirs) or sum(e.state == "works" for e in theirs) >= MOST:
            return None
        db.execute(insert(api_key).values(row))
    return f"{PREFIX}_{key_id}_{secret}"


def rotate(runtime: ServiceRuntime, partner_id: str, key_id: str, by: str) -> str:
    """The key with another secret, given for as long as the first time; that of before works for a day more, and no
    longer than it was given for. NotFound if it works no more."""
    now, secret = runtime.now(), secrets.token_urlsafe(32)
    with runtime.database.write() as db:
        key = _find(db, partner_id, key_id, now)
        if key.state != "works":
            raise NotFound("key")
        values = {
            "secret_hash": _hash(key_id, secret), "before_hash": api_key.c.secret_hash,
            "before_until": min(instant(now + GRACE), key.expires_at),
            "expires_at": instant(now + timedelta(days=key.days)), "rotated_at": instant(now), "rotated_by": by,
        }  # fmt: skip
        db.execute(update(api_key).where(api_key.c.key_id == key_id).values(values))
    return f"{PREFIX}_{key_id}_{secret}"


def revoke(runtime: ServiceRuntime, partner_id: str, key_id: str, by: str) -> None:
    """Nothing of it works from now on; again is nothing. NotFound if it is another partner's."""
    now = runtime.now()
    with runtime.database.write() as db:
        _find(db, partner_id, key_id, now)
        still = api_key.c.key_id == key_id, api_key.c.revoked_at.is_(None)
        db.execute(update(api_key).where(*still).values(revoked_at=instant(now), revoked_by=by))


def list_of(db: Connection, partner_id: str, now: datetime) -> list[Key]:
    """All keys that a partner was ever given, the latest first."""
    return [_key(row, now) for row in db.execute(_of(partner_id)).all()]


def _of(partner_id: str) -> Any:
    asked = select(api_key).where(api_key.c.partner_id == partner_id)
    return asked.order_by(api_key.c.made_at.desc(), api_key.c.key_id)


def _find(db: Connection, partner_id: str, key_id: str, now: datetime) -> Key:
    mine = api_key.c.partner_id == partner_id, api_key.c.key_id == key_id
    row = db.execute(select(api_key).where(*mine)).one_or_none()
    if row is None:
        raise NotFound("key")
    return _key(row, now)


def _key(row: Row[Any], now: datetime) -> Key:
    state: State = "revoked" if row.revoked_at else "expired" if row.expires_at <= instant(now) else "works"
    kept = {name: getattr(row, name) for name in Key._fields if name not in ("scopes", "state")}
    return Key(**kept, scopes=tuple(orjson.loads(row.scopes)), state=state)


# -- using -----------------------------------------------------------------------------------------------------------


def caller(runtime: ServiceRuntime, token: str) -> tuple[Caller, frozenset[str]]:
    """Who acts by a key, and its scopes. BadKey if it opens nothing; throttle.Locked if it is one wrong key of too
    many."""
    now = runtime.now()
    found = runtime.read(lambda db: _claimed(db, token))
    if found is None or not _fits(found, token, now):
        _count(runtime, token, now)
        raise BadKey("unknown")
    key = _key(found, now)
    if key.state != "works":
        raise BadKey(key.state)
    if key.used_at is None or now - moment(key.used_at) > TOUCH:
        with runtime.database.write() as db:
            db.execute(update(api_key).where(api_key.c.key_id == key.key_id).values(used_at=instant(now)))
    return Caller(user_of(key.key_id), "partner", (), key.partner_id), frozenset(key.scopes)


def is_ours(runtime: ServiceRuntime, token: str) -> bool:
    """Whether the key works: asked before anything is done for a request, and counts no failure."""
    found = runtime.read(lambda db: _claimed(db, token))
    now = runtime.now()
    return found is not None and _fits(found, token, now) and _key(found, now).state == "works"


def _claimed(db: Connection, token: str) -> Row[Any] | None:
    """The row of the key that a token says it is."""
    parts = KEY.fullmatch(token)
    if parts is None:
        return None
    this: ColumnElement[bool] = api_key.c.key_id == parts[1]
    return db.execute(select(api_key).where(this)).one_or_none()


def _fits(row: Row[Any], token: str, now: datetime) -> bool:
    told = _hash(row.key_id, token.rpartition(f"{row.key_id}_")[2])
    if hmac.compare_digest(told, row.secret_hash):
        return True
    in_grace = row.before_until is not None and instant(now) < row.before_until
    return in_grace and hmac.compare_digest(told, row.before_hash)


def _count(runtime: ServiceRuntime, token: str, now: datetime) -> None:
    parts = KEY.fullmatch(token)
    name = throttle.counter(runtime, "key", parts[1] if parts else "", None)
    with runtime.database.write() as db:
        throttle.take(db, name, now)


def _hash(key_id: str, secret: str) -> str:
    """With the key's own name: a hash that was moved to another row fits nothing."""
    return hashlib.sha256(f"{key_id}\n{secret}".encode()).hexdigest()
