"""The life cycle of a referral: what may follow what, what comes of it, and what became of the place."""

from dataclasses import fields, replace
from typing import get_args

from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import instant
from services.kernel.errors import Refused
from services.referral.domain.commands import (
    Command,
    DiscloseFacts,
    ExpireReferral,
    HearNoPlace,
    RaiseFollowUp,
    SendReferral,
    TellPartner,
)
from services.referral.domain.steps import BY_FACT, ROWS, Step, fact_of
from services.referral.domain.words import (
    AWAITING_ANSWER,
    DEADLINES,
    OVER,
    Place,
    Referral,
    Status,
    days_after,
)
from services.referral.events import (
    About,
    Event,
    FactsDisclosed,
    FollowUpDue,
    PartnerTold,
    ReferralAccepted,
    ReferralDeclined,
    ReferralExpired,
    ReferralSent,
    ReferralWaitlisted,
)


def decide(command: Command, referral: Referral) -> list[Event]:
    match command:
        case SendReferral():
            return _send(command, referral)
        case TellPartner(now):
            if referral.status in AWAITING_ANSWER and referral.place in (Place.PENDING, Place.REFUSED):
                return [PartnerTold(**referral.about, answer_due=days_after(now, DEADLINES.answer_days))]
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
                    ReferralWaitlisted(
                        **referral.about, answer_due=days_after(now, DEADLINES.waiting_list_days)
                    )
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
    if c.plan.closed:
        forbidden = "The law forbids this path for this person."
        closed = "The screening closed this path, and no reason of the working group opens it."
        raise Refused("path_closed", forbidden if c.plan.closed == "never" else closed)
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
            answer_due=days_after(c.now, DEADLINES.answer_days),
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
    return [fact_of(step, referral)]


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
        case ReferralExpired():
            return Status.EXPIRED
        case PartnerTold() | FactsDisclosed() | FollowUpDue():
            return status
    return BY_FACT[type(event).__name__].leads_to or status


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
