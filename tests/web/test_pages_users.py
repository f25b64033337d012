"""Users, for the administrator."""

import csv
import re
from io import StringIO
from uuid import uuid4

import pytest

from services.codes.access import ROLES
from services.kernel.doors import doors_of
from services.kernel.envelope import Caller
from services.kernel.runtime import utc_now
from services.system import DOORS
from services.thai import dates
from services.web.api.routes import ROUTES
from services.web.identity import accounts, delegations
from services.web.pages.account.access import NO_WAY_YET
from tests.web.browser import PASSWORD
from tests.web.door import opening, plan, referral
from tests.web.taken import taken


@pytest.fixture
def name():
    return f"new-{uuid4().hex[:8]}"


def added(admin, name, role="worker", centres=("60", "61")):
    """The password that was shown for a new user."""
    person = {"title": "น.ส.", "name": "สมศรี ใจดี", "position": "นักสังคมสงเคราะห์"}
    page = admin.send(admin.open("/users/add"), user=name, role=role, centres=[*centres], **person)
    assert page.status == 200, page.text
    return page.tree.xpath("//code")[0].text


def chosen(page):
    """The centres whose boxes are ticked."""
    return {*page.tree.xpath('//input[@name="centres"][@checked]/@value')}


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
    wrong = admin.send(admin.open("/users/add"), user="Wörker", role=None, centres=["60", "00"])
    assert wrong.status == 422 and set(wrong.errors) == {"user", "name", "role", "centres"}
    assert chosen(wrong) == {"60"}
    nowhere = admin.send(wrong, user="new-somebody", name="ใครคนหนึ่ง", role="worker", centres=[])
    assert [*nowhere.errors] == ["centres"]
    twice = admin.send(wrong, user="worker-60", name="ใครคนหนึ่ง", role="worker", centres="60")
    assert twice.errors == {"user": "มีชื่อผู้ใช้นี้อยู่แล้ว โปรดใช้ชื่ออื่น"}


def test_another_role_counts_at_once(browser, name):
    admin, user = browser("admin"), browser()
    password = added(admin, name)
    user.sign_in(name, password)
    page = admin.open(f"/users/{name}")
    assert chosen(page) == {"60", "61"} and page.form().fields["role"] == "worker"
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
    assert rows["intake", "เปิดเรื่อง"] == ["เจ้าหน้าที่ศูนย์", "ผู้อำนวยการ"]
    assert rows["referral", "บันทึกความคืบหน้าการส่งต่อ"] == ["เจ้าหน้าที่ศูนย์", "ผู้อำนวยการ", "ภาคีเครือข่าย"]
    assert {re.search("[ก-๙]", action) is not None for _, action in rows} == {True}
    assert len(rows) == len(
        {
            (cls.name, door.action)
            for cls in DOORS
            for door in doors_of(cls).values()
            if door.roles & {*ROLES}
            and not door.action.startswith("service.")
            and door.action not in NO_WAY_YET
        }
    )


def test_the_operator_gives_a_first_password(door, browser, name):
    door.add(name, "admin", ())
    given = door.post(f"/api/v1/admin/users/{name}/password", {}, "admin").json()["password"]
    assert browser().sign_in(name, given).path == "password"
    assert door.post("/api/v1/admin/users/who-is-this/password", {}, "admin").status_code == 404
    assert door.post(f"/api/v1/admin/users/{name}/password", {}, "worker-60").status_code == 403


# -- leaving with a hand-over --------------------------------------------------------------------------------------


@pytest.fixture
def leaving(door):
    """(who leaves, who may take over, a case that waits, one with a referral)."""
    leaver, colleague = (f"{kind}-{uuid4().hex[:6]}" for kind in ("leaver", "colleague"))
    centre = "65"
    for user, role in ((leaver, "worker"), (colleague, "worker"), ("director-65", "director")):
        door.add(user, role, (centre,))
    opened = door.made("/api/v1/cases", opening(centre), leaver)["case_id"]
    sent = door.made("/api/v1/cases", opening(centre), "director-65")["case_id"]
    door.made(f"/api/v1/cases/{sent}/screening", {"facts": {"housing": "street"}}, "director-65")
    door.made(f"/api/v1/cases/{sent}/plan", plan(), "director-65")
    _, programme_id = door.programme()
    door.made("/api/v1/referrals", referral(sent, programme_id), leaver)
    closed = door.made("/api/v1/cases", opening(centre), leaver)["case_id"]
    door.made(f"/api/v1/cases/{closed}/close", {"reason": "left"}, leaver)
    door.wait(f"/api/v1/cases/{sent}", lambda case: case["status"] == "referred", "director-65")
    return leaver, colleague, opened, sent


