"""How old a partner's word is of the places it has free, and of what else it told, in calendar days in Thailand: the
one place that counts them. Pure."""

from datetime import datetime, timedelta

from services.codes.registry import FRESH_DAYS, OLD_DAYS
from services.thai import dates


def statement_age(days: int) -> str:
    return "fresh" if days <= FRESH_DAYS else "ageing" if days <= OLD_DAYS else "stale"


def days_since(stated: datetime, now: datetime) -> int:
    """None is negative: what is stated by a clock that is ahead is of today."""
    return max(0, (dates.bangkok_day(now) - dates.bangkok_day(stated)).days)


def earliest(now: datetime, days: int) -> datetime:
    """The first instant that is not more than so many days ago."""
    day = dates.bangkok_day(now) - timedelta(days=days)
    return dates.utc_span(day, day)[0]


def too_old_at(at: datetime, days: int) -> datetime:
    """The first instant at which what was said is more than so many days old."""
    day = dates.bangkok_day(at) + timedelta(days=days + 1)
    return dates.utc_span(day, day)[0]
