import json
from pathlib import Path

import orjson
import pytest

from scripts.rules_page import PAGE
from services import codes
from services.kernel.rules import RulesWrong
from services.screening.domain import rulebook
from services.screening.domain.assessment import assess, explain
from services.screening.domain.description import describe
from services.screening.domain.rulebook import (
    RULES,
    Adopted,
    AdoptRules,
    in_force,
)
from services.screening.events import RulesAdopted
from tests.screening.samples import BOOK, HOMELESS, MONDAY
from tests.spec import Spec

DATA = Path(rulebook.__file__).parent.parent / "rules" / "2569-1.json"


def age(least, most=None):
    return {"on": "2026-03-02", "min": least, "max": least if most is None else most}


def verdict(label, facts):
    labels, *_ = assess(BOOK, facts)
    [found] = [each for each in labels if each["code"] == label]
    return found


MET, NOT_MET = "met", "not_met"


@pytest.mark.parametrize(
    ("label", "facts", "expected", "ask"),
    [
        ("destitute_a", {"housing": "street", "income_sufficient": False}, MET, []),
        ("destitute_a", {"housing": "public_place", "income_sufficient": False}, MET, []),
        ("destitute_a", {"housing": "temporary", "income_sufficient": False}, MET, []),
        ("destitute_a", {"housing": "home", "income_sufficient": False}, NOT_MET, []),
        ("destitute_a", {"housing": "street", "income_sufficient": True}, NOT_MET, []),
        ("destitute_a", {"housing": "home"}, NOT_MET, []),
        ("destitute_a", {"income_sufficient": True}, NOT_MET, []),
        ("destitute_a", {"housing": "street"}, "unknown", ["income_sufficient"]),
        ("destitute_a", {}, "unknown", ["housing", "income_sufficient"]),
        ("destitute_b", {"income_sufficient": False, "can_depend_on_others": False}, MET, []),
        ("destitute_b", {"income_sufficient": False, "can_depend_on_others": True}, NOT_MET, []),
        ("destitute_b", {"can_depend_on_others": True}, NOT_MET, []),
        ("destitute_b", {"income_sufficient": False}, "unknown", ["can_depend_on_others"]),
        ("older_person", {"age": age(60), "nationality": "thai"}, MET, []),
        ("older_person", {"age": age(59), "nationality": "thai"}, NOT_MET, []),
        ("older_person", {"age": age(70), "nationality": "stateless"}, NOT_MET, []),
        ("older_person", {"nationality": "foreign"}, NOT_MET, []),
        ("older_person", {"age": age(55, 65), "nationality": "thai"}, "unknown", ["age"]),
        ("older_person", {"age": age(70)}, "unknown", ["nationality"]),
        ("older_person", {}, "unknown", ["age", "nationality"]),
        ("child", {"age": age(17)}, MET, []),
        ("child", {"age": age(18)}, NOT_MET, []),
        ("child", {"age": age(16, 19)}, "unknown", ["age"]),
        ("child", {}, "unknown", ["age"]),
        ("beggar", {"begging": "asks"}, MET, []),
        ("beggar", {"begging": "performs"}, NOT_MET, []),
        ("beggar", {"begging": "relatives"}, NOT_MET, []),
        ("beggar", {}, "unknown", ["begging"]),
        ("performer", {"begging": "performs"}, MET, []),
        ("performer", {"begging": "asks"}, NOT_MET, []),
        ("performer", {}, "unknown", ["begging"]),
        ("disabled", {"disability_types": [7]}, MET, []),
        ("disabled", {"disability_types": [1, 3]}, MET, []),
        ("disabled", {"disability_types": []}, NOT_MET, []),
        ("disabled", {"disability_card": True}, "unknown", ["disability_types"]),
        ("mentally_ill", {"mental_crisis": True}, MET, []),
        ("mentally_ill", {"mental_crisis": False}, NOT_MET, []),
        ("mentally_ill", {}, "unknown", ["mental_crisis"]),
        ("pregnant", {"pregnant": True}, MET, []),
        ("pregnant", {"pregnant": False}, NOT_MET, []),
        ("pregnant", {}, "unknown", ["pregnant"]),
        ("trafficking_suspected", {"trafficking_signs": True}, MET, []),
        ("trafficking_suspected", {"trafficking_signs": False}, NOT_MET, []),
        ("trafficking_suspected", {}, "unknown", ["trafficking_signs"]),
        ("foreigner", {"nationality": "foreign"}, MET, []),
        ("foreigner", {"nationality": "stateless"}, NOT_MET, []),
        ("foreigner", {}, "unknown", ["nationality"]),
        ("stateless", {"nationality": "stateless"}, MET, []),
        ("stateless", {"nationality": "thai"}, NOT_MET, []),
        ("stateless", {}, "unknown", ["nationality"]),
    ],
)
def test_a_label_is_met_not_met_or_unknown_with_what_to_ask(label, facts, expected, ask):
    found = verdict(label, facts)
    assert (found["verdict"], found["ask"]) == (expected, ask)


