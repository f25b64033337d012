"""Facts about partners, their programmes and places, and matches. Stored and published: fields are added, never renamed
or reused.

Long because all of one service's facts stand together.
"""

from dataclasses import dataclass, field
from typing import Literal, NotRequired, TypedDict

from services.kernel.codec import OfCase, OfCentre, Public

Verdict = Literal["met", "not_met", "unknown"]
Eligibility = Literal["eligible", "unknown", "ineligible"]
Held = Literal["reserved", "taken", "waiting"]


class Contact(TypedDict, total=False):
    """How an organisation is reached; never a person's own number."""

    phone: str
    email: str
    website: str


class DomicileRule(TypedDict, total=False):
    """Whom a programme takes by domicile: province codes, and on what grounds (none named: any)."""

    provinces: list[str]
    bases: list[str]


class Rules(TypedDict, total=False):
    """Whom a programme takes; every rule is optional. Ages are full years, care levels 1 (independent) to 3
    (dependent)."""

    min_age: int
    max_age: int
    sex: list[str]
    nationality: list[str]
    labels_any: list[str]
    disability_types_any: list[int]
    domicile: DomicileRule
    care_level_max: int
    accepts_communicable: str
    accepts_severe_behaviour: bool
    accepts_legal_case: bool
    requires_prior_process: bool
    requires_work_ability: bool
    documents: list[str]


class Phone(TypedDict, total=False):
    number: str
    about: str


class Coordinator(TypedDict, total=False):
    """Whom to ask for at an organisation; the phone is the one at work."""

    name: str
    position: str
    phone: str


class Hours(TypedDict, total=False):
    """Days of the week as HSDS has them (MO to SU), times as 08:30."""

    weekdays: list[str]
    opens: str
    closes: str
    note: str


class Agreement(TypedDict, total=False):
    """Its first and its last day (ISO)."""

    number: str
    starts: str
    ends: str


class Standard(TypedDict, total=False):
    """Whether the standard of section 14 was found to be met, and on which day (ISO)."""

    met: bool
    on: str


class Cost(TypedDict, total=False):
    """What a person pays, in whole baht."""

    kind: str
    baht: int
    per: str
    note: str


class Work(TypedDict, total=False):
    """What an employer offers; the pay in whole baht."""

    positions: str
    conditions: str
    pay_baht: int
    pay_per: str


class PartnerDetails(TypedDict, total=False):
    """What else is known of a partner (codes.details), but the people there."""

    description: str
    address: str
    phones: list[Phone]
    hours: Hours
    languages: list[str]
    accessibility: list[str]
    agreement: Agreement
    standard: Standard


class ProgrammeDetails(TypedDict, total=False):
    """What else is known of a programme (codes.details)."""

    description: str
    service_area: list[str]
    cost: Cost
    work: Work


class UnitPlaces(TypedDict):
    """Of a programme whose places are told apart: so many of a unit (codes.units) for a group of people."""

    unit: str
    group: str
    total: int
    free: int


class Told(TypedDict, total=False):
    """What a change is about, as far as it says it. Of a contact that is corrected None is a way that is no more; a
    detail that is None is not known (any more)."""

    name: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    contact: dict[str, str | None]
    network_id: str | None
    path: str
    rules: Rules
    total: int
    free: int
    units: list[UnitPlaces]
    what: list[str]
    description: str | None
    address: str | None
    phones: list[Phone] | None
    people: list[Coordinator] | None
    hours: Hours | None
    languages: list[str] | None
    accessibility: list[str] | None
    agreement: Agreement | None
    standard: Standard | None
    service_area: list[str] | None
    cost: Cost | None
    work: Work | None


class Origin(TypedDict, total=False):
    """The file that said so, and under which id: `scheme` names whose ids they are."""

    file: str
    scheme: str
    id: str


class Activity(TypedDict, total=False):
    """What is known of an activity of a centre: on which day (ISO, in Thailand) and where, how many people it
    `reached` as far as somebody counted, which partners were met, with what material. `note`: staff's own words, never
    about a person."""

    kind: str
    date: str
    province: str
    place: str | None
    reached: int | None
    partner_ids: list[str]
    material: str | None
    note: str | None


