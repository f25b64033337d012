"""Meetings through the doors of screening: called, voted in, decided."""

import pytest
from sqlalchemy import select

from services.intake.service import IntakeService
from services.kernel import access, tables
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.screening.service import ScreeningService
from tests.screening.test_service import CASE, DIRECTOR, FACTS, MINISTRY, MORNING

MEMBERS = [
    {"user": "director-60", "name": "นางประธาน ใจดี", "role": "chair"},
    {"user": "worker-60", "name": "นายเลขา ขยัน", "role": "secretary"},
    {"name": "แพทย์หญิงสุดา", "role": "specialist"},
]
OPTION = {"path": "local_home", "programme_ids": []}


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return screened(net)


def screened(net):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    net.call("screening", "complete", {"case_id": case_id, "facts": FACTS})
    return case_id


@pytest.fixture
def meeting_id(net):
    return call(net)["meeting_id"]


def call(net, members=MEMBERS, **who):
    body = {"centre": "60", "at": "2026-03-02T15:30:00+07:00", "place": "ห้องประชุม 2", "members": members}
    return net.call("screening", "call_meeting", body, **who)


def ask(net, meeting_id, **who):
    return net.call("screening", "meeting", {"meeting_id": meeting_id}, **who)


def tell(net, door, meeting_id, body=None, **who):
    return net.call("screening", door, {"meeting_id": meeting_id, **(body or {})}, **who)


def voted_on(net, meeting_id, case_id):
    tell(net, "table", meeting_id, {"case_id": case_id})
    tell(net, "propose", meeting_id, {"case_id": case_id, **OPTION})


def decide(net, meeting_id, case_id, votes, **more):
    body = {"case_id": case_id, "votes": votes, "why": "ใกล้บ้านเดิม", **OPTION, **more}
    return tell(net, "decide", meeting_id, body)


def test_a_meeting_is_called_for_a_day_to_come_with_its_members(net, meeting_id):
    meeting = ask(net, meeting_id)
    assert (meeting["at"], meeting["place"], meeting["status"]) == (
        "2026-03-02T08:30:00.000000Z",
        "ห้องประชุม 2",
        "open",
    )
    assert [(each["member"], each["user"], each["name"], each["role"]) for each in meeting["members"]] == [
        ("1", "director-60", "นางประธาน ใจดี", "chair"),
        ("2", "worker-60", "นายเลขา ขยัน", "secretary"),
        ("3", None, "แพทย์หญิงสุดา", "specialist"),
    ]
    assert meeting["quorum"] == {
        "votes": 3, "chair": True, "own": False, "between_meetings": {"votes": 2, "chair": True},
    }  # fmt: skip
    tell(net, "invite", meeting_id, {"members": [{"user": "member-60", "role": "member"}]})
    assert ask(net, meeting_id)["members"][3] == {
        "member": "4", "user": "member-60", "name": "member-60", "role": "member",
    }  # fmt: skip
    tell(net, "invite", meeting_id, {"members": [{"name": "นายเลขา  ขยัน", "role": "member"}]})  # is called
    assert len(ask(net, meeting_id)["members"]) == 4
    with pytest.raises(Invalid) as twice:
        call(net, [*MEMBERS, {"name": "นายเลขา  ขยัน", "role": "member"}])
    assert [*twice.value.errors] == ["members.3.name"]
    with pytest.raises(Forbidden):
        call(net, user="worker-61", centres=("61",))


def test_one_chair_is_called_and_another_may_stand_in_later(net, meeting_id):
    second = {"name": "นายรองประธาน", "role": "chair"}
    with pytest.raises(Invalid) as refused:
        call(net, [*MEMBERS, second])
    assert [*refused.value.errors] == ["members.3.role"]
    tell(net, "invite", meeting_id, {"members": [second]})  # the first does not come
    assert [each["role"] for each in ask(net, meeting_id)["members"]].count("chair") == 2


