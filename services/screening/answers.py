"""What screening's doors answer. Long because all of one service's answers stand together.

Times are RFC 3339 UTC, days ISO (CE).

Codes of labels, paths and facts are those of the rules in force.
"""

from typing import Annotated, Any, NotRequired, TypedDict

from services.codes import DOMICILE_BASES, LABELS, PATHS
from services.codes.care import NOT_POSSIBLE_REASONS, PROGRESS, TASK_KINDS
from services.codes.decisions import (
    AGENDA_REASONS,
    AGREEMENTS,
    LIFE_AREAS,
    MEETING_STATUSES,
    MEMBER_ROLES,
    VOTES,
)
from services.codes.overrides import OVERRIDES
from services.codes.reviews import FINDINGS
from services.codes.shapes import Count, Cursor, Day, Id, Instant, Note, Province, Shape, Verdict, Version


class Domicile(TypedDict):
    province: Province
    basis: Annotated[str, DOMICILE_BASES]


class AgeRange(TypedDict):
    """Age in full years, least and most, on a day. `margin`: an estimate, which may be off by so many years."""

    on: Day
    min: Count
    max: Count
    margin: NotRequired[Count]


class Found(TypedDict):
    """Where the person was found: a DOPA district code."""

    district: str | None


FactValue = bool | int | str | list[str] | list[int] | list[Domicile] | AgeRange | Found


class Form(TypedDict):
    id: str
    version: str


class Law(TypedDict):
    """Its name in both languages, and its words if they are short."""

    th: str
    en: str
    text: NotRequired[str]


class Text(TypedDict):
    th: str
    en: str


class Reason(TypedDict):
    """What a rule wants of a fact, and what was found; None: not known."""

    fact: str
    op: str
    value: bool | int | str | list[str] | list[int] | dict[str, list[str]]
    found: FactValue | None


class Label(TypedDict):
    """A group a law speaks of. `verdict`: met, not_met, unknown; `test`: in words; `ask`: facts that could still decide
    it."""

    code: Annotated[str, LABELS]
    verdict: Verdict
    name: Text
    law: Law
    test: Text
    because: list[Reason]
    ask: list[str]


class ClosedPath(TypedDict):
    """A path that is no way out as things are: why, and the facts that are not as it needs them. `never`: the law
    forbids it whatever the working group decides."""

    path: Annotated[str, PATHS]
    because: Text | None
    facts: list[str]
    never: bool


class Assessment(TypedDict):
    """Every label with its verdict, and the paths, best first. Facts that are not known are absent. `decided`: a label
    is met, or every one is not met; until then the paths are only what may come. `leads`: paths that a specific law
    opens. `ask`: the facts that could still change something; `not_asked`: questions that cannot apply to the
    person."""

    rules_version: str
    facts: dict[str, FactValue]
    labels: Annotated[list[Label], Note("Every label")]
    paths: Annotated[list[Annotated[str, PATHS]], Note("Best first")]
    decided: bool
    leads: list[Annotated[str, PATHS]]
    closed: Annotated[list[ClosedPath], Note("A plan on one of these needs an override")]
    ask: Annotated[list[str], Note("The most telling first")]
    not_asked: list[str]
    wishes: Annotated[list[Annotated[str, PATHS]], Note("The paths that a person's wish can open")]


class Band(TypedDict):
    """Full years from `min` to `max`, both included; None: no end."""

    min: Count
    max: Count | None


class Outcomes(TypedDict):
    """Codes of labels, or of paths, that are open now, by what they would be."""

    met: list[str]
    not_met: list[str]
    open: list[str]


class Leads(TypedDict):
    """What one answer would lead to, of what is open now."""

    answer: bool | int | str | list[str] | list[int] | list[Domicile] | Band
    labels: Outcomes
    paths: Outcomes


class NextQuestion(TypedDict):
    """The fact that settles most of what is open. `why` and `law`: of the first law that it can decide; `decides`: each
    possible answer, an age as the bands that matter."""

    fact: str
    question: Text
    why: Text
    law: Law
    decides: Annotated[list[Leads], Note("Every possible answer")]


class WouldFind(Assessment):
    """What a screening with these answers, and those that colleagues noted, would find. `needed`: the questions that
    the next decision needs; `next`: which of them to ask for now; `disputed`: questions that a colleague answered
    otherwise."""

    needed: Annotated[list[str], Note("Questions of the form, in its order; the others settle nothing now")]
    next: NextQuestion | None
    disputed: list[str]


