"""`songtor` in a process forked from one that has brought in every module: most of what a short command computes is
bringing them in.

Those who fork are processes of their own, so that what they fork begins as `songtor` does and not as tests: one thread,
nothing open, and its own arguments, environment, folder and output. There are two of them, as `songtor up` is green and
no other command is; each is started when it is first needed and ends with the tests. Whether a service brings in
whatever it needs cannot be seen here: tests/compose starts the command itself.
"""

import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from os import (
    read,
    waitpid,
    write,
)  # in the process that forks, as they are before eventlet's patch; so is select
from pathlib import Path
from select import select
from typing import IO, Any

from eventlet import hubs, patcher

ROOT = Path(__file__).parents[2]
socket = patcher.original("socket")  # a green one passes no open files on
LONGEST = 2**17  # bytes of one request


class Process:
    """A forked `songtor`, with the part of subprocess.Popen that tests use."""

    def __init__(self, args: Sequence[str], pid: int, ended: int) -> None:
        self.args, self.pid, self._ended = [*args], pid, ended
        self.returncode: int | None = None

    def poll(self) -> int | None:
        return self._code(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self.args, timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _code(self, seconds: float | None) -> int | None:
        if self.returncode is None and select([self._ended], [], [], seconds)[0]:
            self.returncode = int(read(self._ended, 8))
            os.close(self._ended)
        return self.returncode


class Forking:
    """The tests' end of one process that forks others."""

    def __init__(self, *kind: str) -> None:
        self._kind, self._lock = kind, threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def fork(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str],
        stdout: IO[Any],
        stderr: IO[Any],
        doom: Sequence[str] = (),
    ) -> Process:
        """`songtor ARGUMENTS`; `doom`: at which point it ends itself, see tests.support.crashing."""
        told = {"arguments": [*arguments], "env": {**env}, "folder": os.getcwd(), "doom": [*doom]}
        ended, tells = os.pipe()
        try:
            with self._lock:
                end = self._end()
                socket.send_fds(end, [json.dumps(told).encode()], [stdout.fileno(), stderr.fileno(), tells])
                pid = int(end.recv(16))
        finally:
            os.close(tells)
        return Process(["songtor", *arguments], pid, ended)

    def _end(self) -> Any:
        if self._process is None:
            self._socket, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            command = [sys.executable, "-m", "tests.support.forked", str(there.fileno()), *self._kind]
            self._process = subprocess.Popen(
                command,
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[there.fileno()],
            )
            there.close()
        return self._socket


GREEN, PLAIN = Forking("up"), Forking()


def start(
    arguments: Sequence[str],
    env: Mapping[str, str],
    stdout: IO[Any],
    stderr: IO[Any],
    doom: Sequence[str] = (),
) -> Process:
    return (GREEN if "up" in arguments else PLAIN).fork(arguments, env, stdout, stderr, doom)


# -- the process that forks -------------------------------------------------------------------------------------------


def main() -> None:
    end = socket.socket(fileno=int(sys.argv[1]))
    import services.cli  # green if this process was told so, as `songtor` is
    from services.cli import folder
    from services.named import service
    from tests.support import crashing

    for name in folder.NAMES:
        service(name)
    doom = _forked(end)
    if doom:
        point, count, file = doom
        crashing.arm(point, int(count), Path(file))
    services.cli.main()


def _forked(end: Any) -> list[str]:
    """Forks until the tests have ended; returns in each forked process, where `songtor` begins."""
    woken, wakes = os.pipe()
    for each in (woken, wakes):
        os.set_blocking(each, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(wakes)
    telling: dict[int, int] = {}  # for each forked process, where its exit code is awaited
    while True:
        for ready in select([end, woken], [], [])[0]:
            if ready == woken:
                read(woken, 512)
                _tell(telling)
                continue
            said, files, _, _ = socket.recv_fds(end, LONGEST, 3)
            if not said:
                sys.exit()
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                end.close()
                for each in (woken, wakes, files[2], *telling.values()):
                    os.close(each)
                return _begin(json.loads(said), *files[:2])
            telling[pid] = files[2]
            for each in files[:2]:
                os.close(each)
            end.send(str(pid).encode())


def _tell(telling: dict[int, int]) -> None:
    """Whoever waits for those that have ended."""
    for pid in [*telling]:
        ended, status = waitpid(pid, os.WNOHANG)
        if ended:
            end = telling.pop(pid)
            write(end, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(end)


def _begin(told: dict[str, Any], stdout: int, stderr: int) -> list[str]:
    """Become the process that was asked for."""
    for number, file in ((1, stdout), (2, stderr)):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(told["env"])
    os.chdir(told["folder"])
    random.seed()
    hubs.use_hub()
    sys.argv = ["songtor", *told["arguments"]]
    doom: list[str] = told["doom"]
    return doom


if __name__ == "__main__":
    main()