def closed(admin, user, to):
    done = admin.send(admin.open(f"/users/{user}/close"), to_65=to)
    assert "ปิดบัญชีแล้ว" in done.text, done.errors


def handed(page, leaver):
    """The cases of the part "handed over by" of My work."""
    parts = page.tree.xpath(f"//section[contains(h2, '{leaver}')]//a/@href")
    return {link.split("/")[2] for link in parts}


def test_who_leaves_hands_over_what_is_open_and_the_administrator_sees_numbers_only(door, browser, leaving):
    leaver, colleague, opened, sent = leaving
    admin = browser("admin")
    page = admin.open(f"/users/{leaver}/close")
    assert "เรื่องที่ยังไม่ปิด 2 เรื่อง" in page.text and "การส่งต่อที่รอคำตอบ 1 รายการ" in page.text
    for secret in ("มาลี", opened, sent, "65-25"):
        assert secret not in page.raw
    options = page.tree.xpath('//select[@name="to_65"]/option/@value')
    assert colleague in options and "director-65" in options and options[-1] == "-"
    assert leaver not in options and "worker-60" not in options and "ministry" not in options
    unsaid = admin.send(page)
    assert unsaid.status == 422 and [*unsaid.errors] == ["to_65"]
    assert admin.send(page, to_65="worker-60").status == 422
    assert door.runtime("web").read(lambda db: accounts.find(db, leaver)).active
    assert "ปิดบัญชีแล้ว" in admin.send(page, to_65=colleague).text

    receiver = browser(colleague)
    work = receiver.open("/work")
    assert handed(work, leaver) == {opened, sent} and f"รับช่วงต่อจาก {leaver}" in work.text
    assert handed(browser("director-65").open("/work"), leaver) == set()
    taken = receiver.send(work, f"/work/cases/{opened}/taken")
    assert "คุณรับช่วงเรื่องนี้ต่อแล้ว" in taken.text and handed(taken, leaver) == {sent}
    assert handed(receiver.send(taken, f"/work/cases/{sent}/taken"), leaver) == set()
    again = receiver.send(work, f"/work/cases/{sent}/taken")
    assert "คุณรับช่วงเรื่องนี้ต่อแล้ว" in again.text and handed(again, leaver) == set()
    told = door.get(f"/api/v1/cases/{sent}/timeline", "director-65").json()
    hands = [each["data"] for each in told["items"] if each["type"] == "CaseAssigned"]
    assert [(each["to_user"], each["taken"]) for each in hands] == [(colleague, False), (colleague, True)]


def test_with_nobody_to_take_over_the_director_of_the_centre_does_or_who_acts_for_them(
    door, browser, leaving
):
    leaver, colleague, opened, sent = leaving
    closed(browser("admin"), leaver, to="-")
    assert handed(browser(colleague).open("/work"), leaver) == set()
    director = browser("director-65")
    work = director.open("/work")
    assert handed(work, leaver) == {opened, sent}
    today = dates.bangkok_day(utc_now())
    web = door.runtime("web")
    delegations.give(web, Caller("director-65", "director", ("65",)), "65", colleague, today, today, "ลา")
    assert handed(browser(colleague).open("/work"), leaver) == {opened, sent}
    elsewhere = browser("director-60")
    csrf = elsewhere.open("/work").tree.xpath('//input[@name="csrf"]/@value')[0]
    assert elsewhere.post(f"/work/cases/{sent}/taken", {"csrf": csrf}).status == 404
    assert handed(director.send(work, f"/work/cases/{sent}/taken"), leaver) == {opened}


def test_of_two_who_take_a_case_over_the_second_is_told_that_a_colleague_has_it(door, browser, leaving):
    leaver, _, opened, sent = leaving
    closed(browser("admin"), leaver, to="-")
    second = f"director-{uuid4().hex[:6]}"
    door.add(second, "director", ("65",))
    director, other = browser("director-65"), browser(second)
    seen = other.open("/work")
    assert handed(seen, leaver) == {opened, sent}
    assert handed(director.send(director.open("/work"), f"/work/cases/{opened}/taken"), leaver) == {sent}
    late = other.send(seen, f"/work/cases/{opened}/taken")
    assert late.status == 409 and "เพื่อนร่วมงานรับช่วงเรื่องนี้ไปก่อนแล้ว" in late.text
    told = door.get(f"/api/v1/cases/{opened}/timeline", "director-65").json()
    hands = [each["data"] for each in told["items"] if each["type"] == "CaseAssigned"]
    assert [(each["to_user"], each["taken"]) for each in hands] == [(None, False), ("director-65", True)]