def test_who_belongs_to_another_centres_group_alone_has_no_vote_here(net, meeting_id):
    """Nor where the group's own rows are all that the caller sees (row-level security)."""
    theirs = {"centre": "61", "user": "member-61", "role": "member", "since": "2026-01-01"}
    net.call("screening", "appoint_member", theirs, user="director-61", role="director", centres=("61",))
    guest = {"user": "member-61", "name": "สมาชิกศูนย์อื่น", "role": "member"}
    for asked in (
        lambda: call(net, [*MEMBERS, guest]),
        lambda: tell(net, "invite", meeting_id, {"members": [guest]}),
    ):
        with pytest.raises(Invalid) as refused:
            asked()
        assert [*refused.value.errors] in (["members.3.user"], ["members.0.user"])
    net.call("screening", "appoint_member", {**theirs, "centre": "60"}, **DIRECTOR)  # of both groups
    tell(net, "invite", meeting_id, {"members": [guest]})
    assert ask(net, meeting_id)["members"][-1]["user"] == "member-61"


@pytest.mark.parametrize(
    ("at", "said"),
    [("2112-03-09T09:30:00+07:00", "a year ahead"), ("1569-03-09T09:30:00+07:00", "10 years ago")],
)
def test_a_meeting_in_another_age_is_a_mistyped_year(net, at, said):
    body = {"centre": "60", "at": at, "members": MEMBERS}
    with pytest.raises(Invalid) as refused:
        net.call("screening", "call_meeting", body)
    assert said in refused.value.errors["at"][0]


