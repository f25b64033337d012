"""Days as people type them."""

from collections.abc import Callable
from datetime import date

from flask import request
from marshmallow import ValidationError

from services.thai import calendar, dates
from services.web import gateway
from services.web.pages.parts.language import later


def today() -> date:
    return dates.bangkok_day(gateway.runtime().now())


DATE_ERRORS = {
    "format": later("Write a day, month and year such as 12/5/2500, a month and year, or only the year."),
    "month": later("The month must be 1 to 12 or its name."),
    "day": later("This month does not have that day."),
    "era": later("The year does not fit the era written beside it."),
    "year_between": later("Write a Buddhist year such as 2500, or a CE year such as 1957."),
    "two_digits": later("Write a CE year with four digits."),
    "future": later("The date cannot lie in the future."),
    "too_old": later("This date is too long ago."),
    "before_birth": later("The day lies before the birth date."),
    "band": later("Choose one of the options."),
}


def typed(day: date) -> str:
    """A day as a form shows it and somebody would type it: 30/11/2569."""
    return f"{day.day}/{day.month}/{day.year + dates.BE_OFFSET}"


def holidays_end() -> str | None:
    """The last day (ISO) of which Thai holidays are announced, if that is near."""
    ends = calendar.runs_out(today())
    return ends.isoformat() if ends else None


def read_day(text: str) -> str:
    """A whole day as somebody typed it, as ISO; it may be still to come."""
    try:
        typed = dates.read_date(text, today()).date
    except dates.DateError as error:
        raise ValidationError(DATE_ERRORS[error.code]) from None
    if typed.day is None:
        raise ValidationError(later("Enter the day, the month and the year."))
    return typed.legal_day.isoformat()


MEANT = ".meant"  # after a birth date's field: which of the dates that it may be is meant


def birth_reader(field: str) -> Callable[[str], str]:
    """Reads a birth date as somebody typed it, as ISO (CE, also partial); what may be two dates waits for the choice
    beside it."""

    def read(text: str) -> str:
        try:
            fitting = _births(text)
        except dates.DateError as error:
            raise ValidationError(DATE_ERRORS[error.code]) from None
        if len(fitting) == 1:
            return fitting[0]
        meant = request.form.get(f"{field}{MEANT}")
        if meant not in fitting:
            raise ValidationError(later("Choose below which year is meant."))
        return meant

    return read


def birth_typed(text: str) -> str:
    """A birth date (ISO, also partial) as one types it: 12/5/2500."""
    born = dates.partial_date(text)
    return "/".join(str(part) for part in (born.day, born.month, born.year + dates.BE_OFFSET) if part)


def births_meant(text: str) -> tuple[str, ...]:
    """The days (ISO) that a typed birth date may be, if there are several; else none."""
    try:
        fitting = _births(text)
    except dates.DateError:
        return ()
    return fitting if len(fitting) > 1 else ()


def _births(text: str) -> tuple[str, ...]:
    """The days that a typed birth date may be, of which somebody can be born on; DateError if on none."""
    found: list[str] = []
    refused: dates.DateError | None = None
    for each in dates.choices(dates.read_date(text, today())):
        try:
            found.append(str(dates.birth_date(str(each), today())))
        except dates.DateError as error:
            refused = refused or error
    if refused and not found:
        raise refused
    return tuple(found)
