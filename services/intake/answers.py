"""What intake's doors answer. Times are RFC 3339 UTC, days ISO (CE), areas DOPA codes; other codes are those of
`services/codes`.

Everybody who may read a case gets its codes. What names a person stands only in the answers to staff of the case's own
centre: for all others those fields are absent. Long because it is one list, of all that intake's doors answer.
"""

from typing import Annotated, NotRequired, TypedDict, final

from services.codes import (
    CASE_STATUSES,
    CHANNELS,
    CORRECTIONS,
    DANGERS,
    DOMICILE_BASES,
    IDENTITY_STATUSES,
    LABELS,
    NATIONALITIES,
    PATH_KINDS,
    PATHS,
    SEXES,
)
from services.codes.acts import CASE_ACTS
from services.codes.decisions import CLOSING_REASONS, CONSENT_KINDS, CONSENT_WAYS, CONSENTS, ERASURE_REASONS
from services.codes.following import RETURNED, RETURNED_BY
from services.codes.search import KNOWN_BY, MATCHED, SEARCH_REASONS
from services.codes.shapes import Count, Cursor, Day, Id, Instant, Note, Province, Version
from services.codes.transfers import REASONS, STATUSES
from services.codes.work import CONTRADICTIONS, FLAGS, NEXT_STEPS, STANDINGS, WORK_PARTS, WORK_REASONS


class Domicile(TypedDict):
    """A province the person belongs to, and on what ground."""

    province: Province
    basis: Annotated[str, DOMICILE_BASES]


class AgeRange(TypedDict):
    """Age in full years, least and most, on a day."""

    on: Day
    min: Count
    max: Count


class AgeOn(TypedDict):
    """By the birth date on that day; else as it was told for another one; None if nothing is known."""

    age: AgeRange | None


class NameParts(TypedDict, total=False):
    """As far as a name is known."""

    title: str
    first: str
    last: str
    alias: str


class Name(TypedDict):
    """A name in its parts and as it is shown; somebody without one is shown by sex and case number."""

    title: str | None
    first: str | None
    last: str | None
    alias: str | None
    display: str


class Person(TypedDict):
    """`corrected`: when that was last corrected; `province` where they were found, None if nobody said; `age` None
    for those who may only know the band. From `name` on for own staff only: the name is None once `erased`, the number
    masked unless identifiers were asked for, and a list carries no more than the name."""

    person_id: Id
    identity_status: Annotated[str, IDENTITY_STATUSES]
    sex: Annotated[str, SEXES]
    age: Annotated[AgeRange | None, Note("Only for staff, in full years")]
    age_band: str | None
    nationality: Annotated[str, NATIONALITIES]
    domicile: list[Domicile]
    province: Province | None
    corrected: Annotated[Instant | None, Note("When the person's details were last corrected")]
    died: Annotated[bool, Note("An ending says so, that was not entered in error")]
    name: NotRequired[
        Annotated[
            Name | None, Note("Only for staff of the case's centre; each read leaves a row in the access log")
        ]
    ]
    erased: NotRequired[bool]
    national_id: NotRequired[Annotated[str | None, Note("Only for staff; masked unless show=identifiers")]]
    birth_date: NotRequired[Annotated[str | None, Note("Only for staff")]]
    place: NotRequired[Annotated[str | None, Note("Only for staff")]]
    note: NotRequired[Annotated[str | None, Note("Only for staff")]]


class Found(TypedDict):
    """`subdistrict` is None also once erased."""

    district: str | None
    subdistrict: str | None


class PlacedElsewhere(TypedDict):
    """The person had been placed by another centre of the network, and came here so soon after that was over. Which
    centre that was, and of which case, stays there."""

    path_kind: Annotated[str, PATH_KINDS] | None
    within: Annotated[str, RETURNED]
    because: Annotated[str, RETURNED_BY]


class CameElsewhere(TypedDict):
    """After a placement of this case was over the person came to another centre of the network."""

    referral_id: Id
    path: Annotated[str, PATHS]
    within: Annotated[str, RETURNED]


class Elsewhere(TypedDict):
    """What this centre may know of the person at other centres: before this case, and since a placement of it."""

    before: list[PlacedElsewhere]
    since: list[CameElsewhere]


