"""Which deadlines of a referral run: those that its facts began, as long as what they are for is not done. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date

from services.codes.deadlines import ACKNOWLEDGE, ANSWER, ARRIVAL, FOLLOW_UP, TELL, TRAVEL, WAITING_LIST
from services.codes.procedure import Deadline, Escalation
from services.codes.procedure.reckoning import of_follow_up
from services.referral.domain.commands import RaiseFollowUp
from services.referral.domain.words import AWAITING_ANSWER, Referral, Status
from services.referral.events import Event, FollowUpDue, FollowUpRecorded, PartnerTold, PlaceSecured

RUNS_WHILE: Mapping[str, frozenset[Status]] = {
    TELL: AWAITING_ANSWER,
    ACKNOWLEDGE: frozenset({Status.SENT}),
    ANSWER: AWAITING_ANSWER,
    WAITING_LIST: frozenset({Status.WAITLISTED}),
    TRAVEL: frozenset({Status.ACCEPTED}),
    ARRIVAL: frozenset({Status.TRAVELLING}),
    FOLLOW_UP: frozenset({Status.PLACED}),
}


def begun(event: Event) -> Sequence[Deadline]:
    found: Sequence[Deadline] | None = getattr(event, "deadlines", None)
    return found or ()


def ended(event: Event, status: Status, knows: bool) -> list[str]:
    """The codes of those that an event ends; `status`: how the referral stands after it; `knows`: whether the partner
    was told."""
    codes = [code for code, while_ in RUNS_WHILE.items() if status not in while_]
    if knows:
        codes.append(TELL)
    if isinstance(event, PlaceSecured | PartnerTold) and WAITING_LIST not in codes:
        codes.append(WAITING_LIST)  # there is a place now
    if isinstance(event, FollowUpRecorded):
        codes.append(FOLLOW_UP)
    return codes


def after(before: Mapping[str, Deadline], event: Event, status: Status, knows: bool) -> dict[str, Deadline]:
    over = ended(event, status, knows)
    left = {code: each for code, each in before.items() if code not in over}
    return left | {each["code"]: each for each in begun(event)}


def runs(referral: Referral, code: str, ends: str) -> bool:
    """Whether that deadline still runs; one that was moved on while this one was firing is another."""
    found = referral.deadlines.get(code)
    return found is not None and found["due"] == ends


def sent_to(to: Escalation | None) -> tuple[str | None, str | None]:
    """(role, user) who answers for a deadline that was missed."""
    return (to["role"], to["user"]) if to else (None, None)


def follow_up_due(c: RaiseFollowUp, referral: Referral) -> FollowUpDue:
    closes = next((each["closes"] for each in referral.follow_ups if each["days"] == c.days), None)
    begins = None
    if closes and c.now:
        begins = [of_follow_up(c.terms, c.days, date.fromisoformat(closes), c.now)]
    return FollowUpDue(**referral.about, days=c.days, closes=closes, deadlines=begins)