def test_everybody_has_their_own_vote_and_the_secretary_writes_down_the_others(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    vote = {"case_id": case_id, "vote": "dissent", "reason": "ไกลบ้าน"}
    tell(net, "vote", meeting_id, vote, **DIRECTOR)
    [item] = ask(net, meeting_id)["agenda"]
    [cast] = item["votes"]
    assert (cast["member"], cast["vote"], cast["reason"]) == ("1", "dissent", "ไกลบ้าน")
    with pytest.raises(Invalid) as against:
        decide(net, meeting_id, case_id, [{"member": "director-60", "vote": "agree"}])
    assert [*against.value.errors] == ["votes.0.vote"]
    goal = {"area": "housing", "text": "มีที่อยู่มั่นคง", "owner": "นักสังคมสงเคราะห์", "due": "2026-06-30"}
    plan = decide(
        net, meeting_id, case_id,
        [{"member": "2", "vote": "agree"}, {"member": "แพทย์หญิงสุดา", "vote": "agree", "reason": "แข็งแรงพอ"}],
        goals=[goal],
    )  # fmt: skip
    agreed = net.call("screening", "plan", {"case_id": case_id})
    assert (agreed["plan_id"], agreed["meeting_id"]) == (plan["plan_id"], meeting_id)
    assert agreed["votes"] == {"agree": 2, "dissent": 1, "abstain": 0}
    assert agreed["minutes"]["goals"] == [goal]
    assert [
        (each["name"], each["vote"], each["reason"], each["own"]) for each in agreed["minutes"]["members"]
    ] == [
        ("นางประธาน ใจดี", "dissent", "ไกลบ้าน", True),
        ("นายเลขา ขยัน", "agree", None, False),
        ("แพทย์หญิงสุดา", "agree", "แข็งแรงพอ", False),
    ]
    [item] = ask(net, meeting_id)["agenda"]
    assert item["plan_id"] == plan["plan_id"] and item["decided_at"]
    listed = net.call("screening", "meetings", {"centre": "60"})["items"]
    assert [(each["meeting_id"], each["cases"], each["decided"]) for each in listed] == [(meeting_id, 1, 1)]
    assert tell(net, "close_meeting", meeting_id)["status"] == "closed"
    with pytest.raises(Refused, match="wrong_state"):
        decide(net, meeting_id, case_id, [{"member": "2", "vote": "agree"}])


def test_what_is_proposed_is_a_path_of_the_rules(net, meeting_id, case_id):
    tell(net, "table", meeting_id, {"case_id": case_id})
    with pytest.raises(Invalid, match="path"):
        tell(net, "propose", meeting_id, {"case_id": case_id, "path": "moon"})
    assert ask(net, meeting_id)["agenda"][0]["path"] is None


def test_what_a_meeting_decided_stays_in_its_agenda(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    decide(net, meeting_id, case_id, [{"member": number, "vote": "agree"} for number in "123"])
    before = ask(net, meeting_id)
    with pytest.raises(Refused, match="wrong_state"):
        tell(net, "propose", meeting_id, {"case_id": case_id, "path": "foundation"})
    with pytest.raises(Refused, match="wrong_state"):
        tell(net, "declare_conflict", meeting_id, {"case_id": case_id})
    assert ask(net, meeting_id) == before and before["decided"] == 1


def test_a_meeting_decides_nothing_before_its_day(net, case_id):
    body = {"centre": "60", "at": "2026-03-03T00:30:00+07:00", "members": MEMBERS}
    meeting_id = net.call("screening", "call_meeting", body)["meeting_id"]
    tell(net, "table", meeting_id, {"case_id": case_id})
    votes = [{"member": each, "vote": "agree"} for each in ("1", "2", "3")]
    with pytest.raises(Invalid, match="before the meeting began on 2026-03-03"):
        decide(net, meeting_id, case_id, votes)
    net.clock.advance(days=1)
    assert decide(net, meeting_id, case_id, votes)["plan_id"]


def test_without_a_quorum_nothing_is_decided_and_the_meeting_goes_on(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    with pytest.raises(Refused) as refused:
        decide(net, meeting_id, case_id, [{"member": "2", "vote": "agree"}])
    assert refused.value.code == "no_quorum"
    assert ask(net, meeting_id)["agenda"][0]["plan_id"] is None
    assert net.call("screening", "plan", {"case_id": case_id}) is None


def test_who_has_an_interest_of_their_own_does_not_vote_and_the_minutes_say_so(net, meeting_id, case_id):
    tell(net, "invite", meeting_id, {"members": [{"name": "กรรมการ ค", "role": "member"}]})
    voted_on(net, meeting_id, case_id)
    tell(net, "declare_conflict", meeting_id, {"case_id": case_id})
    with pytest.raises(Refused) as refused:
        tell(net, "vote", meeting_id, {"case_id": case_id, "vote": "agree"})
    assert refused.value.code == "conflict_of_interest"
    votes = [{"member": number, "vote": "agree"} for number in "13"]
    with pytest.raises(Refused, match="no_quorum"):  # they do not count for it either
        decide(net, meeting_id, case_id, votes)
    decide(net, meeting_id, case_id, [*votes, {"member": "4", "vote": "agree"}])
    minutes = net.call("screening", "plan", {"case_id": case_id})["minutes"]
    assert minutes["conflicts"] == ["นายเลขา ขยัน"]
    assert "นายเลขา ขยัน" not in [each["name"] for each in minutes["members"]]


def test_a_path_that_screening_closed_needs_the_meetings_reason(net, meeting_id):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    net.call("screening", "complete", {"case_id": case_id, "facts": {**FACTS, "relatives": "unsafe"}})
    tell(net, "table", meeting_id, {"case_id": case_id})
    votes = [{"member": number, "vote": "agree"} for number in "123"]
    with pytest.raises(Refused) as refused:
        decide(net, meeting_id, case_id, votes, path="return_family")
    assert refused.value.code == "override_needed"
    decide(net, meeting_id, case_id, votes, path="return_family", override_reason="ย้ายผู้กระทำออกแล้ว")
    override = net.call("screening", "plan", {"case_id": case_id})["minutes"]["override"]
    assert override == {"reason": "ย้ายผู้กระทำออกแล้ว", "chair": "นางประธาน ใจดี"}


def test_several_cases_lie_before_it_in_the_order_they_were_put_or_none_does(net, meeting_id, case_id):
    second = screened(net)
    tell(net, "table", meeting_id, {"case_ids": [second, case_id]})
    assert [each["case_id"] for each in ask(net, meeting_id)["agenda"]] == [second, case_id]
    third, closed = screened(net), screened(net)
    net.call("intake", "close_case", {"case_id": closed, "reason": "left"})
    net.settle()
    with pytest.raises(Refused, match="case_closed"):
        tell(net, "table", meeting_id, {"case_ids": [third, closed]})
    assert len(ask(net, meeting_id)["agenda"]) == 2
    with pytest.raises(Invalid):
        tell(net, "table", meeting_id, {})


def test_of_a_case_that_was_closed_nothing_is_proposed_or_voted_any_more(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "died"})
    net.settle()
    about, director = {"case_id": case_id}, {**DIRECTOR, "user": "director-60"}
    for door, body in (
        ("propose", {"path": "foundation"}),
        ("vote", {"vote": "agree"}),
        ("declare_conflict", {}),
    ):
        with pytest.raises(Refused, match="case_closed"):
            tell(net, door, meeting_id, about | body, **director)
    assert tell(net, "propose", meeting_id, about | OPTION)["version"]  # as it stands: nothing new


def test_only_who_is_called_votes_and_only_the_centre_reads(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    vote = {"case_id": case_id, "vote": "agree"}
    member = {"user": "member-60", "role": "member"}
    with pytest.raises(Forbidden):
        tell(net, "vote", meeting_id, vote, **member)
    assert ask(net, meeting_id, **member)["meeting_id"] == meeting_id
    with pytest.raises(NotFound):
        ask(net, meeting_id, user="worker-61", centres=("61",))
    with pytest.raises(Forbidden):
        ask(net, meeting_id, **MINISTRY)
    with pytest.raises(Forbidden):
        net.call("screening", "meetings", {"centre": "61"})
    assert net.call("screening", "meetings", {}, user="worker-61", centres=("61",))["items"] == []


def test_reading_a_reason_is_noted_and_names_stand_in_no_open_field(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    tell(net, "vote", meeting_id, {"case_id": case_id, "vote": "agree", "reason": "ใกล้บ้านเดิม"})
    ask(net, meeting_id, **DIRECTOR)
    runtime = net.runtimes["screening"]
    with runtime.database.read() as db:
        noted = [
            row for row in db.execute(access.access_record.select()).mappings() if row["who"] == "director-60"
        ]
    assert [(row["what"], row["subject"]) for row in noted] == [("minutes", f"case/{case_id}")]
    with runtime.database.read() as db:
        log = str([tuple(row) for row in db.execute(select(tables.event))])
    for text in ("แพทย์หญิงสุดา", "ห้องประชุม 2", "ใกล้บ้านเดิม"):
        assert text not in log


def test_the_read_models_rebuilt_are_the_same_and_the_log_is_whole(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    tell(net, "vote", meeting_id, {"case_id": case_id, "vote": "agree"}, **DIRECTOR)
    decide(net, meeting_id, case_id, [{"member": number, "vote": "agree"} for number in "23"])
    tell(net, "close_meeting", meeting_id)
    before = ask(net, meeting_id)
    net.runtimes["screening"].rebuild(None, lambda done, total: None)
    assert ask(net, meeting_id) == before
    assert net.runtimes["screening"].verify() == []


def test_a_later_decision_takes_the_place_of_an_earlier_one_which_stays_as_it_was(net, meeting_id, case_id):
    voted_on(net, meeting_id, case_id)
    votes = [{"member": number, "vote": "agree"} for number in "123"]
    first = decide(net, meeting_id, case_id, votes)["plan_id"]
    [alone] = net.call("screening", "plans", {"case_id": case_id})["items"]
    assert (alone["replaces"], alone["replaced_by"]) == (None, None)
    tell(net, "close_meeting", meeting_id)
    later = call(net)["meeting_id"]
    voted_on(net, later, case_id)
    second = decide(net, later, case_id, votes, path="foundation", why="บ้านพักปิด")["plan_id"]
    before, after = net.call("screening", "plans", {"case_id": case_id})["items"]
    assert before["minutes"]["why"] == "ใกล้บ้านเดิม" and before["path"] == "local_home"
    assert before["replaced_by"] == {"plan_id": second, "agreed_at": after["agreed_at"], "meeting_id": later}
    assert (after["replaces"], after["replaced_by"]) == (first, None)
    assert ask(net, meeting_id)["agenda"][0]["replaced_by"]["plan_id"] == second
    assert ask(net, later)["agenda"][0]["replaced_by"] is None
    assert net.call("screening", "plan", {"case_id": case_id})["replaces"] == first
