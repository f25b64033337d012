"""Doors by name, as whoever asks them knows them: each carries the type of its answer.

A service lists its own in its room `doors`, as `CASE: QueryDoor[Case] = QueryDoor("intake", "case")`; who asks through
such a name knows what comes back. The annotation is also read at run time, by the OpenAPI document. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

A = TypeVar("A")

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
Body = Mapping[str, Json]  # of a call, before its schema has looked at it


@dataclass(frozen=True)
class Door:
    service: str
    name: str


@dataclass(frozen=True)
class CommandDoor(Door, Generic[A]):
    """May change something."""


@dataclass(frozen=True)
class QueryDoor(Door, Generic[A]):
    """Only answers."""

    def of(self, **fields: Json) -> "Question[A]":
        return Question(self, fields)


@dataclass(frozen=True, eq=False)
class Question(Generic[A]):
    """What one door is asked; two questions are never the same one."""

    door: QueryDoor[A]
    body: Body
