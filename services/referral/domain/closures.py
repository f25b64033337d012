"""The days on which a centre is closed besides Thai holidays: they count as such for its deadlines that begin from then
on. Pure."""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid
from services.referral.events import ClosureAdded, ClosureEvent, ClosureTakenBack
from services.thai.calendar import is_working_day


@dataclass(frozen=True)
class AddClosure:
    """`today`: a day that is over cannot be closed any more."""

    centre: str
    day: date
    name: str
    today: date


@dataclass(frozen=True)
class TakeBackClosure:
    centre: str
    day: date
    today: date


@dataclass(frozen=True)
class Closures:
    days: frozenset[date] = field(default_factory=frozenset)


def decide(command: AddClosure | TakeBackClosure, known: Closures) -> list[ClosureEvent]:
    if command.day < command.today:
        raise Invalid({"day": ["It cannot lie in the past."]})
    match command:
        case AddClosure(centre, day, name):
            if day in known.days:
                return []
            if not is_working_day(day):
                raise Invalid({"day": ["Offices are closed on that day anyway."]})
            return [ClosureAdded(centre, day.isoformat(), name)]
        case TakeBackClosure(centre, day):
            return [ClosureTakenBack(centre, day.isoformat())] if day in known.days else []
    assert_never(command)


def evolve(known: Closures, event: ClosureEvent) -> Closures:
    day = date.fromisoformat(event.day)
    match event:
        case ClosureAdded():
            return replace(known, days=known.days | {day})
        case ClosureTakenBack():
            return replace(known, days=known.days - {day})
    assert_never(event)


CLOSURES: Aggregate[AddClosure | TakeBackClosure, Closures, ClosureEvent] = Aggregate(
    "closures", Decider(decide, evolve, Closures()), (ClosureAdded, ClosureTakenBack), "case"
)
