"""How far each user has seen the story of each case. Which answers were read is kept no more: a case has one next
step."""

import sqlalchemy as sa
from alembic import op

revision = "web_0009"
down_revision = "web_0008"


def upgrade() -> None:
    op.drop_table("answer_read")
    op.create_table(
        "case_look",
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text, nullable=False),
        sa.Column("seen", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "case_id"),
    )
