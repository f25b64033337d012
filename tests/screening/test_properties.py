"""What holds of every rulebook that comes with the software, for whoever it may be."""

import json
from random import Random

import orjson
from hypothesis import given
from hypothesis import strategies as st

from services.screening.domain import lint, trial
from services.screening.domain.assessment import assess
from services.screening.domain.facts import normalised
from services.screening.domain.rulebook import document, read, rulebook, versions
from services.screening.domain.trial import Quick
from tests.screening.samples import MONDAY
from tests.screening.test_domain import told

DEFINITE = ("met", "not_met")


def facts_of(answers):
    return normalised(answers, {"sex": "female"}, MONDAY)


@given(told, st.sampled_from(versions()), st.randoms(use_true_random=False))
def test_what_facts_come_to_does_not_depend_on_their_order(answers, version, random: Random):
    facts = list(facts_of(answers).items())
    before = assess(rulebook(version), dict(facts))
    random.shuffle(facts)
    assert orjson.dumps([*assess(rulebook(version), dict(facts))]) == orjson.dumps([*before])


@given(told, st.sampled_from(versions()), st.data())
def test_learning_a_fact_never_turns_a_definite_answer_into_its_opposite(answers, version, data):
    """Of what nobody is asked because it cannot apply, an answer is no learning but a correction."""
    book, facts = rulebook(version), facts_of(answers)
    asked = {each.fact for each in book.applies}
    learnt = data.draw(st.sampled_from(sorted(facts))) if facts else "sex"
    if learnt in asked or any(learnt in str(each.condition) for each in book.applies):
        return
    fewer = {name: value for name, value in facts.items() if name != learnt}
    before, after = (
        {label["code"]: label["verdict"] for label in assess(book, each).labels} for each in (fewer, facts)
    )
    assert {code: after[code] for code, verdict in before.items() if verdict in DEFINITE} == {
        code: verdict for code, verdict in before.items() if verdict in DEFINITE
    }


@given(told, st.sampled_from(versions()))
def test_a_trial_finds_what_a_screening_finds(answers, version):
    facts = facts_of(answers)
    found = assess(rulebook(version), facts)
    quick = Quick(rulebook(version))
    met = frozenset(label["code"] for label in found.labels if label["verdict"] == "met")
    assert quick(facts) == (met, found.paths[0] if found.paths else None) == quick(facts)


@given(st.integers(0, 100), st.integers(0, 100), st.booleans())
def test_every_example_of_the_linter_really_is_one(child, older, leads):
    content = json.loads(document("2569-2"))
    for label in content["labels"]:
        if label["code"] == "child":
            label["condition"]["value"], label["leads"] = child, leads
        if label["code"] == "older_person":
            label["condition"]["all"][0]["value"] = older
    text = json.dumps(content)
    findings = lint.findings(text)
    assert {each.code for each in findings} <= {"gap", "overlap"}
    for each in findings:
        met = [
            label["code"] for label in assess(read(text), each.example).labels if label["verdict"] == "met"
        ]
        expected = each.where.replace("label ", "").split(", ") if each.code == "overlap" else []
        assert set(expected) <= set(met) and (each.code == "overlap" or not met)


@given(st.lists(told, max_size=4), st.integers(50, 70), st.booleans())
def test_a_trial_that_looks_only_where_rules_differ_counts_what_one_that_looks_at_all_does(
    people, older, other_path
):
    content = json.loads(document("2569-2"))
    for label in content["labels"]:
        if label["code"] == "older_person":
            label["condition"]["all"][0]["value"] = older
    if other_path:
        next(path for path in content["paths"] if path["code"] == "return_family")["needs"] = {
            "fact": "relatives", "op": "in", "value": ["willing", "unwilling"],
        }  # fmt: skip
    before, after = Quick(rulebook("2569-2")), Quick(read(json.dumps(content)))
    pasts = [trial.Past(str(n), str(n), "60", facts_of(each), None, True) for n, each in enumerate(people)]
    state: trial.State = {}
    trial.tally(state, pasts, before, after)
    changed = [past for past in pasts if before(past.facts) != after(past.facts)]
    assert sum(of["all"]["changed"] for of in state.values()) == len(changed)
    assert [case["case_id"] for of in state.values() for case in of["cases"]] == [
        past.case_id for past in changed
    ]
