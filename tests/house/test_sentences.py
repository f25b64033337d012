"""What facts, rules and reasons are called: the words around codes, in either language."""

import pytest

from services.codes import sentences
from services.codes.sentences import (
    confirmed,
    criterion_in_words,
    distance,
    fact_name,
    fact_value,
    finding_in_words,
    listed,
    places_free,
    province,
    rule_in_words,
    rules_in_words,
)


def test_a_province_is_named_alone_and_one_that_is_not_known_is_shown_as_it_is():
    assert province("60", "th") == "นครสวรรค์"
    assert province("60", "en") == "Nakhon Sawan"
    assert province("99", "th") == "99"


def test_a_fact_that_is_newer_than_the_program_is_shown_as_it_is():
    assert fact_name("age", "en") == "Age"
    assert fact_name("shoe_size", "en") == "shoe_size"
    assert fact_value("shoe_size", 44, "en") == "44"
    assert fact_value("housing", "houseboat", "en") == "houseboat"


HOME = {"province": "60", "basis": "registered_house"}


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("age", None, "Not known yet"),
        ("shoe_size", None, "Not known yet"),
        ("pregnant", True, "Pregnant"),
        ("pregnant", False, "Not pregnant"),
        ("age", {"min": 67, "max": 67}, "67 years"),
        ("age", {"min": 60, "max": 69}, "60–69 years"),
        ("domicile", [], "Not known yet"),
        ("disability_types", [], "No disability"),
        ("documents_held", [], "No documents"),
        ("wants", [], "None"),
        ("documents_held", ["id_card", "letter"], "Identity card and letter"),
        ("sex", "female", "Female"),
    ],
)
def test_what_a_fact_says(code, value, said):
    assert fact_value(code, value, "en") == said


def test_a_domicile_names_each_province_with_its_ground():
    said = fact_value("domicile", [HOME, {**HOME, "province": "61"}], "en")
    assert [each.split(" (")[0] for each in said.split(") and ")] == ["Nakhon Sawan", "Uthai Thani"]
    assert "registered_house" not in said


@pytest.mark.parametrize(
    ("code", "value", "said"),
    [
        ("min_age", 60, "Aged 60 or older"),
        ("accepts_communicable", "none", "Takes nobody with a communicable disease"),
        ("accepts_legal_case", True, "Takes people with a legal case"),
        ("accepts_legal_case", False, "Takes nobody with a legal case"),
        ("requires_work_ability", True, "Only people who are able to work"),
        ("requires_work_ability", False, "Ability to work is not required"),
        ("domicile", {"provinces": ["60", "61"]}, "Domicile in Nakhon Sawan and Uthai Thani"),
        ("sex", ["female", "male"], "Sex: Female and Male"),
        ("documents", ("id_card",), "Documents: Identity card"),
    ],
)  # fmt: skip
def test_whom_a_programme_takes_by_a_rule(code, value, said):
    assert rule_in_words(code, value, "en") == said


def test_the_grounds_a_programme_accepts_of_a_domicile_stand_behind_its_provinces():
    said = rule_in_words("domicile", {"provinces": ["60"], "bases": ["registered_house"]}, "en")
    assert said.startswith("Domicile in Nakhon Sawan (") and said.endswith(")")


def test_both_ages_make_one_sentence_and_one_of_them_its_own():
    both = {"sex": ["male"], "min_age": 18, "max_age": 59}
    assert rules_in_words(both, "en") == ["Aged 18 to 59", "Sex: Male"]
    assert rules_in_words({"sex": ["male"], "min_age": 18}, "en") == ["Sex: Male", "Aged 18 or older"]
    assert rules_in_words({"max_age": 59, "sex": ["male"]}, "en") == ["Aged 59 at most", "Sex: Male"]


def test_of_groups_those_met_are_named_else_those_still_open():
    labels = ["elderly", "homeless"]
    words = {code: sentences.LABELS.word(code, "en") for code in labels}
    say = lambda finding: finding_in_words("labels_any", labels, finding, "en")  # noqa: E731
    assert say({"elderly": True, "homeless": None}) == f"The person is: {words['elderly']}"
    assert say({"elderly": True, "homeless": True}) == f"The person is: {' and '.join(words.values())}"
    assert say({"elderly": False, "homeless": None}) == f"Not known yet whether: {words['homeless']}"
    assert say({"elderly": False, "homeless": False}) == "The person is in none of these groups"


