"""Two versions of the program side by side on one installation, while clients work: their processes, and the one
address behind which the front doors of both stand."""

import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Self

import kombu
from sqlalchemy.engine import make_url

from tests.support import databases
from tests.support.client import until
from tests.support.history import Verdict, check, rows
from tests.support.load import Load
from tests.support.running import PATIENCE, Running, done, environment, wait_ready
from tests.support.servers import PostgresServer, RabbitServer, free_port

ORDER = ("intake", "screening", "partners", "referral", "reporting", "web")
LOGS = ORDER[:-1]
REPLICAS = {"intake": 2, "referral": 2}  # of the earlier version; one of each other service
USERS = {"worker-60": "60", "worker-61": "61"}
SEED = 2557
CLIENTS, PAUSE = 3, (0.02, 0.1)  # seconds after which a client asks again
BETWEEN = 1.5  # seconds of work between the turns of two services
START_SECONDS, END_SECONDS = PATIENCE, 30.0
READ_MODELS = r"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename ~ '_v[0-9]+$'"


@dataclass
class Turns:
    """An installation of the program in the tree `old` that goes over to the one in `new`. `folder` must be open to the
    user who runs PostgreSQL."""

    folder: Path
    old: Path
    new: Path
    headers: Mapping[str, str] = field(default_factory=dict)  # of every request
    before: dict[str, list["Process"]] = field(default_factory=dict)
    after: dict[str, "Process"] = field(default_factory=dict)
    codes: dict[str, list[int]] = field(
        default_factory=dict
    )  # with which the earlier ones of a service ended

    def __post_init__(self) -> None:
        self.postgres = PostgresServer(self.folder / "postgres")
        self.rabbit = RabbitServer(self.folder / "rabbit")
        self.front = Front(free_port())
        self.address = f"http://127.0.0.1:{self.front.port}"

    def __enter__(self) -> Self:
        self.rabbit.start()
        self.postgres.start()
        databases.role(make_url(self.postgres.url()))
        for user, centre in USERS.items():
            self.command(self.old, "users", "add", user, "--role", "worker", "--centre", centre)
        tokens = {user: self.command(self.old, "token", user).strip() for user in USERS}
        for service in ORDER:
            count = REPLICAS.get(service, 1)
            self.before[service] = [self._start(self.old, service, f"before-{n}") for n in range(count)]
        [door] = self.before["web"]
        self.front.lead_to(door.port)
        wait_ready(self.address, lambda: door.alive)
        self.load = Load(self.address, tokens, SEED, CLIENTS, PAUSE, self.headers)
        self.load.start()
        return self

    def __exit__(self, *_: object) -> None:
        for process in (*chain.from_iterable(self.before.values()), *self.after.values()):
            process.kill()
        self.front.close()
        self.rabbit.kill()
        self.postgres.kill()

    def url(self, service: str) -> str:
        return self.postgres.url(f"x_{service}")

    def _env(self, tree: Path, port: int) -> dict[str, str]:
        return environment(
            SONGTOR_DATA=str(self.folder / "data"),
            SONGTOR_DATABASE_URL=self.postgres.url("x_{service}", databases.ROLE),
            SONGTOR_BROKER_URL=self.rabbit.url(),
            SONGTOR_HTTP=f"127.0.0.1:{port}",
            PYTHONPATH=str(tree),
        )

    def _start(self, tree: Path, service: str, name: str) -> "Process":
        port = free_port()
        started = Process(service, port, self._env(tree, port), self.folder / f"{service}-{name}.log")
        started.start()
        return started

    # -- the upgrade ---------------------------------------------------------------------------------------------------

    def go_over(self, by_themselves: tuple[str, ...]) -> None:
        """A service after the other; of those named the earlier processes must end by themselves, all others are told
        to."""
        for service in ORDER:
            time.sleep(BETWEEN)
            self._turn(service)
            if service in by_themselves:
                ended = f"the earlier {service} ends by itself"
                until(partial(self._left, service), lambda left: not left, ended, END_SECONDS)
            self.codes[service] = [each.end() for each in self.before[service]]
        time.sleep(BETWEEN)
        self.load.stop()
        until(self._behind, lambda behind: not behind, "every subscription at its head", 60)

    def _turn(self, service: str) -> None:
        """Until the new process serves."""
        new = self.after[service] = self._start(self.new, service, "after")
        if service == "web":
            wait_ready(f"http://127.0.0.1:{new.port}", lambda: new.alive)
            self.front.lead_to(new.port)
        else:
            until(partial(self._takes, service), bool, f"the new {service} takes requests", START_SECONDS)

    def _left(self, service: str) -> int:
        """How many of the earlier processes are left."""
        return sum(each.alive for each in self.before[service])

    def _takes(self, service: str) -> bool:
        """Whether the broker hands a service's requests to another process than the earlier ones that are left."""
        assert self.after[service].alive, self.after[service].tail()
        with kombu.Connection(self.rabbit.url(), connect_timeout=5) as connection:
            queue = connection.default_channel.queue_declare(f"rpc-{service}", passive=True)
        return int(queue.consumer_count) > self._left(service)

    def _behind(self) -> list[str]:
        heads = {name: rows(self.url(name), "SELECT position FROM log_head")[0][0] for name in LOGS}
        return [
            f"{name} hears {source}"
            for name in LOGS
            for source, at in rows(self.url(name), "SELECT source, position FROM inbox_cursor")
            if at != heads[source]
        ]

    # -- what is left --------------------------------------------------------------------------------------------------

    def check(self) -> Verdict:
        return check(self.url, self.load.book.acknowledged)

    def command(self, tree: Path, *arguments: str) -> str:
        """Standard output of `songtor ARGUMENTS` of a tree, which must succeed."""
        return done(*arguments, env=self._env(tree, self.front.port))

    def read_models(self) -> dict[str, list[tuple[object, ...]]]:
        """Every row of every read model, by table."""
        return {
            f"{service}.{table}": sorted(rows(self.url(service), f'SELECT * FROM "{table}"'), key=repr)  # noqa: S608
            for service in LOGS
            for (table,) in rows(self.url(service), READ_MODELS)
        }


class Process(Running):
    """`songtor up --service NAME` of the tree that `env` leads to."""

    def __init__(self, service: str, port: int, env: Mapping[str, str], log: Path) -> None:
        super().__init__(["up", "--service", service], env, log)
        self.port = port

    def end(self) -> int:
        """Its exit code, told to end if it has not."""
        assert self.process is not None, "not started"
        code = self.process.poll()
        return self.stop() if code is None else code


class Front:
    """One address; whoever connects there is led to the front door that serves at the moment."""

    def __init__(self, port: int) -> None:
        self.port, self.target = port, 0
        self._socket = socket.create_server(("127.0.0.1", port), backlog=64)
        threading.Thread(target=self._accept, daemon=True).start()

    def lead_to(self, port: int) -> None:
        """Whoever connects from now on; who is connected stays where they are."""
        self.target = port

    def close(self) -> None:
        self._socket.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._lead, args=(client,), daemon=True).start()

    def _lead(self, client: socket.socket) -> None:
        with client, suppress(OSError), socket.create_connection(("127.0.0.1", self.target)) as server:
            back = threading.Thread(target=_pump, args=(server, client), daemon=True)
            back.start()
            _pump(client, server)
            back.join()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for each in (source, target):
        with suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
