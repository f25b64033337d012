"""The outbox of messages to people by mail, LINE or SMS, beside the one of webhooks.

A message to a person is marked before it is sent: when the process ends in between, nobody knows whether it went, and
it stands here as uncertain and is not sent again by itself. Where the other side forgets nothing for a day (LINE, by
the retry key) it is. Who sends by a way holds its lease: one process at a time.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, Literal, NamedTuple
from uuid import uuid4

import orjson
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Integer,
    Row,
    Table,
    Text,
    delete,
    func,
    insert,
    or_,
    select,
    update,
)

from services.codes.notices import BY_KIND
from services.kernel.envelope import instant
from services.kernel.readmodels import upsert
from services.kernel.runtime import ServiceRuntime
from services.thai.calendar import is_working_day, next_working_day
from services.thai.dates import BANGKOK
from services.web.store import attempts, channels
from services.web.store.notices import Notice, notice
from services.web.store.tables import metadata

message = Table(
    "notice_message",
    metadata,
    Column("message_id", Text, primary_key=True),
    Column("user_name", Text, nullable=False, index=True),
    Column("channel", Text, nullable=False),
    Column("notices", Text, nullable=False),  # JSON: ids, the earliest first; none: it carries a code
    Column("sealed", Text),  # the code
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("made_at", Text, nullable=False),
    Column("next_at", Text),  # of one that is gathered or waits
    Column("tried_at", Text),
    Column("status", Integer),  # of the last answer
    Column("error", Text),  # why there was none
    Index("notice_message_due", "channel", "state", "next_at"),
)
sender = Table(  # which process sends by a way
    "notice_sender",
    metadata,
    Column("channel", Text, primary_key=True),
    Column("held_by", Text),
    Column("held_until", Text),
)

State = Literal["gathered", "waiting", "sending", "sent", "dead", "uncertain"]
Result = Literal["sent", "failed", "refused", "uncertain"]
STATES: tuple[State, ...] = ("gathered", "waiting", "sending", "sent", "dead", "uncertain")
STOPPED: tuple[State, ...] = ("dead", "uncertain")  # nothing follows but what somebody does
UNSENT: tuple[State, ...] = ("waiting", *STOPPED)
REPEATABLE = frozenset({"line"})  # under the same id again: taken once
ONCE = timedelta(hours=23)  # for which that holds, an hour to be safe
REPEATED = 7  # tries of these, all within the day for which that holds
KEPT = timedelta(days=90)
CODES_MOST = 10  # that one user is sent in a day


class Message(NamedTuple):
    """What became of a message; `code`: sealed, of one that carries a code."""

    message_id: str
    user_name: str
    channel: str
    notices: tuple[str, ...]
    code: str | None
    state: State
    attempts: int
    made_at: str
    next_at: str | None
    tried_at: str | None
    status: int | None
    error: str | None


# -- made ------------------------------------------------------------------------------------------------------------


def post(runtime: ServiceRuntime, db: Connection, fresh: Sequence[Notice]) -> None:
    """Messages about new notices, as those who are told wish it: at once, or gathered until the hour of the day."""
    now, rows = runtime.now(), []
    ways: dict[str, list[channels.Channel]] = {}
    for way in channels.list_of(runtime, db, {each.user_name for each in fresh}) if fresh else ():
        if way.verified_at:
            ways.setdefault(way.user_name, []).append(way)
    for each in fresh:
        for way in ways.get(each.user_name, ()):
            when = way.chosen.get(BY_KIND[each.kind].topic, "none")
            if when != "none":
                at = instant(now) if when == "now" else digest_at(now, way.hour)
                state: State = "waiting" if when == "now" else "gathered"
                rows.append(_row(way.user_name, way.channel, [each.notice_id], state, instant(now), at))
    if rows:
        db.execute(insert(message), rows)


def post_code(db: Connection, user: str, channel: str, sealed: str, now: datetime) -> bool:
    """A message with a code, at once; False if the user was sent too many in a day."""
    lately = (
        message.c.user_name == user,
        message.c.notices == "[]",
        message.c.made_at > instant(now - timedelta(days=1)),
    )
    if db.execute(select(func.count()).where(*lately)).scalar_one() >= CODES_MOST:
        return False
    row = _row(user, channel, [], "waiting", instant(now), instant(now))
    db.execute(insert(message).values({**row, "sealed": sealed}))
    return True


def _row(
    user: str, channel: str, notices: Sequence[str], state: State, now: str, at: str
) -> dict[str, str | int | None]:
    return {
        "message_id": str(uuid4()), "user_name": user, "channel": channel, "notices": orjson.dumps([*notices]).decode(),
        "sealed": None, "state": state, "attempts": 0, "made_at": now, "next_at": at,
    }  # fmt: skip


def digest_at(now: datetime, hour: int) -> str:
    """The next time that it is this hour of a working day in Thailand."""
    here = now.astimezone(BANGKOK)
    day = here.date() if here.hour < hour and is_working_day(here.date()) else here.date() + timedelta(days=1)
    return instant(datetime.combine(next_working_day(day), time(hour), BANGKOK).astimezone(UTC))


def gather(db: Connection, now: datetime) -> None:
    """What was gathered and is due becomes one message for each user and way, of what they have not read by now."""
    m = message.c
    due = m.state == "gathered", m.next_at <= instant(now)
    found: dict[tuple[str, str], list[str]] = {}
    rows = db.execute(select(m.user_name, m.channel, m.notices).where(*due).order_by(m.made_at)).all()
    for row in rows:
        found.setdefault((row.user_name, row.channel), []).extend(orjson.loads(row.notices))
    made = []
    for (user, channel), ids in found.items():
        n = notice.c
        unread = select(n.notice_id).where(n.user_name == user, n.notice_id.in_(ids), n.read_at.is_(None))
        left = {*db.execute(unread).scalars()}
        if left:
            kept = [each for each in dict.fromkeys(ids) if each in left]
            made.append(_row(user, channel, kept, "waiting", instant(now), instant(now)))
    if rows:
        db.execute(delete(message).where(*due))
    if made:
        db.execute(insert(message), made)


def hold_back(db: Connection, user: str, channel: str, now: datetime, hour: int) -> None:
    """What is gathered for a user comes at another hour from now on."""
    m = message.c
    theirs = m.user_name == user, m.channel == channel, m.state == "gathered"
    db.execute(update(message).where(*theirs).values(next_at=digest_at(now, hour)))


def forget(db: Connection, user: str, channel: str) -> None:
    """What was not sent yet to an address that is no longer the user's."""
    m = message.c
    theirs = m.user_name == user, m.channel == channel, m.state.in_(("gathered", "waiting"))
    db.execute(delete(message).where(*theirs))


