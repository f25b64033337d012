"""Doors: who may, what is said wrongly, when it happened, and what comes back on the wire."""

import logging
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest
from prometheus_client import REGISTRY

from services.kernel.doors import SKEW, Call, Doors, NoBody, Runtime, doors_of, flat, query
from services.kernel.envelope import instant
from services.kernel.errors import Forbidden, Invalid, Refused
from services.kernel.local import Network, SimulatedClock
from services.kernel.wiring import Wiring
from tests.kernel.deeds import facts
from tests.kernel.toys import Toys, uid

NOON = datetime(2026, 1, 5, 5, tzinfo=UTC)
TOYS = Toys("bureau", "archive")


@pytest.fixture
def net(tmp_path):
    made = Network([TOYS.Teller, TOYS.Listener], SimulatedClock(NOON), tmp_path)
    yield made
    made.close()


def enter(
    net: Network, service: str, door: str, body: dict[str, Any], role: str = "worker", **call: Any
) -> Any:
    """What a door says on the wire."""
    caller = {"user": f"{role}-60", "role": role, "centres": ["60"], "delegated": call.pop("delegated", [])}
    return getattr(net.services[service], door)(
        {"caller": caller, "id": uid(call.pop("id", "one")), "fingerprint": "", **call}, body
    )


def open_case(net: Network, **call: Any) -> Any:
    return enter(net, "bureau", "open", {"case_id": "a", "name": "Somying"}, **call)


def first_fact(net: Network):
    return facts(net.runtimes["bureau"], "case/a")[0]


# -- what comes back -------------------------------------------------------------------------------------------------


def test_a_command_says_its_answer_and_where_its_log_stands(net):
    assert open_case(net) == {"answer": {"case_id": "a", "version": 1}, "position": 1, "stale": False}
    assert open_case(net) == {"answer": {"case_id": "a", "version": 1}, "position": 1, "stale": False}


def test_figures_are_told_to_other_processes_and_refreshed_for_the_own(net):
    told = enter(net, "bureau", "figures", {"told_to": "another"}, role="system")["answer"]
    assert 'songtor_log_position{service="bureau"} 0.0' in told["text"]
    assert enter(net, "bureau", "figures", {}, role="system")["answer"]["text"]  # a front door of before
    open_case(net)
    own = enter(net, "bureau", "figures", {"told_to": told["process"]}, role="system")["answer"]
    assert own == {"process": told["process"], "text": ""}
    assert REGISTRY.get_sample_value("songtor_log_position", {"service": "bureau"}) == 1


def test_a_command_that_decides_nothing_and_one_that_is_not_for_the_log_ask_nobody_to_wait(net):
    open_case(net)
    assert open_case(net, id="another")["position"] == 0
    assert enter(net, "bureau", "resume", {}, role="admin") == {
        "answer": [],
        "position": None,
        "stale": False,
    }


def test_a_question_says_when_what_its_caller_wrote_elsewhere_was_not_heard_in_time(net):
    position = open_case(net)["position"]
    net.down.add("bureau")
    asked = {"case_id": "a"}
    late = enter(net, "archive", "tally", asked, wait={"bureau": position})
    net.down.clear()
    fresh = enter(net, "archive", "tally", asked, wait={"bureau": position})
    assert late == {"answer": None, "position": None, "stale": True}
    assert (fresh["answer"]["case_id"], fresh["stale"]) == ("a", False)


# -- who may, and what is said wrongly -------------------------------------------------------------------------------


def test_what_is_not_ones_own_to_do_is_done_in_the_place_of_who_delegated_it_and_the_fact_says_so(net):
    with pytest.raises(Forbidden):
        open_case(net, role="director", delegated=[["60", "clerk", "clerk-60"]])
    open_case(net, role="director", delegated=[["60", "worker", "worker-60"]])
    fact = first_fact(net)
    assert (fact.actor, fact.acting_for) == ("director-60", "worker-60")
    page = orjson.loads(net.runtimes["bureau"].log.page(0))
    assert page["events"][0]["actingfor"] == "worker-60"
    net.settle()
    assert net.runtimes["bureau"].verify() == [] and net.runtimes["archive"].verify() == []


def test_what_is_ones_own_to_do_is_done_by_oneself_whatever_was_delegated(net):
    open_case(net, delegated=[["60", "worker", "worker-61"]])
    assert first_fact(net).acting_for == ""
    assert "actingfor" not in orjson.loads(net.runtimes["bureau"].log.page(0))["events"][0]


def test_who_may_not_is_told_nothing_of_what_is_wrong_with_the_body(net):
    with pytest.raises(Forbidden):
        enter(net, "bureau", "open", {"case_id": 5}, role="director")


