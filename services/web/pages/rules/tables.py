"""A condition as a decision table in a form: tests down the side, ways to meet it side by side, and what was typed read
back as the condition. A condition that no table can say is shown in words, with the reason, until somebody writes it
anew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.kernel import decision_table
from services.kernel.decision_table import TESTS_MOST, WAYS_MOST, Cell, Probe, Table, TableImpossible
from services.kernel.rules import OPS, Condition
from services.thai.numbers import NumberError, read_whole
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import province
from services.web.pages.rules import vocabulary
from services.web.pages.rules.vocabulary import About, Vocabulary

CELLS: Mapping[str, Cell] = {"yes": True, "no": False, "": None}
OF_CELLS: Mapping[Cell, str] = {cell: text for text, cell in CELLS.items()}
REASONS = {
    "too_many": later("Its parts combine to more ways than a table shows."),
    "contradiction": later("One of its ways asks that something is so and not so."),
}
NO_VALUE = later("Choose what is asked of it.")
TWICE = later("This test stands here already.")
UNUSED = later("Say in a way whether this must be so.")
NO_PROVINCE = later("No province is called so: {}")
NOTHING = later("Fill in at least one test, and say what a way wants of it.")


class Row(NamedTuple):
    """One test as the form shows it: `name` begins the names of its fields; `text` what it asks, if it can be read."""

    name: str
    about: About | None
    op: str
    ops: Sequence[str]
    text: str | None
    verdict: str | None = None


@dataclass(frozen=True)
class View:
    """What the form shows of a condition. `impossible`: why no table can say it, with its `words`; `table`: what was
    typed, if it can be read; `verdicts`: what each way comes to for the person who is tried."""

    name: str
    rows: Sequence[Row]
    ways: range
    words: str
    impossible: str | None
    table: Table | None
    verdicts: Sequence[str] = ()


def first_values(condition: Condition | None) -> Any:
    """The table of a condition, as the first values of a form."""
    try:
        table = decision_table.read(condition) if condition else Table((), ())
    except TableImpossible:
        return {}
    tests = [
        {
            "fact": test.fact, "was": test.fact, "op": test.op, **_typed_value(test),
            "cells": {str(number): OF_CELLS[way[place]] for number, way in enumerate(table.ways)},
        }
        for place, test in enumerate(table.tests)
    ]  # fmt: skip
    return {"ways": max(1, len(table.ways)), "tests": tests}


def _typed_value(test: Probe) -> Any:
    if isinstance(test.value, Mapping):
        names = [province(code) for code in test.value.get("province", ())]
        return {"province": ", ".join(names), "basis": [*test.value.get("basis", ())]}
    if test.op in ("at_least", "at_most"):
        return {"number": str(test.value)}
    if isinstance(test.value, list):
        return {"value": [str(each) for each in test.value]}
    return {"value": "yes" if test.value is True else str(test.value)}


def read(
    form: Form, name: str, before: Condition | None, words: Vocabulary, required: bool
) -> tuple[Condition | None, View]:
    """The condition that was typed, or the one before where its table is still the same; and how the form shows it.
    What cannot be read becomes an error of its field."""
    impossible = (
        _impossible(before) if not form.value(f"{name}.anew") and form.value("do") != f"{name}:anew" else None
    )
    if impossible and before:
        text = vocabulary.condition_text(words, before)
        return before, View(name, (), range(0), text, _(REASONS[impossible]), None)
    ways = range(_count(form, name))
    numbers = _numbers(form, name)
    if form.value("do") == f"{name}:test" or not numbers:
        numbers.append(max(numbers, default=-1) + 1)
    rows: list[Row] = []
    tests: list[Probe] = []
    cells: list[list[Cell]] = []
    for number in numbers[:TESTS_MOST]:
        at = f"{name}.tests.{number}"
        about = words.get(form.value(f"{at}.fact"))
        test = _test(form, at, about) if about else None
        chosen = [CELLS.get(form.value(f"{at}.cells.{way}"), None) for way in ways]
        if test and test in tests:
            form.errors.setdefault(f"{at}.fact", []).append(_(TWICE))
            test = None
        elif test:
            tests.append(test)
            cells.append(chosen)
        if about and not any(cell is not None for cell in chosen) and not _looks(form):
            form.errors.setdefault(f"{at}.cells.0", []).append(_(UNUSED))
        ops = OPS[about.kind] if about else ()
        op = form.value(f"{at}.op")
        rows.append(
            Row(at, about, op if op in ops else next(iter(ops), ""), ops,
                vocabulary.test_text(words, test) if test else None)
        )  # fmt: skip
    table = Table(tuple(tests), tuple(zip(*cells, strict=True)) if cells else ())
    condition = decision_table.write(table)
    if before and condition and _same(before, condition):
        condition = before
    if condition is None and required and not _looks(form):
        form.errors.setdefault(f"{rows[0].name}.fact", []).append(_(NOTHING))
    shown = vocabulary.condition_text(words, condition) if condition else ""
    return condition, View(name, rows, ways, shown, None, table)


def tried(view: View, facts: Any) -> View:
    """With what each test and each way comes to for a person."""
    if view.table is None:
        return view
    places = iter(view.table.tests)
    rows = [
        row._replace(verdict=decision_table.verdict(test, facts))
        if row.text and (test := next(places, None))
        else row
        for row in view.rows
    ]
    verdicts = decision_table.verdicts(view.table, facts)
    return View(view.name, rows, view.ways, view.words, view.impossible, view.table, verdicts)


def facts_of(views: Sequence[View]) -> list[str]:
    """The facts that tables ask for, each once."""
    return list(dict.fromkeys(test.fact for view in views if view.table for test in view.table.tests))


def _looks(form: Form) -> bool:
    """Whether a button was pressed that only changes what is shown."""
    return not form.sent or bool(form.value("do"))


def _impossible(condition: Condition | None) -> str | None:
    try:
        if condition:
            decision_table.read(condition)
    except TableImpossible as reason:
        return reason.code
    return None


def _same(before: Condition, condition: Condition) -> bool:
    try:
        return decision_table.write(decision_table.read(before)) == condition
    except TableImpossible:
        return False


def _count(form: Form, name: str) -> int:
    text = form.value(f"{name}.ways")
    had = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else 1
    return min(max(had, 1) + (form.value("do") == f"{name}:way"), WAYS_MOST)


def _numbers(form: Form, name: str) -> list[int]:
    """Of the tests with a fact; emptied ones are left out."""
    start = f"{name}.tests."
    numbers = {
        key[len(start) :].partition(".")[0] for key, text in form.typed.items() if key.startswith(start)
    }
    known = sorted(int(each) for each in numbers if each.isascii() and each.isdigit() and len(each) < 4)
    return [each for each in known if form.value(f"{start}{each}.fact")]


def _test(form: Form, at: str, about: About) -> Probe | None:
    """What was typed of one test; None, with an error, if something lacks."""
    op = form.value(f"{at}.op")
    was = form.value(f"{at}.was")
    ops = OPS[about.kind]
    value: Any = None
    if about.kind == "flag":
        return Probe(about.code, "is", True)
    if op in ops and was == about.code:
        value = _value(form, at, about, op)
    if value is None:
        if f"{at}.value" not in form.errors and not _looks(form):
            form.errors.setdefault(f"{at}.value", []).append(_(NO_VALUE))
        return None
    return Probe(about.code, op, value)


def _value(form: Form, at: str, about: About, op: str) -> Any:
    if op == "includes_where":
        codes, wrong = vocabulary.province_codes(form.value(f"{at}.province"))
        if wrong:
            form.errors.setdefault(f"{at}.value", []).append(_(NO_PROVINCE).format(", ".join(wrong)))
        basis = [each for each in form.chosen(f"{at}.basis") if each]
        found = {"province": codes, "basis": basis}
        return {key: value for key, value in found.items() if value} or None
    if op in ("at_least", "at_most"):
        try:
            return read_whole(form.value(f"{at}.number"))
        except NumberError:
            return None
    by_text = {str(code): code for code in about.options}
    chosen = [by_text.get(text, text) for text in form.chosen(f"{at}.value") if text]
    if not chosen:
        return None
    return chosen[0] if op == "is" else chosen
