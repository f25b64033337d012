"""Through the doors, with the others' logs in the same process: who may what, what is heard in time, who gets the last
place.

Long because the doors of one service stand together, in the order of a place: offered, taken, released.
"""

from datetime import UTC, datetime, timedelta
from random import Random
from uuid import uuid4

import pytest

from services.kernel.errors import Forbidden, Invalid, NotFound, Stale
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from tests.partners.others import (
    ENDINGS,
    PlanAgreed,
    Referral,
    ReferralAccepted,
    ReferralDeclined,
    ReferralSent,
    Screening,
    ScreeningCompleted,
    ScreeningStarted,
    say,
)

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOME = {"name": "บ้านพักผู้สูงอายุ", "kind": "pao_home", "under_ministry": False, "province": "60"}
OFFER = {"name": "ที่พัก", "path": "local_home", "rules": {"min_age": 60}}
CASE = str(uuid4())
OLD = {"age": {"on": "2026-03-02", "min": 72, "max": 72}}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
ADMIN = {"user": "admin", "role": "admin", "centres": ()}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}


@pytest.fixture
def net(network):
    return network([Screening, Referral, PartnersService], SimulatedClock(MONDAY))


def register(net, **changes):
    return net.call("partners", "register_partner", HOME | changes)["partner_id"]


def offer(net, partner_id, total=1, free=1, **changes):
    body = {**OFFER, "partner_id": partner_id, "capacity": {"total": total, "free": free}, **changes}
    return net.call("partners", "offer_programme", body)["programme_id"]


def places(net, partner_id, number=0):
    found = net.call("partners", "partner", {"partner_id": partner_id})
    return found["programmes"][number]["places"]


def numbers(net, partner_id):
    return {
        name: places(net, partner_id)[name] for name in ("total", "free", "reserved", "filled", "waiting")
    }


def confirm(net, programme_id, total, free, if_match=None, **who):
    body = {"programme_id": programme_id, "total": total, "free": free}
    return net.call("partners", "confirm_capacity", body, if_match=if_match, **who)


def matches(net, **changes):
    who = {name: changes.pop(name) for name in ("user", "role", "centres") if name in changes}
    return net.call("partners", "matches", {"case_id": CASE} | changes, **who)


def partners_log(net, *types):
    def look(db):
        return net.runtimes["partners"].log.facts(db, 0, 1000)

    return [fact for fact in net.read("partners", look) if fact.type in types]


def screen(net, facts=OLD, **more):
    say(net, ScreeningStarted(CASE))
    say(net, ScreeningCompleted(CASE, str(uuid4()), facts, **more))


def test_a_partner_is_registered_and_read_by_every_role(net):
    partner_id = register(net, subdistrict="600101", contact={"phone": "056-000-000"})
    programme_id = offer(net, partner_id, 4, 3)
    for who in ({}, NEIGHBOUR, MINISTRY, ADMIN):
        found = net.call("partners", "partner", {"partner_id": partner_id}, **who)
        assert (found["name"], found["version"], found["outside_ministry"]) == (HOME["name"], 1, True)
        [shown] = found["programmes"]
        assert (shown["programme_id"], shown["rules"], shown["path"]) == (
            programme_id,
            {"min_age": 60},
            "local_home",
        )
        assert (shown["places"]["total"], shown["places"]["free"]) == (4, 3)
    assert len(net.call("partners", "partners", {"q": "ผู้สูงอายุ", "province": "60"}, **MINISTRY)["items"]) == 1


def test_programmes_are_called_by_name_and_unknown_ones_left_out(net):
    partner_id = register(net)
    first, second = offer(net, partner_id), offer(net, partner_id, name="อีกบริการ")
    found = net.call("partners", "names", {"programme_ids": [second, str(uuid4()), first]})["items"]
    assert {each["programme_id"] for each in found} == {first, second}
    assert {each["partner_id"] for each in found} == {partner_id} and all(each["partner"] for each in found)
    assert "อีกบริการ" in {each["programme"] for each in found}
    assert net.call("partners", "names", {"programme_ids": []}) == {"items": []}


def test_the_same_request_again_registers_once(net):
    key = str(uuid4())
    answers = [net.call("partners", "register_partner", HOME, key=key) for _ in range(2)]
    assert answers[0] == answers[1]
    assert len(net.call("partners", "partners")["items"]) == 1


def test_only_staff_may_register(net):
    for who in (MINISTRY, ADMIN, {"user": "member", "role": "member"}):
        with pytest.raises(Forbidden):
            net.call("partners", "register_partner", HOME, **who)


