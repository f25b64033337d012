"""Who may call what, and about which cases: every call of the API and every door behind it is found by itself."""

import time
from typing import Any

import pytest

from services.kernel.doors import Door, Doors, doors_of
from services.kernel.errors import NotFound
from services.kernel.tokens import Bearer, Tokens
from services.system import DOORS
from services.web.api.routes import Route
from tests.web.door import USERS, FrontDoor, World, calls, name_of, opening, problem

SERVICE_DOORS = {(cls.name, name): door for cls in DOORS for name, door in doors_of(cls).items()}
OWN_DOORS = {key: door for key, door in SERVICE_DOORS.items() if key[1] not in doors_of(Doors)}
ABOUT_A_CASE = ("case_id", "referral_id")
STRANGERS = ("worker-61", "director-61", "member-61", "partner-nobody")


def door_of(route: Route) -> Door:
    return SERVICE_DOORS[route.service, route.door]


def about_a_case(door: Door) -> bool:
    return any(name in door.schema.fields and door.schema.fields[name].required for name in ABOUT_A_CASE)


def test_the_calls_and_doors_are_found():
    assert len(calls()) >= 31 and len(OWN_DOORS) >= 21
    assert sum(about_a_case(door) for door in OWN_DOORS.values()) >= 11


@pytest.mark.parametrize("route", calls(), ids=name_of)
@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer x", "Basic d29ya2VyOg==", "Bearer a.b", "Bearer ก.ข"]
)
def test_without_a_token_nothing_is_answered(door: FrontDoor, world: World, route: Route, header: str | None):
    headers = {"Authorization": header.encode()} if header else {}
    answer = door.call(route.method, world.path(route), world.body(route), user=None, headers=headers)
    problem(answer, 401)
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def with_token(door: FrontDoor, token: str) -> Any:
    return door.get("/api/v1/cases", user=None, headers={"Authorization": f"Bearer {token}"})


def test_a_token_is_valid_for_twelve_hours(door: FrontDoor):
    bearer = Bearer("worker-60", "worker", ("60",), 1)
    for hours, status in ((11.9, 200), (12.1, 401)):
        issued = Tokens(door.tokens_key, clock=lambda: time.time() - hours * 3600)  # noqa: B023 (used at once)
        assert with_token(door, issued.issue(bearer)).status_code == status


def test_a_token_that_was_changed_is_refused(door: FrontDoor):
    token = door.token("worker-60")
    other = door.token("worker-61")
    for forged in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        other.split(".")[0] + "." + token.split(".")[1],
    ):
        problem(with_token(door, forged), 401)


def test_an_account_that_changed_ends_its_older_tokens(door: FrontDoor):
    door.add("worker-changed", "worker", ("60",))
    token = door.token("worker-changed")
    assert with_token(door, token).status_code == 200
    door.add("worker-changed", "worker", ("61",))
    problem(with_token(door, token), 401)


def test_a_token_of_an_unknown_user_is_refused(door: FrontDoor):
    problem(with_token(door, door.tokens.issue(Bearer("nobody", "director", ("60",), 1))), 401)


@pytest.mark.parametrize("route", calls(), ids=name_of)
def test_a_role_that_may_not_is_told_so(door: FrontDoor, world: World, route: Route):
    others = [user for user, (role, _) in USERS.items() if role not in door_of(route).roles]
    for user in others:
        problem(door.call(route.method, world.path(route), world.body(route), user=user), 403)
    assert others or route.door in ("partners", "partner", "provinces", "falling_stale")


# What is of one person, or a centre's own words: no call of the ministry's.
OF_ONE_PERSON = {
    "timeline", "matches", "earlier_matches", "earlier_match", "candidates", "steps", "stays", "disclosure", "work",
    "rederive", "meeting", "meetings", "consents", "next_question", "plans", "screenings", "members", "care_plan",
    "care_proposals", "reviews", "returned",
}  # fmt: skip
OWN_WORDS = {"activity", "closures"}


