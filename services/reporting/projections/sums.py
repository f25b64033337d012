"""Sums of what counts, by month and centre, kept beside the rows: figures of years read these, and one by one only the
days at the ends of a period that are no whole month (projections.counting). They say nothing that `counted` does not.

Each is kept twice: for its centre, and under `ALL_CENTRES` for all together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Index,
    Insert,
    Label,
    MetaData,
    PrimaryKeyConstraint,
    Row,
    Table,
    Text,
    bindparam,
    case,
    delete,
    func,
    insert,
    literal,
    select,
    text,
)

from services.kernel.envelope import ALL_CENTRES
from services.kernel.readmodels import DERIVED, add_up
from services.kernel.scope import AUTHOR
from services.reporting.measures import COLUMNS

SPANS = ("took", "waited")
UNKNOWN, YES, NO = "", "yes", "no"  # in a key, for NULL, true and false
GONE = text("facts = 0")

metadata = MetaData()


def _sums(name: str, *key: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("centre", Text, info=AUTHOR),
        Column("month", Text),  # YYYY-MM, in Thailand
        *key,
        Column("facts", BigInteger, nullable=False),
        PrimaryKeyConstraint("centre", "month", *(column.name for column in key)),
        Index(f"{name}_gone", "facts", sqlite_where=GONE, postgresql_where=GONE),
        sqlite_with_rowid=False,
        info=DERIVED,
    )


# `before` and `after`: the months of the case's facts of this type before and after this one.
facts_sum = _sums(
    "facts_sum_v12", Column("type", Text), *(Column(each, Text) for each in COLUMNS), Column("before", Text)
)
labels_sum = _sums("labels_sum_v12", Column("type", Text), Column("labels", Text), Column("after", Text))
days_sum = _sums("days_sum_v12", Column("type", Text), Column("span", Text), Column("days", BigInteger))
TABLES = (facts_sum, labels_sum, days_sum)


Sums = Mapping[Table, Counter[tuple[str | int, ...]]]  # of each table, the facts by the columns of its key

# By what of a row, as it is told, each table counts it; not at all where a part of that is NULL.
KEYS = (
    (facts_sum, ("month", "type", *COLUMNS, "before")),
    (labels_sum, ("month", "type", "labels", "after")),
    *((days_sum, ("month", "type", f"of_{span}", span)) for span in SPANS),
)


def parts_of(c: Any) -> list[Label[Any]]:
    """What of a row of `counted` (its columns: `c`) the sums tell apart."""
    columns: dict[str, ColumnElement[Any]] = {
        "centre": c.centre,
        "month": _month(c.day),
        "type": c.type,
        **{each: _told(c[each]) for each in COLUMNS},
        "before": _month(c.before),
        "labels": c.labels,
        "after": _month(c.after),
        **{f"of_{span}": literal(span) for span in SPANS},
        **{span: c[span] for span in SPANS},
    }
    return [column.label(name) for name, column in columns.items()]


def of(rows: Iterable[Row[Any]]) -> Sums:
    """What some rows, as they are told, come to."""
    sums = _none()
    for row in rows:
        for table, by in KEYS:
            key = tuple(getattr(row, name) for name in by)
            if None not in key:
                _add(sums[table], row.centre, key, 1)
    return sums


def add_all(db: Connection, counted: Table, types: Sequence[str]) -> None:
    """The sums of all rows of some types, which are more than should be read one by one, and of which there are no sums
    yet."""
    for adding in _adding(counted):
        db.execute(adding, {"types": types})


@cache
def _adding(counted: Table) -> list[Insert]:
    """For each table and each centre, and for all together. No sum is of two types: labels are of screenings alone."""
    row = (
        select(*parts_of(counted.c))
        .where(counted.c.type.in_(bindparam("types", expanding=True)))
        .subquery("told")
        .c
    )
    every = []
    for table, by in KEYS:
        key = [row[name] for name in by]
        known = [part.is_not(None) for part in key]
        for centre, each in ((row.centre, [row.centre, *key]), (literal(ALL_CENTRES), key)):
            said = select(centre, *key, func.count()).where(*known).group_by(*each)
            every.append(insert(table).from_select([column.name for column in table.columns], said))
    return every


def _none() -> dict[Table, Counter[tuple[str | int, ...]]]:
    return {table: Counter() for table in TABLES}


def _add(sums: Counter[tuple[str | int, ...]], centre: str, key: Iterable[str | int], facts: int) -> None:
    sums[(centre, *key)] += facts
    sums[(ALL_CENTRES, *key)] += facts


def change(db: Connection, before: Sums, after: Sums) -> None:
    """Some rows of `counted` came to this, and come to that now."""
    for table in TABLES:
        sums = after[table].copy()
        sums.subtract(before.get(table, {}))
        # In one order whoever counts, so that nobody waits for somebody who waits for them.
        changed = sorted((key, facts) for key, facts in sums.items() if facts)
        add_up(db, table, changed)
        if any(facts < 0 for _, facts in changed):
            db.execute(delete(table).where(table.c.facts == 0))


def _month(day: Any) -> ColumnElement[str]:
    return func.coalesce(func.substr(day, 1, 7), UNKNOWN)


def _told(column: Any) -> ColumnElement[str]:
    if isinstance(column.type, Boolean):
        return case((column.is_(True), YES), (column.is_(False), NO), else_=UNKNOWN)
    return func.coalesce(column, UNKNOWN)


def value_of(key: str) -> str | bool | None:
    """What a row says where a key says this."""
    return {UNKNOWN: None, YES: True, NO: False}.get(key, key)
