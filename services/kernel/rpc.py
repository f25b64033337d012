"""Doors across processes: nameko's RPC, made to outlive a broker that goes away, and asked with a deadline."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from types import TracebackType
from typing import Any, TypeVar
from uuid import uuid4

import eventlet
import nameko.rpc
from amqp import Channel
from amqp.exceptions import ChannelError, NotFound
from eventlet.event import Event
from eventlet.semaphore import Semaphore
from kombu import Connection, Producer
from kombu.message import Message
from nameko.constants import AMQP_URI_CONFIG_KEY
from nameko.exceptions import UnserializableValueError
from nameko.extensions import ProviderCollector
from nameko.messaging import QueueConsumer

from services.kernel import database, metrics, sealing, wire
from services.kernel.broker import AGAIN_FIRST, AGAIN_MOST, BROKEN
from services.kernel.errors import Outdated, Unavailable
from services.kernel.questions import Json
from services.kernel.sealing import Binding

T = TypeVar("T")
Failed = tuple[type[Exception], Exception, TracebackType | None] | None  # how a door ended, as nameko says it
logger = logging.getLogger(__name__)

LOOK_FIRST = 0.5  # seconds without an answer before looking whether anybody serves at all ...
LOOK_MOST = 5.0  # ... and between looks at a service that takes long
LOOK_SECONDS = 2.0  # for one look
ANSWER_SECONDS = 10.0  # for handing an answer to the broker
OPEN_SECONDS = 5.0  # for a connection ...
OPEN_AGAIN = 5  # ... and how often again, while a broker starts
LINES = 10  # on which a service sends at a time
LINES_KEY = "SONGTOR_LINES"  # of nameko's config
NO_ROUTE = 312
STOP_SECONDS = 1.5  # for each of the steps of stopping


class Consumers(QueueConsumer):  # type: ignore[misc]
    """nameko's, but back within seconds of the broker, and ending waits neither for one that is gone nor for a wait for
    messages: nameko's own looks between two of them whether it is to end."""

    _waiting = False  # for messages

    def on_iteration(self) -> None:
        self._waiting = False
        super().on_iteration()
        self._waiting = True
        if self.should_stop:
            eventlet.spawn(self._wake)

    def _wake(self) -> None:
        """End the wait for messages, as if its time had passed."""
        if self._waiting:
            eventlet.kill(self._gt, TimeoutError())

    def on_decode_error(self, message: Message, exc: Exception) -> None:
        """Kombu's writes the message itself into the log; and whoever reaches the broker can send any number."""
        refuse("unsealed", type(exc.__cause__ or exc).__name__)
        self.ack_message(message)

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

    @contextmanager
    def extra_context(self, connection: Connection, channel: Channel) -> Iterator[None]:
        """Around all that is done on a line: one whose heartbeats fail to come is left before kombu takes its leave."""
        try:
            with dropped_if_broken(connection):
                yield
        finally:
            self._waiting = False

    def ack_message(self, message: Message) -> None:
        with suppress(*BROKEN):  # the broker gives it to somebody again
            super().ack_message(message)

    def requeue_message(self, message: Message) -> None:
        with suppress(*BROKEN):
            super().requeue_message(message)

    def unregister_provider(self, provider: ProviderCollector) -> None:
        eventlet.spawn(self._wake)
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
        eventlet.spawn(self._wake)
        with eventlet.Timeout(STOP_SECONDS, False):
            super().kill()
            return
        self._gt.kill()


def refuse(direction: str, why: str) -> None:
    """A message that is of no use here is let go: whoever sent it by right asks again."""
    logger.warning("a message from the broker is refused (%s): %s", direction, why)
    metrics.REFUSED_MESSAGES.labels(direction).inc()


class NotRouted(Exception):
    """Nobody has a queue for a message."""


