"""Counts that reporting does not tell every reader."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Hidden:
    """A count that is not told, and the code of the reason: few or withheld."""

    why: str


def with_hidden(figures: Mapping[str, Any]) -> dict[str, Any]:
    """An overview in which a count that is hidden says so, instead of being None."""
    shown = dict(figures)
    for name, why in figures["hidden"].items():
        part, _, key = name.partition(".")
        shown[part] = {**shown[part], key: Hidden(why)}
    return shown


def size(count: int | Hidden) -> int:
    """A count for a drawing, in which what is hidden does not show."""
    return 0 if isinstance(count, Hidden) else count
