"""What each user is told of itself, and whether they have read it; and how far the merged log has been told.

A notice is made in the transaction that moves the position, under an id that its fact gives it, so that nobody is told
twice. It says a number and a kind (codes.notices), nothing of a person.
"""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    func,
    insert,
    select,
    text,
    tuple_,
    update,
)

from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

notice = Table(
    "notice",
    metadata,
    Column("user_name", Text),
    Column("notice_id", Text),
    Column("kind", Text, nullable=False),  # codes.notices
    Column("position", BigInteger, nullable=False),  # in the merged log; 0: not of it
    Column("case_id", Text),
    Column("case_number", Text),
    Column("thing", Text),  # what it leads to, if that is not its case
    Column("at", Text, nullable=False),
    Column("read_at", Text),
    PrimaryKeyConstraint("user_name", "notice_id"),
    Index("notice_latest", "user_name", "at", "notice_id"),
)
UNREAD = text("read_at IS NULL")
Index("notice_unread", notice.c.user_name, sqlite_where=UNREAD, postgresql_where=UNREAD)
teller = Table(  # up to where the merged log has been told
    "teller",
    metadata,
    Column("name", Text, primary_key=True),
    Column("position", BigInteger, nullable=False),
)

KEPT = timedelta(days=90)
FEED = "feed"


class Notice(NamedTuple):
    """Something that a user is told; times are RFC 3339 UTC."""

    user_name: str
    notice_id: str
    kind: str
    position: int
    case_id: str | None
    case_number: str | None
    thing: str | None
    at: str
    read_at: str | None = None


def get_position(db: Connection) -> int | None:
    """None: nothing was told yet."""
    found: int | None = db.execute(select(teller.c.position).where(teller.c.name == FEED)).scalar()
    return found


def move(db: Connection, before: int | None, position: int) -> bool:
    """Whether this process is the one that tells what lies up to a position."""
    if before is None:
        known = {"name": FEED, "position": position}
        if get_position(db) is not None:
            return False
        db.execute(insert(teller).values(known))
        return True
    this = teller.c.name == FEED, teller.c.position == before
    return db.execute(update(teller).where(*this).values(position=position)).rowcount == 1


def add(db: Connection, rows: Sequence[Notice]) -> list[Notice]:
    """Those that are new."""
    if not rows:
        return []
    keys = {(row.user_name, row.notice_id): row for row in rows}
    key = tuple_(notice.c.user_name, notice.c.notice_id)
    known = {
        (row.user_name, row.notice_id)
        for row in db.execute(select(notice.c.user_name, notice.c.notice_id).where(key.in_(list(keys))))
    }
    fresh = [row for each, row in keys.items() if each not in known]
    upsert(db, notice, [row._asdict() for row in fresh], ("user_name", "notice_id"))
    return fresh


def count_unread(user: Any) -> Select[Any]:
    """How many a user has not read; for the question that a page asks anyway."""
    return select(func.count()).where(notice.c.user_name == user, notice.c.read_at.is_(None))


def list_latest(
    db: Connection, user: str, before: tuple[str, str] | None, limit: int, unread: bool = False
) -> list[Notice]:
    """A user's, the latest first, behind (at, id) of the last one that was shown."""
    n = notice.c
    asked = select(notice).where(n.user_name == user).order_by(n.at.desc(), n.notice_id.desc())
    if before is not None:
        asked = asked.where(tuple_(n.at, n.notice_id) < before)
    if unread:
        asked = asked.where(n.read_at.is_(None))
    return [Notice(*row) for row in db.execute(asked.with_only_columns(*_COLUMNS).limit(limit))]


def find(db: Connection, user: str, notice_ids: Collection[str]) -> list[Notice]:
    """Those of a user's, the earliest first."""
    theirs = notice.c.user_name == user, notice.c.notice_id.in_(sorted(notice_ids))
    asked = select(*_COLUMNS).where(*theirs).order_by(notice.c.at, notice.c.notice_id)
    return [Notice(*row) for row in db.execute(asked)]


def read(db: Connection, user: str, at: str, notice_ids: Collection[str] | None, until: str = "") -> None:
    """Some of a user's are read, or (None) all up to a moment."""
    n = notice.c
    which = n.at <= (until or at) if notice_ids is None else n.notice_id.in_(sorted(notice_ids))
    db.execute(update(notice).where(n.user_name == user, n.read_at.is_(None), which).values(read_at=at))


def read_kind(db: Connection, user: str, kind: str, at: str) -> None:
    """What was said elsewhere too has been read there."""
    n = notice.c
    theirs = n.user_name == user, n.kind == kind, n.read_at.is_(None)
    db.execute(update(notice).where(*theirs).values(read_at=at))


_COLUMNS = [notice.c[name] for name in Notice._fields]
