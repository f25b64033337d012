"""Identities at the organisation's own provider, and the ways there and back."""

import sqlalchemy as sa
from alembic import op

revision = "web_0007"
down_revision = "web_0006"


def upgrade() -> None:
    op.add_column("session", sa.Column("by_provider", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "identity",
        sa.Column("subject_hash", sa.Text, primary_key=True),
        sa.Column("issuer", sa.Text, nullable=False),
        sa.Column("user_name", sa.Text, nullable=False),
        sa.Column("linked_at", sa.Text, nullable=False),
        sa.Column("linked_by", sa.Text, nullable=False),
        sa.UniqueConstraint("user_name", "issuer"),
    )
    op.create_table(
        "authorization_request",
        sa.Column("state_hash", sa.Text, primary_key=True),
        sa.Column("visit_hash", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("expires_at", sa.Text, nullable=False, index=True),
        sa.Column("outcome", sa.Text),
    )
