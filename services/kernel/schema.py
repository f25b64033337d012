"""A service's database made ready: the kernel's tables, the service's own, and its read models."""

from collections.abc import Callable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, MetaData, inspect

from services.kernel import tables
from services.kernel.database import Database, ensure_database
from services.kernel.envelope import instant
from services.kernel.eventlog import GENESIS, EventLog
from services.kernel.rebuild import rebuild
from services.kernel.wiring import Wiring


def prepare(database: Database, wiring: Wiring) -> None:
    """Make or upgrade everything but the read models."""
    ensure_database(database.url.render_as_string(hide_password=False))
    with database.write() as db:
        if inspect(db).has_table("log_head"):
            return
        tables.metadata.create_all(db)
        for statement in tables.IMMUTABLE[db.dialect.name]:
            db.exec_driver_sql(statement)
        if wiring.owned is not None:
            wiring.owned.create_all(db)
        first_rows(db)


def first_rows(db: Connection) -> None:
    """The head of an empty log: a new epoch, because positions count anew."""
    db.execute(tables.log_head.insert().values(id=1, position=0, hash=GENESIS, epoch=str(uuid4())))
    db.execute(tables.ingest_head.insert().values(id=1, position=0))
    db.execute(tables.relay_cursor.insert().values(feed="log", position=0))


def prepare_read_models(log: EventLog, now: Callable[[], datetime], pause: Callable[[float], None]) -> None:
    """Make the read models that are new or have a new version, from the log; drop those of older versions."""
    with log.database.read() as db:
        known = {(row.name, row.version) for row in db.execute(tables.projection.select())}
        present = set(inspect(db).get_table_names())
    for projection in log.wiring.projections:
        if (projection.name, projection.version) in known:
            continue
        with log.database.write() as db:
            for table in projection.tables:
                table.create(db, checkfirst=True)
        rebuild(log, projection, lambda done, total: None, pause)
        with log.database.write() as db:
            _drop_older(db, {table.name for table in projection.tables}, present)
            db.execute(tables.projection.delete().where(tables.projection.c.name == projection.name))
            row = {"name": projection.name, "version": projection.version, "built_at": instant(now())}
            db.execute(tables.projection.insert().values(**row))


def _drop_older(db: Connection, current: set[str], present: set[str]) -> None:
    """Tables `name_vM` beside a current `name_vN` with another M."""
    stems = {name.rpartition("_v")[0] for name in current}
    old = [
        n
        for n in present
        if n not in current and n.rpartition("_v")[0] in stems and n.rpartition("_v")[2].isdigit()
    ]
    if old:
        metadata = MetaData()
        metadata.reflect(db, only=old)
        metadata.drop_all(db)


def prepare_vault(database: Database, metadata: MetaData) -> None:
    ensure_database(database.url.render_as_string(hide_password=False))
    with database.write() as db:
        metadata.create_all(db, checkfirst=True)
