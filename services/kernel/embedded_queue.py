"""The queues of the embedded broker: messages in order, those who take them, and the places to which they are given
back."""

import heapq
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from operator import attrgetter
from typing import Any, Protocol


class Channel(Protocol):
    """What a queue needs of whoever takes from it."""

    connection: Any

    def hand_out(self, delivery: "Delivery", consumer_tag: str, no_ack: bool) -> Any: ...

    def drop(self, consumer: "Consumer") -> None: ...


@dataclass(eq=False, slots=True)
class Delivery:
    """A message in a queue, or out of it and not yet acknowledged."""

    queue: "Queue"
    position: int
    message: dict[str, Any]
    redelivered: bool = False
    consumer: "Consumer | None" = None


@dataclass(eq=False, slots=True)
class Consumer:
    """Who takes messages from a queue; `prefetch` bounds what it holds unacknowledged, 0 is no bound."""

    tag: str
    queue: "Queue"
    channel: Channel
    callback: Callable[[Any], object]
    no_ack: bool
    prefetch: int
    unacked: int = 0

    def can_take(self) -> bool:
        return (
            bool(self.queue.ready)
            and (not self.queue.single_active or self.queue.consumers[0] is self)
            and not (self.prefetch and self.unacked >= self.prefetch)
        )

    def take(self) -> None:
        delivery = self.queue.ready.popleft()
        if not self.queue.single_active:
            self.queue.consumers.rotate(-1)
        if not self.no_ack:
            self.unacked += 1
            delivery.consumer = self
        self.callback(self.channel.hand_out(delivery, self.tag, self.no_ack))


class Queue:
    """Messages in order, and those who take them, longest waiting first."""

    def __init__(self, name: str, auto_delete: bool, arguments: dict[str, Any]) -> None:
        self.name = name
        self.auto_delete = auto_delete
        self.single_active = bool(arguments.get("x-single-active-consumer"))
        self.max_length: int | None = arguments.get("x-max-length")
        self.ready: deque[Delivery] = deque()
        self.consumers: deque[Consumer] = deque()
        self._positions = count()

    def put(self, message: dict[str, Any]) -> None:
        self.ready.append(Delivery(self, next(self._positions), message))
        self._changed()

    def give_back(self, returned: list[Delivery]) -> None:
        """Return unacknowledged messages, ascending by position, to the places they were taken from."""
        for delivery in returned:
            delivery.redelivered, delivery.consumer = True, None
        self.ready = deque(heapq.merge(returned, self.ready, key=attrgetter("position")))
        self._changed()

    def _changed(self) -> None:
        while self.max_length is not None and len(self.ready) > self.max_length:
            self.ready.popleft()
        self.wake()

    def wake(self) -> None:
        for consumer in self.consumers:
            consumer.channel.connection.wake()


def give_back(deliveries: list[Delivery]) -> None:
    """Return deliveries of any queues to their places."""
    by_queue: defaultdict[Queue, list[Delivery]] = defaultdict(list)
    for delivery in sorted(deliveries, key=attrgetter("position")):
        by_queue[delivery.queue].append(delivery)
    for queue, returned in by_queue.items():
        queue.give_back(returned)
