"""Calls of the services' doors."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson
from flask import g, request

from services.kernel.envelope import Caller
from services.kernel.errors import Invalid
from services.web import gateway
from services.web.gateway.problems import Problem
from services.web.store import positions

SERVICES = ("intake", "screening", "partners", "referral", "reporting")

KEY_MOST = 200
IF_MATCH = r'(\*|(W/)?("[0-9]{1,15}"|[0-9]{1,15}))'
COMMANDS = uuid5(NAMESPACE_URL, "songtor:command")


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


def call_for(caller: Caller, body: Mapping[str, Any], at: str | None, writes: bool) -> dict[str, Any]:
    """What surrounds a door's body: who, which command, when, and what the caller has written so far."""
    call: dict[str, Any] = {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": command_id(caller) if writes else str(uuid4()),
        "correlation": g.correlation,
    }
    if writes:
        text = orjson.dumps([at, body], option=orjson.OPT_SORT_KEYS)
        call["fingerprint"] = gateway.runtime().master.fingerprint(text)
        call["at"] = at
        call["if_match"] = if_match()
    else:
        call["wait"] = gateway.runtime().read(lambda db: positions.after(db, caller.user))
    return call


def ask(
    service: str, door: str, call: Mapping[str, Any], body: Mapping[str, Any], seconds: float
) -> Mapping[str, Any]:
    answer: Mapping[str, Any] = gateway.runtime().ports.ask(service, door, call, body, seconds)
    return answer
