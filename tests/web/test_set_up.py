"""Links that make a system's first administrator: for one, once, for a day, and never where there is one."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import insert, select

from services.cli.folder import plain
from services.kernel import settings
from services.kernel.envelope import instant
from services.kernel.runtime import ServiceRuntime, utc_now
from services.web.identity import accounts, set_up
from services.web.identity.sessions import hash_of
from services.web.wiring import WIRING


@pytest.fixture
def hours():
    """How late it is."""
    return [0]


@pytest.fixture
def web(tmp_path, hours):
    """The front door's own part of a fresh system, with a clock that is set."""
    began = utc_now()
    chosen = settings.read({}, data=str(tmp_path), http="127.0.0.1:8000")
    ports = replace(plain(), now=lambda: began + timedelta(hours=hours[0]))
    made = ServiceRuntime(chosen, WIRING, ports, pool=2)
    made.prepare()
    yield made
    made.close()


def fits(web, secret):
    return web.read(lambda db: set_up.fits(db, secret, web.now()))


def test_a_link_makes_one_administrator_of_all_centres_and_no_second(web):
    first, second = set_up.issue(web), set_up.issue(web)
    assert fits(web, first) and fits(web, second) and not fits(web, "another") and not fits(web, set_up.DONE)
    assert set_up.make_administrator(web, first, "somchai", "hash") == "made"
    for link in (first, second):
        assert not fits(web, link)
        assert set_up.make_administrator(web, link, "another", "hash") == "over"
    assert set_up.issue(web) is None
    [made] = web.read(accounts.everybody)
    assert (made.user, made.role, made.centres) == ("somchai", "admin", ("*",))


def test_a_links_day_ends(web, hours):
    link = set_up.issue(web)
    hours[0] = set_up.HOURS - 1
    assert fits(web, link)
    hours[0] = set_up.HOURS
    assert not fits(web, link)
    assert set_up.make_administrator(web, link, "late", "hash") == "over"
    assert web.read(accounts.everybody) == []
    assert fits(web, set_up.issue(web))


@pytest.mark.parametrize("closed", [False, True])
def test_an_administrator_who_was_made_otherwise_ends_every_link(web, closed):
    link = set_up.issue(web)
    with web.database.write() as db:
        accounts.add(db, "by-command", "admin", (), instant(web.now()))
        if closed:
            accounts.close(db, "by-command")
    assert not fits(web, link) and set_up.issue(web) is None
    assert set_up.make_administrator(web, link, "another", "hash") == "over"


def test_nobody_else_becomes_the_administrator_by_their_name(web):
    link = set_up.issue(web)
    with web.database.write() as db:
        accounts.add(db, "worker-60", "worker", ("60",), instant(web.now()))
    assert set_up.make_administrator(web, link, "worker-60", "hash") == "taken"
    assert web.read(lambda db: accounts.find(db, "worker-60")).role == "worker" and fits(web, link)


def test_only_the_hash_of_a_link_is_kept(web):
    link = set_up.issue(web)
    rows = web.read(lambda db: [tuple(row) for row in db.execute(select(set_up.set_up_link))])
    assert link not in str(rows) and hash_of(link) in str(rows)


def test_where_there_is_an_administrator_a_link_that_is_kept_opens_nothing(door, browser):
    row = {"link_hash": hash_of("left-over"), "expires_at": "9999-12-31T00:00:00Z"}
    with door.runtime("web").database.write() as db:
        db.execute(insert(set_up.set_up_link).values(**row))
    page = browser().open("/set-up/left-over")
    assert page.status == 403 and not page.tree.xpath("//main//form")
    assert "songtor up" not in browser().open("/sign-in").text
