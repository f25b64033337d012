"""The words decisions are made in: deadlines, statuses, places, and what is known from other services."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal

from services.kernel.envelope import instant


@dataclass(frozen=True)
class Deadlines:
    """Days from when it was recorded until an answer is due, and from the placement until each follow-up."""

    answer_days: int
    waiting_list_days: int
    follow_up_days: tuple[int, ...]


# A fact keeps the deadline it was given, so a change here counts from the next fact on.
DEADLINES = Deadlines(answer_days=14, waiting_list_days=60, follow_up_days=(30, 90, 180, 365))


class Status(StrEnum):
    UNSENT = "unsent"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WAITLISTED = "waitlisted"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"
    TRAVELLING = "travelling"
    ADMITTED = "admitted"
    PLACED = "placed"
    ENDED = "ended"
    FAILED = "failed"
    ENTERED_IN_ERROR = "entered_in_error"


# What staff have to see to: a referral that is overdue, due today, answered, answered and read, or waiting for its
# partner.
WORK = ("overdue", "due_today", "answered", "read", "waiting")
AWAITING_ANSWER = frozenset({Status.SENT, Status.ACKNOWLEDGED, Status.WAITLISTED})
OVER = frozenset(
    {Status.DECLINED, Status.EXPIRED, Status.WITHDRAWN, Status.ENDED, Status.FAILED, Status.ENTERED_IN_ERROR}
)


class Place(StrEnum):
    """What is known of the place; none: it was over before partners answered, so no place is held."""

    PENDING = "pending"
    RESERVED = "reserved"
    REFUSED = "refused"
    TAKEN = "taken"
    RELEASED = "released"
    NONE = "none"


# What comes in with SendReferral from other services, as they told it.


@dataclass(frozen=True)
class Case:
    case_id: str
    person_id: str
    centre: str
    closed: bool


@dataclass(frozen=True)
class Programme:
    programme_id: str
    partner_id: str
    path: str
    kind: str
    under_ministry: bool


@dataclass(frozen=True)
class Plan:
    plan_id: str
    path: str
    programme_id: str | None
    closed: Literal["", "closed", "never"] = (
        ""  # how the latest screening left the path; an override opens the first
    )

    def covers(self, programme: Programme) -> bool:
        """A plan for one programme binds to it; otherwise to every programme of its path."""
        if self.programme_id is not None:
            return self.programme_id == programme.programme_id
        return self.path == programme.path


@dataclass(frozen=True)
class Referral:
    """What decisions ask: where it stands, and what later facts repeat."""

    status: Status = Status.UNSENT
    place: Place = Place.NONE
    about: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    kind: str = ""
    outside_ministry: bool = False
    answer_due: str = ""
    consent: str = ""
    follow_ups_due: frozenset[int] = frozenset()


def days_after(now: datetime, days: int) -> str:
    return instant(now + timedelta(days=days))
