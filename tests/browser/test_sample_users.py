"""What `songtor load-sample` writes opens the sign-in page's buttons."""

from services.sample import USERS
from tests.browser.conftest import Town
from tests.web.browser import Browser


def test_the_sign_in_page_of_a_loaded_sample_offers_exactly_its_users(town: Town):
    town.system.command("users", "add", "somebody", "--role", "worker", "--centre", "60")
    nobody = Browser(town.system.address)
    page = nobody.open("/sign-in")
    offered = page.tree.xpath("//form[@action='/sign-in/sample']//button/@value")
    assert sorted(offered) == sorted(user.name for user in USERS)
    entered = nobody.send(page, "/sign-in/sample", user="director-60")
    assert entered.status == 200 and not entered.path.startswith("sign-in")
