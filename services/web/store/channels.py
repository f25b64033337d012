"""By which ways somebody hears of notices outside these pages: an address of theirs that they have shown to be theirs,
and of what they want to hear there, and when. Addresses are sealed."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import (
    Column,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    delete,
    select,
    update,
)

from services.codes.notices import FIRST_CHOICES
from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

channel = Table(
    "notice_channel",
    metadata,
    Column("user_name", Text),
    Column("channel", Text),  # codes.notices.NOTICE_CHANNELS
    Column("sealed", Text),  # JSON {user, channel, to}; None: LINE has not said it yet
    Column("verified_at", Text),
    Column("code_hash", Text, index=True),  # of the code that shows that it is theirs
    Column("code_until", Text),
    Column("code_tries", Integer, nullable=False),
    Column("choices", Text, nullable=False),  # JSON {topic: codes.notices.NOTICE_TIMES}
    Column("hour", Integer, nullable=False),  # of a working day in Thailand, at which the day's are sent
    Column("language", Text, nullable=False),
    Column("changed_at", Text, nullable=False),
    PrimaryKeyConstraint("user_name", "channel"),
)

CODE_GOOD = timedelta(minutes=30)
TRIES = 5
HOUR = 8
HOURS = tuple(range(6, 20))


class Channel(NamedTuple):
    """`to`: the address, "" while it is not known. `chosen`: {topic: when}."""

    user_name: str
    channel: str
    to: str
    verified_at: str | None
    code_until: str | None
    chosen: Mapping[str, str]
    hour: int
    language: str


def list_of(runtime: ServiceRuntime, db: Connection, users: Collection[str]) -> list[Channel]:
    asked = select(channel).where(channel.c.user_name.in_(sorted(users)))
    return [
        _channel(runtime, row) for row in db.execute(asked.order_by(channel.c.user_name, channel.c.channel))
    ]


def find(runtime: ServiceRuntime, db: Connection, user: str, name: str) -> Channel | None:
    this = channel.c.user_name == user, channel.c.channel == name
    row = db.execute(select(channel).where(*this)).one_or_none()
    return _channel(runtime, row) if row else None


def begin(
    runtime: ServiceRuntime,
    db: Connection,
    user: str,
    name: str,
    to: str | None,
    language: str,
    topics: Collection[str],
) -> str:
    """The code that shows that an address is the user's. What they chose before stays; the address of before is
    gone."""
    code, now = f"{secrets.randbelow(10**8):08}", runtime.now()
    known = find(runtime, db, user, name)
    row = {
        "user_name": user, "channel": name, "sealed": _seal(runtime, user, name, to) if to else None,
        "verified_at": None, "code_hash": _hash(runtime, code), "code_until": instant(now + CODE_GOOD),
        "code_tries": 0, "choices": _json(known.chosen if known else dict.fromkeys(topics, FIRST_CHOICES[name])),
        "hour": known.hour if known else HOUR, "language": language, "changed_at": instant(now),
    }  # fmt: skip
    upsert(db, channel, [row], ("user_name", "channel"))
    return code


def verify(runtime: ServiceRuntime, db: Connection, user: str, name: str, code: str) -> bool:
    """Whether this was the code, in time, and not after too many wrong ones."""
    c, now = channel.c, instant(runtime.now())
    this = (
        c.user_name == user,
        c.channel == name,
        c.verified_at.is_(None),
        c.code_until > now,
        c.code_tries < TRIES,
    )
    tried = db.execute(update(channel).where(*this).values(code_tries=c.code_tries + 1)).rowcount
    fits = update(channel).where(c.user_name == user, c.channel == name, c.code_hash == _hash(runtime, code))
    return tried == 1 and _verified(db, fits, now)


def link(runtime: ServiceRuntime, db: Connection, name: str, code: str, to: str) -> str | None:
    """The user whose code somebody sent from an address, which is theirs now; None if it is nobody's."""
    c, now = channel.c, instant(runtime.now())
    this = c.channel == name, c.code_hash == _hash(runtime, code), c.verified_at.is_(None), c.code_until > now
    user: str | None = db.execute(select(c.user_name).where(*this)).scalar()
    if user is None:
        return None
    theirs = update(channel).where(*this, c.user_name == user)
    _verified(db, theirs.values(sealed=_seal(runtime, user, name, to)), now)
    return user


def _verified(db: Connection, theirs: Any, now: str) -> bool:
    done = theirs.values(verified_at=now, code_hash=None, code_until=None, changed_at=now)
    return bool(db.execute(done).rowcount == 1)


def choose(
    db: Connection, user: str, name: str, choices: Mapping[str, str], hour: int, language: str, now: str
) -> None:
    this = update(channel).where(channel.c.user_name == user, channel.c.channel == name)
    db.execute(this.values(choices=_json(choices), hour=hour, language=language, changed_at=now))


def forget(db: Connection, user: str, name: str) -> None:
    db.execute(delete(channel).where(channel.c.user_name == user, channel.c.channel == name))


def _channel(runtime: ServiceRuntime, row: Row[Any]) -> Channel:
    to = _unseal(runtime, row.user_name, row.channel, row.sealed)
    chosen = orjson.loads(row.choices)
    return Channel(
        row.user_name,
        row.channel,
        to,
        row.verified_at if to else None,
        row.code_until,
        chosen,
        row.hour,
        row.language,
    )


def _json(choices: Mapping[str, str]) -> str:
    return orjson.dumps({**choices}, option=orjson.OPT_SORT_KEYS).decode()


def _hash(runtime: ServiceRuntime, code: str) -> str:
    return hmac.new(runtime.key("notice-code"), code.strip().encode(), hashlib.sha256).hexdigest()


def _seal(runtime: ServiceRuntime, user: str, name: str, to: str) -> str:
    return _box(runtime).encrypt(orjson.dumps({"user": user, "channel": name, "to": to})).decode()


def _unseal(runtime: ServiceRuntime, user: str, name: str, sealed: str | None) -> str:
    try:
        kept = orjson.loads(_box(runtime).decrypt(sealed.encode())) if sealed else {}
    except InvalidToken:  # sealed with a key of before
        return ""
    # A row that was moved to another user is nobody's.
    return str(kept["to"]) if (kept.get("user"), kept.get("channel")) == (user, name) else ""


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("notice-channel")))


def seal_code(runtime: ServiceRuntime, code: str) -> str:
    """For the message that carries it."""
    return _box(runtime).encrypt(code.encode()).decode()


def unseal_code(runtime: ServiceRuntime, sealed: str) -> str:
    try:
        return _box(runtime).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return ""
