from dataclasses import replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import codes
from services.codes import situation
from services.codes.decisions import AGREEMENTS
from services.codes.facts import FACTS
from services.codes.procedure import SHIPPED, Quorum
from services.kernel.errors import Invalid, Refused
from services.screening.domain.assessment import assess
from services.screening.domain.facts import normalised
from services.screening.domain.plan import PLAN, agreement
from services.screening.domain.rulebook import rulebook, versions
from services.screening.domain.screening import SCREENING, decide, with_district
from services.screening.events import PlanAgreed, ScreeningCompleted
from tests.screening.samples import (
    BOOK,
    CASE,
    HOMELESS,
    KNOWN,
    MONDAY,
    PERSON,
    PLANNED,
    REPLANNED,
    SCREENED,
    SCREENED_AGAIN,
    THREE,
    TUESDAY,
    agree,
    complete,
    completed,
    member,
    start,
    started,
)
from tests.spec import Spec

screening, plan = Spec(SCREENING), Spec(PLAN)


def test_a_screening_is_due_when_a_case_is_opened():
    screening.given().when(start).then(started)


def test_starting_again_changes_nothing():
    screening.given(started).when(start).then()


def test_a_completed_screening_keeps_facts_labels_paths_and_the_version_of_its_rules():
    facts = normalised(HOMELESS, KNOWN, MONDAY)
    found = assess(BOOK, facts)
    form = {"id": "screening", "version": "2"}
    expected = ScreeningCompleted(
        SCREENED, CASE, form, "2569-1", facts, found.labels, found.paths, found.leads, found.closed
    )
    screening.given(started).when(complete()).then(expected)


def test_what_the_person_did_not_want_to_answer_is_a_fact_of_its_own_and_unknown_to_the_rules():
    asked = replace(
        complete({"income_sufficient": False}), asked_declined=("housing", "birth_date", "legal_case")
    )
    state = SCREENING.decider.fold([replace(started, known={"sex": "male"})])
    [done] = decide(asked, state)
    [same] = decide(replace(asked, asked_declined=()), state)
    assert done.asked_declined == ["age", "housing", "legal_case"] and same.asked_declined is None
    assert (done.facts, done.labels, done.paths) == (same.facts, same.labels, same.paths)


def test_what_the_case_knows_was_not_left_unanswered():
    asked = replace(complete({"income_sufficient": False}), asked_declined=("birth_date", "housing"))
    [done] = decide(asked, SCREENING.decider.fold([started]))
    assert done.asked_declined == ["housing"] and "age" in done.facts


def test_completing_the_same_screening_again_changes_nothing():
    screening.given(started, completed()).when(complete()).then()


def test_what_was_corrected_of_the_person_counts_before_what_was_known_and_after_what_is_told():
    asked = replace(complete({"sex": "female"}), corrected={"sex": "male", "nationality": "foreign"})
    [done] = decide(asked, SCREENING.decider.fold([started]))
    assert (done.facts["sex"], done.facts["nationality"]) == ("female", "foreign")


def test_a_case_can_be_screened_again():
    state = SCREENING.decider.fold([started, completed()])
    [again] = decide(complete({"mental_crisis": True}, SCREENED_AGAIN, TUESDAY), state)
    assert again.screening_id == SCREENED_AGAIN
    assert again.paths[0] == "psychiatric_hospital"


def test_no_screening_is_completed_before_one_is_due():
    screening.given().when(complete()).refused("wrong_state")


def test_a_closed_case_is_not_screened():
    screening.given(started).when(complete(closed=True)).refused("wrong_state")


flags = {name: st.none() | st.booleans() for name in FACTS if FACTS[name].kind == "flag"}
told = st.fixed_dictionaries(
    {},
    optional={
        **flags,
        "age": st.builds(lambda low, more: {"min": low, "max": low + more}, st.integers(0, 90), st.integers(0, 20)),
        "birth_date": st.sampled_from(["1950", "1966-03", "2010-12-31"]),
        "nationality": st.sampled_from(codes.NATIONALITIES),
        "housing": st.sampled_from(situation.HOUSING),
        "begging": st.sampled_from(situation.BEGGING) | st.lists(st.sampled_from(situation.BEGGING), max_size=3),
        "relatives": st.sampled_from(situation.RELATIVES),
        "danger": st.sampled_from(codes.DANGERS),
        "disability_types": st.lists(st.sampled_from(situation.DISABILITY_TYPES), max_size=4),
        "wants": st.lists(st.sampled_from(codes.PATHS), max_size=4),
    },
)  # fmt: skip


@given(told, st.sampled_from(versions()))
def test_a_stored_decision_is_derived_again_byte_for_byte_from_its_facts_and_rules_version(facts, version):
    screened = replace(complete(facts), book=rulebook(version))
    [first] = decide(screened, SCREENING.decider.fold([started]))
    stored = orjson.loads(orjson.dumps(first.facts))
    again = assess(rulebook(first.rules_version), stored)
    assert orjson.dumps(again[:4]) == orjson.dumps([first.labels, first.paths, first.leads, first.closed])
    assert "birth_date" not in stored
    assert len(set(again.paths)) == len(again.paths)
    assert again.paths or not again.decided
    assert "ministry_shelter" not in again.paths[:-1]


agreed = PlanAgreed(
    PLANNED,
    CASE,
    PERSON,
    "foundation",
    None,
    {"agree": 2, "dissent": 0, "abstain": 1},
    {"votes": 3, "chair": True},
    {"members": THREE, "why": "near home", "goals": ["rest"]},
    agreement="no_first",
)


