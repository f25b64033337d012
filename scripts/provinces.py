"""Makes services/thai/provinces.json (centroid and neighbours of each province) from the province outlines.

Run from the top of the repository: python scripts/provinces.py
"""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

THAI = Path(__file__).resolve().parents[1] / "services" / "thai"
OUTLINES = THAI / "provinces.topojson"
RESULT = THAI / "provinces.json"

# Short borders that the simplified outlines lose, and Phuket's road bridge to Phang-nga.
ADDED_BORDERS = (("16", "36"), ("91", "93"), ("82", "83"))

Point = tuple[float, float]


def arcs_of(topology: dict[str, Any]) -> list[list[Point]]:
    """The shared lines as (longitude, latitude) points, delta decoding undone (TopoJSON 2.1.3)."""
    (scale_x, scale_y), (shift_x, shift_y) = (
        topology["transform"]["scale"],
        topology["transform"]["translate"],
    )
    decoded = []
    for arc in topology["arcs"]:
        x = y = 0
        points = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            points.append((x * scale_x + shift_x, y * scale_y + shift_y))
        decoded.append(points)
    return decoded


def rings_of(geometry: dict[str, Any]) -> list[list[int]]:
    """Every ring of a Polygon or MultiPolygon as arc numbers (~n means arc n backwards)."""
    if geometry["type"] == "Polygon":
        return list(geometry["arcs"])
    return [ring for polygon in geometry["arcs"] for ring in polygon]


def centroid(rings: list[list[Point]]) -> Point:
    """The area-weighted centre (longitude, latitude); holes wind the other way and count negative."""
    area = at_x = at_y = 0.0
    for ring in rings:
        for (x1, y1), (x2, y2) in pairwise([*ring, ring[0]]):
            cross = x1 * y2 - x2 * y1
            area += cross
            at_x += (x1 + x2) * cross
            at_y += (y1 + y2) * cross
    return at_x / (3 * area), at_y / (3 * area)


def provinces(topology: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """{code: {lat, lon, neighbours}}: neighbours are the provinces that share an arc of the topology."""
    arcs = arcs_of(topology)
    geometries = sorted(
        topology["objects"]["provinces"]["geometries"], key=lambda geometry: str(geometry["id"])
    )
    owners: dict[int, set[str]] = {}
    for geometry in geometries:
        for ring in rings_of(geometry):
            for arc in ring:
                owners.setdefault(max(arc, ~arc), set()).add(geometry["id"])
    borders = {frozenset(pair) for pair in ADDED_BORDERS} | {
        frozenset(pair) for pair in owners.values() if len(pair) == 2
    }
    result = {}
    for geometry in geometries:
        code = geometry["id"]
        rings = [
            [point for arc in ring for point in (arcs[arc] if arc >= 0 else arcs[~arc][::-1])[:-1]]
            for ring in rings_of(geometry)
        ]
        lon, lat = centroid(rings)
        neighbours = sorted(other for border in borders if code in border for other in border - {code})
        result[code] = {"lat": round(lat, 4), "lon": round(lon, 4), "neighbours": neighbours}
    return result


def rendered() -> str:
    """The data file's text, one province a line."""
    found = provinces(json.loads(OUTLINES.read_text(encoding="utf-8")))
    lines = (f'"{code}": {json.dumps(found[code])}' for code in found)
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    RESULT.write_text(rendered(), encoding="utf-8")
