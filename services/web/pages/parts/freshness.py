"""How old a partner's word on its places is."""

from typing import NamedTuple

from services.kernel.envelope import moment
from services.partners.schemas import FRESH_DAYS, OLD_DAYS
from services.web import gateway


class Freshness(NamedTuple):
    """Days since the places were stated, and the colour of its tag."""

    days: int
    colour: str


def freshness(confirmed_at: str) -> Freshness:
    days = max(0, (gateway.runtime().now() - moment(confirmed_at)).days)
    return Freshness(days, "green" if days <= FRESH_DAYS else "yellow" if days <= OLD_DAYS else "red")
