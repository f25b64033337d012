"""A programme: what it offers to whom, kept true; and its places: what its partner states, and what our own referrals
reserve, take and give back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never

from services.codes import TONIGHT
from services.codes.units import parts_of
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.kernel.questions import Json
from services.partners.domain.asked import (
    Command,
    ConfirmCapacity,
    ConfirmPlaces,
    CorrectProgramme,
    DoubtPlaces,
    Kept,
    OfferProgramme,
    ReleasePlace,
    ReopenProgramme,
    ReservePlace,
    RetireProgramme,
    Stated,
    StateNoPlaces,
    TakePlace,
    VerifyProgramme,
)
from services.partners.domain.details import PROGRAMME_DETAILS, apart, together
from services.partners.domain.ledger import WHOLE, Ledger, Units, free_for, free_in, place_for, stated_units
from services.partners.events import (
    CapacityConfirmed,
    CapacityDoubted,
    PlaceRefused,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    ProgrammeCorrected,
    ProgrammeEvent,
    ProgrammeOffered,
    ProgrammeReopened,
    ProgrammeRetired,
    ProgrammeVerified,
    UnitPlaces,
)

NO_PLACE, RETIRED = "no_place", "retired"
FIELDS = ("name", "path", "rules")


@dataclass(frozen=True, slots=True)
class Hold:
    """What one referral has here; `over` once it was refused or has given its place back. `counted` is the statement
    under which it last used a place, `unit` the one it is in."""

    state: Literal["reserved", "taken", "waiting", "over"]
    counted: int = 0
    stay: bool = False
    unit: str = WHOLE


@dataclass(frozen=True, slots=True)
class Waiting:
    referral_id: str
    case_id: str
    centre: str
    who: str | None = None


@dataclass(frozen=True, slots=True)
class Programme:
    """`fields` as they stand, by FIELDS, and details (None: nothing is known); `retired`: by itself, or with its
    partner. `holds` by referral id; `queue` in order of asking; `history`: statements (total, free, at) of before the
    one that counts; `doubted_at`: when the partner last said otherwise since the one that counts, "" if it did not;
    `places_known`: somebody stated them once. As long as somebody waits, no place that may be theirs is free; of a
    retired programme none is."""

    programme_id: str = ""
    partner_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    retired: Literal["", "itself", "partner"] = ""
    verified: frozenset[tuple[tuple[str, ...], str]] = frozenset()
    stated_at: str = ""
    ledger: Ledger = field(default_factory=Ledger)
    units: Units = field(default_factory=dict)
    places_known: bool = True
    holds: Mapping[str, Hold] = field(default_factory=dict)
    queue: tuple[Waiting, ...] = ()
    history: frozenset[tuple[int, int, str]] = frozenset()
    doubted_at: str = ""

    @property
    def free(self) -> int:
        return 0 if self.retired else free_for(self.units, self.ledger, None)

    def place_for(self, who: str | None) -> str | None:
        """The unit in which somebody gets a place now; None: in none. Where nobody knows how many places there are, the
        partner is asked, and not refused for it."""
        if self.retired:
            return None
        return place_for(self.units, self.ledger, who) if self.places_known else WHOLE

    def contradicts(self, total: int, free: int, units: Sequence[UnitPlaces]) -> bool:
        """Whether a statement leaves no room for what our referrals hold, in all or in one of its units."""
        return self.ledger.contradicts(total, free) or any(
            ledger.contradicts(ledger.total, ledger.stated) for ledger in self._with(units).values()
        )

    def _with(self, units: Sequence[UnitPlaces]) -> dict[str, Ledger]:
        """These units as they are stated next."""
        held = [(hold.unit, hold.state) for hold in self.holds.values()]
        return stated_units(units, held, self.ledger.statement + 1)

    def stating(self, total: int, free: int, units: Sequence[UnitPlaces]) -> "Programme":
        """After a statement."""
        ledger = self.ledger.after_statement(total, free)
        return replace(self, ledger=ledger, units=self._with(units), places_known=True)

    def moving(self, unit: str, move: Callable[[Ledger], Ledger]) -> "Programme":
        """After a referral's place moved, in the whole and in the unit that it is in."""
        units = {**self.units, unit: move(self.units[unit])} if unit in self.units else self.units
        return replace(self, ledger=move(self.ledger), units=units)

    def units_now(self) -> list[UnitPlaces]:
        """As a statement would tell them."""
        return [
            UnitPlaces(
                unit=(parts := parts_of(key))[0],
                group=parts[1],
                total=ledger.total,
                free=free_in(self.units, self.ledger, key),
            )
            for key, ledger in self.units.items()
        ]


