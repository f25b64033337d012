"""What a screening asks, as data: groups of questions in their order, each with why it is asked and by which law; the
words of each question; and of whom it is asked. Pure.

The form that comes with the software is made from services.codes, where the facts are described; an adopted document
takes its place, so that better words need no new software.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NotRequired, TypedDict

from services.codes.facts import FACTS
from services.codes.questions import GROUPS
from services.codes.words import Words
from services.kernel.questions import Body
from services.kernel.rules import NOT_MET, Condition, evaluate
from services.screening.answers import Text
from services.screening.domain.facts import FORM
from services.screening.events import Form

NAME = "form"


class Group(TypedDict):
    title: Text
    why: Text
    law: Text
    facts: list[str]


class Question(TypedDict):
    """`show_if`: who cannot be concerned is not asked (of whom it is not met)."""

    text: Text
    hint: NotRequired[Text | None]
    show_if: NotRequired[Condition | None]


@dataclass(frozen=True)
class FormBook:
    version: str
    groups: tuple[Group, ...]
    questions: Mapping[str, Question]

    @property
    def form(self) -> Form:
        return {"id": FORM["id"], "version": self.version}


@lru_cache(maxsize=64)
def read(document: str) -> FormBook:
    content = json.loads(document)
    return FormBook(content["version"], tuple(content["groups"]), content["questions"])


def not_shown(book: FormBook, facts: Body) -> list[str]:
    """The facts that somebody is not asked for: they are surely not of those the question is for."""
    shown = {fact: each.get("show_if") for fact, each in book.questions.items()}
    return [fact for fact, rule in shown.items() if rule and evaluate(rule, facts).verdict is NOT_MET]


def _text(words: Words) -> Text:
    return {"th": words.th, "en": words.en}


def _shipped() -> str:
    groups = [
        {
            "title": _text(group.title), "why": _text(group.why), "law": _text(group.law),
            "facts": [*group.facts],
        }
        for group in GROUPS
    ]  # fmt: skip
    questions = {
        fact.code: {
            "text": _text(fact.question.text),
            **({"hint": _text(fact.question.hint)} if fact.question.hint else {}),
        }
        for fact in FACTS.values()
        if fact.question
    }
    document = {"id": NAME, "version": FORM["version"], "valid_from": "2025-10-01"}
    return json.dumps({**document, "groups": groups, "questions": questions}, ensure_ascii=False, indent=1)


SHIPPED_DOCUMENT = _shipped()
SHIPPED = read(SHIPPED_DOCUMENT)
