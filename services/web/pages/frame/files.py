"""Files to take away: tables for a spreadsheet."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

from flask import Response

from services.web.pages.parts.words import NO_BREAK

FORMULA = ("=", "+", "-", "@", "\t", "\r")


def plain(value: Any) -> Any:
    """A cell with the spaces that somebody types who searches the sheet."""
    return value.replace(NO_BREAK, " ") if isinstance(value, str) else value


def safe(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value


def as_csv(lines: Iterable[Sequence[Any]], name: str) -> Response:
    text = StringIO()
    writer = csv.writer(text)
    for line in lines:
        writer.writerow([safe(plain(value)) for value in line])
    # With the mark, so that Excel reads Thai as Thai.
    return download(text.getvalue().encode("utf-8-sig"), "text/csv; charset=utf-8", name)


def download(content: bytes, kind: str, name: str) -> Response:
    answer = Response(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
