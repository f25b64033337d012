"""What several assessors noted of a screening that is not complete yet: sealed, and gone after some days."""

import sqlalchemy as sa
from alembic import op

revision = "screening_0003"
down_revision = "screening_0002"


def upgrade() -> None:
    op.create_table(
        "screening_answer",
        *(sa.Column(name, sa.Text, primary_key=True) for name in ("case_id", "question", "user")),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("person_id", sa.Text, nullable=False),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("declined", sa.Boolean, nullable=False),
        sa.Column("at", sa.Text, nullable=False, index=True),
    )
