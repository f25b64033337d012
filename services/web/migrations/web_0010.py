"""A partner's user belongs to a partner by its account; until now its name said so: partner-ID."""

from uuid import UUID

import sqlalchemy as sa
from alembic import op

revision = "web_0010"
down_revision = "web_0009"
MARK = "partner-"


def upgrade() -> None:
    op.add_column("account", sa.Column("partner_id", sa.Text))
    account = sa.table("account", sa.column("user_name"), sa.column("role"), sa.column("partner_id"))
    db = op.get_bind()
    named = sa.select(account.c.user_name).where(account.c.role == "partner")
    for user in db.execute(named).scalars().all():
        if partner_id := _partner_of(user):
            db.execute(sa.update(account).where(account.c.user_name == user).values(partner_id=partner_id))


def _partner_of(user: str) -> str | None:
    try:
        return str(UUID(user.removeprefix(MARK))) if user.startswith(MARK) else None
    except ValueError:
        return None
