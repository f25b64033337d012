"""Facts about the screening of a case, its plan, and the rules. Stored and published: fields are added, never renamed
or reused. Long because all of them are."""

from dataclasses import dataclass
from typing import Any, ClassVar, TypedDict

from services.kernel.codec import OfCase, OfCentre, Public, personal


class Form(TypedDict):
    """The questions that were asked."""

    id: str
    version: str


class Wanted(TypedDict):
    """What a rule wants of a fact (kernel.rules); what was found stands in the screening's facts only."""

    fact: str
    op: str
    value: Any


class Label(TypedDict):
    """A group a law speaks of: verdict met, not_met or unknown; the law; the parts that decided; facts still to ask
    for."""

    code: str
    verdict: str
    law: str
    because: list[Wanted]
    ask: list[str]


class Because(TypedDict):
    """Words of the rules in both languages."""

    th: str
    en: str


class ClosedPath(TypedDict):
    """A path that is no way out: what it needs (rulebook), the facts that are not so, and whether the law forbids it
    whatever the working group decides."""

    path: str
    because: Because | None
    facts: list[str]
    never: bool


class Votes(TypedDict):
    agree: int
    dissent: int
    abstain: int


class QuorumUsed(TypedDict):
    """What the centre's working group needed: so many votes, and whether a chair among them."""

    votes: int
    chair: bool


@dataclass(frozen=True)
class ScreeningStarted:
    """A screening is due. `known`: the codes intake has {sex, age {on,min,max}|None, nationality, domicile, danger,
    found {district}}."""

    VERSION: ClassVar[int] = 2  # before, `found` said the subdistrict

    case_id: Public[str]
    person_id: OfCentre[str]
    known: OfCase[dict[str, Any]]


@dataclass(frozen=True)
class ScreeningCompleted:
    """`facts` are normalised codes; age is {on, min, max, margin?} in full years, never a birth date. `paths`: best
    first; `leads`: those of them that a specific law opens; `closed`: no way out as things are. None: nobody looked.
    `asked_declined`: facts that the person was asked for and did not want to say (HL7 data-absent-reason
    asked-declined); they are as unknown as any other. `answered_by`: by fact the users whose answer it is, where
    somebody answered it; None: of a time when nobody noted that."""

    screening_id: Public[str]
    case_id: Public[str]
    form: Public[Form]
    rules_version: Public[str]
    facts: OfCase[dict[str, Any]]
    labels: OfCase[list[Label]]
    paths: OfCase[list[str]]
    leads: OfCase[list[str] | None] = None
    closed: OfCase[list[ClosedPath] | None] = None
    asked_declined: OfCase[list[str] | None] = None
    answered_by: OfCase[dict[str, list[str]] | None] = None


@dataclass(frozen=True)
class PlanAgreed:
    """The working group chose a path, with places in order or open; a later plan replaces it. `programme_ids`: at most
    `codes.PLACES_MOST`, the best first, of which `programme_id` is the first; None: of a time when a plan named one, or
    open. `override`: the screening had closed the path, and the minutes say why it was taken. `screening_id`,
    `procedure`: what it was decided on, and the version of the procedure it followed. `replaces`: the plan that counted
    until then; None: the first, or of a time when it was not named. `between_meetings`: decided in urgency by a few
    named people; the next meeting ratifies it (RatificationDecided). `agreement`: how it goes with what the screening
    had found (codes.decisions.AGREEMENTS), of which `first` was the first path; None: of a time when nobody looked."""

    plan_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    path: OfCentre[str]
    programme_id: OfCentre[str | None]
    votes: OfCentre[Votes]
    quorum: OfCentre[QuorumUsed]
    # {members: [{name, role, vote, reason, own?}], why, goals: [str | {area, text, owner, due}],
    # override?: {reason, chair}, conflicts?: [name], urgency?: why it could not wait}
    minutes: Any = personal()
    override: OfCentre[bool] = False
    programme_ids: OfCentre[list[str] | None] = None
    screening_id: Public[str | None] = None
    procedure: Public[str | None] = None
    meeting_id: OfCentre[str | None] = None
    replaces: Public[str | None] = None
    between_meetings: OfCentre[bool] = False
    first: OfCentre[str | None] = None
    agreement: OfCentre[str | None] = None


@dataclass(frozen=True)
class RatificationDecided:
    """A meeting ratified what was decided between meetings, or did not: then the plan is revised by a new decision, and
    what happened meanwhile stays as it is."""

    plan_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    meeting_id: OfCentre[str]
    ratified: OfCentre[bool]
    votes: OfCentre[Votes]
    quorum: OfCentre[QuorumUsed]
    minutes: Any = personal()  # {members: [{name, role, vote, reason, own?}], conflicts?: [name]}


