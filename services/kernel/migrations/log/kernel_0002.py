"""What was heard is found by case, a due timer without reading those that fired."""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0002"
down_revision = "kernel_0001"

CASE_ID = {
    "sqlite": "UPDATE source_event SET case_id = json_extract(body, '$.caseid')",
    "postgresql": "UPDATE source_event SET case_id = body::json ->> 'caseid'",
}


def upgrade() -> None:
    op.add_column("source_event", sa.Column("case_id", sa.Text))
    op.execute(CASE_ID[op.get_bind().dialect.name])
    op.create_index("source_event_case", "source_event", ["case_id"])
    waiting = sa.text("fired_at IS NULL")
    op.create_index("timer_due", "timer", ["due_at"], sqlite_where=waiting, postgresql_where=waiting)
