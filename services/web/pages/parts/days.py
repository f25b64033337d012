"""Days as people type them."""

from datetime import date

from marshmallow import ValidationError

from services.thai import dates
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


def read_birth(text: str) -> str:
    """A birth date as somebody typed it, as ISO (CE, also partial)."""
    try:
        return str(dates.birth_date(str(dates.read_date(text, today()).date), today()))
    except dates.DateError as error:
        raise ValidationError(DATE_ERRORS[error.code]) from None
