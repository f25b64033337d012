"""Where the shared tests run: each database and broker with the ways to break it, the same for both pairs."""

import os
import socket
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any
from uuid import uuid4

import eventlet
from kombu import Connection
from nameko.containers import ServiceContainer
from sqlalchemy import event, text
from sqlalchemy.engine import make_url

from services.kernel import embedded, sealing, settings
from services.kernel.database import Database
from services.kernel.direct import LocalServices
from services.kernel.extensions import hosted, nameko_config
from services.kernel.keys import MasterKey
from services.kernel.runtime import Ask, Ports, ServiceRuntime
from services.kernel.settings import Settings
from tests.kernel.toys import Toys
from tests.support import absent, databases
from tests.support.databases import Copy, administrator, cut_off, unprotected

BROKER = os.environ.get("SONGTOR_TEST_BROKER_URL", "pyamqp://guest:guest@127.0.0.1//")
PAIRS = ("sqlite+embedded", "postgresql+rabbitmq")


class Cable:
    """A TCP proxy before the broker, which can be cut, and refuse whoever calls again."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self._server: Any = None
        self._lines: list[Any] = []
        self._accepting: Any = None
        self.silent = False  # nothing passes, and nobody is told
        self._opened, self._frozen = (
            0,
            0,
        )  # how many lines were opened, and how many of these are silent for good
        self.mend()

    def mend(self) -> None:
        self.silent = False
        if self._server is None:
            self._server = eventlet.listen(("127.0.0.1", self.port))
            self.port = self._server.getsockname()[1]
            self._accepting = eventlet.spawn(self._accept, self._server)

    def cut(self) -> None:
        lines, self._lines = self._lines, []
        for line in lines:
            line.kill()  # its end closes both sockets

    def freeze(self) -> None:
        """On the lines of now nothing passes any more; new ones are well."""
        self._frozen = self._opened

    def unplug(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            self._accepting.kill()
            server.close()
        self.cut()

    def _accept(self, server: Any) -> None:
        while self._server is server:
            near, _ = server.accept()
            self._opened += 1
            line = self._carry, self._opened, near, eventlet.connect(self.target)
            self._lines.append(eventlet.spawn(*line))

    def _carry(self, number: int, near: Any, far: Any) -> None:
        """Both ways until one end closes or the line is cut."""
        back = eventlet.spawn(self._pump, number, far, near)
        try:
            self._pump(number, near, far)
        finally:
            back.kill()
            near.close()
            far.close()

    def _pump(self, number: int, one: Any, other: Any) -> None:
        with suppress(OSError, EOFError):
            while data := one.recv(65536):
                while self.silent or number <= self._frozen:
                    eventlet.sleep(0.02)
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)


@dataclass
class Place:
    """One pair: the toys' settings, and the faults a test may cause."""

    name: str
    toys: Toys
    settings: Settings
    cable: Cable | None
    containers: list[ServiceContainer] = field(default_factory=list)
    runtimes: list[ServiceRuntime] = field(default_factory=list)
    held: list[Callable[[], None]] = field(default_factory=list)

    @property
    def sqlite(self) -> bool:
        return self.name == "sqlite+embedded"

    # -- services ------------------------------------------------------------------------------------------------

    def runtime(self, service: type[Any], ports: Ports, pool: int = 12) -> ServiceRuntime:
        made = ServiceRuntime(self.settings, service.runtime.wiring, ports, pool)
        made.prepare()
        self.runtimes.append(made)
        return made

    def start(
        self, *services: type[Any], local: LocalServices | None = None, elsewhere: Ask | None = None
    ) -> list[ServiceRuntime]:
        """Real nameko containers; the runtimes they inject. Without `local` each is alone in its process, as far as it
        knows; `elsewhere`: how others are asked, if not by the broker."""
        key = MasterKey.load(self.settings.master_key_file, create=True)
        sealing.configure(key.derive("rpc"))
        injected = []
        for service in services:
            near = LocalServices() if local is None else local
            container = ServiceContainer(hosted(service), nameko_config(self.settings, near, elsewhere))
            container.start()
            self.containers.append(container)
            extension = next(e for e in container.dependencies if e.attr_name == "runtime")
            injected.append(extension.runtime)
        return injected

    def stop_first(self) -> None:
        """Stop the container that was started first."""
        self.containers.pop(0).stop()

    def stop(self) -> None:
        containers, self.containers = self.containers, []
        stopping = [eventlet.spawn(container.stop) for container in containers]
        for thread in stopping:
            thread.wait()

    # -- faults --------------------------------------------------------------------------------------------------

    def lose_queues(self) -> None:
        """The broker loses every queue of the toys with all that is in it."""
        if self.sqlite:
            embedded.forget(self._embedded)
            return
        with Connection(BROKER) as connection:
            for queue in self._queues():
                connection.channel().queue_delete(queue)

    def cut(self) -> None:
        """Every connection to the broker breaks."""
        if self.cable is not None:
            self.cable.cut()
            return
        for transport in list(embedded.brokers[self._embedded].transports):
            transport.lose()

    def unplug(self) -> None:
        """The broker is gone, until `mend`. (The embedded one cannot be: it loses all it has.)"""
        if self.cable is not None:
            self.cable.unplug()
        else:
            embedded.forget(self._embedded)

    def mend(self) -> None:
        if self.cable is not None:
            self.cable.mend()

    @contextmanager
    def database_down(self, runtime: ServiceRuntime) -> Iterator[None]:
        """The service's database answers nobody who wants to write."""
        if self.sqlite:
            quick = lambda raw, *_: raw.execute("PRAGMA busy_timeout = 20")  # noqa: E731
            event.listen(runtime.database._writer, "checkout", quick)
            with closing(sqlite3.connect(str(runtime.database.url.database), isolation_level=None)) as holder:
                holder.execute("BEGIN IMMEDIATE")
                yield
            event.remove(runtime.database._writer, "checkout", quick)
            return
        name = runtime.database.url.database
        with administrator() as db:
            db.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false'))
            cut_off(db, name)
            try:
                yield
            finally:
                db.execute(text(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true'))

    def copy(self, database: Database) -> Copy:
        """A backup of a database, to be restored by `Copy.restore`."""
        return Copy(database)

    def tamper(self, database: Database, sql: str, **values: Any) -> None:
        """Change what the triggers protect."""
        with unprotected(database) as db:
            assert db.execute(text(sql), values).rowcount > 0

    # -- afterwards ------------------------------------------------------------------------------------------------

    def close(self) -> None:
        self.mend()
        ending = [eventlet.spawn(container.kill) for container in self.containers]
        for thread in ending:
            thread.wait()
        for runtime in self.runtimes:
            runtime.close()
        self.runtimes.clear()
        if self.cable is not None:
            self.cable.unplug()
            with Connection(BROKER) as connection:
                for queue in self._queues():
                    connection.channel().queue_delete(queue)
        else:
            embedded.forget(self._embedded)

    @property
    def _embedded(self) -> str:
        return self.settings.broker_url.removeprefix("embedded://")

    def _queues(self) -> list[str]:
        toys = self.toys
        return [f"songtor.{toys.teller}.{toys.listener}", f"rpc-{toys.teller}", f"rpc-{toys.listener}"]


TROUBLE = """
CREATE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE chance integer := ('x' || substr(md5(NEW.event_id), 1, 2))::bit(8)::integer;
BEGIN
  PERFORM pg_sleep(chance * {slow});
  IF chance < {failing} THEN RAISE EXCEPTION 'given up'; END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON event DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION trouble()
"""


class GivenUp(Exception):
    """A commit that fails."""


@contextmanager
def troubled_commits(database: Database, failing: int = 256, slow: float = 0.0) -> Iterator[None]:
    """`failing` of 256 commits fail and the others take up to 256 * `slow` seconds, when they already have their
    positions."""
    if database.sqlite:
        chance = Random(failing)

        @event.listens_for(database._writer, "commit")
        def trouble(_: object) -> None:
            number = chance.randrange(256)
            eventlet.sleep(number * slow)
            if number < failing:
                raise GivenUp()

        yield
        event.remove(database._writer, "commit", trouble)
        return
    with database.write() as db:
        db.exec_driver_sql(TROUBLE.format(failing=failing, slow=slow))
    try:
        yield
    finally:
        with database.write() as db:
            db.exec_driver_sql("DROP TRIGGER trouble ON event; DROP FUNCTION trouble()")


def place(name: str, data: Path, mark: str, toys: Toys) -> Place:
    """`mark` names the PostgreSQL databases; they may be used by several places one after the other."""
    cable = None
    environ = {}
    if name == "postgresql+rabbitmq":
        absent.need("RabbitMQ")
        broker = make_url(BROKER)
        cable = Cable((str(broker.host), broker.port or 5672))
        environ["SONGTOR_BROKER_URL"] = broker.set(port=cable.port, host="127.0.0.1").render_as_string(
            hide_password=False
        )
        environ["SONGTOR_DATABASE_URL"] = databases.url(mark)
    else:
        environ["SONGTOR_BROKER_URL"] = f"embedded://{uuid4().hex}"
    return Place(name, toys, settings.read(environ, data=str(data)), cable)