class Counts(TypedDict):
    """How many programmes were found eligible, not decidable yet, and ineligible."""

    eligible: int
    unknown: int
    ineligible: int


class Candidate(TypedDict):
    """One programme of a match; `rank` counts from 1 and is None if ineligible."""

    programme_id: str
    partner_id: str
    verdict: Eligibility
    rank: int | None


class Answered(TypedDict):
    """What had become of an earlier referral of the case; `stands`: it is a no that counted in the ranking; `whose`
    that is and `effect`, what follows from it (codes.declines), of matches since there is one."""

    programme_id: str
    status: str
    reason: str | None
    at: str
    stands: bool
    whose: NotRequired[str]
    effect: NotRequired[str]


class Inputs(TypedDict):
    """What a match was computed from, enough to compute it again: the registry after so many of its changes, the
    programme a plan chose; since the ties are drawn also the seed, the moment, the district where the person was found
    and the earlier answers."""

    registry: int
    programmes: int
    programme_id: str | None
    draw: NotRequired[str]
    at: NotRequired[str]
    district: NotRequired[str | None]
    past: NotRequired[list[Answered]]


@dataclass(frozen=True)
class PartnerRegistered:
    partner_id: Public[str]
    name: Public[str]
    kind: Public[str]
    under_ministry: Public[bool]
    province: Public[str]
    subdistrict: Public[str | None]
    contact: Contact
    outreach_id: Public[str | None] = None  # the activity it came from, as far as somebody said
    details: Public[PartnerDetails] = field(default_factory=PartnerDetails)
    people: list[Coordinator] = field(default_factory=list)
    origin: Public[Origin | None] = None


@dataclass(frozen=True)
class ProgrammeOffered:
    """A partner's offer with its first statement, made at `stated_at`; it carries what others need to know of the
    partner. `places_known` False: nobody stated any places, and 0 of 0 is not what the partner said. `units` add up to
    the whole, where they are told apart."""

    programme_id: Public[str]
    partner_id: Public[str]
    partner: Public[str]
    kind: Public[str]
    under_ministry: Public[bool]
    province: Public[str]
    subdistrict: Public[str | None]
    name: Public[str]
    path: Public[str]
    rules: Public[Rules]
    total: Public[int]
    free: Public[int]
    stated_at: Public[str | None] = None
    details: Public[ProgrammeDetails] = field(default_factory=ProgrammeDetails)
    origin: Public[Origin | None] = None
    places_known: Public[bool] = True
    units: Public[list[UnitPlaces]] = field(default_factory=list)


@dataclass(frozen=True)
class CapacityConfirmed:
    """A new statement. `contradicted`: it leaves no room for the places our own ledger holds; it counts all the same.
    `history`: it was made before the one that counts, and changes nothing any more. Without `units` the places are not
    told apart (any more)."""

    programme_id: Public[str]
    partner_id: Public[str]
    total: Public[int]
    free: Public[int]
    contradicted: Public[bool]
    stated_at: Public[str]
    history: Public[bool] = False
    units: Public[list[UnitPlaces]] = field(default_factory=list)


@dataclass(frozen=True)
class CapacityDoubted:
    """At `said_at` the partner answered a referral that there is no place, while some were shown as free. The next
    statement settles it."""

    programme_id: Public[str]
    partner_id: Public[str]
    said_at: Public[str]


@dataclass(frozen=True)
class PartnerCorrected:
    """The partner as it stands from now on. `before` is what the fields in `changed` said until then; `proposal_id`:
    what another province had proposed. `rules` hold for all its programmes beside their own, and those of the partner
    `network_id` too."""

    partner_id: Public[str]
    name: Public[str]
    kind: Public[str]
    under_ministry: Public[bool]
    province: Public[str]
    subdistrict: Public[str | None]
    contact: Contact
    changed: Public[list[str]]
    before: Told
    reason: str
    proposal_id: Public[str | None] = None
    rules: Public[Rules] = field(default_factory=lambda: Rules())
    network_id: Public[str | None] = None
    details: Public[PartnerDetails] = field(default_factory=PartnerDetails)
    people: list[Coordinator] = field(default_factory=list)


