"""A draft tried on screenings of before: who would gain and lose each label, and whose first path would change. Pure.

Numbers are kept by centre, so that a reader sees of other centres only what is no small number (`sum_for`). What a
condition finds is worked out once for each combination of the answers that it looks at: people are many, answers few.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypedDict

import orjson

from services.codes.coarse import SMALL, hiding
from services.kernel.questions import Body, Json
from services.kernel.rules import MET, Condition, Verdict, evaluate
from services.screening.domain.assessment import outline
from services.screening.domain.people import leaves
from services.screening.domain.rulebook import Rulebook
from services.screening.domain.verdicts import Weigh, follows

FEW = SMALL  # fewer than so many of other centres are not told
CASES_KEPT = 500  # of each centre, of those whose outcome changes
BANDS = ("0-12", "13-17", "18-29", "30-39", "40-49", "50-59", "60-69", "70-79", "80-120")  # by the least age
KINDS = ("sex", "age_band", "nationality", "domicile")


class Past(NamedTuple):
    """A screening as it is stored. `decided`: the path that the working group agreed on after it; `latest`: it counts
    for a case that is open; `findings`: what the latest review after it found (codes.reviews.FINDINGS)."""

    case_id: str
    screening_id: str
    centre: str
    facts: Body
    decided: str | None
    latest: bool
    findings: Sequence[str] = ()


class Cell(TypedDict):
    of: int
    changed: int
    gained: dict[str, int]
    lost: dict[str, int]
    first_path: dict[str, int]


class ChangedCase(TypedDict):
    case_id: str
    screening_id: str
    centre: str
    gained: list[str]
    lost: list[str]
    before: str | None
    after: str | None
    decided: str | None
    open: bool


class OfCentre(TypedDict):
    """Of one centre: all its screenings, those of open cases, those of each kind of people; of those whose first path
    changes how the working group's decision agrees with it; of those that change what reviews found; and the cases
    themselves, CASES_KEPT at most."""

    all: Cell
    open: Cell
    by: dict[str, dict[str, Cell]]
    decided: dict[str, int]
    reviewed: dict[str, int]
    cases: list[ChangedCase]


State = dict[str, OfCentre]


def empty() -> Cell:
    return {"of": 0, "changed": 0, "gained": {}, "lost": {}, "first_path": {}}


class Quick:
    """What a rulebook makes of people: (labels met, first path)."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self.names: dict[int, tuple[str, ...]] = {}
        self.known: dict[tuple[Hashable, ...], Verdict] = {}

    def weighing(self, replies: Body) -> tuple[Body, Weigh]:
        """The facts with those that follow, and what each condition of this rulebook comes to for them."""
        frozen: dict[str, Hashable] = {
            name: value if isinstance(value, str | int) else orjson.dumps(value)
            for name, value in replies.items()
        }
        facts: Body = replies

        def weigh(condition: Condition | None) -> Verdict:
            if condition is None:
                return MET
            at = id(condition)  # of this book, which lives as long as this
            names = self.names.get(at)
            if names is None:
                names = self.names[at] = tuple(dict.fromkeys(leaf["fact"] for leaf in leaves(condition)))
            key = (at, *[frozen.get(name) for name in names])
            verdict = self.known.get(key)
            if verdict is None:
                verdict = self.known[key] = evaluate(condition, facts).verdict
            return verdict

        added = follows(self.book, replies, weigh)
        if added:
            frozen.update(added)
            facts = {**added, **replies}
        return facts, weigh

    def __call__(self, replies: Body) -> tuple[frozenset[str], str | None]:
        facts, weigh = self.weighing(replies)
        found = outline(self.book, facts, [weigh(label.condition) for label in self.book.labels], weigh)
        return frozenset(label.code for label in found.met), found.paths[0] if found.paths else None


Pairs = list[tuple[Condition | None, Condition | None]]


