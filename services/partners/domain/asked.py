"""What is asked of a programme and its places: the commands that `places` decides."""

from dataclasses import dataclass, field

from services.partners.events import Origin, ProgrammeDetails, Rules, Told, UnitPlaces


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
    places_known: bool = True
    units: list[UnitPlaces] = field(default_factory=list)


@dataclass(frozen=True)
class ConfirmCapacity:
    """A partner's statement at an instant: that many places in all, that many free. Needs free <= total; `units`, where
    they are told apart, add up to both."""

    programme_id: str
    total: int
    free: int
    stated_at: str
    units: list[UnitPlaces] = field(default_factory=list)


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
    stay. `who`: the group that the person belongs to (codes.units), None if nobody knows."""

    referral_id: str
    case_id: str
    centre: str
    waitlist: bool
    stay: bool = False
    who: str | None = None


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
