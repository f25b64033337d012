"""How rows get into a read model, on both databases."""

import pytest
from sqlalchemy import Column, Integer, MetaData, PrimaryKeyConstraint, Table, Text, select

from services.kernel.readmodels import add_up, upsert


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
