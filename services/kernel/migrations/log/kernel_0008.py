"""When rows whose time has passed were last taken away, rule by rule, and how many they were."""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0008"
down_revision = "kernel_0007"


def upgrade() -> None:
    op.create_table(
        "pruned",
        sa.Column("rule", sa.Text, primary_key=True),
        sa.Column("begun_at", sa.Text, nullable=False),
        sa.Column("removed", sa.BigInteger, nullable=False),
    )
