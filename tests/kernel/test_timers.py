"""Deadlines turn into commands once, in their own time, and one that fails does not hold up the others."""

import logging
import os
import signal
import sys
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import eventlet
import pytest
from eventlet.green import subprocess

from services.kernel.decider import Do
from services.kernel.envelope import derived_id, instant, moment
from services.kernel.timers import MEETING, TOGETHER, Timers
from tests.kernel import toys
from tests.kernel.conftest import START
from tests.kernel.deeds import closed, facts
from tests.kernel.toys import PATIENCE, Close, uid
from tests.support import databases

ROOT = Path(__file__).parents[2]
OWN_PROCESS = "import eventlet; eventlet.monkey_patch(); from tests.kernel.meeting import main; main()"


@pytest.fixture
def open_case(net, pair):
    return lambda case, **more: net.call(pair.toys.teller, "open", {"case_id": case, "name": "x"}, **more)


def types(teller, case):
    return [fact.type for fact in facts(teller, f"case/{case}")]


def test_a_deadline_fires_when_its_time_has_come_and_never_again(open_case, teller, clock):
    open_case("a")
    assert teller.fire_timers() == 0
    clock.advance(days=1, hours=23)
    assert teller.fire_timers() == 0
    clock.advance(hours=2)
    assert teller.fire_timers() == 1
    assert teller.fire_timers() == 0
    assert types(teller, "a") == ["CaseOpened", "CaseLapsed"]


def test_the_status_says_what_is_late_and_what_is_to_come(open_case, teller, clock):
    assert teller.status()["deadlines"] == {"overdue": 0, "today": 0, "next": None}
    open_case("a")
    clock.advance(hours=1)
    open_case("b")
    first = instant(START + PATIENCE)
    assert teller.status()["deadlines"] | {"next": ""} == {"overdue": 0, "today": 0, "next": ""}
    assert teller.status()["deadlines"]["next"][:16] == first[:16]
    clock.set(START + PATIENCE - timedelta(minutes=30))
    assert teller.status()["deadlines"]["today"] == 2
    clock.set(START + PATIENCE + timedelta(seconds=30))
    assert teller.status()["deadlines"] | {"next": ""} == {"overdue": 0, "today": 1, "next": ""}
    clock.set(START + PATIENCE + timedelta(hours=2))
    assert teller.status()["deadlines"] == {"overdue": 2, "today": 0, "next": None}


def test_its_fact_is_recorded_in_the_time_of_the_clock_and_says_because_of_what(open_case, teller, clock):
    open_case("a")
    clock.set(START + PATIENCE + timedelta(hours=5))
    teller.fire_timers()
    first, lapsed = facts(teller, "case/a")
    assert lapsed.recorded.startswith("2026-01-07T07:00:00")
    assert (lapsed.actor, lapsed.centre) == ("system", "60")
    assert (lapsed.causation, lapsed.correlation) == (first.id, first.correlation)


def test_settling_fires_what_is_due_in_simulated_time(open_case, net, teller, clock):
    open_case("a")
    net.settle()
    assert types(teller, "a") == ["CaseOpened"]
    clock.advance(days=3)
    net.settle()
    assert types(teller, "a") == ["CaseOpened", "CaseLapsed"]


def test_an_entry_told_late_does_not_lapse_at_once(open_case, net, teller, clock):
    open_case("a", at=START - timedelta(days=30))
    net.settle()
    (fact,) = facts(teller, "case/a")
    assert fact.time < fact.recorded
    clock.advance(days=1)
    assert teller.fire_timers() == 0


def test_a_cleared_deadline_does_not_fire(open_case, teller, clock):
    open_case("a")
    closed(teller, "a")
    clock.advance(days=3)
    assert teller.fire_timers() == 0


def test_of_facts_of_one_transaction_the_last_says_whether_there_is_a_deadline(teller, clock):
    teller.vault.ensure_many(uid(f"person of {case}") for case in ("a", "b"))

    def work(unit):
        for case in ("a", "b"):
            unit.handle(toys.CASE, case, toys.Open(case))
        unit.handle(toys.CASE, "a", Close("a"))

    teller.log.execute(toys.envelope("both", at=instant(clock())), work)
    clock.advance(days=3)
    assert teller.fire_timers() == 1
    assert lapsed(teller) == ["b"]


