"""The standing working group through its doors, and meetings that are filled from it."""

import pytest
from sqlalchemy import select

from services.kernel import tables
from services.kernel.errors import Forbidden, Invalid, NotFound
from tests.screening.test_meetings import ask, call, net  # noqa: F401 (a fixture)
from tests.screening.test_service import DIRECTOR

CHAIR = {
    "centre": "60",
    "user": "director-60",
    "name": "นางประธาน ใจดี",
    "role": "chair",
    "since": "2026-01-01",
}
DOCTOR = {
    "centre": "60", "name": "แพทย์หญิงสุดา", "role": "specialist", "since": "2026-01-01", "until": "2026-03-08",
}  # fmt: skip
NURSE = {"centre": "60", "name": "พยาบาลแก้ว", "role": "specialist", "since": "2026-03-09"}


def appoint(net, *members):  # noqa: F811
    return [net.call("screening", "appoint_member", member, **DIRECTOR)["member_id"] for member in members]


def members(net, **about):  # noqa: F811
    return net.call("screening", "members", about)["items"]


def called(net, at):  # noqa: F811
    body = {"centre": "60", "at": at}
    meeting_id = net.call("screening", "call_meeting", body)["meeting_id"]
    return [(each["user"], each["name"], each["role"]) for each in ask(net, meeting_id)["members"]]


def test_a_director_appoints_whoever_belongs_to_the_group_and_from_when(net):  # noqa: F811
    chair, doctor = appoint(net, CHAIR, DOCTOR)
    assert members(net)[0] == {
        "member_id": chair, "centre": "60", "user": "director-60", "name": "นางประธาน ใจดี", "role": "chair",
        "since": "2026-01-01", "until": None,
    }  # fmt: skip
    assert [each["member_id"] for each in members(net, on="2026-03-08")] == [chair, doctor]
    assert [each["member_id"] for each in members(net, on="2026-03-09")] == [chair]
    assert members(net, on="2025-12-31") == []
    with pytest.raises(Forbidden):
        net.call("screening", "appoint_member", NURSE)  # a worker
    with pytest.raises(Forbidden):
        net.call("screening", "appoint_member", {**NURSE, "centre": "61"}, **DIRECTOR)
    with pytest.raises(Invalid) as twice:
        appoint(net, {**NURSE, "name": "นางประธาน  ใจดี"})
    assert [*twice.value.errors] == ["name"]


def test_a_group_has_one_chair_at_a_time(net):  # noqa: F811
    appoint(net, {**CHAIR, "until": "2026-03-31"})
    another = {"centre": "60", "name": "นายคนใหม่", "role": "chair"}
    with pytest.raises(Invalid) as refused:
        appoint(net, {**another, "since": "2026-03-31"})
    assert [*refused.value.errors] == ["role"]
    appoint(net, {**another, "since": "2026-04-01"})


def test_a_meeting_is_filled_with_those_who_are_members_on_its_day(net):  # noqa: F811
    with pytest.raises(Invalid) as nobody:
        called(net, "2026-03-08T09:30:00+07:00")
    assert [*nobody.value.errors] == ["members"]
    appoint(net, CHAIR, DOCTOR, NURSE)
    chair = ("director-60", "นางประธาน ใจดี", "chair")
    assert called(net, "2026-03-08T23:30:00+07:00") == [chair, (None, "แพทย์หญิงสุดา", "specialist")]
    assert called(net, "2026-03-09T00:30:00+07:00") == [chair, (None, "พยาบาลแก้ว", "specialist")]
    assert [each["name"] for each in ask(net, call(net)["meeting_id"])["members"]][1] == "นายเลขา ขยัน"


def test_a_membership_ends_and_what_was_before_stays(net):  # noqa: F811
    [chair] = appoint(net, CHAIR)
    about = {"member_id": chair, "until": "2026-03-31"}
    with pytest.raises(NotFound):
        net.call("screening", "end_membership", about, user="director-61", role="director", centres=("61",))
    net.call("screening", "end_membership", about, **DIRECTOR)
    assert [each["until"] for each in members(net, on="2026-03-31")] == ["2026-03-31"]
    assert members(net, on="2026-04-01") == []


def test_names_of_members_are_sealed_in_the_log(net):  # noqa: F811
    appoint(net, CHAIR)
    stored = net.runtimes["screening"].read(lambda db: [*db.execute(select(tables.event))])
    assert "ใจดี" not in str(stored)
