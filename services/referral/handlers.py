"""Whenever they answer about a place or close a case, and whenever a deadline is reached: what we ask of ourselves.
Pure."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from services.codes import procedure
from services.codes.deadlines import (
    ACKNOWLEDGE,
    ANSWER,
    ARRIVAL,
    ESCALATED,
    FOLLOW_UP,
    TELL,
    TRAVEL,
    WAITING_LIST,
)
from services.codes.decisions import OUTCOME_OF_CLOSING
from services.codes.procedure import Book
from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import Recorded, instant, moment
from services.referral.domain.commands import (
    ExpireReferral,
    HearNoPlace,
    LoseConsent,
    MissDeadline,
    MissFollowUp,
    RaiseFollowUp,
    RemindOfDeadline,
    SecurePlace,
    SettleDecline,
    StandDown,
)
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.placement import PLACEMENT, CloseReferrals, ReopenReferrals
from services.referral.domain.stays import STAYS, BeginStay, ExpireStay, HearNoBed, ResolveStay
from services.referral.events import (
    FollowUpDue,
    FollowUpRecorded,
    InterimStayAsked,
    InterimStayEnded,
    InterimStayProlonged,
    InterimStayRefused,
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
from services.thai.dates import bangkok_day, utc_span

_UNTIL_ANSWER = (TELL, ACKNOWLEDGE, ANSWER, WAITING_LIST)
_UNTIL_THERE = (TRAVEL, ARRIVAL)
ENDS: Mapping[str, Sequence[str]] = {  # the deadlines that cannot run any more after such a fact
    "PlaceSecured": (WAITING_LIST,),
    "PartnerTold": (TELL, WAITING_LIST),
    "ReferralAcknowledged": (TELL, ACKNOWLEDGE),
    "ReferralWaitlisted": (TELL, ACKNOWLEDGE, ANSWER),
    "ReferralAccepted": _UNTIL_ANSWER,
    "ReferralDeclined": _UNTIL_ANSWER,
    "ReferralExpired": _UNTIL_ANSWER,
    "ReferralWithdrawn": (*_UNTIL_ANSWER, *_UNTIL_THERE),
    "PersonTravelling": (TRAVEL,),
    "PersonAdmitted": _UNTIL_THERE,
    "FollowUpRecorded": (FOLLOW_UP,),
    "ReferralEnded": (FOLLOW_UP,),
    "ReferralFailed": (*_UNTIL_THERE, FOLLOW_UP),
    "ReferralEnteredInError": (*_UNTIL_ANSWER, *_UNTIL_THERE, FOLLOW_UP),
}
# Of those that a version of its own adds, one that comes after the end finds that it is over.
EVERY_FOLLOW_UP = sorted(
    {*procedure.FIRST_FOLLOW_UPS, *(each.days for each in procedure.EVERYWHERE.follow_ups)}
)


def when_place_reserved(
    fact: Recorded, referral_id: str, stay: bool, person_id: str | None, book: Book
) -> Iterable[Do]:
    """`stay`: it is the bed of an interim stay of that person, whose id `referral_id` then is; `book`: what the
    procedure says for the centre."""
    if person_id is not None:
        yield Do(STAYS, person_id, BeginStay(referral_id))
    if not stay:
        now = moment(fact.recorded)
        yield Do(REFERRAL, referral_id, SecurePlace(now, book.on(bangkok_day(now))))


def when_place_refused(
    fact: Recorded, referral_id: str, waiting: bool, stay: bool, person_id: str | None, book: Book
) -> Iterable[Do]:
    if person_id is not None:
        yield Do(STAYS, person_id, HearNoBed(referral_id))
    if not stay:
        now = moment(fact.recorded)
        yield Do(REFERRAL, referral_id, HearNoPlace(waiting, now, book.on(bangkok_day(now))))


def when_case_closed(
    fact: Recorded,
    case_id: str,
    reason: str,
    outcome: str | None,
    open_ones: Sequence[tuple[str, str]],
    staying: str | None,
) -> Iterable[Do]:
    """Whatever of the case is open ends with it: when the case was closed, or with its own latest step if that is
    later. `open_ones`: (referral, when its latest step happened); `staying`: the person who has an interim bed."""
    yield Do(PLACEMENT, case_id, CloseReferrals(case_id))
    died = reason == "died"
    why, whose = ("person_died", "person") if died else ("case_closed", "centre")
    ending = StandDown(why, whose, outcome or OUTCOME_OF_CLOSING.get(reason, "other"))
    for referral_id, last_at in open_ones:
        yield Do(REFERRAL, referral_id, ending, at=max(fact.time, last_at))
    if staying is not None:
        yield Do(STAYS, staying, ResolveStay(case_id, "case_closed"))


def when_consent_withdrawn(
    fact: Recorded, case_id: str, consent_id: str, kind: str, resting: Sequence[str]
) -> Iterable[Do]:
    """`resting`: the referrals of the case that are open and rest on it."""
    for referral_id in resting:
        yield Do(REFERRAL, referral_id, LoseConsent())


def when_case_reopened(fact: Recorded, case_id: str) -> Iterable[Do]:
    yield Do(PLACEMENT, case_id, ReopenReferrals(case_id))


def timers(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    """An answer is due after it was recorded, and so is telling the partner; a follow-up after the placement
    happened, until its window closes."""
    yield from _of_deadlines(fact)
    match fact.event:
        case PlaceSecured() as event:
            yield _expire(event.referral_id, event.release_due)
        case ReferralSent() | PartnerTold() | ReferralWaitlisted() as event:
            yield _expire(event.referral_id, event.answer_due)
        case ReferralAcknowledged(answer_due=str() as due) as event:
            yield _expire(event.referral_id, due)
        case ReferralDeclineReturned() as event:
            yield ClearTimer(_settle(event.referral_id))
            yield _expire(event.referral_id, event.answer_due)
        case ReferralDeclined() as event:
            yield ClearTimer(_answer(event.referral_id))
            if event.final_at:
                settle = {"do": "settle", "referral_id": event.referral_id}
                yield SetTimer(_settle(event.referral_id), event.final_at, settle)
        case ReferralDeclineSettled() as event:
            yield ClearTimer(_settle(event.referral_id))
        case ReferralAccepted() | ReferralExpired() | ReferralWithdrawn() as event:
            yield ClearTimer(_answer(event.referral_id))
        case FollowUpRecorded(answers=int() as days) as event:
            yield ClearTimer(_follow_up(event.referral_id, days))
        case PlacementConfirmed() as event:
            placed = moment(fact.time)
            for window in procedure.windows_of(bangkok_day(placed), event.follow_ups):
                raise_it = {"do": "follow-up", "referral_id": event.referral_id, "days": window["days"]}
                due = instant(placed + timedelta(days=window["days"]))
                yield SetTimer(_follow_up(event.referral_id, window["days"]), due, raise_it)
        case FollowUpDue(closes=str() as last) as event:
            day = date.fromisoformat(last)
            miss = {"do": "miss", "referral_id": event.referral_id, "days": event.days}
            yield SetTimer(_follow_up(event.referral_id, event.days), instant(utc_span(day, day)[1]), miss)
        case ReferralEnded() | ReferralFailed() as event:
            yield from _no_follow_ups(event.referral_id)
        case InterimStayAsked() | InterimStayProlonged() as event:
            expire = {"do": "stay", "stay_id": event.stay_id, "person_id": event.person_id}
            yield SetTimer(_stay(event.stay_id), event.until, expire)
        case InterimStayRefused() | InterimStayEnded() as event:
            yield ClearTimer(_stay(event.stay_id))
        case ReferralEnteredInError() as event:
            yield ClearTimer(_answer(event.referral_id))
            yield ClearTimer(_settle(event.referral_id))
            yield from _no_follow_ups(event.referral_id)


def _of_deadlines(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    """Of each deadline one timer: it reminds, then it says that the deadline was missed, if somebody answers for
    that."""
    event = fact.event
    for code in ENDS.get(fact.type, ()):
        yield ClearTimer(_deadline(event.referral_id, code))
    for each in getattr(event, "deadlines", None) or ():
        about = {"referral_id": event.referral_id, "code": each["code"], "due": each["due"]}
        if each["remind"]:
            yield SetTimer(
                _deadline(event.referral_id, each["code"]), each["remind"], {"do": "remind", **about}
            )
        elif each["code"] in ESCALATED:
            yield SetTimer(_deadline(event.referral_id, each["code"]), each["due"], {"do": "late", **about})
    if isinstance(event, ReminderDue) and event.deadline in ESCALATED:
        about = {"referral_id": event.referral_id, "code": event.deadline, "due": event.due}
        yield SetTimer(_deadline(event.referral_id, event.deadline), event.due, {"do": "late", **about})


def when_due(command: dict[str, Any], now: datetime, book: Book) -> Do:
    """`book`: what the procedure says for the centre of the referral, as it is when the time has come."""
    terms = book.on(bangkok_day(now))
    match command["do"]:
        case "remind":
            return Do(REFERRAL, command["referral_id"], RemindOfDeadline(command["code"], command["due"]))
        case "late":
            late = MissDeadline(command["code"], command["due"], terms.escalation)
            return Do(REFERRAL, command["referral_id"], late)
        case "expire":
            return Do(REFERRAL, command["referral_id"], ExpireReferral(now, terms.escalation))
        case "stay":
            return Do(STAYS, command["person_id"], ExpireStay(command["stay_id"], now))
        case "miss":
            return Do(REFERRAL, command["referral_id"], MissFollowUp(command["days"], terms.escalation))
        case "settle":
            return Do(REFERRAL, command["referral_id"], SettleDecline())
    return Do(REFERRAL, command["referral_id"], RaiseFollowUp(command["days"], now, terms))


def _expire(referral_id: str, due: str) -> SetTimer:
    return SetTimer(_answer(referral_id), due, {"do": "expire", "referral_id": referral_id})


def _stay(stay_id: str) -> str:
    return f"stay/{stay_id}"


def _deadline(referral_id: str, code: str) -> str:
    return f"deadline/{referral_id}/{code}"


def _settle(referral_id: str) -> str:
    return f"settle/{referral_id}"


def _answer(referral_id: str) -> str:
    return f"answer/{referral_id}"


def _follow_up(referral_id: str, days: int) -> str:
    return f"follow-up/{referral_id}/{days}"


def _no_follow_ups(referral_id: str) -> Iterable[ClearTimer]:
    return (ClearTimer(_follow_up(referral_id, days)) for days in EVERY_FOLLOW_UP)
