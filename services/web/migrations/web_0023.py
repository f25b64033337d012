"""How a centre's letters are numbered, and with which figures its papers are written."""

import sqlalchemy as sa
from alembic import op

revision = "web_0023"
down_revision = "web_0018"


def upgrade() -> None:
    op.add_column("centre_contact", sa.Column("letters", sa.Text, nullable=False, server_default=""))
    op.add_column("centre_contact", sa.Column("figures", sa.Text, nullable=False, server_default=""))
