"""Events that could not be handled: kept aside with their error, and behind each the later events of its stream."""

import base64
import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection

from services.kernel.cloudevents import Event
from services.kernel.envelope import instant
from services.kernel.eventlog import EventLog

logger = logging.getLogger(__name__)

# After so long a parked event is tried again by itself, beside the others that go on; then only when somebody asks.
AGAIN = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))
# By waiting, that is.
CANNOT_PASS = (ArithmeticError, AssertionError, AttributeError, LookupError, TypeError, ValueError)
BYTES_KEPT, BYTES_MOST = 100, 64 * 1024  # of one source; released ones count too
COLUMNS = (
    "source, position, stream_id, event_id, envelope, attempts, error_class, error, first_at, last_at, status, "
    "again_at"
)


class Parking:
    """What one service parked. Unreadable bytes have no place in the log; they are parked under negative positions."""

    def __init__(self, log: EventLog, now: Callable[[], datetime]) -> None:
        self.log, self.now = log, now

    def streams(self, db: Connection, source: str, events: Sequence[Event]) -> set[str]:
        """The streams of these events that must wait."""
        streams = sorted({event["streamid"] for event in events})
        marks = ", ".join("?" * len(streams))
        sql = f"SELECT stream_id FROM parked_stream WHERE source = ? AND stream_id IN ({marks})"  # noqa: S608
        return {row[0] for row in self.log.rows(db, sql, source, *streams)}

    def park(self, db: Connection, source: str, event: Event, failure: Exception | None) -> None:
        """Keep an event aside with its error; without one it waits behind an earlier event of its stream."""
        name, why = ("Waiting", "behind an earlier event of its stream")
        if failure is not None:
            name, why = type(failure).__name__, describe(failure)
            logger.error("event %s of %s is parked: %s", event["sequence"], source, name)
        now = instant(self.now())
        sql = "INSERT INTO parked_stream (source, stream_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
        self.log.run(db, sql, source, event["streamid"])
        row = (
            source, event["sequence"], event["streamid"], event["id"], orjson.dumps(event).decode(),
            1 if failure else 0, name, why, now, now, "parked", self._again(failure, 1) if failure else None,
        )  # fmt: skip
        self.log.insert(db, "parked_event", COLUMNS, [row])

    def park_bytes(self, source: str, body: bytes, wrong: str) -> None:
        """Keep bytes that are no page, as long as there are few of them: whoever reaches the broker can send any
        number, and what they stand for is pulled."""
        logger.error("bytes from %s are no page: %s", source, wrong)
        now = instant(self.now())
        with self.log.database.write() as db:
            sql = "SELECT COALESCE(MIN(position), 0), COUNT(*) FROM parked_event WHERE source = ? AND position < 0"
            least, count = self.log.row(db, sql, source)
            if count >= BYTES_KEPT:
                return
            number = int(least) - 1
            row = (
                source, number, "", f"bytes{number}", base64.b64encode(body[:BYTES_MOST]).decode(), 1,
                "Unreadable", wrong, now, now, "parked", None,
            )  # fmt: skip
            self.log.insert(db, "parked_event", COLUMNS, [row])

    def streams_with(self, event_id: str | None) -> list[tuple[str, str]]:
        """(source, stream) of what is parked, in the order of its events; with an id only that event's."""
        which = "" if event_id is None else "AND event_id = ? "
        with self.log.database.read() as db:
            sql = (
                "SELECT source, stream_id FROM parked_event WHERE status = 'parked' AND position > 0 "  # noqa: S608
                f"{which}GROUP BY source, stream_id ORDER BY source, MIN(position)"
            )
            return [(row[0], row[1]) for row in self.log.rows(db, sql, *filter(None, [event_id]))]

    def due(self, source: str) -> list[str]:
        """The streams of a source whose first parked event is to be tried again by now."""
        with self.log.database.read() as db:
            sql = (
                "SELECT stream_id FROM parked_event WHERE status = 'parked' AND again_at IS NOT NULL "
                "AND again_at <= ? AND source = ? ORDER BY again_at"
            )
            return [row[0] for row in self.log.rows(db, sql, instant(self.now()), source)]

    def first(self, db: Connection, source: str, stream_id: str) -> tuple[int, Event] | None:
        """(position, event) of the first that is parked of a stream; where there is none, the stream need not wait any
        more."""
        sql = (
            "SELECT position, envelope FROM parked_event WHERE source = ? AND stream_id = ? AND status = 'parked' "
            "ORDER BY position LIMIT 1"
        )
        row = self.log.row(db, sql, source, stream_id)
        if row is None:
            sql = "DELETE FROM parked_stream WHERE source = ? AND stream_id = ?"
            self.log.run(db, sql, source, stream_id)
            return None
        return int(row[0]), orjson.loads(row[1])

    def release(self, db: Connection, source: str, position: int) -> None:
        """This one was handled."""
        sql = "UPDATE parked_event SET status = 'released', last_at = ? WHERE source = ? AND position = ?"
        self.log.run(db, sql, instant(self.now()), source, position)

    def skip(self, db: Connection, source: str, position: int, who: str, why: str) -> None:
        """This one is given up."""
        logger.warning("event %s of %s is skipped", position, source)
        self.release(db, source, position)
        sql = "UPDATE parked_event SET skipped_by = ?, skipped_why = ? WHERE source = ? AND position = ?"
        self.log.run(db, sql, who, why, source, position)

    def release_bytes(self) -> int:
        """Let go of unreadable bytes: what they stood for was pulled from the log. Returns how many."""
        with self.log.database.write() as db:
            sql = "UPDATE parked_event SET status = 'released', last_at = ? WHERE position < 0 AND status = 'parked'"
            return self.log.run(db, sql, instant(self.now()))

    def fail_again(self, source: str, position: int, error: Exception) -> None:
        """Trying it again failed."""
        with self.log.database.write() as db:
            sql = (
                "UPDATE parked_event SET attempts = attempts + 1, error_class = ?, error = ?, last_at = ? "
                "WHERE source = ? AND position = ? RETURNING attempts"
            )
            values = type(error).__name__, describe(error), instant(self.now()), source, position
            for row in self.log.rows(db, sql, *values):
                sql = "UPDATE parked_event SET again_at = ? WHERE source = ? AND position = ?"
                self.log.run(db, sql, self._again(error, row[0]), source, position)

    def _again(self, error: Exception, attempts: int) -> str | None:
        if isinstance(error, CANNOT_PASS) or attempts > len(AGAIN):
            return None
        return instant(self.now() + AGAIN[attempts - 1])

    def count(self) -> int:
        """How many are parked, readable or not."""
        with self.log.database.read() as db:
            return int(self.log.row(db, "SELECT COUNT(*) FROM parked_event WHERE status = 'parked'")[0])


def describe(error: Exception) -> str:
    """What may be kept of an error: its kind and where it was raised, never its text (it may quote a value)."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_name}:{trace.tb_lineno}" if trace is not None else "?"
    return f"{type(error).__name__} in {place}"
