import pytest
from marshmallow import ValidationError

from services.screening.schemas import AgreePlan, CompleteScreening, Facts
from tests.screening.samples import CASE

SCREEN, AGREE = CompleteScreening(), AgreePlan()
MEMBER = {"name": "สมชาย ใจดี", "role": "chair", "vote": "agree"}
PLAN = {"case_id": CASE, "members": [MEMBER], "path": "foundation", "why": "ใกล้บ้าน", "goals": ["มีรายได้"]}


def facts(**told):
    return SCREEN.load({"case_id": CASE, "facts": told})["facts"]


def problems(schema, body):
    with pytest.raises(ValidationError) as wrong:
        schema.load(body)
    return wrong.value.messages


def test_an_age_is_a_number_of_years_or_a_range():
    assert facts(age=60)["age"] == {"min": 60, "max": 60}
    assert facts(age={"min": 60, "max": 69})["age"] == {"min": 60, "max": 69}
    again = {"on": "2026-03-02", "min": 60, "max": 69}
    assert facts(age=again)["age"] == again


def test_every_fact_may_be_absent_or_null():
    nothing = dict.fromkeys(Facts().fields)
    assert facts(**nothing) == nothing
    assert facts() == {}


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("age", -1),
        ("age", 131),
        ("age", True),
        ("age", "sixty"),
        ("age", 60.5),
        ("age", {"min": 60}),
        ("age", {"min": 61, "max": 60}),
        ("age", {"min": 60, "max": 61, "on": "yesterday"}),
        ("birth_date", "2500"),
        ("birth_date", "12/05/1957"),
        ("housing", "palace"),
        ("income_sufficient", "yes"),
        ("begging", "sometimes"),
        ("disability_types", [8]),
        ("disability_types", 3),
        ("care_level", 4),
        ("wants", ["The moon"]),
        ("documents_held", ["1100700000000"]),
        ("documents_held", ["1\u200b1\u200b0\u200b0\u200b7"]),
        ("documents_held", ["somchai@example.org"]),
        ("documents_held", ["ก" * 41]),
        ("documents_held", [" "]),
        ("domicile", [{"province": "99", "basis": "claimed"}]),
        ("domicile", [{"province": "60"}]),
        ("relatives", "some"),
        ("nationality", "martian"),
    ],
)
def test_a_wrong_fact_is_named(fact, value):
    assert list(problems(SCREEN, {"case_id": CASE, "facts": {fact: value}})["facts"]) == [fact]


def test_kinds_of_documents_are_taken_in_any_language():
    held = ["id_card", "ท.ร.14", "บัตรคนพิการ"]
    assert facts(documents_held=held)["documents_held"] == held


def test_a_plan_keeps_words_and_fills_what_is_absent():
    plan = AGREE.load({**PLAN, "programme_id": None})
    assert plan["members"] == [{**MEMBER, "reason": None}]
    assert (plan["why"], plan["programme_id"]) == ("ใกล้บ้าน", None)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("path", "Moon"),
        ("why", " "),
        ("members", []),
        ("goals", None),
        ("goals", [" "]),
        ("programme_id", ""),
    ],
)
def test_a_wrong_field_of_a_plan_is_named(field, value):
    assert list(problems(AGREE, {**PLAN, field: value})) == [field]


@pytest.mark.parametrize(("field", "value"), [("role", "guest"), ("vote", "maybe"), ("name", "")])
def test_a_wrong_member_of_a_plan_is_named(field, value):
    assert problems(AGREE, {**PLAN, "members": [{**MEMBER, field: value}]})["members"][0].keys() == {field}