class Lines:
    """The connections over which a service sends calls and answers; each carries one message at a time, and is kept for
    the next one.

    A line of nameko's pool that failed is closed politely, which waits for ever for a broker that is frozen. Here it is
    dropped without a word, so that whoever sends can give up at any moment.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._exchange = nameko.rpc.get_rpc_exchange({})
        self._turns = Semaphore(LINES)
        self._idle: list[Connection] = []

    def send(self, sealed: bytes, to: str, **how: Json) -> None:
        """Returns when the broker has the message. NotRouted if it is `mandatory` and nobody takes it; else BROKEN."""
        with self._turns:
            while self._idle:  # one that stood idle may have broken meanwhile
                with suppress(*BROKEN):
                    return self._over(self._idle.pop(), sealed, to, how)
            self._over(self._opened(), sealed, to, how)

    def close(self) -> None:
        with eventlet.Timeout(STOP_SECONDS, False):
            while self._idle:
                line = self._idle.pop()
                with suppress(*BROKEN), dropped_if_broken(line):
                    line.release()

    def _opened(self) -> Connection:
        confirmed = {"confirm_publish": True}
        line = Connection(self._url, connect_timeout=OPEN_SECONDS, transport_options=confirmed)
        with dropped_if_broken(line):
            line.ensure_connection(None, OPEN_AGAIN, AGAIN_FIRST, AGAIN_FIRST, AGAIN_MOST)
        return line

    def _over(self, line: Connection, sealed: bytes, to: str, how: Mapping[str, Json]) -> None:
        with dropped_if_broken(line):
            try:
                Producer(line.default_channel, self._exchange, auto_declare=False).publish(
                    sealed,
                    routing_key=to,
                    content_type=sealing.CONTENT_TYPE,
                    content_encoding=sealing.CONTENT_ENCODING,
                    delivery_mode=2,
                    **how,
                )
            except ChannelError as error:
                if error.reply_code == NO_ROUTE:
                    raise NotRouted from None
                raise
        self._idle.append(line)


@contextmanager
def dropped_if_broken(line: Connection) -> Iterator[None]:
    """Whatever goes wrong, a deadline included: what the broker still says on this line would be taken for an answer to
    something else, and it may say nothing at all any more."""
    try:
        yield
    except BaseException:
        line.collect()
        raise


class RpcConsumer(nameko.rpc.RpcConsumer):  # type: ignore[misc]
    """nameko's, but a call that is not for this door or this caller is let go; an answer that cannot be sent gives the
    request back instead of ending the service: whoever takes it finds the command done; and a program that is older
    than its database gives back all that it took and ends: whoever takes it then is of the newer one."""

    queue_consumer = Consumers()

    def handle_message(self, body: Json, message: Message) -> None:
        properties = message.properties
        caller, correlation = properties.get("reply_to", ""), properties.get("correlation_id", "")
        asked = Binding("call", message.delivery_info["routing_key"], caller, correlation)
        wrong = sealing.unfit(body, asked) if caller else "nobody asks"
        if wrong is not None:
            refuse("call", wrong)
            self.queue_consumer.ack_message(message)
            return
        super().handle_message(body, message)

    def handle_result(self, message: Message, result: Json, exc_info: Failed) -> tuple[Json, Failed]:
        if exc_info and isinstance(exc_info[1], Outdated):
            # What is not acknowledged goes back to the queue as the line ends.
            eventlet.spawn(self.container.kill, exc_info)
            return result, exc_info
        try:
            return within(ANSWER_SECONDS, lambda: self._answered(message, result, exc_info))
        except BROKEN as error:
            logger.warning("an answer could not be sent: %s", type(error).__name__)
            self.queue_consumer.requeue_message(message)
            return result, exc_info

    def _answered(self, message: Message, result: Json, exc_info: Failed) -> tuple[Json, Failed]:
        try:
            reply = wire.failed(exc_info[1]) if exc_info else wire.Reply(result=result, error=None)
            sealed = self._sealed(message, reply)
        except TypeError as error:
            sealed = self._sealed(message, wire.failed(UnserializableValueError(result)))
            result, exc_info = None, (type(error), error, error.__traceback__)
        asked = message.properties
        lines: Lines = self.container.config[LINES_KEY]
        lines.send(sealed, asked["reply_to"], correlation_id=asked["correlation_id"])
        self.queue_consumer.ack_message(message)
        return result, exc_info

    def _sealed(self, message: Message, reply: wire.Reply) -> bytes:
        """Bound to the call that it answers; a caller of before bound nothing, and gets it unbound."""
        asked = message.payload.get(sealing.BOUND)
        return sealing.dumps(
            sealing.bind({**reply}, Binding("answer", *asked[1:-1]), asked[-1]) if asked else reply
        )


class RpcEntrypoint(nameko.rpc.Rpc):  # type: ignore[misc]
    """An RPC entrypoint."""

    rpc_consumer = RpcConsumer()


class ReplyListener(nameko.rpc.ReplyListener):  # type: ignore[misc]
    """nameko's, but only the answer that was asked for is taken for one."""

    queue_consumer = Consumers()

    def __init__(self) -> None:
        self._asked: dict[str, Binding] = {}
        super().__init__()

    @contextmanager
    def awaited(self, binding: Binding) -> Iterator[Event]:
        reply: Event = self.get_reply_event(binding.correlation)
        self._asked[binding.correlation] = binding
        try:
            yield reply
        finally:
            self._reply_events.pop(binding.correlation, None)
            del self._asked[binding.correlation]

    def handle_message(self, body: Json, message: Message) -> None:
        asked = self._asked.get(message.properties.get("correlation_id", ""))
        if asked is not None:
            wrong = (
                sealing.unfit(body, asked._replace(direction="answer"))
                if isinstance(body, dict) and "result" in body and "error" in body
                else "it is no answer"
            )
            if wrong is not None:
                refuse("answer", wrong)
                self.queue_consumer.ack_message(message)
                return
        super().handle_message(body, message)


