"""The life cycle row by row, who is asked first, and what nobody can reach.

Long because the life cycle is one table, and each row stands beside what it refuses.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.codes import REFERRAL_STATUSES
from services.codes.procedure import EVERYWHERE, window_on, windows_of
from services.codes.procedure.reckoning import windows
from services.codes.steps import STEPS
from services.kernel.envelope import instant
from services.kernel.errors import Refused
from services.referral.domain.commands import (
    DiscloseFacts,
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
from services.referral.domain.steps import (
    BY_FACT,
    COMMANDS,
    LIFE_CYCLE,
    AcceptReferral,
    AcknowledgeReferral,
    Circumstances,
    ConfirmPlacement,
    DeclineReferral,
    EndReferral,
    ReturnDecline,
    TellPartner,
    UpholdDecline,
    WaitlistReferral,
    step_named,
    steps_after,
)
from services.referral.domain.words import OVER, Place, Referral, Status
from services.referral.events import (
    DeadlineMissed,
    FactsDisclosed,
    FollowUpAttempted,
    FollowUpDue,
    FollowUpMissed,
    FollowUpRecorded,
    PartnerTold,
    PersonAdmitted,
    PersonTravelling,
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
    ReferralWithdrawn,
    ReminderDue,
)
from services.thai.dates import bangkok_day
from tests.referral.facts import (
    MONDAY,
    OTHER,
    REACHED,
    TUESDAY,
    about,
    about_home,
    accepted,
    acknowledged,
    admitted,
    again,
    begins,
    case,
    days_after,
    ended,
    entered_in_error,
    family,
    home,
    placed,
    plan,
    plan_home,
    secured,
    send,
    sent,
    sent_home,
    told,
    travelling,
    waitlisted,
    withdrawn,
    working,
)
from tests.spec import Spec

referral = Spec(REFERRAL)
ON = bangkok_day(TUESDAY)
WINDOWS = windows(EVERYWHERE, ON)
KNOWN = Circumstances(TUESDAY, ON, window_on(ON, WINDOWS))

# What each step says besides, and the contract's life cycle written out once more, as it stands there.
SAID: dict[str, dict[str, Any]] = {
    "told": {"how": "phone"},
    "decline": {"reason": "cost", "whose": "partner"},
    "follow-up": {"in_place": True},
    "end": {"outcome": "stable"},
}
CONTRACT = {
    "sent": "told acknowledge accept decline waitlist withdraw",
    "acknowledged": "told accept decline waitlist withdraw",
    "waitlisted": "told accept decline withdraw",
    "accepted": "travel admit fail withdraw",
    "travelling": "admit fail withdraw",
    "admitted": "confirm fail",
    "placed": "end fail follow-up",
    "declined": "",
    "expired": "",
    "withdrawn": "",
    "ended": "",
    "failed": "",
    "entered_in_error": "",
}
LEADS_TO = {
    "acknowledge": "acknowledged",
    "accept": "accepted",
    "decline": "declined",
    "take-back": "acknowledged",
    "waitlist": "waitlisted",
    "withdraw": "withdrawn",
    "travel": "travelling",
    "admit": "admitted",
    "confirm": "placed",
    "fail": "failed",
    "end": "ended",
    "entered-in-error": "entered_in_error",
}


def fact_of(name: str, was: str) -> Any:
    path = {"path": "local_home"}
    return {
        "acknowledge": lambda: ReferralAcknowledged(**about),
        "accept": lambda: accepted,
        "decline": lambda: ReferralDeclined(**about, reason="cost", whose="partner"),
        "waitlist": lambda: waitlisted,
        "withdraw": lambda: ReferralWithdrawn(**about, was=was),
        "travel": lambda: travelling,
        "admit": lambda: PersonAdmitted(**about),
        "confirm": lambda: replace(placed, follow_ups=WINDOWS),
        "fail": lambda: ReferralFailed(**about, was=was),
        "follow-up": lambda: FollowUpRecorded(
            **about, in_place=True, found="in_place", answers=7, in_time=True, **path
        ),
        "end": lambda: ReferralEnded(**about, outcome="stable", **path),
        "entered-in-error": lambda: ReferralEnteredInError(**about, was=was),
    }[name]()


def command(name: str) -> Any:
    return step_named(name, SAID.get(name, {}), KNOWN)


def test_the_statuses_and_steps_are_those_of_the_contract():
    assert set(Status) - {"unsent"} == set(REFERRAL_STATUSES) == set(CONTRACT) == set(REACHED)
    assert set(LIFE_CYCLE) == {*LEADS_TO, "told", "follow-up", "uphold"}


def test_every_step_has_a_command_and_a_fact_of_its_own_in_the_order_of_its_data():
    assert list(COMMANDS) == list(STEPS) and len({*COMMANDS.values()}) == len(STEPS)
    by_itself = {
        "ReferralSent", "PlaceSecured", "FactsDisclosed", "DisclosureOpened", "FollowUpDue", "ReferralExpired",
        "FollowUpMissed", "FollowUpAttempted", "ReminderDue", "DeadlineMissed",
    }  # fmt: skip
    assert {event.__name__ for event in REFERRAL.events} == BY_FACT.keys() | by_itself
    assert len(BY_FACT) == len(STEPS) and not BY_FACT.keys() & by_itself


@pytest.mark.parametrize("status", CONTRACT)
@pytest.mark.parametrize("name", LIFE_CYCLE)
def test_every_step_after_every_status(name, status):
    given = referral.given(*REACHED[status])
    told_again = name == "told" and name in CONTRACT[status].split()
    if LEADS_TO.get(name) == status or told_again:
        given.when(command(name)).then()
    elif name in CONTRACT[status].split() or name == "entered-in-error":
        given.when(command(name)).then(fact_of(name, was=status))
    else:
        said = given.when(command(name)).refused("wrong_state")
        assert type(command(name)).__name__ not in said  # what it is called in here is nobody's word


@pytest.mark.parametrize("status", CONTRACT)
def test_the_steps_that_may_follow_are_those_of_the_contract(status):
    error = set() if status == "entered_in_error" else {"entered-in-error"}
    untold = {*steps_after(Status(status), Place.RESERVED, partner_knows=False, returnable=False)}
    assert untold == {*CONTRACT[status].split()} | error
    once_told = {*steps_after(Status(status), Place.RESERVED, partner_knows=True, returnable=False)}
    assert once_told == untold - {"told"}
    answers = {name for name, row in LIFE_CYCLE.items() if row.answers} | {"told"}
    assert not answers & {*steps_after(Status(status), Place.PENDING, partner_knows=False, returnable=False)}
    returnable = {*steps_after(Status(status), Place.RESERVED, partner_knows=True, returnable=True)}
    assert ("take-back" in returnable) == (status == "declined")


def test_what_a_partner_is_given_is_noted_while_it_may_answer():
    given = referral.given(sent, told)
    basis = "consent" if sent.consent == "given" else "law"
    fact = FactsDisclosed(**about, how="link", facts=["age_band", "sex"], basis=basis)
    given.when(DiscloseFacts("link", ("sex", "age_band"))).then(fact)
    referral.given(sent).when(DiscloseFacts("link", ())).refused("place_pending")
    referral.given(sent, told, accepted).when(DiscloseFacts("link", ())).refused("wrong_state")
    unable = replace(sent, consent="unable")
    referral.given(unable, told).when(DiscloseFacts("link", ())).then(replace(fact, facts=[], basis="law"))


@pytest.mark.parametrize("name", ["decline", "waitlist"])
def test_with_its_answer_a_partner_may_say_that_no_place_is_free(name):
    command = step_named(name, SAID.get(name, {}) | {"no_more_places": True}, KNOWN)
    fact = replace(fact_of(name, was="sent"), no_more_places=True)
    referral.given(sent, told).when(command).then(fact)


@pytest.mark.parametrize("name", LIFE_CYCLE)
def test_nothing_can_be_done_with_what_was_never_sent(name):
    referral.given().when(command(name)).refused("wrong_state")


@pytest.mark.parametrize("name", LIFE_CYCLE)
@pytest.mark.parametrize("past", [(sent,), (sent, waitlisted)], ids=["place pending", "waiting for a place"])
def test_the_partner_says_nothing_before_it_is_told(past, name):
    status = REFERRAL.decider.fold(past).status
    given = referral.given(*past).when(command(name))
    if LEADS_TO.get(name) == status:
        given.then()
    elif name in ("withdraw", "entered-in-error"):
        given.then(fact_of(name, was=status))
    elif name in CONTRACT[status].split():
        given.refused("place_pending")
    else:
        given.refused("wrong_state")


def test_a_waiting_referral_can_be_accepted_once_its_place_came():
    referral.given(sent, waitlisted, secured).when(AcceptReferral(TUESDAY)).then(accepted)


# ---- sending


def test_a_referral_is_sent_under_the_plan_with_consent():
    referral.given().when(send()).then(sent)


def test_sending_again_changes_nothing():
    referral.given(sent).when(send()).then()


def test_a_person_unable_to_consent_is_sent_with_a_witness():
    referral.given().when(send(consent="unable", witness="สมศรี")).then(
        again(sent, consent="unable", witness="สมศรี")
    )


def test_a_ministry_programme_is_not_outside_the_ministry():
    shelter = replace(home, kind="ministry_shelter", under_ministry=True)
    expected = again(sent, kind="ministry_shelter", under_ministry=True, outside_ministry=False)
    referral.given().when(send(programme=shelter)).then(expected)


# ---- to the family


def sending_home(**changes: Any) -> Any:
    return send(**{"programme": None, "plan": plan_home, "family": family} | changes)


def test_a_return_to_the_family_has_no_programme_and_holds_no_place():
    referral.given().when(sending_home()).then(sent_home)
    referral.given(sent_home).when(sending_home()).then()
    assert REFERRAL.decider.fold([sent_home]).place == Place.NONE


def test_relatives_who_agreed_already_have_answered():
    agreed = {**family, "agreed": True}
    yes = ReferralAccepted(**about_home, said_by="พี่สาว", deadlines=[begins("travel", MONDAY)])
    referral.given().when(sending_home(family=agreed)).then(again(sent_home, family=agreed), yes)


def test_nobody_returns_home_without_a_plan_for_that_and_their_own_will():
    referral.given().when(sending_home(plan=plan)).refused("no_plan")
    referral.given().when(sending_home(plan=replace(plan_home, programme_ids=(OTHER,)))).refused("no_plan")
    referral.given().when(sending_home(plan=replace(plan_home, closed="never"))).refused("path_closed")
    referral.given().when(sending_home(consent="refused")).refused("consent_refused")
    referral.given().when(sending_home(already_open=True)).refused("duplicate_referral")


def test_the_family_answers_without_a_place_and_no_partner_is_told():
    referral.given(sent_home).when(AcceptReferral(TUESDAY)).then(
        ReferralAccepted(**about_home, deadlines=accepted.deadlines)
    )
    for step in (TellPartner(TUESDAY, "phone"), AcknowledgeReferral(TUESDAY), WaitlistReferral(TUESDAY)):
        referral.given(sent_home).when(step).refused("wrong_state")
    names = steps_after(Status.SENT, Place.NONE, partner_knows=False, returnable=False, home=True)
    assert names == ["accept", "decline", "withdraw", "entered-in-error"]


def test_a_return_to_the_family_goes_the_same_way_to_the_placement_and_its_end():
    way = (sent_home, *(type(each)(**about_home) for each in (accepted, travelling, admitted)))
    living = PlacementConfirmed(**about_home, path="return_family", kind=None, outside_ministry=None)
    referral.given(*way).when(ConfirmPlacement(on=ON)).then(replace(living, follow_ups=WINDOWS))
    referral.given(*way, living).when(RaiseFollowUp(30)).then(FollowUpDue(**about_home, days=30))
    stable = ReferralEnded(**about_home, outcome="stable", path="return_family")
    referral.given(*way, living).when(EndReferral("stable")).then(stable)
    assert REFERRAL.decider.fold([*way, living, stable]).place == Place.NONE


def test_a_family_that_does_not_answer_lets_the_return_run_out_and_that_is_for_the_centre():
    late = datetime.fromisoformat(sent_home.answer_due)
    gone = ReferralExpired(**about_home, was="sent", reason="no_answer", whose="centre")
    referral.given(sent_home).when(ExpireReferral(late)).then(gone)


def test_nobody_is_sent_without_a_plan():
    referral.given().when(send(plan=None)).refused("no_plan")


def test_a_plan_for_another_path_is_no_plan():
    referral.given().when(send(plan=replace(plan, path="employer_33"))).refused("no_plan")


def test_a_plan_for_another_programme_is_no_plan_though_the_path_fits():
    referral.given().when(send(plan=replace(plan, programme_ids=(OTHER,)))).refused("no_plan")


def test_a_plan_for_this_programme_binds_to_it_and_its_path_is_the_plans():
    bound = replace(plan, path="foundation", programme_ids=(home.programme_id,))
    referral.given().when(send(plan=bound)).then(again(sent, path="foundation"))


def test_a_plan_that_names_several_places_binds_to_any_of_them_in_whatever_order_they_are_asked():
    named = replace(plan, programme_ids=(OTHER, home.programme_id))
    referral.given().when(send(plan=named)).then(sent)
    referral.given().when(send(plan=replace(named, programme_ids=(OTHER, "another")))).refused("no_plan")


def test_who_was_told_by_letter_has_longer_to_answer_and_offices_must_be_open_on_the_day():
    december = datetime(2025, 12, 18, 3, tzinfo=UTC)
    reserved = PlaceSecured(**about, tell_due=instant(december), release_due=instant(december))
    for how, due in (("phone", "2026-01-06"), ("letter", "2026-01-13")):
        # New Year's Eve and Day are holidays, the 2nd is a special one.
        both = [begins(code, december, how) for code in ("acknowledge", "answer")]
        told = PartnerTold(**about, how=how, answer_due=f"{due}T16:59:59.999999Z", deadlines=both)
        assert told.answer_due == both[1]["due"]
        referral.given(sent, reserved).when(TellPartner(december, how)).then(told)


def test_over_songkran_and_new_year_working_days_are_those_on_which_offices_work():
    for now, tell, release in (
        (datetime(2026, 4, 10, 3, tzinfo=UTC), "2026-04-16", "2026-04-20"),  # a Friday before Songkran
        (datetime(2025, 12, 30, 3, tzinfo=UTC), "2026-01-05", "2026-01-07"),
    ):
        secured = PlaceSecured(
            **about, tell_due=f"{tell}T16:59:59.999999Z", release_due=f"{release}T16:59:59.999999Z",
            deadlines=[begins("tell", now)],
        )  # fmt: skip
        referral.given(sent).when(SecurePlace(now)).then(secured)


def test_no_more_partners_are_asked_at_once_than_the_centre_asks():
    two = replace(EVERYWHERE, referrals_at_once=2)
    referral.given().when(send(asked=1, terms=two)).then(sent)
    referral.given().when(send(asked=2, terms=two)).refused("others_asked")


def test_nobody_is_sent_to_a_retired_programme_whatever_the_plan():
    for bound in (plan, replace(plan, programme_ids=(home.programme_id,))):
        sending = send(programme=replace(home, retired=True), plan=bound)
        referral.given().when(sending).refused("retired")


def test_nobody_is_sent_against_their_will():
    referral.given().when(send(consent="refused")).refused("consent_refused")


def test_nobody_is_sent_to_the_same_programme_twice():
    referral.given().when(send(already_open=True)).refused("duplicate_referral")


def test_nobody_is_sent_from_a_closed_case():
    referral.given().when(send(case=replace(case, closed=True))).refused("case_closed")


@pytest.mark.parametrize(("closed", "says"), [("never", "forbids"), ("closed", "closed this path")])
def test_nobody_is_sent_on_a_path_that_the_screening_closed_and_it_says_why(closed, says):
    sending = send(plan=replace(plan, closed=closed))
    referral.given().when(sending).refused("path_closed")
    with pytest.raises(Refused, match=says):
        REFERRAL.decider.decide(sending, Referral())


# ---- places


@pytest.mark.parametrize("past", [(sent,), (sent, waitlisted)])
def test_once_a_place_is_reserved_the_partner_is_to_be_told_within_working_days(past):
    referral.given(*past).when(SecurePlace(TUESDAY)).then(secured)


@pytest.mark.parametrize("status", CONTRACT)
def test_a_place_is_secured_once_and_not_when_it_is_over(status):
    referral.given(*REACHED[status]).when(SecurePlace(TUESDAY)).then()


def test_the_time_to_answer_runs_from_telling_and_telling_again_changes_nothing():
    tell = TellPartner(TUESDAY, "line", to="คุณมาลี", said_by="worker")
    fact = replace(told, how="line", to="คุณมาลี", said_by="worker")
    referral.given(sent, secured).when(tell).then(fact)
    waited = replace(fact, deadlines=fact.deadlines[1:])  # it has read it before
    referral.given(sent, waitlisted, secured).when(tell).then(waited)
    referral.given(sent, secured, fact).when(tell).then()
    referral.given(sent).when(tell).refused("place_pending")


def test_an_answer_due_on_a_day_off_is_due_on_the_next_working_day():
    saturday = MONDAY.replace(day=7)
    answer = replace(EVERYWHERE.deadlines["answer"], count=14, unit="days", by_channel={})
    in_days = replace(EVERYWHERE, deadlines={**EVERYWHERE.deadlines, "answer": answer})
    deciding = TellPartner(saturday, "phone", terms=in_days)
    [fact] = REFERRAL.decider.decide(deciding, REFERRAL.decider.fold((sent, secured)))
    assert fact.answer_due == days_after(saturday, 16) == fact.deadlines[1]["due"]


def test_any_answer_implies_that_the_partner_was_told():
    read = replace(acknowledged, answer_due=working(TUESDAY, 10), deadlines=[begins("answer")])
    referral.given(sent, secured).when(AcknowledgeReferral(TUESDAY)).then(read)
    for answer in (read, waitlisted):
        referral.given(sent, secured, answer).when(TellPartner(TUESDAY, "phone")).then()


def test_a_fact_of_the_time_when_a_place_and_telling_were_one_still_says_both():
    old = PartnerTold(**about, answer_due=working(TUESDAY, 10))
    state = REFERRAL.decider.fold((sent, old))
    assert (state.place, state.told, state.due) == (Place.RESERVED, True, old.answer_due)
    referral.given(sent, old).when(SecurePlace(TUESDAY)).then()
    referral.given(sent, old).when(AcceptReferral(TUESDAY)).then(accepted)


def test_a_place_of_which_no_partner_was_told_is_given_back():
    late = MONDAY.replace(day=6, hour=17)
    gone = ReferralExpired(**about, was="sent", reason="not_told", whose="centre")
    referral.given(sent, secured).when(ExpireReferral(late)).then(gone)
    referral.given(sent, secured).when(ExpireReferral(late - timedelta(seconds=1))).then()
    assert REFERRAL.decider.fold((sent, secured, gone)).place == Place.RELEASED


# ---- a no that may be taken back

by_link = DeclineReferral(TUESDAY, by_link=True, reason="cost", whose="partner", no_more_places=True)
unsettled = ReferralDeclined(
    **about,
    reason="cost",
    whose="partner",
    no_more_places=True,
    final_at=instant(TUESDAY + timedelta(minutes=15)),
)
settled = ReferralDeclineSettled(**about, reason="cost", whose="partner", no_more_places=True)
UNREMINDED = {"code": "answer", "due": told.answer_due, "remind": None, "days": None}
returned = ReferralDeclineReturned(**about, answer_due=told.answer_due, deadlines=[UNREMINDED])


def test_a_no_by_link_holds_the_place_for_a_quarter_of_an_hour_and_one_by_staff_is_final():
    referral.given(*REACHED["sent"]).when(by_link).then(unsettled)
    assert REFERRAL.decider.fold((*REACHED["sent"], unsettled)).place == Place.RESERVED
    referral.given(*REACHED["sent"], unsettled).when(SettleDecline()).then(settled)
    assert REFERRAL.decider.fold((*REACHED["sent"], unsettled, settled)).place == Place.RELEASED
    referral.given(*REACHED["sent"], unsettled, settled).when(SettleDecline()).then()
    by_staff = replace(by_link, by_link=False)
    referral.given(*REACHED["sent"]).when(by_staff).then(replace(unsettled, final_at=None))
    referral.given(*REACHED["declined"]).when(SettleDecline()).then()


def test_a_consent_that_is_taken_back_ends_what_is_under_way_and_makes_a_no_final():
    referral.given(*REACHED["sent"]).when(LoseConsent()).then(
        ReferralWithdrawn(**about, was="sent", reason="consent_withdrawn", whose="person")
    )
    referral.given(*REACHED["sent"], unsettled).when(LoseConsent()).then(settled)
    for reached in ("declined", "placed", "withdrawn"):
        referral.given(*REACHED[reached]).when(LoseConsent()).then()


def test_a_no_by_link_is_taken_back_once_and_in_time():
    back = ReturnDecline(TUESDAY + timedelta(minutes=14))
    referral.given(*REACHED["sent"], unsettled).when(back).then(returned)
    again = (*REACHED["sent"], unsettled, returned)
    assert REFERRAL.decider.fold(again).status == Status.ACKNOWLEDGED
    referral.given(*again).when(back).then()
    referral.given(*again).when(SettleDecline()).then()
    referral.given(*again).when(by_link).then(replace(unsettled, final_at=None))
    late = ReturnDecline(TUESDAY + timedelta(minutes=15))
    referral.given(*REACHED["sent"], unsettled).when(late).refused("wrong_state")
    referral.given(*REACHED["sent"], unsettled, settled).when(back).refused("wrong_state")
    referral.given(*REACHED["declined"]).when(back).refused("wrong_state")


def test_who_took_back_a_no_has_a_day_to_answer():
    late = datetime.fromisoformat(told.answer_due)
    no = replace(unsettled, final_at=instant(late + timedelta(minutes=15)))
    next_day = instant(late + timedelta(days=1))
    referral.given(*REACHED["sent"], no).when(ReturnDecline(late)).then(
        replace(returned, answer_due=next_day, deadlines=[{**returned.deadlines[0], "due": next_day}])
    )


# ---- a no that a director reviews

BEHAVIOUR = "partner/behaviour_safety"
unsafe = DeclineReferral(
    TUESDAY,
    by_link=False,
    reason="behaviour_safety",
    whose="partner",
    terms=replace(EVERYWHERE, reviewed=(BEHAVIOUR, "person")),
)
in_review = ReferralDeclined(
    **about, reason="behaviour_safety", whose="partner", in_review=True,
    final_at=working(TUESDAY, 2),
)  # fmt: skip
upheld = ReferralDeclineSettled(**about, reason="behaviour_safety", whose="partner")
asked = ReferralDeclineReturned(
    **about, answer_due=told.answer_due, asks="with_support", deadlines=[UNREMINDED]
)
SEND_BACK = ReturnDecline(TUESDAY + timedelta(hours=1), asks="with_support")


def test_a_no_of_a_kind_that_is_reviewed_holds_the_place_until_the_director_accepts_it_or_the_time_is_up():
    referral.given(*REACHED["sent"]).when(unsafe).then(in_review)
    state = REFERRAL.decider.fold((*REACHED["sent"], in_review))
    assert (state.status, state.place, state.in_review) == (Status.DECLINED, Place.RESERVED, True)
    for end in (UpholdDecline(), SettleDecline()):
        referral.given(*REACHED["sent"], in_review).when(end).then(upheld)
        referral.given(*REACHED["sent"], in_review, upheld).when(end).then()
    assert REFERRAL.decider.fold((*REACHED["sent"], in_review, upheld)).place == Place.RELEASED


def test_a_kind_is_whose_no_it_is_or_that_with_a_reason_and_any_other_is_not_reviewed():
    def reviewed(whose, reason, kinds=(BEHAVIOUR, "person")):
        no = replace(unsafe, whose=whose, reason=reason, terms=replace(EVERYWHERE, reviewed=kinds))
        [fact] = REFERRAL.decider.decide(no, REFERRAL.decider.fold(REACHED["sent"]))
        return fact.in_review

    assert reviewed("partner", "behaviour_safety") and reviewed("person", "person_refused")
    assert not reviewed("partner", "cost") and not reviewed("centre", "behaviour_safety")
    assert not reviewed("partner", "behaviour_safety", kinds=())


def test_the_director_sends_it_back_once_and_asks_and_the_next_no_is_final():
    referral.given(*REACHED["sent"], in_review).when(SEND_BACK).then(asked)
    again = (*REACHED["sent"], in_review, asked)
    state = REFERRAL.decider.fold(again)
    assert (state.status, state.place, state.in_review) == (Status.ACKNOWLEDGED, Place.RESERVED, False)
    referral.given(*again).when(SEND_BACK).then()
    final = replace(in_review, in_review=False, final_at=None)
    referral.given(*again).when(unsafe).then(final)
    referral.given(*again, final).when(SEND_BACK).refused("wrong_state")
    referral.given(*again, final).when(UpholdDecline()).refused("wrong_state")


def test_nothing_that_is_not_reviewed_is_accepted_or_sent_back():
    soon = replace(SEND_BACK, now=TUESDAY + timedelta(minutes=1))
    for end in (soon, UpholdDecline()):
        referral.given(*REACHED["sent"], unsettled).when(end).refused("wrong_state")
        referral.given(*REACHED["declined"]).when(end).refused("wrong_state")


def test_a_familys_no_is_not_reviewed():
    [fact] = REFERRAL.decider.decide(unsafe, REFERRAL.decider.fold((sent_home,)))
    assert (fact.in_review, fact.final_at) == (False, None)


# ---- not needed any more

STANDS_DOWN = {
    **dict.fromkeys(("sent", "acknowledged", "waitlisted", "accepted", "travelling"), ReferralWithdrawn),
    "admitted": ReferralFailed,
}


@pytest.mark.parametrize("status", CONTRACT)
def test_whatever_is_open_stands_down_and_nothing_is_refused(status):
    given = referral.given(*REACHED[status]).when(StandDown("person_died", "person", "died"))
    if status in STANDS_DOWN:
        given.then(STANDS_DOWN[status](**about, was=status, reason="person_died", whose="person"))
    elif status == "placed":
        given.then(ReferralEnded(**about, outcome="died", path="local_home"))
    else:
        given.then()


def test_a_no_that_could_be_taken_back_is_final_when_it_stands_down():
    stand_down = StandDown("case_closed", "centre", "other")
    referral.given(*REACHED["sent"], unsettled).when(stand_down).then(settled)
    referral.given().when(stand_down).then()


def test_without_a_place_it_is_declined_by_the_system():
    declined = ReferralDeclined(**about, reason="no_place", whose="system")
    referral.given(sent).when(HearNoPlace(waiting=False, now=TUESDAY)).then(declined)


def test_without_a_place_it_waits_if_that_was_asked():
    referral.given(sent).when(HearNoPlace(waiting=True, now=TUESDAY)).then(waitlisted)


@pytest.mark.parametrize("waiting", [True, False])
@pytest.mark.parametrize("past", [(), (sent, waitlisted), (sent, withdrawn), *REACHED.values()])
def test_no_place_means_nothing_later(past, waiting):
    referral.given(*past).when(HearNoPlace(waiting, TUESDAY)).then()


PLACES = [
    ((sent,), "pending"),
    ((sent, secured), "reserved"),
    ((sent, told), "reserved"),
    ((sent, told, waitlisted), "reserved"),
    ((sent, waitlisted), "refused"),
    ((sent, waitlisted, told), "reserved"),
    ((sent, ReferralDeclined(**about, reason="no_place", whose="system")), "refused"),
    ((sent, waitlisted, withdrawn), "refused"),
    ((sent, withdrawn), "none"),
    ((sent, told, withdrawn), "released"),
    ((sent, told, accepted), "taken"),
    ((sent, told, accepted, admitted, placed), "taken"),
    (REACHED["ended"], "released"),
    ((*REACHED["ended"], entered_in_error), "released"),
]


@pytest.mark.parametrize(("past", "place"), PLACES)
def test_what_became_of_the_place(past, place):
    assert REFERRAL.decider.fold(past).place == place


# ---- deadlines


@pytest.mark.parametrize("status", CONTRACT)
def test_only_what_waits_for_an_answer_expires(status):
    given = referral.given(*REACHED[status]).when(ExpireReferral(TUESDAY.replace(year=2027)))
    if status in ("sent", "acknowledged", "waitlisted"):
        given.then(ReferralExpired(**about, was=status, reason="no_answer", whose="partner"))
    else:
        given.then()


def test_a_deadline_that_was_moved_on_does_not_expire_it():
    referral.given(sent, told).when(ExpireReferral(MONDAY.replace(day=16))).then()
    referral.given(sent, told).when(ExpireReferral(TUESDAY.replace(day=18))).then(
        ReferralExpired(**about, was="sent", reason="no_answer", whose="partner")
    )


def test_who_waited_for_a_place_in_vain_is_not_the_partners_silence():
    referral.given(sent, waitlisted).when(ExpireReferral(TUESDAY.replace(year=2027))).then(
        ReferralExpired(**about, was="waitlisted", reason="no_place", whose="system")
    )


def test_a_follow_up_falls_due_once_while_placed():
    due = FollowUpDue(**about, days=30)
    referral.given(*REACHED["placed"]).when(RaiseFollowUp(30)).then(due)
    referral.given(*REACHED["placed"], due).when(RaiseFollowUp(30)).then()
    referral.given(*REACHED["placed"], due).when(RaiseFollowUp(90)).then(FollowUpDue(**about, days=90))


@pytest.mark.parametrize("status", sorted(set(CONTRACT) - {"placed"}))
def test_no_follow_up_falls_due_unless_placed(status):
    referral.given(*REACHED[status]).when(RaiseFollowUp(30)).then()


def test_every_follow_up_is_recorded_though_it_says_the_same():
    found = replace(
        command("follow-up"),
        work={"kind": "section_35", "income_baht_month": 9000},
        note="สบายดี",
        health="good",
    )
    fact = FollowUpRecorded(
        **about,
        in_place=True,
        found="in_place",
        work={"kind": "section_35", "income_baht_month": 9000},
        path="local_home",
        answers=7,
        in_time=True,
        note="สบายดี",
        health="good",
    )
    referral.given(*REACHED["placed"]).when(found).then(fact)
    referral.given(*REACHED["placed"], fact).when(found).then(fact)


@pytest.mark.parametrize(("found", "in_place"), [(None, False), ("left", None), ("died", False)])
def test_a_follow_up_says_where_the_person_is_as_far_as_it_was_said(found, in_place):
    said = replace(command("follow-up"), in_place=in_place, found=found)
    referral.given(*REACHED["placed"]).when(said).then(
        FollowUpRecorded(**about, in_place=False, found=found, path="local_home", answers=7, in_time=True)
    )


def test_whoever_was_not_reached_is_still_to_be_followed_up_and_each_try_is_a_fact():
    tried = replace(command("follow-up"), in_place=None, found="not_reached", said_by="คุณมาลี")
    fact = FollowUpAttempted(**about, answers=7, said_by="คุณมาลี")
    due = FollowUpDue(**about, days=7)
    given = referral.given(*REACHED["placed"], due, fact)
    given.when(tried).then(fact)
    given.when(MissFollowUp(7)).then(FollowUpMissed(**about, days=7))
    given.when(RaiseFollowUp(7)).then()


def test_a_follow_up_is_missed_once_when_its_time_is_over_unless_it_was_made():
    due, missed = FollowUpDue(**about, days=30), FollowUpMissed(**about, days=30)
    made = FollowUpRecorded(**about, in_place=True, answers=30, path="local_home", in_time=False)
    given = referral.given(*REACHED["placed"], due)
    given.when(MissFollowUp(30)).then(missed)
    given.when(MissFollowUp(90)).then()
    for later in ((missed,), (made,), (missed, made), (ended,), (entered_in_error,)):
        referral.given(*REACHED["placed"], due, *later).when(MissFollowUp(30)).then()


def test_each_follow_up_closes_on_the_day_that_the_placement_said():
    begun = replace(placed, follow_ups=WINDOWS)
    way = [fact for fact in REACHED["placed"] if fact != placed]
    for window in WINDOWS:
        due = FollowUpDue(**about, days=window["days"], closes=window["closes"])
        referral.given(*way, begun).when(RaiseFollowUp(window["days"])).then(due)


@pytest.mark.parametrize(
    ("day", "answers", "in_time"),
    [(0, 7, True), (14, 7, True), (15, 7, False), (24, 7, False), (25, 30, True), (46, 30, False), (79, 30, False),
     (80, 90, True), (350, 365, True), (400, 365, True), (401, 365, False)],
)  # fmt: skip
def test_a_follow_up_is_of_the_window_that_opened_last(day, answers, in_time):
    on = ON + timedelta(days=day)
    known = Circumstances(TUESDAY, on, window_on(on, WINDOWS))
    made = step_named("follow-up", {"in_place": True}, known)
    referral.given(*REACHED["placed"]).when(made).then(
        FollowUpRecorded(
            **about, in_place=True, found="in_place", path="local_home", answers=answers, in_time=in_time
        )
    )


def test_a_placement_of_before_facts_said_its_follow_ups_has_the_days_of_the_first_version():
    windows = windows_of(ON, None)
    assert [each["days"] for each in windows] == [30, 90, 180, 365]
    for day, answers in ((1, 30), (89, 30), (90, 90), (179, 90), (364, 180), (365, 365), (900, 365)):
        assert window_on(ON + timedelta(days=day), windows)["days"] == answers
    assert windows_of(ON, WINDOWS) == WINDOWS


def test_a_follow_up_answers_its_own_due_day_and_no_other():
    due = [FollowUpDue(**about, days=days) for days in (30, 90)]
    visit = FollowUpRecorded(**about, in_place=True, answers=30, path="local_home")
    referral.given(*REACHED["placed"], visit).when(RaiseFollowUp(30)).then()
    referral.given(*REACHED["placed"], visit).when(RaiseFollowUp(90)).then(due[1])
    state = REFERRAL.decider.fold((*REACHED["placed"], *due, visit))
    assert (state.follow_ups_due, state.follow_ups_answered) == ({30, 90}, {30})
    old = replace(visit, answers=None)
    assert REFERRAL.decider.fold((*REACHED["placed"], *due, old)).follow_ups_answered == {30, 90}


def test_what_was_said_stands_in_the_fact():
    said = {"said_by": "คุณมาลี", "by_channel": "phone"}
    referral.given(sent, told).when(step_named("accept", said, KNOWN)).then(replace(accepted, **said))


# ---- deadlines: somebody is reminded, and answers for one that was missed

TO = {"to_role": "director", "to_user": "somsri"}
SOMSRI = {"role": "director", "user": "somsri"}


def test_who_is_near_a_deadline_is_reminded_once_and_not_once_it_is_done():
    answer = begins("answer")
    remind, near = (
        RemindOfDeadline("answer", answer["due"]),
        ReminderDue(**about, deadline="answer", due=answer["due"]),
    )
    given = (sent, secured, told)
    referral.given(*given).when(remind).then(near)
    referral.given(*given, near).when(remind).then()
    referral.given(*given, accepted).when(remind).then()
    referral.given(*given).when(
        RemindOfDeadline("answer", begins("answer", MONDAY.replace(day=9))["due"])
    ).then()  # of another
    referral.given(sent, secured).when(remind).then()


@pytest.mark.parametrize(
    ("code", "given", "done"),
    [
        ("tell", (sent, secured), told),
        ("acknowledge", (sent, secured, told), acknowledged),
        ("travel", (sent, secured, told, accepted), travelling),
        ("arrival", (sent, secured, told, accepted, travelling), admitted),
    ],
)
def test_a_deadline_that_is_missed_is_somebodys_once(code, given, done):
    ends = begins(code)["due"]
    miss, missed = MissDeadline(code, ends, SOMSRI), DeadlineMissed(**about, deadline=code, due=ends, **TO)
    referral.given(*given).when(miss).then(missed)
    referral.given(*given, missed).when(miss).then()
    referral.given(*given, done).when(miss).then()
    referral.given(*given, withdrawn).when(miss).then()


def test_what_ends_by_its_deadline_is_somebodys_too():
    late = datetime.fromisoformat(told.answer_due)
    gone = ReferralExpired(**about, was="sent", reason="no_answer", whose="partner", **TO)
    referral.given(sent, secured, told).when(ExpireReferral(late, SOMSRI)).then(gone)
    own = replace(placed, follow_ups=WINDOWS)
    given = (*REACHED["admitted"], own, FollowUpDue(**about, days=30))
    referral.given(*given).when(MissFollowUp(30, SOMSRI)).then(FollowUpMissed(**about, days=30, **TO))


def test_a_follow_up_that_is_due_says_until_when_and_when_somebody_is_reminded():
    own = replace(placed, follow_ups=WINDOWS)
    closes = next(each["closes"] for each in WINDOWS if each["days"] == 30)
    raised = TUESDAY + timedelta(days=30)
    [due] = REFERRAL.decider.decide(
        RaiseFollowUp(30, raised), REFERRAL.decider.fold((*REACHED["admitted"], own))
    )
    [begun] = due.deadlines
    assert (due.closes, begun["code"], begun["days"]) == (closes, "follow_up", 30)
    assert begun["remind"] < begun["due"] and begun["due"].startswith(closes)
    remind = RemindOfDeadline("follow_up", begun["due"])
    near = ReminderDue(**about, deadline="follow_up", due=begun["due"], days=30)
    referral.given(*REACHED["admitted"], own, due).when(remind).then(near)
    visited = FollowUpRecorded(**about, in_place=True, answers=30, path="local_home")
    referral.given(*REACHED["admitted"], own, due, visited).when(remind).then()


def test_who_sets_out_is_expected_until_the_evening_of_a_day_and_told_who_brings_them():
    said = {"brought_by": "staff", "escort": "คุณวิชัย", "arrives_on": "2026-03-05", "cost_baht": 450}
    evening = "2026-03-05T11:00:00.000000Z"
    fact = PersonTravelling(
        **about, **said, deadlines=[{"code": "arrival", "due": evening, "remind": None, "days": None}]
    )
    referral.given(*REACHED["accepted"]).when(step_named("travel", said, KNOWN)).then(fact)
    received = PersonAdmitted(**about, handed_to="คุณมาลี")
    referral.given(*REACHED["accepted"], fact).when(step_named("admit", {"handed_to": "คุณมาลี"}, KNOWN)).then(
        received
    )


def test_facts_of_before_deadlines_reminded_run_none():
    bare = [replace(each, deadlines=None) for each in (secured, told, accepted)]
    assert REFERRAL.decider.fold((sent, *bare)).deadlines == {}


# ---- whatever is tried, in whatever order

CODES = ("tell", "acknowledge", "answer", "waiting_list", "travel", "arrival")
anything = st.one_of(
    st.sampled_from(sorted(LIFE_CYCLE)).map(command),
    st.just(send()),
    st.just(SecurePlace(TUESDAY)),
    st.sampled_from(
        [by_link, unsafe, SEND_BACK, SettleDecline(), StandDown("case_closed", "centre", "other")]
    ),
    st.booleans().map(lambda waiting: HearNoPlace(waiting, TUESDAY)),
    st.sampled_from([MONDAY, TUESDAY.replace(year=2027)]).map(ExpireReferral),
    st.sampled_from([30, 90, 180, 365]).map(RaiseFollowUp),
    st.sampled_from([30, 90, 180, 365]).map(MissFollowUp),
    st.sampled_from(CODES).map(lambda code: RemindOfDeadline(code, begins(code)["due"])),
    st.sampled_from(CODES).map(lambda code: MissDeadline(code, begins(code)["due"], EVERYWHERE.escalation)),
)
EARLIER = {
    PersonAdmitted: [accepted, travelling],
    type(placed): [admitted],
    ReferralEnded: [placed],
    PersonTravelling: [accepted],
}


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.lists(anything, max_size=40))
def test_no_order_of_commands_reaches_an_impossible_state(commands):
    decide, evolve = REFERRAL.decider.decide, REFERRAL.decider.evolve
    state, log = Referral(), []
    for tried in commands:
        try:
            new = decide(tried, state)
        except Refused as refusal:
            assert refusal.code in ("wrong_state", "place_pending")
            new = []
        assert len(new) <= 1
        for fact in new:
            was, state = state, evolve(state, fact)
            log.append(fact)
            late = (ReferralEnteredInError, ReferralDeclineReturned, ReferralDeclineSettled)
            assert was.status not in OVER or isinstance(fact, late)
            assert was.status != Status.ENTERED_IN_ERROR
    kinds = [type(fact) for fact in log]
    answers = (acknowledged, accepted, travelling, admitted, placed)
    if any(type(answer) in kinds for answer in answers):
        assert type(secured) in kinds
    for kind, earlier in EARLIER.items():
        if kind in kinds:
            assert {type(fact) for fact in earlier} & set(kinds[: kinds.index(kind)])
    assert kinds.count(type(told)) <= 1
    for days in (30, 90, 180, 365):
        for kind in (FollowUpDue, FollowUpMissed):
            assert sum(isinstance(fact, kind) and fact.days == days for fact in log) <= 1
    for code in CODES:
        begun = sum(code in {each["code"] for each in getattr(fact, "deadlines", None) or ()} for fact in log)
        for kind in (ReminderDue, DeadlineMissed):
            assert sum(isinstance(fact, kind) and fact.deadline == code for fact in log) <= begun
    if state.status in OVER:
        assert not state.deadlines
    if state.status in OVER and not state.final_at:
        assert state.place in (Place.NONE, Place.REFUSED, Place.RELEASED)
    if state.status in ("accepted", "travelling", "admitted", "placed"):
        assert state.place == Place.TAKEN
    assert REFERRAL.decider.fold(log) == state
