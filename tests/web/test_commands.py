"""Every call that changes something: done once, by whom it may, on what it thinks it is."""

import re

import eventlet
import pytest

from services.web.api.routes import Route
from tests.web.door import FrontDoor, World, asker, calls, earlier, name_of, opening, problem

WRITES = calls(writes=True)
CREATES = ("open_case", "register_partner", "offer_programme", "hold_outreach")

# What may lie before all that is known of it.
FOLLOWS_NOTHING = {
    *CREATES, "add_closure", "appoint_member", "draft_rules", "make_link", "invite",  # begins something
    "confirm_partner", "confirm_programme", "confirm_capacity",  # was stated then, whenever it is written down
    "correct_outreach", "enter_outreach_in_error", "end_membership", "take_back_closure",  # has a day of its own
    "save_rules", "try_draft", "adopt_draft", "keep_minutes",  # of texts, which have a day from which they count
    "reopen_partner", "reopen_programme", "revoke_link", "table",  # what is so already: nothing happens
}  # fmt: skip


def ids_of(route: Route) -> list[str]:
    """The fields of its body that name something."""
    said = route.body().fields.keys() - {*re.findall(r"<(?:\w+:)?(\w+)>", route.path)} - route.fixed.keys()
    return sorted(name for name in said if name.endswith(("_id", "_ids")))


@pytest.mark.parametrize("route", WRITES, ids=name_of)
def test_a_command_is_answered_and_repeated_with_its_key_it_is_answered_again_and_done_once(
    door: FrontDoor, route: Route
):
    path, body = door.ready(route)
    key = {"Idempotency-Key": f"key of {path}"}
    first = door.call(route.method, path, body, asker(route), headers=key)
    again = door.call(route.method, path, body, asker(route), headers=key)
    taken = 202 if route.door == "adopt_draft" else route.status  # it waits for the second person
    assert first.status_code == again.status_code == taken, first.text
    assert first.json() == again.json()
    assert first.headers["ETag"] == f'"{first.json()["version"]}"'
    other = door.call(route.method, path, {**body, "at": earlier(hours=1)}, asker(route), headers=key)
    assert problem(other, 422)["code"] == "key_reused"


def test_a_closing_that_is_asked_for_again_says_again_what_ended_with_the_case(door: FrontDoor):
    sent = door.referred()
    key, body = {"Idempotency-Key": "closing"}, {"reason": "left"}
    first = door.post(f"/api/v1/cases/{sent['case_id']}/close", body, headers=key)
    door.wait(f"/api/v1/referrals/{sent['referral_id']}", lambda referral: referral["status"] == "withdrawn")
    again = door.post(f"/api/v1/cases/{sent['case_id']}/close", body, headers=key)
    assert len(first.json()["ends"]) == 1 and again.json() == first.json()


@pytest.mark.parametrize("route", [r for r in WRITES if r.door not in CREATES], ids=name_of)
def test_a_command_on_a_version_that_is_no_more_is_refused(door: FrontDoor, route: Route):
    path, body = door.ready(route)
    problem(door.call(route.method, path, body, asker(route), headers={"If-Match": '"999"'}), 412)


def test_nothing_is_dated_before_what_it_follows(door: FrontDoor):
    dated = []
    for route in WRITES:
        path, body = door.ready(route)
        at = {} if "at" in body else {"at": earlier(days=400)}
        answer = door.call(route.method, path, {**body, **at}, asker(route))
        if at and not (answer.status_code == 422 and [*answer.json()["errors"]] == ["at"]):
            dated.append(route.door)
    assert {*dated} == FOLLOWS_NOTHING


NOTHING = "00000000-0000-4000-8000-00000000ffff"
MAY_BE_GONE = {("set_task", "programme_id")}  # the place that asked for what a task is to bring


