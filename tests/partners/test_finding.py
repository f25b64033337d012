"""Places for a person and people for a place, through the doors: whose cases are shown, what was noted and can be shown
again, what other rules would change."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kernel.errors import Forbidden, Invalid, NotFound
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from tests.partners.others import (
    CaseClosed,
    CaseOpened,
    CaseReopened,
    Intake,
    Referral,
    ReferralDeclined,
    ReferralSent,
    ReferralWithdrawn,
    Screening,
    ScreeningCompleted,
    ScreeningStarted,
    say,
)
from tests.partners.test_service import HOME, MINISTRY, NEIGHBOUR, offer, register

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
MEMBER = {"user": "member-60", "role": "member", "centres": ("60",)}


def facts(age=72, **more):
    return {"age": {"on": "2026-03-02", "min": age, "max": age}, "sex": "male", **more}


@pytest.fixture
def net(network):
    return network([Intake, Screening, Referral, PartnersService], SimulatedClock(MONDAY))


def waits(net, centre="60", known=None, **more):
    """A new case, screened."""
    case_id = str(uuid4())
    say(net, CaseOpened(case_id, f"{centre}-2569-{case_id[:4]}"), centre)
    say(net, ScreeningStarted(case_id), centre)
    say(net, ScreeningCompleted(case_id, str(uuid4()), known or facts(), **more), centre)
    return case_id


def candidates(net, programme_id, limit=50, **who):
    net.settle()
    return net.call("partners", "candidates", {"programme_id": programme_id, "limit": limit}, **who)


def ids(found):
    return [each["case_id"] for each in found["items"]]


def what_if(net, rules, who=None, **of):
    net.settle()
    door = "what_if" if "programme_id" in of else "what_if_of_all"
    return net.call("partners", door, {"rules": rules, **of}, **(who or {}))


def correct(net, partner_id, **changes):
    net.clock.advance(minutes=1)
    body = {"partner_id": partner_id, "reason": "โทรถามแล้ว", **changes}
    return net.call("partners", "correct_partner", body)


def matches(net, case_id, **more):
    net.settle()
    return net.call("partners", "matches", {"case_id": case_id, **more})


def test_who_fits_a_place_and_waits_is_shown_best_first_with_reasons(net):
    programme_id = offer(net, register(net), 4, 2)
    first = waits(net)
    net.clock.advance(days=3)
    second, open_ = waits(net), waits(net, known={"sex": "male"})
    waits(net, known=facts(40))
    found = candidates(net, programme_id)
    assert ids(found) == [first, second, open_] and found["of"] == 3 and found["places_free"] == 2
    assert [each["waiting_days"] for each in found["items"]] == [3, 0, 0]
    assert [(each["rank"], each["verdict"]) for each in found["items"]] == [
        (1, "eligible"), (2, "eligible"), (3, "unknown"),
    ]  # fmt: skip
    [reason] = found["items"][0]["reasons"]
    assert (reason["rule"], reason["verdict"], reason["inherited_from"]) == ("min_age", "met", "programme")
    assert reason["source"]["type"] == "ScreeningCompleted" and found["items"][2]["settles"] == ["age"]
    names = [each["criterion"] for each in found["items"][0]["criteria"]]
    assert names == ["path", "wish", "home_province", "past_answer", "waiting", "draw"]
    assert ids(candidates(net, programme_id, limit=1)) == [first]


def test_the_persons_wish_and_a_standing_no_come_before_the_waiting_time(net):
    programme_id = offer(net, register(net), 4, 2)
    refused = waits(net)
    say(net, ReferralSent("r", refused, programme_id))
    say(net, ReferralDeclined("r", refused, programme_id, "missing_documents"))
    net.clock.advance(days=3)
    plain, wishes = waits(net), waits(net, known=facts(wants=["local_home"]))
    assert ids(candidates(net, programme_id)) == [wishes, plain, refused]


def test_a_case_waits_from_its_screening_until_it_is_referred_or_closed_and_again_after(net):
    programme_id = offer(net, register(net), 4, 2)
    case_id = waits(net)
    steps = (
        (ReferralSent("r", case_id, programme_id), False),
        (ReferralWithdrawn("r", case_id, programme_id), True),
        (CaseClosed(case_id), False),
        (CaseReopened(case_id), True),
    )
    assert ids(candidates(net, programme_id)) == [case_id]
    for fact, still in steps:
        net.clock.advance(minutes=1)
        say(net, fact)
        assert (ids(candidates(net, programme_id)) == [case_id]) is still, fact
    say(net, ScreeningCompleted(case_id, str(uuid4()), facts(30)))
    assert candidates(net, programme_id)["items"] == []


def test_of_other_centres_there_are_counts_only_and_small_ones_are_not_told(net):
    programme_id = offer(net, register(net), 4, 2)
    own = waits(net)
    for _ in range(2):
        waits(net, "61")
    for _ in range(6):
        waits(net, "62")
    waits(net, "62", known=facts(40))
    found = candidates(net, programme_id, **MEMBER)
    assert ids(found) == [own] and found["elsewhere"] == {"61": "few", "62": 6}
    theirs = candidates(net, programme_id, **NEIGHBOUR)
    assert len(ids(theirs)) == 2 and own not in ids(theirs) and theirs["elsewhere"] == {"60": "few", "62": 6}


def test_who_stands_before_a_case_is_told_by_the_order_of_that_list_and_of_its_own_centre(net):
    programme_id = offer(net, register(net), 4, 2)
    waits(net, "61")
    order = []
    for _ in range(3):
        order.append(waits(net))
        net.clock.advance(days=1)
    young = waits(net, known=facts(40))

    def before(case_id, **who):
        net.settle()
        body = {"programme_id": programme_id, "case_id": case_id}
        return net.call("partners", "standing_before", body, **who)

    assert ids(candidates(net, programme_id)) == order
    for place, case_id in enumerate(order):
        assert before(case_id) == {"places_free": 2, "before": order[:place]}
    assert before(young)["before"] is None  # in no order: ruled out
    with pytest.raises(NotFound):
        before(order[0], **NEIGHBOUR)


def test_who_waits_is_not_for_the_ministry_and_an_unknown_programme_is_not_found(net):
    with pytest.raises(Forbidden):
        candidates(net, offer(net, register(net)), **MINISTRY)
    with pytest.raises(NotFound):
        candidates(net, str(uuid4()))


def test_rules_of_the_organisation_and_its_network_hold_for_its_programmes_in_the_next_ranking(net):
    partner_id, network_id = register(net), register(net, name="เครือข่ายบ้านพักผู้สูงอายุ")
    offer(net, partner_id, rules={})
    case_id = waits(net, known=facts(61, nationality="thai"))
    assert matches(net, case_id)["candidates"][0]["verdict"] == "eligible"
    assert correct(net, network_id, rules={"nationality": ["stateless"]})["warnings"] == []
    correct(net, partner_id, rules={"min_age": 60}, network_id=network_id)
    [found] = matches(net, case_id)["candidates"]
    assert found["verdict"] == "ineligible"
    assert [(each["rule"], each["inherited_from"]) for each in found["reasons"]] == [
        ("nationality", "network"), ("min_age", "organisation"),
    ]  # fmt: skip
    shown = net.call("partners", "partner", {"partner_id": partner_id})
    assert shown["rules"] == {"min_age": 60} and shown["network"]["rules"] == {"nationality": ["stateless"]}
    assert shown["network"]["name"] == "เครือข่ายบ้านพักผู้สูงอายุ" and shown["rules_confirmed_at"]
    correct(net, network_id, rules={"nationality": ["thai"]})
    assert matches(net, case_id)["candidates"][0]["verdict"] == "eligible"
    correct(net, partner_id, network_id="", rules={})
    assert matches(net, case_id)["candidates"][0]["reasons"] == []


@pytest.mark.parametrize("wrong", ["unknown", "itself", "in_one", "has_members"])
def test_networks_have_members_and_no_networks(net, wrong):
    first, second, third = (register(net, name=f"หน่วยงาน {number}") for number in range(3))
    correct(net, second, network_id=third)
    asked = {
        "unknown": (first, str(uuid4())), "itself": (first, first), "in_one": (first, second),
        "has_members": (third, first),
    }[wrong]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        correct(net, asked[0], network_id=asked[1])
    assert list(refused.value.errors) == ["network_id"]


def test_a_proposed_rule_of_an_organisation_waits_and_holds_once_it_is_accepted(net):
    partner_id = register(net, province="61")
    say(net, ScreeningStarted(str(uuid4())), "61")
    net.settle()
    done = correct(net, partner_id, rules={"min_age": 55})
    assert done["waiting_for"] == "61"
    assert net.call("partners", "partner", {"partner_id": partner_id})["rules"] == {}
    net.clock.advance(minutes=1)
    net.call("partners", "accept_proposal", {"proposal_id": done["proposal_id"]}, **NEIGHBOUR)
    assert net.call("partners", "partner", {"partner_id": partner_id})["rules"] == {"min_age": 55}


def test_what_other_rules_would_change_is_said_and_nothing_is_changed(net):
    partner_id = register(net)
    programme_id = offer(net, partner_id, rules={"min_age": 60})
    young, old = waits(net, known=facts(57)), waits(net, known=facts(85))
    waits(net, known=facts(70))
    for _ in range(2):
        waits(net, "61", known=facts(57))
    found = what_if(net, {"min_age": 55, "max_age": 80}, programme_id=programme_id)
    assert (found["of"], found["gained"], found["lost"], found["programmes"]) == (3, 1, 1, 1)
    assert [(each["case_id"], each["before"], each["after"]) for each in found["items"]] == [
        (old, "eligible", "ineligible"), (young, "ineligible", "eligible"),
    ]  # fmt: skip
    assert found["elsewhere"] == {"61": {"gained": "few", "lost": 0}}
    assert found == what_if(net, {"min_age": 55, "max_age": 80}, programme_id=programme_id)
    shown = net.call("partners", "partner", {"partner_id": partner_id})
    assert shown["programmes"][0]["rules"] == {"min_age": 60}


def test_rules_of_a_network_would_change_what_its_members_offer(net):
    network_id, member_id = register(net, name="เครือข่าย"), register(net, name="สมาชิก")
    offer(net, member_id, rules={})
    offer(net, register(net, name="หน่วยงานอื่น"), rules={})
    correct(net, member_id, network_id=network_id)
    waits(net, known=facts(57))
    found = what_if(net, {"min_age": 60}, partner_id=network_id)
    assert (found["programmes"], found["lost"]) == (1, 1)
    assert what_if(net, {"min_age": 60}, partner_id=member_id)["lost"] == 1
    for unknown in ({"partner_id": str(uuid4())}, {"programme_id": str(uuid4())}):
        with pytest.raises(NotFound):
            what_if(net, {}, **unknown)
    with pytest.raises(Forbidden):
        what_if(net, {}, MEMBER, partner_id=network_id)


def shape(answer):
    """What must be the same of a list, now and when it is shown again."""
    return [{name: each[name] for name in each if name != "confidence"} for each in answer["candidates"]]


def test_an_earlier_list_is_shown_as_it_was_though_everything_changed_since(net):
    network_id, partner_id = register(net, name="เครือข่าย"), register(net)
    correct(net, network_id, rules={"nationality": ["thai"]})
    correct(net, partner_id, network_id=network_id, rules={"min_age": 50})
    first = offer(net, partner_id, 2, 2)
    offer(net, register(net, name="บ้านอื่น", province="61"), 1, 1, rules={"sex": ["female"]})
    case_id = waits(net, known=facts(70, nationality="thai"))
    then = matches(net, case_id)
    net.clock.advance(days=2)
    say(net, ReferralSent("r", case_id, first))
    say(net, ReferralDeclined("r", case_id, first))
    net.settle()
    net.call("partners", "confirm_capacity", {"programme_id": first, "total": 2, "free": 0})
    body = {"programme_id": first, "rules": {"max_age": 60}, "name": "ชื่อใหม่", "reason": "แจ้งใหม่"}
    net.call("partners", "correct_programme", body)
    correct(net, partner_id, network_id="", rules={}, name="ชื่อหน่วยงานใหม่")
    offer(net, partner_id, 9, 9, rules={})
    say(net, ScreeningCompleted(case_id, str(uuid4()), facts(70)))
    now = matches(net, case_id)
    assert shape(now) != shape(then)
    newest, oldest = net.call("partners", "earlier_matches", {"case_id": case_id})["items"]
    assert (
        newest["at"] > oldest["at"] and oldest["counts"] == then["counts"] and oldest["draw"] == then["draw"]
    )
    asked = {"case_id": case_id, "match_id": oldest["match_id"]}
    again = net.call("partners", "earlier_match", asked)
    assert again["same"] is True and shape(again) == shape(then) and again["settles"] == then["settles"]
    assert (
        net.call("partners", "earlier_match", asked | {"limit": 1})["candidates"] == again["candidates"][:1]
    )


def test_an_earlier_list_is_of_its_own_case_and_centre(net):
    offer(net, register(net))
    case_id, other = waits(net), waits(net)
    net.settle()
    [noted] = net.call("partners", "earlier_matches", {"case_id": case_id})["items"]
    for who, case in (({}, other), (NEIGHBOUR, case_id)):
        with pytest.raises(NotFound):
            net.call("partners", "earlier_match", {"case_id": case, "match_id": noted["match_id"]}, **who)
    with pytest.raises(NotFound):
        net.call("partners", "earlier_matches", {"case_id": case_id}, **NEIGHBOUR)
    with pytest.raises(Forbidden):
        net.call("partners", "earlier_matches", {"case_id": case_id}, **MINISTRY)


def test_what_became_of_each_earlier_referral_to_a_place_is_shown_with_it(net):
    programme_id = offer(net, register(net, **HOME), 4, 4)
    case_id = waits(net)
    for number, end in enumerate((ReferralWithdrawn, ReferralDeclined)):
        say(net, ReferralSent(f"r{number}", case_id, programme_id))
        net.clock.advance(hours=1)
        say(net, end(f"r{number}", case_id, programme_id))
        net.clock.advance(hours=1)
    [found] = matches(net, case_id)["candidates"]
    assert [(each["status"], each["reason"]) for each in found["past"]] == [
        ("declined", "not_eligible"), ("withdrawn", None),
    ]  # fmt: skip


def listed(net, **asked):
    who = asked.pop("who", {})
    return {each["partner_id"] for each in net.call("partners", "partners", asked, **who)["items"]}


def test_a_way_forward_that_there_is_not_finds_nothing_unsaid(net):
    case_id = waits(net)
    for door, body in (("partners", {}), ("free_places", {}), ("matches", {"case_id": case_id})):
        with pytest.raises(Invalid) as invalid:
            net.call("partners", door, {**body, "path": "moon"})
        assert [*invalid.value.errors] == ["path"], door


def test_partners_are_listed_by_path_and_free_places_of_one_programme_and_for_one_case(net):
    full, home, hospital = (register(net, name=f"หน่วยงาน {number}") for number in range(3))
    offer(net, full, 2, 0, rules={})
    offer(net, home, 2, 1, rules={"max_age": 60})
    offer(net, hospital, 2, 1, path="hospital", rules={"sex": ["female"]})
    offer(net, hospital, 2, 0, rules={})
    assert listed(net, path="hospital") == {hospital} and listed(net, free=True) == {home, hospital}
    assert listed(net, path="local_home", free=True) == {home}
    case_id = waits(net)
    net.settle()
    assert listed(net, accepts_case=case_id) == {full, hospital}
    assert listed(net, accepts_case=case_id, free=True) == set()
    assert listed(net, accepts_case=case_id, path="hospital") == set()
    first = net.call("partners", "partners", {"accepts_case": case_id, "limit": 1})
    rest = net.call("partners", "partners", {"accepts_case": case_id, "limit": 1, "cursor": first["next"]})
    assert {each["partner_id"] for each in first["items"] + rest["items"]} == {full, hospital}
    assert rest["next"] is None
    with pytest.raises(NotFound):
        listed(net, accepts_case=case_id, who=NEIGHBOUR)
    with pytest.raises(Forbidden):
        listed(net, accepts_case=case_id, who=MINISTRY)
