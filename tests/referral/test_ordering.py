"""Who is sent to a free place while others who stand before on its list could go there too: noted, never refused."""

import pytest

from services.codes.overrides import passed_over
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.local import SimulatedClock
from services.referral.service import ReferralService
from tests.referral.facts import CASE, MONDAY, OTHER, PARTNER, PERSON, PLAN, PROGRAMME
from tests.referral.others import (
    CaseClosed,
    CaseOpened,
    Intake,
    Partners,
    PlanAgreed,
    ProgrammeOffered,
    Screening,
    say,
)
from tests.referral.test_service import MINISTRY, NEIGHBOUR, read, send

FIRST, SECOND = "00000000-0000-4000-8000-0000000000a1", "00000000-0000-4000-8000-0000000000a2"


@pytest.fixture
def net(network, monkeypatch):
    monkeypatch.setattr(Partners, "queue", (FIRST, SECOND, CASE))
    monkeypatch.setattr(Partners, "free", 1)
    net = network([Intake, Screening, Partners, ReferralService], SimulatedClock(MONDAY))
    for case_id in (FIRST, SECOND, CASE):
        say(net, CaseOpened(case_id, PERSON))
    say(net, ProgrammeOffered(PROGRAMME, PARTNER))
    say(net, PlanAgreed(CASE, PLAN, "local_home"))
    return net


def could_go(net, case_id, **changes):
    about = {"path": "local_home"} | changes
    say(net, PlanAgreed(case_id, f"plan-{case_id}", **about))
    net.settle()


def before(net, **caller):
    body = {"case_id": CASE, "programme_id": PROGRAMME}
    return net.call("referral", "those_before", body, **caller)["before"]


def taken_first(net, **caller):
    return net.call("referral", "taken_first", {"programme_id": PROGRAMME}, **caller)["items"]


def test_only_those_count_for_whom_the_free_places_are_not_enough():
    assert passed_over(["a", "b"], ["a", "b", "c"], 1) == 2
    assert passed_over(["a", "b"], ["b"], 1) == 1
    assert passed_over(["a", "b"], ["a", "b"], 3) == 0  # there is a place for each
    assert passed_over(["a", "b"], ["a", "b"], 0) == 0  # its waiting list is first come first served
    assert passed_over(["a", "b"], [], 1) == 0


def test_who_stands_before_without_a_plan_that_leads_there_is_not_left_to_wait(net):
    assert before(net) == 0 and send(net)["out_of_order"] == 0
    assert taken_first(net) == []


def test_who_is_sent_before_others_is_noted_with_the_reason(net):
    could_go(net, FIRST)
    could_go(net, SECOND, programme_id=OTHER)  # the group named another place
    assert before(net) == 1
    sent = send(net, out_of_order="others_wish_otherwise")
    assert sent["out_of_order"] == 1
    [step] = read(net, sent["referral_id"])["history"]
    assert (step["passed_over"], step["passed_for"]) == (1, "others_wish_otherwise")
    [row] = taken_first(net)
    assert (row["referral_id"], row["case_id"], row["before"]) == (sent["referral_id"], CASE, 1)
    assert row["reason"] == "others_wish_otherwise"


def test_nobody_has_to_say_why_and_only_a_code_is_taken(net):
    could_go(net, FIRST)
    with pytest.raises(Invalid, match="out_of_order"):
        send(net, out_of_order="not_told")
    assert send(net)["out_of_order"] == 1
    assert taken_first(net)[0]["reason"] is None


def test_who_is_closed_is_left_out_and_who_is_in_no_order_stands_behind_nobody(net, monkeypatch):
    could_go(net, FIRST)
    could_go(net, SECOND)
    say(net, CaseClosed(FIRST, PERSON))
    net.settle()
    assert before(net) == 1
    monkeypatch.setattr(Partners, "free", 2)
    assert before(net) == 0
    monkeypatch.setattr(Partners, "queue", (FIRST, SECOND))
    monkeypatch.setattr(Partners, "free", 1)
    assert before(net) == 0


def test_a_list_that_cannot_be_looked_up_is_not_said_to_be_in_order(net):
    could_go(net, FIRST)
    send(net, case_id=FIRST)  # the programme was heard of
    net.down.add("partners")
    assert before(net) is None and send(net)["out_of_order"] is None
    net.down.clear()
    assert taken_first(net) == []


def test_the_list_of_a_place_is_of_the_readers_own_cases(net):
    could_go(net, FIRST)
    send(net)
    assert len(taken_first(net, user="member-60", role="member")) == 1
    assert taken_first(net, **NEIGHBOUR) == []
    with pytest.raises(Forbidden):
        taken_first(net, **MINISTRY)
    with pytest.raises(NotFound):
        before(net, **NEIGHBOUR)
    with pytest.raises(Forbidden):
        before(net, user="member-60", role="member")
