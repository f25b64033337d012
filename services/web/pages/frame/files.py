"""Files to take away: tables for a spreadsheet, each with as many cells in every line, named by whose they are."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Any, NamedTuple, TypeVar
from zipfile import ZIP_DEFLATED, ZipFile

from flask import Response

from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Question
from services.thai import areas
from services.web.pages.frame import doors
from services.web.pages.parts.words import NO_BREAK

A = TypeVar("A")

FORMULA = ("=", "+", "-", "@", "\t", "\r")
PAGES_MOST = 40  # of LIMIT_MOST rows, of one file; a longer list says so in its name
NAMED_MOST = 3  # centres that a file's name spells out


class Sheet(NamedTuple):
    """A table: `code` names its file, `title` its sheet; every row has a cell for each column."""

    code: str
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]


def plain(value: Any) -> Any:
    """A cell with the spaces that somebody types who searches the sheet."""
    return value.replace(NO_BREAK, " ") if isinstance(value, str) else value


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def of_centres(codes: Sequence[str]) -> str:
    """Whose a file is, for its name: nakhon-sawan, lop-buri-nakhon-sawan, 5-centres, all-centres."""
    if ALL_CENTRES in codes:
        return "all-centres"
    if len(codes) > NAMED_MOST:
        return f"{len(codes)}-centres"
    known = filter(None, map(areas.area, codes))
    return "-".join(sorted(area.english.lower().replace(" ", "-") for area in known)) or "no-centre"


def name(what: str, centres: Sequence[str], *days: date) -> str:
    """songtor-cases-nakhon-sawan-2026-11-29: what, whose, and its period, or the day it was made."""
    return "-".join(["songtor", what, of_centres(centres), *(each.isoformat() for each in days)])


def centres_of(caller: Caller, centre: str | None) -> Sequence[str]:
    """The one asked for, else all that the caller may see."""
    return (centre,) if centre else caller.centres


def every(question: Callable[[str | None], Question[A]], cursor_of: Callable[[A], str | None]) -> Iterator[A]:
    """Page after page of a list as its door answers them: who sees less there is given less here."""
    cursor = None
    for _ in range(PAGES_MOST):
        answer = doors.ask(question(cursor))
        yield answer
        cursor = cursor_of(answer)
        if cursor is None:
            return


def text_of(sheet: Sheet) -> bytes:
    text = StringIO()
    writer = csv.writer(text)
    for line in (sheet.columns, *sheet.rows):
        writer.writerow([safe(plain(value)) for value in line])
    # With the mark, so that Excel reads Thai as Thai.
    return text.getvalue().encode("utf-8-sig")


def as_csv(sheet: Sheet, name: str) -> Response:
    if len(sheet.rows) >= PAGES_MOST * LIMIT_MOST:
        name = f"{name}-first-{len(sheet.rows)}"
    return download(text_of(sheet), "text/csv; charset=utf-8", f"{name}.csv")


def as_zip(sheets: Iterable[Sheet], name: str) -> Response:
    """A table a file."""
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for sheet in sheets:
            archive.writestr(f"{name}-{sheet.code}.csv", text_of(sheet))
    return download(made.getvalue(), "application/zip", f"{name}.zip")


def download(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
