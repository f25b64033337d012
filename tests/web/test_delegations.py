"""A director's acts in a colleague's hands: for some days of Thailand, no more than the director has, and ended."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from services.cli.folder import plain
from services.kernel import settings
from services.kernel.envelope import Caller, Delegation, instant
from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.runtime import ServiceRuntime, utc_now
from services.thai.dates import bangkok_day
from services.web.identity import accounts, delegations
from services.web.wiring import WIRING
from tests.web.door import opening

DIRECTOR = Caller("director-60", "director", ("60",))
DAY = date(2026, 12, 1)
THAI = ZoneInfo("Asia/Bangkok")
ACTS = (Delegation("60", "director", "director-60"),)


@pytest.fixture
def clock():
    """[what time it is in Thailand]"""
    return [datetime(2026, 12, 1, 9, tzinfo=THAI)]


@pytest.fixture
def web(tmp_path, clock):
    """The front door's own part of a fresh system, with a clock that is set."""
    chosen = settings.read({}, data=str(tmp_path), http="127.0.0.1:8000")
    made = ServiceRuntime(chosen, WIRING, replace(plain(), now=lambda: clock[0]), pool=2)
    made.prepare()
    people = (
        ("director-60", "director", ("60",)), ("deputy-60", "director", ("60",)), ("worker-60", "worker", ("60",)),
        ("worker-61", "worker", ("61",)), ("both", "worker", ("60", "61")), ("director-61", "director", ("61",)),
        ("member-60", "member", ("60",)), ("admin", "admin", ()), ("admin-61", "admin", ("61",)),
    )  # fmt: skip
    with made.database.write() as db:
        for user, role, centres in people:
            accounts.add(db, user, role, centres, instant(utc_now()))
    yield made
    made.close()


def give(web, to="worker-60", first=DAY, last=DAY, by=DIRECTOR, centre="60"):
    return delegations.give(web, by, centre, to, first, last, "ไปราชการ")


def acts(web, user="worker-60"):
    """Whose acts are the user's now."""
    today = bangkok_day(web.now())
    return web.read(lambda db: delegations.of_delegate(db, accounts.find(db, user), today))


def change(web, user, role, centres):
    with web.database.write() as db:
        accounts.add(db, user, role, centres, instant(utc_now()))


def refused(web, **given):
    with pytest.raises(Invalid) as refusal:
        give(web, **given)
    [field] = refusal.value.errors
    return field


def test_it_begins_and_ends_by_itself_with_the_days_of_thailand(web, clock):
    give(web, first=DAY + timedelta(days=1), last=DAY + timedelta(days=2))
    for at, holds in (
        (datetime(2026, 12, 1, 23, 59, 59, tzinfo=THAI), False),
        (datetime(2026, 12, 2, 0, 0, tzinfo=THAI), True),
        (datetime(2026, 12, 3, 23, 59, 59, tzinfo=THAI), True),
        (datetime(2026, 12, 4, 0, 0, tzinfo=THAI), False),
    ):
        clock[0] = at
        assert acts(web) == (ACTS if holds else ()), at
    [row] = delegations.list_of(web, "worker-60")
    assert (row.state, row.reason, row.from_user) == ("over", "ไปราชการ", "director-60")


def test_days_that_cannot_be_are_refused_at_their_field(web):
    assert refused(web, first=DAY - timedelta(days=1)) == "first_day"
    assert refused(web, first=DAY + timedelta(days=1), last=DAY) == "last_day"
    assert refused(web, last=DAY + timedelta(days=366)) == "last_day"
    give(web, last=DAY + timedelta(days=365))


def test_nobody_delegates_more_than_they_have_nor_on(web):
    with pytest.raises(Forbidden):
        give(web, centre="61", to="worker-61")
    give(web)
    acting = Caller("worker-60", "worker", ("60",), "", acts(web))
    with pytest.raises(Forbidden):
        give(web, by=acting, to="both")
    with pytest.raises(Forbidden):
        give(web, by=acting.standing_in(("director",)), to="both")
    for role in ("member", "admin", "ministry"):
        with pytest.raises(Forbidden):
            give(web, by=Caller(f"{role}-60", role, ("60",)))


@pytest.mark.parametrize("to", ["director-60", "deputy-60", "worker-61", "member-60", "admin", "nobody"])
def test_it_goes_to_a_colleague_of_the_centre_who_has_no_such_right_yet(web, to):
    assert refused(web, to=to) == "to_user" and acts(web, "worker-60") == ()


def test_two_of_one_director_never_overlap_and_one_that_ended_is_no_hindrance(web):
    first = give(web, first=DAY + timedelta(days=2), last=DAY + timedelta(days=4))
    for days in ((0, 2), (4, 6), (3, 3), (1, 9)):
        start, end = (DAY + timedelta(days=each) for each in days)
        assert refused(web, to="both", first=start, last=end) == "first_day"
    give(web, to="both", first=DAY + timedelta(days=5), last=DAY + timedelta(days=5))
    delegations.end(web, DIRECTOR, first)
    give(web, to="both", first=DAY + timedelta(days=2), last=DAY + timedelta(days=4))


def test_of_two_directors_who_delegated_to_one_colleague_the_first_is_named(web, clock):
    give(web)
    clock[0] += timedelta(hours=1)
    give(web, by=Caller("deputy-60", "director", ("60",)))
    assert acts(web) == ACTS


