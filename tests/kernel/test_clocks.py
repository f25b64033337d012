"""A clock that cannot be believed records nothing and meets no deadline."""

import logging
from datetime import timedelta

import pytest

from services.kernel.clocks import FAR, Clock, ClockOff
from services.kernel.runtime import utc_now
from tests.kernel.conftest import START
from tests.kernel.deeds import facts
from tests.kernel.toys import CASE, PATIENCE, Open, envelope, uid


class Machine:
    """Its clock, and the seconds that nobody sets."""

    def __init__(self):
        self.off, self.passed = timedelta(), 1000.0

    def now(self):
        return utc_now() + self.off

    def steady(self):
        return utc_now().timestamp() - self.passed


@pytest.fixture
def machine():
    return Machine()


@pytest.fixture
def watched(teller, machine):
    return Clock("teller", teller.database, machine.now, machine.steady)


def test_a_clock_that_is_right_is_believed(watched):
    watched.look()
    watched.require()
    assert watched.problem is None


@pytest.mark.parametrize("off", [timedelta(hours=-1), timedelta(days=365), timedelta(seconds=FAR + 1)])
def test_a_clock_that_goes_astray_is_not_until_it_is_right_again(teller, watched, machine, off, caplog):
    machine.off = off
    with caplog.at_level(logging.INFO):
        watched.look()
        watched.look()
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert f"{off.total_seconds():+.0f} seconds" in watched.problem
    if teller.database.sqlite:
        watched.require()  # people go on; deadlines wait
    else:
        with pytest.raises(ClockOff):
            watched.require()
    machine.off = timedelta()
    watched.look()
    watched.require()
    assert watched.problem is None


def test_some_seconds_are_no_matter(watched, machine):
    machine.off = timedelta(seconds=FAR - 1)
    watched.look()
    assert watched.problem is None


def test_a_process_that_starts_with_a_clock_far_off_the_databases_is_told(teller, machine):
    machine.off = timedelta(days=365)
    watched = Clock("teller", teller.database, machine.now, machine.steady)
    watched.look()
    # Beside SQLite files there is no other clock to hold it against.
    assert (watched.problem is None) == teller.database.sqlite


@pytest.fixture
def astray(net, pair, teller, clock):
    """A deadline that has come, by a clock that cannot be believed."""
    net.call(pair.toys.teller, "open", {"case_id": "a", "name": "x"})
    clock.set(START + PATIENCE + timedelta(days=400))
    teller.clock.problem = "The clock of this machine is off."
    yield
    teller.clock.problem = None


def test_deadlines_wait_and_are_met_when_it_is_right_again(teller, astray):
    assert teller.fire_timers() == 0
    teller.clock.problem = None
    assert teller.fire_timers() == 1


def test_beside_the_databases_clock_commands_are_refused_and_questions_answered(net, pair, teller, astray):
    def opened():
        return net.call(pair.toys.teller, "open", {"case_id": "b", "name": "x"})

    if teller.database.sqlite:
        opened()
    else:
        with pytest.raises(ClockOff):
            opened()
        assert facts(teller, "case/b") == []
    assert net.call(pair.toys.teller, "status", {}, role="system", centres=("*",))["sequence"] > 0


def test_recorded_times_of_a_process_never_go_back(teller):
    for case, at in (("a", "2026-01-05T12:00:00.000000Z"), ("b", "2026-01-05T11:59:50.000000Z")):
        teller.vault.ensure(uid(f"person of {case}"))
        teller.execute(envelope(case, at=at), lambda unit, case=case: unit.handle(CASE, case, Open(case)))
    (first, *_), (second, *_) = facts(teller, "case/a"), facts(teller, "case/b")
    assert second.recorded == first.recorded > second.time
