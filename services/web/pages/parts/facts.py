"""Facts of screening in words."""

from collections.abc import Mapping
from typing import Any

from services.web.pages.parts import questions
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import KINDS, province, word


def fact_text(fact: str, value: Any) -> str:
    """A fact's value in words."""
    if value is None:
        return _("Not known yet")
    if value is True or value is False:
        yes, no = questions.FLAGS.get(fact, (later("Yes"), later("No")))
        return _(yes if value else no)
    if fact == "age":
        span = str(value["min"]) if value["min"] == value["max"] else f"{value['min']}–{value['max']}"
        return _("%(years)s years") % {"years": span}
    if fact == "domicile":
        rows = [f"{province(row['province'])} ({word('domicile_basis', row['basis'])})" for row in value]
        return ", ".join(rows) or _("Not known yet")
    if isinstance(value, list):
        return ", ".join(fact_text(fact, each) for each in value) or _("None")
    if fact == "wants":
        return word("path", value)
    if fact in KINDS:
        return word(fact, value)
    return _(dict(questions.OPTIONS.get(fact, ())).get(str(value), str(value)))


def in_language(text: Mapping[str, str]) -> str:
    return text.get(current()) or text["th"]
