"""How old a partner's word on its places is."""

from typing import NamedTuple

from services.codes import sentences, statements
from services.kernel.envelope import moment
from services.web import gateway
from services.web.pages.parts.language import current

COLOURS = {"fresh": "green", "ageing": "yellow", "stale": "red"}


class Freshness(NamedTuple):
    """Days since the places were stated, the same in words, and the colour of its tag."""

    days: int
    words: str
    colour: str


def freshness(confirmed_at: str) -> Freshness:
    days = statements.days_since(moment(confirmed_at), gateway.runtime().now())
    return Freshness(days, sentences.confirmed(days, current()), COLOURS[statements.statement_age(days)])
