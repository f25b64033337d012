"""The shape of a decision: commands and a state in, facts out. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, NamedTuple, TypeVar

C = TypeVar("C")
S = TypeVar("S")
E = TypeVar("E")

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True)
class Decider(Generic[C, S, E]):
    """`decide(command, state)` gives the new facts or raises Refused; `evolve(state, fact)` never refuses."""

    decide: Callable[[C, S], Sequence[E]]
    evolve: Callable[[S, E], S]
    initial: S

    def fold(self, past: Iterable[E]) -> S:
        state = self.initial
        for event in past:
            state = self.evolve(state, event)
        return state


@dataclass(frozen=True)
class Aggregate(Generic[C, S, E]):
    """One kind of stream: its name (stream `kind/id`), its decider, and the events that may stand in it.

    `subject` says whom the events are about (the CloudEvents subject). `upcasters` lift the data of an old event shape:
    key (type name, old version), value a pure function to the next version.
    """

    kind: str
    decider: Decider[C, S, E]
    events: tuple[type[Any], ...]
    subject: Literal["case", "person", "partner"]
    upcasters: Mapping[tuple[str, int], Upcaster] = field(default_factory=dict)

    def stream(self, id: str) -> str:
        return f"{self.kind}/{id}"


@dataclass(init=False)
class Do:
    """What a reaction or a timer asks of its own service: one command for one stream. `at`: when that happened (RFC
    3339 UTC), if not just now."""

    aggregate: Aggregate[Any, Any, Any]
    id: str
    command: Any
    at: str | None = None

    # Written out, because only here the types say that the command is one of this aggregate's.
    def __init__(self, aggregate: Aggregate[C, S, E], id: str, command: C, at: str | None = None) -> None:
        self.aggregate, self.id, self.command, self.at = aggregate, id, command, at


class SetTimer(NamedTuple):
    """A deadline: at `due_at` (RFC 3339 UTC) the service's `when_due` turns `command` (JSON) into a Do, once."""

    timer_id: str
    due_at: str
    command: dict[str, Any]


class ClearTimer(NamedTuple):
    """The deadline no longer matters."""

    timer_id: str
