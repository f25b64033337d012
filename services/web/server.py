"""The front door's HTTP server: eventlet's own under nameko, in which strangers cost little.

A request takes a worker only when it is here as a whole: who sends slowly holds a connection and nothing else, and that
not for long. Connections are counted by address. How the system is can be asked however much the workers have to do.
"""

import io
import logging
import resource
import socket
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import eventlet
from eventlet import greenio, wsgi
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.wrappers import Request, Response

from services.web.gateway.limits import BODY_MOST, UPLOAD_MOST, UPLOADS
from services.web.guests import Guests, Limits, Strangers

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
        kept = UPLOAD_MOST if self.environ["PATH_INFO"] in UPLOADS else BODY_MOST
        most = kept if incoming.should_send_hundred_continue else max(kept, DRAINED_MOST)
        body, size = io.BytesIO(), 0
        while told <= most and (piece := self._piece(incoming)):
            size += len(piece)
            if size > kept:
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

    def unregister_provider(self, provider: Any) -> None:
        """The front door is about to close: nobody is let in any more, and whoever is here leaves with their answer.
        Else those who go on asking over an open connection would keep it from closing."""
        self._is_accepting = self._serv.keepalive = False
        self._gt.kill()
        self._sock.close()
        self._serv.guests.dismiss()
        super().unregister_provider(provider)

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