class NewScreening(Assessment):
    """`version` of the case's stream of screenings."""

    screening_id: Id
    form: Form
    version: Version
    asked_declined: Annotated[list[str], Note("Facts that the person did not want to say: unknown, never no")]
    answered_by: Annotated[
        dict[str, list[str]], Note("By fact the users whose answer it is, as far as was noted")
    ]


class NotedAnswer(TypedDict):
    """What an assessor noted of a question; `value` None: the person did not want to say (`declined`), or was
    erased."""

    user: str
    value: FactValue | None
    declined: bool
    at: Instant


class SheetOfAnswers(TypedDict):
    """What assessors noted of a screening that is not complete: by question, the oldest first. `disputed`: of which
    they noted this and that."""

    answers: dict[str, list[NotedAnswer]]
    disputed: list[str]


class NotedAnswers(TypedDict):
    """The questions of which the caller's own answer is noted now; `version`: of the screening, which goes on from the
    one that counts."""

    noted: list[str]
    version: int


class Screening(NewScreening):
    """The screening that counts."""

    case_id: Id
    completed_at: Instant
    completed_by: str


class FactChange(TypedDict):
    """None: not known."""

    fact: str
    before: FactValue | None
    now: FactValue | None


class LabelChange(TypedDict):
    """None: the rules of then did not know it."""

    code: Annotated[str, LABELS]
    before: Verdict | None
    now: Verdict | None


class PathChange(TypedDict):
    before: Annotated[str, PATHS] | None
    now: Annotated[str, PATHS] | None


class ScreeningChanges(TypedDict):
    """What another screening learnt, what it took back, and what that came to."""

    facts: list[FactChange]
    labels: list[LabelChange]
    first_path: PathChange | None


class CompletedScreening(TypedDict):
    """What stands of a screening beside what it came to."""

    screening_id: Id
    version: Version
    completed_at: Instant
    completed_by: str
    rules_version: str
    form: Form
    asked_declined: list[str]
    answered_by: dict[str, list[str]]


class EarlierScreening(CompletedScreening):
    """`changes` since the one before; None: it was the first."""

    paths: list[Annotated[str, PATHS]]
    changes: ScreeningChanges | None


class Screenings(TypedDict):
    items: Annotated[list[EarlierScreening], Note("The latest first")]


class NewPlan(TypedDict):
    plan_id: Id
    version: Version
    warnings: Annotated[
        list[str],
        Note("members_sound_alike; programme_ineligible, _unknown, _unchecked: what the matching says of it"),
    ]


class Votes(TypedDict):
    agree: Count
    dissent: Count
    abstain: Count


class QuorumUsed(TypedDict):
    votes: Count
    chair: bool


class Member(TypedDict):
    name: str
    role: Annotated[str, MEMBER_ROLES]
    vote: Annotated[str, VOTES]
    reason: str | None
    own: NotRequired[Annotated[bool, Note("By their own account; else as somebody wrote down")]]


class Goal(TypedDict):
    area: Annotated[str, LIFE_AREAS] | None
    text: str
    owner: str | None
    due: Day | None


class Override(TypedDict):
    """Why the working group took a path that the screening had closed, and who chaired that decision."""

    reason: str
    chair: str


class Redacted(TypedDict):
    """Who took out of the minutes what points to the person, and when."""

    by: str
    at: Instant


class Minutes(TypedDict):
    """`redacted`: this is the version that a director kept when the person was erased."""

    members: list[Member]
    why: str
    goals: Annotated[list[str | Goal], Note("As they were told")]
    override: NotRequired[Override]
    conflicts: NotRequired[Annotated[list[str], Note("Who had an interest of their own and did not vote")]]
    urgency: NotRequired[Annotated[str, Note("Why it could not wait for a meeting")]]
    redacted: NotRequired[Redacted]


class RatificationMinutes(TypedDict):
    """How everybody voted on it."""

    members: list[Member]
    conflicts: NotRequired[list[str]]


class Ratification(TypedDict):
    """What a meeting decided of a plan that was decided between meetings. `minutes` as those of the plan: None once
    the person was erased."""

    ratified: bool
    at: Instant
    meeting_id: Id
    votes: Votes
    minutes: NotRequired[
        Annotated[RatificationMinutes | None, Note("Only for staff and members of the centre")]
    ]


class Replacing(TypedDict):
    """The decision that took the place of an earlier one."""

    plan_id: Id
    agreed_at: Instant
    meeting_id: Id | None


