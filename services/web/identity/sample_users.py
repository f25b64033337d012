"""Users of the sample network, who sign in without a password. What makes a system a sample is what load-sample wrote
into this table with the accounts themselves: no setting and no file opens this way, and a real system has no row."""

from collections.abc import Iterable

from sqlalchemy import Column, Connection, Table, Text, insert, select

from services.web.identity.accounts import Account, account, everybody
from services.web.store.tables import metadata

sample_user = Table("sample_user", metadata, Column("user_name", Text, primary_key=True))


def mark(db: Connection, users: Iterable[str]) -> None:
    db.execute(insert(sample_user), [{"user_name": user} for user in users])


def able(db: Connection) -> list[Account]:
    """Those whose accounts are open, by name; nobody outside a sample."""
    marked = set(db.execute(select(sample_user.c.user_name)).scalars())
    return [each for each in everybody(db) if each.active and each.user in marked] if marked else []


def is_able(db: Connection, user: str) -> bool:
    asked = (
        select(account.c.active)
        .join(sample_user, sample_user.c.user_name == account.c.user_name)
        .where(account.c.user_name == user)
    )
    return db.execute(asked).scalar() is True
