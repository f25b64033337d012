"""Who dissents is asked why, once, wherever a vote is cast or written down; and is told of where no reason is."""

from typing import Any

import pytest

from tests.web.door import FrontDoor
from tests.web.test_pages_meetings import called, waiting

CENTRE = "35"


@pytest.fixture(autouse=True)
def centre(door):
    """Of these tests alone."""
    for role in ("worker", "member"):
        door.add(f"{role}-{CENTRE}", role, (CENTRE,))


def before_it(door: FrontDoor) -> tuple[str, str]:
    case_id, meeting_id = waiting(door, CENTRE), called(door, CENTRE)
    page = f"/meetings/{meeting_id}"
    door.made(f"/api/v1{page}/add", {"case_id": case_id}, "worker-35")
    door.made(f"/api/v1{page}/propose", {"case_id": case_id, "path": "local_home"}, "worker-35")
    return page, f"{page}/cases/{case_id}"


def test_who_dissents_is_asked_why_once_and_may_give_no_reason(door, browser):
    page, vote = before_it(door)
    member, worker = browser("member-35"), browser("worker-35")
    asked = member.send(member.open(vote), vote="dissent")
    assert asked.status == 422 and [*asked.errors] == ["reason"]
    assert "ยังไม่ได้ให้เหตุผล" not in worker.open(f"{vote}/decide").text
    assert member.send(asked).status == 200  # as it is
    assert "คุณยังไม่ได้ให้เหตุผล" in member.open(vote).text
    told = worker.open(f"{vote}/decide").text
    assert "ไม่เห็นชอบแต่ยังไม่ได้ให้เหตุผล: นางสมาชิก" in told
    shown = worker.open(page).text
    assert "ไม่เห็นชอบแต่ยังไม่ได้ให้เหตุผล: นางสมาชิก" in shown
    assert member.send(member.open(vote), vote="dissent", reason="ไกลบ้าน").status == 200
    assert "ยังไม่ได้ให้เหตุผล" not in worker.open(f"{vote}/decide").text


def test_whoever_writes_votes_down_is_asked_for_the_reason_of_who_dissents(door, browser):
    page, vote = before_it(door)
    worker = browser("worker-35")
    form = worker.open(f"{vote}/decide")
    votes = {"vote__1": "agree", "vote__2": "agree", "vote__3": "dissent"}
    asked = worker.send(form, path="local_home", why="ใกล้บ้าน", **votes)
    assert asked.status == 422 and [*asked.errors] == ["reason.3"]
    assert dict(asked.form().form_values())["unexplained"] == "reason.3"
    assert worker.send(asked).status == 200
    case_id = vote.rpartition("/")[2]
    assert "ไม่ได้ให้เหตุผล" in worker.open(f"/cases/{case_id}/plan").text
    api = {
        "case_id": case_id,
        "votes": [{"member": "3", "vote": "dissent"}],
        "path": "local_home",
        "why": "ก",
    }
    refused = door.post(f"/api/v1{page}/decide", api, "worker-35")
    assert "reason" not in str(refused.json().get("errors", {}))  # the API asks for none


def test_the_record_of_a_decision_asks_who_dissents_why_once(door, browser):
    case_id = waiting(door, CENTRE)
    worker = browser("worker-35")
    rows: dict[str, Any] = {}
    for row, (name, role, vote) in enumerate(
        (("นายหนึ่ง", "chair", "agree"), ("นางสอง", "secretary", "agree"), ("นายสาม", "member", "dissent"))
    ):
        rows |= {f"members__{row}__name": name, f"members__{row}__role": role, f"members__{row}__vote": vote}
    asked = worker.send(
        worker.open(f"/cases/{case_id}/plan/record"), path="local_home", why="ใกล้บ้าน", goals="มีที่อยู่", **rows
    )
    assert asked.status == 422 and [*asked.errors] == ["members.2.reason"]
    done = worker.send(asked)
    assert done.status == 200 and "ไม่ได้ให้เหตุผล" in done.text
