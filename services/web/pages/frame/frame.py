"""The frame around every page: its headers, its message, and errors as pages."""

import gzip
import secrets
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException

from services.codes.access import STAFF
from services.kernel.envelope import instant
from services.thai import lines
from services.web import gateway
from services.web.gateway import problems
from services.web.gateway.request import is_stale, problem_of
from services.web.identity import sessions
from services.web.pages.frame import visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import DEFAULT, field_error
from services.web.pages.parts.words import centres_of, day_time
from services.web.store import drafts

PACKED_FROM, PACKING = 1400, 3  # bytes that one packet carries; level 6 takes twice the time for a tenth less
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page. With a form that was refused among its values it has the status of the refusal."""
    forms = [value for value in values.values() if isinstance(value, Form)]
    for form in forms:
        form.keep()
    refused = [form.status for form in forms]
    session = visit.signed_in()
    message = session.message if session else None
    if session and message:
        with gateway.runtime().database.write() as db:
            sessions.leave_message(db, session.id_hash, None)
    frame = {"me": session.caller if session else None, "lang": g.language, "message": message}
    frame["bell"] = session.unread if session else 0
    frame["finds"] = bool(session and session.caller.role in STAFF)
    if session:
        frame["printed"] = {
            "centre": centres_of(session.caller),
            "at": day_time(instant(gateway.runtime().now())),
        }
    text = lines.whole(render_template(template, **frame, stale=is_stale(), **values))
    return make_response(text, max([status, *refused]))


def flash(message: str) -> None:
    """On the user's next page."""
    session = visit.signed_in()
    if session:
        with gateway.runtime().database.write() as db:
            sessions.leave_message(db, session.id_hash, message)


def done(message: str, endpoint: str, **parts: Any) -> Response:
    """Go on to another page, which says the message; the form was sent, so it needs no draft any more."""
    session, runtime = visit.signed_in(), gateway.runtime()
    if session:
        with runtime.database.write() as db:
            sessions.leave_message(db, session.id_hash, message)
            drafts.drop(runtime, db, session.caller.user, visit.address())
    return redirect(url_for(endpoint, **parts), 303)  # type: ignore[return-value]


def after_request(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if visit.over_https():
        response.headers["Strict-Transport-Security"] = f"max-age={365 * 86400}"
    response.headers.add("Vary", "Accept-Encoding, Cookie")
    _pack(response)
    if g.get("new_visit") and not response.headers.getlist("Set-Cookie") and response.mimetype == "text/html":
        visit.keep_visit(response, g.visit)
    return response


def _pack(response: Response) -> None:
    """A page goes over a ward's weak network in a fifth to a tenth of its size."""
    wanted = response.mimetype == "text/html" and request.accept_encodings.quality("gzip") > 0
    if wanted and len(response.get_data()) >= PACKED_FROM:
        response.set_data(gzip.compress(response.get_data(), PACKING, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


def failed(error: Exception) -> Response:
    """An error as a page: what happened, and what to do now."""
    if isinstance(error, HTTPException) and (error.code or 400) < 400 and error.response:
        return error.response  # type: ignore[return-value]
    problem = problem_of(error)
    status = 409 if problem.code == problems.KEY_REUSED else problem.status
    g.setdefault("language", DEFAULT)
    g.setdefault("visit", secrets.token_urlsafe(32))
    wrong = {name: [*map(field_error, said)] for name, said in (problem.errors or {}).items()}
    answer = page("error.html", status, problem=status, code=problem.code, wrong=wrong)
    problems.told_when(answer, problem)
    return answer
