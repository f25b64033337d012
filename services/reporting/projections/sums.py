"""Sums of what counts, by month and centre, kept beside the rows: figures of years read these, and one by one only the
days at the ends of a period that are no whole month (projections.counting). They say nothing that `counted` does not.

Each is kept twice: for its centre, and under `ALL_CENTRES` for all together.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    CompoundSelect,
    Connection,
    Index,
    MetaData,
    PrimaryKeyConstraint,
    Select,
    Table,
    Text,
    case,
    delete,
    func,
    literal,
    select,
    text,
    union_all,
)

from services.kernel.envelope import ALL_CENTRES
from services.kernel.readmodels import add_up
from services.kernel.scope import OWNER
from services.reporting.measures import COLUMNS

SPANS = ("took", "waited")
UNKNOWN, YES, NO = "", "yes", "no"  # in a key, for NULL, true and false
GONE = text("facts = 0")

metadata = MetaData()


def _sums(name: str, *key: Column[Any]) -> Table:
    return Table(
        name,
        metadata,
        Column("centre", Text, info=OWNER),
        Column("month", Text),  # YYYY-MM, in Thailand
        *key,
        Column("facts", BigInteger, nullable=False),
        PrimaryKeyConstraint("centre", "month", *(column.name for column in key)),
        Index(f"{name}_gone", "facts", sqlite_where=GONE, postgresql_where=GONE),
        sqlite_with_rowid=False,
    )


# `before` and `after`: the months of the case's facts of this type before and after this one.
facts_sum = _sums(
    "facts_sum_v6", Column("type", Text), *(Column(each, Text) for each in COLUMNS), Column("before", Text)
)
labels_sum = _sums("labels_sum_v6", Column("labels", Text), Column("after", Text))
days_sum = _sums("days_sum_v6", Column("type", Text), Column("span", Text), Column("days", BigInteger))
TABLES = (facts_sum, labels_sum, days_sum)


Sums = Mapping[Table, Counter[tuple[str | int, ...]]]  # of each table, the facts by the columns of its key


def of(db: Connection, c: Any, some: ColumnElement[bool]) -> Sums:
    """What some rows of `counted` (its columns: `c`) come to."""
    month, told = _month(c.day), [_told(c[column]) for column in COLUMNS]
    spans = [
        select(c.centre, month, c.type, literal(span), c[span]).where(some, c[span].is_not(None))
        for span in SPANS
    ]
    keys: dict[Table, Select[Any] | CompoundSelect[Any]] = {
        facts_sum: select(c.centre, month, c.type, *told, _month(c.before)).where(some),
        labels_sum: select(c.centre, month, c.labels, _month(c.after)).where(some, c.labels.is_not(None)),
        days_sum: union_all(*spans),
    }
    return {table: _counted(db, key) for table, key in keys.items()}


def _counted(db: Connection, keys: Select[Any] | CompoundSelect[Any]) -> Counter[tuple[str | int, ...]]:
    columns = keys.subquery("keys").c
    sums: Counter[tuple[str | int, ...]] = Counter()
    for centre, *rest, facts in db.execute(select(*columns, func.count()).group_by(*columns)):
        sums[centre, *rest] += facts
        sums[ALL_CENTRES, *rest] += facts
    return sums


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
