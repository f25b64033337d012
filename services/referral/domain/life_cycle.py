"""The life cycle of a referral: what may follow what, what comes of it, and what became of the place."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timedelta
from typing import Any, assert_never, get_args

from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import instant
from services.kernel.errors import Refused
from services.referral.domain.commands import (
    AcceptReferral,
    AcknowledgeReferral,
    AdmitPerson,
    Command,
    ConfirmPlacement,
    DeclineReferral,
    DiscloseFacts,
    EndReferral,
    EnterInError,
    ExpireReferral,
    FailReferral,
    HearNoPlace,
    RaiseFollowUp,
    RecordFollowUp,
    RecordTravel,
    SendReferral,
    Step,
    TellPartner,
    WaitlistReferral,
    WithdrawReferral,
)
from services.referral.domain.words import AWAITING_ANSWER, DEADLINES, OVER, Place, Status
from services.referral.events import (
    About,
    Event,
    FactsDisclosed,
    FollowUpDue,
    FollowUpRecorded,
    PartnerTold,
    PersonAdmitted,
    PersonTravelling,
    PlacementConfirmed,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralExpired,
    ReferralFailed,
    ReferralSent,
    ReferralWaitlisted,
    ReferralWithdrawn,
)


@dataclass(frozen=True)
class Row:
    """A row of the life cycle: a step, the statuses it may follow, the one it leads to (None: it stays)."""

    step: type[Step]
    follows: frozenset[Status]
    leads_to: Status | None
    by_partner: bool = False


LIFE_CYCLE: Mapping[str, Row] = {
    "acknowledge": Row(AcknowledgeReferral, frozenset({Status.SENT}), Status.ACKNOWLEDGED, by_partner=True),
    "accept": Row(AcceptReferral, AWAITING_ANSWER, Status.ACCEPTED, by_partner=True),
    "decline": Row(DeclineReferral, AWAITING_ANSWER, Status.DECLINED, by_partner=True),
    "waitlist": Row(
        WaitlistReferral, frozenset({Status.SENT, Status.ACKNOWLEDGED}), Status.WAITLISTED, by_partner=True
    ),
    "withdraw": Row(
        WithdrawReferral, AWAITING_ANSWER | {Status.ACCEPTED, Status.TRAVELLING}, Status.WITHDRAWN
    ),
    "travel": Row(RecordTravel, frozenset({Status.ACCEPTED}), Status.TRAVELLING),
    "admit": Row(AdmitPerson, frozenset({Status.ACCEPTED, Status.TRAVELLING}), Status.ADMITTED),
    "confirm": Row(ConfirmPlacement, frozenset({Status.ADMITTED}), Status.PLACED),
    "fail": Row(
        FailReferral,
        frozenset({Status.ACCEPTED, Status.TRAVELLING, Status.ADMITTED, Status.PLACED}),
        Status.FAILED,
    ),
    "follow-up": Row(RecordFollowUp, frozenset({Status.PLACED}), None),
    "end": Row(EndReferral, frozenset({Status.PLACED}), Status.ENDED),
    "entered-in-error": Row(EnterInError, frozenset(Status) - {Status.UNSENT}, Status.ENTERED_IN_ERROR),
}
ROWS: Mapping[type[Any], Row] = {row.step: row for row in LIFE_CYCLE.values()}


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


def decide(command: Command, referral: Referral) -> list[Event]:
    match command:
        case SendReferral():
            return _send(command, referral)
        case TellPartner(now):
            if referral.status in AWAITING_ANSWER and referral.place in (Place.PENDING, Place.REFUSED):
                return [PartnerTold(**referral.about, answer_due=_after(now, DEADLINES.answer_days))]
            return []  # already told; or over, and the partners service releases the place by what it hears
        case DiscloseFacts(how, facts):
            if referral.status not in AWAITING_ANSWER:
                raise Refused(
                    "wrong_state", f"The partner answers no more: the referral is {referral.status}."
                )
            if referral.place == Place.PENDING:
                raise Refused("place_pending", "The partner is told only once a place is reserved.")
            basis = "consent" if referral.consent == "given" else "law"
            return [FactsDisclosed(**referral.about, how=how, facts=sorted(facts), basis=basis)]
        case HearNoPlace(waiting, now):
            if referral.status != Status.SENT or referral.place != Place.PENDING:
                return []
            if waiting:
                return [
                    ReferralWaitlisted(**referral.about, answer_due=_after(now, DEADLINES.waiting_list_days))
                ]
            return [ReferralDeclined(**referral.about, reason="no_place", whose="system")]
        case ExpireReferral(now):
            # A deadline that was moved on while this one was firing is not due.
            if referral.status in AWAITING_ANSWER and referral.answer_due <= instant(now):
                return [ReferralExpired(**referral.about, was=referral.status.value)]
            return []
        case RaiseFollowUp(days):
            if referral.status == Status.PLACED and days not in referral.follow_ups_due:
                return [FollowUpDue(**referral.about, days=days)]
            return []
        case _:
            return _take(command, referral)


def _send(c: SendReferral, referral: Referral) -> list[Event]:
    if referral.status != Status.UNSENT:
        return []
    if c.case.closed:
        raise Refused("wrong_state", "The case is closed: reopen it before referring.")
    if c.plan is None or not c.plan.covers(c.programme):
        raise Refused("no_plan", "The working group has not agreed a plan that covers this programme.")
    if c.consent == "refused":
        raise Refused("consent_refused", "The person did not consent to this referral.")
    if c.already_open:
        raise Refused("duplicate_referral", "This case already has an open referral to this programme.")
    return [
        ReferralSent(
            referral_id=c.referral_id,
            case_id=c.case.case_id,
            person_id=c.case.person_id,
            programme_id=c.programme.programme_id,
            partner_id=c.programme.partner_id,
            plan_id=c.plan.plan_id,
            path=c.plan.path,
            kind=c.programme.kind,
            under_ministry=c.programme.under_ministry,
            outside_ministry=not c.programme.under_ministry,
            consent=c.consent,
            waitlist=c.waitlist,
            answer_due=_after(c.now, DEADLINES.answer_days),
            witness=c.witness,
        )
    ]


def _take(step: Step, referral: Referral) -> list[Event]:
    row = ROWS[type(step)]
    if referral.status == row.leads_to:
        return []
    if referral.status not in row.follows:
        raise Refused(
            "wrong_state", f"{type(step).__name__} is not possible: the referral is {referral.status}."
        )
    if row.by_partner and referral.place != Place.RESERVED:
        raise Refused("place_pending", "The partner answers only once a place is reserved.")
    return [_fact(step, referral)]


def _fact(step: Step, referral: Referral) -> Event:
    about, said = referral.about, vars(step)
    match step:
        case AcknowledgeReferral():
            return ReferralAcknowledged(**about, **said)
        case AcceptReferral():
            return ReferralAccepted(**about, **said)
        case DeclineReferral():
            return ReferralDeclined(**about, **said)
        case WaitlistReferral(now):
            due = _after(now, DEADLINES.waiting_list_days)
            return ReferralWaitlisted(
                **about, answer_due=due, said_by=step.said_by, by_channel=step.by_channel, no_more_places=step.no_more_places
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


def _after(now: datetime, days: int) -> str:
    return instant(now + timedelta(days=days))


def evolve(referral: Referral, event: Event) -> Referral:
    referral = replace(
        referral, status=status_after(referral.status, event), place=place_after(referral.place, event)
    )
    match event:
        case ReferralSent():
            return replace(
                referral,
                about={about.name: getattr(event, about.name) for about in fields(About)},
                path=event.path,
                kind=event.kind,
                outside_ministry=event.outside_ministry,
                answer_due=event.answer_due,
                consent=event.consent,
            )
        case PartnerTold() | ReferralWaitlisted():
            return replace(referral, answer_due=event.answer_due)
        case FollowUpDue():
            return replace(referral, follow_ups_due=referral.follow_ups_due | {event.days})
        case _:
            return referral


def status_after(status: Status, event: Event) -> Status:
    match event:
        case ReferralSent():
            return Status.SENT
        case ReferralAcknowledged():
            return Status.ACKNOWLEDGED
        case ReferralAccepted():
            return Status.ACCEPTED
        case ReferralDeclined():
            return Status.DECLINED
        case ReferralWaitlisted():
            return Status.WAITLISTED
        case ReferralExpired():
            return Status.EXPIRED
        case ReferralWithdrawn():
            return Status.WITHDRAWN
        case PersonTravelling():
            return Status.TRAVELLING
        case PersonAdmitted():
            return Status.ADMITTED
        case PlacementConfirmed():
            return Status.PLACED
        case ReferralEnded():
            return Status.ENDED
        case ReferralFailed():
            return Status.FAILED
        case ReferralEnteredInError():
            return Status.ENTERED_IN_ERROR
        case PartnerTold() | FactsDisclosed() | FollowUpDue() | FollowUpRecorded():
            return status
    assert_never(event)


def place_after(place: Place, event: Event) -> Place:
    match event:
        case ReferralSent():
            return Place.PENDING
        case PartnerTold():
            return Place.RESERVED
        case ReferralAccepted():
            return Place.TAKEN
        case ReferralWaitlisted() | ReferralDeclined() if place == Place.PENDING:
            return Place.REFUSED  # the answer of the partners service: the partner itself was not told yet
        case _ if status_after(Status.SENT, event) not in OVER:
            return place
        case _ if place in (Place.RESERVED, Place.TAKEN):
            return Place.RELEASED
        case _:
            return Place.NONE if place == Place.PENDING else place


REFERRAL: Aggregate[Command, Referral, Event] = Aggregate(
    "referral", Decider(decide, evolve, Referral()), get_args(Event), subject="case"
)
