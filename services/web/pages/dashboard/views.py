"""Dashboards: figures, what lies behind each, the places free, and files."""

from flask import Blueprint, Response, url_for

from services.codes import PATHS
from services.codes.access import CASE_READERS, FIGURE_READERS
from services.codes.registry import STATEMENT_AGES
from services.codes.words import adopted_words
from services.kernel.envelope import ALL_CENTRES
from services.kernel.lists import LIMIT_MOST
from services.partners.doors import FREE_PLACES
from services.reporting.doors import BEHIND
from services.reporting.measures import MEASURES, PARTS, Measure, Part
from services.thai import areas
from services.web import gateway
from services.web.pages.dashboard import chapters, charts, figures, sheets
from services.web.pages.dashboard.period import (
    asked_period,
    choices,
    period_form,
    read_period,
    scope_title,
)
from services.web.pages.frame import doors, files, frame, gate, lookup, query, visit
from services.web.pages.parts import days, maps
from services.web.pages.parts.freshness import freshness
from services.web.pages.parts.language import _, current
from services.web.pages.parts.places import provinces
from services.web.pages.parts.words import day, named, province, say, word, words

SHOWN = 25

blueprint = Blueprint("dashboard", __name__)


@blueprint.get("/dashboard")
@gate.roles(*FIGURE_READERS)
def show() -> Response:
    form, caller = period_form(), visit.caller()
    chapter = query.code("chapter", (*chapters.CHAPTERS, chapters.ALL), chapters.FIRST)
    period = read_period(form)
    begins = chapter in (chapters.FIRST, chapters.ALL)
    numbers = figures.load(period, begins, chapter in (chapters.OUTREACH, chapters.ALL))
    spread, free = numbers.spread, numbers.places
    by_centre = spread["by_centre"] if spread else {}
    outside = {code: row["outside_ministry"] for code, row in by_centre.items()}
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
        outreach=numbers.outreach,
        outreach_columns=sheets.outreach_columns(),
        place_ages=words("statement_age"),
        place_paths=sorted((free["by_path"] if free else {}).items(), key=lambda row: -row[1]["free"]),
        chapter=chapter,
        chapters=chapters.tabs(chapter, period),
        begins=begins,
        tables=figures.tables(period, numbers, chapters.parts_in(chapter)),
        months=months,
        top=charts.top_of(max((row["outside_ministry"] + row["ministry"] for row in months), default=0)),
        by_centre=sorted(by_centre.items(), key=lambda row: (-row[1]["outside_ministry"], row[0])),
        outside=outside,
        country=maps.of_counts(outside),
        choices=choices(),
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
    period, (figure, value) = asked_period(), _figure()
    cursor = query.cursor()
    found = doors.ask(BEHIND.of(**period.body, figure=figure, value=value, limit=SHOWN, cursor=cursor))
    address = {**period.address, "figure": figure, **({"value": value} if value else {})}
    return frame.page(
        "dashboard/behind.html",
        title=_title(figure, value),
        scope=scope_title(period),
        period=period,
        rows=found["items"],
        reasons=_reasons(figure),
        cases=lookup.cases(row["case_id"] for row in found["items"]),
        partners=lookup.partners_of(row["referral_id"] for row in found["items"]),
        file=visit.link(".behind_csv", **address),
        following=visit.link(".behind", **address, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".behind", **address) if cursor else None,
    )


def _figure() -> tuple[str, str | None]:
    """(measure, code) that the address names."""
    figure = query.code("figure", MEASURES, "placements")
    codes = MEASURES[figure].codes
    known = (*codes, *adopted_words(codes.kind)) if codes else ()
    return figure, query.code("value", known) or None


def _reasons(figure: str) -> str:
    """The list of codes of which the reasons behind a measure are."""
    measure = MEASURES[figure]
    return measure.codes.kind if measure.codes and measure.by == "reason" else "decline_reason"


def _title(figure: str, value: str | None) -> str:
    measure = MEASURES[figure]
    of = measure.codes.word(value, current()) if measure.codes and value else _("all")
    return say(measure.title).format(of)


