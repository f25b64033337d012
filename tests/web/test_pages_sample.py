"""The sign-in page of a sample system offers its users; outside a sample nothing of that is there."""

from uuid import uuid4

import pyotp
import pytest
from sqlalchemy import delete

from services.web.identity import accounts, sample_users, second_factor

PRESS = "/sign-in/sample"


@pytest.fixture
def sample(door):
    """A user as load-sample writes them; afterwards the system is no sample any more."""
    name = f"sample-{uuid4().hex[:8]}"
    door.add(name, "worker", ("60",))
    with door.runtime("web").database.write() as db:
        sample_users.mark(db, [name])
    yield name
    with door.runtime("web").database.write() as db:
        db.execute(delete(sample_users.sample_user))


def pressed(somebody, user, **more):
    token = somebody.open("/sign-in").form().fields["csrf"]
    return somebody.post(PRESS, {"csrf": token, "user": user, **more})


def offered(page):
    return page.tree.xpath(f"//form[@action='{PRESS}']//button/@value")


@pytest.mark.parametrize("user", ["admin", "worker-60", "nobody", "", "x" * 65])
def test_a_system_without_sample_shows_no_button_and_lets_nobody_in(browser, user):
    somebody = browser()
    assert offered(somebody.open("/sign-in")) == []
    assert pressed(somebody, user).status == 404
    assert somebody.open("/account").path.startswith("sign-in")


def test_one_press_signs_in_and_goes_on(browser, sample):
    somebody = browser()
    asked = somebody.open("/cases?status=open")
    assert offered(asked) == [sample]
    page = somebody.send(asked, PRESS, user=sample)
    assert page.path == "cases?status=open" and page.status == 200
    assert sample in somebody.open("/account").text


@pytest.mark.parametrize(
    "language, says",
    [("th", ["ระบบตัวอย่าง", "สมมติ", "นครสวรรค์"]), ("en", ["Sample system", "made up", "Nakhon Sawan"])],
)
def test_the_buttons_say_that_they_are_of_a_sample(browser, sample, language, says):
    somebody = browser()
    page = somebody.open(f"/language/{language}?next=/sign-in")
    assert all(part in page.text for part in says)


def test_only_whom_load_sample_wrote_is_let_in(browser, sample):
    somebody = browser()
    assert pressed(somebody, "admin").status == 404
    assert somebody.open("/account").path.startswith("sign-in")


def test_an_account_that_is_closed_is_offered_no_more_and_a_page_of_before_opens_nothing(
    door, browser, sample
):
    somebody = browser()
    before = somebody.open("/sign-in")
    with door.runtime("web").database.write() as db:
        accounts.close(db, sample)
    assert somebody.send(before, PRESS, user=sample).status == 404
    assert offered(somebody.open("/sign-in")) == []


def test_a_press_needs_the_pages_own_proof(browser, sample):
    somebody = browser()
    somebody.open("/sign-in")
    assert somebody.post(PRESS, {"user": sample}).status == 403
    assert somebody.open("/account").path.startswith("sign-in")


def test_the_second_step_is_asked_for_after_a_press_as_after_a_password(door, browser, sample):
    web = door.runtime("web")
    secret = pyotp.random_base32()
    with web.database.write() as db:
        assert second_factor.turn_on(web, db, sample, secret, pyotp.TOTP(secret).at(web.now()))
    assert pressed(browser(), sample).path == "sign-in/code"
