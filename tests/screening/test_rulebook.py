import json

import orjson
import pytest

from scripts.rules_page import PAGE
from services import codes
from services.codes import procedure
from services.kernel.rules import RulesWrong
from services.screening.domain import form, rulebook
from services.screening.domain.adoption import (
    RULES,
    Adopted,
    Adoption,
    AdoptRules,
    form_in_force,
    in_force,
    procedure_in_force,
)
from services.screening.domain.assessment import assess, explain
from services.screening.domain.description import describe
from services.screening.events import RulesAdopted
from tests.screening.samples import BOOK, HOMELESS, MONDAY
from tests.spec import Spec

TEXT = rulebook.document("2569-1")


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
adopt = AdoptRules("screening", "2569-1", "2025-10-01", TEXT)
adopted = RulesAdopted("screening", "2569-1", "2025-10-01", rulebook.hash_of(TEXT), TEXT)


def test_rules_are_adopted_whole_with_the_hash_of_their_document():
    rules.given().when(adopt).then(adopted)


def test_adopting_a_version_again_changes_nothing():
    rules.given(adopted).when(adopt).then()


def test_an_adopted_version_cannot_change_its_content():
    changed = AdoptRules("screening", "2569-1", "2025-10-01", TEXT + " ")
    rules.given(adopted).when(changed).refused("wrong_state")


def adopted_as(**from_day):
    """Documents that differ in their version and their first day only."""
    book = json.loads(TEXT)
    texts = {
        v.replace("_", "-"): json.dumps({**book, "version": v, "valid_from": day})
        for v, day in from_day.items()
    }
    return Adopted({v: Adoption(json.loads(text)["valid_from"], "", text) for v, text in texts.items()})


def test_the_version_in_force_is_the_latest_that_has_begun():
    nothing = Adopted({})
    assert in_force(nothing, MONDAY).version == "2569-1"
    assert in_force(nothing, MONDAY.replace(year=2020)).version == "2569-1"  # none has begun
    assert in_force(nothing, MONDAY.replace(year=2027)).version == "2569-2"
    later = adopted_as(new="2026-12-01")
    assert in_force(later, MONDAY.replace(month=11, day=30)).version == "2569-2"
    assert in_force(later, MONDAY.replace(month=12, day=1)).version == "new"


def test_of_two_versions_of_one_day_the_one_adopted_last_counts():
    both = adopted_as(zeta=MONDAY.isoformat(), alpha=MONDAY.isoformat())
    assert in_force(both, MONDAY).version == "alpha"


def test_what_comes_with_the_software_counts_only_if_it_was_adopted_or_counted_before():
    assert rulebook.versions()[-1] == "2569-3" and "2569-3" not in rulebook.LIFTED
    assert in_force(Adopted({}), MONDAY.replace(year=2030)).version == "2569-2"


def test_the_lifted_versions_are_what_they_were_to_the_byte():
    for version, hash in rulebook.LIFTED.items():
        assert rulebook.hash_of(rulebook.document(version)) == hash


def test_a_fact_of_before_documents_stood_in_it_is_lifted_by_its_hash():
    old = {
        "name": "screening",
        "version": "2569-1",
        "valid_from": "2025-10-01",
        "sha256": rulebook.LIFTED["2569-1"],
    }
    lift = RULES.upcasters["RulesAdopted", 1]
    assert RulesAdopted(**lift(old)) == adopted
    assert lift({**old, "sha256": "0" * 64})["content"] == ""


def test_form_and_procedure_count_from_their_day_and_before_it_those_of_the_software():
    words, steps = json.loads(form.SHIPPED_DOCUMENT), json.loads(procedure.SHIPPED_DOCUMENT)
    words["groups"][0]["title"]["th"] = "ความปลอดภัย"
    steps["centres"] = {"61": {"quorum": {"votes": 5, "chair": False}}}
    day = MONDAY.isoformat()
    of_form = Adopted({"form-2": Adoption(day, "", json.dumps({**words, "version": "form-2"}))})
    of_steps = Adopted({"procedure-2": Adoption(day, "", json.dumps({**steps, "version": "procedure-2"}))})
    assert form_in_force(of_form, MONDAY).form == {"id": "screening", "version": "form-2"}
    assert form_in_force(of_form, MONDAY.replace(year=2025)).form == {"id": "screening", "version": "2"}
    assert procedure_in_force(of_steps, MONDAY).quorum_of("61") == (5, False)
    assert procedure_in_force(of_steps, MONDAY).quorum_of("60") == (3, True)
    assert procedure_in_force(Adopted({}), MONDAY).quorum_of("61") == (3, True)


def test_a_rulebook_may_add_labels_paths_and_facts_that_the_software_does_not_know():
    book = json.loads(TEXT)
    text = {"th": "ก", "en": "x"}
    book["facts"] = [
        {"code": "veteran", "kind": "flag", "name": text, "question": text},
        {"code": "tongue", "kind": "codes", "name": text, "question": text,
         "options": [{"code": "lao", "th": "ลาว", "en": "Lao"}]},
    ]  # fmt: skip
    book["paths"].append({"code": "veterans_home", "name": text, "outside_ministry": True, "by_wish": True})
    book["labels"].append({
        "code": "veteran", "name": text, "law": text, "leads": True, "because": text, "paths": ["veterans_home"],
        "condition": {"any": [
            {"fact": "veteran", "op": "is", "value": True},
            {"fact": "tongue", "op": "includes_any", "value": ["lao"]},
        ]},
    })  # fmt: skip
    new = rulebook.read(json.dumps(book))
    assert assess(new, {"veteran": True})[1][0] == "veterans_home"
    assert "veteran" in assess(new, {}).ask


def broken(**changes):
    return json.dumps({**json.loads(TEXT), **changes})


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"last": ["moon"]}, "unknown path 'moon'"),
        ({"labels": []}, "labels must be at least one, each once"),
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
    labels = json.loads(TEXT)["labels"]
    labels[0]["paths"] = ["moon"]
    with pytest.raises(RulesWrong, match="unknown path 'moon'"):
        rulebook.read(broken(labels=labels))


def test_a_rulebook_with_an_unknown_fact_names_the_label():
    labels = json.loads(TEXT)["labels"]
    labels[0]["condition"]["fact"] = "luck"
    with pytest.raises(RulesWrong, match="label trafficking_suspected: unknown fact 'luck'"):
        rulebook.read(broken(labels=labels))


def test_a_rulebook_that_asks_for_a_code_which_a_fact_never_has_names_it():
    labels = json.loads(TEXT)["labels"]
    labels[0]["condition"] = {"fact": "housing", "op": "is", "value": "castle"}
    with pytest.raises(RulesWrong, match="castle"):
        rulebook.read(broken(labels=labels))


def test_the_published_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == describe(rulebook.rulebook(rulebook.versions()[-1]))
