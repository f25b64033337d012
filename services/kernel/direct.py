"""Doors of services in this very process, called without the broker; nothing else about a call may differ
(kernel.wire).

No wait outlives its deadline. Whoever asks waits for one of the asked service's slots first, and gives up in time,
wherever in its wait it is; a door that asks another keeps its own slot only so long. So when doors wait for each other
in a circle and all slots are taken, the first deadline frees one. What asks nobody and is always needed (LANES) does
not stand in that queue at all.
"""

import logging
import time
from collections.abc import Mapping
from typing import Any

import eventlet
from eventlet.event import Event
from eventlet.greenthread import GreenThread
from eventlet.semaphore import Semaphore
from nameko.exceptions import MethodNotFound, UnserializableValueError

from services.kernel import database, wire
from services.kernel.doors import Doors, doors_of
from services.kernel.errors import EXPECTED, Unavailable
from services.kernel.runtime import Ask, ServiceRuntime
from services.kernel.wire import Reply

logger = logging.getLogger(__name__)

# How many direct calls a service works on at once; nameko counts those of other processes for itself. Followers pull
# `page`, whoever watches asks the others: behind users' questions a service with much to do would look dead, and its
# followers would fall behind. With subscriptions, relay and timer they need no more than a service's connections
# (database.POOL, twice that in need).
SLOTS = {"doors": 10, "log": 4, "health": 2}
LANES = {"page": "log", "status": "health", "figures": "health"}
STOP_SECONDS = 5.0  # for doors at work, before they are ended


class LocalService:
    """A service of this process: each call has an instance, a greenlet and so a context of its own, as nameko's workers
    have."""

    def __init__(self, kind: type[Doors], runtime: ServiceRuntime) -> None:
        self._kind, self._doors, self._runtime = kind, doors_of(kind), runtime
        self._lanes = {name: Semaphore(most) for name, most in SLOTS.items()}
        self._workers: set[GreenThread] = set()
        self._closed = False

    def answer(self, door: str, *parcel: Mapping[str, Any]) -> Reply:
        """The reply of a door to a call and a body, after waiting for a slot. Whoever stops waiting leaves the door to
        end by itself: it may be about to commit."""
        lane = self._lanes[LANES.get(door, "doors")]
        lane.acquire()
        if self._closed:
            lane.release()
            return wire.failed(self._not_running())
        reply = Event()
        worker = eventlet.spawn(self._reply, door, *parcel)
        self._workers.add(worker)
        worker.link(self._finish, lane, reply)
        arrived: Reply = reply.wait()
        return arrived

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Take no more calls, and let the doors at work end; those that do not are ended."""
        self._closed = True
        deadline = time.monotonic() + seconds
        while self._workers and time.monotonic() < deadline:
            eventlet.sleep(0.02)
        for worker in list(self._workers):
            worker.kill()

    def _reply(self, door: str, *parcel: Mapping[str, Any]) -> Reply:
        try:
            answer = self._method(door)(*parcel)
        except Exception as error:
            level = logging.WARNING if isinstance(error, EXPECTED) else logging.ERROR
            logger.log(level, "error in a door", exc_info=error, extra={"door": door})
            return wire.failed(error)
        try:
            return {"result": wire.transfer(answer), "error": None}
        except TypeError:
            return wire.failed(UnserializableValueError(answer))

    def _method(self, door: str) -> Any:
        if door not in self._doors:
            raise MethodNotFound(door)
        service = self._kind()
        service.runtime = self._runtime
        return getattr(service, door)

    def _finish(self, worker: GreenThread, lane: Semaphore, reply: Event) -> None:
        self._workers.discard(worker)
        lane.release()
        try:
            reply.send(worker.wait())
        except BaseException:  # it was ended with its service
            reply.send(wire.failed(self._not_running()))

    def _not_running(self) -> Unavailable:
        return wire.not_running(self._runtime.service)


class LocalServices(dict[str, LocalService]):
    """The services that run in this process now, by name."""

    def open(self, kind: type[Doors], runtime: ServiceRuntime) -> None:
        self[runtime.service] = LocalService(kind, runtime)

    def close(self, name: str, seconds: float = STOP_SECONDS) -> None:
        service = self.pop(name, None)
        if service is not None:
            service.stop(seconds)


class DirectClient:
    """Asks a service of this process itself, and any other through `elsewhere`."""

    def __init__(self, services: LocalServices, elsewhere: Ask) -> None:
        self._services, self._elsewhere = services, elsewhere

    def __call__(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        """The answer of `service.door`; Unavailable when it does not come in time or nobody serves."""
        local = self._services.get(service)
        if local is None:
            return self._elsewhere(service, door, call, body, seconds)
        database.require_no_transaction()
        parcel = wire.transfer((dict(call), dict(body)))
        with eventlet.Timeout(seconds, wire.late(service, seconds)):
            reply = local.answer(door, *parcel)
        return wire.result(reply)
