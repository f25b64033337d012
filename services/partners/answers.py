"""What partners' doors answer. Long because all of one service's answers stand together.

Times are RFC 3339 UTC, areas DOPA codes; other codes are those of `services/codes`.

`free` is what can be reserved now: statement and ledger taken together.
"""

from typing import Annotated, NotRequired, TypedDict, final

from services.codes import (
    DECLINE_REASONS,
    DOMICILE_BASES,
    NATIONALITIES,
    PARTNER_KINDS,
    PATHS,
    REFERRAL_STATUSES,
    SEXES,
    WHOSE,
)
from services.codes.declines import DECLINE_EFFECTS
from services.codes.details import ACCESSIBILITY, COSTS, LANGUAGES, PERIODS, WEEKDAYS
from services.codes.outreach import OUTREACH_KINDS
from services.codes.problems import PROBLEM_REASONS, PROBLEM_STATUSES
from services.codes.registry import (
    CHANGES,
    FACT_KINDS,
    FINDINGS,
    PROPOSAL_STATUSES,
    RULE_LEVELS,
    STATEMENT_AGES,
)
from services.codes.shapes import Count, Cursor, Day, Id, Instant, Note, Province, Verdict, Version
from services.codes.steps import LOST_REASONS
from services.codes.units import GROUPS, UNITS


class AlikePartner(TypedDict):
    """A partner of the same province whose name sounds the same."""

    partner_id: Id
    name: str
    kind: Annotated[str, PARTNER_KINDS]


class AlikePartners(TypedDict):
    items: list[AlikePartner]


@final
class Proposed(TypedDict):
    """The partner is kept by another centre, `waiting_for`: the change waits for it."""

    proposal_id: Id
    waiting_for: Province


class NewPartner(TypedDict):
    """`maybe_known`: partners that may be the same; then there is a warning of that name. `confirmation`: another
    centre keeps it, and is to confirm it."""

    partner_id: Id
    version: Version
    warnings: Annotated[list[str], Note("Codes; never a refusal")]
    maybe_known: list[AlikePartner]
    confirmation: Proposed | None


class NewProgramme(TypedDict):
    """`confirmation` as of a new partner."""

    programme_id: Id
    version: Version
    confirmation: Proposed | None


@final
class Capacity(TypedDict):
    programme_id: Id
    version: Version
    warnings: Annotated[list[str], Note("Codes; never a refusal")]


@final
class Changed(TypedDict):
    """A change that was made at once. `version` of the stream it wrote: the partner's or the programme's."""

    version: Version
    warnings: Annotated[list[str], Note("Codes; never a refusal")]


class Phone(TypedDict, total=False):
    number: str
    about: str


class Coordinator(TypedDict, total=False):
    """Whom to ask for; the phone is the one at work."""

    name: str
    position: str
    phone: str


class Hours(TypedDict, total=False):
    """Times as 08:30."""

    weekdays: list[Annotated[str, WEEKDAYS]]
    opens: str
    closes: str
    note: str


class Agreement(TypedDict, total=False):
    """Its first and its last day."""

    number: str
    starts: Day
    ends: Day


class Standard(TypedDict, total=False):
    """Whether the standard of section 14 was found to be met, and on which day."""

    met: bool
    on: Day


class Cost(TypedDict, total=False):
    """What a person pays, in whole baht."""

    kind: Annotated[str, COSTS]
    baht: Count
    per: Annotated[str, PERIODS]
    note: str


class Work(TypedDict, total=False):
    """What an employer offers; the pay in whole baht."""

    positions: str
    conditions: str
    pay_baht: Count
    pay_per: Annotated[str, PERIODS]


class PartnerDetails(TypedDict, total=False):
    """What else is known of a partner; what is absent nobody knows."""

    description: str
    address: str
    phones: list[Phone]
    people: list[Coordinator]
    hours: Hours
    languages: list[Annotated[str, LANGUAGES]]
    accessibility: list[Annotated[str, ACCESSIBILITY]]
    agreement: Agreement
    standard: Standard


class ProgrammeDetails(TypedDict, total=False):
    """What else is known of a programme; what is absent nobody knows."""

    description: str
    service_area: list[Province]
    cost: Cost
    work: Work


