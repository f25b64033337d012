"""The life cycle of a referral: what may follow what, what comes of it, and what became of the place."""

from dataclasses import fields, replace
from typing import get_args

from services.codes.deadlines import TELL, TRAVEL, WAITING_LIST
from services.codes.decisions import DIED, PERSON_DIED
from services.codes.procedure.reckoning import deadline, due
from services.codes.steps import CONSENT_WITHDRAWN
from services.kernel.decider import Aggregate, Decider
from services.kernel.envelope import instant
from services.kernel.errors import Refused
from services.referral.domain.commands import (
    Command,
    DiscloseFacts,
    ExpireReferral,
    HearNoPlace,
    LoseConsent,
    MissDeadline,
    MissFollowUp,
    OpenDisclosure,
    RaiseFollowUp,
    RemindOfDeadline,
    SecurePlace,
    SendReferral,
    SettleDecline,
    StandDown,
)
from services.referral.domain.running import after, begun, follow_up_due, runs, sent_to
from services.referral.domain.steps import (
    BY_FACT,
    ROWS,
    ReturnDecline,
    Step,
    TellPartner,
    UpholdDecline,
    fact_of,
    settled,
)
from services.referral.domain.words import (
    AWAITING_ANSWER,
    OVER,
    Place,
    Referral,
    Status,
)
from services.referral.events import (
    About,
    DeadlineMissed,
    DisclosureOpened,
    Event,
    FactsDisclosed,
    FollowUpAttempted,
    FollowUpDue,
    FollowUpMissed,
    FollowUpRecorded,
    PartnerTold,
    PlacementConfirmed,
    PlaceSecured,
    ReferralAccepted,
    ReferralAcknowledged,
    ReferralDeclined,
    ReferralDeclineReturned,
    ReferralDeclineSettled,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralExpired,
    ReferralFailed,
    ReferralSent,
    ReferralWaitlisted,
    ReferralWithdrawn,
    ReminderDue,
)


def decide(command: Command, referral: Referral) -> list[Event]:
    match command:
        case SendReferral():
            return _send(command, referral)
        case SecurePlace(now, terms):
            if referral.status in AWAITING_ANSWER and referral.place in (Place.PENDING, Place.REFUSED):
                tell, release = deadline(terms, TELL, now), due(terms, "release", now)
                return [
                    PlaceSecured(
                        **referral.about, tell_due=tell["due"], release_due=release, deadlines=[tell]
                    )
                ]
            return []  # already heard; or over, and the partners service releases the place by what it hears
        case SettleDecline():
            return _settle(referral)
        case StandDown():
            return _stand_down(command, referral)
        case DiscloseFacts(how, facts):
            if refusal := why_untold(referral.status, referral.place):
                raise refusal
            basis = "consent" if referral.consent == "given" else "law"
            return [FactsDisclosed(**referral.about, how=how, facts=sorted(facts), basis=basis)]
        case OpenDisclosure(how):
            return [DisclosureOpened(**referral.about, how=how)] if referral.unopened else []
        case LoseConsent():
            if referral.status in AWAITING_ANSWER | {Status.ACCEPTED, Status.TRAVELLING}:
                lost = {"was": referral.status.value, "reason": CONSENT_WITHDRAWN, "whose": "person"}
                return [ReferralWithdrawn(**referral.about, **lost)]
            # A no that could be taken back is final now. Else it is over, or the person lives there, and what the
            # partner knows it learned before.
            return _settle(referral)
        case HearNoPlace(waiting, now, terms):
            if referral.status != Status.SENT or referral.place != Place.PENDING:
                return []
            if waiting:
                waits = deadline(terms, WAITING_LIST, now)
                return [ReferralWaitlisted(**referral.about, answer_due=waits["due"], deadlines=[waits])]
            return [ReferralDeclined(**referral.about, reason="no_place", whose="system")]
        case ExpireReferral(now, to):
            # A deadline that was moved on while this one was firing is not due.
            if referral.status in AWAITING_ANSWER and referral.due <= instant(now):
                reason, whose = _why_expired(referral)
                was = referral.status.value
                role, user = sent_to(to)
                return [
                    ReferralExpired(
                        **referral.about, was=was, reason=reason, whose=whose, to_role=role, to_user=user
                    )
                ]
            return []
        case RaiseFollowUp():
            known = referral.follow_ups_due | referral.follow_ups_answered
            if referral.status == Status.PLACED and command.days not in known:
                return [follow_up_due(command, referral)]
            return []
        case MissFollowUp(days, to):
            undone = referral.follow_ups_due - referral.follow_ups_answered - referral.follow_ups_missed
            if referral.status == Status.PLACED and days in undone:
                role, user = sent_to(to)
                return [FollowUpMissed(**referral.about, days=days, to_role=role, to_user=user)]
            return []
        case RemindOfDeadline(code, ends):
            if runs(referral, code, ends) and code not in referral.reminded:
                of_days = referral.deadlines[code]["days"]
                return [ReminderDue(**referral.about, deadline=code, due=ends, days=of_days)]
            return []
        case MissDeadline(code, ends, to):
            if runs(referral, code, ends) and code not in referral.missed:
                role, user = sent_to(to)
                return [DeadlineMissed(**referral.about, deadline=code, due=ends, to_role=role, to_user=user)]
            return []
        case _:
            return _take(command, referral)