@pytest.fixture
def many(open_case, clock):
    """More cases than are met in one transaction, opened one after the other, all of whose deadlines have come."""
    cases = [f"case {number:02}" for number in range(2 * TOGETHER + 3)]
    for case in cases:
        open_case(case)
        clock.advance(seconds=1)
    clock.advance(days=3)
    return cases


def lapsed(teller):
    """The cases that lapsed, in the order of the log."""
    with teller.database.read() as db:
        return [fact.case_id for fact in teller.log.facts(db, 0, 1000) if fact.type == "CaseLapsed"]


def test_many_are_met_in_few_transactions_each_of_them_by_its_own_command(many, teller):
    last = instant(moment("2026-01-09T00:00:00Z"))
    transactions = []
    assert Timers(teller.log, transactions.append).fire(last) == len(many)
    assert len(transactions) == 3
    assert lapsed(teller) == many
    first, end = facts(teller, f"case/{many[1]}")
    due = instant(moment(first.recorded) + PATIENCE)
    assert end.id == derived_id(derived_id(first.id, f"lapse {many[1]} {due}"), "0")
    assert (end.causation, end.correlation, end.centre) == (first.id, first.correlation, first.centre)
    assert Timers(teller.log, transactions.append).fire(last) == 0
    assert teller.verify() == []


def test_two_replicas_fire_a_deadline_once(pair, many, teller):
    replica = pair.runtime(pair.toys.Teller, teller.ports)
    for thread in [eventlet.spawn(runtime.fire_timers) for runtime in (teller, replica)]:
        thread.wait()
    assert lapsed(teller) == many
    assert teller.verify() == []


@pytest.mark.parametrize("pair", ["postgresql+rabbitmq"], indirect=True)  # a file has one process
def test_while_another_replica_is_at_it_nothing_is_done(many, teller):
    with teller.database.write() as db:
        db.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MEETING})")
        assert teller.fire_timers() == 0
    assert teller.fire_timers() == len(many)