class Plan(TypedDict):
    """A plan as it was agreed. `programme_ids`: where to, best first, the first as `programme_id` too; none and None:
    any place of the path; `minutes` absent for those who may not read them,
    None once erased, if no version without what points to the person was kept."""

    case_id: Id
    version: Version
    plan_id: Id
    person_id: Id
    agreed_at: Instant
    agreed_by: str
    path: Annotated[str, PATHS]
    programme_id: Id | None
    programme_ids: list[Id]
    votes: Votes
    quorum: QuorumUsed
    override: Annotated[bool, Note("The screening had closed the path; the minutes say why it was taken")]
    meeting_id: Id | None
    between_meetings: Annotated[
        bool, Note("Decided in urgency by a few named people; a meeting ratifies it or not")
    ]
    first: Annotated[str, PATHS] | None
    agreement: Annotated[
        Annotated[str, AGREEMENTS] | None,
        Note(
            "How it goes with what the screening had found, whose first path was `first`; None: of earlier times"
        ),
    ]
    ratification: Annotated[
        Ratification | None, Note("None: nothing is to be ratified, or no meeting has yet")
    ]
    replaces: Annotated[Id | None, Note("The plan that counted until then")]
    replaced_by: Annotated[Replacing | None, Note("None: it counts")]
    minutes: NotRequired[Annotated[Minutes | None, Note("Only for staff and members of the centre")]]


class Plans(TypedDict):
    """All decisions of a case, oldest first: the last one counts."""

    items: list[Plan]


class Decision(TypedDict):
    """A plan whose minutes go when the person is erased. `minutes`: as they stand, absent for another centre's
    director, None once erased; `kept`: the version that stays, None if there is none."""

    plan_id: Id
    agreed_at: Instant
    agreed_by: str
    path: Annotated[str, PATHS]
    votes: Votes
    minutes: NotRequired[Annotated[Minutes | None, Note("Only for directors of the case's centre")]]
    kept: Minutes | None


class Decisions(TypedDict):
    """Oldest first."""

    items: list[Decision]


class KeptMinutes(TypedDict):
    """`version` of the case's stream of kept minutes."""

    kept_id: Id
    version: Version


class Quorum(TypedDict):
    """So many votes, and whether a chair among them; `own`: the centre's own rule, not the one for all.
    `between_meetings`: what is needed in urgency."""

    votes: Count
    chair: bool
    own: bool
    between_meetings: QuorumUsed


class StandingMember(TypedDict):
    """Who belongs to a centre's working group; `until`: the last day, None: until it is ended."""

    member_id: Id
    centre: Province
    user: str | None
    name: str
    role: Annotated[str, MEMBER_ROLES]
    since: Day
    until: Day | None


class Members(TypedDict):
    items: list[StandingMember]


class NewMember(TypedDict):
    """`version` of the centre's working group."""

    member_id: Id
    version: Version


class GroupVersion(TypedDict):
    version: Version


class Ratified(TypedDict):
    """`version` of the meeting."""

    plan_id: Id
    ratified: bool
    version: Version


class NewMeeting(TypedDict):
    meeting_id: Id
    version: Version


class MeetingVersion(TypedDict):
    status: Annotated[str, MEETING_STATUSES]
    version: Version


class Tabled(MeetingVersion):
    """`out_of_order`: {case: how many stood before it in the order of need}; None: the order could not be looked up
    just now, so nothing is noted of it."""

    out_of_order: dict[str, Annotated[int, Shape(minimum=1)]] | None


class MeetingOutline(TypedDict):
    """`at`: when it begins; `cases` on its agenda, of which so many are `decided`, or looked back on."""

    meeting_id: Id
    centre: Province
    at: Instant
    status: Annotated[str, MEETING_STATUSES]
    cases: Count
    decided: Count
    version: Version


class MeetingList(TypedDict):
    """The latest first."""

    items: list[MeetingOutline]
    next: Cursor


class MeetingMember(TypedDict):
    """`member`: their number at this meeting."""

    member: str
    user: str | None
    name: str
    role: Annotated[str, MEMBER_ROLES]


class OwnVote(TypedDict):
    """A vote by the member's own account; `reason` None: none was said, or the person was erased."""

    member: str
    vote: Annotated[str, VOTES]
    at: Instant
    reason: str | None


class Review(TypedDict):
    """What a meeting found when it looked back on what became of somebody. `referral_id`: of which sending, None of
    none; `screening_id`, `plan_id`: what had led to it; `found`, `lesson` None: nothing was said, or the person was
    erased."""

    review_id: Id
    meeting_id: Id
    case_id: Id
    referral_id: Id | None
    screening_id: Id | None
    plan_id: Id | None
    findings: list[Annotated[str, FINDINGS]]
    found: str | None
    lesson: str | None
    at: Instant
    by: str


