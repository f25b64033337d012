"""Doors as the signed-in user asks them."""

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import uuid4, uuid5

import orjson
from flask import (
    g,
    request,
)

from services.kernel.envelope import Caller
from services.kernel.errors import NotFound, Unavailable
from services.web import gateway
from services.web.gateway import calls
from services.web.pages.frame import visit
from services.web.store import positions


def _call(caller: Caller) -> dict[str, Any]:
    return {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": str(uuid4()),
        "correlation": g.correlation,
    }


def _question() -> dict[str, Any]:
    asking = visit.caller()
    return {**_call(asking), "wait": gateway.runtime().read(lambda db: positions.after(db, asking.user))}


def ask(service: str, door: str, body: Mapping[str, Any] | None = None, seconds: float = 10.0) -> Any:
    """The answer of a query as the signed-in user; the kernel's errors are raised and become error pages."""
    found = calls.ask(service, door, _question(), body or {}, seconds)
    g.stale = g.get("stale", False) or found["stale"]
    return found["answer"]


Question = tuple[str, str, Mapping[str, Any]]


def together(**questions: Question) -> dict[str, Any]:
    """{name: answer} of several queries side by side; None for what is not known (yet) or not available now."""
    call = _question()
    around = gateway.runtime().ports
    asked = [partial(_or_nothing, around.ask, call, question) for question in questions.values()]
    found = dict(zip(questions, around.together(asked), strict=True))
    g.stale = g.get("stale", False) or any(answer is None or answer["stale"] for answer in found.values())
    return {name: answer and answer["answer"] for name, answer in found.items()}


def _or_nothing(asking: Any, call: Mapping[str, Any], question: Question) -> Any:
    service, door, body = question
    try:
        return asking(service, door, call, body, 5.0)
    except (NotFound, Unavailable):
        return None


def tell(
    service: str,
    door: str,
    body: Mapping[str, Any],
    *,
    at: str | None = None,
    if_match: int | None = None,
    seconds: float = 15.0,
) -> Any:
    """The answer of a command as the signed-in user. Its id comes from the form's hidden command id and the door, so sending a
    form twice changes once. `at`: when it happened (instant)."""
    telling = visit.caller()
    command = request.form.get("command", "")[:64] or str(uuid4())
    names = (telling.user, service, door, command)
    call = {
        **_call(telling),
        "id": str(uuid5(calls.COMMANDS, "\n".join(names))),
        "fingerprint": gateway.runtime().master.fingerprint(
            orjson.dumps([at, body], option=orjson.OPT_SORT_KEYS)
        ),
        "at": at,
        "if_match": if_match,
    }
    found = calls.ask(service, door, call, body, seconds)
    if found["position"]:
        with gateway.runtime().database.write() as db:
            positions.record(db, telling.user, service, int(found["position"]))
    return found["answer"]