@pytest.mark.parametrize("route", calls(method="GET"), ids=name_of)
def test_members_read_everything_and_the_ministry_what_is_not_of_one_person(route: Route):
    roles = door_of(route).roles
    if "/erasure" in route.path:  # an act of directors
        assert roles == {"director"}
        return
    # an act of staff, a draft, and what one's own work came to
    if "/transfer" in route.path or route.door in ("noted_answers", "own_cases"):
        assert roles == {"worker", "director"}
        return
    assert {"member", "worker", "director"} <= roles
    assert ("ministry" in roles) is (route.door not in OF_ONE_PERSON | OWN_WORDS)


@pytest.mark.parametrize("route", calls(writes=True), ids=name_of)
def test_staff_may_do_everything_and_the_ministry_and_admin_nothing(route: Route):
    needed = (
        {"director"}
        if "/erasure" in route.path
        or route.door
        in (
            "adopt_draft",
            "appoint_member",
            "end_membership",
            "accept_transfer",
            "reject_transfer",
            "add_closure",
            "take_back_closure",
        )
        else {"worker", "director"}
    )
    assert needed <= door_of(route).roles
    assert not {"ministry", "admin"} & door_of(route).roles


@pytest.mark.parametrize("route", [r for r in calls() if about_a_case(door_of(r))], ids=name_of)
def test_another_centres_case_is_not_found_by_any_call(door: FrontDoor, world: World, route: Route):
    asked = [user for user in STRANGERS if USERS[user][0] in door_of(route).roles]
    assert asked
    for user in asked:
        answer = door.call(route.method, world.path(route), world.body(route), user=user)
        assert "60" not in problem(answer, 404)["detail"], user


@pytest.mark.parametrize(
    "key", [key for key, found in OWN_DOORS.items() if about_a_case(found)], ids=".".join
)
def test_another_centres_case_is_not_found_by_any_door(door: FrontDoor, world: World, key: tuple[str, str]):
    found = OWN_DOORS[key]
    body = {name: getattr(world, name) for name in ABOUT_A_CASE if name in found.schema.fields}
    body |= {"step": "withdraw"} if key[1] == "step" else world.bodies().get(key[1], {})
    if key[1] == "earlier_match":
        earlier = door.ask("partners", "earlier_matches", "worker-60", {"case_id": world.case_id})
        body["match_id"] = earlier["items"][0]["match_id"]
    if "meeting_id" in found.schema.fields:
        body["meeting_id"] = door.meeting(world.case_id)
    if key[1] in ("would_disclose", "those_before", "standing_before"):
        body["programme_id"] = world.programme_id
    if key[1] == "withdraw_consent":
        body["consent_id"] = world.consent_id
    for user in STRANGERS:
        if USERS[user][0] in found.roles:
            with pytest.raises(NotFound):
                door.ask(*key, user, body)
    if found.roles == {"partner"}:
        assert key[1] in ("told_of", "open_disclosure")
        if found.kind == "query":
            door.ask_as_partner(key[1], world, "its-own")
    elif found.kind == "query":
        if key[1] == "handed_on":
            body["case_id"] = door.planned("60")
            wanted = {"to": "61", "reason": "domicile"}
            door.made(f"/api/v1/cases/{body['case_id']}/transfer", wanted)
            door.ask("intake", "accept_transfer", "director-61", {"case_id": body["case_id"]})
        if key[1] == "erasure":
            asked = {"case_id": world.case_id, "reason": "ordered"}
            door.ask("intake", "request_erasure", "deputy-60", asked)
        door.ask(*key, "worker-60" if "worker" in found.roles else "director-60", body)


@pytest.mark.parametrize("path", [f"/api/v1/{each}?limit=500" for each in ("cases", "referrals", "events")])
def test_lists_show_no_other_centres_case(door: FrontDoor, world: World, path: str):
    assert world.case_id in door.get(path, "worker-60").text
    for user in ("worker-61", "director-61", "member-61"):
        answer = door.get(path, user)
        assert answer.status_code == 200 and world.case_id not in answer.text


def test_another_centre_may_not_be_asked_for(door: FrontDoor):
    for path in ("/api/v1/cases", "/api/v1/referrals", "/api/v1/reports/overview"):
        problem(door.get(f"{path}?centre=60", "worker-61"), 403)
        assert door.get(f"{path}?centre=60", "ministry").status_code == 200


