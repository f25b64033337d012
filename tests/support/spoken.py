"""Everything that is said in data: the words beside each code, fact, rule, criterion, step and measure."""

from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from typing import Any

from services import codes
from services.codes import (
    access,
    ages,
    criteria,
    decisions,
    facts,
    questions,
    rules,
    sentences,
    situation,
    steps,
)
from services.codes.words import CodeList, Words
from services.reporting import measures

ROOMS = (
    codes, access, ages, criteria, decisions, facts, questions, rules, sentences, situation, steps, measures,
)  # fmt: skip


def every_word() -> Iterator[Words]:
    """More than once what several rooms have."""
    for room in ROOMS:
        yield from words_within(vars(room))


def words_within(thing: Any) -> Iterator[Words]:
    """Every Words in data: of a list of codes, of a mapping or a tuple, of what is described in fields."""
    if isinstance(thing, Words):
        yield thing
        return
    if isinstance(thing, CodeList):
        thing = thing.words
    elif is_dataclass(thing):
        thing = vars(thing)
    for part in thing.values() if isinstance(thing, Mapping) else thing if isinstance(thing, tuple) else ():
        yield from words_within(part)
