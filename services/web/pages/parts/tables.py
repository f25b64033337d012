"""Tables on a phone: each row becomes a block of its own, in which every cell says what its column is called."""

import re

from markupsafe import Markup

MOST = 3  # columns that stand beside each other on a phone

_COLUMN = re.compile(r'<th [^>]*scope="col"[^>]*>(.*?)</th>', re.DOTALL)
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_CELL = re.compile(r"<(th|td) ")


def by_rows(table: Markup) -> Markup:
    """The head and the body of a table, as a template made them, with the columns' names in its cells where there are
    too many of them for a phone; songtor.css does the rest."""
    heads = [Markup(text).striptags() for text in _COLUMN.findall(table)]  # noqa: S704 a template's own
    if len(heads) <= MOST:
        return table

    def named(row: re.Match[str]) -> str:
        names = iter(heads)
        return _CELL.sub(
            lambda cell: str(Markup('<{} data-head="{}" ').format(cell[1], next(names, ""))), row[0]
        )

    head, closing, body = str(table).partition("</thead>")
    return Markup(head + closing + _ROW.sub(named, body))  # noqa: S704 a template's own