def why_untold(status: Status, place: Place) -> Refused | None:
    """Why a referral's partner is told nothing of the person now; None: it may be."""
    if status not in AWAITING_ANSWER:
        return Refused("wrong_state", f"The partner answers no more: the referral is {status}.")
    if place != Place.RESERVED:
        return Refused("place_pending", "The partner is told only once a place is reserved.")
    return None


def _why_expired(referral: Referral) -> tuple[str, str]:
    """(reason, whose) of a referral that waited in vain: for the partner, for a place, or for being told of."""
    if referral.home:
        return "no_answer", "centre"
    if referral.place != Place.RESERVED:
        return "no_place", "system"
    return ("no_answer", "partner") if referral.told else ("not_told", "centre")


def _settle(referral: Referral) -> list[Event]:
    no = referral.declined
    if no is None or referral.final_at is None:
        return []
    return [settled(referral, no)]


def _stand_down(c: StandDown, referral: Referral) -> list[Event]:
    about, was = referral.about, referral.status
    match was:
        case Status.SENT | Status.ACKNOWLEDGED | Status.WAITLISTED | Status.ACCEPTED | Status.TRAVELLING:
            return [ReferralWithdrawn(**about, was=was.value, reason=c.reason, whose=c.whose)]
        case Status.ADMITTED:
            return [ReferralFailed(**about, was=was.value, reason=c.reason, whose=c.whose)]
        case Status.PLACED:
            return [ReferralEnded(**about, outcome=c.outcome, path=referral.path)]
    return _settle(referral)


def _send(c: SendReferral, referral: Referral) -> list[Event]:
    if referral.status != Status.UNSENT:
        return []
    if c.case.closed:
        raise Refused("case_closed", "The case is closed: reopen it before referring.")
    if c.case.died:
        raise Refused("person_died", PERSON_DIED)
    if c.programme and c.programme.retired:
        raise Refused("retired", "This programme is retired: nobody is sent there any more.")
    if c.plan is None or not c.plan.covers(c.programme):
        raise Refused(
            "no_plan",
            (
                "The working group has not agreed a plan that covers this programme."
                if c.programme
                else "The working group has not agreed that the person returns to the family."
            ),
        )
    if c.plan.closed:
        forbidden = "The law forbids this path for this person."
        closed = "The screening closed this path, and no reason of the working group opens it."
        raise Refused("path_closed", forbidden if c.plan.closed == "never" else closed)
    if c.consent == "refused":
        raise Refused("consent_refused", "The person did not consent to this referral.")
    if c.data_refused:
        raise Refused("consent_refused", "The person does not want data to be given to others.")
    if c.already_open:
        raise Refused("duplicate_referral", "This case already has an open referral there.")
    most = c.terms.referrals_at_once
    if c.asked >= most:
        raise Refused(
            "others_asked", f"{c.asked} others are asked for this case, and this centre asks {most} at once."
        )
    to = c.programme
    sent = ReferralSent(
        referral_id=c.referral_id,
        case_id=c.case.case_id,
        person_id=c.case.person_id,
        programme_id=to.programme_id if to else None,
        partner_id=to.partner_id if to else None,
        plan_id=c.plan.plan_id,
        path=c.plan.path,
        kind=to.kind if to else None,
        under_ministry=to.under_ministry if to else None,
        outside_ministry=not to.under_ministry if to else None,
        consent=c.consent,
        waitlist=c.waitlist and to is not None,
        answer_due=due(c.terms, "answer", c.now, to.kind if to else None),
        witness=c.witness,
        family=c.family,
        consent_id=c.consent_id,
        passed_over=c.passed_over,
        passed_for=c.passed_for if c.passed_over else None,
    )
    if c.family and c.family["agreed"]:
        about = {each.name: getattr(sent, each.name) for each in fields(About)}
        travel = deadline(c.terms, TRAVEL, c.now)
        return [sent, ReferralAccepted(**about, said_by=c.family["relative"], deadlines=[travel])]
    return [sent]


