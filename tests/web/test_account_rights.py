"""Nobody gives more than they have: every door of accounts, for every role and all centres."""

from uuid import uuid4

import pytest

from services.codes.access import ROLES
from services.web.identity import accounts, passwords
from tests.web.door import problem

HERE = "60"  # the centre of the administrator who asks
CENTRES = ((), ("60",), ("61",), ("60", "61"), ("*",), ("60", "*"))
# A partner's user sees what every centre sent to the partner; an account of no centre is no centre's.
BEYOND = [(role, centres) for role in ROLES for centres in CENTRES if role == "partner" or centres != (HERE,)]
WITHIN = [(role, (HERE,)) for role in ROLES if role != "partner"]
ACTS = ("", "/password", "/second-factor", "/close", "/identity", "/identity/unlink")


@pytest.fixture(scope="module")
def of_centre(door):
    """An administrator of one centre."""
    name = f"admin-{uuid4().hex[:8]}"
    door.add(name, "admin", (HERE,))
    return name


@pytest.fixture(scope="module")
def page_of_centre(browser, of_centre):
    return browser(of_centre)


@pytest.fixture(scope="module")
def partner_id(door):
    """Whose a partner's user is; of every other role the doors leave it out."""
    return door.programme()[0]


@pytest.fixture
def name():
    return f"new-{uuid4().hex[:8]}"


def found(door, user):
    return door.runtime("web").read(lambda db: accounts.find(db, user))


def has_password(door, user):
    return door.runtime("web").read(lambda db: passwords.has(db, user))


def sent(role, centres, partner_id=""):
    """What the form of a user sends."""
    return {"name": "ชื่อใหม่", "role": role, "centres": [*centres], "partner_id": partner_id}


@pytest.mark.parametrize(("role", "centres"), WITHIN)
def test_what_an_administrator_has_they_give(door, page_of_centre, of_centre, name, role, centres):
    path = "/api/v1/admin/users"
    assert door.post(path, {"user": name, "role": role, "centres": [*centres]}, of_centre).status_code == 201
    page = page_of_centre.open(f"/users/{name}")
    assert page_of_centre.send(page, **sent("worker", (HERE,))).path == "users"
    added = page_of_centre.send(page_of_centre.open("/users/add"), user=f"{name}-p", **sent(role, centres))
    assert added.status == 200 and found(door, f"{name}-p").role == role
    assert door.post(f"{path}/{name}/password", {}, of_centre).status_code == 200


@pytest.mark.parametrize(("role", "centres"), BEYOND)
def test_what_an_administrator_has_not_they_give_at_no_door(
    door, page_of_centre, of_centre, partner_id, name, role, centres
):
    door.add(name, "worker", (HERE,))
    before = found(door, name)
    over = {"user": name, "role": role, "centres": [*centres], "partner_id": partner_id}
    new = {**over, "user": f"{name}-new"}
    assert door.post("/api/v1/admin/users", over, of_centre).status_code == 403
    assert door.post("/api/v1/admin/users", new, of_centre).status_code == 403
    typed = sent(role, centres, partner_id)
    changed = page_of_centre.send(page_of_centre.open(f"/users/{name}"), **typed)
    added = page_of_centre.send(page_of_centre.open("/users/add"), user=new["user"], **typed)
    field = "role" if role == "partner" else "centres"
    assert (changed.status, [*changed.errors]) == (added.status, [*added.errors]) == (422, [field])
    assert found(door, name) == before and found(door, new["user"]) is None


@pytest.mark.parametrize(("role", "centres"), BEYOND)
def test_an_account_that_reaches_further_is_not_theirs_to_touch(
    door, page_of_centre, of_centre, name, role, centres
):
    door.add(name, role, centres)
    before = found(door, name)
    smaller = {"user": name, "role": "worker", "centres": [HERE]}
    assert door.post("/api/v1/admin/users", smaller, of_centre).status_code == 403
    for act in ("password", "second-factor/off"):
        assert door.post(f"/api/v1/admin/users/{name}/{act}", {}, of_centre).status_code == 404
    form = page_of_centre.open("/users/add").form()
    fields = [*form.form_values(), ("role", "worker"), ("centres", HERE), ("subject", "1609900123452")]
    for act in ACTS:
        assert page_of_centre.post(f"{page_of_centre.address}/users/{name}{act}", fields).status == 404, act
    for path in (f"/users/{name}", f"/users/{name}/access", f"/users/{name}/close"):
        assert page_of_centre.open(path).status == 404
    assert name not in page_of_centre.open("/users").text
    assert name not in page_of_centre.open("/users.csv").raw
    assert found(door, name) == before and not has_password(door, name)


@pytest.mark.parametrize("centres", CENTRES)
def test_an_administrator_does_not_grow_by_changing_themselves(door, page_of_centre, of_centre, centres):
    page = page_of_centre.open(f"/users/{of_centre}")
    if centres != (HERE,):
        assert page_of_centre.send(page, **sent("admin", centres)).status == 422
        body = {"user": of_centre, "role": "admin", "centres": [*centres]}
        assert door.post("/api/v1/admin/users", body, of_centre).status_code == 403
    assert found(door, of_centre).centres == (HERE,)


@pytest.mark.parametrize(("role", "centres"), [("admin", ()), ("partner", ()), ("ministry", ("*",))])
def test_who_has_all_centres_gives_them(door, partner_id, name, role, centres):
    body = {"user": name, "role": role, "centres": [*centres], "partner_id": partner_id}
    assert door.post("/api/v1/admin/users", body, "admin").status_code == 201


def test_a_partners_user_belongs_to_a_partner_and_nobody_else_does(door, browser, partner_id, name):
    path, nobodys = "/api/v1/admin/users", {"user": name, "role": "partner", "centres": []}
    assert [*problem(door.post(path, nobodys, "admin"), 422)["errors"]] == ["partner_id"]
    page = browser("admin")
    unsaid = page.send(page.open("/users/add"), user=name, **sent("partner", ()))
    assert (unsaid.status, [*unsaid.errors]) == (422, ["partner_id"]) and found(door, name) is None
    page.send(page.open("/users/add"), user=name, **sent("partner", (), partner_id))
    assert found(door, name).partner_id == partner_id
    page.send(page.open(f"/users/{name}"), **sent("worker", (HERE,), partner_id))
    assert found(door, name).partner_id is None