class Reviews(TypedDict):
    """The latest first."""

    items: list[Review]


class Reviewed(TypedDict):
    """`version` of the meeting."""

    review_id: Id
    version: Version


class ReviewedReferrals(TypedDict):
    items: list[Id]


class OutOfOrder(TypedDict):
    """The case was taken while so many others stood before it in the order of need; `reason` None: none was told.
    `note` None: there is none, or the person was erased."""

    before: Annotated[int, Shape(minimum=1)]
    reason: Annotated[str, OVERRIDES] | None
    note: str | None
    at: Instant
    by: str


class AgendaItem(TypedDict):
    """A case before the meeting: why it lies there, what is proposed (None: nothing yet), the own votes on that, who
    does not vote for an interest of their own, and the plan that was agreed on."""

    case_id: Id
    reason: Annotated[str, AGENDA_REASONS]
    path: Annotated[str, PATHS] | None
    programme_ids: list[Id]
    votes: list[OwnVote]
    conflicts: list[str]
    plan_id: Id | None
    decided_at: Instant | None
    ratifies: Annotated[Id | None, Note("The plan of between meetings that the meeting votes on")]
    ratified: bool | None
    replaced_by: Annotated[Replacing | None, Note("A later decision took the place of the plan")]
    review: Annotated[
        Review | None, Note("What the meeting found when it looked back on what became of the person")
    ]
    out_of_order: Annotated[OutOfOrder | None, Note("Others stood before it in the order of need")]


class Meeting(MeetingOutline):
    called_by: str
    closed_at: Instant | None
    place: str | None
    members: list[MeetingMember]
    agenda: list[AgendaItem]
    elsewhere: Annotated[list[Id], Note("Cases that lie before another open meeting of the centre")]
    quorum: Quorum


class CareStep(TypedDict):
    """How a goal or a task went on then; `note` None: there is none, or the person was erased."""

    at: Instant
    by: str
    progress: Annotated[str, PROGRESS]
    reason: Annotated[str, NOT_POSSIBLE_REASONS] | None
    note: str | None


class CareItem(TypedDict):
    """A goal or a task of a care plan. `kind`, `code`, `programme_id`, `goal_id`: of a task: what it is, which document
    or fact, the place that asks for it, the goal it serves; `plan_id`: of a goal, the decision that set it. `text` and
    `owner` None: nothing was said, or the person was erased. `replaced_by`: of a goal, the later decision that took the
    place of the one that set it; the goal stands until somebody says how it goes."""

    item_id: Id
    goal_id: Id | None
    plan_id: Id | None
    area: Annotated[str, LIFE_AREAS] | None
    kind: Annotated[str, TASK_KINDS] | None
    code: str | None
    programme_id: Id | None
    text: str | None
    owner: str | None
    due: Day | None
    late: Annotated[bool, Note("It goes on, and its day is over")]
    progress: Annotated[str, PROGRESS]
    reason: Annotated[str, NOT_POSSIBLE_REASONS] | None
    set_at: Instant
    set_by: str
    replaced_by: Replacing | None
    history: list[CareStep]


class CarePlan(TypedDict):
    """`closed`: with the case; `open`: so many of all go on, or would if the case were open."""

    case_id: Id
    closed: bool
    goals: list[CareItem]
    tasks: list[CareItem]
    open: Count
    version: Version


class CareProposal(TypedDict):
    """A document or a fact that a place asks for."""

    kind: Annotated[str, TASK_KINDS]
    code: str
    programme_id: Id
    programme: str
    partner: str


class CareProposals(TypedDict):
    items: list[CareProposal]


class NewGoal(TypedDict):
    """`version` of the care plan."""

    goal_id: Id
    version: Version


class NewTask(TypedDict):
    task_id: Id
    version: Version


class CareVersion(TypedDict):
    version: Version


class AdoptedRules(TypedDict):
    """In force from the day `valid_from`; `version` of the stream of adopted rules."""

    name: str
    rules_version: str
    valid_from: Day
    sha256: str
    version: Version


class RulesVersion(TypedDict):
    """One document. `name`: screening, form or procedure; `status`: in_force, adopted (counts later), superseded, or
    offered: it comes with the software, and counts once two people adopt it. `adopted_at` None: it counted before
    documents stood in the log, or comes with the software."""

    rules_version: str
    name: str
    valid_from: Annotated[Day | None, Note("None if only offered")]
    status: str
    sha256: str
    adopted_at: Instant | None
    adopted_by: list[str]
    reason: str | None


