"""From which activity of its centre a case came."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.intake.service import IntakeService
from services.kernel.decider import Aggregate, Decider
from services.kernel.doors import Doors, Runtime
from services.kernel.envelope import Envelope, instant
from services.kernel.errors import Invalid
from services.kernel.local import SimulatedClock
from services.kernel.wiring import Wiring
from tests.intake.test_service import BODY, MEMBER, MINISTRY

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)


@dataclass(frozen=True)
class OutreachHeld:
    outreach_id: str


@dataclass(frozen=True)
class OutreachEnteredInError:
    outreach_id: str


SAID = Aggregate(
    "said",
    Decider(lambda said, state: [said], lambda state, said: state, None),
    (OutreachHeld, OutreachEnteredInError),
    "partner",
)


class Partners(Doors):
    name = "partners"
    runtime = Runtime(Wiring("partners", aggregates=(SAID,)))


@pytest.fixture
def net(network):
    return network([Partners, IntakeService], SimulatedClock(MONDAY))


def say(net, fact, centre="60"):
    runtime, now = net.runtimes["partners"], instant(net.clock())
    id = str(uuid4())
    envelope = Envelope(id, "", "worker-60", centre, now, now, id, id)
    runtime.execute(envelope, lambda unit: unit.handle(SAID, id, fact))


def held(net, centre="60"):
    outreach_id = str(uuid4())
    say(net, OutreachHeld(outreach_id), centre)
    return outreach_id


def opened(net, outreach_id):
    return net.call("intake", "open_case", {**BODY, "outreach_id": outreach_id})["case_id"]


def read(net, case_id, **who):
    return net.call("intake", "case", {"case_id": case_id}, **who)


def came(net, outreach_id, **who):
    found = net.call("intake", "cases", {"outreach_id": outreach_id}, **who)
    return {each["case_id"] for each in found["items"]}


def test_a_case_says_from_which_activity_it_came_noted_a_moment_before(net):
    outreach_id = held(net)
    case_id = opened(net, outreach_id)
    assert read(net, case_id)["outreach_id"] == outreach_id
    assert read(net, case_id, **MEMBER)["outreach_id"] == outreach_id
    assert "outreach_id" not in read(net, case_id, **MINISTRY)
    assert read(net, opened(net, None))["outreach_id"] is None


def test_the_cases_that_came_from_an_activity_are_listed(net):
    first, second = held(net), held(net)
    both = {opened(net, first), opened(net, first)}
    opened(net, second)
    opened(net, None)
    assert came(net, first) == both
    assert came(net, first, user="worker-61", centres=("61",)) == set()


def test_a_case_comes_from_an_activity_of_its_own_centre_that_took_place(net):
    void = held(net)
    say(net, OutreachEnteredInError(void))
    for outreach_id in (str(uuid4()), held(net, "61"), void):
        with pytest.raises(Invalid) as refused:
            opened(net, outreach_id)
        assert "outreach_id" in refused.value.errors
    assert net.call("intake", "cases", {})["items"] == []


def test_the_same_command_is_answered_again_although_the_activity_was_taken_out(net):
    outreach_id, key = held(net), str(uuid4())
    body = {**BODY, "outreach_id": outreach_id}
    first = net.call("intake", "open_case", body, key=key)
    say(net, OutreachEnteredInError(outreach_id))
    net.settle()
    assert net.call("intake", "open_case", body, key=key)["case_id"] == first["case_id"]


def test_a_rebuild_gives_the_same(net):
    outreach_id = held(net)
    both = {opened(net, outreach_id), opened(net, outreach_id)}
    net.settle()
    net.runtimes["intake"].rebuild("outreach", lambda done, total: None)
    assert came(net, outreach_id) == both
