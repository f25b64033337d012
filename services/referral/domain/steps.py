"""The steps people take of a referral: a command each, and the fact it makes. What a step may follow stands in
`codes.steps`."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from typing import Any, assert_never

from services.codes import steps
from services.codes.deadlines import ACKNOWLEDGE, ANSWER, ARRIVAL, TRAVEL, WAITING_LIST
from services.codes.declines import is_reviewed
from services.codes.following import IN_PLACE, NOT_REACHED
from services.codes.procedure import EVERYWHERE, Deadline, Terms, Window
from services.codes.procedure.reckoning import deadline, due, evening_of, windows
from services.kernel.envelope import instant
from services.referral.domain.words import (
    AWAITING_ANSWER,
    OVER,
    Place,
    Referral,
    Status,
)
from services.referral.events import (
    Event,
    FollowUpAttempted,
    FollowUpRecorded,
    PartnerTold,
    PersonAdmitted,
    PersonTravelling,
    PlacementConfirmed,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralDeclineReturned,
    ReferralDeclineSettled,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralFailed,
    ReferralWaitlisted,
    ReferralWithdrawn,
    Work,
)

# The field names are those of the request and of the fact, but for what the door adds (`OF_THE_DOOR`).


@dataclass(frozen=True, kw_only=True)
class HasSource:
    """What somebody told: who it was, and by which channel."""

    said_by: str | None = None
    by_channel: str | None = None


@dataclass(frozen=True)
class TellPartner(HasSource):
    now: datetime
    how: str
    to: str | None = None
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class AcknowledgeReferral(HasSource):
    now: datetime
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class AcceptReferral(HasSource):
    now: datetime
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class DeclineReferral(HasSource):
    """`by_link`: the partner itself gave its answer by its link, where a finger slips."""

    now: datetime
    by_link: bool
    reason: str
    whose: str
    no_more_places: bool = False
    note: str | None = None
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class ReturnDecline(HasSource):
    """`asks`: the director sends it back and asks this."""

    now: datetime
    asks: str | None = None


@dataclass(frozen=True)
class UpholdDecline:
    """The director accepts a no that is reviewed."""


@dataclass(frozen=True)
class WaitlistReferral(HasSource):
    now: datetime
    no_more_places: bool = False
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class WithdrawReferral(HasSource):
    reason: str | None = None
    whose: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordTravel(HasSource):
    """`arrives_on`: the day on which the person is expected (ISO)."""

    now: datetime
    brought_by: str | None = None
    escort: str | None = None
    arrives_on: str | None = None
    cost_baht: int | None = None
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class AdmitPerson(HasSource):
    handed_to: str | None = None


@dataclass(frozen=True)
class ConfirmPlacement(HasSource):
    """`on`: the day on which it was so."""

    on: date
    terms: Terms = EVERYWHERE


@dataclass(frozen=True)
class FailReferral(HasSource):
    reason: str | None = None
    whose: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class RecordFollowUp(HasSource):
    """`window`: of the due day that this follow-up is of; `on`: the day of it. Either `in_place` or `found` is said; of
    both, they say the same."""

    on: date
    window: Window
    in_place: bool | None = None
    found: str | None = None
    work: Work | None = None
    health: str | None = None
    wellbeing: str | None = None
    note: str | None = None


@dataclass(frozen=True)
class EndReferral(HasSource):
    outcome: str
    note: str | None = None


@dataclass(frozen=True)
class EnterInError(HasSource):
    note: str | None = None


Step = (
    TellPartner
    | AcknowledgeReferral
    | AcceptReferral
    | DeclineReferral
    | ReturnDecline
    | UpholdDecline
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
    "told": TellPartner,
    "acknowledge": AcknowledgeReferral,
    "accept": AcceptReferral,
    "decline": DeclineReferral,
    "take-back": ReturnDecline,
    "uphold": UpholdDecline,
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
    """A row of the life cycle: a step, the statuses it may follow, the one it leads to (None: it stays). `of_partner`:
    a return to the family has no such step. `of_review`: a director's, while a no is reviewed."""

    code: str
    step: type[Step]
    follows: frozenset[Status]
    leads_to: Status | None
    by_partner: bool
    of_partner: bool
    of_review: bool

    @property
    def answers(self) -> bool:
        """Whether the partner answers by it, which it can only while a place is held."""
        return self.by_partner and bool(self.follows & (AWAITING_ANSWER | {Status.DECLINED}))


LIFE_CYCLE: Mapping[str, Row] = {
    code: Row(
        code,
        COMMANDS[code],
        frozenset(map(Status, step.follows)),
        Status(step.leads_to) if step.leads_to else None,
        step.by_partner,
        step.of_partner,
        step.of_review,
    )
    for code, step in steps.STEPS.items()
}
ROWS: Mapping[type[Step], Row] = {row.step: row for row in LIFE_CYCLE.values()}
BY_FACT: Mapping[str, Row] = {step.fact: LIFE_CYCLE[code] for code, step in steps.STEPS.items()}


# With a person who died a referral may only come to its end, or be corrected.
ENDING = frozenset(name for name, row in LIFE_CYCLE.items() if row.leads_to in OVER)


