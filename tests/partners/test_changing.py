"""The registry kept true, through the doors: who changes at once, whose change waits, and what follows elsewhere.

Long because what keeps it true is tried on one partner: corrected, confirmed, retired, proposed, doubted.
"""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from services.kernel.envelope import instant
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Stale
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from tests.partners.others import (
    Referral,
    ReferralDeclined,
    ReferralSent,
    Screening,
    ScreeningCompleted,
    ScreeningStarted,
)
from tests.partners.others import say as append

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HOME = {
    "name": "บ้านพักผู้สูงอายุ", "kind": "pao_home", "under_ministry": False, "province": "60", "subdistrict": "600101",
    "contact": {"phone": "056-000-000", "email": "home@example.org"},
}  # fmt: skip
OFFER = {"name": "ที่พัก", "path": "local_home", "rules": {"min_age": 60}}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
CASE = str(uuid4())
OLD = {"age": {"on": "2026-03-02", "min": 62, "max": 62}}
DAY = 86400


@pytest.fixture
def net(network):
    return network([Screening, Referral, PartnersService], SimulatedClock(MONDAY))


@pytest.fixture
def home(net):
    return net.call("partners", "register_partner", HOME)["partner_id"]


@pytest.fixture
def beds(net, home):
    return offer(net, home)


def say(net, fact, centre="60"):
    append(net, fact, centre)
    net.settle()


def offer(net, partner_id, total=2, free=2, **changes):
    body = {**OFFER, "partner_id": partner_id, "capacity": {"total": total, "free": free}, **changes}
    return net.call("partners", "offer_programme", body)["programme_id"]


def partner(net, partner_id):
    return net.call("partners", "partner", {"partner_id": partner_id})


def history(net, partner_id, **who):
    return net.call("partners", "history", {"partner_id": partner_id}, **who)["items"]


def change(net, door, id, **body):
    who = {
        name: body.pop(name)
        for name in ("user", "role", "centres", "partner", "if_match", "at")
        if name in body
    }
    named = "partner_id" if door.endswith("partner") else "programme_id"
    return net.call("partners", door, {named: id, **body}, **who)


def waiting(net, **who):
    return net.call("partners", "proposals", {}, **who)["items"]


def decide(net, door, proposal_id, **who):
    return net.call("partners", door, {"proposal_id": proposal_id}, **who)


def screen(net):
    say(net, ScreeningStarted(CASE))
    say(net, ScreeningCompleted(CASE, str(uuid4()), OLD))


def candidates(net):
    found = net.call("partners", "matches", {"case_id": CASE})
    return {each["programme_id"]: each for each in found["candidates"]}


def test_a_correction_changes_only_what_it_names_and_keeps_what_stood(net, home):
    done = change(
        net, "correct_partner", home, name="บ้านพักผู้สูงวัย", contact={"phone": "056-111-111"}, reason="พิมพ์ผิด"
    )
    assert done["warnings"] == [] and done["version"] == 2
    now = partner(net, home)
    assert now["name"] == "บ้านพักผู้สูงวัย" and now["kind"] == "pao_home"
    assert now["contact"] == {"phone": "056-111-111", "email": "home@example.org"}
    [kept] = history(net, home)
    assert kept["fields"] == ["contact", "name"] and kept["before"]["name"] == HOME["name"]
    assert (kept["by"], kept["reason"], kept["action"]) == ("worker-60", "พิมพ์ผิด", "correct")


def test_a_way_to_reach_a_partner_can_be_taken_out(net, home):
    change(net, "correct_partner", home, contact={"email": ""}, reason="เลิกใช้แล้ว")
    assert partner(net, home)["contact"] == {"phone": "056-000-000"}


def test_a_correction_that_says_what_stands_is_no_fact(net, home):
    done = change(net, "correct_partner", home, name=HOME["name"], reason="ตรวจแล้ว")
    assert done == {"version": 1, "warnings": ["unchanged"]} and history(net, home) == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "ก"}, "reason"),
        ({"reason": "ก"}, "body"),
        ({"name": " ", "reason": "ก"}, "name"),
        ({"subdistrict": "610101", "reason": "ก"}, "subdistrict"),
        ({"kind": "ministry_shelter", "reason": "ก"}, "under_ministry"),
        ({"kind": "nobody", "reason": "ก"}, "kind"),
    ],
)
def test_what_cannot_be_so_is_refused_by_its_field(net, home, body, field):
    for who in ({}, NEIGHBOUR):  # what another centre proposes, too
        with pytest.raises(Invalid) as error:
            change(net, "correct_partner", home, **body, **who)
        assert field in error.value.errors
    assert partner(net, home)["version"] == 1 and waiting(net) == []


