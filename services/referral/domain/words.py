"""The words decisions are made in: deadlines, statuses, places, and what is known from other services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from services.codes import FAMILY_PATH
from services.codes.procedure import Deadline, Window
from services.referral.events import ReferralDeclined


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
    opened: str
    died: bool = False  # an ending says that the person did


@dataclass(frozen=True)
class Programme:
    programme_id: str
    partner_id: str
    path: str
    kind: str
    under_ministry: bool
    retired: bool = False


@dataclass(frozen=True)
class Plan:
    plan_id: str
    path: str
    programme_ids: tuple[str, ...]
    agreed: str
    closed: Literal["", "closed", "never"] = (
        ""  # how the latest screening left the path; an override opens the first
    )

    def covers(self, programme: Programme | None) -> bool:
        """A plan that names programmes binds to them, in whatever order they are asked; otherwise to every programme of
        its path. None: a return to the family, which has none."""
        if programme is None:
            return self.path == FAMILY_PATH and not self.programme_ids
        if self.programme_ids:
            return programme.programme_id in self.programme_ids
        return self.path == programme.path


@dataclass(frozen=True)
class Referral:
    """What decisions ask: where it stands, and what later facts repeat. `due`: when it expires if nothing comes before;
    `final_at`: until when its no may be taken back, None if it may not; `returned`: that was done once; `in_review`: a
    director reviews it until then; `upheld`: and that ended so."""

    status: Status = Status.UNSENT
    place: Place = Place.NONE
    about: Mapping[str, Any] = field(default_factory=dict)
    path: str = ""
    kind: str | None = None
    outside_ministry: bool | None = None
    due: str = ""
    told: bool = False
    declined: ReferralDeclined | None = None
    final_at: str | None = None
    returned: bool = False
    in_review: bool = False
    upheld: bool = False
    consent: str = ""
    unopened: bool = False  # the partner was given something and has not opened it
    died: bool = False  # it ended so
    deadlines: Mapping[str, Deadline] = field(default_factory=dict)  # those that run, by their codes
    reminded: frozenset[str] = frozenset()  # of these
    missed: frozenset[str] = frozenset()
    follow_ups: Sequence[Window] = ()  # none of a placement of before its fact said them
    follow_ups_due: frozenset[int] = frozenset()
    follow_ups_answered: frozenset[int] = frozenset()
    follow_ups_missed: frozenset[int] = frozenset()

    @property
    def home(self) -> bool:
        """Whether it is a return to the family: without a partner that is told, and without a place."""
        return self.status != Status.UNSENT and self.about["programme_id"] is None
