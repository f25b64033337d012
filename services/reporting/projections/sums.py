"""Sums of what counts, by month and centre, kept beside the rows: figures of years read these, and one by one only the
days at the ends of a period that are no whole month (projections.counting). They say nothing that `counted` does not.

Each is kept twice: for its centre, and under `ALL_CENTRES` for all together.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from operator import itemgetter
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


Key = tuple[str | int, ...]

# By what of a row, as it is told, each table counts it; not at all where a part of that is NULL.
KEYS = (
    (facts_sum, ("month", "type", *COLUMNS, "before")),
    (labels_sum, ("month", "type", "labels", "after")),
    *((days_sum, ("month", "type", f"of_{span}", span)) for span in SPANS),
)
# What the sums tell apart of a row, in the order in which it is told; and what of that each table counts it by.
PARTS = (
    "centre", "month", "type", *COLUMNS, "before", "labels", "after", *(f"of_{span}" for span in SPANS), *SPANS,
)  # fmt: skip
KEYS_OF_TOLD = [(table, itemgetter(*map(PARTS.index, by))) for table, by in KEYS]


def parts_of(c: Any) -> list[Label[Any]]:
    """`PARTS` of a row of `counted` (its columns: `c`)."""
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
    return [columns[name].label(name) for name in PARTS]


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


def change(db: Connection, before: Iterable[Row[Any]], after: Iterable[Row[Any]]) -> None:
    """Some rows of `counted`, as they are told, were these, and are those now: most of them the same."""
    rows: Counter[tuple[Any, ...]] = Counter(map(tuple, after))
    rows.subtract(Counter(map(tuple, before)))
    for table, changed in _changes({row: facts for row, facts in rows.items() if facts}).items():
        # In one order whoever counts, so that nobody waits for somebody who waits for them.
        add_up(db, table, sorted((key, facts) for key, facts in changed.items() if facts))
        if any(facts < 0 for facts in changed.values()):
            db.execute(delete(table).where(table.c.facts == 0))


def _changes(rows: Mapping[tuple[Any, ...], int]) -> dict[Table, Counter[Key]]:
    """By how many facts each sum is another, where there are so many more or fewer of each row."""
    sums: dict[Table, Counter[Key]] = {table: Counter() for table in TABLES}
    for table, key_of in KEYS_OF_TOLD:
        for row, facts in rows.items():
            key = key_of(row)
            if None not in key:
                sums[table][row[0], *key] += facts
                sums[table][ALL_CENTRES, *key] += facts
    return sums


def _month(day: Any) -> ColumnElement[str]:
    return func.coalesce(func.substr(day, 1, 7), UNKNOWN)


def _told(column: Any) -> ColumnElement[str]:
    if isinstance(column.type, Boolean):
        return case((column.is_(True), YES), (column.is_(False), NO), else_=UNKNOWN)
    return func.coalesce(column, UNKNOWN)


def value_of(key: str) -> str | bool | None:
    """What a row says where a key says this."""
    return {UNKNOWN: None, YES: True, NO: False}.get(key, key)
