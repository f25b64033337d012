"""Signing in by the organisation's own provider, at a real browser: from another site and back."""

import pytest

from services.sample.users import USERS
from tests.browser.visitor import DESKTOP, NO_SCRIPT, PHONE, Visitor, said

NAME = "ไทยดี"  # what the provider is called
NAMES = {user.name: user.person[1] for user in USERS}


def at_the_provider(visitor: Visitor, button: str, name: str | None, back: str) -> None:
    """Press the button, say who one is (None: the provider still knows), and be back at that path."""
    with visitor.watch.expecting("request to elsewhere"):
        visitor.main.get_by_role("button", name=said(button, provider=NAME)).click()
        if name is not None:
            visitor.page.wait_for_url("**/interaction/**")
            visitor.page.get_by_label("Name").fill(name)
            visitor.page.get_by_role("button", name="Sign in").click()
        visitor.page.wait_for_url(f"**{back}")


@pytest.mark.parametrize(
    "user, device",
    [("worker-61", DESKTOP), ("director-61", NO_SCRIPT), ("worker-62", PHONE)],
    ids=["at a desk", "without scripts", "on a phone"],
)
def test_a_user_links_their_account_and_signs_in_without_a_password(town, come, user, device):
    worker = come(user, device)
    worker.open("/account/identity")
    worker.fill({"password": town.passwords[user]})
    at_the_provider(worker, "Go on to %(provider)s", user, "/account")
    assert worker.says("Your account is linked.")
    worker.page.get_by_role("button", name=said("Sign out")).first.click()
    worker.page.wait_for_url("**/sign-in")
    worker.open("/cases?status=open")
    at_the_provider(worker, "Sign in with %(provider)s", None, "/cases?status=open")
    assert NAMES[user] in worker.page.locator(".app-header__user").inner_text()

    worker.open("/account/identity")
    worker.press_twice("Undo the link")
    assert worker.says("Your account is no longer linked.")


def test_whom_nobody_linked_reads_why_and_the_way_back_leads_to_the_page_to_sign_in(come):
    visitor = come()
    visitor.open("/work")
    at_the_provider(visitor, "Sign in with %(provider)s", "who-is-this", "/sign-in/oidc?state=*")
    assert "code=" not in visitor.page.url and visitor.heading == said("Sign in")
    assert visitor.focus["classes"] == "govuk-error-summary"
