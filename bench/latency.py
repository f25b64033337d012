"""From the commit of a case to its being counted by the overview, over RabbitMQ and PostgreSQL at a steady 50 cases a
second; beside a raw kombu round trip (publish, wait for the confirm, consume in another process) at the same rate.

Intake opens the cases in one process, reporting hears them in another. A case counts as visible when the overview's own
query shows it.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from uuid import uuid4

from bench.broker import URL, drop
from bench.databases import fresh_postgres

RATE = 50  # cases a second
CASES = 500
SERVICES = ("intake", "vault", "reporting")


def main() -> None:
    ours = _pair("intake", "reporting")
    peer = _pair("sender", "receiver")
    print(
        json.dumps(
            {
                "figure": "b_commit_to_overview_ms",
                "cases_per_second": RATE,
                **{name: round(value, 2) for name, value in ours.items()},
                "peer_name": "kombu confirmed publish to consume",
                **{f"peer_{name}": round(value, 2) for name, value in peer.items()},
                "ratio": round(ours["p50"] / peer["p50"], 1),
                "aim": "p50 within 5 round trips, p99 under 250 ms",
                "fsync": "synchronous_commit=on, quorum queue",
            }
        ),
        flush=True,
    )


def _pair(first: str, second: str) -> dict[str, float]:
    queue = f"bench{uuid4().hex[:8]}"
    with tempfile.TemporaryDirectory() as folder, fresh_postgres("postgresql", *SERVICES) as url:
        hearing = _start(second, str(url), queue, folder)
        assert hearing.stdout is not None
        assert hearing.stdout.readline().strip() == "ready"
        saying = _start(first, str(url), queue, folder)
        try:
            assert saying.stdout is not None
            committed = json.loads(saying.stdout.readline())
            visible = json.loads(hearing.stdout.readline())
        finally:
            for process in (saying, hearing):
                process.kill()
                process.wait()
            drop(queue, "songtor.intake.reporting")
    times = sorted((visible[key] - at) * 1000 for key, at in committed.items())
    cuts = statistics.quantiles(times, n=100)
    return {"p50": cuts[49], "p95": cuts[94], "p99": cuts[98]}


def _start(part: str, url: str, queue: str, folder: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-m", "bench.latency", part, url, queue, folder]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def _runtime(wiring, url: str, folder: str):
    import eventlet

    from services.kernel import settings
    from services.kernel.errors import Unavailable
    from services.kernel.runtime import Ports, ServiceRuntime, in_turn

    def nobody(service, *_):
        raise Unavailable(service)

    env = {"SONGTOR_DATABASE_URL": f"{url}_{{service}}"}
    ports = Ports(lambda: datetime.now(UTC), eventlet.sleep, nobody, in_turn)
    runtime = ServiceRuntime(settings.read(env, data=folder), wiring, ports)
    runtime.prepare()
    return runtime


def intake(url: str, queue: str, folder: str) -> None:
    import eventlet

    from services.intake.service import WIRING, IntakeService
    from services.kernel.relay import BrokerPublisher, Relay, follow
    from services.kernel.rpc import within

    runtime = _runtime(WIRING, url, folder)
    service = IntakeService()
    service.runtime = runtime
    eventlet.spawn(
        follow, Relay(runtime.log, BrokerPublisher(URL, "intake", within)), lambda: False, eventlet.sleep, 0.2
    )
    committed = {}
    for _ in range(CASES):
        due = time.time() + 1 / RATE
        call = {"caller": {"user": "worker-60", "role": "worker", "centres": ["60"]}, "id": str(uuid4())}
        body = {
            "centre": "60",
            "channel": "walk_in",
            "found": {},
            "person": {"identity_status": "unknown", "sex": "male", "nationality": "thai", "domicile": []},
            "danger": "none",
        }
        answer = service.open_case(call, body)["answer"]
        committed[answer["case_id"]] = time.time()
        eventlet.sleep(max(0.0, due - time.time()))
    eventlet.sleep(1)
    print(json.dumps(committed), flush=True)
    eventlet.sleep(60)


def reporting(url: str, queue: str, folder: str) -> None:
    import eventlet
    from sqlalchemy import select

    from services.kernel.rpc import within
    from services.kernel.subscription import Subscription
    from services.reporting.projections.milestones import milestones
    from services.reporting.service import WIRING

    runtime = _runtime(WIRING, url, folder)
    eventlet.spawn(Subscription(runtime.inbox, "intake", URL, lambda: False, within).run)
    eventlet.sleep(1)
    print("ready", flush=True)
    visible: dict[str, float] = {}
    seen = 0
    while len(visible) < CASES:
        rings = runtime.log.bell.rings
        query = (
            select(milestones.c.case_id, milestones.c.position)
            .where(milestones.c.type == "CaseOpened", milestones.c.position > seen)
            .order_by(milestones.c.position)
        )
        rows = runtime.read(lambda db, query=query: list(db.execute(query)))
        at = time.time()
        for row in rows:
            visible[row.case_id] = at
            seen = row.position
        runtime.log.bell.wait(rings, 1)
    print(json.dumps(visible), flush=True)
    eventlet.sleep(60)


def sender(url: str, queue: str, folder: str) -> None:
    import eventlet
    from kombu import Connection

    connection = Connection(URL, transport_options={"confirm_publish": True})
    producer = connection.Producer()
    committed = {}
    for number in range(CASES):
        due = time.time() + 1 / RATE
        committed[str(number)] = time.time()
        producer.publish(
            str(number),
            routing_key=queue,
            content_type="text/plain",
            content_encoding="utf-8",
            delivery_mode=2,
        )
        eventlet.sleep(max(0.0, due - time.time()))
    eventlet.sleep(1)
    print(json.dumps(committed), flush=True)
    eventlet.sleep(60)


def receiver(url: str, queue: str, folder: str) -> None:
    from kombu import Connection, Consumer, Queue

    visible = {}

    def on_message(message) -> None:
        visible[message.body if isinstance(message.body, str) else message.body.decode()] = time.time()
        message.ack()

    with Connection(URL) as connection:
        listening = Queue(queue, routing_key=queue, durable=True, queue_arguments={"x-queue-type": "quorum"})
        with Consumer(connection.channel(), queues=[listening], on_message=on_message):
            print("ready", flush=True)
            while len(visible) < CASES:
                connection.drain_events(timeout=30)
    print(json.dumps(visible), flush=True)
    time.sleep(60)


if __name__ == "__main__":
    if len(sys.argv) == 1:
        main()
    else:
        import eventlet

        eventlet.monkey_patch()
        parts = {"intake": intake, "reporting": reporting, "sender": sender, "receiver": receiver}
        parts[sys.argv[1]](*sys.argv[2:])
