"""People made up to try conditions on: for each fact only the values that some condition tells apart. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from services.kernel.questions import Json
from services.kernel.rules import Condition, Fact, evaluate

Person = dict[str, Json]
TRIES = 20_000  # combinations of values at most, of the facts that a few conditions ask for
OLDEST = 120


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
            yield []
            options = about.codes or [code for leaf in asking for code in leaf["value"]]
            yield from ([code] for code in options if code not in ("none", "unknown"))
            yield [code for code in options if code not in ("none", "unknown")]
        case "range" | "number":
            limits = {leaf["value"] + off for leaf in asking for off in (-1, 0, 1)}
            numbers = [number for number in (40, *sorted(limits)) if 0 <= number <= OLDEST]
            yield from ({"min": each, "max": each} if about.kind == "range" else each for each in numbers)
        case "records":
            yield []
            for leaf in asking:
                yield [{key: codes[0] for key, codes in leaf["value"].items()}]
        case _:
            yield from (
                leaf["value"][0] if isinstance(leaf["value"], list) else leaf["value"] for leaf in asking
            )
            yield "other"


def combinations(
    conditions: Sequence[Condition], vocabulary: Mapping[str, Fact], all_of: Sequence[Condition]
) -> Iterator[Person]:
    """People who differ in the facts that the `conditions` ask for, told apart as far as `all_of` do; TRIES at most."""
    names = list(dict.fromkeys(leaf["fact"] for condition in conditions for leaf in leaves(condition)))
    options = [values(name, vocabulary[name], all_of) for name in names]
    for combination in islice(product(*options), TRIES):
        yield dict(zip(names, combination, strict=True))
