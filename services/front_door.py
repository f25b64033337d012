"""The front door in a process of its own beside the services: pages are drawn on one core while doors work on another.

Its parent, in which all services run, starts it with `songtor up` and gives it one end of a socket (kernel.adjoining).
The two end together. Asked to stop, the parent lets it answer first whom it serves; when one of them dies, so does the
other.
"""

import signal
import socket
from collections.abc import Callable, Sequence

import eventlet
from eventlet.green import subprocess

from services.kernel.adjoining import Child, Parent
from services.kernel.direct import LocalServices


class Ended(Exception):
    """The front door's process ended by itself, with this exit code, and has said why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrontDoor:
    """For the parent: the process. `command` is told the number of its end of the socket; `held`: the numbers of open
    files that it holds too, so that nobody takes them for free while it lives."""

    def __init__(self, command: Callable[[int], Sequence[str]], held: Sequence[int]) -> None:
        self._end, theirs = socket.socketpair()
        with theirs:
            number = theirs.fileno()
            self._process = subprocess.Popen(command(number), pass_fds=(number, *held))
        self._child: Child | None = None
        self._stopping = False

    def serve(self, services: LocalServices) -> None:
        """Answer it to its end; Ended if nobody asked for that."""
        self._child = Child(self._end, services)
        self._child.answer()
        if not self._stopping:
            raise Ended(self._process.wait())

    def stop(self, seconds: float) -> None:
        """Let it end with the answers that it waits for; without them when they do not come in time."""
        self._stopping = True
        if self._child is not None:
            self._child.stop()
        with eventlet.Timeout(seconds, False):
            self._process.wait()
        self._process.kill()
        self._process.wait()


def parent(number: int) -> Parent:
    """For the front door: the process that gave it this end of a socket. From a terminal and from whoever watches
    processes both have the same signals; the front door leaves them to its parent, which it serves to the end."""
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    return Parent(socket.socket(fileno=number))
