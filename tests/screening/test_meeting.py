"""What a meeting of the working group may decide, without any door."""

import pytest

from services.codes.overrides import stood_before
from services.kernel.errors import Invalid
from services.screening.domain.meeting import (
    MEETING,
    CallMeeting,
    CastVote,
    CloseMeeting,
    DecideCase,
    DeclareConflict,
    InviteMembers,
    ProposeOption,
    ReviewOutcome,
    TableCase,
    Written,
)
from services.screening.domain.voting import voters
from services.screening.events import (
    CaseDecided,
    CaseTabled,
    ConflictDeclared,
    MeetingCalled,
    MeetingClosed,
    MembersInvited,
    OptionProposed,
    OrderOverridden,
    OutcomeReviewed,
    VoteCast,
)
from tests.spec import Spec

meeting = Spec(MEETING)
ID, CASE, PERSON, STARTS = "m-1", "case-1", "person-1", "2026-03-02T03:00:00Z"
SEATS = [
    {"member": "1", "user": "director-60", "role": "chair"},
    {"member": "2", "user": "worker-60", "role": "secretary"},
    {"member": "3", "user": None, "role": "specialist"},
]
NAMES = {"1": "ประธาน", "2": "เลขา", "3": "แพทย์"}
WORDS = {"names": NAMES, "place": "ห้องประชุม"}
CALLED = MeetingCalled(ID, "60", STARTS, SEATS, WORDS)
TABLED, PROPOSED = CaseTabled(ID, CASE, PERSON), OptionProposed(ID, CASE, "local_home", ["p-1"])
BEFORE = (CALLED, TABLED, PROPOSED)
CAST = VoteCast(ID, "vote-1", CASE, PERSON, "3", "dissent", "sealed")
CLOSED = MeetingClosed(ID, "60", [CASE])


def deciding(votes=(), conflicts=(), path="local_home", programme_ids=("p-1",), plan_id="plan-1"):
    return DecideCase(CASE, plan_id, path, list(programme_ids), list(votes), list(conflicts))


def test_it_is_called_once():
    call = CallMeeting(ID, "60", STARTS, SEATS, WORDS)
    meeting.given().when(call).then(CALLED)
    meeting.given(CALLED).when(call).then()


def test_more_are_invited_and_nobody_twice():
    new = [{"member": "4", "user": "member-60", "role": "member"}]
    invite = InviteMembers(new, {"names": {"4": "สมาชิก"}, "place": None})
    meeting.given(CALLED).when(invite).then(MembersInvited(ID, "60", new, invite.words))
    meeting.given(CALLED, MembersInvited(ID, "60", new)).when(invite).then()
    again = InviteMembers([{**new[0], "user": "worker-60"}], invite.words)
    with pytest.raises(Invalid, match="members"):
        MEETING.decider.decide(again, MEETING.decider.fold([CALLED]))


def test_a_case_lies_before_it_once_unless_it_is_closed():
    table = TableCase(CASE, PERSON, False)
    meeting.given(CALLED).when(table).then(TABLED)
    meeting.given(CALLED, TABLED).when(table).then()
    meeting.given(CALLED).when(TableCase(CASE, PERSON, True)).refused("case_closed")
    review = CaseTabled(ID, CASE, PERSON, "outcome_review")
    meeting.given(CALLED).when(TableCase(CASE, PERSON, False, "outcome_review")).then(review)
    meeting.given(CALLED, review).when(table).then()  # it lies there, whatever for


def test_what_is_proposed_anew_is_voted_on_anew():
    propose = ProposeOption(CASE, "local_home", ["p-1"])
    meeting.given(CALLED).when(propose).refused("wrong_state")  # it does not lie before it
    meeting.given(CALLED, TABLED).when(propose).then(PROPOSED)
    meeting.given(*BEFORE).when(propose).then()
    other = MEETING.decider.fold([*BEFORE, CAST, OptionProposed(ID, CASE, "foundation", [])])
    assert other.agenda[CASE].votes == {}


