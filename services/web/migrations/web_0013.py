"""What people with an account are called, sealed."""

import sqlalchemy as sa
from alembic import op

revision = "web_0013"
down_revision = "web_0012"


def upgrade() -> None:
    op.create_table(
        "account_person",
        sa.Column("user_name", sa.Text, primary_key=True),
        sa.Column("sealed", sa.Text, nullable=False),
    )
