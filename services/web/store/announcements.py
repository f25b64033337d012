"""Which versions of the rules each user has read the announcement of, so that it is shown to them until then."""

from collections.abc import Iterable

from sqlalchemy import Column, Connection, PrimaryKeyConstraint, Table, Text, select

from services.kernel.readmodels import upsert
from services.web.store.tables import metadata

rules_read = Table(
    "rules_read",
    metadata,
    Column("user_name", Text),
    Column("rules_version", Text),
    Column("at", Text, nullable=False),
    PrimaryKeyConstraint("user_name", "rules_version"),
)


def list_read(db: Connection, user: str) -> set[str]:
    """The versions that the user said to have read."""
    mine = select(rules_read.c.rules_version).where(rules_read.c.user_name == user)
    return set(db.execute(mine).scalars())


def record(db: Connection, user: str, versions: Iterable[str], at: str) -> None:
    rows = [{"user_name": user, "rules_version": version, "at": at} for version in sorted(versions)]
    upsert(db, rules_read, rows, ("user_name", "rules_version"))
