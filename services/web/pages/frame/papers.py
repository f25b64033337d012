"""Documents as forms ask for them: boxes for those of the list, and a line for others by their names."""

from collections.abc import Iterable

from werkzeug.datastructures import MultiDict

from services.codes.situation import DOCUMENTS
from services.web.pages.frame.forms import Form

OTHERS = "other_papers"  # the line's name


def typed(form: Form, name: str) -> "MultiDict[str, str]":
    """What was typed, with the names of the line among what was chosen of the list `name`."""
    found = form.typed.copy()
    for paper in form.value(OTHERS).replace("\n", ",").split(","):
        if paper.strip():
            found.add(name, paper.strip())
    return found


def others(held: Iterable[str]) -> str:
    """What the line shows of documents that are known."""
    return ", ".join(each for each in held if each not in DOCUMENTS)
