"""Rules as data, answered in three values, so that what nobody asked yet is never taken for a "no". Pure.

A condition is JSON: {"all": [part, ...]}, {"any": [part, ...]}, {"not": part}, or a leaf
{"fact", "op", "value"}:

| op | the fact is | met if |
|---|---|---|
| is | a flag, code or number | it equals value |
| in | a code or number | it is one of value |
| includes_any | a list of codes | it holds one of value; a stated empty list holds none |
| includes_where | a list of records | one record has, for each key of value, one of value[key] |
| at_least, at_most | a number, or a range {"min", "max"} (None: open end) | all of it is on that side |

A range may have a "margin": its ends are an estimate and may lie so much farther out. Of several codes where one
was asked for, `is` and `in` look for any that fits; one code where a list was asked for is a list of one.

A fact that is missing, None or the code "unknown" makes its leaf unknown, and so does a range that lies
across the limit. A caller whose empty list means "not asked" leaves the fact out. Parts are joined by
Kleene's strong logic, so learning a fact never turns met into not_met or back. `evaluate` trusts its
condition; `check` is what looks at rules when they are loaded.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Any, Literal, NamedTuple, TypedDict

Condition = Mapping[str, Any]


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


MET, NOT_MET, UNKNOWN = Verdict
UNKNOWN_CODE = "unknown"


class Reason(TypedDict):
    """One leaf that counted: what the rule wants of a fact, and what was found (None: not known)."""

    fact: str
    op: str
    value: Any
    found: Any


class Result(NamedTuple):
    """A verdict, the leaves that made it so, and, while unknown, the facts that could decide it."""

    verdict: Verdict
    because: tuple[Reason, ...]
    ask: tuple[str, ...]


def evaluate(condition: Condition, facts: Mapping[str, Any]) -> Result:
    """The verdict of a checked condition over {fact: value}. Same condition and facts, same result."""
    verdict, leaves = _weigh(condition, facts)
    because = tuple([_reason(leaf, facts) for leaf in leaves])
    if verdict is not UNKNOWN:
        return Result(verdict, because, ())
    return Result(verdict, because, tuple(dict.fromkeys(leaf["fact"] for leaf in leaves)))


def _reason(leaf: Condition, facts: Mapping[str, Any]) -> Reason:
    return {"fact": leaf["fact"], "op": leaf["op"], "value": leaf["value"], "found": facts.get(leaf["fact"])}


def _weigh(condition: Condition, facts: Mapping[str, Any]) -> tuple[Verdict, list[Condition]]:
    if "fact" in condition:
        return _leaf(condition["op"], condition["value"], facts.get(condition["fact"])), [condition]
    if "not" in condition:
        verdict, leaves = _weigh(condition["not"], facts)
        return _OPPOSITE[verdict], leaves
    decisive, parts = (NOT_MET, condition["all"]) if "all" in condition else (MET, condition["any"])
    weighed = [_weigh(part, facts) for part in parts]
    verdicts = [verdict for verdict, _ in weighed]
    verdict = decisive if decisive in verdicts else UNKNOWN if UNKNOWN in verdicts else _OPPOSITE[decisive]
    return verdict, [leaf for found, leaves in weighed if found is verdict for leaf in leaves]


_OPPOSITE = {MET: NOT_MET, NOT_MET: MET, UNKNOWN: UNKNOWN}


def _leaf(op: str, value: Any, actual: Any) -> Verdict:
    if actual is None or actual == UNKNOWN_CODE:
        return UNKNOWN
    match op:
        case "is":
            return MET if value in _several(actual) else NOT_MET
        case "in" | "includes_any":
            return MET if any(item in value for item in _several(actual)) else NOT_MET
        case "includes_where":
            records = (all(record.get(key) in codes for key, codes in value.items()) for record in actual)
            return MET if any(records) else NOT_MET
        case "at_least" | "at_most":
            low, high = _ends(actual)
            if op == "at_least":
                return _side(low is not None and low >= value, high is not None and high < value)
            return _side(high is not None and high <= value, low is not None and low > value)
    raise RulesWrong([f"unknown op {op!r}"])


def _several(actual: Any) -> list[Any]:
    return actual if isinstance(actual, list) else [actual]


def _ends(actual: Any) -> tuple[int | None, int | None]:
    if not isinstance(actual, Mapping):
        return actual, actual
    low, high, margin = actual.get("min"), actual.get("max"), actual.get("margin", 0)
    return None if low is None else low - margin, None if high is None else high + margin


def _side(wholly_inside: bool, wholly_outside: bool) -> Verdict:
    return MET if wholly_inside else NOT_MET if wholly_outside else UNKNOWN


class Fact(NamedTuple):
    """What a fact may be. `codes`: its values (empty: any). `keys`: the same for each key of a record."""

    kind: Literal["flag", "code", "codes", "number", "range", "records"]
    codes: Sequence[str | int] = ()
    keys: Mapping[str, Sequence[str | int]] = {}


class RulesWrong(ValueError):
    """Rule data that cannot be used; `problems` names each place and what is wrong there."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = tuple(problems)