def test_a_process_that_is_killed_in_the_middle_leaves_the_rest_to_another(pair, many, teller, clock, mark):
    """It has met some, and is at the second of those that it meets next."""
    place = {} if pair.sqlite else {"SONGTOR_DATABASE_URL": databases.url(mark)}
    told = [
        pair.toys.teller,
        pair.toys.listener,
        instant(clock()),
        str(Path(pair.settings.master_key_file).parent),
    ]
    process = subprocess.Popen(
        [sys.executable, "-c", OWN_PROCESS, *told],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONWARNINGS": "ignore", **place},
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"deciding\n"
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert lapsed(teller) == many[: 2 * TOGETHER]
    while not teller.fire_timers():  # PostgreSQL may still hold what the killed one had taken
        eventlet.sleep(0.01)
    assert lapsed(teller) == many
    assert teller.verify() == []


def test_a_deadline_cleared_after_it_was_read_changes_nothing(many, teller, clock):
    """Of those that are read at once all but the first few have time for that."""
    asked = iter([lambda: closed(teller, many[-1])])
    timers = Timers(teller.log, lambda seconds: next(asked, bool)())
    assert timers.fire(instant(clock())) == len(many) - 1
    assert types(teller, many[-1]) == ["CaseOpened", "CaseClosed"]
    assert lapsed(teller) == many[:-1]


@pytest.mark.parametrize(
    "pair", ["postgresql+rabbitmq"], indirect=True
)  # a file has one transaction at a time
def test_a_deadline_cleared_while_it_is_about_to_fire_changes_nothing(open_case, teller, clock, monkeypatch):
    for case in "abc":
        open_case(case)
    clock.advance(days=3)

    def meanwhile(command, now):
        if command["case_id"] == "c":
            closed(teller, "b")
        return toys.when_due(command, now)

    monkeypatch.setitem(teller.wiring.__dict__, "when_due", meanwhile)
    assert teller.fire_timers() == 2
    assert [types(teller, case)[-1] for case in "abc"] == ["CaseLapsed", "CaseClosed", "CaseLapsed"]
    assert teller.verify() == []


def test_a_deadline_that_an_earlier_one_clears_does_not_fire(open_case, teller, clock, monkeypatch):
    """Though both have come, and are read together."""

    def first_closed(command, now):
        do = toys.when_due(command, now)
        return Do(do.aggregate, do.id, Close(do.id)) if command.get("close") else do

    monkeypatch.setitem(teller.wiring.__dict__, "when_due", first_closed)
    for case in "abc":
        open_case(case)
    with teller.database.write() as db:
        columns = "timer_id, due_at, command, centre, correlation, causation"
        close = "close a", instant(START), '{"case_id": "a", "close": true}', "60", uid("x"), uid("x")
        teller.log.insert(db, "timer", columns, [close])
    clock.advance(days=3)
    assert teller.fire_timers() == 3
    assert [types(teller, case)[1:] for case in "abc"] == [["CaseClosed"], ["CaseLapsed"], ["CaseLapsed"]]


def test_a_refused_deadline_is_an_answer(open_case, teller, clock):
    open_case("a")
    with teller.database.write() as db:
        teller.log.run(db, "UPDATE timer SET command = ?", '{"case_id": "unknown"}')
    clock.advance(days=3)
    assert teller.fire_timers() == 1
    assert teller.fire_timers() == 0


@pytest.mark.parametrize("bad", [0, TOGETHER // 2, TOGETHER - 1, -1])
def test_one_deadline_that_fails_does_not_hold_up_the_others(many, teller, clock, caplog, bad):
    toys.unable.add(many[bad])
    assert teller.fire_timers() == len(many) - 1
    assert [record.levelno for record in caplog.records] == [logging.ERROR]
    assert lapsed(teller) == [case for case in many if case != many[bad]]
    clock.advance(minutes=1)
    assert teller.fire_timers() == 0
    toys.unable.clear()
    clock.advance(minutes=2)
    assert teller.fire_timers() == 1
    assert teller.verify() == []


def test_one_that_the_database_refuses_for_good_does_not_hold_up_the_others(many, teller, clock):
    """Its command's id was used by somebody else."""
    [first] = facts(teller, f"case/{many[5]}")
    name = f"lapse {many[5]} {instant(moment(first.recorded) + PATIENCE)}"
    with teller.database.write() as db:
        taken = derived_id(first.id, name), "somebody else's", "true", 1, instant(START)
        teller.log.insert(
            db, "command_done", "command_id, fingerprint, result, position, recorded_at", [taken]
        )
    assert teller.fire_timers() == len(many) - 1
    assert lapsed(teller) == [case for case in many if case != many[5]]


def test_a_deadline_that_goes_on_failing_is_tried_ever_less_often_and_told_once(
    open_case, teller, clock, caplog, monkeypatch
):
    tried = []

    def counted(command, now):
        tried.append(now)
        return toys.when_due(command, now)

    monkeypatch.setitem(teller.wiring.__dict__, "when_due", counted)
    caplog.set_level(logging.INFO)
    open_case("a")
    toys.unable.add("a")
    clock.advance(days=3)
    for _ in range(3600):
        assert teller.fire_timers() == 0
        clock.advance(seconds=1)
    waits = [later - earlier for earlier, later in pairwise(tried)]
    assert 8 < len(tried) < 15
    assert waits == sorted(waits)
    assert waits[-1] >= timedelta(minutes=10)
    told = [record for record in caplog.records if record.name == "services.kernel.timers"]
    assert [record.levelno for record in told] == [logging.ERROR]
    toys.unable.clear()
    clock.advance(minutes=11)
    assert teller.fire_timers() == 1
    told = [record for record in caplog.records if record.name == "services.kernel.timers"]
    assert [record.levelno for record in told] == [logging.ERROR, logging.INFO]


def test_more_deadlines_than_a_batch_fire_in_one_go(open_case, teller, clock, monkeypatch):
    monkeypatch.setattr("services.kernel.timers.BATCH", 3)
    for case in "abcdefgh":
        open_case(case)
    toys.unable.update("abc")
    clock.advance(days=3)
    assert teller.fire_timers() == 5
