"""A bed for tonight, through the doors of all services: whose it is, how it ends, and that no bed is lost."""

from datetime import timedelta

import pytest

from services.codes.stays import DAYS_MOST
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from tests.referral.story import MEMBERS, MONDAY, OPENING, SERVICES

LAST_NIGHT = timedelta(days=3, hours=23)


@pytest.fixture
def net(network):
    return network(SERVICES, SimulatedClock(MONDAY))


def open_case(net):
    return net.call("intake", "open_case", {**OPENING, "centre": "60", "danger": "none"})["case_id"]


def offer(net, path="interim_stay", total=1):
    registered = {"name": "บ้านพักฉุกเฉิน", "kind": "other", "under_ministry": True, "province": "60"}
    partner_id = net.call("partners", "register_partner", registered)["partner_id"]
    capacity = {"total": total, "free": total}
    offered = {"partner_id": partner_id, "name": "ห้องพัก", "path": path, "capacity": capacity, "rules": {}}
    return str(net.call("partners", "offer_programme", offered)["programme_id"])


def ask(net, case_id, programme_id, days=3, **who):
    body = {"case_id": case_id, "programme_id": programme_id, "days": days}
    answer = net.call("referral", "ask_for_bed", body, **who)
    net.settle()
    return answer


def stays(net, **wanted):
    return net.call("referral", "stays", wanted)["items"]


def places(net, programme_id):
    for partner in net.call("partners", "partners", {"limit": 50})["items"]:
        for each in partner["programmes"]:
            if each["programme_id"] == programme_id:
                return {name: each["places"][name] for name in ("free", "reserved", "filled")}
    raise AssertionError(programme_id)


def end(net, stay_id, reason="left", **who):
    answer = net.call("referral", "end_stay", {"stay_id": stay_id, "reason": reason}, **who)
    net.settle()
    return answer


def item(net, case_id):
    return net.call("intake", "work", {"case_id": case_id})["items"][0]


FREE = {"free": 1, "reserved": 0, "filled": 0}
HELD = {"free": 0, "reserved": 0, "filled": 1}


def test_one_worker_gives_a_bed_for_some_nights_and_the_place_is_held(net):
    case_id, programme_id = open_case(net), offer(net)
    stay_id = ask(net, case_id, programme_id)["stay_id"]
    [stay] = stays(net, case_id=case_id)
    assert (stay["status"], stay["first"], stay["until"]) == (
        "staying", "2026-03-02", "2026-03-05T17:00:00.000000Z",
    )  # fmt: skip
    assert places(net, programme_id) == HELD
    assert end(net, stay_id)["status"] == "ended" == end(net, stay_id)["status"]
    assert places(net, programme_id) == FREE
    assert [each["reason"] for each in stays(net)] == ["left"] and stays(net, status="open") == []
    assert list(net.runtimes["referral"].verify()) == list(net.runtimes["partners"].verify()) == []


def test_nobody_has_two_beds_at_once(net):
    case_id, programme_id = open_case(net), offer(net, total=2)
    stay_id = ask(net, case_id, programme_id)["stay_id"]
    with pytest.raises(Refused) as refusal:
        ask(net, case_id, programme_id)
    assert refusal.value.code == "already_staying"
    end(net, stay_id)
    ask(net, case_id, programme_id)
    assert places(net, programme_id) == {"free": 1, "reserved": 0, "filled": 1}


def test_the_last_bed_is_given_once(net):
    programme_id = offer(net)
    ask(net, open_case(net), programme_id)
    ask(net, other := open_case(net), programme_id)
    assert [each["status"] for each in stays(net, case_id=other)] == ["refused"]
    ask(net, other, offer(net))  # and may be asked for elsewhere
    assert [each["status"] for each in stays(net, case_id=other)] == ["staying", "refused"]


def test_it_is_due_on_my_work_before_the_last_night_and_runs_out(net):
    case_id, programme_id = open_case(net), offer(net)
    ask(net, case_id, programme_id)
    work = item(net, case_id)
    assert "interim_stay" in work["flags"] and work["due"] <= "2026-03-04"
    net.clock.advance(days=3)
    net.runtimes["referral"].fire_timers()
    assert stays(net, status="staying")
    net.clock.advance(days=1)
    net.runtimes["referral"].fire_timers()
    net.settle()
    [stay] = stays(net)
    assert (stay["status"], stay["reason"]) == ("ended", "ran_out") and places(net, programme_id) == FREE
    assert "stay_ran_out" in item(net, case_id)["flags"]
    figures = net.call("reporting", "overview", {})
    assert figures["stays"] == {"begun": 1, "placed": 0, "ran_out": 1}
    assert figures["placements"]["total"] == 0 and figures["cases"]["referred"] == 0


