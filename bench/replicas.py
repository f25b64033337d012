"""What a case costs where every service is a process of its own: the processor time of all processes for each case that
eight clients open, with one replica of everything, and with two of the front door and of intake.

RabbitMQ and PostgreSQL are of the measurement alone. What the broker and the databases need is told apart. PostgreSQL
writes down whoever waits for another's lock for more than 5 ms, in any database: at full load, where each client opens
the next case at once and all stand in line for two cores, and at half of the cases a second that were reached so. With
two cores that everything shares, more cases a second cannot be expected of a second replica; dearer cases would be its
price.
"""

import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple, Self

import psutil
import requests

from bench import pages
from bench.idle import wait_ready_of_any
from tests.support.running import Running, done, environment
from tests.support.servers import PostgresServer, RabbitServer, free_port

SERVICES = ("screening", "partners", "referral", "reporting")
CLIENTS, WARM, CASES, ROUNDS = 8, 80, 400, 3
AIM, AIM_RATIO = 25, 1.1
SLOW = "5ms"  # a wait for a lock that is written down
WAIT = re.compile(rb"process \d+ still waiting for \w+ on ")
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
    twenty answers in ms; how many waits for a lock took longer than 5 ms, in all databases, for each case."""

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
        noting = ("log_lock_waits=on", f"deadlock_timeout={SLOW}")
        postgres, rabbit = (
            PostgresServer(folder / "postgres", options=noting),
            RabbitServer(folder / "rabbit"),
        )
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
        waits = Waits(folder / "postgres" / "output.log")
        one = alone.rounds(token, waits)
        half = alone.round(token, waits, one.cases / 2)
        both = alone + System.start(folder, env, stack, ("intake", "web"))
        two = both.rounds(token, waits)
        two_half = both.round(token, waits, two.cases / 2)
    ratio = round(two.ours / one.ours, 2)
    figure = {
        "figure": "v_replicas_ms_per_case",
        "ours": one.ours,
        "aim": AIM,
        "servers": one.servers,
        "cases_per_second": one.cases,
        "p95_ms": one.p95,
        "slow_waits_per_case": one.waits,
        "two": two._asdict(),
        "half": half._asdict(),
        "two_half": two_half._asdict(),
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

    def rounds(self, token: str, waits: "Waits") -> Cost:
        """The median of each figure."""
        self.open(token, WARM)
        found = [self.round(token, waits) for _ in range(ROUNDS)]
        return Cost(*(round(statistics.median(each), 3) for each in zip(*found, strict=True)))

    def round(self, token: str, waits: "Waits", rate: float | None = None) -> Cost:
        """`rate`: cases a second; without one, as many as come."""
        waits.count()
        servers, ours, started = _servers(), self.busy(), time.monotonic()
        times = self.open(token, CASES, rate)
        seconds = time.monotonic() - started
        self.settle(token)
        spent, beside = self.busy() - ours, _servers() - servers
        return Cost(
            round(1000 * spent / CASES, 2),
            round(1000 * beside / CASES, 2),
            round(CASES / seconds, 2),
            round(1000 * statistics.quantiles(times, n=20)[-1], 2),
            round(waits.count() / CASES, 3),
        )

    def open(self, token: str, count: int, rate: float | None = None) -> list[float]:
        """How long each answer took."""
        begun = time.monotonic()

        def client(number: int) -> list[float]:
            address, times = self.addresses[number % len(self.addresses)], []
            with requests.Session() as session:
                session.headers["Authorization"] = f"Bearer {token}"
                for done in range(count // CLIENTS):
                    if rate is not None:
                        due = begun + (done * CLIENTS + number) / rate
                        time.sleep(max(0.0, due - time.monotonic()))
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


class Waits:
    """What PostgreSQL wrote down of sessions that waited for a lock of another."""

    def __init__(self, log: Path) -> None:
        self._log, self._read = log, 0

    def count(self) -> int:
        """How many there were since the last time."""
        with self._log.open("rb") as log:
            log.seek(self._read)
            found = WAIT.findall(log.read())
            self._read = log.tell()
        return len(found)


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
