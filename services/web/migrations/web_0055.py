"""By which ways users hear of notices outside the pages, and what became of each message."""

import sqlalchemy as sa
from alembic import op

revision = "web_0055"
down_revision = "web_0050"


def upgrade() -> None:
    op.create_table(
        "notice_channel",
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("verified_at", sa.Text),
        sa.Column("code_hash", sa.Text, index=True),
        sa.Column("code_until", sa.Text),
        sa.Column("code_tries", sa.Integer, nullable=False),
        sa.Column("choices", sa.Text, nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "channel"),
    )
    op.create_table(
        "notice_message",
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("user_name", sa.Text, nullable=False, index=True),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("notices", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("next_at", sa.Text),
        sa.Column("tried_at", sa.Text),
        sa.Column("status", sa.Integer),
        sa.Column("error", sa.Text),
    )
    op.create_index("notice_message_due", "notice_message", ["channel", "state", "next_at"])
    op.create_table(
        "notice_sender",
        sa.Column("channel", sa.Text, primary_key=True),
        sa.Column("held_by", sa.Text),
        sa.Column("held_until", sa.Text),
    )
