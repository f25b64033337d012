"""Doors as the signed-in user asks them."""

from typing import Any, TypeVar
from uuid import uuid4

from flask import request

from services.kernel.questions import Body, CommandDoor, Question
from services.web.gateway import calls
from services.web.gateway.calls import Command, Replies, User, command_id
from services.web.pages.frame import visit

A = TypeVar("A")


def ask(question: Question[A], seconds: float = 10.0) -> A:
    """The answer to a question; the kernel's errors are raised and become error pages."""
    return calls.ask(User(visit.caller()), question, seconds).answer


def together(*questions: Question[Any]) -> Replies:
    """The answers to several questions: None for what is not known (yet) or not available now."""
    return calls.together(User(visit.caller()), *questions)


def attempt(question: Question[A]) -> A | None:
    """The answer to a question that the page can do without."""
    return together(question)[question]


def tell(
    door: CommandDoor[A],
    body: Body,
    *,
    at: str | None = None,
    if_match: int | None = None,
    seconds: float = 15.0,
    part: str = "",
) -> A:
    """The answer to a command. Its id comes from the form's hidden command id and the door, so sending a form twice
    changes once. `at`: when it happened (instant); `part` tells several commands of one form apart."""
    command = Command(id_of(door, part), at, if_match)
    return calls.tell(User(visit.caller()), door, body, command, seconds).answer


def id_of(door: CommandDoor[Any], part: str = "") -> str:
    """The id of the command that the form which was sent gives to the door."""
    of_form = request.form.get("command", "")[:64] or str(uuid4())
    return command_id(visit.caller().user, door.service, door.name, of_form, *filter(None, [part]))
