"""The distributed system under load while things break: its own RabbitMQ node and PostgreSQL cluster, its own
processes.

Used by tests/faults for minutes and by `python -m bench.soak` for as long as one likes.
"""

import json
import random
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import kombu
from sqlalchemy.engine import make_url

from tests.support import databases
from tests.support.client import until
from tests.support.crashing import POINTS
from tests.support.history import Verdict, check, rows
from tests.support.load import Load
from tests.support.running import Running, Supervisor, done, environment, run, wait_ready
from tests.support.servers import PostgresServer, RabbitServer, free_port

ROOT = Path(__file__).parents[2]
REPLICAS = {"intake": 2, "screening": 1, "partners": 1, "referral": 2, "reporting": 1, "web": 1}
SERVICES = tuple(REPLICAS)
USERS = {"worker-60": "60", "worker-61": "61"}
DOOMED = 0.5  # of all process starts end at a point of the kernel
PASSES = (3, 60)  # it is passed so many times before
SETTLE_SECONDS = 90.0


class Doomed(Running):
    """A service whose every start may be armed to end at a point of the kernel."""

    def __init__(self, service: str, replica: int, world: "World") -> None:
        super().__init__(["up", "--service", service], world.env, world.folder / f"{service}-{replica}.log")
        self.service, self.world = service, world
        self.chance = random.Random(f"{world.seed} {service} {replica}")

    def start(self) -> Self:
        self.doom = ()
        if self.world.crashing and self.chance.random() < DOOMED:
            point, count = self.chance.choice(sorted(POINTS)), self.chance.randint(*PASSES)
            self.doom = (point, str(count), str(self.world.hits))
        return super().start()


@dataclass
class Row:
    """One line of the failure table."""

    fault: str
    hits: int
    lost: int
    duplicated: int


