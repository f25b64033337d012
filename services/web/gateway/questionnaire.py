"""What a screening asks: the groups and words of the form in force, with the facts that the rulebook adds. Where that
is not to be had, those that come with the software."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, get_args

from services.codes.facts import FACTS, Fact, Kind, Question
from services.codes.questions import GROUPS, Group
from services.codes.words import CodeList, Words
from services.screening.answers import AddedFact, Text
from services.web.gateway.vocabulary import NO, YES, vocabulary


class Questionnaire(NamedTuple):
    """`facts`: each with its question as the form words it; `added`: those that the rulebook adds."""

    groups: Sequence[Group]
    facts: Mapping[str, Fact]
    added: Sequence[str] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(code for group in self.groups for code in group.facts)


SHIPPED = Questionnaire(GROUPS, FACTS)


def current() -> Questionnaire:
    known = vocabulary()
    if known is None:
        return SHIPPED
    form = known["form"]
    added = {each["code"]: _added(each) for each in known["facts"]}
    facts = {code: _worded(fact, form["questions"]) for code, fact in {**FACTS, **added}.items()}
    groups = [
        Group(
            _words(group["title"]), _words(group["why"]), _words(group["law"]),
            tuple(code for code in group["facts"] if code in facts and facts[code].question),
        )
        for group in form["groups"]
    ]  # fmt: skip
    return Questionnaire([group for group in groups if group.facts], facts, tuple(added))


def _added(fact: AddedFact) -> Fact:
    options: CodeList[Any] | None = None
    if fact["options"]:
        options = CodeList(f"fact:{fact['code']}", {each["code"]: _words(each) for each in fact["options"]})
    is_flag, kind = fact["kind"] == "flag", _kind(fact["kind"])
    return Fact(
        fact["code"], _words(fact["name"]), kind, options, Question(_words(fact["question"])),
        yes=YES if is_flag else None, no=NO if is_flag else None,
    )  # fmt: skip


def _kind(text: str) -> Kind:
    """A rulebook adds no other kinds (the linter)."""
    return next((each for each in get_args(Kind) if each == text), "flag")


def _worded(fact: Fact, questions: Any) -> Fact:
    question = questions.get(fact.code)
    if question is None:
        return fact
    return replace(
        fact,
        question=Question(
            _words(question["text"]), _words(question["hint"]) if question.get("hint") else None
        ),
    )


def _words(text: Text) -> Words:
    return Words(text["th"], text["en"] or text["th"])
