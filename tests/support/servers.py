"""Private RabbitMQ nodes and PostgreSQL clusters that tests may stop, kill and start again.

Each lives in its own directory on free ports of 127.0.0.1 and shares only epmd with the machine's servers.
It outlives the process that started it, until `stop` or `kill`; another process finds it by its directory.
"""

import os
import pwd
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

PATIENCE = 60.0  # seconds for a server to start or stop on a busy machine
# Nothing waits for the disk: databases are made and dropped ten times as fast, and only a power cut would damage them.
FORGETFUL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class ServerError(Exception):
    """A server does not start or does not stop: says which, with the end of its log."""


class NotInstalled(ServerError):
    """The server's programs are not on this machine."""


def free_port() -> int:
    """A TCP port of 127.0.0.1 on which nothing listens at this moment. It is none of those that a system gives to
    whoever asks for any (Linux: from 32768), so that it stays free while its server is stopped."""
    while True:
        port = random.SystemRandom().randrange(10000, 32768)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


class PostgresServer:
    """A PostgreSQL cluster in `directory`: superuser `postgres`, no password, UTF-8, TCP on 127.0.0.1 only.

    Made on first start. Run by root, it belongs to the user `postgres`, who must be able to enter there. `options` are
    the server's own, as `fsync=off`.
    """

    def __init__(self, directory: Path, port: int | None = None, options: Sequence[str] = ()) -> None:
        self.options = ("unix_socket_directories=", "max_connections=400", *options)
        self.directory = directory.resolve()
        self.port = port or _remembered_port(self.directory) or free_port()
        self._data = self.directory / "data"
        self._run = _Run(self.directory, owner="postgres" if os.geteuid() == 0 else None)

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """`postgresql://USER@127.0.0.1:PORT/DATABASE`."""
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def running(self) -> bool:
        """Whether its main process is alive."""
        return self._run.process() is not None

    def start(self) -> None:
        """Start it, on the same port and data as before, and wait until it takes connections."""
        if self.running():
            return
        binaries = _postgres_binaries()
        self._run.prepare(self.port)
        if not (self._data / "PG_VERSION").exists():
            shutil.rmtree(self._data, ignore_errors=True)
            self._run.complete(
                [
                    f"{binaries}/initdb",
                    *"-U postgres -A trust -E UTF8 --locale=C --no-sync".split(),
                    str(self._data),
                ]
            )
        self._run.launch(
            [
                f"{binaries}/postgres",
                *("-D", str(self._data), "-h", "127.0.0.1", "-p", str(self.port)),
                *(word for option in self.options for word in ("-c", option)),
            ],
            {**os.environ, "LC_ALL": "C"},
        )
        self._run.wait_until(self._ready)

    def _ready(self) -> bool:
        """By its postmaster.pid: whoever answers on the port might be another cluster."""
        process = self._run.process()
        try:
            lines = (self._data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return process is not None and lines[0] == str(process.pid) and lines[-1].strip() == "ready"

    def stop(self) -> None:
        """Stop it in good order, cutting its clients off."""
        self._run.end(signal.SIGINT)

    def kill(self) -> None:
        """kill -9 of all its processes, as at a power cut."""
        self._run.kill()

    def restart(self) -> None:
        """Stop, then start."""
        self.stop()
        self.start()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class RabbitServer:
    """A RabbitMQ node: user and password `guest`, vhost `/`, no plugins, everything in `directory`."""

    def __init__(self, directory: Path, port: int | None = None) -> None:
        self.directory = directory.resolve()
        self.port = port or _remembered_port(self.directory) or free_port()
        self._run = _Run(self.directory, owner=None)

    def url(self) -> str:
        """`pyamqp://guest:guest@127.0.0.1:PORT//`."""
        return f"pyamqp://guest:guest@127.0.0.1:{self.port}//"

    def running(self) -> bool:
        """Whether its main process is alive."""
        return self._run.process() is not None

    def start(self) -> None:
        """Start it, on the same port and data as before, and wait until it speaks AMQP."""
        if self.running():
            return
        program = _rabbit_program()
        self._run.prepare(self.port)
        self._run.launch([program], self._environment())
        self._run.wait_until(lambda: _speaks_amqp(self.port))

    def stop(self) -> None:
        """Stop it in good order: clients are told, queues are flushed."""
        self._run.end(signal.SIGTERM)

    def kill(self) -> None:
        """kill -9 of all its processes, as at a power cut."""
        self._run.kill()

    def restart(self) -> None:
        """Stop, then start."""
        self.stop()
        self.start()

    def _environment(self) -> dict[str, str]:
        """Every path and name the node uses: neither /etc/rabbitmq nor another node's cookie is touched."""
        home = self.directory
        distribution = free_port()
        (home / "conf.d").mkdir(exist_ok=True)
        (home / "rabbitmq-env.conf").write_text("")
        (home / "advanced.config").write_text("[].\n")
        (home / "enabled_plugins").write_text("[].\n")
        (home / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "distribution.listener.interface = 127.0.0.1\n"
            f"distribution.listener.port_range.min = {distribution}\n"
            f"distribution.listener.port_range.max = {distribution}\n"
            "disk_free_limit.absolute = 50MB\n"
            "raft.wal_max_size_bytes = 67108864\n"
        )
        inherited = {k: v for k, v in os.environ.items() if not k.startswith(("RABBITMQ_", "ERL_"))}
        return {
            **inherited,
            "HOME": str(home),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": f"songtor-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(distribution),
            "RABBITMQ_CONF_ENV_FILE": str(home / "rabbitmq-env.conf"),
            "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
            "RABBITMQ_CONFIG_FILES": str(home / "conf.d"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(home / "advanced.config"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
            "RABBITMQ_LOG_BASE": str(home / "log"),
        }

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class _Run:
    """The processes of one server; its directory remembers them in `port`, `pid` and `output.log`."""

    def __init__(self, directory: Path, owner: str | None) -> None:
        self._directory = directory
        self._owner = owner
        self._child: subprocess.Popen[bytes] | None = None

    def prepare(self, port: int) -> None:
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            (self._directory / "port").write_text(f"{port}\n")
        except OSError as error:
            raise ServerError(f"cannot make {self._directory}: {error.strerror}") from error
        if self._owner:
            shutil.chown(self._directory, self._owner)
            if not _exits_0(["test", "-w", str(self._directory)], user=self._owner):
                raise ServerError(
                    f"cannot enter {self._directory} as the user {self._owner}: choose another directory"
                )

    def complete(self, command: list[str]) -> None:
        """Run to its end, as the owner."""
        done = subprocess.run(
            command, user=self._owner, extra_groups=[] if self._owner else None, cwd="/", capture_output=True
        )
        if done.returncode:
            raise ServerError(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()}")

    def launch(self, command: list[str], environment: dict[str, str]) -> None:
        with (self._directory / "output.log").open("wb") as log:
            self._child = subprocess.Popen(
                command,
                env=environment,
                user=self._owner,
                group=pwd.getpwnam(self._owner).pw_gid if self._owner else None,
                extra_groups=[] if self._owner else None,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        started = psutil.Process(self._child.pid).create_time()
        (self._directory / "pid").write_text(f"{self._child.pid} {started}\n")

    def process(self) -> psutil.Process | None:
        """The main process; None if it has ended, also if another has its number by now."""
        if self._child and self._child.poll() is not None:
            return None
        try:
            pid, started = (self._directory / "pid").read_text().split()
            process = psutil.Process(int(pid))
            same = abs(process.create_time() - float(started)) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except (FileNotFoundError, ValueError, psutil.NoSuchProcess):
            return None

    def wait_until(self, ready: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not ready():
            if self.process() is None:
                raise ServerError(f"the server in {self._directory} ended at its start: {self._log_end()}")
            if time.monotonic() > deadline:
                self.kill()
                raise ServerError(f"the server in {self._directory} was not ready in time: {self._log_end()}")
            time.sleep(0.05)

    def end(self, number: signal.Signals) -> None:
        process = self.process()
        if process is None:
            return
        family = [process, *_descendants(process)]
        process.send_signal(number)
        if not self._all_gone(family):
            raise ServerError(f"the server in {self._directory} did not stop: {self._log_end()}")

    def kill(self) -> None:
        process = self.process()
        if process is None:
            return
        # First halt the parent: it could start another child between our look and our blow.
        process.suspend()
        family = [process, *_descendants(process)]
        for member in family:
            _kill(member)
        if not self._all_gone(family):
            raise ServerError(f"the server in {self._directory} survived kill -9")

    def _all_gone(self, family: list[psutil.Process]) -> bool:
        deadline = time.monotonic() + PATIENCE
        while any(_alive(member) for member in family):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        if self._child:
            self._child.wait()
        return True

    def _log_end(self) -> str:
        return (self._directory / "output.log").read_text(errors="replace")[-2000:].strip()


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return


def _alive(process: psutil.Process) -> bool:
    """Also if its first thread has ended and others have not: its sockets are open until the last one ends."""
    try:
        ended = process.status() == psutil.STATUS_ZOMBIE and process.num_threads() == 1
        return process.is_running() and not ended
    except psutil.NoSuchProcess:
        return False


def _exits_0(command: list[str], user: str) -> bool:
    return subprocess.run(command, user=user, extra_groups=[], cwd="/").returncode == 0


def _speaks_amqp(port: int) -> bool:
    """Whether Connection.Start (AMQP 0-9-1, class 10 method 10) answers the protocol header."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(11)[7:] == b"\x00\x0a\x00\x0a"
    except OSError:
        return False


def _remembered_port(directory: Path) -> int | None:
    try:
        return int((directory / "port").read_text())
    except (FileNotFoundError, ValueError):
        return None


def _postgres_binaries() -> Path:
    """The newest server's programs: Debian keeps them outside PATH, one directory for each major version."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda p: int(re.sub(r"\D", "", p.parts[-3]) or 0),
    )
    on_path = shutil.which("initdb")
    if not found and not on_path:
        raise NotInstalled("PostgreSQL is not installed: no initdb found")
    return (found[-1] if found else Path(str(on_path)).resolve()).parent


def _rabbit_program() -> str:
    """The server's own script: Debian's wrapper on PATH would switch to the user `rabbitmq`."""
    debian = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
    program = str(debian) if debian.exists() else shutil.which("rabbitmq-server")
    if program is None:
        raise NotInstalled("RabbitMQ is not installed: no rabbitmq-server found")
    return program
