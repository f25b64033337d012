"""Where something is: one forgiving search by name or postcode, for every form that asks for a subdistrict or provinces."""

from marshmallow import ValidationError

from services.thai import areas
from services.thai.collation import sort_key
from services.web.pages import shell
from services.web.pages.language import current, later
from services.web.pages.words import address

SEARCH = "area"  # the field that is searched with; the button that only searches is called `find`
NONE = "none"  # the answer "none of these places"
SHOWN = 24
Options = list[tuple[str, str]]


def options(form: shell.Form, field: str) -> Options:
    """[(subdistrict, address)] that fit what was typed into the search, or the one chosen before."""
    chosen, text = form.value(field), form.value(SEARCH).strip()[:80]
    found = [area.code for area in areas.resolve(chosen) if area.level == "subdistrict"]
    matching = areas.search(text, limit=60) if text else ()
    found += [area.code for area in matching if area.level == "subdistrict"]
    for area in matching:
        if area.level == "district":
            found += [each.code for each in areas.subdistricts(area.code)]
    return [
        (code, ", ".join([address(code), *_postcode(code)])) for code in list(dict.fromkeys(found))[:SHOWN]
    ]


def settle(form: shell.Form, field: str, found: Options) -> None:
    """Before the form is read: the only place that fits is taken; of several one must be chosen."""
    if form.value(field) or not form.value(SEARCH).strip():
        return
    if len(found) == 1:
        form.put(field, found[0][0])
    elif found:
        form.add({field: [later("Choose the place that is meant, or none of these.")]})
    else:
        form.add({SEARCH: [later("No place fits. Try fewer letters, or leave this empty.")]})


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


def _postcode(code: str) -> tuple[str, ...]:
    area = areas.area(code)
    return area.postcodes[:1] if area else ()


def provinces() -> Options:
    """All provinces in the order of the reader's dictionary."""
    named = [(area.code, area.name(current())) for area in areas.provinces()]
    return sorted(named, key=lambda pair: sort_key(pair[1]))