def test_an_unknown_rule_is_named(net):
    with pytest.raises(Invalid) as wrong:
        offer(net, register(net), rules={"min_agee": 60})
    assert list(wrong.value.errors) == ["rules.min_agee"]


def test_a_programme_of_an_unknown_partner_is_not_found(net):
    with pytest.raises(NotFound):
        offer(net, str(uuid4()))
    with pytest.raises(NotFound):
        net.call("partners", "partner", {"partner_id": str(uuid4())})


def test_capacity_is_stated_by_staff_or_by_the_partner_itself(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id)
    net.clock.advance(days=1)
    assert confirm(net, programme_id, 5, 4) == {"programme_id": programme_id, "version": 2, "warnings": []}
    own = {"user": "somebody", "role": "partner", "centres": (), "partner": partner_id}
    assert confirm(net, programme_id, 5, 2, **own)["version"] == 3
    assert (places(net, partner_id)["free"], places(net, partner_id)["confirmed_at"][:10]) == (
        2,
        "2026-03-03",
    )
    for who in (own | {"partner": str(uuid4())}, own | {"partner": ""}, MINISTRY):
        with pytest.raises(Forbidden):
            confirm(net, programme_id, 5, 5, **who)


def test_places_free_are_added_up_by_path_and_by_the_age_of_the_statement(net):
    here, there = register(net), register(net, province="61")
    old = offer(net, here, total=9, free=4)
    net.clock.advance(days=60)
    middle = offer(net, there, total=5, free=5, path="foundation")
    full = offer(net, here, total=3, free=0)
    net.clock.advance(days=31)
    new = offer(net, here, total=2, free=1)
    answer = net.call("partners", "free_places", {}, **MINISTRY)
    assert (answer["free"], answer["programmes"], answer["next"]) == (10, 3, None)
    assert answer["by_path"] == {
        "local_home": {"free": 5, "programmes": 2},
        "foundation": {"free": 5, "programmes": 1},
    }
    assert {age: row["free"] for age, row in answer["by_age"].items()} == {
        "fresh": 1,
        "ageing": 5,
        "stale": 4,
    }
    assert [each["programme_id"] for each in answer["items"]] == [new, middle, old]
    assert net.call("partners", "free_places", {"province": "60", "limit": 0})["items"] == []
    assert net.call("partners", "free_places", {"province": "60", "limit": 0})["free"] == 5
    [only] = net.call("partners", "free_places", {"age": "ageing"})["items"]
    assert only["programme_id"] == middle and only["free"] == only["total"] == 5
    first = net.call("partners", "free_places", {"limit": 2})
    rest = net.call("partners", "free_places", {"limit": 2, "cursor": first["next"]})
    assert [each["programme_id"] for each in first["items"] + rest["items"]] == [new, middle, old]
    confirm(net, full, 3, 3)
    confirm(net, old, 9, 0)
    again = net.call("partners", "free_places", {})
    assert [each["programme_id"] for each in again["items"]] == [full, new, middle]
    with pytest.raises(Invalid):
        net.call("partners", "free_places", {"cursor": "zzz"})


@pytest.mark.parametrize(("later", "age"), [(30, "fresh"), (31, "ageing"), (90, "ageing"), (91, "stale")])
def test_the_age_of_a_statement_is_counted_in_days_of_thailand(net, later, age):
    net.clock.set(datetime(2026, 3, 2, 16, 50, tzinfo=UTC))  # ten minutes before midnight
    offer(net, register(net))
    net.clock.advance(days=later - 1, minutes=20)
    answer = net.call("partners", "free_places", {})
    assert [each for each, row in answer["by_age"].items() if row["free"]] == [age]
    assert len(net.call("partners", "free_places", {"age": age})["items"]) == 1


def test_what_is_wrong_with_a_statement_is_said(net):
    programme_id = offer(net, register(net))
    with pytest.raises(Invalid) as wrong:
        confirm(net, programme_id, 1, 2)
    assert list(wrong.value.errors) == ["free"]
    with pytest.raises(NotFound):
        confirm(net, str(uuid4()), 1, 1)
    with pytest.raises(Stale):
        confirm(net, programme_id, 1, 1, if_match=7)


def sent(net, programme_id, centre="60", waitlist=False):
    referral = ReferralSent(str(uuid4()), str(uuid4()), programme_id, waitlist)
    say(net, referral, centre)
    return referral


