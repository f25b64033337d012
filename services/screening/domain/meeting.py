"""A meeting of a centre's working group: who is called, the cases that lie before it, each member's own vote, and what
was decided of each case. Pure.

Who sits there is known by a number: names are in words that are sealed (events.MeetingCalled). Long because what
may be done in a meeting is decided in one place.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypedDict, assert_never, get_args

from services.codes.decisions import CHAIR, ONE_CHAIR
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.events import (
    CaseDecided,
    CaseTabled,
    ConflictDeclared,
    MeetingCalled,
    MeetingClosed,
    MeetingEvent,
    MeetingWords,
    MembersInvited,
    OptionProposed,
    OrderOverridden,
    OutcomeReviewed,
    Seat,
    VoteCast,
)

PLAN, RATIFY, REVIEW = "plan", "ratify", "outcome_review"  # of codes.decisions.AGENDA_REASONS
NOT_THERE = "Nobody of this number or name is called to the meeting."


@dataclass(frozen=True)
class CallMeeting:
    """`starts`: RFC 3339 UTC."""

    meeting_id: str
    centre: str
    starts: str
    seats: Sequence[Seat]
    words: MeetingWords


@dataclass(frozen=True)
class InviteMembers:
    seats: Sequence[Seat]
    words: MeetingWords


@dataclass(frozen=True)
class TableCase:
    """`case_closed`: as intake says; `reason`: why it lies there, once for a meeting. What became of somebody may be
    looked back on also of a closed case. `before`: so many who wait stand before it in the order of need and are left
    to wait, for the reason `out_of_order` (None: none is told)."""

    case_id: str
    person_id: str
    case_closed: bool
    reason: str = "plan"
    before: int = 0
    out_of_order: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class TableRatification:
    """A plan that was decided between meetings lies before the meeting, with its path and places to vote on."""

    case_id: str
    person_id: str
    plan_id: str
    path: str
    programme_ids: Sequence[str]


@dataclass(frozen=True)
class ProposeOption:
    """What is voted on. `programme_ids`: best first; none: any place of the path."""

    case_id: str
    path: str
    programme_ids: Sequence[str]


@dataclass(frozen=True)
class CastVote:
    vote_id: str
    case_id: str
    member: str
    vote: str
    reason: str | None


@dataclass(frozen=True)
class DeclareConflict:
    """The member has an interest of their own in the case and does not vote (Administrative Procedure Act s. 13)."""

    case_id: str
    member: str


@dataclass(frozen=True)
class DecideCase:
    """`votes`: as somebody wrote them down for others; `conflicts`: who may not vote; `ratified`: of a plan that was
    decided between meetings, whether more agree than dissent."""

    case_id: str
    plan_id: str
    path: str
    programme_ids: Sequence[str]
    votes: Sequence["Written"]
    conflicts: Sequence[str]
    ratified: bool | None = None


class ReviewWords(TypedDict):
    """What was found, and what is to be done otherwise; None: nothing was said of it."""

    found: str | None
    lesson: str | None


@dataclass(frozen=True)
class ReviewOutcome:
    """`referral_id`: the sending that is looked back on (None: none); `screening_id`, `plan_id`: what had led to it."""

    review_id: str
    case_id: str
    referral_id: str | None
    screening_id: str | None
    plan_id: str | None
    findings: Sequence[str]
    words: ReviewWords


@dataclass(frozen=True)
class CloseMeeting:
    pass


Command = (
    CallMeeting
    | InviteMembers
    | TableCase
    | TableRatification
    | ProposeOption
    | CastVote
    | DeclareConflict
    | DecideCase
    | ReviewOutcome
    | CloseMeeting
)


@dataclass(frozen=True)
class Written:
    """A vote that somebody wrote down for the member of this number."""

    member: str
    vote: str
    reason: str | None = None


@dataclass(frozen=True)
class Cast:
    """A member's own vote; its reason is for the read model alone, sealed."""

    vote_id: str
    vote: str


@dataclass(frozen=True)
class Item:
    """A case of the agenda; `votes` are on the option that stands; `ratifies`: the plan that it lies there for;
    `review_id`: what the meeting found when it looked back."""

    person_id: str
    ratifies: str | None = None
    path: str | None = None
    programme_ids: Sequence[str] = ()
    votes: Mapping[str, Cast] = field(default_factory=dict)
    conflicts: frozenset[str] = frozenset()
    plan_id: str | None = None
    review_id: str | None = None

    @property
    def is_settled(self) -> bool:
        return self.plan_id is not None or self.review_id is not None

    def own(self, path: str, programme_ids: Sequence[str]) -> Mapping[str, Cast]:
        """The own votes on this option: none, if another was proposed."""
        return self.votes if (self.path, [*self.programme_ids]) == (path, [*programme_ids]) else {}


