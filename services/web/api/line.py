"""Where LINE tells of messages to the operator's account: who sends the code of their page is linked. Only what LINE
signed is heard; there is nothing to be read here."""

import orjson
from flask import Blueprint, Response, request

from services.web import gateway
from services.web.gateway import posting
from services.web.gateway.limits import BODY_MOST
from services.web.gateway.problems import Problem

blueprint = Blueprint("line", __name__)


@blueprint.post("/api/v1/line/webhook")
def hear() -> Response:
    runtime = gateway.runtime()
    line = runtime.settings.senders.line
    if line is None:
        raise Problem(404, "LINE is not set up here.")
    body = request.stream.read(BODY_MOST + 1)
    if len(body) > BODY_MOST:
        raise Problem(413, "The body may be at most 1 MB.")
    if not posting.is_of_line(line, body, request.headers.get("X-Line-Signature", "")):
        raise Problem(401, "This is not signed by LINE.")
    try:
        told = orjson.loads(body)
    except orjson.JSONDecodeError:
        raise Problem(400, "The body is not JSON.") from None
    events = told.get("events") if isinstance(told, dict) else None
    posting.hear_line(runtime, events if isinstance(events, list) else [])
    return Response(status=200)
