"""Doors across processes: nameko's RPC, made to outlive a broker that goes away, and asked with a deadline."""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, TypeVar
from uuid import uuid4

import eventlet
import kombu.pools
import nameko.rpc
from amqp.exceptions import NotFound
from eventlet.event import Event
from eventlet.greenthread import GreenThread
from kombu import Connection
from kombu.exceptions import EncodeError
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.constants import AMQP_URI_CONFIG_KEY, SERIALIZER_CONFIG_KEY
from nameko.extensions import ProviderCollector
from nameko.messaging import QueueConsumer

from services.kernel import database, metrics, sealing, wire
from services.kernel.broker import AGAIN_FIRST, AGAIN_MOST, BROKEN, let_go
from services.kernel.errors import Unavailable
from services.kernel.sealing import Binding

T = TypeVar("T")
logger = logging.getLogger(__name__)

LOOK_FIRST = 0.5  # seconds without an answer before looking whether anybody serves at all ...
LOOK_MOST = 5.0  # ... and between looks at a service that takes long
LOOK_SECONDS = 2.0  # for one look
ANSWER_SECONDS = 10.0  # for handing an answer to the broker
STOP_SECONDS = 1.5  # for each of the steps of stopping


class Consumers(QueueConsumer):  # type: ignore[misc]
    """nameko's, but back within seconds of the broker, and ending does not wait for one that is gone."""

    def on_decode_error(self, message: Any, exc: Exception) -> None:
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


def refuse(direction: str, why: str) -> None:
    """A message that is of no use here is let go: whoever sent it by right asks again."""
    logger.warning("a message from the broker is refused (%s): %s", direction, why)
    metrics.REFUSED_MESSAGES.labels(direction).inc()


class Responder(nameko.rpc.Responder):  # type: ignore[misc]
    """nameko's, whose answer is bound to the call that it answers. A caller of before, which bound nothing, gets it
    unbound."""

    def publisher_cls(self, *args: Any, **kwargs: Any) -> "BoundPublisher":
        publisher = BoundPublisher(*args, **kwargs)
        asked = self.message.payload.get(sealing.BOUND)
        publisher.to = (Binding("answer", *asked[1:-1]), asked[-1]) if asked else None
        return publisher


class BoundPublisher(Publisher):  # type: ignore[misc]
    to: tuple[Binding, float] | None = None

    def publish(self, payload: Mapping[str, Any], **kwargs: Any) -> None:
        super().publish(sealing.bind(payload, *self.to) if self.to else payload, **kwargs)


class RpcConsumer(nameko.rpc.RpcConsumer):  # type: ignore[misc]
    """nameko's, but a call that is not for this door or this caller is let go; and an answer that cannot be sent gives
    the request back instead of ending the service: whoever takes it finds the command done."""

    queue_consumer = Consumers()

    def handle_message(self, body: Any, message: Any) -> None:
        properties = message.properties
        caller, correlation = properties.get("reply_to", ""), properties.get("correlation_id", "")
        asked = Binding("call", message.delivery_info["routing_key"], caller, correlation)
        wrong = sealing.unfit(body, asked) if isinstance(body, dict) and caller else "it is no call"
        if wrong is not None:
            refuse("call", wrong)
            self.queue_consumer.ack_message(message)
            return
        super().handle_message(body, message)

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        answering = eventlet.spawn(self._respond, message, result, exc_info)
        try:
            with eventlet.Timeout(ANSWER_SECONDS):
                return answering.wait()
        except (*BROKEN, eventlet.Timeout) as error:
            logger.warning("an answer could not be sent: %s", type(error).__name__)
            abandon(answering)
            self.queue_consumer.requeue_message(message)
            return result, exc_info

    def _respond(self, message: Any, result: Any, exc_info: Any) -> Any:
        config = self.container.config
        exchange = nameko.rpc.get_rpc_exchange(config)
        responder = Responder(config[AMQP_URI_CONFIG_KEY], exchange, config[SERIALIZER_CONFIG_KEY], message)
        answered = responder.send_response(result, exc_info)
        self.queue_consumer.ack_message(message)
        return answered


