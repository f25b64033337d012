"""A read model made again equals the live one, and the old one answers meanwhile."""

from pathlib import Path

import eventlet
import pytest
from sqlalchemy import inspect, select

from services.kernel import scope
from services.kernel.beside import SCHEMA, beside
from services.kernel.errors import NotFound
from services.kernel.rebuild import rebuild
from tests.kernel import toys
from tests.kernel.deeds import added, closed, opened, parked, tallies
from tests.kernel.toys import heard_tables


def rows(runtime):
    with runtime.database.read() as db:
        return {
            name: sorted(map(repr, db.execute(select(table)).all()))
            for name, table in heard_tables.tables.items()
        }


@pytest.fixture
def lived(net, teller, listener):
    """Several streams, a refusal, a closed case, one stream that was parked for a while and one that still is."""
    toys.unable.update(("late", "never"))
    opened(teller, "a", "late", "b", "never")
    added(teller, "late", 3)
    net.settle()
    added(teller, "a", toys.LIMIT + 5)
    added(teller, "never", 9)
    net.settle()
    toys.unable.discard("late")
    listener.inbox.retry()
    closed(teller, "b")
    added(teller, "late", 4)
    net.settle()
    assert len(parked(listener)) == 4
    return listener


def test_a_rebuilt_read_model_equals_the_live_one_byte_for_byte(lived):
    live = rows(lived)
    done = []
    counts = lived.rebuild(None, lambda now, all_: done.append((now, all_)))
    assert rows(lived) == live
    assert set(counts) == {"tally", "told"}
    assert done[-1][0] == done[-1][1]
    assert lived.verify() == []


def test_readers_see_the_old_rows_until_the_new_ones_are_all_there(lived, teller, net):
    with lived.database.write() as db:
        db.exec_driver_sql("UPDATE tally_v1 SET total = 999")
    old = tallies(lived)
    seen = []

    def look(done, total):
        seen.append(eventlet.spawn(tallies, lived).wait())

    (projection, _) = lived.wiring.projections
    rebuild(lived.log, projection, look, eventlet.sleep)
    assert seen and all(found == old for found in seen)
    assert tallies(lived) != old


def test_two_rebuilds_at_once_come_one_after_the_other(lived):
    live, begun = rows(lived), []

    def make(name):
        lived.rebuild("tally", lambda done, total: (begun.append(name), eventlet.sleep(0.02)))

    for each in [eventlet.spawn(make, name) for name in "ab"]:
        each.wait()
    assert begun in (sorted(begun), sorted(begun, reverse=True)) and {*begun} == {"a", "b"}
    assert rows(lived) == live


def test_what_is_heard_during_a_rebuild_is_neither_lost_nor_counted_twice(lived, teller, net):
    waiting = []

    def meanwhile(done, total):
        if not waiting:
            added(teller, "a", 6)
            waiting.append(eventlet.spawn(net.settle))
            eventlet.sleep(0.02)

    (projection, _) = lived.wiring.projections
    rebuild(lived.log, projection, meanwhile, eventlet.sleep)
    waiting[0].wait()
    live = rows(lived)
    lived.rebuild(None, lambda *_: None)
    assert rows(lived) == live
    assert lived.verify() == []


def test_nobody_waits_for_a_rebuild_whoever_writes_and_hears_meanwhile(lived, teller, net):
    """The rebuild waits for them: had they to wait for it, it would be for ever."""
    (projection, _) = lived.wiring.projections
    done = []

    def meanwhile(now, total):
        if len(done) < 3:
            added(teller, "a", 2)
            eventlet.spawn(net.settle).wait()
            done.append((tallies(lived), total))

    rebuild(lived.log, projection, meanwhile, eventlet.sleep)
    assert done and done[-1][0] == tallies(lived)
    live = rows(lived)
    lived.rebuild(None, lambda *_: None)
    assert rows(lived) == live
    assert lived.verify() == []


def left_over(runtime):
    """What a rebuild has beside the read models in use."""
    if runtime.database.sqlite:
        return [*Path(runtime.database.url.database).parent.glob("*.anew*")]
    with runtime.database.read() as db:
        return db.exec_driver_sql("SELECT nspname FROM pg_namespace WHERE nspname = %s", (SCHEMA,)).all()


def test_a_rebuild_that_fails_leaves_the_old_rows_and_nothing_beside_them(lived):
    live = rows(lived)

    def fail(done, total):
        assert left_over(lived)
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        lived.rebuild("tally", fail)
    assert rows(lived) == live
    assert not left_over(lived)


def test_what_a_killed_process_left_beside_them_is_in_nobodys_way(lived):
    live = rows(lived)
    (projection, _) = lived.wiring.projections
    killed = beside(lived.database, projection.tables)
    with killed.__enter__().filling() as db:  # and never left
        db.execute(projection.tables[0].insert().values(**_any_row(projection.tables[0])))
    lived.rebuild("tally", lambda *_: None)
    assert rows(lived) == live and not left_over(lived)


def _any_row(table):
    return {column.name: 7 if column.type.python_type is int else "x" for column in table.columns}


def test_tables_made_anew_are_as_they_were(lived):
    def shape():
        with lived.database.read() as db:
            found = inspect(db)
            tables = [table for projection in lived.wiring.projections for table in projection.tables]
            shapes = {
                table.name: (
                    sorted(str(column["type"]) for column in found.get_columns(table.name)),
                    found.get_pk_constraint(table.name)["constrained_columns"],
                    sorted(each["name"] for each in found.get_indexes(table.name)),
                )
                for table in tables
            }
            if not lived.database.sqlite:
                assert scope.unprotected(db, tables) == []
            return shapes

    before = shape()
    lived.rebuild(None, lambda *_: None)
    assert shape() == before


def test_somebody_who_reads_for_long_is_waited_for_again_and_again(lived):
    """On PostgreSQL the old tables go when nobody reads them; an SQLite file has a reader's view and the new rows."""
    (projection, _) = lived.wiring.projections
    reading = lived.database.snapshot()
    db = reading.__enter__()
    before = db.execute(select(projection.tables[0])).all()
    waited = []

    def pause(seconds):
        if seconds and not waited:
            waited.append(seconds)
            reading.__exit__(None, None, None)

    rebuild(lived.log, projection, lambda *_: None, pause)
    if lived.database.sqlite:
        assert db.execute(select(projection.tables[0])).all() == before
        reading.__exit__(None, None, None)
    else:
        assert waited
    assert lived.verify() == []


def test_an_unknown_read_model_is_not_found(listener):
    with pytest.raises(NotFound):
        listener.rebuild("nothing", lambda *_: None)
