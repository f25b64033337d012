"""A problem: the answers of a programme that speak against the registry for one reason. It is found, grows, and is
decided; what speaks for it afterwards must be new. One stream for each programme and reason."""

from dataclasses import dataclass, replace
from typing import Literal, assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import derived_id
from services.kernel.errors import Refused
from services.partners.domain.evidence import Evidence, Proposal
from services.partners.events import (
    ProblemAccepted,
    ProblemDismissed,
    ProblemEvent,
    ProblemFound,
    ProblemSettled,
    ProblemWeighed,
)


@dataclass(frozen=True)
class WeighProblem:
    """What is known now. `stood`: since when what it speaks against is said to be so; `proposal` None: nothing is left
    to correct."""

    problem_id: str
    programme_id: str
    evidence: Evidence
    stood: str
    proposal: Proposal | None


@dataclass(frozen=True)
class AcceptProblem:
    reason: str


@dataclass(frozen=True)
class DismissProblem:
    reason: str


@dataclass(frozen=True)
class LapseProblem:
    """The answers that speak for it have grown old `at` an instant, if none came since."""

    at: str


Command = WeighProblem | AcceptProblem | DismissProblem | LapseProblem


@dataclass(frozen=True)
class Problem:
    """`found` is the last finding, `counts` what it amounts to since: (declines, of), and `until` when."""

    problem_id: str = ""
    status: Literal["", "open", "accepted", "dismissed", "settled"] = ""
    found: ProblemFound | None = None
    counts: tuple[int, int] = (0, 0)
    until: str = ""


def problem_of(programme_id: str, reason: str) -> str:
    """The id of the problem of a programme with a reason."""
    return derived_id(programme_id, f"problem/{reason}")


def decide(command: Command, problem: Problem) -> list[ProblemEvent]:
    if isinstance(command, WeighProblem):
        return _weighed(command, problem)
    if isinstance(command, LapseProblem):
        lapsed = problem.status == "open" and "" < problem.until <= command.at
        return [ProblemSettled(problem.problem_id)] if lapsed else []
    if not problem.status:
        raise Refused("unknown_problem", "No such problem was found.")
    match command, problem.status:
        case AcceptProblem(reason), "open":
            return [ProblemAccepted(problem.problem_id, reason)]
        case DismissProblem(reason), "open":
            return [ProblemDismissed(problem.problem_id, reason)]
        case (AcceptProblem(), "accepted") | (DismissProblem(), "dismissed"):
            return []
    raise Refused("wrong_state", f"The problem is {problem.status} already.")


def _weighed(command: WeighProblem, problem: Problem) -> list[ProblemEvent]:
    """What speaks against something else than what was found speaks for a new finding."""
    evidence, found = command.evidence, problem.found
    counts = (evidence.declines, evidence.of)
    is_one = evidence.is_enough and command.proposal is not None
    same = problem.status == "open" and found is not None and found.stood == command.stood
    if same and is_one:
        moved = (*counts, evidence.until) != (*problem.counts, problem.until)
        return [ProblemWeighed(problem.problem_id, *counts, evidence.until)] if moved else []
    if is_one and command.proposal is not None:
        action, after = command.proposal
        return [
            ProblemFound(
                command.problem_id, command.programme_id, evidence.reason, *counts, evidence.since, command.stood,
                action, after, evidence.until,
            )
        ]  # fmt: skip
    return [ProblemSettled(problem.problem_id)] if problem.status == "open" else []


def evolve(problem: Problem, event: ProblemEvent) -> Problem:
    match event:
        case ProblemFound():
            return Problem(event.problem_id, "open", event, (event.declines, event.of), event.until)
        case ProblemWeighed():
            return replace(problem, counts=(event.declines, event.of), until=event.until)
        case ProblemSettled():
            return replace(problem, status="settled")
        case ProblemAccepted():
            return replace(problem, status="accepted")
        case ProblemDismissed():
            return replace(problem, status="dismissed")
    assert_never(event)


PROBLEM: Aggregate[Command, Problem, ProblemEvent] = Aggregate(
    "problem",
    Decider(decide, evolve, initial=Problem()),
    (ProblemFound, ProblemWeighed, ProblemSettled, ProblemAccepted, ProblemDismissed),
    "partner",
)
