"""The plan of one case, agreed by the working group with a quorum. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NotRequired, TypedDict, assert_never, get_args

from services.codes.decisions import CHAIR, ONE_CHAIR
from services.codes.procedure import Quorum
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.events import (
    ClosedPath,
    PlanAgreed,
    PlanEvent,
    QuorumUsed,
    RatificationDecided,
    Votes,
)
from services.thai import names


class Member(TypedDict):
    """Who sat in the conference, as what, and how they voted. `own`: by their own account, or else as somebody wrote
    down; absent where nobody could vote otherwise."""

    name: str
    role: str
    vote: str
    reason: str | None
    own: NotRequired[bool]


class Goal(TypedDict):
    """What must be true for the person in the end: in an area of life, who sees to it, until which day (ISO); each of
    these None if it was not said."""

    area: str | None
    text: str
    owner: str | None
    due: str | None


class Override(TypedDict):
    """Why the working group chose a path that the screening closed, and the chair who answers for it."""

    reason: str
    chair: str


@dataclass(frozen=True)
class AgreePlan:
    """`screened`, `closed`: how the case stands; `quorum`: what this centre's working group needs; `proposed`: paths of
    the latest screening, the best first; `shut`: the path, if it closed it; `programme_ids`: where to, the best first
    (empty: any place of the path); `screening_id`, `procedure`: the screening that counted, and the version of the
    procedure that the quorum is of; `between_meetings`: a few named people decide in urgency, and why (`urgency`);
    `meeting_id`: of which meeting; `conflicts`: names of who did not vote for an interest of their own."""

    plan_id: str
    case_id: str
    person_id: str
    members: Sequence[Member]
    path: str
    programme_ids: Sequence[str]
    why: str
    goals: Sequence[str | Goal]
    quorum: Quorum
    screened: bool
    closed: bool = False
    proposed: Sequence[str] = ()
    shut: ClosedPath | None = None
    override: Override | None = None
    screening_id: str | None = None
    procedure: str | None = None
    meeting_id: str | None = None
    conflicts: Sequence[str] = ()
    between_meetings: bool = False
    urgency: str | None = None


@dataclass(frozen=True)
class RatifyPlan:
    """A meeting votes on what was decided between meetings."""

    plan_id: str
    case_id: str
    person_id: str
    meeting_id: str
    members: Sequence[Member]
    quorum: Quorum
    conflicts: Sequence[str] = ()


Command = AgreePlan | RatifyPlan


@dataclass(frozen=True)
class Plan:
    """The plan that counts; None before the first. `to_ratify`: it was decided between meetings, and no meeting has
    looked at it; `ratified`: what one decided of it."""

    plan_id: str | None = None
    to_ratify: bool = False
    ratified: bool | None = None


def decide(command: Command, plan: Plan) -> list[PlanEvent]:
    match command:
        case AgreePlan():
            return _agree(command, plan)
        case RatifyPlan():
            return _ratify(command, plan)
    assert_never(command)


def _ratify(command: RatifyPlan, plan: Plan) -> list[PlanEvent]:
    if command.plan_id != plan.plan_id:
        raise Refused("wrong_state", "A later decision took the place of this one.")
    if not plan.to_ratify:
        raise Refused("wrong_state", "Nothing of the plan waits to be ratified.")
    _each_once(command.members)
    _enough(command.quorum, command.members)
    votes = counted(command.members)
    minutes: dict[str, Sequence[Member] | Sequence[str]] = {"members": [*command.members]}
    if command.conflicts:
        minutes["conflicts"] = [*command.conflicts]
    quorum: QuorumUsed = {"votes": command.quorum.votes, "chair": command.quorum.chair}
    return [
        RatificationDecided(
            command.plan_id,
            command.case_id,
            command.person_id,
            command.meeting_id,
            is_carried(votes),
            votes,
            quorum,
            minutes,
        )
    ]


def is_carried(votes: Votes) -> bool:
    return votes["agree"] > votes["dissent"]


def _agree(command: AgreePlan, plan: Plan) -> list[PlanEvent]:
    if command.plan_id == plan.plan_id:
        return []  # the same plan again
    if command.closed:
        raise Refused("wrong_state", "The case is closed.")
    if not command.screened:
        raise Refused("wrong_state", "The case has not been screened; screen it before the conference.")
    _each_once(command.members)
    votes = counted(command.members)
    _require(command.quorum, command.members, votes)
    if command.between_meetings:
        _urgent(command, votes)
    override = _override(command.shut, command.override, command.members, command.meeting_id is not None)
    minutes = {"members": [*command.members], "why": command.why, "goals": [*command.goals]}
    more = {"override": override, "conflicts": [*command.conflicts], "urgency": command.urgency}
    return [
        PlanAgreed(
            command.plan_id,
            command.case_id,
            command.person_id,
            command.path,
            next(iter(command.programme_ids), None),
            votes,
            {"votes": command.quorum.votes, "chair": command.quorum.chair},
            minutes | {name: told for name, told in more.items() if told},
            override is not None,
            list(command.programme_ids) or None,
            command.screening_id,
            command.procedure,
            command.meeting_id,
            plan.plan_id,
            command.between_meetings,
            first=next(iter(command.proposed), None),
            agreement=agreement(command.path, command.proposed, command.shut),
        )
    ]


def agreement(path: str, proposed: Sequence[str], shut: ClosedPath | None) -> str:
    """How a path that is decided on goes with what the screening had found (codes.decisions.AGREEMENTS)."""
    if shut is not None:
        return "shut"
    if path not in proposed:
        return "beyond" if proposed else "no_first"
    return "as_first" if path == proposed[0] else "another"


def _urgent(command: AgreePlan, votes: Votes) -> None:
    """Everybody who is named agrees: there is no meeting that could outvote somebody."""
    if not command.urgency:
        raise Invalid({"urgency": ["Is required."]})
    if votes["dissent"] or votes["abstain"]:
        raise Refused("no_quorum", "Between meetings all who decide agree; else it waits for the meeting.")


def evolve(plan: Plan, event: PlanEvent) -> Plan:
    match event:
        case PlanAgreed():
            return Plan(event.plan_id, to_ratify=event.between_meetings)
        case RatificationDecided():
            return replace(plan, to_ratify=False, ratified=event.ratified)
    assert_never(event)


PLAN: Aggregate[Command, Plan, PlanEvent] = Aggregate(
    "plan", Decider(decide, evolve, Plan()), get_args(PlanEvent), "case"
)


def counted(members: Sequence[Member]) -> Votes:
    cast = [member["vote"] for member in members]
    return {"agree": cast.count("agree"), "dissent": cast.count("dissent"), "abstain": cast.count("abstain")}


def _each_once(members: Sequence[Member]) -> None:
    """Nobody makes a quorum with themselves: who is named before, in whatever writing, has no second vote."""
    written = [names.as_written(member["name"]) for member in members]
    twice = {
        f"members.{place}.name": ["This name stands here already: each votes once."]
        for place, name in enumerate(written)
        if name in written[:place]
    }
    if twice:
        raise Refused("no_quorum", "Somebody is named twice; each member votes once.", twice)
    chairs = [place for place, member in enumerate(members) if member["role"] == CHAIR]
    if len(chairs) > 1:
        second = {f"members.{place}.role": [ONE_CHAIR] for place in chairs[1:]}
        raise Refused("no_quorum", "Two voted as chair: a decision has one.", second)


def _require(quorum: Quorum, members: Sequence[Member], votes: Votes) -> None:
    _enough(quorum, members)
    if not is_carried(votes):
        raise Refused("no_quorum", "Those who agree must be more than those who dissent.")


def _enough(quorum: Quorum, members: Sequence[Member]) -> None:
    if len(members) < quorum.votes:
        raise Refused("no_quorum", f"{len(members)} voted; the working group needs {quorum.votes} votes.")
    if quorum.chair and not any(member["role"] == CHAIR for member in members):
        raise Refused("no_quorum", "No chair voted.")


def _override(
    shut: ClosedPath | None, override: Override | None, members: Sequence[Member], of_meeting: bool
) -> Override | None:
    """None where nothing is closed; Refused where nothing opens the path, or nobody said why it is taken."""
    if shut is None:
        return None
    if shut["never"]:
        raise Refused("path_closed", "The law forbids this path for this person, whatever is decided.")
    if override is None:
        raise Refused(
            "override_needed" if of_meeting else "path_closed",  # as the contract names them
            "The screening closed this path: a plan on it needs a reason and its chair.",
        )
    chairs = [names.fold(member["name"]) for member in members if member["role"] == CHAIR]
    if names.fold(override["chair"]) not in chairs:
        raise Invalid({"override.chair": ["Nobody of this name chaired the decision."]})
    return override
