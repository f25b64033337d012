"""How a service is put together: its aggregates, read models, reactions and timers."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from marshmallow import Schema
from sqlalchemy import Connection, Table

from services.kernel.decider import Aggregate, ClearTimer, Do, SetTimer, Upcaster
from services.kernel.envelope import Recorded
from services.kernel.growth import Rule
from services.kernel.readmodels import Projection


@dataclass(frozen=True)
class Reaction:
    """Whenever <their fact>, then <our command>. `schema` is the part of their data we read; `look_up` reads our own
    tables."""

    schema: Schema
    then: Callable[..., Iterable[Do]]
    look_up: Callable[[Connection, dict[str, Any]], Mapping[str, Any]] | None = None


@dataclass(frozen=True)
class Wiring:
    """Everything the kernel needs to know of one service. `hears`: source -> event type -> reactions (empty: only
    projected); the type "*" stands for every type. `erases`: it may destroy people's keys. `invariants` yields
    sentences about what is wrong (for `songtor verify`). `keeps`: what of an event's open data this service keeps and
    looks at, where it need not have it whole. `look_up_due`: what each of some deadlines' commands needs of our own
    tables when their time has come. `tables`: its own that are no read models, and whose rows are some
    centre's (kernel.scope). `grows`, `stays`: what ends the growth of its own tables, and which of them do not grow
    without end, with why (kernel.growth)."""

    service: str
    aggregates: tuple[Aggregate[Any, Any, Any], ...] = ()
    projections: tuple[Projection, ...] = ()
    hears: Mapping[str, Mapping[str, Sequence[Reaction]]] = field(default_factory=dict)
    timers: Callable[[Recorded], Iterable[SetTimer | ClearTimer]] | None = None
    when_due: Callable[..., Do] | None = None  # of (command, now) and what `look_up_due` found
    look_up_due: Callable[[Connection, Sequence[Any]], Sequence[Any]] | None = None
    erases: bool = False
    invariants: Callable[[Connection], Iterable[str]] | None = None
    keeps: Upcaster | None = None
    tables: tuple[Table, ...] = ()
    grows: tuple[Rule, ...] = ()
    stays: Mapping[str, str] = field(default_factory=dict)

    def wants(self, source: str, type: str) -> bool:
        types = self.hears.get(source, {})
        return type in types or "*" in types
