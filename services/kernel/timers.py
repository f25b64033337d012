"""Deadlines: facts stored by their service, turned into a command once when their time has come."""

from functools import partial

import orjson

from services.kernel.decider import Do
from services.kernel.envelope import Envelope, derived_id, moment
from services.kernel.errors import Refused
from services.kernel.eventlog import EventLog, Unit

BATCH = 100


def fire(log: EventLog, now: str) -> int:
    """Turn every deadline that has come by `now` into its command. Returns how many fired."""
    when_due = log.wiring.when_due
    if when_due is None:
        return 0
    with log.database.read() as db:
        rows = log.rows(
            db,
            "SELECT timer_id, due_at, command, centre, correlation, causation FROM timer "
            "WHERE fired_at IS NULL AND due_at <= ? ORDER BY due_at, timer_id LIMIT ?",
            now,
            BATCH,
        )
    for timer_id, due_at, command, centre, correlation, causation in rows:
        # The command id comes from the timer and its due time: fired by two replicas, it happens once.
        command_id = derived_id(causation, f"{timer_id} {due_at}")
        envelope = Envelope(command_id, "", "system", centre, now, now, correlation, causation)
        do = when_due(orjson.loads(command), moment(now))
        log.execute(envelope, partial(_work, timer=(timer_id, due_at), now=now, do=do))
    return len(rows)


def _work(unit: Unit, timer: tuple[str, str], now: str, do: Do) -> None:
    sql = "UPDATE timer SET fired_at = ? WHERE timer_id = ? AND due_at = ? AND fired_at IS NULL"
    unit.log.run(unit.db, sql, now, *timer)
    try:
        unit.handle(do.aggregate, do.id, do.command)
    except Refused:  # an answer: the deadline no longer applies
        return
