"""What users are told of itself, and up to where that was done."""

import sqlalchemy as sa
from alembic import op

revision = "web_0050"
down_revision = "web_0048"
UNREAD = sa.text("read_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "notice",
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("notice_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("case_number", sa.Text),
        sa.Column("thing", sa.Text),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("read_at", sa.Text),
        sa.PrimaryKeyConstraint("user_name", "notice_id"),
    )
    op.create_index("notice_latest", "notice", ["user_name", "at", "notice_id"])
    op.create_index("notice_unread", "notice", ["user_name"], sqlite_where=UNREAD, postgresql_where=UNREAD)
    op.create_table(
        "teller",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
