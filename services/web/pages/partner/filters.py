"""What is asked of the registry, as it stands in the address: the same for its list, its map, its calendar and whom to
call."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import TypedDict

from flask import request

from services.codes import PARTNER_KINDS, PATHS
from services.codes.access import CASE_READERS
from services.codes.registry import FACT_KINDS
from services.intake.answers import Case
from services.kernel.questions import Json
from services.thai import areas
from services.web.pages.frame import lookup, visit
from services.web.pages.parts import places
from services.web.pages.parts.language import _

DAYS = ("stale_from", "stale_until")
NAMES = ("q", "province", "kind", "path", "free", "stale", *DAYS, "kept_by", "accepts_case")


def read() -> dict[str, str]:
    """What makes no sense is left out."""
    texts = {name: request.args.get(name, "").strip() for name in NAMES}
    filters = {name: text for name, text in texts.items() if text}
    lists = {"kind": PARTNER_KINDS, "path": PATHS.everyone, "stale": ("any", *FACT_KINDS), "free": ("yes",)}
    for name, codes in lists.items():
        if filters.get(name) not in codes:
            filters.pop(name, None)
    if visit.caller().role not in CASE_READERS:
        filters.pop("accepts_case", None)
    for name in ("province", "kept_by"):
        if not areas.is_province(filters.get(name, "")):
            filters.pop(name, None)
    for name in DAYS:
        if "stale" not in filters or not _is_day(filters.get(name, "")):
            filters.pop(name, None)
    if filters.get("stale_until", "9") < filters.get("stale_from", ""):
        filters.pop("stale_until")
    return filters | ({"q": filters["q"][:200]} if "q" in filters else {})


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def body_of(filters: Mapping[str, str]) -> dict[str, Json]:
    """As the doors of partners take it."""
    return {**filters, "free": "free" in filters}


class Shown(TypedDict):
    """What every view of the registry shows above (partners/frame.html). `views`: [(address, text, current)];
    `without`: this view with something less of it, by name."""

    filters: Mapping[str, str]
    provinces: list[tuple[str, str]]
    case: Case | None
    views: list[tuple[str, str, bool]]
    action: str
    without: Callable[..., str]


def frame_of(filters: Mapping[str, str], view: str) -> Shown:
    views = (
        ("list", "pages.partners.listing", _("List")),
        ("map", "pages.partners.on_map", _("Map")),
        ("calendar", "pages.partners.calendar", _("When to ask again")),
    )
    here = next(endpoint for code, endpoint, _text in views if code == view)

    def without(*names: str) -> str:
        left = {name: text for name, text in filters.items() if name not in names}
        return visit.link(here, **(left | ({"kept_by": ""} if "kept_by" in names else {})))

    return {
        "filters": filters,
        "action": visit.link(here),
        "without": without,
        "provinces": places.provinces(),
        "case": case_of(filters),
        "views": [(visit.link(endpoint, **filters), text, code == view) for code, endpoint, text in views],
    }


def case_of(filters: Mapping[str, str]) -> Case | None:
    """The case for which partners are looked for."""
    return lookup.case(filters["accepts_case"]) if "accepts_case" in filters else None
