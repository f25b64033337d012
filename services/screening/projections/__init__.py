"""What screening shows and looks up. Every table can be dropped and replayed from the logs."""

from collections.abc import Iterable

from sqlalchemy import Connection

from services.kernel.owners import OWNERS
from services.screening.projections import (
    care,
    drafts,
    meetings,
    members,
    minutes,
    plans,
    reviews,
    rules,
    screenings,
    upstream,
)

PROJECTIONS = (
    OWNERS,
    *upstream.UPSTREAM,
    screenings.SCREENINGS,
    plans.PLANS,
    care.CARE,
    minutes.MINUTES,
    members.MEMBERS,
    meetings.MEETINGS,
    reviews.REVIEWS,
    rules.RULES,
    drafts.DRAFTS,
)


def invariants(db: Connection) -> Iterable[str]:
    """Sentences about what must never be."""
    yield from rules.invariants(db)
    yield from plans.invariants(db)
    yield from care.invariants(db)
    yield from minutes.invariants(db)
    yield from meetings.invariants(db)
