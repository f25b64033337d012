"""Two-step sign-in at a real browser: turned on, used with the app and without the phone, turned off."""

from tests.browser import steps
from tests.browser.visitor import said


def test_a_user_signs_in_with_the_code_of_the_app_and_without_the_phone(come, town):
    user = "worker-62"
    worker, password = come(user), town.passwords[user]
    app, recovery = steps.turn_on_second_step(worker)
    assert len(recovery) == 10
    worker.press("I have kept them")
    assert worker.path == "/work"

    steps.sign_out(worker)
    worker.sign_in(user, password)
    assert worker.heading == said("Second step: the code")
    worker.fill({"code": "000 000"})
    worker.press("Sign in")
    assert "govuk-error-summary" in worker.focus["classes"]
    worker.fill({"code": steps.later(app)})
    worker.press("Sign in")
    assert worker.path == "/work"

    steps.sign_out(worker)
    worker.sign_in(user, password)
    worker.fill({"code": recovery[0]})
    worker.press("Sign in")
    assert worker.path == "/work" and "9" in worker.main.locator(".app-flash").inner_text()

    worker.open("/account")
    worker.follow("Turn off two-step sign-in")
    worker.fill({"password": password, "code": recovery[1]})
    worker.press("Turn off")
    assert worker.says("Two-step sign-in is off.")
