"""Doors of a service: methods that check who may, load the body, do one thing and answer. One table of them all.

Knows no framework: how a call gets here (nameko's RPC, a thread with a queue, a caller in the same process) is its
host's affair.
"""

import functools
import inspect
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, Literal, TypedDict, TypeVar, cast, overload

from marshmallow import Schema, ValidationError, fields, validate
from prometheus_client import REGISTRY, generate_latest

from services.kernel import logs, metrics, scope
from services.kernel.call import NOW, Call
from services.kernel.envelope import Caller, Delegation, moment
from services.kernel.errors import EXPECTED, Forbidden, Invalid, Refused
from services.kernel.eventlog import Outcome
from services.kernel.runtime import LogPage, ServiceRuntime, process_id
from services.kernel.sizes import Room, whole
from services.kernel.status import Status
from services.kernel.vault import Shredded
from services.kernel.wiring import Wiring

__all__ = ["Call", "Door", "Doors", "Runtime", "command", "doors_of", "query"]

logger = logging.getLogger(__name__)
SKEW = timedelta(seconds=5)  # clocks of two machines may differ this much before `at` counts as the future

OLDEST = datetime(1900, 1, 1, tzinfo=UTC)  # nothing that is told happened before

Service = TypeVar("Service", bound="Doors")
Body = TypeVar("Body")
A = TypeVar("A")


class Reply(TypedDict, Generic[A]):
    """What a door says on the wire. `position`: where its log stood after the command, None if nothing was for the log;
    `stale`: what the caller wrote elsewhere was not heard in time."""

    answer: A
    position: int | None
    stale: bool


# A door as its service writes it, and as it is called: with a call and a body that nobody has looked at yet.
Method = Callable[[Service, Call, Body], A]
Entry = Callable[[Service, Mapping[str, Any], Mapping[str, Any]], Reply[A]]


@dataclass(frozen=True)
class Door:
    """One row of the table of who may what."""

    name: str
    action: str
    roles: frozenset[str]
    kind: Literal["command", "query"]
    schema: Schema


class DoorRow(TypedDict):
    """The same, as it is answered."""

    action: str
    kind: str
    roles: list[str]


def command(
    action: str, roles: tuple[str, ...], schema: Schema
) -> Callable[[Method[Service, Body, Outcome[A]]], Entry[Service, A]]:
    """A door that may change something."""

    def decorate(method: Method[Service, Body, Outcome[A]]) -> Entry[Service, A]:
        return _entry(Door(method.__name__, action, frozenset(roles), "command", schema), method, method)

    return decorate


def query(
    action: str, roles: tuple[str, ...], schema: Schema
) -> Callable[[Method[Service, Body, A]], Entry[Service, A]]:
    """A door that only answers; it first waits (at most 2 s) for what its caller wrote elsewhere."""

    def decorate(method: Method[Service, Body, A]) -> Entry[Service, A]:
        def find(service: Service, call: Call, body: Body) -> Outcome[A]:
            return Outcome(method(service, call, body))

        return _entry(Door(method.__name__, action, frozenset(roles), "query", schema), method, find)

    return decorate


def _entry(
    door: Door, method: Callable[..., Any], work: Method[Service, Body, Outcome[A]]
) -> Entry[Service, A]:
    @functools.wraps(method)
    def enter(self: Service, call: Mapping[str, Any], body: Mapping[str, Any]) -> Reply[A]:
        started = time.perf_counter()
        service, outcome = self.name, "ok"
        try:
            with logs.correlation(str(call.get("correlation", ""))):
                return _enter(self, door, work, call, body)
        except EXPECTED as error:
            outcome = getattr(error, "code", type(error).__name__)
            metrics.REFUSALS.labels(service, outcome).inc()
            raise
        except Exception:
            outcome = "failed"
            metrics.FAILURES.labels(service, door.name).inc()
            raise
        finally:
            seconds = time.perf_counter() - started
            metrics.DOOR_SECONDS.labels(service, door.name).observe(seconds)
            if door.kind == "command":
                metrics.COMMANDS.labels(service, door.name).inc()
            # The front door has a line for each request; a door has one when it answered otherwise than asked.
            level = logging.DEBUG if outcome == "ok" else logging.INFO
            logger.log(
                level,
                "door",
                extra={"door": door.name, "outcome": outcome, "ms": round(seconds * 1000, 1)},
            )

    enter.door = door  # type: ignore[attr-defined]
    return cast(Entry[Service, A], enter)


