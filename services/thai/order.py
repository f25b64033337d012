"""The order of what is told: a step is not dated before the day of what it follows.

Days are those of Thailand, and within a day any order will do: hours are rarely written down.
"""

from collections.abc import Mapping
from datetime import datetime

from services.kernel.envelope import moment
from services.kernel.errors import Invalid
from services.thai.dates import bangkok_day


def require_order(at: datetime, follows: Mapping[str, str | None]) -> None:
    """Invalid on `at`, naming both days, if it is before the day of one of `follows`: {what it is: an instant, None if
    there is none}."""
    day = bangkok_day(at)
    for what, instant in follows.items():
        if instant is not None and day < (earlier := bangkok_day(moment(instant))):
            raise Invalid({"at": [f"{day} is before {what} on {earlier}."]})