def steps_after(
    status: Status,
    place: Place,
    partner_knows: bool,
    returnable: bool,
    home: bool = False,
    died: bool = False,
    in_review: bool = False,
) -> list[str]:
    """The names of the steps that may be taken of a referral now; `returnable`: the partner's no may be taken back;
    `home`: it is a return to the family; `died`: an ending says that the person did; `in_review`: a director reviews
    the no."""
    held = place == Place.RESERVED
    possible: dict[type[Step], bool] = {
        TellPartner: held and not partner_knows, ReturnDecline: held and returnable, UpholdDecline: in_review,
    }  # fmt: skip
    return [
        name
        for name, row in LIFE_CYCLE.items()
        if status in row.follows - {row.leads_to}
        and (name in ENDING or not died)
        and (not row.of_partner if home else possible.get(row.step, held or not row.answers))
    ]


@dataclass(frozen=True)
class Circumstances:
    """What the door knows of a step beside what is said: when it is recorded, on which day it happened, whether the
    partner itself says it by its link, of which due day a follow-up of that day is, and what the procedure says for
    the centre."""

    now: datetime
    on: date
    window: Window
    by_link: bool = False
    terms: Terms = EVERYWHERE


OF_THE_DOOR = frozenset(field.name for field in fields(Circumstances))


def step_named(name: str, values: Mapping[str, Any], known: Circumstances) -> Step:
    """The command of a step by its name in the life cycle; `values` are of its own fields."""
    step = LIFE_CYCLE[name].step
    taken = {field.name for field in fields(step)} & OF_THE_DOOR
    return step(**{each: getattr(known, each) for each in taken}, **values)


def settled(referral: Referral, no: ReferralDeclined) -> ReferralDeclineSettled:
    return ReferralDeclineSettled(
        **referral.about, reason=no.reason, whose=no.whose, no_more_places=no.no_more_places
    )


def fact_of(step: Step, referral: Referral) -> Event:
    about = referral.about
    said = {name: value for name, value in vars(step).items() if name not in OF_THE_DOOR}
    match step:
        case TellPartner(now):
            answer = deadline(step.terms, ANSWER, now, referral.kind, step.how)
            read = deadline(step.terms, ACKNOWLEDGE, now, referral.kind, step.how)
            begins = [read, answer] if referral.status == Status.SENT else [answer]
            return PartnerTold(**about, **said, answer_due=answer["due"], deadlines=begins)
        case AcknowledgeReferral(now):
            if referral.told:
                return ReferralAcknowledged(**about, **said)
            answer = deadline(step.terms, ANSWER, now, referral.kind)
            return ReferralAcknowledged(**about, **said, answer_due=answer["due"], deadlines=[answer])
        case AcceptReferral(now):
            return ReferralAccepted(
                **about, **said, deadlines=[deadline(step.terms, TRAVEL, now, referral.kind)]
            )
        case DeclineReferral(now):
            once = not referral.returned and not referral.home
            if once and is_reviewed(step.terms.reviewed, step.reason, step.whose):
                final = due(step.terms, "review", now)
                return ReferralDeclined(**about, **said, final_at=final, in_review=True)
            final = due(step.terms, "take_back", now)
            return ReferralDeclined(**about, **said, final_at=final if once and step.by_link else None)
        case ReturnDecline(now):
            # Whoever took back a no must not find that the time to answer has run out over it.
            ends = max(referral.due, instant(now + timedelta(days=1)))
            answer = Deadline(code=ANSWER, due=ends, remind=None, days=None)
            return ReferralDeclineReturned(**about, **said, answer_due=ends, deadlines=[answer])
        case UpholdDecline():
            assert referral.declined is not None
            return settled(referral, referral.declined)
        case WaitlistReferral(now):
            waits = deadline(step.terms, WAITING_LIST, now)
            return ReferralWaitlisted(**about, **said, answer_due=waits["due"], deadlines=[waits])
        case WithdrawReferral():
            return ReferralWithdrawn(**about, **said, was=referral.status.value)
        case RecordTravel(now):
            expected = evening_of(date.fromisoformat(step.arrives_on)) if step.arrives_on else None
            arrival = deadline(step.terms, ARRIVAL, now, referral.kind, at=expected)
            return PersonTravelling(**about, **said, deadlines=[arrival])
        case AdmitPerson():
            return PersonAdmitted(**about, **said)
        case ConfirmPlacement():
            return PlacementConfirmed(
                **about,
                **said,
                path=referral.path,
                kind=referral.kind,
                outside_ministry=referral.outside_ministry,
                follow_ups=windows(step.terms, step.on),
            )
        case FailReferral():
            return ReferralFailed(**about, **said, was=referral.status.value)
        case RecordFollowUp():
            return _followed_up(step, referral)
        case EndReferral():
            return ReferralEnded(**about, **said, path=referral.path)
        case EnterInError():
            return ReferralEnteredInError(**about, **said, was=referral.status.value)
    assert_never(step)


def _followed_up(step: RecordFollowUp, referral: Referral) -> Event:
    days = step.window["days"]
    if step.found == NOT_REACHED:
        return FollowUpAttempted(
            **referral.about, said_by=step.said_by, by_channel=step.by_channel, answers=days, note=step.note
        )
    found = step.found or (IN_PLACE if step.in_place else None)
    return FollowUpRecorded(
        **referral.about,
        said_by=step.said_by,
        by_channel=step.by_channel,
        path=referral.path,
        in_place=found == IN_PLACE,
        found=found,
        work=step.work,
        health=step.health,
        wellbeing=step.wellbeing,
        note=step.note,
        answers=days,
        in_time=step.on.isoformat() <= step.window["closes"],
    )