def test_whoever_gave_it_ends_it_or_an_administrator_of_theirs_and_again_is_nothing(web, clock):
    id = give(web)
    for stranger in (
        Caller("worker-60", "worker", ("60",)), Caller("deputy-60", "director", ("60",)),
        Caller("admin-61", "admin", ("61",)),
    ):  # fmt: skip
        with pytest.raises(NotFound):
            delegations.end(web, stranger, id)
    assert acts(web) == ACTS
    delegations.end(web, Caller("admin", "admin", ("*",)), id)
    assert acts(web) == ()
    clock[0] += timedelta(minutes=1)
    delegations.end(web, DIRECTOR, id)
    [row] = delegations.list_of(web, "director-60")
    assert (row.ended_by, row.state) == ("admin", "over")
    with pytest.raises(NotFound):
        delegations.end(web, DIRECTOR, str(uuid4()))


@pytest.mark.parametrize(("user", "role", "centres"), [
    ("director-60", "worker", ("60",)), ("director-60", "director", ("61",)), ("worker-60", "member", ("60",)),
    ("worker-60", "worker", ("61",)),
])  # fmt: skip
def test_it_holds_only_while_both_are_what_they_were(web, user, role, centres):
    give(web)
    change(web, user, role, centres)
    assert acts(web) == ()


@pytest.mark.parametrize("user", ["director-60", "worker-60"])
def test_it_ends_with_either_account(web, user):
    give(web)
    with web.database.write() as db:
        accounts.close(db, user)
    assert acts(web) == ()


# -- through the front door ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def centre(door):
    """A centre of its own with a director, a deputy, a worker and a case."""
    made = {role: f"{role}-64" for role in ("director", "deputy", "worker")}
    for role, user in made.items():
        door.add(user, "worker" if role == "worker" else "director", ("64",))
    return made | {"case_id": door.made("/api/v1/cases", opening("64"), "worker-64")["case_id"]}


def test_in_the_browser_the_colleague_does_what_only_a_director_may_and_the_story_names_both(
    door, browser, centre
):
    director, worker, case_id = browser("director-64"), browser("worker-64"), centre["case_id"]
    erasing = f"/cases/{case_id}/erasure"
    token = door.token("worker-64")

    def asked():
        """By a program with a token of before."""
        headers = {"Authorization": f"Bearer {token}"}
        return door.call("POST", f"/api/v1{erasing}", {"reason": "ordered"}, user=None, headers=headers)

    assert worker.open(erasing).status == 403 and asked().status_code == 403
    assert "มอบหมายผู้รักษาการแทน" not in worker.open("/account/delegations").text
    page = director.open("/account/delegations/new")
    options = page.tree.xpath("//select[@name='to_user']/option/@value")
    assert "worker-64" in options and not {"deputy-64", "director-64", "worker-60"} & {*options}
    past = director.send(page, to_user="worker-64", first_day="1/1/2569", last_day="1/1/2569", reason="ลา")
    assert (past.status, [*past.errors]) == (422, ["first_day"])
    today = page.form().fields["first_day"]
    unsaid = director.send(page, to_user="worker-64", last_day="", reason="")
    assert {*unsaid.errors} == {"last_day", "reason"}
    given = director.send(page, to_user="worker-64", first_day=today, last_day=today, reason="ไปราชการ")
    assert "มีผลอยู่" in given.text and "ไปราชการ" in given.text

    assert "คุณรักษาการแทน director-64" in worker.open("/work").text
    assert worker.open("/contradictions").status == 200 and worker.open(erasing).status == 200
    assert worker.open("/users").status == 403
    assert door.get("/api/v1/cases", "worker-64").status_code == 200
    csrf = worker.open("/account/delegations").tree.xpath("//input[@name='csrf']/@value")[0]
    on = {
        "csrf": csrf,
        "centre": "64",
        "to_user": "deputy-64",
        "first_day": today,
        "last_day": today,
        "reason": "ลา",
    }
    assert worker.post("/account/delegations/new", on).status == 403
    assert asked().status_code == 200
    assert "กำลังรอผู้ยืนยัน" in director.open(f"{erasing}/confirm").text
    assert door.post(f"/api/v1{erasing}/confirm", {}, "director-64").status_code == 409
    told = door.wait(
        f"/api/v1/cases/{case_id}/timeline",
        lambda told: any(each["type"] == "ErasureRequested" for each in told["items"]), "worker-64",
    )  # fmt: skip
    [fact] = [each for each in told["items"] if each["type"] == "ErasureRequested"]
    assert (fact["actor"], fact["actingfor"]) == ("worker-64", "director-64")
    assert "worker-64 รักษาการแทน director-64" in worker.open(f"/cases/{case_id}").text
    opened = [each for each in told["items"] if each["type"] == "CaseOpened"]
    assert all("actingfor" not in each for each in opened)

    [end] = [
        form
        for form in director.open("/account/delegations").tree.forms
        if form.get("action", "").endswith("/end")
    ]
    csrf = dict(end.form_values())["csrf"]
    assert (
        worker.post(
            end.get("action"), {"csrf": worker.open("/account").tree.xpath("//input[@name='csrf']/@value")[0]}
        ).status
        == 404
    )
    assert "สิ้นสุดการรักษาการแทนแล้ว" in director.post(end.get("action"), {"csrf": csrf}).text
    assert worker.open(erasing).status == 403 and asked().status_code == 403
    assert "สิ้นสุดก่อนกำหนด" in browser("admin").open("/users/worker-64").text
