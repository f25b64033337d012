"""What was done to accounts is on record: who, what, when; shown to administrators and directors of the centres."""

import csv
import re
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pyotp
import pytest

from services.kernel.envelope import Caller, instant
from services.thai.dates import bangkok_day, format_date
from services.web.identity import changes, delegations, identities, passwords, second_factor
from services.web.identity.changes import Change, Days, Rights
from tests.web.browser import HASH, PASSWORD
from tests.web.door import USERS, FrontDoor

KINDS = [
    "made", "password", "changed", "password", "second_factor_on", "second_factor_off", "closed",
]  # fmt: skip


@pytest.fixture
def name() -> str:
    return f"user-{uuid4().hex[:8]}"


def of(door: FrontDoor, user: str, reader: str = "admin") -> list[Change]:
    role, centres = USERS[reader]
    caller = Caller(reader, role, centres)
    found = door.runtime("web").read(lambda db: changes.latest(db, caller, 10_000))
    return [each for each in reversed(found) if each.user == user]


def test_everything_an_administrator_does_to_an_account_is_on_record(door, browser, name):
    admin = browser("admin")
    admin.send(admin.open("/users/add"), user=name, name="ใครคนหนึ่ง", role="worker", centres=["60"])
    made = door.call(
        "POST", "/api/v1/admin/users", {"user": name, "role": "director", "centres": ["61"]}, "admin"
    )
    assert made.status_code == 201
    assert door.call("POST", f"/api/v1/admin/users/{name}/password", None, "admin").status_code == 200
    runtime = door.runtime("web")
    with runtime.database.write() as db:
        secret = pyotp.random_base32()
        code = pyotp.TOTP(secret).at(runtime.now())
        assert second_factor.turn_on(runtime, db, name, secret, code)
    admin.send(admin.open(f"/users/{name}"), f"/users/{name}/second-factor")
    admin.send(admin.open(f"/users/{name}/close"))
    found = of(door, name)
    assert [each.kind for each in found] == KINDS
    by_themselves = [each.kind for each in found if each.by == name]
    assert by_themselves == ["second_factor_on"] and {each.by for each in found} == {"admin", name}
    assert all(each.at.endswith("Z") for each in found)
    assert found[0].rights == Rights("worker", ("60",)) and found[0].before is None
    assert (found[2].before, found[2].rights) == (Rights("worker", ("60",)), Rights("director", ("61",)))


def test_what_is_refused_is_not_on_record(door, name):
    door.add("admin-of-60", "admin", ("60",))
    body = {"user": name, "role": "worker", "centres": ["61"]}
    assert door.call("POST", "/api/v1/admin/users", body, "admin-of-60").status_code == 403
    assert of(door, name) == []


def test_directors_and_administrators_are_told_of_their_centres(door, browser, name):
    for centres in (["60"], ["61"]):
        body = {"user": name, "role": "worker", "centres": centres}
        door.call("POST", "/api/v1/admin/users", body, "admin")
    door.add("admin-of-60", "admin", ("60",))
    assert [each.kind for each in of(door, name, "director-60")] == ["made", "changed"]
    assert [each.kind for each in of(door, name, "director-61")] == ["changed"]
    for reader, there in (
        ("director-60", True),
        ("director-61", True),
        ("admin", True),
        ("admin-of-60", True),
    ):
        page = browser(reader).open("/users/changes")
        assert page.status == 200 and (name in page.text) == there, reader
    for reader in ("worker-60", "member-60", "ministry"):
        assert browser(reader).open("/users/changes").status == 403, reader
    shown = browser("director-60").open("/users/changes").text
    assert re.search("โดย", shown) and "→" in shown


def test_what_a_user_does_to_the_own_account_is_on_record(door, browser, name):
    runtime = door.runtime("web")
    door.add(name, "worker", ("60",))
    with runtime.database.write() as db:
        passwords.keep(db, name, HASH, temporary=False)
    user = browser()
    user.sign_in(name)
    again = f"{PASSWORD}-ใหม่"
    assert user.send(user.open("/password"), old="ไม่ใช่รหัสผ่านนี้", new=again, again=again).status == 422
    assert user.send(user.open("/password"), old=PASSWORD, new=again, again=again).path == "account"
    for subject in ("one", "two"):
        assert identities.link(runtime, "https://id.example", f"{name}-{subject}", name, name)
    with runtime.database.write() as db:
        for _ in range(2):
            identities.unlink(db, "https://id.example", name, "admin", instant(runtime.now()))
    found = [(each.kind, each.by) for each in of(door, name)]
    assert found == [
        ("own_password", name), ("identity_linked", name), ("identity_linked", name), ("identity_unlinked", "admin"),
    ]  # fmt: skip
    assert "เปลี่ยนรหัสผ่านของตนเอง" in browser("director-60").open("/users/changes").text


def test_who_acts_in_a_directors_place_is_on_record_with_the_days(door, browser, name):
    runtime = door.runtime("web")
    door.add(name, "worker", ("60",))
    director = Caller("director-60", "director", ("60",))
    first = bangkok_day(runtime.now()) + timedelta(days=200)
    id = delegations.give(runtime, director, "60", name, first, first + timedelta(days=2), "ลาพักผ่อน")
    for _ in range(2):  # again is nothing
        delegations.end(runtime, director, id)
    given, ended = of(door, name, "director-60")
    assert (given.kind, ended.kind) == ("delegated", "delegation_ended")
    assert given.rights == ended.rights == Rights("director", ("60",)) and given.by == "director-60"
    assert given.days == Days(first.isoformat(), (first + timedelta(days=2)).isoformat())
    shown = browser("admin").open("/users/changes").text
    assert "รักษาการแทนผู้อำนวยการ" in shown and format_date(first, "th", "short") in shown.replace(
        "\u00a0", " "
    )
    assert "ลาพักผ่อน" not in shown and of(door, name, "director-61") == []


def test_the_list_is_taken_away_as_a_file(door, browser, name):
    body = {"user": name, "role": "worker", "centres": ["60"]}
    door.call("POST", "/api/v1/admin/users", body, "admin")
    admin = browser("admin")
    assert f"{admin.address}/users/changes.csv" in admin.open("/users/changes").links()
    lines = list(csv.reader(StringIO(admin.open("/users/changes.csv").answer.content.decode("utf-8-sig"))))
    assert [line[1] for line in lines if line[2] == name] == ["สร้างบัญชี"]
    assert {len(line) for line in lines} == {11}
    assert browser("worker-60").open("/users/changes.csv").status == 403


def test_a_long_list_is_paged(door, browser):
    users = [f"many-{uuid4().hex[:6]}" for _ in range(51)]
    for user in users:
        body = {"user": user, "role": "worker", "centres": ["62"]}
        assert door.call("POST", "/api/v1/admin/users", body, "admin").status_code == 201
    page = browser("admin").open("/users/changes")
    assert users[-1] in page.text and users[0] not in page.text
    [older] = [link for link in page.links() if "before=" in link]
    assert users[0] in browser("admin").open(older).text
    assert browser("admin").open("/users/changes?before=garbage").status == 422