class Told(TypedDict, total=False):
    """What a change is about, as far as it says it; a detail that is None is not known (any more)."""

    name: str
    kind: Annotated[str, PARTNER_KINDS]
    under_ministry: bool
    province: Province
    subdistrict: str | None
    contact: dict[str, str | None]
    network_id: Id | None
    path: Annotated[str, PATHS]
    rules: "Rules"
    total: Count
    free: Count
    units: "list[UnitTold]"
    what: list[str]
    description: str | None
    address: str | None
    phones: list[Phone] | None
    people: list[Coordinator] | None
    hours: Hours | None
    languages: list[Annotated[str, LANGUAGES]] | None
    accessibility: list[Annotated[str, ACCESSIBILITY]] | None
    agreement: Agreement | None
    standard: Standard | None
    service_area: list[Province] | None
    cost: Cost | None
    work: Work | None


class Proposal(TypedDict):
    """`before` and `after`: what the change is about as it stood when it was proposed, and as it would be."""

    proposal_id: Id
    partner_id: Id
    partner: str
    programme_id: Id | None
    programme: str | None
    action: Annotated[str, CHANGES]
    before: Told
    after: Told
    reason: str | None
    waiting_for: Province
    from_centre: Province
    by: str
    at: Instant
    status: Annotated[str, PROPOSAL_STATUSES]
    decided_by: str | None
    decided_at: Instant | None
    decision: Annotated[str | None, Note("The reason of who decided")]


class Proposals(TypedDict):
    """The oldest first."""

    items: list[Proposal]
    next: Cursor


class ToKeep(TypedDict):
    """What keeping the registry true asks of a centre: so many `proposals` and `problems` wait for it, and of so many
    of its partners something is `stale`."""

    proposals: Count
    stale: Count
    problems: Count


class ProposalDecided(TypedDict):
    version: Version


class RegistryChange(TypedDict):
    """`fields`: what was corrected or confirmed; of a correction also as it was `before`, and `after`."""

    programme_id: Id | None
    programme: str | None
    action: Annotated[str, CHANGES]
    fields: list[str]
    before: Told
    after: Told
    reason: str | None
    proposal_id: Id | None
    centre: Province
    by: str
    at: Instant


class History(TypedDict):
    """The latest first."""

    items: list[RegistryChange]
    next: Cursor


class Contact(TypedDict, total=False):
    """How an organisation is reached."""

    phone: str
    email: str
    website: str


class DomicileRule(TypedDict, total=False):
    provinces: list[Province]
    bases: list[Annotated[str, DOMICILE_BASES]]


class Rules(TypedDict, total=False):
    """Whom a programme takes; a rule that is absent refuses nobody. Ages in full years, care levels 1 to 3."""

    min_age: Count
    max_age: Count
    sex: list[Annotated[str, SEXES]]
    nationality: list[Annotated[str, NATIONALITIES]]
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


class StandingLink(TypedDict):
    """`link_id`: of the one that works, None if none does; who made the last one, and revoked it."""

    link_id: Id | None
    made_by: str | None
    made_at: Instant | None
    revoked_by: str | None
    revoked_at: Instant | None


class LinkChanged(TypedDict):
    version: Version


class UnitTold(TypedDict):
    """So many places of a unit for a group of people, as they were stated."""

    unit: Annotated[str, UNITS]
    group: Annotated[str, GROUPS]
    total: Count
    free: Count


class UnitPlaces(UnitTold):
    """As they are now."""

    reserved: Count
    filled: Count


class Places(TypedDict):
    """Places by number; `waiting` referrals have none yet; `confirmed_at`: when the partner stated them last;
    `contradicted`: that leaves no room for what our referrals hold; `doubted_at`: since then the partner answered a
    referral that there is no place. `known` false: nobody stated any, and 0 is not what the partner said. `units`: the
    same places told apart, where the partner does."""

    total: Count
    free: Annotated[Count, Note("What can be reserved now")]
    reserved: Count
    filled: Count
    waiting: Count
    confirmed_at: Instant
    contradicted: bool
    doubted_at: Instant | None
    known: bool
    units: list[UnitPlaces]


