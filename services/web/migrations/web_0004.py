"""Drafts of forms that were not sent yet."""

import sqlalchemy as sa
from alembic import op

revision = "web_0004"
down_revision = "web_0003"


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column("user_name", sa.Text),
        sa.Column("form", sa.Text),
        sa.Column("saved_at", sa.Text, nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "form"),
    )