@dataclass(frozen=True)
class PartnerVerified:
    """Somebody asked the partner: at `confirmed_at` what these fields say was still so."""

    partner_id: Public[str]
    what: Public[list[str]]
    confirmed_at: Public[str]
    reason: str | None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class PartnerRetired:
    """The partner takes nobody any more; a ProgrammeRetired of each of its programmes goes with it."""

    partner_id: Public[str]
    reason: str
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class PartnerReopened:
    partner_id: Public[str]
    reason: str | None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class StandingLinkMade:
    """From now on whoever has the sheet with this link may say what is free at the partner today, without an account;
    an earlier link opens nothing any more."""

    partner_id: Public[str]
    link_id: str
    reason: str | None = None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class StandingLinkRevoked:
    partner_id: Public[str]
    link_id: str
    reason: str | None = None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class ProgrammeCorrected:
    """The programme as it stands from now on; see PartnerCorrected."""

    programme_id: Public[str]
    partner_id: Public[str]
    name: Public[str]
    path: Public[str]
    rules: Public[Rules]
    changed: Public[list[str]]
    before: Told
    reason: str
    proposal_id: Public[str | None] = None
    details: Public[ProgrammeDetails] = field(default_factory=ProgrammeDetails)


@dataclass(frozen=True)
class ProgrammeVerified:
    """As PartnerVerified. Places that are still so are a statement of their own (CapacityConfirmed)."""

    programme_id: Public[str]
    partner_id: Public[str]
    what: Public[list[str]]
    confirmed_at: Public[str]
    reason: str | None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class ProgrammeRetired:
    """Nobody is matched, planned or sent there any more; what is under way stands. `with_partner`: because its partner
    was retired."""

    programme_id: Public[str]
    partner_id: Public[str]
    with_partner: Public[bool]
    reason: str
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class ProgrammeReopened:
    programme_id: Public[str]
    partner_id: Public[str]
    with_partner: Public[bool]
    reason: str | None
    proposal_id: Public[str | None] = None


@dataclass(frozen=True)
class ChangeProposed:
    """A centre that does not keep the partner proposes a change, and `waiting_for` is the one that does. `action`:
    codes.registry.CHANGES; `before` and `after` are what it is about as it stood, and as it would be."""

    proposal_id: Public[str]
    partner_id: Public[str]
    programme_id: Public[str | None]
    action: Public[str]
    before: Told
    after: Told
    reason: str | None
    stated_at: Public[str]
    waiting_for: Public[str]


@dataclass(frozen=True)
class ProposalAccepted:
    """What it proposed is done, by facts that name it."""

    proposal_id: Public[str]
    partner_id: Public[str]
    reason: str | None


@dataclass(frozen=True)
class ProposalDismissed:
    proposal_id: Public[str]
    partner_id: Public[str]
    reason: str | None


@dataclass(frozen=True)
class PlaceReserved:
    """`centre` is the referring centre's: a place that falls free in one centre's work may go to another's. `stay`, in
    all facts about places: it is for an interim stay, whose id `referral_id` then is. `unit`: in which unit of the
    programme (codes.units.key_of), "" where they are not told apart."""

    programme_id: OfCentre[str]
    partner_id: OfCentre[str]
    referral_id: Public[str]
    case_id: Public[str]
    centre: Public[str]
    stay: Public[bool] = False
    unit: OfCase[str] = ""


@dataclass(frozen=True)
class PlaceRefused:
    """No place was free (`reason` no_place), or the programme is retired; `waiting`: the referral keeps its turn.
    `who`: the group that the person belongs to (codes.units), None if nobody knows."""

    programme_id: OfCentre[str]
    partner_id: OfCentre[str]
    referral_id: Public[str]
    case_id: Public[str]
    reason: Public[str]
    waiting: Public[bool]
    centre: Public[str]
    stay: Public[bool] = False
    who: OfCase[str | None] = None


@dataclass(frozen=True)
class PlaceTaken:
    programme_id: OfCentre[str]
    partner_id: OfCentre[str]
    referral_id: Public[str]
    case_id: Public[str]
    stay: Public[bool] = False


