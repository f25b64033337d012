"""The log's head counts the transfers of cases that read models have, so that whoever appends knows whose each case is
without looking (kernel.owners)."""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0009"
down_revision = "kernel_0008"


def upgrade() -> None:
    op.add_column("log_head", sa.Column("transfers", sa.BigInteger, nullable=False, server_default="0"))
