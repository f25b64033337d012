"""The operator's page, as an administrator uses it."""

from collections.abc import Iterator
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import text

from services.codes.access import SERVICES
from services.kernel import tables
from services.kernel.sizes import whole
from services.web.store import precautions
from tests.web.door import FrontDoor, World

LAST_NIGHT, BEFORE = "2026-11-28T19:00:00.000000Z", "2026-11-27T19:00:00.000000Z"


@pytest.fixture
def admin(browser):
    return browser("admin")


@pytest.fixture
def waiting(door: FrontDoor, world: World) -> Iterator[str]:
    """The id of an event that screening could not handle, and cannot: it says nothing."""
    event, stream = str(uuid4()), f"case/{uuid4()}"
    [opening, *_] = orjson.loads(door.runtime("intake").page(0, 1)["page"])["events"]
    body = {**opening, "id": event, "streamid": stream, "sequence": 900_000_001, "data": {}}
    database = door.runtime("screening").database
    row = {
        "source": "intake", "position": 900_000_001, "stream_id": stream, "event_id": event,
        "envelope": orjson.dumps(body).decode(),
        "attempts": 4, "error_class": "ValueError", "error": "ValueError in project:7", "first_at": BEFORE,
        "last_at": BEFORE, "status": "parked",
    }  # fmt: skip
    with database.write() as db:
        db.execute(tables.parked_event.insert().values(**row))
        db.execute(tables.parked_stream.insert().values(source="intake", stream_id=stream))
    yield event
    with database.write() as db:
        for table in ("parked_event", "parked_stream"):
            db.execute(text(f"DELETE FROM {table} WHERE stream_id = :stream"), {"stream": stream})  # noqa: S608


def test_it_shows_every_service_and_whom_it_hears_and_nobodys_data(door: FrontDoor, world: World, admin):
    page = admin.open("/system")
    assert page.status == 200
    for service in ("แรกรับ", "คัดกรอง", "ภาคีเครือข่าย", "การส่งต่อ", "รายงาน"):
        assert service in page.text
    assert world.case_id not in page.text and "สมชาย" not in page.text
    rooms = rooms_of(door)
    assert [*rooms] == [*SERVICES] and all(f"{each / 1_000_000:,.1f}" in page.text for each in rooms.values())


def rooms_of(door: FrontDoor) -> dict[str, int]:
    """{service: bytes that its database takes}."""
    return {service: whole(door.runtime(service).database) for service in SERVICES}


@pytest.mark.parametrize(
    "user", ["worker-60", "director-60", "member-60", "ministry", "rules", "partner-nobody"]
)
def test_nobody_else_sees_it_or_presses_anything_there(browser, user):
    other = browser(user)
    assert other.open("/system").status == 403
    for what in ("retry", "resume", "rebuild", "skip"):
        csrf = other.open("/account").form().form_values()[0][1]
        assert other.post(f"/system/{what}", [("csrf", csrf)]).status == 403


def test_what_could_not_be_handled_stands_on_top_and_is_tried_again(admin, waiting: str):
    page = admin.open("/system")
    assert waiting in page.text and "ValueError in project:7" in page.text
    tried = admin.send(page, "/system/retry", event_id=waiting)
    assert (
        tried.status == 200 and waiting in tried.text
    )  # "{}" is no event; it stays, with what was found now
    assert "ยังค้าง 1 เหตุการณ์" in tried.text


def test_what_no_repair_helps_is_given_up_by_somebody_for_a_reason(admin, waiting: str):
    page = admin.open(f"/system/skip?event={waiting}")
    unsaid = admin.send(page, reason="")
    assert (unsaid.status, [*unsaid.errors]) == (422, ["reason"])
    done = admin.send(page, reason="เหตุการณ์ทดสอบที่ไม่มีเนื้อหา")
    assert done.path == "system" and "ValueError in project:7" not in done.text
    assert "เหตุการณ์ทดสอบที่ไม่มีเนื้อหา" in done.text
    assert admin.send(page, reason="อีกครั้ง").status in (200, 404)


def test_an_event_that_is_not_parked_cannot_be_given_up(admin):
    assert admin.send(admin.open(f"/system/skip?event={uuid4()}"), reason="ไม่มี").status == 404


def test_a_read_model_is_made_anew(admin):
    page = admin.open("/system")
    made = admin.send(page, "/system/rebuild", read_model="intake.case")
    assert "สร้าง intake.case ใหม่จาก" in made.text


@pytest.mark.parametrize("named", ["", "intake", "intake.", "nobody.case", "intake.Case;"])
def test_what_is_no_read_model_is_refused_at_its_field(admin, named: str):
    refused = admin.send(admin.open("/system"), "/system/rebuild", read_model=named)
    assert refused.status == 422 and [*refused.errors] == ["read_model"]


def test_a_read_model_that_is_not_there_is_not_found(admin):
    assert admin.send(admin.open("/system"), "/system/rebuild", read_model="intake.nothing").status == 404


def test_a_service_that_has_not_halted_follows_as_before(admin):
    page = admin.open("/system")
    csrf = dict(page.form("/system/rebuild").form_values())["csrf"]
    assert admin.post("/system/resume", [("csrf", csrf), ("service", "screening")]).status == 200
    assert admin.post("/system/resume", [("csrf", csrf), ("service", "nobody")]).status == 422


def test_the_last_of_each_precaution_counts_and_when_it_last_went_well(door: FrontDoor, admin):
    web = door.runtime("web")
    with web.database.write() as db:
        precautions.record(db, "backup", BEFORE, [])
        precautions.record(db, "verify", BEFORE, [])
        precautions.record(db, "verify", LAST_NIGHT, ["intake: event 5 was changed", "and another"])
    found = web.read(precautions.latest)
    assert found["backup"] == (BEFORE, 0, "", BEFORE)
    assert found["verify"] == (LAST_NIGHT, 2, "intake: event 5 was changed", BEFORE)
    assert "drill" not in found
    page = admin.open("/system").text
    assert page.count("intake: event 5 was changed") == 2 and "ยังไม่เคยทดลองกู้คืนข้อมูลสำรอง" in page
