"""The registry as everybody reads it: HSDS 3.1 at /hsds/, asked by somebody without an account."""

from typing import Any
from uuid import uuid4

import orjson
import pytest
import requests

from services.web.formats import capacities, shapes
from services.web.formats.hsds import service_alone
from services.web.formats.taxonomies import KIND, PATH, UNDER, terms
from tests.support import hsds
from tests.web.door import FrontDoor, partner, problem, programme

LISTS = ("services", "organizations", "service_at_locations", "taxonomies", "taxonomy_terms")
OBJECTS = {
    "services": "service",
    "organizations": "organization",
    "service_at_locations": "service_at_location",
    "taxonomies": "taxonomy",
    "taxonomy_terms": "taxonomy_term",
}


@pytest.mark.parametrize(
    ("confirmed", "day"),
    [("2026-09-30T16:30:00.000000Z", "2026-09-30"), ("2026-09-30T17:30:00.000000Z", "2026-10-01")],
)
def test_the_day_on_which_a_service_was_confirmed_is_thailands(confirmed, day):
    partner: Any = {"partner_id": "p", "contact": {}, "details": {}}
    programme: Any = {
        "programme_id": "s", "name": "บ้านพัก", "details": {}, "path": "foundation", "retired": False,
        "unconfirmed": False, "rules": {}, "rules_confirmed_at": confirmed,
    }  # fmt: skip
    assert service_alone(partner, programme, confirmed)["assured_date"] == day


def ask(door: FrontDoor, path: str) -> Any:
    answer = door.get(f"/hsds/{path}", user=None)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def offered(door: FrontDoor) -> tuple[str, str]:
    """(a partner, its programme): a home at a subdistrict, with papers and ages."""
    home = partner() | {
        "name": "บ้านร่มไทรสำหรับทดสอบ",
        "subdistrict": "600101",
    }
    partner_id = door.made("/api/v1/partners", home)["partner_id"]
    what = programme() | {
        "name": "ที่พักผู้สูงอายุชายล้วน",
        "rules": {"min_age": 60, "max_age": 85, "documents": ["id_card"]},
    }
    made = door.made(f"/api/v1/partners/{partner_id}/programmes", what)
    return partner_id, made["programme_id"]


