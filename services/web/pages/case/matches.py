"""Places for a person, as a list, on a map and a few beside each other: which fit, which do not, what is not known, and
why in that order."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response

from services.codes import PATHS, sentences
from services.codes.access import CASE_READERS
from services.codes.criteria import CRITERIA, Criterion
from services.intake.answers import Case, WorkItem
from services.intake.doors import WORK
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.partners.answers import Candidate, Counts
from services.partners.doors import MATCHES, NAMES
from services.partners.schemas import COMPARED_MOST
from services.screening.doors import SCREENING
from services.thai import areas
from services.thai.collation import sort_key
from services.web.pages.case import casefile, comparison
from services.web.pages.frame import doors, files, frame, gate, lookup, query, visit
from services.web.pages.parts import days, maps, places, reasons
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import day, province, word

SHOWN = 25
FIRST_ASKED = 3  # of the facts that settle most: more questions at once are none
VERDICTS = tuple(reasons.VERDICTS)
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
    on_map, whole = query.code("view", ("list", "map")) == "map", bool(query.code("area", ("country",)))
    cursor = query.cursor()
    which: dict[str, Json] = {**filters, "outside": "outside" in filters, "case_id": str(case_id)}
    asked = MATCHES.of(**which, limit=1 if on_map else SHOWN, cursor=cursor)
    named = NAMES.of(programme_ids=selection)
    case = lookup.case(str(case_id))
    work = WORK.of(case_id=str(case_id), limit=1)
    found = doors.together(asked, work, *([named] if selection else []))
    matches, names = found[asked], found[named] if selection else None
    values = casefile.frame(case, matches=matches)
    at = partial(visit.link, ".listing", case_id=case_id, programme=selection)
    shown: Choice = {
        "at": at,
        "filters": filters,
        "selection": selection,
        "most": COMPARED_MOST,
        "named": {
            each["programme_id"]: f"{each['programme']} · {each['partner']}"
            for each in (names["items"] if names else [])
        },
        "verdicts": VERDICTS,
        "criteria": {},
        "on_map": on_map,
        "provinces": places.provinces(),
        "found": 0,
        "next": casefile.next_item(found[work]),
        "file": visit.link(".listing_csv", case_id=case_id, **filters),
    }
    if matches and on_map:
        kinds = (filters["verdict"],) if "verdict" in filters else DRAWN
        where = _provinces(case, matches["provinces"], kinds)
        shown["found"] = sum(row["all"] for row in where)
        return frame.page("matches/map.html", **values, **shown, rows=where, map=_map(where, whole))
    if matches:
        shown["found"] = sum(
            sum(_of_kinds(each, VERDICTS).values()) for each in matches["provinces"].values()
        )
        if matches["candidates"]:  # all are ranked by the same ones
            used = [row["criterion"] for row in matches["candidates"][0]["criteria"]]
            shown["criteria"] = {name: CRITERIA[name] for name in used}
        return frame.page(
            "matches/listing.html", **values, **shown, cursor=cursor,
            candidates=[in_words(each) for each in matches["candidates"]],
            first_asked=[
                {**each, "ask": reasons.question(each["fact"])} for each in matches["settles"][:FIRST_ASKED]
            ],
            following=at(**filters, cursor=matches["next"]) if matches["next"] else None,
            first=at(**filters) if cursor else None,
        )  # fmt: skip
    return frame.page("matches/map.html" if on_map else "matches/listing.html", **values, **shown)


class Choice(TypedDict):
    """What was asked for, and the choices there are; `named`: the programmes chosen to be compared, `found`: how many
    places; `next`: what is next of the case; `file`: the address of the list as one."""

    at: Callable[..., str]
    filters: Mapping[str, str]
    selection: list[str]
    most: int
    named: Mapping[str, str]
    verdicts: tuple[str, ...]
    criteria: Mapping[str, Criterion]
    on_map: bool
    provinces: places.Options
    found: int
    next: WorkItem | None
    file: str


@blueprint.get("/cases/<uuid:case_id>/matches/list.csv")
@gate.roles(*CASE_READERS)
def listing_csv(case_id: UUID) -> Response:
    """The list as a file, with the reasons of each place."""
    case, filters = lookup.case(str(case_id)), _filters()
    which: dict[str, Json] = {**filters, "outside": "outside" in filters, "case_id": str(case_id)}
    answers = files.every(
        lambda cursor: MATCHES.of(**which, limit=LIMIT_MOST, cursor=cursor), lambda answer: answer["next"]
    )
    columns = [
        _("Rank"), _("Result"), _("Name of the programme"), _("Partner"), _("Province"), _("Distance"), _("Path"),
        _("Kind"), _("Ministry"), _("Places free"), _("Stated"), _("not met"), _("to ask"), _("met"),
    ]  # fmt: skip
    lines = [
        [
            each["rank"] or "", reasons.verdict_word(each["verdict"]), each["programme"], each["partner"],
            province(each["province"]), each["distance"], word("path", each["path"]),
            word("partner_kind", each["kind"]),
            _("Outside the ministry") if each["outside_ministry"] else _("Under the ministry"),
            each["places_free"] if each["places_known"] else "", day(each["confirmed_at"]),
            *("; ".join(f"{row.wants}: {row.found}" for row in rows) for rows in each["told"].values()),
        ]
        for answer in answers
        for each in map(in_words, answer["candidates"])
    ]  # fmt: skip
    name = files.name(f"matches-{case['case_number']}", (case["centre"],), days.today())
    return files.as_csv(files.Sheet("matches", _("Matches"), columns, lines), name)


def _filters() -> dict[str, str]:
    """What the address asks for."""
    return query.codes(
        {
            "verdict": VERDICTS,
            "path": PATHS.everyone,
            "outside": ("yes",),
            "province": [each.code for each in areas.provinces()],
        }
    )


@blueprint.get("/cases/<uuid:case_id>/matches/compare")
@gate.roles(*CASE_READERS)
def compare(case_id: UUID) -> Response:
    """Up to three places beside each other, `?programme=` once for each; what the list was asked for stays in the
    address."""
    filters, selection = _filters(), _selection()[:COMPARED_MOST]
    screening = SCREENING.of(case_id=str(case_id))
    few = MATCHES.of(case_id=str(case_id), programme_ids=selection)
    case = lookup.case(str(case_id))
    replies = doors.together(screening, *([few] if selection else []))
    values, matches = casefile.frame(case, screening=replies[screening]), None
    if selection:
        matches = replies[few]
        values = casefile.frame(case, screening=replies[screening], matches=matches)
    found = [in_words(each) for each in matches["candidates"]] if matches else []
    known = [each["programme_id"] for each in found]
    return frame.page(
        "matches/compare.html", **values,
        filters=filters, selection=selection, places=found, unknown=[each for each in selection if each not in known],
        at=partial(visit.link, case_id=case_id, **filters), comparison=comparison.sections(found), fact_text=fact_text,
    )  # fmt: skip


def _selection() -> list[str]:
    """The programmes that the address names for the comparison, each once; one more than can be compared says that
    there were more."""
    return query.texts("programme")[: COMPARED_MOST + 1]


def in_words(candidate: Candidate) -> comparison.Place:
    told = [reasons.reason(row) for row in candidate["reasons"]]
    findings = {row["criterion"]: row["found"] for row in candidate["criteria"]}
    return {
        **candidate,
        "told": {
            verdict: [row for row in told if row.verdict == verdict]
            for verdict in ("not_met", "unknown", "met")
        },
        "ranked": [reasons.criterion(row) for row in candidate["criteria"]],
        "near": [
            sentences.near_miss_in_words(row["rule"], row["wants"], current())
            for row in candidate["near_miss"]
        ],
        "free": sentences.places_free(
            candidate["places_free"] if candidate["places_known"] else None, current()
        ),
        "stated": sentences.criterion_in_words("freshness", findings["freshness"], current()),
        "distance": sentences.criterion_in_words("distance", findings["distance"], current()),
    }


class ProvinceRow(TypedDict):
    """`roles`: whether it is the centre's, the person's domicile, or where they were found; `all` candidates shown."""

    code: str
    name: str
    roles: list[str]
    kilometres: int
    near: bool
    eligible: int
    unknown: int
    ineligible: int
    all: int


class Mark(ProvinceRow):
    """A province on the map: `at` where its mark is, `written` the box of its name if there is room for one."""

    at: maps.Point
    middle: maps.Point
    written: maps.Box | None


class Away(TypedDict):
    places: int
    provinces: int


class DrawnMap(TypedDict):
    """`unit`: a pixel on a phone; `whole`: the country is shown; `away`: what is off the map."""

    view: maps.Box
    unit: float
    shapes: Mapping[str, str]
    marks: list[Mark]
    whole: bool
    away: Away


def _of_kinds(counts: Counts, kinds: tuple[str, ...]) -> dict[str, int]:
    by_kind = {
        "eligible": counts["eligible"],
        "unknown": counts["unknown"],
        "ineligible": counts["ineligible"],
    }
    return {kind: by_kind[kind] for kind in kinds}


def _provinces(case: Case, counted: Mapping[str, Counts], kinds: tuple[str, ...]) -> list[ProvinceRow]:
    """The provinces with candidates, and those of the centre and the person, nearest to the centre first."""
    centre, neighbours = case["centre"], areas.neighbours(case["centre"])
    roles = {
        "centre": {centre},
        "domicile": {each["province"] for each in case["person"]["domicile"]},
        "found": {each for each in (case["person"]["province"],) if each},
    }
    candidates = {code: _of_kinds(counts, kinds) for code, counts in counted.items()}
    candidates = {code: counts for code, counts in candidates.items() if any(counts.values())}
    rows: list[ProvinceRow] = []
    for code in {*candidates}.union(*roles.values()):
        counts, kilometres = candidates.get(code, {}), areas.distance_km(centre, code)
        of = [role for role, codes in roles.items() if code in codes]
        near = bool(of) or code in neighbours or kilometres <= NEAR_KM
        rows.append(
            {
                "code": code, "name": province(code), "roles": of, "kilometres": kilometres, "near": near,
                "eligible": counts.get("eligible", 0), "unknown": counts.get("unknown", 0),
                "ineligible": counts.get("ineligible", 0), "all": sum(counts.values()),
            }
        )  # fmt: skip
    return sorted(rows, key=lambda row: (row["kilometres"], sort_key(row["name"])))


def _map(rows: list[ProvinceRow], whole: bool) -> DrawnMap:
    """The map of these provinces; the table beside names them all."""
    country = maps.country()
    far = [row for row in rows if not row["near"]]
    shown = rows if whole else [row for row in rows if row["near"]]
    box = maps.view([country.boxes[row["code"]] for row in shown], MARGIN)
    unit = (box.right - box.left) / PHONE
    around = {row["code"]: _drawn(row, unit) for row in shown}
    at = maps.apart({code: country.middles[code] for code in around}, around)
    taken = [maps.moved(around[code], at[code]) for code in around]
    marks: list[Mark] = []
    # Whoever looks for the centre, the domicile or where the person was found finds its name first.
    for row in sorted(shown, key=lambda row: not row["roles"]):
        code = row["code"]
        written = maps.free((maps.moved(each, at[code]) for each in _names(row, unit)), taken)
        taken += [written] if written else []
        middle = country.middles[code]
        marks.append({**row, "at": at[code], "middle": middle, "written": written})
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


def _drawn(row: ProvinceRow, unit: float) -> maps.Box:
    """What is drawn of a province around its point: a mark if it has candidates, and icons above."""
    mark = MARK if row["all"] else 1
    wide = max(mark, len(row["roles"]) * ICON / 2)
    return maps.Box(-wide * unit, -(mark + (ICON + 1) * bool(row["roles"])) * unit, wide * unit, mark * unit)


def _names(row: ProvinceRow, unit: float) -> Iterator[maps.Box]:
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
