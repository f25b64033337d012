"""The index says whose its rows are, so that PostgreSQL shows a centre its own alone. Filled anew at the next start.

Programs of before that still run meanwhile say none: those rows are nobody's, and are filled anew as well.
"""

import sqlalchemy as sa
from alembic import op

revision = "intake_0004"
down_revision = "intake_0003"


def upgrade() -> None:
    op.drop_table("search_token")
    op.drop_table("search_person")
    op.create_table(
        "search_person",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("person_id", sa.Text, nullable=False, index=True),
        sa.Column("centre", sa.Text, nullable=False, server_default=""),
        sa.Column("person_version", sa.Integer, nullable=False),
        sa.Column("edition", sa.Integer, nullable=False),
    )
    op.create_table(
        "search_token",
        sa.Column("token", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text, primary_key=True, index=True),
        sa.Column("centre", sa.Text, nullable=False, server_default=""),
    )
