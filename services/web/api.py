"""Requests into calls of doors, answers into JSON. Everything that is the same for every call of the API."""

import logging
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson
from flask import Blueprint, Request, Response, current_app, g, request
from werkzeug.exceptions import HTTPException

from services.kernel import logs, metrics
from services.kernel.envelope import ALL_CENTRES, Caller, instant
from services.kernel.errors import Invalid, NotFound, Unavailable
from services.kernel.runtime import ServiceRuntime
from services.kernel.tokens import OPERATOR, BadToken, Bearer, Tokens
from services.web import accounts, problems
from services.web.problems import Problem
from services.web.routes import CASE_PAGE, ROUTES, Route

logger = logging.getLogger(__name__)

BODY_MOST = 1024 * 1024
DEPTH_MOST = 20
KEY_MOST = 200
IF_MATCH = r'(\*|(W/)?("[0-9]{1,15}"|[0-9]{1,15}))'
METHODS = (
    "GET",
    "HEAD",
    "POST",
    "PUT",
    "OPTIONS",
)  # others are a client's own words, and no figure's or log's
OLDEST = datetime(1900, 1, 1, tzinfo=UTC)  # nothing that is told happened before
SMALLEST, LARGEST = -(2**53) + 1, 2**53 - 1  # integers every JSON reader agrees on
COMMANDS = uuid5(NAMESPACE_URL, "songtor:command")

blueprint = Blueprint("api", __name__)


def runtime() -> ServiceRuntime:
    found: ServiceRuntime = request.environ["songtor.runtime"]
    return found


# -- who asks ------------------------------------------------------------------------------------------------------


def signed_in() -> Caller:
    """The caller of the bearer token; its account must still be active and unchanged since the token was made."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem(401, "Send a bearer token: Authorization: Bearer TOKEN.")
    return caller_of(token.strip())


def caller_of(token: str) -> Caller:
    try:
        bearer: Bearer = Tokens(runtime().master).read(token)
    except BadToken as bad:
        raise Problem(401, f"This token is {bad.reason}.") from None
    if bearer == OPERATOR:
        return Caller(bearer.user, bearer.role, (ALL_CENTRES,))
    account = runtime().read(lambda db: accounts.find(db, bearer.user))
    if account is None or not account.active or account.token_version != bearer.version:
        raise Problem(401, "This token is no longer valid.")
    return Caller(bearer.user, bearer.role, tuple(bearer.centres))


# -- the request ---------------------------------------------------------------------------------------------------


def read_body(incoming: Request) -> dict[str, Any]:
    """The JSON object of a request; 413, 400 or 422 naming what is wrong."""
    if (incoming.content_length or 0) > BODY_MOST:
        raise Problem(413, "The body may be at most 1 MB.")
    raw = incoming.stream.read(BODY_MOST + 1)
    if len(raw) > BODY_MOST:
        raise Problem(413, "The body may be at most 1 MB.")
    if not raw.strip():
        return {}
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise Problem(400, f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    if not isinstance(body, dict):
        raise Problem(400, "The body must be a JSON object.")
    wrong = unstorable(body)
    if wrong:
        raise Invalid(wrong)
    return {name: whole(value) for name, value in body.items()}


def whole(value: Any) -> Any:
    """For JSON 119.0 and 119 are the same integer; for Python only the second is one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return [whole(item) for item in value] if isinstance(value, list) else value


def unstorable(value: Any, path: str = "", depth: int = 1) -> dict[str, list[str]]:
    """What JSON allows and we cannot keep: the character NUL, integers beyond 2^53, and nesting deeper than any body of ours."""
    if depth > DEPTH_MOST:
        return {path: ["It is nested too deeply."]}
    if isinstance(value, str) and "\x00" in value:
        return {path: ["It contains the character NUL."]}
    if isinstance(value, int | float) and not SMALLEST <= value <= LARGEST:
        return {path: ["The number is too large."]}
    found: dict[str, list[str]] = {}
    if isinstance(value, dict):
        for key, item in value.items():
            if "\x00" in key:
                return {path or "body": ["A field name contains the character NUL."]}
            found.update(unstorable(item, f"{path}.{key}" if path else key, depth + 1))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found.update(unstorable(item, f"{path}.{number}", depth + 1))
    return found


