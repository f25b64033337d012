"""The front door's HTTP server: eventlet's own under nameko, in which strangers cost little.

A request takes a worker only when it is here as a whole: who sends slowly holds a connection and nothing else, and that
not for long. Connections are counted by address. How the system is can be asked however much the workers have to do.
"""

import io
import logging
import resource
import socket
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from ipaddress import IPv6Address, ip_address
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import eventlet
from eventlet import greenio, wsgi
from eventlet.event import Event
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.wrappers import Request, Response

from services.web.gateway.limits import BODY_MOST

logger = logging.getLogger(__name__)

BACKLOG = 1024  # connections the kernel may hold for us; with eventlet's 50 a burst of clients waits a second
KEEP_ALIVE = 75  # seconds an idle connection is kept, and that a client may take to read a part of its answer
PIECE = 64 * 1024
DRAINED_MOST = 8 * BODY_MOST  # of a body that is too large: who sends it reads no answer before it was sent
FULL = b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
BROKEN_OFF = b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

AGAIN = 0.1  # seconds until the next connection is taken after one could not be
TURNING_AWAY = 1.0  # seconds for whoever is not let in to take that answer

TOO_MANY = (
    "<!doctype html><html lang=th><meta charset=utf-8><title>ส่งต่อ</title>"
    "<p>ขณะนี้มีผู้ใช้งานพร้อมกันจำนวนมาก กรุณาลองใหม่ในอีกไม่กี่วินาที"
    "<p lang=en>Many people ask this at the same time. Please try again in a few seconds."
)

FREE = "/static/"  # costs next to nothing
# Answered beside the workers: whoever watches the system must not wait behind its users.
APART = frozenset(("/health", "/ready", "/metrics"))


@dataclass(frozen=True)
class Limits:
    """`seconds`: from the first byte of a request to its last; `connections`: in all; `each`: from one address (a
    proxy's is one, and so is that of all who share a line); `held`: bytes of bodies that are not yet whole or not yet
    answered, a quarter of them for one address. Of strangers so many are `at_work` at once, and so many wait, a quarter
    of them from one place; who finds no place there is told so after `pause` seconds, for who is told at once asks at
    once again."""

    seconds: float = 10.0
    connections: int = 1000
    each: int = 250
    held: int = 64 * BODY_MOST
    at_work: int = 2
    waiting: int = 128
    pause: float = 1.0

    @property
    def waiting_each(self) -> int:
        return self.waiting // 4

    @property
    def held_each(self) -> int:
        return self.held // 4


class Guests:
    """The connections that are open, by where they come from. Where no more fit, one that has been idle longest makes
    room; where none is idle, nobody is let in."""

    def __init__(self) -> None:
        self._connections: dict[int, tuple[str, list[Any]]] = {}  # who was idle longest comes first
        self._each: Counter[str] = Counter()
        self._held: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._connections)

    @property
    def busy(self) -> int:
        return sum(connection[2] != wsgi.STATE_IDLE for _place, connection in self._connections.values())

    def admit(self, connection: list[Any], limits: Limits) -> bool:
        place = place_of(connection[0][0])
        full = self._each[place] >= limits.each and not self._make_room(place)
        if full or (len(self._connections) >= limits.connections and not self._make_room()):
            return False
        self._connections[id(connection)] = place, connection
        self._each[place] += 1
        return True

    def rest(self, connection: list[Any]) -> None:
        """From now on it is idle."""
        known = self._connections.pop(id(connection), None)
        if known is not None:
            self._connections[id(connection)] = known

    def leave(self, connection: list[Any]) -> None:
        place, _connection = self._connections.pop(id(connection), (None, None))
        if place is not None:
            _take(self._each, place, 1)

    def _make_room(self, place: str | None = None) -> bool:
        for where, connection in self._connections.values():
            if connection[2] == wsgi.STATE_IDLE and place in (None, where):
                self.leave(connection)
                greenio.shutdown_safe(connection[1])
                return True
        return False

    def hold(self, connection: list[Any], size: int, limits: Limits) -> bool:
        """Whether so many bytes more may be kept for this connection."""
        place = place_of(connection[0][0])
        if self._held[place] + size > limits.held_each or self._held.total() + size > limits.held:
            return False
        self._held[place] += size
        return True

    def let_go(self, connection: list[Any], size: int) -> None:
        _take(self._held, place_of(connection[0][0]), size)


