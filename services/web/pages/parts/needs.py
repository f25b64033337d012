"""What a partner is told of a person, in codes and in words."""

from collections.abc import Mapping
from typing import Any

from services.codes import sentences
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import province, word

# What a partner is told of a person beyond sex, age band, province, care level and disability: only what its own rules ask.
ASKED_BY = {
    "nationality": "nationality",
    "accepts_communicable": "communicable_disease",
    "accepts_severe_behaviour": "severe_behaviour",
    "accepts_legal_case": "legal_case",
    "requires_work_ability": "able_to_work",
    "requires_prior_process": "prior_process_done",
    "documents": "documents_held",
}


def disclosure(
    person: Mapping[str, Any], facts: Mapping[str, Any], of_programme: Mapping[str, Any]
) -> dict[str, Any]:
    """The codes a partner is shown of a person, nothing that names them: `facts` of the screening, `of_programme` the
    programme's rules."""
    codes: dict[str, Any] = {
        "sex": person["sex"],
        "age_band": person.get("age_band") or _band(person.get("age")),
        "domicile": sorted({each["province"] for each in person["domicile"]}),
        "found": person["province"],
    }
    wanted = [
        "care_level",
        "disability_types",
        *(fact for rule, fact in ASKED_BY.items() if rule in of_programme),
    ]
    return codes | {name: facts[name] for name in wanted if facts.get(name) is not None}


def _band(age: Mapping[str, Any] | None) -> str | None:
    if age is None or age.get("min") is None:
        return None
    decade = age["min"] // 10 * 10
    return f"{decade}-{decade + 9}"


def disclosure_rows(codes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """[(what, in words)] of a `disclosure`; what is not known is said to be unknown."""
    unknown = _("Not known yet")
    rows = [
        (_("Sex"), word("sex", codes["sex"])),
        (_("Age"), f"{codes['age_band']} {_('years')}" if codes.get("age_band") else unknown),
        (_("Domicile"), ", ".join(map(province, codes["domicile"])) or unknown),
        (_("Found in"), province(codes["found"])),
        _fact("care_level", codes.get("care_level")),
    ]
    return rows + [
        _fact(fact, codes[fact]) for fact in ("disability_types", *ASKED_BY.values()) if fact in codes
    ]


def _fact(fact: str, value: Any) -> tuple[str, str]:
    return sentences.fact_name(fact, current()), sentences.fact_value(fact, value, current())
