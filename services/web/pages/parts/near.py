"""How near a day is in working days of a centre: what its date alone does not say beside a piece of work."""

from collections.abc import Mapping
from datetime import date, timedelta

from services.referral.answers import Closures
from services.thai.calendar import holiday, is_working_day
from services.web.pages.parts.language import _, current

Closed = Mapping[date, str]  # the days on which a centre is closed besides Thai holidays, and why
SOON = 7  # days ahead: what is due later needs no word yet


def closed_days(answer: Closures | None) -> Closed:
    return {date.fromisoformat(each["day"]): each["name"] for each in answer["items"]} if answer else {}


def hint(due: date, today: date, closed: Closed) -> str:
    """That today, or one more day, is all that is left until it is due, and that offices are closed tomorrow; nothing
    about what is due today or was before."""
    if not today < due <= today + timedelta(days=SOON):
        return ""
    ahead = [today + timedelta(days=n) for n in range(1, (due - today).days + 1)]
    left = [each for each in ahead if is_working_day(each, closed)]
    said = []
    if not left:
        said.append(_("Only today is left to do it"))
    elif len(left) == 1:
        said.append(_("One working day is left after today"))
    if why := _closed(ahead[0], closed):
        said.append(_("Closed tomorrow: %(why)s") % {"why": why})
    return " · ".join(said)


def _closed(tomorrow: date, closed: Closed) -> str:
    """Why offices are closed that day, if it is not only a weekend."""
    if tomorrow in closed:
        return closed[tomorrow]
    found = holiday(tomorrow)
    return (found.english if current() == "en" else found.thai) if found else ""
