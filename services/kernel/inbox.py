"""What one service hears of the others: pages of their logs, each event handled once, in order, in one transaction with
its effects.

The broker is only the quick way. A cursor per source is locked and moves together with the effects, so a duplicate
does nothing, a gap is pulled from the source's log, and whatever the broker loses is pulled later. An event that cannot
be handled is parked with its error, and later events of the same stream wait behind it.

Long because how a page is heard is read from top to bottom, and nothing of it stands elsewhere.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from threading import Lock
from typing import NamedTuple

import orjson
from marshmallow import EXCLUDE
from sqlalchemy import Connection

from services.kernel import metrics, owners
from services.kernel.cloudevents import GENESIS, Event, Page, damage, recorded
from services.kernel.database import Statement, passing
from services.kernel.envelope import Envelope, Recorded, derived_id, instant
from services.kernel.errors import Conflict, NotFound, Refused, Unavailable
from services.kernel.eventlog import EventLog, Unit
from services.kernel.parking import Parking
from services.kernel.questions import Json
from services.kernel.wiring import Reaction

logger = logging.getLogger(__name__)

PULL = 500
ATTEMPTS = 5  # of events whose records a command changes first, before they are handled in two halves
PAUSES = (0.05, 0.25, 1.0)  # seconds between more such attempts, where it is one event alone
HALTED = "diverged"  # the state of a subscription whose source is no longer the log it has been following
STANDING = (
    "SELECT c.position, c.hash, c.epoch, c.state, EXISTS (SELECT 1 FROM parked_stream p WHERE p.source = c.source), "
    "h.transfers FROM inbox_cursor c CROSS JOIN log_head h WHERE c.source = ?"
)
# On PostgreSQL first, as statements of their own: what is asked next then sees all that was done under the locks
# before.
LOCKED = (
    "SELECT 1 FROM inbox_cursor WHERE source = ? FOR UPDATE; "  # noqa: S608
    f"SELECT pg_advisory_xact_lock_shared({owners.LOCK}); {STANDING}"
)

# (source, after, limit) -> page with `head`; without events it still has the log's `epoch` and `hash`
Fetch = Callable[[str, int, int], Page]


class Standing(NamedTuple):
    """How far a source was heard, whether anything of it is parked, and how many cases were handed over by then (-1:
    not looked at)."""

    position: int
    hash: str
    epoch: str
    state: str
    has_parked: bool
    transfers: int


NEW = Standing(0, GENESIS, "", "running", True, -1)  # of a source that was never heard


class Receipt(StrEnum):
    HANDLED = "handled"
    DUPLICATE = "duplicate"
    GAP = "gap"
    DIVERGED = "diverged"
    UNREADABLE = "unreadable"
    STRANGE = "strange"  # not the source's own page, or not of the log that is followed: the source is asked


class Diverged(Exception):
    """The source's log is not the one this service has been following: it was restored from an older backup."""


