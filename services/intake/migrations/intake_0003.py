"""The index by which people are found: keyed tokens, nothing in clear. Filled at the next start."""

import sqlalchemy as sa
from alembic import op

revision = "intake_0003"
down_revision = "intake_0002"


def upgrade() -> None:
    op.create_table(
        "search_person",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False, index=True),
        sa.Column("person_version", sa.Integer, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
    )
    op.create_table(
        "search_token",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True, index=True),
    )
