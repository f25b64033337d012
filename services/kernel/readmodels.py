"""Read models: tables made of facts, dropped and replayed, never migrated; and how rows get into them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import BindParameter, Column, Connection, RowMapping, Select, Table, bindparam, select
from sqlalchemy.engine import make_url

from services.kernel.database import Value, later
from services.kernel.envelope import Recorded

ROUND = 1000  # rows that go to PostgreSQL in one statement
POSTGRESQL = make_url("postgresql+psycopg2://").get_dialect()()
MANY = 20  # from so many on they go as JSON: to read so many literals costs both sides much more
# For `info` of a table whose rows `derive` makes when all facts are in, each of them once. Where its read model is made
# anew (kernel.beside) its key and indexes are made after that, which is several times cheaper than row by row.
DERIVED = {"derived": True}


def list_rows(db: Connection, column: Column[str], values: Collection[str]) -> Sequence[RowMapping]:
    """The rows of a table, in no order, that have one of some values in a column; for none of them nobody is asked."""
    return db.execute(_where(column, True), {"of": [*values]}).mappings().all() if values else ()


def get_row(db: Connection, column: Column[str], value: str) -> RowMapping | None:
    """The row of a table that has a value in a column of which no two rows have the same."""
    return db.execute(_where(column, False), {"of": value}).mappings().one_or_none()


def lock_rows(db: Connection, column: Column[str], values: Collection[str]) -> None:
    """Nobody else changes the rows with these keys, or has them, before the commit. Whoever locks several has them in
    one order. In a file whoever writes is alone."""
    if values and db.dialect.name != "sqlite":
        db.execute(_locks(column), {"of": sorted(values)})


@lru_cache(maxsize=1024)
def _locks(column: Column[str]) -> Select[str]:
    some = select(column).where(column.in_(bindparam("of", expanding=True)))
    return some.order_by(column).with_for_update()


@lru_cache(maxsize=1024)
def _where(column: Column[str], several: bool) -> Select[Any]:
    # Described once: that takes longer than to ask.
    of: BindParameter[str] = bindparam("of", expanding=several)
    return select(column.table).where(column.in_(of) if several else column == of)


def nothing(_: Connection, __: Sequence[Recorded] | None) -> Iterable[None]:
    return ()


@dataclass(frozen=True)
class Projection:
    """One or more read models. Tables are named `name_v{version}`. `types`: those of the facts that they are made of;
    no other is shown to them.

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
    types: frozenset[str] | None = None

    def of(self, facts: Sequence[Recorded]) -> Sequence[Recorded]:
        """Those that these read models are made of."""
        return facts if self.types is None else [fact for fact in facts if fact.type in self.types]


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
    _put(db, table, rows, tuple(key), tuple((name, f'excluded."{name}"') for name in columns))


def add_up(db: Connection, table: Table, sums: Sequence[tuple[tuple[str | int, ...], int]]) -> None:
    """Insert rows of (primary key, number); where the key exists, the number is added to what stands in the table's one
    other column."""
    if not sums:
        return
    key = tuple(column.name for column in table.primary_key)
    [sum] = [column.name for column in table.columns if not column.primary_key]
    rows = [dict(zip((*key, sum), (*at, number), strict=True)) for at, number in sums]
    _put(db, table, rows, key, ((sum, f'"{table.name}"."{sum}" + excluded."{sum}"'),))


def change(db: Connection, table: Table, rows: Mapping[str, Mapping[str, Value]]) -> None:
    """Columns of the rows with some primary keys, the same columns of each: {key: {column: value}}. Where there is no
    such row nothing happens."""
    if not rows:
        return
    [key] = table.primary_key
    names = tuple(next(iter(rows.values())))
    if db.dialect.name != "sqlite" and len(rows) >= MANY:
        # Names of columns may be a kind of str.
        every = [{key.name: of, **row} for of, row in rows.items()]
        told = orjson.dumps(every, option=orjson.OPT_NON_STR_KEYS).decode()
        later(db, _change_from_json(table, key.name, names), (told,))
        return
    mark = "?" if db.dialect.name == "sqlite" else "%s"
    changes = ", ".join(f'"{name}" = {mark}' for name in names)
    text = f'UPDATE "{table.name}" SET {changes} WHERE "{key.name}" = {mark}'  # noqa: S608
    for of, row in rows.items():
        later(db, text, (*_values(row, names), of))


Changes = tuple[tuple[str, str], ...]  # (column, what it becomes), where the key exists


def _put(
    db: Connection, table: Table, rows: Sequence[Mapping[str, Value]], key: tuple[str, ...], changes: Changes
) -> None:
    # Straight to the driver, with text made once for each shape: building and compiling a statement costs more than
    # running it.
    names = tuple(rows[0])
    opening, marks, closing = _upsert(table, db.dialect.name, names, key, changes)
    if db.dialect.name == "sqlite":
        every = [_values(row, names) for row in rows]
        db.connection.cursor().executemany(f"{opening} VALUES {marks} {closing}", every)
        return
    for start in range(0, len(rows), ROUND):
        some = rows[start : start + ROUND]
        if len(some) < MANY:
            values = [value for row in some for value in _values(row, names)]
            later(db, f"{opening} VALUES {', '.join([marks] * len(some))} {closing}", values)
        else:
            # Names of columns may be a kind of str.
            told = orjson.dumps(some, default=dict, option=orjson.OPT_NON_STR_KEYS).decode()
            later(db, f"{opening} {_from_json(table, names)} {closing}", (told,))


def _values(row: Mapping[str, Value], names: tuple[str, ...]) -> tuple[Value, ...]:
    return tuple([row[name] for name in names])


@lru_cache(maxsize=1024)
def _upsert(
    table: Table, dialect: str, names: tuple[str, ...], key: tuple[str, ...], update: Changes
) -> tuple[str, str, str]:
    """INSERT … / (?, …) / ON CONFLICT …, with the driver's own placeholders. All names are a read model's own."""
    mark = "?" if dialect == "sqlite" else "%s"
    quoted = {column.name: f'"{column.name}"' for column in table.columns}
    changes = ", ".join(f"{quoted[name]} = {becomes}" for name, becomes in update)
    return (
        f'INSERT INTO "{table.name}" ({", ".join(quoted[name] for name in names)})',
        f"({', '.join([mark] * len(names))})",
        f"ON CONFLICT ({', '.join(quoted[name] for name in key)}) DO "
        + (f"UPDATE SET {changes}" if changes else "NOTHING"),
    )


@lru_cache(maxsize=1024)
def _change_from_json(table: Table, key: str, names: tuple[str, ...]) -> str:
    changes = ", ".join(f'"{name}" = told."{name}"' for name in names)
    told = _told(table, (key, *names))
    return f'UPDATE "{table.name}" SET {changes} FROM {told} WHERE "{table.name}"."{key}" = told."{key}"'  # noqa: S608


@lru_cache(maxsize=1024)
def _from_json(table: Table, names: tuple[str, ...]) -> str:
    return f"SELECT * FROM {_told(table, names)}"  # noqa: S608


def _told(table: Table, names: tuple[str, ...]) -> str:
    """The rows of a JSON text, as PostgreSQL reads them."""
    types = ", ".join(f'"{name}" {table.c[name].type.compile(POSTGRESQL)}' for name in names)
    return f"json_to_recordset(%s) AS told ({types})"