def decide(command: Command, programme: Programme) -> list[ProgrammeEvent]:
    if isinstance(command, OfferProgramme):
        return [] if programme.programme_id else [ProgrammeOffered(**vars(command))]
    if not programme.programme_id:
        raise Refused("unknown_programme", "No such programme was offered.")
    if isinstance(command, Kept):
        return _keep(command, programme)
    if isinstance(command, Stated):
        return _confirm(_statement(command, programme), programme)
    if isinstance(command, DoubtPlaces):
        heard = max(programme.stated_at, programme.doubted_at) >= command.said_at
        if heard or not programme.free:
            return []
        return [CapacityDoubted(programme.programme_id, programme.partner_id, command.said_at)]
    ids = (programme.programme_id, programme.partner_id, command.referral_id, command.case_id)
    hold = programme.holds.get(command.referral_id)
    match command, hold.state if hold else None:
        case ReservePlace(), None if programme.retired:
            return [PlaceRefused(*ids, RETIRED, False, command.centre, command.stay)]
        case ReservePlace(), None if (unit := programme.place_for(command.who)) is not None:
            return [PlaceReserved(*ids, command.centre, command.stay, unit)]
        case ReservePlace(), None:
            asked = command.waitlist, command.centre, command.stay, command.who
            return [PlaceRefused(*ids, NO_PLACE, *asked)]
        case TakePlace(), "reserved":
            return [PlaceTaken(*ids, hold.stay if hold else False)]
        case ReleasePlace(), ("reserved" | "taken" | "waiting") as held:
            return _with_next_in_turn(programme, PlaceReleased(*ids, held, hold.stay if hold else False))
        case _:
            return []  # heard before, or nothing is held: a referral counts once


def _keep(command: Kept, programme: Programme) -> list[ProgrammeEvent]:
    ids = programme.programme_id, programme.partner_id
    match command:
        case CorrectProgramme(changes, reason, proposal_id):
            after = {**programme.fields, **changes}
            before: Any = {name: value for name, value in programme.fields.items() if after[name] != value}
            if not before:
                return []
            if TONIGHT in (before.get("path"), changes.get("path", "") if "path" in before else ""):
                # Plans and stays name it for what it is.
                raise Invalid({"path": ["Beds for tonight are programmes of their own: offer a new one."]})
            told = together(after, PROGRAMME_DETAILS)
            return [ProgrammeCorrected(*ids, **told, changed=sorted(before), before=before, reason=reason,
                proposal_id=proposal_id)]  # fmt: skip
        case VerifyProgramme(what, at, reason, proposal_id):
            if (what, at) in programme.verified:
                return []
            return [ProgrammeVerified(*ids, list(what), at, reason, proposal_id)]
        case RetireProgramme(reason, with_partner, proposal_id):
            if programme.retired:
                return []
            return [ProgrammeRetired(*ids, with_partner, reason, proposal_id)]
        case ReopenProgramme(reason, with_partner, proposal_id):
            if not programme.retired or (with_partner and programme.retired != "partner"):
                return []
            reopened = ProgrammeReopened(*ids, with_partner, reason, proposal_id)
            return _with_next_in_turn(programme, reopened)
    assert_never(command)


def _statement(command: Stated, programme: Programme) -> ConfirmCapacity:
    units: list[UnitPlaces] = programme.units_now()
    match command:
        case StateNoPlaces(at):
            none = [UnitPlaces(**{**each, "free": 0}) for each in units]
            return ConfirmCapacity(programme.programme_id, programme.ledger.total, 0, at, none)
        case ConfirmPlaces(at):
            return ConfirmCapacity(
                programme.programme_id, programme.ledger.total, programme.ledger.free, at, units
            )
        case ConfirmCapacity():
            return command
    assert_never(command)


