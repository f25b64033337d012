"""What doors do with their service's runtime: waiting for what was written elsewhere, looking things up, knowing how
things stand."""

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from services.kernel import tables
from services.kernel.doors import Doors, Runtime
from services.kernel.errors import NotFound, Unavailable
from services.kernel.local import Network, SimulatedClock
from services.kernel.wiring import Wiring
from tests.kernel.toys import TALLY, Start, Tally, envelope


class North(Doors):
    name = "north"
    runtime = Runtime(Wiring("north", (TALLY,)))


class South(Doors):
    name = "south"
    runtime = Runtime(Wiring("south", (TALLY,)))


class Reader(Doors):
    """Hears both, decides nothing."""

    name = "reader"
    runtime = Runtime(Wiring("reader", hears={"north": {"*": ()}, "south": {"*": ()}}))


@pytest.fixture
def net(tmp_path) -> Iterator[Network]:
    clock = SimulatedClock(datetime(2026, 1, 5, 2, tzinfo=UTC))
    with closing(Network([North, South, Reader], clock, tmp_path)) as made:
        yield made


@pytest.fixture
def reader(net):
    return net.runtimes["reader"]


def started(net: Network, service: str, case: str = "a") -> int | None:
    """The position at which a tally was started in a service."""
    outcome = net.runtimes[service].execute(
        envelope(f"start {service} {case}"), lambda unit: len(unit.handle(TALLY, case, Start(case)))
    )
    return outcome.position


def heard_of(source: str):
    """Looks for the first event of a source."""
    event = tables.source_event.c
    return lambda db: db.scalar(select(event.event_type).where(event.source == source))


# -- reading what one wrote oneself ----------------------------------------------------------------------------------


def test_who_wrote_in_two_services_reads_only_when_both_were_heard(net, reader):
    positions = {service: started(net, service) for service in ("north", "south")}
    net.down.add("south")
    assert reader.wait_for_positions(positions) is False
    assert net.read("reader", heard_of("north")) == "TallyStarted"
    net.down.clear()
    assert reader.wait_for_positions(positions) is True


def test_a_later_position_of_one_service_is_waited_for_too(net, reader):
    started(net, "north")
    net.settle()
    net.down.add("north")
    assert reader.wait_for_positions({"north": 1}) is True
    assert reader.wait_for_positions({"north": 2}) is False


def test_what_a_service_does_not_hear_it_does_not_wait_for(reader):
    assert reader.wait_for_positions({"web": 7, "nobody": 1}) is True


# -- looking up ------------------------------------------------------------------------------------------------------


def test_what_is_not_there_yet_is_pulled_from_its_source(net, reader):
    started(net, "north")
    assert reader.get_or_pull(heard_of("north"), "north") == "TallyStarted"


def test_what_is_nowhere_is_not_found(net, reader):
    with pytest.raises(NotFound):
        reader.get_or_pull(heard_of("north"), "north")


def test_nobody_knows_whether_it_is_there_when_its_source_does_not_answer(net, reader):
    net.down.add("north")
    with pytest.raises(Unavailable):
        reader.get_or_pull(heard_of("north"), "north")
    reader.catch_up("north")  # whoever can decide without it goes on


# -- a command and how things stand ----------------------------------------------------------------------------------


def test_an_outcome_says_where_the_log_stood_and_says_it_again(net):
    north = net.runtimes["north"]
    first = north.execute(envelope("a"), lambda unit: len(unit.handle(TALLY, "a", Start("a"))))
    started(net, "north", "b")
    again = north.execute(envelope("a"), lambda unit: len(unit.handle(TALLY, "a", Start("a"))))
    assert first == again
    assert (first.answer, first.position) == (1, 1)


def test_a_command_that_decides_nothing_stands_nowhere(net):
    north = net.runtimes["north"]
    assert north.execute(envelope("a"), lambda unit: "nothing").position == 0


def test_a_state_is_what_the_facts_of_one_stream_add_up_to(net):
    north = net.runtimes["north"]
    started(net, "north", "a")
    north.execute(envelope("tally"), lambda unit: len(unit.handle(TALLY, "a", Tally("a", 7))))
    assert (north.state(TALLY, "a"), north.state(TALLY, "b")) == (7, None)


def test_the_status_names_how_far_behind_each_source_is(net, reader):
    started(net, "north")
    net.settle()
    assert reader.status()["subscriptions"] == [
        {"source": "north", "cursor": 1, "behind": 0, "parked": 0, "state": "running"},
        {"source": "south", "cursor": 0, "behind": 0, "parked": 0, "state": "running"},
    ]


# -- waiting long ----------------------------------------------------------------------------------------------------


def test_who_waits_long_is_sent_away_when_the_service_is_about_to_stop(net, reader):
    started(net, "north")
    net.settle()
    reader.dismiss()
    with pytest.raises(Unavailable, match="reader is about to stop"):
        reader.long_until(heard_of("south"), 30)
    with pytest.raises(Unavailable):
        reader.long_until(heard_of("north"), 30)
    assert reader.read(heard_of("north")) == "TallyStarted"
