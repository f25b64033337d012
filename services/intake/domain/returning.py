"""Whether somebody who comes is back from a placement, by this centre or by another one, and how soon. Pure."""

from calendar import monthrange
from dataclasses import dataclass, field, replace
from datetime import date

from services.codes import KIND_OF_PATH
from services.codes.following import RETURNED
from services.intake.events import PersonReturned, ReturnedElsewhere, ReturnedFromElsewhere, ReturnEvent

REOPENED = "reopened"  # of codes.following.RETURNED_BY


@dataclass(frozen=True)
class Episode:
    """A placement of somebody that is over: of which case, by which referral, on which path, until which day."""

    case_id: str
    referral_id: str
    path: str
    ended: date


@dataclass(frozen=True)
class NoteReturn:
    """The person came, on a day, after a placement that was over; `because`: codes.following.RETURNED_BY; `elsewhere`:
    it was another centre's."""

    case_id: str
    earlier: Episode
    on: date
    because: str
    elsewhere: bool = False


@dataclass(frozen=True)
class NoteReturnElsewhere:
    """Another centre noted that the person came there; `centre`: whose the case is."""

    case_id: str
    centre: str
    referral_id: str
    path: str
    within: str


ReturnCommand = NoteReturn | NoteReturnElsewhere


@dataclass(frozen=True)
class Returns:
    """After which placements, by their referrals, the person came back: here, or at another centre."""

    here: frozenset[str] = field(default=frozenset())
    elsewhere: frozenset[str] = field(default=frozenset())


def decide(c: ReturnCommand, returns: Returns, person_id: str, revived: bool) -> list[ReturnEvent]:
    """Once after each placement. Whose death was noted by mistake (`revived`) was not away."""
    if isinstance(c, NoteReturnElsewhere):
        if c.referral_id in returns.elsewhere:
            return []
        return [ReturnedElsewhere(c.case_id, person_id, c.centre, c.referral_id, c.path, c.within)]
    earlier = c.earlier
    months = within(earlier.ended, c.on)
    if months is None or earlier.referral_id in returns.here or (revived and c.because == REOPENED):
        return []
    if c.elsewhere:
        kind = KIND_OF_PATH.get(earlier.path)
        return [
            ReturnedFromElsewhere(
                c.case_id,
                person_id,
                kind,
                months,
                c.because,
                earlier.case_id,
                earlier.referral_id,
                earlier.path,
            )
        ]
    days = (c.on - earlier.ended).days
    return [
        PersonReturned(
            c.case_id, person_id, earlier.case_id, earlier.referral_id, earlier.path, earlier.ended.isoformat(),
            days, months, c.because,
        )
    ]  # fmt: skip


def evolve(returns: Returns, event: ReturnEvent) -> Returns:
    if isinstance(event, ReturnedElsewhere):
        return replace(returns, elsewhere=returns.elsewhere | {event.referral_id})
    return replace(returns, here=returns.here | {event.earlier_referral_id})


def within(ended: date, on: date) -> str | None:
    """Of codes.following.RETURNED, how soon after the end somebody came; None: later, or before it."""
    if on < ended:
        return None
    return next((months for months in RETURNED if on <= _after(ended, int(months))), None)


def _after(day: date, months: int) -> date:
    """The same day so many months later, or the last one of that month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
