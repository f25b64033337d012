"""The follow-ups of a placement as they stand: when each may be made, when it came due, and what became of it. Pure."""

from collections.abc import Sequence
from typing import TypedDict

from services.codes.procedure import Window, windows_of
from services.kernel.envelope import Recorded, moment
from services.referral import answers
from services.referral.events import (
    FollowUpAttempted,
    FollowUpDue,
    FollowUpMissed,
    FollowUpRecorded,
    PlacementConfirmed,
)
from services.thai.dates import bangkok_day


class FollowUp(TypedDict):
    """One of the schedule. Instants are RFC 3339 UTC: `due_at` when it came due, `done_at` when somebody was followed
    up for it, the first time; `in_time`: before it closed (None: nothing says so); `attempts`: how often nobody was
    reached."""

    days: int
    opens: str
    closes: str
    due_at: str | None
    done_at: str | None
    in_time: bool | None
    missed: bool
    attempts: int


def after(known: Sequence[FollowUp], fact: Recorded) -> list[FollowUp]:
    match fact.event:
        case PlacementConfirmed(follow_ups=told):
            return [_new(window) for window in windows_of(bangkok_day(moment(fact.time)), told)]
        case FollowUpDue(days=days):
            return [
                each | {"due_at": each["due_at"] or fact.time} if each["days"] == days else each
                for each in known
            ]
        case FollowUpMissed(days=days):
            return [each | {"missed": True} if each["days"] == days else each for each in known]
        case FollowUpAttempted(answers=days):
            return [
                each | {"attempts": each["attempts"] + 1} if each["days"] == days else each for each in known
            ]
        case FollowUpRecorded() as event:
            return [
                each | {"done_at": fact.time, "in_time": event.in_time} if _is_done(each, event) else each
                for each in known
            ]
    return [*known]


def _new(window: Window) -> FollowUp:
    return {**window, "due_at": None, "done_at": None, "in_time": None, "missed": False, "attempts": 0}


def _is_done(each: FollowUp, event: FollowUpRecorded) -> bool:
    """Whether a follow-up is now done that was not; one of a time before they named their day answered all that were
    due."""
    named = each["due_at"] is not None if event.answers is None else each["days"] == event.answers
    return named and each["done_at"] is None


def due(known: Sequence[FollowUp]) -> int | None:
    """The days of the follow-up that is to be made now: the latest that came due, unless it is done; what was due
    before it cannot be made good any more."""
    came = [each for each in known if each["due_at"] or each["done_at"]]
    return came[-1]["days"] if came and not came[-1]["done_at"] else None


def schedule(known: Sequence[FollowUp], over: bool) -> list[answers.FollowUp]:
    """As the schedule is told; `over`: the placement is."""
    return [
        {
            "days": each["days"],
            "opens": each["opens"],
            "closes": each["closes"],
            "status": _status(each, over),
            "done_at": each["done_at"],
            "attempts": each["attempts"],
        }
        for each in known
    ]


def _status(each: FollowUp, over: bool) -> str:
    if each["done_at"]:
        return "late" if each["in_time"] is False else "done"
    if each["missed"]:
        return "missed"
    if over:
        return "dropped"
    return "due" if each["due_at"] else "coming"
