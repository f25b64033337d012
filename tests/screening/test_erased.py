"""Somebody's data was erased while their key is still remembered: what was said of them is not told any more, and
nothing is said anew."""

import pytest

from services.kernel.errors import Refused
from tests.screening.test_meetings import MEMBERS, OPTION, ask, case_id, meeting_id, net, tell, voted_on  # noqa: F401
from tests.screening.test_service import DIRECTOR

SECOND = {"user": "deputy-60", "role": "director"}
MEMBER = {"user": "member-60", "role": "member"}


@pytest.fixture
def erased(net, meeting_id, case_id):  # noqa: F811
    """A case with a vote and its reason before a meeting, whose person is erased then; no moment passes."""
    tell(net, "invite", meeting_id, {"members": [{"user": "member-60", "name": "นางค", "role": "member"}]})
    voted_on(net, meeting_id, case_id)
    tell(net, "vote", meeting_id, {"case_id": case_id, "vote": "dissent", "reason": "มาลีไม่พร้อม"}, **MEMBER)
    assert "มาลีไม่พร้อม" in str(ask(net, meeting_id))
    net.call("intake", "request_erasure", {"case_id": case_id, "reason": "person_asked"}, **DIRECTOR)
    net.call("intake", "confirm_erasure", {"case_id": case_id}, **SECOND)
    net.settle()
    return case_id


def test_an_agenda_tells_no_reason_of_somebody_whose_data_was_erased(net, meeting_id, erased):  # noqa: F811
    [item] = ask(net, meeting_id)["agenda"]
    [vote] = item["votes"]
    assert (vote["vote"], vote["reason"]) == ("dissent", None)


def test_of_somebody_whose_data_was_erased_nothing_is_decided_or_planned(net, meeting_id, erased):  # noqa: F811
    about, votes = {"case_id": erased}, [{"member": each, "vote": "agree"} for each in ("1", "2", "3")]
    later = net.call(
        "screening", "call_meeting", {"centre": "60", "at": "2026-03-02T15:30:00+07:00", "members": MEMBERS}
    )["meeting_id"]
    for door, meeting, body in (
        ("table", later, {}),
        ("propose", meeting_id, {"path": "foundation"}),
        ("vote", meeting_id, {"vote": "agree"}),
        ("decide", meeting_id, {"votes": votes, "why": "อีกครั้ง", **OPTION}),
    ):
        with pytest.raises(Refused, match="erased"):
            tell(net, door, meeting, about | body, **{**DIRECTOR, "user": "worker-60"})
    for door, body in (
        ("set_goal", {"area": "housing", "text": "มีบ้าน"}),
        ("set_task", {"text": "พาไปดูบ้าน"}),
        ("note_answers", {"facts": {"housing": "home"}}),
    ):
        with pytest.raises(Refused, match="erased"):
            net.call("screening", door, about | body)
