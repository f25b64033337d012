"""The front door in a process of its own beside the services: pages are drawn on one core while doors work on another.

The process in which all services run forks it, when all is brought in and nothing is open yet, and keeps one end of a
socket (kernel.adjoining). The two end together. Asked to stop, the parent lets it answer first whom it serves; when one
of them dies, so does the other.
"""

import os
import signal
import socket

import eventlet
from eventlet import hubs
from eventlet.green.os import waitpid

from services.kernel.adjoining import Child, Parent
from services.kernel.direct import LocalServices


class Ended(Exception):
    """The front door's process ended by itself, with this exit code, and has said why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class FrontDoor:
    """For the parent: the other process, and this end of the socket to it."""

    def __init__(self, process: int, end: socket.socket) -> None:
        self._process, self._end = process, end
        self._child: Child | None = None
        self._stopping = False

    def serve(self, services: LocalServices) -> None:
        """Answer it to its end; Ended if nobody asked for that."""
        self._child = Child(self._end, services)
        self._child.answer()
        if not self._stopping:
            _, status = waitpid(self._process, 0)
            raise Ended(os.waitstatus_to_exitcode(status))

    def stop(self, seconds: float) -> None:
        """Let it end with the answers that it waits for; without them when they do not come in time."""
        self._stopping = True
        if self._child is not None:
            self._child.stop()
        try:
            with eventlet.Timeout(seconds, False):
                waitpid(self._process, 0)
                return
            os.kill(self._process, signal.SIGKILL)
            waitpid(self._process, 0)
        except ChildProcessError:
            return  # it had ended before


def fork() -> FrontDoor | Parent:
    """Twice: for the parent its front door, for the front door its parent. From a terminal and from whoever watches
    processes both have the same signals; the front door leaves them to its parent, which it serves to the end."""
    ours, theirs = socket.socketpair()
    process = os.fork()
    if process:
        theirs.close()
        return FrontDoor(process, ours)
    ours.close()
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    hubs.use_hub()  # the parent's, if it has one already, looks at what is the parent's
    return Parent(theirs)
