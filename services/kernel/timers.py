"""Deadlines: facts stored by their service, turned into a command once when their time has come."""

import logging
from functools import partial

import orjson

from services.kernel import metrics
from services.kernel.decider import Do
from services.kernel.envelope import Envelope, derived_id, moment
from services.kernel.errors import Refused, Unavailable
from services.kernel.eventlog import EventLog, Unit

logger = logging.getLogger(__name__)

BATCH = 100


def fire(log: EventLog, now: str) -> int:
    """Turn every deadline that has come by `now` into its command, the oldest first. Returns how many fired.

    One that fails stays due and does not keep the others waiting; Unavailable is raised.
    """
    if log.wiring.when_due is None:
        return 0
    fired, last = 0, ("", "")
    while True:
        with log.database.read() as db:
            sql = (
                "SELECT due_at, timer_id, command, centre, correlation, causation FROM timer WHERE fired_at IS NULL "
                "AND due_at <= ? AND (due_at > ? OR (due_at = ? AND timer_id > ?)) ORDER BY due_at, timer_id LIMIT ?"
            )
            rows = log.rows(db, sql, now, last[0], *last, BATCH)
        for row in rows:
            try:
                fired += _fire(log, now, *row)
            except Unavailable:
                raise
            except Exception as error:
                logger.error("a deadline of %s cannot be met: %s", log.service, type(error).__name__)
        if len(rows) < BATCH:
            return fired
        last = rows[-1][0], rows[-1][1]


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
    when_due = log.wiring.when_due
    assert when_due is not None, "fire looks first"
    do = when_due(orjson.loads(command), moment(now))
    fired, _ = log.execute(envelope, partial(_work, timer=(timer_id, due_at), now=now, do=do))
    return fired


def _work(unit: Unit, timer: tuple[str, str], now: str, do: Do) -> bool:
    sql = "UPDATE timer SET fired_at = ? WHERE timer_id = ? AND due_at = ? AND fired_at IS NULL"
    if unit.log.run(unit.db, sql, now, *timer) != 1:
        return False  # it was cleared or moved in the meantime
    try:
        unit.handle(do.aggregate, do.id, do.command)
    except Refused as refusal:  # an answer: the deadline no longer applies
        metrics.REFUSALS.labels(unit.log.service, refusal.code).inc()
    return True