def test_every_label_is_answered_with_its_law_and_its_reasons():
    labels, *_ = assess(BOOK, {})
    assert sorted(label["code"] for label in labels) == sorted(codes.LABELS)
    assert all(label["law"] and label["because"] for label in labels)


def test_an_explained_label_shows_both_languages_and_what_was_found():
    facts = {"age": age(59), "nationality": "thai"}
    [label] = explain(BOOK, [verdict("older_person", facts)], facts)
    assert "พ.ศ. 2546" in label["law"]["th"] and "B.E. 2546" in label["law"]["en"]
    assert label["because"] == [{"fact": "age", "op": "at_least", "value": 60, "found": age(59)}]
    assert "หกสิบปี" in label["test"]["th"] and "60" in label["test"]["en"]


def test_a_stored_label_repeats_no_fact_that_was_found():
    labels, *_ = assess(BOOK, {"age": age(73), "nationality": "thai"})
    assert b"73" not in orjson.dumps(labels)


OLD = {**HOMELESS, "age": age(68), "nationality": "thai"}
SOUND = {"able_to_work": True, "wants_work": True}


@pytest.mark.parametrize(
    ("facts", "paths"),
    [
        ({}, ["advice_only"]),
        ({"housing": "home", "wants": ["foundation"]}, ["advice_only"]),
        ({"mental_crisis": True}, ["psychiatric_hospital"]),
        (
            {"begging": "performs", "income_sufficient": False, "able_to_work": False, "wants_work": False},
            ["advice_only"],
        ),
        (
            {"nationality": "foreign"},
            ["foundation", "immigration"],
        ),
        ({"nationality": "foreign", "trafficking_signs": False}, ["immigration", "foundation"]),
        ({"nationality": "foreign", "trafficking_signs": True}, ["trafficking_referral", "foundation"]),
    ],
)
def test_paths_follow_from_the_labels_met(facts, paths):
    assert assess(BOOK, facts)[1] == paths


def test_the_specific_law_of_older_persons_leads_and_ministry_shelters_come_last():
    paths = assess(BOOK, OLD)[1]
    assert paths[0] == "local_home"
    assert paths[-1] == "ministry_shelter"


def test_wishes_come_after_the_law_and_before_the_rest_in_the_order_they_were_said():
    paths = assess(BOOK, {**OLD, "wants": ["religious", "foundation"]})[1]
    assert paths[:3] == ["local_home", "religious", "foundation"]


def test_a_wish_for_a_ministry_shelter_does_not_put_it_before_places_outside():
    assert assess(BOOK, {**OLD, "wants": ["ministry_shelter"]})[1][-1] == "ministry_shelter"


def test_a_wish_opens_no_path_that_only_a_law_opens():
    paths = assess(BOOK, {**OLD, "wants": ["psychiatric_hospital", "immigration", "child_agency"]})[1]
    assert not {"psychiatric_hospital", "immigration", "child_agency"} & set(paths)


def test_danger_goes_before_every_law_until_the_screening_finds_it_is_not_so():
    assert assess(BOOK, {**OLD, "danger": "trafficking"})[1][:2] == ["trafficking_referral", "local_home"]
    assert assess(BOOK, {**OLD, "danger": "trafficking", "trafficking_signs": False})[1][0] == "local_home"
    assert assess(BOOK, {"danger": "urgent_health"})[1] == ["hospital", "advice_only"]


def test_laws_of_danger_go_before_other_specific_laws():
    facts = {**OLD, "trafficking_signs": True, "mental_crisis": True, "disability_types": [3]}
    assert assess(BOOK, facts)[1][:4] == [
        "trafficking_referral",
        "psychiatric_hospital",
        "local_home",
        "foundation",
    ]


