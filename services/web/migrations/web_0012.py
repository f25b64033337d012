"""Links by which a fresh system gets its first administrator, by their hashes."""

import sqlalchemy as sa
from alembic import op

revision = "web_0012"
down_revision = "web_0011"


def upgrade() -> None:
    op.create_table(
        "set_up_link",
        sa.Column("link_hash", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.Text, nullable=False),
    )