@dataclass(frozen=True)
class MinutesKept:
    """Before a person is erased, a director keeps of a plan's minutes what does not point to the person. Sealed under
    the centre's key, it outlives theirs. `request_id`: the erasure for which it is kept; a later version of the same
    plan's takes its place."""

    kept_id: OfCentre[str]
    plan_id: Public[str]
    case_id: Public[str]
    centre: Public[str]
    request_id: OfCentre[str]
    # {members: [{name, role, vote, reason}], why, goals: [str], override?: {reason, chair}}
    minutes: Any = personal("centre")


@dataclass(frozen=True)
class RulesAdopted:
    """From `valid_from` (ISO day, Bangkok) this version of the rules `name` (screening, form, procedure) counts.
    `content` is the document, whole and byte for byte (JSON), `sha256` its hash. `with_user`: the other person who
    adopted it, if it was a draft."""

    VERSION: ClassVar[int] = 2  # before, the document stood beside the log

    name: Public[str]
    version: Public[str]
    valid_from: Public[str]
    sha256: Public[str]
    content: Public[str]
    reason: OfCentre[str | None] = None
    draft_id: Public[str | None] = None
    with_user: OfCentre[str | None] = None


@dataclass(frozen=True)
class RulesDrafted:
    """A draft was saved: {name: document}, as it stands now, begun from the rulebook `based_on`."""

    draft_id: Public[str]
    based_on: Public[str]
    documents: Public[dict[str, str]]


@dataclass(frozen=True)
class AdoptionAsked:
    """The first of two people adopts a draft as it stands, from `valid_from` (ISO day) on; a second person is waited
    for. Saved again, the draft is asked for anew."""

    draft_id: Public[str]
    user: OfCentre[str]
    role: Public[str]
    centres: Public[list[str]]
    valid_from: Public[str]
    reason: OfCentre[str]


@dataclass(frozen=True)
class DraftTried:
    """A draft, as saved in this version of its stream, is tried on the screenings of [since, until] (ISO days, None:
    open ends) of a centre (None: of all)."""

    trial_id: Public[str]
    draft_id: Public[str]
    draft_version: Public[int]
    since: Public[str | None]
    until: Public[str | None]
    of_centre: Public[str | None]


@dataclass(frozen=True)
class DraftAdopted:
    """Two people adopted a draft: {name: the version under which its document stands in RulesAdopted}."""

    draft_id: Public[str]
    versions: Public[dict[str, str]]
    valid_from: Public[str]


@dataclass(frozen=True)
class MemberAppointed:
    """Somebody belongs to the centre's working group from the day `since` to the last day `until` (ISO; None: until it
    is ended). `name` is sealed under the centre's key."""

    centre: Public[str]
    member_id: OfCentre[str]
    user: OfCentre[str | None]
    role: OfCentre[str]
    since: OfCentre[str]
    until: OfCentre[str | None]
    name: Any = personal("centre")


@dataclass(frozen=True)
class MembershipEnded:
    """`until`: the last day (ISO), also where another was said before."""

    centre: Public[str]
    member_id: OfCentre[str]
    until: OfCentre[str]


class Seat(TypedDict):
    """Who is called to a meeting: their number there, their account if they have one, and as what they come."""

    member: str
    user: str | None
    role: str


class MeetingWords(TypedDict):
    """{number: name}; where the meeting is, None if that was said before."""

    names: dict[str, str]
    place: str | None


@dataclass(frozen=True)
class MeetingCalled:
    """The working group of a centre meets at `starts` (RFC 3339 UTC). `words` are sealed under the centre's key: who
    they are outlives the people they decide about."""

    meeting_id: Public[str]
    centre: Public[str]
    starts: Public[str]
    seats: OfCentre[list[Seat]]
    words: Any = personal("centre")  # MeetingWords


@dataclass(frozen=True)
class MembersInvited:
    """These come too."""

    meeting_id: Public[str]
    centre: Public[str]
    seats: OfCentre[list[Seat]]
    words: Any = personal("centre")  # MeetingWords


@dataclass(frozen=True)
class CaseTabled:
    """The case lies before the meeting; `reason`: codes.decisions.AGENDA_REASONS. `ratifies`: the plan of between
    meetings that it decides on; one that lay there undecided lies there for this from now on."""

    meeting_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    reason: OfCentre[str] = "plan"
    ratifies: Public[str | None] = None


