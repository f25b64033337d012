"""A new version of a read model comes while others write: no fact is missing from it, and whoever fills only the old
one is refused."""

from dataclasses import replace
from typing import Any

import eventlet
import pytest
from sqlalchemy import Column, MetaData, Table, Text, func, inspect, select

from services.kernel import building, fence, scope, settings, tables
from services.kernel.database import Database
from services.kernel.envelope import Envelope
from services.kernel.errors import Outdated
from services.kernel.eventlog import EventLog
from services.kernel.inbox import Inbox
from services.kernel.local import Network
from services.kernel.readmodels import Projection, upsert
from services.kernel.replicas import SILENT
from services.kernel.scope import OWNER
from tests.kernel import balls
from tests.kernel.balls import newer, with_read_models

NOBODY = "00000000-0000-0000-0000-000000000001"


@pytest.fixture
def postgresql(sites):
    return settings.read(sites("postgresql"))


def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that many meet what others write."""
    monkeypatch.setattr(building, "BATCH", 2)
    monkeypatch.setattr(building, "LAST", 1)


def rows(database: Database, version: int) -> list[tuple[object, ...]]:
    with database.read() as db:
        return sorted(tuple(row) for row in db.execute(select(balls.throws(version).tables[0])))


def throws_in(log: EventLog) -> int:
    """How many throws a service knows, its own and the other's."""
    with log.database.read() as db:
        facts = [*log.facts(db, 0, 100_000), *log.heard(db, 0, 100_000)]
    return sum(fact.type == "BallThrown" for fact in facts)


def table_names(database: Database) -> set[str]:
    with database.read() as db:
        return {name for name in inspect(db).get_table_names() if name.startswith("throws")}


class Old:
    """The program of before, which goes on throwing until it is refused in both services."""

    def __init__(self, place: settings.Settings) -> None:
        self.net, self.thrown, self.refusals = balls.network(place), 0, set[str]()
        self._thread = eventlet.spawn(self._play)

    def _play(self) -> None:
        while self.refusals != {"red", "blue"}:
            try:
                balls.throw(self.net, self.thrown)
                self.thrown += 1
            except Outdated:
                self.refusals.add("red")
            for name, source in (("blue", "red"), ("red", "blue")):
                try:
                    self.net.runtimes[name].inbox.pull(source)
                except Outdated:
                    self.refusals.add(name)
            eventlet.sleep(0)

    def played(self, balls: int) -> None:
        while self.thrown < balls:
            eventlet.sleep(0.01)

    def wait(self) -> None:
        with eventlet.Timeout(60):
            self._thread.wait()
        self.net.close()


def is_whole(net: Network, version: int = 2) -> None:
    """Every fact is in the new rows, live and made again, and nothing else is wrong."""
    net.settle()
    for runtime in net.runtimes.values():
        live = rows(runtime.database, version)
        assert len(live) == throws_in(runtime.log) > 0
        runtime.rebuild("throws", lambda done, total: None)
        assert rows(runtime.database, version) == live
        assert runtime.status()["parked"] == []
        assert runtime.verify() == []


def test_no_fact_is_missing_that_an_old_program_wrote_or_heard_meanwhile(postgresql, monkeypatch):
    small_batches(monkeypatch)
    old = Old(postgresql)
    old.played(5)
    # Whoever hears first, so that the old program still has something to hear when it is refused there.
    made = balls.throws(2, unit=10)
    blue = Network([with_read_models(balls.BLUE, made)], old.net.clock, settings=postgresql)
    while "blue" not in old.refusals:
        eventlet.sleep(0.01)
    net = newer(postgresql)
    old.wait()
    with net.runtimes["red"].database.read() as db:
        assert db.scalar(select(func.count()).select_from(tables.event)) >= old.thrown > 5
    is_whole(net)
    blue.close()
    net.close()


def test_two_new_programs_that_start_at_once_raise_it_once(postgresql):
    old = Old(postgresql)
    old.played(3)
    starting = [eventlet.spawn(newer, postgresql) for _ in range(2)]
    nets = [each.wait() for each in starting]
    old.net.close()
    old._thread.kill()
    for name, runtime in nets[0].runtimes.items():
        with runtime.database.read() as db:
            assert [tuple(row)[:2] for row in db.execute(select(tables.projection))] == [("throws", 2)], name
            assert db.execute(select(tables.building)).all() == []
    balls.throw(nets[1], 1000)
    is_whole(nets[0])
    for net in nets:
        net.close()


def test_who_was_cut_short_goes_on_where_it_was(place, monkeypatch):
    small_batches(monkeypatch)
    net = balls.network(place)
    for ball in range(3):
        balls.throw(net, ball)
    net.settle()
    first = rows(net.runtimes["red"].database, 1)
    net.close()
    whole, seen = balls.throws(2), []

    def cut_short(db: Any, facts: Any) -> None:
        if len(seen) > 4:
            raise RuntimeError("the power went")
        seen.extend(facts)
        whole.project(db, facts)

    def noted(db: Any, facts: Any) -> None:
        seen.extend(facts)
        whole.project(db, facts)

    with pytest.raises(RuntimeError, match="the power went"):
        balls.network(place, with_read_models(balls.RED, replace(whole, project=cut_short)))
    # Meanwhile the old program answers, and writes.
    net = balls.network(place)
    assert rows(net.runtimes["red"].database, 1) == first
    balls.throw(net, 3)
    net.settle()
    last = rows(net.runtimes["red"].database, 1)
    net.close()

    net = balls.network(place, with_read_models(balls.RED, replace(whole, project=noted)))
    assert rows(net.runtimes["red"].database, 2) == last != first
    assert len({(fact.source, fact.id) for fact in seen}) == len(seen) == len(last)
    assert net.runtimes["red"].verify() == []
    net.close()


