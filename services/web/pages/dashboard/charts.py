"""Shapes of charts, computed on the server: bars and columns."""

from collections.abc import Sequence

from services.web.pages.dashboard.counts import size
from services.web.pages.dashboard.figures import Row


class Bar(Row):
    """A row with the width of its bar, 0 to 1000."""

    width: int


def bars(rows: Sequence[Row]) -> list[Bar]:
    most = max((size(row["value"]) for row in rows), default=0) or 1
    return [{**row, "width": round(1000 * size(row["value"]) / most)} for row in rows]


def top_of(most: int) -> int:
    """The round number a column's axis ends at: 1, 2 or 5 with zeros, and even halves."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if most <= step * size:
                return step * size
        size *= 10