# -- sent ------------------------------------------------------------------------------------------------------------


def take(runtime: ServiceRuntime, channel: str) -> bool:
    """Whether this process sends by a way from now on (again)."""
    now = runtime.now()
    this = sender.c.channel == channel
    held = select(sender.c.held_by, sender.c.held_until).where(this)
    known = runtime.read(lambda db: db.execute(held).one_or_none())
    if known and known.held_by == runtime.replica_id and known.held_until > instant(now + attempts.LEASE / 2):
        return True
    with runtime.database.write() as db:
        if known is None:
            upsert(db, sender, [{"channel": channel, "held_by": None, "held_until": None}], ("channel",), ())
        return attempts.hold(db, sender, runtime, now, this)


def leave(db: Connection, channel: str, now: datetime) -> None:
    """What was marked and of which nobody knows whether it was sent."""
    m = message.c
    marked = update(message).where(m.channel == channel, m.state == "sending")
    if channel in REPEATABLE:
        lately = m.tried_at > instant(now - ONCE)
        db.execute(marked.where(lately).values(state="waiting", next_at=instant(now)))
    db.execute(marked.values(state="uncertain", next_at=None, error="interrupted"))


def let_go(runtime: ServiceRuntime, channel: str) -> None:
    with runtime.database.write() as db:
        attempts.let_go(db, sender, runtime, sender.c.channel == channel)


def is_due(db: Connection, channel: str, now: datetime) -> bool:
    """Whether there is something to do by a way: to send, to gather, or what another process left."""
    m = message.c
    work = or_(m.state == "sending", m.state.in_(("waiting", "gathered")) & (m.next_at <= instant(now)))
    return db.execute(select(m.message_id).where(m.channel == channel, work).limit(1)).scalar() is not None


