"""Whether somebody who comes is back from a placement, and how soon. Pure."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date

from services.codes.following import RETURNED


@dataclass(frozen=True)
class Episode:
    """A placement of somebody that is over: of which case, by which referral, on which path, until which day."""

    case_id: str
    referral_id: str
    path: str
    ended: date


def within(ended: date, on: date) -> str | None:
    """Of codes.following.RETURNED, how soon after the end somebody came; None: later, or before it."""
    if on < ended:
        return None
    return next((months for months in RETURNED if on <= _after(ended, int(months))), None)


def _after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
