"""What a type does not say of a value, for annotations of answers such as `Annotated[str, CASE_STATUSES]`. Data only.

A tuple, such as a list of codes, names the only values there are. The OpenAPI document is made from these.
"""

from dataclasses import dataclass
from typing import Annotated, Any, Self


@dataclass(frozen=True)
class Shape:
    """Keywords of JSON Schema; those that are None say nothing."""

    format: str | None = None
    pattern: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    description: str | None = None


class Note(str):
    """What a field means, where its name and its type do not tell."""


class Named(tuple[tuple[str, Any], ...]):
    """The names that are always there in a mapping, each with the type of its value, where both are made from data."""

    def __new__(cls, *names: tuple[str, Any]) -> Self:
        return super().__new__(cls, names)


Id = Annotated[str, Shape(format="uuid")]
Instant = Annotated[str, Shape(format="date-time", description="RFC 3339, UTC")]
Day = Annotated[str, Shape(format="date")]
Province = Annotated[str, Shape(pattern="^[0-9]{2}$", description="Code of a province")]
Count = Annotated[int, Shape(minimum=0)]
Version = Annotated[int, Shape(minimum=1, description="Of the stream; If-Match means it")]
Cursor = Annotated[str | None, Note("Cursor of the next page; null on the last one")]
Verdict = Annotated[str, ("met", "not_met", "unknown")]  # of a rule or a condition: unknown is never "no"