@dataclass(frozen=True)
class OrderOverridden:
    """The case was put before the meeting while `before` others that wait for the working group stood before it in the
    order of need and lay before no meeting. `reason`: codes.overrides.OVERRIDES; None: none was told."""

    meeting_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    before: OfCentre[int]
    reason: OfCase[str | None]
    note: Any = personal()  # text


@dataclass(frozen=True)
class OptionProposed:
    """What the members vote on; votes on another option are gone with it."""

    meeting_id: Public[str]
    case_id: Public[str]
    path: OfCentre[str]
    programme_ids: OfCentre[list[str]]


@dataclass(frozen=True)
class VoteCast:
    """A member's own vote, by their own account; a later one takes its place."""

    meeting_id: Public[str]
    vote_id: OfCentre[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    member: OfCase[str]
    vote: OfCase[str]
    reason: Any = personal()  # text


@dataclass(frozen=True)
class ConflictDeclared:
    """The member has an interest of their own in the case and does not vote on it."""

    meeting_id: Public[str]
    case_id: Public[str]
    member: OfCase[str]


@dataclass(frozen=True)
class CaseDecided:
    """The meeting agreed on this plan; a later decision takes its place. `ratified`: it was decided between meetings,
    and the meeting did ratify it or did not; None: the meeting decided it."""

    meeting_id: Public[str]
    case_id: Public[str]
    plan_id: Public[str]
    path: OfCentre[str]
    ratified: OfCentre[bool | None] = None


@dataclass(frozen=True)
class OutcomeReviewed:
    """The meeting looked back on what became of the person: its findings (codes.reviews.FINDINGS), of which
    sending (None: of none), and which screening and plan had led to it. `words`: what was found, and what is to be done
    otherwise. Until the meeting is closed it may find otherwise, and the later one takes its place."""

    review_id: OfCentre[str]
    meeting_id: Public[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    referral_id: Public[str | None]
    screening_id: Public[str | None]
    plan_id: Public[str | None]
    findings: OfCase[list[str]]
    words: Any = personal()  # {found, lesson}


@dataclass(frozen=True)
class MeetingClosed:
    """`undecided`: cases that stay for another meeting."""

    meeting_id: Public[str]
    centre: Public[str]
    undecided: OfCentre[list[str]]


@dataclass(frozen=True)
class CareGoalSet:
    """A goal of the care plan, in an area of life (codes.decisions.LIFE_AREAS; None: it was not said), until a day
    (ISO). `plan_id`: the decision that set it; None: whoever works on the case did."""

    goal_id: OfCentre[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    area: OfCase[str | None]
    due: OfCentre[str | None]
    plan_id: Public[str | None]
    words: Any = personal()  # {text, owner}


@dataclass(frozen=True)
class CareTaskSet:
    """A task of the care plan. `kind`: codes.care.TASK_KINDS; `code`: which document or fact, None of something to do;
    `programme_id`: the place that asks for it."""

    task_id: OfCentre[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    goal_id: OfCentre[str | None]
    area: OfCase[str | None]
    kind: OfCentre[str]
    code: OfCase[str | None]
    programme_id: OfCentre[str | None]
    due: OfCentre[str | None]
    words: Any = personal()  # {text, owner}


@dataclass(frozen=True)
class CareTaskMoved:
    """A goal or a task is due on another day (ISO)."""

    item_id: OfCentre[str]
    case_id: Public[str]
    due: OfCentre[str]


@dataclass(frozen=True)
class CareProgressNoted:
    """How a goal or a task goes: `item` says which of both, `progress` and `reason` are of codes.care. `in_time`: done
    by the day until which it was to be; None: it is not done."""

    progress_id: OfCentre[str]
    case_id: Public[str]
    person_id: OfCentre[str]
    item_id: OfCentre[str]
    item: OfCentre[str]
    area: OfCase[str | None]
    progress: OfCentre[str]
    reason: OfCase[str | None]
    in_time: OfCentre[bool | None]
    note: Any = personal()  # text


CareEvent = CareGoalSet | CareTaskSet | CareTaskMoved | CareProgressNoted
PlanEvent = PlanAgreed | RatificationDecided
GroupEvent = MemberAppointed | MembershipEnded
MeetingEvent = (
    MeetingCalled
    | MembersInvited
    | CaseTabled
    | OrderOverridden
    | OptionProposed
    | VoteCast
    | ConflictDeclared
    | CaseDecided
    | OutcomeReviewed
    | MeetingClosed
)
ScreeningEvent = ScreeningStarted | ScreeningCompleted
