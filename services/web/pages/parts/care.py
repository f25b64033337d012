"""Goals and tasks of a care plan in words."""

from services.codes.care import GOING_ON
from services.screening.answers import CareItem
from services.web.pages.parts.language import _
from services.web.pages.parts.words import word


def care_text(item: CareItem) -> str:
    """What is to be done; words that were erased with the person's data say so."""
    if item["kind"] and item["code"]:
        said = proposal_text(item["kind"], item["code"])
        return f"{said} · {item['text']}" if item["text"] else said
    return item["text"] or _("(erased together with the person's data)")


def proposal_text(kind: str, code: str) -> str:
    if kind == "document":
        return _("Obtain: %(document)s") % {"document": word("documents_held", code)}
    return _("Find out: %(fact)s") % {"fact": word("fact", code)}


def goes_on(item: CareItem) -> bool:
    return item["progress"] in GOING_ON