class Inbox:
    """`fetch` reads a source's log by RPC; `pause` waits some seconds (the service's own way of sleeping)."""

    def __init__(
        self, log: EventLog, now: Callable[[], datetime], fetch: Fetch, pause: Callable[[float], None]
    ) -> None:
        self.log, self.now, self.fetch, self.pause = log, now, fetch, pause
        self.database, self.wiring, self.service = log.database, log.wiring, log.service
        self.parking = Parking(log, now)
        # One page of a source at a time within this process; other replicas are kept out by the cursor's row.
        self._turns = {source: Lock() for source in self.wiring.hears}
        # The epoch and position to which this process heard a source.
        self._heard: dict[str, tuple[str, int]] = {}

    # -- hearing ---------------------------------------------------------------------------------------------------

    def receive(self, source: str, body: bytes) -> Receipt:
        """A message from the broker, which is not trusted. Bytes that are no whole page are kept and parked; a page
        that the source did not make, or of a log that is not the one followed, is dropped. What they stood for is
        pulled, and whether the source's log is another one it says itself."""
        try:
            page = orjson.loads(body)
        except ValueError:
            page = None
        if self._was_heard(source, page):
            return Receipt.DUPLICATE
        if (wrong := damage(page)) is not None:
            self.parking.park_bytes(source, bytes(body), wrong)
            return Receipt.UNREADABLE
        if self.log.macs is None or not self.log.macs.page_fits(source, page):
            return self._drop(source, page, "it does not carry its source's mac")
        page.pop("head", None)  # only the source itself says it; no mac covers it
        try:
            with self._turns[source]:
                return self._hear_part(source, page, page["events"])
        except Diverged as error:
            return self._drop(source, page, str(error))

    def _was_heard(self, source: str, page: Json) -> bool:
        """Whether this process heard all that a page says it has; nothing would come of it, whoever made it."""
        epoch, position = self._heard.get(source, ("", 0))
        return (
            isinstance(page, dict)
            and page.get("epoch") == epoch
            and isinstance(to := page.get("to"), int)
            and to <= position
        )

    def _drop(self, source: str, page: Page, why: str) -> Receipt:
        logger.warning("a page of %s up to %s is dropped: %s", source, page["to"], why)
        metrics.DROPPED.labels(self.service, source).inc()
        return Receipt.STRANGE

    def hear(self, source: str, page: Page) -> Receipt:
        """Handle one whole page from the source itself. Raises Unavailable when trying again later may help; every
        other failure ends in parking."""
        with self._turns[source]:
            try:
                return self._hear_part(source, page, page["events"])
            except Diverged as error:
                self._halt(source, str(error))
                return Receipt.DIVERGED

    def _hear_part(self, source: str, page: Page, events: Sequence[Event]) -> Receipt:
        """Events in their order, all at once. Where one of them cannot be handled, in halves, until it stands alone and
        is parked: nobody waits for another try of it."""
        failure: Exception | None = None
        for pause in (*(0.0,) * ATTEMPTS, *(PAUSES if len(events) == 1 else ())):
            try:
                if pause:
                    self.pause(pause)
                return self._hear(source, page, events)
            except (Unavailable, Diverged):
                raise
            except Conflict as error:  # a command changed the same records first
                failure = error
            except Exception as error:
                failure = error
                break
        if len(events) > 1:
            half = len(events) // 2
            self._hear_part(source, page, events[:half])
            return self._hear_part(source, page, events[half:])
        if isinstance(failure, Conflict) and passing(failure):
            raise Unavailable("Others keep changing the same records.") from failure
        return self._hear(source, page, events, failure)

    def _hear(
        self,
        source: str,
        page: Page,
        events: Sequence[Event],
        failure: Exception | None = None,
    ) -> Receipt:
        """One transaction: the cursor, the effects of `events`, and this service's own new facts. `failure` parks them
        instead."""
        with self._own(source) as (db, standing):
            position, hash, epoch, state, has_parked, transfers = standing
            if state == HALTED:
                return Receipt.DIVERGED
            self._same_log(source, page, position, hash, epoch)
            if page["to"] <= position:
                return Receipt.DUPLICATE
            fresh = [event for event in events if event["sequence"] > position]
            if not fresh:
                return Receipt.DUPLICATE
            if fresh[0]["sequence"] > position + 1:
                return Receipt.GAP
            unit = Unit(self.log, db, self._envelope(fresh[0]), transfers)
            parked = self.parking.streams(db, source, fresh) if has_parked else set()
            taken = []
            for event in fresh:
                if failure is not None or event["streamid"] in parked:
                    self.parking.park(db, source, event, failure)
                    parked.add(event["streamid"])
                else:
                    taken.append(self._kept(event))
            self._keep(db, source, taken)
            self._effects(unit, taken)
            head = max(int(page.get("head", 0)), page["to"])
            # The cursor is this transaction's own since it was read, so nobody has moved it.
            sql = (
                "UPDATE inbox_cursor SET position = ?, hash = ?, epoch = ?, head_seen = CASE WHEN head_seen > ? "
                "THEN head_seen ELSE ? END, updated_at = ? WHERE source = ?"
            )
            last = fresh[-1]["sequence"], fresh[-1]["hash"], page["epoch"]
            self.database.run_later(db, sql, *last, head, head, instant(self.now()), source)
            self.log.append(unit)
        self._heard[source] = page["epoch"], fresh[-1]["sequence"]
        self.log.committed(unit)
        self.log.bell.ring()
        metrics.HEARD.labels(self.service, source).inc(len(fresh))
        return Receipt.HANDLED

    def _effects(self, unit: Unit, events: Sequence[Event]) -> None:
        """Read models for a run of facts, then the reactions of the last of them, so that a reaction never sees the
        future."""
        run: list[Recorded] = []
        for event in events:
            source = event["source"].rpartition("/")[2]
            if not self.wiring.wants(source, event["type"]):
                continue
            fact = recorded(event, {}, None, event["sequence"])
            run.append(fact)
            reactions = self.wiring.hears[source].get(fact.type, ())
            if reactions:
                self.log.project(unit, run)
                run = []
                self._react(unit, fact, reactions)
        if run:
            self.log.project(unit, run)

    def _react(self, unit: Unit, fact: Recorded, reactions: Iterable[Reaction]) -> None:
        now = instant(self.now())
        command_id = derived_id(fact.id, self.service)
        envelope = Envelope(
            command_id, "", "system", fact.centre, now, now, fact.correlation, causation=fact.id
        )
        for reaction in reactions:
            heard = reaction.schema.load(fact.data, unknown=EXCLUDE)
            context = reaction.look_up(unit.db, heard) if reaction.look_up else {}
            for do in reaction.then(fact, **heard, **context):
                unit.envelope = replace(envelope, time=min(do.at or now, now))
                try:
                    unit.handle(do.aggregate, do.id, do.command)
                except Refused as refusal:  # an answer: the fact was handled
                    metrics.REFUSALS.labels(self.service, refusal.code).inc()
        unit.project()

    def _kept(self, event: Event) -> Event:
        """The event as this service keeps it, and as its read models see it now and at every rebuild. The chain of
        hashes was checked before; what is kept has the hash of the whole."""
        return {**event, "data": self.wiring.keeps(event["data"])} if self.wiring.keeps else event

    def _keep(self, db: Connection, source: str, events: Sequence[Event]) -> None:
        """Store the facts this service reads in the order in which it handled them: what its read models are rebuilt
        from."""
        wanted = [event for event in events if self.wiring.wants(source, event["type"])]
        if not wanted:
            return
        count = len(wanted)
        head = "UPDATE ingest_head SET position = position + ?, filled = filled + ? WHERE id = 1"
        self.database.run_later(db, head, count, count)
        # Nobody here wants to know the places: they are counted from the head, which is ours until the commit.
        values = [
            value
            for left, each in enumerate(wanted, start=1 - count)
            for value in (
                left, source, each["sequence"], each["type"], each.get("caseid"), _text(each), each["hash"]
            )
        ]  # fmt: skip
        marks = ", ".join(["(?, ?, ?, ?, ?, ?, ?)"] * count)
        sql = (
            "INSERT INTO source_event (ingest_position, source, position, event_type, case_id, body, hash) "  # noqa: S608 (marks)
            "SELECT h.position + v.column1, v.column2, v.column3, v.column4, v.column5, v.column6, v.column7 "
            f"FROM ingest_head h CROSS JOIN (VALUES {marks}) v WHERE h.id = 1"
        )
        self.database.run_later(db, sql, *values)

    # -- the source's log ------------------------------------------------------------------------------------------

    def pull(self, source: str, seconds: float | None = None) -> int:
        """Follow the source's log to its head by RPC, unless halted. Returns the cursor. `seconds` bounds the time
        spent."""
        until = None if seconds is None else time.monotonic() + seconds
        while True:
            position, hash, epoch, state, *_ = self._standing(source)
            if state == HALTED:
                return position
            if epoch:
                self._heard[source] = epoch, position
            page = self.fetch(source, position, PULL)
            if not page["events"]:
                if (wrong := _other(page, position, hash, epoch)) is not None:
                    self._halt(source, wrong)
                return position
            if (wrong := damage(page)) is not None:
                self._halt(source, f"its own log says: {wrong}")
                return position
            if self.hear(source, page) == Receipt.DIVERGED:
                return position
            if page["to"] >= page["head"] or (until is not None and time.monotonic() > until):
                return self.position(source)

    def position(self, source: str) -> int:
        return self._standing(source).position

    def resume(self) -> list[str]:
        """Follow again what is halted; a log that still is another halts again at once. Returns the sources."""
        with self.database.write() as db:
            sql = "SELECT source FROM inbox_cursor WHERE state <> 'running' ORDER BY source"
            sources = [row[0] for row in self.log.rows(db, sql)]
            self.log.run(db, "UPDATE inbox_cursor SET state = 'running'")
        return sources

    def _standing(self, source: str) -> Standing:
        rows = self.database.at_once(Statement(STANDING, (source,)))
        return Standing(*rows[0]) if rows else NEW

    @contextmanager
    def _own(self, source: str) -> Iterator[tuple[Connection, Standing]]:
        """A transaction whose own the cursor is, which is made if it is not there."""
        asked = (
            Statement(STANDING, (source,)) if self.database.sqlite else Statement(LOCKED, (source, source))
        )
        with self.log.write_after(asked) as (db, row):
            if not row:
                sql = (
                    "INSERT INTO inbox_cursor (source, position, hash, epoch, head_seen, state, updated_at) "
                    "VALUES (?, ?, ?, ?, 0, ?, ?)"
                )
                self.log.run(db, sql, source, *NEW[:4], instant(self.now()))
            yield db, Standing(*row) if row else NEW

    def _same_log(self, source: str, page: Page, position: int, hash: str, epoch: str) -> None:
        if epoch and page["epoch"] != epoch:
            raise Diverged(f"the log of {source} has another epoch")
        if page["from"] == position + 1 and page["prev_hash"] != hash:
            raise Diverged(f"the log of {source} differs at {position}")
        for event in page["events"]:
            if event["sequence"] == position and event["hash"] != hash:
                raise Diverged(f"the log of {source} differs at {position}")

    def _halt(self, source: str, why: str) -> None:
        with self._own(source) as (db, _):
            sql = "UPDATE inbox_cursor SET state = ? WHERE source = ? AND state <> ?"
            halted = self.log.run(db, sql, HALTED, source, HALTED)
        if halted:
            logger.error("subscription of %s to %s is halted: %s", self.service, source, why)

    # -- what is parked ---------------------------------------------------------------------------------------------

    def retry(self, event_id: str | None = None) -> dict[str, int]:
        """Handle parked events again, each stream in order and each event in its own transaction.

        With `event_id` only that event's stream. Unreadable bytes are let go once the log itself has passed them.
        Returns {"released": n, "parked": still parked}.
        """
        released = sum(self._release(*stream) for stream in self.parking.streams_with(event_id))
        released += self.parking.release_bytes()
        return {"released": released, "parked": self.parking.count()}

    def try_again(self, source: str) -> int:
        """Handle what was parked for a reason that may have passed, as its time comes; how many were released."""
        return sum(self._release(source, stream_id) for stream_id in self.parking.due(source))

    def skip(self, event_id: str, who: str, why: str) -> dict[str, int]:
        """Give up a parked event for good, and handle those that wait behind it. NotFound if it is not parked, Refused
        if it waits behind another itself.

        Returns {"released": n, "parked": still parked}. `who` and `why` stay with the event, where status shows them.
        """
        released = 0
        for source, stream_id in self.parking.streams_with(event_id):
            with self._own(source) as (db, _):
                first = self.parking.first(db, source, stream_id)
                if first is None or first[1]["id"] != event_id:
                    raise Refused("waits", "It waits behind an earlier event of its stream: see to that one.")
                self.parking.skip(db, source, first[0], who, why)
            released += 1 + self._release(source, stream_id)
        if not released:
            raise NotFound(event_id)
        return {"released": released, "parked": self.parking.count()}

    def _release(self, source: str, stream_id: str) -> int:
        released = 0
        with self._turns[source]:
            while self._release_next(source, stream_id):
                released += 1
        return released

    def _release_next(self, source: str, stream_id: str) -> bool:
        """Handle the first parked event of a stream; False when none is left or it failed again."""
        position = 0
        try:
            with self._own(source) as (
                db,
                standing,
            ):  # the row's lock keeps new events of this stream out meanwhile
                first = self.parking.first(db, source, stream_id)
                if first is None:
                    return False
                position, event = first[0], self._kept(first[1])
                unit = Unit(self.log, db, self._envelope(event), standing.transfers)
                self._keep(db, source, [event])
                self._effects(unit, [event])
                self.parking.release(db, source, position)
                self.log.append(unit)
            self.log.committed(unit)
            return True
        except Exception as error:
            self.parking.fail_again(source, position, error)
            return False

    def _envelope(self, event: Event) -> Envelope:
        now = instant(self.now())
        return Envelope(
            event["id"], "", "system", event["centre"], now, now, event["correlationid"], event["id"]
        )


def _other(page: Page, position: int, hash: str, epoch: str) -> str | None:
    """Nothing new after `position`: is it still the log we know? What says that it is not."""
    if epoch and page["epoch"] != epoch:
        return "it has another epoch"
    if page["head"] < position:
        return f"it ends before {position}"
    if page["head"] == position and page.get("hash", hash) != hash:
        return f"it differs at {position}"
    return None


def _text(event: Event) -> str:
    return orjson.dumps(event).decode()
