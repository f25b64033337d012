"""What surrounds every request: its runtime, its correlation, its line in the log, and errors that nobody else
answered."""

import logging
import time
from urllib.parse import urlsplit
from uuid import uuid4

from flask import Flask, Response, g, request

from services.kernel import logs, metrics
from services.kernel.runtime import ServiceRuntime
from services.web.gateway import problems
from services.web.gateway.problems import Problem

logger = logging.getLogger(__name__)
# Others are a client's own words, and no figure's or log's.
METHODS = ("GET", "HEAD", "POST", "PUT", "OPTIONS")


def runtime() -> ServiceRuntime:
    found: ServiceRuntime = request.environ["songtor.runtime"]
    return found


def site() -> str:
    """Where people reach the pages: as set, else wherever this request asked. (Its proxy says whether that was over
    TLS; whoever else says so makes only the own cookies stricter.)"""
    told = runtime().settings.public_url
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    return told or f"{'https' if secure else 'http'}://{request.host}"


def correlation() -> str:
    """Ties together what is done and logged for this request, here and in the services."""
    text: str = g.correlation
    return text


def note_stale() -> None:
    """Something that was asked for this request has not yet heard of what its asker wrote, or could not be had."""
    g.stale = True


def is_stale() -> bool:
    return bool(g.get("stale"))


def begin() -> None:
    g.started = time.perf_counter()
    g.correlation = str(uuid4())
    g.context = logs.correlation(g.correlation)
    g.context.__enter__()
    require_known_host()


def require_known_host() -> None:
    """Links that we hand out begin with the host that was asked, so it must be one of ours."""
    settings = runtime().settings
    try:
        host = urlsplit(f"//{request.host}").hostname
    except ValueError:  # half an IPv6 address
        host = None
    if settings.public_url is None and host not in settings.hosts:
        logger.warning("asked under a name that is not ours: SONGTOR_PUBLIC_URL is not set")
        raise Problem(400, "This host is not known here. Who runs the system can set SONGTOR_PUBLIC_URL.")


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
    return problems.response(problem_of(error))


def problem_of(error: Exception) -> Problem:
    """The problem that an error is to whoever asked; what nobody foresaw is noted."""
    problem = problems.of(error)
    if problem.status == 500:
        logger.error("unexpected", exc_info=error)
    return problem


def register(app: Flask) -> None:
    app.before_request(begin)
    app.after_request(finish)
    app.teardown_request(end)
    app.register_error_handler(Exception, failed)
