"""The registry taken away as files and brought in again: our table, HSDS, who may, and what is said of each row.

Long because a file may be wrong in many ways, and each has its sentence."""

import io
import re
import zipfile
from uuid import uuid4

import orjson
import pytest
import requests

from services.partners.schemas import ENTRIES_MOST
from services.web.formats import rulebooks, tables, taking, xlsx
from services.web.formats.columns import COLUMNS
from services.web.formats.entries import ROWS_MOST, Unreadable
from services.web.formats.hsds_in import Usual
from services.web.formats.taxonomies import KIND, PATH, UNDER, unit_id
from services.web.gateway.limits import UPLOAD_MOST
from services.web.pages.partner import importing
from tests.web.browser import Page
from tests.web.door import FrontDoor, partner, problem, programme

HEAD = (
    "ชื่อภาคีเครือข่าย,ประเภท,สังกัดกระทรวง พม.,จังหวัด,โทรศัพท์,ชื่อบริการ,แนวทาง,"
    "จำนวนที่ทั้งหมด,จำนวนที่ว่าง,อายุต่ำสุด,อายุสูงสุด,ภาษาที่ใช้ได้,บันทึกข้อตกลงความร่วมมือ (MoU): ถึงวันที่"
)


def row(name: str, **more: str) -> str:
    told = {
        "kind": "มูลนิธิหรือองค์กรสาธารณประโยชน์", "under": "ไม่ใช่", "province": "นครสวรรค์", "phone": "056-000-000",
        "offer": "ที่พัก", "path": "มูลนิธิ", "total": "10", "free": "3", "low": "18", "high": "60",
        "languages": '"ไทย, อังกฤษ"', "until": "",
    } | more  # fmt: skip
    return ",".join([name, *told.values()])


def table(*rows: str) -> bytes:
    return "\n".join([HEAD, *rows, ""]).encode()


def name() -> str:
    return f"บ้านนำเข้า {uuid4().hex[:8]}"


def send(
    door: FrontDoor,
    content: bytes,
    dry: bool = False,
    user: str = "worker-60",
    file: str = "a.csv",
    **said: str,
):
    return requests.post(
        f"{door.address}/api/v1/partners/import{'?dry_run=true' if dry else ''}",
        files={"file": (file, content)},
        data=said,
        headers={"Authorization": f"Bearer {door.token(user)}"},
        timeout=60,
    )


def taken(
    door: FrontDoor,
    content: bytes,
    dry: bool = False,
    user: str = "worker-60",
    file: str = "a.csv",
    **said: str,
):
    answer = send(door, content, dry, user, file, **said)
    assert answer.status_code == 200, answer.text
    return answer.json()


def found(door: FrontDoor, called: str):
    [one] = door.get(f"/api/v1/partners?q={called}").json()["items"]
    return one


