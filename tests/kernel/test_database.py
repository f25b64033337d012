"""How few trips to the database keep what transactions promise."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import InternalError

from services.kernel.compiled import ON_POSTGRESQL, ON_SQLITE
from services.kernel.database import Database
from services.kernel.errors import Conflict
from services.kernel.tables import log_head
from tests.support.databases import administrator, cut_off

ADD = "INSERT INTO replica (replica_id, reads, seen_at) VALUES (?, '', 0)"
SEEN = "SELECT replica_id FROM replica ORDER BY replica_id"


@pytest.fixture
def database(teller):
    with teller.database.write() as db:
        db.execute(text("DELETE FROM replica"))
    return teller.database


def seen(database):
    with database.read() as db:
        return [row[0] for row in database.rows(db, SEEN)]


def test_a_statement_for_later_is_there_for_whatever_comes_next(database):
    with database.write() as db:
        database.run_later(db, ADD, "50 %")
        assert db.execute(text(SEEN)).scalars().all() == ["50 %"]
        database.run_later(db, ADD, "a")
        database.run_later(db, ADD, "b")
        assert [row[0] for row in database.rows(db, SEEN)] == ["50 %", "a", "b"]
        database.run_later(db, ADD, "c")
    assert seen(database) == ["50 %", "a", "b", "c"]


def test_a_statement_for_later_goes_with_its_transaction(database):
    with pytest.raises(ZeroDivisionError), database.write() as db:
        database.run_later(db, ADD, "a")
        raise ZeroDivisionError
    with database.write() as db:
        database.run_later(db, ADD, "b")
    assert seen(database) == ["b"]


def test_what_is_wrong_with_a_statement_for_later_ends_its_transaction(database):
    with pytest.raises(Conflict), database.write() as db:
        database.run_later(db, ADD, "a")
        database.run_later(db, ADD, "a")
    assert seen(database) == []


def test_connections_that_the_server_closed_meanwhile_are_replaced_unseen(database):
    if database.sqlite:
        with database.write() as db:
            database.run_later(db, ADD, "a")
            database.run_later(db, ADD, "b")
    else:
        with database.write() as first, database.write() as second:  # a pool of two
            database.run_later(first, ADD, "a")
            database.run_later(second, ADD, "b")
        with administrator() as db:
            cut_off(db, database.url.database)
    with database.write() as db:
        database.run_later(db, ADD, "c")
    assert seen(database) == ["a", "b", "c"]


def test_a_statement_is_made_into_sql_once_for_all_databases_of_a_kind(teller, listener):
    assert teller.database.sqlite == listener.database.sqlite
    with teller.database.read() as db:
        db.execute(select(log_head.c.position).where(log_head.c.position > 1)).all()
    known = len(ON_SQLITE) + len(ON_POSTGRESQL)
    with teller.database.read() as db, listener.database.read() as other:
        for on in (db, other):
            assert on.execute(select(log_head.c.position).where(log_head.c.position > -1)).all()
    assert len(ON_SQLITE) + len(ON_POSTGRESQL) == known


def test_of_two_ways_to_an_answer_sqlite_takes_the_shorter_once_it_was_told_how_many_rows_are_alike(tmp_path):
    """Everything is of few centres, and little of one case; where a list is wanted in order, who knows nothing of that
    goes through all of the centre."""
    database = Database(f"sqlite:///{tmp_path}/some.db")
    ask = "SELECT 1 FROM thing WHERE centre IN ('60') AND case_id = '7' ORDER BY at DESC LIMIT 51"

    def way():
        with database.read() as db:
            return db.exec_driver_sql(f"EXPLAIN QUERY PLAN {ask}").all()[0][-1]

    with database.write() as db:
        db.exec_driver_sql("CREATE TABLE thing (centre TEXT, case_id TEXT, at INTEGER)")
        db.exec_driver_sql("CREATE INDEX of_centre ON thing (centre, at)")
        db.exec_driver_sql("CREATE INDEX of_case ON thing (case_id)")
        rows = [("60", str(number // 3), number) for number in range(1000)]
        db.exec_driver_sql("INSERT INTO thing VALUES (?, ?, ?)", rows)
    assert "of_centre" in way()
    database.count_up()
    assert "of_case" in way()
    database.close()


def test_who_reads_writes_nothing_and_holds_nothing(database):
    with database.read() as db:
        assert [row[0] for row in database.rows(db, SEEN)] == []
        with database.write() as other:
            if not database.sqlite:  # what is read may be made anew meanwhile
                other.execute(text("LOCK TABLE replica IN ACCESS EXCLUSIVE MODE NOWAIT"))
            database.run_later(other, ADD, "a")
        if not database.sqlite:
            with pytest.raises(InternalError):
                db.execute(text("DELETE FROM replica"))
    assert seen(database) == ["a"]