def follow(net, referral, fact):
    say(net, fact(referral.referral_id, referral.case_id, referral.programme_id))
    net.settle()


def test_a_place_is_reserved_taken_and_released(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id, 2, 2)
    for ending in ENDINGS:
        referral = sent(net, programme_id)
        net.settle()
        assert numbers(net, partner_id) == {"total": 2, "free": 1, "reserved": 1, "filled": 0, "waiting": 0}
        follow(net, referral, ReferralAccepted)
        assert numbers(net, partner_id) == {"total": 2, "free": 1, "reserved": 0, "filled": 1, "waiting": 0}
        follow(net, referral, ending)
        assert numbers(net, partner_id) == {"total": 2, "free": 2, "reserved": 0, "filled": 0, "waiting": 0}


@pytest.mark.parametrize("seed", range(3))
def test_two_centres_take_the_last_place_and_one_is_told_no(net, seed):
    programme_id = offer(net, register(net))
    wanting = [sent(net, programme_id, "60"), sent(net, programme_id, "61")]
    net.settle(Random(seed))
    answers = partners_log(net, "PlaceReserved", "PlaceRefused")
    assert sorted(fact.type for fact in answers) == ["PlaceRefused", "PlaceReserved"]
    assert {fact.data["referral_id"] for fact in answers} == {each.referral_id for each in wanting}


def test_who_waits_gets_the_place_that_falls_free(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id)
    first, second = sent(net, programme_id), sent(net, programme_id, "61", waitlist=True)
    net.settle()
    assert numbers(net, partner_id)["waiting"] == 1
    follow(net, first, ReferralDeclined)
    assert numbers(net, partner_id) == {"total": 1, "free": 0, "reserved": 1, "filled": 0, "waiting": 0}
    last = partners_log(net, "PlaceReserved")[-1].data
    assert (last["referral_id"], last["case_id"], last["centre"]) == (
        second.referral_id,
        second.case_id,
        "61",
    )


def test_a_statement_against_our_own_ledger_is_taken_with_a_warning(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id)
    sent(net, programme_id)
    net.settle()
    assert confirm(net, programme_id, 1, 1)["warnings"] == ["ledger_contradicts"]
    assert places(net, partner_id)["free"] == 0


def test_before_the_first_screening_nothing_is_computed(net):
    say(net, ScreeningStarted(CASE))
    assert matches(net) == {
        "computed_at": None,
        "rules_version": None,
        "counts": {"eligible": 0, "unknown": 0, "ineligible": 0},
        "settles": [],
        "draw": None,
        "provinces": {},
        "candidates": [],
        "next": None,
    }


def test_a_screening_just_said_is_waited_for(net):
    offer(net, register(net))
    say(net, ScreeningStarted(CASE))
    matches(net)
    say(net, ScreeningCompleted(CASE, str(uuid4()), OLD))
    assert matches(net, wait=5)["counts"]["eligible"] == 1


def test_programmes_are_ranked_with_reasons(net):
    home = register(net)
    eligible = offer(net, home)
    unknown = offer(net, home, rules={"min_age": 60, "sex": ["male"]})
    ineligible = offer(net, home, rules={"min_age": 80})
    screen(net)
    found = matches(net)
    assert found["counts"] == {"eligible": 1, "unknown": 1, "ineligible": 1}
    assert found["rules_version"] == "2569-1" and found["computed_at"].startswith("2026-03-02")
    shown = [(each["programme_id"], each["verdict"], each["rank"]) for each in found["candidates"]]
    assert shown == [(eligible, "eligible", 1), (unknown, "unknown", 2), (ineligible, "ineligible", None)]
    reasons = [{each["rule"]: each["verdict"] for each in one["reasons"]} for one in found["candidates"]]
    assert reasons == [{"min_age": "met"}, {"min_age": "met", "sex": "unknown"}, {"min_age": "not_met"}]
    [reason] = found["candidates"][0]["reasons"]
    assert reason["because"] == "รับอายุ 60 ปีขึ้นไป - อายุ: 72 ปี"
    assert (reason["wants"], reason["fact"]) == (60, "age")
    assert (reason["found"]["min"], reason["found"]["max"]) == (72, 72)


def test_matches_are_computed_when_asked(net):
    partner_id = register(net)
    first = offer(net, partner_id)
    screen(net)
    assert matches(net)["candidates"][0]["places_free"] == 1
    confirm(net, first, 3, 0)
    offer(net, partner_id)
    found = matches(net)
    assert found["counts"]["eligible"] == 2
    assert [each["places_free"] for each in found["candidates"]] == [1, 0]
    assert len(partners_log(net, "PartnerMatched")) == 1


