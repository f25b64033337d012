from copy import deepcopy

import pytest
from marshmallow import ValidationError

from services.intake import schemas

BODY = {
    "centre": "60",
    "channel": "walk_in",
    "found": {},
    "person": {"identity_status": "unknown", "sex": "male", "nationality": "unknown", "domicile": []},
    "danger": "none",
}


def body(path, value):
    """BODY with one field, named like person.sex, changed."""
    changed = deepcopy(BODY)
    *parents, last = path.split(".")
    target = changed
    for parent in parents:
        target = target[parent]
    target[last] = value
    return changed


def errors_of(schema, given):
    with pytest.raises(ValidationError) as wrong:
        schema.load(given)
    return wrong.value.messages


def leaves(messages, path=""):
    if isinstance(messages, list):
        return {path}
    return set().union(*(leaves(found, f"{path}.{name}".lstrip(".")) for name, found in messages.items()))


def test_nothing_but_codes_needs_to_be_known():
    loaded = schemas.OpenCase().load(BODY)
    assert loaded["found"] == {"subdistrict": None, "place": None} and loaded["note"] is None
    assert {loaded["person"][field] for field in ("national_id", "birth_date", "age_band")} == {None}
    assert loaded["person"]["name"] is None


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("centre", None), ("centre", "99"), ("centre", "6001"), ("centre", 60),
        ("channel", "door"), ("danger", ""), ("danger", None), ("note", "ก" * 4001), ("note", 1), ("extra", 1),
        ("found", None), ("found.subdistrict", "60"), ("found.subdistrict", "999999"), ("found.place", "ก" * 501),
        ("person.identity_status", "sure"), ("person.sex", "m"), ("person.nationality", "TH"),
        ("person.domicile", None),
        ("person.domicile", [{"province": "60", "basis": "claimed"}] * 21),
        ("person.national_id", "1" * 41), ("person.birth_date", "2500"), ("person.birth_date", "1957-13"),
        ("person.birth_date", "12/5/1957"), ("person.birth_date", 1957), ("person.age_band", "60"),
        ("person.age_band", "69-60"), ("person.age_band", "60-200"), ("person.passport", "A1"),
    ],
)  # fmt: skip
def test_every_bad_field_is_named(path, value):
    assert leaves(errors_of(schemas.OpenCase(), body(path, value))) == {path}


@pytest.mark.parametrize("missing", [*BODY, *(f"person.{field}" for field in BODY["person"])])
def test_every_missing_field_is_named(missing):
    given = deepcopy(BODY)
    parent, _, child = missing.rpartition(".")
    del (given[parent] if parent else given)[child]
    assert leaves(errors_of(schemas.OpenCase(), given)) == {missing}


def test_parts_of_a_name_and_of_a_domicile_are_named():
    parts = {"first": "ก" * 121, "last": 5, "nick": "x"}
    assert leaves(errors_of(schemas.OpenCase(), body("person.name", parts))) == {
        "person.name.first", "person.name.last", "person.name.nick",
    }  # fmt: skip
    homes = [{"province": "60", "basis": "claimed"}, {"province": "00", "basis": "guess"}]
    assert leaves(errors_of(schemas.OpenCase(), body("person.domicile", homes))) == {
        "person.domicile.1.province", "person.domicile.1.basis",
    }  # fmt: skip


def test_all_bad_fields_are_named_at_once():
    assert leaves(errors_of(schemas.OpenCase(), {**BODY, "centre": "00", "danger": "fire"})) == {
        "centre",
        "danger",
    }


def test_words_are_kept_as_they_were_meant():
    name = {"title": "น.ช.", "first": " สมชาย ", "last": "ใจ\u200bดี", "alias": " "}
    loaded = schemas.OpenCase().load(body("person.name", name) | {"note": "นํ้าท่วม\n  มาเอง "})
    assert loaded["person"]["name"] == {"first": "สมชาย", "last": "ใจดี"}
    assert loaded["note"] == "น้ำท่วม\nมาเอง"


def test_a_number_is_kept_in_plain_digits():
    loaded = schemas.OpenCase().load(body("person.national_id", "๑-1017-00230-70-5"))
    assert loaded["person"]["national_id"] == "1101700230705"


@pytest.mark.parametrize("reason", [None, "", "  ", "ก" * 201, 7])
def test_closing_needs_a_reason(reason):
    assert set(errors_of(schemas.ChangeCase(), {"case_id": "1", "reason": reason})) == {"reason"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("limit", 0),
        ("limit", 501),
        ("limit", "many"),
        ("status", "lost"),
        ("centre", "00"),
        ("q", "6" * 41),
        ("sort", "x"),
    ],
)
def test_a_bad_filter_is_named(field, value):
    assert set(errors_of(schemas.ListCases(), {field: value})) == {field}


def test_a_list_has_fifty_cases_unless_told():
    assert schemas.ListCases().load({"limit": "500"})["limit"] == 500
    assert schemas.ListCases().load({}) == {
        "limit": 50,
        "cursor": None,
        "centre": None,
        "case_ids": None,
        "status": None,
        "q": None,
        "outreach_id": None,
    }


def test_only_identifiers_can_be_asked_to_be_shown():
    assert set(errors_of(schemas.ReadCase(), {"case_id": "1", "show": "all"})) == {"show"}
    assert set(errors_of(schemas.ReadCase(), {})) == {"case_id"}