def test_of_documents_those_that_are_missing_are_named():
    say = lambda held: finding_in_words("documents", ["id_card", "letter"], held, "en")  # noqa: E731
    assert say(["id_card"]) == "Not known yet whether there is: letter"
    assert say(["letter"]) == "Missing: Identity card"
    assert say(["id_card", "letter"]) == "All are there"
    assert say(None) == "Documents held: Not known yet"
    assert finding_in_words("min_age", 60, {"min": 67, "max": 67}, "en") == "Age: 67 years"


def test_what_a_criterion_of_the_ranking_found():
    path = sentences.PATHS.word("foundation", "en")
    for place, words in sentences.PATH_PLACES.items():
        assert criterion_in_words("path", {"place": place, "path": "foundation"}, "en") == words.en.format(
            path
        )
    assert criterion_in_words("places_free", {"free": 2, "days": 0}, "en") == "2 places free"
    assert criterion_in_words("freshness", {"days": 0, "contradicted": False}, "en") == "confirmed today"
    doubted = criterion_in_words("freshness", {"days": 1, "contradicted": True}, "en")
    assert doubted == "confirmed 1 day ago – but contradicted since"
    assert criterion_in_words("past_answer", None, "en") == "Never said no to this person"
    no = {"reason": "cost", "whose": "partner", "at": "2026-03-02T03:00:00.000000Z"}
    assert criterion_in_words("past_answer", no, "en").startswith(
        "Said no to this person before: Cost, on 2 Mar"
    )
    assert criterion_in_words("draw", {"lot": 3}, "en") == "Lot 3 (the lowest comes first)"
    assert criterion_in_words("waiting", {"days": 3}, "en") == "Waiting for 3 days"
    assert (
        criterion_in_words("distance", {"near": "farther", "kilometres": 80}, "en")
        == "about 80 km from the centre"
    )
    wish = ["As the person wishes", "Not what the person wishes", "The wish is not known yet"]
    assert [criterion_in_words("wish", found, "en") for found in (True, False, None)] == wish
    assert criterion_in_words("outside_ministry", None, "en") == ""


def test_no_place_one_place_and_several_are_said_each_in_its_way():
    said = [places_free(count, "en") for count in (0, 1, 2)]
    assert said == ["No place free", "1 place free", "2 places free"]


def test_today_and_yesterday_are_no_number_of_days():
    said = [confirmed(days, "en") for days in (0, 1, 2)]
    assert said == ["confirmed today", "confirmed 1 day ago", "confirmed 2 days ago"]


def test_who_is_near_is_told_where_and_who_is_farther_how_far():
    assert (
        distance({"near": "same_district", "kilometres": 0}, "en")
        == "in the district where the person was found"
    )
    assert distance({"near": "same_province", "kilometres": 0}, "en") == "in the centre's province"
    assert distance({"near": "neighbouring_province", "kilometres": 50}, "th") == "ห่างจากศูนย์ราว 50 กม."


@pytest.mark.parametrize(
    ("texts", "th", "en"),
    [
        ([], "", ""),
        (["ก"], "ก", "ก"),
        (["ก", "ข"], "ก และ ข", "ก and ข"),
        (["ก", "ข", "ค"], "ก ข และ ค", "ก, ข and ค"),
        (["ก ก", "ข", "ค"], "ก ก, ข และ ค", "ก ก, ข and ค"),  # where one holds a space, spaces part nothing
        (["ก", "ข", "ค ค"], "ก, ข และ ค ค", "ก, ข and ค ค"),
    ],
)
def test_several_texts_are_listed_as_the_language_does(texts, th, en):
    assert (listed(texts, "th"), listed(texts, "en")) == (th, en)


def test_what_would_make_a_place_fit():
    assert sentences.near_miss_in_words("places_free", 1, "en") == "One more place"
    assert sentences.near_miss_in_words("documents", "id_card", "en").startswith("Get this document: ")
    assert sentences.near_miss_in_words("requires_prior_process", True, "en").startswith("Complete")
