"""The one way to ask a service's door: for pages, the API, a partner's link, the administrator and the figures.

question   (service, door, body)
reply      what a door answered; its refusals are raised as the kernel's errors
position   where a service's log stood after a command
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson

from services.kernel.envelope import SYSTEM, Caller
from services.kernel.errors import Forbidden, NotFound, Unavailable
from services.kernel.runtime import ServiceRuntime
from services.web.gateway.request import correlation, note_stale, runtime
from services.web.store import positions

COMMANDS = uuid5(NAMESPACE_URL, "songtor:command")

Question = tuple[str, str, Mapping[str, Any]]


class Reply(NamedTuple):
    """`position`: None if nothing was for the log; `stale`: what the asker wrote elsewhere was not heard in time."""

    answer: Any
    position: int | None
    stale: bool


Closed = Forbidden | NotFound | Unavailable  # why one of several questions has no answer
Replies = Mapping[str, Reply | Closed]


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
    """Who asks with an account: it is noted how far they wrote, so that they read what they wrote themselves."""

    def positions(self) -> Mapping[str, int]:
        return runtime().read(lambda db: positions.after(db, self.caller.user))

    def wrote(self, service: str, position: int) -> None:
        with runtime().database.write() as db:
            positions.record(db, self.caller.user, service, position)


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


def ask(
    asker: Asker, service: str, door: str, body: Mapping[str, Any] | None = None, seconds: float = 10.0
) -> Reply:
    """The reply to a question."""
    reply = _reply(runtime().ports.ask(service, door, _question(asker), body or {}, seconds))
    if reply.stale:
        note_stale()
    return reply


def together(asker: Asker, questions: Mapping[str, Question], seconds: float = 5.0) -> Replies:
    """The replies to several questions asked side by side; what is not known (yet), not to be had now or not for the
    asker stands as its error."""
    ports, call = runtime().ports, _question(asker)
    tasks = [partial(_reply_or_error, ports.ask, call, each, seconds) for each in questions.values()]
    replies: Replies = dict(zip(questions, ports.together(tasks), strict=True))
    if any(
        isinstance(each, NotFound | Unavailable) or (isinstance(each, Reply) and each.stale)
        for each in replies.values()
    ):
        note_stale()
    return replies


def tell(
    asker: Asker,
    service: str,
    door: str,
    body: Mapping[str, Any],
    command: Command | None = None,
    seconds: float = 15.0,
) -> Reply:
    """The reply to a command; where the log stands after it is noted for who asked."""
    command = command or Command()
    call = _call(asker) | _command(runtime(), command, body)
    reply = _reply(runtime().ports.ask(service, door, call, body, seconds))
    if reply.position:
        asker.wrote(service, reply.position)
    return reply


def tell_unasked(
    host: ServiceRuntime,
    service: str,
    door: str,
    body: Mapping[str, Any],
    command: Command,
    seconds: float = 15.0,
) -> Reply:
    """The reply to a command that the system gives of itself, without a request."""
    call = _of(SYSTEM, command.id) | _command(host, command, body)
    return _reply(host.ports.ask(service, door, call, body, seconds))


def _command(host: ServiceRuntime, command: Command, body: Mapping[str, Any]) -> dict[str, Any]:
    told = orjson.dumps([command.at, body], option=orjson.OPT_SORT_KEYS)
    return {
        "id": command.id,
        "fingerprint": host.master.fingerprint(told),
        "at": command.at,
        "if_match": command.if_match,
    }


def _call(asker: Asker) -> dict[str, Any]:
    return _of(asker.caller, correlation())


def _of(caller: Caller, correlation: str) -> dict[str, Any]:
    return {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "correlation": correlation,
    }


def _question(asker: Asker) -> dict[str, Any]:
    return _call(asker) | {"id": str(uuid4()), "wait": dict(asker.positions())}


def _reply(wire: Mapping[str, Any]) -> Reply:
    return Reply(wire["answer"], wire["position"], bool(wire["stale"]))


def _reply_or_error(
    port: Callable[..., Any], call: Mapping[str, Any], question: Question, seconds: float
) -> Reply | Closed:
    """Runs beside the request, so it may look at nothing of it."""
    service, door, body = question
    try:
        return _reply(port(service, door, call, body, seconds))
    except (Forbidden, NotFound, Unavailable) as error:
        return error
