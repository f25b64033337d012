"""Errors as RFC 9457 problem documents: one table from the kernel's errors to HTTP."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from flask import Response

from services.kernel.errors import (
    Forbidden,
    Invalid,
    KeyReused,
    NotFound,
    Refused,
    Stale,
    Unavailable,
)

TITLES = {
    400: "Malformed request",
    401: "Not signed in",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "Refused",
    412: "Changed meanwhile",
    413: "Too large",
    415: "Not JSON",
    422: "Invalid fields",
    500: "Unexpected error",
    503: "Not now",
}


class Problem(Exception):
    """An answer that is an error. `errors` is {field: [message, ...]}."""

    def __init__(
        self,
        status: int,
        detail: str,
        code: str | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.status, self.detail, self.code, self.errors = status, detail, code, errors


def of(error: Exception) -> Problem:
    """The problem a kernel error is to the outside; anything unknown is 500 without its text."""
    match error:
        case Problem():
            return error
        case Refused():
            return Problem(409, error.message, error.code)
        case Invalid():
            return Problem(422, "Some fields are not valid.", errors=error.errors)
        case KeyReused():
            return Problem(422, str(error), "key_reused", {"Idempotency-Key": [str(error)]})
        case NotFound():
            return Problem(404, "Nothing here is known under that address.")
        case Forbidden():
            return Problem(403, str(error) or "This is not yours to do.")
        case Stale():
            return Problem(412, str(error))
        case Unavailable():
            return Problem(503, str(error))
    return Problem(500, "Something went wrong here. It was noted; please try again.")


def response(problem: Problem) -> Response:
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": TITLES[problem.status],
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.code:
        body["code"] = problem.code
    if problem.errors is not None:
        body["errors"] = problem.errors
    answer = Response(orjson.dumps(body), status=problem.status, mimetype="application/problem+json")
    if problem.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if problem.status == 503:
        answer.headers["Retry-After"] = "2"
    return answer
