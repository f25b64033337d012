from datetime import date

import pytest

from services.codes.ages import aged
from services.screening.domain.facts import VOCABULARY, normalised
from services.screening.schemas import Facts
from services.thai.dates import DateError
from tests.screening.samples import KNOWN, MONDAY


def test_what_was_not_told_comes_from_the_case():
    facts = normalised({"housing": "street", "nationality": None}, KNOWN, MONDAY)
    assert facts == {**KNOWN, "housing": "street"}


def test_what_was_told_counts_before_what_the_case_knows():
    told = {"age": {"min": 50, "max": 59}, "nationality": "stateless", "sex": "female"}
    facts = normalised(told, KNOWN, MONDAY)
    assert (facts["age"], facts["nationality"]) == ({"on": "2026-03-02", "min": 50, "max": 59}, "stateless")
    assert facts["sex"] == "female"


def test_a_code_told_as_unknown_is_left_out_and_not_filled_from_the_case():
    assert "nationality" not in normalised({"nationality": "unknown"}, KNOWN, MONDAY)


def test_no_domicile_is_unknown_but_no_disability_type_is_an_answer():
    facts = normalised({"domicile": [], "disability_types": []}, {}, MONDAY)
    assert facts == {"disability_types": []}


def test_facts_have_one_writing():
    homes = [{"province": "61", "basis": "found"}, {"province": "60", "basis": "claimed"}]
    told = {
        "wants": ["religious", "foundation", "religious"],
        "disability_types": [3, 1, 3],
        "domicile": [*homes, homes[0]],
        "documents_held": ["passport", "id_card"],
        "begging": "asks",
    }
    facts = normalised(told, {}, MONDAY)
    assert list(facts) == sorted(facts)
    assert facts["wants"] == ["religious", "foundation"]
    assert facts["disability_types"] == [1, 3]
    assert facts["domicile"] == [homes[1], homes[0]]
    assert facts["documents_held"] == ["id_card", "passport"]


@pytest.mark.parametrize(
    ("birth", "years"),
    [("1966-03-02", 60), ("1966-03-03", 59), ("1966-03", 60), ("1966-04", 59), ("1966", 60), ("1967", 59)],
)
def test_a_birth_date_becomes_full_years_by_civil_code_section_16_and_is_not_kept(birth, years):
    facts = normalised({"birth_date": birth}, {}, MONDAY)
    assert facts == {"age": {"on": "2026-03-02", "min": years, "max": years}}


def test_a_birth_date_nobody_alive_has_is_told_without_repeating_it():
    with pytest.raises(DateError) as wrong:
        normalised({"birth_date": "2030-01-01"}, {}, MONDAY)
    assert "2030" not in str(wrong.value)


@pytest.mark.parametrize(
    ("day", "least", "most"),
    [
        (date(2026, 3, 2), 59, 59),
        (date(2026, 3, 3), 59, 60),
        (date(2027, 3, 2), 60, 60),
        (date(2027, 9, 1), 60, 61),
        (date(2026, 3, 1), 59, 59),
    ],
)
def test_an_age_known_earlier_may_have_grown_by_a_birthday_since(day, least, most):
    age = aged({"on": "2026-03-02", "min": 59, "max": 59}, day)
    assert (age["min"], age["max"]) == (least, most)


def test_the_form_asks_for_every_fact_the_rules_may_read():
    assert set(VOCABULARY) == set(Facts().fields) - {"birth_date"}


def test_a_case_that_knows_only_how_old_somebody_looks_gives_an_estimate():
    known = {"age": {"on": "2026-03-02", "min": 50, "max": 59}}
    assert normalised({}, known, MONDAY)["age"] == {"on": "2026-03-02", "min": 50, "max": 59, "margin": 5}
    assert normalised({}, known, date(2027, 3, 2))["age"] == {
        "on": "2027-03-02", "min": 51, "max": 60, "margin": 5,
    }  # fmt: skip


TODAY = {"age": {"on": "2026-03-02", "min": 60, "max": 60}}


@pytest.mark.parametrize(
    ("told", "least", "most"),
    [
        ({"on": "2026-02-02", "min": 59, "max": 59}, 60, 60),  # the birthday has come since
        ({"on": "2026-02-02", "min": 40, "max": 40}, 40, 41),  # another age was meant
        ({"min": 59, "max": 59}, 59, 59),  # told today
        ({"on": "2026-03-02", "min": 59, "max": 61}, 59, 61),  # for today, and leaves room
        ({"on": "2026-03-01", "min": 59, "max": 61}, 60, 60),
    ],
)
def test_an_age_told_for_an_earlier_day_gives_way_to_the_birth_date_if_that_can_be_meant(told, least, most):
    age = normalised({"age": told}, TODAY, MONDAY)["age"]
    assert (age["min"], age["max"]) == (least, most)


def test_what_the_gate_found_is_an_answer_until_somebody_finds_that_it_is_not_so():
    assert normalised({}, {"danger": "trafficking"}, MONDAY)["trafficking_signs"] is True
    assert (
        normalised({"trafficking_signs": None}, {"danger": "trafficking"}, MONDAY)["trafficking_signs"]
        is True
    )
    assert (
        normalised({"trafficking_signs": False}, {"danger": "trafficking"}, MONDAY)["trafficking_signs"]
        is False
    )
    assert normalised({}, {"danger": "psychiatric"}, MONDAY)["mental_crisis"] is True
    assert "trafficking_signs" not in normalised({}, {"danger": "child"}, MONDAY)


def test_several_ways_of_begging_stand_beside_each_other_and_one_stands_alone():
    assert normalised({"begging": ["performs", "asks", "asks"]}, {}, MONDAY)["begging"] == [
        "asks",
        "performs",
    ]
    assert normalised({"begging": ["asks"]}, {}, MONDAY)["begging"] == "asks"
    assert "begging" not in normalised({"begging": []}, {}, MONDAY)
