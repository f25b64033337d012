"""Who is sent to a free place before others on its list: asked why on the page, shown on the list, in the case's story
and in the figures."""

import pytest

from tests.web.door import plan, settled

CENTRE = "33"
STAFF = f"worker-{CENTRE}"


@pytest.fixture
def queue(door):
    """A place with one free place, and two people whose plans lead there, in the order of its list."""
    for role in ("worker", "director"):
        door.add(f"{role}-{CENTRE}", role, (CENTRE,))
    partner_id, programme_id = door.programme(1)
    for _ in range(2):
        case_id = door.case(CENTRE)
        door.made(f"/api/v1/cases/{case_id}/screening", {"facts": settled()}, STAFF)
        door.made(f"/api/v1/cases/{case_id}/plan", {**plan(), "programme_ids": [programme_id]}, STAFF)
    found = door.wait(
        f"/api/v1/programmes/{programme_id}/candidates?limit=100",
        lambda answer: len(answer["items"]) >= 2 and answer["places_free"] == 1,
        STAFF,
    )
    first, second = [each["case_id"] for each in found["items"]][:2]
    return partner_id, programme_id, first, second


def test_who_sends_before_others_is_asked_why_and_the_list_of_the_place_tells_it(door, browser, queue):
    partner_id, programme_id, first, second = queue
    worker = browser(STAFF)
    assert "ต้องรอต่อ" not in worker.open(f"/cases/{first}/referrals/new").text
    form = worker.open(f"/cases/{second}/referrals/new")
    assert "มี 1 รายที่มีแผนไปที่นี่เช่นกัน" in form.text
    told = {"consent__status": "given", "waitlist": "no"}
    asked = worker.send(form, **told)
    assert asked.status == 422 and [*asked.errors] == ["out_of_order"] and "โปรดเลือกเหตุผล" in asked.text
    assert worker.send(asked, out_of_order="others_not_ready").status == 200
    waiting = worker.open(f"/partners/{partner_id}/programmes/{programme_id}/waiting").text
    assert "ผู้ที่ถูกส่งมาที่นี่ก่อนลำดับ" in waiting and "มี 1 รายอยู่ก่อน: ผู้ที่อยู่ก่อนยังไม่พร้อม" in waiting
    door.wait(
        f"/api/v1/cases/{second}/timeline",
        lambda story: "ReferralSent" in [each["type"] for each in story["items"]],
        STAFF,
    )
    story = worker.open(f"/cases/{second}").text
    assert "ส่งก่อน 1 รายที่อยู่ก่อน" in story and "ผู้ที่อยู่ก่อนยังไม่พร้อม" in story
    door.wait(
        f"/api/v1/reports/overview?centre={CENTRE}",
        lambda figures: figures["sent_out_of_order"] == {"others_not_ready": 1},
        f"director-{CENTRE}",
    )
    director = browser(f"director-{CENTRE}")
    assert "ผู้ที่อยู่ก่อนยังไม่พร้อม" in director.open("/dashboard?chapter=plans").text
    behind = director.open("/dashboard/behind?figure=sent_out_of_order&from=2026-10-01")
    assert second in behind.raw and first not in behind.raw
