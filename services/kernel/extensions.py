"""What joins a service to nameko: the injected runtime, its relay, its subscriptions and its timer, each in a greenlet of its own."""

import logging
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, overload
from uuid import uuid4

import eventlet
import eventlet.tpool
from amqp.exceptions import AMQPError, NotFound
from eventlet.event import Event
from kombu import Connection, Consumer
from kombu.exceptions import KombuError
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.constants import AMQP_URI_CONFIG_KEY, HEARTBEAT_CONFIG_KEY, SERIALIZER_CONFIG_KEY
from nameko.exceptions import get_module_path
from nameko.exceptions import registry as remote_errors
from nameko.extensions import DependencyProvider, ProviderCollector
from nameko.messaging import QueueConsumer
from nameko.rpc import RPC_QUEUE_TEMPLATE, ReplyListener, Rpc, RpcConsumer, get_rpc_exchange

from services.kernel import errors, sealing
from services.kernel.errors import Unavailable
from services.kernel.inbox import Inbox, Receipt
from services.kernel.relay import EXCHANGE, BrokerPublisher, Relay, follow, let_go, queue
from services.kernel.runtime import ServiceRuntime, Surroundings, utc_now
from services.kernel.settings import Settings
from services.kernel.wiring import Wiring

logger = logging.getLogger(__name__)

SETTINGS = "SONGTOR"  # the key of nameko's config under which our Settings travel
HEARTBEAT = 10  # seconds
OPEN_SECONDS = 10.0  # for a connection, its channel and its queue together
LOOK_FIRST = 0.5  # seconds without an answer before looking whether anybody serves at all ...
LOOK_MOST = 5.0  # ... and between looks at a service that takes long
LOOK_SECONDS = 2.0  # for one look
HEAD_CHECK = 2.0  # seconds between looks at a source's head: what the broker lost last is found this way
TICK = 1.0  # seconds between looks at the deadlines ...
TICK_MOST = 16.0  # ... and when they could not be looked at many times in a row
AGAIN_FIRST = 0.1  # seconds before hearing again after it broke off ...
AGAIN_MOST = 3.0  # ... and when it has broken off many times in a row
BROKEN = (OSError, AMQPError, KombuError)
STOP_SECONDS = 1.5  # for each of the steps of stopping
PREFETCH = 20  # pages a subscription may hold

# A refusal of one service is the same refusal at its caller.
for error in (
    errors.Forbidden,
    errors.Invalid,
    errors.KeyReused,
    errors.NotFound,
    errors.Refused,
    errors.Stale,
    errors.Unavailable,
):
    remote_errors[get_module_path(error)] = error


def nameko_config(settings: Settings) -> dict[str, Any]:
    """nameko's configuration of every service: its broker, sealed messages, and a heartbeat by which both ends find a dead line."""
    return {
        AMQP_URI_CONFIG_KEY: settings.broker_url,
        HEARTBEAT_CONFIG_KEY: HEARTBEAT,
        SETTINGS: settings,
        **sealing.NAMEKO_CONFIG,
    }


class Consumers(QueueConsumer):  # type: ignore[misc]
    """nameko's, but back within seconds of the broker, and ending does not wait for one that is gone."""

    @contextmanager
    def establish_connection(self) -> Iterator[Connection]:
        with self.create_connection() as connection:
            connection.ensure_connection(
                self.on_connection_error,
                interval_start=AGAIN_FIRST,
                interval_step=AGAIN_FIRST,
                interval_max=AGAIN_MOST,
            )
            yield connection

    def ack_message(self, message: Any) -> None:
        with suppress(*BROKEN):  # the broker gives it to somebody again
            super().ack_message(message)

    def requeue_message(self, message: Any) -> None:
        with suppress(*BROKEN):
            super().requeue_message(message)

    def unregister_provider(self, provider: Any) -> None:
        with eventlet.Timeout(STOP_SECONDS, False):
            super().unregister_provider(provider)
            return
        ProviderCollector.unregister_provider(self, provider)

    def stop(self) -> None:
        with eventlet.Timeout(STOP_SECONDS, False):
            super().stop()
            return
        self._gt.kill()

    def kill(self) -> None:
        with eventlet.Timeout(STOP_SECONDS, False):
            super().kill()
            return
        self._gt.kill()


