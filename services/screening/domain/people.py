"""People made up to try conditions on: for each fact only the values that some condition tells apart. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from services.kernel.questions import Json
from services.kernel.rules import MET, NOT_MET, Condition, Fact, evaluate

Person = dict[str, Json]
TRIES = 20_000  # people at most, half made up ones too, that a search looks at
OLDEST = 120
MANY = 8  # codes of which every choice of several is tried


def leaves(condition: Condition) -> Iterator[Condition]:
    """The parts of a condition that look at a fact."""
    if "fact" in condition:
        yield condition
        return
    parts = [condition["not"]] if "not" in condition else condition.get("all") or condition["any"]
    for part in parts:
        yield from leaves(part)


def values(fact: str, about: Fact, conditions: Iterable[Condition]) -> list[Json]:
    """A value of the fact for each way in which the conditions' parts may answer to it."""
    asking = [leaf for condition in conditions for leaf in leaves(condition) if leaf["fact"] == fact]
    found: dict[tuple[str, ...], Json] = {}
    for value in _candidates(about, asking):
        found.setdefault(tuple(evaluate(leaf, {fact: value}).verdict for leaf in asking), value)
    return list(found.values())


def _candidates(about: Fact, asking: Sequence[Condition]) -> Iterator[Json]:
    match about.kind:
        case "flag":
            yield from (False, True)
        case "code" | "number" if about.codes:
            yield from (code for code in about.codes if code != "unknown")
        case "codes":
            yield from _choices(about, asking)
        case "range" | "number":
            limits = {leaf["value"] + off for leaf in asking for off in (-1, 0, 1)}
            numbers = [number for number in (40, *sorted(limits)) if 0 <= number <= OLDEST]
            yield from ({"min": each, "max": each} if about.kind == "range" else each for each in numbers)
        case "records":
            each = [{key: codes[0] for key, codes in leaf["value"].items()} for leaf in asking]
            yield from ([], *([one] for one in each), each)
        case _:
            for leaf in asking:
                yield from leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]]
            yield "other"


def _choices(about: Fact, asking: Sequence[Condition]) -> Iterator[list[Json]]:
    """None, one, several, all of them. Of what can be chosen from many, only what is asked for matters."""
    of_leaves = [leaf["value"] if isinstance(leaf["value"], list) else [leaf["value"]] for leaf in asking]
    asked = list(dict.fromkeys(code for codes in of_leaves for code in codes))
    options = [code for code in about.codes or asked if code not in ("none", "unknown")]
    yield []
    yield from ([code] for code in options)
    among = options if len(options) <= MANY else [code for code in options if code in asked]
    if len(among) <= MANY:
        for several in range(2, len(among)):
            yield from (list(chosen) for chosen in combinations(among, several))
    yield options


class Search(NamedTuple):
    """`person`: who was looked for, if there is one; `over`: everybody was looked at, so that nobody else is one."""

    person: Person | None
    over: bool


def search(
    condition: Condition, vocabulary: Mapping[str, Fact], accepted: Callable[[Person], bool] = lambda _: True
) -> Search:
    """Somebody who meets a condition and is accepted, made up fact by fact: nobody is made up further of whom it is
    sure that they do not meet it, since learning more changes no definite answer."""
    names = list(dict.fromkeys(leaf["fact"] for leaf in leaves(condition)))
    options = [values(name, vocabulary[name], [condition]) for name in names]
    left = TRIES

    def further(person: Person, at: int) -> Person | None:
        nonlocal left
        left -= 1
        verdict = evaluate(condition, person).verdict
        if verdict is NOT_MET or left < 0:
            return None
        if at == len(names):
            return person if verdict is MET and accepted(person) else None
        for value in options[at]:
            if found := further({**person, names[at]: value}, at + 1):
                return found
        return None

    found = further({}, 0)
    return Search(found, found is not None or left >= 0)
