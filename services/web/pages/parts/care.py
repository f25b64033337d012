"""Goals and tasks of a care plan in words."""

from services.codes.care import GOING_ON
from services.screening.answers import CareItem, CareProposal
from services.web.pages.parts.language import _
from services.web.pages.parts.words import word


def care_text(item: CareItem | CareProposal) -> str:
    """What is to be done; words that were erased with the person's data say so."""
    code = item["code"]
    if item["kind"] == "document" and code:
        said = _("Obtain: %(document)s") % {"document": word("documents_held", code)}
    elif item["kind"] == "fact" and code:
        said = _("Find out: %(fact)s") % {"fact": word("fact", code)}
    else:
        return item.get("text") or _("(erased together with the person's data)")
    more = item.get("text")
    return f"{said} · {more}" if more else said


def goes_on(item: CareItem) -> bool:
    return item["progress"] in GOING_ON
