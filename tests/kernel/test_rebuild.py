"""A read model made again equals the live one, and the old one answers meanwhile."""

import eventlet
import pytest
from sqlalchemy import select

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


def test_a_rebuild_that_fails_leaves_the_old_rows(lived):
    live = rows(lived)

    def fail(done, total):
        raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        lived.rebuild("tally", fail)
    assert rows(lived) == live


def test_an_unknown_read_model_is_not_found(listener):
    with pytest.raises(NotFound):
        listener.rebuild("nothing", lambda *_: None)