@pytest.mark.parametrize("ratified", [None, True, False])
def test_what_was_decided_stays_as_it_was_voted_on(ratified):
    decided = [*BEFORE, CAST, CaseDecided(ID, CASE, "plan-1", "local_home", ratified)]
    meeting.given(*decided).when(ProposeOption(CASE, "foundation", [])).refused("wrong_state")
    meeting.given(*decided).when(DeclareConflict(CASE, "3")).refused("wrong_state")
    later = CaseDecided(ID, CASE, "plan-2", "foundation")
    meeting.given(*decided).when(deciding(path="foundation", programme_ids=(), plan_id="plan-2")).then(later)


def test_what_lies_there_to_be_ratified_is_not_proposed_otherwise():
    lying = [CALLED, CaseTabled(ID, CASE, PERSON, "ratify", "plan-1"), PROPOSED]
    meeting.given(*lying).when(ProposeOption(CASE, "foundation", [])).refused("wrong_state")


def test_a_member_votes_on_what_is_proposed_and_may_think_better_of_it():
    vote = CastVote("vote-1", CASE, "3", "dissent", "ไกล")
    meeting.given(CALLED, TABLED).when(vote).refused("wrong_state")
    meeting.given(*BEFORE).when(vote).then(VoteCast(ID, "vote-1", CASE, PERSON, "3", "dissent", "ไกล"))
    meeting.given(*BEFORE, CAST).when(vote).then()
    better = CastVote("vote-2", CASE, "3", "agree", None)
    meeting.given(*BEFORE, CAST).when(better).then(VoteCast(ID, "vote-2", CASE, PERSON, "3", "agree", None))
    meeting.given(*BEFORE, CaseDecided(ID, CASE, "plan-1", "local_home")).when(vote).refused("wrong_state")
    with pytest.raises(Invalid, match="member"):
        MEETING.decider.decide(CastVote("v", CASE, "9", "agree", None), MEETING.decider.fold(BEFORE))


def test_who_has_an_interest_of_their_own_does_not_vote():
    conflict = ConflictDeclared(ID, CASE, "3")
    meeting.given(*BEFORE).when(DeclareConflict(CASE, "3")).then(conflict)
    meeting.given(*BEFORE, conflict).when(DeclareConflict(CASE, "3")).then()
    meeting.given(*BEFORE, conflict).when(CastVote("v", CASE, "3", "agree", None)).refused(
        "conflict_of_interest"
    )
    assert MEETING.decider.fold([*BEFORE, CAST, conflict]).agenda[CASE].votes == {}
    with pytest.raises(Invalid) as wrong:
        state = MEETING.decider.fold(BEFORE)
        MEETING.decider.decide(deciding([Written("3", "agree")], ["3"]), state)
    assert [*wrong.value.errors] == ["votes.0.member"]


def test_a_case_is_decided_with_own_votes_and_those_that_were_written_down():
    votes = [Written("1", "agree"), Written("2", "agree", "ใกล้บ้าน")]
    decided = CaseDecided(ID, CASE, "plan-1", "local_home")
    meeting.given(*BEFORE, CAST).when(deciding(votes)).then(decided)
    meeting.given(*BEFORE, CAST, decided).when(deciding(votes)).then()
    later = CaseDecided(ID, CASE, "plan-2", "local_home")
    meeting.given(*BEFORE, CAST, decided).when(deciding(votes, plan_id="plan-2")).then(later)
    meeting.given(*BEFORE).when(deciding(votes, ["3"])).then(ConflictDeclared(ID, CASE, "3"), decided)
    state = MEETING.decider.fold([*BEFORE, CAST])
    assert voters(state, deciding(votes), NAMES, {"3": "ไกล"}) == [
        {"name": "ประธาน", "role": "chair", "vote": "agree", "reason": None, "own": False},
        {"name": "เลขา", "role": "secretary", "vote": "agree", "reason": "ใกล้บ้าน", "own": False},
        {"name": "แพทย์", "role": "specialist", "vote": "dissent", "reason": "ไกล", "own": True},
    ]
    # On another option nobody has voted on their own.
    assert [each["name"] for each in voters(state, deciding(votes, path="foundation"), NAMES, {})] == [
        "ประธาน",
        "เลขา",
    ]


