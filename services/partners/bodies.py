"""What partners' doors get: requests as their schemas load them."""

from typing import TypedDict

from services.kernel.questions import Json
from services.partners.events import (
    Activity,
    Contact,
    Coordinator,
    PartnerDetails,
    ProgrammeDetails,
    Rules,
    Told,
    UnitPlaces,
)


class RegisterPartner(TypedDict):
    name: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    contact: Contact
    outreach_id: str | None
    details: PartnerDetails
    people: list[Coordinator]


class NamedPartner(TypedDict):
    name: str
    province: str


class Capacity(TypedDict):
    """`units` add up to both; [] where the places are not told apart."""

    total: int
    free: int
    units: list[UnitPlaces]


class OfferProgramme(TypedDict):
    partner_id: str
    name: str
    path: str
    capacity: Capacity
    rules: Rules
    details: ProgrammeDetails


class ConfirmCapacity(Capacity):
    programme_id: str


class CorrectPartner(TypedDict):
    """`changes`: the fields that are named; of the contact only the ways that change, None for one that is no more."""

    partner_id: str
    changes: Told
    reason: str


class CorrectProgramme(TypedDict):
    programme_id: str
    changes: Told
    reason: str


class ConfirmPartner(TypedDict):
    partner_id: str
    what: list[str] | None
    reason: str | None


class ConfirmProgramme(TypedDict):
    programme_id: str
    what: list[str] | None
    reason: str | None


class RetirePartner(TypedDict):
    partner_id: str
    reason: str


class RetireProgramme(TypedDict):
    programme_id: str
    reason: str


class ReopenPartner(TypedDict):
    partner_id: str
    reason: str | None


class ReopenProgramme(TypedDict):
    programme_id: str
    reason: str | None


class DecideProposal(TypedDict):
    proposal_id: str
    reason: str | None


class ListProposals(TypedDict):
    centre: str | None
    status: str | None
    partner_id: str | None
    proposal_id: str | None
    limit: int
    cursor: str | None


class NoFields(TypedDict):
    pass


class ListHistory(TypedDict):
    partner_id: str
    limit: int
    cursor: str | None


class ChoosePartners(TypedDict):
    q: str | None
    province: str | None
    kind: str | None
    stale: str | None
    stale_from: str | None
    stale_until: str | None
    kept_by: str | None
    retired: bool
    path: str | None
    free: bool
    accepts_case: str | None
    contradicted: bool


class WhenStale(ChoosePartners):
    by: str


class ListPartners(ChoosePartners):
    limit: int
    cursor: str | None


class Published(TypedDict):
    """`after`: only those whose id is greater; `skip` so many of what is left."""

    ids: list[str] | None
    partner_id: str | None
    q: str | None
    kind: str | None
    path: str | None
    under_ministry: bool | None
    modified_from: str | None
    modified_before: str | None
    retired: bool | None
    after: str | None
    skip: int
    limit: int


class Entry(TypedDict):
    """A row of a file: a partner, and a programme of it or None, each as its own door gets it, as far as the row says
    it. Ids are those of the registry, or of the file's `scheme`."""

    row: int
    partner_id: str
    programme_id: str | None
    partner: dict[str, Json]
    programme: dict[str, Json] | None


class Import(TypedDict):
    entries: list[Entry]
    file: str
    scheme: str


class FreePlaces(TypedDict):
    province: str | None
    path: str | None
    age: str | None
    limit: int
    cursor: str | None


class ReadPartner(TypedDict):
    partner_id: str


class RevokeLink(TypedDict):
    partner_id: str
    reason: str | None


class ReadNames(TypedDict):
    programme_ids: list[str]


class Matches(TypedDict):
    case_id: str
    verdict: str | None
    path: str | None
    province: str | None
    outside: bool
    programme_ids: list[str] | None
    of_paths: int | None
    wait: float
    limit: int
    cursor: str | None


class EarlierMatches(TypedDict):
    case_id: str


class EarlierMatch(TypedDict):
    case_id: str
    match_id: str
    limit: int


class Candidates(TypedDict):
    programme_id: str
    limit: int


class StandingBefore(TypedDict):
    programme_id: str
    case_id: str


class WhatIf(TypedDict):
    programme_id: str
    rules: Rules
    limit: int


class WhatIfOfAll(TypedDict):
    partner_id: str
    rules: Rules
    limit: int


class HoldOutreach(TypedDict):
    centre: str | None
    activity: Activity


class CorrectOutreach(TypedDict):
    """`changes`: the fields that are named; None of one that is no more."""

    outreach_id: str
    changes: Activity
    reason: str


class OfOutreach(TypedDict):
    outreach_id: str


class EnterOutreachInError(OfOutreach):
    reason: str


class ListOutreach(TypedDict):
    centre: str | None
    first: str | None
    last: str | None
    limit: int
    cursor: str | None


class ListProblems(TypedDict):
    centre: str | None
    status: str
    problem_id: str | None
    limit: int
    cursor: str | None


class DecideProblem(TypedDict):
    problem_id: str
    reason: str