def test_the_root_says_which_version_and_where_it_is_described(door):
    said = ask(door, "")
    assert said["version"] == "3.1" and said["profile"].startswith("https://")
    assert said["openapi_url"] == f"{door.address}/api/openapi.json"
    assert "/hsds/services" in door.get("/api/openapi.json", user=None).json()["paths"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_in_pages_and_each_of_it_is_found_by_its_id(door, offered, name):
    page = ask(door, f"{name}?per_page=1")
    assert page["total_pages"] == page["total_items"] >= 1 and page["size"] == 1
    assert page["first_page"] and page["last_page"] is (page["total_pages"] == 1) and not page["empty"]
    [first] = page["contents"]
    found = ask(door, f"{name}/{first['id']}")
    assert found["id"] == first["id"]
    assert list(shapes.problems(OBJECTS[name], found)) == []
    assert list(shapes.problems(OBJECTS[name], first)) == []
    last = ask(door, f"{name}?per_page=1&page={page['total_pages']}")
    assert last["last_page"] and last["size"] == 1
    beyond = ask(door, f"{name}?per_page=1&page={page['total_pages'] + 1}")
    assert beyond["empty"] and beyond["contents"] == [] and beyond["size"] == 0 and beyond["last_page"]


@pytest.mark.parametrize("name", hsds.NAMES)
def test_what_is_answered_is_valid_by_the_schemas_of_the_standard(door, offered, name):
    listed = f"{name}s"
    for each in ask(door, f"{listed}?full=true")["contents"]:
        assert hsds.faults(name, each) == []
        assert hsds.faults(name, ask(door, f"{listed}/{each['id']}")) == []


def test_a_service_tells_who_gives_it_where_to_whom_and_how_many_places_there_are(door, offered):
    partner_id, programme_id = offered
    said = ask(door, f"services/{programme_id}")
    assert said["organization"]["id"] == partner_id and said["status"] == "active"
    assert (said["minimum_age"], said["maximum_age"]) == (60, 85)
    [place] = said["service_at_locations"]
    [address] = place["location"]["addresses"]
    assert (address["state_province"], address["country"]) == ("นครสวรรค์", "TH")
    [capacity] = said["capacities"]
    assert (capacity["available"], capacity["maximum"]) == (5, 10)
    [document] = said["required_documents"]
    assert document["document"] == "บัตรประจำตัวประชาชน"
    assert said["phones"][0]["number"] == "056-000-000"
    [of_path] = said["attributes"]
    assert ask(door, f"taxonomy_terms/{of_path['taxonomy_term_id']}")["code"] == "local_home"


def test_filters_are_cumulative(door, offered):
    partner_id, programme_id = offered

    def ids(path: str) -> set[str]:
        return {each["id"] for each in ask(door, f"{path}&per_page=500")["contents"]}

    term, other = PATH.term_id("local_home"), PATH.term_id("hospital")
    assert ids(f"services?organization_id={partner_id}") == {programme_id}
    assert ids(f"services?organization_id={partner_id}&taxonomy_term_id={term}") == {programme_id}
    assert ids(f"services?organization_id={partner_id}&taxonomy_term_id={other}") == set()
    assert ids(f"services?organization_id={partner_id}&taxonomy_id={KIND.id}") == set()
    assert ids(f"service_at_locations?search=ชายล้วน&taxonomy_id={PATH.id}") == {programme_id}
    assert ids("services?search=ร่มไทรสำหรับทดสอบ") == {programme_id}
    assert ids("services?search=ชายหญิง%25") == set()
    assert partner_id in ids(f"organizations?taxonomy_term_id={UNDER.term_id('outside_ministry')}")
    assert partner_id not in ids(f"organizations?taxonomy_term_id={UNDER.term_id('under_ministry')}")
    assert partner_id in ids(f"organizations?search=ร่มไทร&taxonomy_term_id={KIND.term_id('pao_home')}")
    assert len(ids(f"taxonomy_terms?taxonomy_id={KIND.id}")) == len(KIND.codes)
    assert len(ids("taxonomy_terms?top_only=true")) == len(terms())
    assert ids(f"taxonomy_terms?parent_id={KIND.term_id('other')}") == set()


def test_what_was_modified_since_is_told_by_id_alone_and_a_retired_service_is_inactive(door):
    partner_id, programme_id = door.programme()
    path = f"services?organization_id={partner_id}&minimal=true"
    [first] = ask(door, path)["contents"]
    assert set(first) == {"id", "modified_date"} and first["id"] == programme_id
    capacity = {"total": 10, "free": 3}
    door.call("PUT", f"/api/v1/programmes/{programme_id}/capacity", capacity)
    [second] = ask(door, path)["contents"]
    assert second["modified_date"] > first["modified_date"]
    assert ask(door, f"{path}&modified_after={second['modified_date']}")["size"] == 1
    corrected = {"name": "บ้านที่เปลี่ยนชื่อแล้ว", "reason": "โทรถามแล้ว"}
    assert door.call("PATCH", f"/api/v1/partners/{partner_id}", corrected).ok
    [third] = ask(door, f"{path}&modified_after={second['modified_date']}")["contents"]
    assert third["modified_date"] > second["modified_date"]
    assert ask(door, f"{path}&modified_after=2999-01-01")["empty"]
    door.made(f"/api/v1/programmes/{programme_id}/retire", {"reason": "ปิดแล้ว"})
    assert ask(door, f"services/{programme_id}")["status"] == "inactive"


def test_lines_are_the_whole_list_without_pages(door, offered):
    _partner_id, programme_id = offered
    answer = requests.get(f"{door.address}/hsds/services?format=ndjson&full=true&per_page=1", timeout=30)
    assert answer.headers["Content-Type"].startswith("application/x-ndjson")
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    assert len(lines) == ask(door, "services")["total_items"]
    assert programme_id in {each["id"] for each in lines}
    assert [each["id"] for each in lines] == sorted(each["id"] for each in lines)


def test_an_organization_has_its_services_as_a_list_says_them_or_whole(door, offered):
    partner_id, programme_id = offered
    [short] = ask(door, f"organizations/{partner_id}")["services"]
    [whole] = ask(door, f"organizations/{partner_id}?full_service=true")["services"]
    assert short["id"] == whole["id"] == programme_id
    assert "capacities" not in short and whole["capacities"]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("services?colour=red", "colour"),
        ("services?postcode=60000", "postcode"),
        ("organizations?organization_id=x", "organization_id"),
        ("services?page=0", "page"),
        ("services?page=1_0", "page"),
        ("services?per_page=501", "per_page"),
        ("services?full=yes", "full"),
        ("services?format=csv", "format"),
        ("services?modified_after=yesterday", "modified_after"),
        ("services?page=1&page=2", "page"),
        ("services?search=%00", "search"),
        ("services/00000000-0000-0000-0000-000000000001?full=true", "full"),
    ],
)
def test_what_it_does_not_know_is_named_and_never_passed_over(door, path, field):
    assert field in problem(door.get(f"/hsds/{path}", user=None), 422)["errors"]