class Answers(RpcConsumer):  # type: ignore[misc]
    """nameko's, but an answer that cannot be sent gives the request back instead of ending the service: whoever takes it finds
    the command done."""

    queue_consumer = Consumers()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        try:
            return super().handle_result(message, result, exc_info)
        except BROKEN as error:
            logger.warning("an answer could not be sent: %s", type(error).__name__)
            self.queue_consumer.requeue_message(message)
            return result, exc_info


class Entrance(Rpc):  # type: ignore[misc]
    """An RPC entrypoint."""

    rpc_consumer = Answers()


class Replies(ReplyListener):  # type: ignore[misc]
    queue_consumer = Consumers()


class NobodyServes(Exception):
    """No process takes the requests of the service asked."""


class Asking:
    """RPC with a deadline: nameko's own waits for ever when the server dies.

    The queue of a service outlives its processes, so that a request is not lost between two of them. So whoever waits looks whether
    anybody takes from it, and where nobody does need not wait for the deadline.
    """

    def __init__(self, config: Mapping[str, Any], replies: ReplyListener) -> None:
        self._url = config[AMQP_URI_CONFIG_KEY]
        self._exchange = get_rpc_exchange(config)
        self._replies = replies
        self._publisher = Publisher(self._url, serializer=config[SERIALIZER_CONFIG_KEY])

    def __call__(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        """The answer of `service.door`; Unavailable when it does not come in time or nobody serves."""
        correlation_id = str(uuid4())
        reply = self._replies.get_reply_event(correlation_id)
        try:
            with eventlet.Timeout(seconds):
                self._publisher.publish(
                    {"args": [dict(call), dict(body)], "kwargs": {}},
                    exchange=self._exchange,
                    routing_key=f"{service}.{door}",
                    mandatory=True,
                    reply_to=self._replies.routing_key,
                    correlation_id=correlation_id,
                    # An answer nobody waits for any more need not be computed.
                    expiration=seconds,
                )
                answer = self._answer(service, reply)
        except eventlet.Timeout:
            raise Unavailable(f"The service {service} did not answer within {seconds:.0f} s.") from None
        except (UndeliverableMessage, NobodyServes):
            raise Unavailable(f"The service {service} is not running.") from None
        except BROKEN as error:
            raise Unavailable(f"The broker does not answer ({type(error).__name__}).") from error
        finally:
            self._replies._reply_events.pop(correlation_id, None)
        if answer.get("error"):
            raise _remote(answer["error"])
        return answer["result"]

    def _answer(self, service: str, reply: Event) -> Any:
        patience = LOOK_FIRST
        while True:
            with eventlet.Timeout(patience, False):
                return reply.wait()
            if not self._served(service):
                raise NobodyServes
            patience = min(patience * 2, LOOK_MOST)

    def _served(self, service: str) -> bool:
        """Whether any process takes the service's requests; True as well if the broker does not say: then the deadline decides."""
        connection = Connection(self._url, connect_timeout=LOOK_SECONDS)
        try:
            with eventlet.Timeout(LOOK_SECONDS, False):
                name = RPC_QUEUE_TEMPLATE.format(service)
                return bool(connection.channel().queue_declare(name, passive=True).consumer_count)
        except NotFound:
            return False
        except BROKEN:
            pass
        finally:
            let_go(connection)
        return True


def _remote(error: Mapping[str, Any]) -> Exception:
    kind: type[Exception] | None = remote_errors.get(error.get("exc_path"))
    if kind is None:
        return Exception(f"{error.get('exc_type')} in another service")
    return kind(*error.get("exc_args", ()))


def side_by_side(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    # A new greenlet begins without context: it would see what whoever asks may not (kernel.sight).
    return [thread.wait() for thread in [eventlet.spawn(copy_context().run, task) for task in tasks]]


def within(seconds: float, work: Callable[[], Any]) -> Any:
    with eventlet.Timeout(seconds, TimeoutError("This took too long.")):
        return work()


class Subscription:
    """Follows one source: by pages from the broker, and by pulling at the start, after each reconnect, on a gap and when behind."""

    def __init__(self, inbox: Inbox, source: str, url: str, stopping: Callable[[], bool]) -> None:
        self.inbox, self.source, self.url, self.stopping = inbox, source, url, stopping
        self.last_turn = time.monotonic()  # a dead greenlet must not look like no lag
        self.delay = AGAIN_FIRST
        self.pulled = False

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
                eventlet.sleep(self.delay * random.uniform(0.5, 1.5))  # noqa: S311 (jitter)
                self.delay = min(self.delay * 2, AGAIN_MOST)

    def _listen(self) -> None:
        connection = Connection(self.url, heartbeat=HEARTBEAT, connect_timeout=5)
        try:
            with eventlet.Timeout(OPEN_SECONDS, TimeoutError("The broker does not answer.")):
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
            self.delay = AGAIN_FIRST
            self._catch_up()
            checked = time.monotonic()
            while not self.stopping():
                self.last_turn = time.monotonic()
                try:
                    connection.drain_events(timeout=1.0)
                except TimeoutError:
                    connection.heartbeat_check()
                if time.monotonic() - checked > HEAD_CHECK:
                    self._catch_up()
                    checked = time.monotonic()
        finally:
            let_go(connection)

    def _on_message(self, message: Any) -> None:
        # Unavailable goes up: the connection is closed, the page comes back later, and the cursor decides.
        body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
        outcome = self.inbox.receive(self.source, body)
        message.ack()
        if outcome in (Receipt.GAP, Receipt.UNREADABLE):
            self._catch_up()

    def _catch_up(self) -> None:
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


class Runtime(DependencyProvider):  # type: ignore[misc]
    """Declared on a service class as `runtime = Runtime(WIRING)`; injects the ServiceRuntime."""

    replies = Replies()

    def __init__(self, wiring: Wiring) -> None:
        self.wiring = wiring
        self.runtime: ServiceRuntime | None = None
        self.subscriptions: list[Subscription] = []
        self._threads: list[Any] = []
        self._stopping = False

    def setup(self) -> None:
        config = self.container.config
        settings: Settings = config[SETTINGS]
        around = Surroundings(
            now=utc_now,
            pause=eventlet.sleep,
            ask=Asking(config, self.replies),
            together=side_by_side,
            heavy=eventlet.tpool.execute,
            within=within,
        )
        self.runtime = ServiceRuntime(settings, self.wiring, around)
        self.runtime.prepare()

    def start(self) -> None:
        runtime, settings = self._ready(), self.container.config[SETTINGS]
        relay = Relay(runtime.log, BrokerPublisher(settings.broker_url, runtime.service))
        # Only another process's commits need the poll; in the embedded system there is none.
        poll = 2.0 if settings.embedded else 0.2
        if self.wiring.aggregates:
            self._spawn(lambda: follow(relay, self.stopping, eventlet.sleep, poll))
        for source in self.wiring.hears:
            subscription = Subscription(runtime.inbox, source, settings.broker_url, self.stopping)
            self.subscriptions.append(subscription)
            self._spawn(subscription.run)
        if self.wiring.when_due is not None:
            self._spawn(self._tick)

    def stop(self) -> None:
        """End the greenlets within seconds, though the broker or the database may be down."""
        self._stopping = True
        if self.runtime is not None:
            self.runtime.log.bell.ring()
        deadline = time.monotonic() + STOP_SECONDS
        for thread in self._threads:
            while not thread.dead and time.monotonic() < deadline:
                eventlet.sleep(0.02)
            thread.kill()
        if self.runtime is not None:
            self.runtime.close()

    def kill(self) -> None:
        self._stopping = True
        for thread in self._threads:
            thread.kill()

    def stopping(self) -> bool:
        return self._stopping

    def get_dependency(self, worker_ctx: object) -> ServiceRuntime:
        return self._ready()

    @overload
    def __get__(self, service: None, owner: type[Any]) -> "Runtime": ...

    @overload
    def __get__(self, service: object, owner: type[Any]) -> ServiceRuntime: ...

    def __get__(self, service: object | None, owner: type[Any]) -> "Runtime | ServiceRuntime":
        """What is declared on the class, and what is injected into an instance."""
        return self if service is None else self._ready()

    def _ready(self) -> ServiceRuntime:
        assert self.runtime is not None, "nameko calls setup first"
        return self.runtime

    def _spawn(self, run: Callable[[], None]) -> None:
        self._threads.append(eventlet.spawn(run))

    def _tick(self) -> None:
        runtime, pause = self._ready(), TICK
        while not self._stopping:
            try:
                while runtime.fire_timers():
                    eventlet.sleep(0)
                if pause > TICK:
                    logger.info("deadlines of %s go on", runtime.service)
                pause = TICK
            except Exception as error:
                if pause == TICK:
                    logger.warning("deadlines of %s wait: %s", runtime.service, type(error).__name__)
                pause = min(pause * 2, TICK_MOST)
            eventlet.sleep(pause)
