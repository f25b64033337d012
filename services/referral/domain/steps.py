"""The steps people take of a referral: a command each, and the fact it makes. What a step may follow stands in
`codes.steps`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, assert_never

from services.codes import steps
from services.referral.domain.words import DEADLINES, Place, Referral, Status, days_after
from services.referral.events import (
    Event,
    FollowUpRecorded,
    PersonAdmitted,
    PersonTravelling,
    PlacementConfirmed,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralFailed,
    ReferralWaitlisted,
    ReferralWithdrawn,
    Work,
)

# The field names are those of the request and of the fact.


@dataclass(frozen=True)
class AcknowledgeReferral:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class AcceptReferral:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class DeclineReferral:
    reason: str
    whose: str
    said_by: str | None = None
    by_channel: str | None = None
    no_more_places: bool = False
    note: str | None = None


@dataclass(frozen=True)
class WaitlistReferral:
    now: datetime
    said_by: str | None = None
    by_channel: str | None = None
    no_more_places: bool = False


@dataclass(frozen=True)
class WithdrawReferral:
    reason: str | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordTravel:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class AdmitPerson:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class ConfirmPlacement:
    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class FailReferral:
    reason: str | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordFollowUp:
    in_place: bool
    work: Work | None = None
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EndReferral:
    outcome: str
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EnterInError:
    said_by: str | None = None
    by_channel: str | None = None
    note: str | None = None


Step = (
    AcknowledgeReferral
    | AcceptReferral
    | DeclineReferral
    | WaitlistReferral
    | WithdrawReferral
    | RecordTravel
    | AdmitPerson
    | ConfirmPlacement
    | FailReferral
    | RecordFollowUp
    | EndReferral
    | EnterInError
)
COMMANDS: Mapping[str, type[Step]] = {
    "acknowledge": AcknowledgeReferral,
    "accept": AcceptReferral,
    "decline": DeclineReferral,
    "waitlist": WaitlistReferral,
    "withdraw": WithdrawReferral,
    "travel": RecordTravel,
    "admit": AdmitPerson,
    "confirm": ConfirmPlacement,
    "fail": FailReferral,
    "follow-up": RecordFollowUp,
    "end": EndReferral,
    "entered-in-error": EnterInError,
}


@dataclass(frozen=True)
class Row:
    """A row of the life cycle: a step, the statuses it may follow, the one it leads to (None: it stays)."""

    step: type[Step]
    follows: frozenset[Status]
    leads_to: Status | None
    by_partner: bool


LIFE_CYCLE: Mapping[str, Row] = {
    code: Row(
        COMMANDS[code],
        frozenset(map(Status, step.follows)),
        Status(step.leads_to) if step.leads_to else None,
        step.by_partner,
    )
    for code, step in steps.STEPS.items()
}
ROWS: Mapping[type[Step], Row] = {row.step: row for row in LIFE_CYCLE.values()}
BY_FACT: Mapping[str, Row] = {step.fact: LIFE_CYCLE[code] for code, step in steps.STEPS.items()}


def steps_after(status: Status, place: Place) -> list[str]:
    """The names of the steps that may be taken of a referral now."""
    return [
        name
        for name, row in LIFE_CYCLE.items()
        if status in row.follows - {row.leads_to} and (place == Place.RESERVED or not row.by_partner)
    ]


def step_named(name: str, values: Mapping[str, Any], now: datetime) -> Step:
    """The command of a step by its name in the life cycle; `values` are of its own fields."""
    return WaitlistReferral(now, **values) if name == "waitlist" else LIFE_CYCLE[name].step(**values)


def fact_of(step: Step, referral: Referral) -> Event:
    about, said = referral.about, vars(step)
    match step:
        case AcknowledgeReferral():
            return ReferralAcknowledged(**about, **said)
        case AcceptReferral():
            return ReferralAccepted(**about, **said)
        case DeclineReferral():
            return ReferralDeclined(**about, **said)
        case WaitlistReferral(now):
            due = days_after(now, DEADLINES.waiting_list_days)
            return ReferralWaitlisted(
                **about, answer_due=due, said_by=step.said_by, by_channel=step.by_channel,
                no_more_places=step.no_more_places
            )  # fmt: skip
        case WithdrawReferral():
            return ReferralWithdrawn(**about, **said, was=referral.status.value)
        case RecordTravel():
            return PersonTravelling(**about, **said)
        case AdmitPerson():
            return PersonAdmitted(**about, **said)
        case ConfirmPlacement():
            return PlacementConfirmed(
                **about,
                **said,
                path=referral.path,
                kind=referral.kind,
                outside_ministry=referral.outside_ministry,
            )
        case FailReferral():
            return ReferralFailed(**about, **said, was=referral.status.value)
        case RecordFollowUp():
            return FollowUpRecorded(**about, **said, path=referral.path)
        case EndReferral():
            return ReferralEnded(**about, **said, path=referral.path)
        case EnterInError():
            return ReferralEnteredInError(**about, **said, was=referral.status.value)
    assert_never(step)
