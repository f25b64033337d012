"""The facts of a screening: what each may be, and how what was told and what the case knows become one set. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from services.codes import ages
from services.codes.facts import FACTS
from services.kernel import rules
from services.kernel.rules import UNKNOWN_CODE
from services.screening.events import Form
from services.thai import dates

FORM: Form = {"id": "screening", "version": "2"}
# What was found at the door is an answer, until the screening finds that it is not so.
GATE: Mapping[str, str] = {"trafficking": "trafficking_signs", "psychiatric": "mental_crisis"}

# What the rules may ask of each fact. A birth date is not one of them: only the age that follows from it is kept.
VOCABULARY: Mapping[str, rules.Fact] = {
    fact.code: rules.Fact(
        fact.kind, () if fact.free or fact.kind == "range" else fact.options or (), fact.keys
    )
    for fact in FACTS.values()
    if fact.kind != "date"
}


def normalised(answers: Mapping[str, Any], known: Mapping[str, Any], day: date) -> dict[str, Any]:
    """One fact each, in one writing: what was told, else what the case knows. Unknown facts are left out.

    `answers` may hold birth_date ("1957", "1957-05", "1957-05-12"; DateError if nobody alive has it) instead of age
    {min, max, on?, margin?}; only the age in full years on `day` (Asia/Bangkok) is kept. An empty domicile is unknown.
    """
    told, of_case = _stated(answers), _stated(known)
    at_the_door = GATE.get(of_case.get("danger", ""))
    facts = {**({at_the_door: True} if at_the_door else {}), **of_case, **told}
    if birth := facts.pop("birth_date", None):
        facts["age"] = dates.age_range(day, birth=dates.birth_date(birth, day))
    elif "age" in facts:
        facts["age"] = _age(told.get("age"), of_case.get("age"), day)
    for name, key in _SORTED.items():
        if isinstance(facts.get(name), list):
            facts[name] = sorted(_once(facts[name]), key=key)
    if "wants" in facts:
        facts["wants"] = _once(facts["wants"])
    if isinstance(begging := facts.get("begging"), list):
        facts["begging"] = begging[0] if len(begging) == 1 else begging
    return {name: facts[name] for name in sorted(facts) if facts[name] != UNKNOWN_CODE}


def _age(own: ages.ToldAge | None, of_case: dates.AgeRange | None, day: date) -> ages.Age | None:
    """What was told counts, on this day. Told for an earlier one, it gives way to what the case knows by the birth
    date, if that can be meant."""
    known = ages.aged(ages.of_case(of_case), day) if of_case else None
    if own is None:
        return known
    age = ages.aged(own, day)
    return ages.narrowed(age, known) if own.get("on", day.isoformat()) < day.isoformat() else age


_SORTED = {
    "begging": None,
    "domicile": lambda item: (item["province"], item["basis"]),
    "disability_types": None,
    "documents_held": None,
}


def _stated(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in facts.items()
        if value is not None and (value or name not in ("domicile", "begging"))
    }


def _once(items: list[Any]) -> list[Any]:
    return [item for place, item in enumerate(items) if item not in items[:place]]
