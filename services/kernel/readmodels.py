"""Read models: tables made of facts, dropped and replayed, never migrated; and how rows get into them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Table

from services.kernel.database import later
from services.kernel.envelope import Recorded

ROUND = 1000  # rows that go to PostgreSQL in one statement


def nothing(_: Connection, __: Sequence[Recorded] | None) -> Iterable[None]:
    return ()


@dataclass(frozen=True)
class Projection:
    """One or more read models. Tables are named `name_v{version}`.

    `project` gets facts in batches: own and heard ones, in order within one source, in any order across sources. It
    must commute across sources and use no clock, no random and no I/O but the connection. `derive` then makes rows from
    the rows that are there: of what a batch touched, or (None, once at the end of a rebuild) of everything, slice by
    slice, so that others run in between.
    """

    name: str
    version: int
    tables: tuple[Table, ...]
    project: Callable[[Connection, Sequence[Recorded]], None]
    derive: Callable[[Connection, Sequence[Recorded] | None], Iterable[None]] = nothing


def upsert(
    db: Connection,
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    key: Sequence[str],
    update: Sequence[str] | None = None,
) -> None:
    """Insert rows or, where `key` exists, update columns (`None`: all the rows carry but the key; `()`: leave the old
    row).

    Every row must carry the same columns, and no key twice in one call. Many rows go in few round trips, on both
    databases.
    """
    if not rows:
        return
    names = tuple(rows[0])
    columns = tuple(name for name in names if name not in key) if update is None else tuple(update)
    values = [tuple(row[name] for name in names) for row in rows]
    _put(db, table, names, values, tuple(key), tuple((name, f'excluded."{name}"') for name in columns))


def add_up(db: Connection, table: Table, sums: Sequence[tuple[tuple[str | int, ...], int]]) -> None:
    """Insert rows of (primary key, number); where the key exists, the number is added to what stands in the table's one
    other column."""
    if not sums:
        return
    key = tuple(column.name for column in table.primary_key)
    [sum] = [column.name for column in table.columns if not column.primary_key]
    values = [(*at, number) for at, number in sums]
    _put(db, table, (*key, sum), values, key, ((sum, f'"{table.name}"."{sum}" + excluded."{sum}"'),))


Changes = tuple[tuple[str, str], ...]  # (column, what it becomes), where the key exists


def _put(
    db: Connection,
    table: Table,
    names: tuple[str, ...],
    values: Sequence[tuple[Any, ...]],
    key: tuple[str, ...],
    changes: Changes,
) -> None:
    # Straight to the driver, with text made once for each shape: building and compiling a statement costs more than
    # running it.
    opening, marks, closing = _upsert(table, db.dialect.name, names, key, changes)
    if db.dialect.name == "sqlite":
        db.connection.cursor().executemany(f"{opening} {marks} {closing}", values)
        return
    for start in range(0, len(values), ROUND):
        some = values[start : start + ROUND]
        every = ", ".join([marks] * len(some))
        later(db, f"{opening} {every} {closing}", [value for row in some for value in row])


@lru_cache(maxsize=1024)
def _upsert(
    table: Table, dialect: str, names: tuple[str, ...], key: tuple[str, ...], update: Changes
) -> tuple[str, str, str]:
    """INSERT … VALUES / (?, …) / ON CONFLICT …, with the driver's own placeholders. All names are a read model's
    own."""
    mark = "?" if dialect == "sqlite" else "%s"
    quoted = {column.name: f'"{column.name}"' for column in table.columns}
    changes = ", ".join(f"{quoted[name]} = {becomes}" for name, becomes in update)
    return (
        f'INSERT INTO "{table.name}" ({", ".join(quoted[name] for name in names)}) VALUES',
        f"({', '.join([mark] * len(names))})",
        f"ON CONFLICT ({', '.join(quoted[name] for name in key)}) DO "
        + (f"UPDATE SET {changes}" if changes else "NOTHING"),
    )
