"""What a centre is called, and how it is reached."""

import sqlalchemy as sa
from alembic import op

revision = "web_0016"
down_revision = "web_0015"


def upgrade() -> None:
    op.create_table(
        "centre_contact",
        sa.Column("centre", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("phone", sa.Text, nullable=False),
        sa.Column("address", sa.Text, nullable=False),
        sa.Column("changed_at", sa.Text, nullable=False),
        sa.Column("changed_by", sa.Text, nullable=False),
    )