def test_a_subdistrict_of_another_province_goes_with_the_province(net, home):
    change(net, "correct_partner", home, province="62", reason="ลงจังหวัดผิด")
    now = partner(net, home)
    assert (now["province"], now["subdistrict"]) == ("62", None)


def test_what_is_known_of_a_partner_follows_in_matching(net, home, beds):
    screen(net)
    assert candidates(net)[beds]["outside_ministry"]
    change(net, "correct_partner", home, name="ชื่อใหม่", under_ministry=True, reason="สังกัดผิด")
    now = candidates(net)[beds]
    assert (now["partner"], now["outside_ministry"]) == ("ชื่อใหม่", False)
    later = offer(net, home, name="อีกบริการ")
    assert candidates(net)[later]["partner"] == "ชื่อใหม่"


def test_corrected_rules_replace_the_whole_set_and_count_in_the_next_match(net, home, beds):
    screen(net)
    assert candidates(net)[beds]["verdict"] == "eligible"
    change(net, "correct_programme", beds, rules={"min_age": 65}, reason="โทรถามแล้ว")
    assert candidates(net)[beds]["verdict"] == "ineligible"
    change(net, "correct_programme", beds, rules={"sex": ["female", "male"]}, reason="ไม่จำกัดอายุ")
    assert partner(net, home)["programmes"][0]["rules"] == {"sex": ["female", "male"]}
    latest, first = history(net, home)
    assert (first["before"], first["after"]) == ({"rules": {"min_age": 60}}, {"rules": {"min_age": 65}})
    assert latest["programme"] == OFFER["name"]


def test_who_saw_an_older_state_is_told(net, home, beds):
    change(net, "correct_programme", beds, name="ใหม่", reason="ก")
    with pytest.raises(Stale):
        change(net, "correct_programme", beds, name="เก่า", reason="ก", if_match=1)
    with pytest.raises(Stale):
        change(net, "correct_programme", beds, name="เก่า", reason="ก", if_match=1, **NEIGHBOUR)


def test_the_same_request_again_changes_once(net, home, beds):
    key, body = str(uuid4()), {"programme_id": beds, "name": "ใหม่", "reason": "ก"}
    first, again = (net.call("partners", "correct_programme", body, key=key) for _ in range(2))
    assert first == again and len(history(net, home)) == 1
    key, body = str(uuid4()), {"programme_id": beds, "reason": "ปิด"}
    first, again = (net.call("partners", "retire_programme", body, key=key) for _ in range(2))
    assert first == again and len(history(net, home)) == 2


def test_a_change_is_not_dated_before_the_one_it_follows(net, home):
    net.clock.advance(seconds=5 * DAY)
    change(net, "correct_partner", home, name="ใหม่", reason="ก")
    with pytest.raises(Invalid) as error:
        change(net, "correct_partner", home, name="เก่า", reason="ก", at=MONDAY + timedelta(days=1))
    assert "at" in error.value.errors


def test_a_retired_programme_is_not_matched_and_gives_no_place(net, home, beds):
    screen(net)
    referral = ReferralSent(str(uuid4()), CASE, beds)
    say(net, referral)
    done = change(net, "retire_programme", beds, reason="ปิดรับถาวร")
    assert done["warnings"] == ["places_held"]
    assert beds not in candidates(net)
    late = ReferralSent(str(uuid4()), CASE, beds, waitlist=True)
    say(net, late)
    [shown] = partner(net, home)["programmes"]
    assert shown["retired"] and shown["places"]["free"] == 0
    assert (shown["places"]["reserved"], shown["places"]["waiting"]) == (1, 0)  # what is under way stands
    assert net.call("partners", "free_places", {})["items"] == []
    change(net, "reopen_programme", beds, reason="เปิดอีกครั้ง")
    assert partner(net, home)["programmes"][0]["places"]["free"] == 1 and beds in candidates(net)