def test_what_is_wrong_is_named_by_its_field_and_nothing_is_kept(net):
    with pytest.raises(Invalid) as refused:
        enter(net, "bureau", "add", {"case_id": "a", "amount": "many"})
    assert refused.value.args[0] == {"amount": ["Not a valid integer."]}
    assert net.runtimes["bureau"].log.head()[0] == 0


def test_fields_within_fields_are_named_by_their_whole_path():
    messages = {"person": {"name": ["Missing."], "ages": {0: ["Too old."]}}}
    assert flat(messages) == {"person.name": ["Missing."], "person.ages.0": ["Too old."]}
    assert flat(["Not an object."]) == {"body": ["Not an object."]}


def test_nothing_can_be_added_to_whoever_was_erased(net):
    open_case(net)
    person = first_fact(net).event.person_id
    net.runtimes["bureau"].vault.shred(person, instant(NOON))
    with pytest.raises(Refused) as refused:
        open_case(net, id="another")
    assert refused.value.code == "erased"


class Mirror(Doors):
    """Says who asks, as a door is told."""

    name = "mirror"
    runtime = Runtime(Wiring("mirror", aggregates=()))

    @query("mirror.look", roles=("partner", "worker"), schema=NoBody())
    def look(self, call: Call, body: Any) -> dict[str, str]:
        return {"partner": call.caller.partner, "user": call.caller.user}


def test_a_door_is_told_of_which_partner_a_caller_is_if_of_any(tmp_path):
    with closing(Network([Mirror], SimulatedClock(NOON), tmp_path)) as net:
        said = [
            net.services["mirror"].look(
                {"caller": {"user": "lek", "role": "partner", "centres": [], **of}}, {}
            )
            for of in ({"partner": "p-1"}, {"partner": None}, {})
        ]
    assert [each["answer"]["partner"] for each in said] == ["p-1", "", ""]


# -- when it happened ------------------------------------------------------------------------------------------------


def test_what_happened_before_keeps_its_time(net):
    yesterday = instant(NOON - timedelta(days=1))
    open_case(net, at=yesterday)
    assert (first_fact(net).time, first_fact(net).recorded > yesterday) == (yesterday, True)


def test_a_clock_a_little_ahead_of_ours_makes_no_fact_of_the_future(net):
    open_case(net, at=instant(NOON + SKEW - timedelta(seconds=1)))
    assert first_fact(net).time == first_fact(net).recorded


@pytest.mark.parametrize("at", [instant(NOON + SKEW + timedelta(seconds=1)), "yesterday"])
def test_the_future_and_what_is_no_time_are_refused_by_name(net, at):
    with pytest.raises(Invalid) as refused:
        open_case(net, at=at)
    assert list(refused.value.args[0]) == ["at"]


# -- the table and the figures ---------------------------------------------------------------------------------------


def test_every_door_is_in_the_table_of_who_may_what():
    table = doors_of(TOYS.Teller)
    assert (table["open"].action, table["open"].kind, table["open"].roles) == (
        "case.open",
        "command",
        {"worker"},
    )
    assert (table["status"].kind, table["retry"].kind) == ("query", "command")


def test_a_service_tells_its_own_doors_and_not_those_that_every_service_has(net):
    told = enter(net, "bureau", "doors", {}, role="admin")["answer"]
    assert {"action": "case.open", "kind": "command", "roles": ["worker"]} in told
    assert not [row for row in told if row["action"].startswith(("service.", "log."))]


def test_trying_again_says_what_was_tried(net):
    said = enter(net, "bureau", "retry", {"event_id": None}, role="admin")
    assert said["answer"] == net.runtimes["bureau"].inbox.retry(None) and isinstance(said["answer"], dict)


def test_a_door_that_refuses_has_a_line_in_the_log_with_how_long_it_took(net, caplog):
    with caplog.at_level(logging.DEBUG, "services.kernel.doors"):
        open_case(net)
        with pytest.raises(Forbidden):
            open_case(net, role="director")
    asked, refused = [each for each in caplog.records if each.message == "door"]
    assert (asked.levelno, asked.outcome, asked.door) == (logging.DEBUG, "ok", "open")
    assert (refused.levelno, refused.outcome) == (logging.INFO, "Forbidden")
    assert 0 < asked.ms < 60_000


def test_questions_are_not_counted_as_commands(net):
    def counted(service: str, door: str) -> float | None:
        return REGISTRY.get_sample_value("songtor_commands_total", {"service": service, "door": door})

    before = counted("bureau", "open") or 0
    open_case(net)
    enter(net, "archive", "tally", {"case_id": "a"})
    assert counted("bureau", "open") == before + 1
    assert counted("archive", "tally") is None
