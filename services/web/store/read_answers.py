"""Which answers of partners a user has read. An answer is a referral at a version: the next answer is unread again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, PrimaryKeyConstraint, Table, Text, delete, select

from services.kernel.envelope import instant
from services.kernel.lists import LIMIT_MOST
from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

answer_read = Table(
    "answer_read",
    metadata,
    Column("user_name", Text),
    Column("referral_id", Text),
    Column("version", Integer, nullable=False),
    Column("read_at", Text, nullable=False),
    PrimaryKeyConstraint("user_name", "referral_id"),
)

REMEMBERED = timedelta(days=30)  # an answer that nobody followed up for so long asks to be read once more


def mark(db: Connection, user: str, referral_id: str, version: int, now: datetime) -> None:
    db.execute(delete(answer_read).where(answer_read.c.read_at < instant(now - REMEMBERED)))
    row = {"user_name": user, "referral_id": referral_id, "version": version, "read_at": instant(now)}
    upsert(db, answer_read, [row], ("user_name", "referral_id"))


def read_by(db: Connection, user: str, now: datetime) -> list[dict[str, str | int]]:
    """[{referral_id, version}] of what a user has read, the latest first."""
    theirs = answer_read.c.user_name == user, answer_read.c.read_at >= instant(now - REMEMBERED)
    asked = select(answer_read.c.referral_id, answer_read.c.version).where(*theirs)
    rows = db.execute(asked.order_by(answer_read.c.read_at.desc()).limit(LIMIT_MOST))
    return [{"referral_id": row.referral_id, "version": row.version} for row in rows]


def forget(db: Connection, referral_ids: Sequence[str]) -> None:
    """Who read the answers to some referrals."""
    db.execute(delete(answer_read).where(answer_read.c.referral_id.in_(referral_ids)))
