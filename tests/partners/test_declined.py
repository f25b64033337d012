"""What follows from a no: which reason has which effect, how long it rules a place out, what ends it, and what is shown
of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services import codes
from services.codes.declines import (
    EFFECTS,
    FIND,
    FOLLOWS,
    FORBIDDEN,
    FULL,
    NOT_WISHED,
    NOTHING,
    REGISTRY,
    REST,
    SCREEN_AGAIN,
    effect_of,
)
from services.codes.problems import SIGNS
from services.kernel.envelope import instant
from services.kernel.local import SimulatedClock
from services.partners import answers
from services.partners.domain.candidates import candidate
from services.partners.domain.offers import Registry
from services.partners.domain.ranking import in_force, rank
from services.partners.service import PartnersService
from tests.partners.others import (
    CaseOpened,
    Intake,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralDeclineSettled,
    ReferralEnteredInError,
    ReferralSent,
    Screening,
    ScreeningCompleted,
    ScreeningStarted,
    say,
)
from tests.partners.samples import row
from tests.partners.test_ranking import PERSON

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
SAID, LATER = MONDAY - timedelta(days=1), MONDAY - timedelta(hours=1)
PLACE = str(UUID(int=1))
HOME = {"name": "บ้านพักผู้สูงอายุ", "kind": "pao_home", "under_ministry": False, "province": "60"}
OFFER = {"name": "ที่พัก", "path": "local_home", "rules": {}}
OLD = {"age": {"on": "2026-03-02", "min": 72, "max": 72}}


def no(effect, reason="cost", whose="partner", at=SAID):
    return {"status": "declined", "reason": reason, "whose": whose, "effect": effect, "at": instant(at)}


def of(effect, now=MONDAY, screened_at=None, **offer):
    source = answers.Source(event_id="e", type="ScreeningCompleted", at=instant(screened_at or SAID))
    told = replace(PERSON, declined={PLACE: no(effect)}, source=source)
    at = instant(SAID - timedelta(days=9))
    return in_force(row(PLACE, **{"confirmed_at": at, "rules_at": at, **offer}), told, now)


def test_every_no_of_everybody_has_one_effect_and_what_the_system_does_has_none():
    for reason in codes.DECLINE_REASONS:
        for whose in codes.WHOSE:
            assert effect_of(reason, whose) in EFFECTS
        assert effect_of(reason, "system") == NOTHING and {*FOLLOWS[reason]} <= {*codes.WHOSE}
    assert effect_of(None, None) == effect_of("newer_than_this", "partner") == NOTHING


def test_what_nobody_knows_and_what_can_be_mended_rules_nothing_out():
    for reason in ("no_answer", "other", "missing_documents", "person_left"):
        for whose in codes.WHOSE:
            assert EFFECTS[effect_of(reason, whose)].days == 0


@pytest.mark.parametrize(
    ("reason", "whose", "effect"),
    [
        ("no_place", "partner", FULL), ("no_place", "centre", NOTHING), ("not_eligible", "partner", REGISTRY),
        ("not_eligible", "centre", FORBIDDEN), ("out_of_area", "partner", REGISTRY),
        ("health_beyond_care", "partner", SCREEN_AGAIN), ("behaviour_safety", "partner", REST),
        ("behaviour_safety", "person", NOTHING), ("person_refused", "person", NOT_WISHED),
        ("person_left", "partner", FIND), ("cost", "person", REST), ("wrong_information", "centre", SCREEN_AGAIN),
    ],
)  # fmt: skip
def test_whose_no_it_is_says_what_follows(reason, whose, effect):
    assert effect_of(reason, whose) == effect


def test_what_counts_as_a_sign_that_the_registry_is_wrong_is_a_sign_of_the_problem_log():
    assert {reason for reason, by in FOLLOWS.items() if by.get("partner") == REGISTRY} <= {*SIGNS}


@pytest.mark.parametrize("effect", [code for code, each in EFFECTS.items() if each.days != 0])
def test_an_effect_ends_by_itself_on_its_day_or_says_that_it_does_not(effect):
    days = EFFECTS[effect].days
    found = of(effect)
    assert found["effect"] == effect and found["since"] == instant(SAID)
    if days is None:
        assert found["until"] is None and of(effect, MONDAY + timedelta(days=3650))
        return
    end = SAID + timedelta(days=days)
    assert found["until"] == instant(end)
    assert of(effect, end - timedelta(microseconds=1)) and of(effect, end) is None


@pytest.mark.parametrize("effect", [NOTHING, FIND])
def test_an_effect_on_something_else_rules_no_place_out(effect):
    assert of(effect) is None


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("places_stated", {"confirmed_at": instant(LATER), "free": 1}),
        ("rules_stated", {"rules_at": instant(LATER)}),
        ("rules_stated", {"inherited": {"network": {"rules": {}, "rules_at": instant(LATER)}}}),
        ("screened", {"screened_at": LATER}),
    ],
)
def test_an_effect_ends_at_once_by_what_answers_it_and_by_nothing_else(ends, told):
    for effect, each in EFFECTS.items():
        if each.days != 0:
            assert (of(effect, **told) is None) == (ends in each.ends), effect


def test_a_place_that_said_it_is_full_fits_as_before_and_comes_after_those_that_have_one_until_it_states_one():
    told = replace(PERSON, declined={PLACE: no(FULL, "no_place")})
    old = {"rules": {}, "confirmed_at": instant(SAID - timedelta(days=1))}
    # Farther away, but with a place.
    other = row(str(UUID(int=2)), **old, subdistrict="600201")
    offers = [row(PLACE, **old, subdistrict="600101"), other]
    first, last = (candidate(rank(Registry().updated(1, offers), told, MONDAY), place) for place in (0, 1))
    assert (first["programme_id"], last["programme_id"]) == (other["programme_id"], PLACE)
    assert last["verdict"] == "eligible" and last["reasons"] == []
    [free] = [each for each in last["criteria"] if each["criterion"] == "places_free"]
    assert free["verdict"] == "not_met" and "ไม่มีที่ว่าง" in free["because"] and "มีผลถึง" in free["because"]
    assert [each["rule"] for each in last["near_miss"]] == ["places_free"]
    stated = [offers[0] | {"confirmed_at": instant(LATER)}, other]
    ranked = rank(Registry().updated(1, stated), told, MONDAY)
    assert ranked.standing(0)[0]["programme_id"] == PLACE


def test_that_no_place_is_free_is_no_end_of_being_full():
    assert of(FULL, confirmed_at=instant(LATER), free=0)


def test_a_no_of_before_there_were_effects_rules_nothing_out():
    old = {name: value for name, value in no(REST).items() if name not in ("effect", "whose")}
    assert in_force(row(PLACE), replace(PERSON, declined={PLACE: old}), MONDAY) is None


@pytest.mark.parametrize(
    ("whose", "reason", "effect", "says"),
    [
        ("partner", "behaviour_safety", REST, "เคยตอบว่าไม่รับ"),
        ("person", "person_refused", NOT_WISHED, "ผู้รับบริการเคยไม่ไปที่นี่"),
        ("centre", "not_eligible", FORBIDDEN, "ศูนย์เคยบันทึก"),
    ],
)
def test_a_place_that_is_ruled_out_says_so_by_whose_no_it_was_and_until_when(whose, reason, effect, says):
    told = replace(PERSON, declined={PLACE: no(effect, reason, whose)})
    shown = candidate(
        rank(Registry().updated(1, [row(PLACE, rules={}, rules_at=instant(SAID))]), told, MONDAY), 0
    )
    assert (shown["verdict"], shown["rank"], shown["near_miss"]) == ("ineligible", None, [])
    [reason_of] = shown["reasons"]
    assert (reason_of["rule"], reason_of["verdict"], reason_of["wants"]) == ("declined", "not_met", effect)
    assert EFFECTS[effect].words.th in reason_of["because"] and says in reason_of["because"]
    assert ("มีผลถึง" in reason_of["because"]) == (EFFECTS[effect].days is not None)
    [past] = [each for each in shown["criteria"] if each["criterion"] == "past_answer"]
    assert past["verdict"] == "not_met" and says in past["because"]


# -- through the doors -------------------------------------------------------------------------------------------------


@pytest.fixture
def net(network):
    return network([Intake, Screening, Referral, PartnersService], SimulatedClock(MONDAY))


@pytest.fixture
def place(net):
    partner_id = net.call("partners", "register_partner", HOME)["partner_id"]
    body = {**OFFER, "partner_id": partner_id, "capacity": {"total": 3, "free": 3}}
    return net.call("partners", "offer_programme", body)["programme_id"]


def screened(net, case_id=None):
    case_id = case_id or str(uuid4())
    say(net, CaseOpened(case_id, f"60-2569-{case_id[:4]}"))
    say(net, ScreeningStarted(case_id))
    say(net, ScreeningCompleted(case_id, str(uuid4()), OLD))
    return case_id


def declined(net, case_id, programme_id, *reason):
    net.clock.advance(hours=1)
    referral_id = str(uuid4())
    say(net, ReferralSent(referral_id, case_id, programme_id))
    say(net, ReferralDeclined(referral_id, case_id, programme_id, *reason))
    net.settle()
    return referral_id


def verdict(net, case_id):
    net.settle()
    [found] = net.call("partners", "matches", {"case_id": case_id})["candidates"]
    return found["verdict"]


def has_place(net, case_id):
    [found] = net.call("partners", "matches", {"case_id": case_id})["candidates"]
    [free] = [each for each in found["criteria"] if each["criterion"] == "places_free"]
    return free["verdict"] == "met"


def queued(net, programme_id):
    net.settle()
    found = net.call("partners", "candidates", {"programme_id": programme_id})
    return {each["case_id"] for each in found["items"]}


def test_a_no_rules_the_place_out_for_this_case_alone_and_ends_on_its_day(net, place):
    case_id, other = screened(net), screened(net)
    declined(net, case_id, place, "behaviour_safety")
    assert (verdict(net, case_id), verdict(net, other)) == ("ineligible", "eligible")
    assert queued(net, place) == {other}
    net.clock.advance(days=29)
    assert verdict(net, case_id) == "ineligible"
    net.clock.advance(days=1)
    assert verdict(net, case_id) == "eligible" and queued(net, place) == {case_id, other}


def test_it_ends_at_once_when_the_partner_confirms_its_conditions_and_of_being_full_when_it_states_places(
    net, place
):
    case_id, full = screened(net), screened(net)
    declined(net, case_id, place, "not_eligible")
    declined(net, full, place, "no_place")
    assert (verdict(net, case_id), verdict(net, full), has_place(net, full)) == (
        "ineligible",
        "eligible",
        False,
    )
    net.clock.advance(hours=1)
    net.call("partners", "confirm_capacity", {"programme_id": place, "total": 3, "free": 2})
    assert (verdict(net, case_id), has_place(net, full)) == ("ineligible", True)
    net.clock.advance(hours=1)
    net.call("partners", "confirm_programme", {"programme_id": place, "what": ["rules"]})
    assert verdict(net, case_id) == "eligible"


def test_it_ends_when_the_person_is_screened_again_if_that_is_what_was_wanted(net, place):
    case_id, unsafe = screened(net), screened(net)
    declined(net, case_id, place, "health_beyond_care")
    declined(net, unsafe, place, "behaviour_safety")
    assert (verdict(net, case_id), verdict(net, unsafe)) == ("ineligible", "ineligible")
    net.clock.advance(hours=1)
    screened(net, case_id), screened(net, unsafe)
    assert (verdict(net, case_id), verdict(net, unsafe)) == ("eligible", "ineligible")


def test_a_person_who_refused_is_not_asked_again_soon_and_a_later_answer_or_a_correction_ends_a_no(
    net, place
):
    refused, taken, mistaken = screened(net), screened(net), screened(net)
    declined(net, refused, place, "person_refused", "person")
    declined(net, taken, place, "cost")
    wrong = declined(net, mistaken, place, "cost")
    assert [verdict(net, each) for each in (refused, taken, mistaken)] == ["ineligible"] * 3
    net.clock.advance(hours=1)
    again = str(uuid4())
    say(net, ReferralSent(again, taken, place))
    say(net, ReferralAccepted(again, taken, place))
    say(net, ReferralEnteredInError(wrong, mistaken, place))
    assert [verdict(net, each) for each in (refused, taken, mistaken)] == [
        "ineligible", "eligible", "eligible",
    ]  # fmt: skip


def test_nothing_follows_from_a_no_that_may_still_be_taken_back(net, place):
    case_id = screened(net)
    referral_id = str(uuid4())
    net.clock.advance(hours=1)
    say(net, ReferralSent(referral_id, case_id, place))
    soon = instant(net.clock() + timedelta(minutes=15))
    say(net, ReferralDeclined(referral_id, case_id, place, "cost", "partner", soon))
    assert verdict(net, case_id) == "eligible"
    net.clock.advance(minutes=15)
    say(net, ReferralDeclineSettled(referral_id, case_id, place, "cost", "partner"))
    assert verdict(net, case_id) == "ineligible"