def test_an_id_of_nothing_is_named_by_its_field(door: FrontDoor):
    unnamed = []
    for route in WRITES:
        path, body = door.ready(route)
        for field in ids_of(route):
            # one of several, or the several themselves
            others = {name: value for name, value in body.items() if name.rstrip("s") != field.rstrip("s")}
            asked = {**others, field: [NOTHING] if field.endswith("s") else NOTHING}
            answer = door.call(route.method, path, asked, asker(route))
            named = [each.partition(".")[0] for each in answer.json().get("errors") or {}]
            if answer.status_code not in (404, 409, 422) or named != [field]:
                unnamed.append((route.door, field))
    assert {*unnamed} == MAY_BE_GONE


@pytest.mark.parametrize("text", ["x", '"-1"', "1.5", '"1", "2"', '"' + "9" * 30 + '"'])
def test_an_if_match_that_is_no_version_is_malformed(door: FrontDoor, world: World, text: str):
    problem(
        door.post(f"/api/v1/cases/{world.case_id}/close", {"reason": "x"}, headers={"If-Match": text}), 400
    )


def test_a_command_on_the_version_that_was_read_is_done(door: FrontDoor):
    case_id = door.planned()
    page = door.get(f"/api/v1/cases/{case_id}")
    closed = door.post(
        f"/api/v1/cases/{case_id}/close", {"reason": "left"}, headers={"If-Match": page.headers["ETag"]}
    )
    assert closed.json()["status"] == "closed"


def test_the_same_key_of_another_user_is_another_command(door: FrontDoor):
    key = {"Idempotency-Key": "one"}
    one = door.made("/api/v1/cases", opening(), "worker-60", headers=key)
    other = door.made("/api/v1/cases", opening(), "director-60", headers=key)
    assert one["case_id"] != other["case_id"]


@pytest.mark.parametrize("key", ["", "k" * 201])
def test_a_key_without_characters_or_with_too_many_is_invalid(door: FrontDoor, key: str):
    answer = door.post("/api/v1/cases", opening(), headers={"Idempotency-Key": key})
    assert "Idempotency-Key" in problem(answer, 422)["errors"]


def test_the_same_command_sent_many_times_at_once_is_done_once(door: FrontDoor):
    key = {"Idempotency-Key": "many at once"}
    threads = [eventlet.spawn(door.post, "/api/v1/cases", opening(), headers=key) for _ in range(8)]
    answers = [thread.wait() for thread in threads]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["case_id"] for answer in answers}) == 1


def test_64_requests_at_once_are_all_answered(door: FrontDoor):
    threads = [
        eventlet.spawn(door.post, "/api/v1/cases", opening(), f"worker-{60 + n % 2}")
        if n % 4 == 0 and n % 2 == 0
        else eventlet.spawn(door.get, "/api/v1/cases?limit=5")
        for n in range(64)
    ]
    answers = [thread.wait() for thread in threads]
    assert {answer.status_code for answer in answers} == {200, 201}
    numbers = [answer.json()["case_number"] for answer in answers if answer.status_code == 201]
    assert len(numbers) == len(set(numbers)) == 16


def test_when_it_happened_is_the_time_of_the_event_and_when_it_was_told_its_recorded_time(door: FrontDoor):
    at = earlier(days=3)
    case_id = door.made("/api/v1/cases", {**opening(), "at": at})["case_id"]
    opened = door.get(f"/api/v1/cases/{case_id}/timeline").json()["items"][0]
    assert opened["type"] == "CaseOpened" and opened["time"] == at and opened["recordedtime"] > at


@pytest.mark.parametrize(
    "at",
    [
        earlier(days=-1),
        "9999-12-31T23:59:59-14:00",
        "0001-01-01T00:00:00+14:00",
        "0999-01-01T00:00:00Z",
        "2026-11-01",
        "2026-11-01T10:00:00",
        "2026-13-01T10:00:00Z",
        "yesterday",
        "",
        7,
        True,
        [],
        {},
    ],
    ids=repr,
)
def test_a_time_that_is_malformed_or_to_come_is_invalid(door: FrontDoor, at: object):
    assert "at" in problem(door.post("/api/v1/cases", {**opening(), "at": at}), 422)["errors"]
