"""Dashboards: a centre's and all centres' figures of a period, what lies behind each, and both as files to take away."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any, Self

from flask import Blueprint, Response, request, url_for

from services.codes import PATHS
from services.kernel.envelope import ALL_CENTRES, Caller
from services.reporting.schemas import FIGURES
from services.thai import areas, dates
from services.web import api
from services.web.pages import charts, files, shell, small_cells
from services.web.pages.language import _, current, later
from services.web.pages.menu import READERS, SEE_CASES
from services.web.pages.partners import freshness
from services.web.pages.places import provinces
from services.web.pages.small_cells import FEW, WITHHELD, Hidden, size
from services.web.pages.words import day, day_time, full_province, province, word

YEARS_BACK = 4
SHOWN = 25
MONTHS = ("10", "11", "12", "01", "02", "03", "04", "05", "06", "07", "08", "09")  # of a budget year
STEPS = (("opened", later("Cases opened")), ("screened", later("Screened")), ("planned", later("Planned")),
         ("referred", later("Referred")), ("accepted", later("Accepted by a partner")), ("placed", later("Placed")),
         ("closed", later("Closed")))  # fmt: skip
# {median: (its words, the figure whose cases it is of)}
DAYS = {"to_screening": (later("To the first screening"), "screened"), "to_acceptance": (later("To the partner's yes"), "accepted"),
        "to_placement": (later("To the placement"), "placed")}  # fmt: skip
TITLES = {
    **dict(STEPS),
    "placements": later("Placements"),
    "outside": later("Placements outside the ministry"),
    "ministry": later("Placements in the ministry's places"),
    "employment": later("Placements with employers"),
    "in_work": later("In work at the latest follow-up"),
    "path": later("Placements: {}"),
    "label": later("Screened: {}"),
    "declined": later("Declined: {}"),
}
AGES = (("fresh", later("Stated in the last 30 days")), ("older", later("Stated 31 to 90 days ago")),
        ("old", later("Stated more than 90 days ago")))  # fmt: skip
HIDDEN = {FEW: later("<5"), WITHHELD: later("not shown")}
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
    def year_before(self) -> Self:
        return self.of(_year_earlier(self.first), _year_earlier(self.last))

    def of(self, first: date, last: date, **place: str) -> Self:
        """The same place, or `centre`, in these days."""
        days = {"from": _typed(first), "to": _typed(last)}
        kept = {"centre": self.address["centre"]} if "centre" in self.address else {}
        return replace(self, first=first, last=last, address={**kept, **days, **place})


def _typed(when: date) -> str:
    """A day as staff type it, in the Buddhist era."""
    return f"{when.day}/{when.month}/{when.year + dates.BE_OFFSET}"


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
    by_centre = found["spread"]["by_centre"]
    country = charts.country()
    colours, legend = charts.shaded({code: row["outside_ministry"] for code, row in by_centre.items()})
    months = _months(asked, found["spread"]["by_month"])
    return shell.page(
        "dashboard/show.html",
        form=form,
        asked=asked,
        title=_scope(asked),
        now=found["now"],
        before=found["before"],
        first_figures=_first_figures(asked, found),
        places=found["places"],
        places_in=_places_of(asked),
        place_ages=[(code, _(text)) for code, text in AGES],
        place_paths=sorted(
            (found["places"] or {"by_path": {}})["by_path"].items(), key=lambda row: -row[1]["free"]
        ),
        tables={table["key"]: table for table in _tables(asked, found)},
        months=months,
        top=charts.top_of(max((row["outside_ministry"] + row["ministry"] for row in months), default=0)),
        by_centre=sorted(by_centre.items(), key=lambda row: (-row[1]["outside_ministry"], row[0])),
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
        of_centre=lambda code: url_for(".show", **{**asked.address, "centre": code}),
        bars=charts.bars,
        told=told,
        behind=lambda figure, code: _behind(asked.of(asked.first, asked.last, centre=code))(figure),
        hides=caller.role not in SEE_CASES,
    )


def told(count: Any) -> str:
    """A count as it is read; a hidden one is said to be."""
    if count is None:
        return "–"
    return _(HIDDEN[count]) if isinstance(count, Hidden) else f"{count:,}"


def _scope(asked: Asked) -> str:
    if asked.centre:
        return _("Centre of {}").format(full_province(asked.centre))
    caller = shell.caller()
    if ALL_CENTRES in caller.centres:
        return _("All centres")
    return _("Centre of {}").format(", ".join(map(full_province, caller.centres)))


def _named_parts() -> list[tuple[str, str]]:
    names = dates.MONTHS[current()]["long"]
    quarters = [(f"q{number}", _("Quarter {}").format(number)) for number in range(1, 5)]
    return quarters + [(f"m{month}", names[int(month) - 1]) for month in MONTHS]


def _figures(asked: Asked) -> dict[str, Any]:
    """{now, before, spread, places}: the period's figures must be there, the others may be missing. Who may not see cases is not told
    of what kind a few people were."""
    found = shell.together(
        before=("reporting", "overview", asked.year_before.body),
        spread=("reporting", "placements", asked.body),
        places=("partners", "free_places", {"province": _places_of(asked), "limit": 0}),
    )
    found["now"] = shell.ask("reporting", "overview", asked.body)
    if shell.caller().role not in SEE_CASES:
        found["now"] = small_cells.overview(found["now"])
        found["before"] = found["before"] and small_cells.overview(found["before"])
        found["spread"] = found["spread"] and small_cells.spread(found["spread"], found["now"]["cases"])
    found["spread"] = found["spread"] or {
        "by_month": {},
        "by_centre": {},
        "accepted": None,
        "waited_days": {},
    }
    return found


def _places_of(asked: Asked) -> str | None:
    """The province whose places are shown: the one asked for, or of the reader's only centre; None: the country."""
    centres = shell.caller().centres
    return asked.centre or (centres[0] if len(centres) == 1 and centres[0] != ALL_CENTRES else None)