def _confirm(command: ConfirmCapacity, programme: Programme) -> list[ProgrammeEvent]:
    total, free, at = command.total, command.free, command.stated_at
    told = stated_units(command.units, (), 0)
    stands = {key: (ledger.total, ledger.stated) for key, ledger in programme.units.items()}
    same_units = {key: (ledger.total, ledger.stated) for key, ledger in told.items()} == stands
    same = (total, free, at) == (programme.ledger.total, programme.ledger.stated, programme.stated_at)
    if same and same_units and programme.places_known:
        return []
    if (total, free, at) in programme.history:
        return []
    history = at < programme.stated_at
    contradicted = not history and programme.contradicts(total, free, command.units)
    ids = programme.programme_id, programme.partner_id
    statement = CapacityConfirmed(*ids, total, free, contradicted, at, history, command.units)
    return [statement] if history else _with_next_in_turn(programme, statement)


def _with_next_in_turn(programme: Programme, event: ProgrammeEvent) -> list[ProgrammeEvent]:
    """The event, and a place for each who waited and for whom there is one now."""
    events, after = [event], evolve(programme, event)
    for turn in after.queue:
        unit = after.place_for(turn.who)
        if unit is not None:
            ids = (programme.programme_id, programme.partner_id, turn.referral_id, turn.case_id)
            events.append(PlaceReserved(*ids, turn.centre, unit=unit))
            after = evolve(after, events[-1])
    return events


def evolve(programme: Programme, event: ProgrammeEvent) -> Programme:
    match event:
        case ProgrammeOffered():
            ids = event.programme_id, event.partner_id
            offered = Programme(*ids, _fields(event), stated_at=event.stated_at or "")
            stated = offered.stating(event.total, event.free, event.units)
            return replace(stated, places_known=event.places_known)
        case ProgrammeCorrected():
            return replace(programme, fields=_fields(event))
        case ProgrammeVerified():
            verified = tuple(event.what), event.confirmed_at
            return replace(programme, verified=programme.verified | {verified})
        case ProgrammeRetired():
            return replace(programme, retired="partner" if event.with_partner else "itself")
        case ProgrammeReopened():
            return replace(programme, retired="")
        case CapacityConfirmed(history=True):
            statement = event.total, event.free, event.stated_at
            return replace(programme, history=programme.history | {statement})
        case CapacityConfirmed():
            doubted_at = programme.doubted_at if programme.doubted_at > event.stated_at else ""
            stated = programme.stating(event.total, event.free, event.units)
            return replace(stated, stated_at=event.stated_at, doubted_at=doubted_at)
        case CapacityDoubted():
            return replace(programme, doubted_at=event.said_at)
        case PlaceReserved():
            moved = programme.moving(event.unit, Ledger.after_reserving)
            hold = Hold("reserved", moved.ledger.statement, event.stay, event.unit)
            return _holding(moved, event.referral_id, hold)
        case PlaceRefused(waiting=True):
            last = Waiting(event.referral_id, event.case_id, event.centre, event.who)
            programme = replace(programme, queue=(*programme.queue, last))
            return replace(programme, holds={**programme.holds, event.referral_id: Hold("waiting")})
        case PlaceRefused():
            return _holding(programme, event.referral_id, Hold("over", stay=event.stay))
        case PlaceTaken():
            held = programme.holds[event.referral_id]
            counted = held.counted == programme.ledger.statement
            moved = programme.moving(held.unit, lambda ledger: ledger.after_taking(counted))
            return _holding(
                moved, event.referral_id, Hold("taken", moved.ledger.statement, event.stay, held.unit)
            )
        case PlaceReleased():
            unit, state = programme.holds[event.referral_id].unit, event.held
            moved = programme.moving(unit, lambda ledger: ledger.after_releasing(state))
            return _holding(moved, event.referral_id, Hold("over", stay=event.stay))
    assert_never(event)


def _fields(event: ProgrammeOffered | ProgrammeCorrected) -> dict[str, Json]:
    return {**{name: getattr(event, name) for name in FIELDS}, **apart(event.details, PROGRAMME_DETAILS)}


def _holding(programme: Programme, referral_id: str, hold: Hold) -> Programme:
    queue = tuple(each for each in programme.queue if each.referral_id != referral_id)
    return replace(programme, holds={**programme.holds, referral_id: hold}, queue=queue)


PROGRAMME: Aggregate[Command, Programme, ProgrammeEvent] = Aggregate(
    "programme",
    Decider(decide, evolve, initial=Programme()),
    (
        ProgrammeOffered, ProgrammeCorrected, ProgrammeVerified, ProgrammeRetired, ProgrammeReopened,
        CapacityConfirmed, CapacityDoubted, PlaceReserved, PlaceRefused, PlaceTaken, PlaceReleased,
    ),
    "partner",
)  # fmt: skip
