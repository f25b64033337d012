"""Figures as lines of a sheet to take away."""

from collections.abc import Sequence
from io import BytesIO

from services.reporting.measures import MEASURES
from services.web.pages.dashboard import figures
from services.web.pages.dashboard.counts import Count, Hidden
from services.web.pages.dashboard.period import Period, scope_title
from services.web.pages.frame import files
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, day_time, province, say, word, words

SPREAD = [MEASURES[code] for code in ("outside", "ministry", "placements")]  # told by month and by centre

Cell = str | Count


def lines(period: Period) -> list[list[Cell]]:
    """What the page shows, as lines of a sheet."""
    numbers = figures.load(period)
    span = f"{day(period.first.isoformat())} – {day(period.last.isoformat())}"
    up_to = numbers.now["data_up_to"]
    lines: list[list[Cell]] = [
        [scope_title(period), span, _("Data up to {}").format(day_time(up_to)) if up_to else None],
        [],
        [_("Part"), _("Figure"), _("This period"), _("A year before"), _("Days since the step before")],
    ]
    for table in figures.tables(period, numbers):
        for row in table["rows"]:
            line = [table["title"], row["text"], row["value"], row["before"]]
            waited = row.get("waited")
            lines.append(line if waited is None else [*line, waited])
    spread = numbers.spread
    for counts, title, text_of in (
        (spread["by_month"] if spread else {}, _("Placements by month"), day),
        (spread["by_centre"] if spread else {}, _("Placements by centre"), province),
    ):
        lines += [
            [],
            [title, "", *(say(each.words) for each in SPREAD)],
        ]
        for key, month in sorted(counts.items()):
            of_key = [month["outside_ministry"], month["ministry"], month["total"]]
            lines.append([title, text_of(key), *of_key])
    if numbers.places:
        place = figures.places_in(period)
        title = _("Places free: {}").format(province(place) if place else _("the whole country"))
        lines += [[], [title, "", _("Places free"), _("Programmes")]]
        for code, text in words("statement_age"):
            free = numbers.places["by_age"][code]
            lines.append([title, text, free["free"], free["programmes"]])
        for path, free in sorted(numbers.places["by_path"].items()):
            lines.append([title, word("path", path), free["free"], free["programmes"]])
    return [
        [figures.count_text(cell) if isinstance(cell, Hidden) else cell for cell in line] for line in lines
    ]


def file_name(period: Period, ending: str) -> str:
    return f"songtor-{period.centre or 'all'}-{period.first}-{period.last}.{ending}"


def workbook(lines: Sequence[Sequence[Cell]], sheet_name: str) -> bytes:
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
