"""The rules of version 2569-2: what the law says that 2569-1 did not, and what must hold of any facts."""

from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services import codes
from services.codes import situation
from services.codes.facts import FACTS
from services.screening.domain import rulebook as rules
from services.screening.domain.assessment import assess
from services.screening.domain.facts import VOCABULARY
from services.screening.domain.rulebook import rulebook

BOOK = rulebook("2569-2")
FIRST = "a4a6c3a5b41d5fc4"


def age(least, most=None, **more):
    return {"on": "2026-12-01", "min": least, "max": least if most is None else most, **more}


def verdict(label, facts):
    [found] = [each for each in assess(BOOK, facts).labels if each["code"] == label]
    return found


def closed(facts):
    return {each["path"]: each["never"] for each in assess(BOOK, facts).closed}


def test_the_version_before_is_as_it_was_adopted():
    data = Path(rules.__file__).parent.parent / "rules" / "2569-1.json"
    assert sha256(data.read_bytes()).hexdigest().startswith(FIRST)


@pytest.mark.parametrize(
    ("label", "facts", "expected"),
    [
        ("beggar", {"begging": "asks"}, "met"),
        ("beggar", {"begging": ["asks", "performs"]}, "met"),
        ("performer", {"begging": ["asks", "performs"]}, "met"),
        ("performer", {"begging": "asks"}, "not_met"),
        ("disabled", {"disability_types": [3]}, "met"),
        ("disabled", {"disability_types": []}, "not_met"),
        ("disabled", {"disability_card": True}, "met"),
        ("disabled", {"disability_card": False}, "unknown"),
        ("pregnant", {"sex": "male"}, "not_met"),
        ("pregnant", {"sex": "female", "age": age(80)}, "not_met"),
        ("pregnant", {"sex": "female", "age": age(30)}, "unknown"),
        ("pregnant", {"sex": "male", "pregnant": True}, "met"),  # what is told outright counts
        ("older_person", {"age": age(58, margin=5), "nationality": "thai"}, "unknown"),
        ("older_person", {"age": age(50, 54, margin=5), "nationality": "thai"}, "not_met"),
        ("older_person", {"age": age(70, 79, margin=5), "nationality": "thai"}, "met"),
        ("child", {"age": age(15, 20, margin=5)}, "unknown"),
        ("child", {"age": age(0, 12, margin=5)}, "met"),
    ],
)
def test_labels(label, facts, expected):
    assert verdict(label, facts)["verdict"] == expected


def test_nobody_is_led_to_immigration_whose_stay_was_not_looked_at():
    unknown = assess(BOOK, {"nationality": "foreign"})
    assert "immigration" not in unknown.paths + unknown.leads
    assert {"lawful_stay", "trafficking_signs"} <= {*unknown.ask}
    ended = {"nationality": "foreign", "lawful_stay": False, "trafficking_signs": False}
    assert "immigration" in assess(BOOK, ended).paths
    assert assess(BOOK, ended).leads == []  # the Immigration Act protects nobody
    assert "immigration" not in assess(BOOK, {**ended, "lawful_stay": True}).paths
    assert closed({**ended, "trafficking_signs": True})["immigration"] is True
    assert {"lawful_stay", "work_permit"} <= {*assess(BOOK, {"nationality": "thai"}).not_asked}


@pytest.mark.parametrize("path", ["employer_general", "employer_33", "employer_35"])
def test_work_asks_the_same_of_everybody_who_is_not_thai(path):
    able = {"age": age(35), "able_to_work": True, "wants_work": True, "disability_types": [3]}
    assert path not in closed({**able, "nationality": "thai"})
    for nationality in ("foreign", "stateless"):
        assert path not in closed({**able, "nationality": nationality})  # unknown is not no
        assert path not in closed({**able, "nationality": nationality, "work_permit": True})
        assert closed({**able, "nationality": nationality, "work_permit": False})[path] is True
    assert closed({**able, "age": age(12), "nationality": "thai"})[path] is True
    assert closed({**able, "wants_work": False, "nationality": "thai"})[path] is False


def test_a_child_is_never_sent_back_to_an_unsafe_home_and_others_only_by_the_working_group():
    assert closed({"relatives": "unsafe", "age": age(12)})["return_family"] is True
    assert closed({"relatives": "unsafe", "age": age(40)})["return_family"] is False


def test_the_begging_act_speaks_of_a_pregnant_woman_only_if_she_begs():
    alone = assess(BOOK, {"pregnant": True})
    assert alone.leads == [] and "2557" in verdict("pregnant", {"pregnant": True})["law"]
    begs = {"pregnant": True, "begging": ["asks"]}
    assert assess(BOOK, begs).leads == ["hospital"] and "2559" in verdict("pregnant", begs)["law"]


def test_who_begs_may_come_to_the_home_of_that_act_and_nobody_else():
    paths = assess(BOOK, {"begging": "asks"}).paths
    assert paths[-2:] == ["quality_of_life_home", "ministry_shelter"]
    assert "quality_of_life_home" in closed({"begging": "performs"})


def test_a_hospital_may_take_who_must_be_treated_if_no_psychiatric_one_does():
    assert assess(BOOK, {"mental_crisis": True}).paths[:2] == ["psychiatric_hospital", "hospital"]