class NobodyServes(Exception):
    """No process takes the requests of the service asked."""


class RpcClient:
    """RPC with a deadline: nameko's own waits for ever when the server dies.

    The queue of a service outlives its processes, so that a request is not lost between two of them. So whoever waits
    looks whether anybody takes from it, and where nobody does need not wait for the deadline.
    """

    def __init__(self, config: Mapping[str, Any], replies: ReplyListener) -> None:
        self._url: str = config[AMQP_URI_CONFIG_KEY]
        self._lines: Lines = config[LINES_KEY]
        self._replies = replies

    def __call__(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        """The answer of `service.door`; Unavailable when it does not come in time or nobody serves."""
        database.require_no_transaction()
        asked = Binding("call", f"{service}.{door}", self._replies.routing_key, str(uuid4()))
        request = {"args": [dict(call), dict(body)], "kwargs": {}}
        try:
            sealed = sealing.dumps(sealing.bind(request, asked, time.time() + seconds))
        except TypeError as error:
            raise TypeError(f"What {service}.{door} is asked is not JSON.") from error
        try:
            with self._replies.awaited(asked) as reply, eventlet.Timeout(seconds):
                self._lines.send(
                    sealed,
                    asked.door,
                    mandatory=True,
                    reply_to=asked.caller,
                    correlation_id=asked.correlation,
                    # An answer nobody waits for any more need not be computed.
                    expiration=seconds,
                )
                answer = self._answer(service, reply)
        except eventlet.Timeout:
            raise wire.late(service, seconds) from None
        except (NotRouted, NobodyServes):
            raise wire.not_running(service) from None
        except BROKEN as error:
            raise Unavailable(f"The broker does not answer ({type(error).__name__}).") from error
        return wire.result(answer)

    def _answer(self, service: str, reply: Event) -> wire.Reply:
        patience = LOOK_FIRST
        while True:
            with eventlet.Timeout(patience, False):
                arrived: wire.Reply = reply.wait()
                return arrived
            if not self._served(service):
                raise NobodyServes
            patience = min(patience * 2, LOOK_MOST)

    def _served(self, service: str) -> bool:
        """Whether any process takes the service's requests; True as well if the broker does not say: then the deadline
        decides."""
        line = Connection(self._url, connect_timeout=LOOK_SECONDS)
        served = True
        try:
            with eventlet.Timeout(LOOK_SECONDS, False), dropped_if_broken(line):
                name = nameko.rpc.RPC_QUEUE_TEMPLATE.format(service)
                served = bool(line.channel().queue_declare(name, passive=True).consumer_count)
                line.release()
        except NotFound:
            return False
        except BROKEN:
            pass
        return served


def gather(tasks: Sequence[Callable[[], T]]) -> list[T]:
    # A new greenlet begins without context: it would see what whoever asks may not (kernel.scope).
    return [thread.wait() for thread in [eventlet.spawn(copy_context().run, task) for task in tasks]]


def within(seconds: float, work: Callable[[], T]) -> T:
    # A TimeoutError that arose inside would be taken for a lost connection by whatever library waits there, and tried
    # again.
    deadline = eventlet.Timeout(seconds)
    try:
        return work()
    except eventlet.Timeout as passed:
        if passed is not deadline:
            raise
        raise TimeoutError("This took too long.") from None
    finally:
        deadline.cancel()
