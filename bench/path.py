"""The whole path of an event in events per second: append -> relay -> RabbitMQ queue -> subscriber's log and read
model, all durable; beside nameko's own EventDispatcher and event_handler doing nothing but carrying the same data.

Two processes (the source with its relay, the subscriber) and the broker share the machine. The source appends in units
of 100 events.
"""

import json
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from bench.broker import URL, drop
from bench.databases import fresh_postgres

EVENTS = 30_000
BATCH = 100
PEER_EVENTS = 1_500
LIMIT = 120.0  # seconds


def main() -> None:
    peer = _peer()
    for database, aim in (("postgresql", 5_000), ("sqlite", 10_000)):
        rate = _ours(database)
        print(
            json.dumps(
                {
                    "figure": "c_path_events_per_second",
                    "database": database,
                    "ours": rate,
                    "peer": peer,
                    "peer_name": "nameko EventDispatcher + event_handler",
                    "ratio": round(rate / peer, 1),
                    "aim": aim,
                    "events": EVENTS,
                }
            ),
            flush=True,
        )


def _ours(database: str) -> int:
    name = f"bench{uuid4().hex[:8]}"
    with (
        tempfile.TemporaryDirectory() as folder,
        fresh_postgres(database) as source,
        fresh_postgres(database) as target,
    ):
        urls = source or f"sqlite:///{Path(folder) / 'a.db'}", target or f"sqlite:///{Path(folder) / 'b.db'}"
        subscriber = _start("subscriber", name, urls[1])
        assert subscriber.stdout is not None
        assert subscriber.stdout.readline().strip() == "ready"
        publisher = _start("publisher", name, urls[0])
        try:
            assert publisher.stdout is not None
            started = float(publisher.stdout.readline())
            ended = float(subscriber.stdout.readline())
        finally:
            for process in (publisher, subscriber):
                process.kill()
                process.wait()
            drop(f"songtor.{name}.listener")
        return round(EVENTS / (ended - started))


def _start(part: str, name: str, url: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-m", "bench.path", part, name, url]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def publisher(name: str, url: str) -> None:
    import eventlet

    from bench.counting import COUNTER, Count, macs
    from services.kernel import schema
    from services.kernel.database import Database
    from services.kernel.envelope import Envelope
    from services.kernel.eventlog import EventLog
    from services.kernel.relay import BrokerPublisher, Relay, follow
    from services.kernel.rpc import within
    from services.kernel.wiring import Wiring

    wiring = Wiring(name, (COUNTER,))
    base = Database(url)
    schema.prepare(base, wiring)
    log = EventLog(base, wiring, macs=macs(wiring.service))
    eventlet.spawn(follow, Relay(log, BrokerPublisher(URL, name, within)), lambda: False, eventlet.sleep, 0.2)
    moment = "2026-11-22T00:00:00.000000Z"
    print(time.time(), flush=True)
    for number in range(EVENTS // BATCH):
        id = str(uuid4())

        def work(unit, number=number):
            for step in range(BATCH):
                unit.handle(COUNTER, f"{number}-{step // 10}", Count(f"{number}-{step // 10}", "x" * 120))

        log.execute(Envelope(id, "f", "worker-60", "60", moment, moment, id, id), work)
        eventlet.sleep(0)
    eventlet.sleep(LIMIT)


def subscriber(name: str, url: str) -> None:
    import eventlet

    from bench.counting import COUNTS, macs
    from services.kernel import schema
    from services.kernel.database import Database
    from services.kernel.errors import Unavailable
    from services.kernel.eventlog import EventLog
    from services.kernel.inbox import Inbox
    from services.kernel.rpc import within
    from services.kernel.subscription import Subscription
    from services.kernel.wiring import Wiring

    def now() -> datetime:
        return datetime.now(UTC)

    def nobody(source, after, limit):
        raise Unavailable("pages come by the broker here")

    wiring = Wiring("listener", (), (COUNTS,), {name: {"*": ()}})
    base = Database(url)
    schema.prepare(base, wiring)
    log = EventLog(base, wiring, macs=macs(wiring.service))
    schema.prepare_read_models(log, now, eventlet.sleep)
    inbox = Inbox(log, now, nobody, eventlet.sleep)
    eventlet.spawn(Subscription(inbox, name, URL, lambda: False, within).run)
    eventlet.sleep(1)
    print("ready", flush=True)
    while inbox.position(name) < EVENTS:
        eventlet.sleep(0.02)
    print(time.time(), flush=True)
    eventlet.sleep(LIMIT)


def _peer() -> int:
    command = [sys.executable, "-W", "ignore", "-m", "bench.path", "peer", "", ""]
    return int(
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip().splitlines()[-1]
    )


def peer() -> None:
    """nameko's dispatcher with its defaults (persistent, confirmed one by one) to a handler that only counts."""
    import eventlet
    from nameko.containers import ServiceContainer
    from nameko.events import event_handler
    from nameko.standalone.events import event_dispatcher

    config = {"AMQP_URI": URL}
    name = f"bench{uuid4().hex[:8]}"
    heard = []

    class Listener:
        pass

    Listener.name = f"{name}listener"  # type: ignore[attr-defined]

    def on_counted(self, payload):
        heard.append(payload["count"])

    Listener.on_counted = event_handler(name, "Counted")(on_counted)  # type: ignore[attr-defined]
    container = ServiceContainer(Listener, config)
    container.start()
    dispatch = event_dispatcher(config)
    started = time.perf_counter()
    for number in range(PEER_EVENTS):
        dispatch(name, "Counted", {"case_id": str(uuid4()), "count": number, "note": "x" * 120})
        eventlet.sleep(0)
    while len(heard) < PEER_EVENTS:
        eventlet.sleep(0.005)
    print(round(PEER_EVENTS / (time.perf_counter() - started)), flush=True)
    container.kill()
    drop(f"evt-{name}-Counted--{name}listener.on_counted")


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        import eventlet

        eventlet.monkey_patch()
        {"publisher": publisher, "subscriber": subscriber, "peer": lambda *_: peer()}[sys.argv[1]](
            *sys.argv[2:]
        )
