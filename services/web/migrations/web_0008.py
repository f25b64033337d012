"""The second factor: sealed secrets, recovery codes, and who has shown the first factor only."""

import sqlalchemy as sa
from alembic import op

revision = "web_0008"
down_revision = "web_0007"


def upgrade() -> None:
    op.create_table(
        "second_factor",
        sa.Column("user_name", sa.Text, primary_key=True),
        sa.Column("sealed", sa.Text),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_hash", sa.Text, primary_key=True),
        sa.Column("user_name", sa.Text, nullable=False, index=True),
    )
    op.create_table(
        "half_session",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("began_at", sa.Text, nullable=False),
        sa.Column("next", sa.Text, nullable=False),
        sa.Column("keep", sa.Text, nullable=False),
    )