def _enter(
    service: Service,
    door: Door,
    work: Method[Service, Body, Outcome[A]],
    raw: Mapping[str, Any],
    body: Mapping[str, Any],
) -> Reply[A]:
    runtime = service.runtime
    who = raw["caller"]
    delegated = tuple(Delegation(*map(str, each)) for each in who.get("delegated") or ())
    caller = Caller(
        str(who["user"]), str(who["role"]), tuple(who["centres"]), str(who.get("partner") or ""), delegated
    )
    if caller.role not in door.roles:
        # Only what is not the caller's own to do is done in somebody's place.
        in_place = caller.standing_in(door.roles)
        if in_place is None:
            raise Forbidden(f"The role {caller.role} may not do {door.action}.")
        caller = in_place
    now = runtime.now()
    call = Call(
        caller=caller,
        command_id=str(raw.get("id", "")),
        fingerprint=str(raw.get("fingerprint", "")),
        correlation=str(raw.get("correlation") or raw.get("id", "")),
        at=_happened(raw.get("at"), now),
        now=now,
        if_match=raw.get("if_match"),
        raw=raw,
    )
    reading = NOW.set(now)
    try:
        try:
            loaded = door.schema.load(dict(body))
        except ValidationError as error:
            raise Invalid(flat(error.messages)) from None
        if door.kind == "command":
            runtime.clock.require()
        fresh = door.kind == "command" or runtime.wait_for_positions(raw.get("wait") or {})
        with scope.narrow(scope.of(caller)):
            outcome = work(service, call, loaded)
    except Shredded:
        raise Refused("erased", "This person's data was erased; nothing personal can be added.") from None
    finally:
        NOW.reset(reading)
    return {"answer": outcome.answer, "position": outcome.position, "stale": not fresh}


def _happened(text: str | None, now: datetime) -> datetime:
    if text is None:
        return now
    try:
        at = moment(text).astimezone(UTC)
    except ValueError:
        raise Invalid({"at": ["Not a time."]}) from None
    if at < OLDEST:
        raise Invalid({"at": ["It lies before 1900."]})
    if at > now + SKEW:
        raise Invalid({"at": ["It cannot lie in the future."]})
    return min(at, now)


def flat(messages: Any, path: str = "") -> dict[str, list[str]]:
    """marshmallow's nested messages as {dotted.field: [message, ...]}."""
    if isinstance(messages, Mapping):
        by_field: dict[str, list[str]] = {}
        for key, value in messages.items():
            by_field.update(flat(value, f"{path}.{key}" if path else str(key)))
        return by_field
    return {path or "body": [str(message) for message in messages]}


class PageBody(Schema):
    after = fields.Integer(required=True, strict=True)
    limit = fields.Integer(load_default=500, strict=True)


class RetryBody(Schema):
    event_id = fields.String(load_default=None, allow_none=True)


class SkipBody(Schema):
    event_id = fields.String(required=True, validate=validate.Regexp(r"[!-~]{1,100}\Z"))
    reason = fields.String(required=True, validate=validate.Regexp(r"(?=.*\S)[^\x00-\x1f\x7f]{1,500}\Z"))


class RebuildBody(Schema):
    projection = fields.String(load_default=None, allow_none=True)


class FiguresBody(Schema):
    told_to = fields.String(load_default=None, allow_none=True)


class NoBody(Schema):
    pass


class Nothing(TypedDict):
    pass


class PageRange(TypedDict):
    after: int
    limit: int


class OneParked(TypedDict):
    event_id: str | None


class FiguresFor(TypedDict):
    """`told_to`: the process that asks."""

    told_to: str | None


