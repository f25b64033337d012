"""What a partner is told of a person: nothing that names them, and no fact that its decision does not hang on. Pure.

Always: sex, decade of age, provinces of domicile, where the person was found. Beyond that a fact only if its value can
change whether the rules take the person (the programme's own, its partner's and its network's, for all must hold), and
only if a partner of this kind may know it. Of several disabilities or documents only those that a rule names. Health
and criminal matters are for who houses or treats a person (Personal Data Protection Act 2562, s. 26).
"""

from collections.abc import Iterable, Mapping
from typing import Any

from services.codes.rules import RULES, Rule, judge
from services.kernel.questions import Json
from services.kernel.rules import Verdict

CARING = frozenset(
    {"pao_home", "municipal_home", "foundation", "religious", "hospital", "ministry_shelter", "child_agency"}
)
# Who may know what is sensitive; every kind of partner may know the rest.
MAY_KNOW: Mapping[str, frozenset[str]] = {
    "communicable_disease": CARING,
    "severe_behaviour": CARING,
    "legal_case": CARING - {"hospital"},
}
ALWAYS = frozenset({"age", "sex", "domicile"})  # told in their own way, whatever the rules ask


def disclosed(
    levels: Iterable[Mapping[str, Json]], kind: str, facts: Mapping[str, Any], province: str | None
) -> dict[str, Any]:
    """{name: code} of what the partner of a programme is told. `levels`: the rules that hold for it, a set each;
    `facts`: of the screening; `province`: where the person was found, None if not known."""
    told = {
        "sex": facts.get("sex"),
        "age_band": _decade((facts.get("age") or {}).get("min")),
        "domicile": sorted({each["province"] for each in facts.get("domicile") or ()}),
        "found": province,
    }
    for rule, value in ((rule, value) for rules in levels for rule, value in rules.items()):
        fact = RULES[rule].fact if rule in RULES else None
        if fact and fact not in ALWAYS and facts.get(fact) is not None and _matters(rule, value):
            if kind in MAY_KNOW.get(fact, {kind}):
                told[fact] = _named(facts[fact], value, told.get(fact))
    return told


def _matters(rule: str, value: Any) -> bool:
    """Whether some value of the fact is not taken: a rule that takes every one need not be told which it is."""
    about = RULES[rule]
    return any(judge(rule, value, {about.fact or "": each}) is Verdict.NOT_MET for each in _possible(about))


def _possible(rule: Rule) -> list[Any]:
    """What may be known of a rule's fact; of a list each of its codes alone."""
    if rule.shape in ("excludes", "requires"):
        return [True, False]
    return [[code] for code in rule.choices] if rule.shape in ("any_of", "all_of") else list(rule.choices)


def _named(known: Any, value: Any, before: Any) -> Any:
    """Of a list only what the rule names, and what another named `before`."""
    if not isinstance(known, list):
        return known
    return [each for each in known if each in value or each in (before or ())]


def _decade(years: int | None) -> str | None:
    if years is None:
        return None
    first = years // 10 * 10
    return f"{first}-{first + 9}"
