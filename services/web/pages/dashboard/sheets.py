"""Figures as tables to take away."""

from collections.abc import Sequence
from io import BytesIO
from typing import Literal

from services.reporting.answers import OutreachFigures, OutreachSum
from services.reporting.measures import MEASURES
from services.web.pages.dashboard import figures
from services.web.pages.dashboard.counts import Count, Hidden
from services.web.pages.dashboard.period import Period, scope_title
from services.web.pages.frame import files, visit
from services.web.pages.frame.files import Sheet
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, day_time, province, say, word, words

SPREAD = [
    MEASURES[code] for code in ("outside", "ministry", "family", "placements")
]  # told by month and by centre
SHEET_NAME_MOST = 31  # letters, in Excel


def sheets(period: Period) -> list[Sheet]:
    """What the page shows, a table each; first what the figures are of."""
    numbers = figures.load(period)
    up_to, spread, free = numbers.now["data_up_to"], numbers.spread, numbers.places
    about = [
        [_("Centre"), scope_title(period)],
        [_("First day"), day(period.first.isoformat())],
        [_("Last day"), day(period.last.isoformat())],
        [_("Data up to"), day_time(up_to) if up_to else "–"],
    ]
    made = [
        Sheet("about", _("About these figures"), [_("About these figures"), ""], about),
        Sheet(
            "figures",
            _("Figures"),
            [_("Part"), _("Figure"), _("This period"), _("A year before"), _("Days since the step before")],
            [
                [
                    table["title"],
                    row["text"],
                    _cell(row["value"]),
                    _cell(row["before"]),
                    _cell(row.get("waited")),
                ]
                for table in figures.tables(period, numbers)
                for row in table["rows"]
            ],
        ),
    ]
    kinds = [say(each.words) for each in SPREAD]
    for code, first, title, counts, text_of in (
        ("months", _("Month"), _("By month"), spread["by_month"] if spread else {}, day),
        ("centres", _("Centre"), _("By centre"), spread["by_centre"] if spread else {}, province),
    ):
        rows = [
            [text_of(key), row["outside_ministry"], row["ministry"], row["family"], row["total"]]
            for key, row in sorted(counts.items())
        ]
        made.append(Sheet(code, title, [first, *kinds], rows))
    if numbers.outreach:
        made += _of_outreach(numbers.outreach)
    if free:
        place = figures.places_in(period)
        where = province(place) if place else _("the whole country")
        columns = [_("Province"), _("Places free"), _("Programmes")]
        ages = [(text, free["by_age"][code]) for code, text in words("statement_age")]
        paths = [(word("path", code), row) for code, row in sorted(free["by_path"].items())]
        for code, first, title, of in (
            ("places-by-age", _("Stated"), _("Places by age of word"), ages),
            ("places-by-path", _("Way forward"), _("Places by way forward"), paths),
        ):
            rows = [[text, where, row["free"], row["programmes"]] for text, row in of]
            made.append(Sheet(code, title, [first, *columns], rows))
    return made


OutreachCount = Literal[
    "activities", "reached", "partners_met", "cases", "referred", "placed", "partners_joined"
]


def outreach_columns() -> list[tuple[OutreachCount, str]]:
    """[(name, heading)] of what is told of some activities."""
    return [
        ("activities", _("Activities")), ("reached", _("People reached")), ("partners_met", _("Partners met")),
        ("cases", _("Cases that came")), ("referred", _("Of these referred")), ("placed", _("Of these placed")),
        ("partners_joined", _("Partners that joined")),
    ]  # fmt: skip


def _of_outreach(of: OutreachFigures) -> list[Sheet]:
    headings = [heading for _name, heading in outreach_columns()]
    kinds = [(text, of["by_kind"][code]) for code, text in words("outreach_kind") if code in of["by_kind"]]
    months = [(day(month), row) for month, row in sorted(of["by_month"].items())]
    return [
        Sheet(code, title, [first, *headings], [[text, *_outreach_cells(row)] for text, row in rows])
        for code, first, title, rows in (
            ("outreach-by-kind", _("How"), _("Outreach by kind"), kinds),
            ("outreach-by-month", _("Month"), _("Outreach by month"), months),
        )
    ]


def _outreach_cells(row: OutreachSum) -> list[int]:
    return [row[name] for name, _heading in outreach_columns()]


def _cell(count: Count) -> str | float:
    """A count as a cell: hidden ones say so, what is not known is empty."""
    return figures.count_text(count) if isinstance(count, Hidden) else "" if count is None else count


def file_name(period: Period) -> str:
    centres = files.centres_of(visit.caller(), period.centre)
    return files.name("figures", centres, period.first, period.last)


def workbook(sheets: Sequence[Sheet]) -> bytes:
    import xlsxwriter

    made = BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(made, options) as book:
        bold = book.add_format({"bold": True})
        for each in sheets:
            sheet = book.add_worksheet(each.title[:SHEET_NAME_MOST])
            sheet.set_column(0, 1, 36)
            sheet.set_column(2, len(each.columns), 16)
            for number, line in enumerate((each.columns, *each.rows)):
                for column, value in enumerate(line):
                    sheet.write(number, column, files.plain(value), None if number else bold)
            sheet.freeze_panes(1, 0)
    return made.getvalue()
