"""What surrounds every request: its runtime, its correlation, its line in the log, and errors that nobody else answered."""

import logging
import time
from uuid import uuid4

from flask import Flask, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from services.kernel import logs, metrics
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import problems
from services.web.gateway.problems import Problem

logger = logging.getLogger(__name__)
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "OPTIONS",
)  # others are a client's own words, and no figure's or log's


def runtime() -> ServiceRuntime:
    found: ServiceRuntime = request.environ["songtor.runtime"]
    return found


def begin() -> None:
    g.started = time.perf_counter()
    g.correlation = str(uuid4())
    g.context = logs.correlation(g.correlation)
    g.context.__enter__()


def finish(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = response.headers.get("Cache-Control", "no-store")
    response.headers["X-Correlation-Id"] = g.correlation
    route = request.url_rule.rule if request.url_rule else "unknown"
    seconds = time.perf_counter() - g.started
    method = request.method if request.method in METHODS else "other"
    metrics.HTTP_SECONDS.labels(method, route, str(response.status_code)).observe(seconds)
    extra = {
        "method": method,
        "route": route,
        "status": response.status_code,
        "ms": round(seconds * 1000, 1),
    }
    logger.info("http", extra=extra)
    return response


def end(_: BaseException | None) -> None:
    context = g.pop("context", None)
    if context is not None:
        context.__exit__(None, None, None)


def failed(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        status = error.code if error.code in problems.TITLES else 400
        return problems.response(Problem(int(status or 400), error.name))
    problem = problems.of(error)
    if problem.status == 500:
        current_app.logger.error("unexpected", exc_info=error)
    return problems.response(problem)


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)
    app.register_error_handler(Exception, failed)
