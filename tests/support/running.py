"""The `songtor` command as its users start it: as processes of their own, with their own environment, logs and
patience. Those of this tree are forked (tests.support.forked)."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import requests

from tests.support import forked
from tests.support.client import Client

SONGTOR = str(Path(sys.executable).with_name("songtor"))
PATIENCE = 90.0  # seconds for the system to become ready on a busy machine
LONGEST = 900.0  # ... for a command to end, the sample network included


def environment(**settings: str) -> dict[str, str]:
    """This process's environment without any setting of Songtor, plus `settings`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SONGTOR_")}
    return {**kept, **settings}


def run(
    *arguments: str, env: Mapping[str, str], seconds: float = LONGEST
) -> "subprocess.CompletedProcess[str]":
    """`songtor ARGUMENTS` to its end."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as errors:
        process = started(arguments, env, said, errors)
        try:
            code = process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
        for each in (said, errors):
            each.seek(0)
        return subprocess.CompletedProcess(process.args, code, said.read(), errors.read())


def started(
    arguments: Sequence[str],
    env: Mapping[str, str],
    stdout: IO[Any],
    stderr: IO[Any],
    doom: Sequence[str] = (),
    apart: bool = False,
) -> "subprocess.Popen[bytes] | forked.Process":
    """`songtor ARGUMENTS`, of the tree that the environment leads to. `apart`: by the command itself. `doom`: where it
    ends itself, see tests.support.crashing."""
    if not apart and env.get("PYTHONPATH", str(forked.ROOT)) == str(forked.ROOT):
        return forked.start(arguments, env, stdout, stderr, doom)
    assert not doom, "only who is forked can be doomed"
    return subprocess.Popen(
        [SONGTOR, *arguments], env=env, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr
    )


def done(*arguments: str, env: Mapping[str, str], seconds: float = LONGEST) -> str:
    """Standard output of `songtor ARGUMENTS`, which must succeed."""
    ended = run(*arguments, env=env, seconds=seconds)
    assert ended.returncode == 0, f"songtor {' '.join(arguments)}: {ended.stdout}{ended.stderr}"
    return ended.stdout


class Running:
    """`songtor ARGUMENTS`; what it writes goes to `log`, appended over its restarts. `apart` and `doom` as above, the
    latter until it is changed."""

    def __init__(
        self, arguments: Sequence[str], env: Mapping[str, str], log: Path, apart: bool = False
    ) -> None:
        self.arguments, self.env, self.log, self.apart = list(arguments), dict(env), log, apart
        self.doom: tuple[str, ...] = ()
        self.process: subprocess.Popen[bytes] | forked.Process | None = None

    def start(self) -> Self:
        with self.log.open("ab") as log:
            self.process = self._started(log)
        return self

    def _started(self, log: IO[bytes]) -> "subprocess.Popen[bytes] | forked.Process":
        return started(self.arguments, self.env, log, log, self.doom, self.apart)

    @property
    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, seconds: float = 30.0) -> int:
        """SIGTERM; its exit code. A process that does not end is killed, and that is a failure."""
        assert self.process is not None, "not started"
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(
                f"songtor {self.arguments} did not end within {seconds:.0f} s: {self.tail()}"
            ) from None

    def kill(self) -> None:
        """kill -9."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def tail(self) -> str:
        return self.said()[-3000:]

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


def wait_ready(address: str, alive: Callable[[], bool] = lambda: True, seconds: float = PATIENCE) -> None:
    """Until `GET /ready` says that everything works; fails at once when `alive` says that nobody is left to say so."""
    deadline = time.monotonic() + seconds
    last = "no answer"
    while time.monotonic() < deadline:
        try:
            answer = requests.get(f"{address}/ready", timeout=5)
            if answer.status_code == 200 and answer.json()["status"] == "ready":
                return
            last = answer.text
        except requests.RequestException as error:
            last = type(error).__name__
        if not alive():
            raise AssertionError(f"the system ended instead of becoming ready: {last}")
        time.sleep(0.1)
    raise AssertionError(f"not ready within {seconds:.0f} s: {last}")


@dataclass
class Embedded:
    """The whole system in one process, on SQLite files in `folder`, with `settings` besides; `tokens` of users it knows
    already."""

    folder: Path
    port: int
    settings: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        where = {"SONGTOR_DATA": str(self.folder), "SONGTOR_HTTP": f"127.0.0.1:{self.port}"}
        self.env = environment(**where, **self.settings)
        self.address = f"http://127.0.0.1:{self.port}"
        self.process = self.another()

    def another(self, *arguments: str) -> Running:
        """`songtor up` with these settings; not yet started."""
        return Running(["up", *arguments], self.env, self.folder.with_suffix(".log"))

    def start(self) -> None:
        self.process.start()
        wait_ready(self.address, lambda: self.process.alive)

    def command(self, *arguments: str) -> str:
        return done(*arguments, env=self.env)

    def user(self, name: str) -> Client:
        return Client(self.address, self.tokens.get(name) or self.command("token", name).strip())


class Supervisor:
    """Starts again whatever ended unasked, as `restart: unless-stopped` does."""

    def __init__(self, processes: Sequence[Running], pause: float = 0.2) -> None:
        self.processes, self.pause = list(processes), pause
        self.restarts: dict[int, int] = {}
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        for process in self.processes:
            process.start()
        self._thread.start()

    def _watch(self) -> None:
        while not self._stopping.wait(self.pause):
            for number, process in enumerate(self.processes):
                if not process.alive and not self._stopping.is_set():
                    self.restarts[number] = self.restarts.get(number, 0) + 1
                    process.start()

    def halt(self) -> None:
        """Restart no more."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join()

    def stop(self, seconds: float = 30.0) -> list[int]:
        """SIGTERM to all at once; their exit codes."""
        self.halt()
        for process in self.processes:
            if process.process is not None and process.alive:
                process.process.send_signal(signal.SIGTERM)
        return [process.stop(seconds) for process in self.processes]

    def kill(self) -> None:
        self.halt()
        for process in self.processes:
            process.kill()
