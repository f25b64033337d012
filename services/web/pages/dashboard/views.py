"""Dashboards: figures, what lies behind each, the places free, and files."""

from flask import Blueprint, Response, request, url_for

from services.codes import PATHS, STATEMENT_AGES
from services.codes.access import CASE_READERS, READERS
from services.kernel.envelope import ALL_CENTRES, Caller
from services.partners.doors import FREE_PLACES
from services.reporting.doors import BEHIND
from services.reporting.measures import MEASURES, PARTS, Measure, Part
from services.thai import areas, dates
from services.web import gateway
from services.web.pages.dashboard import charts, figures, sheets
from services.web.pages.dashboard.period import named_parts, period_form, read_period, scope_title
from services.web.pages.frame import doors, files, frame, gate, lookup, visit
from services.web.pages.parts import days, maps
from services.web.pages.parts.freshness import freshness
from services.web.pages.parts.language import _, current
from services.web.pages.parts.places import provinces
from services.web.pages.parts.words import province, say, word, words

YEARS_BACK = 4
SHOWN = 25

blueprint = Blueprint("dashboard", __name__)


def _several(caller: Caller) -> bool:
    return ALL_CENTRES in caller.centres or len(caller.centres) > 1


@blueprint.get("/dashboard")
@gate.roles(*READERS)
def show() -> Response:
    form, caller = period_form(), visit.caller()
    period = read_period(form)
    numbers = figures.load(period)
    centres = (
        [each.code for each in areas.provinces()] if ALL_CENTRES in caller.centres else list(caller.centres)
    )
    year = dates.budget_year(days.today())
    spread, free = numbers.spread, numbers.places
    by_centre = spread["by_centre"] if spread else {}
    country = maps.country()
    shades, legend = charts.shaded({code: row["outside_ministry"] for code, row in by_centre.items()})
    months = figures.months(period, spread["by_month"] if spread else {})
    return frame.page(
        "dashboard/show.html",
        form=form,
        measures=MEASURES,
        period=period,
        title=scope_title(period),
        now=numbers.now,
        first_figures=figures.headline(period, numbers),
        places=free,
        places_in=figures.places_in(period),
        place_ages=words("statement_age"),
        place_paths=sorted((free["by_path"] if free else {}).items(), key=lambda row: -row[1]["free"]),
        tables={table["key"]: table for table in figures.tables(period, numbers)},
        months=months,
        top=charts.top_of(max((row["outside_ministry"] + row["ministry"] for row in months), default=0)),
        by_centre=sorted(by_centre.items(), key=lambda row: (-row[1]["outside_ministry"], row[0])),
        country={
            "height": country.height,
            "width": maps.MAP_WIDTH,
            "shapes": country.shapes,
            "shades": shades,
            "legend": legend,
        },
        several=_several(caller),
        centres=sorted(centres, key=province),
        years=[str(year - back) for back in range(YEARS_BACK + 1)],
        portions=named_parts(),
        of_centre=lambda code: url_for(".show", **{**period.address, "centre": code}),
        bars=charts.bars,
        count_text=figures.count_text,
        behind=lambda figure, code: figures.links_behind(period.of(period.first, period.last, centre=code))(
            figure
        ),
        hides=caller.role not in CASE_READERS,
    )


@blueprint.get("/dashboard/behind")
@gate.roles(*CASE_READERS)
def behind() -> Response:
    """The list behind a figure."""
    form = period_form()
    period = read_period(form)
    figure, value = request.args.get("figure", ""), request.args.get("value", "")[:40] or None
    if figure not in MEASURES:
        figure, value = "placements", None
    cursor = request.args.get("cursor") or None
    found = doors.ask(BEHIND.of(**period.body, figure=figure, value=value, limit=SHOWN, cursor=cursor))
    address = {**period.address, "figure": figure, **({"value": value} if value else {})}
    measure = MEASURES[figure]
    of = measure.codes.word(value, current()) if measure.codes and value else _("all")
    return frame.page(
        "dashboard/behind.html",
        title=say(measure.title).format(of),
        scope=scope_title(period),
        period=period,
        rows=found["items"],
        cases=lookup.cases(row["case_id"] for row in found["items"]),
        following=visit.link(".behind", **address, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".behind", **address) if cursor else None,
    )


@blueprint.get("/dashboard/places")
@gate.roles(*READERS)
def places() -> Response:
    """The programmes behind the places that are free, in a province or the country, and how old each partner's word
    is."""
    texts = {name: request.args.get(name, "")[:40] for name in ("province", "path", "age")}
    known = {
        "province": areas.is_province(texts["province"]),
        "path": texts["path"] in PATHS,
        "age": texts["age"] in STATEMENT_AGES,
    }
    filters = {name: text for name, text in texts.items() if known[name]}
    cursor = request.args.get("cursor") or None
    answer = doors.ask(FREE_PLACES.of(**filters, limit=SHOWN, cursor=cursor))
    return frame.page(
        "dashboard/places.html",
        answer=answer,
        filters=filters,
        freshness=freshness,
        provinces=provinces(),
        paths=[(path, word("path", path)) for path in PATHS],
        ages=words("statement_age"),
        following=visit.link(".places", **filters, cursor=answer["next"]) if answer["next"] else None,
        first=visit.link(".places", **filters) if cursor else None,
    )


@blueprint.get("/dashboard/definitions")
@gate.roles(*READERS)
def definitions() -> Response:
    described: list[Part | Measure] = [*PARTS.values(), *MEASURES.values()]
    defined = [
        {"key": {"text": say(each.title)}, "value": {"text": say(each.means)}}
        for each in described
        if each.means
    ]
    return frame.page("dashboard/definitions.html", defined=defined)


@blueprint.get("/dashboard/figures.csv")
@gate.roles(*READERS)
def as_csv() -> Response:
    period = read_period(period_form())
    return files.as_csv(sheets.lines(period), sheets.file_name(period, "csv"))


@blueprint.get("/dashboard/figures.xlsx")
@gate.roles(*READERS)
def as_xlsx() -> Response:
    period = read_period(period_form())
    lines, sheet_name = sheets.lines(period), _("Figures")
    made = gateway.runtime().ports.heavy(lambda: sheets.workbook(lines, sheet_name))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return files.download(made, kind, sheets.file_name(period, "xlsx"))
