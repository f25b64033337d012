"""The write fence: a database of read models of one version takes no fact from a program that fills another.

Every transaction that may move a head says which read models it fills; the heads say which ones there are. On
PostgreSQL a trigger refuses whoever says anything else (revision kernel_0005), so that an old replica stops instead of
appending facts that the new read models would never see. An SQLite file has one process: it makes its read models
before it serves, and nobody else writes.
"""

from collections.abc import Iterable

import orjson
from sqlalchemy import Connection, Table, func, select, update

from services.kernel import tables
from services.kernel.errors import Outdated
from services.kernel.wiring import Wiring

HEADS = (tables.inbox_cursor, tables.ingest_head, tables.log_head)


# Programs of before wrote a log without macs, and did not say how far its read models are filled: once a newer one
# serves they append nothing more, as if this were a read model that they do not know.
LOG = {"event_log": 2}


def announcement(wiring: Wiring) -> str:
    """The read models that a service's program fills, as its transactions say it: JSON {name: version}."""
    return orjson.dumps(_versions(wiring) | LOG, option=orjson.OPT_SORT_KEYS).decode()


def stands(db: Connection, wiring: Wiring) -> bool:
    """Whether the database holds just the read models of this program. Outdated if it holds, or held, newer ones."""
    mine = _versions(wiring)
    recorded = db.execute(select(tables.projection)).all()
    for row in recorded:
        known = mine.get(row.name)
        if known is not None and (row.version > known or (row.version == known and row.retired_at)):
            raise Outdated(_sentence(row.name, row.version, known))
    fence = db.execute(select(tables.log_head.c.read_models)).scalar_one()
    filled = {row.name: row.version for row in recorded if not row.retired_at}
    return filled == mine and fence == announcement(wiring)


def missing(db: Connection, wiring: Wiring) -> set[str]:
    """The names of this program's read models that the database does not hold in this version."""
    recorded = {(row.name, row.version) for row in db.execute(select(tables.projection))}
    return {name for name, version in _versions(wiring).items() if (name, version) not in recorded}


def hold_heads(db: Connection, read_models: Iterable[Table] = ()) -> None:
    """Until this transaction ends no head moves, and nobody reads or fills those read models; whoever was moving one
    has ended. In the order in which a subscription takes them: a command fills read models before it takes the log.

    EXCLUSIVE, because a subscription begins by locking its cursor's row, and would then wait for us while we wait for
    it.
    """
    if db.dialect.name == "postgresql":
        db.exec_driver_sql("LOCK TABLE inbox_cursor IN EXCLUSIVE MODE")
        for table in read_models:
            db.exec_driver_sql(f'LOCK TABLE "{table.name}" IN ACCESS EXCLUSIVE MODE')
        db.exec_driver_sql("LOCK TABLE log_head IN EXCLUSIVE MODE")


def raise_versions(db: Connection, wiring: Wiring, now: str) -> None:
    """From the commit of this transaction, which holds the heads, the read models are those of this program."""
    mine, built = _versions(wiring), tables.projection
    db.execute(
        update(built)
        .where(built.c.name.not_in(mine))
        .values(retired_at=func.coalesce(built.c.retired_at, now))
    )
    own, heard = tables.log_head, tables.ingest_head
    before = db.execute(select(own.c.read_models)).scalar_one()
    if before is None or LOG.items() - orjson.loads(before).items():
        # Programs of before filled what they announced, and did not count it.
        for head in (own, heard):
            db.execute(update(head).values(filled=head.c.position))
    lacks = {
        f"{name}_regained": db.execute(select(head.c.position - head.c.filled)).scalar_one()
        for name, head in (("own", own), ("heard", heard))
    }
    for name in missing(db, wiring):
        db.execute(built.delete().where(built.c.name == name))
        db.execute(built.insert().values(name=name, version=mine[name], built_at=now, **lacks))
    for head in HEADS:
        db.execute(update(head).values(read_models=announcement(wiring)))


def _versions(wiring: Wiring) -> dict[str, int]:
    return {projection.name: projection.version for projection in wiring.projections}


def _sentence(name: str, there: int, here: int) -> str:
    return (
        f"This program is older than the database's read models: {name} is at version {there}, this program's "
        f"is {here}. "
        "Start the newer program."
    )
