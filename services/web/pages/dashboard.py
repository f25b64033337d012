"""Dashboards: a centre's and all centres' figures of a period, what lies behind each, and both as files to take away."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any

from flask import Blueprint, Response, request, url_for

from services.kernel.envelope import ALL_CENTRES, Caller
from services.reporting.schemas import FIGURES
from services.thai import areas, dates
from services.web import api
from services.web.pages import charts, shell
from services.web.pages.language import _, current, later
from services.web.pages.menu import READERS
from services.web.pages.words import day, province, word

YEARS_BACK = 4
SHOWN = 25
FORMULA = ("=", "+", "-", "@", "\t", "\r")
MONTHS = ("10", "11", "12", "01", "02", "03", "04", "05", "06", "07", "08", "09")  # of a budget year
STEPS = (("opened", later("Cases opened")), ("screened", later("Screened")), ("planned", later("Planned")),
         ("referred", later("Referred")), ("placed", later("Placed")), ("closed", later("Closed")))  # fmt: skip
DAYS = (("to_screening", later("To the first screening")), ("to_acceptance", later("To the partner's yes")),
        ("to_placement", later("To the placement")))  # fmt: skip
TITLES = {
    **dict(STEPS),
    "placements": later("Placements"),
    "outside": later("Placements outside the ministry"),
    "ministry": later("Placements in the ministry's places"),
    "employment": later("Placements with employers"),
    "path": later("Placements: {}"),
    "label": later("Screened: {}"),
    "declined": later("Declined: {}"),
}
VALUES = {"path": "path", "label": "label", "declined": "decline_reason"}

blueprint = Blueprint("dashboard", __name__)


@dataclass(frozen=True)
class Asked:
    """What the address asks for: centre (None: all that the caller may see) and days, both included; `address` brings it back."""

    centre: str | None
    first: date
    last: date
    address: Mapping[str, str]

    @property
    def body(self) -> dict[str, Any]:
        return {"centre": self.centre, "from": self.first.isoformat(), "to": self.last.isoformat()}

    @property
    def year_before(self) -> dict[str, Any]:
        first, last = _year_earlier(self.first), _year_earlier(self.last)
        return {"centre": self.centre, "from": first.isoformat(), "to": last.isoformat()}


def _year_earlier(when: date) -> date:
    """The same day a year before; 29 February becomes 28."""
    return when.replace(year=when.year - 1, day=min(when.day, 28) if when.month == 2 else when.day)


def _today() -> date:
    return dates.bangkok_day(api.runtime().now())


def _asked(form: shell.Form) -> Asked:
    """What was asked for; what cannot be understood is an error of the form and left out."""
    today, address = _today(), {}
    centre = form.value("centre")
    if centre and areas.is_province(centre) and shell.caller().sees(centre):
        address["centre"] = centre
    elif centre:
        form.errors["centre"] = [_("Choose one of your centres.")]
    year = dates.budget_year(today)
    told = dates.from_thai_digits(form.value("year"))
    if told.isdigit() and len(told) == 4 and year - 50 <= int(told) <= year:
        year, address["year"] = int(told), told
    first, last = dates.budget_period(year)
    part = form.value("part")
    if part in _parts(year):
        first, last = _parts(year)[part]
        address["part"] = part
    days: dict[str, date] = {}
    for name in ("from", "to"):
        text = form.value(name).strip()
        if not text:
            continue
        try:
            read = dates.read_date(text, today).date
            if read.day is None:
                raise dates.DateError("format", "no day")
            days[name], address[name] = read.legal_day, text
        except dates.DateError:
            form.errors[name] = [_("Enter a day, such as 1/10/2568.")]
    if days:
        last = days.get("to", today)
        first = days.get("from", dates.budget_period(dates.budget_year(last))[0])
    if first > last:
        form.errors["from"] = [_("The first day lies after the last.")]
        first, last = dates.budget_period(year)
    # Compared is what the same part of the year before had brought by then.
    return Asked(address.get("centre"), first, max(first, min(last, today)), address)


def _parts(year: int) -> dict[str, tuple[date, date]]:
    """{code: (first day, last day)} of the quarters and months of a budget year."""
    begins = [date(year - dates.BE_OFFSET - (int(month) >= 10), int(month), 1) for month in MONTHS]
    ends = [*(begin.toordinal() - 1 for begin in begins[1:]), dates.budget_period(year)[1].toordinal()]
    lasts = [date.fromordinal(end) for end in ends]
    quarters = {f"q{n + 1}": (begins[3 * n], lasts[3 * n + 2]) for n in range(4)}
    return quarters | {f"m{month}": (begins[n], lasts[n]) for n, month in enumerate(MONTHS)}


def _form() -> shell.Form:
    names = ("centre", "year", "part", "from", "to")
    return shell.Form(values={name: request.args.get(name, "")[:40] for name in names}, sent=False)


def _several(caller: Caller) -> bool:
    return ALL_CENTRES in caller.centres or len(caller.centres) > 1


@blueprint.get("/dashboard")
@shell.roles(*READERS)
def show() -> Response:
    form, caller = _form(), shell.caller()
    asked = _asked(form)
    found = _figures(asked)
    centres = (
        [each.code for each in areas.provinces()] if ALL_CENTRES in caller.centres else list(caller.centres)
    )
    year = dates.budget_year(_today())
    spread = found["spread"] or {"by_month": {}, "by_centre": {}}
    by_centre = {code: row["outside_ministry"] for code, row in spread["by_centre"].items()}
    country = charts.country()
    colours, legend = charts.shaded(by_centre)
    return shell.page(
        "dashboard/show.html",
        form=form,
        asked=asked,
        title=_scope(asked),
        now=found["now"],
        before=found["before"],
        tables=_tables(asked, found),
        months=_months(spread["by_month"]),
        by_centre=sorted(spread["by_centre"].items(), key=lambda row: (-row[1]["total"], row[0])),
        country={
            "height": country.height,
            "width": charts.MAP_WIDTH,
            "shapes": country.shapes,
            "colours": colours,
            "legend": legend,
        },
        several=_several(caller),
        centres=sorted(centres, key=province),
        years=[str(year - back) for back in range(YEARS_BACK + 1)],
        portions=_named_parts(),
        by_centre_of=spread["by_centre"],
        of_centre=lambda code: url_for(".show", **{**asked.address, "centre": code}),
        bars=charts.bars,
        behind=_behind(asked),
    )


def _scope(asked: Asked) -> str:
    if asked.centre:
        return _("Centre of {}").format(province(asked.centre))
    caller = shell.caller()
    if ALL_CENTRES in caller.centres:
        return _("All centres")
    return _("Centre of {}").format(", ".join(map(province, caller.centres)))


def _named_parts() -> list[tuple[str, str]]:
    names = dates.MONTHS[current()]["long"]
    quarters = [(f"q{number}", _("Quarter {}").format(number)) for number in range(1, 5)]
    return quarters + [(f"m{month}", names[int(month) - 1]) for month in MONTHS]


def _figures(asked: Asked) -> dict[str, Any]:
    """{now, before, spread}: the period's figures must be there, the others may be missing."""
    found = shell.together(
        before=("reporting", "overview", asked.year_before), spread=("reporting", "placements", asked.body)
    )
    return {"now": shell.ask("reporting", "overview", asked.body), **found}