def test_who_waits_at_a_retired_programme_gets_a_place_only_once_it_is_taken_up_again(net, home):
    beds = offer(net, home, 1, 0)
    say(net, ReferralSent(str(uuid4()), CASE, beds, waitlist=True))
    change(net, "retire_programme", beds, reason="ปิด")
    net.call("partners", "confirm_capacity", {"programme_id": beds, "total": 1, "free": 1})
    held = partner(net, home)["programmes"][0]["places"]
    assert (held["waiting"], held["reserved"]) == (1, 0)
    change(net, "reopen_programme", beds)
    held = partner(net, home)["programmes"][0]["places"]
    assert (held["waiting"], held["reserved"]) == (0, 1)
    assert net.runtimes["partners"].verify() == []


def test_a_partner_is_retired_with_its_programmes_and_taken_up_with_those_it_took_along(net, home, beds):
    closed = offer(net, home, name="ปิดไปก่อนแล้ว")
    change(net, "retire_programme", closed, reason="ปิด")
    change(net, "retire_partner", home, reason="เลิกกิจการ")
    assert [each["retired"] for each in partner(net, home)["programmes"]] == [True, True]
    assert net.call("partners", "partners", {})["items"] == []
    assert len(net.call("partners", "partners", {"retired": True})["items"]) == 1
    for refused in (lambda: offer(net, home), lambda: change(net, "reopen_programme", closed)):
        with pytest.raises(Refused) as error:
            refused()
        assert error.value.code == "retired"
    change(net, "reopen_partner", home)
    assert [each["retired"] for each in partner(net, home)["programmes"]] == [False, True]
    assert [each["action"] for each in history(net, home)].count("retire") == 2  # said once of the partner


def test_another_province_proposes_and_the_partners_own_accepts(net, home, beds):
    told = change(net, "correct_programme", beds, rules={"min_age": 55}, reason="โทรคุยกับผู้ดูแล", **NEIGHBOUR)
    assert told["waiting_for"] == "60"
    assert partner(net, home)["programmes"][0]["rules"] == {"min_age": 60}
    [seen] = waiting(net)
    assert (seen["before"], seen["after"]) == ({"rules": {"min_age": 60}}, {"rules": {"min_age": 55}})
    assert (seen["by"], seen["from_centre"], seen["reason"]) == ("worker-61", "61", "โทรคุยกับผู้ดูแล")
    assert [each["proposal_id"] for each in waiting(net, **NEIGHBOUR)] == [told["proposal_id"]]
    with pytest.raises(Forbidden):
        decide(net, "accept_proposal", told["proposal_id"], **NEIGHBOUR)
    decide(net, "accept_proposal", told["proposal_id"])
    assert partner(net, home)["programmes"][0]["rules"] == {"min_age": 55}
    [kept] = history(net, home)
    assert (kept["by"], kept["proposal_id"]) == ("worker-60", told["proposal_id"])
    assert waiting(net) == []
    with pytest.raises(Refused):
        decide(net, "dismiss_proposal", told["proposal_id"])


def test_a_proposal_waits_for_whoever_keeps_the_partner_now(net, home):
    say(net, ScreeningStarted(str(uuid4())), centre="61")  # a centre works there
    told = change(net, "correct_partner", home, name="ชื่อที่เสนอ", reason="ก", **NEIGHBOUR)
    change(net, "correct_partner", home, province="61", reason="ย้ายที่ตั้ง")
    [seen] = waiting(net, **NEIGHBOUR)
    assert (seen["proposal_id"], seen["waiting_for"]) == (told["proposal_id"], "61")
    assert waiting(net) == []
    decide(net, "accept_proposal", told["proposal_id"], **NEIGHBOUR)
    assert partner(net, home)["name"] == "ชื่อที่เสนอ"


