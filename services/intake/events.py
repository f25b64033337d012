"""Facts about a case and its person. Stored and published: fields are added, never renamed or reused."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

from services.kernel.codec import OfCase, OfCentre, Public, personal
from services.thai.dates import AgeRange


class Found(TypedDict):
    """Where the person was found: a DOPA district code. The subdistrict is the person's own, and sealed."""

    district: str | None


class Domicile(TypedDict):
    """A province (code) the person belongs to, and on what ground (codes.DOMICILE_BASES)."""

    province: str
    basis: str


class Name(TypedDict, total=False):
    """As far as a name is known."""

    title: str
    first: str
    last: str
    alias: str


@dataclass(frozen=True)
class CaseOpened:
    VERSION: ClassVar[int] = 2  # before, `found` said the subdistrict openly

    case_id: Public[str]
    case_number: Public[str]
    person_id: OfCentre[str]
    channel: OfCentre[str]
    found: OfCase[Found]
    identity_status: OfCase[str]
    sex: OfCase[str]
    age: OfCase[AgeRange | None]
    nationality: OfCase[str]
    domicile: OfCase[list[Domicile]]
    danger: OfCase[str]
    warnings: OfCase[list[str]]
    place: Any = personal()  # str
    note: Any = personal()  # str
    subdistrict: Any = personal()  # str: a DOPA code; of a fact of version 1 that code, unsealed
    outreach_id: OfCase[str | None] = None  # the activity it came from, as far as somebody said


@dataclass(frozen=True)
class ConsentRecorded:
    """What the person said of being referred, or of data being given to others (`kind`: codes.decisions.CONSENT_KINDS);
    the witness is sealed where it was told. `referral_id`: the sending it was said with, which then is its id too; ""
    for one that was recorded by itself, as `consent_id`."""

    case_id: Public[str]
    person_id: OfCentre[str]
    referral_id: Public[str]
    status: OfCase[str]
    witness: Any = personal()  # str
    consent_id: OfCentre[str | None] = None
    kind: OfCase[str] = "referral"
    how: OfCase[str | None] = None
    scope: Any = personal()  # str


@dataclass(frozen=True)
class ConsentWithdrawn:
    """The person took it back: from now on nothing rests on it. What was given before stays noted."""

    case_id: Public[str]
    person_id: OfCentre[str]
    consent_id: Public[str]
    kind: OfCase[str]
    how: OfCase[str]
    witness: Any = personal()  # str
    note: Any = personal()  # str


@dataclass(frozen=True)
class CaseClosed:
    """`outcome`: what became of the placement that ends with it (codes.OUTCOMES), as far as it was said."""

    case_id: Public[str]
    person_id: OfCentre[str]
    reason: OfCase[str]
    note: Any = personal()  # str
    outcome: OfCase[str | None] = None


@dataclass(frozen=True)
class CaseReopened:
    case_id: Public[str]
    person_id: OfCentre[str]
    reason: OfCase[str]
    note: Any = personal()  # str


@dataclass(frozen=True)
class CaseAssigned:
    """Somebody answers for the case from now on: a user, or (None) the directors of its centre. `from_user`: who did,
    as far as anybody said; `reason`: codes.ASSIGNMENTS; `taken`: it is in their hands, and waits no longer for them to
    take it over."""

    case_id: Public[str]
    from_user: OfCentre[str | None]
    to_user: OfCentre[str | None]
    reason: OfCentre[str]
    taken: OfCentre[bool]


@dataclass(frozen=True)
class CallUnanswered:
    """Somebody called about the case and nobody answered: tried once more for its next step (codes.work.NEXT_STEPS)."""

    case_id: Public[str]
    call_id: Public[str]
    next: OfCentre[str]


@dataclass(frozen=True)
class PersonReturned:
    """The person of the case came back after a placement that was over: of which case and by which referral, on which
    path, since which day (ISO, in Thailand), how many days ago. `within`: so many months
    (codes.following.RETURNED); `because`: how it is known (codes.following.RETURNED_BY)."""

    case_id: Public[str]
    person_id: OfCentre[str]
    earlier_case_id: OfCentre[str]
    earlier_referral_id: OfCentre[str]
    path: OfCentre[str]
    ended: OfCentre[str]
    days: OfCentre[int]
    within: OfCentre[str]
    because: OfCentre[str]


@dataclass(frozen=True)
class ReturnedFromElsewhere:
    """The person of the case came after a placement by another centre that was over, on a path of so coarse a kind
    (codes.PATH_KINDS). Which centre, case and referral that was, and when, nobody reads here."""

    case_id: Public[str]
    person_id: OfCentre[str]
    path_kind: OfCase[str | None]
    within: OfCentre[str]
    because: OfCentre[str]
    earlier_case_id: str
    earlier_referral_id: str
    path: str


@dataclass(frozen=True)
class ReturnedElsewhere:
    """The person who was placed by this referral came to another centre after that was over (`within`:
    codes.following.RETURNED). To which, nobody reads here."""

    case_id: Public[str]
    person_id: OfCentre[str]
    centre: Public[str]
    referral_id: Public[str]
    path: OfCentre[str]
    within: OfCentre[str]


