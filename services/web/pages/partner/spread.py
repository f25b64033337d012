"""The registry seen otherwise: where its programmes are, and when what is known of it falls stale."""

from collections.abc import Mapping
from typing import TypedDict

from flask import Response

from services.codes.access import ROLES, STAFF
from services.codes.registry import FACT_KINDS
from services.kernel.envelope import ALL_CENTRES
from services.partners.answers import FallingIn, ProvinceSum
from services.partners.doors import FALLING_STALE, PROVINCES
from services.web.pages.frame import doors, frame, gate, query, visit
from services.web.pages.partner import filters as chosen
from services.web.pages.partner import partners
from services.web.pages.parts import maps, places
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day

blueprint = partners.blueprint

SIZES = ("programmes", "free", "partners")  # what the map is shaded by


@blueprint.get("/partners/map")
@gate.roles(*ROLES)
def on_map() -> Response:
    filters = chosen.read()
    by = query.code("by", SIZES, SIZES[0])
    found = doors.ask(PROVINCES.of(**chosen.body_of(filters)))
    rows = {row["province"]: row for row in found["items"]}
    counts = {code: _size(row, by) for code, row in rows.items()}
    return frame.page(
        "partners/map.html",
        **chosen.frame_of(filters, "map"),
        nearly=found["nearly"],
        rows=[rows[code] for code, _name in places.provinces() if code in rows],
        by=by,
        sizes=[(code, text, visit.link(".on_map", **filters, by=code)) for code, text in _sizes().items()],
        counts=counts,
        country=maps.of_counts(counts),
        in_list=lambda code: visit.link(".listing", **{**filters, "province": code}),
    )


def _sizes() -> dict[str, str]:
    return {"programmes": _("Programmes"), "free": _("Places free"), "partners": _("Partners")}


def _size(row: ProvinceSum, by: str) -> int:
    match by:
        case "free":
            return row["free"]
        case "partners":
            return row["partners"]
    return row["programmes"]


class Ahead(TypedDict):
    """A period of the calendar in words, with its counts and where what it counts is listed: by kind of fact, all of
    them (`any`), and by the centre that keeps the partner."""

    text: str
    facts: int
    kinds: Mapping[str, int]
    centres: Mapping[str, int]
    href: dict[str, str]


@blueprint.get("/partners/calendar")
@gate.roles(*ROLES)
def calendar() -> Response:
    """Who works in one centre sees what it has to ask, unless another was asked for."""
    filters = chosen.read()
    caller = visit.caller()
    own = [centre for centre in caller.centres if centre != ALL_CENTRES and caller.role in STAFF]
    if not query.names("kept_by") and len(own) == 1:
        filters["kept_by"] = own[0]
    by = query.code("by", ("week", "month"), "month")
    of = {name: text for name, text in filters.items() if name not in chosen.DAYS}
    found = doors.ask(FALLING_STALE.of(**chosen.body_of(of), by=by))
    periods = [_ahead(each, of, by) for each in found["periods"]]
    here = {**of, "kept_by": of.get("kept_by", "")}
    return frame.page(
        "partners/calendar.html",
        **chosen.frame_of(filters, "calendar"),
        nearly=found["nearly"],
        own=own,
        periods=periods,
        kinds=[kind for kind in FACT_KINDS if of.get("stale", "any") in ("any", kind)],
        centres=sorted({centre for each in periods for centre in each["centres"]}),
        by=by,
        ways=[
            ("month", _("By month"), visit.link(".calendar", **here)),
            ("week", _("By week"), visit.link(".calendar", **here, by="week")),
        ],
    )


def _ahead(period: FallingIn, filters: Mapping[str, str], by: str) -> Ahead:
    first, last = period["first"], period["last"]
    days = {"stale_from": first, "stale_until": last} if first else {}
    kept_by = filters.get("kept_by")
    stale = filters.get("stale", "any")
    if first is None:
        text = _("To be asked already")
    else:
        text = day(first[:7]) if by == "month" else f"{day(first)} – {day(last)}"
    href = {kind: _asking(filters, days, kind, kept_by) for kind in period["kinds"]}
    href |= {centre: _asking(filters, days, stale, centre) for centre in period["centres"]}
    return {
        "text": text,
        "facts": period["facts"],
        "kinds": period["kinds"],
        "centres": period["centres"],
        "href": href | {"any": _asking(filters, days, stale, kept_by)},
    }


def _asking(filters: Mapping[str, str], days: Mapping[str, str], stale: str, centre: str | None) -> str:
    """Whom to call, where the user's own centre keeps the partners; else the list of them."""
    asked = {**filters, **days, "stale": stale}
    caller = visit.caller()
    if centre and caller.role in STAFF and caller.sees(centre):
        return visit.link("pages.registry.stale", **{**asked, "kept_by": None, "centre": centre})
    return visit.link(".listing", **{**asked, "kept_by": centre})
