"""`embedded://`: the broker of the one-process way to run, in memory, keeping the promises RabbitMQ makes.

For the greenlets of one OS thread. `embedded://name` is a broker of its own; all are empty when the process starts.
Priorities, expiry and dead-lettering are accepted and ignored.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import count, takewhile
from re import escape
from time import monotonic
from typing import Any

import amqp
from amqp.exceptions import (
    AMQPError,
    ChannelError,
    ConnectionForced,
    ConsumerCancelled,
    NotFound,
    PreconditionFailed,
    RecoverableConnectionError,
)
from amqp.protocol import queue_declare_ok_t
from eventlet import sleep
from eventlet.event import Event
from kombu.message import Message
from kombu.transport import TRANSPORT_ALIASES
from kombu.transport import virtual as kombu_virtual
from kombu.utils.uuid import uuid

from services.kernel.embedded_queue import Consumer, Delivery, Queue, give_back

virtual: Any = kombu_virtual  # kombu says it is typed and hardly is

brokers: "dict[str, Broker]" = {}


def register() -> None:
    """Make `embedded://` known to kombu, and so to nameko's `AMQP_URI`."""
    TRANSPORT_ALIASES["embedded"] = f"{__name__}:{Transport.__name__}"


def forget(name: str = "") -> None:
    """Lose a broker with all it holds; who is connected sees the connection break and finds an empty one."""
    broker = brokers.pop(name.lower(), None)
    for transport in list(broker.transports) if broker else ():
        transport.lose()


class Broker(virtual.BrokerState):  # type: ignore[misc]
    """What outlives a connection: exchanges and bindings (kombu's), queues, and who is connected."""

    def __init__(self) -> None:
        super().__init__()
        self.queues: dict[str, Queue] = {}
        self.transports: set[Transport] = set()

    def delete_queue(self, queue: Queue) -> None:
        if self.queues.get(queue.name) is queue:
            del self.queues[queue.name]
            self.queue_bindings_delete(queue.name)
            for exchange in self.exchanges.values():
                exchange["table"] = [row for row in exchange["table"] if row[2] != queue.name]


TOPIC_WILDCARDS = {"*": r"\.[^.]+", "#": r"(?:\.[^.]*)*"}


class TopicExchange(virtual.exchange.TopicExchange):  # type: ignore[misc]
    """Kombu's wants at least one word for `#`; AMQP says none or more."""

    def key_to_pattern(self, rkey: str) -> str:
        return "".join(TOPIC_WILDCARDS.get(word) or rf"\.{escape(word)}" for word in rkey.split(".")) + r"\Z"

    def _match(self, pattern: str, string: str) -> object:
        return super()._match(pattern, f".{string}")


