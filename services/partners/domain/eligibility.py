"""What a programme's rules ask of a person, judged in three values (services.kernel.rules)."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.kernel.rules import Condition, Verdict, evaluate

RULES = (
    "min_age", "max_age", "sex", "nationality", "labels_any", "disability_types_any", "domicile", "care_level_max",
    "accepts_communicable", "accepts_severe_behaviour", "accepts_legal_case", "requires_prior_process",
    "requires_work_ability", "documents",
)  # fmt: skip
# The fact a rule looks at; `labels_any` looks at labels, which are made of several.
FACTS = {
    "min_age": "age", "max_age": "age", "sex": "sex", "nationality": "nationality", "disability_types_any": "disability_types",
    "domicile": "domicile", "care_level_max": "care_level", "accepts_communicable": "communicable_disease",
    "accepts_severe_behaviour": "severe_behaviour", "accepts_legal_case": "legal_case",
    "requires_prior_process": "prior_process_done", "requires_work_ability": "able_to_work", "documents": "documents_held",
}  # fmt: skip
COMMUNICABLE = ("none", "treated", "untreated")

_ALWAYS: Condition = {"all": []}


def person(facts: Mapping[str, Any], labels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rules look at: screening's facts, and each decided label as a flag `label:CODE`. Nothing known of the domicile
    is not "no domicile"."""
    decided = {
        f"label:{each['code']}": each["verdict"] == "met" for each in labels if each["verdict"] != "unknown"
    }
    return {name: value for name, value in facts.items() if name != "domicile" or value} | decided


def judge(rule: str, value: Any, known: Mapping[str, Any]) -> Verdict:
    """One rule of a programme for one person (see `person`)."""
    if rule == "domicile" and value.get("bases"):
        # A claim to one province does not tell where the house register is: only grounds the rule accepts can speak against.
        found = [each for each in known.get("domicile", ()) if each["basis"] in value["bases"]]
        known = {"domicile": found or None}
    return evaluate(_condition(rule, value), known).verdict


def found(rule: str, value: Any, known: Mapping[str, Any]) -> Any:
    """What is known of the fact a rule looks at, None if nothing; of labels {label: met, None if undecided}."""
    if rule == "labels_any":
        return {code: known.get(f"label:{code}") for code in value}
    return known.get(FACTS[rule])


def _condition(rule: str, value: Any) -> Condition:
    match rule:
        case "min_age":
            return _leaf("age", "at_least", value)
        case "max_age":
            return _leaf("age", "at_most", value)
        case "sex" | "nationality":
            return _leaf(rule, "in", value)
        case "labels_any":
            return {"any": [_leaf(f"label:{code}", "is", True) for code in value]}
        case "disability_types_any":
            return _leaf("disability_types", "includes_any", value)
        case "domicile":
            return _leaf("domicile", "includes_where", {"province": value["provinces"]})
        case "care_level_max":
            return _leaf("care_level", "at_most", value)
        case "accepts_communicable":
            accepted = COMMUNICABLE[: COMMUNICABLE.index(value) + 1]
            return _ALWAYS if accepted == COMMUNICABLE else _leaf("communicable_disease", "in", accepted)
        case "accepts_severe_behaviour":
            return _ALWAYS if value else _leaf("severe_behaviour", "is", False)
        case "accepts_legal_case":
            return _ALWAYS if value else _leaf("legal_case", "is", False)
        case "requires_prior_process":
            return _leaf("prior_process_done", "is", True) if value else _ALWAYS
        case "requires_work_ability":
            return _leaf("able_to_work", "is", True) if value else _ALWAYS
        case "documents":
            return {"all": [_leaf("documents_held", "includes_any", [each]) for each in value]}
    raise ValueError(f"no such programme rule: {rule}")


def _leaf(fact: str, op: str, value: Any) -> Condition:
    return {"fact": fact, "op": op, "value": value}