class Programme(TypedDict):
    """`rules_confirmed_at`: when its rules were last said to be so, `details_confirmed_at` the same of its details
    (None: nothing of them is known); `stale`: what should be asked anew; `unconfirmed`: another centre added it, and
    the keeper has not confirmed it yet; `retired`: it takes nobody any more. `version` of the programme's stream."""

    programme_id: Id
    name: str
    path: Annotated[str, PATHS]
    rules: Rules
    rules_confirmed_at: Instant
    places: Places
    details: ProgrammeDetails
    details_confirmed_at: Instant | None
    stale: list[Annotated[str, FACT_KINDS]]
    unconfirmed: bool
    retired: bool
    version: Version


class Network(TypedDict):
    """The partner whose rules hold for all programmes of its members; `rules_confirmed_at`: when they were last said to
    be so, None if it has none."""

    partner_id: Id
    name: str
    rules: Rules
    rules_confirmed_at: Instant | None


class PartnerAlone(TypedDict):
    """`keeper`: the centre that changes it at once, others propose; `details_confirmed_at`: when its details were last
    said to be so (None: nothing of them is known); `unconfirmed` as of a programme; `version` of the partner's
    stream."""

    partner_id: Id
    name: str
    kind: Annotated[str, PARTNER_KINDS]
    under_ministry: bool
    outside_ministry: bool
    province: Province
    subdistrict: str | None
    contact: Contact
    contact_confirmed_at: Instant
    details: PartnerDetails
    details_confirmed_at: Instant | None
    registered_at: Instant
    keeper: Province
    stale: list[Annotated[str, FACT_KINDS]]
    unconfirmed: bool
    retired: bool
    version: Version


class Partner(PartnerAlone):
    """`rules`: what holds for all its programmes beside their own, and `network` has what holds as well; `programmes`
    in order of offering; `outreach_id`: the activity it came from, as far as it is known."""

    rules: Rules
    rules_confirmed_at: Instant | None
    network_id: Id | None
    network: Network | None
    programmes: list[Programme]
    outreach_id: Id | None


class Partners(TypedDict):
    """In the order of the Thai dictionary."""

    items: list[Partner]
    next: Cursor
    nearly: Annotated[bool, Note("Nobody is called as was typed; these differ from it in a letter.")]


class ProvinceSum(TypedDict):
    """Partners of a province, what they offer, so many places of it free, and the programmes of which nobody knows how
    many places there are."""

    province: Province
    partners: Count
    programmes: Count
    free: Count
    unknown: Count


class Spread(TypedDict):
    """Provinces with a partner that was asked for; `nearly` as of the list."""

    items: list[ProvinceSum]
    nearly: Annotated[bool, Note("Nobody is called as was typed; these differ from it in a letter.")]


class FallingIn(TypedDict):
    """So many facts fall stale on these days, both included, by kind, and by the centre that keeps the partner; `first`
    None: they are stale already."""

    first: Day | None
    last: Day
    facts: Count
    kinds: dict[str, Count]
    centres: dict[str, Count]


class Falling(TypedDict):
    """What is stale today, then the weeks or months to come."""

    periods: list[FallingIn]
    nearly: Annotated[bool, Note("Nobody is called as was typed; these differ from it in a letter.")]


class PublishedPartner(TypedDict):
    """`modified`: when something of it was last recorded; `programmes_modified` the same of each of its programmes."""

    partner: Partner
    modified: Instant
    programmes_modified: dict[str, Instant]


class PublishedPartners(TypedDict):
    """In the order of their ids; `total` of all that were asked for."""

    total: Count
    items: list[PublishedPartner]


class PublishedProgramme(TypedDict):
    """`modified`: when something of it, its places or its partner was last recorded."""

    programme: Programme
    partner: PartnerAlone
    modified: Instant


class PublishedProgrammes(TypedDict):
    """In the order of their ids; `total` of all that were asked for."""

    total: Count
    items: list[PublishedProgramme]


class Modified(TypedDict):
    id: Id
    modified: Instant


class ModifiedProgrammes(TypedDict):
    """In the order of their ids; `total` of all that were asked for."""

    total: Count
    items: list[Modified]


class RowError(TypedDict):
    """Why a row cannot be taken; `column`: a field, "" of the row as a whole."""

    row: int
    column: str
    message: str


class RowFinding(TypedDict):
    """What somebody should look at, though the row can be taken."""

    row: int
    code: Annotated[str, FINDINGS]
    message: str


class RowDuplicate(TypedDict):
    """A partner that may be the row's: it is not the same one by its id."""

    row: int
    partner_id: Id
    partner: str
    because: str