@pytest.mark.parametrize(
    ("path", "proposed", "shut", "agrees"),
    [
        ("foundation", ["foundation", "hospital"], None, "as_first"),
        ("hospital", ["foundation", "hospital"], None, "another"),
        ("religious", ["foundation", "hospital"], None, "beyond"),
        ("foundation", [], None, "no_first"),
        ("foundation", ["hospital"], {"path": "foundation"}, "shut"),
    ],
)
def test_a_decision_says_how_it_goes_with_what_the_screening_had_found(path, proposed, shut, agrees):
    assert agreement(path, proposed, shut) == agrees and agrees in AGREEMENTS


def test_the_working_group_agrees_a_plan_and_abstentions_count_for_the_quorum():
    plan.given().when(agree()).then(agreed)


def test_the_same_plan_again_changes_nothing():
    plan.given(agreed).when(agree()).then()


def test_a_new_plan_replaces_the_earlier():
    [event] = PLAN.decider.decide(agree(id=REPLANNED), PLAN.decider.fold([agreed]))
    assert PLAN.decider.fold([agreed, event]).plan_id == REPLANNED


def test_two_votes_are_no_quorum():
    plan.given().when(agree(THREE[:2])).refused("no_quorum")


def test_nobody_makes_a_quorum_with_themselves():
    thrice = [
        member(role="chair", name="นายสมชาย ใจดี"),
        member(name="สมชาย  ใจดี"),
        member(name="สมชา\u200bย ใจดี"),
    ]
    with pytest.raises(Refused) as refused:
        PLAN.decider.decide(agree(thrice), PLAN.decider.initial)
    assert (refused.value.code, [*refused.value.errors]) == (
        "no_quorum",
        ["members.1.name", "members.2.name"],
    )
    twice = [*THREE, {**THREE[0], "role": "member"}]  # also where the others would be enough
    plan.given().when(agree(twice)).refused("no_quorum")


def test_without_a_chair_there_is_no_quorum():
    plan.given().when(agree([member(), member(name="ข"), member(name="ค")])).refused("no_quorum")


def test_one_chairs_a_decision():
    with pytest.raises(Refused) as refused:
        PLAN.decider.decide(agree([*THREE, member(role="chair", name="ง")]), PLAN.decider.initial)
    assert (refused.value.code, [*refused.value.errors]) == ("no_quorum", ["members.3.role"])


def test_as_many_against_as_for_is_no_decision():
    tied = [member(role="chair"), member("dissent", name="ข"), member("abstain", name="ค")]
    plan.given().when(agree(tied)).refused("no_quorum")


def test_a_centre_may_need_another_quorum():
    plan.given().when(agree(quorum=Quorum(4, True))).refused("no_quorum")
    without_chair = [member(), member(name="ข")]
    [event] = PLAN.decider.decide(agree(without_chair, quorum=Quorum(2, False)), PLAN.decider.initial)
    assert event.quorum == {"votes": 2, "chair": False}


def test_a_centre_without_a_row_of_its_own_needs_three_votes_with_a_chair():
    assert SHIPPED.quorum_of("60") == Quorum(3, True)


def closed_path(never=False):
    return {"path": "foundation", "because": {"th": "-", "en": "-"}, "facts": [], "never": never}


def test_a_path_that_the_screening_closed_is_taken_only_with_a_reason_and_by_its_chair():
    shut, why = replace(agree(), shut=closed_path()), {"reason": "family", "chair": "นาย  ก"}
    chaired = [{**THREE[0], "name": "นาย ก"}, *THREE[1:]]
    plan.given().when(shut).refused("path_closed")
    plan.given().when(replace(shut, shut=closed_path(never=True), override=why)).refused("path_closed")
    for chair in ("ข", "somebody"):  # a member is no chair
        with pytest.raises(Invalid) as wrong:
            PLAN.decider.decide(replace(shut, override={**why, "chair": chair}), PLAN.decider.initial)
        assert [*wrong.value.errors] == ["override.chair"]
    [taken] = PLAN.decider.decide(replace(shut, members=chaired, override=why), PLAN.decider.initial)
    assert taken.override is True and taken.minutes["override"] == why
    [usual] = PLAN.decider.decide(replace(agree(), override=why), PLAN.decider.initial)
    assert usual.override is False and "override" not in usual.minutes  # nothing was closed


def test_a_screening_knows_which_paths_its_latest_closed():
    again = replace(completed(SCREENED_AGAIN), closed=[closed_path()])
    state = SCREENING.decider.fold([started, completed(), again])
    assert state.shut("foundation") == closed_path() and state.shut("hospital") is None
    assert SCREENING.decider.fold([started, again, completed()]).shut("foundation") is None


def test_whatever_way_a_case_said_where_somebody_was_found_the_district_is_known():
    assert with_district({"sex": "male", "found": {"subdistrict": "600101"}}) == {
        "sex": "male",
        "found": {"district": "6001"},
    }
    assert with_district({"found": {"district": "6002"}}) == {"found": {"district": "6002"}}
    assert with_district({}) == {"found": {"district": None}}


def test_a_plan_needs_a_screening():
    plan.given().when(agree(screened=False)).refused("wrong_state")


def test_a_closed_case_gets_no_plan():
    plan.given().when(agree(closed=True)).refused("wrong_state")
