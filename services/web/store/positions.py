"""How far each user has written in each service, so that a reader sees what they wrote themselves."""

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
)

from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

user_position = Table(
    "user_position",
    metadata,
    Column("user_name", Text),
    Column("source", Text),
    Column("position", BigInteger, nullable=False),
    PrimaryKeyConstraint("user_name", "source"),
)


def after(db: Connection, user: str) -> dict[str, int]:
    """{service: position after this user's last command there}."""
    rows = db.execute(
        select(user_position.c.source, user_position.c.position).where(user_position.c.user_name == user)
    )
    return {row.source: int(row.position) for row in rows}


def record(db: Connection, user: str, source: str, position: int) -> None:
    upsert(
        db,
        user_position,
        [{"user_name": user, "source": source, "position": position}],
        ["user_name", "source"],
    )
