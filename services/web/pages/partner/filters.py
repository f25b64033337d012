"""What is asked of the registry, as it stands in the address: the same for its list, its map, its calendar and whom to
call."""

from collections.abc import Callable, Mapping
from typing import TypedDict

from services.codes import PARTNER_KINDS, PATHS
from services.codes.access import CASE_READERS
from services.codes.registry import FACT_KINDS
from services.intake.answers import Case
from services.kernel.errors import Forbidden
from services.kernel.questions import Json
from services.thai import areas
from services.web.pages.frame import lookup, query, visit
from services.web.pages.parts import places
from services.web.pages.parts.language import _

DAYS = ("stale_from", "stale_until")


def read() -> dict[str, str]:
    """Days count only with what is stale then; who may not see cases looks for places of none."""
    provinces = [each.code for each in areas.provinces()]
    filters = query.codes(
        {
            "province": provinces, "kind": PARTNER_KINDS, "path": PATHS.everyone, "free": ("yes",),
            "stale": ("any", *FACT_KINDS), "kept_by": provinces,
        }
    )  # fmt: skip
    filters |= {"q": query.text("q", 200), "accepts_case": query.id("accepts_case")}
    if filters["accepts_case"] and visit.caller().role not in CASE_READERS:
        raise Forbidden
    filters |= {name: query.day(name) for name in DAYS}
    if filters["stale_from"] and filters["stale_until"] and filters["stale_until"] < filters["stale_from"]:
        raise query.unknown("stale_until")
    if "stale" not in filters:
        filters = {name: value for name, value in filters.items() if name not in DAYS}
    return {name: value for name, value in filters.items() if value}


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