def test_a_proposal_does_not_undo_what_was_corrected_after_it(net, home):
    told = change(net, "correct_partner", home, name="ชื่อที่เสนอ", reason="ก", **NEIGHBOUR)
    change(net, "correct_partner", home, name="ชื่อที่แก้ทีหลัง", reason="โทรถามแล้ว")
    with pytest.raises(Refused, match="proposal_outdated"):
        decide(net, "accept_proposal", told["proposal_id"])
    assert partner(net, home)["name"] == "ชื่อที่แก้ทีหลัง"
    decide(net, "dismiss_proposal", told["proposal_id"])
    assert waiting(net) == []


def test_a_dismissed_proposal_changes_nothing_and_may_be_taken_back_by_who_made_it(net, home):
    for who in ({}, NEIGHBOUR):
        told = change(net, "correct_partner", home, name="ผิด", reason="ก", **NEIGHBOUR)
        decide(net, "dismiss_proposal", told["proposal_id"], **who)
        assert partner(net, home)["version"] == 1 and waiting(net) == []
    with pytest.raises(NotFound):
        decide(net, "accept_proposal", str(uuid4()))


def test_the_same_proposal_again_is_one(net, home):
    told = [change(net, "correct_partner", home, name="ใหม่", reason=str(n), **NEIGHBOUR) for n in range(2)]
    assert told[0] == told[1] and len(waiting(net)) == 1


def test_every_change_of_another_province_waits(net, home, beds):
    capacity = {"programme_id": beds, "total": 9, "free": 4}
    asked = [
        net.call("partners", "confirm_capacity", capacity, **NEIGHBOUR),
        change(net, "confirm_partner", home, **NEIGHBOUR),
        change(net, "retire_partner", home, reason="ปิด", **NEIGHBOUR),
        change(net, "confirm_programme", beds, **NEIGHBOUR),
        change(net, "retire_programme", beds, reason="ปิด", **NEIGHBOUR),
    ]
    assert {each["waiting_for"] for each in asked} == {"60"} and len(waiting(net)) == 5
    before = partner(net, home)
    assert (before["version"], before["programmes"][0]["version"]) == (1, 1)
    decide(net, "accept_proposal", asked[0]["proposal_id"])
    assert partner(net, home)["programmes"][0]["places"]["total"] == 9
    decide(net, "accept_proposal", asked[2]["proposal_id"])
    assert partner(net, home)["retired"]


def test_places_that_were_proposed_count_from_when_they_were_stated(net, home, beds):
    told = net.call(
        "partners", "confirm_capacity", {"programme_id": beds, "total": 9, "free": 9}, **NEIGHBOUR
    )
    net.clock.advance(seconds=DAY)
    net.call("partners", "confirm_capacity", {"programme_id": beds, "total": 5, "free": 1})
    decide(net, "accept_proposal", told["proposal_id"])
    assert partner(net, home)["programmes"][0]["places"]["total"] == 5  # the later word counts


def test_a_partner_where_no_centre_works_is_kept_by_who_registered_it(net):
    far = net.call("partners", "register_partner", {**HOME, "province": "65", "subdistrict": None})[
        "partner_id"
    ]
    assert partner(net, far)["keeper"] == "60"
    assert "version" in change(net, "correct_partner", far, name="ใหม่", reason="ก")
    assert change(net, "correct_partner", far, name="อีกชื่อ", reason="ก", **NEIGHBOUR)["waiting_for"] == "60"
    say(net, ScreeningStarted(str(uuid4())), centre="65")
    assert partner(net, far)["keeper"] == "65"
    assert change(net, "correct_partner", far, name="ชื่อที่สาม", reason="ก")["waiting_for"] == "65"


def test_a_partners_own_account_keeps_its_contact_and_places(net, home, beds):
    own = {"user": "partner-60", "role": "partner", "centres": (), "partner": home}
    assert "version" in change(
        net, "correct_partner", home, contact={"phone": "056-222-222"}, reason="เบอร์ใหม่", **own
    )
    assert "version" in change(net, "confirm_partner", home, **own)
    assert "version" in change(net, "confirm_programme", beds, **own)
    for wrong in (
        lambda: change(net, "correct_partner", home, name="ก", reason="ก", **own),
        lambda: change(net, "confirm_programme", beds, what=["rules"], **own),
        lambda: change(net, "correct_programme", beds, name="ก", reason="ก", **own),
        lambda: change(net, "retire_partner", home, reason="ก", **own),
        lambda: change(net, "confirm_partner", home, **own | {"partner": str(uuid4())}),
        lambda: history(net, home, **own | {"partner": str(uuid4())}),
    ):
        with pytest.raises(Forbidden):
            wrong()
    assert [each["by"] for each in history(net, home, **own)][-1].endswith("partner-60")


