"""Sign-in: passwords, sessions, and what was tried in vain."""

import sqlalchemy as sa
from alembic import op

revision = "web_0002"
down_revision = "web_0001"


def upgrade() -> None:
    op.create_table(
        "password",
        sa.Column("user_name", sa.Text, primary_key=True),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("temporary", sa.Boolean, nullable=False),
    )
    op.create_table(
        "session",
        sa.Column("id_hash", sa.Text, primary_key=True),
        sa.Column("user_name", sa.Text, nullable=False, index=True),
        sa.Column("token_version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("seen_at", sa.Text, nullable=False),
        sa.Column("message", sa.Text),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("name_hash", sa.Text, primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last_at", sa.Text, nullable=False),
        sa.Column("locked_until", sa.Text),
    )
