"""The map of the 77 provinces, computed on the server."""

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from itertools import combinations
from math import cos, radians
from typing import NamedTuple, TypedDict

from services.thai import areas

MAP_WIDTH = 320
NOTHING = 0.2  # of MAP_WIDTH: less is not seen to be covered
Point = tuple[float, float]


class Box(NamedTuple):
    left: float
    top: float
    right: float
    bottom: float


class Country(NamedTuple):
    """Thailand, MAP_WIDTH wide: for each province its SVG path, its middle and the box around it."""

    height: int
    shapes: Mapping[str, str]
    middles: Mapping[str, Point]
    boxes: Mapping[str, Box]


class Shade(TypedDict):
    """The shade of the counts from `low` to `high`: 0 none, then 1 few to 4 many (songtor.css has its colour)."""

    shade: int
    low: int
    high: int


class Shaded(TypedDict):
    """The country as a template draws it (charts.html)."""

    width: int
    height: int
    shapes: Mapping[str, str]
    shades: Mapping[str, int]
    legend: list[Shade]


def of_counts(counts: Mapping[str, int]) -> Shaded:
    """The country with provinces shaded by their counts."""
    drawn = country()
    shades, legend = shaded(counts)
    return {
        "width": MAP_WIDTH, "height": drawn.height, "shapes": drawn.shapes, "shades": shades, "legend": legend,
    }  # fmt: skip


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


@cache
def country() -> Country:
    """A degree of longitude is drawn as long as it is in the middle of the country."""
    topology = json.loads(files("services.thai").joinpath("provinces.topojson").read_text(encoding="utf-8"))
    (across, up), (left, bottom) = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs = [_unpacked(arc) for arc in topology["arcs"]]
    every = [point for arc in arcs for point in arc]
    narrow = cos(radians(bottom + up * (min(y for _, y in every) + max(y for _, y in every)) / 2))
    west, east = min(x for x, _ in every), max(x for x, _ in every)
    north, south = max(y for _, y in every), min(y for _, y in every)
    scale = MAP_WIDTH / ((east - west) * across * narrow)

    def drawn(x: float, y: float) -> Point:
        return (x - west) * across * narrow * scale, (north - y) * up * scale

    shapes, middles, boxes = {}, {}, {}
    for shape in topology["objects"]["provinces"]["geometries"]:
        polygons = [shape["arcs"]] if shape["type"] == "Polygon" else shape["arcs"]
        rings = [[drawn(*point) for point in _ring(ring, arcs)] for polygon in polygons for ring in polygon]
        shapes[shape["id"]] = "".join(map(_path, rings))
        latitude, longitude = areas.centroid(shape["id"])
        middles[shape["id"]] = drawn((longitude - left) / across, (latitude - bottom) / up)
        boxes[shape["id"]] = _around([point for ring in rings for point in ring])
    return Country(round((north - south) * up * scale), shapes, middles, boxes)


def _path(ring: Sequence[Point]) -> str:
    return f"M{'L'.join(dict.fromkeys(f'{x:.1f} {y:.1f}' for x, y in ring))}Z"


def _around(points: Sequence[Point]) -> Box:
    across, down = [x for x, _ in points], [y for _, y in points]
    return Box(min(across), min(down), max(across), max(down))


def view(boxes: Sequence[Box], margin: float) -> Box:
    """The part of the map that shows all these boxes with a margin, as high as it is wide or higher."""
    corners = [corner for box in boxes for corner in ((box.left, box.top), (box.right, box.bottom))]
    box = _around(corners)
    side = max(0.0, box.right - box.left - (box.bottom - box.top)) / 2
    return Box(box.left - margin, box.top - side - margin, box.right + margin, box.bottom + side + margin)


def meet(one: Box, other: Box) -> bool:
    """Whether two boxes have a part in common."""
    across = one.left < other.right and other.left < one.right
    return across and one.top < other.bottom and other.top < one.bottom


def moved(box: Box, by: Point) -> Box:
    return Box(box.left + by[0], box.top + by[1], box.right + by[0], box.bottom + by[1])


def apart(points: Mapping[str, Point], boxes: Mapping[str, Box]) -> dict[str, Point]:
    """The points moved as little as need be, until what is drawn around them (boxes from a point at 0, 0) hardly covers
    each other."""
    found = dict(points)
    for _ in range(40):
        crowded = False
        for one, other in combinations(found, 2):
            (x, y), (u, v), first, second = found[one], found[other], boxes[one], boxes[other]
            right, left = x + first.right - u - second.left, u + second.right - x - first.left
            down, up = y + first.bottom - v - second.top, v + second.bottom - y - first.top
            if min(right, left, down, up) < NOTHING:
                continue
            crowded = True
            # Along the side on which less is covered; those in one spot go left and right.
            across, along = right if right <= left else -left, down if down <= up else -up
            east, south = (across / 2, 0.0) if abs(across) <= abs(along) else (0.0, along / 2)
            found[one], found[other] = (x - east, y - south), (u + east, v + south)
        if not crowded:
            break
    return found


def free(boxes: Iterable[Box], taken: Sequence[Box]) -> Box | None:
    """The first of these boxes that covers nothing."""
    return next((box for box in boxes if not any(meet(box, other) for other in taken)), None)


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
