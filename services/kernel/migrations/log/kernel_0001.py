"""Log, inbox, timers and the list of built read models; an empty log gets an epoch of its own, because its positions
count anew."""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

revision = "kernel_0001"
down_revision = None
branch_labels = ("kernel",)

IMMUTABLE = {
    "sqlite": (
        "CREATE TRIGGER event_no_update BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are immutable'); END",
        "CREATE TRIGGER event_no_delete BEFORE DELETE ON event BEGIN SELECT RAISE(ABORT, 'events are immutable'); END",
    ),
    "postgresql": (
        # OR REPLACE: whoever empties a database to restore a backup may have dropped its tables and left its functions.
        "CREATE OR REPLACE FUNCTION event_immutable() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'events are immutable'; END $$",
        "CREATE TRIGGER event_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON event "
        "FOR EACH STATEMENT EXECUTE FUNCTION event_immutable()",
    ),
}


def upgrade() -> None:
    log_head = op.create_table(
        "log_head",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, sa.CheckConstraint("position >= 0"), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        postgresql_with={"fillfactor": 10},
    )
    op.create_table(
        "stream",
        sa.Column("stream_id", sa.Text, primary_key=True),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, sa.CheckConstraint("version >= 0"), nullable=False),
    )
    op.create_table(
        "event",
        sa.Column(
            "position",
            sa.BigInteger,
            sa.CheckConstraint("position > 0"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("stream_id", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, sa.CheckConstraint("version > 0"), nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("stream_id", "version"),
    )
    for statement in IMMUTABLE[op.get_bind().dialect.name]:
        op.execute(statement)
    op.create_table(
        "command_done",
        sa.Column("command_id", sa.Text, primary_key=True),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("result", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
    )
    relay_cursor = op.create_table(
        "relay_cursor",
        sa.Column("feed", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, sa.CheckConstraint("position >= 0"), nullable=False),
        sa.Column("owner", sa.Text),
        sa.Column("lease_until", sa.Text),
    )
    op.create_table(
        "inbox_cursor",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("position", sa.BigInteger, sa.CheckConstraint("position >= 0"), nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("epoch", sa.Text, nullable=False),
        sa.Column("head_seen", sa.BigInteger, nullable=False),
        sa.Column("state", sa.Text, sa.CheckConstraint("state IN ('running', 'diverged')"), nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
    )
    op.create_table(
        "parked_stream",
        sa.Column("source", sa.Text),
        sa.Column("stream_id", sa.Text),
        sa.PrimaryKeyConstraint("source", "stream_id"),
    )
    op.create_table(
        "parked_event",
        sa.Column("source", sa.Text),
        sa.Column("position", sa.BigInteger),
        sa.Column("stream_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Text, nullable=False),
        sa.Column("envelope", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("error_class", sa.Text, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("first_at", sa.Text, nullable=False),
        sa.Column("last_at", sa.Text, nullable=False),
        sa.Column("status", sa.Text, sa.CheckConstraint("status IN ('parked', 'released')"), nullable=False),
        sa.PrimaryKeyConstraint("source", "position"),
    )
    op.create_table(
        "source_event",
        sa.Column(
            "ingest_position",
            sa.BigInteger,
            sa.CheckConstraint("ingest_position > 0"),
            primary_key=True,
            autoincrement=False,
        ),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.UniqueConstraint("source", "position"),
    )
    ingest_head = op.create_table(
        "ingest_head",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "projection",
        sa.Column("name", sa.Text),
        sa.Column("version", sa.Integer),
        sa.Column("built_at", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )
    op.create_table(
        "timer",
        sa.Column("timer_id", sa.Text, primary_key=True),
        sa.Column("due_at", sa.Text, nullable=False),
        sa.Column("command", sa.Text, nullable=False),
        sa.Column("centre", sa.Text, nullable=False),
        sa.Column("correlation", sa.Text, nullable=False),
        sa.Column("causation", sa.Text, nullable=False),
        sa.Column("fired_at", sa.Text),
    )
    op.bulk_insert(log_head, [{"id": 1, "position": 0, "hash": "0" * 64, "epoch": str(uuid4())}])
    op.bulk_insert(ingest_head, [{"id": 1, "position": 0}])
    op.bulk_insert(relay_cursor, [{"feed": "log", "position": 0}])
