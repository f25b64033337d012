"""What intake's doors answer. Times are RFC 3339 UTC, days ISO (CE), areas DOPA codes; other codes are those of
`services/codes`.

Everybody who may read a case gets its codes. What names a person stands only in the answers to staff of the case's own
centre: for all others those fields are absent.
"""

from typing import NotRequired, TypedDict


class Domicile(TypedDict):
    """A province the person belongs to, and on what ground."""

    province: str
    basis: str


class AgeRange(TypedDict):
    """Age in full years, least and most, on a day."""

    on: str
    min: int
    max: int


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
    """`corrected`: when that was last corrected; `province` where they were found, else the centre's; `age` None for
    those who may only know the band. From `name` on for own staff only: the name is None once `erased`, the number
    masked unless identifiers were asked for, and a list carries no more than the name."""

    person_id: str
    identity_status: str
    sex: str
    age: AgeRange | None
    age_band: str | None
    nationality: str
    domicile: list[Domicile]
    province: str
    corrected: str | None
    name: NotRequired[Name | None]
    erased: NotRequired[bool]
    national_id: NotRequired[str | None]
    birth_date: NotRequired[str | None]
    place: NotRequired[str | None]
    note: NotRequired[str | None]


class Found(TypedDict):
    subdistrict: str | None


class Case(TypedDict):
    """`opened`: when; `version` of the case's stream; `found`: where the person was found, of one case and for own
    staff only."""

    case_id: str
    case_number: str
    centre: str
    status: str
    channel: str
    danger: str
    opened: str
    version: int
    person: Person
    found: NotRequired[Found]


class Cases(TypedDict):
    items: list[Case]
    next: str | None


class CaseOutline(TypedDict):
    """What is told of a case to who may not see cases. `path_kind`: of codes.PATH_KINDS, None before the first plan."""

    case_id: str
    case_number: str
    centre: str
    status: str
    opened: str
    version: int
    path_kind: str | None


class CaseOutlines(TypedDict):
    items: list[CaseOutline]
    next: str | None


class NewCase(TypedDict):
    case_id: str
    case_number: str
    version: int
    warnings: list[str]


class CaseStatus(TypedDict):
    status: str
    version: int


class Correction(TypedDict):
    """`changed` names the parts that are not as before; `version` of the person's stream."""

    version: int
    changed: list[str]
    warnings: list[str]


class Description(TypedDict):
    """All that is known of a person, the identity number whole. `birth_date` may lack its day or month."""

    identity_status: str
    sex: str
    nationality: str
    domicile: list[Domicile]
    name: NameParts | None
    national_id: str | None
    birth_date: str | None
    age_band: str | None


class DescribedPerson(TypedDict):
    """`version` of the person's stream."""

    version: int
    person: Description


class CaseInHands(TypedDict):
    """`waiting`: it was handed to the user, who has not taken it over yet."""

    case_id: str
    centre: str
    waiting: bool


class CasesInHands(TypedDict):
    items: list[CaseInHands]


class CaseToTakeOver(TypedDict):
    """`from_user`: who had it, as far as anybody said; `at`: when it was handed over."""

    case_id: str
    from_user: str | None
    at: str


class CasesToTakeOver(TypedDict):
    items: list[CaseToTakeOver]


class Assignment(TypedDict):
    """Of how many cases somebody answers now who did not before."""

    assigned: int


class Access(TypedDict):
    at: str
    centre: str


class Accesses(TypedDict):
    """Of the last `days`: how often each kind of personal fields was read, and when identifiers, newest first."""

    days: int
    counts: dict[str, int]
    items: list[Access]