def _take(counted: Counter[str], place: str, size: int) -> None:
    counted[place] -= size
    if not counted[place]:
        del counted[place]


def place_of(address: str) -> str:
    """Where a connection comes from: its address; of IPv6 the network, for one line has all the addresses in it."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv6Address) and found.ipv4_mapped is None:
        return str(IPv6Address(int(found) >> 64 << 64))
    return str(getattr(found, "ipv4_mapped", None) or found)


class Strangers:
    """Who is not known here stands in a queue of its own: whoever is at work goes past it."""

    def __init__(self) -> None:
        self._at_work = 0
        self._waiting: dict[str, deque[Event]] = {}  # by where they come from; each place in its turn

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    @contextmanager
    def turn(self, place: str, limits: Limits) -> Iterator[bool]:
        """Whether it is their turn, after waiting for it; False if too many wait already."""
        if self._at_work >= limits.at_work:
            if len(self._waiting.get(place, ())) >= limits.waiting_each or len(self) >= limits.waiting:
                yield False
                return
            self._wait(place)
        else:
            self._at_work += 1
        try:
            yield True
        finally:
            self._pass_on()

    def _wait(self, place: str) -> None:
        mine = Event()
        self._waiting.setdefault(place, deque()).append(mine)
        try:
            mine.wait()
        except BaseException:  # ended while it waited, or in the moment of its turn
            if mine.ready():
                self._pass_on()
            else:
                self._leave(place, mine)
            raise

    def _leave(self, place: str, mine: Event) -> None:
        self._waiting[place].remove(mine)
        if not self._waiting[place]:
            del self._waiting[place]

    def _pass_on(self) -> None:
        """The first of the next place has its turn, and that place goes behind the others."""
        if not self._waiting:
            self._at_work -= 1
            return
        place = next(iter(self._waiting))
        queue = self._waiting.pop(place)
        first = queue.popleft()
        if queue:
            self._waiting[place] = queue
        first.send(True)


class TooMuch(Exception):
    """Bodies of others fill what there is for them."""


class Endless(Exception):
    """The lines between the pieces of a body go on and on."""


class ChunkLines:
    """What a body in pieces is read from; all lines between them together are no longer than a request's head."""

    def __init__(self, rfile: Any) -> None:
        self._rfile, self._left = rfile, wsgi.MAX_TOTAL_HEADER_SIZE

    def read(self, size: int) -> bytes:
        piece: bytes = self._rfile.read(size)
        return piece

    def readline(self) -> bytes:
        line: bytes = self._rfile.readline(wsgi.MAX_HEADER_LINE)
        self._left -= len(line)
        if len(line) >= wsgi.MAX_HEADER_LINE or self._left < 0:
            raise Endless
        return line


class Protocol(HttpOnlyProtocol):  # type: ignore[misc]
    """eventlet's, with a time in which a request must be here as a whole, and its body taken before it is answered."""

    def handle_one_request(self) -> None:
        self.server.guests.rest(self.conn_state)
        self.close_connection = True
        if not self.rfile.peek(1):
            return
        self._held = 0
        self._deadline = eventlet.Timeout(self.server.limits.seconds)
        try:
            super().handle_one_request()
        except eventlet.Timeout as passed:
            if passed is not self._deadline:
                raise
            self._break_off(TOO_SLOW)
        finally:
            self._deadline.cancel()
            self.server.guests.let_go(self.conn_state, self._held)

    def handle_one_response(self) -> None:
        try:
            self._take_body()
        except (wsgi.ChunkReadError, Endless, EOFError):
            return self._break_off(BROKEN_OFF)
        except TooMuch:
            return self._break_off(FULL)
        self._deadline.cancel()
        super().handle_one_response()

    def _break_off(self, answer: bytes) -> None:
        self.close_connection = True
        self.wfile.write(answer)
        self.wfile.flush()

    def _take_body(self) -> None:
        """The body in the place of what would be read from the connection. One that is too large is not kept; the
        application says so by its length."""
        incoming = self.environ["eventlet.input"]
        incoming.rfile = ChunkLines(incoming.rfile)
        told = incoming.content_length or 0
        most = BODY_MOST if incoming.should_send_hundred_continue else DRAINED_MOST
        body, size = io.BytesIO(), 0
        while told <= most and (piece := self._piece(incoming)):
            size += len(piece)
            if size > BODY_MOST:
                body = io.BytesIO()
            elif self.server.guests.hold(self.conn_state, len(piece), self.server.limits):
                self._held += len(piece)
                body.write(piece)
            else:
                raise TooMuch
            if size > most:
                break
        if size < told <= most:
            raise EOFError
        if max(size, told) > most:
            self.close_connection = True
        body.seek(0)
        self.environ["wsgi.input"] = body
        self.environ.pop("HTTP_TRANSFER_ENCODING", None)
        self.environ["CONTENT_LENGTH"] = str(max(size, told))

    def _piece(self, incoming: Any) -> bytes:
        try:
            piece: bytes = incoming.read(PIECE)
        except OSError as error:
            if not incoming.chunked_input or isinstance(error, TimeoutError | ConnectionError):
                raise
            raise EOFError from error  # eventlet's word for pieces that end too early
        return piece