class Return(TypedDict):
    """The person came back `days` after a placement that was over on a day: of which case, by which referral, on which
    path."""

    earlier_case_id: Id
    earlier_case_number: str
    earlier_referral_id: Id
    path: Annotated[str, PATHS]
    ended: Day
    days: Count
    within: Annotated[str, RETURNED]
    because: Annotated[str, RETURNED_BY]


class ReturnedPlacement(TypedDict):
    """A placement that was over when its person came back, at an instant: of which case of the centre, and how that
    stands. `elsewhere`: to another centre."""

    case_id: Id
    case_number: str
    status: Annotated[str, CASE_STATUSES]
    centre: Province
    referral_id: Id
    path: Annotated[str, PATHS]
    within: Annotated[str, RETURNED]
    at: Instant
    elsewhere: bool


class Returned(TypedDict):
    items: list[ReturnedPlacement]
    next: Cursor


class Case(TypedDict):
    """`opened`: when; `version` of the case's stream; `may`: what the caller may do with it as it stands; `found`:
    where the person was found, of one case and for own staff only; `outreach_id`: the activity of the centre that one
    case came from; `returns`: of one case, from which placements of this centre the person came back, the latest first;
    `elsewhere`: what is told of other centres."""

    case_id: Id
    case_number: str
    centre: Province
    status: Annotated[str, CASE_STATUSES]
    channel: Annotated[str, CHANNELS]
    danger: Annotated[str, DANGERS]
    opened: Instant
    version: Version
    may: Annotated[list[Annotated[str, CASE_ACTS]], Note("Only for staff; nothing for others")]
    person: Person
    found: NotRequired[Found]
    outreach_id: NotRequired[Id | None]
    returns: NotRequired[list[Return]]
    elsewhere: NotRequired[Elsewhere]


class Cases(TypedDict):
    items: list[Case]
    next: Cursor


@final
class CaseOutline(TypedDict):
    """What is told of a case to who may not see cases. `path_kind`: of codes.PATH_KINDS, None before the first plan."""

    case_id: Id
    case_number: str
    centre: Province
    status: Annotated[str, CASE_STATUSES]
    opened: Instant
    version: Version
    path_kind: Annotated[Annotated[str, PATH_KINDS] | None, Note("Instead of the path")]


class CaseOutlines(TypedDict):
    items: list[CaseOutline]
    next: Cursor


class MaybeKnown(TypedDict):
    """A case of the same centre whose person may be this one. `opened`: when."""

    case_id: Id
    case_number: str
    status: Annotated[str, CASE_STATUSES]
    opened: Instant
    because: list[Annotated[str, KNOWN_BY]]


class Acquaintance(MaybeKnown):
    name: Name | None


class Acquaintances(TypedDict):
    """Newest first."""

    items: list[Acquaintance]


class FoundCase(TypedDict):
    """`matched`: by what it was found; `score_reasons`: why it comes where it comes. `name` is None once erased."""

    case_id: Id
    case_number: str
    centre: Province
    status: Annotated[str, CASE_STATUSES]
    name: Annotated[Name | None, Note("Each read leaves a row in the access log")]
    matched: list[Annotated[str, MATCHED]]
    score_reasons: list[Annotated[str, SEARCH_REASONS]]


class FoundCases(TypedDict):
    """The likeliest first."""

    items: list[FoundCase]
    next: Cursor


class NewCase(TypedDict):
    """`maybe_known`: cases whose person may be the same; then there is a warning of that name."""

    case_id: Id
    case_number: str
    version: Version
    warnings: Annotated[list[str], Note("Codes; never a refusal")]
    maybe_known: list[MaybeKnown]


class CaseStatus(TypedDict):
    status: Annotated[str, CASE_STATUSES]
    version: Version


class OpenReferral(TypedDict):
    """A referral that is under way. `placed`: the person is in that place, so that its outcome is to be told."""

    referral_id: Id
    programme_id: Annotated[Id | None, Note("None: a return to the family")]
    standing: Annotated[str, STANDINGS]
    placed: bool


class OpenEnds(TypedDict):
    """What is open of a case and ends with it when it is closed. `reasons`: those that may be so of this case."""

    ends: list[OpenReferral]
    reasons: list[Annotated[str, CLOSING_REASONS]]


class CaseClosing(CaseStatus):
    """`ends`: what was open when the case was closed, and ends with it."""

    ends: list[OpenReferral]


