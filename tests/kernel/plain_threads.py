"""A host of plain threads for services of the kernel: kombu and `threading`, no eventlet, no nameko, on the wire that
nameko speaks.

python -m tests.kernel.plain_threads TELLER LISTENER runs both toys (settings from the environment), talks to them over
the broker and prints as JSON what happened.
"""

import os
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import copy_context
from threading import Event, Thread
from typing import Any
from uuid import uuid4

import orjson
from kombu import Connection, Consumer, Exchange, Producer, Queue
from kombu.serialization import register

from services.kernel import errors, sealing, settings
from services.kernel.doors import Doors, doors_of
from services.kernel.errors import EXPECTED, Unavailable
from services.kernel.keys import MasterKey
from services.kernel.relay import BrokerPublisher, Relay, follow
from services.kernel.runtime import Ports, ServiceRuntime, utc_now, without_limit
from services.kernel.settings import Settings
from services.kernel.subscription import Subscription
from services.kernel.timers import keep_time
from tests.kernel.toys import Toys

RPC = Exchange("nameko-rpc", type="topic", durable=True)
AT_ONCE = 4  # calls a service works on at once
LOOK = 0.2  # seconds between looks whether to stop
PATIENCE = 20.0


def seal_messages(key: bytes) -> None:
    sealing.configure(key)
    register("sealed", sealing.dumps, sealing.loads, sealing.CONTENT_TYPE, sealing.CONTENT_ENCODING)


@contextmanager
def taking(url: str, queue: Queue, take: Callable[[Any, Any], None]) -> Iterator[Connection]:
    """A connection on which `take(body, message)` gets what comes to a queue, one at a time."""
    with Connection(url, connect_timeout=5) as connection, connection.channel() as channel:
        with Consumer(channel, [queue], callbacks=[take], accept=["sealed"], prefetch_count=1):
            yield connection


class RpcClient:
    """Asks a door over the broker: a connection and a queue of its own for each question."""

    def __init__(self, url: str) -> None:
        self._url = url

    def __call__(
        self, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
    ) -> Any:
        name, replies = str(uuid4()), []
        queue = Queue(f"rpc.reply-{name}", RPC, routing_key=name, exclusive=True, auto_delete=True)
        with taking(self._url, queue, lambda reply, _: replies.append(reply)) as connection:
            Producer(connection.channel()).publish(
                {"args": [dict(call), dict(body)], "kwargs": {}},
                exchange=RPC,
                routing_key=f"{service}.{door}",
                serializer="sealed",
                reply_to=name,
                correlation_id=name,
                expiration=seconds,
            )
            try:
                connection.drain_events(timeout=seconds)
            except TimeoutError:
                raise Unavailable(f"The service {service} did not answer within {seconds:.0f} s.") from None
        [reply] = replies
        if reply["error"]:
            raise _remote(reply["error"])
        return reply["result"]


def _described(error: Exception) -> dict[str, Any]:
    kind = type(error)
    arguments = list(error.args) if isinstance(error, EXPECTED) else []
    return {
        "exc_type": kind.__name__,
        "exc_path": f"{kind.__module__}.{kind.__name__}",
        "exc_args": arguments,
        "value": kind.__name__,
    }


def _remote(error: Mapping[str, Any]) -> Exception:
    if error["exc_path"] == f"{errors.__name__}.{error['exc_type']}":
        kind: type[Exception] = getattr(errors, error["exc_type"])
        return kind(*error["exc_args"])
    return RuntimeError(f"{error['exc_type']} in another service")


def gather(tasks: Sequence[Callable[[], Any]]) -> list[Any]:
    with ThreadPoolExecutor(len(tasks)) as pool:
        return [each.result() for each in [pool.submit(copy_context().run, task) for task in tasks]]


