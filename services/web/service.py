"""The front door's nameko service: every request goes through one worker into the Flask application."""

import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any, TypeVar, cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import eventlet
from eventlet import wsgi
from flask import Flask
from nameko.web.handlers import HttpRequestHandler
from nameko.web.server import HttpOnlyProtocol, WebServer
from werkzeug.wrappers import Request, Response

from services.kernel.doors import Runtime
from services.kernel.runtime import ServiceRuntime
from services.kernel.wiring import Wiring
from services.web import api, pages
from services.web.gateway import carry_over, erasing
from services.web.gateway import request as request_hooks

WIRING = Wiring("web")
BACKLOG = 1024  # connections the kernel may hold for us; with eventlet's 50 a burst of clients waits a second
KEEP_ALIVE = 75  # seconds an idle connection is kept

View = TypeVar("View", bound=Callable[..., Response])


class FrontServer(WebServer):  # type: ignore[misc]
    """nameko's web server with a longer queue of connections and without access lines (they would carry URLs)."""

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

    def get_wsgi_app(self) -> WSGIApplication:
        """Every request is the one entrypoint's, whatever its address and method: what there is, Flask knows."""
        [entrance] = self._providers

        def serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            request = Request(environ, shallow=True)
            request.path_values = {}  # type: ignore[attr-defined]  # where nameko's own map puts them
            answer: Response = entrance.handle_request(request)
            return answer(environ, start_response)

        return serve

    def get_wsgi_server(
        self, sock: Any, wsgi_app: Any, protocol: Any = HttpOnlyProtocol, debug: bool = False
    ) -> Any:
        return wsgi.Server(
            sock,
            sock.getsockname(),
            wsgi_app,
            protocol=protocol,
            debug=debug,
            log=logging.getLogger(__name__),
            log_output=False,
            socket_timeout=KEEP_ALIVE,
        )


class Http(HttpRequestHandler):  # type: ignore[misc]
    server = FrontServer()


def http(view: View) -> View:
    return cast(View, Http.decorator("GET", "/")(view))


def application() -> Flask:
    app = Flask("services.web", static_folder=None)
    request_hooks.register(app)
    for blueprint in api.BLUEPRINTS:
        app.register_blueprint(blueprint)
    pages.register(app)
    return app


APPLICATION = application()


def _after_start(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    carry_over.keep_trying(web, stopping, pause)
    erasing.keep_trying(web, stopping, pause)


class WebService:
    name = "web"
    runtime = Runtime(WIRING, after_start=_after_start)

    @http
    def serve(self, request: Request) -> Response:
        request.environ["songtor.runtime"] = self.runtime
        request.environ["wsgi.input_terminated"] = True  # eventlet ends a body of unknown length itself
        return Response.from_app(APPLICATION.wsgi_app, request.environ)
