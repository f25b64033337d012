"""Rows of a file, whatever its form, on their way to the door that takes them: {row, partner_id, programme_id, partner,
programme}. What has no id of the registry gets one that is made of what names it in the file, so that the same file
again is about the same partners."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from services.kernel.envelope import derived_id
from services.kernel.questions import Json
from services.thai.names import normalise
from services.web.formats.taxonomies import SONGTOR

ROWS_MOST = 10_000


class Sent(Protocol):
    """An object that somebody sent, of which nothing is known yet."""

    def get(self, name: str, usual: Any = ..., /) -> Any: ...
    def keys(self) -> Iterable[str]: ...
    def __getitem__(self, name: str, /) -> Any: ...


class Unreadable(Exception):
    """The file as a whole is none that is taken here; the text says why."""


@dataclass(frozen=True)
class CellError:
    """`column`: as the file calls it."""

    row: int
    column: str
    message: str


@dataclass
class Reading:
    """What was read of a file. `findings`: (row, of codes.registry.FINDINGS); `columns` {path: what the file calls it};
    `table`: its lines, if it is a table."""

    scheme: str
    entries: list[dict[str, Json]] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    findings: list[tuple[int, str]] = field(default_factory=list)
    columns: Mapping[str, str] = field(default_factory=dict)
    table: Sequence[Sequence[str]] | None = None

    def column(self, path: str) -> str:
        """What the file calls a field that a door finds fault with."""
        known = path
        while known:
            if known in self.columns:
                return self.columns[known]
            known = known.rpartition(".")[0]
        return path


def contradictions(reading: Reading) -> list[CellError]:
    """Where a row says of a partner or a service otherwise than a row before it. Taken one after the other, the last
    would be right today, and both would change something each time that the file comes."""
    said: dict[tuple[str, str], tuple[Any, Any]] = {}
    found = []
    for entry in reading.entries:
        told = [(str(entry["partner_id"]), *each) for each in _leaves("partner", entry["partner"])]
        if entry.get("programme") is not None:
            of = str(entry["programme_id"])
            told += [(of, *each) for each in _leaves("programme", entry["programme"])]
            told.append((of, "programme_id", entry["partner_id"]))  # whose it is
        for id, path, value in told:
            row, first = said.setdefault((id, path), (entry["row"], value))
            if first != value:
                found.append(
                    CellError(int(str(entry["row"])), reading.column(path), f"Row {row} says otherwise.")
                )
    return found


def _leaves(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    """What stands at each dotted place; a list of codes or words is one thing."""
    if isinstance(value, dict):
        inner = list(value.items())
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        inner = [(str(number), each) for number, each in enumerate(value)]
    else:
        yield path, value
        return
    for name, each in inner:
        yield from _leaves(f"{path}.{name}", each)


def same_partner(entries: Sequence[dict[str, Json]]) -> None:
    """The standard says much of a service that we know of its partner (languages, hours, the place): what the first
    service says holds for all of a partner, and of codes all that are said."""
    known: dict[str, dict[str, Json]] = {}
    for entry in entries:
        partner = known.setdefault(str(entry["partner_id"]), {})
        told = entry["partner"]
        for name, value in told.items() if isinstance(told, dict) else ():
            before = partner.setdefault(name, value)
            if isinstance(before, list) and isinstance(value, list):
                partner[name] = list(dict.fromkeys([*before, *value]))
        entry["partner"] = partner


def id_of(text: str, *names: str) -> str:
    """An id of the registry as it is, any other text, or the names, made into one."""
    try:
        return str(UUID(text))
    except ValueError:
        told = (text,) if text else tuple(normalise(name).casefold() for name in names)
        return derived_id(SONGTOR, "\t".join(told))


def put(row: dict[str, Json], path: str, value: Any) -> None:
    """A value at its dotted place; a number is a place in a list."""
    *way, last = path.split(".")
    at: Any = row
    for number, name in enumerate(way):
        inner: Any = [] if (way[number + 1 : number + 2] or [last])[0].isdigit() else {}
        if name.isdigit():
            while len(at) <= int(name):
                at.append({})
            at = at[int(name)]
        else:
            at = at.setdefault(name, inner)
    at[last] = value
