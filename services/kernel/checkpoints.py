"""Checkpoints: about once a minute a signed statement of where a log stands, and of what its record of who read
personal fields holds (kernel.access).

The head of the log counts them and its mac covers the count, so that none can go; between two of them lies what
`songtor verify` can name if it was rewritten. An append that finds a head which was not written with the key makes
one as well, that says so for good (kernel.eventlog).
"""

import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256

import orjson
from sqlalchemy import Connection

from services.kernel.envelope import instant, moment
from services.kernel.eventlog import EventLog, checkpoint_insert
from services.kernel.macs import Macs
from services.kernel.questions import Json

logger = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)
TICK = 15.0  # seconds between looks whether one is due
BATCH = 1000


def due(log: EventLog, now: datetime) -> bool:
    with log.database.read() as db:
        last = log.last_checkpoint(db)
        if last.at and moment(last.at) + EVERY > now:
            return False
        position = log.row(db, "SELECT position FROM log_head WHERE id = 1")[0]
        read = log.row(db, "SELECT COALESCE(MAX(access_id), 0) FROM access_record")[0]
    return bool(position != last.position or read != last.access_to)


def make(log: EventLog, macs: Macs, now: datetime) -> None:
    """State where the log and the record of accesses stand."""
    with log.write() as db:
        if not log.database.sqlite:
            # Whoever is writing an access now has its number and is waited for: none comes later with a lower one.
            db.exec_driver_sql("LOCK TABLE access_record IN SHARE ROW EXCLUSIVE MODE")
        last = log.last_checkpoint(db)
        access_to, access_hash = last.access_to, last.access_hash
        for number, row in accesses(log, db, access_to):
            access_to, access_hash = number, access_chain(access_hash, row)
        sql = (
            "UPDATE log_head SET position = position WHERE id = 1 RETURNING position, hash, mac, checkpoints"
        )
        position, hash, mac, count = log.row(db, sql)
        unkeyed, count = log.keyed(db, position, hash, mac, count, instant(now))
        for statement in unkeyed:
            log.run(db, statement.sql, *statement.values)
        new = log.last_checkpoint(db)._replace(
            number=count + 1,
            at=instant(now),
            position=position,
            hash=hash,
            unkeyed_after=None,
            access_to=access_to,
            access_hash=access_hash,
        )
        statement = checkpoint_insert(macs.signed(new))
        log.run(db, statement.sql, *statement.values)
        sql = "UPDATE log_head SET mac = ?, checkpoints = ? WHERE id = 1"
        log.run(db, sql, macs.head(position, hash, new.number), new.number)


def accesses(
    log: EventLog, db: Connection, after: int, to: int | None = None
) -> Iterator[tuple[int, Sequence[Json]]]:
    """(number, record) of accesses in their order."""
    while True:
        sql = (
            "SELECT access_id, at, who, what, subject, person_id FROM access_record "
            "WHERE access_id > ? AND access_id <= ? ORDER BY access_id LIMIT ?"
        )
        rows = log.rows(db, sql, after, 2**62 if to is None else to, BATCH)
        for row in rows:
            yield int(row[0]), list(row)
        if len(rows) < BATCH:
            return
        after = int(rows[-1][0])


def access_chain(previous: str, row: Sequence[Json]) -> str:
    return sha256(previous.encode() + orjson.dumps(row)).hexdigest()


def keep(
    service: str,
    make_if_due: Callable[[], None],
    stopping: Callable[[], bool],
    pause: Callable[[float], None],
) -> None:
    """Make checkpoints as they are due, until `stopping`."""
    while not stopping():
        try:
            make_if_due()
        except Exception as error:
            logger.warning("%s could not make a checkpoint: %s", service, type(error).__name__)
        pause(TICK)