def test_pages_of_matches_follow_each_other(net):
    partner_id = register(net)
    for free in (0, 1, 0, 1, 1):
        offer(net, partner_id, 1, free)
    screen(net)
    whole = [each["programme_id"] for each in matches(net)["candidates"]]
    page = matches(net, limit=2)
    seen, at = [each["programme_id"] for each in page["candidates"]], page["computed_at"]
    while page["next"]:
        net.clock.advance(days=40)
        page = matches(net, limit=2, cursor=page["next"])
        assert page["computed_at"] == at
        seen += [each["programme_id"] for each in page["candidates"]]
    assert seen == whole and len(whole) == 5


def test_a_cursor_of_an_earlier_screening_or_none_at_all_is_invalid(net):
    partner_id = register(net)
    offer(net, partner_id), offer(net, partner_id)
    screen(net)
    cursor = matches(net, limit=1)["next"]
    screen(net)
    net.settle()
    for broken in (cursor, "?", cursor[:-4]):
        with pytest.raises(Invalid):
            matches(net, limit=1, cursor=broken)


def test_another_centres_case_is_not_found_and_the_ministry_is_told_no_matches(net):
    screen(net)
    with pytest.raises(Forbidden):
        matches(net, **MINISTRY)
    with pytest.raises(NotFound):
        matches(net, **NEIGHBOUR)
    with pytest.raises(NotFound):
        net.call("partners", "matches", {"case_id": str(uuid4())})
    with pytest.raises(Forbidden):
        matches(net, **ADMIN)


def test_a_screening_and_a_plan_with_a_programme_are_each_noted_once(net):
    programme_id = offer(net, register(net))
    screen(net)
    say(net, PlanAgreed(CASE, str(uuid4()), None))
    say(net, PlanAgreed(CASE, str(uuid4()), programme_id))
    net.settle()
    net.settle()
    screened, planned = partners_log(net, "PartnerMatched")
    assert screened.data["plan_id"] is None and screened.data["counts"]["eligible"] == 1
    assert planned.data["inputs"]["programme_id"] == programme_id
    assert screened.data["screening_id"] == planned.data["screening_id"]
    assert "facts" not in screened.data


def test_the_read_models_rebuilt_from_the_log_are_the_same(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id, 2, 2)
    sent(net, programme_id), sent(net, programme_id), sent(net, programme_id, waitlist=True)
    screen(net)
    net.settle()
    before = (net.call("partners", "partners"), matches(net)["candidates"])
    runtime = net.runtimes["partners"]
    runtime.rebuild(None, lambda done, total: None)
    assert (net.call("partners", "partners"), matches(net)["candidates"]) == before
    assert runtime.verify() == []


def test_only_candidates_asked_for_are_shown_and_counted_by_province(net):
    home = register(net)
    away = register(net, province="61", under_ministry=True)
    mine = [offer(net, home) for _ in range(3)]
    offer(net, away)
    old = offer(net, home, rules={"min_age": 80})
    screen(net)
    everything = matches(net)
    assert everything["provinces"] == {
        "60": {"eligible": 3, "unknown": 0, "ineligible": 1},
        "61": {"eligible": 1, "unknown": 0, "ineligible": 0},
    }
    found = matches(net, province="60", verdict="eligible", outside=True)
    assert {each["programme_id"] for each in found["candidates"]} == {*mine}  # equals stand as they are drawn
    assert found["provinces"] == {"60": {"eligible": 3, "unknown": 0, "ineligible": 0}}
    assert found["counts"] == everything["counts"]
    [last] = matches(net, verdict="ineligible")["candidates"]
    assert last["programme_id"] == old
    assert matches(net, path="hospital")["candidates"] == []


def test_pages_of_candidates_asked_for_follow_each_other(net):
    home, away = register(net), register(net, province="61")
    for partner_id in (home, away, home, away, home):
        offer(net, partner_id)
    screen(net)
    every = [each["programme_id"] for each in matches(net, province="60")["candidates"]]
    first = matches(net, province="60", limit=2)
    rest = matches(net, province="60", limit=2, cursor=first["next"])
    assert [each["programme_id"] for each in first["candidates"] + rest["candidates"]] == every
    assert len(every) == 3 and rest["next"] is None