class Correction(TypedDict):
    """`changed` names the parts that are not as before; `version` of the person's stream."""

    version: Version
    changed: list[str]
    warnings: Annotated[list[str], Note("Codes; never a refusal")]


class Description(TypedDict):
    """All that is known of a person, the identity number whole. `birth_date` may lack its day or month."""

    identity_status: Annotated[str, IDENTITY_STATUSES]
    sex: Annotated[str, SEXES]
    nationality: Annotated[str, NATIONALITIES]
    domicile: list[Domicile]
    name: NameParts | None
    national_id: str | None
    birth_date: str | None
    age_band: str | None


class DescribedPerson(TypedDict):
    """`version` of the person's stream."""

    version: Version
    person: Description


class PersonCorrection(TypedDict):
    """What was known before and after a correction, the identity number masked; what was erased is None. `at`: when it
    happened; `changed` names the parts that differ."""

    at: Instant
    by: str
    reason: Annotated[str, CORRECTIONS]
    note: str | None
    changed: list[str]
    before: Description
    after: Description


class PersonCorrections(TypedDict):
    """Newest first."""

    items: list[PersonCorrection]


class CaseInHands(TypedDict):
    """`waiting`: it was handed to the user, who has not taken it over yet."""

    case_id: Id
    centre: Province
    waiting: bool


class CasesInHands(TypedDict):
    items: list[CaseInHands]


class AnswerableCase(TypedDict):
    """`owner`: who answers for it; None: the directors of its centre."""

    case_id: Id
    case_number: str
    centre: Province
    owner: str | None
    opened_by: str


class AnswerableCases(TypedDict):
    items: list[AnswerableCase]


class CaseToTakeOver(TypedDict):
    """`from_user`: who had it; if nobody said, who opened it. `at`: when it was handed over."""

    case_id: Id
    from_user: str
    at: Instant


class CasesToTakeOver(TypedDict):
    items: list[CaseToTakeOver]


class Contradiction(TypedDict):
    """Of a case: what does not go together, and the referral it is about."""

    case_id: Id
    case_number: str
    centre: Province
    code: Annotated[str, CONTRADICTIONS]
    referral_id: Id


class Contradictions(TypedDict):
    items: list[Contradiction]


class UnansweredCall(TypedDict):
    """`by`: who called."""

    at: Instant
    by: str


class WorkItem(TypedDict):
    """The one next step of an open case. `owner`: who answers for it, None the directors of its centre; `from_user`:
    whose it was, while it waits to be taken over; `standing` says how things stand, since when; `because`: why it comes
    where it comes; `called`: calls for this step that nobody answered, the oldest first; `referral_id`: what it is
    about; `proposes`: where the person is sent next, None if the plan leaves that open. `flags`: for the case's own
    centre. `lapses`: when else its referral ends by itself and gives its place back; `escalated_to`: the director who
    sees to it once that has happened (the front door, which knows accounts, names them)."""

    case_id: Id
    case_number: str
    centre: Province
    next: Annotated[str, NEXT_STEPS]
    standing: Annotated[str, STANDINGS]
    since: Instant
    due: Day
    lapses: Instant | None
    escalated_to: str | None
    owner: str | None
    from_user: str | None
    flags: list[Annotated[str, FLAGS]]
    because: list[Annotated[str, WORK_REASONS]]
    part: Annotated[str, WORK_PARTS]
    referral_id: Id | None
    programme_id: Id | None
    proposes: Annotated[
        Id | None, Note("The next programme of the plan; None: any place of its path, see matches")
    ]
    called: list[UnansweredCall]
    tasks_due: Annotated[
        Day | None, Note("The first day until which something of the care plan is to be done")
    ]
    reassess: Annotated[Day | None, Note("From which day on the person is to be screened again")]


class Work(TypedDict):
    """Every open case once, in the order to do them; `counts` by part of the list, whatever part was asked for."""

    items: list[WorkItem]
    next: Cursor
    counts: dict[str, Count]


class Call(TypedDict):
    """How often nobody answered for the step the case stands at, this time with it."""

    called: Count


class Assignment(TypedDict):
    """Of how many cases somebody answers now who did not before."""

    assigned: Count


class Access(TypedDict):
    at: Instant
    centre: Province


class Accesses(TypedDict):
    """Of the last `days`: how often each kind of personal fields was read, and when identifiers, newest first."""

    days: Count
    counts: dict[str, Count]
    items: list[Access]