class Host:
    """One service: threads that take its calls, its relay, its subscriptions and its deadlines."""

    def __init__(self, service: type[Doors], settings: Settings) -> None:
        self.service, self.url = service, settings.broker_url
        ports = Ports(now=utc_now, pause=self._pause, ask=RpcClient(self.url), together=gather)
        self.runtime = ServiceRuntime(settings, service.runtime.wiring, ports)
        self._stopping = Event()
        self._threads: list[Thread] = []

    def start(self) -> None:
        self.runtime.prepare()
        runtime, wiring, stopping = self.runtime, self.service.runtime.wiring, self._stopping.is_set
        relay = Relay(runtime.log, BrokerPublisher(self.url, self.service.name, without_limit))
        jobs: list[Callable[[], None]] = [self._serve] * AT_ONCE
        jobs.append(lambda: follow(relay, stopping, self._pause, LOOK))
        jobs += [Subscription(runtime.inbox, s, self.url, stopping, without_limit).run for s in wiring.hears]
        if wiring.when_due is not None:
            jobs.append(lambda: keep_time(runtime.service, runtime.fire_timers, stopping, self._pause))
        self._threads = [Thread(target=job) for job in jobs]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self.runtime.log.grown.ring()
        for thread in self._threads:
            thread.join()
        self.runtime.close()

    def _pause(self, seconds: float) -> None:
        self._stopping.wait(seconds)

    def _serve(self) -> None:
        name = self.service.name
        queue = Queue(f"rpc-{name}", RPC, routing_key=f"{name}.*", durable=True)

        def answer(request: Any, message: Any) -> None:
            door = message.delivery_info["routing_key"].rpartition(".")[2]
            Producer(message.channel).publish(
                self._answer(door, *request["args"]),
                exchange=RPC,
                routing_key=message.properties["reply_to"],
                correlation_id=message.properties["correlation_id"],
                serializer="sealed",
            )
            message.ack()

        with taking(self.url, queue, answer) as connection:
            while not self._stopping.is_set():
                try:
                    connection.drain_events(timeout=LOOK)
                except TimeoutError:
                    continue

    def _answer(self, door: str, call: Mapping[str, Any], body: Mapping[str, Any]) -> dict[str, Any]:
        service: Any = self.service()
        service.runtime = self.runtime
        try:
            if door not in doors_of(self.service):
                raise errors.NotFound(door)
            return {"result": getattr(service, door)(call, body), "error": None}
        except Exception as error:
            return {"result": None, "error": _described(error)}


def call(role: str) -> dict[str, Any]:
    return {
        "caller": {"user": "u", "role": role, "centres": ["60"]},
        "id": str(uuid4()),
        "fingerprint": "",
    }


def converse(ask: RpcClient, toys: Toys) -> dict[str, Any]:
    """A command, the same again, one refused; then the listener is asked until it has heard."""
    person = {"case_id": "case 1", "name": "Somying Jaidee", "note": None}
    opening = call("worker")
    first = ask(toys.teller, "open", opening, person, 10)
    again = ask(toys.teller, "open", opening, person, 10)
    try:
        refused = ask(toys.teller, "open", call("ministry"), person, 10)
    except Exception as error:
        refused = type(error).__name__
    ask(toys.teller, "add", call("worker"), {"case_id": "case 1", "amount": 7}, 10)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        wait = {"wait": {toys.teller: 2}}
        tally = ask(toys.listener, "tally", {**call("worker"), **wait}, {"case_id": "case 1"}, 10)
        if not tally["stale"]:
            break
    return {"first": first, "again": again, "refused": refused, "tally": tally["answer"]}


def main() -> None:
    here = settings.read(os.environ)
    toys = Toys(*sys.argv[1:])
    seal_messages(MasterKey.load(here.master_key_file, create=here.make_master_key).derive("rpc"))
    hosts = [Host(toys.Teller, here), Host(toys.Listener, here)]
    for host in hosts:
        host.start()
    try:
        said = converse(RpcClient(here.broker_url), toys)
        problems = [sentence for host in hosts for sentence in host.runtime.verify()]
        published = hosts[0].runtime.status()["published"]
    finally:
        for host in hosts:
            host.stop()
    foreign = sorted({name.partition(".")[0] for name in sys.modules} & {"eventlet", "nameko"})
    # A socket that a patch had touched would be of another class.
    plain = socket.socket.__module__ == "socket" and Thread.__module__ == "threading"
    said |= {"problems": problems, "published": published, "foreign": foreign, "plain": plain}
    print(orjson.dumps(said).decode())


if __name__ == "__main__":
    main()
