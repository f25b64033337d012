"""The facts of a screening: what each may be, and how what was told and what the case knows become one set. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.codes.facts import FACTS
from services.kernel import rules
from services.kernel.rules import UNKNOWN_CODE
from services.screening.events import Form
from services.thai import dates
from services.thai.dates import AgeRange

FORM: Form = {"id": "screening", "version": "1"}

# What the rules may ask of each fact. A birth date is not one of them: only the age that follows from it is kept.
VOCABULARY: Mapping[str, rules.Fact] = {
    fact.code: rules.Fact(fact.kind, () if fact.free else fact.options or (), fact.keys)
    for fact in FACTS.values()
    if fact.kind != "date"
}


def normalised(answers: Mapping[str, Any], known: Mapping[str, Any], day: date) -> dict[str, Any]:
    """One fact each, in one writing: what was told, else what the case knows. Unknown facts are left out.

    `answers` may hold birth_date ("1957", "1957-05", "1957-05-12"; DateError if nobody alive has it) instead of age
    {min, max, on?}; only the age in full years on `day` (Asia/Bangkok) is kept. An empty domicile is unknown.
    """
    facts = {**_stated(known), **_stated(answers)}
    if birth := facts.pop("birth_date", None):
        facts["age"] = dates.age_range(day, birth=dates.birth_date(birth, day))
    elif "age" in facts:
        facts["age"] = aged(facts["age"], day)
    for name, key in _SORTED.items():
        if name in facts:
            facts[name] = sorted(_once(facts[name]), key=key)
    if "wants" in facts:
        facts["wants"] = _once(facts["wants"])
    return {name: facts[name] for name in sorted(facts) if facts[name] != UNKNOWN_CODE}


def aged(age: Mapping[str, Any], day: date) -> AgeRange:
    """An age as it may be on a later day: a birthday may have come since, so the range can only widen upwards.

    {"on": "2026-11-01", "min": 59, "max": 59} is 59 to 60 a month later: nobody loses a right for
    a birthday we cannot see.
    """
    on = age.get("on") or day.isoformat()
    start = date.fromisoformat(on)
    if start >= day:
        return {"on": on, "min": age["min"], "max": age["max"]}
    years = dates.age_on(on, day)
    anniversary = (start.month, start.day) == (day.month, day.day)
    return {"on": day.isoformat(), "min": age["min"] + years, "max": age["max"] + years + (not anniversary)}


_SORTED = {
    "domicile": lambda item: (item["province"], item["basis"]),
    "disability_types": None,
    "documents_held": None,
}


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value for name, value in facts.items() if value is not None and (value or name != "domicile")
    }


def _once(items: list[Any]) -> list[Any]:
    return [item for place, item in enumerate(items) if item not in items[:place]]
