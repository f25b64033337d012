"""Parked events are found without reading all of them, tried again at their time, and may be skipped by somebody."""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0007"
down_revision = "kernel_0006"

INDICES = {
    "parked_event_stream": (["source", "stream_id", "position"], "status = 'parked'"),
    "parked_event_id": (["event_id"], "status = 'parked'"),
    "parked_event_again": (["again_at"], "status = 'parked' AND again_at IS NOT NULL"),
    "parked_event_skipped": (["last_at"], "skipped_by IS NOT NULL"),
}


def upgrade() -> None:
    for name in ("again_at", "skipped_by", "skipped_why"):
        op.add_column("parked_event", sa.Column(name, sa.Text))
    for name, (columns, where) in INDICES.items():
        op.create_index(
            name, "parked_event", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where)
        )
