"""The one placement of a case: what its referrals may become in view of each other. Pure.

Every referral of a case moves this stream in the transaction in which it is sent, accepted or placed, and so does the
closing of the case. So of two that come at once the second is decided knowing the first.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.referral.domain.words import OVER, Status
from services.referral.events import (
    CaseEvent,
    CaseReferralsClosed,
    CaseReferralsReopened,
    PlacementMoved,
)

# Statuses in which a referral stands to the placement otherwise than before.
MOVING = OVER | {Status.SENT, Status.ACCEPTED, Status.ADMITTED, Status.PLACED}
PROMISED = frozenset({Status.ACCEPTED, Status.TRAVELLING, Status.ADMITTED})
# What no other referral of the case may be for one to become that. Who lives in one place may be promised the next: a
# person moves from one to the other without a night in between.
EXCLUDES: Mapping[Status, frozenset[Status]] = {
    Status.SENT: PROMISED,
    Status.ACCEPTED: PROMISED,
    Status.ADMITTED: frozenset({Status.ADMITTED, Status.PLACED}),
    Status.PLACED: frozenset({Status.PLACED}),
}


@dataclass(frozen=True)
class MoveReferral:
    """`others`: how the other referrals of the case stand that are not over. `closed`: the case is, as we heard."""

    case_id: str
    referral_id: str
    status: Status
    others: Mapping[str, Status]
    closed: bool = False


@dataclass(frozen=True)
class CloseReferrals:
    case_id: str


@dataclass(frozen=True)
class ReopenReferrals:
    case_id: str


Command = MoveReferral | CloseReferrals | ReopenReferrals


@dataclass(frozen=True)
class Referrals:
    """`standing`: the status each referral last moved to."""

    closed: bool = False
    standing: Mapping[str, str] = field(default_factory=dict)


def decide(command: Command, referrals: Referrals) -> list[CaseEvent]:
    match command:
        case MoveReferral():
            return _move(command, referrals)
        case CloseReferrals(case_id):
            return [] if referrals.closed else [CaseReferralsClosed(case_id=case_id)]
        case ReopenReferrals(case_id):
            return [CaseReferralsReopened(case_id=case_id)] if referrals.closed else []
    assert_never(command)


def _move(c: MoveReferral, referrals: Referrals) -> list[CaseEvent]:
    if referrals.standing.get(c.referral_id) == c.status:
        return []
    if c.status not in OVER and (referrals.closed or c.closed):
        raise Refused("case_closed", "The case is closed: reopen it before referring.")
    if EXCLUDES.get(c.status, frozenset()) & {*c.others.values()}:
        raise Refused(
            "already_placed", "Another referral of this case has the person's place; end that first."
        )
    return [PlacementMoved(case_id=c.case_id, referral_id=c.referral_id, status=c.status.value)]


def evolve(referrals: Referrals, event: CaseEvent) -> Referrals:
    match event:
        case PlacementMoved():
            return replace(referrals, standing={**referrals.standing, event.referral_id: event.status})
        case CaseReferralsClosed():
            return replace(referrals, closed=True)
        case CaseReferralsReopened():
            return replace(referrals, closed=False)
    assert_never(event)


PLACEMENT: Aggregate[Command, Referrals, CaseEvent] = Aggregate(
    "case-referrals",
    Decider(decide, evolve, Referrals()),
    (PlacementMoved, CaseReferralsClosed, CaseReferralsReopened),
    subject="case",
)