def differing(before: Rulebook, after: Rulebook) -> Pairs | None:
    """The conditions in which two rulebooks differ, if in nothing else that a trial counts; else None."""
    if _frame(before) != _frame(after):
        return None
    pairs: Pairs = [
        (old.condition, new.condition) for old, new in zip(before.labels, after.labels, strict=True)
    ]
    pairs += [(before.paths[code].needs, after.paths[code].needs) for code in before.paths]
    return [(old, new) for old, new in pairs if old != new]


def _frame(book: Rulebook) -> list[Any]:
    labels = [(each.code, each.leads, each.where, each.paths) for each in book.labels]
    paths = [(each.code, each.by_wish, each.only_if_sure) for each in book.paths.values()]
    dangers = [(each.code, each.path, each.needs) for each in book.dangers.values()]
    return [labels, paths, dangers, book.applies, book.last, book.undecided_too]


def tally(state: State, pasts: Iterable[Past], before: Quick, after: Quick) -> None:
    """Count these screenings in. Where the rulebooks differ in conditions only, most people need no more than those."""
    pairs = differing(before.book, after.book)
    for past in pasts:
        gained: list[str] = []
        lost: list[str] = []
        first = then = None
        if pairs is None or _differs(pairs, past.facts, before, after):
            old, first = before(past.facts)
            new, then = after(past.facts)
            gained, lost = sorted(new - old), sorted(old - new)
        of = state.get(past.centre)
        if of is None:
            of = state[past.centre] = {
                "all": empty(), "open": empty(), "by": {kind: {} for kind in KINDS}, "decided": {},
                "reviewed": {}, "cases": [],
            }  # fmt: skip
        cells = [of["all"], *([of["open"]] if past.latest else [])]
        cells += [of["by"][kind].setdefault(value, empty()) for kind, value in kinds(past)]
        for cell in cells:
            cell["of"] += 1
        if first == then and not gained and not lost:
            continue
        for cell in cells:
            _count(cell, gained, lost, first, then)
        if first != then:
            how = _agreement(past.decided, first, then)
            of["decided"][how] = of["decided"].get(how, 0) + 1
        for finding in past.findings:
            of["reviewed"][finding] = of["reviewed"].get(finding, 0) + 1
        if len(of["cases"]) < CASES_KEPT:
            of["cases"].append(
                {
                    "case_id": past.case_id, "screening_id": past.screening_id, "centre": past.centre,
                    "gained": gained, "lost": lost, "before": first, "after": then, "decided": past.decided,
                    "open": past.latest,
                }
            )  # fmt: skip


def _differs(pairs: Pairs, facts: Body, before: Quick, after: Quick) -> bool:
    (_, old), (_, new) = before.weighing(facts), after.weighing(facts)
    return any(old(one) is not new(other) for one, other in pairs)


def _count(
    cell: Cell, gained: Sequence[str], lost: Sequence[str], first: str | None, then: str | None
) -> None:
    cell["changed"] += 1
    for label in gained:
        cell["gained"][label] = cell["gained"].get(label, 0) + 1
    for label in lost:
        cell["lost"][label] = cell["lost"].get(label, 0) + 1
    if first != then:
        way = f"{first or 'none'}→{then or 'none'}"
        cell["first_path"][way] = cell["first_path"].get(way, 0) + 1


def _agreement(decided: str | None, first: str | None, then: str | None) -> str:
    """How what the working group decided goes with the first path before and after."""
    if decided is None:
        return "none"
    return "as_before" if decided == first else "as_after" if decided == then else "other"


def kinds(past: Past) -> list[tuple[str, str]]:
    age, homes = past.facts.get("age"), past.facts.get("domicile")
    return [
        ("sex", _code(past.facts.get("sex"))),
        ("age_band", _band(age)),
        ("nationality", _code(past.facts.get("nationality"))),
        ("domicile", _home(homes, past.centre)),
    ]


def _code(value: Json) -> str:
    return value if isinstance(value, str) else "unknown"


