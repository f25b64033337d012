"""The plan of one case, agreed by the working group with a quorum. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NotRequired, TypedDict, assert_never

from services.codes.procedure import Quorum
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Invalid, Refused
from services.screening.events import ClosedPath, PlanAgreed, Votes
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
    """`screened`, `closed`: how the case stands; `quorum`: what this centre's working group needs; `shut`: the path, if
    the latest screening closed it; `programme_ids`: where to, the best first (empty: any place of the path);
    `screening_id`, `procedure`: the screening that counted, and the version of the procedure that the quorum is of;
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
    shut: ClosedPath | None = None
    override: Override | None = None
    screening_id: str | None = None
    procedure: str | None = None
    meeting_id: str | None = None
    conflicts: Sequence[str] = ()


@dataclass(frozen=True)
class Plan:
    """The plan that counts; None before the first."""

    plan_id: str | None = None


def decide(command: AgreePlan, plan: Plan) -> list[PlanAgreed]:
    if command.plan_id == plan.plan_id:
        return []  # the same plan again
    if command.closed:
        raise Refused("wrong_state", "The case is closed.")
    if not command.screened:
        raise Refused("wrong_state", "The case has not been screened; screen it before the conference.")
    _each_once(command.members)
    votes = counted(command.members)
    _require(command.quorum, command.members, votes)
    override = _override(command.shut, command.override, command.members, command.meeting_id is not None)
    minutes = {"members": [*command.members], "why": command.why, "goals": [*command.goals]}
    more = {"override": override, "conflicts": [*command.conflicts]}
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
        )
    ]


def evolve(plan: Plan, event: PlanAgreed) -> Plan:
    match event:
        case PlanAgreed():
            return Plan(event.plan_id)
    assert_never(event)


PLAN: Aggregate[AgreePlan, Plan, PlanAgreed] = Aggregate(
    "plan", Decider(decide, evolve, Plan()), (PlanAgreed,), "case"
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


def _require(quorum: Quorum, members: Sequence[Member], votes: Votes) -> None:
    if len(members) < quorum.votes:
        raise Refused("no_quorum", f"{len(members)} voted; the working group needs {quorum.votes} votes.")
    if quorum.chair and not any(member["role"] == "chair" for member in members):
        raise Refused("no_quorum", "No chair voted.")
    if votes["agree"] <= votes["dissent"]:
        raise Refused("no_quorum", "Those who agree must be more than those who dissent.")


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
    chairs = [names.fold(member["name"]) for member in members if member["role"] == "chair"]
    if names.fold(override["chair"]) not in chairs:
        raise Invalid({"override.chair": ["Nobody of this name chaired the decision."]})
    return override