@dataclass
class World:
    """Servers, processes, load and faults. `folder` must be open to the user who runs PostgreSQL."""

    folder: Path
    seed: int
    clients: int = 4
    crashing: bool = True
    faults: list[tuple[float, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self.postgres = PostgresServer(self.folder / "postgres")
        self.rabbit = RabbitServer(self.folder / "rabbit")
        self.hits = self.folder / "hits"
        port = free_port()
        self.address = f"http://127.0.0.1:{port}"
        self.env = environment(
            SONGTOR_DATA=str(self.folder / "data"),
            SONGTOR_DATABASE_URL=self.postgres.url("x_{service}", databases.ROLE),
            SONGTOR_BROKER_URL=self.rabbit.url(),
            SONGTOR_HTTP=f"127.0.0.1:{port}",
            PYTHONPATH=str(ROOT),
        )
        self.services = Supervisor(
            [Doomed(name, n, self) for name, count in REPLICAS.items() for n in range(1, count + 1)]
        )

    def url(self, service: str) -> str:
        """Of a service's database, for whoever may look at all of it."""
        return self.postgres.url(f"x_{service}")

    # -- from start to end -------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        with ThreadPoolExecutor(1) as beside:
            broker = beside.submit(self.rabbit.start)
            self.postgres.start()
            databases.role(make_url(self.postgres.url()))
            for user, centre in USERS.items():
                done("users", "add", user, "--role", "worker", "--centre", centre, env=self.env)
            tokens = {user: done("token", user, env=self.env).strip() for user in USERS}
            broker.result()
        self.services.start()
        wait_ready(self.address)
        self.load = Load(self.address, tokens, self.seed, self.clients)
        self.load.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.services.kill()
        self.rabbit.kill()
        self.postgres.kill()

    def run(self, seconds: float, say: Callable[[str], None]) -> None:
        """Let things break for some time; then everything runs again and has nothing left to do."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(self.chance.uniform(1.0, 4.0))
            name, strike = self.chance.choices(*zip(*self._choices(), strict=True))[0]
            self._note(name)
            say(f"{end - time.monotonic():6.1f} s left: {name}")
            strike()
        self.crashing = False
        self.load.stop()
        # Those that are armed would go on to break; the rest must do without a restart.
        for process in self.services.processes:
            if process.doom:
                process.kill()
        wait_ready(self.address)
        until(self._behind, lambda behind: not behind, "every subscription at its head", SETTLE_SECONDS)

    def _behind(self) -> list[str]:
        """Logs that are not yet published or heard to their ends."""
        heads = {name: rows(self.url(name), "SELECT position FROM log_head")[0][0] for name in SERVICES[:-1]}
        cursors = [
            (name, *row)
            for name in SERVICES[:-1]
            for row in rows(self.url(name), "SELECT source, position FROM inbox_cursor")
        ]
        relays = [(name, rows(self.url(name), "SELECT position FROM relay_cursor")[0][0]) for name in heads]
        return [
            *(f"{name} hears {source}" for name, source, at in cursors if at != heads[source]),
            *(f"{name} publishes" for name, at in relays if name != "reporting" and at != heads[name]),
        ]

    # -- what breaks -------------------------------------------------------------------------------------------------

    def _choices(self) -> list[tuple[tuple[str, Callable[[], None]], float]]:
        return [
            *(((_kill_of(name), lambda name=name: self._kill(name)), 1.0) for name in SERVICES),
            (("RabbitMQ stopped and started", lambda: self._outage(self.rabbit.stop)), 0.6),
            (("kill -9 of RabbitMQ", lambda: self._outage(self.rabbit.kill)), 0.6),
            (("every queue deleted", self._delete_queues), 1.4),
            (("PostgreSQL restarted", self.postgres.restart), 1.2),
            (("kill -9 of PostgreSQL", self._power_cut), 1.2),
        ]

    def _note(self, name: str) -> None:
        self.faults.append((time.monotonic(), name))

    def _kill(self, service: str) -> None:
        replicas = [p for p in self.services.processes if isinstance(p, Doomed) and p.service == service]
        process = self.chance.choice(replicas)
        if process.alive:
            process.kill()

    def _outage(self, stop: Callable[[], None]) -> None:
        """Some service dies during the outage too, and comes up to find no broker."""
        stop()
        for service in self.chance.sample(SERVICES, self.chance.randint(0, 2)):
            self._note(_kill_of(service))
            self._kill(service)
        time.sleep(self.chance.uniform(0.0, 3.0))
        self.rabbit.start()

    def _power_cut(self) -> None:
        self.postgres.kill()
        time.sleep(self.chance.uniform(0.0, 2.0))
        self.postgres.start()

    def _delete_queues(self) -> None:
        with kombu.Connection(self.rabbit.url(), connect_timeout=5) as connection:
            channel = connection.default_channel
            for name in self.queues():
                channel.queue_delete(name)

    def queues(self) -> list[str]:
        """The names of all queues, by the node's own tool."""
        debian = Path("/usr/lib/rabbitmq/bin/rabbitmqctl")
        listed = subprocess.run(
            [str(debian) if debian.exists() else "rabbitmqctl", "-n", f"songtor-{self.rabbit.port}@localhost",
             *"--quiet list_queues --no-table-headers name".split()],
            env={**self.env, "HOME": str(self.rabbit.directory)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return listed.stdout.split()

    # -- what is left ------------------------------------------------------------------------------------------------

    def verify(self) -> str:
        """`songtor verify`: what it says if it is not content."""
        ended = run("verify", env=self.env)
        return "" if ended.returncode == 0 else ended.stdout + ended.stderr

    def errors(self) -> list[str]:
        """What the services logged as an error, by kind and place with how often: why a door answered 500."""
        found: Counter[str] = Counter()
        for process in self.services.processes:
            for line in process.said().splitlines():
                if '"level": "error"' in line:
                    told = json.loads(line)
                    found[f"{told['logger']} {told.get('error')} {told.get('place')}"] += 1
        return [f"{count} x {what}" for what, count in found.most_common()]

    def check(self) -> Verdict:
        return check(self.url, self.load.book.acknowledged)

    def read_models(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every read model, by table."""
        found = {}
        for service in SERVICES[:-1]:
            url = self.url(service)
            sql = r"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '_v[0-9]+$'"
            for (table,) in rows(url, sql):
                select = f'SELECT * FROM "{table}"'  # noqa: S608 (PostgreSQL's own name)
                found[f"{service}.{table}"] = sorted((tuple(row) for row in rows(url, select)), key=repr)
        return found

    def table(self, verdict: Verdict) -> list[Row]:
        """How often each fault struck. What was lost or came twice counts for the last fault before it was told."""
        points = Counter(self.hits.read_text().splitlines()) if self.hits.exists() else Counter()
        hits = Counter(name for _, name in self.faults)
        hits.update({f"kill -9: {point}": count for point, count in points.items()})

        def blamed(name: str, what: list[tuple[str, float | None]]) -> int:
            return sum(self._last_before(told) == name for _, told in what)

        return [
            Row(name, count, blamed(name, verdict.lost), blamed(name, verdict.duplicated))
            for name, count in sorted(hits.items())
        ]

    def _last_before(self, told: float | None) -> str | None:
        earlier = [name for at, name in self.faults if told is None or at <= told]
        return earlier[-1] if earlier else None


def _kill_of(service: str) -> str:
    return f"kill -9 of {service}"


def printed(table: list[Row], figures: Mapping[str, object]) -> str:
    """The failure table as Markdown, with the figures of the run below."""
    lines = ["| fault | times hit | lost | duplicated |", "|---|---:|---:|---:|"]
    lines += [f"| {row.fault} | {row.hits} | {row.lost} | {row.duplicated} |" for row in table]
    total = (sum(getattr(row, name) for row in table) for name in ("hits", "lost", "duplicated"))
    lines.append("| **all** | " + " | ".join(f"**{count}**" for count in total) + " |")
    lines += ["", "; ".join(f"{name} {value}" for name, value in figures.items())]
    return "\n".join(lines)
