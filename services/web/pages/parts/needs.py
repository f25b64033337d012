"""Whom a programme takes, and what a person needs, in words: used by the partners' pages and the partner's answer page."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.web.pages.parts import questions
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import province, word

DISABILITIES = {
    1: later("seeing"),
    2: later("hearing or communication"),
    3: later("movement or body"),
    4: later("mind or behaviour"),
    5: later("intellectual"),
    6: later("learning"),
    7: later("autism"),
}
CARE_LEVELS = {
    1: later("independent"),
    2: later("needs some help"),
    3: later("depends on others' help"),
}
COMMUNICABLE = {
    "none": later("no communicable disease"),
    "treated": later("a communicable disease, treated"),
    "untreated": later("a communicable disease, not treated yet"),
}
ACCEPTS = {
    "none": later("Takes nobody with a communicable disease"),
    "treated": later("Takes people with a communicable disease only when it is treated"),
    "untreated": later("Takes people with a communicable disease, treated or not"),
}
FLAG_RULES = {  # rule: (said when it is yes, said when it is no)
    "accepts_severe_behaviour": (
        later("Takes people with severe behaviour"),
        later("Takes nobody with severe behaviour"),
    ),
    "accepts_legal_case": (
        later("Takes people with a legal case"),
        later("Takes nobody with a legal case"),
    ),
    "requires_prior_process": (
        later("Only after the process of the Act of 2557 was completed"),
        later("The process of the Act of 2557 need not be completed before"),
    ),
    "requires_work_ability": (
        later("Only people who are able to work"),
        later("Ability to work is not required"),
    ),
}
FLAG_FACTS = {
    "severe_behaviour": later("Severe behaviour"),
    "legal_case": later("Legal case"),
    "able_to_work": later("Able to work"),
    "prior_process_done": later("Process of the Act of 2557 completed"),
}


def listed(items: Iterable[str]) -> str:
    return ", ".join(items)


def rules(known: Mapping[str, Any]) -> list[str]:
    """One sentence for each rule of a programme; both ages make one."""
    low, high = known.get("min_age"), known.get("max_age")
    if low is None or high is None:
        return [rule(name, value) for name, value in known.items()]
    rest = [rule(name, value) for name, value in known.items() if name not in ("min_age", "max_age")]
    return [_("Aged {} to {}").format(low, high), *rest]


def rule(name: str, value: Any) -> str:
    """One rule of a programme: whom it takes."""
    match name:
        case "min_age":
            return _("Aged {} or older").format(value)
        case "max_age":
            return _("Aged {} at most").format(value)
        case "sex":
            return _("Sex: {}").format(listed(word("sex", code) for code in value))
        case "nationality":
            return _("Nationality: {}").format(listed(word("nationality", code) for code in value))
        case "labels_any":
            return _("For: {}").format(listed(word("label", code) for code in value))
        case "disability_types_any":
            return _("Disability: {}").format(listed(_(DISABILITIES[number]) for number in value))
        case "domicile":
            bases = listed(word("domicile_basis", code) for code in value.get("bases", ()))
            places = listed(map(province, value["provinces"]))
            return _("Domicile in {}").format(places) + (f" ({bases})" if bases else "")
        case "care_level_max":
            return _("Care needed at most: {}").format(_(CARE_LEVELS[value]))
        case "accepts_communicable":
            return _(ACCEPTS[value])
        case "documents":
            return _("Documents: {}").format(listed(map(document, value)))
    yes, no = FLAG_RULES[name]
    return _(yes if value else no)


def document(code: str) -> str:
    """A kind of document: one of those we ask for, or in the partner's own words."""
    return _(dict(questions.OPTIONS["documents_held"]).get(code, code))


def told(codes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """[(what, in words)] of what a partner is told of a person (referral.disclosable); of what it is always told it may be unknown."""
    unknown = _("not known")
    rows = [
        (_("Sex"), word("sex", codes["sex"] or "unknown")),
        (_("Age"), f"{codes['age_band']} {_('years')}" if codes.get("age_band") else unknown),
        (_("Domicile"), listed(map(province, codes["domicile"])) or unknown),
        (_("Found in"), province(codes["found"])),
    ]
    if (level := codes.get("care_level")) is not None:
        rows.append((_("Care needed"), _(CARE_LEVELS[level])))
    if "disability_types" in codes:
        types = listed(_(DISABILITIES[number]) for number in codes["disability_types"])
        rows.append((_("Disability"), types or _("none")))
    if "nationality" in codes:
        rows.append((_("Nationality"), word("nationality", codes["nationality"])))
    if (disease := codes.get("communicable_disease")) is not None:
        rows.append((_("Communicable disease"), _(COMMUNICABLE[disease])))
    rows += [
        (_(text), _("Yes") if codes[name] else _("No")) for name, text in FLAG_FACTS.items() if name in codes
    ]
    if "documents_held" in codes:
        rows.append((_("Documents held"), listed(map(document, codes["documents_held"])) or _("none")))
    return rows