class RpcEntrypoint(nameko.rpc.Rpc):  # type: ignore[misc]
    """An RPC entrypoint."""

    rpc_consumer = RpcConsumer()


class ReplyListener(nameko.rpc.ReplyListener):  # type: ignore[misc]
    """nameko's, but only the answer that was asked for is taken for one."""

    queue_consumer = Consumers()

    def __init__(self, **kwargs: Any) -> None:
        self._asked: dict[str, Binding] = {}
        super().__init__(**kwargs)

    @contextmanager
    def awaited(self, asked: Binding) -> Iterator[Event]:
        reply: Event = self.get_reply_event(asked.correlation)
        self._asked[asked.correlation] = asked
        try:
            yield reply
        finally:
            self._reply_events.pop(asked.correlation, None)
            del self._asked[asked.correlation]

    def handle_message(self, body: Any, message: Any) -> None:
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


def abandon(sending: GreenThread) -> None:
    """A message that the broker did not take in time is on a line that may be dead, and closing one politely waits for
    the broker for ever. So nobody waits for that, and no line of now is used again."""
    if not sending.dead:
        eventlet.spawn(sending.kill)
        eventlet.spawn(kombu.pools.reset)


class NobodyServes(Exception):
    """No process takes the requests of the service asked."""


class RpcClient:
    """RPC with a deadline: nameko's own waits for ever when the server dies.

    The queue of a service outlives its processes, so that a request is not lost between two of them. So whoever waits
    looks whether anybody takes from it, and where nobody does need not wait for the deadline.
    """

    def __init__(self, config: Mapping[str, Any], replies: ReplyListener) -> None:
        self._url = config[AMQP_URI_CONFIG_KEY]
        self._exchange = nameko.rpc.get_rpc_exchange(config)
        self._replies = replies
        self._publisher = Publisher(self._url, serializer=config[SERIALIZER_CONFIG_KEY])

    def __call__(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        """The answer of `service.door`; Unavailable when it does not come in time or nobody serves."""
        database.require_no_transaction()
        asked = Binding("call", f"{service}.{door}", self._replies.routing_key, str(uuid4()))
        until = time.time() + seconds
        sending = eventlet.spawn(
            self._publisher.publish,
            sealing.bind({"args": [dict(call), dict(body)], "kwargs": {}}, asked, until),
            exchange=self._exchange,
            routing_key=asked.door,
            mandatory=True,
            reply_to=asked.caller,
            correlation_id=asked.correlation,
            # An answer nobody waits for any more need not be computed.
            expiration=seconds,
        )
        try:
            with self._replies.awaited(asked) as reply, eventlet.Timeout(seconds):
                sending.wait()
                answer = self._answer(service, reply)
        except eventlet.Timeout:
            abandon(sending)
            raise Unavailable(f"The service {service} did not answer within {seconds:.0f} s.") from None
        except (UndeliverableMessage, NobodyServes):
            raise Unavailable(f"The service {service} is not running.") from None
        except EncodeError as error:
            raise TypeError(f"What {service}.{door} is asked is not JSON.") from error
        except BROKEN as error:
            raise Unavailable(f"The broker does not answer ({type(error).__name__}).") from error
        if answer.get("error"):
            raise wire.remote(answer["error"])
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
        """Whether any process takes the service's requests; True as well if the broker does not say: then the deadline
        decides."""
        connection = Connection(self._url, connect_timeout=LOOK_SECONDS)
        try:
            with eventlet.Timeout(LOOK_SECONDS, False):
                name = nameko.rpc.RPC_QUEUE_TEMPLATE.format(service)
                return bool(connection.channel().queue_declare(name, passive=True).consumer_count)
        except NotFound:
            return False
        except BROKEN:
            pass
        finally:
            let_go(connection, within)
        return True


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
