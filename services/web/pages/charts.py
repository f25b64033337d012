"""Shapes of charts, computed on the server: bars, columns by month, and the map of the 77 provinces."""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from math import cos, radians
from typing import Any

SHADES = ("#f3f5f6", "#c6dde2", "#8fbcc6", "#4d919f", "#0b5563")  # none, then few to many
MAP_WIDTH = 320
Point = tuple[float, float]


@cache
def provinces() -> tuple[int, Mapping[str, str]]:
    """(height, {province code: SVG path}) of Thailand, MAP_WIDTH wide. A degree of longitude is drawn as long as it is in the middle
    of the country."""
    topology = json.loads(files("services.thai").joinpath("provinces.topojson").read_text(encoding="utf-8"))
    (across, up), (_, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_unpacked(arc) for arc in topology["arcs"]]
    every = [point for arc in arcs for point in arc]
    narrow = cos(radians(bottom + up * (min(y for _, y in every) + max(y for _, y in every)) / 2))
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    north, south = max(y for _, y in every), min(y for _, y in every)
    scale = MAP_WIDTH / ((east - west) * across * narrow)

    def drawn(point: Point) -> str:
        x, y = (point[0] - west) * across * narrow * scale, (north - point[1]) * up * scale
        return f"{x:.1f} {y:.1f}"

    paths = {}
    for shape in topology["objects"]["provinces"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [_ring(ring, arcs) for polygon in polygons for ring in polygon]
        paths[shape["id"]] = "".join(f"M{'L'.join(dict.fromkeys(map(drawn, ring)))}Z" for ring in rings)
    return round((north - south) * up * scale), paths


def _unpacked(arc: Sequence[Sequence[int]]) -> list[Point]:
    """The points of an arc, which are kept as steps from the one before."""
    x = y = 0
    points: list[Point] = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x, y))
    return points


def _ring(numbers: Sequence[int], arcs: Sequence[list[Point]]) -> list[Point]:
    """The points of a ring of arcs; a number below zero is an arc run backwards."""
    points: list[Point] = []
    for number in numbers:
        arc = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += arc[1:] if points else arc
    return points


def shaded(counts: Mapping[str, int]) -> tuple[dict[str, str], list[dict[str, Any]]]:
    """({province: colour}, legend [{colour, low, high}]): four equal steps up to the largest count."""
    most = max(counts.values(), default=0)
    step = max(1, -(-most // 4))
    colours = {code: SHADES[min(4, -(-count // step))] for code, count in counts.items()}
    legend = [{"colour": SHADES[0], "low": 0, "high": 0}]
    for number in range(1, 5):
        low = (number - 1) * step + 1
        if low <= most:
            legend.append({"colour": SHADES[number], "low": low, "high": min(number * step, most)})
    return colours, legend


def bars(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows {text, value} with the width of their bars, 0 to 1000."""
    most = max((row["value"] for row in rows), default=0) or 1
    return [{**row, "width": round(1000 * row["value"] / most)} for row in rows]


def top_of(most: int) -> int:
    """The round number a column's axis ends at: 1, 2 or 5 with zeros, and even halves."""
    size = 1
    while True:
        for step in (2, 4, 10):
            if most <= step * size:
                return step * size
        size *= 10