class AddedFact(TypedDict):
    """A fact that the rulebook in force adds to those that the software asks for. `kind`: flag, code, codes or
    number."""

    code: str
    kind: str
    name: Text
    question: Text
    options: Any


class Vocabulary(TypedDict):
    """What adopted rules call what the software does not know, or calls otherwise: {code: words}; and the form in force
    with the facts that its rulebook adds."""

    labels: dict[str, Text]
    paths: dict[str, Text]
    facts: list[AddedFact]
    form: Annotated[Any, Note("The document, as it was adopted")]


class RulesVersions(TypedDict):
    """Newest first."""

    items: list[RulesVersion]


class LawOfLabel(Law):
    label: str


class WholeRules(RulesVersion):
    """A document whole: of a rulebook its labels in their precedence, paths, dangers and questions, and beside them the
    form and the procedure that count on its first day; `content` is the document as it was adopted."""

    labels: NotRequired[Any]
    laws: NotRequired[list[LawOfLabel]]
    paths: NotRequired[Any]
    dangers: NotRequired[Any]
    forms: list[Any]
    deadlines: Any
    content: Any


class Rederived(TypedDict):
    """Whether the stored facts of a screening, under the rules it names, give again what was stored, byte for byte."""

    screening_id: Id
    same: bool
    rules_version: str
    form_version: str


class Lint(TypedDict):
    """What the linter found: gap or overlap, with facts of a person who is an example of it."""

    code: str
    where: str
    message: str
    example: Annotated[Any, Note("Facts of an example person")]


class SavedDraft(TypedDict):
    draft_id: Id
    lint: list[Lint]
    version: Version


class CheckedDraft(TypedDict):
    lint: list[Lint]
    outcome: Assessment


class Draft(TypedDict):
    """A draft as it was saved last. `names`: of which documents; `asked_by`: the first of two people who adopts it as
    it stands, from `valid_from`."""

    draft_id: Id
    based_on: str
    names: list[str]
    saved_at: Instant
    saved_by: str
    adopted: bool
    asked_by: str | None
    valid_from: Day | None
    reason: str | None
    version: Version


class WholeDraft(Draft):
    """`only_words`: it says the same as what counts, so that one person who may adopts it."""

    only_words: bool
    adopted_since: Annotated[
        list[str], Note("Versions adopted since what it began from; it leaves out their changes")
    ]
    lint: list[Lint]
    trials: Annotated[list[Id], Note("The latest first")]
    content: Annotated[Any, Note("{name: document}")]


class Drafts(TypedDict):
    """The latest first."""

    items: list[Draft]


class DraftAdopted(TypedDict):
    """`adopted`: {name: version}; `version` of the stream of rules that `rules_version` stands in."""

    rules_version: str
    adopted: dict[str, str]
    valid_from: Day
    version: Version


class Waiting(TypedDict):
    """One person adopted it; who else must."""

    waiting_for: str
    draft_id: Id
    version: Version


class NewTrial(TypedDict):
    trial_id: Id
    draft_id: Id
    version: Version


class TrialCell(TypedDict):
    """Of `of` screenings `changed` come to other labels or another first path. `few`: some are one to four
    in other centres, or would tell others that are, and left out of the number."""

    of: Count
    changed: Count
    gained: Annotated[dict[str, Count], Note("By label")]
    lost: Annotated[dict[str, Count], Note("By label")]
    first_path: Annotated[dict[str, Count], Note("before→after")]
    few: bool


class TriedCase(TypedDict):
    """Who comes to something else; `decided`: the path that the working group agreed on after that screening."""

    case_id: Id
    screening_id: Id
    centre: Province
    gained: list[str]
    lost: list[str]
    before: str | None
    after: str | None
    decided: str | None
    open: bool


class Trial(TrialCell):
    """A draft held against past screenings, beside what it is based on. `over` False: so far only `done` of them.
    `by`: {centre, sex, age_band, nationality, domicile (in the centre's province, out, unknown)}; `decided`: of those
    whose first path changes, whether the working group's decision was as_before, as_after, other or none; `reviewed`:
    of those that change, what reviews of their outcome found; `open`: of cases that are open; `cases` of the reader's
    own centres."""

    trial_id: Id
    draft_id: Id
    asked_at: Instant
    over: bool
    done: Count
    by: dict[str, dict[str, TrialCell]]
    decided: dict[str, Count]
    reviewed: Annotated[dict[str, Count], Note("By finding")]
    open: TrialCell
    cases: list[TriedCase]
    seconds: float
