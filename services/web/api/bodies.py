"""What the API reads and writes: queries, JSON bodies, the time of a fact."""

import re
from datetime import datetime
from typing import Any

import orjson
from flask import Request, Response, request

from services.kernel.envelope import Caller, instant
from services.kernel.errors import Invalid
from services.kernel.questions import Json
from services.web.api.routes import Route
from services.web.gateway import storable
from services.web.gateway.calls import Command, command_id
from services.web.gateway.limits import BODY_MOST
from services.web.gateway.problems import Problem
from services.web.gateway.request import is_stale

KEY_MOST = 200
IF_MATCH = r'(\*|(W/)?("[0-9]{1,15}"|[0-9]{1,15}))'


def read_body(incoming: Request) -> dict[str, Json]:
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
    wrong = storable.unstorable(body)
    if wrong:
        raise Invalid(wrong)
    return {name: whole(value) for name, value in body.items()}


def whole(value: Json) -> Json:
    """For JSON 119.0 and 119 are the same integer; for Python only the second is one."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, dict):
        return {name: whole(item) for name, item in value.items()}
    return [whole(item) for item in value] if isinstance(value, list) else value


def read_query(route: Route) -> dict[str, Json]:
    """The parameters of a request; 422 naming those that the call does not know: whoever asks for what was, or for
    somebody, must not be answered something else."""
    found: dict[str, Json] = {}
    errors = {name: ["Unknown parameter."] for name in request.args if name not in route.query}
    errors |= {name: ["Given more than once."] for name in route.query if len(request.args.getlist(name)) > 1}
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
    errors.update(
        {name: ["The number is too large."] for name in found if storable.unstorable(found[name], name)}
    )
    if errors:
        raise Invalid(errors)
    return found


def happened(body: dict[str, Json]) -> str | None:
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
    try:
        return instant(moment)
    except OverflowError:
        raise Invalid({"at": ["It cannot lie in the future."]}) from None


def read_command(caller: Caller, at: str | None) -> Command:
    """Its id from user, method, path and Idempotency-Key (without a key every request is a command of its own), its
    version from If-Match."""
    key, version = request.headers.get("Idempotency-Key"), _if_match()
    if key is None:
        return Command(at=at, if_match=version)
    if not 0 < len(key) <= KEY_MOST:
        raise Invalid({"Idempotency-Key": [f"1 to {KEY_MOST} characters."]})
    return Command(command_id(caller.user, request.method, request.path, key), at, version)


def _if_match() -> int | None:
    return version_of(request.headers.get("If-Match", "*"))


def version_of(text: str) -> int | None:
    """The version that a header If-Match carries; None: any."""
    text = text.strip()
    if not re.fullmatch(IF_MATCH, text):
        raise Problem(400, 'If-Match must carry a version, as "3".')
    return None if text == "*" else int(text.removeprefix("W/").strip('"'))


def as_json(body: Any, status: int = 200) -> Response:
    response = Response(orjson.dumps(body), status=status, mimetype="application/json")
    if is_stale():
        response.headers["Songtor-Stale"] = "true"
    if isinstance(body, dict) and isinstance(body.get("version"), int):
        response.headers["ETag"] = f'"{body["version"]}"'
    return response


SHEETS = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def as_file(content: bytes, name: str) -> Response:
    """A workbook to be kept."""
    answer = Response(content, content_type=SHEETS)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