def _behind(asked: Asked) -> Any:
    def address(figure: str, value: str | None = None) -> str:
        parts: dict[str, Any] = dict(asked.address)
        return url_for(".behind", figure=figure, value=value, **parts)

    return address


def _tables(asked: Asked, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is shown, once for charts, tables and files: [{key, title, rows: [{text, value, before, unit, href}]}]."""
    now, before, to = found["now"], found["before"], _behind(asked)

    def rows(part: str, texts: Sequence[tuple[str, str]], figure: str | None = None) -> list[dict[str, Any]]:
        return [
            {
                "text": text,
                "value": now[part].get(code, 0),
                "before": before[part].get(code, 0) if before else None,
                "href": to(figure, code) if figure else to(code) if part == "cases" else None,
            }
            for code, text in texts
        ]

    def coded(part: str, kind: str, figure: str) -> list[dict[str, Any]]:
        codes = sorted(
            {*now[part], *(before[part] if before else ())}, key=lambda c: (-now[part].get(c, 0), c)
        )
        return rows(part, [(code, word(kind, code)) for code in codes], figure)

    placed, then = now["placements"], before["placements"] if before else {}
    hrefs = {"outside_ministry": to("outside"), "ministry": to("ministry"), "total": to("placements")}
    texts = (
        ("outside_ministry", _("Outside the ministry")),
        ("ministry", _("In the ministry's places")),
        ("total", _("All placements")),
    )
    work = (("started", _("Started with an employer")), ("in_work", _("In work at the latest follow-up")))
    employment = rows("employment", work)
    employment[0]["href"] = to("employment")
    return [
        {"key": "placements", "title": _("Placements"), "rows": [
            {"text": text, "value": placed[code], "before": then.get(code), "href": hrefs[code]} for code, text in texts
        ] + [{"text": _("Share outside the ministry, per cent"), "value": percent(placed["share_outside"]),
              "before": percent(then.get("share_outside")), "href": None}]},
        {"key": "cases", "title": _("From opening to placement"), "rows": rows("cases", [(c, _(t)) for c, t in STEPS])},
        {"key": "days", "title": _("Median days from opening"), "rows": [
            {"text": _(text), "value": now["median_days"][code], "before": before["median_days"][code] if before else None, "href": None}
            for code, text in DAYS
        ]},
        {"key": "paths", "title": _("Placements by way forward"), "rows": coded("by_path", "path", "path")},
        {"key": "labels", "title": _("People screened by group"), "rows": coded("by_label", "label", "label")},
        {"key": "declined", "title": _("Why partners declined"), "rows": coded("declined", "decline_reason", "declined")},
        {"key": "employment", "title": _("Work"), "rows": employment},
    ]  # fmt: skip


def percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _months(by_month: Mapping[str, Mapping[str, int]]) -> list[dict[str, Any]]:
    """Each month between the first and the last with its two counts, and its columns' heights of 1000."""
    if not by_month:
        return []
    first, last = min(by_month), max(by_month)
    codes, (year, month) = [], map(int, first.split("-"))
    while f"{year}-{month:02}" <= last:
        codes.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    nothing = {"total": 0, "outside_ministry": 0}
    rows: list[dict[str, Any]] = [
        {"text": dates.format_date(code, current(), "short"), **by_month.get(code, nothing)} for code in codes
    ]
    top = charts.top_of(max(row["total"] for row in rows))
    return [{**row, "top": top} for row in rows]


@blueprint.get("/dashboard/behind")
@shell.roles(*READERS)
def behind() -> Response:
    """The list behind a figure."""
    form = _form()
    asked = _asked(form)
    figure, value = request.args.get("figure", ""), request.args.get("value", "")[:40] or None
    if figure not in FIGURES:
        figure, value = "placements", None
    body = {
        **asked.body,
        "figure": figure,
        "value": value,
        "limit": SHOWN,
        "cursor": request.args.get("cursor") or None,
    }
    found = shell.ask("reporting", "behind", body)
    wanted = sorted({row["case_id"] for row in found["items"]})
    cases: dict[str, Any] = {}
    if wanted:
        known = shell.together(cases=("intake", "cases", {"case_ids": wanted, "limit": len(wanted)}))["cases"]
        cases = {case["case_id"]: case for case in (known or {"items": []})["items"]}
    address: dict[str, Any] = {**asked.address, "figure": figure, **({"value": value} if value else {})}
    title = _(TITLES[figure])
    if figure in VALUES:
        title = title.format(word(VALUES[figure], value) if value else _("all"))
    return shell.page(
        "dashboard/behind.html",
        title=title,
        scope=_scope(asked),
        asked=asked,
        rows=found["items"],
        cases=cases,
        following=url_for(".behind", **address, cursor=found["next"]) if found["next"] else None,
        first=url_for(".behind", **address) if request.args.get("cursor") else None,
    )


@blueprint.get("/dashboard/definitions")
@shell.roles(*READERS)
def definitions() -> Response:
    return shell.page("dashboard/definitions.html")


# -- files to take away --------------------------------------------------------------------------------------------


def _lines(asked: Asked) -> list[list[Any]]:
    """What the page shows, as lines of a sheet."""
    found = _figures(asked)
    period = f"{day(asked.first.isoformat())} – {day(asked.last.isoformat())}"
    lines: list[list[Any]] = [
        [_scope(asked), period],
        [],
        [_("Part"), _("Figure"), _("This period"), _("A year before")],
    ]
    for table in _tables(asked, found):
        lines += [[table["title"], row["text"], row["value"], row["before"]] for row in table["rows"]]
    spread = found["spread"] or {"by_month": {}, "by_centre": {}}
    for name, said, read in (
        ("by_month", _("Placements by month"), None),
        ("by_centre", _("Placements by centre"), province),
    ):
        lines += [[], [said, "", _("All placements"), _("Outside the ministry")]]
        for key, row in sorted(spread[name].items()):
            lines.append([said, read(key) if read else day(key), row["total"], row["outside_ministry"]])
    return lines


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def _file_name(asked: Asked, ending: str) -> str:
    return f"songtor-{asked.centre or 'all'}-{asked.first}-{asked.last}.{ending}"


@blueprint.get("/dashboard/figures.csv")
@shell.roles(*READERS)
def as_csv() -> Response:
    asked, text = _asked(_form()), StringIO()
    writer = csv.writer(text)
    for line in _lines(asked):
        writer.writerow([safe(value) for value in line])
    # With the mark, so that Excel reads Thai as Thai.
    return _download(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", _file_name(asked, "csv"))


@blueprint.get("/dashboard/figures.xlsx")
@shell.roles(*READERS)
def as_xlsx() -> Response:
    asked = _asked(_form())
    lines, sheet_name = _lines(asked), _("Figures")
    made = api.runtime().around.heavy(lambda: _workbook(lines, sheet_name))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return _download(made, kind, _file_name(asked, "xlsx"))


def _workbook(lines: Sequence[Sequence[Any]], sheet_name: str) -> bytes:
    import xlsxwriter

    made = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        sheet = book.add_worksheet(sheet_name)
        bold = book.add_format({"bold": True})
        sheet.set_column(0, 1, 36)
        sheet.set_column(2, 3, 16)
        for number, line in enumerate(lines):
            for column, value in enumerate(line):
                sheet.write(number, column, value, bold if number in (0, 2) else None)
        sheet.freeze_panes(3, 0)
    return made.getvalue()


def _download(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
