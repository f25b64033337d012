"""Deadlines turn into commands once, in their own time, and one that fails does not hold up the others."""

import logging
from datetime import timedelta
from itertools import pairwise

import eventlet
import pytest

from services.kernel.envelope import instant
from tests.kernel import toys
from tests.kernel.conftest import START
from tests.kernel.deeds import closed, facts
from tests.kernel.toys import PATIENCE


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


def test_two_replicas_fire_a_deadline_once(pair, open_case, teller, clock):
    replica = pair.runtime(pair.toys.Teller, teller.ports)
    for case in "abcdefgh":
        open_case(case)
    clock.advance(days=3)
    for thread in [eventlet.spawn(runtime.fire_timers) for runtime in (teller, replica)]:
        thread.wait()
    assert all(types(teller, case) == ["CaseOpened", "CaseLapsed"] for case in "abcdefgh")
    assert teller.verify() == []


def test_a_deadline_cleared_while_it_is_about_to_fire_changes_nothing(open_case, teller, clock, monkeypatch):
    open_case("a")
    clock.advance(days=3)

    def meanwhile(command, now):
        closed(teller, "a")
        return toys.when_due(command, now)

    monkeypatch.setitem(teller.wiring.__dict__, "when_due", meanwhile)
    assert teller.fire_timers() == 0
    assert types(teller, "a") == ["CaseOpened", "CaseClosed"]


def test_a_refused_deadline_is_an_answer(open_case, teller, clock):
    open_case("a")
    with teller.database.write() as db:
        teller.log.run(db, "UPDATE timer SET command = ?", '{"case_id": "unknown"}')
    clock.advance(days=3)
    assert teller.fire_timers() == 1
    assert teller.fire_timers() == 0


def test_one_deadline_that_fails_does_not_hold_up_the_others(open_case, teller, clock, caplog):
    for case in "abc":
        open_case(case)
    toys.unable.add("a")
    clock.advance(days=3)
    assert teller.fire_timers() == 2
    assert any(record.levelno == logging.ERROR for record in caplog.records)
    assert [types(teller, case)[-1] for case in "abc"] == ["CaseOpened", "CaseLapsed", "CaseLapsed"]
    toys.unable.clear()
    clock.advance(minutes=1)
    assert teller.fire_timers() == 1


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
