"""Which versions of the rules each user has read the announcement of."""

import sqlalchemy as sa
from alembic import op

revision = "web_0024"
down_revision = "web_0023"


def upgrade() -> None:
    op.create_table(
        "rules_read",
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("rules_version", sa.Text, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_name", "rules_version"),
    )
