"""Keys of partners' own systems; of each secret the hash alone."""

import sqlalchemy as sa
from alembic import op

revision = "web_0047"
down_revision = "web_0024"


def upgrade() -> None:
    op.create_table(
        "api_key",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("partner_id", sa.Text, nullable=False, index=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("made_at", sa.Text, nullable=False),
        sa.Column("made_by", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False),
        sa.Column("before_hash", sa.Text),
        sa.Column("before_until", sa.Text),
        sa.Column("rotated_at", sa.Text),
        sa.Column("rotated_by", sa.Text),
        sa.Column("revoked_at", sa.Text),
        sa.Column("revoked_by", sa.Text),
        sa.Column("used_at", sa.Text),
    )