@dataclass(frozen=True)
class Meeting:
    meeting_id: str = ""
    centre: str = ""
    seats: Mapping[str, Seat] = field(default_factory=dict)
    agenda: Mapping[str, Item] = field(default_factory=dict)
    closed: bool = False


def decide(command: Command, meeting: Meeting) -> list[MeetingEvent]:
    if isinstance(command, CallMeeting):
        return [] if meeting.meeting_id else [_called(command)]
    if not meeting.meeting_id:
        raise Refused("wrong_state", "No such meeting was called.")
    id, item = meeting.meeting_id, meeting.agenda.get(getattr(command, "case_id", ""))
    match command:
        case CloseMeeting():
            undecided = [case_id for case_id, each in meeting.agenda.items() if not each.is_settled]
            return [] if meeting.closed else [MeetingClosed(id, meeting.centre, undecided)]
        case InviteMembers(seats, words):
            new = [seat for seat in seats if seat["member"] not in meeting.seats]
            _open(meeting, bool(new))
            _accounts_once([*meeting.seats.values(), *new])
            return [MembersInvited(id, meeting.centre, new, words)] if new else []
        case TableCase(case_id, person_id, case_closed, reason):
            if item:
                return []
            _open(meeting)
            if case_closed and reason != REVIEW:
                raise Refused("case_closed", "The case is closed.")
            return [CaseTabled(id, case_id, person_id, reason), *_overridden(id, command)]
        case TableRatification(case_id, person_id, plan_id, path, programme_ids):
            if item and (item.plan_id or item.ratifies == plan_id):
                return []
            _open(meeting)
            return [
                CaseTabled(id, case_id, person_id, RATIFY, plan_id),
                OptionProposed(id, case_id, path, [*programme_ids]),
            ]
        case ProposeOption(case_id, path, programme_ids):
            known = _tabled(item)
            if known.path == path and [*known.programme_ids] == [*programme_ids]:
                return []
            _open(meeting)
            _undecided(known)
            if known.ratifies:
                raise Refused(
                    "wrong_state", "A decision lies here to be ratified; a new one takes its place."
                )
            return [OptionProposed(id, case_id, path, [*programme_ids])]
        case CastVote():
            return _cast(command, meeting, _tabled(item))
        case DeclareConflict(case_id, member):
            if member in _tabled(item).conflicts:
                return []
            _open(meeting)
            _undecided(_tabled(item))
            _seated(meeting, member)
            return [ConflictDeclared(id, case_id, member)]
        case DecideCase():
            return _decide(command, meeting, _tabled(item))
        case ReviewOutcome():
            known = _tabled(item)
            if known.review_id == command.review_id:
                return []
            _open(meeting)
            return [
                OutcomeReviewed(
                    command.review_id, id, command.case_id, known.person_id, command.referral_id,
                    command.screening_id, command.plan_id, [*command.findings], command.words,
                )
            ]  # fmt: skip
    assert_never(command)


def _overridden(id: str, command: TableCase) -> list[MeetingEvent]:
    """Never refused: whose turn it is is for people to say. It is told."""
    if not command.before or command.reason != PLAN:
        return []
    return [
        OrderOverridden(
            id, command.case_id, command.person_id, command.before, command.out_of_order, command.note
        )
    ]


def _called(command: CallMeeting) -> MeetingCalled:
    _chaired_once(command.seats)
    _accounts_once(command.seats)
    return MeetingCalled(command.meeting_id, command.centre, command.starts, [*command.seats], command.words)


def _chaired_once(seats: Sequence[Seat]) -> None:
    """Of those who are called. (Who is called to chair later, stands in for a chair that does not come.)"""
    chairs = [place for place, seat in enumerate(seats) if seat["role"] == CHAIR]
    if len(chairs) > 1:
        raise Invalid({f"members.{place}.role": [ONE_CHAIR] for place in chairs[1:]})


def _accounts_once(seats: Sequence[Seat]) -> None:
    users = [seat["user"] for seat in seats if seat["user"]]
    if len({*users}) < len(users):
        raise Invalid({"members": ["An account is called twice; each member votes once."]})


def _open(meeting: Meeting, changes: bool = True) -> None:
    if meeting.closed and changes:
        raise Refused("wrong_state", "The meeting is closed; a later one may decide otherwise.")


