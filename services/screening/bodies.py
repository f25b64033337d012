"""What screening's doors get: requests as their schemas load them."""

from datetime import date, datetime
from typing import Any, TypedDict

from services.kernel.questions import Body, Json
from services.screening.domain.minutes import Redaction
from services.screening.domain.plan import Goal, Member, Override


class Told(TypedDict):
    """`facts` as they were told, see domain.facts."""

    case_id: str
    facts: dict[str, Any]
    asked_declined: list[str] | None


class CompleteScreening(Told):
    settled: list[str] | None


class NoteAnswers(Told):
    of: list[str] | None


class Assess(CompleteScreening):
    day: date | None


class AgreePlan(TypedDict):
    """`programme_ids`: where to, best first; `programme_id`: the same of one place; both None or empty: any place of
    the path."""

    case_id: str
    members: list[Member]
    path: str
    programme_id: str | None
    programme_ids: list[str] | None
    why: str
    goals: list[str]
    override: Override | None
    between_meetings: bool | None
    urgency: str | None


class OfCase(TypedDict):
    case_id: str


class KeepMinutes(Redaction):
    case_id: str
    plan_id: str


class Invited(TypedDict):
    """Who is called to a meeting, by account or name."""

    user: str | None
    name: str | None
    role: str


class AppointMember(Invited):
    centre: str
    since: date
    until: date | None


class EndMembership(TypedDict):
    member_id: str
    until: date


class ListMembers(TypedDict):
    centre: str | None
    on: date | None


class CallMeeting(TypedDict):
    """`members` None: who belongs to the working group on that day."""

    centre: str
    at: datetime
    place: str | None
    members: list[Invited] | None


class OfMeeting(TypedDict):
    meeting_id: str


class InviteMembers(OfMeeting):
    members: list[Invited]


class TableCases(OfMeeting):
    case_id: str | None
    case_ids: list[str] | None
    reason: str | None
    out_of_order: str | None
    out_of_order_note: str | None


class ProposeOption(OfMeeting):
    case_id: str
    path: str
    programme_ids: list[str] | None


class CastVote(OfMeeting):
    case_id: str
    vote: str
    reason: str | None


class DeclareConflict(OfMeeting):
    case_id: str


class WrittenVote(TypedDict):
    """`member`: number, account or name."""

    member: str
    vote: str
    reason: str | None


class SetGoal(Goal):
    case_id: str


class SetTask(TypedDict):
    case_id: str
    goal_id: str | None
    area: str | None
    kind: str | None
    code: str | None
    programme_id: str | None
    text: str | None
    owner: str | None
    due: str | None


class MoveTask(TypedDict):
    case_id: str
    item_id: str
    due: str


class NoteProgress(TypedDict):
    case_id: str
    item_id: str
    progress: str
    reason: str | None
    note: str | None


class DecideCase(OfMeeting):
    case_id: str
    votes: list[WrittenVote] | None
    abstains_for_conflict: list[str] | None
    path: str
    programme_ids: list[str] | None
    why: str
    override_reason: str | None
    goals: list[Goal] | None


class RatifyPlan(OfMeeting):
    case_id: str
    votes: list[WrittenVote] | None
    abstains_for_conflict: list[str] | None


class ReviewOutcome(OfMeeting):
    case_id: str
    referral_id: str | None
    findings: list[str]
    found: str | None
    lesson: str | None


class ListReviewed(TypedDict):
    referral_ids: list[str]


class ListMeetings(TypedDict):
    centre: str | None
    status: str | None
    limit: int
    cursor: str | None


class AdoptRules(TypedDict):
    rules_version: str | None


class OfRules(TypedDict):
    rules_version: str


class Nothing(TypedDict):
    pass


class DraftRules(TypedDict):
    based_on: str
    content: Body | None


class SaveRules(DraftRules):
    draft_id: str


class CheckRules(TypedDict):
    based_on: str
    content: Body | None
    facts: dict[str, Json]


class OfDraft(TypedDict):
    draft_id: str


class AdoptDraft(TypedDict):
    draft_id: str
    valid_from: date
    reason: str


class TryDraft(TypedDict):
    draft_id: str
    since: date | None
    until: date | None
    centre: str | None


class OfTrial(TypedDict):
    trial_id: str


class OfScreening(TypedDict):
    screening_id: str
