"""What is read: lists in pages, what one has just written, and of people no more than one may know."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

import orjson
import pytest

from services.web.api.routes import Route
from services.web.store import positions
from tests.support.marks import lasting
from tests.web.door import (
    NUMBER,
    USERS,
    FrontDoor,
    World,
    activity,
    calls,
    name_of,
    opening,
    plan,
    problem,
    programme,
    referral,
)
from tests.web.test_access import door_of

QUESTIONS = calls(method="GET")
PRIVATE = (
    "มาลี", "ใจดี", "ป้าลี", NUMBER, "1-6099-00123-45-2", "1-6099", "1950-05-12", "ใต้สะพานเดชาติวงศ์",
    "มากับน้องสาว", "พยาน ตัวอย่าง",
    "สมชาย ตัวอย่าง", "ใกล้บ้านเดิม", "มีที่พักถาวร", "คุณสมศรี", "เตียงเต็ม",
)  # fmt: skip


def private_in(text: str, known: Sequence[str] = ()) -> list[str]:
    """What nobody else is to read of the person, of the group or of the partner, but for what is `known`."""
    said = lasting(text)
    return [words for words in PRIVATE if words in said and words not in known]


def test_what_is_looked_for_is_found_but_not_in_an_id_that_has_it_by_chance():
    assert private_in("1-6099-xxxxx-xx-x of 3f2a91c1-6099-4b7e-8c55-0a6d2e9b7f10") == ["1-6099"]
    assert private_in("3f2a91c1-6099-4b7e-8c55-0a6d2e9b7f10") == []


@pytest.fixture(scope="module")
def told(door: FrontDoor) -> World:
    """A case about which everything personal was told that can be told."""
    world = door.world()
    path = f"/api/v1/referrals/{world.referral_id}"
    body = {"reason": "not_eligible", "whose": "partner", "note": "เตียงเต็ม", "said_by": "คุณสมศรี"}
    door.made(f"{path}/decline", body)
    door.made(f"/api/v1/cases/{world.case_id}/close", {"reason": "left", "note": "มากับน้องสาว"})
    door.wait(
        f"/api/v1/cases/{world.case_id}/timeline",
        lambda page: "CaseClosed" in {item["type"] for item in page["items"]},
    )
    return world


@pytest.fixture(scope="module")
def whole(door: FrontDoor, world: World) -> World:
    """With what a case and its centre have only once somebody made it."""
    [match, *_] = door.get(f"/api/v1/cases/{world.case_id}/matches/earlier").json()["items"]
    held = door.made("/api/v1/outreach", activity())
    saved = door.made("/api/v1/rules/drafts", {"based_on": "2569-2"}, "rules")
    trial = door.made(f"/api/v1/rules/drafts/{saved['draft_id']}/trial", {}, "rules")
    latest = door.get(f"/api/v1/cases/{world.case_id}").json()["screening"]["screening_id"]
    made = {"draft_id": saved["draft_id"], "trial_id": trial["trial_id"], "screening_id": latest}
    made |= {"outreach_id": held["outreach_id"], "meeting_id": door.meeting(world.case_id)}
    return replace(world, match_id=match["match_id"], **made)


@pytest.mark.parametrize("route", QUESTIONS, ids=name_of)
def test_every_question_is_answered_to_everybody_who_may_ask(door: FrontDoor, whole: World, route: Route):
    for user in ("worker-60", "director-60", "member-60", "ministry"):
        if USERS[user][0] not in door_of(route).roles:
            continue
        answer = door.get(whole.path(route), user)
        if route.door == "handed_on":  # of a case that is theirs it has nothing to say
            problem(answer, 404)
            continue
        assert answer.status_code == 200, (user, answer.text)
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Correlation-Id"]


@pytest.mark.parametrize("user", ["ministry", "member-60"])
@pytest.mark.parametrize("route", QUESTIONS, ids=name_of)
def test_nothing_about_a_person_but_codes_is_told_to_others_than_staff(
    door: FrontDoor, told: World, route: Route, user: str
):
    asked = [told.path(route), f"{told.path(route)}?limit=500", f"{told.path(route)}?show=identifiers"]
    # Members vote on the plan: they read its minutes.
    known = ("สมชาย ตัวอย่าง", "ใกล้บ้านเดิม", "มีที่พักถาวร") if user == "member-60" else ()
    for path in asked:
        assert not private_in(door.get(path, user).text, known), path


@pytest.mark.parametrize("user", ["worker-60", "ministry"])
def test_no_event_carries_anything_personal_not_even_for_staff(door: FrontDoor, told: World, user: str):
    story = door.get(f"/api/v1/cases/{told.case_id}/timeline").json()["items"]
    text = str(every_event(door, user)) + str(story)
    assert text.count("CaseOpened") > 1 and told.case_id in text
    assert not private_in(text)


def test_the_merged_log_leaves_out_what_was_found_out_at_a_screening(door: FrontDoor, told: World):
    events = every_event(door)
    completed = [event for event in events if event["type"] == "ScreeningCompleted"]
    assert completed and all("facts" not in event["data"] for event in completed)
    # A correction names the parts that it changed, as a birth date; what they are no event says.
    assert not any(re.search(r'"\w*birth\w*":', orjson.dumps(event).decode()) for event in events)


def every_event(door: FrontDoor, user: str = "worker-60") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = -1
    page: dict[str, Any] = {"next": 0}
    while page["next"] != after:
        after = page["next"]
        page = door.get(f"/api/v1/events?after={after}&limit=500", user).json()
        found += page["items"]
    return found


def test_the_merged_log_tells_each_event_once_and_each_source_in_order(door: FrontDoor, told: World):
    events = every_event(door)
    assert len({event["id"] for event in events}) == len(events)
    last: dict[str, int] = {}
    for event in events:
        assert event["sequence"] > last.get(event["source"], 0)
        last[event["source"]] = event["sequence"]


def test_staff_see_names_and_numbers_masked_unless_asked_for(door: FrontDoor, told: World):
    page = door.get(f"/api/v1/cases/{told.case_id}").json()["person"]
    assert page["name"]["first"] == "มาลี" and NUMBER not in str(page) and "x" in page["national_id"]
    shown = door.get(f"/api/v1/cases/{told.case_id}?show=identifiers").json()["person"]
    assert shown["national_id"].replace("-", "") == NUMBER
    assert NUMBER not in door.get("/api/v1/cases").text.replace("-", "")


def test_a_list_goes_on_from_page_to_page_without_gap_or_repetition(door: FrontDoor):
    made = [door.case() for _ in range(5)]
    seen: list[str] = []
    cursor = ""
    while cursor is not None and len(seen) < 400:
        page = door.get(f"/api/v1/cases?limit=3&cursor={cursor}").json()
        seen += [row["case_id"] for row in page["items"]]
        cursor = page["next"]
    assert len(seen) == len(set(seen)) and set(made) <= set(seen)
    assert seen[:5] == made[::-1]


def test_a_list_has_50_entries_if_nothing_is_said(door: FrontDoor):
    for _ in range(52):
        door.case("61")
    page = door.get("/api/v1/cases", "worker-61").json()
    assert len(page["items"]) == 50 and page["next"]


def test_cases_are_found_by_the_beginning_of_their_number_and_by_status(door: FrontDoor):
    made = door.made("/api/v1/cases", opening())
    found = door.get(f"/api/v1/cases?q={made['case_number']}&status=open&centre=60").json()["items"]
    assert [row["case_id"] for row in found] == [made["case_id"]]


def test_whoever_wrote_reads_it_at_once_everywhere(door: FrontDoor):
    partner_id, programme_id = door.programme()
    assert door.get(f"/api/v1/partners/{partner_id}").json()["programmes"][0]["programme_id"] == programme_id
    case_id = door.case()
    story = door.get(f"/api/v1/cases/{case_id}/timeline")
    assert "Songtor-Stale" not in story.headers and story.json()["items"][0]["type"] == "CaseOpened"
    screened = door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {}})
    matches = door.get(f"/api/v1/cases/{case_id}/matches?limit=200")
    assert "Songtor-Stale" not in matches.headers and matches.json()["computed_at"]
    page = door.get(f"/api/v1/cases/{case_id}").json()
    assert page["screening"]["screening_id"] == screened["screening_id"] and page["status"] == "screened"
    agreed = door.made(f"/api/v1/cases/{case_id}/plan", {**plan(), "programme_id": programme_id})
    page = door.get(f"/api/v1/cases/{case_id}").json()
    assert page["plan"]["plan_id"] == agreed["plan_id"] and page["status"] == "planned"
    body = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}}
    sent = door.made("/api/v1/referrals", body)
    assert (sent["status"], sent["place"]) == ("sent", "reserved")
    page = door.get(f"/api/v1/cases/{case_id}").json()
    assert [row["referral_id"] for row in page["referrals"]] == [sent["referral_id"]]
    assert page["status"] == "referred" and "unavailable" not in page
    kinds = [item["type"] for item in door.get(f"/api/v1/cases/{case_id}/timeline").json()["items"]]
    assert {"CaseOpened", "ScreeningCompleted", "PlanAgreed", "ReferralSent"} <= set(kinds)
    overview = door.get("/api/v1/reports/overview?centre=60").json()
    assert overview["cases"]["opened"] >= overview["cases"]["referred"] >= 1


def test_different_users_work_on_one_case_back_to_back(door: FrontDoor):
    _, programme_id = door.programme()
    case_id = door.made("/api/v1/cases", opening(), "worker-60")["case_id"]
    path = f"/api/v1/cases/{case_id}"
    assert door.post(f"{path}/screening", {"facts": {}}, "director-60").status_code == 200
    assert door.post(f"{path}/plan", plan(), "worker-60").status_code == 200
    body = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}}
    assert door.post("/api/v1/referrals", body, "director-60").status_code == 201


def test_a_reader_whose_writing_was_not_heard_in_time_is_told_so(door: FrontDoor, world: World):
    door.add("worker-ahead", "worker", ("60",))
    with door.runtime("web").database.write() as db:
        positions.record(db, "worker-ahead", "intake", 10**9)
    answer = door.get(f"/api/v1/cases/{world.case_id}/timeline", "worker-ahead")
    assert answer.status_code == 200 and answer.headers["Songtor-Stale"] == "true"


def test_rules_refuse_with_their_code(door: FrontDoor):
    world, unplanned = door.world(), door.case()
    send = "/api/v1/referrals"
    asked = {"case_id": unplanned, "programme_id": world.programme_id, "consent": {"status": "given"}}
    planned = door.planned()
    refused = [
        (f"/api/v1/cases/{world.case_id}/plan", {**plan(), "members": plan()["members"][:2]}, "no_quorum"),
        (send, asked, "no_plan"),
        (send, {**asked, "case_id": planned, "consent": {"status": "refused"}}, "consent_refused"),
        (send, {**asked, "case_id": world.case_id}, "duplicate_referral"),
        (f"/api/v1/referrals/{world.referral_id}/confirm", {}, "wrong_state"),
    ]
    for path, body, code in refused:
        answer = door.post(path, body)
        assert (answer.status_code, answer.json().get("code")) == (409, code), answer.text
    unable = door.post(send, {**asked, "case_id": planned, "consent": {"status": "unable"}})
    assert unable.status_code == 422 and "consent.witness" in unable.json()["errors"]
    _, full = door.programme(free=0)
    sent = door.made(send, {**asked, "case_id": planned, "programme_id": full})
    assert (sent["status"], sent["place"]) == ("declined", "refused")


def test_warnings_are_no_refusals(door: FrontDoor):
    made = door.made("/api/v1/cases", opening(national_id="1609900123451"))
    assert made["warnings"]
    _, programme_id = door.programme()
    path = f"/api/v1/programmes/{programme_id}/capacity"
    assert door.call("PUT", path, {"total": 1, "free": 0}).json()["warnings"] == []
    free = door.call("PUT", path, {"total": 1, "free": 2})
    assert free.status_code == 422 and "free" in free.json()["errors"]


def test_a_plan_and_a_referral_say_that_the_place_does_not_fit(door: FrontDoor):
    partner_id, _ = door.programme()
    offered = {**programme(2), "rules": {"min_age": 100}}
    programme_id = door.made(f"/api/v1/partners/{partner_id}/programmes", offered)["programme_id"]
    case_id = door.planned()
    bound = {**plan(), "path": offered["path"], "programme_id": programme_id}
    assert door.made(f"/api/v1/cases/{case_id}/plan", bound)["warnings"] == ["programme_ineligible"]
    sent = door.made("/api/v1/referrals", referral(case_id, programme_id))
    assert (sent["warnings"], sent["place"]) == (["programme_ineligible"], "reserved")


def test_one_person_named_three_times_is_no_quorum_and_the_fields_are_named(door: FrontDoor):
    case_id, members = door.planned(), plan()["members"]
    named = ["นาย สมชาย ใจดี", "สมชาย  ใจดี", "สมชา\u200bย ใจดี"]
    thrice = [{**member, "name": name} for member, name in zip(members, named, strict=False)]
    refused = door.post(f"/api/v1/cases/{case_id}/plan", {**plan(), "members": thrice})
    told = refused.json()
    assert (refused.status_code, told["code"]) == (409, "no_quorum")
    assert {*told["errors"]} == {"members.1.name", "members.2.name"}


def test_the_ministry_reads_a_case_on_its_page_as_by_the_api(door: FrontDoor, browser, world: World):
    told = door.get(f"/api/v1/cases/{world.case_id}", "ministry").json()
    ministry = browser("ministry")
    page = ministry.open(f"/cases/{world.case_id}")
    assert page.status == 200 and told["case_number"] in page.text
    assert f"{ministry.address}/referrals/{world.referral_id}" in page.links()
    assert (
        f"{ministry.address}/cases/{world.case_id}"
        in ministry.open(f"/cases?q={told['case_number']}").links()
    )
    outline = ministry.open(f"/referrals/{world.referral_id}")
    assert outline.status == 200
    for text in (page.text, outline.text):
        assert not private_in(text)
    assert ministry.open(f"/cases/{uuid4()}").status == 404
