"""The log carries what only whoever has the key could have written, and heads say how far read models are filled.

What was written before carries nothing of it: the first append states that in a checkpoint.
"""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0006"
down_revision = "kernel_0005"


def upgrade() -> None:
    if (
        op.get_bind().dialect.name == "postgresql"
    ):  # others are writing; in another order two would wait for each other
        op.execute("LOCK TABLE inbox_cursor, ingest_head, log_head IN ACCESS EXCLUSIVE MODE")
    op.add_column("log_head", sa.Column("mac", sa.Text))
    op.add_column("log_head", sa.Column("checkpoints", sa.Integer, nullable=False, server_default="0"))
    for head in ("ingest_head", "log_head"):
        op.add_column(head, sa.Column("filled", sa.BigInteger, nullable=False, server_default="0"))
        op.execute(f"UPDATE {head} SET filled = position")  # noqa: S608 (ours)
    for regained in ("own_regained", "heard_regained"):
        op.add_column("projection", sa.Column(regained, sa.BigInteger, nullable=False, server_default="0"))
    op.create_table(
        "checkpoint",
        sa.Column(
            "number", sa.Integer, sa.CheckConstraint("number > 0"), primary_key=True, autoincrement=False
        ),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("unkeyed_after", sa.BigInteger),
        sa.Column("access_to", sa.BigInteger, nullable=False),
        sa.Column("access_hash", sa.Text, nullable=False),
        sa.Column("mac", sa.Text, nullable=False),
    )