class ErasureStatus(TypedDict):
    """`version` of the person's stream; `referral_ids`: of the case, whose copies must go too, once erased."""

    status: Annotated[str, ("none", "waiting", "erased")]
    version: Version
    referral_ids: list[Id]


class NewConsent(TypedDict):
    consent_id: Id
    version: Version


class ConsentStatus(TypedDict):
    """`referral_ids`: the referrals that rested on it, whose links open nothing any more."""

    status: Annotated[str, ("withdrawn",)]
    referral_ids: list[Id]
    version: Version


class RecordedConsent(TypedDict):
    """`referral_ids`: what rests on it. `witness`, `scope`: as they were told, None once erased; only for staff."""

    consent_id: Id
    kind: Annotated[str, CONSENT_KINDS]
    status: Annotated[str, CONSENTS]
    how: Annotated[str, CONSENT_WAYS] | None
    at: Instant
    by: str
    witness: NotRequired[Annotated[str | None, Note("Only for staff of the centre")]]
    scope: NotRequired[Annotated[str | None, Note("Only for staff of the centre")]]
    referral_ids: list[Id]
    withdrawn_at: Instant | None
    withdrawn_by: str | None


class RecordedConsents(TypedDict):
    """Newest first."""

    items: list[RecordedConsent]


class Erasure(TypedDict):
    """`confirmer`: who is to confirm it (None: any other director of the centre), or who did. `at`: when it was asked,
    or done. `may`: "confirm", if whoever asks may be the second person."""

    case_id: Id
    centre: Province
    status: Annotated[str, ("waiting", "withdrawn", "erased")]
    requested_by: str
    reason: Annotated[str, ERASURE_REASONS]
    confirmer: str | None
    at: Instant
    may: list[str]


class Erasures(TypedDict):
    items: list[Erasure]


class Pointing(TypedDict):
    """Fields whose words still point to the person, and those with the number of a telephone or an identity card."""

    fields: list[str]
    numbers: list[str]


class ErasedCase(TypedDict):
    case_id: Id
    referral_ids: list[Id]


class ErasedCases(TypedDict):
    items: list[ErasedCase]


class TransferStatus(TypedDict):
    """`version` of the case's stream."""

    transfer_id: Id
    status: Annotated[str, STATUSES]
    version: Version


class Outline(TypedDict):
    """What a centre reads of a case before it takes it over."""

    channel: Annotated[str, CHANNELS]
    danger: Annotated[str, DANGERS]
    status: Annotated[str, CASE_STATUSES]
    identity_status: Annotated[str, IDENTITY_STATUSES]
    sex: Annotated[str, SEXES]
    age: AgeRange | None
    nationality: Annotated[str, NATIONALITIES]
    domicile: list[Domicile]
    labels: list[Annotated[str, LABELS]]
    path: Annotated[str, PATHS] | None


class Transfer(TypedDict):
    """A request to hand a case over. `due`: until when it may be answered; `why`: of one that came to nothing, a code
    of transfer_rejection or transfer_revocation; `answer`: the words of who rejected it; `about`: only while it waits,
    and to the centre that asked; `note`: only to that."""

    transfer_id: Id
    case_id: Id
    case_number: str
    from_centre: Province
    to_centre: Province
    status: Annotated[str, STATUSES]
    reason: Annotated[str, REASONS]
    due: Instant
    at: Instant
    by: str
    decided_at: Instant | None
    decided_by: str | None
    why: str | None
    answer: str | None
    about: Outline | None
    note: NotRequired[str | None]
    may: list[Annotated[str, ("accept", "reject", "revoke")]]


class Transfers(TypedDict):
    items: list[Transfer]
    next: Cursor


class WrittenConsent(TypedDict):
    kind: Annotated[str, CONSENT_KINDS]
    status: Annotated[str, CONSENTS]
    at: Instant
    by: str
    witness: str | None
    scope: str | None


class HandedOn(TypedDict):
    """A case that is another centre's now: `at`: when it went there. `person` is as the caller's own centre described
    them last, `place` and `note` as it wrote them when it opened the case; None: it did not, or it was erased."""

    case_id: Id
    case_number: str
    to_centre: Province
    at: Instant
    person: Description | None
    place: str | None
    note: str | None
    consents: list[WrittenConsent]