@dataclass(frozen=True)
class PlaceReleased:
    programme_id: OfCentre[str]
    partner_id: OfCentre[str]
    referral_id: Public[str]
    case_id: Public[str]
    held: Public[Held]
    stay: Public[bool] = False


@dataclass(frozen=True)
class PartnerMatched:
    """The best candidates (at most 50) at a screening, or when a plan chose a programme."""

    match_id: Public[str]
    case_id: Public[str]
    screening_id: Public[str | None]
    plan_id: Public[str | None]
    rules_version: Public[str]
    counts: OfCase[Counts]
    candidates: OfCase[list[Candidate]]
    inputs: OfCase[Inputs]


@dataclass(frozen=True)
class OutreachHeld:
    """A centre did something to be known (Activity)."""

    outreach_id: Public[str]
    kind: Public[str]
    date: Public[str]
    province: Public[str]
    place: Public[str | None]
    reached: Public[int | None]
    partner_ids: Public[list[str]]
    material: Public[str | None]
    note: str | None


@dataclass(frozen=True)
class OutreachCorrected:
    """The activity as it stands from now on. `before` is what the fields in `changed` said until then."""

    outreach_id: Public[str]
    kind: Public[str]
    date: Public[str]
    province: Public[str]
    place: Public[str | None]
    reached: Public[int | None]
    partner_ids: Public[list[str]]
    material: Public[str | None]
    note: str | None
    changed: Public[list[str]]
    before: Activity
    reason: str


@dataclass(frozen=True)
class OutreachEnteredInError:
    """It was noted twice, or never took place: it counts no more."""

    outreach_id: Public[str]
    reason: str


# Of a problem the merged log tells that there is one, and nothing else: the fact that made it one is of a single
# person, and whoever reads both would know what was said of them.


@dataclass(frozen=True)
class ProblemFound:
    """Of the last `of` answers of a programme, since `since`, so many (`declines`) speak against the registry for one
    `reason` (codes.problems.PROBLEM_REASONS). `stood`: since when what they speak against is said to be so. `action`
    and `after` are the change that would correct it (codes.registry.CHANGES); of rules only those that change. `until`:
    if nobody answers any more it is a problem until then, because answers grow old ("": of before that was noted)."""

    problem_id: Public[str]
    programme_id: str
    reason: str
    declines: int
    of: int
    since: str
    stood: str
    action: str
    after: Told
    until: str = ""


@dataclass(frozen=True)
class ProblemWeighed:
    """What it amounts to after one answer more, or one less."""

    problem_id: Public[str]
    declines: int
    of: int
    until: str = ""


@dataclass(frozen=True)
class ProblemSettled:
    """Not enough speaks for it any more (answers may have grown old), or the registry says so by now."""

    problem_id: Public[str]


@dataclass(frozen=True)
class ProblemAccepted:
    """The registry was corrected or confirmed as was proposed, by facts of the same command."""

    problem_id: Public[str]
    reason: str


@dataclass(frozen=True)
class ProblemDismissed:
    """The registry is right. What spoke for it so far counts no more."""

    problem_id: Public[str]
    reason: str


PartnerEvent = (
    PartnerRegistered
    | PartnerCorrected
    | PartnerVerified
    | PartnerRetired
    | PartnerReopened
    | StandingLinkMade
    | StandingLinkRevoked
)
PlaceEvent = PlaceReserved | PlaceRefused | PlaceTaken | PlaceReleased
ProgrammeEvent = (
    ProgrammeOffered
    | ProgrammeCorrected
    | ProgrammeVerified
    | ProgrammeRetired
    | ProgrammeReopened
    | CapacityConfirmed
    | CapacityDoubted
    | PlaceEvent
)
ProposalEvent = ChangeProposed | ProposalAccepted | ProposalDismissed
OutreachEvent = OutreachHeld | OutreachCorrected | OutreachEnteredInError
ProblemEvent = ProblemFound | ProblemWeighed | ProblemSettled | ProblemAccepted | ProblemDismissed
