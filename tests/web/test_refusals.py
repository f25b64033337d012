"""What a door refuses is refused alike to a program, on a page and in a form: one table says how."""

import pytest
from flask import Flask

from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale, Unavailable
from services.web.gateway import problems
from services.web.pages.frame.forms import Form

REFUSED = Refused("wrong_state", "This step does not follow now.")
INVALID = Invalid({"name": ["Missing data for required field."]})


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (REFUSED, 409), (INVALID, 422), (Stale("changed"), 412), (KeyReused("used"), 422), (NotFound(), 404),
        (Forbidden(), 403), (Unavailable("not now"), 503), (ZeroDivisionError("secret"), 500),
    ],
)  # fmt: skip
def test_each_error_has_one_status(error, status):
    assert problems.of(error).status == status


def test_what_nobody_foresaw_says_nothing_of_itself():
    assert "secret" not in problems.of(ZeroDivisionError("secret")).detail


@pytest.fixture
def form():
    with Flask("form").test_request_context("/", method="POST"):
        yield Form()


@pytest.mark.parametrize("error", [REFUSED, INVALID, Stale("changed")])
def test_a_form_has_the_status_that_a_program_gets(form, error):
    with form.catching():
        raise error
    assert form.status == problems.of(error).status


def test_a_form_that_was_sent_before_with_other_answers_gets_another_command(form):
    before = form.command
    with form.catching():
        raise KeyReused
    assert form.status == 409 and form.command != before


@pytest.mark.parametrize("error", [NotFound(), Forbidden(), Unavailable("not now"), ZeroDivisionError()])
def test_what_is_no_answer_to_a_form_goes_on_to_the_page(form, error):
    with pytest.raises(type(error)), form.catching():
        raise error
