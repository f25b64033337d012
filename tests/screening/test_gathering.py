"""Several assessors answer one screening: nobody's answer is passed over, and who answered what is kept."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.screening.domain.gathering import Reply, authors, gather, own_answers, own_refusals
from services.screening.projections import sheet
from services.screening.service import ScreeningService
from services.thai.dates import bangkok_day
from tests.screening.test_service import CASE, MORNING

NURSE = {"user": "nurse-60"}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
USERS, QUESTIONS = ("a", "b", "c"), ("housing", "legal_case", "wants")
VALUES = st.one_of(
    st.sampled_from(("street", "home", True, False)), st.just(["independent", "foundation"]), st.just([])
)
replies = st.builds(
    lambda user, value, at, declined: Reply(user, None if declined else value, str(at), declined),
    st.sampled_from(USERS), VALUES, st.integers(0, 9), st.booleans(),
)  # fmt: skip


@st.composite
def sheets(draw):
    found = {}
    for question in draw(st.sets(st.sampled_from(QUESTIONS))):
        said = draw(st.lists(replies, min_size=1, max_size=3, unique_by=lambda each: each.user))
        found[question] = sorted(said, key=lambda each: (each.at, each.user))
    return found


told = st.dictionaries(st.sampled_from(QUESTIONS), VALUES)


@given(told, st.sampled_from(USERS), sheets())
def test_no_answer_is_passed_over_unless_somebody_saw_it(now, user, noted):
    found = gather(now, (), user, noted)
    for question in {*now, *noted}:
        others = [each for each in noted.get(question, ()) if each.user != user]
        said = {str(each.says) for each in others}
        if question in now:
            said.add(str(Reply(user, now[question], "").says))
        elif own := [each for each in noted.get(question, ()) if each.user == user]:
            said.add(str(own[0].says))
        assert (question in found.disputed) == (len(said) > 1), question
        assert (question in found.facts) != (question in found.declined)
        assert found.by[question]
    settled = gather(now, (), user, noted, QUESTIONS)
    assert settled.disputed == {} and settled.facts == now
    assert {who for users in settled.by.values() for who in users} <= {user}


@given(told, sheets())
def test_who_says_what_a_colleague_said_agrees_with_them(now, noted):
    found = gather({}, (), "nobody", noted)
    if not found.disputed:
        again = gather(found.facts, found.declined, "nobody", noted)
        assert (again.facts, again.disputed) == (found.facts, {})
        assert all("nobody" not in users for users in again.by.values())


@given(told, st.sampled_from(USERS), sheets(), told)
def test_only_what_somebody_answered_themselves_is_noted(now, user, noted, known):
    own = own_answers(now, user, noted, known)
    assert {**now, **own} == now
    for question, value in now.items():
        had = any(each.user == user for each in noted.get(question, ()))
        if had:
            assert own[question] == value
        elif question in known and known[question] == value:
            assert question not in own


def test_an_answer_that_is_carried_over_stays_whose_it_was():
    before, by_before = {"housing": "street", "age": {"min": 60, "max": 60}}, {"housing": ["nurse-60"]}
    facts = {**before, "legal_case": True}
    by = {"housing": ["worker-60"], "birth_date": ["worker-60"], "legal_case": ["worker-60"]}
    assert authors(by, facts, before, by_before, "worker-60") == {
        "housing": ["nurse-60"], "legal_case": ["worker-60"],
    }  # fmt: skip
    assert authors(by, {**facts, "housing": "home"}, before, by_before, "worker-60")["housing"] == [
        "worker-60"
    ]
    both = {"housing": ["nurse-60", "worker-60"]}
    assert authors(both, facts, before, {}, "worker-60") == both


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return net.call("intake", "open_case", CASE)["case_id"]


def note(net, case_id, facts, who=NURSE, **more):
    return net.call("screening", "note_answers", {"case_id": case_id, "facts": facts, **more}, **who)["noted"]


def noted(net, case_id, **who):
    return net.call("screening", "noted_answers", {"case_id": case_id}, **who)


def complete(net, case_id, facts, **more):
    return net.call("screening", "complete", {"case_id": case_id, "facts": facts, **more})


def test_two_assessors_fill_one_screening_and_it_says_who_answered_what(net, case_id):
    assert note(net, case_id, {"care_level": 2, "communicable_disease": "none"}) == [
        "care_level", "communicable_disease",
    ]  # fmt: skip
    seen = noted(net, case_id)
    [reply] = seen["answers"]["care_level"]
    assert (reply["user"], reply["value"], reply["declined"]) == ("nurse-60", 2, False)
    assert seen["disputed"] == []
    found = complete(net, case_id, {"housing": "street", "income_sufficient": False})
    assert (found["facts"]["care_level"], found["facts"]["housing"]) == (2, "street")
    assert found["answered_by"] == {
        "care_level": ["nurse-60"], "communicable_disease": ["nurse-60"], "housing": ["worker-60"],
        "income_sufficient": ["worker-60"],
    }  # fmt: skip
    assert net.call("screening", "screening", {"case_id": case_id})["answered_by"] == found["answered_by"]
    assert noted(net, case_id)["answers"] == {}  # the screening stands
    resent = {name: value for name, value in found["facts"].items() if name != "found"}
    again = complete(net, case_id, {**resent, "housing": "home"})
    assert again["answered_by"]["care_level"] == ["nurse-60"]  # whoever sends it once more
    assert "sex" not in again["answered_by"]  # of the case


def test_what_is_answered_otherwise_is_shown_with_both_and_counts_once_somebody_settles_it(net, case_id):
    note(net, case_id, {"housing": "temporary", "legal_case": True})
    with pytest.raises(Refused, match="answered_otherwise") as refused:
        complete(net, case_id, {"housing": "street"})
    assert [*refused.value.errors] == ["facts.housing"]
    assert net.call("screening", "screening", {"case_id": case_id}) is None
    [theirs] = noted(net, case_id)["answers"]["housing"]
    assert (theirs["user"], theirs["value"]) == ("nurse-60", "temporary")
    found = complete(net, case_id, {"housing": "street"}, settled=["housing"])
    assert (found["facts"]["housing"], found["facts"]["legal_case"]) == ("street", True)
    assert found["answered_by"] == {"housing": ["worker-60"], "legal_case": ["nurse-60"]}


def test_two_colleagues_who_do_not_agree_are_settled_by_a_third(net, case_id):
    note(net, case_id, {"housing": "temporary"})
    note(net, case_id, {"housing": "street"}, {"user": "driver-60"})
    assert noted(net, case_id)["disputed"] == ["housing"]
    with pytest.raises(Refused, match="answered_otherwise"):
        complete(net, case_id, {"income_sufficient": False})
    found = complete(net, case_id, {"income_sufficient": False}, settled=["housing"])
    assert "housing" not in found["facts"]  # left open
    note(net, case_id, {"housing": "temporary"})
    found = complete(net, case_id, {"housing": "temporary"})
    assert found["answered_by"]["housing"] == ["nurse-60"]  # who agrees is not the one who found out


def test_who_thinks_better_of_it_notes_it_anew_or_takes_it_away(net, case_id):
    note(net, case_id, {"housing": "temporary", "legal_case": True}, asked_declined=["begging"])
    assert note(net, case_id, {"housing": "street"}, of=["housing", "legal_case"]) == ["housing"]
    answers = noted(net, case_id)["answers"]
    assert {name: each[0]["value"] for name, each in answers.items()} == {
        "housing": "street",
        "begging": None,
    }
    assert answers["begging"][0]["declined"]
    found = complete(net, case_id, {})
    assert found["asked_declined"] == ["begging"] and "legal_case" not in found["facts"]
    with pytest.raises(Refused, match="answered_otherwise"):
        note(net, case_id, {}, asked_declined=["mental_crisis"])
        complete(net, case_id, {"mental_crisis": True})


def test_what_was_only_taken_over_is_nobodys_new_answer(net, case_id):
    complete(net, case_id, {"housing": "street", "legal_case": False})
    assert note(net, case_id, {"housing": "street", "legal_case": True, "sex": "male"}) == ["legal_case"]
    assert note(net, case_id, {"legal_case": True}, {"user": "worker-60"}) == []  # as the nurse says


def test_what_the_person_did_not_want_to_say_before_is_no_colleagues_refusal_now(net, case_id):
    complete(net, case_id, {"housing": "street"}, asked_declined=["disability_types"])
    marked = ["disability_types", "begging"]
    assert note(net, case_id, {"care_level": 2}, asked_declined=marked) == ["begging", "care_level"]
    assert note(net, case_id, {}, {"user": "worker-60"}, asked_declined=marked) == []  # as the nurse heard
    assert note(net, case_id, {}, asked_declined=["begging"]) == ["begging"]  # hers stays hers
    assert own_refusals(["birth_date"], "nurse-60", {}, ["age"]) == []  # the question of that fact
    found = complete(net, case_id, {"disability_types": [3]})  # somebody asked again
    assert found["facts"]["disability_types"] == [3] and found["asked_declined"] == ["begging"]


def test_a_birth_date_is_sealed_and_only_the_age_is_kept(net, case_id):
    note(net, case_id, {"birth_date": "1957-05"})
    rows = net.read("screening", lambda db: db.execute(sheet.answer.select()).mappings().all())
    assert "1957" not in str([dict(row) for row in rows])
    found = complete(net, case_id, {"housing": "street"})
    assert "birth_date" not in found["facts"] and found["answered_by"]["age"] == ["nurse-60"]


def test_a_birth_date_that_nobody_can_have_is_not_noted(net, case_id):
    with pytest.raises(Invalid) as refused:
        note(net, case_id, {"birth_date": "1889-06-01"})
    assert list(refused.value.errors) == ["facts.birth_date"]
    assert noted(net, case_id)["answers"] == {}


def test_an_age_is_of_the_day_on_which_it_was_told(net, case_id):
    note(net, case_id, {"age": {"min": 40, "max": 49}})
    [told] = noted(net, case_id)["answers"]["age"]
    assert told["value"] == {"on": bangkok_day(MORNING).isoformat(), "min": 40, "max": 49}


def test_who_may_not_screen_the_case_neither_notes_nor_reads_answers(net, case_id):
    for who in (NEIGHBOUR, {"user": "member-60", "role": "member"}, {"user": "m", "role": "ministry"}):
        with pytest.raises((NotFound, Forbidden)):
            note(net, case_id, {"housing": "street"}, who)
        with pytest.raises((NotFound, Forbidden)):
            noted(net, case_id, **who)
    with pytest.raises(Invalid) as refused:
        note(net, case_id, {"housing": "moon"})
    assert [*refused.value.errors] == ["facts.housing"]
    net.call("intake", "close_case", {"case_id": case_id, "reason": "left_before_screening"})
    net.settle()
    with pytest.raises(Refused, match="wrong_state"):
        note(net, case_id, {"housing": "street"})


def test_what_nobody_completes_goes_after_a_week(net, case_id):
    note(net, case_id, {"housing": "street"})
    net.clock.advance(days=6)
    net.runtimes["screening"].prune()
    assert noted(net, case_id)["answers"]
    net.clock.advance(days=2)
    net.runtimes["screening"].prune()
    assert noted(net, case_id)["answers"] == {}


def test_of_a_case_that_was_handed_over_the_new_centre_reads_its_own_answers_alone(net, case_id):
    note(net, case_id, {"housing": "street"})
    net.call("intake", "request_transfer", {"case_id": case_id, "to": "61", "reason": "wish"})
    director = {"user": "director-61", "role": "director", "centres": ("61",)}
    net.call("intake", "accept_transfer", {"case_id": case_id}, **director)
    net.settle()
    assert noted(net, case_id, **NEIGHBOUR)["answers"] == {}
    note(net, case_id, {"housing": "home"}, NEIGHBOUR)
    assert noted(net, case_id, **director)["answers"]["housing"][0]["value"] == "home"
