"""One key per person, wrapped; a destroyed one leaves the time of its end."""

import sqlalchemy as sa
from alembic import op

revision = "vault_0001"
down_revision = None
branch_labels = ("vault",)


def upgrade() -> None:
    op.create_table(
        "subject_key",
        sa.Column("subject_id", sa.Text, primary_key=True),
        sa.Column("kid", sa.Text, nullable=False, unique=True),
        sa.Column("wrapped_dek", sa.Text),
        sa.Column("created_at", sa.Text, nullable=False),
        sa.Column("shredded_at", sa.Text),
        sa.CheckConstraint("(wrapped_dek IS NULL) = (shredded_at IS NOT NULL)"),
    )
