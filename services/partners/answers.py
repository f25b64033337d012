"""What partners' doors answer. Times are RFC 3339 UTC, areas DOPA codes; other codes are those of `services/codes`.

`free` is what can be reserved now: statement and ledger taken together.
"""

from typing import TypedDict


class NewPartner(TypedDict):
    partner_id: str
    version: int


class NewProgramme(TypedDict):
    programme_id: str
    version: int


class Capacity(TypedDict):
    programme_id: str
    version: int
    warnings: list[str]


class Contact(TypedDict, total=False):
    """How an organisation is reached."""

    phone: str
    email: str
    website: str


class DomicileRule(TypedDict, total=False):
    provinces: list[str]
    bases: list[str]


class Rules(TypedDict, total=False):
    """Whom a programme takes; a rule that is absent refuses nobody. Ages in full years, care levels 1 to 3."""

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


class Places(TypedDict):
    """Places by number; `waiting` referrals have none yet; `confirmed_at`: when the partner stated them last."""

    total: int
    free: int
    reserved: int
    filled: int
    waiting: int
    confirmed_at: str


class Programme(TypedDict):
    """`version` of the programme's stream."""

    programme_id: str
    name: str
    path: str
    rules: Rules
    places: Places
    version: int


class Partner(TypedDict):
    """`programmes` in order of offering; `version` of the partner's stream."""

    partner_id: str
    name: str
    kind: str
    under_ministry: bool
    outside_ministry: bool
    province: str
    subdistrict: str | None
    contact: Contact
    registered_at: str
    programmes: list[Programme]
    version: int


class Partners(TypedDict):
    """In the order of the Thai dictionary."""

    items: list[Partner]
    next: str | None


class ProgrammeName(TypedDict):
    programme_id: str
    programme: str
    partner: str
    partner_id: str


class Names(TypedDict):
    """Of the programmes that are known."""

    items: list[ProgrammeName]


class FreeSum(TypedDict):
    """So many places are free, in so many programmes."""

    free: int
    programmes: int


class FreeProgramme(TypedDict):
    programme_id: str
    partner_id: str
    partner: str
    name: str
    province: str
    path: str
    free: int
    total: int
    confirmed_at: str


class FreePlaces(TypedDict):
    """Sums of all that is free, by path and by the age of the statement (fresh, older, old); `items`: those with the
    path and age asked for, the latest stated first."""

    free: int
    programmes: int
    by_path: dict[str, FreeSum]
    by_age: dict[str, FreeSum]
    items: list[FreeProgramme]
    next: str | None


class Counts(TypedDict):
    """How many programmes are eligible, not decidable yet, and ineligible."""

    eligible: int
    unknown: int
    ineligible: int


class AgeRange(TypedDict):
    """Age in full years, least and most, on a day (ISO)."""

    on: str
    min: int
    max: int


class Domicile(TypedDict):
    province: str
    basis: str


class Reason(TypedDict):
    """What one rule of the programme wants and what is known of the `fact` it looks at: `found` None if nothing, of
    labels {label: met, None if undecided}. `fact` None: it looks at several. `because` says both in Thai."""

    rule: str
    verdict: str
    because: str
    wants: bool | int | str | list[str] | list[int] | DomicileRule
    fact: str | None
    found: (
        bool | int | str | list[str] | list[int] | list[Domicile] | AgeRange | dict[str, bool | None] | None
    )


class PathStanding(TypedDict):
    """`place`: lead (of the most specific law met), screened, or other."""

    path: str
    place: str


class FreeFor(TypedDict):
    """So many places free, and the days since that was stated."""

    free: int
    days: int


class Distance(TypedDict):
    """`near`: same_district, same_province, neighbouring_province or farther; `kilometres` between the provinces'
    centres."""

    near: str
    kilometres: int


class Criterion(TypedDict):
    """What one criterion of the ranking found; a flag is None if nobody knows."""

    criterion: str
    verdict: str
    because: str
    found: PathStanding | FreeFor | Distance | bool | None


class Candidate(TypedDict):
    """A programme judged for one case. `rank` counts from 1 and is None if ineligible; `criteria` in the order of the
    ranking."""

    programme_id: str
    partner_id: str
    partner: str
    programme: str
    path: str
    kind: str
    outside_ministry: bool
    province: str
    subdistrict: str | None
    verdict: str
    rank: int | None
    places_free: int
    confirmed_at: str
    reasons: list[Reason]
    criteria: list[Criterion]


class Matches(TypedDict):
    """`computed_at` and `rules_version` are None before the first screening; `counts` of all programmes, `provinces` of
    those asked for, by province."""

    computed_at: str | None
    rules_version: str | None
    counts: Counts
    provinces: dict[str, Counts]
    candidates: list[Candidate]
    next: str | None
