"""Places for a person, as a list, on a map and a few beside each other: which fit, which do not, what is not known, and
why in that order."""

import unicodedata
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from services.codes import PATHS, sentences
from services.codes.access import CASE_READERS
from services.codes.criteria import CRITERIA
from services.partners.schemas import COMPARED_MOST
from services.thai import areas
from services.thai.collation import sort_key
from services.web.gateway.calls import Question
from services.web.pages.case import casefile, comparison
from services.web.pages.frame import frame, gate
from services.web.pages.parts import maps, places, reasons
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import current
from services.web.pages.parts.words import province

SHOWN = 25
VERDICTS = ("eligible", "unknown", "ineligible")
DRAWN = ("eligible", "unknown")  # what does not fit is drawn only when asked for
NEAR_KM = 200  # a place farther from the centre is off the near map
MARGIN = 8  # around what is shown, of charts.MAP_WIDTH
PHONE = 360  # pixels: how wide the map is on a phone, where it must be readable
# In pixels of a phone, from the middle of a mark: the mark, the icons of the roles above it, a name's letters.
MARK, ICON, LETTER = 13, 19, 13

blueprint = Blueprint("matches", __name__)


@blueprint.get("/cases/<uuid:case_id>/matches")
@gate.roles(*CASE_READERS)
def listing(case_id: UUID) -> Response:
    """`?verdict=`, `?path=`, `?province=` and `?outside=yes` say which; `?view=map` draws where they are,
    `&area=country` also those far away; `?programme=`, once for each, are chosen to be compared. All stand in the
    address."""
    filters, selection = _filters(), _selection()
    on_map, cursor = request.args.get("view") == "map", request.args.get("cursor") or None
    question: dict[str, Any] = filters | {"outside": "outside" in filters}
    question |= {"case_id": str(case_id), "limit": 1 if on_map else SHOWN, "cursor": cursor}
    questions: dict[str, Question] = {"matches": ("partners", "matches", question)}
    if selection:
        questions["named"] = ("partners", "names", {"programme_ids": selection})
    values = casefile.frame(str(case_id), questions)
    matches, named = values["matches"], values.pop("named", None)
    at = partial(url_for, ".listing", case_id=case_id, programme=selection)
    shown: dict[str, Any] = {
        "at": at,
        "filters": filters,
        "selection": selection,
        "most": COMPARED_MOST,
        "named": {
            each["programme_id"]: f"{each['programme']} · {each['partner']}"
            for each in (named or {"items": []})["items"]
        },
        "verdicts": VERDICTS,
        "criteria": CRITERIA,
        "on_map": on_map,
        "provinces": places.provinces(),
    }
    if matches and on_map:
        kinds = (filters["verdict"],) if "verdict" in filters else DRAWN
        where = _provinces(values["case"], matches["provinces"], kinds)
        shown["found"] = sum(row["all"] for row in where)
        shown |= {"rows": where, "map": _map(where, whole=request.args.get("area") == "country")}
    elif matches:
        shown["found"] = sum(sum(counts.values()) for counts in matches["provinces"].values())
        shown["candidates"] = [_in_words(each) for each in matches["candidates"]]
        shown["cursor"] = cursor
        shown["following"] = matches["next"] and at(**filters, cursor=matches["next"])
        shown["first"] = at(**filters) if cursor else None
    return frame.page("matches/map.html" if on_map else "matches/listing.html", **values, **shown)


def _filters() -> dict[str, Any]:
    """What the address asks for, as far as it can be."""
    known = {
        "verdict": VERDICTS,
        "path": PATHS,
        "outside": ("yes",),
        "province": [each.code for each in areas.provinces()],
    }
    texts = {name: request.args.get(name, "") for name in known}
    return {name: text for name, text in texts.items() if text in known[name]}


@blueprint.get("/cases/<uuid:case_id>/matches/compare")
@gate.roles(*CASE_READERS)
def compare(case_id: UUID) -> Response:
    """Up to three places beside each other, `?programme=` once for each; what the list was asked for stays in the
    address."""
    filters, selection = _filters(), _selection()[:COMPARED_MOST]
    questions: dict[str, Question] = {"screening": ("screening", "screening", {"case_id": str(case_id)})}
    if selection:
        few = {"case_id": str(case_id), "programme_ids": selection}
        questions["matches"] = ("partners", "matches", few)
    values = casefile.frame(str(case_id), questions)
    matches = values.setdefault("matches", None)
    found = [_in_words(each) for each in matches["candidates"]] if matches else []
    known = [each["programme_id"] for each in found]
    return frame.page(
        "matches/compare.html", **values,
        filters=filters, selection=selection, places=found, unknown=[each for each in selection if each not in known],
        at=partial(url_for, case_id=case_id, **filters), comparison=comparison.sections(found), fact_text=fact_text,
    )  # fmt: skip