class OneSkipped(TypedDict):
    event_id: str
    reason: str


class OneReadModel(TypedDict):
    projection: str | None


# What a service does of itself once it runs, beside its doors: (runtime, whether to stop, a pause of so many seconds).
Chore = Callable[[ServiceRuntime, Callable[[], bool], Callable[[float], None]], None]


class Runtime:
    """Declared on a service's class as `runtime = Runtime(WIRING)`. Of an instance it is the ServiceRuntime that its
    host gave it."""

    def __init__(self, wiring: Wiring, after_start: Chore | None = None) -> None:
        self.wiring, self.after_start = wiring, after_start

    @overload
    def __get__(self, service: None, owner: type[Any]) -> "Runtime": ...

    @overload
    def __get__(self, service: object, owner: type[Any]) -> ServiceRuntime: ...

    def __get__(self, service: object | None, owner: type[Any]) -> "Runtime | ServiceRuntime":
        if service is None:
            return self
        raise AttributeError(f"no host gave {owner.__name__} its runtime")


class Doors:
    """The doors every service has: its log for followers, and what an operator asks. Services add their own."""

    name: str
    runtime: Runtime

    @query("log.page", roles=("system",), schema=PageBody())
    def page(self, call: Call, body: PageRange) -> LogPage:
        return self.runtime.page(body["after"], body["limit"])

    @query("service.status", roles=("system", "admin"), schema=NoBody())
    def status(self, call: Call, body: Nothing) -> Status:
        return self.runtime.status()

    @query("service.room", roles=("system", "admin"), schema=NoBody())
    def room(self, call: Call, body: Nothing) -> Room:
        """How much room this service's database takes."""
        return {"bytes": whole(self.runtime.database)}

    @query("service.doors", roles=("admin",), schema=NoBody())
    def doors(self, call: Call, body: Nothing) -> list[DoorRow]:
        """This service's rows of the table of who may what: [{action, kind, roles}], the kernel's own left out."""
        own = [door for name, door in doors_of(type(self)).items() if not hasattr(Doors, name)]
        return [DoorRow(action=d.action, kind=d.kind, roles=sorted(d.roles)) for d in own]

    @query("service.figures", roles=("system",), schema=FiguresBody())
    def figures(self, call: Call, body: FiguresFor) -> dict[str, str]:
        """This process's figures as Prometheus text, with the process they are of. To a process itself no text is told:
        it has the figures already, which are now refreshed."""
        self.runtime.measure()
        own = body["told_to"] == process_id()
        return {"process": process_id(), "text": "" if own else generate_latest(REGISTRY).decode()}

    @query("service.verify", roles=("system", "admin"), schema=NoBody())
    def verify(self, call: Call, body: Nothing) -> list[str]:
        return self.runtime.verify()

    @command("service.retry", roles=("system", "admin"), schema=RetryBody())
    def retry(self, call: Call, body: OneParked) -> Outcome[dict[str, int]]:
        return Outcome(self.runtime.inbox.retry(body["event_id"]))

    @command("service.skip", roles=("system", "admin"), schema=SkipBody())
    def skip(self, call: Call, body: OneSkipped) -> Outcome[dict[str, int]]:
        return Outcome(self.runtime.inbox.skip(body["event_id"], call.caller.actor, body["reason"]))

    @command("service.resume", roles=("system", "admin"), schema=NoBody())
    def resume(self, call: Call, body: Nothing) -> Outcome[list[str]]:
        return Outcome(self.runtime.inbox.resume())

    @command("service.rebuild", roles=("system", "admin"), schema=RebuildBody())
    def rebuild(self, call: Call, body: OneReadModel) -> Outcome[dict[str, int]]:
        return Outcome(self.runtime.rebuild(body["projection"], lambda done, total: None))


def doors_of(service: type[Doors]) -> dict[str, Door]:
    """Every door of a service by name: the table from which the printed matrix is made."""
    return {
        name: member.door
        for name, member in inspect.getmembers(service, inspect.isfunction)
        if hasattr(member, "door")
    }
