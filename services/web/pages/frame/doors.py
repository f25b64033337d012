"""Doors as the signed-in user asks them."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from flask import request

from services.web.gateway import calls
from services.web.gateway.calls import Command, Question, Reply, User, command_id
from services.web.pages.frame import visit


def ask(service: str, door: str, body: Mapping[str, Any] | None = None, seconds: float = 10.0) -> Any:
    """The answer to a question; the kernel's errors are raised and become error pages."""
    return calls.ask(User(visit.caller()), service, door, body, seconds).answer


def together(**questions: Question) -> dict[str, Any]:
    """{name: answer} to several questions; None for what is not known (yet) or not available now."""
    replies = calls.together(User(visit.caller()), questions)
    return {name: reply.answer if isinstance(reply, Reply) else None for name, reply in replies.items()}


def tell(
    service: str,
    door: str,
    body: Mapping[str, Any],
    *,
    at: str | None = None,
    if_match: int | None = None,
    seconds: float = 15.0,
    part: str = "",
) -> Any:
    """The answer to a command. Its id comes from the form's hidden command id and the door, so sending a form twice
    changes once. `at`: when it happened (instant); `part` tells several commands of one form apart."""
    caller, of_form = visit.caller(), request.form.get("command", "")[:64] or str(uuid4())
    command = Command(command_id(caller.user, service, door, of_form, *filter(None, [part])), at, if_match)
    return calls.tell(User(caller), service, door, body, command, seconds).answer
