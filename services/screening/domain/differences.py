"""What changed from one screening of a case to the next. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.codes.shapes import Verdict
from services.screening import answers

DAY = "on"  # an age was known for a day; another day alone is no change


class Found(NamedTuple):
    """What a screening knew and came to: facts {code: value}, verdicts {label: verdict}, paths best first."""

    facts: Mapping[str, answers.FactValue]
    labels: Mapping[str, Verdict]
    paths: Sequence[str]


def changes(before: Found, now: Found) -> answers.ScreeningChanges:
    first, then = next(iter(now.paths), None), next(iter(before.paths), None)
    return {
        "facts": [
            {"fact": code, "before": before.facts.get(code), "now": now.facts.get(code)}
            for code in sorted({*before.facts, *now.facts})
            if _without_day(before.facts.get(code)) != _without_day(now.facts.get(code))
        ],
        "labels": [
            {"code": code, "before": before.labels.get(code), "now": now.labels.get(code)}
            for code in dict.fromkeys((*now.labels, *before.labels))
            if before.labels.get(code) != now.labels.get(code)
        ],
        "first_path": {"before": then, "now": first} if first != then else None,
    }


def _without_day(value: Any) -> Any:
    return (
        {name: part for name, part in value.items() if name != DAY} if isinstance(value, Mapping) else value
    )