@blueprint.get("/dashboard/behind.csv")
@gate.roles(*CASE_READERS)
def behind_csv() -> Response:
    period, (figure, value) = asked_period(), _figure()
    answers = files.every(
        lambda cursor: BEHIND.of(**period.body, figure=figure, value=value, limit=LIMIT_MOST, cursor=cursor),
        lambda answer: answer["next"],
    )
    rows = [row for answer in answers for row in answer["items"]]
    cases = lookup.cases(row["case_id"] for row in rows)
    partners = lookup.partners_of(row["referral_id"] for row in rows)
    columns = [
        _("Day it happened"), _("Case number"), _("The person"), _("Centre"), _("Way forward"), _("Why"),
        _("Kind of partner"), _("Partner"),
    ]  # fmt: skip
    lines = [
        [
            day(row["day"]),
            cases[row["case_id"]]["case_number"] if row["case_id"] in cases else "",
            named(cases[row["case_id"]]["person"]) if row["case_id"] in cases else "",
            province(row["centre"]),
            word("path", row["path"]) if row["path"] else "",
            word(_reasons(figure), row["reason"]) if row["reason"] else "",
            word("partner_kind", row["partner_kind"]) if row["partner_kind"] else "",
            partners.get(row["referral_id"] or "", ""),
        ]
        for row in rows
    ]
    what = f"{figure}-{value}" if value else figure
    name = files.name(
        what.replace("_", "-"), files.centres_of(visit.caller(), period.centre), period.first, period.last
    )
    return files.as_csv(files.Sheet(figure, _title(figure, value), columns, lines), name)


@blueprint.get("/dashboard/places")
@gate.roles(*FIGURE_READERS)
def places() -> Response:
    """The programmes behind the places that are free, in a province or the country, and how old each partner's word
    is."""
    filters = _place_filters()
    cursor = query.cursor()
    answer = doors.ask(FREE_PLACES.of(**filters, limit=SHOWN, cursor=cursor))
    return frame.page(
        "dashboard/places.html",
        answer=answer,
        filters=filters,
        freshness=freshness,
        provinces=provinces(),
        paths=words("path"),
        ages=words("statement_age"),
        file=visit.link(".places_csv", **filters),
        following=visit.link(".places", **filters, cursor=answer["next"]) if answer["next"] else None,
        first=visit.link(".places", **filters) if cursor else None,
    )


def _place_filters() -> dict[str, str]:
    province_codes = [each.code for each in areas.provinces()]
    return query.codes({"province": province_codes, "path": PATHS.everyone, "age": STATEMENT_AGES})


@blueprint.get("/dashboard/places.csv")
@gate.roles(*FIGURE_READERS)
def places_csv() -> Response:
    filters = _place_filters()
    answers = files.every(
        lambda cursor: FREE_PLACES.of(**filters, limit=LIMIT_MOST, cursor=cursor),
        lambda answer: answer["next"],
    )
    columns = [
        _("Partner"), _("Name of the programme"), _("Way forward"), _("Province"), _("Places free"),
        _("Places in all"), _("Stated"),
    ]  # fmt: skip
    lines = [
        [
            row["partner"], row["name"], word("path", row["path"]), province(row["province"]), row["free"],
            row["total"], day(row["confirmed_at"]),
        ]
        for answer in answers
        for row in answer["items"]
    ]  # fmt: skip
    where = (filters["province"],) if "province" in filters else (ALL_CENTRES,)
    return files.as_csv(
        files.Sheet("places", _("Places free"), columns, lines), files.name("places", where, days.today())
    )


@blueprint.get("/dashboard/definitions")
@gate.roles(*FIGURE_READERS)
def definitions() -> Response:
    described: list[Part | Measure] = [*PARTS.values(), *MEASURES.values()]
    defined = [
        {"key": {"text": say(each.title)}, "value": {"text": say(each.means)}}
        for each in described
        if each.means
    ]
    return frame.page("dashboard/definitions.html", defined=defined)


@blueprint.get("/dashboard/figures.zip")
@gate.roles(*FIGURE_READERS)
def as_zip() -> Response:
    period = asked_period()
    return files.as_zip(sheets.sheets(period), sheets.file_name(period))


@blueprint.get("/dashboard/figures.xlsx")
@gate.roles(*FIGURE_READERS)
def as_xlsx() -> Response:
    period = asked_period()
    made = sheets.sheets(period)
    content = gateway.runtime().ports.heavy(lambda: sheets.workbook(made))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return files.download(content, kind, f"{sheets.file_name(period)}.xlsx")