def _tabled(item: Item | None) -> Item:
    if item is None:
        raise Refused("wrong_state", "The case is not on the agenda of this meeting.")
    return item


def _undecided(item: Item) -> None:
    """What was decided stays as it was voted on; only another decision takes its place."""
    if item.plan_id:
        raise Refused("wrong_state", "The case is decided.")


def _seated(meeting: Meeting, member: str) -> None:
    if member not in meeting.seats:
        raise Invalid({"member": [NOT_THERE]})


def _cast(command: CastVote, meeting: Meeting, item: Item) -> list[MeetingEvent]:
    before = item.votes.get(command.member)
    if before and before.vote_id == command.vote_id:
        return []
    _open(meeting)
    _seated(meeting, command.member)
    _undecided(item)
    if item.path is None:
        raise Refused("wrong_state", "Nothing is proposed yet that could be voted on.")
    if command.member in item.conflicts:
        raise Refused(
            "conflict_of_interest", "Who has an interest of their own in a case does not vote on it."
        )
    return [
        VoteCast(
            meeting.meeting_id,
            command.vote_id,
            command.case_id,
            item.person_id,
            command.member,
            command.vote,
            command.reason,
        )
    ]


def _decide(command: DecideCase, meeting: Meeting, item: Item) -> list[MeetingEvent]:
    if item.plan_id == command.plan_id:
        return []
    _open(meeting)
    own = item.own(command.path, command.programme_ids)
    out = item.conflicts | {*command.conflicts}
    wrong: dict[str, list[str]] = {}
    for place, member in enumerate(command.conflicts):
        if member not in meeting.seats:
            wrong[f"abstains_for_conflict.{place}"] = [NOT_THERE]
    seen: set[str] = set()
    for place, vote in enumerate(command.votes):
        if vote.member not in meeting.seats:
            wrong[f"votes.{place}.member"] = [NOT_THERE]
        elif vote.member in seen:
            wrong[f"votes.{place}.member"] = ["This member stands here already: each votes once."]
        elif vote.member in out:
            wrong[f"votes.{place}.member"] = [
                "Who has an interest of their own in the case does not vote on it."
            ]
        elif vote.member in own and vote.vote != own[vote.member].vote:
            wrong[f"votes.{place}.vote"] = [
                "The member voted otherwise on their own; only they can change that."
            ]
        seen.add(vote.member)
    if wrong:
        raise Invalid(wrong)
    declared: list[MeetingEvent] = [
        ConflictDeclared(meeting.meeting_id, command.case_id, member)
        for member in dict.fromkeys(command.conflicts)
        if member not in item.conflicts
    ]
    return [
        *declared,
        CaseDecided(meeting.meeting_id, command.case_id, command.plan_id, command.path, command.ratified),
    ]


def evolve(meeting: Meeting, event: MeetingEvent) -> Meeting:
    match event:
        case MeetingCalled():
            seats = {seat["member"]: seat for seat in event.seats}
            return replace(meeting, meeting_id=event.meeting_id, centre=event.centre, seats=seats)
        case MembersInvited():
            return replace(meeting, seats={**meeting.seats, **{seat["member"]: seat for seat in event.seats}})
        case MeetingClosed():
            return replace(meeting, closed=True)
        case OrderOverridden():
            return meeting
        case CaseTabled():
            before = meeting.agenda.get(event.case_id)
            conflicts = before.conflicts if before else frozenset()
            return _with(meeting, event.case_id, Item(event.person_id, event.ratifies, conflicts=conflicts))
    item = meeting.agenda[event.case_id]
    match event:
        case OptionProposed():
            item = replace(item, path=event.path, programme_ids=event.programme_ids, votes={}, plan_id=None)
        case VoteCast():
            cast = Cast(event.vote_id, event.vote)
            item = replace(item, votes={**item.votes, event.member: cast})
        case ConflictDeclared():
            votes = {member: vote for member, vote in item.votes.items() if member != event.member}
            item = replace(item, votes=votes, conflicts=item.conflicts | {event.member})
        case CaseDecided():
            item = replace(item, plan_id=event.plan_id)
        case OutcomeReviewed():
            item = replace(item, review_id=event.review_id)
        case _:
            assert_never(event)
    return _with(meeting, event.case_id, item)


def _with(meeting: Meeting, case_id: str, item: Item) -> Meeting:
    return replace(meeting, agenda={**meeting.agenda, case_id: item})


MEETING: Aggregate[Command, Meeting, MeetingEvent] = Aggregate(
    "meeting", Decider(decide, evolve, Meeting()), get_args(MeetingEvent), "case"
)
