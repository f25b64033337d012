"""Deadlines: facts stored by their service, turned into a command once when their time has come.

Many may come at one moment. Some of different streams are met in one transaction, in the order in which they came; if
one of those cannot be met, all of it is undone and each goes alone, so that nobody waits for the one.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import NamedTuple, TypedDict

import orjson
from sqlalchemy import Connection

from services.kernel import metrics
from services.kernel.decider import Do
from services.kernel.envelope import SYSTEM, Envelope, derived_id, instant, moment
from services.kernel.errors import Conflict, Refused, Unavailable
from services.kernel.eventlog import Done, EventLog, Unit

logger = logging.getLogger(__name__)

BATCH = 100  # deadlines that are read at a time
# ... and met in one transaction: whoever wants one of their streams, or an SQLite file, waits for it (some 20 ms).
TOGETHER = 20
MEETING = (
    7309  # the advisory lock under which one of several replicas meets them, so that all do not do all of it
)
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


class Due(NamedTuple):
    """A deadline that has come; `command` is JSON."""

    due_at: str
    timer_id: str
    command: str
    centre: str
    correlation: str
    causation: str

    @property
    def key(self) -> tuple[str, str]:
        return self.due_at, self.timer_id

    def envelope(self, now: str) -> Envelope:
        # The command id comes from the timer and its due time: fired by two replicas, it happens once.
        command_id = derived_id(self.causation, f"{self.timer_id} {self.due_at}")
        return Envelope(command_id, "", SYSTEM.user, self.centre, now, now, self.correlation, self.causation)


class Met(NamedTuple):
    """How many of some deadlines need no more look now, and how many of those were met."""

    seen: int
    fired: int


class Timers:
    """The deadlines of one service. What failed is remembered by the process only: after a restart all are tried at
    once. `pause` waits some seconds and lets others run."""

    def __init__(self, log: EventLog, pause: Callable[[float], None]) -> None:
        self.log, self.pause = log, pause
        self._failing: dict[tuple[str, str], Failing] = {}

    def fire(self, now: str) -> int:
        """Turn every deadline that has come by `now` into its command, the oldest first. Returns how many fired.

        One that fails stays due, is tried again with growing delay and does not keep the others waiting; Unavailable is
        raised. While another replica is at it, nothing is done.
        """
        if self.log.wiring.when_due is None:
            return 0
        fired, last = 0, ("", "")
        due: set[tuple[str, str]] = set()
        while True:
            with self.log.database.read() as db:
                sql = (
                    "SELECT due_at, timer_id, command, centre, correlation, causation FROM timer WHERE "
                    "fired_at IS NULL "
                    "AND due_at <= ? AND (due_at > ? OR (due_at = ? AND timer_id > ?)) ORDER BY due_at, "
                    "timer_id LIMIT ?"
                )
                some = [Due(*row) for row in self.log.rows(db, sql, now, last[0], *last, BATCH)]
            due.update(each.key for each in some)
            ready = [
                each for each in some if each.key not in self._failing or self._failing[each.key].again <= now
            ]
            while ready:
                met = self._meet(now, ready[:TOGETHER])
                if not met.seen:
                    return fired
                ready, fired = ready[met.seen :], fired + met.fired
                self.pause(0)
            if len(some) < BATCH:
                self._failing = {timer: failing for timer, failing in self._failing.items() if timer in due}
                return fired
            last = some[-1].key

    def _meet(self, now: str, some: Sequence[Due]) -> Met:
        """As many of these as may be together; or, where one of them cannot be met, each alone."""
        if len(some) == 1 or some[0].key in self._failing:
            return Met(1, self._alone(now, some[0]))
        some = list(takewhile(lambda each: each.key not in self._failing, some))
        try:
            return _together(self.log, now, some)
        except Unavailable:
            raise
        except Exception:  # theirs, or somebody was first: who it is shows when each is alone
            return Met(len(some), sum(self._alone(now, each) for each in some))

    def _alone(self, now: str, due: Due) -> bool:
        before = self._failing.get(due.key)
        try:
            fired: bool = self.log.execute(due.envelope(now), partial(_work, due=due, now=now)).answer
        except Exception as error:
            if isinstance(error, Unavailable) and not isinstance(error.__cause__, Conflict):
                raise  # nothing can be met now, whichever it is
            times, name = before.times + 1 if before else 1, type(error).__name__
            delay = min(AGAIN_FIRST * 2 ** (times - 1), AGAIN_MOST)
            self._failing[due.key] = Failing(times, name, instant(moment(now) + delay))
            if before is None or before.error != name:
                logger.error("a deadline of %s cannot be met: %s", self.log.service, name)
            return False
        if self._failing.pop(due.key, None):
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


def _together(log: EventLog, now: str, some: Sequence[Due]) -> Met:
    """One transaction of those at the beginning that have nothing to do with each other; none while another replica is
    at it."""
    with log.write() as db:
        if not log.database.sqlite and not log.row(db, "SELECT pg_try_advisory_xact_lock(?)", MEETING)[0]:
            return Met(0, 0)
        unit = Unit(log, db, some[0].envelope(now))
        seen, met = _decide(unit, now, some)
        # The streams before the deadlines, as a command takes them that clears one.
        unit.advance()
        if met:
            _cross_off(unit, now, [each for each, _ in met])
        log.append(unit, *(done for _, done in met))
    log.committed(unit)
    return Met(seen, len(met))


def _decide(unit: Unit, now: str, some: Sequence[Due]) -> tuple[int, list[tuple[Due, Done]]]:
    """How many were seen, up to the first that has to do with what one before it came to; and those of them that were
    met."""
    waiting = _waiting(unit, some)
    commands = _commands(unit, now, [each for each in some if each.key in waiting])
    unit.load_all((do.aggregate, do.id) for do in commands.values())
    met: list[tuple[Due, Done]] = []
    streams: set[str] = set()
    changed: set[str] = set()  # deadlines
    for seen, each in enumerate(some):
        if (do := commands.get(each.key)) is None:
            continue
        stream_id = do.aggregate.stream(do.id)
        if stream_id in streams or each.timer_id in changed:
            return seen, met
        streams.add(stream_id)
        changed |= _handle(unit, each.envelope(now), do)
        met.append((each, Done(unit.envelope, True)))
    return len(some), met


def _waiting(unit: Unit, some: Sequence[Due]) -> set[tuple[str, str]]:
    """Which of them are still to be met."""
    marks = ", ".join("?" * len(some))
    sql = f"SELECT due_at, timer_id FROM timer WHERE fired_at IS NULL AND timer_id IN ({marks})"  # noqa: S608
    return {(due_at, id) for due_at, id in unit.log.rows(unit.db, sql, *(each.timer_id for each in some))}


def _commands(unit: Unit, now: str, some: Sequence[Due]) -> dict[tuple[str, str], Do]:
    """What becomes of deadlines, by what our own tables say now."""
    when_due, look_up = unit.log.wiring.when_due, unit.log.wiring.look_up_due
    assert when_due is not None, "fire looks first"
    asked = [orjson.loads(each.command) for each in some]
    found = look_up(unit.db, asked) if look_up and asked else [{}] * len(asked)
    return {
        each.key: when_due(command, moment(now), **context)
        for each, command, context in zip(some, asked, found, strict=True)
    }


def _handle(unit: Unit, envelope: Envelope, do: Do) -> set[str]:
    """Decide. Returns the deadlines that are set or cleared by that."""
    unit.envelope, before = envelope, len(unit.pending)
    try:
        unit.handle(do.aggregate, do.id, do.command)
    except Refused as refusal:  # an answer: the deadline no longer applies
        metrics.REFUSALS.labels(unit.log.service, refusal.code).inc()
    timers = unit.log.wiring.timers or (lambda _: ())
    return {change.timer_id for each in unit.pending[before:] for change in timers(each.recorded)}


def _cross_off(unit: Unit, now: str, some: Sequence[Due]) -> None:
    marks = ", ".join("?" * len(some))
    sql = f"UPDATE timer SET fired_at = ? WHERE fired_at IS NULL AND timer_id IN ({marks}) RETURNING due_at, timer_id"  # noqa: S608
    crossed = unit.log.rows(unit.db, sql, now, *(each.timer_id for each in some))
    if {(due_at, id) for due_at, id in crossed} != {each.key for each in some}:
        raise Conflict("A deadline was cleared or moved meanwhile.")


def _work(unit: Unit, due: Due, now: str) -> bool:
    """Of one deadline alone."""
    if due.key not in _waiting(unit, [due]):
        return False  # it was cleared or moved in the meantime
    _handle(unit, unit.envelope, _commands(unit, now, [due])[due.key])
    unit.advance()
    _cross_off(unit, now, [due])
    return True
