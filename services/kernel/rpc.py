"""Doors across processes: nameko's RPC, made to outlive a broker that goes away, and asked with a deadline."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import copy_context
from typing import Any, TypeVar
from uuid import uuid4

import eventlet
import nameko.rpc
from amqp.exceptions import NotFound
from eventlet.event import Event
from kombu import Connection
from kombu.exceptions import EncodeError
from nameko.amqp.publish import Publisher, UndeliverableMessage
from nameko.constants import AMQP_URI_CONFIG_KEY, SERIALIZER_CONFIG_KEY
from nameko.extensions import ProviderCollector
from nameko.messaging import QueueConsumer

from services.kernel import database, wire
from services.kernel.broker import AGAIN_FIRST, AGAIN_MOST, BROKEN, let_go
from services.kernel.errors import Unavailable

T = TypeVar("T")
logger = logging.getLogger(__name__)

LOOK_FIRST = 0.5  # seconds without an answer before looking whether anybody serves at all ...
LOOK_MOST = 5.0  # ... and between looks at a service that takes long
LOOK_SECONDS = 2.0  # for one look
STOP_SECONDS = 1.5  # for each of the steps of stopping


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


class RpcConsumer(nameko.rpc.RpcConsumer):  # type: ignore[misc]
    """nameko's, but an answer that cannot be sent gives the request back instead of ending the service: whoever takes
    it finds the command done."""

    queue_consumer = Consumers()

    def handle_result(self, message: Any, result: Any, exc_info: Any) -> Any:
        try:
            return super().handle_result(message, result, exc_info)
        except BROKEN as error:
            logger.warning("an answer could not be sent: %s", type(error).__name__)
            self.queue_consumer.requeue_message(message)
            return result, exc_info


class RpcEntrypoint(nameko.rpc.Rpc):  # type: ignore[misc]
    """An RPC entrypoint."""

    rpc_consumer = RpcConsumer()


class ReplyListener(nameko.rpc.ReplyListener):  # type: ignore[misc]
    queue_consumer = Consumers()


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
        except EncodeError as error:
            raise TypeError(f"What {service}.{door} is asked is not JSON.") from error
        except BROKEN as error:
            raise Unavailable(f"The broker does not answer ({type(error).__name__}).") from error
        finally:
            self._replies._reply_events.pop(correlation_id, None)
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
