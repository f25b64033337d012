"""What lies before a meeting: who waits for it, who cannot say more, and the agenda on the wall."""

from tests.web.test_pages_meetings import called, centre, waiting  # noqa: F401


def test_on_the_wall_stands_the_agenda_of_the_meeting_and_who_cannot_say_more_may_lie_before_it(
    door,
    browser,
    centre,  # noqa: F811
):
    first, meeting_id = waiting(door), called(door)
    unknown, outside = (door.case("37") for _ in range(2))
    for case_id in (unknown, outside):
        facts = {"housing": "street", "nationality": "thai"}
        door.made(f"/api/v1/cases/{case_id}/screening", {"facts": facts}, "worker-37")
    door.wait(
        "/api/v1/work?centre=37&next=ask_facts",
        lambda work: {unknown, outside} <= {row["case_id"] for row in work["items"]},
        "worker-37",
    )
    worker, page = browser("worker-37"), f"/meetings/{meeting_id}"
    empty = worker.open(page)
    assert "ไม่มีทางทราบเพิ่มเติม" in empty.text and f"projected?meeting={meeting_id}" not in empty.raw
    door.made(f"/api/v1{page}/add", {"case_id": first}, "worker-37")
    added = worker.send(worker.open(page), f"{page}/add", case_ids=unknown)
    assert added.status == 200, added.errors
    assert f"projected?meeting={meeting_id}" in added.raw
    number = {
        each: door.get(f"/api/v1/cases/{each}", "worker-37").json()["case_number"]
        for each in (unknown, first)
    }
    following = browser("member-37").open(f"/working-group/projected?meeting={meeting_id}&case={unknown}")
    wall = browser("member-37").open(f"/working-group/projected?meeting={meeting_id}")
    assert "รายที่ 1 จาก 2" in wall.text and number[first] in wall.text and f"meeting={meeting_id}" in wall.raw
    assert "รายที่ 2 จาก 2" in following.text and number[unknown] in following.text
    stranger = browser("worker-60").open(f"/working-group/projected?meeting={meeting_id}")
    assert stranger.status == 404 and number[first] not in stranger.text
