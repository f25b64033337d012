"""What is heard about places becomes our command; deadlines are set, moved and cleared."""

import json
from dataclasses import replace

import pytest

from services.codes.procedure import EVERYWHERE, SHIPPED_DOCUMENT, Adoption, Book
from services.codes.procedure.reckoning import windows
from services.kernel.decider import ClearTimer, Do, SetTimer
from services.kernel.envelope import instant
from services.referral import handlers, schemas
from services.referral.domain.commands import (
    ExpireReferral,
    HearNoPlace,
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
from services.referral.domain.stays import STAYS, BeginStay, HearNoBed
from services.referral.events import (
    FollowUpDue,
    FollowUpRecorded,
    ReferralDeclineReturned,
    ReferralDeclineSettled,
    ReminderDue,
)
from services.thai.dates import bangkok_day
from tests.referral.facts import (
    CASE,
    MONDAY,
    OTHER,
    PERSON,
    PROGRAMME,
    REFERRAL_ID,
    TUESDAY,
    about,
    accepted,
    acknowledged,
    admitted,
    days_after,
    declined,
    ended,
    entered_in_error,
    expired,
    failed,
    heard,
    own,
    placed,
    secured,
    sent,
    told,
    waitlisted,
    withdrawn,
)

ANSWER, SETTLE = f"answer/{REFERRAL_ID}", f"settle/{REFERRAL_ID}"
FOLLOW_UPS = [f"follow-up/{REFERRAL_ID}/{days}" for days in (7, 30, 90, 180, 365)]
SAYING_ITS_DAYS = replace(placed, follow_ups=windows(EVERYWHERE, bangkok_day(MONDAY)))


DIRECTOR = EVERYWHERE.escalation


def usual(fact):
    """All but those of the deadlines that remind, which have tests of their own."""
    return [timer for timer in handlers.timers(fact) if not timer.timer_id.startswith("deadline/")]


def test_a_reserved_place_is_one_to_tell_the_partner_of():
    fact = heard("partners", "PlaceReserved", referral_id=REFERRAL_ID, programme_id=PROGRAMME)
    loaded = schemas.PlaceReserved().load(fact.data)
    assert list(handlers.when_place_reserved(fact, **loaded, person_id=None, book=Book())) == [
        Do(REFERRAL, REFERRAL_ID, SecurePlace(TUESDAY))
    ]


@pytest.mark.parametrize("waiting", [True, False])
def test_a_refused_place_is_heard_with_whether_it_waits(waiting):
    fact = heard("partners", "PlaceRefused", referral_id=REFERRAL_ID, reason="no_place", waiting=waiting)
    loaded = schemas.PlaceRefused().load(fact.data)
    command = HearNoPlace(waiting, TUESDAY)
    assert list(handlers.when_place_refused(fact, **loaded, person_id=None, book=Book())) == [
        Do(REFERRAL, REFERRAL_ID, command)
    ]


@pytest.mark.parametrize("event", [sent, told, waitlisted])
def test_an_answer_is_due_when_the_fact_says(event):
    expire = {"do": "expire", "referral_id": REFERRAL_ID}
    assert list(usual(*own([event]))) == [SetTimer(ANSWER, event.answer_due, expire)]


def test_telling_the_partner_is_due_before_the_place_is_given_back():
    expire = {"do": "expire", "referral_id": REFERRAL_ID}
    assert list(usual(*own([secured]))) == [SetTimer(ANSWER, secured.release_due, expire)]
    first = replace(acknowledged, answer_due=told.answer_due)
    assert list(usual(*own([first]))) == [SetTimer(ANSWER, told.answer_due, expire)]


def test_a_no_that_may_be_taken_back_is_settled_in_time_unless_it_was():
    no = replace(declined, final_at=instant(TUESDAY))
    settle = {"do": "settle", "referral_id": REFERRAL_ID}
    *cleared, timer = usual(*own([no]))
    assert (cleared, timer) == ([ClearTimer(ANSWER)], SetTimer(SETTLE, instant(TUESDAY), settle))
    assert handlers.when_due(timer.command, TUESDAY, Book()) == Do(REFERRAL, REFERRAL_ID, SettleDecline())
    returned = ReferralDeclineReturned(**about, answer_due=told.answer_due)
    *cleared, timer = usual(*own([returned]))
    assert (cleared, timer.timer_id, timer.due_at) == ([ClearTimer(SETTLE)], ANSWER, told.answer_due)
    settled = ReferralDeclineSettled(**about, reason="cost", whose="partner")
    assert list(usual(*own([settled]))) == [ClearTimer(SETTLE)]


def test_a_follow_up_that_came_early_is_not_due_any_more():
    visit = FollowUpRecorded(**about, in_place=True, answers=90, path="local_home")
    assert list(usual(*own([visit]))) == [ClearTimer(FOLLOW_UPS[2])]
    assert list(usual(*own([replace(visit, answers=None)]))) == []


@pytest.mark.parametrize(
    ("reason", "ending"),
    [
        ("goal_reached", StandDown("case_closed", "centre", "stable")),
        ("lost_contact", StandDown("case_closed", "centre", "lost")),
        ("died", StandDown("person_died", "person", "died")),
        ("some_new_code", StandDown("case_closed", "centre", "other")),
    ],
)
def test_with_its_case_everything_open_ends_at_the_closing_or_after_its_latest_step(reason, ending):
    fact = heard("intake", "CaseClosed", case_id=CASE, person_id=PERSON, reason=reason)
    loaded = schemas.CaseClosed().load(fact.data)
    rows = [(REFERRAL_ID, instant(TUESDAY)), (OTHER, "2026-01-01T00:00:00.000000Z")]
    assert list(handlers.when_case_closed(fact, **loaded, open_ones=rows, staying=None)) == [
        Do(PLACEMENT, CASE, CloseReferrals(CASE)),
        Do(REFERRAL, REFERRAL_ID, ending, at=instant(TUESDAY)),
        Do(REFERRAL, OTHER, ending, at=fact.time),
    ]


def test_what_was_said_on_closing_is_the_outcome_of_the_placement_that_ends_with_it():
    data = {"case_id": CASE, "person_id": PERSON, "reason": "advice_given", "outcome": "returned"}
    fact = heard("intake", "CaseClosed", **data)
    loaded = schemas.CaseClosed().load(fact.data)
    _, ended = handlers.when_case_closed(fact, **loaded, open_ones=[(REFERRAL_ID, fact.time)], staying=None)
    assert ended.command == StandDown("case_closed", "centre", "returned")


def test_a_case_opened_again_may_be_referred_anew_and_nothing_else():
    fact = heard("intake", "CaseReopened", case_id=CASE, person_id=PERSON, reason="other")
    loaded = schemas.CaseReopened().load(fact.data)
    assert list(handlers.when_case_reopened(fact, **loaded)) == [Do(PLACEMENT, CASE, ReopenReferrals(CASE))]


@pytest.mark.parametrize("event", [accepted, declined, expired, withdrawn])
def test_no_answer_is_due_after_the_answer(event):
    assert list(usual(*own([event]))) == [ClearTimer(ANSWER)]


def test_follow_ups_are_due_after_the_placement_happened():
    [fact] = own([SAYING_ITS_DAYS], first=MONDAY.replace(hour=8))
    timers = list(handlers.timers(fact))
    assert [timer.timer_id for timer in timers] == FOLLOW_UPS
    assert [timer.due_at for timer in timers] == [days_after(MONDAY, days) for days in (7, 30, 90, 180, 365)]
    assert fact.time == instant(MONDAY)


def test_a_placement_that_does_not_say_its_follow_ups_has_those_of_before():
    assert [timer.timer_id for timer in usual(*own([placed]))] == FOLLOW_UPS[1:]


def test_a_follow_up_that_is_due_is_missed_when_its_last_day_is_over():
    due = FollowUpDue(**about, days=30, closes="2026-04-16")
    [timer] = usual(*own([due]))
    assert (timer.timer_id, timer.due_at) == (FOLLOW_UPS[1], "2026-04-16T17:00:00.000000Z")
    assert handlers.when_due(timer.command, TUESDAY, Book()) == Do(
        REFERRAL, REFERRAL_ID, MissFollowUp(30, DIRECTOR)
    )


@pytest.mark.parametrize("event", [ended, failed])
def test_no_follow_up_is_due_when_it_is_over(event):
    assert list(usual(*own([event]))) == [ClearTimer(timer) for timer in FOLLOW_UPS]


def test_nothing_is_due_for_what_should_never_have_been_recorded():
    assert {timer.timer_id for timer in usual(*own([entered_in_error]))} == {
        ANSWER,
        SETTLE,
        *FOLLOW_UPS,
    }


@pytest.mark.parametrize("event", [acknowledged, FollowUpDue(**about, days=30)])
def test_other_facts_move_no_deadline(event):
    assert list(usual(*own([event]))) == []


def test_a_due_deadline_becomes_a_command():
    [timer] = usual(*own([sent]))
    assert handlers.when_due(timer.command, TUESDAY, Book()) == Do(
        REFERRAL, REFERRAL_ID, ExpireReferral(TUESDAY, DIRECTOR)
    )
    *_, last = usual(*own([placed]))
    assert handlers.when_due(last.command, TUESDAY, Book()) == Do(
        REFERRAL, REFERRAL_ID, RaiseFollowUp(365, TUESDAY)
    )


def test_a_bed_is_its_stay_s_and_no_referral_s():
    fact = heard("partners", "PlaceReserved", referral_id=REFERRAL_ID, stay=True)
    loaded = schemas.PlaceReserved().load(fact.data)
    assert list(handlers.when_place_reserved(fact, **loaded, person_id=PERSON, book=Book())) == [
        Do(STAYS, PERSON, BeginStay(REFERRAL_ID))
    ]
    assert list(handlers.when_place_reserved(fact, **loaded, person_id=None, book=Book())) == []
    assert list(handlers.when_place_refused(fact, REFERRAL_ID, False, True, PERSON, Book())) == [
        Do(STAYS, PERSON, HearNoBed(REFERRAL_ID))
    ]


# ---- deadlines that remind, and that somebody answers for once they were missed


def of_deadlines(event):
    found = [timer for timer in handlers.timers(*own([event])) if timer.timer_id.startswith("deadline/")]
    return [
        (timer.timer_id.rsplit("/", 1)[1], *((timer.due_at, timer.command["do"]) if len(timer) > 1 else ()))
        for timer in found
    ]


def test_each_deadline_has_one_timer_that_reminds_first_if_somebody_is_reminded():
    [read, answer] = told.deadlines
    assert of_deadlines(told) == [
        ("tell",), ("waiting_list",), ("acknowledge", read["due"], "late"), ("answer", answer["remind"], "remind"),
    ]  # fmt: skip
    [travel] = accepted.deadlines
    assert of_deadlines(accepted)[-1] == ("travel", travel["remind"], "remind")
    near = ReminderDue(**about, deadline="travel", due=travel["due"])
    assert of_deadlines(near) == [("travel", travel["due"], "late")]
    assert of_deadlines(ReminderDue(**about, deadline="answer", due=answer["due"])) == []


def test_what_is_answered_ends_its_deadlines():
    assert of_deadlines(declined) == [("tell",), ("acknowledge",), ("answer",), ("waiting_list",)]
    assert of_deadlines(admitted) == [("travel",), ("arrival",)]
    assert of_deadlines(placed) == []


def test_a_deadline_becomes_a_command_with_who_answers_for_it_by_the_terms_of_then():
    own_terms = {**json.loads(SHIPPED_DOCUMENT), "centres": {"60": {"escalation": {"user": "somsri"}}}}
    book = Book((Adoption("2026-03-01", json.dumps(own_terms)),), "60")
    about_it = {"referral_id": REFERRAL_ID, "code": "tell", "due": secured.tell_due}
    remind = handlers.when_due({"do": "remind", **about_it}, TUESDAY, book)
    assert remind == Do(REFERRAL, REFERRAL_ID, RemindOfDeadline("tell", secured.tell_due))
    late = handlers.when_due({"do": "late", **about_it}, TUESDAY, book)
    to = {"role": "director", "user": "somsri"}
    assert late == Do(REFERRAL, REFERRAL_ID, MissDeadline("tell", secured.tell_due, to))