@pytest.mark.parametrize(
    ("votes", "conflicts", "field"),
    [
        ([Written("9", "agree")], [], "votes.0.member"),
        ([Written("1", "agree"), Written("1", "dissent")], [], "votes.1.member"),
        ([Written("3", "agree")], [], "votes.0.vote"),  # they voted otherwise themselves
        ([], ["9"], "abstains_for_conflict.0"),
    ],
)
def test_a_vote_of_nobody_twice_or_against_ones_own_is_refused_by_its_field(votes, conflicts, field):
    with pytest.raises(Invalid) as wrong:
        MEETING.decider.decide(deciding(votes, conflicts), MEETING.decider.fold([*BEFORE, CAST]))
    assert [*wrong.value.errors] == [field]


def test_once_closed_it_decides_nothing_more_and_says_what_stays_open():
    meeting.given(*BEFORE).when(CloseMeeting()).then(CLOSED)
    meeting.given(*BEFORE, CLOSED).when(CloseMeeting()).then()
    decided = CaseDecided(ID, CASE, "plan-1", "local_home")
    meeting.given(*BEFORE, decided).when(CloseMeeting()).then(MeetingClosed(ID, "60", []))
    for command in (
        TableCase("case-2", "person-2", False),
        ProposeOption(CASE, "foundation", []),
        CastVote("v", CASE, "3", "agree", None),
        DeclareConflict(CASE, "3"),
        deciding([Written("1", "agree")]),
    ):
        meeting.given(*BEFORE, CLOSED).when(command).refused("wrong_state")


def test_a_meeting_that_nobody_called_is_none():
    meeting.given().when(CloseMeeting()).refused("wrong_state")


def test_what_became_of_somebody_is_looked_back_on_also_of_a_closed_case():
    tabled = CaseTabled(ID, CASE, PERSON, "outcome_review")
    meeting.given(CALLED).when(TableCase(CASE, PERSON, True, "outcome_review")).then(tabled)
    words = {"found": "ไกลลูก", "lesson": None}
    looking = ReviewOutcome("review-1", CASE, "referral-1", "screening-1", "plan-1", ["not_wished"], words)
    found = OutcomeReviewed(
        "review-1", ID, CASE, PERSON, "referral-1", "screening-1", "plan-1", ["not_wished"], words
    )
    meeting.given(CALLED).when(looking).refused("wrong_state")
    meeting.given(CALLED, tabled).when(looking).then(found)
    meeting.given(CALLED, tabled, found).when(looking).then()
    meeting.given(CALLED, tabled, found).when(CloseMeeting()).then(MeetingClosed(ID, "60", []))
    closed = MeetingClosed(ID, "60", [CASE])
    meeting.given(CALLED, tabled, closed).when(looking).refused("wrong_state")


def test_who_is_taken_before_others_is_told_and_never_refused():
    told = TableCase(CASE, PERSON, False, "plan", 2, "worse_since", "ทรุดลง")
    overridden = OrderOverridden(ID, CASE, PERSON, 2, "worse_since", "ทรุดลง")
    meeting.given(CALLED).when(told).then(TABLED, overridden)
    meeting.given(CALLED, TABLED, overridden).when(told).then()
    meeting.given(CALLED, TABLED).when(told).then()  # it lay there before
    silent = TableCase(CASE, PERSON, False, "plan", 1)
    meeting.given(CALLED).when(silent).then(TABLED, OrderOverridden(ID, CASE, PERSON, 1, None, None))
    meeting.given(CALLED).when(TableCase(CASE, PERSON, False, "outcome_review", 3)).then(
        CaseTabled(ID, CASE, PERSON, "outcome_review")
    )


@pytest.mark.parametrize(
    ("chosen", "taken", "found"),
    [
        (["a"], [], {}),
        (["b"], [], {"b": 1}),
        (["b"], ["a"], {}),
        (["a", "b"], [], {}),
        (["c", "a"], [], {"c": 1}),
        (["d", "b"], ["c"], {"b": 1, "d": 1}),
        (["x"], [], {}),
    ],
)
def test_so_many_stand_before_who_is_chosen(chosen, taken, found):
    assert stood_before(["a", "b", "c", "d"], chosen, taken) == found
