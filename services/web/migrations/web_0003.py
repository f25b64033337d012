"""Links by which a partner answers a referral without an account."""

import sqlalchemy as sa
from alembic import op

revision = "web_0003"
down_revision = "web_0002"


def upgrade() -> None:
    op.create_table(
        "answer_link",
        sa.Column("link_id", sa.Text, primary_key=True),
        sa.Column("referral_id", sa.Text, nullable=False, index=True),
        sa.Column("partner_id", sa.Text, nullable=False),
        sa.Column("programme_id", sa.Text, nullable=False),
        sa.Column("shared", sa.Text, nullable=False),
        sa.Column("code_hash", sa.Text, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("browser_hash", sa.Text),
        sa.Column("opened_at", sa.Text),
        sa.Column("ended_at", sa.Text),
        sa.Column("ending", sa.Text),
    )
