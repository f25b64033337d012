"""Fields that take more than their text: the day it happened, the search for a place, rows of the same, and one thing
on each line."""

from datetime import UTC, datetime, time

from services.kernel.envelope import instant
from services.thai import areas, dates
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, places
from services.web.pages.parts.language import later
from services.web.pages.parts.words import address

SEARCH = "area"  # the field that is searched with; the button that only searches is called `find`
SHOWN = 24
MORE, MOST = 3, 50  # rows that the button `more` adds, and that a form may have
WHOLE = later("That is a whole province. Add its district or subdistrict, or leave this empty.")
NONE_FITS = later("No place fits. Try fewer letters, or leave this empty.")


def options(form: Form, field: str) -> places.Options:
    """[(subdistrict, address)] that fit what was typed into the search, or the one chosen before; where none does, the
    search says so."""
    chosen, text = form.value(field), _search(form)
    fitting, whole = _fitting(text)
    found = [area.code for area in areas.resolve(chosen) if area.level == "subdistrict"] + fitting
    if form.sent and text and not found:
        form.add({SEARCH: [WHOLE if whole else NONE_FITS]})
    return [
        (code, ", ".join([address(code), *_postcode(code)])) for code in list(dict.fromkeys(found))[:SHOWN]
    ]


def settle(form: Form, field: str, choices: places.Options) -> None:
    """Before the form is read: the only place that fits is taken; of several one must be chosen. A place chosen before
    the search was changed is not what is meant now."""
    if not (text := _search(form)):
        return
    chosen = form.value(field)
    if areas.is_subdistrict(chosen):
        fitting, _whole = _fitting(text)
        if not fitting or chosen in fitting:
            return
        form.put(field, "")
        choices = [each for each in choices if each[0] in fitting]
    elif chosen:
        return
    if len(choices) == 1:
        form.put(field, choices[0][0])
    elif choices:
        form.add({field: [later("Choose the place that is meant, or none of these.")]})


def _search(form: Form) -> str:
    return form.value(SEARCH).strip()[:80]


def _fitting(text: str) -> tuple[list[str], bool]:
    """(subdistricts that fit what was typed into the search, whether a whole province does)."""
    matching = areas.search(text, limit=60) if text else ()
    found = [area.code for area in matching if area.level == "subdistrict"]
    for area in matching:
        if area.level == "district":
            found += [each.code for each in areas.subdistricts(area.code)]
    return found, any(area.level == "province" for area in matching)


def lines(text: str) -> list[str]:
    """What was typed one on each line."""
    return [line.strip() for line in text.split("\n") if line.strip()]


def rows(form: Form, least: int) -> int:
    """How many rows of the same the form has room for, at least so many: what it had, and some more where its button
    `more` was pressed."""
    told = form.value("rows")
    had = int(told) if told.isascii() and told.isdigit() and len(told) < 4 else 0
    return min(max(had, least) + (MORE if form.sent and form.value("more") else 0), MOST)


def _postcode(code: str) -> tuple[str, ...]:
    area = areas.area(code)
    return area.postcodes[:1] if area else ()


def happened(form: Form, name: str = "happened_on") -> str | None:
    """When it happened, if another day than today was typed: noon of that Thai day. An error becomes the form's."""
    text = form.value(name).strip()
    if not text:
        return None
    try:
        typed = dates.read_date(text, days.today()).date
    except dates.DateError as error:
        form.add({name: [days.DATE_ERRORS[error.code]]})
        return None
    if typed.day is None:
        form.add({name: [later("Enter the day, the month and the year.")]})
    elif typed.legal_day > days.today():
        form.add({name: [days.DATE_ERRORS["future"]]})
    elif typed.legal_day < days.today():
        return instant(datetime.combine(typed.legal_day, time(12), dates.BANGKOK).astimezone(UTC))
    return None
