"""Accounts that a command names are of somebody who can do what they are named for: the front door says so."""

from uuid import uuid4

import pytest

from services.kernel.envelope import Caller
from services.kernel.runtime import utc_now
from services.thai import dates
from services.web.identity import accounts, delegations
from tests.web.door import problem

# Of another centre, of no centre's work, and of nobody.
STRANGERS = ("worker-61", "director-61", "ministry", "rules", "nobody-at-all")


def member(user):
    return {"user": user, "name": f"กรรมการ {uuid4().hex[:6]}", "role": "member"}


def meeting(*members):
    return {"centre": "60", "at": "2026-12-09T02:30:00Z", "place": "ห้องประชุม", "members": [*members]}


@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_meeting_calls_accounts_of_its_own_centre_only(door, stranger):
    answer = door.post("/api/v1/meetings", meeting(member("worker-60"), member(stranger)))
    assert [*problem(answer, 422)["errors"]] == ["members.1.user"]
    called = door.made("/api/v1/meetings", meeting(member("worker-60"), member(None)))
    path = f"/api/v1/meetings/{called['meeting_id']}"
    answer = door.post(f"{path}/invite", {"members": [member(stranger)]})
    assert [*problem(answer, 422)["errors"]] == ["members.0.user"]
    assert len(door.get(path).json()["members"]) == 2


@pytest.mark.parametrize("stranger", STRANGERS)
def test_nobody_of_another_centre_is_appointed_and_so_kept_from_their_own_meetings(door, stranger):
    body = {**member(stranger), "centre": "60", "since": "2026-10-01"}
    assert [*problem(door.post("/api/v1/members", body, "director-60"), 422)["errors"]] == ["user"]
    own = {**meeting(member("worker-61")), "centre": "61"}
    assert door.post("/api/v1/meetings", own, "worker-61").status_code == 201


def test_whoever_may_not_ask_learns_nothing_of_a_centres_accounts(door):
    for user in ("worker-60", "nobody-at-all"):
        problem(door.post("/api/v1/meetings", meeting(member(user)), "worker-61"), 403)


@pytest.mark.parametrize("named", ["worker-60", "worker-61", "partner-60", "ministry", "nobody-at-all"])
def test_who_is_to_confirm_an_erasure_is_a_director_and_nobody_else_hears_of_it(door, named):
    case_id = door.case()
    body = {"reason": "person_asked", "confirmer": named}
    answer = door.post(f"/api/v1/cases/{case_id}/erasure", body, "director-60")
    assert [*problem(answer, 422)["errors"]] == ["confirmer"]
    waiting = door.get("/api/v1/erasures", "director-60").json()["items"]
    assert case_id not in [each["case_id"] for each in waiting]


def test_a_director_of_another_centre_and_who_acts_for_one_may_be_named(door):
    stand_in, director = (f"{kind}-{uuid4().hex[:6]}" for kind in ("stand-in", "director"))
    door.add(director, "director", ("65",))
    door.add(stand_in, "worker", ("65",))
    today = dates.bangkok_day(utc_now())
    giver = Caller(director, "director", ("65",))
    delegations.give(door.runtime("web"), giver, "65", stand_in, today, today, "ลา")
    for named in ("director-61", stand_in):
        body = {"reason": "person_asked", "confirmer": named}
        assert door.post(f"/api/v1/cases/{door.case()}/erasure", body, "director-60").status_code == 200


def test_an_account_that_was_closed_is_called_no_more(door):
    user = f"gone-{uuid4().hex[:6]}"
    door.add(user, "worker", ("60",))
    assert door.post("/api/v1/meetings", meeting(member(user))).status_code == 201
    with door.runtime("web").database.write() as db:
        accounts.close(db, user)
    assert [*problem(door.post("/api/v1/meetings", meeting(member(user))), 422)["errors"]] == [
        "members.0.user"
    ]


@pytest.mark.parametrize(
    "members", [None, "x", [7], [{"user": 7}], [{"user": {}}], [{"user": ["worker-60"]}]]
)
def test_what_is_no_list_of_members_is_still_said_by_the_door(door, members):
    answer = door.post("/api/v1/meetings", {**meeting(), "members": members})
    assert problem(answer, 422)["errors"]
