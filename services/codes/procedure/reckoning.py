"""When the deadlines of a procedure are over, and when somebody is reminded of them: by the days on which offices work.
Pure."""

from datetime import date, datetime, timedelta

from services.codes.deadlines import FOLLOW_UP
from services.codes.procedure import MINUTES, WORKING_DAYS, Deadline, Terms, Window
from services.kernel.envelope import instant, moment
from services.thai.calendar import add_working_days, next_working_day, working_days_before
from services.thai.dates import bangkok_day, utc_span

EVENING = 18  # the hour in Thailand at which who was expected on a day is late


def due(terms: Terms, name: str, now: datetime, kind: str | None = None, channel: str | None = None) -> str:
    """When a deadline that begins now is over (an instant). One in days ends at the same hour, and where offices are
    closed on that day, on the next on which they are open; one in working days with its last day."""
    span = terms.deadlines[name]
    count = span.of(kind, channel)
    if span.unit == MINUTES:
        return instant(now + timedelta(minutes=count))
    if span.unit == WORKING_DAYS:
        return end_of(add_working_days(bangkok_day(now), count, terms.closed))
    later = now + timedelta(days=count)
    day = bangkok_day(later)
    return instant(later + (next_working_day(day, terms.closed) - day))


def last_day(terms: Terms, name: str, first: date) -> date:
    """With which day a deadline in days is over that began on a day; where offices are closed then, with the next."""
    span = terms.deadlines[name]
    if span.unit == WORKING_DAYS:
        return add_working_days(first, span.count, terms.closed)
    return next_working_day(first + timedelta(days=span.count), terms.closed)


def reminder(terms: Terms, name: str, ends: str, now: datetime) -> str | None:
    """When somebody is reminded of a deadline: so many working days before its last day, as that day begins. None:
    nobody is, or that has passed."""
    return morning(terms, bangkok_day(moment(ends)), terms.deadlines[name].remind, now)


def morning(terms: Terms, last: date, before: int | None, now: datetime) -> str | None:
    if before is None:
        return None
    begins = working_days_before(last, before, terms.closed)
    at = instant(utc_span(begins, begins)[0])
    return at if at > instant(now) else None


def deadline(
    terms: Terms,
    code: str,
    now: datetime,
    kind: str | None = None,
    channel: str | None = None,
    at: str | None = None,
) -> Deadline:
    """One that begins now; `at`: it is over then, whatever the terms say."""
    ends = at or due(terms, code, now, kind, channel)
    return Deadline(code=code, due=ends, remind=reminder(terms, code, ends, now), days=None)


def of_follow_up(terms: Terms, days: int, closes: date, now: datetime) -> Deadline:
    """That of a follow-up whose window closes on that day."""
    before = next((each.remind for each in terms.follow_ups if each.days == days), None)
    return Deadline(code=FOLLOW_UP, due=end_of(closes), remind=morning(terms, closes, before, now), days=days)


def windows(terms: Terms, placed: date) -> list[Window]:
    """The follow-ups of somebody who was placed on that day; one whose last day offices are closed on is in time on the
    next on which they are open."""
    found = []
    for each in terms.follow_ups:
        last = next_working_day(placed + timedelta(days=each.closes), terms.closed)
        opens = placed + timedelta(days=each.opens)
        found.append(Window(days=each.days, opens=opens.isoformat(), closes=last.isoformat()))
    return found


def end_of(day: date) -> str:
    """The last instant of a day in Thailand: whoever shows it shows that day."""
    return instant(utc_span(day, day)[1] - timedelta(microseconds=1))


def evening_of(day: date) -> str:
    return instant(utc_span(day, day)[0] + timedelta(hours=EVENING))