def test_a_writer_that_says_nothing_is_refused_with_all_it_wrote(postgresql):
    net = balls.network(postgresql)
    balls.throw(net, 1)
    red = net.runtimes["red"]
    head = red.log.head()
    silent = EventLog(red.database, replace(balls.RED, projections=()), red.vault)
    envelope = Envelope(
        NOBODY,
        "",
        "worker-60",
        "60",
        "2026-11-02T03:00:00.000000Z",
        "2026-11-02T03:00:00.000000Z",
        NOBODY,
        NOBODY,
    )
    throw = balls.Throw(NOBODY, NOBODY, 0, "ลูกเงียบ")
    red.vault.ensure(NOBODY)
    with pytest.raises(Outdated, match="This program is older than the database's read models") as refusal:
        silent.execute(envelope, lambda unit: len(unit.handle(balls.BALL, NOBODY, throw)))
    assert "ลูก" not in str(refusal.value)
    assert red.log.head() == head
    with red.database.read() as db:
        for table in (tables.event, tables.stream):
            assert db.scalar(select(func.count()).where(table.c.stream_id == f"ball/{NOBODY}")) == 0
        assert db.scalar(select(func.count()).where(tables.command_done.c.command_id == NOBODY)) == 0
    assert red.verify() == []
    net.close()


def test_a_source_heard_for_the_first_time_is_fenced_too(postgresql):
    net = balls.network(postgresql)
    balls.throw(net, 1)
    page = net.runtimes["red"].page(0, 100)
    blue = net.runtimes["blue"]
    older = EventLog(blue.database, replace(balls.BLUE, projections=()), blue.vault, blue.log.macs)
    inbox = Inbox(older, net.clock, blue.inbox.fetch, lambda seconds: None)
    with pytest.raises(Outdated):
        inbox.receive("red", page["page"].encode())
    assert blue.inbox.position("red") == 0
    assert blue.status()["parked"] == []
    is_whole(net, version=1)
    net.close()


def test_an_older_program_does_not_start(place):
    newer(place).close()
    with pytest.raises(Outdated, match="throws is at version 2, this program's is 1"):
        balls.network(place)


def test_a_program_without_a_read_model_makes_older_ones_stop(place):
    net = balls.network(place)
    without = balls.network(place, with_read_models(balls.RED), with_read_models(balls.BLUE))
    if not net.runtimes["red"].database.sqlite:
        with pytest.raises(Outdated):
            balls.throw(net, 1)
    balls.throw(without, 2)
    with pytest.raises(Outdated):
        balls.network(place)
    net.close()
    without.close()


def test_the_new_tables_keep_centres_apart_from_their_first_row_on(postgresql):
    kept = Table(
        "kept_v1", MetaData(), Column("fact_id", Text, primary_key=True), Column("centre", Text, info=OWNER)
    )
    open_at_first_row: list[Table] = []

    def keep(db: Any, facts: Any) -> None:
        open_at_first_row.extend(scope.unprotected(db, [kept]))
        upsert(db, kept, [{"fact_id": fact.id, "centre": fact.centre} for fact in facts], ["fact_id"], ())

    net = balls.network(postgresql)
    balls.throw(net, 1)
    net.close()
    net = balls.network(
        postgresql, with_read_models(balls.RED, balls.THROWS, Projection("kept", 1, (kept,), keep))
    )
    assert open_at_first_row == []
    counted = select(func.count()).select_from(kept)
    for seen, count in ((scope.EVERYTHING, 1), (scope.Scope("60"), 1), (scope.Scope("61"), 0)):
        with scope.narrow(seen), net.runtimes["red"].database.read() as db:
            assert db.scalar(counted) == count
    net.close()


def test_old_tables_stay_while_a_process_that_serves_reads_them(postgresql):
    old = balls.network(postgresql)
    old.runtimes["red"].beat()
    net = newer(postgresql)
    red = net.runtimes["red"]
    assert table_names(red.database) == {"throws_v1", "throws_v2"}
    assert table_names(net.runtimes["blue"].database) == {"throws_v2"}
    with pytest.raises(Outdated):
        old.runtimes["red"].beat()
    red.beat()
    assert table_names(red.database) == {"throws_v1", "throws_v2"}
    with red.database.write() as db:
        red.log.run(db, "UPDATE replica SET seen_at = seen_at - ? WHERE reads = 'throws_v1'", SILENT + 1)
    red.beat()
    assert table_names(red.database) == {"throws_v2"}
    old.close()
    net.close()


def test_who_was_silent_until_its_tables_were_dropped_is_refused_as_clearly(postgresql):
    old = balls.network(postgresql)
    net = newer(postgresql)
    balls.throw(net, 1)
    red, blue = old.runtimes["red"], old.runtimes["blue"]
    assert table_names(red.database) == table_names(blue.database) == {"throws_v2"}
    with pytest.raises(Outdated, match="Start the newer program"):
        balls.throw(old, 2)
    with pytest.raises(Outdated, match="older than the database"):
        blue.inbox.pull("red")
    assert blue.status()["parked"] == []
    is_whole(net)
    old.close()
    net.close()


@pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)
def test_a_process_whose_read_models_were_raised_ends(pair):
    (listener,) = pair.start(pair.toys.Listener)
    wiring = listener.wiring
    raised = replace(wiring, projections=tuple(replace(each, version=2) for each in wiring.projections))
    with listener.database.write() as db:
        fence.raise_versions(db, raised, "2026-11-02T03:00:00.000000Z")
    try:
        with eventlet.Timeout(30), pytest.raises(Outdated, match="Start the newer program"):
            pair.containers[-1].wait()
    finally:
        with listener.database.write() as db:
            fence.raise_versions(db, wiring, "2026-11-02T03:00:00.000000Z")
