"""Users, for the administrator."""

import re
from uuid import uuid4

import pytest

from services.codes import ROLES
from services.kernel.doors import doors_of
from services.system import DOORS
from services.web import accounts
from tests.web.browser import PASSWORD


@pytest.fixture
def name():
    return f"new-{uuid4().hex[:8]}"


def added(admin, name, role="worker", centres="นครสวรรค์, 61"):
    """The password that was shown for a new user."""
    page = admin.send(admin.open("/users/add"), user=name, role=role, centres=centres)
    assert page.status == 200, page.text
    return page.tree.xpath("//code")[0].text


def test_an_administrator_adds_a_user_who_signs_in_and_chooses_a_password(door, browser, name):
    admin = browser("admin")
    password = added(admin, name)
    assert name in admin.open("/users").text
    account = door.runtime("web").read(lambda db: accounts.find(db, name))
    assert (account.role, account.centres, account.active) == ("worker", ("60", "61"), True)
    user = browser()
    assert user.sign_in(name, password).path == "password"
    user.send(user.open("/password"), old=password, new=PASSWORD, again=PASSWORD)
    assert user.open("/").heading == "งานของฉัน"


def test_what_is_wrong_with_a_new_user_is_said_at_its_field(browser):
    admin = browser("admin")
    wrong = admin.send(admin.open("/users/add"), user="Wörker", role=None, centres="นครสวรรค์, ไม่มีจังหวัดนี้")
    assert wrong.status == 422 and set(wrong.errors) == {"user", "role", "centres"}
    assert wrong.form().fields["centres"] == "นครสวรรค์, ไม่มีจังหวัดนี้"
    twice = admin.send(wrong, user="worker-60", role="worker", centres="60")
    assert twice.errors == {"user": "ชื่อผู้ใช้ – มีชื่อผู้ใช้นี้อยู่แล้ว"}


def test_another_role_counts_at_once(browser, name):
    admin, user = browser("admin"), browser()
    password = added(admin, name)
    user.sign_in(name, password)
    page = admin.open(f"/users/{name}")
    assert page.form().fields["centres"] == "นครสวรรค์, อุทัยธานี" and page.form().fields["role"] == "worker"
    saved = admin.send(page, role="ministry", centres="*")
    assert saved.path == "users" and "แก้ไขบัญชีแล้ว" in saved.text
    assert user.open("/work").path.startswith("sign-in")


def test_who_leaves_can_do_nothing_any_more(door, browser, name):
    admin, user = browser("admin"), browser()
    password = added(admin, name)
    user.sign_in(name, password)
    token = door.token(name)
    done = admin.send(admin.open(f"/users/{name}/close"))
    assert "ปิดบัญชีแล้ว" in done.text and user.open("/work").path.startswith("sign-in")
    assert browser().sign_in(name, password).status == 409
    answer = door.call("GET", "/api/v1/cases", user=None, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    opened = admin.send(admin.open(f"/users/{name}"))
    assert opened.path == "users" and browser().sign_in(name, password).status == 409


def test_a_new_password_ends_the_old_one(browser, name):
    admin, user = browser("admin"), browser()
    old = added(admin, name)
    user.sign_in(name, old)
    page = admin.send(admin.open(f"/users/{name}"), f"/users/{name}/password")
    new = page.tree.xpath("//code")[0].text
    assert user.open("/work").path.startswith("sign-in")
    assert browser().sign_in(name, old).status == 409 and browser().sign_in(name, new).path == "password"


def test_an_administrator_cannot_lock_themselves_out(browser):
    admin = browser("admin")
    assert admin.send(admin.open("/users/admin"), role="worker").status == 409
    assert admin.send(admin.open("/users/admin/close")).status == 409
    assert admin.open("/users").status == 200


@pytest.mark.parametrize("user", ["worker-60", "director-60", "member-60", "ministry", "partner-nobody"])
@pytest.mark.parametrize(
    "path", ["/users", "/users/add", "/users/worker-60", "/users/worker-60/close", "/users/access"]
)
def test_nobody_else_sees_users(browser, user, path):
    assert browser(user).open(path).status == 403


def test_who_may_do_what_is_the_table_the_doors_decide_by(browser):
    page = browser("admin").open("/users/access")
    roles = [cell.text for cell in page.tree.xpath("(//table)[1]/thead//th")][1:]
    rows = {
        (section.get("id"), row.xpath("./th")[0].text_content()): [
            role for role, cell in zip(roles, row.xpath("./td"), strict=True) if "✓" in cell.text_content()
        ]
        for section in page.tree.xpath("//h2")
        for row in section.xpath("following-sibling::div[1]//tbody/tr")
    }
    assert rows["intake", "เปิดเรื่อง"] == ["นักสังคมสงเคราะห์", "ผู้อำนวยการ"]
    assert rows["referral", "บันทึกความคืบหน้าการส่งต่อ"] == ["นักสังคมสงเคราะห์", "ผู้อำนวยการ", "ภาคีเครือข่าย"]
    assert {re.search("[ก-๙]", action) is not None for _, action in rows} == {True}
    assert len(rows) == len(
        {
            (cls.name, door.action)
            for cls in DOORS
            for door in doors_of(cls).values()
            if door.roles & {*ROLES} and not door.action.startswith("service.")
        }
    )


def test_the_operator_gives_a_first_password(door, browser, name):
    door.add(name, "admin", ())
    given = door.post(f"/api/v1/admin/users/{name}/password", {}, "admin").json()["password"]
    assert browser().sign_in(name, given).path == "password"
    assert door.post("/api/v1/admin/users/who-is-this/password", {}, "admin").status_code == 404
    assert door.post(f"/api/v1/admin/users/{name}/password", {}, "worker-60").status_code == 403
