"""What refusals and errors are to whoever asked: one table, for the API's problem documents (RFC 9457), pages and
forms."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Annotated, NotRequired, TypedDict

import orjson
from flask import Response
from werkzeug.exceptions import HTTPException

from services.codes.shapes import Note
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale, Unavailable
from services.web.gateway.limits import ERRORS_MOST
from services.web.identity.hashing import Busy

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
    429: "Too many at once",
    500: "Unexpected error",
    503: "Not now",
}


KEY_REUSED = "key_reused"
UNKNOWN = "Nothing is known under this id."
OF_COMMANDS = (
    Invalid,
    KeyReused,
    Refused,
    Stale,
)  # what a door says to a command about its fields, its rules, its version


class ProblemDocument(TypedDict):
    """A problem document (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: NotRequired[
        Annotated[
            str,
            Note(
                "For machines. Of 409: no_quorum, no_plan, consent_refused, wrong_state, place_pending, "
                "duplicate_referral and others"
            ),
        ]
    ]
    errors: NotRequired[Annotated[Mapping[str, Sequence[str]], Note("{field: [message]}")]]


class Problem(Exception):
    """An answer that is an error. `errors` is {field: [message, ...]}; `retry_after`: in how many seconds it may
    go."""

    def __init__(
        self,
        status: int,
        detail: str,
        code: str | None = None,
        errors: Mapping[str, Sequence[str]] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(status, detail)
        self.retry_after = retry_after
        self.status, self.detail, self.code, self.errors = status, detail, code, errors


def of(error: Exception) -> Problem:
    """The problem a kernel error is to the outside; anything unknown is 500 without its text."""
    match error:
        case Problem():
            return error
        case HTTPException():
            return Problem(error.code if error.code in TITLES else 400, error.name)
        case Refused():
            return Problem(409, error.message, error.code, error.errors or None)
        case Invalid():
            named = dict(islice(error.errors.items(), ERRORS_MOST))
            return Problem(422, "Some fields are not valid.", errors=named)
        case KeyReused():
            return Problem(422, str(error), KEY_REUSED, {"Idempotency-Key": [str(error)]})
        case NotFound(field=str(field)):
            return Problem(404, UNKNOWN, errors={field: [UNKNOWN]})
        case NotFound():
            return Problem(404, "Nothing here is known under that address.")
        case Forbidden():
            return Problem(403, str(error) or "This is not yours to do.")
        case Stale():
            return Problem(412, str(error))
        case Unavailable():
            return Problem(503, str(error), retry_after=2)
        case Busy():
            return Problem(429, "Too many ask this at once.", retry_after=error.seconds)
    return Problem(500, "Something went wrong here. It was noted; please try again.")


def response(problem: Problem) -> Response:
    body: ProblemDocument = {
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
    told_when(answer, problem)
    return answer


def told_when(answer: Response, problem: Problem) -> None:
    """Says in the answer when to try again, where that may help."""
    if problem.retry_after is not None:
        answer.headers["Retry-After"] = str(problem.retry_after)
