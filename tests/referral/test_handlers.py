"""What is heard about places becomes our command; deadlines are set, moved and cleared."""

import pytest

from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import instant
from services.referral import handlers, schemas
from services.referral.domain.commands import ExpireReferral, HearNoPlace, RaiseFollowUp, TellPartner
from services.referral.domain.life_cycle import REFERRAL
from services.referral.events import FollowUpDue
from tests.referral.facts import (
    MONDAY,
    PROGRAMME,
    REFERRAL_ID,
    TUESDAY,
    about,
    accepted,
    acknowledged,
    days_after,
    declined,
    ended,
    entered_in_error,
    expired,
    failed,
    heard,
    own,
    placed,
    sent,
    told,
    waitlisted,
    withdrawn,
)

ANSWER = f"answer/{REFERRAL_ID}"
FOLLOW_UPS = [f"follow-up/{REFERRAL_ID}/{days}" for days in (30, 90, 180, 365)]


def test_a_reserved_place_lets_the_partner_be_told():
    fact = heard("partners", "PlaceReserved", referral_id=REFERRAL_ID, programme_id=PROGRAMME)
    loaded = schemas.PlaceReserved().load(fact.data)
    assert list(handlers.when_place_reserved(fact, **loaded)) == [
        Do(REFERRAL, REFERRAL_ID, TellPartner(TUESDAY))
    ]


@pytest.mark.parametrize("waiting", [True, False])
def test_a_refused_place_is_heard_with_whether_it_waits(waiting):
    fact = heard("partners", "PlaceRefused", referral_id=REFERRAL_ID, reason="no_place", waiting=waiting)
    loaded = schemas.PlaceRefused().load(fact.data)
    command = HearNoPlace(waiting, TUESDAY)
    assert list(handlers.when_place_refused(fact, **loaded)) == [Do(REFERRAL, REFERRAL_ID, command)]


@pytest.mark.parametrize("event", [sent, told, waitlisted])
def test_an_answer_is_due_when_the_fact_says(event):
    expire = {"do": "expire", "referral_id": REFERRAL_ID}
    assert list(handlers.timers(*own([event]))) == [SetTimer(ANSWER, event.answer_due, expire)]


@pytest.mark.parametrize("event", [accepted, declined, expired, withdrawn])
def test_no_answer_is_due_after_the_answer(event):
    assert list(handlers.timers(*own([event]))) == [ClearTimer(ANSWER)]


def test_follow_ups_are_due_after_the_placement_happened():
    [fact] = own([placed], first=MONDAY.replace(hour=8))
    timers = list(handlers.timers(fact))
    assert [timer.timer_id for timer in timers] == FOLLOW_UPS
    assert [timer.due_at for timer in timers] == [days_after(MONDAY, days) for days in (30, 90, 180, 365)]
    assert fact.time == instant(MONDAY)


@pytest.mark.parametrize("event", [ended, failed])
def test_no_follow_up_is_due_when_it_is_over(event):
    assert list(handlers.timers(*own([event]))) == [ClearTimer(timer) for timer in FOLLOW_UPS]


def test_nothing_is_due_for_what_should_never_have_been_recorded():
    assert {timer.timer_id for timer in handlers.timers(*own([entered_in_error]))} == {ANSWER, *FOLLOW_UPS}


@pytest.mark.parametrize("event", [acknowledged, FollowUpDue(**about, days=30)])
def test_other_facts_move_no_deadline(event):
    assert list(handlers.timers(*own([event]))) == []


def test_a_due_deadline_becomes_a_command():
    [timer] = handlers.timers(*own([sent]))
    assert handlers.when_due(timer.command, TUESDAY) == Do(REFERRAL, REFERRAL_ID, ExpireReferral(TUESDAY))
    *_, last = handlers.timers(*own([placed]))
    assert handlers.when_due(last.command, TUESDAY) == Do(REFERRAL, REFERRAL_ID, RaiseFollowUp(365))