def test_a_disabled_person_who_can_and_wants_to_work_is_led_to_an_employer():
    facts = {**HOMELESS, "age": age(35), "disability_types": [3], **SOUND}
    assert assess(BOOK, facts)[1][:2] == ["employer_33", "employer_35"]
    assert not set(codes.EMPLOYER_PATHS) & set(assess(BOOK, {**facts, "wants_work": False})[1])


def test_nobody_is_returned_to_relatives_who_are_unsafe_and_what_is_unknown_only_comes_later():
    assert "return_family" not in assess(BOOK, {**HOMELESS, "relatives": "unsafe"})[1]
    paths = assess(BOOK, HOMELESS)[1]
    assert paths.index("foundation") < paths.index("return_family")
    assert assess(BOOK, {**HOMELESS, "relatives": "willing"})[1][0] == "return_family"


def test_a_child_is_led_to_the_child_agency_and_to_no_employer():
    paths = assess(BOOK, {**HOMELESS, "age": age(13), "disability_types": [5], **SOUND})[1]
    assert paths[0] == "child_agency"
    assert not set(codes.EMPLOYER_PATHS) & set(paths)


rules = Spec(RULES)
adopt = AdoptRules("screening", "2569-1", "2025-10-01", "a" * 64)
adopted = RulesAdopted("screening", "2569-1", "2025-10-01", "a" * 64)


def test_rules_are_adopted_with_the_hash_of_their_data():
    rules.given().when(adopt).then(adopted)


def test_adopting_a_version_again_changes_nothing():
    rules.given(adopted).when(adopt).then()


def test_an_adopted_version_cannot_change_its_content():
    changed = AdoptRules("screening", "2569-1", "2025-10-01", "b" * 64)
    rules.given(adopted).when(changed).refused("wrong_state")


def test_the_version_in_force_is_the_latest_adopted_that_has_begun():
    versions = {"2569-1": ("2025-10-01", ""), "2570-1": ("2026-10-01", "")}
    assert in_force(Adopted(versions), MONDAY).version == "2569-1"
    assert in_force(Adopted({}), MONDAY).version == rulebook.versions()[0]
    assert (
        in_force(Adopted(versions), MONDAY.replace(year=2020)).version == rulebook.versions()[0]
    )  # none has begun


def test_a_version_counts_from_the_first_day_of_its_time_and_takes_the_place_of_those_before():
    versions = {"2568-1": ("2024-10-01", ""), "2569-1": (MONDAY.isoformat(), "")}
    assert in_force(Adopted(versions), MONDAY).version == "2569-1"


def broken(**changes):
    return json.dumps({**json.loads(DATA.read_bytes()), **changes}).encode()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"last": ["moon"]}, "unknown path 'moon'"),
        ({"labels": []}, "labels must be each of the code list, once"),
        (
            {"dangers": [{"code": "flood", "path": "hospital", "because": {}}]},
            "unknown danger 'flood'",
        ),
        ({"dangers": [{"code": "child", "path": "moon", "because": {}}]}, "unknown path 'moon'"),
        (
            {
                "applies": [
                    {
                        "fact": "housing",
                        "condition": {"fact": "pregnant", "op": "is", "value": True},
                        "otherwise": False,
                    }
                ]
            },
            "question 'housing' is none of a flag",
        ),
    ],
)
def test_a_rulebook_that_cannot_be_right_is_not_loaded(changes, problem):
    with pytest.raises(RulesWrong) as wrong:
        rulebook.read(broken(**changes))
    assert problem in wrong.value.problems


def test_a_rulebook_whose_label_leads_to_an_unknown_path_is_not_loaded():
    labels = json.loads(DATA.read_bytes())["labels"]
    labels[0]["paths"] = ["moon"]
    with pytest.raises(RulesWrong, match="unknown path 'moon'"):
        rulebook.read(broken(labels=labels))


def test_a_rulebook_with_an_unknown_fact_names_the_label():
    labels = json.loads(DATA.read_bytes())["labels"]
    labels[0]["condition"]["fact"] = "luck"
    with pytest.raises(RulesWrong, match="label trafficking_suspected: unknown fact 'luck'"):
        rulebook.read(broken(labels=labels))


def test_a_rulebook_that_asks_for_a_code_which_a_fact_never_has_names_it():
    labels = json.loads(DATA.read_bytes())["labels"]
    labels[0]["condition"] = {"fact": "housing", "op": "is", "value": "castle"}
    with pytest.raises(RulesWrong, match="castle"):
        rulebook.read(broken(labels=labels))


def test_the_published_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == describe(rulebook.rulebook(rulebook.versions()[-1]))
