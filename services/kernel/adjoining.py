"""Doors of the process that started this one, asked over the socket between the two, which nobody else has.

On the wire: the length of a message in four bytes, then the message as JSON.

[number, service, door, call, body, seconds]   a question of the child; as of `kernel.direct` whoever gave up before
                                               its turn is not answered later
[number, reply]                                what came of it (kernel.wire)
["go"], ["stop"]                               of the parent: its doors are open; the child shall end, with the answers
                                               that it waits for
"""

import socket
import struct
from collections.abc import Callable, Iterator
from itertools import count

import eventlet
import orjson
from eventlet import greenio
from eventlet.event import Event
from eventlet.queue import LightQueue

from services.kernel import database, sealing, wire
from services.kernel.direct import LocalServices
from services.kernel.questions import Body, Json
from services.kernel.wire import Reply

LENGTH = struct.Struct(">I")


class Line:
    """One end of the socket. Messages leave in the order in which they were sent, each as a whole: who sends may be
    ended at any moment, and is not the one that writes."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = greenio.GreenSocket(end)
        self._socket.settimeout(None)
        self._file = self._socket.makefile("rb")
        self._leaving: LightQueue = LightQueue()
        self._writer = eventlet.spawn(self._write)

    def send(self, message: bytes) -> None:
        self._leaving.put(LENGTH.pack(len(message)) + message)

    def messages(self) -> Iterator[Json]:
        """What comes, until the other process ends."""
        try:
            while len(head := self._file.read(LENGTH.size)) == LENGTH.size:
                [length] = LENGTH.unpack(head)
                if len(text := self._file.read(length)) < length:
                    return
                yield orjson.loads(text)
        except OSError:
            return

    def close(self) -> None:
        self._writer.kill()
        self._file.close()
        self._socket.close()

    def _write(self) -> None:
        while True:
            message = self._leaving.get()
            try:
                self._socket.sendall(message)
            except OSError:
                return  # the other process has ended, which the reader sees too


class Parent:
    """For the child: its parent's services."""

    def __init__(self, end: socket.socket) -> None:
        self._line, self._numbers = Line(end), count(1)
        self._waiting: dict[int, Event] = {}
        self._open = Event()

    def listen(self, stop: Callable[[], None], lost: Callable[[], None]) -> None:
        """Take what the parent says, to its end: `stop` when it asks to end, `lost` when it has ended itself."""
        for message in self._line.messages():
            match message:
                case ["go"]:
                    self._open.send()
                case ["stop"]:
                    stop()
                case [int(number), reply] if waiting := self._waiting.get(number):
                    waiting.send(reply)
        lost()

    def wait(self) -> None:
        """Until its doors are open."""
        self._open.wait()

    def close(self) -> None:
        self._line.close()

    def ask(self, service: str, door: str, call: Body, body: Body, seconds: float) -> Json:
        """The answer of `service.door`; Unavailable when it does not come in time or nobody serves."""
        database.require_no_transaction()
        number, arrived = next(self._numbers), Event()
        self._waiting[number] = arrived
        try:
            self._line.send(sealing.strict_json([number, service, door, dict(call), dict(body), seconds]))
            with eventlet.Timeout(seconds, wire.late(service, seconds)):
                reply: Reply = arrived.wait()
        finally:
            del self._waiting[number]
        return wire.result(reply)


class Child:
    """For the parent: who asks its services."""

    def __init__(self, end: socket.socket, services: LocalServices) -> None:
        self._line, self._services = Line(end), services

    def answer(self) -> None:
        """Open the doors, and answer until the child ends."""
        self._line.send(orjson.dumps(["go"]))
        for question in self._line.messages():
            assert isinstance(question, list), "the child is of this program"
            eventlet.spawn(self._answer, *question)

    def stop(self) -> None:
        self._line.send(orjson.dumps(["stop"]))

    def close(self) -> None:
        self._line.close()

    def _answer(self, number: int, service: str, door: str, call: Body, body: Body, seconds: float) -> None:
        local = self._services.get(service)
        reply: Reply | None = None
        if local is None:
            reply = wire.failed(wire.not_running(service))
        else:
            with eventlet.Timeout(seconds, False):
                reply = local.answer(door, call, body)
        if reply is not None:  # else nobody waits for it any more
            self._line.send(orjson.dumps([number, reply]))
