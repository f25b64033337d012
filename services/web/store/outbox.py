"""The outbox of webhooks: what is due, who works on it, and what came of it (store.webhooks has the tables).

A message is made in the transaction that moves its endpoint's position, and every change compares what was read, so a
lease that ran out costs a second message, never a lost one.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, func, or_, select, update

from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.web.store import attempts
from services.web.store.attempts import LEASE
from services.web.store.webhooks import (
    Message,
    MessageState,
    Webhook,
    message_of,
    put_state,
    unseal,
    webhook,
    webhook_message,
    webhook_of,
)


def list_due(db: Connection, now: str, head: int) -> list[str]:
    """Endpoints with something to do that nobody works on; `head`: how far the feed has come."""
    w = webhook.c
    work = or_(w.next_at <= now, w.next_at.is_(None) & (w.position < head))
    free = or_(w.held_until.is_(None), w.held_until <= now)
    return list(db.execute(select(w.webhook_id).where(w.state == "active", work, free)).scalars())


def furthest(db: Connection) -> int | None:
    """How far the furthest of the active endpoints has come; None if there is none."""
    found: int | None = db.execute(
        select(func.max(webhook.c.position)).where(webhook.c.state == "active")
    ).scalar()
    return found


def take(runtime: ServiceRuntime, webhook_id: str) -> Webhook | None:
    """The endpoint, whose lease is this process's now (again); None if another has it, or nothing is to be sent."""
    now = runtime.now()
    this = select(webhook).where(webhook.c.webhook_id == webhook_id, webhook.c.state == "active")
    known = runtime.read(lambda db: db.execute(this).one_or_none())
    if known is None:
        return None
    if known.held_by == runtime.replica_id and known.held_until > instant(now + LEASE / 2):
        return webhook_of(known)
    sends = webhook.c.webhook_id == webhook_id, webhook.c.state == "active"
    with runtime.database.write() as db:
        if not attempts.hold(db, webhook, runtime, now, *sends):
            return None
        return webhook_of(db.execute(select(webhook).where(webhook.c.webhook_id == webhook_id)).one())


def let_go(runtime: ServiceRuntime, webhook_id: str) -> None:
    with runtime.database.write() as db:
        attempts.let_go(db, webhook, runtime, webhook.c.webhook_id == webhook_id)


def next_message(db: Connection, webhook_id: str) -> Message | None:
    """The first that waits: none is sent before it."""
    m = webhook_message.c
    waiting = select(webhook_message).where(m.webhook_id == webhook_id, m.state == "waiting")
    row = db.execute(waiting.order_by(m.position).limit(1)).one_or_none()
    return message_of(row) if row else None


def add(runtime: ServiceRuntime, hook: Webhook, position: int, made: Sequence[Any]) -> bool:
    """Messages for what lies between the endpoint's position and this one; False if somebody moved it meanwhile (a
    replay, or another process). `made`: (position, message_id, type, body)."""
    now = instant(runtime.now())
    rows = [
        {
            "webhook_id": hook.webhook_id, "position": at, "message_id": id, "type": type, "body": body,
            "state": "waiting", "attempts": 0, "made_at": now, "next_at": now, "tried_at": None, "status": None,
            "error": None, "ms": None,
        }
        for at, id, type, body in made
    ]  # fmt: skip
    this = (
        webhook.c.webhook_id == hook.webhook_id, webhook.c.position == hook.position,
        webhook.c.last == hook.last, webhook.c.held_by == runtime.replica_id,
    )  # fmt: skip
    moved = {
        "position": position,
        "last": made[-1][0] if made else hook.last,
        "next_at": now if made else None,
    }
    with runtime.database.write() as db:
        if db.execute(update(webhook).where(*this).values(moved)).rowcount != 1:
            return False
        if rows:
            upsert(db, webhook_message, rows, ("webhook_id", "position"))
    return True


def note(
    runtime: ServiceRuntime,
    webhook_id: str,
    message: Message,
    status: int | None,
    error: str | None,
    ms: int,
    taken: bool,
    jitter: float,
) -> MessageState:
    """What came of an attempt. One that failed is tried again after a growing delay (times `jitter`); after the last of
    them it is dead, and the endpoint pauses itself: what follows would find nobody either. Who answers 410 is gone."""
    now = runtime.now()
    count, gone = message.attempts + 1, status == 410
    again = None if taken or gone else attempts.again(now, count, jitter)
    state: MessageState = "sent" if taken else "waiting" if again else "dead"
    m = webhook_message.c
    this = m.webhook_id == webhook_id, m.position == message.position, m.state == "waiting"
    values = {
        "state": state, "attempts": count, "next_at": again, "tried_at": instant(now), "status": status,
        "error": error, "ms": ms,
    }  # fmt: skip
    with runtime.database.write() as db:
        if db.execute(update(webhook_message).where(*this).values(values)).rowcount != 1:
            return state  # it is being replayed, or its endpoint has ended
        first = select(func.min(m.next_at)).where(m.webhook_id == webhook_id, m.state == "waiting")
        due = again or db.execute(first).scalar()
        db.execute(update(webhook).where(webhook.c.webhook_id == webhook_id).values(next_at=due))
        if state == "dead":
            put_state(db, now, webhook_id, "paused", "gone" if gone else "failing", "system")
    return state


def signing(runtime: ServiceRuntime, webhook_id: str) -> list[str]:
    """The secrets that sign a message now, the newest first."""
    this = select(webhook.c.sealed, webhook.c.before_sealed, webhook.c.before_until)
    row = runtime.read(lambda db: db.execute(this.where(webhook.c.webhook_id == webhook_id)).one())
    both = row.before_until is not None and instant(runtime.now()) < row.before_until
    sealed = [row.sealed, row.before_sealed] if both else [row.sealed]
    return [unseal(runtime, webhook_id, each) for each in sealed]
