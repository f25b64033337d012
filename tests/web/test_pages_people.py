"""People with an account by their names: asked, changed, shown beside what they did; the log knows user names."""

from uuid import uuid4

import orjson
import pytest

from services.web.identity import people
from services.web.identity.people import Person
from tests.web.door import opening, plan

SOMSRI = {"title": "น.ส.", "name": "สมศรี ใจดี", "position": "นักสังคมสงเคราะห์", "phone": "056 222 333"}


@pytest.fixture
def name():
    return f"new-{uuid4().hex[:8]}"


def described(door, user):
    return people.find(door.runtime("web"), [user]).get(user)


def test_who_adds_a_user_says_who_it_is(door, browser, name):
    admin = browser("admin")
    page = admin.open("/users/add")
    unsaid = admin.send(page, user=name, role="worker", centres="60")
    assert (unsaid.status, [*unsaid.errors]) == (422, ["name"])
    glued = {**SOMSRI, "title": "", "name": "นางสาวสมศรี ใจดี"}
    assert admin.send(page, user=name, role="worker", centres="60", **glued).status == 200
    assert described(door, name) == Person("นางสาว", "สมศรี ใจดี", "นักสังคมสงเคราะห์", "056-222-333")
    listed = admin.open("/users")
    assert "นางสาวสมศรี ใจดี" in listed.text and f"{name}" in listed.text
    assert listed.tree.xpath("//a[@href='tel:056222333']")


def test_an_administrator_changes_a_name_and_nobody_is_signed_out(door, browser, name):
    door.add(name, "worker", ("60",))
    user, admin = browser(name), browser("admin")
    page = admin.open(f"/users/{name}")
    assert page.heading == name
    admin.send(page, **SOMSRI)
    assert admin.open(f"/users/{name}").heading == "น.ส.สมศรี ใจดี"
    assert user.open("/work").heading == "งานของฉัน"
    admin.send(admin.open(f"/users/{name}"), role="director")
    assert user.open("/work").path.startswith("sign-in")


def test_everybody_changes_their_own_name_and_nobody_elses(door, browser, name):
    door.add(name, "member", ("60",))
    user = browser(name)
    blank = user.send(user.open("/account/details"), name=" ")
    assert (blank.status, [*blank.errors]) == (422, ["name"])
    saved = user.send(user.open("/account/details"), **SOMSRI)
    assert saved.path == "account" and "น.ส.สมศรี ใจดี" in saved.text and "056-222-333" in saved.text
    [header] = saved.tree.xpath("//*[@class='app-header__user']")
    assert "น.ส.สมศรี ใจดี" in header.text_content()
    assert user.open("/account/details").form().fields["name"] == "สมศรี ใจดี"
    assert described(door, "worker-61") is None


def test_what_was_done_names_who_did_it_and_an_account_without_a_name_its_user_name(door, browser, name):
    other = f"{name}-2"
    for user in (name, other):
        door.add(user, "worker", ("60",))
    door.post(f"/api/v1/admin/users/{name}/person", SOMSRI, "admin")
    case_id = door.made("/api/v1/cases", opening("60"), name)["case_id"]
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, other)
    door.made(f"/api/v1/cases/{case_id}/plan", plan(), name)
    colleague = browser("worker-60")
    told = door.wait(
        f"/api/v1/cases/{case_id}/timeline",
        lambda told: any(e["type"] == "PlanAgreed" for e in told["items"]),
    )
    page = colleague.open(f"/cases/{case_id}")
    assert "น.ส.สมศรี ใจดี" in page.text and other in page.text and f" {name} " not in page.text
    assert page.tree.xpath("//section[@aria-labelledby='next']//a[@href='tel:056222333']")
    assert "บันทึกโดย น.ส.สมศรี ใจดี นักสังคมสงเคราะห์" in colleague.open(f"/cases/{case_id}/plan").text
    assert {each["actor"] for each in told["items"]} >= {name, other}
    assert "สมศรี" not in orjson.dumps(told).decode()
    assert "น.ส.สมศรี ใจดี" in browser("member-60").open(f"/cases/{case_id}").text


def test_a_colleague_is_chosen_by_name(door, browser, name):
    receiver = f"{name}-2"
    for user in (name, receiver):
        door.add(user, "worker", ("66",))
    door.post(f"/api/v1/admin/users/{receiver}/person", SOMSRI, "admin")
    door.made("/api/v1/cases", opening("66"), name)
    page = browser("admin").open(f"/users/{name}/close")
    options = dict(
        zip(
            page.tree.xpath('//select[@name="to_66"]/option/@value'),
            page.tree.xpath('//select[@name="to_66"]/option/text()'),
            strict=True,
        )
    )
    assert options[receiver] == f"น.ส.สมศรี ใจดี นักสังคมสงเคราะห์ ({receiver})"


def test_colleagues_are_offered_for_the_decision_and_whoever_writes_it_down_is_its_secretary(
    door, browser, name
):
    worker, member, elsewhere = name, f"{name}-2", f"{name}-3"
    for user, role, centre in (
        (worker, "worker", "67"),
        (member, "member", "67"),
        (elsewhere, "member", "68"),
    ):
        door.add(user, role, (centre,))
        door.post(f"/api/v1/admin/users/{user}/person", {**SOMSRI, "name": f"สมศรี {user[-5:]}"}, "admin")
    case_id = door.made("/api/v1/cases", opening("67"), worker)["case_id"]
    door.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, worker)
    page = browser(worker).open(f"/cases/{case_id}/plan/record")
    offered = page.tree.xpath("//datalist[@id='colleagues']/option/@value")
    assert sorted(offered) == sorted(f"น.ส.สมศรี {user[-5:]}" for user in (worker, member))
    fields = page.form().fields
    assert (fields["members.0.name"], fields["members.0.role"]) == (f"น.ส.สมศรี {worker[-5:]}", "secretary")


def test_a_name_is_sealed_where_it_is_kept_and_another_users_row_names_nobody(door, name):
    web = door.runtime("web")
    with web.database.write() as db:
        people.keep(web, db, name, Person("น.ส.", "สมศรี ใจดี"))
        row = dict(
            db.execute(people.account_person.select().where(people.account_person.c.user_name == name))
            .one()
            ._mapping
        )
    assert "สมศรี" not in row["sealed"]
    assert people.unseal(web, name, row["sealed"]).called == "น.ส.สมศรี ใจดี"
    assert people.unseal(web, "somebody-else", row["sealed"]) == people.NOBODY
    assert people.unseal(web, name, None) == people.NOBODY


def test_given_again_by_the_api_an_account_stays_who_it_was(door, name):
    path, body = "/api/v1/admin/users", {"user": name, "role": "worker", "centres": ["60"]}
    assert door.post(path, {**body, **SOMSRI}, "admin").status_code == 201
    assert door.post(path, {**body, "role": "director"}, "admin").status_code == 201
    assert described(door, name).called == "น.ส.สมศรี ใจดี"
    assert door.post(f"{path}/{name}/person", {"phone": "x" * 99}, "admin").status_code == 422
    assert door.post(f"{path}/{name}/person", SOMSRI, "worker-60").status_code == 403
    assert door.post(f"{path}/nobody-{name}/person", SOMSRI, "admin").status_code == 404
