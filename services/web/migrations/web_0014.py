"""Directors' acts that are somebody else's to do for some days."""

import sqlalchemy as sa
from alembic import op

revision = "web_0014"
down_revision = "web_0013"


def upgrade() -> None:
    op.create_table(
        "delegation",
        sa.Column("delegation_id", sa.Text, primary_key=True),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("from_user", sa.Text, nullable=False, index=True),
        sa.Column("to_user", sa.Text, nullable=False, index=True),
        sa.Column("first_day", sa.Text, nullable=False),
        sa.Column("last_day", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("ended_at", sa.Text),
        sa.Column("ended_by", sa.Text),
    )