To = Callable[..., str | None]


def _behind(asked: Asked) -> To:
    """Where the list behind a figure is; nowhere for those who may not see cases."""

    def address(figure: str, value: str | None = None) -> str | None:
        if shell.caller().role not in SEE_CASES:
            return None
        parts: dict[str, Any] = dict(asked.address)
        return url_for(".behind", figure=figure, value=value, **parts)

    return address


def _row(
    text: str, now: Any, before: Any, to: str | None = None, to_before: str | None = None
) -> dict[str, Any]:
    return {"text": text, "value": now, "before": before, "href": to, "href_before": to_before}


def _first_figures(asked: Asked, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The headline: rows with `change` since the same period of the last budget year."""
    now, before = found["now"], found["before"]
    to, to_before = _behind(asked), _behind(asked.year_before)
    share = [percent(each["placements"]["share_outside"]) if each else None for each in (now, before)]
    of_all = _row(_("of all placements"), share[0], share[1], to("placements"), to_before("placements"))
    rows = [of_all | {"unit": " %"}]
    for part, name, figure, text in (
        ("placements", "outside_ministry", "outside", _("people placed outside the ministry")),
        ("placements", "ministry", "ministry", _("in the ministry's places")),
        ("employment", "started", "employment", _("started with an employer")),
    ):
        value = before[part][name] if before else None
        rows.append(_row(text, now[part][name], value, to(figure), to_before(figure)) | {"unit": ""})
    for row in rows:
        row["change"] = _change(row["value"], row["before"], points=bool(row["unit"]))
    return rows


def _change(now: Any, before: Any, points: bool) -> str | None:
    """More or fewer than the year before, in words; None where one of the two is not known."""
    if now is None or before is None:
        return None
    by = round(abs(now - before), 1)
    if not by:
        return _("the same as the year before")
    told_by = _("{} percentage points").format(by) if points else f"{by:,}"
    said = _("{} more than the year before") if now > before else _("{} fewer than the year before")
    return said.format(told_by)


def _tables(asked: Asked, found: Mapping[str, Any]) -> list[dict[str, Any]]:
    """What is shown, once for charts, tables and files: [{key, title, rows: [{text, value, before, href, href_before}]}]."""
    now, before, spread = found["now"], found["before"], found["spread"]
    to, to_before = _behind(asked), _behind(asked.year_before)

    def row(part: str, code: str, text: str, figure: str | None, value: str | None = None) -> dict[str, Any]:
        links = (to(figure, value), to_before(figure, value)) if figure else ()
        return _row(text, now[part].get(code, 0), before[part].get(code, 0) if before else None, *links)

    def coded(part: str, kind: str, figure: str) -> list[dict[str, Any]]:
        codes = {*now[part], *(before[part] if before else ())}
        ordered = sorted(codes, key=lambda code: (-size(now[part].get(code, 0)), code))
        return [row(part, code, word(kind, code), figure, code) for code in ordered]

    def steps() -> Iterator[dict[str, Any]]:
        for code, text in STEPS:
            counted = row("cases", code, _(text), code)
            if code == "accepted":
                counted |= {"value": spread["accepted"], "before": None}
            waited = spread["waited_days"].get(code)
            after = None if waited is None else _("after {} days").format(waited)
            yield counted | {"waited": waited, "note": after}

    placements = [
        row("placements", code, text, figure)
        for code, text, figure in (
            ("outside_ministry", _("Outside the ministry"), "outside"),
            ("ministry", _("In the ministry's places"), "ministry"),
            ("total", _("All placements"), "placements"),
        )
    ]
    share = [percent(each["placements"]["share_outside"]) if each else None for each in (now, before)]
    work = (
        ("started", _("Started with an employer"), "employment"),
        ("in_work", _("In work at the latest follow-up"), "in_work"),
    )
    return [
        {"key": "placements", "title": _("Placements"),
         "rows": [*placements, _row(_("Share outside the ministry, per cent"), share[0], share[1])]},
        {"key": "cases", "title": _("From opening to placement"), "rows": list(steps())},
        {"key": "days", "title": _("Median days from opening"), "rows": [
            row("median_days", code, _(text), figure) for code, (text, figure) in DAYS.items()
        ]},
        {"key": "paths", "title": _("Placements by way forward"), "rows": coded("by_path", "path", "path")},
        {"key": "labels", "title": _("People screened by group"), "rows": coded("by_label", "label", "label")},
        {"key": "declined", "title": _("Why partners declined"), "rows": coded("declined", "decline_reason", "declined")},
        {"key": "employment", "title": _("Work"), "rows": [row("employment", code, text, figure) for code, text, figure in work]},
    ]  # fmt: skip


def percent(share: float | None) -> float | None:
    return None if share is None else round(share * 100, 1)


def _months(asked: Asked, by_month: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each month between the first and the last with its counts, and where their lists are."""
    if not by_month:
        return []
    first, last = min(by_month), max(by_month)
    codes, (year, month) = [], map(int, first.split("-"))
    while f"{year}-{month:02}" <= last:
        codes.append(f"{year}-{month:02}")
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    nothing = {"total": 0, "outside_ministry": 0, "ministry": 0}
    rows: list[dict[str, Any]] = []
    for code in codes:
        begin = date.fromisoformat(f"{code}-01")
        end = (begin + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        to = _behind(asked.of(max(begin, asked.first), min(end, asked.last)))
        text = day(code)
        links = {"outside_ministry": to("outside"), "ministry": to("ministry"), "total": to("placements")}
        rows.append({"text": text, **by_month.get(code, nothing), "href": links})
    return rows


@blueprint.get("/dashboard/behind")
@shell.roles(*SEE_CASES)
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


@blueprint.get("/dashboard/places")
@shell.roles(*READERS)
def places() -> Response:
    """The programmes behind the places that are free, in a province or the country, and how old each partner's word is."""
    given = {name: request.args.get(name, "")[:40] for name in ("province", "path", "age")}
    known = {
        "province": areas.is_province(given["province"]),
        "path": given["path"] in PATHS,
        "age": given["age"] in dict(AGES),
    }
    wanted: dict[str, Any] = {name: text for name, text in given.items() if known[name]}
    cursor = request.args.get("cursor") or None
    found = shell.ask("partners", "free_places", {**wanted, "limit": SHOWN, "cursor": cursor})
    return shell.page(
        "dashboard/places.html",
        found=found,
        wanted=wanted,
        freshness=freshness,
        provinces=provinces(),
        paths=[(path, word("path", path)) for path in PATHS],
        ages=[(code, _(text)) for code, text in AGES],
        following=url_for(".places", **wanted, cursor=found["next"]) if found["next"] else None,
        first=url_for(".places", **wanted) if cursor else None,
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
    up_to = found["now"]["data_up_to"]
    lines: list[list[Any]] = [
        [_scope(asked), period, _("Data up to {}").format(day_time(up_to)) if up_to else None],
        [],
        [_("Part"), _("Figure"), _("This period"), _("A year before"), _("Days since the step before")],
    ]
    for table in _tables(asked, found):
        for row in table["rows"]:
            line = [table["title"], row["text"], row["value"], row["before"]]
            lines.append([*line, row["waited"]] if row.get("waited") is not None else line)
    for name, said, read in (
        ("by_month", _("Placements by month"), None),
        ("by_centre", _("Placements by centre"), province),
    ):
        lines += [
            [],
            [said, "", _("Outside the ministry"), _("In the ministry's places"), _("All placements")],
        ]
        for key, row in sorted(found["spread"][name].items()):
            text = read(key) if read else day(key)
            lines.append([said, text, row["outside_ministry"], row["ministry"], row["total"]])
    if found["places"]:
        place = _places_of(asked)
        said = _("Places free: {}").format(province(place) if place else _("the whole country"))
        lines += [[], [said, "", _("Places free"), _("Programmes")]]
        for code, text in AGES:
            row = found["places"]["by_age"][code]
            lines.append([said, _(text), row["free"], row["programmes"]])
        for path, row in sorted(found["places"]["by_path"].items()):
            lines.append([said, word("path", path), row["free"], row["programmes"]])
    return [[_(HIDDEN[cell]) if isinstance(cell, Hidden) else cell for cell in line] for line in lines]


def _file_name(asked: Asked, ending: str) -> str:
    return f"songtor-{asked.centre or 'all'}-{asked.first}-{asked.last}.{ending}"


@blueprint.get("/dashboard/figures.csv")
@shell.roles(*READERS)
def as_csv() -> Response:
    asked = _asked(_form())
    return files.as_csv(_lines(asked), _file_name(asked, "csv"))


@blueprint.get("/dashboard/figures.xlsx")
@shell.roles(*READERS)
def as_xlsx() -> Response:
    asked = _asked(_form())
    lines, sheet_name = _lines(asked), _("Figures")
    made = api.runtime().ports.heavy(lambda: _workbook(lines, sheet_name))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return files.download(made, kind, _file_name(asked, "xlsx"))


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
                sheet.write(number, column, files.plain(value), bold if number in (0, 2) else None)
        sheet.freeze_panes(3, 0)
    return made.getvalue()
