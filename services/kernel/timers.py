"""Deadlines: facts stored by their service, turned into a command once when their time has come."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, NamedTuple, TypedDict

import orjson
from sqlalchemy import Connection

from services.kernel import metrics
from services.kernel.decider import Do
from services.kernel.envelope import Envelope, derived_id, instant, moment
from services.kernel.errors import Refused, Unavailable
from services.kernel.eventlog import EventLog, Unit

logger = logging.getLogger(__name__)

BATCH = 100
TICK = 5.0  # seconds between looks at the deadlines, which are minutes and days away ...
TICK_MOST = 20.0  # ... and when they could not be looked at many times in a row
AGAIN_FIRST = timedelta(seconds=5)  # before a deadline that failed is tried again ...
AGAIN_MOST = timedelta(minutes=10)  # ... and when it has failed many times


PATIENCE = timedelta(minutes=1)  # a deadline that came less long ago is only about to be met


class Deadlines(TypedDict):
    """`overdue`: how many have come a while ago and are not met; `today`: how many come within 24 hours; `next`: when
    the next one comes (instant)."""

    overdue: int
    today: int
    next: str | None


class Failing(NamedTuple):
    """A deadline that could not be met: how often, why, and when to try again."""

    times: int
    error: str
    again: str


class Timers:
    """The deadlines of one service. What failed is remembered by the process only: after a restart all are tried at
    once."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._failing: dict[tuple[str, str], Failing] = {}

    def fire(self, now: str) -> int:
        """Turn every deadline that has come by `now` into its command, the oldest first. Returns how many fired.

        One that fails stays due, is tried again with growing delay and does not keep the others waiting; Unavailable is
        raised.
        """
        if self.log.wiring.when_due is None:
            return 0
        fired, last = 0, ("", "")
        due = set()
        while True:
            with self.log.database.read() as db:
                sql = (
                    "SELECT due_at, timer_id, command, centre, correlation, causation FROM timer WHERE "
                    "fired_at IS NULL "
                    "AND due_at <= ? AND (due_at > ? OR (due_at = ? AND timer_id > ?)) ORDER BY due_at, "
                    "timer_id LIMIT ?"
                )
                rows = self.log.rows(db, sql, now, last[0], *last, BATCH)
            for row in rows:
                last = row[0], row[1]
                due.add(last)
                if last not in self._failing or self._failing[last].again <= now:
                    fired += self._try(now, row)
            if len(rows) < BATCH:
                self._failing = {timer: failing for timer, failing in self._failing.items() if timer in due}
                return fired

    def _try(self, now: str, row: Sequence[str]) -> bool:
        timer = row[0], row[1]
        before = self._failing.get(timer)
        try:
            fired = _fire(self.log, now, *row)
        except Unavailable:
            raise
        except Exception as error:
            times, name = before.times + 1 if before else 1, type(error).__name__
            delay = min(AGAIN_FIRST * 2 ** (times - 1), AGAIN_MOST)
            self._failing[timer] = Failing(times, name, instant(moment(now) + delay))
            if before is None or before.error != name:
                logger.error("a deadline of %s cannot be met: %s", self.log.service, name)
            return False
        if self._failing.pop(timer, None):
            logger.info("a deadline of %s that failed was met at last", self.log.service)
        return fired


def keep_time(
    service: str, fire: Callable[[], int], stopping: Callable[[], bool], pause: Callable[[float], None]
) -> None:
    """Meet deadlines as they come, until `stopping`."""
    delay = TICK
    while not stopping():
        try:
            while fire():
                pause(0)
            if delay > TICK:
                logger.info("deadlines of %s go on", service)
            delay = TICK
        except Exception as error:
            if delay == TICK:
                logger.warning("deadlines of %s wait: %s", service, type(error).__name__)
            delay = min(delay * 2, TICK_MOST)
        pause(delay)


def deadlines(log: EventLog, db: Connection, now: datetime) -> Deadlines:
    """What of them is late, and what is to come."""
    sql = "SELECT COUNT(*) FROM timer WHERE fired_at IS NULL AND due_at > ? AND due_at <= ?"
    late = log.row(db, sql, "", instant(now - PATIENCE))
    today = log.row(db, sql, instant(now), instant(now + timedelta(days=1)))
    first = log.row(db, "SELECT MIN(due_at) FROM timer WHERE fired_at IS NULL AND due_at > ?", instant(now))
    return Deadlines(overdue=int(late[0]), today=int(today[0]), next=first[0])


def _fire(
    log: EventLog,
    now: str,
    due_at: str,
    timer_id: str,
    command: str,
    centre: str,
    correlation: str,
    causation: str,
) -> bool:
    # The command id comes from the timer and its due time: fired by two replicas, it happens once.
    command_id = derived_id(causation, f"{timer_id} {due_at}")
    envelope = Envelope(command_id, "", "system", centre, now, now, correlation, causation)
    when_due, look_up, asked = log.wiring.when_due, log.wiring.look_up_due, orjson.loads(command)
    assert when_due is not None, "fire looks first"
    found: Any = {}
    if look_up is not None:
        with log.database.read() as db:
            found = look_up(db, asked)
    do = when_due(asked, moment(now), **found)
    return log.execute(envelope, partial(_work, timer=(timer_id, due_at), now=now, do=do)).answer


def _work(unit: Unit, timer: tuple[str, str], now: str, do: Do) -> bool:
    sql = "UPDATE timer SET fired_at = ? WHERE timer_id = ? AND due_at = ? AND fired_at IS NULL"
    if unit.log.run(unit.db, sql, now, *timer) != 1:
        return False  # it was cleared or moved in the meantime
    try:
        unit.handle(do.aggregate, do.id, do.command)
    except Refused as refusal:  # an answer: the deadline no longer applies
        metrics.REFUSALS.labels(unit.log.service, refusal.code).inc()
    return True
