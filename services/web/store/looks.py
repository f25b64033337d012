"""How far each user has seen the story of each case, so that they are told what is new since."""

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, Table, Text, delete, select

from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

case_look = Table(
    "case_look",
    metadata,
    Column("user_name", Text),
    Column("case_id", Text),
    Column("seen", Text, nullable=False),  # recorded time of the last fact that was there to see
    PrimaryKeyConstraint("user_name", "case_id"),
)


def seen(db: Connection, user: str, case_id: str) -> str | None:
    """None: the user never looked."""
    row = select(case_look.c.seen).where(case_look.c.user_name == user, case_look.c.case_id == case_id)
    found: str | None = db.execute(row).scalar()
    return found


def record(db: Connection, user: str, case_id: str, seen: str) -> None:
    upsert(
        db,
        case_look,
        [{"user_name": user, "case_id": case_id, "seen": seen}],
        ("user_name", "case_id"),
    )


def forget(db: Connection, case_id: str) -> None:
    """Who looked at a case."""
    db.execute(delete(case_look).where(case_look.c.case_id == case_id))
