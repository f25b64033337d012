"""A screening a group at a time: open is the group that the next decision needs, what is answered is folded under one
line that says how, and what settles nothing now stands under everything else."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from services.codes.questions import Group
from services.screening.answers import WouldFind
from services.web.pages.case.assessors import Noted
from services.web.pages.frame.forms import Form
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _
from services.web.pages.parts.words import word

NEXT = "on"  # what the button of a group says (`look`)
LEFT = "left"  # the groups that were gone on from, by their first questions
TOGETHER = ("birth_date", "age")


class Section(NamedTuple):
    """One group: its `number` in the form, the questions shown of it, what was answered in words, and how many of them
    the next decision still needs. `current`: the group to fill now; `unfolded`: that, or one that needs a look."""

    number: int
    group: Group
    codes: Sequence[str]
    replies: Sequence[str]
    left: int
    current: bool
    unfolded: bool

    @property
    def size(self) -> int:
        return len(self.codes)


class Sections(NamedTuple):
    """`others`: what settles nothing now, by group; they are unfolded where one was being filled. `gone_on`: the groups
    left for now."""

    groups: Sequence[Section]
    others: Sequence[Section]
    unfolded: bool
    gone_on: Sequence[str]

    @property
    def current(self) -> Section | None:
        return next((each for each in self.groups if each.current), None)


def sections(form: Form, groups: Sequence[Group], outcome: WouldFind | None, noted: Noted) -> Sections:
    """All open while nobody can say what is needed."""
    if outcome is None:
        everything = [
            Section(number, group, group.facts, (), 0, False, True) for number, group in enumerate(groups, 1)
        ]
        return Sections(everything, (), False, ())
    needed = {*outcome["needed"]} | ({"age"} if "birth_date" in outcome["needed"] else set())
    gone_on = _gone_on(form, groups)
    current = _current(groups, needed, gone_on)
    found: list[Section] = []
    others: list[Section] = []
    for number, group in enumerate(groups, 1):
        shown = [code for code in group.facts if code in needed or _has(form, outcome, noted, code)]
        rest = [code for code in group.facts if code not in shown]
        if shown:
            replies = [text for code in shown if (text := _in_words(form, outcome, code))]
            left = sum(code in needed and code != "age" for code in shown)
            look = group is current or any(_needs_a_look(form, outcome, noted, code) for code in shown)
            found.append(Section(number, group, shown, replies, left, group is current, look))
        if rest:
            others.append(Section(number, group, rest, (), 0, False, False))
    focus = any(_in_focus(form, code) for each in others for code in each.codes)
    return Sections(found, others, focus, gone_on)


def _gone_on(form: Form, groups: Sequence[Group]) -> list[str]:
    known = {group.facts[0] for group in groups if group.facts}
    here = form.chosen("group") if form.value("look") == NEXT else []
    return [first for first in dict.fromkeys([*form.chosen(LEFT), *here]) if first in known]


def _current(groups: Sequence[Group], needed: Collection[str], gone_on: Collection[str]) -> Group | None:
    """The first that is needed and that nobody went on from: who wrote the form put safety first. The question that
    settles most may stand in another, and is led to."""
    for group in groups:
        if any(code in needed for code in group.facts) and group.facts[0] not in gone_on:
            return group
    return None


def _has(form: Form, outcome: WouldFind, noted: Noted, code: str) -> bool:
    """Whether something was answered, typed or noted; a birth date also by the age that is known."""
    typed = any(text not in ("", "unknown") for text in form.chosen(f"facts.{code}"))
    known = code in outcome["facts"] or (code in TOGETHER and "age" in outcome["facts"])
    return typed or known or code in form.chosen("asked_declined") or code in noted.replies


def _in_words(form: Form, outcome: WouldFind, code: str) -> str:
    if code in form.chosen("asked_declined"):
        text = _("Does not want to answer")
    elif code in outcome["facts"]:
        text = fact_text(code, outcome["facts"][code])
    else:
        return ""
    return f"{word('fact', code)}: {text}"


def _needs_a_look(form: Form, outcome: WouldFind, noted: Noted, code: str) -> bool:
    """An error, another answer of a colleague's, or the field in which somebody was typing."""
    otherwise = code in outcome["disputed"] or (form.stale and code in noted.replies)
    return f"facts.{code}" in form.errors or otherwise or _in_focus(form, code)


def _in_focus(form: Form, code: str) -> bool:
    at = form.draft.focus if form.draft else ""
    field = at.removeprefix("facts.none_").removeprefix("facts.").removeprefix("asked_declined.")
    return bool(at) and (field == code or field.startswith(f"{code}-"))


def answer_text(fact: str, value: Any) -> str:
    """One of the answers to the next question, in words; years may have no end."""
    if isinstance(value, dict) and value["max"] is None:
        return _("{} years or more").format(value["min"])
    return fact_text(fact, value)
