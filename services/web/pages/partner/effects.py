"""What other rules would change for the people who wait, shown before they are saved."""

from collections.abc import Callable
from typing import TypedDict

from services.intake.answers import Case
from services.kernel.questions import Json, Question
from services.partners.answers import WhatIf
from services.web.pages.frame import doors, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _
from services.web.pages.parts.words import province

NAMED = 20  # of those for whom it would change something
ASKED = "preview"  # the button's name


class Effects(TypedDict):
    """`cases`: those that are named, as far as the reader may see them; `elsewhere`: (centre, who gains, who loses)."""

    found: WhatIf
    cases: dict[str, Case]
    elsewhere: list[tuple[str, str, str]]


def effects(form: Form, ask: Callable[[Json], Question[WhatIf]]) -> Effects | None:
    """Of the rules that the form has; None while they cannot be read, which the form says then. Why they change need
    not be said for that."""
    form.errors.pop("reason", None)
    if form.errors:
        return None
    found = doors.ask(ask(form.body.get("rules") or {}))
    return {
        "found": found,
        "cases": lookup.cases(each["case_id"] for each in found["items"]),
        "elsewhere": [
            (province(centre), _count(each["gained"]), _count(each["lost"]))
            for centre, each in found["elsewhere"].items()
        ],
    }


def _count(count: int | str) -> str:
    return _("one to four") if count == "few" else str(count)