def test_who_keeps_no_partner_changes_none(net, home, beds):
    told = change(net, "correct_partner", home, name="ใหม่", reason="ก", **NEIGHBOUR)
    for role in ("ministry", "member", "admin"):
        who = {"user": role, "role": role, "centres": ("*",)}
        for wrong in (
            lambda: change(net, "correct_partner", home, name="ก", reason="ก", **who),  # noqa: B023
            lambda: change(net, "retire_programme", beds, reason="ก", **who),  # noqa: B023
            lambda: decide(net, "accept_proposal", told["proposal_id"], **who),  # noqa: B023
        ):
            with pytest.raises(Forbidden):
                wrong()
    for reader in (MINISTRY, {"user": "member-60", "role": "member"}):
        assert [each["proposal_id"] for each in waiting(net, **reader)] == [told["proposal_id"]]
        assert history(net, home, **reader) == []


def test_what_was_confirmed_long_ago_is_stale_by_its_kind_until_somebody_asks(net, home, beds):
    def stale():
        now = partner(net, home)
        return [*now["stale"], *now["programmes"][0]["stale"]]

    def listed(kind):
        return [each["partner_id"] for each in net.call("partners", "partners", {"stale": kind})["items"]]

    assert stale() == [] and listed("any") == []
    net.clock.advance(seconds=91 * DAY)
    assert stale() == ["capacity"] and listed("capacity") == listed("any") == [home] and listed("rules") == []
    net.clock.advance(seconds=275 * DAY)
    assert stale() == ["contact", "capacity", "rules"]
    assert net.call("partners", "partners", {"stale": "any", "kept_by": "61"})["items"] == []
    assert net.call("partners", "to_keep", {}) == {"proposals": 0, "stale": 1, "problems": 0}
    assert net.call("partners", "to_keep", {}, **NEIGHBOUR) == {"proposals": 0, "stale": 0, "problems": 0}
    assert net.call("partners", "partners", {"stale": "any", "kept_by": "60"})["items"]
    change(net, "confirm_programme", beds, what=["capacity"])
    assert stale() == ["contact", "rules"]
    change(net, "confirm_partner", home, what=["contact"])
    change(net, "correct_programme", beds, rules={"min_age": 55}, reason="ถามแล้ว")
    assert stale() == [] and listed("any") == []
    assert net.call("partners", "to_keep", {})["stale"] == 0


def test_what_the_partner_said_since_asks_for_the_places_anew(net, home, beds):
    def places():
        now = partner(net, home)["programmes"][0]
        return now["stale"], now["places"]["doubted_at"], candidates(net)[beds]["confidence"]["contradicted"]

    screen(net)
    referral = str(uuid4())
    say(net, ReferralSent(referral, CASE, beds))
    net.clock.advance(seconds=60)
    assert places() == ([], None, False)
    say(net, ReferralDeclined(referral, CASE, beds, "no_place"))
    stale, doubted_at, contradicted = places()
    assert (stale, contradicted) == (["capacity"], True) and doubted_at > instant(MONDAY)
    [listed] = net.call("partners", "partners", {"stale": "capacity"})["items"]
    assert listed["partner_id"] == home
    net.clock.advance(seconds=60)
    change(net, "confirm_programme", beds, what=["capacity"])
    assert places() == ([], None, False)
    assert net.call("partners", "partners", {"stale": "any"})["items"] == []


def test_a_statement_that_leaves_no_room_for_what_is_held_is_asked_for_again(net, home, beds):
    for _ in range(2):
        say(net, ReferralSent(str(uuid4()), CASE, beds))
    told = net.call("partners", "confirm_capacity", {"programme_id": beds, "total": 2, "free": 1})
    assert told["warnings"] == ["ledger_contradicts"]
    now = partner(net, home)["programmes"][0]
    assert now["places"]["contradicted"] and now["stale"] == ["capacity"]
    net.call("partners", "confirm_capacity", {"programme_id": beds, "total": 4, "free": 1})
    now = partner(net, home)["programmes"][0]
    assert not now["places"]["contradicted"] and now["stale"] == []


