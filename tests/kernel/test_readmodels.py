"""How rows get into a read model, on both databases."""

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
)

from services.kernel.readmodels import MANY, ROUND, add_up, change, upsert


@pytest.fixture
def db(teller):
    with teller.database.write() as connection:
        yield connection


def made(db, *columns):
    table = Table("thing", MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(db)
    return table


def rows(db, table):
    return [tuple(row) for row in db.execute(select(table).order_by(*table.primary_key))]


def test_a_sum_is_begun_added_to_and_taken_from_by_its_whole_key(db):
    key = (Column("centre", Text), Column("month", Text))
    table = made(db, *key, Column("facts", Integer), PrimaryKeyConstraint("centre", "month"))
    add_up(db, table, [(("60", "2026-01"), 2), (("60", "2026-02"), 5)])
    add_up(db, table, [(("60", "2026-01"), 3), (("61", "2026-01"), 1), (("60", "2026-02"), -4)])
    add_up(db, table, [])
    assert rows(db, table) == [("60", "2026-01", 5), ("60", "2026-02", 1), ("61", "2026-01", 1)]


def test_a_row_replaces_what_its_columns_say_or_leaves_the_old_one(db):
    columns = (Column("a", Text), Column("b", Text), Column("id", Integer, primary_key=True))
    table = made(db, *columns)
    upsert(db, table, [{"id": 1, "a": "x", "b": "y"}, {"id": 2, "a": "x", "b": "y"}], ("id",))
    upsert(db, table, [{"id": 1, "a": "new", "b": "new"}], ("id",), update=("b",))
    upsert(db, table, [{"id": 2, "a": "new", "b": "new"}], ("id",), update=())
    assert rows(db, table) == [("x", "new", 1), ("x", "y", 2)]


@pytest.mark.parametrize("count", [MANY - 1, MANY, ROUND + MANY - 1])
def test_many_rows_are_written_as_few_are(db, count):
    table = made(
        db,
        Column("id", BigInteger, primary_key=True, autoincrement=False),
        Column("said", Text),
        Column("true", Boolean),
        Column("n", Integer),
    )
    words = ("มา%s\t\n", 'it\'s \\ "so" 100 %', "", None, "null", "{}", "\u2028💠")
    expected = [
        (2**60 + id, words[id % len(words)], (True, False, None)[id % 3], -id or None) for id in range(count)
    ]
    names = [column.name for column in table.columns]
    upsert(db, table, [dict(zip(names, row, strict=True)) for row in expected], ("id",))
    assert rows(db, table) == expected
    again = [{"id": 2**60 + id, "said": "new", "true": True, "n": 7} for id in range(1, count + 1)]
    upsert(db, table, again, ("id",), update=("said",))
    kept = [(id, "new", *others) for id, _, *others in expected[1:]]
    assert rows(db, table) == [expected[0], *kept, (2**60 + count, "new", True, 7)]
    upsert(db, table, [{**row, "said": "newer"} for row in again], ("id",), update=())
    assert {said for _, said, *_ in rows(db, table)[1:]} == {"new"}
    add_up(db, table := summed(db), [((f"{id:05}",), id + 1) for id in range(count)])
    add_up(db, table, [((f"{id:05}",), 1) for id in range(count)])
    assert rows(db, table) == [(f"{id:05}", id + 2) for id in range(count)]


@pytest.mark.parametrize("count", [1, MANY - 1, MANY, ROUND])
def test_rows_that_are_there_are_changed_and_no_others_made(db, count):
    columns = (Column("id", Text, primary_key=True), Column("said", Text), Column("true", Boolean))
    table = made(db, *columns, Column("n", Integer, nullable=False))
    upsert(
        db, table, [{"id": f"{id:05}", "said": "", "true": None, "n": id} for id in range(count + 1)], ("id",)
    )
    told = ('it\'s \\ "so" 100 %s', None)
    change(db, table, {f"{id:05}": {"true": not id % 2, "said": told[id % 2]} for id in range(count)})
    change(db, table, {"nobody": {"said": "x"}})
    change(db, table, {})
    expected = [(f"{id:05}", told[id % 2], not id % 2, id) for id in range(count)]
    assert rows(db, table) == [*expected, (f"{count:05}", "", None, count)]


def summed(db):
    columns = Column("key", Text, primary_key=True), Column("facts", Integer)
    table = Table("sum", MetaData(), *columns, prefixes=["TEMPORARY"])
    table.create(db)
    return table
