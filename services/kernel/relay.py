"""The log is the outbox: pages go to the broker in order, and the relay's cursor moves only after the broker confirmed
them."""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

import orjson
from kombu import Connection as Broker
from kombu import Exchange, Producer, Queue
from sqlalchemy import Connection

from services.kernel import metrics
from services.kernel.broker import let_go
from services.kernel.database import Statement
from services.kernel.errors import Unavailable
from services.kernel.eventlog import PAGE_EVENTS, EventLog
from services.kernel.runtime import RunWithin

logger = logging.getLogger(__name__)

EXCHANGE = Exchange("songtor.events", type="topic", durable=True)
WINDOW = 5  # pages on their way before the confirms are waited for
CONFIRM_SECONDS = 10.0
# The database's clock so many seconds from now, as text that sorts.
IN_SECONDS = (
    "to_char(clock_timestamp() AT TIME ZONE 'UTC' + ? * interval '1 second', 'YYYY-MM-DD\"T\"HH24:MI:SS.US')"
)
STANDS = "SELECT r.position, h.position FROM relay_cursor r, log_head h WHERE r.feed = 'log' AND h.id = 1"
# On PostgreSQL the same, with the lease if there is anything to publish and nobody else is at it, and then the rows of
# the first page: one trip between a commit and its page. A lease that is lost with the server is a lease ended: nobody
# waits for the disk.
TAKE = f"""
SET LOCAL synchronous_commit TO off;
WITH mine AS (
  UPDATE relay_cursor SET owner = ?, lease_until = {IN_SECONDS}
  WHERE feed = 'log' AND position < (SELECT position FROM log_head WHERE id = 1)
    AND (owner IS NULL OR owner = ? OR lease_until < {IN_SECONDS})
  RETURNING position
)
SELECT COALESCE(mine.position, r.position), h.position, mine.position IS NOT NULL, e.position, e.body, e.hash, h.epoch
FROM relay_cursor r CROSS JOIN log_head h LEFT JOIN mine ON true
LEFT JOIN LATERAL (SELECT * FROM event WHERE position >= mine.position ORDER BY position LIMIT ?) e ON true
WHERE r.feed = 'log' AND h.id = 1 ORDER BY e.position
"""  # noqa: S608 (ours)
POLL = 5.0  # seconds between looks when nobody rings
TURN = 0.2  # seconds until it is seen whether another replica has published
LEASE_SECONDS = 5  # after which another replica publishes in place of one that fell silent
QUEUE_PAGES = 10_000  # a queue keeps at most this many pages; what it drops is pulled from the log


class NotConfirmed(Exception):
    """The broker did not take responsibility for a page: nobody listens yet, or it did not answer in time."""


def queue(source: str, subscriber: str) -> Queue:
    """The queue of one subscriber to one source: durable, replicated, one active consumer so that order holds."""
    return Queue(
        f"songtor.{source}.{subscriber}",
        EXCHANGE,
        routing_key=source,
        durable=True,
        queue_arguments={
            "x-queue-type": "quorum",
            "x-single-active-consumer": True,
            "x-max-length": QUEUE_PAGES,
            "x-overflow": "drop-head",
        },
    )


class Publish(Protocol):
    """Publishes pages and returns once all are confirmed; raises otherwise."""

    def __call__(self, pages: Sequence[bytes]) -> None: ...


class Relay:
    """Moves one log's pages to the broker. Of several replicas one publishes at a time: it holds a lease while a window
    is under way, so that whoever commits next is not kept waiting by who published last. Two relays at once are
    harmless all the same: pages may go twice, the cursor moves once."""

    def __init__(self, log: EventLog, publish: Publish) -> None:
        self.log, self.publish = log, publish
        self.owner = str(uuid4())
        self.others_turn = False  # there was something to publish, and another replica was at it

    def run_once(self) -> int:
        """Publish what is new, at most a window of pages. Returns how many events were confirmed: 0 too while another
        replica publishes."""
        start, pages = self._take()
        if not pages:
            return 0
        to = last_position(pages[-1])
        try:
            self.publish(pages)
            with self.log.database.write() as db:
                sql = "UPDATE relay_cursor SET position = ? WHERE feed = 'log' AND position = ?"
                self.log.database.run_later(db, sql, to, start)
                self._release(db)
        except Exception:
            # Another replica's broker connection may be whole.
            with suppress(Unavailable), self.log.database.write() as db:
                self._release(db)
            raise
        metrics.PUBLISHED.labels(self.log.service).inc(to - start)
        return to - start

    def _take(self) -> tuple[int, list[bytes]]:
        """Where the cursor stands, and the pages behind it that this replica may publish now: the lease is taken by the
        database's clock in the statement that reads the first. (An SQLite file has one process.)"""
        database = self.log.database
        if database.sqlite:
            with database.read() as db:
                start, head = self.log.row(db, STANDS)
                return start, self._pages(db, start, head, WINDOW)
        rows = database.at_once(Statement(TAKE, (self.owner, LEASE_SECONDS, self.owner, 0, PAGE_EVENTS + 1)))
        start, head, is_mine = int(rows[0][0]), int(rows[0][1]), bool(rows[0][2])
        self.others_turn = start < head and not is_mine
        first = self.log.bind([row[3:] for row in rows], start) if is_mine else None
        if first is None:
            return start, []
        if last_position(first) == head:
            return start, [first]
        with database.read() as db:
            return start, [first, *self._pages(db, last_position(first), head, WINDOW - 1)]

    def _pages(self, db: Connection, after: int, head: int, most: int) -> list[bytes]:
        pages: list[bytes] = []
        while after < head and len(pages) < most:
            page = self.log.page_of(db, after)
            if page is None:
                break
            pages.append(page)
            after = last_position(page)
        return pages

    def _release(self, db: Connection) -> None:
        sql = "UPDATE relay_cursor SET owner = NULL, lease_until = NULL WHERE feed = 'log' AND owner = ?"
        self.log.database.run_later(db, sql, self.owner)


