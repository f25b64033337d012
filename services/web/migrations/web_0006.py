"""Who sat in a centre's working group last."""

import sqlalchemy as sa
from alembic import op

revision = "web_0006"
down_revision = "web_0005"


def upgrade() -> None:
    op.create_table(
        "working_group",
        sa.Column("centre", sa.Text, primary_key=True),
        sa.Column("kept_at", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
    )
