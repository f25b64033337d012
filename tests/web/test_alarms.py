"""What an operator should know first. Pure."""

from datetime import UTC, datetime
from typing import Any

from services.web.gateway.standing import heard
from services.web.pages.operating.alarms import Alarm, alarms, stuck
from services.web.store.precautions import Precaution

NOW = datetime(2026, 11, 30, 8, tzinfo=UTC)
LAST_NIGHT, BEFORE = "2026-11-29T19:00:00.000000Z", "2026-11-28T19:00:00.000000Z"
WELL = {kind: Precaution(LAST_NIGHT, 0, "", LAST_NIGHT) for kind in ("backup", "verify", "drill")}


def row(service: str, head: int = 10, *followed: tuple[str, int, str], **more: Any) -> Any:
    subscriptions = [
        {"source": source, "cursor": cursor, "behind": 0, "parked": 0, "state": state}
        for source, cursor, state in followed
    ]
    calm = {"overdue": 0, "today": 3, "next": None}
    for event in more.get("parked", ()):
        heard = next((each for each in subscriptions if each["source"] == event["source"]), None)
        if heard is None:
            subscriptions.append(
                {"source": event["source"], "cursor": 10_000, "behind": 0, "parked": 1, "state": "running"}
            )
        else:
            heard["parked"] += 1
    return {
        "service": service, "sequence": head, "published": head, "subscriptions": subscriptions, "parked": [],
        "deadlines": calm, "read_models": [], "skipped": [],
    } | more  # fmt: skip


def parked(position: int, stream: str, source: str = "intake") -> dict[str, Any]:
    return {
        "source": source, "position": position, "stream": stream, "id": f"id-{position}", "attempts": 4,
        "error": "ValueError in project:7", "since": LAST_NIGHT,
    }  # fmt: skip


def test_a_system_that_is_well_and_cared_for_says_nothing():
    rows = [row("intake", 1000), row("reporting", 5, ("intake", 1000, "running"))]
    assert alarms(rows, [], WELL, NOW) == []


def test_what_must_be_done_now_comes_before_what_is_to_be_done_soon():
    rows = [
        row("intake", 5000),
        row("reporting", 5, ("intake", 3999, "running"), ("screening", 1, "diverged")),
        row("referral", deadlines={"overdue": 2, "today": 0, "next": None}),
        row("screening", 1, parked=[parked(7, "case/a"), parked(9, "case/a")]),
    ]
    said = alarms(rows, ["partners"], {**WELL, "backup": Precaution(BEFORE, 0, "", BEFORE)}, NOW)
    assert [alarm.red for alarm in said] == [True] * 4 + [False] * 2
    texts = [alarm.text for alarm in said]
    assert "ภาคีเครือข่าย" in texts[0] and "1,001" in texts[4]
    assert any("คัดกรอง: มี 2 เหตุการณ์" in text for text in texts)
    assert any("การส่งต่อ: มี 2 กำหนดเวลา" in text for text in texts)


def test_what_was_never_done_is_said_and_what_went_wrong_is_red():
    said = alarms([], [], {"verify": Precaution(LAST_NIGHT, 2, "intake: event 5 was changed", BEFORE)}, NOW)
    assert [alarm.red for alarm in said] == [True, False, False]
    assert said[0].text.endswith("intake: event 5 was changed")
    assert Alarm(False, "ยังไม่เคยสำรองข้อมูล") in said


def test_what_waits_stands_behind_the_first_of_its_stream():
    rows = [
        row(
            "screening",
            parked=[parked(7, "case/a"), parked(8, "case/b"), parked(9, "case/a"), parked(-1, "")],
        ),
        row("partners", parked=[parked(7, "case/a")]),
    ]
    found = [(each.service, each.first["position"], each.behind) for each in stuck(rows)]
    assert found == [("screening", 7, 1), ("screening", 8, 0), ("screening", -1, 0), ("partners", 7, 0)]


def test_how_far_behind_somebody_is_counts_from_the_log_as_it_is_now():
    rows = [row("intake", 12), row("reporting", 5, ("intake", 10, "running"), ("screening", 3, "running"))]
    assert heard(rows) == {("reporting", "intake"): 2, ("reporting", "screening"): 0}