class Channel(virtual.Channel):  # type: ignore[misc]
    """Kombu's virtual channel on a broker of its own, with AMQP's acknowledgements, returns and confirms.

    `synchronous`: a publish that returned is in its queues, there is no confirm to wait for. For code that
    does wait, `confirm_select` and `events["basic_ack"]` work as in py-amqp, called back within the publish.
    """

    synchronous = True
    closed: bool
    from_transport_options = ()
    exchange_types = {**virtual.exchange.STANDARD_EXCHANGE_TYPES, "topic": TopicExchange}  # noqa: RUF012

    def __init__(self, connection: "Transport", **kwargs: Any) -> None:
        super().__init__(connection, **kwargs)
        self.events: defaultdict[str, set[Callable[..., object]]] = defaultdict(set)
        self.no_ack_consumers: set[str] = set()
        self._consumers: dict[str, Consumer] = {}
        self._unacked: dict[int, Delivery] = {}
        self._delivery_tags = count(1)
        self._confirms: Iterator[int] | None = None
        self._prefetch = 0

    @property
    def state(self) -> Broker:
        if self.connection is None:
            raise RecoverableConnectionError("the channel is closed")
        broker: Broker = self.connection.state
        return broker

    def _queue(self, name: str) -> Queue:
        try:
            return self.state.queues[name]
        except KeyError:
            raise NotFound(f"NOT_FOUND - no queue '{name}'", (50, 10)) from None

    def _require_exchange(self, name: str) -> None:
        if name not in self.state.exchanges:
            raise NotFound(f"NOT_FOUND - no exchange '{name}'", (40, 10))

    def exchange_delete(self, exchange: str, if_unused: bool = False, nowait: bool = False) -> None:
        bindings = [binding for binding in self.state.bindings if binding.exchange == exchange]
        if not (if_unused and bindings):
            self.state.exchanges.pop(exchange, None)
            for binding in bindings:
                self.state.binding_delete(*binding)

    def queue_declare(
        self,
        queue: str = "",
        passive: bool = False,
        auto_delete: bool = False,
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> queue_declare_ok_t:
        name = queue or f"amq.gen-{uuid()}"
        if not passive:
            self.state.queues.setdefault(name, Queue(name, auto_delete, arguments or {}))
        declared = self._queue(name)
        return queue_declare_ok_t(name, len(declared.ready), len(declared.consumers))

    def queue_bind(
        self,
        queue: str,
        exchange: str = "",
        routing_key: str = "",
        arguments: dict[str, Any] | None = None,
        **kwargs: Any,
    ) -> None:
        self._queue(queue)
        self._require_exchange(exchange)
        super().queue_bind(queue, exchange, routing_key, arguments)

    def queue_delete(self, queue: str, if_unused: bool = False, if_empty: bool = False, **kwargs: Any) -> int:
        found = self.state.queues.get(queue)
        if found is None:
            return 0
        if (if_unused and found.consumers) or (if_empty and found.ready):
            raise PreconditionFailed(f"PRECONDITION_FAILED - queue '{queue}' is used or not empty", (50, 40))
        self.state.delete_queue(found)
        for consumer in list(found.consumers):
            consumer.channel.drop(consumer)
            consumer.channel.connection.interrupt(ConsumerCancelled(consumer.tag, (60, 30)))
        return len(found.ready)

    def queue_purge(self, queue: str, **kwargs: Any) -> int:
        ready = self._queue(queue).ready
        purged = len(ready)
        ready.clear()
        return purged

    def prepare_message(
        self,
        body: str | bytes,
        priority: int | None = None,
        content_type: str | None = None,
        content_encoding: str | None = None,
        headers: dict[str, Any] | None = None,
        properties: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        # nameko's Responder looks for the content type among the properties, where py-amqp puts it
        properties = {
            **(properties or {}),
            "content_type": content_type,
            "content_encoding": content_encoding,
        }
        message: dict[str, Any] = super().prepare_message(
            body, priority, content_type, content_encoding, headers, properties
        )
        return message

    def basic_publish(
        self,
        message: dict[str, Any],
        exchange: str = "",
        routing_key: str = "",
        mandatory: bool = False,
        **kwargs: Any,
    ) -> None:
        queues = self._route(exchange, routing_key)
        if queues:
            envelope = {**message, "headers": deepcopy(message["headers"])}
            envelope["properties"] = {
                **message["properties"],
                "delivery_info": {"exchange": exchange, "routing_key": routing_key},
            }
            for queue in queues:
                queue.put(envelope)
        elif mandatory:
            self._return(message, exchange, routing_key)
        if self._confirms:
            confirmed = next(self._confirms)
            for callback in tuple(self.events["basic_ack"]):
                callback(confirmed, False)

    def _route(self, exchange: str, routing_key: str) -> list[Queue]:
        queues = self.state.queues
        if not exchange:
            return [queues[routing_key]] if routing_key in queues else []
        self._require_exchange(exchange)
        names = self.typeof(exchange).lookup(self.get_table(exchange), exchange, routing_key, None)
        return [queues[name] for name in names]

    def _return(self, message: dict[str, Any], exchange: str, routing_key: str) -> None:
        error = ChannelError("NO_ROUTE", (60, 50), reply_code=312)
        handlers = tuple(self.events["basic_return"])
        if not handlers:
            raise error
        for handler in handlers:
            handler(error, exchange, routing_key, message)

    def confirm_select(self, nowait: bool = False) -> None:
        self._confirms = self._confirms or count(1)

    def basic_qos(self, prefetch_size: int = 0, prefetch_count: int = 0, apply_global: bool = False) -> None:
        """Bound each consumer started on this channel from now on, as RabbitMQ does; bytes do not count."""
        self._prefetch = prefetch_count

    def basic_consume(
        self, queue: str, no_ack: bool, callback: Callable[[Any], object], consumer_tag: str, **kwargs: Any
    ) -> None:
        consumer = Consumer(consumer_tag, self._queue(queue), self, callback, no_ack, self._prefetch)
        self._consumers[consumer_tag] = consumer
        if no_ack:
            self.no_ack_consumers.add(consumer_tag)
        consumer.queue.consumers.append(consumer)
        self.connection.consumers.append(consumer)
        self.connection.wake()

    def basic_cancel(self, consumer_tag: str, **kwargs: Any) -> None:
        consumer = self._consumers.get(consumer_tag)
        if consumer:
            self.drop(consumer)
            if consumer.queue.auto_delete and not consumer.queue.consumers:
                self.state.delete_queue(consumer.queue)

    def drop(self, consumer: Consumer) -> None:
        """Let a consumer go; what it holds stays with the channel."""
        del self._consumers[consumer.tag]
        self.connection.consumers.remove(consumer)
        consumer.queue.consumers.remove(consumer)
        consumer.queue.wake()

    def hand_out(self, delivery: Delivery, consumer_tag: str, no_ack: bool) -> Message:
        """The message as kombu knows it, kept until acknowledged; its reader cannot change what is kept."""
        tag = next(self._delivery_tags)
        if not no_ack:
            self._unacked[tag] = delivery
        properties = delivery.message["properties"]
        details = {
            **properties["delivery_info"],
            "consumer_tag": consumer_tag,
            "delivery_tag": tag,
            "redelivered": delivery.redelivered,
        }
        message: Message = self.Message(
            {
                **delivery.message,
                "headers": deepcopy(delivery.message["headers"]),
                "properties": {**properties, "delivery_tag": tag, "delivery_info": details},
            },
            channel=self,
        )
        return message

    def basic_get(self, queue: str, no_ack: bool = False, **kwargs: Any) -> Message | None:
        ready = self._queue(queue).ready
        return self.hand_out(ready.popleft(), "", no_ack) if ready else None

    def basic_ack(self, delivery_tag: int, multiple: bool = False) -> None:
        self._settle(delivery_tag, multiple)

    def basic_reject(self, delivery_tag: int, requeue: bool = False) -> None:
        settled = self._settle(delivery_tag)
        if requeue:
            give_back(settled)

    def basic_recover(self, requeue: bool = False) -> None:
        """Give back all that is unacknowledged; `requeue` or not, as on RabbitMQ, which has only the one."""
        if self._unacked:
            give_back(self._settle(max(self._unacked), multiple=True))

    def _settle(self, delivery_tag: int, multiple: bool = False) -> list[Delivery]:
        if self.connection is None:
            raise RecoverableConnectionError("the channel is closed")
        if delivery_tag not in self._unacked:
            raise PreconditionFailed(f"PRECONDITION_FAILED - unknown delivery tag {delivery_tag}", (60, 80))
        tags = list(takewhile(delivery_tag.__ge__, self._unacked)) if multiple else [delivery_tag]
        settled = [self._unacked.pop(tag) for tag in tags]
        for delivery in settled:
            if delivery.consumer:
                delivery.consumer.unacked -= 1
        self.connection.wake()
        return settled

    def close(self) -> None:
        if not self.closed:
            self.closed = True
            for consumer_tag in list(self._consumers):
                self.basic_cancel(consumer_tag)
            self.basic_recover()
            self.connection.close_channel(self)


class Transport(virtual.Transport):  # type: ignore[misc]
    """One connection to a broker. Its consumers sleep until something is put for them: nothing polls."""

    Channel = Channel
    driver_type = driver_name = "embedded"
    implements = virtual.Transport.implements.extend(exchange_type=frozenset(["direct", "topic", "fanout"]))
    connection_errors = amqp.Connection.connection_errors
    channel_errors = amqp.Connection.channel_errors
    # without these two kombu takes every error for a lost connection and repeats an unroutable publish
    recoverable_connection_errors = amqp.Connection.recoverable_connection_errors
    recoverable_channel_errors = amqp.Connection.recoverable_channel_errors
    default_connection_params: dict[str, Any] = {}  # noqa: RUF012 - kombu's default host would be another broker

    def __init__(self, client: Any, **kwargs: Any) -> None:
        super().__init__(client, **kwargs)
        self.state = Broker()
        self.consumers: deque[Consumer] = deque()
        self._bell = Event()
        self._interruption: AMQPError | None = None

    def establish_connection(self) -> "Transport":
        self.state = brokers.setdefault((self.client.hostname or "").lower(), Broker())
        self.state.transports.add(self)
        super().establish_connection()
        return self

    def verify_connection(self, connection: "Transport") -> bool:
        return self in self.state.transports

    def close_connection(self, connection: "Transport") -> None:
        super().close_connection(connection)
        self.state.transports.discard(self)
        self.wake()

    def lose(self) -> None:
        """Break the connection as the loss of the broker does."""
        if self.consumers:
            self.interrupt(ConnectionForced("CONNECTION_FORCED - the broker is gone", (10, 50)))
        self.close_connection(self)

    def interrupt(self, error: AMQPError) -> None:
        """Show the error to whoever drains, now or next: kombu reconnects unasked and would go on deaf."""
        self._interruption = error
        self.wake()

    def wake(self) -> None:
        if not self._bell.ready():
            self._bell.send()

    def drain_events(self, connection: "Transport", timeout: float | None = None) -> None:
        """Hand one message to its consumer, or raise TimeoutError after `timeout` seconds; None waits on."""
        until = None if timeout is None else monotonic() + timeout
        sleep(0)  # a long backlog must not keep the process's other greenlets from running
        while not self._deliver_one():
            left = None if until is None else until - monotonic()
            if left is not None and left <= 0:
                raise TimeoutError
            if self._bell.ready():
                self._bell = Event()
            self._bell.wait(left)

    def _deliver_one(self) -> bool:
        error, self._interruption = self._interruption, None
        if error:
            raise error
        if self not in self.state.transports:
            raise RecoverableConnectionError("the connection is closed")
        for _ in range(len(self.consumers)):
            consumer = self.consumers[0]
            self.consumers.rotate(-1)
            if consumer.can_take():
                consumer.take()
                return True
        return False
