"""What a door refuses is refused alike to a program, on a page and in a form: one table says how."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale, Unavailable
from services.web.gateway import problems
from services.web.pages.frame.forms import Form
from services.web.pages.parts.words import LISTS

ROOT = Path(__file__).parents[2]
# Codes that only who runs the system meets, in English: of parked events, and of addresses that may not be called.
OF_OPERATORS = {"waits", "not_allowed", "unresolved"}
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


def sentences() -> Iterator[tuple[str, str, str]]:
    """(where, code, message) of every refusal in the services, with "{}" for what is filled in."""
    for path in sorted((ROOT / "services").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "id", "") == "Refused"
                and len(node.args) >= 2
            ):
                codes = [each.value for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
                yield from (
                    (f"{path.relative_to(ROOT)}:{node.lineno}", code, text)
                    for code in codes
                    if isinstance(code, str)
                    for text in texts(node.args[1])
                )


def texts(node: ast.expr) -> Iterator[str]:
    """What an expression may say, as far as it is written there."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp():
            yield from (*texts(node.body), *texts(node.orelse))
        case ast.JoinedStr():
            yield "".join(
                str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part)}}}"
                for part in node.values
            )


INTERNAL = re.compile(
    r"\b[A-Z][a-z]+[A-Z]\w*|__\w+__|\b\w+_id\b|type\("
)  # CaseClosed, a class, the name of a field


def test_what_is_refused_is_said_in_words_and_in_both_languages():
    found = list(sentences())
    assert len(found) > 60
    wrong = [
        (where, text)
        for where, _code, text in found
        if INTERNAL.search(text)
        or not text.endswith((".", "}"))
        or (not text[0].isupper() and text[0] != "{")
    ]
    without_words = sorted({code for _where, code, _text in found} - {*LISTS["refusal"]} - OF_OPERATORS)
    assert (wrong, without_words) == ([], [])
