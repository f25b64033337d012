"""What a case costs where every service is a process of its own: the processor time of all processes for each case that
eight clients open, with one replica of everything, and with two of the front door and of intake.

RabbitMQ and PostgreSQL are of the measurement alone. What the broker and the databases need is told apart. Meanwhile
PostgreSQL is asked every 20 ms which of its sessions wait for a lock of another (pg_stat_activity). With two cores that
everything shares, more cases a second cannot be expected of a second replica; dearer cases would be its price.
"""

import json
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import psutil
import psycopg2
import requests

from bench import pages
from bench.idle import wait_ready_of_any
from tests.support.running import Running, done, environment
from tests.support.servers import PostgresServer, RabbitServer, free_port

SERVICES = ("screening", "partners", "referral", "reporting")
CLIENTS, WARM, CASES, ROUNDS = 8, 80, 400, 3
AIM, AIM_RATIO = 25, 1.1
EVERY = 0.02  # seconds between two looks at who waits
CASE = {
    "centre": "60",
    "channel": "walk_in",
    "found": {},
    "person": {
        "identity_status": "unknown",
        "sex": "male",
        "nationality": "thai",
        "domicile": [],
    },
    "danger": "none",
}


class Cost(NamedTuple):
    """Of one round: milliseconds of processor for each case, of ours and of the servers; cases a second; the slowest of
    twenty answers in ms; the share of looks at which a session waited for another's lock."""

    ours: float
    servers: float
    cases: float
    p95: float
    waits: float


def main() -> None:
    with ExitStack() as stack:
        name = stack.enter_context(
            tempfile.TemporaryDirectory(prefix="songtor-replicas-", ignore_cleanup_errors=True)
        )
        folder = Path(name)
        folder.chmod(0o755)  # the user who runs PostgreSQL must be able to enter
        postgres, rabbit = PostgresServer(folder / "postgres"), RabbitServer(folder / "rabbit")
        for server in (postgres, rabbit):
            server.start()
            stack.callback(server.kill)
        env = environment(
            SONGTOR_DATA=str(folder / "data"),
            SONGTOR_DATABASE_URL=postgres.url("replicas_{service}"),
            SONGTOR_BROKER_URL=rabbit.url(),
        )
        alone = System.start(folder, env, stack)
        done("users", "add", "worker-60", "--role", "worker", "--centre", "60", env=env)
        token = done("token", "worker-60", env=env).strip()
        one = alone.rounds(token, postgres)
        second = System.start(folder, env, stack, ("intake", "web"))
        two = (alone + second).rounds(token, postgres)
    ratio = round(two.ours / one.ours, 2)
    figure = {
        "figure": "v_replicas_ms_per_case",
        "ours": one.ours,
        "aim": AIM,
        "servers": one.servers,
        "cases_per_second": one.cases,
        "p95_ms": one.p95,
        "waits_for_locks": one.waits,
        "two": two._asdict(),
        "ratio_two_to_one": ratio,
        "aim_ratio": AIM_RATIO,
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(figure), flush=True)


@dataclass
class System:
    """Processes that run the services, and the addresses of their front doors."""

    running: list[Running]
    addresses: list[str]

    @classmethod
    def start(
        cls,
        folder: Path,
        env: dict[str, str],
        stack: ExitStack,
        services: Sequence[str] = ("intake", *SERVICES, "web"),
    ) -> Self:
        system = cls([], [])
        for service in services:
            port = free_port()
            own = {**env, "SONGTOR_HTTP": f"127.0.0.1:{port}"}
            each = Running(["up", "--service", service], own, folder / f"{service}-{port}.log", apart=True)
            system.running.append(stack.enter_context(each))
            if service == "web":
                system.addresses.append(f"http://127.0.0.1:{port}")
        for address in system.addresses:
            wait_ready_of_any(address)
        return system

    def __add__(self, more: Self) -> "System":
        return System(self.running + more.running, self.addresses + more.addresses)

    def rounds(self, token: str, postgres: PostgresServer) -> Cost:
        """The median of each figure."""
        self.open(token, WARM)
        found = [self.round(token, postgres) for _ in range(ROUNDS)]
        return Cost(*(round(statistics.median(each), 2) for each in zip(*found, strict=True)))

    def round(self, token: str, postgres: PostgresServer) -> Cost:
        looks = Looks(postgres.url())
        servers, ours, started = _servers(), self.busy(), time.monotonic()
        times = self.open(token, CASES)
        seconds = time.monotonic() - started
        self.settle(token)
        spent, beside = self.busy() - ours, _servers() - servers
        return Cost(
            1000 * spent / CASES,
            1000 * beside / CASES,
            CASES / seconds,
            1000 * statistics.quantiles(times, n=20)[-1],
            looks.end(),
        )

    def open(self, token: str, count: int) -> list[float]:
        """How long each answer took."""

        def client(number: int) -> list[float]:
            address, times = self.addresses[number % len(self.addresses)], []
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {token}"
                for _ in range(count // CLIENTS):
                    started = time.monotonic()
                    answer = session.post(f"{address}/api/v1/cases", json=CASE, timeout=30)
                    times.append(time.monotonic() - started)
                    assert answer.status_code == 201, answer.text
            return times

        with ThreadPoolExecutor(CLIENTS) as pool:
            return [each for times in pool.map(client, range(CLIENTS)) for each in times]

    def settle(self, token: str) -> None:
        """Until everybody has heard everything."""
        end = time.monotonic() + 60
        while time.monotonic() < end:
            answer = requests.get(
                f"{self.addresses[0]}/api/v1/reports/overview?centre=60",
                headers={"Authorization": f"Bearer {token}"},
                timeout=30,
            )
            if "Songtor-Stale" not in answer.headers:
                return
        raise SystemExit("Reporting did not catch up.")

    def busy(self) -> float:
        return sum(pages.busy(each.process.pid) for each in self.running if each.process is not None)


class Looks:
    """Who waits for a lock, looked at until the end."""

    def __init__(self, url: str) -> None:
        self._connection = psycopg2.connect(url)
        self._connection.autocommit = True
        self._over, self._waiting, self._looks = threading.Event(), 0, 0
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        sql = (
            "SELECT COUNT(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
            "AND datname LIKE 'replicas_%' AND now() - query_start > interval '5 ms'"
        )
        with self._connection.cursor() as cursor:
            while not self._over.wait(EVERY):
                cursor.execute(sql)
                self._looks += 1
                [(waiting,)] = cursor.fetchall()
                self._waiting += waiting > 0

    def end(self) -> float:
        self._over.set()
        self._thread.join()
        self._connection.close()
        return self._waiting / max(1, self._looks)


def _servers() -> float:
    """Processor seconds of this measurement's PostgreSQL and RabbitMQ."""
    total = 0.0
    for each in psutil.process_iter(["name", "cmdline", "cpu_times"]):
        if each.info["name"] in ("postgres", "beam.smp"):
            times = each.info["cpu_times"]
            total += times.user + times.system
    return total


if __name__ == "__main__":
    main()
