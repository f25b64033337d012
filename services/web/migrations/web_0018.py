"""For which days a director's acts were delegated, beside what else was done to accounts."""

import sqlalchemy as sa
from alembic import op

revision = "web_0018"
down_revision = "web_0017"


def upgrade() -> None:
    op.add_column("account_change", sa.Column("first_day", sa.Text))
    op.add_column("account_change", sa.Column("last_day", sa.Text))
