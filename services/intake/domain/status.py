"""Where a case stands, and who worked on it last. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypedDict

from services.kernel.envelope import PARTNER_ACTOR, SYSTEM


class Step(NamedTuple):
    """How far one thing of a case has come, when that was recorded (RFC 3339 UTC text of fixed width), and by whom."""

    status: str
    recorded: str
    by: str = SYSTEM.user


CLOSING, SCREENING, PLAN, ASSIGNMENT = "case", "screening", "plan", "assignment"
CLOSED, REOPENED, DONE, STABLE, DIED, ASSIGNED = "closed", "open", "done", "stable", "died", "assigned"
ON_ITS_WAY = frozenset({"sent", "acknowledged", "waitlisted", "accepted", "travelling", "admitted"})


def case_status(steps: Mapping[str, Step]) -> str:
    """Where a case stands (codes.CASE_STATUSES). `steps`: CLOSING, SCREENING, PLAN, ASSIGNMENT and each referral id ->
    its latest Step.

    A referral's step is its status, or STABLE once it ended well, or DIED. A lost referral counts for nothing, so the
    case is planned again; a good end counts until the working group plans anew, or the case is opened again.
    """
    referrals = _referrals(steps)
    anew_at = max(steps[name].recorded if name in steps else "" for name in (PLAN, CLOSING))
    if CLOSING in steps and steps[CLOSING].status == CLOSED:
        return "closed"
    if any(step.status == "placed" for step in referrals):
        return "placed"
    if any(step.status in ON_ITS_WAY for step in referrals):
        return "referred"
    if any(step.status == STABLE and step.recorded >= anew_at for step in referrals):
        return "placed"
    if PLAN in steps:
        return "planned"
    return "screened" if SCREENING in steps else "open"


def person_died(steps: Mapping[str, Step]) -> bool:
    """Whether an ending says so, that was not entered in error."""
    return any(step.status == DIED for step in _referrals(steps))


class End(TypedDict):
    """What is open of a case and ends with it."""

    placed: bool


class Standing(TypedDict):
    """How the person stands when their case is closed; `died`: an ending says so."""

    screened: bool
    placed: bool
    died: bool


def standing(steps: Mapping[str, Step], ends: Iterable[End]) -> Standing:
    """`ends`: what is open of the case, each with whether somebody is `placed` by it."""
    placed = any(each["placed"] for each in ends)
    return {"screened": SCREENING in steps, "placed": placed, "died": person_died(steps)}


def _referrals(steps: Mapping[str, Step]) -> list[Step]:
    own = {CLOSING, SCREENING, PLAN, ASSIGNMENT}
    return [step for name, step in steps.items() if name not in own]


def last_worked_by(steps: Mapping[str, Step]) -> str | None:
    """Who of the staff took the case a step on last since it was assigned, if it was; a partner's answer and what the
    system did take it out of nobody's hands."""
    assigned = steps[ASSIGNMENT].recorded if ASSIGNMENT in steps else ""
    theirs = [
        step
        for step in steps.values()
        if step.recorded > assigned and step.by != SYSTEM.user and not step.by.startswith(PARTNER_ACTOR)
    ]
    return max(theirs, key=lambda step: (step.recorded, step.by)).by if theirs else None
