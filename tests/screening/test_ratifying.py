"""Decided between meetings by a few named people, and ratified by the next meeting or not: through the doors."""

import pytest

from services.intake.service import IntakeService
from services.kernel.errors import Invalid, Refused
from services.kernel.local import SimulatedClock
from services.referral.service import ReferralService
from services.screening.service import ScreeningService
from tests.screening.test_meetings import MEMBERS, ask, call, decide, screened, tell
from tests.screening.test_service import MORNING

TWO = [
    {"name": "นางประธาน ใจดี", "role": "chair", "vote": "agree"},
    {"name": "นายเลขา ขยัน", "role": "secretary", "vote": "agree"},
]
ALL = [{"member": number, "vote": "agree"} for number in "123"]


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService, ReferralService], SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return screened(net)


def urgent(net, case_id, **more):
    body = {
        "case_id": case_id, "members": TWO, "path": "local_home", "why": "ใกล้บ้าน", "goals": [],
        "between_meetings": True, "urgency": "ไม่มีที่พักคืนนี้", **more,
    }  # fmt: skip
    return net.call("screening", "agree_plan", body)["plan_id"]


def agenda(net, meeting_id):
    return [(each["case_id"], each["reason"], each["ratifies"]) for each in ask(net, meeting_id)["agenda"]]


def plan_of(net, case_id):
    return net.call("screening", "plan", {"case_id": case_id})


def next_of(net, case_id):
    net.settle()
    [item] = net.call("intake", "work", {"case_id": case_id})["items"]
    return item["standing"], item["next"]


def test_two_who_are_named_decide_at_once_and_say_why(net, case_id):
    with pytest.raises(Refused, match="no_quorum"):
        urgent(net, case_id, members=TWO[:1])
    with pytest.raises(Refused, match="no_quorum"):
        urgent(net, case_id, members=[TWO[0] | {"role": "member"}, TWO[1]])  # the chair is one of them
    with pytest.raises(Refused, match="no_quorum"):
        urgent(net, case_id, members=[*TWO, {"name": "กรรมการ", "role": "member", "vote": "dissent"}])
    with pytest.raises(Invalid) as silent:
        urgent(net, case_id, urgency=None)
    assert [*silent.value.errors] == ["urgency"]
    with pytest.raises(Refused, match="no_quorum"):
        urgent(net, case_id, between_meetings=False)  # a decision like any other needs three
    plan_id = urgent(net, case_id)
    plan = plan_of(net, case_id)
    assert (plan["plan_id"], plan["between_meetings"], plan["ratification"]) == (plan_id, True, None)
    assert plan["minutes"]["urgency"] == "ไม่มีที่พักคืนนี้"
    assert next_of(net, case_id) == ("planned", "send")


def test_it_lies_before_the_next_meeting_by_itself(net, case_id):
    already = call(net)["meeting_id"]
    plan_id = urgent(net, case_id)
    assert agenda(net, already) == [(case_id, "ratify", plan_id)]
    tell(net, "close_meeting", already)  # nobody came to it
    later = call(net)["meeting_id"]
    assert agenda(net, later) == [(case_id, "ratify", plan_id)]
    other = screened(net)
    second = urgent(net, other)
    assert agenda(net, later)[1] == (other, "ratify", second)
    after_that = call(net)["meeting_id"]
    tell(net, "close_meeting", later)
    assert {each[0] for each in agenda(net, after_that)} == {case_id, other}


def test_what_lay_there_undecided_lies_there_to_be_ratified(net, case_id):
    meeting_id = call(net)["meeting_id"]
    tell(net, "table", meeting_id, {"case_id": case_id})
    tell(net, "declare_conflict", meeting_id, {"case_id": case_id})
    plan_id = urgent(net, case_id)
    [item] = ask(net, meeting_id)["agenda"]
    assert (item["reason"], item["ratifies"], item["path"], item["conflicts"]) == (
        "ratify", plan_id, "local_home", ["2"],
    )  # fmt: skip


def test_a_meeting_ratifies_it_with_everybodys_vote(net, case_id):
    plan_id = urgent(net, case_id)
    meeting_id = call(net)["meeting_id"]
    with pytest.raises(Refused, match="no_quorum"):
        tell(net, "ratify", meeting_id, {"case_id": case_id, "votes": ALL[:2]})
    own = {"case_id": case_id, "vote": "agree", "reason": "จำเป็น"}
    tell(net, "vote", meeting_id, own)
    told = tell(net, "ratify", meeting_id, {"case_id": case_id, "votes": [ALL[0], ALL[2]]})
    assert (told["plan_id"], told["ratified"]) == (plan_id, True)
    ratification = plan_of(net, case_id)["ratification"]
    assert (ratification["ratified"], ratification["meeting_id"]) == (True, meeting_id)
    assert ratification["votes"] == {"agree": 3, "dissent": 0, "abstain": 0}
    voted = [(each["name"], each["reason"], each["own"]) for each in ratification["minutes"]["members"]]
    assert voted[1] == (MEMBERS[1]["name"], "จำเป็น", True)
    assert [(each["plan_id"], each["ratified"]) for each in ask(net, meeting_id)["agenda"]] == [
        (plan_id, True)
    ]
    assert next_of(net, case_id) == ("planned", "send")
    with pytest.raises(Refused, match="wrong_state"):
        tell(net, "ratify", call(net)["meeting_id"], {"case_id": case_id, "votes": ALL})


def test_what_is_not_ratified_is_decided_anew_and_nothing_is_undone(net, case_id):
    first = urgent(net, case_id)
    meeting_id = call(net)["meeting_id"]
    against = [{"member": number, "vote": "dissent", "reason": "ไกลบ้าน"} for number in "123"]
    assert not tell(net, "ratify", meeting_id, {"case_id": case_id, "votes": against})["ratified"]
    plan = plan_of(net, case_id)
    assert plan["plan_id"] == first and plan["ratification"]["ratified"] is False
    assert next_of(net, case_id) == ("not_ratified", "decide_again")
    home = {"relative": "พี่สาว", "agreed": True, "visited": True, "risk": "none"}
    with pytest.raises(Refused):  # nobody is sent by it any more
        net.call("referral", "send", {"case_id": case_id, "family": home, "consent": {"status": "given"}})
    second = decide(net, meeting_id, case_id, ALL, path="foundation")["plan_id"]
    assert plan_of(net, case_id)["replaces"] == first
    assert next_of(net, case_id) == ("planned", "send")
    assert ask(net, meeting_id)["agenda"][0]["plan_id"] == second


def test_a_later_decision_leaves_nothing_to_ratify(net, case_id):
    urgent(net, case_id)
    members = [*TWO, {"name": "กรรมการ ค", "role": "member", "vote": "agree"}]
    body = {"case_id": case_id, "members": members, "path": "foundation", "why": "มีที่ว่าง", "goals": []}
    net.call("screening", "agree_plan", body)
    assert agenda(net, call(net)["meeting_id"]) == []


def test_the_read_models_are_the_same_when_they_are_made_anew(net, case_id):
    urgent(net, case_id)
    meeting_id = call(net)["meeting_id"]
    tell(net, "ratify", meeting_id, {"case_id": case_id, "votes": ALL})
    before = plan_of(net, case_id), ask(net, meeting_id)
    runtime = net.runtimes["screening"]
    runtime.rebuild(None, lambda done, total: None)
    assert (plan_of(net, case_id), ask(net, meeting_id)) == before
    assert runtime.verify() == []
