import pytest
from marshmallow import ValidationError

from services.codes.rules import RULES
from services.partners import schemas

PARTNER = {"name": "บ้านพัก", "kind": "pao_home", "under_ministry": False, "province": "60"}
PROGRAMME = {"partner_id": "x", "name": "ที่พัก", "path": "local_home", "capacity": {"total": 2, "free": 1}}
ALL_RULES = {
    "min_age": 60,
    "max_age": 90,
    "sex": ["female"],
    "nationality": ["thai"],
    "labels_any": ["older_person", "disabled"],
    "disability_types_any": [1, 7],
    "domicile": {"provinces": ["60"], "bases": ["registered_house"]},
    "care_level_max": 2,
    "accepts_communicable": "treated",
    "accepts_severe_behaviour": False,
    "accepts_legal_case": False,
    "requires_prior_process": True,
    "requires_work_ability": False,
    "documents": ["บัตรประชาชน"],
}


def problems(schema, body):
    with pytest.raises(ValidationError) as wrong:
        schema.load(body)
    return wrong.value.normalized_messages()


def offer_with(rules):
    return problems(schemas.OfferProgramme(), PROGRAMME | {"rules": rules})["rules"]


def test_every_rule_of_the_contract_is_taken_as_it_is():
    assert schemas.OfferProgramme().load(PROGRAMME | {"rules": ALL_RULES})["rules"] == ALL_RULES


def test_null_in_an_optional_field_is_absent():
    nulls = PROGRAMME | {"rules": {"min_age": None, "max_age": 60, "domicile": None}}
    assert schemas.OfferProgramme().load(nulls)["rules"] == {"max_age": 60}
    assert schemas.OfferProgramme().load(PROGRAMME | {"rules": None})["rules"] == {}
    assert schemas.RegisterPartner().load(PARTNER | {"subdistrict": None, "contact": None})["contact"] == {}


def test_of_a_contact_only_what_is_known_is_kept():
    contact = {"phone": " ", "email": "\u200bhome@example.org\u200e", "website": "\u200b "}
    loaded = schemas.RegisterPartner().load(PARTNER | {"contact": contact})
    assert loaded["contact"] == {"email": "home@example.org"}


def test_an_unknown_rule_is_named():
    assert list(offer_with({"min_agee": 60})) == ["min_agee"]


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("min_age", -1),
        ("min_age", "60"),
        ("min_age", True),
        ("max_age", 200),
        ("sex", []),
        ("sex", ["f"]),
        ("nationality", "thai"),
        ("labels_any", ["Old people"]),  # which codes there are is for the door to say
        ("disability_types_any", [8]),
        ("domicile", {"provinces": []}),
        ("domicile", {"provinces": ["99"]}),
        ("domicile", {"bases": ["registered_house"]}),
        ("domicile", {"provinces": ["60"], "bases": ["feeling"]}),
        ("care_level_max", 4),
        ("accepts_communicable", "some"),
        ("accepts_severe_behaviour", "no"),
        ("documents", [""]),
        ("documents", ["ก" * 81]),
    ],
)
def test_a_wrong_value_of_a_rule_is_refused_by_its_name(rule, value):
    assert list(offer_with({rule: value})) == [rule]


def test_a_programme_can_ask_for_all_but_what_is_unknown():
    for rule in RULES.values():
        assert [*rule.choices] == [code for code in rule.options or () if code != "unknown"]
    assert "unknown" in (RULES["nationality"].options or ()) and "thai" in RULES["nationality"].choices


def test_ages_must_be_in_order():
    assert list(offer_with({"min_age": 61, "max_age": 60})) == ["min_age"]


def test_no_more_places_are_free_than_there_are():
    many = {"total": 1, "free": 2}
    assert list(problems(schemas.ConfirmCapacity(), {"programme_id": "x", **many})) == ["free"]
    assert list(problems(schemas.OfferProgramme(), PROGRAMME | {"capacity": many})["capacity"]) == ["free"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "  "),
        ("name", "\u200b"),
        ("name", "ก" * 201),
        ("kind", "hotel"),
        ("under_ministry", "no"),
        ("province", "99"),
        ("subdistrict", "100101"),
        ("subdistrict", "600199"),
        ("contact", {"phone": "0" * 41}),
        ("contact", {"email": "nobody"}),
        ("contact", {"website": "javascript:alert(1)"}),
        ("contact", {"website": "\u200bjava\u200bscript:alert(1)"}),
        ("contact", {"website": "ftp://example.org"}),
        ("contact", {"website": "example.org"}),
        ("contact", {"email": 7}),
    ],
)
def test_a_wrong_field_of_a_partner_is_refused_by_its_name(field, value):
    assert list(problems(schemas.RegisterPartner(), PARTNER | {field: value})) == [field]


def test_lists_are_limited():
    assert list(problems(schemas.ListPartners(), {"limit": 501})) == ["limit"]
    assert list(problems(schemas.Matches(), {"case_id": "x", "limit": 0})) == ["limit"]
    assert list(problems(schemas.Matches(), {"case_id": "x", "wait": 3600})) == ["wait"]


def test_of_others_facts_only_what_is_needed_is_read():
    sent = {"referral_id": "r", "case_id": "c", "programme_id": "p", "waitlist": True}
    assert schemas.ReferralSent().load(sent | {"person_id": "x", "witness": "y"}) == sent
