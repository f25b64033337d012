"""Shapes of what is asked of reporting."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.kernel.envelope import instant
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.reporting.measures import MEASURES
from services.thai import areas, dates

LAST_POSITION = 2**63 - 1


def _province(code: str) -> None:
    if not areas.is_province(code):
        raise ValidationError("Not the code of a province.")


def _day(text: str) -> date:
    try:
        day = dates.partial_date(text)
    except dates.DateError as error:
        raise ValidationError(f"{str(error).capitalize()}.") from None
    if day.day is None:
        raise ValidationError("Must be a day: YYYY-MM-DD.")
    return day.legal_day


class Day(fields.String):
    """A day in Thailand, YYYY-MM-DD in CE, as a date."""

    def _deserialize(  # type: ignore[override]  # a date, not a string
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> date:
        return _day(super()._deserialize(value, attr, data, **kwargs))


class AsOf(fields.String):
    """A moment of knowledge as the text of an instant: an RFC 3339 instant, or a day, which means its end in
    Thailand."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        day = _day(text[:10])
        if len(text) == 10:
            _, end = dates.utc_span(day, day)
            return instant(end - timedelta(microseconds=1))
        try:
            told = datetime.fromisoformat(text)
        except ValueError:
            raise ValidationError("Must be an RFC 3339 instant or a day.") from None
        if told.tzinfo is None:
            raise ValidationError("Must carry its time zone, such as Z or +07:00.")
        return instant(told)


class Span(Schema):
    centre = fields.String(load_default=None, allow_none=True, validate=_province)
    first = Day(data_key="from", load_default=None, allow_none=True)
    last = Day(data_key="to", load_default=None, allow_none=True)


class OwnCases(Schema):
    """Nobody can be named: they are the caller's own."""

    first = Day(data_key="from", load_default=None, allow_none=True)
    last = Day(data_key="to", load_default=None, allow_none=True)


class Overview(Span):
    as_of = AsOf(load_default=None, allow_none=True)


class Behind(Overview):
    """The list behind a measure; `value` is the path, reason or label of measures that have one."""

    figure = fields.String(required=True, validate=OneOf(tuple(MEASURES)))
    value = fields.String(load_default=None, allow_none=True, validate=Length(1, 40))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None, allow_none=True, validate=Length(max=400))


class CameOf(Schema):
    outreach_ids = fields.List(
        fields.String(validate=Length(1, 36)), required=True, validate=Length(max=LIMIT_MOST)
    )


class Timeline(Schema):
    case_id = fields.String(required=True, validate=Length(1, 36))


class Events(Schema):
    after = fields.Integer(load_default=0, validate=Range(0, LAST_POSITION))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))


class NoticesAfter(Schema):
    """Behind a position; None: from what was recorded at `since` on."""

    after = fields.Integer(load_default=None, allow_none=True, validate=Range(0, LAST_POSITION))
    since = fields.String(load_default=None, allow_none=True, validate=Length(1, 40))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