def read_query(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name, convert in route.query.items():
        text = request.args.get(name)
        if text is None or text == "":
            continue
        if "\x00" in text:
            errors[name] = ["It contains the character NUL."]
            continue
        try:
            found[name] = convert(text)
        except ValueError:
            errors[name] = ["Not a number."]
    errors.update({name: ["The number is too large."] for name in found if unstorable(found[name], name)})
    if errors:
        raise Invalid(errors)
    return found


def happened(body: dict[str, Any]) -> str | None:
    """`at` of a body as RFC 3339 UTC text."""
    at = body.pop("at", None)
    if at is None:
        return None
    try:
        moment = datetime.fromisoformat(at) if isinstance(at, str) and "T" in at.upper() else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Invalid({"at": ["Not an RFC 3339 time, as 2026-11-22T09:30:00Z."]})
    if moment < OLDEST:
        raise Invalid({"at": ["It lies before 1900."]})
    try:
        return instant(moment)
    except OverflowError:
        raise Invalid({"at": ["It cannot lie in the future."]}) from None


def command_id(caller: Caller) -> str:
    """From user, method, path and Idempotency-Key; without a key every request is a command of its own."""
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return str(uuid4())
    if not 0 < len(key) <= KEY_MOST:
        raise Invalid({"Idempotency-Key": [f"1 to {KEY_MOST} characters."]})
    return str(uuid5(COMMANDS, "\n".join((caller.user, request.method, request.path, key))))


def if_match() -> int | None:
    text = request.headers.get("If-Match", "*").strip()
    if not re.fullmatch(IF_MATCH, text):
        raise Problem(400, 'If-Match must carry a version, as "3".')
    return None if text == "*" else int(text.removeprefix("W/").strip('"'))


# -- calls ---------------------------------------------------------------------------------------------------------


def call_for(caller: Caller, body: Mapping[str, Any], at: str | None, writes: bool) -> dict[str, Any]:
    """What surrounds a door's body: who, which command, when, and what the caller has written so far."""
    call: dict[str, Any] = {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": command_id(caller) if writes else str(uuid4()),
        "correlation": g.correlation,
    }
    if writes:
        text = orjson.dumps([at, body], option=orjson.OPT_SORT_KEYS)
        call["fingerprint"] = runtime().master.fingerprint(text)
        call["at"] = at
        call["if_match"] = if_match()
    else:
        call["wait"] = runtime().read(lambda db: accounts.positions(db, caller.user))
    return call


def ask(
    service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = runtime().ports.ask(service, door, call, body, seconds)
    return answer


def answer(route: Route, parts: Mapping[str, Any]) -> Response:
    caller = signed_in()
    body: dict[str, Any] = read_query(route)
    at = None
    if route.method != "GET":
        body = read_body(request)
        at = happened(body) if route.writes else None
        clash = sorted(set(body) & (set(parts) | set(route.fixed)))
        if clash:
            raise Invalid({name: ["Unknown field."] for name in clash})
    body = {**body, **parts, **route.fixed}
    call = call_for(caller, body, at, route.writes)
    result = ask(route.service, route.door, call, body, route.seconds)
    if route.writes and result["position"]:
        position = int(result["position"])
        with runtime().database.write() as db:
            accounts.wrote(db, caller.user, route.service, position)
    return as_json(result["answer"], route.status, stale=bool(result["stale"]))


def as_json(body: Any, status: int = 200, stale: bool = False) -> Response:
    response = Response(orjson.dumps(body), status=status, mimetype="application/json")
    if stale:
        response.headers["Songtor-Stale"] = "true"
    if isinstance(body, dict) and isinstance(body.get("version"), int):
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


def case_page(route: Route, parts: Mapping[str, Any]) -> Response:
    """The case put together from its owners' read models; a part whose service does not answer is left out and named."""
    caller, case_id = signed_in(), parts["case_id"]
    body = {**read_query(route), **parts}
    call = call_for(caller, {}, None, writes=False)
    own = ask(route.service, route.door, call, body, 5.0)
    others = {
        "screening": ("screening", "screening", {}),
        "matches": ("partners", "matches", {"limit": 10}),
        "plan": ("screening", "plan", {}),
        "referrals": ("referral", "referrals", {"limit": 500}),
    }
    asked = [
        partial(_part, runtime(), service, door, call, {"case_id": case_id, **extra})
        for service, door, extra in others.values()
    ]
    page, stale, missing = dict(own["answer"]), bool(own["stale"]), []
    for name, found in zip(others, runtime().ports.together(asked), strict=True):
        if found is None:
            missing.append(name)
            page[name] = [] if name == "referrals" else None
            continue
        stale = stale or bool(found["stale"])
        page[name] = found["answer"]["items"] if name == "referrals" else found["answer"]
    if missing:
        page["unavailable"] = missing
    return as_json(page, stale=stale or bool(missing))


def _part(
    around: ServiceRuntime, service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any]
) -> Any:
    try:
        return around.ports.ask(service, door, call, body, 5.0)
    except NotFound:
        return {"answer": {"items": []} if door == "referrals" else None, "stale": True}
    except Unavailable:
        return None


# -- Flask ---------------------------------------------------------------------------------------------------------


@blueprint.before_app_request
def begin() -> None:
    g.started = time.perf_counter()
    g.correlation = str(uuid4())
    g.context = logs.correlation(g.correlation)
    g.context.__enter__()


@blueprint.after_app_request
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


@blueprint.teardown_app_request
def end(_: BaseException | None) -> None:
    context = g.pop("context", None)
    if context is not None:
        context.__exit__(None, None, None)


@blueprint.app_errorhandler(Exception)
def failed(error: Exception) -> Response:
    if isinstance(error, HTTPException):
        status = error.code if error.code in problems.TITLES else 400
        return problems.response(Problem(int(status or 400), error.name))
    problem = problems.of(error)
    if problem.status == 500:
        current_app.logger.error("unexpected", exc_info=error)
    return problems.response(problem)


def _view(route: Route) -> Any:
    made = case_page if route.path == CASE_PAGE else answer

    def view(**parts: str) -> Response:
        if any("\x00" in part for part in parts.values()):
            raise NotFound
        return made(route, parts)

    return view


def add_routes() -> None:
    for number, route in enumerate(ROUTES):
        blueprint.add_url_rule(route.path, f"route{number}", _view(route), methods=[route.method])


add_routes()