def test_it_is_prolonged_up_to_fifteen_nights_in_all(net):
    case_id, programme_id = open_case(net), offer(net)
    stay_id = ask(net, case_id, programme_id)["stay_id"]
    prolonged = {"stay_id": stay_id, "days": DAYS_MOST}
    until = net.call("referral", "prolong_stay", prolonged)["until"]
    assert until == "2026-03-17T17:00:00.000000Z" == net.call("referral", "prolong_stay", prolonged)["until"]
    for days in (0, DAYS_MOST + 1, 2):
        with pytest.raises(Invalid):
            net.call("referral", "prolong_stay", {"stay_id": stay_id, "days": days})
    net.clock.advance(days=10)
    net.runtimes["referral"].fire_timers()
    assert stays(net, status="staying")


def test_closing_the_case_ends_it(net):
    case_id, programme_id = open_case(net), offer(net)
    ask(net, case_id, programme_id)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "left"})
    net.settle()
    assert [each["reason"] for each in stays(net)] == ["case_closed"] and places(net, programme_id) == FREE
    with pytest.raises(Refused) as refusal:
        ask(net, case_id, programme_id)
    assert refusal.value.code == "case_closed"


def test_arriving_where_one_was_referred_ends_it(net):
    case_id, programme_id, home = open_case(net), offer(net), offer(net, "foundation")
    ask(net, case_id, programme_id)
    net.call("screening", "complete", {"case_id": case_id, "facts": {"housing": "street"}})
    agreed = {"members": MEMBERS, "path": "foundation", "why": "เหมาะสม", "goals": ["อยู่ได้"]}
    net.call("screening", "agree_plan", {"case_id": case_id, **agreed})
    sent = {"case_id": case_id, "programme_id": home, "consent": {"status": "given"}}
    referral_id = net.call("referral", "send", sent)["referral_id"]
    net.settle()
    for step in ("accept", "admit"):
        assert places(net, programme_id) == HELD
        net.clock.advance(hours=1)
        net.call("referral", "step", {"referral_id": referral_id, "step": step})
        net.settle()
    assert [each["reason"] for each in stays(net)] == ["placed"] and places(net, programme_id) == FREE
    with pytest.raises(Refused) as refusal:
        ask(net, case_id, programme_id)
    assert refusal.value.code == "already_placed"
    net.call("referral", "step", {"referral_id": referral_id, "step": "confirm"})
    net.call("referral", "step", {"referral_id": referral_id, "step": "end", "outcome": "died"})
    with pytest.raises(Refused) as refusal:
        ask(net, case_id, programme_id)
    assert refusal.value.code == "person_died"


def test_only_interim_places_of_the_registry_and_only_for_the_centre_s_own_cases(net):
    case_id, programme_id = open_case(net), offer(net)
    with pytest.raises(Invalid) as invalid:
        ask(net, case_id, offer(net, "foundation"))
    assert "programme_id" in invalid.value.errors
    neighbour = {"user": "worker-61", "centres": ("61",)}
    with pytest.raises(NotFound):
        ask(net, case_id, programme_id, **neighbour)
    stay_id = ask(net, case_id, programme_id)["stay_id"]
    with pytest.raises(NotFound):
        end(net, stay_id, **neighbour)
    assert net.call("referral", "stays", {}, **neighbour)["items"] == []
    with pytest.raises(Forbidden):
        ask(net, case_id, programme_id, user="member-60", role="member")


def test_nobody_is_matched_with_or_planned_for_a_bed_of_some_nights(net):
    case_id, programme_id = open_case(net), offer(net)
    home = offer(net, "foundation")
    net.call("screening", "complete", {"case_id": case_id, "facts": {"housing": "street"}})
    net.settle()
    found = net.call("partners", "matches", {"case_id": case_id})["candidates"]
    assert [each["programme_id"] for each in found] == [home]
    agreed = {"members": MEMBERS, "path": "interim_stay", "why": "เหมาะสม", "goals": ["อยู่ได้"]}
    with pytest.raises(Invalid):
        net.call("screening", "agree_plan", {"case_id": case_id, "programme_id": programme_id, **agreed})