class Outline(TypedDict):
    """What the centre that a case is to go to reads of it before it says yes: codes, and nothing that names the person.
    `labels`: those that the latest screening met; `path`: of the plan."""

    channel: str
    danger: str
    status: str
    identity_status: str
    sex: str
    age: AgeRange | None
    nationality: str
    domicile: list[Domicile]
    labels: list[str]
    path: str | None


@dataclass(frozen=True)
class CaseTransferRequested:
    """The case's centre asks another one to take it over (`reason`: codes.transfers.REASONS) until `due`, an instant.
    `about`: what that centre's director reads of it before."""

    case_id: Public[str]
    person_id: OfCentre[str]
    transfer_id: Public[str]
    case_number: Public[str]
    from_: Public[str]
    to: Public[str]
    reason: OfCase[str]
    due: OfCentre[str]
    about: OfCase[Outline]
    note: Any = personal()  # str


@dataclass(frozen=True)
class CaseTransferAccepted:
    """From now on the case is another centre's. `n`: how many times it was handed over; of what is heard of it in any
    order, the highest counts (kernel.owners)."""

    case_id: Public[str]
    transfer_id: Public[str]
    from_: Public[str]
    to: Public[str]
    n: Public[int]


@dataclass(frozen=True)
class CaseTransferRejected:
    """`reason`: codes.transfers.REJECTIONS."""

    case_id: Public[str]
    person_id: OfCentre[str]
    transfer_id: Public[str]
    from_: Public[str]
    to: Public[str]
    reason: OfCase[str]
    answer: Any = personal()  # str


@dataclass(frozen=True)
class CaseTransferRevoked:
    """Before anybody said yes it came to nothing: taken back, or as `reason` (codes.transfers.REVOCATIONS) says."""

    case_id: Public[str]
    transfer_id: Public[str]
    from_: Public[str]
    to: Public[str]
    reason: OfCase[str]


ReturnEvent = PersonReturned | ReturnedFromElsewhere | ReturnedElsewhere
CaseTransferEvent = CaseTransferRequested | CaseTransferAccepted | CaseTransferRejected | CaseTransferRevoked
CaseEvent = (
    CaseOpened
    | ConsentRecorded
    | ConsentWithdrawn
    | CaseAssigned
    | CaseClosed
    | CaseReopened
    | CallUnanswered
    | PersonReturned
    | ReturnedFromElsewhere
    | ReturnedElsewhere
    | CaseTransferRequested
    | CaseTransferAccepted
    | CaseTransferRejected
    | CaseTransferRevoked
)


@dataclass(frozen=True)
class PersonIdentified:
    person_id: OfCentre[str]
    case_id: Public[str]
    identity_status: OfCase[str]
    sex: OfCase[str]
    age: OfCase[AgeRange | None]
    age_band: OfCase[str | None]
    nationality: OfCase[str]
    domicile: OfCase[list[Domicile]]
    name: Any = personal()  # {title?, first?, last?, alias?}
    national_id: Any = personal()  # str
    birth_date: Any = personal()  # str: "1957", "1957-05" or "1957-05-12"


@dataclass(frozen=True)
class PersonCorrected:
    """What is known of the person from now on, whole; what was known before stays in its own fact.

    `reason` is one of codes.CORRECTIONS, `changed` names the parts that are not as before.
    """

    person_id: OfCentre[str]
    case_id: Public[str]
    reason: OfCase[str]
    changed: OfCase[list[str]]
    identity_status: OfCase[str]
    sex: OfCase[str]
    age: OfCase[AgeRange | None]
    age_band: OfCase[str | None]
    nationality: OfCase[str]
    domicile: OfCase[list[Domicile]]
    name: Any = personal()  # {title?, first?, last?, alias?}
    national_id: Any = personal()  # str
    birth_date: Any = personal()  # str: "1957", "1957-05" or "1957-05-12"
    note: Any = personal()  # str


PersonDescribed = PersonIdentified | PersonCorrected


@dataclass(frozen=True)
class ErasureRequested:
    """A director of the case's centre asks that everything that names the person is destroyed. `confirmer`: the
    director who is to confirm it; None: any other of the centre. `reason`: codes.decisions.ERASURE_REASONS."""

    person_id: OfCentre[str]
    case_id: Public[str]
    centre: Public[str]
    requested_by: OfCentre[str]
    reason: OfCase[str]
    confirmer: OfCentre[str | None]
    requested_for: OfCentre[str | None] = None  # whose act it was, if it was done in a director's place


@dataclass(frozen=True)
class ErasureWithdrawn:
    """Nothing is erased: whoever asked took it back, or whoever was to confirm it did not."""

    person_id: OfCentre[str]
    case_id: Public[str]
    centre: Public[str]


@dataclass(frozen=True)
class PersonErased:
    """The person's key is destroyed, and with it whatever was sealed under it; every copy of what names them goes."""

    person_id: OfCentre[str]
    case_id: Public[str]
    centre: Public[str]
    requested_by: OfCentre[str]
    confirmed_by: OfCentre[str]
    reason: OfCase[str]


PersonEvent = PersonDescribed | ErasureRequested | ErasureWithdrawn | PersonErased
