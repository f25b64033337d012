"""Webhooks: which other systems hear of which events, and what became of every message to them.

Of an endpoint is kept how far in the merged feed it has come (`position`); each event of its types behind that is a
message, made in the transaction that moves the position, so that one is neither lost nor made twice. A message has the
same id and the same position however often it is sent. Who works on an endpoint holds its lease: one process at a time.
"""

import secrets
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

import orjson
from cryptography.fernet import Fernet, InvalidToken
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from services.kernel.envelope import instant
from services.kernel.errors import Invalid, NotFound
from services.kernel.runtime import ServiceRuntime
from services.web.store.tables import metadata

webhook = Table(
    "webhook",
    metadata,
    Column("webhook_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),  # whose it is: partner, centre or ministry
    Column("owner", Text, nullable=False, index=True),  # the partner's id, the centre's code, or *
    Column("url", Text, nullable=False),
    Column("types", Text, nullable=False),  # JSON list of codes.feed.EVENT_TYPES
    Column("sealed", Text, nullable=False),  # JSON {webhook_id, secret}
    Column(
        "before_sealed", Text
    ),  # of the secret before the last rotation, which signs too until `before_until`
    Column("before_until", Text),
    Column("position", BigInteger, nullable=False),  # in the merged feed: up to there messages are made
    Column("last", BigInteger, nullable=False),  # the position of the message that was made last
    Column("state", Text, nullable=False),
    Column("why", Text),  # of one that is paused: asked, failing or gone
    Column("state_at", Text, nullable=False),
    Column("state_by", Text, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("made_by", Text, nullable=False),
    Column("next_at", Text),  # when its next message is due; none waits
    Column("held_by", Text),  # the process that works on it, until `held_until`
    Column("held_until", Text),
)
webhook_message = Table(
    "webhook_message",
    metadata,
    Column("webhook_id", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("type", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("next_at", Text),  # of one that waits
    Column("tried_at", Text),
    Column("status", Integer),  # of the last answer
    Column("error", Text),  # why there was none (gateway.outbound)
    Column("ms", Integer),  # that the last attempt took
    PrimaryKeyConstraint("webhook_id", "position"),
)

SECRET = "whsec_"  # noqa: S105 (how Standard Webhooks lets secrets begin)
GRACE = timedelta(days=1)  # for which the secret before a rotation signs too
MOST = 20  # endpoints of one owner
KEPT = timedelta(days=90)  # what became of a message

Kind = Literal["partner", "centre", "ministry"]
State = Literal["active", "paused", "ended"]
Why = Literal["asked", "failing", "gone"]
MessageState = Literal["waiting", "sent", "dead"]


class Webhook(NamedTuple):
    """An endpoint; times are RFC 3339 UTC. `waiting`, `dead`: messages."""

    webhook_id: str
    kind: Kind
    owner: str
    url: str
    types: tuple[str, ...]
    position: int
    last: int
    state: State
    why: Why | None
    state_at: str
    state_by: str
    made_at: str
    made_by: str
    next_at: str | None
    before_until: str | None
    waiting: int = 0
    dead: int = 0


class Message(NamedTuple):
    """What became of a message. `next_at`: when it is tried again; `status`, `error`, `ms`: of the last attempt."""

    position: int
    message_id: str
    type: str
    body: str
    state: MessageState
    attempts: int
    made_at: str
    next_at: str | None
    tried_at: str | None
    status: int | None
    error: str | None
    ms: int | None


# -- whose -----------------------------------------------------------------------------------------------------------


def make(
    runtime: ServiceRuntime,
    webhook_id: str,
    kind: Kind,
    owner: str,
    url: str,
    types: Sequence[str],
    position: int,
    by: str,
) -> str:
    """The secret of a new endpoint, which hears what lies behind `position`. Invalid if its owner has `MOST`."""
    secret, now = f"{SECRET}{b64encode(secrets.token_bytes(32)).decode()}", instant(runtime.now())
    row = {
        "webhook_id": webhook_id, "kind": kind, "owner": owner, "url": url, "types": orjson.dumps([*types]).decode(),
        "sealed": _seal(runtime, webhook_id, secret), "position": position, "last": position, "state": "active",
        "state_at": now, "state_by": by, "made_at": now, "made_by": by,
    }  # fmt: skip
    with runtime.database.write() as db:
        theirs = webhook.c.kind == kind, webhook.c.owner == owner, webhook.c.state != "ended"
        if db.execute(select(func.count()).where(*theirs)).scalar_one() >= MOST:
            raise Invalid({"url": [f"There are {MOST} webhooks already, which is the most there may be."]})
        db.execute(insert(webhook).values(row))
    return secret


def list_of(db: Connection, kind: Kind | None = None, owners: Collection[str] | None = None) -> list[Webhook]:
    """Endpoints that are not ended, the latest first: of these owners of a kind, or all."""
    asked = select(webhook).where(webhook.c.state != "ended").order_by(webhook.c.made_at.desc())
    if kind is not None:
        asked = asked.where(webhook.c.kind == kind)
    if owners is not None:
        asked = asked.where(webhook.c.owner.in_(sorted(owners)))
    return _with_counts(db, db.execute(asked).all())


def find(db: Connection, webhook_id: str) -> Webhook:
    """NotFound if there is none, or none any more."""
    this = webhook.c.webhook_id == webhook_id, webhook.c.state != "ended"
    row = db.execute(select(webhook).where(*this)).one_or_none()
    if row is None:
        raise NotFound("webhook")
    return _with_counts(db, [row])[0]


def secret_of(runtime: ServiceRuntime, webhook_id: str) -> str:
    """The secret that signs now, for whoever has just made the endpoint."""
    this = select(webhook.c.sealed).where(webhook.c.webhook_id == webhook_id)
    sealed: str = runtime.read(lambda db: db.execute(this).scalar_one())
    return unseal(runtime, webhook_id, sealed)


def list_messages(db: Connection, webhook_id: str, before: int | None, limit: int) -> list[Message]:
    """What became of messages, the latest first, of those before a position."""
    m = webhook_message.c
    older = [] if before is None else [m.position < before]
    asked = select(webhook_message).where(m.webhook_id == webhook_id, *older).order_by(m.position.desc())
    return [message_of(row) for row in db.execute(asked.limit(limit))]


_PAUSED_BY_ITSELF = (  # asked for first pages, and as a rule there is none
    select(webhook)
    .where(webhook.c.state == "paused", webhook.c.why.is_distinct_from("asked"))
    .order_by(webhook.c.made_at.desc())
)


def paused_by_itself(db: Connection) -> list[Webhook]:
    """Endpoints that nobody answers at any more, and that somebody must see to."""
    rows = db.execute(_PAUSED_BY_ITSELF).all()
    return _with_counts(db, rows) if rows else []


# -- what somebody does with one ------------------------------------------------------------------------------------


def pause(runtime: ServiceRuntime, webhook_id: str, by: str) -> None:
    _turn(runtime, webhook_id, "paused", "asked", by)


def resume(runtime: ServiceRuntime, webhook_id: str, by: str) -> None:
    """Its next message is tried at once."""
    with runtime.database.write() as db:
        put_state(db, runtime.now(), webhook_id, "active", None, by)
        _hurry(db, webhook_id, instant(runtime.now()))


def end(runtime: ServiceRuntime, webhook_id: str, by: str) -> None:
    """Nothing is sent any more, and what waits is forgotten."""
    with runtime.database.write() as db:
        put_state(db, runtime.now(), webhook_id, "ended", None, by)
        db.execute(delete(webhook_message).where(webhook_message.c.webhook_id == webhook_id))


def replay(runtime: ServiceRuntime, webhook_id: str, after: int) -> None:
    """From a position again: the same messages under the same ids. Invalid if it lies beyond what was made."""
    with runtime.database.write() as db:
        this = webhook.c.webhook_id == webhook_id
        position = db.execute(select(webhook.c.position).where(this).with_for_update()).scalar_one()
        if after > position:
            raise Invalid({"after": [f"Only up to {position} was anything sent yet."]})
        m = webhook_message.c
        waiting = m.webhook_id == webhook_id, m.position > after, m.state == "waiting"
        db.execute(delete(webhook_message).where(*waiting))
        db.execute(update(webhook).where(this).values(position=after, last=after, next_at=None))


def rotate(runtime: ServiceRuntime, webhook_id: str) -> str:
    """Another secret; for a day that of before signs as well."""
    secret = f"{SECRET}{b64encode(secrets.token_bytes(32)).decode()}"
    with runtime.database.write() as db:
        values = {
            "sealed": _seal(runtime, webhook_id, secret), "before_sealed": webhook.c.sealed,
            "before_until": instant(runtime.now() + GRACE),
        }  # fmt: skip
        db.execute(update(webhook).where(webhook.c.webhook_id == webhook_id).values(values))
    return secret


def _turn(runtime: ServiceRuntime, webhook_id: str, state: State, why: Why | None, by: str) -> None:
    with runtime.database.write() as db:
        put_state(db, runtime.now(), webhook_id, state, why, by)


def put_state(db: Connection, now: datetime, webhook_id: str, state: State, why: Why | None, by: str) -> None:
    other = webhook.c.webhook_id == webhook_id, webhook.c.state.not_in((state, "ended"))
    db.execute(update(webhook).where(*other).values(state=state, why=why, state_at=instant(now), state_by=by))


def _hurry(db: Connection, webhook_id: str, now: str) -> None:
    m = webhook_message.c
    waiting = m.webhook_id == webhook_id, m.state == "waiting"
    if db.execute(update(webhook_message).where(*waiting).values(next_at=now)).rowcount:
        db.execute(update(webhook).where(webhook.c.webhook_id == webhook_id).values(next_at=now))


# -- rows ------------------------------------------------------------------------------------------------------------


def _with_counts(db: Connection, rows: Sequence[Row[Any]]) -> list[Webhook]:
    m = webhook_message.c
    asked = select(m.webhook_id, m.state, func.count().label("n")).where(
        m.webhook_id.in_([row.webhook_id for row in rows]), m.state != "sent"
    )
    counted = {
        (row.webhook_id, row.state): row.n for row in db.execute(asked.group_by(m.webhook_id, m.state))
    }
    return [
        webhook_of(row)._replace(
            waiting=counted.get((row.webhook_id, "waiting"), 0), dead=counted.get((row.webhook_id, "dead"), 0)
        )
        for row in rows
    ]


def webhook_of(row: Row[Any]) -> Webhook:
    kept = {name: getattr(row, name) for name in Webhook._fields if name not in ("types", "waiting", "dead")}
    return Webhook(**kept, types=tuple(orjson.loads(row.types)))


def message_of(row: Row[Any]) -> Message:
    return Message(*(getattr(row, name) for name in Message._fields))


def _seal(runtime: ServiceRuntime, webhook_id: str, secret: str) -> str:
    return _box(runtime).encrypt(orjson.dumps({"webhook_id": webhook_id, "secret": secret})).decode()


def unseal(runtime: ServiceRuntime, webhook_id: str, sealed: str) -> str:
    try:
        kept = orjson.loads(_box(runtime).decrypt(sealed.encode()))
    except InvalidToken:  # sealed with a key of before
        raise NotFound("secret") from None
    if kept["webhook_id"] != webhook_id:  # a row that was moved signs for nobody
        raise NotFound("secret")
    return str(kept["secret"])


def _box(runtime: ServiceRuntime) -> Fernet:
    return Fernet(urlsafe_b64encode(runtime.key("webhook")))