def test_what_was_confirmed_as_of_an_earlier_day_does_not_make_it_older(net, home):
    net.clock.advance(seconds=10 * DAY)
    change(net, "confirm_partner", home)
    now = partner(net, home)["contact_confirmed_at"]
    change(net, "confirm_partner", home, at=MONDAY + timedelta(days=5))
    assert partner(net, home)["contact_confirmed_at"] == now


def test_nothing_is_stale_of_what_is_retired(net, home, beds):
    change(net, "retire_partner", home, reason="ปิด")
    net.clock.advance(seconds=400 * DAY)
    assert net.call("partners", "partners", {"stale": "any"})["items"] == []
    now = partner(net, home)
    assert now["stale"] == now["programmes"][0]["stale"] == []


def test_what_another_centre_adds_stands_at_once_and_its_keeper_is_to_confirm_it(net, home):
    body = {**OFFER, "partner_id": home, "capacity": {"total": 2, "free": 1}}
    made = net.call("partners", "offer_programme", body, **NEIGHBOUR)
    [offered] = partner(net, home)["programmes"]
    assert offered["unconfirmed"] and offered["places"]["free"] == 1
    [seen] = waiting(net)
    assert made["confirmation"] == {"proposal_id": seen["proposal_id"], "waiting_for": "60"}
    assert (seen["action"], seen["programme"], seen["from_centre"]) == ("offer", "ที่พัก", "61")
    decide(net, "accept_proposal", seen["proposal_id"])
    [offered] = partner(net, home)["programmes"]
    assert not offered["unconfirmed"] and not offered["retired"] and waiting(net) == []
    [confirmed] = history(net, home)
    assert (confirmed["action"], confirmed["by"]) == ("confirm", "worker-60")
    assert net.call("partners", "offer_programme", body)["confirmation"] is None


def test_a_partner_of_a_province_where_a_centre_works_is_confirmed_there(net):
    assert (
        net.call("partners", "register_partner", {**HOME, "name": "ก"}, **NEIGHBOUR)["confirmation"] is None
    )
    say(net, ScreeningStarted(str(uuid4())))  # a centre works there
    far = net.call("partners", "register_partner", HOME, **NEIGHBOUR)
    assert far["confirmation"]["waiting_for"] == "60" and partner(net, far["partner_id"])["unconfirmed"]
    [seen] = waiting(net)
    assert (seen["action"], seen["after"]["name"]) == ("register", HOME["name"])
    decide(net, "accept_proposal", seen["proposal_id"])
    assert not partner(net, far["partner_id"])["unconfirmed"]
    assert net.call("partners", "register_partner", {**HOME, "name": "ข"})["confirmation"] is None


def test_what_the_keeper_does_not_confirm_is_retired_with_the_reason(net):
    say(net, ScreeningStarted(str(uuid4())))
    far = net.call("partners", "register_partner", HOME, **NEIGHBOUR)["partner_id"]
    body = {**OFFER, "partner_id": far, "capacity": {"total": 2, "free": 1}}
    net.call("partners", "offer_programme", body, **NEIGHBOUR)
    registered, _offered = waiting(net)
    asked = {"proposal_id": registered["proposal_id"], "reason": "ปิดไปนานแล้ว"}
    net.call("partners", "dismiss_proposal", asked)
    now = partner(net, far)
    assert now["retired"] and now["programmes"][0]["retired"] and waiting(net) == []
    assert {(each["action"], each["reason"]) for each in history(net, far)} == {("retire", "ปิดไปนานแล้ว")}


def test_who_added_it_may_take_it_back(net, home):
    body = {**OFFER, "partner_id": home, "capacity": {"total": 2, "free": 1}}
    made = net.call("partners", "offer_programme", body, **NEIGHBOUR)
    decide(net, "dismiss_proposal", made["confirmation"]["proposal_id"], **NEIGHBOUR)
    assert [each["retired"] for each in partner(net, home)["programmes"]] == [True]
