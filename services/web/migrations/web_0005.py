"""Cases handed over, answers read, and when each user was last seen."""

import sqlalchemy as sa
from alembic import op

revision = "web_0005"
down_revision = "web_0004"


def upgrade() -> None:
    op.add_column("account", sa.Column("seen_at", sa.Text))
    op.create_table(
        "hand_over",
        sa.Column("case_id", sa.Text),
        sa.Column("from_user", sa.Text),
        sa.Column("to_user", sa.Text, index=True),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("taken_at", sa.Text),
        sa.PrimaryKeyConstraint("case_id", "from_user"),
    )
    op.create_table(
        "answer_read",
        sa.Column("user_name", sa.Text),
        sa.Column("referral_id", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("read_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "referral_id"),
    )
