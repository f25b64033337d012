"""How a service is put together: its aggregates, read models, reactions and timers; and small tools for read models and lists."""

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

import orjson
from marshmallow import Schema
from sqlalchemy import Connection, Table

from services.kernel.decider import Aggregate, ClearTimer, Do, SetTimer
from services.kernel.envelope import Recorded
from services.kernel.errors import Invalid

LIMIT_DEFAULT, LIMIT_MOST = 50, 500
ROUND = 1000  # rows that go to PostgreSQL in one statement


def nothing(_: Connection, __: Sequence[Recorded] | None) -> Iterable[None]:
    return ()


@dataclass(frozen=True)
class Projection:
    """Read models that are dropped and replayed, never migrated. Tables are named `name_v{version}`.

    `project` gets facts in batches: own and heard ones, in order within one source, in any order across sources. It must commute
    across sources and use no clock, no random and no I/O but the connection.
    `derive` then makes rows from the rows that are there: of what a batch touched, or (None, once at the end of a rebuild) of everything,
    slice by slice, so that others run in between.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    project: Callable[[Connection, Sequence[Recorded]], None]
    derive: Callable[[Connection, Sequence[Recorded] | None], Iterable[None]] = nothing


@dataclass(frozen=True)
class Reaction:
    """Whenever <their fact>, then <our command>. `schema` is the part of their data we read; `given` reads our own tables."""

    schema: Schema
    then: Callable[..., Iterable[Do]]
    given: Callable[[Connection, dict[str, Any]], dict[str, Any]] | None = None


@dataclass(frozen=True)
class Wiring:
    """Everything the kernel needs to know of one service. `hears`: source -> event type -> reactions (empty: only projected);
    the type "*" stands for every type. `erases`: it may destroy people's keys. `invariants` yields sentences about what is wrong (for
    `songtor verify`)."""

    service: str
    aggregates: tuple[Aggregate[Any, Any, Any], ...] = ()
    projections: tuple[Projection, ...] = ()
    hears: Mapping[str, Mapping[str, Sequence[Reaction]]] = field(default_factory=dict)
    timers: Callable[[Recorded], Iterable[SetTimer | ClearTimer]] | None = None
    when_due: Callable[[dict[str, Any], datetime], Do] | None = None
    erases: bool = False
    invariants: Callable[[Connection], Iterable[str]] | None = None

    def wants(self, source: str, type: str) -> bool:
        types = self.hears.get(source, {})
        return type in types or "*" in types


def upsert(
    db: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert rows or, where `key` exists, update columns (`None`: all the rows carry but the key; `()`: leave the old row).

    Every row must carry the same columns, and no key twice in one call. Many rows go in few round trips, on both databases.
    """
    if not rows:
        return
    names = tuple(rows[0])
    columns = tuple(name for name in names if name not in key) if update is None else tuple(update)
    values = [tuple(row[name] for name in names) for row in rows]
    # Straight to the driver, with text made once for each shape: building and compiling a statement costs more than running it.
    opening, marks, closing = _upsert(table, db.dialect.name, names, tuple(key), columns)
    cursor = db.connection.cursor()
    if db.dialect.name == "sqlite":
        cursor.executemany(f"{opening} {marks} {closing}", values)
        return
    for start in range(0, len(values), ROUND):
        some = values[start : start + ROUND]
        every = ", ".join([marks] * len(some))
        cursor.execute(f"{opening} {every} {closing}", [value for row in some for value in row])


@lru_cache(maxsize=1024)
def _upsert(
    table: Table, dialect: str, names: tuple[str, ...], key: tuple[str, ...], update: tuple[str, ...]
) -> tuple[str, str, str]:
    """INSERT … VALUES / (?, …) / ON CONFLICT …, with the driver's own placeholders. All names are a read model's own."""
    mark = "?" if dialect == "sqlite" else "%s"
    quoted = {column.name: f'"{column.name}"' for column in table.columns}
    changes = ", ".join(f"{quoted[name]} = excluded.{quoted[name]}" for name in update)
    return (
        f'INSERT INTO "{table.name}" ({", ".join(quoted[name] for name in names)}) VALUES',
        f"({', '.join([mark] * len(names))})",
        f"ON CONFLICT ({', '.join(quoted[name] for name in key)}) DO {f'UPDATE SET {changes}' if changes else 'NOTHING'}",
    )


def make_cursor(values: Sequence[Any]) -> str:
    """An opaque list cursor from the sort values of the last row shown."""
    return base64.urlsafe_b64encode(orjson.dumps(list(values))).decode().rstrip("=")


def page_cursor(text: str, length: int) -> list[Any]:
    """The values of `make_cursor`; a broken one is Invalid on `cursor`."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (binascii.Error, ValueError) as error:
        raise Invalid({"cursor": ["Not a cursor of this list."]}) from error
    if not isinstance(values, list) or len(values) != length or b"\\u0000" in orjson.dumps(values):
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    return values
