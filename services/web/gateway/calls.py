"""The one way to ask a service's door: for pages, the API, a partner's link, the administrator and the figures.

question   a door and its body, with the type of the answer (kernel.questions)
reply      what a door answered; its refusals are raised as the kernel's errors
position   where a service's log stood after a command
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson
from flask import g

from services.kernel import doors
from services.kernel.envelope import SYSTEM, Caller
from services.kernel.errors import Forbidden, NotFound, Unavailable
from services.kernel.questions import Body, CommandDoor, Json, Question
from services.kernel.runtime import SYSTEM_CALL, ServiceRuntime
from services.screening.doors import MEETING
from services.web.gateway.colleagues import require_known
from services.web.gateway.consequences import ADDITIONS, CONSEQUENCES
from services.web.gateway.request import correlation, note_stale, runtime
from services.web.store import positions

COMMANDS = uuid5(NAMESPACE_URL, "songtor:command")

A = TypeVar("A")


class Reply(NamedTuple, Generic[A]):
    """`position`: None if nothing was for the log; `stale`: what the asker wrote elsewhere was not heard in time."""

    answer: A
    position: int | None
    stale: bool


Closed = Forbidden | NotFound | Unavailable  # why one of several questions has no answer


class Replies:
    """What came of several questions."""

    def __init__(self, replies: Mapping[Question[Any], Reply[Any] | Closed]) -> None:
        self._replies = replies

    def __getitem__(self, question: Question[A]) -> A | None:
        """The answer; None also for what is not known (yet), not to be had now, or not for the asker."""
        reply: Reply[A] | Closed = self._replies[question]
        return reply.answer if isinstance(reply, Reply) else None

    def error(self, question: Question[Any]) -> Closed | None:
        """Why there is no answer."""
        reply = self._replies[question]
        return None if isinstance(reply, Reply) else reply

    @property
    def complete(self) -> bool:
        return all(isinstance(each, Reply) for each in self._replies.values())

    @property
    def fresh(self) -> bool:
        """Nothing is missing but what is not for the asker, and all answers know what the asker wrote."""
        return all(
            isinstance(each, Forbidden) or (isinstance(each, Reply) and not each.stale)
            for each in self._replies.values()
        )


@dataclass(frozen=True)
class Asker:
    """Who asks, without an account here: a partner's link, the system. `after` {service: position} is what an answer
    must know of."""

    caller: Caller
    after: Mapping[str, int] = field(default_factory=dict)

    def positions(self) -> Mapping[str, int]:
        return self.after

    def wrote(self, service: str, position: int) -> None:
        pass


class User(Asker):
    """Who asks with an account: it is noted how far they wrote, so that they read what they wrote themselves. A request
    looks it up once."""

    def positions(self) -> Mapping[str, int]:
        known: dict[str, Mapping[str, int]] = g.setdefault("positions", {})
        user = self.caller.user
        if user not in known:
            known[user] = runtime().read(lambda db: positions.after(db, user))
        return known[user]

    def wrote(self, service: str, position: int) -> None:
        with runtime().database.write() as db:
            positions.record(db, self.caller.user, service, position)
        g.pop("positions", None)


@dataclass(frozen=True)
class Command:
    """Sent twice under one `id` it is done once. `at`: when it happened (instant); `if_match`: the version it is
    about."""

    id: str = field(default_factory=lambda: str(uuid4()))
    at: str | None = None
    if_match: int | None = None


THE_SYSTEM = Asker(SYSTEM)


def command_id(*names: str) -> str:
    """The id of a command that is the same command whenever these names are the same."""
    return str(uuid5(COMMANDS, "\n".join(names)))


def ask(asker: Asker, question: Question[A], seconds: float = 10.0) -> Reply[A]:
    """The reply to a question."""
    door = question.door
    reply: Reply[A] = _reply(
        runtime().ports.ask(door.service, door.name, _call_of(asker), question.body, seconds)
    )
    if reply.stale:
        note_stale()
    _add(question, reply)
    return reply


def together(asker: Asker, *questions: Question[Any], seconds: float = 5.0) -> Replies:
    """The replies to several questions, asked side by side."""
    ports, call = runtime().ports, _call_of(asker)
    tasks = [partial(_reply_or_error, ports.ask, call, each, seconds) for each in questions]
    found: dict[Question[Any], Reply[Any] | Closed] = dict(zip(questions, ports.together(tasks), strict=True))
    for question, reply in found.items():
        _add(question, reply)
    replies = Replies(found)
    if not replies.fresh:
        note_stale()
    return replies


def _add(question: Question[Any], reply: Reply[Any] | Closed) -> None:
    if question.door in ADDITIONS and isinstance(reply, Reply):
        ADDITIONS[question.door](runtime(), reply.answer)


def tell(
    asker: Asker,
    door: CommandDoor[A],
    body: Body,
    command: Command | None = None,
    seconds: float = 15.0,
) -> Reply[A]:
    """The reply to a command; where the log stands after it is noted for who asked, and what follows here is done."""
    require_known(runtime(), asker.caller, door, body, partial(_centre_of_meeting, asker))
    command = command or Command()
    call = _origin(asker) | {
        "id": command.id,
        "fingerprint": runtime().master.fingerprint(
            orjson.dumps([command.at, body], option=orjson.OPT_SORT_KEYS)
        ),
        "at": command.at,
        "if_match": command.if_match,
    }
    reply: Reply[A] = _reply(runtime().ports.ask(door.service, door.name, call, body, seconds))
    if reply.position:
        asker.wrote(door.service, reply.position)
    if door in CONSEQUENCES:
        CONSEQUENCES[door](runtime(), body, reply.answer)
    return reply


def _centre_of_meeting(asker: Asker, meeting_id: str) -> str | None:
    try:
        return ask(asker, MEETING.of(meeting_id=meeting_id)).answer["centre"]
    except (Forbidden, NotFound):
        return None


def tell_as_system(host: ServiceRuntime, door: CommandDoor[A], body: Body, command: Command) -> Reply[A]:
    """The reply to a command that the front door gives of itself, without a request; its id says all that it is
    about."""
    call = {**SYSTEM_CALL, "correlation": command.id, "id": command.id, "fingerprint": "", "at": command.at}
    return _reply(host.ports.ask(door.service, door.name, call, body, 15.0))


def ask_as_system(host: ServiceRuntime, question: Question[A]) -> Reply[A]:
    """The reply to a question that the front door asks of itself, without a request."""
    door = question.door
    return _reply(host.ports.ask(door.service, door.name, SYSTEM_CALL, question.body, 15.0))


def ask_apart(host: ServiceRuntime, caller: Caller, question: Question[A], seconds: float) -> Reply[A]:
    """The reply to a question that the front door asks of itself for somebody, without a request."""
    door, call = question.door, {"caller": _named(caller), "id": str(uuid4())}
    return _reply(host.ports.ask(door.service, door.name, call, question.body, seconds))


def _origin(asker: Asker) -> dict[str, Json]:
    return {"caller": _named(asker.caller), "correlation": correlation()}


def _named(caller: Caller) -> dict[str, Json]:
    return {
        "user": caller.user,
        "role": caller.role,
        "centres": list(caller.centres),
        "partner": caller.partner,
        "delegated": [list(each) for each in caller.delegated],
    }


def _call_of(asker: Asker) -> dict[str, Json]:
    """Of a question."""
    return _origin(asker) | {"id": str(uuid4()), "wait": dict(asker.positions())}


def _reply(wire: doors.Reply[Any]) -> Reply[Any]:
    return Reply(wire["answer"], wire["position"], bool(wire["stale"]))


def _reply_or_error(
    port: Callable[..., doors.Reply[Any]], call: Body, question: Question[A], seconds: float
) -> Reply[A] | Closed:
    """Runs beside the request, so it may look at nothing of it."""
    door = question.door
    try:
        return _reply(port(door.service, door.name, call, question.body, seconds))
    except (Forbidden, NotFound, Unavailable) as error:
        return error
