"""Provinces and subdistricts: reading what was typed, and the choices."""

from marshmallow import ValidationError

from services.thai import areas
from services.thai.collation import sort_key
from services.web.pages.parts.language import current, later

NONE = "none"  # the answer "none of these places"
Options = list[tuple[str, str]]


def read(code: str) -> str | None:
    """The chosen subdistrict, as the schema takes it."""
    return None if code == NONE else code


def read_provinces(text: str) -> list[str]:
    """Provinces by name, code or postcode, separated by commas, as codes."""
    parts = filter(None, (part.strip() for part in text.replace("\n", ",").split(",")))
    return sorted({_province(part) for part in parts})


def _province(text: str) -> str:
    found = areas.search(text, limit=60)
    named = [area.code for area in found if area.level == "province"]
    # A whole name comes first, even if it is part of another's.
    whole = named[:1] if named and found[0].name(current()).casefold() == text.casefold() else []
    around = sorted({area.code[:2] for area in found})
    for fitting in (whole, named, around):
        if len(fitting) == 1:
            return fitting[0]
    raise ValidationError(later("Enter provinces by name or postcode, separated by commas."))


def provinces() -> Options:
    """All provinces in the order of the reader's dictionary."""
    named = [(area.code, area.name(current())) for area in areas.provinces()]
    return sorted(named, key=lambda pair: sort_key(pair[1]))
