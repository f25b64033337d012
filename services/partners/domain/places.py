"""A programme: what it offers to whom, kept true; and its places: what its partner states, and what our own referrals
reserve, take and give back."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.questions import Json
from services.partners.domain.details import PROGRAMME_DETAILS, apart, together
from services.partners.events import (
    CapacityConfirmed,
    CapacityDoubted,
    Held,
    Origin,
    PlaceRefused,
    PlaceReleased,
    PlaceReserved,
    PlaceTaken,
    ProgrammeCorrected,
    ProgrammeDetails,
    ProgrammeEvent,
    ProgrammeOffered,
    ProgrammeReopened,
    ProgrammeRetired,
    ProgrammeVerified,
    Rules,
    Told,
)

NO_PLACE, RETIRED = "no_place", "retired"
FIELDS = ("name", "path", "rules")


@dataclass(frozen=True)
class OfferProgramme:
    programme_id: str
    partner_id: str
    partner: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    name: str
    path: str
    rules: Rules
    total: int
    free: int
    stated_at: str | None = None
    details: ProgrammeDetails = field(default_factory=ProgrammeDetails)
    origin: Origin | None = None


@dataclass(frozen=True)
class ConfirmCapacity:
    """A partner's statement at an instant: that many places in all, that many free. Needs free <= total."""

    programme_id: str
    total: int
    free: int
    stated_at: str


@dataclass(frozen=True)
class StateNoPlaces:
    """The partner said, answering a referral, that none of its places is free."""

    stated_at: str


@dataclass(frozen=True)
class DoubtPlaces:
    """The partner said at an instant, answering a referral, that there is no place for it."""

    said_at: str


@dataclass(frozen=True)
class ReservePlace:
    """A referral asks for a place; with `waitlist` it waits for its turn if there is none. `stay`: it is an interim
    stay."""

    referral_id: str
    case_id: str
    centre: str
    waitlist: bool
    stay: bool = False


@dataclass(frozen=True)
class TakePlace:
    referral_id: str
    case_id: str


@dataclass(frozen=True)
class ReleasePlace:
    referral_id: str
    case_id: str


@dataclass(frozen=True)
class CorrectProgramme:
    """`changes` of FIELDS and details, whole and None for what is not known any more; rules are the whole set."""

    changes: Told
    reason: str
    proposal_id: str | None = None


@dataclass(frozen=True)
class VerifyProgramme:
    """`what` of FIELDS and details was still so `at` an instant."""

    what: tuple[str, ...]
    at: str
    reason: str | None = None
    proposal_id: str | None = None


@dataclass(frozen=True)
class ConfirmPlaces:
    """The places that are shown as free were still free `at` an instant."""

    at: str


@dataclass(frozen=True)
class RetireProgramme:
    reason: str
    with_partner: bool = False
    proposal_id: str | None = None


@dataclass(frozen=True)
class ReopenProgramme:
    """`with_partner`: only what was retired with its partner is taken up with it."""

    reason: str | None = None
    with_partner: bool = False
    proposal_id: str | None = None


Kept = CorrectProgramme | VerifyProgramme | RetireProgramme | ReopenProgramme
Stated = ConfirmCapacity | StateNoPlaces | ConfirmPlaces
Command = OfferProgramme | Kept | Stated | DoubtPlaces | ReservePlace | TakePlace | ReleasePlace


@dataclass(frozen=True, slots=True)
class Ledger:
    """Places by number. `statement` counts the statements; `used` and `returned` are the referrals that reserved or
    took a place, and that gave one back, since the last of them: each referral at most once in each."""

    total: int = 0
    stated: int = 0
    statement: int = 0
    reserved: int = 0
    filled: int = 0
    used: int = 0
    returned: int = 0

    @property
    def free(self) -> int:
        """What can be reserved now (docs/contract.md, capacity)."""
        return max(0, min(self.stated - self.used + self.returned, self.total - self.reserved - self.filled))

    def contradicts(self, total: int, free: int) -> bool:
        """Whether a statement leaves no room for the places held here."""
        return free + self.reserved + self.filled > total

    def after_statement(self, total: int, free: int) -> "Ledger":
        return Ledger(total, free, self.statement + 1, self.reserved, self.filled)

    def after_reserving(self) -> "Ledger":
        return replace(self, reserved=self.reserved + 1, used=self.used + 1)

    def after_taking(self, counted: bool) -> "Ledger":
        """`counted`: this referral is already among those that used a place since the statement."""
        return replace(
            self, reserved=self.reserved - 1, filled=self.filled + 1, used=self.used + (0 if counted else 1)
        )

    def after_releasing(self, held: Held) -> "Ledger":
        match held:
            case "reserved":
                return replace(self, reserved=self.reserved - 1, returned=self.returned + 1)
            case "taken":
                return replace(self, filled=self.filled - 1, returned=self.returned + 1)
            case "waiting":
                return self
        assert_never(held)


@dataclass(frozen=True, slots=True)
class Hold:
    """What one referral has here; `over` once it was refused or has given its place back. `counted` is the statement
    under which it last used a place."""

    state: Literal["reserved", "taken", "waiting", "over"]
    counted: int = 0
    stay: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    referral_id: str
    case_id: str
    centre: str


