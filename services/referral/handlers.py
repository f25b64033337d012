"""Whenever they answer about a place, and whenever a deadline is reached: what we ask of ourselves. Pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import Recorded, instant, moment
from services.referral.domain.commands import ExpireReferral, HearNoPlace, RaiseFollowUp, TellPartner
from services.referral.domain.life_cycle import REFERRAL
from services.referral.domain.words import DEADLINES
from services.referral.events import (
    PartnerTold,
    PlacementConfirmed,
    ReferralAccepted,
    ReferralDeclined,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralExpired,
    ReferralFailed,
    ReferralSent,
    ReferralWaitlisted,
    ReferralWithdrawn,
)


def when_place_reserved(fact: Recorded, referral_id: str) -> Iterable[Do]:
    yield Do(REFERRAL, referral_id, TellPartner(moment(fact.recorded)))


def when_place_refused(fact: Recorded, referral_id: str, waiting: bool) -> Iterable[Do]:
    yield Do(REFERRAL, referral_id, HearNoPlace(waiting, moment(fact.recorded)))


def timers(fact: Recorded) -> Iterable[SetTimer | ClearTimer]:
    """An answer is due after it was recorded, a follow-up after the placement happened."""
    match fact.event:
        case ReferralSent() | PartnerTold() | ReferralWaitlisted() as event:
            expire = {"do": "expire", "referral_id": event.referral_id}
            yield SetTimer(_answer(event.referral_id), event.answer_due, expire)
        case ReferralAccepted() | ReferralDeclined() | ReferralExpired() | ReferralWithdrawn() as event:
            yield ClearTimer(_answer(event.referral_id))
        case PlacementConfirmed() as event:
            for days in DEADLINES.follow_up_days:
                due = instant(moment(fact.time) + timedelta(days=days))
                raise_it = {"do": "follow-up", "referral_id": event.referral_id, "days": days}
                yield SetTimer(_follow_up(event.referral_id, days), due, raise_it)
        case ReferralEnded() | ReferralFailed() as event:
            yield from _no_follow_ups(event.referral_id)
        case ReferralEnteredInError() as event:
            yield ClearTimer(_answer(event.referral_id))
            yield from _no_follow_ups(event.referral_id)


def when_due(command: dict[str, Any], now: datetime) -> Do:
    if command["do"] == "expire":
        return Do(REFERRAL, command["referral_id"], ExpireReferral(now))
    return Do(REFERRAL, command["referral_id"], RaiseFollowUp(command["days"]))


def _answer(referral_id: str) -> str:
    return f"answer/{referral_id}"


def _follow_up(referral_id: str, days: int) -> str:
    return f"follow-up/{referral_id}/{days}"


def _no_follow_ups(referral_id: str) -> Iterable[ClearTimer]:
    return (ClearTimer(_follow_up(referral_id, days)) for days in DEADLINES.follow_up_days)
