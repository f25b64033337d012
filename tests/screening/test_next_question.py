"""The next question always shrinks what is open, for whoever it may be; and what the door says of one case."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.facts import ASKED_AS
from services.kernel.errors import Forbidden, NotFound
from services.screening.domain import form
from services.screening.domain.assessment import assess
from services.screening.domain.next_question import needed, next_question, standing
from services.screening.domain.people import leaves, values
from services.screening.domain.rulebook import conditions, document, read, rulebook, versions
from services.screening.domain.verdicts import Verdicts
from tests.screening.test_domain import told
from tests.screening.test_properties import facts_of
from tests.screening.test_service import CASE, FACTS, MINISTRY, case_id, complete, net

__all__ = ["case_id", "net"]  # fixtures
BOOK = rulebook("2569-3")


def ask(book, facts):
    return next_question(book, form.SHIPPED, facts)


def answers_of(book, question, facts):
    """What may be said: each answer that was named, an exact age, and what the rules tell apart."""
    fact = question["fact"]
    named = [each["answer"] for each in question["decides"]]
    if fact == "age":
        ends = [(each["min"], 120 if each["max"] is None else each["max"]) for each in named]
        exact = st.sampled_from(ends).flatmap(lambda band: st.integers(*band))
        return st.sampled_from(named) | exact.map(lambda years: {"min": years, "max": years})
    return st.sampled_from([*named, *values(fact, book.vocabulary[fact], conditions(book).values())])


def met(outcome):
    return {label["code"] for label in outcome.labels if label["verdict"] == "met"}


def made_applicable(book, before, after):
    """The facts that the paths of labels need that are met only since."""
    paths = [path for rule in book.labels if rule.code in met(after) - met(before) for path in rule.paths]
    needs = [book.paths[path].needs for path in paths]
    return {leaf["fact"] for condition in needs if condition for leaf in leaves(condition)}


@given(told, st.sampled_from(versions()), st.data())
def test_whatever_the_answer_the_next_question_shrinks_what_is_open(answers, version, data):
    book, facts = rulebook(version), facts_of(answers)
    question = ask(book, facts)
    if question is None:
        return
    fact, before = question["fact"], assess(book, facts)
    then = {**facts, fact: data.draw(answers_of(book, question, facts))}
    after = assess(book, then)
    assert fact in before.ask and fact not in after.ask
    assert set(after.ask) - set(before.ask) <= made_applicable(book, before, after)
    assert standing(book, then).open <= standing(book, facts).open


@given(told, st.sampled_from(versions()))
def test_there_is_no_next_question_exactly_when_nothing_is_left_to_ask(answers, version):
    book, facts = rulebook(version), facts_of(answers)
    assert (ask(book, facts) is None) is (assess(book, facts).ask == [])


@given(told, st.sampled_from(versions()), st.data())
def test_nobody_is_asked_again_for_what_they_did_not_want_to_answer(answers, version, data):
    book, facts = rulebook(version), facts_of(answers)
    declined = data.draw(st.sets(st.sampled_from(assess(book, facts).ask or ["housing"])))
    question = next_question(book, form.SHIPPED, facts, declined)
    left = [fact for fact in assess(book, facts).ask if fact not in declined]
    assert (question["fact"] in left) if question else left == []


@given(told, st.sampled_from(versions()), st.data())
def test_a_decision_needs_what_is_left_to_ask_and_the_wish_and_nothing_else(answers, version, data):
    book, facts = rulebook(version), facts_of(answers)
    ask = assess(book, facts).ask
    declined = data.draw(st.sets(st.sampled_from(ask or ["housing"])))
    asked = [code for group in form.SHIPPED.groups for code in group["facts"]]
    questions = {ASKED_AS.get(fact, fact) for fact in ask} | ({"wants"} - facts.keys())
    found = needed(book, form.SHIPPED, facts, ask, declined)
    assert found == [code for code in asked if code in questions - declined]
    question = next_question(
        book, form.SHIPPED, facts, {*declined, *(ASKED_AS.get(each, each) for each in declined)}
    )
    assert question is None or ASKED_AS.get(question["fact"], question["fact"]) in {*found, "sex", "domicile"}


@given(told, st.sampled_from(versions()), st.randoms(use_true_random=False))
def test_the_order_of_the_facts_does_not_matter(answers, version, random: Random):
    facts = list(facts_of(answers).items())
    before = ask(rulebook(version), dict(facts))
    random.shuffle(facts)
    assert json.dumps(ask(rulebook(version), dict(facts))) == json.dumps(before)


@given(told, st.sampled_from(versions()))
def test_what_each_answer_leads_to_is_what_a_screening_with_it_finds(answers, version):
    book, facts = rulebook(version), facts_of(answers)
    question = ask(book, facts)
    for each in question["decides"] if question else ():
        then = assess(book, {**facts, question["fact"]: each["answer"]})
        verdicts = {label["code"]: label["verdict"] for label in then.labels}
        for verdict, name in (("met", "met"), ("not_met", "not_met"), ("unknown", "open")):
            assert {verdicts[code] for code in each["labels"][name]} <= {verdict}
        if "advice_only" not in each["paths"]["met"]:
            assert {*each["paths"]["met"]} <= {*then.paths}
        assert not {*each["paths"]["not_met"]} & {*then.paths}


@given(told, st.sampled_from(versions()), st.data())
def test_with_one_answer_more_every_condition_comes_to_what_it_does_from_the_start(answers, version, data):
    book, facts = rulebook(version), facts_of(answers)
    fact = data.draw(st.sampled_from(sorted(book.vocabulary)))
    possible = values(fact, book.vocabulary[fact], conditions(book).values())
    value = data.draw(st.sampled_from(possible or ["other"]))
    before = Verdicts(book, facts)
    for condition in conditions(book).values() if data.draw(st.booleans()) else ():
        before.of(condition)
    then, anew = before.with_reply(fact, value), Verdicts(book, {**facts, fact: value})
    assert then.facts == anew.facts
    for condition in conditions(book).values():
        assert then.of(condition) == anew.of(condition)


def test_the_questions_lead_to_an_end():
    facts, asked = facts_of({}), []
    while question := ask(BOOK, facts):
        asked.append(question["fact"])
        facts |= {question["fact"]: question["decides"][0]["answer"]}
    assert len(asked) == len({*asked}) and standing(BOOK, facts).open == 0


def test_an_age_is_asked_by_the_birth_date_in_the_bands_that_matter_of_what_is_known():
    facts = {"age": {"min": 55, "max": 64, "margin": 5}, "nationality": "thai", "sex": "male"}
    question = ask(BOOK, facts)
    assert question["fact"] == "age" and question["question"]["en"] == "Birth date"
    assert "60 full years or more" in question["why"]["en"] and "พ.ศ. 2546" in question["law"]["th"]
    younger, older = question["decides"]
    assert (younger["answer"], older["answer"]) == ({"min": 50, "max": 59}, {"min": 60, "max": 69})
    assert older["labels"]["met"] == ["older_person"] and younger["labels"]["not_met"] == ["older_person"]
    assert "local_home" in older["paths"]["met"] and "local_home" in younger["paths"]["not_met"]


def test_advice_alone_is_what_the_last_no_leads_to():
    told = {
        "age": {"min": 40, "max": 40}, "sex": "male", "nationality": "thai", "mental_crisis": False,
        "disability_types": [], "begging": "none", "income_sufficient": True,
    }  # fmt: skip
    question = ask(BOOK, told)
    assert question["fact"] == "trafficking_signs"
    no, yes = question["decides"]
    assert no["paths"]["met"] == ["advice_only"] and yes["paths"]["not_met"] == ["advice_only"]
    assert yes["paths"]["met"] == ["trafficking_referral"] and yes["labels"]["met"] == [
        "trafficking_suspected"
    ]
    assert ask(BOOK, {**told, "trafficking_signs": False}) is None


def test_a_question_of_a_path_says_why_by_the_path_and_by_the_law_of_the_label_that_opens_it():
    told = {
        "age": {"min": 70, "max": 70}, "sex": "male", "nationality": "thai", "mental_crisis": False,
        "trafficking_signs": False, "disability_types": [], "begging": "none", "income_sufficient": True,
    }  # fmt: skip
    question = ask(BOOK, told)
    assert question["fact"] == "relatives" and "Older Persons Act" in question["law"]["en"]
    assert question["why"]["en"].startswith("return to the family: ")


def test_a_fact_that_the_rules_added_is_asked_as_they_say():
    content = json.loads(document("2569-3"))
    asked = {"th": "เป็นทหารผ่านศึกหรือไม่", "en": "Is the person a veteran?"}
    content["facts"] = [
        {"code": "veteran", "kind": "flag", "name": {"th": "ทหารผ่านศึก", "en": "Veteran"}, "question": asked}
    ]
    content["labels"] = [
        {
            **content["labels"][0],
            "code": "veteran",
            "condition": {"fact": "veteran", "op": "is", "value": True},
        }
    ]
    question = ask(read(json.dumps(content)), {})
    assert question["fact"] == "veteran" and question["question"] == asked
    assert [each["answer"] for each in question["decides"]] == [False, True]


def test_the_words_of_an_adopted_form_are_those_that_are_asked():
    content = json.loads(form.SHIPPED_DOCUMENT)
    content["questions"]["trafficking_signs"]["text"] = {"th": "ก", "en": "Better words?"}
    only = {"labels": [json.loads(document("2569-3"))["labels"][0]]}
    book = read(json.dumps({**json.loads(document("2569-3")), **only}))
    assert next_question(book, form.read(json.dumps(content)), {})["question"]["en"] == "Better words?"


def next_of(net, case_id, **call):
    return net.call("screening", "next_question", {"case_id": case_id}, **call)


def test_the_door_asks_before_a_screening_and_leaves_out_what_was_told_since(net, case_id):
    first = next_of(net, case_id)
    assert first["fact"] != "age" and set(first) == {"fact", "question", "why", "law", "decides"}
    [*_, last] = first["decides"]
    complete(net, case_id, {**FACTS, first["fact"]: last["answer"]})
    assert next_of(net, case_id)["fact"] not in (first["fact"], *FACTS)


def test_what_was_corrected_of_the_person_counts_for_the_next_question(net, case_id):
    complete(net, case_id)
    about = {**CASE["person"], "nationality": "foreign"}
    body = {"case_id": case_id, "person": about, "reason": "learned"}
    seen = [next_of(net, case_id)]
    net.call("intake", "correct_person", body)
    net.settle()
    seen.append(next_of(net, case_id))
    paths = [
        {path for each in one["decides"] for part in each["paths"].values() for path in part} for one in seen
    ]
    assert "immigration" not in paths[0] and "immigration" in paths[1]


def test_nobody_is_asked_any_more_of_a_closed_case(net, case_id):
    complete(net, case_id)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "left"})
    net.settle()
    assert next_of(net, case_id) is None


def test_members_read_the_next_question_and_neither_the_ministry_nor_another_centre(net, case_id):
    assert next_of(net, case_id, user="member-60", role="member")
    with pytest.raises(Forbidden):
        next_of(net, case_id, **MINISTRY)
    with pytest.raises(NotFound):
        next_of(net, case_id, user="worker-61", centres=("61",))
