"""A condition (kernel.rules) as a limited-entry decision table, which people read and change: tests down the side, ways
to meet the condition side by side, and in each cell whether the test must be met, must not be met, or does not matter.
A condition is met if one of its ways is. Pure.

`read` and `write` say the same in Kleene's logic: what is not known stays not known. What `write` made, `read` and
`write` give back as it was. A condition that a table cannot say (TableImpossible) is left as it is by whoever shows it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from services.kernel.questions import Body
from services.kernel.rules import MET, NOT_MET, UNKNOWN, Condition, Verdict, evaluate

WAYS_MOST = 12
TESTS_MOST = 20

Cell = bool | None  # the test must be met, must not be met, does not matter


class Probe(NamedTuple):
    """One question to the facts: a leaf of a condition. Of a flag it asks whether it is so."""

    fact: str
    op: str
    value: Any

    @property
    def leaf(self) -> Condition:
        return {"fact": self.fact, "op": self.op, "value": self.value}


class Literal(NamedTuple):
    test: Probe
    met: bool

    @property
    def condition(self) -> Condition:
        if self.met:
            return self.test.leaf
        if self.test.op == "is" and self.test.value is True:
            return {**self.test.leaf, "value": False}
        return {"not": self.test.leaf}


@dataclass(frozen=True)
class Table:
    """`ways`: each with a cell for each test, in their order."""

    tests: tuple[Probe, ...]
    ways: tuple[tuple[Cell, ...], ...]


class TableImpossible(ValueError):
    """`code`: too_many (ways or tests), contradiction (one way asks that a test is met and not met)."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(condition: Condition) -> Table:
    ways = _ways(condition, met=True)
    tests: list[Probe] = []
    for way in ways:
        tests += [each.test for each in way if each.test not in tests]
    if len(tests) > TESTS_MOST:
        raise TableImpossible("too_many")
    return Table(tuple(tests), tuple(_cells(way, tests) for way in ways))


def write(table: Table) -> Condition | None:
    """None if no way asks for anything."""
    ways = [
        [Literal(test, cell) for test, cell in zip(table.tests, way, strict=True) if cell is not None]
        for way in table.ways
    ]
    order: list[Probe] = []
    for way in ways:
        order += [each.test for each in way if each.test not in order]
    written = [_joined("all", sorted(way, key=lambda each: order.index(each.test))) for way in ways if way]
    if not written:
        return None
    return written[0] if len(written) == 1 else {"any": written}


def verdicts(table: Table, facts: Body) -> list[Verdict]:
    """What each way comes to for somebody; of a way that asks for nothing: not met."""
    found: list[Verdict] = []
    for way in table.ways:
        condition = write(Table(table.tests, (way,)))
        found.append(evaluate(condition, facts).verdict if condition else NOT_MET)
    return found


def verdict(test: Probe, facts: Body) -> Verdict:
    return evaluate(test.leaf, facts).verdict


def best(of_ways: Sequence[Verdict]) -> Verdict:
    """Of a condition, from those of its ways."""
    return MET if MET in of_ways else UNKNOWN if UNKNOWN in of_ways else NOT_MET


def _joined(name: str, way: Sequence[Literal]) -> Condition:
    parts = [each.condition for each in way]
    return parts[0] if len(parts) == 1 else {name: parts}


def _cells(way: Sequence[Literal], tests: Sequence[Probe]) -> tuple[Cell, ...]:
    cells: list[Cell] = [None] * len(tests)
    for each in way:
        place = tests.index(each.test)
        if cells[place] is not None and cells[place] is not each.met:
            raise TableImpossible("contradiction")
        cells[place] = each.met
    return tuple(cells)


def _ways(condition: Condition, met: bool) -> list[list[Literal]]:
    """The ways in which a condition is met (or not met), each as what must hold together."""
    if "fact" in condition:
        return [[_literal(condition, met)]]
    if "not" in condition:
        return _ways(condition["not"], not met)
    parts = [_ways(part, met) for part in condition.get("all") or condition["any"]]
    if ("all" in condition) is met:
        return list(_together(parts))
    found = [way for part in parts for way in part]
    if len(found) > WAYS_MOST:
        raise TableImpossible("too_many")
    return found


def _together(parts: Sequence[Sequence[list[Literal]]]) -> Iterator[list[Literal]]:
    count = 1
    for part in parts:
        count *= len(part)
    if count > WAYS_MOST:
        raise TableImpossible("too_many")
    found: list[list[Literal]] = [[]]
    for part in parts:
        found = [[*before, *way] for before in found for way in part]
    yield from found


def _literal(leaf: Condition, met: bool) -> Literal:
    if leaf["op"] == "is" and leaf["value"] is False:
        return Literal(Probe(leaf["fact"], "is", True), not met)
    return Literal(Probe(leaf["fact"], leaf["op"], leaf["value"]), met)