@dataclass(frozen=True, slots=True)
class Programme:
    """`fields` as they stand, by FIELDS, and details (None: nothing is known); `retired`: by itself, or with its
    partner. `holds` by referral id; `queue` in order of asking; `history`: statements (total, free, at) of before the
    one that counts; `doubted_at`: when the partner last said otherwise since the one that counts, "" if it did not. As
    long as somebody waits, no place is free; of a retired programme none is."""

    programme_id: str = ""
    partner_id: str = ""
    fields: Mapping[str, Any] = field(default_factory=dict)
    retired: Literal["", "itself", "partner"] = ""
    verified: frozenset[tuple[tuple[str, ...], str]] = frozenset()
    stated_at: str = ""
    ledger: Ledger = Ledger()
    holds: Mapping[str, Hold] = field(default_factory=dict)
    queue: tuple[Waiting, ...] = ()
    history: frozenset[tuple[int, int, str]] = frozenset()
    doubted_at: str = ""

    @property
    def free(self) -> int:
        return 0 if self.retired else self.ledger.free


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
        case ReservePlace(), None if programme.free > 0:
            return [PlaceReserved(*ids, command.centre, command.stay)]
        case ReservePlace(), None:
            return [PlaceRefused(*ids, NO_PLACE, command.waitlist, command.centre, command.stay)]
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
    match command:
        case StateNoPlaces(at):
            return ConfirmCapacity(programme.programme_id, programme.ledger.total, 0, at)
        case ConfirmPlaces(at):
            return ConfirmCapacity(programme.programme_id, programme.ledger.total, programme.ledger.free, at)
        case ConfirmCapacity():
            return command
    assert_never(command)


def _confirm(command: ConfirmCapacity, programme: Programme) -> list[ProgrammeEvent]:
    total, free, at = command.total, command.free, command.stated_at
    if (total, free, at) == (programme.ledger.total, programme.ledger.stated, programme.stated_at):
        return []
    if (total, free, at) in programme.history:
        return []
    history = at < programme.stated_at
    contradicted = not history and programme.ledger.contradicts(total, free)
    ids = programme.programme_id, programme.partner_id
    statement = CapacityConfirmed(*ids, total, free, contradicted, at, history)
    return [statement] if history else _with_next_in_turn(programme, statement)


def _with_next_in_turn(programme: Programme, event: ProgrammeEvent) -> list[ProgrammeEvent]:
    """The event, and a place for each who waited and for whom there is one now."""
    after = evolve(programme, event)
    turns = after.queue[: after.free]
    ids = (programme.programme_id, programme.partner_id)
    return [event, *(PlaceReserved(*ids, turn.referral_id, turn.case_id, turn.centre) for turn in turns)]


def evolve(programme: Programme, event: ProgrammeEvent) -> Programme:
    match event:
        case ProgrammeOffered():
            ledger = Ledger().after_statement(event.total, event.free)
            ids = event.programme_id, event.partner_id
            return Programme(*ids, _fields(event), stated_at=event.stated_at or "", ledger=ledger)
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
            ledger = programme.ledger.after_statement(event.total, event.free)
            doubted_at = programme.doubted_at if programme.doubted_at > event.stated_at else ""
            return replace(programme, stated_at=event.stated_at, ledger=ledger, doubted_at=doubted_at)
        case CapacityDoubted():
            return replace(programme, doubted_at=event.said_at)
        case PlaceReserved():
            ledger = programme.ledger.after_reserving()
            return _holding(
                programme, event.referral_id, Hold("reserved", ledger.statement, event.stay), ledger
            )
        case PlaceRefused(waiting=True):
            last = Waiting(event.referral_id, event.case_id, event.centre)
            programme = replace(programme, queue=(*programme.queue, last))
            return replace(programme, holds={**programme.holds, event.referral_id: Hold("waiting")})
        case PlaceRefused():
            return _holding(programme, event.referral_id, Hold("over", stay=event.stay), programme.ledger)
        case PlaceTaken():
            counted = programme.holds[event.referral_id].counted == programme.ledger.statement
            ledger = programme.ledger.after_taking(counted)
            return _holding(programme, event.referral_id, Hold("taken", ledger.statement, event.stay), ledger)
        case PlaceReleased():
            ledger = programme.ledger.after_releasing(event.held)
            return _holding(programme, event.referral_id, Hold("over", stay=event.stay), ledger)
    assert_never(event)


def _fields(event: ProgrammeOffered | ProgrammeCorrected) -> dict[str, Json]:
    return {**{name: getattr(event, name) for name in FIELDS}, **apart(event.details, PROGRAMME_DETAILS)}


def _holding(programme: Programme, referral_id: str, hold: Hold, ledger: Ledger) -> Programme:
    queue = tuple(each for each in programme.queue if each.referral_id != referral_id)
    return replace(programme, holds={**programme.holds, referral_id: hold}, ledger=ledger, queue=queue)


PROGRAMME: Aggregate[Command, Programme, ProgrammeEvent] = Aggregate(
    "programme",
    Decider(decide, evolve, initial=Programme()),
    (
        ProgrammeOffered, ProgrammeCorrected, ProgrammeVerified, ProgrammeRetired, ProgrammeReopened,
        CapacityConfirmed, CapacityDoubted, PlaceReserved, PlaceRefused, PlaceTaken, PlaceReleased,
    ),
    "partner",
)  # fmt: skip
