"""What was changed of the registry, or would be, in words: field by field, as it was and as it is."""

from collections.abc import Sequence
from typing import Any, TypedDict

from services.codes import sentences
from services.codes.details import OF_PARTNER, OF_PROGRAMME
from services.partners.answers import Proposal, RegistryChange, Told
from services.partners.doors import PARTNER
from services.web.pages.frame import doors
from services.web.pages.partner import units
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import LISTS, address, listed, province, word

WAYS = ("phone", "email", "website")  # of a contact, in their order


class Said(TypedDict):
    """One field in words: as it was, and as it is or would be."""

    field: str
    before: str
    after: str


def what_of(about: Proposal | RegistryChange, names: Sequence[str]) -> str:
    """What was done, and of a confirmation the `names` of what it is about."""
    action = word("registry_change", about["action"])
    if about["action"] != "confirm":
        return action
    kind = "programme_field" if about["programme_id"] else "partner_field"
    return f"{action}: {listed(word(kind, name) for name in names)}"


def in_words(about: Proposal | RegistryChange) -> list[Said]:
    kind = "programme_field" if about["programme_id"] else "partner_field"
    before, after = about["before"], about["after"]
    if about["action"] == "capacity":
        return [Said(field=word(kind, "capacity"), before=units.stated(before), after=units.stated(after))]
    if about["action"] in ("register", "offer"):  # nothing stood there before
        fields = list(LISTS[kind])
        told = [each for name in fields for each in after.items() if each[0] == name]
        new = [Said(field=word(kind, name), before="", after=_value(name, value)) for name, value in told]
        places = (
            [Said(field=word(kind, "capacity"), before="", after=units.stated(after))]
            if "free" in after
            else []
        )
        return [*new, *places]
    if about["action"] != "correct":
        return []
    return [Said(field=word(kind, name), **_said(name, before, value)) for name, value in after.items()]


class _Said(TypedDict):
    before: str
    after: str


def _said(name: str, before: Told, value: Any) -> _Said:
    """Of rules and of a contact only what is not as it was, or nobody would find it."""
    was: Any = before.get(name)
    match name:
        case "rules":
            old, new = (sentences.rules_in_words(rules or {}, current()) for rules in (was, value))
            nothing = "–" if value else _("It has no conditions.")
            gone, come = (
                [each for each in some if each not in rest] for some, rest in ((old, new), (new, old))
            )
            return {"before": " · ".join(gone) or "–", "after": " · ".join(come) or nothing}
        case "contact":
            known = was or {}
            changed = [way for way in value if (value[way] or "") != (known.get(way) or "")] or list(value)
            old, new = (
                [each[way] for way in WAYS if way in changed and each.get(way)] for each in (known, value)
            )
            return {"before": " · ".join(old) or "–", "after": " · ".join(new) or "–"}
    return {"before": _value(name, was), "after": _value(name, value)}


def _value(name: str, value: Any) -> str:
    match name:
        case "kind":
            return word("partner_kind", value)
        case "under_ministry":
            return _("under the ministry") if value else _("outside the ministry")
        case "province":
            return province(value)
        case "subdistrict":
            return address(value) if value else "–"
        case "path":
            return word("path", value)
        case "network_id":
            network = doors.attempt(PARTNER.of(partner_id=value)) if value else None
            return network["name"] if network else "–"
        case "rules":
            return " · ".join(sentences.rules_in_words(value, current())) or _("It has no conditions.")
        case "contact":
            return " · ".join(value[way] for way in WAYS if value.get(way)) or "–"
    detail = OF_PARTNER.get(name) or OF_PROGRAMME.get(name)
    return str(value) if detail is None else sentences.detail_in_words(detail, value, current()) or "–"