def test_a_few_programmes_are_compared_with_the_rank_they_have_among_all(net):
    partner_id = register(net)
    _, second, third = (offer(net, partner_id) for _ in range(3))
    old = offer(net, partner_id, rules={"min_age": 80})
    screen(net)
    whole = matches(net)["candidates"]
    asked = matches(net, programme_ids=[old, third, second])
    assert asked["candidates"] == [each for each in whole if each["programme_id"] in (second, third, old)]
    ranks = [each["rank"] for each in asked["candidates"]]
    assert ranks[2] is None and {*ranks[:2]} < {1, 2, 3}
    assert asked["next"] is None and asked["counts"] == {"eligible": 3, "unknown": 0, "ineligible": 1}


def test_programmes_that_are_not_known_are_none_of_those_compared(net):
    known = offer(net, register(net))
    screen(net)
    asked = matches(net, programme_ids=[str(uuid4()), known, "junk"])
    assert [each["programme_id"] for each in asked["candidates"]] == [known]
    assert matches(net, programme_ids=[str(uuid4())])["candidates"] == []


@pytest.mark.parametrize("programme_ids", [[], ["a", "b", "c", "d"], "a", [7]])
def test_one_to_three_programmes_are_compared(net, programme_ids):
    screen(net)
    with pytest.raises(Invalid) as wrong:
        matches(net, programme_ids=programme_ids)
    assert {name.partition(".")[0] for name in wrong.value.errors} == {"programme_ids"}


def test_what_was_stated_earlier_than_what_counts_is_kept_and_changes_nothing(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id, 5, 0)
    body = {"programme_id": programme_id, "total": 5, "free": 5}
    done = net.call("partners", "confirm_capacity", body, at=MONDAY - timedelta(days=10))
    assert done["warnings"] == ["older_statement"]
    assert places(net, partner_id)["free"] == 0
    assert places(net, partner_id)["confirmed_at"].startswith("2026-03-02")
    net.clock.advance(days=1)
    net.call("partners", "confirm_capacity", body)
    assert places(net, partner_id)["free"] == 5


def test_a_shelter_of_the_ministry_is_under_the_ministry(net):
    with pytest.raises(Invalid) as wrong:
        register(net, kind="ministry_shelter", under_ministry=False)
    assert list(wrong.value.errors) == ["under_ministry"]


def past(net, programme_id):
    """The reasons of what was answered before, the latest first, whether a no stands, and the verdict."""
    net.settle()
    found = net.call("partners", "matches", {"case_id": CASE})["candidates"]
    [one] = [each for each in found if each["programme_id"] == programme_id]
    [stands] = [each["verdict"] for each in one["criteria"] if each["criterion"] == "past_answer"]
    return [each["reason"] for each in one["past"]], stands == "not_met", one["verdict"]


def test_a_no_of_the_partner_is_shown_when_a_place_is_looked_for_again(net):
    programme_id = offer(net, register(net), rules={})
    say(net, ScreeningStarted(CASE))
    say(net, ScreeningCompleted(CASE, str(uuid4()), OLD))
    assert past(net, programme_id) == ([], False, "eligible")
    first, second = str(uuid4()), str(uuid4())
    say(net, ReferralSent(first, CASE, programme_id))
    say(net, ReferralDeclined(first, CASE, programme_id, "behaviour_safety"))
    assert past(net, programme_id) == (["behaviour_safety"], True, "ineligible")  # for a while: test_declined
    net.clock.advance(hours=1)
    say(net, ReferralSent(second, CASE, programme_id))
    say(net, ReferralAccepted(second, CASE, programme_id))
    assert past(net, programme_id) == ([None, "behaviour_safety"], False, "eligible")


def test_no_place_free_stands_until_one_is_stated_and_our_own_no_is_nobodys_answer(net):
    programme_id = offer(net, register(net), rules={})
    say(net, ScreeningStarted(CASE))
    say(net, ScreeningCompleted(CASE, str(uuid4()), OLD))
    referral = str(uuid4())
    say(net, ReferralDeclined(referral, CASE, programme_id, "no_place", "system"))
    assert past(net, programme_id)[:2] == (["no_place"], False)
    net.clock.advance(hours=1)
    say(net, ReferralDeclined(str(uuid4()), CASE, programme_id, "no_place"))
    assert past(net, programme_id)[:2] == (["no_place", "no_place"], True)
    net.clock.advance(hours=1)
    net.call("partners", "confirm_capacity", {"programme_id": programme_id, "total": 2, "free": 1})
    assert past(net, programme_id)[1] is False
