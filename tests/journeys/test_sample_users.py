"""What `songtor load-sample` writes opens the sign-in page's buttons; it makes no sample of a system that is used."""

import shutil

from services.sample import USERS
from tests.journeys.conftest import Prepared
from tests.support.running import Embedded, run
from tests.support.servers import free_port
from tests.web.browser import Browser


def test_the_sign_in_page_of_a_loaded_sample_offers_exactly_its_users(tmp_path):
    system = Embedded(tmp_path / "data", free_port())
    system.command("load-sample")
    system.command("users", "add", "somebody", "--role", "worker", "--centre", "60")
    system.start()
    try:
        nobody = Browser(system.address)
        page = nobody.open("/sign-in")
        offered = page.tree.xpath("//form[@action='/sign-in/sample']//button/@value")
        assert sorted(offered) == sorted(user.name for user in USERS)
        entered = nobody.send(page, "/sign-in/sample", user="director-60")
        assert entered.status == 200 and not entered.path.startswith("sign-in")
    finally:
        system.process.kill()


def test_a_system_that_has_users_of_its_own_does_not_become_a_sample(prepared: Prepared, tmp_path):
    own = Embedded(shutil.copytree(prepared.folder, tmp_path / "data"), free_port())
    refused = run("load-sample", env=own.env)
    assert refused.returncode == 1 and "has users of its own" in refused.stderr
    assert not (own.folder / "sample-password").exists()
