"""A service follows another's log: pages as the broker brings them, and whatever it lost by asking for it."""

import logging
import random
import time
from collections.abc import Callable
from typing import Any

from kombu import Connection, Consumer

from services.kernel.broker import AGAIN_FIRST, AGAIN_MOST, HEARTBEAT, let_go
from services.kernel.errors import Unavailable
from services.kernel.inbox import Inbox, Receipt
from services.kernel.relay import EXCHANGE, queue
from services.kernel.runtime import RunWithin

logger = logging.getLogger(__name__)

OPEN_SECONDS = 10.0  # for a connection, its channel and its queue together
HEAD_CHECK = 10.0  # seconds between looks at a source's head: what the broker lost last is found this way
PULL_LEAST = 0.2  # seconds between two pulls because of bytes that were dropped
PREFETCH = 20  # pages a subscription may hold


class Subscription:
    """Follows one source: by pages from the broker, and by pulling at the start, after each reconnect, on a gap and
    when behind."""

    def __init__(
        self, inbox: Inbox, source: str, url: str, stopping: Callable[[], bool], within: RunWithin
    ) -> None:
        self.inbox, self.source, self.url, self.stopping, self.within = inbox, source, url, stopping, within
        self.delay = AGAIN_FIRST
        self.pulled = False
        self.asked = 0.0  # when the source was asked last
        self.waiting = False  # for what the broker brings: so it may be ended at any moment

    def run(self) -> None:
        while not self.stopping():
            try:
                self._listen()
            except Exception as error:
                logger.warning(
                    "%s hears %s again in %.1f s: %s",
                    self.inbox.service,
                    self.source,
                    self.delay,
                    type(error).__name__,
                )
                self._catch_up()
                self.inbox.pause(self.delay * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)
                self.delay = min(self.delay * 2, AGAIN_MOST)

    def _listen(self) -> None:
        connection = Connection(self.url, heartbeat=HEARTBEAT, connect_timeout=5)
        try:
            self.within(OPEN_SECONDS, lambda: self._open(connection))
            self.delay = AGAIN_FIRST
            self._catch_up()
            checked = time.monotonic()
            while not self.stopping():
                self.waiting = True
                try:
                    connection.drain_events(timeout=1.0)
                except TimeoutError:
                    self.waiting = False
                    connection.heartbeat_check()
                if time.monotonic() - checked > HEAD_CHECK:
                    self._catch_up()
                    self.inbox.try_again(self.source)
                    checked = time.monotonic()
        finally:
            self.waiting = False
            let_go(connection, self.within)

    def _open(self, connection: Connection) -> None:
        connection.ensure_connection(max_retries=1, timeout=5)
        channel = connection.channel()
        EXCHANGE.bind(channel).declare()
        consumer = Consumer(
            channel,
            queues=[queue(self.source, self.inbox.service)],
            on_message=self._on_message,
            prefetch_count=PREFETCH,
            accept=["json"],
        )
        consumer.consume()

    def _on_message(self, message: Any) -> None:
        self.waiting = False
        # Unavailable goes up: the connection is closed, the page comes back later, and the cursor decides.
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        outcome = self.inbox.receive(self.source, body)
        message.ack()
        # A stranger must not make us ask as often as it likes; the next look at the head finds what is new anyway.
        if outcome is Receipt.GAP or (
            outcome in (Receipt.UNREADABLE, Receipt.STRANGE) and time.monotonic() - self.asked > PULL_LEAST
        ):
            self._catch_up()

    def _catch_up(self) -> None:
        self.asked = time.monotonic()
        try:
            self.inbox.pull(self.source)
            self.pulled = True
        except Unavailable as error:
            # Services start side by side: that the source is not there yet is no news, that it went away is.
            level = logging.WARNING if self.pulled else logging.DEBUG
            logger.log(
                level, "%s cannot pull %s now: %s", self.inbox.service, self.source, type(error).__name__
            )
        except Exception as error:  # whatever it is, hearing must not end with it
            logger.warning("%s cannot pull %s now: %s", self.inbox.service, self.source, type(error).__name__)
