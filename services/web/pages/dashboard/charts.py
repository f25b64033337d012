"""Shapes of charts, computed on the server: bars, columns, and shades of the map."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from services.web.pages.dashboard.counts import size
from services.web.pages.dashboard.figures import Row


class Shade(TypedDict):
    """The shade of the counts from `low` to `high`: 0 none, then 1 few to 4 many (songtor.css has its colour)."""

    shade: int
    low: int
    high: int


class Bar(Row):
    """A row with the width of its bar, 0 to 1000."""

    width: int


def shaded(counts: Mapping[str, int]) -> tuple[dict[str, int], list[Shade]]:
    """({province: shade}, legend): four equal steps up to the largest count."""
    most = max(counts.values(), default=0)
    step = max(1, -(-most // 4))
    shades = {code: min(4, -(-count // step)) for code, count in counts.items()}
    legend: list[Shade] = [{"shade": 0, "low": 0, "high": 0}]
    for number in range(1, 5):
        low = (number - 1) * step + 1
        if low <= most:
            legend.append({"shade": number, "low": low, "high": min(number * step, most)})
    return shades, legend


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