def counts(said) -> tuple[int, ...]:
    return tuple(said[each] for each in ("rows", "added", "changed", "unchanged"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp874"])
def test_a_table_comes_in_dry_first_and_the_same_file_again_changes_nothing(door, encoding):
    called = name()
    file = (
        table(row(called), row(called, offer="ฝึกอาชีพ", path="ฝึกอาชีพ", low="", high=""))
        .decode()
        .encode(encoding)
    )
    dry = taken(door, file, dry=True)
    assert counts(dry) == (2, 2, 0, 0) and not dry["done"] and dry["dry_run"]
    assert door.get(f"/api/v1/partners?q={called}").json()["items"] == []
    done = taken(door, file)
    assert counts(done) == (2, 2, 0, 0) and done["done"] and done["errors"] == []
    one = found(door, called)
    assert one["details"] == {"languages": ["th", "en"]} and one["contact"] == {"phone": "056-000-000"}
    home = next(each for each in one["programmes"] if each["path"] == "foundation")
    assert (home["places"]["total"], home["places"]["free"], home["rules"]) == (
        10,
        3,
        {"min_age": 18, "max_age": 60},
    )
    assert counts(taken(door, file)) == (2, 0, 0, 2)
    assert found(door, called)["version"] == one["version"]


def test_a_row_says_only_what_it_says_and_what_changed_is_in_the_history_with_the_file(door):
    called = name()
    taken(door, table(row(called)))
    said = taken(
        door, table(row(called, phone="", languages="", total="", free="", low="20", high="")), file="ใหม่.csv"
    )
    assert counts(said) == (1, 0, 1, 0)
    one = found(door, called)
    assert one["contact"] == {"phone": "056-000-000"} and one["details"] == {"languages": ["th", "en"]}
    assert one["programmes"][0]["rules"] == {"min_age": 20, "max_age": 60}
    [change] = door.get(f"/api/v1/partners/{one['partner_id']}/history").json()["items"]
    assert "ใหม่.csv" in change["reason"]


def test_what_a_row_leaves_out_of_a_record_and_the_records_behind_it_stay(door):
    hours = {"weekdays": ["MO"], "opens": "08:30"}
    people = [{"name": "สมศรี", "phone": "056-000-001"}, {"name": "สมใจ"}]
    made = door.made("/api/v1/partners", partner() | {"hours": hours, "people": people})
    path = f"/api/v1/partners/{made['partner_id']}"
    offer = door.made(f"{path}/programmes", programme() | {"cost": {"kind": "paid", "baht": 500}})
    one = door.get(path).json()
    file = (
        "รหัสภาคีเครือข่าย,ชื่อภาคีเครือข่าย,ประเภท,สังกัดกระทรวง พม.,จังหวัด,วันและเวลาทำการ: ปิด,ผู้ประสานงาน: ตำแหน่ง,"
        f"รหัสบริการ,ค่าใช้จ่ายของผู้รับบริการ: คิดเป็น\n{one['partner_id']},{one['name']},{one['kind']},"
        f"{one['under_ministry']},นครสวรรค์,16:30,หัวหน้า,{offer['programme_id']},ต่อเดือน\n"
    )
    assert counts(taken(door, file.encode())) == (1, 0, 1, 0)
    after = door.get(path).json()
    assert after["details"] == {
        "hours": hours | {"closes": "16:30"},
        "people": [people[0] | {"position": "หัวหน้า"}, people[1]],
    }
    assert after["programmes"][0]["details"] == {"cost": {"kind": "paid", "baht": 500, "per": "month"}}


def test_a_file_with_one_error_changes_nothing_and_names_row_and_column(door):
    good, bad = name(), name()
    said = taken(door, table(row(good), row(bad, kind="ไม่มีประเภทนี้", total="สิบ")))
    assert not said["done"]
    assert {(each["row"], each["column"]) for each in said["errors"]} == {(3, "ประเภท"), (3, "จำนวนที่ทั้งหมด")}
    for called in (good, bad):
        assert door.get(f"/api/v1/partners?q={called}").json()["items"] == []


def test_a_service_that_is_closed_is_not_offered_and_somebody_is_told(door):
    called, organization, closed = name(), str(uuid4()), str(uuid4())

    def sent(status: str):
        of = {"id": organization, "name": called, "description": "ที่พักใจ", "email": "a@example.org"}
        return orjson.dumps([{"id": closed, "name": "ที่พัก", "status": status, "organization": of}])

    usual = {"kind": "foundation", "path": "foundation", "province": "60"}
    for status in ("defunct", "inactive", "temporarily closed"):
        said = taken(door, sent(status), file="h.json", **usual)
        assert said["done"] and [(each["row"], each["code"]) for each in said["findings"]] == [
            (1, "not_active")
        ]
        assert found(door, called)["programmes"] == []
    assert counts(taken(door, sent("active"), file="h.json", **usual)) == (1, 1, 0, 0)
    # What the registry has stays until somebody asked.
    said = taken(door, sent("defunct"), file="h.json", **usual)
    assert counts(said) == (1, 0, 0, 1) and said["findings"][0]["code"] == "not_active"
    assert [each["retired"] for each in found(door, called)["programmes"]] == [False]


def test_what_no_database_keeps_is_named_by_row_and_column(door):
    """PostgreSQL keeps no NUL: neither a trial nor the file itself comes so far."""
    of = {"id": str(uuid4()), "name": name(), "description": "x"}
    for file, content in (
        ("a.csv", table(row(f"{name()}\0"))),
        (
            "h.json",
            orjson.dumps([{"id": str(uuid4()), "name": "ก\0", "status": "active", "organization": of}]),
        ),
    ):
        for dry in (True, False):
            said = taken(door, content, dry=dry, file=file, kind="foundation", path="foundation")
            assert [each["message"] for each in said["errors"]] == ["It contains the character NUL."], file
            assert not said["done"]


def test_rows_that_contradict_each_other_are_named_however_far_apart_and_nothing_comes_in(door):
    """Whoever has two services has two rows: a telephone that was corrected in one of them only would be as before."""
    called = name()
    between = [row(f"{called} {number}") for number in range(ENTRIES_MOST)]
    first, second = row(called), row(called, offer="ฝึกอาชีพ", path="ฝึกอาชีพ", phone="056-000-009")
    said = taken(door, table(first, *between, second))
    last = ENTRIES_MOST + 3
    assert said["errors"] == [{"row": last, "column": "โทรศัพท์", "message": "Row 2 says otherwise."}]
    assert not said["done"] and door.get(f"/api/v1/partners?q={called}").json()["items"] == []
    again = row(called, free="4", low="19")
    said = taken(door, table(first, *between, again))
    assert {(each["row"], each["column"]) for each in said["errors"]} == {
        (last, "จำนวนที่ว่าง"), (last, "อายุต่ำสุด"),
    }  # fmt: skip
    # What a row leaves out it does not deny.
    silent = row(called, offer="ฝึกอาชีพ", path="ฝึกอาชีพ", phone="", languages="")
    assert counts(taken(door, table(first, silent))) == (2, 2, 0, 0)
    assert counts(taken(door, table(first, silent))) == (2, 0, 0, 2)


def test_a_service_of_two_partners_is_named_though_they_are_taken_apart(door):
    """Rows of two provinces are two transactions: the first would be in the registry when the second is refused."""
    called, service = name(), str(uuid4())
    head = f"{HEAD},รหัสบริการ"
    rows = [f"{row(called, province=province)},{service}" for province in ("นครสวรรค์", "อุทัยธานี")]
    said = taken(door, "\n".join([head, *rows, ""]).encode())
    assert said["errors"] == [{"row": 3, "column": "รหัสบริการ", "message": "Row 2 says otherwise."}]
    assert not said["done"] and door.get(f"/api/v1/partners?q={called}").json()["items"] == []


def test_services_of_one_partner_at_several_places_make_one_partner_and_the_same_again_changes_nothing(door):
    """The standard says of each service what we know of its partner."""
    called, organization = name(), str(uuid4())

    def service(number: int, province: str, phone: str, *codes: str):
        address = {
            "id": str(uuid4()), "state_province": province, "address_1": "1", "city": "เมือง", "country": "TH",
            "postal_code": "60000", "address_type": "physical",
        }  # fmt: skip
        place = {"id": str(uuid4()), "location_type": "physical", "addresses": [address]}
        return {
            "id": str(uuid4()), "name": f"บริการ {number}", "status": "active",
            "organization": {"id": organization, "name": called, "description": "ที่พักใจ"},
            "phones": [{"id": str(uuid4()), "number": phone}],
            "languages": [{"id": str(uuid4()), "code": code, "name": code} for code in codes],
            "service_at_locations": [{"id": str(uuid4()), "location": place}],
        }  # fmt: skip

    usual = {"kind": "foundation", "path": "foundation"}
    sent = orjson.dumps(
        [
            service(1, "Nakhon Sawan", "056-000-001", "th"),
            service(2, "Uthai Thani", "056-000-002", "th", "my"),
        ]
    )
    said = taken(door, sent, file="h.json", **usual)
    assert said["done"] and counts(said) == (2, 2, 0, 0), said
    one = found(door, called)
    assert (one["province"], one["contact"]["phone"]) == ("60", "056-000-001")
    assert one["details"]["languages"] == ["th", "my"] and len(one["programmes"]) == 2
    assert counts(taken(door, sent, file="h.json", **usual)) == (2, 0, 0, 2)
    assert found(door, called)["version"] == one["version"]


@pytest.mark.parametrize(
    ("more", "column", "code"),
    [
        ({"free": "12"}, "จำนวนที่ว่าง", "more_free_than_places"),
        ({"low": "60", "high": "18"}, "อายุต่ำสุด", "ages_upside_down"),
        ({"until": "1/1/2560"}, None, "agreement_over"),
        ({"phone": ""}, None, "no_contact"),
        ({"total": "", "free": ""}, None, "no_places"),
    ],
)
def test_what_somebody_should_look_at_is_found_though_the_shape_is_right(door, more, column, code):
    said = taken(door, table(row(name(), **more)), dry=True)
    assert code in {each["code"] for each in said["findings"]}
    assert [each["column"] for each in said["errors"]] == ([column] if column else [])


def test_a_partner_that_sounds_the_same_is_told_with_its_reason(door):
    called = name()
    taken(door, table(row(called)))
    said = taken(door, table(row(f"{called} ", kind="สถาบันศาสนา")), dry=True)
    [maybe] = said["possible_duplicates"]
    assert maybe["partner_id"] == found(door, called)["partner_id"] and maybe["row"] == 2 and maybe["because"]


def test_of_a_partner_that_another_centre_keeps_the_row_is_a_proposal(door):
    door.case("60")  # a centre works there, and keeps its own
    called = name()
    taken(door, table(row(called)))
    said = taken(door, table(row(called, phone="056-000-111")), user="worker-61")
    assert counts(said) == (1, 0, 1, 0) and said["proposed"] == 1
    one = found(door, called)
    assert one["contact"] == {"phone": "056-000-000"}
    waiting = door.get(f"/api/v1/proposals?centre=60&partner_id={one['partner_id']}").json()["items"]
    assert [each["after"] for each in waiting] == [{"contact": {"phone": "056-000-111"}}]
    taken(door, table(row(called, phone="056-000-111")), user="worker-61")
    assert len(door.get(f"/api/v1/proposals?centre=60&partner_id={one['partner_id']}").json()["items"]) == 1


@pytest.mark.parametrize("user", ["member-60", "ministry", "rules", "partner-nobody"])
def test_who_does_not_keep_the_registry_brings_nothing_in(door, user):
    problem(send(door, table(row(name())), user=user), 403)


@pytest.mark.parametrize("form", ["csv", "xlsx", "hsds"])
def test_what_is_taken_away_and_brought_in_again_changes_nothing(door, form):
    made = door.made(
        "/api/v1/partners",
        partner()
        | {"hours": {"weekdays": ["MO"], "opens": "08:30"}, "languages": ["th"]}
        | {"people": [{"name": "สมศรี", "phone": "056-000-001"}, {"name": "สมใจ"}]},
    )
    door.made(f"/api/v1/partners/{made['partner_id']}/programmes", programme() | {"cost": {"kind": "free"}})
    door.made("/api/v1/partners", partner())
    taken(door, table(row(name(), total="", free="")))  # nobody knows how many places
    before = door.get(f"/api/v1/partners/{made['partner_id']}").json()
    answer = requests.get(
        f"{door.address}/api/v1/partners/export?format={form}",
        headers={"Authorization": f"Bearer {door.token('worker-60')}"},
        timeout=60,
    )
    assert answer.status_code == 200 and "attachment" in answer.headers["Content-Disposition"]
    said = taken(door, answer.content, dry=True, file=f"x.{form}")
    assert said["errors"] == [] and said["added"] == said["changed"] == 0 and said["rows"] >= 2, said
    assert door.get(f"/api/v1/partners/{made['partner_id']}").json()["version"] == before["version"]


@pytest.mark.parametrize("form", ["csv", "xlsx", "hsds"])
def test_places_told_apart_and_used_since_come_back_as_they_are(door, form):
    units = [
        {"unit": "bed", "group": "women", "total": 2, "free": 2},
        {"unit": "bed", "group": "men", "total": 2, "free": 1},
    ]
    capacity = {"total": 4, "free": 3, "units": units}
    partner_id = door.made("/api/v1/partners", partner())["partner_id"]
    home = {"provinces": ["60", "16", "17"], "bases": ["registered_house", "claimed"]}  # the nearest first
    offered = {**programme(), "capacity": capacity, "rules": {"domicile": home}}
    made = door.made(f"/api/v1/partners/{partner_id}/programmes", offered)
    sent = door.referred(programme_id=made["programme_id"])
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda told: told["place"] == "reserved")
    states = f"/api/v1/programmes/{made['programme_id']}/capacity"
    for stated in (None, capacity):  # the second leaves no room for who is there
        if stated:
            assert door.call("PUT", states, stated).json()["warnings"]
        answer = requests.get(
            f"{door.address}/api/v1/partners/export?format={form}",
            headers={"Authorization": f"Bearer {door.token('worker-60')}"},
            timeout=60,
        )
        said = taken(door, answer.content, dry=True, file=f"x.{form}")
        assert said["errors"] == [] and said["changed"] == said["proposed"] == 0, said


def test_services_of_others_come_in_from_json_and_from_packages_of_today_and_before(door):
    called = name()
    organization = {"id": str(uuid4()), "name": called, "description": "ที่พักใจ"}
    address = {
        "id": str(uuid4()), "state_province": "Nakhon Sawan", "address_1": "1", "city": "เมือง", "country": "TH",
        "postal_code": "60000", "address_type": "physical",
    }  # fmt: skip
    place = {"id": str(uuid4()), "location_type": "physical", "addresses": [address], "phones": []}
    service = {
        "id": str(uuid4()), "name": "ที่พักชั่วคราว", "status": "active", "organization": organization,
        "minimum_age": 18, "service_at_locations": [{"id": str(uuid4()), "location": place}],
    }  # fmt: skip
    usual = {"kind": "foundation", "path": "foundation"}
    said = taken(door, orjson.dumps({"contents": [service]}), file="h.json", **usual)
    assert said["done"] and counts(said) == (1, 1, 0, 0), said
    one = found(door, called)
    assert (one["partner_id"], one["province"]) == (organization["id"], "60")
    assert one["programmes"][0]["programme_id"] == service["id"]
    assert counts(taken(door, orjson.dumps([service]), file="h.json", **usual)) == (1, 0, 0, 1)
    old = package(
        organizations=f"id,name,description\nold-1,{called} เก่า,x\n",
        services="id,organization_id,name,status\ns-1,old-1,ที่พัก,active\n",
        locations="id,organization_id,name\nl-1,old-1,x\n",
        services_at_location="id,service_id,location_id\na,s-1,l-1\n",
        physical_addresses="id,location_id,address_1,city,state_province,postal_code,country\nx,l-1,1,y,นครสวรรค์,60000,TH\n",
        phones="id,organization_id,number\np,old-1,056-000-222\n",
        regular_schedules="id,service_id,weekday,opens_at,closes_at\nr,s-1,MO,08:00,16:00\n",
    )
    said = taken(door, old, file="p.zip", **usual)
    assert said["done"] and counts(said) == (1, 1, 0, 0), said
    one = found(door, f"{called} เก่า")
    assert one["contact"] == {"phone": "056-000-222"}
    assert one["details"]["hours"] == {"weekdays": ["MO"], "opens": "08:00", "closes": "16:00"}
    assert counts(taken(door, old, file="p.zip", **usual)) == (1, 0, 0, 1)


@pytest.mark.parametrize("version", ["3.0", "3.1"])
def test_a_package_of_the_standard_of_today_brings_places_terms_languages_and_papers(door, version):
    """The tables are called as the standard's own datapackage calls them; 3.1 added columns, and 3.0 lacks `unit`."""
    called, partner_id, programme_id, place, unit = name(), *(str(uuid4()) for _ in range(4))
    of_place = unit_id("bed/men")
    more = {"unit": f"id,name\n{of_place},เตียงผู้ชาย\n"} if version == "3.1" else {}
    sent = package(
        datapackage="name\nhsds\n",
        organization=f"id,name,description\n{partner_id},{called},ที่พักใจ\n",
        service=f"id,organization_id,name,status,minimum_age,last_modified\n{programme_id},{partner_id},ที่พัก,active,20,2026-01-01T00:00:00Z\n",
        location=f"id,location_type,name,organization_id\n{place},physical,x,{partner_id}\n",
        service_at_location=f"id,service_id,location_id\n{uuid4()},{programme_id},{place}\n",
        address=f"id,location_id,address_1,city,state_province,postal_code,country,address_type\n"
        f"{uuid4()},{place},1,y,นครสวรรค์,60000,TH,physical\n",
        phone=f"id,organization_id,number\n{uuid4()},{partner_id},056-000-333\n",
        language=f"id,service_id,name,code\n{uuid4()},{programme_id},พม่า,my\n",
        required_document=f"id,service_id,document\n{uuid4()},{programme_id},บัตรประจำตัวประชาชน\n",
        service_capacity=f"id,service_id,unit_id,available,maximum,updated\n"
        f"{uuid4()},{programme_id},{of_place},2,6,2026-01-01T00:00:00Z\n",
        attribute=f"id,link_id,link_entity,taxonomy_term_id\n{uuid4()},{programme_id},service,{PATH.term_id('local_home')}\n"
        f"{unit},{partner_id},organization,{KIND.term_id('pao_home')}\n"
        f"{uuid4()},{partner_id},organization,{UNDER.term_id('outside_ministry')}\n",
        **more,
    )
    said = taken(door, sent, file="p.zip")
    assert said["done"] and counts(said) == (1, 1, 0, 0), said
    one = found(door, called)
    [offered] = one["programmes"]
    assert (one["kind"], one["province"], one["details"]["languages"]) == ("pao_home", "60", ["my"])
    assert (offered["programme_id"], offered["path"]) == (programme_id, "local_home")
    assert offered["rules"] == {"min_age": 20, "documents": ["id_card"]}
    [apart] = offered["places"]["units"]
    assert (apart["unit"], apart["group"], apart["free"], apart["total"]) == ("bed", "men", 2, 6)
    assert counts(taken(door, sent, file="p.zip")) == (1, 0, 0, 1)


def test_a_table_tells_places_apart_by_unit_and_group(door):
    called = name()
    head = HEAD + ",จำนวนที่แยกตามหน่วยและกลุ่ม (ว่าง/ทั้งหมด)"

    def of(units, **more):
        return "\n".join([head, row(called, **more) + f',"{units}"', ""]).encode()

    said = taken(door, of("เตียงผู้ชาย 3/6, Beds: women ๐/๔", total="", free=""))
    assert said["done"] and counts(said) == (1, 1, 0, 0), said
    places = found(door, called)["programmes"][0]["places"]
    assert (places["total"], places["free"]) == (10, 3)
    assert {(each["unit"], each["group"], each["free"], each["total"]) for each in places["units"]} == {
        ("bed", "men", 3, 6), ("bed", "women", 0, 4),
    }  # fmt: skip
    assert counts(taken(door, of("bed/men 3/6; bed/women 0/4"))) == (1, 0, 0, 1)
    for wrong, total in (
        ("เตียงผู้ชาย สาม", "10"),
        ("เตียงแมว 1/2", "10"),
        ("เตียงผู้ชาย 3/6", "10"),
        ("เตียงผู้ชาย 7/6", "6"),
    ):
        said = taken(door, of(wrong, total=total))
        assert {each["column"] for each in said["errors"]} == {"จำนวนที่แยกตามหน่วยและกลุ่ม (ว่าง/ทั้งหมด)"}, (
            wrong,
            said,
        )


def test_what_is_no_hsds_is_named_by_its_place_in_the_file(door):
    service = {"id": str(uuid4()), "name": "ก", "status": "open", "minimum_age": "18",
        "organization": {"id": str(uuid4()), "name": name(), "email": "nobody"}}  # fmt: skip
    said = taken(
        door, orjson.dumps([service]), file="h.json", kind="foundation", path="foundation", province="60"
    )
    wrong = {(each["row"], each["column"]) for each in said["errors"]}
    assert wrong == {(1, "status"), (1, "minimum_age"), (1, "organization.email")}


def package(**files: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for each, text in files.items():
            archive.writestr(f"{each}.csv", text)
    return made.getvalue()


NO_FILES = [
    (b"", "empty"),
    (b"PK\x05\x06" + bytes(18), "no table of organizations"),
    (b"a,b\n1,2\n", "lacks the columns"),
    (b",,\n1,2\n", "no headings"),
    (b"{]", "not JSON"),
    (b"[]", "no services"),
    (b"PK\x03\x04 nothing", "not a package"),
    (b"PK\x03\x04 [Content_Types].xml", "not an XLSX"),
    (package(services="id,name\n"), "no table of organizations"),
    (b"\xd8\xff\xfe\x00", "neither in UTF-8"),
]


@pytest.mark.parametrize(("content", "said"), NO_FILES)
def test_a_file_that_is_none_is_refused_with_a_sentence(door, content, said):
    assert said in problem(send(door, content), 422)["errors"]["file"][0]


def typed(page, content: bytes, do: str, **more: str):
    fields = {name: text for name, text in page.form().form_values() if name not in ("do", "file")}
    return {"data": fields | {"do": do} | more, "files": {"file": ("ก.csv", content)}}


def sent(worker, page, content: bytes, do: str = "check"):
    return Page(worker.http.post(page.url, timeout=60, **typed(page, content, do)))


def test_on_the_page_a_file_is_checked_first_and_then_the_very_same_is_brought_in(door, browser):
    worker, called, file = browser("worker-60"), name(), table(row(name()))
    page = worker.open("/registry/import")
    dry = sent(worker, page, table(row(called)))
    assert dry.status == 200 and "ใหม่ 1 รายการ" in dry.text
    assert door.get(f"/api/v1/partners?q={called}").json()["items"] == []
    assert set(sent(worker, dry, file, "bring").errors) == {"file"}  # another than the one that was checked
    done = sent(worker, dry, table(row(called)), "bring")
    assert done.path == "partners" and "ใหม่ 1 รายการ" in done.text and found(door, called)
    again = sent(worker, page, table(row(called)))
    assert "คงเดิม 1 รายการ" in again.text


def test_on_the_page_who_brings_a_long_file_is_told_how_long_it_takes(browser, monkeypatch):
    monkeypatch.setattr(importing, "LONG", -1)
    worker = browser("worker-60")
    dry = sent(worker, worker.open("/registry/import"), table(row(name())))
    assert "การนำเข้าจะใช้เวลาใกล้เคียงกัน" in dry.text


def test_on_the_page_what_is_wrong_stands_at_its_row_and_the_file_comes_back_with_it(browser):
    worker, file = browser("worker-60"), table(row(name(), kind="ไม่มีประเภทนี้"))
    dry = sent(worker, worker.open("/registry/import"), file)
    assert (
        "แถวที่ 2 · ประเภท · ไม่ใช่คำที่ใช้ในคอลัมน์นี้: ไม่มีประเภทนี้" in dry.text
        and "นำเข้า" not in dry.form().text_content()
    )
    back = sent(worker, dry, file, "errors").answer
    assert "attachment" in back.headers["Content-Disposition"] and tables.ERRORS in back.content.decode()


@pytest.mark.parametrize("content", [each for each, _ in NO_FILES])
def test_on_the_page_a_file_that_is_none_is_refused_in_the_reader_s_language(browser, content):
    worker = browser("worker-60")
    [said] = sent(worker, worker.open("/registry/import"), content).errors.values()
    assert re.search("[ก-๙]", said) and "โปรดตรวจสอบคำตอบนี้" not in said


def test_how_large_a_file_may_be_is_said(door):
    problem(send(door, b"x" * (UPLOAD_MOST + 1)), 413)
    too_long = [[column.heading.th for column in COLUMNS], *[["x"]] * (ROWS_MOST + 1)]
    with pytest.raises(Unreadable, match="more than 10,000 rows"):
        tables.read_lines(too_long)


def test_an_archive_that_unpacks_into_too_much_is_not_unpacked(monkeypatch):
    monkeypatch.setattr(xlsx, "UNPACKED_MOST", 1000)
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", b"0" * 100_000)
    with zipfile.ZipFile(bomb) as archive, pytest.raises(Unreadable, match="unpacks into more"):
        xlsx.unpacked(archive, "a", 1000)


@pytest.mark.parametrize(("query", "field"), [("dry_run=yes", "dry_run"), ("colour=red", "colour")])
def test_what_an_import_is_asked_wrongly_is_named(door, query, field):
    answer = requests.post(
        f"{door.address}/api/v1/partners/import?{query}",
        files={"file": ("a.csv", table(row(name())))},
        headers={"Authorization": f"Bearer {door.token('worker-60')}"},
        timeout=60,
    )
    assert field in problem(answer, 422)["errors"]
    assert "file" in problem(door.post("/api/v1/partners/import"), 422)["errors"]
    assert "format" in problem(door.get("/api/v1/partners/export?format=doc"), 422)["errors"]


def test_the_same_file_comes_back_with_what_is_wrong_beside_each_row():
    reading = taking.read(table(row("ก"), row("ข", total="สิบ")), "a.csv", Usual())
    report = taking.take(reading, "a.csv", True, lambda part: NOTHING, lambda part: NOTHING)
    lines = taking.with_errors(reading, report).decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in lines] == ["ชื่อภาคีเครือข่าย", "ก", "ข"]
    assert lines[0].endswith(tables.ERRORS) and lines[1].endswith(",") and "จำนวนที่ทั้งหมด: " in lines[2]
    again = taking.read(taking.with_errors(reading, report), "a.csv", Usual())
    assert len(again.entries) == 2


NOTHING = {
    "rows": 0, "added": 0, "changed": 0, "proposed": 0, "unchanged": 0, "errors": [], "findings": [],
    "possible_duplicates": [],
}  # fmt: skip


def test_a_workbook_of_others_is_read_by_its_first_sheet():
    """Days as numbers, flags, texts in the cell and texts shared."""
    import xlsxwriter

    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet, day = book.add_worksheet("ก"), book.add_format({"num_format": "dd/mm/yyyy"})
        sheet.write_row(0, 0, ["ชื่อ", "วัน", "จริง", "เลข"])
        sheet.write_string(2, 0, "บ้าน")
        sheet.write_number(2, 1, 46022, day)
        sheet.write_boolean(2, 2, True)
        sheet.write_number(2, 3, 10)
        book.add_worksheet("ข").write_string(0, 0, "ไม่อ่าน")
    assert xlsx.first_sheet(made.getvalue()) == [
        ["ชื่อ", "วัน", "จริง", "เลข"],
        [],
        ["บ้าน", "2025-12-31", "true", "10"],
    ]


def test_no_heading_stands_for_two_columns():
    for said in ("th", "en"):
        headings = [column.heading.in_language(said) for column in COLUMNS]
        assert len(set(headings)) == len(headings)


def test_a_version_of_the_rules_is_handed_out_as_a_workbook(door):
    answer = door.get("/api/v1/rules/2569-2?format=xlsx", "rules")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="songtor-rules-2569-2.xlsx"'
    whole = door.get("/api/v1/rules/2569-2", "rules").json()
    [labels, *_] = [lines for title, lines in rulebooks.sheets(whole) if title == "labels"]
    child = dict(zip(labels[0], next(line for line in labels if line[0] == "child"), strict=True))
    assert (child["age"], child["housing"], child["leads"]) == (
        "at most 17",
        "–",
        "yes",
    ) and "มาตรา 4" in child["law th"]
    assert door.get("/api/v1/rules/2569-2?format=pdf", "rules").status_code == 422