def heard_by_all(log: EventLog) -> None:
    """Leave out what is in the log by now: all who hear it have heard it without a broker."""
    with log.database.write() as db:
        log.run(db, "UPDATE relay_cursor SET position = (SELECT position FROM log_head) WHERE feed = 'log'")


def last_position(page: bytes) -> int:
    """`to` of a page, read from its opening without decoding the events."""
    opening = page[: page.index(b',"events":')]
    return int(orjson.loads(opening + b"}")["to"])


class BrokerPublisher:
    """Publishes pages persistent and mandatory on its own connection, and waits for the confirms of a whole window."""

    def __init__(
        self, url: str, source: str, within: RunWithin, options: dict[str, Any] | None = None
    ) -> None:
        self.url, self.source, self.within, self.options = url, source, within, options or {}
        self._connection: Broker | None = None
        self._channel: Any = None
        self._unconfirmed: set[int] = set()
        self._returned = False

    def __call__(self, pages: Sequence[bytes]) -> None:
        try:
            self.within(CONFIRM_SECONDS, lambda: self._publish(pages))
        except TimeoutError as error:
            self.close()
            raise NotConfirmed("The broker does not answer.") from error
        except Exception:
            self.close()
            raise

    def _publish(self, pages: Sequence[bytes]) -> None:
        channel = self._open()
        producer = Producer(channel, EXCHANGE, auto_declare=False)
        for page in pages:
            self._sent += 1
            self._unconfirmed.add(self._sent)
            producer.publish(
                page,
                routing_key=self.source,
                content_type="application/json",
                content_encoding="utf-8",
                delivery_mode=2,
                mandatory=True,
            )
        self._wait()

    def _open(self) -> Any:
        if self._channel is not None:
            return self._channel
        self._connection = Broker(self.url, connect_timeout=5, transport_options=self.options)
        self._connection.ensure_connection(max_retries=1, timeout=5)
        channel = self._connection.channel()
        EXCHANGE.bind(channel).declare()
        self._sent = 0
        self._unconfirmed.clear()
        self._returned = False
        channel.confirm_select()
        channel.events["basic_ack"].add(self._on_ack)
        channel.events["basic_return"].add(self._on_return)
        self._channel = channel
        return channel

    def _on_ack(self, delivery_tag: int, multiple: bool) -> None:
        done = {tag for tag in self._unconfirmed if tag <= delivery_tag} if multiple else {delivery_tag}
        self._unconfirmed -= done

    def _on_return(self, *_: Any) -> None:
        self._returned = True

    def _wait(self) -> None:
        while self._unconfirmed and not self._returned:
            assert self._connection is not None, "opened before publishing"
            self._connection.drain_events(timeout=CONFIRM_SECONDS)
        if self._returned:
            # A confirm alone says only that the page is routed nowhere; no queue means that nobody would hear it.
            raise NotConfirmed("No subscriber has a queue yet.")

    def close(self) -> None:
        connection, self._connection, self._channel = self._connection, None, None
        if connection is not None:
            let_go(connection, self.within)


def follow(
    relay: Relay, stopping: Callable[[], bool], pause: Callable[[float], None], poll: float = POLL
) -> None:
    """Run a relay until `stopping`: woken by commits of this process, which it publishes itself unless another replica
    is at it; and every `poll` seconds, in case a replica fell silent between its commit and publishing it."""
    delay = 0.1
    while not stopping():
        heard = relay.log.grown.rings
        try:
            while relay.run_once():
                delay = 0.1
                heard = relay.log.grown.rings
        except Exception as error:
            # Services start side by side: that nobody listens in the first moments is no news.
            level = logging.DEBUG if delay < 1 else logging.WARNING
            logger.log(level, "publishing waits %.1f s: %s", delay, type(error).__name__)
            pause(delay)
            delay = min(delay * 2, 5.0)
            continue
        relay.log.grown.wait(heard, min(poll, TURN) if relay.others_turn else poll)