class Imported(TypedDict):
    """What a file says, row by row: so many `rows` of it are new, say something else than the registry (`proposed` of
    them wait for who keeps the partner), or nothing new."""

    rows: Count
    added: Count
    changed: Count
    proposed: Count
    unchanged: Count
    errors: list[RowError]
    findings: list[RowFinding]
    possible_duplicates: list[RowDuplicate]


class ProgrammeName(TypedDict):
    """`phone`: the partner's; `retired`: it takes nobody any more."""

    programme_id: Id
    programme: str
    partner: str
    partner_id: Id
    phone: str | None
    retired: bool


class Names(TypedDict):
    """Of the programmes that are known."""

    items: list[ProgrammeName]


class FreeSum(TypedDict):
    """So many places are free, in so many programmes."""

    free: Count
    programmes: Count


class FreeProgramme(TypedDict):
    programme_id: Id
    partner_id: Id
    partner: str
    name: str
    province: Province
    path: Annotated[str, PATHS]
    free: Count
    total: Count
    confirmed_at: Instant


class FreePlaces(TypedDict):
    """Sums of all that is free, by path and by the age of the statement (fresh, older, old); `items`: those with the
    path and age asked for, the latest stated first."""

    free: Count
    programmes: Count
    by_path: dict[str, FreeSum]
    by_age: dict[str, FreeSum]
    items: list[FreeProgramme]
    next: Cursor


class Counts(TypedDict):
    """How many programmes are eligible, not decidable yet, and ineligible."""

    eligible: Count
    unknown: Count
    ineligible: Count


@final
class AgeRange(TypedDict):
    """Age in full years, least and most, on a day (ISO). `margin`: an estimate, which may be off by so many years."""

    on: Day
    min: Count
    max: Count
    margin: NotRequired[Count]


class Domicile(TypedDict):
    province: Province
    basis: Annotated[str, DOMICILE_BASES]


class Text(TypedDict):
    th: str
    en: str


@final
class ClosedPath(TypedDict):
    """Why the screening closed a path; `never`: the law forbids it whatever the working group decides."""

    because: Text | None
    never: bool


class PastAnswer(TypedDict):
    """What became of a referral of this case to the programme before, and when it came to that; `reason`: of a no, or
    why it came to nothing; `whose` and `effect`: of a no that stands whose it is and what follows from it."""

    status: Annotated[str, REFERRAL_STATUSES]
    reason: Annotated[str, LOST_REASONS] | None
    at: Instant
    whose: NotRequired[Annotated[str, WHOSE]]
    effect: NotRequired[Annotated[str, DECLINE_EFFECTS]]


class DeclineInForce(TypedDict):
    """A no between the programme and this case, of `since`, whose `effect` is in force; `until` None: until something
    happens."""

    reason: Annotated[str, DECLINE_REASONS]
    whose: Annotated[str, WHOSE]
    effect: Annotated[str, DECLINE_EFFECTS]
    since: Instant
    until: Instant | None


@final
class Source(TypedDict):
    """The fact of the merged log that says it."""

    event_id: Id
    type: str
    at: Instant


class NearMiss(TypedDict):
    """One change that would make the place fit: a step that the rule lacks, or (`places_free`) one more place.
    `because` says in Thai what could be done."""

    rule: str
    wants: bool | int | str | DomicileRule
    found: bool | int | str | list[str] | list[Domicile] | None
    because: str


class Settles(TypedDict):
    """A fact that is still open: so many programmes it settles `alone`, and of so many it is `among` what is open."""

    fact: str
    alone: Count
    among: Count


class Reason(TypedDict):
    """What one rule wants and what is known of the `fact` it looks at: `found` None if nothing, of labels {label: met,
    None if undecided}. `fact` None: it looks at several. `because` says both in Thai. `inherited_from`: the level at
    which the rule stands; `confirmed_at`: when it was last said to be so; `source`: the fact that says what was found.
    The rules `path_closed` and `declined` are no rules of the programme: the screening closed its path; it said no to
    this case, and what follows from that is in force."""

    rule: str
    verdict: Verdict
    because: str
    wants: bool | int | str | list[str] | list[int] | DomicileRule
    fact: str | None
    found: (
        bool
        | int
        | str
        | list[str]
        | list[int]
        | list[Domicile]
        | AgeRange
        | ClosedPath
        | DeclineInForce
        | dict[str, bool | None]
        | None
    )
    inherited_from: Annotated[str, RULE_LEVELS] | None
    confirmed_at: Instant | None
    source: Source | None


