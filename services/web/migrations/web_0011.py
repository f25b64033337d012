"""Whom the sample network made: the sign-in page offers them."""

import sqlalchemy as sa
from alembic import op

revision = "web_0011"
down_revision = "web_0010"


def upgrade() -> None:
    op.create_table("sample_user", sa.Column("user_name", sa.Text, primary_key=True))