def _selection() -> list[str]:
    """The programmes that the address names for the comparison, each once; one more than can be compared says that
    there were more."""
    named = [each[:36] for each in request.args.getlist("programme") if each]
    return list(dict.fromkeys(named))[: COMPARED_MOST + 1]


def _in_words(candidate: Mapping[str, Any]) -> dict[str, Any]:
    """A candidate with its reasons in words, by verdict."""
    told = [reasons.reason(row) for row in candidate["reasons"]]
    criteria = {row["criterion"]: row for row in candidate["criteria"]}
    return {
        **candidate,
        "told": {
            verdict: [row for row in told if row["verdict"] == verdict]
            for verdict in ("not_met", "unknown", "met")
        },
        "ranked": [reasons.criterion(row) for row in candidate["criteria"]],
        "free": sentences.places_free(candidate["places_free"], current()),
        "stated": sentences.confirmed(criteria["places_free"]["found"]["days"], current()),
        "distance": sentences.distance(criteria["distance"]["found"], current()),
    }


def _provinces(
    case: Mapping[str, Any], counted: Mapping[str, Mapping[str, int]], kinds: tuple[str, ...]
) -> list[dict[str, Any]]:
    """The provinces with candidates, and those of the centre and the person, nearest to the centre first:
    [{code, name, roles, kilometres, near, eligible, unknown, ineligible, all}]."""
    centre, neighbours = case["centre"], areas.neighbours(case["centre"])
    roles = {
        "centre": {centre},
        "domicile": {each["province"] for each in case["person"]["domicile"]},
        "found": {case["person"]["province"]},
    }
    candidates = {
        code: {kind: counts[kind] for kind in kinds}
        for code, counts in counted.items()
        if any(counts[kind] for kind in kinds)
    }
    rows = []
    for code in {*candidates}.union(*roles.values()):
        counts, kilometres = candidates.get(code, {}), areas.distance_km(centre, code)
        of = [role for role, codes in roles.items() if code in codes]
        near = bool(of) or code in neighbours or kilometres <= NEAR_KM
        row = {"code": code, "name": province(code), "roles": of, "kilometres": kilometres, "near": near}
        rows.append(row | dict.fromkeys(VERDICTS, 0) | counts | {"all": sum(counts.values())})
    return sorted(rows, key=lambda row: (row["kilometres"], sort_key(row["name"])))


def _map(rows: list[dict[str, Any]], whole: bool) -> dict[str, Any]:
    """The map of these provinces: {view, unit: a pixel on a phone, shapes, marks, away: places and provinces that are
    off it}. A mark has a box in which its name is `written` if there is room for one; the table beside names them
    all."""
    country = maps.country()
    far = [row for row in rows if not row["near"]]
    shown = rows if whole else [row for row in rows if row["near"]]
    box = maps.view([country.boxes[row["code"]] for row in shown], MARGIN)
    unit = (box.right - box.left) / PHONE
    around = {row["code"]: _drawn(row, unit) for row in shown}
    at = maps.apart({code: country.middles[code] for code in around}, around)
    taken = [maps.moved(around[code], at[code]) for code in around]
    marks = []
    # Whoever looks for the centre, the domicile or where the person was found finds its name first.
    for row in sorted(shown, key=lambda row: not row["roles"]):
        code = row["code"]
        written = maps.free((maps.moved(each, at[code]) for each in _names(row, unit)), taken)
        taken += [written] if written else []
        middle = country.middles[code]
        marks.append(row | {"at": at[code], "middle": middle, "written": written})
    return {
        "view": box,
        "unit": unit,
        "shapes": {
            code: path for code, path in country.shapes.items() if maps.meet(box, country.boxes[code])
        },
        "marks": marks,
        "whole": whole,
        "away": {"places": sum(row["all"] for row in far), "provinces": len(far)},
    }


def _drawn(row: Mapping[str, Any], unit: float) -> maps.Box:
    """What is drawn of a province around its point: a mark if it has candidates, and icons above."""
    mark = MARK if row["all"] else 1
    wide = max(mark, len(row["roles"]) * ICON / 2)
    return maps.Box(-wide * unit, -(mark + (ICON + 1) * bool(row["roles"])) * unit, wide * unit, mark * unit)


def _names(row: Mapping[str, Any], unit: float) -> Iterator[maps.Box]:
    """Where a province's name may be written: below what is drawn, else above, on the left or the right of it. Marks
    above and below Thai letters take no width."""
    half = sum(unicodedata.category(sign) != "Mn" for sign in row["name"]) * LETTER * 0.6 / 2 * unit
    drawn, high = _drawn(row, unit), (LETTER + 5) * unit
    beside = drawn.right + half
    for middle, top in (
        (0.0, drawn.bottom),
        (0.0, drawn.top - high),
        (-beside, -high / 2),
        (beside, -high / 2),
    ):
        yield maps.Box(middle - half, top, middle + half, top + high)