@final
class PathStanding(TypedDict):
    """`place`: lead (of the most specific law met), screened, or other."""

    path: Annotated[str, PATHS]
    place: str


@final
class FreeFor(TypedDict):
    """So many places free for this person, and the days since that was stated; `known` false: nobody stated any.
    `full`: it said to this case that it has none, and that is in force."""

    free: Count
    days: Count
    known: bool
    full: NotRequired[DeclineInForce]


@final
class Distance(TypedDict):
    """`near`: same_district, same_province, neighbouring_province or farther; `kilometres` between the provinces'
    centres."""

    near: str
    kilometres: Count


@final
class Stated(TypedDict):
    """The days since the places were stated; `contradicted` by our ledger or by what the partner said since."""

    days: Count
    contradicted: bool


@final
class Declined(TypedDict):
    """A no between the programme and this case that stands, and whose it was."""

    reason: Annotated[str, DECLINE_REASONS]
    whose: Annotated[str, WHOSE]
    at: Instant


@final
class Drawn(TypedDict):
    """Its lot (partners.domain.draw): the last word between equals; the lowest comes first."""

    lot: Count


@final
class Waited(TypedDict):
    """The days since the case was opened."""

    days: Count


Finding = PathStanding | FreeFor | Distance | Stated | Declined | Drawn | Waited | bool | None


class Criterion(TypedDict):
    """What one criterion of the ranking found; a flag is None if nobody knows."""

    criterion: str
    verdict: str
    because: str
    found: Finding


# How far the number of free places can be relied on: codes.statements.STATEMENT_AGES, and Stated.
Confidence = TypedDict(
    "Confidence",
    {"stated_at": Instant, "class": Annotated[str, STATEMENT_AGES], "contradicted": bool},
)


class Candidate(TypedDict):
    """A programme judged for one case. `rank` counts from 1 and is None if ineligible; `criteria` in the order of the
    ranking."""

    programme_id: Id
    partner_id: Id
    partner: str
    programme: str
    path: Annotated[str, PATHS]
    kind: Annotated[str, PARTNER_KINDS]
    outside_ministry: bool
    province: Province
    subdistrict: str | None
    verdict: Annotated[str, ("eligible", "unknown", "ineligible")]
    rank: Annotated[int | None, Note("From 1; null if ineligible")]
    places_free: Annotated[Count, Note("For this person, where places are told apart")]
    places_known: bool
    confirmed_at: Instant
    confidence: Confidence
    reasons: list[Reason]
    criteria: list[Criterion]
    past: Annotated[list[PastAnswer], Note("The latest first. A past answer never changes a verdict")]
    settles: Annotated[list[str], Note("The open facts that decide it, while it is unknown")]
    near_miss: Annotated[
        list[NearMiss], Note("At most 2 changes that would make it fit; none: more, or none can be made")
    ]


class Noted(TypedDict):
    """A line of a match as it was noted then."""

    programme_id: Id
    partner_id: Id
    verdict: Annotated[str, ("eligible", "unknown", "ineligible")]
    rank: int | None


class NotedMatch(TypedDict):
    """A match that was made at a screening, or (`plan_id`, `programme_id`) when a plan chose a programme. `noted`: the
    best candidates of then, the chosen one among them."""

    match_id: Id
    at: Instant
    rules_version: str
    plan_id: Id | None
    programme_id: Id | None
    counts: Counts
    draw: str | None
    noted: list[Noted]


class EarlierMatches(TypedDict):
    """The latest first."""

    items: list[NotedMatch]


class EarlierMatch(NotedMatch):
    """The list with its reasons, computed again from the facts of then; `same`: whether it is what was noted, None
    where too little was noted to compute it (`candidates` are none then)."""

    same: bool | None
    settles: list[Settles]
    candidates: list[Candidate]


class Person(TypedDict):
    """A case that waits, judged for one programme; `settles`: the open facts that decide it; `criteria` in the order of
    the ranking."""

    case_id: Id
    case_number: str
    centre: Province
    verdict: Annotated[str, ("eligible", "unknown")]
    rank: Annotated[int, Note("From 1, among the cases of the caller's centres")]
    waiting_days: Annotated[int, Note("Since the case was opened")]
    reasons: list[Reason]
    settles: list[str]
    criteria: list[Criterion]


