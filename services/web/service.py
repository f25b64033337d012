"""The front door's nameko service: every request goes through one worker into the Flask application."""

from collections.abc import Callable
from typing import TypeVar, cast

from flask import Flask
from nameko.exceptions import ContainerBeingKilled
from nameko.web.handlers import HttpRequestHandler
from werkzeug.wrappers import Request, Response

from services.kernel.doors import Runtime
from services.kernel.runtime import ServiceRuntime
from services.web import api, pages
from services.web.gateway import carry_over, erasing, posting, telling, vocabulary, webhooks
from services.web.gateway import request as request_hooks
from services.web.guests import place_of
from services.web.identity import known
from services.web.pages.frame import visit
from services.web.server import FrontServer
from services.web.wiring import WIRING

View = TypeVar("View", bound=Callable[..., Response])


class Http(HttpRequestHandler):  # type: ignore[misc]
    server = FrontServer()

    def response_from_exception(self, exc: Exception) -> Response:
        """What Flask did not answer: the process is about to end."""
        if isinstance(exc, ContainerBeingKilled):
            return Response(status=503, headers={"Retry-After": "1", "Connection": "close"})
        answer: Response = super().response_from_exception(exc)
        return answer


def http(view: View) -> View:
    return cast(View, Http.decorator("GET", "/")(view))


def application() -> Flask:
    app = Flask("services.web", static_folder=None)
    request_hooks.register(app)
    app.before_request(vocabulary.speak)
    for blueprint in api.BLUEPRINTS:
        app.register_blueprint(blueprint)
    pages.register(app)
    return app


APPLICATION = application()


def _after_start(web: ServiceRuntime, stopping: Callable[[], bool], pause: Callable[[float], None]) -> None:
    web.ports.aside(lambda: webhooks.keep_delivering(web, stopping, pause))
    web.ports.aside(lambda: telling.keep_telling(web, stopping, pause))
    web.ports.aside(lambda: posting.keep_posting(web, stopping, pause))
    carry_over.keep_trying(web, stopping, pause)
    erasing.keep_trying(web, stopping, pause)


class WebService:
    name = "web"
    runtime = Runtime(WIRING, after_start=_after_start)

    def knows(self, request: Request) -> bool:
        """Whether who asks has signed in, or has a token of ours."""
        return known.is_known(self.runtime, request, visit.COOKIES)

    def place(self, request: Request) -> str:
        """Where a request comes from. Behind a proxy that is what the proxy says of it; what stands before that in the
        header, anybody may have written there."""
        told = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
        behind = self.runtime.settings.public_url is not None
        return place_of(told if behind and told else request.remote_addr or "")

    @http
    def serve(self, request: Request) -> Response:
        request.environ["songtor.runtime"] = self.runtime
        return Response.from_app(APPLICATION.wsgi_app, request.environ)
