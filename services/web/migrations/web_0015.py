"""What was done to accounts, by whom."""

import sqlalchemy as sa
from alembic import op

revision = "web_0015"
down_revision = "web_0014"


def upgrade() -> None:
    op.create_table(
        "account_change",
        sa.Column("change_id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("by_user", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("centres", sa.Text, nullable=False),
        sa.Column("before", sa.Text),
    )
