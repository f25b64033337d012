"""Rows whose time has passed (kernel.growth) are taken away: at night, in small batches, by one replica of a service.

Each rule walks its table once in the order of the primary key, so that it needs no index of its own and no batch takes
long, however much there is. What is left when a process ends goes the next night.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, delete, select, tuple_

from services.kernel import growth
from services.kernel.database import Database
from services.kernel.envelope import instant
from services.kernel.eventlog import EventLog
from services.kernel.growth import Rule

logger = logging.getLogger(__name__)

NIGHT = timedelta(hours=19)  # of UTC: two in the morning in Thailand
TICK = 600.0  # seconds between looks whether a night has come
BATCH = 500  # rows that are looked at, and at most taken away, at once
PAUSE = 0.05  # seconds for everybody else after each batch


def rules(log: EventLog) -> tuple[Rule, ...]:
    return growth.RULES + log.wiring.grows


def prune(log: EventLog, now: datetime, pause: Callable[[float], None]) -> dict[str, int]:
    """What is due, once a night, or as soon as somebody runs after it. {rule: rows that went}; a rule that another
    replica has begun is left to it."""
    gone = {}
    for rule in rules(log):
        if _begin(log, rule, now):
            gone[rule.name] = count = take_away(log.database, rule, instant(now - rule.after), pause)
            with log.database.write() as db:
                log.run(db, "UPDATE pruned SET removed = ? WHERE rule = ?", count, rule.name)
    return gone


def _begin(log: EventLog, rule: Rule, now: datetime) -> bool:
    """Whether this night's work is ours. A rule that is new begins with the night to come."""
    with log.database.write() as db:
        sql = "INSERT INTO pruned (rule, begun_at, removed) VALUES (?, ?, 0) ON CONFLICT DO NOTHING"
        log.run(db, sql, rule.name, instant(now))
        sql = "UPDATE pruned SET begun_at = ?, removed = 0 WHERE rule = ? AND begun_at < ?"
        return log.run(db, sql, instant(now), rule.name, instant(_last_night(now))) == 1


def _last_night(now: datetime) -> datetime:
    utc = now.astimezone(UTC)
    night = utc.replace(hour=0, minute=0, second=0, microsecond=0) + NIGHT
    return night if night <= utc else night - timedelta(days=1)


def take_away(database: Database, rule: Rule, limit: str, pause: Callable[[float], None]) -> int:
    """Rows whose time has passed if what came before `limit` is old; how many went."""
    key, old, over = tuple(rule.table.primary_key.columns), rule.old(limit), rule.over(limit)
    after: tuple[Any, ...] = ()
    removed = 0
    while True:
        look = select(*key, old.label("old"), over.label("over")).order_by(*key).limit(BATCH)
        with database.read() as db:
            rows = db.execute(look.where(tuple_(*key) > after) if after else look).all()
        if gone := [tuple(row[:-2]) for row in rows if row.over]:
            with database.write() as db:
                removed += db.execute(delete(rule.table).where(_one_of(key, gone), over)).rowcount
        if len(rows) < BATCH or (rule.ordered and not rows[-1].old):
            return removed
        after = tuple(rows[-1][:-2])
        pause(PAUSE)


def _one_of(key: tuple[Column[Any], ...], values: list[tuple[Any, ...]]) -> ColumnElement[bool]:
    return tuple_(*key).in_(values) if len(key) > 1 else key[0].in_([value for (value,) in values])


def keep(
    service: str,
    tidy: Callable[[], dict[str, int]],
    stopping: Callable[[], bool],
    pause: Callable[[float], None],
) -> None:
    """Take away what is due, night after night, and what else `tidy` does, until `stopping`."""
    while not stopping():
        try:
            for rule, count in tidy().items():
                if count:
                    logger.info("%s: %s rows of %s went", service, count, rule)
        except Exception as error:
            logger.warning("%s could not take away what is over: %s", service, type(error).__name__)
        pause(TICK)
