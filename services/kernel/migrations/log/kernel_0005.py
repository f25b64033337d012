"""The write fence: a database says which versions of read models it holds, and on PostgreSQL takes no fact from whoever
fills others.

Heads carry the versions that writers must announce; nothing (NULL) until a version was raised, so that programs of
before go on.
"""

import sqlalchemy as sa
from alembic import op

revision = "kernel_0005"
down_revision = "kernel_0004"

HEADS = ("inbox_cursor", "ingest_head", "log_head")  # in the order in which a subscription takes them
REFUSE = (
    "RAISE EXCEPTION 'This program is older than the database''s read models: it writes %, they are %. "
    "Stop it and start the newer one.', "
    "coalesce(nullif(current_setting('songtor.read_models', true), ''), 'none that it names'), {0} "
    "USING ERRCODE = 'SO001'"
)
OTHERS = "{0} IS NOT NULL AND {0} IS DISTINCT FROM current_setting('songtor.read_models', true)"
FENCE = (  # OR REPLACE as in kernel_0001
    "CREATE OR REPLACE FUNCTION refuse_other_read_models() RETURNS trigger LANGUAGE plpgsql AS "
    f"$$ BEGIN {REFUSE.format('OLD.read_models')}; END $$",
    # Everybody waits behind log_head: the condition is looked at without calling the function, and AFTER needs no lock
    # beforehand.
    *(
        f"CREATE TRIGGER fence AFTER UPDATE ON {head} FOR EACH ROW WHEN (OLD.position <> NEW.position "
        f"AND {OTHERS.format('OLD.read_models')}) EXECUTE FUNCTION refuse_other_read_models()"
        for head in HEADS
    ),
    # A source that is heard for the first time gets a head of its own.
    "CREATE OR REPLACE FUNCTION fence_new_cursor() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "  # noqa: S608 (all of it is ours)
    "SELECT read_models INTO NEW.read_models FROM ingest_head; "
    f"IF {OTHERS.format('NEW.read_models')} THEN {REFUSE.format('NEW.read_models')}; END IF; RETURN NEW; END $$",
    "CREATE TRIGGER fence_new BEFORE INSERT ON inbox_cursor FOR EACH ROW EXECUTE FUNCTION fence_new_cursor()",
)


def upgrade() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    if on_postgresql:  # others are writing; in another order two would wait for each other
        op.execute(f"LOCK TABLE {', '.join(HEADS)} IN ACCESS EXCLUSIVE MODE")
    for head in HEADS:
        op.add_column(head, sa.Column("read_models", sa.Text))
    op.add_column("projection", sa.Column("retired_at", sa.Text))
    op.create_table(
        "building",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("own", sa.BigInteger, nullable=False),
        sa.Column("heard", sa.BigInteger, nullable=False),
        sa.Column("derived", sa.Boolean, nullable=False),
    )
    op.create_table(
        "replica",
        sa.Column("replica_id", sa.Text, primary_key=True),
        sa.Column("reads", sa.Text, nullable=False),
        sa.Column("seen_at", sa.BigInteger, nullable=False),
    )
    for statement in FENCE if on_postgresql else ():
        op.execute(sa.text(statement.replace(":", "\\:")))