def _take(step: Step, referral: Referral) -> list[Event]:
    row = ROWS[type(step)]
    if referral.status == row.leads_to:
        return []
    if isinstance(step, ReturnDecline) and not (referral.final_at and instant(step.now) < referral.final_at):
        raise Refused("wrong_state", "There is no answer that can be taken back now.")
    if isinstance(step, ReturnDecline) and step.asks and not referral.in_review:
        raise Refused("wrong_state", "No answer is reviewed now.")
    if referral.status not in row.follows:
        raise Refused("wrong_state", f"The step {row.code} cannot follow: the referral is {referral.status}.")
    if isinstance(step, UpholdDecline) and not referral.home:
        if referral.upheld:
            return []
        if not referral.in_review:
            raise Refused("wrong_state", "No answer is reviewed now.")
    if referral.home:
        if row.of_partner:
            raise Refused("wrong_state", "A return to the family has no partner.")
        return [fact_of(step, referral)]
    if (row.answers or isinstance(step, TellPartner)) and referral.place != Place.RESERVED:
        raise Refused("place_pending", "The partner is told, and answers, only once a place is reserved.")
    if isinstance(step, TellPartner) and referral.told:
        return []
    return [fact_of(step, referral)]


def evolve(referral: Referral, event: Event) -> Referral:
    referral = replace(
        referral, status=status_after(referral.status, event), place=place_after(referral.place, event)
    )
    referral = _stood(referral, event)
    running = after(referral.deadlines, event, referral.status, referral.told)
    again = {each["code"] for each in begun(event)}
    reminded, missed = (codes & running.keys() - again for codes in (referral.reminded, referral.missed))
    if isinstance(event, ReminderDue):
        reminded |= {event.deadline}
    if isinstance(event, DeadlineMissed):
        missed |= {event.deadline}
    return replace(referral, deadlines=running, reminded=reminded, missed=missed)


def _stood(referral: Referral, event: Event) -> Referral:
    match event:
        case ReferralSent():
            return replace(
                referral,
                about={about.name: getattr(event, about.name) for about in fields(About)},
                path=event.path,
                kind=event.kind,
                outside_ministry=event.outside_ministry,
                due=event.answer_due,
                consent=event.consent,
            )
        case PlaceSecured():
            return replace(referral, due=event.release_due)
        case FactsDisclosed():
            return replace(referral, unopened=True)
        case DisclosureOpened():
            return replace(referral, unopened=False)
        case PartnerTold():
            return replace(referral, due=event.answer_due, told=True)
        case ReferralWaitlisted():
            return replace(referral, due=event.answer_due, told=referral.place == Place.RESERVED)
        case ReferralAcknowledged():
            return replace(referral, due=event.answer_due or referral.due, told=True)
        case ReferralAccepted():
            return replace(referral, told=True)
        case ReferralDeclined():
            return replace(referral, declined=event, final_at=event.final_at, in_review=event.in_review)
        case ReferralDeclineReturned():
            return replace(
                referral, due=event.answer_due, told=True, final_at=None, returned=True, in_review=False
            )
        case ReferralDeclineSettled():
            return replace(referral, final_at=None, in_review=False, upheld=referral.in_review)
        case ReferralEnded(outcome=outcome):
            return replace(referral, died=outcome == DIED)
        case ReferralEnteredInError():
            return replace(referral, died=False)
        case PlacementConfirmed():
            return replace(referral, follow_ups=event.follow_ups or ())
        case FollowUpDue():
            return replace(referral, follow_ups_due=referral.follow_ups_due | {event.days})
        case FollowUpMissed():
            return replace(referral, follow_ups_missed=referral.follow_ups_missed | {event.days})
        case FollowUpRecorded():
            met = referral.follow_ups_due if event.answers is None else {event.answers}
            return replace(referral, follow_ups_answered=referral.follow_ups_answered | met)
        case _:
            return referral


def status_after(status: Status, event: Event) -> Status:
    match event:
        case ReferralSent():
            return Status.SENT
        case ReferralExpired():
            return Status.EXPIRED
        case (
            PlaceSecured() | PartnerTold() | FactsDisclosed() | DisclosureOpened() | ReferralDeclineSettled()
        ):
            return status
        case FollowUpDue() | FollowUpMissed() | FollowUpAttempted() | ReminderDue() | DeadlineMissed():
            return status
    return BY_FACT[type(event).__name__].leads_to or status


def place_after(place: Place, event: Event) -> Place:
    match event:
        case ReferralSent(programme_id=None):
            return Place.NONE
        case ReferralSent():
            return Place.PENDING
        case PlaceSecured() | PartnerTold():
            return Place.RESERVED
        case ReferralDeclined(final_at=str()):
            return place  # held until it is final
        case ReferralDeclineSettled():
            return Place.RELEASED
        case ReferralAccepted() if place != Place.NONE:
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
    "referral",
    Decider(decide, evolve, Referral()),
    get_args(Event),
    subject="case",
    # Of version 1, when every referral was to a programme of a partner, nothing is otherwise.
    upcasters={(event.__name__, 1): lambda data: data for event in get_args(Event)},
)