class People(TypedDict):
    """Who waits and is not ruled out, the best first; `of`: how many of the caller's centres. `elsewhere`: how many fit
    in each other centre."""

    programme_id: Id
    places_free: Count
    of: Count
    draw: Annotated[str, Note("The seed of ties")]
    items: list[Person]
    elsewhere: Annotated[dict[str, int | str], Note("`few`: one to four")]


class StandingBefore(TypedDict):
    places_free: Count
    before: Annotated[list[Id] | None, Note("Cases; null: it is on no list there, ruled out or sent already")]


class Shifted(TypedDict):
    """A case whose verdict would change: the best one of the programmes concerned, before and after."""

    case_id: Id
    case_number: str
    centre: Province
    before: Annotated[str, ("eligible", "unknown", "ineligible")]
    after: Annotated[str, ("eligible", "unknown", "ineligible")]


class ShiftedElsewhere(TypedDict):
    gained: Annotated[int | str, Note("`few`: one to four")]
    lost: Annotated[int | str, Note("`few`: one to four")]


class WhatIf(TypedDict):
    """What other rules would change for the cases that wait, `of` so many in the caller's centres: whom the verdict
    would be better for (`gained`) and worse (`lost`); those who lose first."""

    of: Count
    programmes: Annotated[int, Note("How many programmes the rules would hold for")]
    gained: Count
    lost: Count
    items: list[Shifted]
    elsewhere: dict[str, ShiftedElsewhere]


class Matches(TypedDict):
    """`computed_at` and `rules_version` are None before the first screening; `counts` of all programmes, `provinces` of
    those asked for, by province."""

    computed_at: Annotated[Instant | None, Note("null before the first screening")]
    rules_version: str | None
    counts: Counts
    settles: Annotated[list[Settles], Note("What to ask first: of all programmes")]
    draw: Annotated[str | None, Note("The seed of ties")]
    provinces: dict[str, Counts]
    candidates: Annotated[list[Candidate], Note("Eligible first, then unknown, then ineligible")]
    next: Cursor


class NewOutreach(TypedDict):
    outreach_id: Id
    version: Version


class OutreachChanged(TypedDict):
    version: Version


class PartnerMet(TypedDict):
    partner_id: Id
    name: str


class Outreach(TypedDict):
    """An activity of a centre: `date` is its day; `reached`: people, None where nobody counted; `partners` were met,
    `partners_joined` were registered as coming from it. `note`: staff's own, only for who sees the centre's cases.
    `by`, `at`: who told it last, and when; `corrected`: why it was last corrected. `version` of its stream."""

    outreach_id: Id
    centre: Province
    kind: Annotated[str, OUTREACH_KINDS]
    date: Day
    province: Province
    place: str | None
    reached: Count | None
    partners: list[PartnerMet]
    material: str | None
    note: NotRequired[str | None]
    partners_joined: list[PartnerMet]
    by: str
    at: Instant
    corrected: str | None
    entered_in_error: bool
    version: Version


class Activities(TypedDict):
    """The latest first; none that was entered in error."""

    items: list[Outreach]
    next: Cursor


class ProblemProposal(TypedDict):
    """What would correct the registry: of what it changes, as it stands and as it would be; of rules only those that
    change. A confirmation (`after.what`) says that somebody asked and it is still so."""

    action: Annotated[str, CHANGES]
    before: Told
    after: Told


class Problem(TypedDict):
    """Of the last `of` answers of a programme, or outcome reviews, since `since`, so many (`declines`) speak against
    the registry.
    `keeper`: the centre that decides; `decision`: its reason, and of whom and when it was decided last. `version` of
    its stream."""

    problem_id: Id
    programme_id: Id
    programme: str
    partner_id: Id
    partner: str
    phone: str | None
    keeper: Province
    reason: Annotated[str, PROBLEM_REASONS]
    declines: Count
    of: Count
    since: Instant
    proposal: ProblemProposal
    status: Annotated[str, PROBLEM_STATUSES]
    found_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    decision: str | None
    version: Version


class Problems(TypedDict):
    """The latest found first."""

    items: list[Problem]
    next: Cursor


class ProblemDecided(TypedDict):
    version: Version
