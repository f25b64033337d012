"""The kernel's own tables, the same in every service's database. Times are RFC 3339 UTC text, JSON is text, hashes are
hex."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()

log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("position", BigInteger, CheckConstraint("position >= 0"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column(
        "read_models", Text
    ),  # of the three heads: what writers must announce (kernel.fence); None: anything
    Column("mac", Text),  # kernel.checkpoints; None: whoever wrote last had no key
    Column("checkpoints", Integer, nullable=False, server_default="0"),  # how many there are
    Column("filled", BigInteger, nullable=False, server_default="0"),  # facts that read models have
    Column("transfers", BigInteger, nullable=False, server_default="0"),  # kernel.owners
    postgresql_with={"fillfactor": 10},
)
checkpoint = Table(  # how the log, and the record of who read what, stood at a moment
    "checkpoint",
    metadata,
    Column("number", Integer, CheckConstraint("number > 0"), primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("hash", Text, nullable=False),
    Column("unkeyed_after", BigInteger),  # the events after it, up to here, were written without the key
    Column("access_to", BigInteger, nullable=False),
    Column("access_hash", Text, nullable=False),
    Column("mac", Text, nullable=False),
)
stream = Table(
    "stream",
    metadata,
    Column("stream_id", Text, primary_key=True),
    Column("centre", Text, nullable=False),
    Column("version", Integer, CheckConstraint("version >= 0"), nullable=False),
)
event = Table(
    "event",
    metadata,
    Column("position", BigInteger, CheckConstraint("position > 0"), primary_key=True, autoincrement=False),
    Column("event_id", Text, nullable=False, unique=True),
    Column("stream_id", Text, nullable=False),
    Column("version", Integer, CheckConstraint("version > 0"), nullable=False),
    Column("event_type", Text, nullable=False),
    Column("body", Text, nullable=False),  # the page's event as RFC 8785 JSON, without `hash`
    Column("sealed", Text),  # ciphertext only: {field: text}
    Column("hash", Text, nullable=False),
    UniqueConstraint("stream_id", "version"),
)
command_done = Table(
    "command_done",
    metadata,
    Column("command_id", Text, primary_key=True),
    Column("fingerprint", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("recorded_at", Text, nullable=False),
)
relay_cursor = Table(
    "relay_cursor",
    metadata,
    Column("feed", Text, primary_key=True),
    Column("position", BigInteger, CheckConstraint("position >= 0"), nullable=False),
    Column("owner", Text),
    Column("lease_until", Text),
)
inbox_cursor = Table(
    "inbox_cursor",
    metadata,
    Column("source", Text, primary_key=True),
    Column("position", BigInteger, CheckConstraint("position >= 0"), nullable=False),
    Column("hash", Text, nullable=False),
    Column("epoch", Text, nullable=False),
    Column("head_seen", BigInteger, nullable=False),
    Column("state", Text, CheckConstraint("state IN ('running', 'diverged')"), nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("read_models", Text),
)
parked_stream = Table(
    "parked_stream",
    metadata,
    Column("source", Text),
    Column("stream_id", Text),
    PrimaryKeyConstraint("source", "stream_id"),
)
parked_event = Table(
    "parked_event",
    metadata,
    Column("source", Text),
    Column("position", BigInteger),  # negative for bytes that could not be read
    Column("stream_id", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("envelope", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("error_class", Text, nullable=False),
    Column("error", Text, nullable=False),
    Column("first_at", Text, nullable=False),
    Column("last_at", Text, nullable=False),
    Column("status", Text, CheckConstraint("status IN ('parked', 'released')"), nullable=False),
    Column("again_at", Text),  # when it is tried again by itself; None: it cannot pass, or waits for another
    Column("skipped_by", Text),  # who gave it up, released without having been handled ...
    Column("skipped_why", Text),  # ... and why
    PrimaryKeyConstraint("source", "position"),
)
PARKED, AGAIN = text("status = 'parked'"), text("status = 'parked' AND again_at IS NOT NULL")
SKIPPED = text("skipped_by IS NOT NULL")
Index(
    "parked_event_stream",
    parked_event.c.source,
    parked_event.c.stream_id,
    parked_event.c.position,
    sqlite_where=PARKED,
    postgresql_where=PARKED,
)
Index("parked_event_id", parked_event.c.event_id, sqlite_where=PARKED, postgresql_where=PARKED)
Index("parked_event_again", parked_event.c.again_at, sqlite_where=AGAIN, postgresql_where=AGAIN)
Index("parked_event_skipped", parked_event.c.last_at, sqlite_where=SKIPPED, postgresql_where=SKIPPED)
source_event = Table(  # what this service heard, in its own dense order
    "source_event",
    metadata,
    Column(
        "ingest_position",
        BigInteger,
        CheckConstraint("ingest_position > 0"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("source", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("event_type", Text, nullable=False),
    Column("case_id", Text),
    Column("body", Text, nullable=False),
    Column("hash", Text, nullable=False),
    UniqueConstraint("source", "position"),
    Index("source_event_case", "case_id"),
)
ingest_head = Table(
    "ingest_head",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1"), primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("read_models", Text),
    Column("filled", BigInteger, nullable=False, server_default="0"),
)
projection = Table(
    "projection",
    metadata,
    Column("name", Text),
    Column("version", Integer),
    Column("built_at", Text, nullable=False),
    Column("retired_at", Text),  # since then no program fills it
    # Of the facts that the heads say read models lack, those that this one has since it was made again.
    Column("own_regained", BigInteger, nullable=False, server_default="0"),
    Column("heard_regained", BigInteger, nullable=False, server_default="0"),
    PrimaryKeyConstraint("name", "version"),
)
building = Table(  # read models of a new version on their way, and how far they are
    "building",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("own", BigInteger, nullable=False),
    Column("heard", BigInteger, nullable=False),
    Column("derived", Boolean, nullable=False),
)
replica = Table(  # on PostgreSQL: the processes that serve, and the tables they read
    "replica",
    metadata,
    Column("replica_id", Text, primary_key=True),
    Column("reads", Text, nullable=False),  # names with spaces between them
    Column("seen_at", BigInteger, nullable=False),  # seconds of the database's clock
)
pruned = (
    Table(  # when rows whose time has passed were last taken away by a rule, and how many (kernel.pruning)
        "pruned",
        metadata,
        Column("rule", Text, primary_key=True),
        Column("begun_at", Text, nullable=False),
        Column("removed", BigInteger, nullable=False),
    )
)
timer = Table(
    "timer",
    metadata,
    Column("timer_id", Text, primary_key=True),
    Column("due_at", Text, nullable=False),
    Column("command", Text, nullable=False),
    Column("centre", Text, nullable=False),
    Column("correlation", Text, nullable=False),
    Column("causation", Text, nullable=False),
    Column("fired_at", Text),
)
Index(
    "timer_due",
    timer.c.due_at,
    sqlite_where=text("fired_at IS NULL"),
    postgresql_where=text("fired_at IS NULL"),
)
access_record = Table(  # who read which personal fields
    "access_record",
    metadata,
    Column("access_id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("person_id", Text, nullable=False, index=True),
    Index("access_record_who", "who", "at"),
)