def test_training_is_open_to_a_child_who_wants_to_work():
    assert "vocational_training" not in closed({"age": age(13), "wants_work": True})


def test_nothing_known_is_not_decided_and_no_advice():
    found = assess(BOOK, {})
    assert not found.decided and "advice_only" not in found.paths
    assert found.ask[:2] == ["trafficking_signs", "mental_crisis"]
    assert not {"trafficking_referral", "psychiatric_hospital", "child_agency", "immigration"} & {
        *found.paths
    }


def test_a_wish_stands_though_nothing_is_decided():
    found = assess(BOOK, {"housing": "street", "wants": ["religious"]})
    assert not found.decided and found.paths[0] == "religious"


def test_paths_of_labels_that_are_open_come_after_all_that_are_sure():
    found = assess(BOOK, {"mental_crisis": True, "wants": ["foundation"]})
    assert found.decided and found.paths[:3] == ["psychiatric_hospital", "foundation", "hospital"]
    assert "local_home" in found.paths[3:]


NO = {
    "trafficking_signs": False, "mental_crisis": False, "pregnant": False, "age": age(40), "nationality": "thai",
    "disability_types": [], "begging": "none", "income_sufficient": True,
}  # fmt: skip


def test_advice_alone_is_for_whom_no_law_can_mean_any_more():
    found = assess(BOOK, NO)
    assert (found.paths, found.decided, found.ask) == (["advice_only"], True, [])
    for fact in NO:
        rest = {name: value for name, value in NO.items() if name != fact}
        assert "advice_only" not in assess(BOOK, rest).paths


# -- of any facts ---------------------------------------------------------------------------------------------------

values = {
    "flag": lambda fact: st.booleans(),
    "code": lambda fact: st.sampled_from([code for code in fact.options if code != "unknown"]),
    "number": lambda fact: st.sampled_from(fact.options),
    "range": lambda fact: st.builds(
        lambda low, more, margin: age(low, low + more, **({"margin": 5} if margin else {})),
        st.integers(0, 90), st.integers(0, 12), st.booleans(),
    ),
}  # fmt: skip
read = {name: fact for name, fact in FACTS.items() if name in VOCABULARY and fact.kind in values}
any_facts = st.fixed_dictionaries(
    {},
    optional={name: values[fact.kind](fact) for name, fact in read.items()}
    | {
        "begging": st.lists(st.sampled_from(situation.BEGGING), min_size=1, max_size=2, unique=True),
        "disability_types": st.lists(st.integers(1, 7), max_size=2, unique=True),
        "wants": st.lists(st.sampled_from(codes.PATHS), max_size=3, unique=True),
    },
)


def applies(facts):
    """Nobody told what cannot be of this person: an answer there is a correction of what it was inferred from."""
    without = {
        name: value for name, value in facts.items() if name not in {each.fact for each in BOOK.applies}
    }
    return not set(assess(BOOK, without).not_asked) & facts.keys()


@settings(max_examples=300, deadline=None, derandomize=True)
@given(any_facts, st.data())
def test_learning_a_fact_never_turns_an_answer_into_its_opposite(facts, data):
    known = data.draw(st.sets(st.sampled_from(sorted(facts)))) if facts else set()
    before = assess(BOOK, {name: facts[name] for name in known})
    after = assess(BOOK, facts)
    if not applies(facts):
        return
    for then, now in zip(before.labels, after.labels, strict=True):
        assert then["verdict"] in ("unknown", now["verdict"]), (then["code"], facts, known)
    assert {each["path"] for each in before.closed} <= {each["path"] for each in after.closed}
    assert {each["path"] for each in before.closed if each["never"]} <= {
        each["path"] for each in after.closed if each["never"]
    }


@settings(max_examples=200, deadline=None, derandomize=True)
@given(any_facts, st.randoms(use_true_random=False))
def test_the_order_in_which_facts_are_told_changes_nothing(facts, chance):
    shuffled = list(facts.items())
    chance.shuffle(shuffled)
    assert assess(BOOK, dict(shuffled)) == assess(BOOK, facts)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(any_facts)
def test_an_open_label_says_what_to_ask_and_no_path_is_offered_that_is_closed(facts):
    found = assess(BOOK, facts)
    shut = {each["path"] for each in found.closed}
    assert not shut & {*found.paths} - {
        BOOK.dangers[facts["danger"]].path if facts.get("danger", "none") in BOOK.dangers else ""
    }
    for label in found.labels:
        assert (label["verdict"] == "unknown") == bool(label["ask"])
        assert not set(label["ask"]) & {*found.not_asked}
    assert not {*found.ask} & facts.keys() - {"age"}
    assert ("advice_only" in found.paths) <= all(
        label["verdict"] == "not_met" for label in found.labels
    ) or found.decided
    assert all(each["because"] for each in found.closed)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(any_facts)
def test_what_the_law_forbids_is_closed(facts):
    shut = {each["path"] for each in assess(BOOK, facts).closed}
    never = {path.code for path in BOOK.paths.values() if path.never and _met(path.never, facts)}
    assert never <= shut


def _met(condition, facts):
    from services.kernel.rules import MET, evaluate

    return evaluate(condition, facts).verdict == MET
