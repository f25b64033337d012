"""How finely a service keeps ages and places found that it does not decide by: its copy of a fact can then not
point to the person. Pure.

Screening and partners decide by the age in full years and keep it; whoever else hears of it keeps five years. Where a
person was found is said by district; facts of earlier versions said the subdistrict openly.
"""

from collections.abc import Mapping

from services.kernel.questions import Body, Json

YEARS = 5
FEW = "few"
SMALL = 5  # of one to four people somebody may be known


def few(count: int) -> int | str:
    """A count of other people's cases as others may read it."""
    return FEW if 0 < count < SMALL else count


def hiding(counts: Mapping[str, int]) -> tuple[list[str], str | None]:
    """Of counts whose sum is told: those of one to four, and the large one that hides them when it is left out as well;
    None where none does, because all are as small as they can be and their sum gives each away."""
    small = [key for key, count in counts.items() if 0 < count < SMALL]
    large = next((key for key, count in counts.items() if count >= SMALL), None)
    if large is None or sum(counts[key] for key in small) + counts[large] == len(small) + SMALL:
        return small, None
    return small, large


def coarse(data: Body) -> dict[str, Json]:
    """Open data of an event with every age {min, max} widened to bands of five years, and every place found to its
    district. Again is the same."""
    return {name: _coarse(name, value) if isinstance(value, dict) else value for name, value in data.items()}


def found_district(place: Json) -> str | None:
    """The district (DOPA code) that a fact says a person was found in, in its shape of today or of before."""
    if not isinstance(place, Mapping):
        return None
    code = place.get("district") or place.get("subdistrict")
    return str(code)[:4] if code else None


def _coarse(name: str, value: dict[str, Json]) -> Json:
    if name == "found":
        return {"district": found_district(value)}
    if name == "age":
        least, most = value.get("min"), value.get("max")
        if isinstance(least, int) and isinstance(most, int):
            return {"min": least // YEARS * YEARS, "max": most // YEARS * YEARS + YEARS - 1}
    return coarse(value)
