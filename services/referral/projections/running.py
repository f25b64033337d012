"""The deadlines of a referral that run, as they stand: when somebody was reminded, and whose one that was missed is.
Pure."""

from collections.abc import Sequence

from services.codes.deadlines import OF_PARTNER
from services.kernel.envelope import Recorded
from services.referral import answers
from services.referral.domain.running import begun, ended
from services.referral.domain.words import Status
from services.referral.events import DeadlineMissed, ReminderDue


def after(
    known: Sequence[answers.Deadline], fact: Recorded, status: Status, knows: bool
) -> list[answers.Deadline]:
    """`status`: how the referral stands after the fact; `knows`: whether the partner was told."""
    event = fact.event
    match event:
        case ReminderDue(deadline=code):
            return [each | {"reminded_at": fact.time} if each["code"] == code else each for each in known]
        case DeadlineMissed(deadline=code):
            return [_missed(each, fact.time, event) if each["code"] == code else each for each in known]
    begins: list[answers.Deadline] = [
        {**each, "reminded_at": None, "missed_at": None, "to_role": None, "to_user": None}
        for each in begun(event)
    ]
    over = {*ended(event, status, knows), *(each["code"] for each in begins)}
    return [*(each for each in known if each["code"] not in over), *begins]


def _missed(each: answers.Deadline, at: str, event: DeadlineMissed) -> answers.Deadline:
    return {**each, "missed_at": at, "to_role": event.to_role, "to_user": event.to_user}


def of_partner(known: Sequence[answers.Deadline]) -> list[answers.Deadline]:
    """What the partner itself is asked for; whom the centre calls is not its own to know."""
    return [{**each, "to_role": None, "to_user": None} for each in known if each["code"] in OF_PARTNER]