def test_what_was_not_taken_over_goes_on_when_the_next_one_leaves_or_works_elsewhere(browser, leaving):
    leaver, colleague, opened, sent = leaving
    admin, director = browser("admin"), browser("director-65")
    closed(admin, leaver, to=colleague)
    again = admin.open(f"/users/{colleague}/close")
    assert "เรื่องที่ยังไม่ปิด 2 เรื่อง" in again.text
    admin.send(again, to_65="director-65")
    assert handed(director.open("/work"), colleague) == {opened, sent}
    director.send(director.open("/work"), f"/work/cases/{opened}/taken")
    assert handed(director.open("/work"), colleague) == {sent}


def test_who_changes_the_centre_leaves_what_waited_to_the_director(browser, leaving):
    leaver, colleague, opened, sent = leaving
    admin = browser("admin")
    closed(admin, leaver, to=colleague)
    admin.send(admin.open(f"/users/{colleague}"), centres="60")
    assert handed(browser("director-65").open("/work"), leaver) == {opened, sent}


# -- who has access to what ----------------------------------------------------------------------------------------


def test_nobody_is_promised_what_no_page_and_no_call_leads_to(browser):
    assert "นำเกณฑ์รุ่นก่อน" not in browser("admin").open("/users/access").text
    assert "นำเกณฑ์รุ่นก่อน" not in browser("admin").open("/users/director-60/access").text
    assert "ประกาศใช้เกณฑ์" in browser("admin").open("/users/director-60/access").text
    led_to = {(route.service, route.door) for route in ROUTES}
    for cls in DOORS:
        doors = doors_of(cls).items()
        hidden = {(cls.name, name) for name, door in doors if door.action in NO_WAY_YET}
        assert not hidden & led_to, "a call leads there now: say so"


def test_the_access_of_a_user_is_told_without_whom_it_was_about(door, browser, name):
    door.add(name, "worker", ("60",))
    case_id = door.case()
    user = browser(name)
    page = user.open(f"/cases/{case_id}")
    user.send(page, f"/cases/{case_id}")
    told = browser("admin").open(f"/users/{name}/access")
    assert told.status == 200 and "นครสวรรค์" in told.text and "1 เบราว์เซอร์" in told.text
    assert len(told.tree.xpath("//tbody/tr")) == 1 and "เปิดเรื่อง" in told.text and "ขึ้นทะเบียน" in told.text
    assert case_id not in told.raw and "มาลี" not in told.text
    assert "ดูจำนวนงานค้าง" not in told.text  # what an administrator may do
    lines = taken(browser("admin"), f"/users/{name}/access.csv")[1].popitem()[1]
    assert ["เปิดดูเลขประจำตัว", "นครสวรรค์"] in [[line[2], line[4]] for line in lines]
    assert case_id not in str(lines) and "มาลี" not in str(lines) and {len(line) for line in lines} == {6}


def test_the_list_of_users_is_taken_away_as_a_table_without_formulas(door, browser):
    door.add("worker-62", "worker", ("62",))
    browser("worker-62")
    answer = browser("admin").http.get(browser().address + "/users.csv")
    named = r'attachment; filename="songtor-users-all-centres-\d{4}-\d\d-\d\d\.csv"'
    assert re.fullmatch(named, answer.headers["Content-Disposition"])
    lines = {line[0]: line for line in csv.reader(StringIO(answer.content.decode("utf-8-sig")))}
    assert lines["worker-62"][4:7] == ["เจ้าหน้าที่ศูนย์", "กำแพงเพชร", "เปิดใช้งาน"]
    assert lines["worker-62"][7] == "1" and re.fullmatch(
        r"\d+ \S+ \d{4} \d\d:\d\d น\.", lines["worker-62"][8]
    )
    assert lines["partner-nobody"][5] == "–"


def test_an_administrator_of_some_centres_manages_the_accounts_of_those(door, browser, name):
    door.add("admin-61", "admin", ("61",))
    admin = browser("admin-61")
    listed = admin.open("/users").text
    assert "worker-61" in listed and "worker-60" not in listed and "ministry" not in listed
    refused = admin.send(admin.open("/users/add"), user=name, name="ใครคนหนึ่ง", role="admin", centres="*")
    assert refused.status == 422 and [*refused.errors] == ["centres"]
    assert admin.send(admin.open("/users/admin-61"), centres=["60", "61"]).status == 422
    path = "/api/v1/admin/users"
    for centres in (["60"], ["*"]):
        assert (
            door.post(path, {"user": name, "role": "worker", "centres": centres}, "admin-61").status_code
            == 403
        )
    assert (
        door.post(path, {"user": "worker-60", "role": "worker", "centres": ["61"]}, "admin-61").status_code
        == 403
    )
    assert door.post(f"{path}/worker-60/password", {}, "admin-61").status_code == 404
