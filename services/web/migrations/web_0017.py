"""What was done for the safety of the data, when last, and how it ended."""

import sqlalchemy as sa
from alembic import op

revision = "web_0017"
down_revision = "web_0016"


def upgrade() -> None:
    op.create_table(
        "precaution",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("problems", sa.BigInteger, nullable=False),
        sa.Column("first", sa.Text, nullable=False),
        sa.Column("well_at", sa.Text),
    )
