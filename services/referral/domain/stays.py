"""The interim stays of one person: never two at once, each at most so many days, and its bed is given back whatever
happens. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import assert_never, get_args

from services.codes import stays
from services.codes.decisions import PERSON_DIED
from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import instant
from services.kernel.errors import Invalid, Refused
from services.referral.domain.words import Case, Programme
from services.referral.events import (
    AboutStay,
    InterimStayAsked,
    InterimStayBegun,
    InterimStayEnded,
    InterimStayProlonged,
    InterimStayRefused,
    StayEvent,
)
from services.thai.dates import bangkok_day, utc_span


@dataclass(frozen=True)
class AskForBed:
    """For `days` nights from today on. `placed`: the person lives where a referral of the case placed them."""

    stay_id: str
    case: Case
    programme: Programme
    days: int
    placed: bool
    now: datetime


@dataclass(frozen=True)
class BeginStay:
    """The partners service reserved the bed."""

    stay_id: str


@dataclass(frozen=True)
class HearNoBed:
    stay_id: str


@dataclass(frozen=True)
class ProlongStay:
    """So many nights in all."""

    stay_id: str
    days: int


@dataclass(frozen=True)
class EndStay:
    """As somebody says."""

    stay_id: str
    reason: str
    note: str | None = None


@dataclass(frozen=True)
class ResolveStay:
    """The case needs no interim bed any more: `reason` is placed or case_closed."""

    case_id: str
    reason: str


@dataclass(frozen=True)
class ExpireStay:
    stay_id: str
    now: datetime


Command = AskForBed | BeginStay | HearNoBed | ProlongStay | EndStay | ResolveStay | ExpireStay


@dataclass(frozen=True)
class Stay:
    """`about`: what every fact repeats, but for the instant until which it goes."""

    about: Mapping[str, str]
    first: str
    until: str
    status: str


@dataclass(frozen=True)
class Stays:
    """By id; `current` is the one that is not over."""

    known: Mapping[str, Stay]
    current: str | None = None

    @property
    def open(self) -> Stay | None:
        return self.known[self.current] if self.current else None


def decide(command: Command, person: Stays) -> list[StayEvent]:
    match command:
        case AskForBed():
            return _ask(command, person)
        case ResolveStay(case_id, reason):
            stay = person.open
            return [_ended(stay, reason)] if stay and stay.about["case_id"] == case_id else []
    stay = person.known.get(command.stay_id)
    if stay is None:
        return []
    match command, stay.status:
        case BeginStay(), "asked":
            return [InterimStayBegun(**stay.about, until=stay.until)]
        case HearNoBed(), "asked":
            return [InterimStayRefused(**stay.about, until=stay.until)]
        case ProlongStay(days=days), "staying":
            until = last_instant(date.fromisoformat(stay.first), days)
            if until < stay.until:
                raise Invalid({"days": ["It was agreed for longer; end it instead."]})
            return [InterimStayProlonged(**stay.about, until=until)] if until > stay.until else []
        case ProlongStay(), _:
            raise Refused("wrong_state", f"The stay cannot be prolonged: it is {stay.status}.")
        case EndStay(reason=reason, note=note), ("asked" | "staying"):
            return [_ended(stay, reason, note)]
        case ExpireStay(now=now), ("asked" | "staying") if stay.until <= instant(now):
            return [_ended(stay, "ran_out")]
    return []


def _ask(c: AskForBed, person: Stays) -> list[StayEvent]:
    if c.stay_id in person.known:
        return []
    if c.programme.path != stays.PATH:
        raise Invalid({"programme_id": ["This programme offers no interim stay."]})
    if c.case.closed:
        raise Refused("case_closed", "The case is closed: reopen it first.")
    if c.case.died:
        raise Refused("person_died", PERSON_DIED)
    if c.programme.retired:
        raise Refused("retired", "This programme is retired: nobody is sent there any more.")
    if c.placed:
        raise Refused("already_placed", "The person lives where a referral placed them; end that first.")
    if person.current:
        raise Refused("already_staying", "The person has an interim bed already.")
    first = bangkok_day(c.now)
    asked = InterimStayAsked(
        stay_id=c.stay_id,
        case_id=c.case.case_id,
        person_id=c.case.person_id,
        programme_id=c.programme.programme_id,
        partner_id=c.programme.partner_id,
        until=last_instant(first, c.days),
        first=first.isoformat(),
    )
    return [asked]


def last_instant(first: date, days: int) -> str:
    """The end of the day after the last of so many nights."""
    last = first + timedelta(days=days)
    return instant(utc_span(last, last)[1])


def _ended(stay: Stay, reason: str, note: str | None = None) -> InterimStayEnded:
    return InterimStayEnded(**stay.about, until=stay.until, reason=reason, was=stay.status, note=note)


def evolve(person: Stays, event: StayEvent) -> Stays:
    match event:
        case InterimStayAsked():
            about = {
                each.name: getattr(event, each.name) for each in fields(AboutStay) if each.name != "until"
            }
            return _with(person, event, Stay(about, event.first, event.until, "asked"))
        case InterimStayBegun():
            return _with(person, event, replace(person.known[event.stay_id], status="staying"))
        case InterimStayRefused():
            return _with(person, event, replace(person.known[event.stay_id], status="refused"))
        case InterimStayProlonged():
            return _with(person, event, replace(person.known[event.stay_id], until=event.until))
        case InterimStayEnded():
            return _with(person, event, replace(person.known[event.stay_id], status="ended"))
    assert_never(event)


def _with(person: Stays, event: StayEvent, stay: Stay) -> Stays:
    current = event.stay_id if stay.status in stays.OPEN else None
    return Stays({**person.known, event.stay_id: stay}, current)


STAYS: Aggregate[Command, Stays, StayEvent] = Aggregate(
    "interim-stays", Decider(decide, evolve, Stays({})), get_args(StayEvent), subject="case"
)