def test_a_case_is_not_opened_for_another_centre(door: FrontDoor):
    problem(door.post("/api/v1/cases", opening("61"), "worker-60"), 403)


def test_a_partner_sees_and_answers_its_own_referrals_and_states_its_own_capacity_only(door: FrontDoor):
    own, other = door.world(), door.world()
    user = f"somebody-{own.partner_id[:8]}"
    door.add(user, "partner", (), own.partner_id)
    listed = door.wait("/api/v1/referrals", lambda page: page["items"], user)["items"]
    assert [row["referral_id"] for row in listed] == [own.referral_id]
    assert door.post(f"/api/v1/referrals/{own.referral_id}/acknowledge", {}, user).status_code == 200
    problem(door.post(f"/api/v1/referrals/{other.referral_id}/accept", {}, user), 404)
    problem(door.get(f"/api/v1/referrals/{other.referral_id}", user), 404)
    problem(door.post(f"/api/v1/referrals/{own.referral_id}/withdraw", {}, user), 403)
    places = {"total": 9, "free": 3}
    assert (
        door.call("PUT", f"/api/v1/programmes/{own.programme_id}/capacity", places, user).status_code == 200
    )
    assert door.call(
        "PUT", f"/api/v1/programmes/{other.programme_id}/capacity", places, user
    ).status_code in (403, 404)


def test_what_the_operator_asks_only_an_administrator_may(door: FrontDoor):
    posts = ("verify", "retry", "skip", "rebuild", "users")
    asked = [("GET", "status"), *(("POST", name) for name in posts)]
    for method, name in asked:
        path = f"/api/v1/admin/{name}"
        problem(door.call(method, path, {} if method == "POST" else None, user=None), 401)
        for user, (role, _) in USERS.items():
            if role != "admin":
                problem(door.call(method, path, {} if method == "POST" else None, user), 403)


def test_an_administrator_adds_users_with_known_roles_and_centres(door: FrontDoor):
    path, right = "/api/v1/admin/users", {"user": "worker-new", "role": "worker", "centres": ["60", "61"]}
    assert door.post(path, right, "admin").status_code == 201
    assert door.get("/api/v1/cases?centre=61", "worker-new").status_code == 200
    for name, value in (
        ("user", "กข"),
        ("user", 7),
        ("role", "king"),
        ("centres", ["00"]),
        ("centres", "60"),
        ("x", 1),
    ):
        errors = problem(door.post(path, {**right, name: value}, "admin"), 422)["errors"]
        assert any(key.startswith(name) for key in errors)
    problem(door.post(path, {}, "admin"), 422)


def test_an_administrator_verifies_rebuilds_and_retries(door: FrontDoor, world: World):
    assert door.post("/api/v1/admin/verify", {}, "admin").json()["problems"] == []
    assert {row["service"] for row in door.get("/api/v1/admin/status", "admin").json()["services"]} == {
        cls.name for cls in DOORS
    }
    rebuilt = door.post("/api/v1/admin/rebuild", {"service": "referral", "projection": "referrals"}, "admin")
    assert rebuilt.status_code in (200, 404), rebuilt.text
    problem(door.post("/api/v1/admin/rebuild", {"service": "king"}, "admin"), 422)
    problem(door.post("/api/v1/admin/rebuild", {"service": "referral", "projection": "king"}, "admin"), 404)
    assert door.post("/api/v1/admin/retry", {}, "admin").json()["intake"] == {"released": 0, "parked": 0}
    skip = {"event_id": "an-event-that-is-not-parked", "reason": "nobody can read it"}
    problem(door.post("/api/v1/admin/skip", skip, "admin"), 404)
    for wrong in ({"reason": " "}, {"reason": "a\nb"}, {"event_id": ""}, {"event_id": None}, {"x": 1}):
        problem(door.post("/api/v1/admin/skip", skip | wrong, "admin"), 422)
    assert door.get(f"/api/v1/cases/{world.case_id}", "worker-60").status_code == 200
