"""Which processes serve from a database on PostgreSQL, so that nobody drops the tables from which one of them still
reads.

A process that serves tells the database every `BEAT` seconds which tables it reads, and hears whether its versions are
still those of the database. Times are the database's clock; whoever was silent for `SILENT` seconds does not count. (An
SQLite file has one process.)
"""

import logging
import re
from collections.abc import Callable

from sqlalchemy import Connection, MetaData, inspect

from services.kernel import fence
from services.kernel.errors import Conflict, Outdated
from services.kernel.eventlog import EventLog
from services.kernel.wiring import Wiring

logger = logging.getLogger(__name__)

BEAT = 5.0
SILENT = 60
NOW = "extract(epoch FROM clock_timestamp())::bigint"


def is_read_model(table: str) -> bool:
    """Read models are told from what is owned by their names: `name_v{version}`."""
    return re.search(r"_v\d+$", table) is not None


def beat(log: EventLog, replica_id: str) -> None:
    """This process serves from these tables. Outdated when the database holds other versions by now."""
    with log.database.write() as db:
        if not fence.stands(db, log.wiring):
            raise Outdated(
                "The database's read models are no longer those of this program. Start the newer program."
            )
        sql = (
            f"INSERT INTO replica (replica_id, reads, seen_at) VALUES (?, ?, {NOW}) "  # noqa: S608
            "ON CONFLICT (replica_id) DO UPDATE SET reads = excluded.reads, seen_at = excluded.seen_at"
        )
        log.run(db, sql, replica_id, " ".join(sorted(_tables(log.wiring))))
        log.run(db, f"DELETE FROM replica WHERE seen_at < {NOW} - ?", SILENT)  # noqa: S608
        lasting = _older(db, log.wiring) - _read(log, db)
    if lasting:
        drop_older(log)


def serve(
    service: str,
    beat: Callable[[], None],
    stopping: Callable[[], bool],
    pause: Callable[[float], None],
    end: Callable[[Outdated], None],
) -> None:
    """Say again and again that a service serves, until `stopping`; `end` is told when a newer program has taken over
    the database."""
    while not stopping():
        try:
            beat()
        except Outdated as error:
            return end(error)
        except Exception as error:
            logger.warning("%s could not say that it serves: %s", service, type(error).__name__)
        pause(BEAT)


def drop_older(log: EventLog) -> None:
    """Drop tables of older versions of this program's read models, but those that a process which serves reads; they go
    later."""
    try:
        with log.database.write() as db:
            if old := sorted(_older(db, log.wiring) - _read(log, db)):
                metadata = MetaData()
                metadata.reflect(db, only=old)
                metadata.drop_all(db)
    except Conflict:  # somebody is reading this very moment
        return


def _older(db: Connection, wiring: Wiring) -> set[str]:
    """Tables `name_vM` beside `name_vN` of a read model of this program, M < N. One that is newer is being built."""
    current = dict(map(_parts, _tables(wiring)))
    names = map(_parts, filter(is_read_model, inspect(db).get_table_names()))
    return {f"{name}_v{version}" for name, version in names if version < current.get(name, 0)}


def _read(log: EventLog, db: Connection) -> set[str]:
    if log.database.sqlite:
        return set()
    sql = f"SELECT reads FROM replica WHERE seen_at >= {NOW} - ?"  # noqa: S608
    return {table for (reads,) in log.rows(db, sql, SILENT) for table in reads.split()}


def _tables(wiring: Wiring) -> set[str]:
    return {str(table.name) for projection in wiring.projections for table in projection.tables}


def _parts(table: str) -> tuple[str, int]:
    name, _, version = table.rpartition("_v")
    return name, int(version)
