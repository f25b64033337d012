"""Cases are put before a meeting in the order of need, or in another, which is told: through the doors."""

import pytest
from sqlalchemy import select

from services.codes import overrides
from services.intake.service import IntakeService
from services.kernel import access, tables
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.local import SimulatedClock
from services.screening.service import ScreeningService
from tests.screening.test_meetings import ask, call, tell
from tests.screening.test_service import CASE, MINISTRY, MORNING
from tests.web.door import settled

ONCE = "00000000-0000-4000-8000-000000000063"
NOTE = "ต้องเข้ารักษาพรุ่งนี้"
MEMBER = {"user": "member-60", "role": "member"}


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


def screened(net):
    """A case of which no label is open: it waits for the working group."""
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    facts = {**settled(), "pregnant": False, "age": {"on": "2026-03-01", "min": 66, "max": 67}}
    net.call("screening", "complete", {"case_id": case_id, "facts": facts})
    return case_id


@pytest.fixture
def queue(net):
    """Three cases that wait for the working group, in the order of need."""
    for _ in range(3):
        screened(net)
        net.clock.advance(hours=1)
    net.settle()
    found = net.call("intake", "work", {"acts": "group", "centre": "60"})["items"]
    assert len(found) == 3
    return [row["case_id"] for row in found]


@pytest.fixture
def meeting_id(net):
    return call(net)["meeting_id"]


def told(net, meeting_id):
    return {item["case_id"]: item["out_of_order"] for item in ask(net, meeting_id)["agenda"]}


def test_who_is_first_is_taken_before_nobody(net, queue, meeting_id):
    assert tell(net, "table", meeting_id, {"case_id": queue[0]})["out_of_order"] == {}
    assert tell(net, "table", meeting_id, {"case_ids": queue[1:]})["out_of_order"] == {}
    assert told(net, meeting_id) == dict.fromkeys(queue)


def test_who_is_taken_before_others_stands_there_with_the_reason(net, queue, meeting_id):
    body = {"case_ids": queue[1:], "out_of_order": overrides.OTHER, "out_of_order_note": NOTE}
    done = tell(net, "table", meeting_id, body, key=ONCE)
    assert done["out_of_order"] == {queue[1]: 1, queue[2]: 1}
    found = told(net, meeting_id)
    assert found[queue[1]] == found[queue[2]]
    assert (found[queue[1]]["before"], found[queue[1]]["reason"], found[queue[1]]["note"]) == (
        1,
        "other",
        NOTE,
    )
    assert found[queue[1]]["by"] == "worker-60"
    assert tell(net, "table", meeting_id, body, key=ONCE) == done
    tell(net, "table", meeting_id, {"case_id": queue[0]})  # later: what was told stays
    assert told(net, meeting_id) == {**found, queue[0]: None}
    assert told(net, meeting_id)[queue[2]] == found[queue[2]]


def test_nobody_has_to_say_why_and_another_reason_is_told_in_words(net, queue, meeting_id):
    with pytest.raises(Invalid, match="out_of_order_note"):
        tell(net, "table", meeting_id, {"case_id": queue[2], "out_of_order": "other"})
    with pytest.raises(Invalid, match="out_of_order"):
        tell(net, "table", meeting_id, {"case_id": queue[2], "out_of_order": "not_told"})
    assert tell(net, "table", meeting_id, {"case_id": queue[2]})["out_of_order"] == {queue[2]: 2}
    found = told(net, meeting_id)[queue[2]]
    assert (found["before"], found["reason"], found["note"]) == (2, None, None)


def test_who_lies_before_another_meeting_is_not_left_to_wait(net, queue, meeting_id):
    other = call(net)["meeting_id"]
    tell(net, "table", other, {"case_id": queue[0]})
    assert ask(net, meeting_id)["elsewhere"] == [queue[0]]
    assert tell(net, "table", meeting_id, {"case_id": queue[1]})["out_of_order"] == {}
    tell(net, "close_meeting", other)  # undecided there: it waits again
    assert ask(net, meeting_id)["elsewhere"] == []
    assert tell(net, "table", meeting_id, {"case_id": queue[2]})["out_of_order"] == {queue[2]: 1}


def test_an_outcome_review_is_in_no_order(net, queue, meeting_id):
    body = {"case_id": queue[2], "reason": "outcome_review", "out_of_order": "worse_since"}
    assert tell(net, "table", meeting_id, body)["out_of_order"] == {}
    assert told(net, meeting_id) == {queue[2]: None}


def test_what_cannot_be_looked_up_is_not_said_to_be_in_order(network):
    net = network([IntakeService, ScreeningService], SimulatedClock(MORNING))
    first, second = screened(net), screened(net)
    net.settle()
    meeting_id = call(net)["meeting_id"]
    net.down.add("intake")
    assert tell(net, "table", meeting_id, {"case_ids": [second]})["out_of_order"] is None
    assert told(net, meeting_id) == {second: None} and first != second


def test_the_words_go_with_the_person_and_reading_them_is_noted(net, queue, meeting_id):
    told_why = {"case_id": queue[2], "out_of_order": "other", "out_of_order_note": NOTE}
    tell(net, "table", meeting_id, told_why)
    runtime = net.runtimes["screening"]
    assert told(net, meeting_id)[queue[2]]["note"] == NOTE
    read = runtime.read(lambda db: db.execute(access.access_record.select()).mappings().all())
    assert any(queue[2] in str(dict(row)) for row in read)
    assert NOTE not in runtime.read(lambda db: str([tuple(row) for row in db.execute(select(tables.event))]))
    for stranger in (MINISTRY, {"user": "worker-61", "centres": ("61",)}):
        with pytest.raises((NotFound, Forbidden)):
            ask(net, meeting_id, **stranger)