def _band(age: Json) -> str:
    if not isinstance(age, Mapping):
        return "unknown"
    low = age["min"] if isinstance(age["min"], int) else 0
    bounds = [int(band.partition("-")[0]) for band in BANDS]
    return BANDS[sum(bound <= low for bound in bounds) - 1]


def _home(homes: Json, centre: str) -> str:
    """Whether a domicile lies in the centre's own province."""
    if not isinstance(homes, Sequence) or not homes:
        return "unknown"
    return "in" if any(isinstance(each, Mapping) and each["province"] == centre for each in homes) else "out"


class Sum(NamedTuple):
    """One sum for a reader: with those of other centres unless they are FEW or would tell others that are; `few`: some
    are left out."""

    cell: Cell
    few: bool


def sum_for(own: Sequence[Cell], others: Sequence[Cell]) -> Sum:
    return parts_for({"": own}, {"": others})[""]


def parts_for(own: Mapping[str, Sequence[Cell]], others: Mapping[str, Sequence[Cell]]) -> dict[str, Sum]:
    """The same of cells whose sum is told as well: nothing that is left out of one can be worked out from it."""
    values = sorted({*own, *others})
    mine = {value: _numbers(_sum(own.get(value, ()))) for value in values}
    theirs = {value: _numbers(_sum(others.get(value, ()))) for value in values}
    found, few = {value: empty() for value in values}, set[str]()
    for part, name in sorted({key for of in (*mine.values(), *theirs.values()) for key in of}):
        counts = {value: theirs[value].get((part, name), 0) for value in values}
        out = left_out(counts)
        few |= out
        for value in values:
            number = mine[value].get((part, name), 0) + (0 if value in out else counts[value])
            if number:
                _put(found[value], part, name, number)
    return {value: Sum(found[value], value in few) for value in values}


def left_out(counts: Mapping[str, int]) -> set[str]:
    """Which of other centres' counts are not told beside their sum: those of FEW, and with them the first that is none,
    or all of them, where that would not help."""
    few, large = hiding(counts)
    if not few:
        return set()
    return {*counts} if large is None else {*few, large}


def _numbers(cell: Cell) -> dict[tuple[str, str], int]:
    """{(part, name): number}; what a cell counts by no name has "" for it."""
    numbers = {("of", ""): cell["of"], ("changed", ""): cell["changed"]}
    for part, counts in (
        ("gained", cell["gained"]),
        ("lost", cell["lost"]),
        ("first_path", cell["first_path"]),
    ):
        numbers |= {(part, name): count for name, count in counts.items()}
    return numbers


def _put(cell: Cell, part: str, name: str, number: int) -> None:
    match part:
        case "of":
            cell["of"] = number
        case "changed":
            cell["changed"] = number
        case "gained":
            cell["gained"][name] = number
        case "lost":
            cell["lost"][name] = number
        case _:
            cell["first_path"][name] = number


def closed_of(of: OfCentre) -> Cell:
    """The screenings that do not count for an open case."""
    closed, opened = empty(), _numbers(of["open"])
    for (part, name), number in _numbers(of["all"]).items():
        _put(closed, part, name, number - opened.get((part, name), 0))
    return closed


def _sum(cells: Iterable[Cell]) -> Cell:
    total = empty()
    for cell in cells:
        total["of"] += cell["of"]
        total["changed"] += cell["changed"]
        for whole, part in (
            (total["gained"], cell["gained"]), (total["lost"], cell["lost"]),
            (total["first_path"], cell["first_path"]),
        ):  # fmt: skip
            for name, count in part.items():
                whole[name] = whole.get(name, 0) + count
    return total


def part_of(state: State, centres: Collection[str] | None, own: bool) -> list[OfCentre]:
    """What is of a reader's own centres (None: of no centre's), or what is not."""
    return [of for centre, of in state.items() if (centre in (centres or ())) == own]
