"""Whoever dissents is asked why, once. A reason that nobody gave is not made up: sent again without one, the vote
counts and the minutes say that none was given (decision 68)."""

from collections.abc import Mapping, Sequence

from services.codes.decisions import lacks_reason
from services.screening.answers import AgendaItem, Meeting
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _

ASKED = "unexplained"  # the fields of a form of which somebody was asked already


def to_ask(form: Form, fields: Mapping[str, str]) -> dict[str, list[str]]:
    """Errors of a form that was sent; `fields`: {that of a vote: that of its reason}."""
    before = form.chosen(ASKED)
    lacking = [
        reason for vote, reason in fields.items()
        if reason not in before and lacks_reason(form.value(vote), form.value(reason))
    ]  # fmt: skip
    return {
        name: [_("Say why. If no reason is given, send it again: the minutes will say so.")]
        for name in lacking
    }


def once(form: Form, asking: Mapping[str, Sequence[str]]) -> list[str]:
    """What the form is sent with the next time."""
    return list(dict.fromkeys([*form.chosen(ASKED), *asking]))


def unexplained(meeting: Meeting, item: AgendaItem) -> list[str]:
    """The names of those who dissent on their own and gave no reason yet."""
    names = {each["member"]: each["name"] for each in meeting["members"]}
    return [names[each["member"]] for each in item["votes"] if lacks_reason(each["vote"], each["reason"])]