@pytest.mark.parametrize("id", ["00000000-0000-0000-0000-000000000001", "nothing", "%00"])
@pytest.mark.parametrize("name", LISTS)
def test_what_is_not_there_is_not_found(door, name, id):
    problem(door.get(f"/hsds/{name}/{id}", user=None), 404)


def test_whoever_keeps_a_copy_is_told_that_it_still_holds(door, offered):
    first = door.get(f"/hsds/services/{offered[1]}", user=None)
    assert first.headers["Cache-Control"] == "public, max-age=60"
    again = door.get(
        f"/hsds/services/{offered[1]}", user=None, headers={"If-None-Match": first.headers["ETag"]}
    )
    assert again.status_code == 304 and not again.content


def test_our_shapes_are_those_of_the_standard_where_it_is_at_hand():
    """Field by field, as deep as its schemas go."""

    def compare(name: str, schema: Any) -> None:
        known = shapes.OBJECTS[name]
        required = set(schema.get("required", ()))
        for field, said in schema["properties"].items():
            ours = known[field]
            assert ours.required is (field in required), (name, field)
            inner = said.get("items", {}) if said.get("type") == "array" else said
            if "properties" in inner:
                assert ours.kind == ("list" if said["type"] == "array" else "object"), (name, field)
                compare(ours.of, inner)
            elif "enum" in said:
                assert ours.choices == tuple(said["enum"]), (name, field)
            else:
                kind = said.get("format") or {"string": "text", "number": "number"}[said["type"]]
                assert ours.kind == kind, (name, field)

    for name in hsds.NAMES:
        if (schema := hsds.published(name)) is not None:
            compare(name, schema)


def test_places_told_apart_go_out_as_units_and_come_in_again_and_unknown_ones_not_at_all():
    apart = [
        {"unit": "bed", "group": "men", "total": 4, "free": 1, "reserved": 0, "filled": 0},
        {"unit": "bed", "group": "anyone", "total": 2, "free": 2, "reserved": 0, "filled": 0},
    ]
    places = {
        "total": 6,
        "free": 3,
        "confirmed_at": "2026-03-02T03:00:00.000000Z",
        "known": True,
        "units": apart,
    }
    programme = {"programme_id": str(uuid4()), "path": "local_home", "places": places}
    out = capacities.written(programme)
    assert [each["unit"]["name"] for each in out] == ["เตียงผู้ชาย", "เตียงไม่จำกัดเพศ"]
    assert len({each["id"] for each in out}) == 2
    told = [{name: each[name] for name in ("unit", "group", "total", "free")} for each in apart]
    assert capacities.read(out) == {"total": 6, "free": 3, "units": told}
    whole = capacities.written({**programme, "places": {**places, "units": []}})
    assert capacities.read(whole) == {"total": 6, "free": 3}
    assert capacities.written({**programme, "places": {**places, "known": False}}) == []
    assert capacities.read([]) == {}