OPS: Mapping[str, tuple[str, ...]] = {
    "flag": ("is",),
    "code": ("is", "in"),
    "codes": ("includes_any", "is"),
    "number": ("is", "in", "at_least", "at_most"),
    "range": ("at_least", "at_most"),
    "records": ("includes_where",),
}


def check(conditions: Mapping[str, Condition], vocabulary: Mapping[str, Fact]) -> None:
    """Look at rule data {rule name: condition} before it is used. Raises RulesWrong with all its problems."""
    problems = [p for name, condition in conditions.items() for p in _problems(name, condition, vocabulary)]
    if problems:
        raise RulesWrong(problems)


def _problems(at: str, condition: Any, vocabulary: Mapping[str, Fact]) -> Iterator[str]:
    if not isinstance(condition, Mapping):
        yield f"{at}: a condition is an object, not {condition!r}"
        return
    match sorted(condition):
        case ["all" | "any" as joined]:
            parts = condition[joined]
            if not isinstance(parts, list) or not parts:
                yield f"{at}.{joined}: needs a list of at least one part"
                return
            for number, part in enumerate(parts):
                yield from _problems(f"{at}.{joined}[{number}]", part, vocabulary)
        case ["not"]:
            yield from _problems(f"{at}.not", condition["not"], vocabulary)
        case ["fact", "op", "value"]:
            yield from _leaf_problems(at, condition, vocabulary)
        case keys:
            has = ", ".join(map(str, keys)) or "nothing"
            yield f"{at}: must be one of all, any, not, or fact with op and value; has {has}"


def _leaf_problems(at: str, leaf: Condition, vocabulary: Mapping[str, Fact]) -> Iterator[str]:
    name, op, value = leaf["fact"], leaf["op"], leaf["value"]
    fact = vocabulary.get(name)
    if fact is None:
        yield f"{at}: unknown fact {name!r}"
    elif op not in OPS[fact.kind]:
        allowed = ", ".join(OPS[fact.kind])
        yield f"{at}: op {op!r} does not fit {name}, which is a {fact.kind}; use {allowed}"
    elif op in ("in", "includes_any"):
        yield from _list_problems(f"{at}: {name}", value, fact.kind, fact.codes)
    elif op == "includes_where":
        if not isinstance(value, Mapping) or not value:
            yield f"{at}: {name} needs an object of key and codes, not {value!r}"
            return
        for key, codes in value.items():
            if key not in fact.keys:
                yield f"{at}: {name} has no key {key!r}"
            else:
                yield from _list_problems(f"{at}: {name}.{key}", codes, "code", fact.keys[key])
    else:
        yield from _value_problems(f"{at}: {name}", value, fact.kind, fact.codes)


def _list_problems(at: str, values: Any, kind: str, codes: Sequence[str | int]) -> Iterator[str]:
    if not isinstance(values, list) or not values:
        yield f"{at} needs a list of at least one value, not {values!r}"
        return
    for value in values:
        yield from _value_problems(at, value, kind, codes)


def _value_problems(at: str, value: Any, kind: str, codes: Sequence[str | int]) -> Iterator[str]:
    is_flag, is_number = isinstance(value, bool), isinstance(value, int) and not isinstance(value, bool)
    if kind == "flag" and not is_flag:
        yield f"{at} needs true or false, not {value!r}"
    elif kind in ("number", "range") and not is_number:
        yield f"{at} needs a whole number, not {value!r}"
    elif kind in ("code", "codes") and (is_flag or not isinstance(value, str | int)):
        yield f"{at} needs a code, not {value!r}"
    elif value == UNKNOWN_CODE:
        yield f"{at}: 'unknown' is never met; leave it out"
    elif codes and value not in codes:
        yield f"{at} has no value {value!r}; it has {', '.join(map(str, codes))}"
