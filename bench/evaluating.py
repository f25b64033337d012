"""How many people's labels are told in a second from the rulebook that comes with the software, beside `zen-engine`
with the same table: one row for each label, all rows looked at, each row's condition in that engine's language.

Of people of whom every answer is known both must find the same labels; of people of whom some is not, how many of the
labels that we call unknown the other says no to is counted. Ours gives the reasons too, so the other is timed with its
trace as well; what a screening asks for (labels, paths, closed ways, what to ask next) is timed beside them.
"""

import argparse
import json
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from random import Random
from typing import Any

import zen

from bench.trial import facts
from services.kernel.questions import Body
from services.kernel.rules import MET, UNKNOWN, Condition, Verdict, evaluate
from services.screening.domain.assessment import assess
from services.screening.domain.rulebook import Rulebook, rulebook

VERSION = "2569-2"
RANGES = ("age",)  # facts that are a range
NOTHING: Body = {  # what is said of somebody of whom an answer is missing, where all must be known
    "sex": "male", "age": {"on": "2026-11-01", "min": 40, "max": 40}, "nationality": "thai", "housing": "home",
    "disability_types": [], "disability_card": False, "begging": ["none"], "income_sufficient": True,
    "can_depend_on_others": True, "mental_crisis": False, "trafficking_signs": False, "pregnant": False,
}  # fmt: skip


def expression(condition: Condition) -> str:
    """A condition in the other engine's language; of a range its ends, which is what ours looks at."""
    if "fact" in condition:
        return _leaf(condition["fact"], condition["op"], condition["value"])
    if "not" in condition:
        return f"not ({expression(condition['not'])})"
    join, parts = (" and ", condition["all"]) if "all" in condition else (" or ", condition["any"])
    return "(" + join.join(expression(part) for part in parts) + ")"


def _leaf(fact: str, op: str, value: Any) -> str:
    def of(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    match op:
        case "is":
            return f"{fact} == {of(value)}"
        case "in":
            return f"{fact} in {of(value)}"
        case "includes_any":
            return f"some({fact}, # in {of(value)})"
        case "includes_where":
            keys = " and ".join(f"#.{key} in {of(wanted)}" for key, wanted in value.items())
            return f"some({fact}, {keys})"
        case "at_least":
            return f"{fact}.min >= {of(value)}" if fact in RANGES else f"{fact} >= {of(value)}"
        case "at_most":
            return f"{fact}.max <= {of(value)}" if fact in RANGES else f"{fact} <= {of(value)}"
    raise ValueError(op)


def table(book: Rulebook) -> str:
    """A decision of the other engine: what goes in, one table of all labels, what comes out."""
    rows = [
        {"_id": each.code, "when": expression(each.condition), "then": json.dumps(each.code)}
        for each in book.labels
    ]
    content = {
        "hitPolicy": "collect",
        "inputs": [{"id": "when", "name": "when"}],
        "outputs": [{"id": "then", "name": "then", "field": "label"}],
        "rules": rows,
    }
    place = {"x": 0, "y": 0}
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode", "position": place},
        {
            "id": "labels",
            "name": "labels",
            "type": "decisionTableNode",
            "position": place,
            "content": content,
        },
        {"id": "out", "name": "out", "type": "outputNode", "position": place},
    ]
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in (("in", "labels"), ("labels", "out"))
    ]
    return json.dumps({"nodes": nodes, "edges": edges}, ensure_ascii=False)


def theirs(decision: Any, person: Body, options: Mapping[str, bool] | None = None) -> set[str]:
    result = decision.evaluate(person, options)["result"]
    return {each["label"] for each in result or ()}


def ours(book: Rulebook, person: Body) -> dict[Verdict, set[str]]:
    """{verdict: labels}, found with their reasons."""
    found: dict[Verdict, set[str]] = {each: set() for each in Verdict}
    for label in book.labels:
        found[evaluate(label.condition, person).verdict].add(label.code)
    return found


def a_second(ask: Callable[[Body], object], people: Sequence[Body]) -> int:
    """How many are asked about in one, by the best of three runs over all of them."""
    times = []
    for _ in range(3):
        begun = time.perf_counter()
        for person in people:
            ask(person)
        times.append(time.perf_counter() - begun)
    return round(len(people) / min(times))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    options = parser.parse_args()
    book, chance = rulebook(VERSION), Random(7)
    decision = zen.ZenEngine().create_decision(table(book))
    decision.validate()
    partly = [_with_lists(facts(chance)) for _ in range(options.people)]
    fully = [{**NOTHING, **person} for person in partly]
    found = [ours(book, person) for person in partly]
    said_no = sum(
        len(each[UNKNOWN] - theirs(decision, person)) for each, person in zip(found, partly, strict=True)
    )
    rates = {
        "ours_with_reasons": a_second(partial(ours, book), fully),
        "zen": a_second(partial(theirs, decision), fully),
        "zen_with_trace": a_second(partial(theirs, decision, options={"trace": True}), fully),
        "ours_whole_assessment": a_second(partial(assess, book), fully),
    }
    line = {
        "figure": "w_evaluations_a_second", "peer_name": "zen-engine 2.1", "people": options.people,
        "labels": len(book.labels), **rates,
        "ratio": round(rates["ours_with_reasons"] / rates["zen_with_trace"], 2),
        "different_where_all_is_known": sum(ours(book, each)[MET] != theirs(decision, each) for each in fully),
        "labels_unknown": sum(len(each[UNKNOWN]) for each in found),
        "of_those_no_by_the_peer": said_no,
    }  # fmt: skip
    print(json.dumps(line))


def _with_lists(person: Mapping[str, Any]) -> Body:
    """One code where a list is asked for is a list of one: the other engine has to be given the list."""
    return {**person, **({"begging": [person["begging"]]} if "begging" in person else {})}


if __name__ == "__main__":
    main()