class HttpServer(wsgi.Server):  # type: ignore[misc]
    """eventlet's, with what its protocol must know."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        files, _most = resource.getrlimit(resource.RLIMIT_NOFILE)
        # Half of the files that this process may open are left for databases and broker.
        self.guests, self.strangers = Guests(), Strangers()
        self.limits = Limits(connections=min(Limits.connections, files // 2))


class FrontServer(WebServer):  # type: ignore[misc]
    """nameko's web server with limits, and without access lines (they would carry URLs)."""

    _starting: bool

    def start(self) -> None:
        if self._starting:
            return
        self._starting = True
        self._sock = eventlet.listen(self.bind_addr, backlog=BACKLOG)
        self._sock.settimeout(None)
        # Connections inherit it: an answer in several writes must not wait 40 ms for the client's acknowledgement.
        self._sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._serv = self.get_wsgi_server(self._sock, self.get_wsgi_app())
        self._gt = self.container.spawn_managed_thread(self.run)

    def run(self) -> None:
        while self._is_accepting:
            try:
                sock, address = self._sock.accept()
            except OSError as error:  # no file is left for it, or whoever came has gone again
                logger.warning("a connection could not be taken: %s", error.strerror)
                eventlet.sleep(AGAIN)
                continue
            sock.settimeout(KEEP_ALIVE)
            connection = [address, sock, wsgi.STATE_IDLE]
            if self._serv.guests.admit(connection, self._serv.limits):
                self.container.spawn_managed_thread(partial(self._serve, connection))
            else:
                eventlet.spawn(_turn_away, sock)

    def _serve(self, connection: list[Any]) -> None:
        """A connection to its end. What goes wrong on it is nobody else's affair."""
        try:
            self._serv.process_request(connection)
        except OSError:  # who was there has gone
            pass
        except Exception as error:
            logger.error("a connection broke", exc_info=error)
        finally:
            self._serv.guests.leave(connection)
            connection[1].close()

    def get_wsgi_app(self) -> WSGIApplication:
        """Every request is the one entrypoint's, whatever its address and method: what there is, Flask knows."""
        [entrance] = self._providers

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            request = Request(environ)
            request.path_values = {}  # type: ignore[attr-defined]  # where nameko's own map puts them
            answer = self._answer(entrance, request)
            return answer(environ, start_response)

        return serve

    def _answer(self, entrance: Any, request: Request) -> Response:
        service = self.container.service_cls()
        for provider in self.container.dependencies:
            setattr(service, provider.attr_name, provider.get_dependency(None))
        answer: Response
        if request.path in APART:
            answer = getattr(service, entrance.method_name)(request)
            return answer
        if request.path.startswith(FREE) or service.knows(request):
            answer = entrance.handle_request(request)
            return answer
        limits = self._serv.limits
        with self._serv.strangers.turn(service.place(request), limits) as admitted:
            if admitted:
                answer = entrance.handle_request(request)
                return answer
        eventlet.sleep(limits.pause)
        return Response(TOO_MANY, 429, {"Retry-After": "3"}, mimetype="text/html")

    def get_wsgi_server(
        self, sock: Any, wsgi_app: Any, protocol: Any = Protocol, debug: bool = False
    ) -> HttpServer:
        return HttpServer(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=logger,
            log_output=False,
            socket_timeout=KEEP_ALIVE,
        )


def _turn_away(sock: Any) -> None:
    with suppress(OSError), eventlet.Timeout(TURNING_AWAY, False):
        sock.sendall(FULL)
        greenio.shutdown_safe(sock)
    sock.close()