def next_of(db: Connection, channel: str, now: datetime) -> Message | None:
    """The one that waits longest of those that are due."""
    m = message.c
    due = select(message).where(m.channel == channel, m.state == "waiting", m.next_at <= instant(now))
    row = db.execute(due.order_by(m.next_at, m.message_id).limit(1)).one_or_none()
    return _message(row) if row else None


def mark(runtime: ServiceRuntime, message_id: str) -> bool:
    """Before it is sent; False if another process did, or nobody wants it any more."""
    m = message.c
    this = m.message_id == message_id, m.state == "waiting"
    values = {
        "state": "sending",
        "attempts": m.attempts + 1,
        "tried_at": instant(runtime.now()),
        "next_at": None,
    }
    with runtime.database.write() as db:
        return db.execute(update(message).where(*this).values(values)).rowcount == 1


def note(
    runtime: ServiceRuntime,
    sent: Message,
    result: Result,
    status: int | None,
    error: str | None,
    jitter: float,
) -> State:
    """What came of the attempt for which it was marked."""
    now, count = runtime.now(), sent.attempts + 1
    again = attempts.again(now, count, jitter) if result == "failed" else None
    if sent.channel in REPEATABLE and result in ("failed", "uncertain"):
        again = attempts.again(now, count, jitter) if count < REPEATED else None
        result = "failed"
    ended: dict[Result, State] = {
        "sent": "sent",
        "refused": "dead",
        "failed": "dead",
        "uncertain": "uncertain",
    }
    state: State = "waiting" if again else ended[result]
    m = message.c
    # Another process may have found it marked meanwhile: what is known wins over what is not.
    this = m.message_id == sent.message_id, m.attempts == count, m.state.in_(("sending", "uncertain"))
    values = {"state": state, "next_at": again, "status": status, "error": error}
    with runtime.database.write() as db:
        db.execute(update(message).where(*this).values(values))
    return state


# -- seen to ---------------------------------------------------------------------------------------------------------


def counts(db: Connection) -> dict[tuple[str, str], int]:
    """{(way, state): how many}"""
    m = message.c
    rows = db.execute(select(m.channel, m.state, func.count().label("n")).group_by(m.channel, m.state))
    return {(row.channel, row.state): row.n for row in rows}


def count_unsent(db: Connection) -> dict[str, int]:
    """{state: how many} of those that wait, and of those that stopped."""
    m = message.c
    asked = select(m.state, func.count().label("n")).where(m.state.in_(UNSENT)).group_by(m.state)
    return dict.fromkeys(UNSENT, 0) | {row.state: row.n for row in db.execute(asked)}


def count_stopped(db: Connection) -> int:
    stopped = select(func.count()).where(message.c.state.in_(STOPPED))
    return int(db.execute(stopped).scalar_one())


def list_stopped(db: Connection, limit: int) -> list[Message]:
    """Those that were given up, or of which nobody knows, the latest first."""
    asked = select(message).where(message.c.state.in_(STOPPED)).order_by(message.c.made_at.desc())
    return [_message(row) for row in db.execute(asked.limit(limit))]


def list_of(db: Connection, user: str, limit: int) -> list[Message]:
    """A user's own, the latest first; what is gathered is none yet."""
    m = message.c
    asked = select(message).where(m.user_name == user, m.state != "gathered").order_by(m.made_at.desc())
    return [_message(row) for row in db.execute(asked.limit(limit))]


def retry(db: Connection, now: datetime, message_id: str | None) -> int:
    """One that stopped is sent once more, because somebody says so; None: all that were given up. How many."""
    m = message.c
    this: ColumnElement[bool] = (
        m.state == "dead" if message_id is None else (m.message_id == message_id) & m.state.in_(STOPPED)
    )
    values = {"state": "waiting", "next_at": instant(now)}
    return db.execute(update(message).where(this).values(values)).rowcount


def _message(row: Row[Any]) -> Message:
    return Message(
        row.message_id, row.user_name, row.channel, tuple(orjson.loads(row.notices)), row.sealed, row.state,
        row.attempts, row.made_at, row.next_at, row.tried_at, row.status, row.error,
    )  # fmt: skip
