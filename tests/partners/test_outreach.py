"""Outreach: an activity noted, corrected, taken out; who reads it; what came of it."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Stale
from services.kernel.local import SimulatedClock
from services.partners.domain.outreach import (
    OUTREACH,
    CorrectOutreach,
    EnterOutreachInError,
    HoldOutreach,
)
from services.partners.events import OutreachCorrected, OutreachEnteredInError, OutreachHeld
from services.partners.service import PartnersService
from tests.spec import Spec

MONDAY = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
BOOTH = {"kind": "booth", "date": "2026-03-01", "province": "60", "place": "ตลาดปากน้ำโพ", "reached": 120}
WHOLE = {**BOOTH, "partner_ids": [], "material": None, "note": None}
HOME = {"name": "บ้านพัก", "kind": "pao_home", "under_ministry": False, "province": "60"}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
ID = str(uuid4())
HELD = OutreachHeld(ID, **WHOLE)


def test_an_activity_is_noted_once():
    Spec(OUTREACH).given().when(HoldOutreach(ID, WHOLE)).then(HELD)
    Spec(OUTREACH).given(HELD).when(HoldOutreach(ID, WHOLE)).then()


def test_a_correction_says_what_stood():
    corrected = OutreachCorrected(
        ID, **{**WHOLE, "reached": 90}, changed=["reached"], before={"reached": 120}, reason="นับใหม่"
    )
    Spec(OUTREACH).given(HELD).when(CorrectOutreach({"reached": 90}, "นับใหม่")).then(corrected)
    Spec(OUTREACH).given(HELD, corrected).when(CorrectOutreach({"reached": 90}, "นับใหม่")).then()
    Spec(OUTREACH).given().when(CorrectOutreach({"reached": 90}, "นับใหม่")).refused("unknown_outreach")


def test_what_was_entered_in_error_is_corrected_no_more():
    void = OutreachEnteredInError(ID, "บันทึกซ้ำ")
    Spec(OUTREACH).given(HELD).when(EnterOutreachInError("บันทึกซ้ำ")).then(void)
    Spec(OUTREACH).given(HELD, void).when(EnterOutreachInError("บันทึกซ้ำ")).then()
    Spec(OUTREACH).given(HELD, void).when(CorrectOutreach({"reached": 1}, "x")).refused("wrong_state")


@pytest.fixture
def net(network):
    return network([PartnersService], SimulatedClock(MONDAY))


def hold(net, **body):
    who = {name: body.pop(name) for name in ("user", "role", "centres") if name in body}
    return net.call("partners", "hold_outreach", {**BOOTH, **body}, **who)["outreach_id"]


def listed(net, who=None, **asked):
    return net.call("partners", "outreach", asked, **(who or {}))["items"]


def test_activities_are_listed_by_centre_and_day_the_latest_first(net):
    first, second = hold(net), hold(net, date="2026-03-02", kind="meeting")
    hold(net, **NEIGHBOUR)
    assert [each["outreach_id"] for each in listed(net)] == [second, first]
    assert [each["outreach_id"] for each in listed(net, **{"from": "2026-03-02"})] == [second]
    assert [each["outreach_id"] for each in listed(net, to="2026-03-01")] == [first]
    assert len(listed(net, MINISTRY)) == 3
    page = net.call("partners", "outreach", {"limit": 1})
    rest = net.call("partners", "outreach", {"limit": 1, "cursor": page["next"]})
    assert [page["items"][0]["outreach_id"], rest["items"][0]["outreach_id"]] == [second, first]
    assert rest["next"] is None


def test_another_centre_reads_and_changes_nothing_of_it(net):
    outreach_id = hold(net)
    with pytest.raises(Forbidden):
        listed(net, NEIGHBOUR, centre="60")
    with pytest.raises(NotFound):
        net.call("partners", "activity", {"outreach_id": outreach_id}, **NEIGHBOUR)
    with pytest.raises(NotFound):
        net.call(
            "partners",
            "correct_outreach",
            {"outreach_id": outreach_id, "reached": 1, "reason": "x"},
            **NEIGHBOUR,
        )
    with pytest.raises(Forbidden):
        hold(net, centre="61")


def test_staffs_own_note_is_for_who_sees_the_centres_cases(net):
    hold(net, note="เตรียมใบปลิวเพิ่มครั้งหน้า")
    assert listed(net)[0]["note"] == "เตรียมใบปลิวเพิ่มครั้งหน้า"
    assert "note" not in listed(net, MINISTRY)[0]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"date": "2026-03-03"}, "date"),
        ({"date": "วันจันทร์"}, "date"),
        ({"kind": "drums"}, "kind"),
        ({"province": "99"}, "province"),
        ({"reached": -1}, "reached"),
        ({"reached": 1.5}, "reached"),
        ({"partner_ids": [str(uuid4())]}, "partner_ids"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_its_field_and_nothing_is_written(net, wrong, field):
    with pytest.raises(Invalid) as refused:
        hold(net, **wrong)
    assert field in refused.value.errors and listed(net) == []


def test_a_correction_takes_what_changes_and_its_reason(net):
    home = net.call("partners", "register_partner", HOME)["partner_id"]
    outreach_id = hold(net)
    body = {"outreach_id": outreach_id, "partner_ids": [home, home], "place": "", "reason": "ลืมระบุ"}
    assert net.call("partners", "correct_outreach", body, if_match=1)["version"] == 2
    [now] = listed(net)
    assert (now["partners"], now["place"], now["reached"]) == (
        [{"partner_id": home, "name": "บ้านพัก"}], None, 120
    )  # fmt: skip
    assert now["corrected"] == "ลืมระบุ"
    with pytest.raises(Stale):
        net.call("partners", "correct_outreach", {**body, "reached": 3}, if_match=1)
    with pytest.raises(Invalid) as refused:
        net.call("partners", "correct_outreach", {"outreach_id": outreach_id, "reason": "x"})
    assert "body" in refused.value.errors


def test_what_was_entered_in_error_is_listed_no_more_but_can_be_read(net):
    outreach_id = hold(net)
    net.call("partners", "enter_outreach_in_error", {"outreach_id": outreach_id, "reason": "บันทึกซ้ำ"})
    assert listed(net) == []
    assert net.call("partners", "activity", {"outreach_id": outreach_id})["entered_in_error"]
    with pytest.raises(Refused):
        net.call("partners", "correct_outreach", {"outreach_id": outreach_id, "reached": 3, "reason": "x"})


def test_a_partner_says_from_which_activity_it_came(net):
    outreach_id = hold(net)
    home = net.call("partners", "register_partner", {**HOME, "outreach_id": outreach_id})["partner_id"]
    other = net.call("partners", "register_partner", {**HOME, "name": "มูลนิธิ", "outreach_id": outreach_id})
    assert net.call("partners", "partner", {"partner_id": home})["outreach_id"] == outreach_id
    [now] = listed(net)
    assert {each["partner_id"] for each in now["partners_joined"]} == {home, other["partner_id"]}
    alone = net.call("partners", "register_partner", {**HOME, "name": "วัด"})["partner_id"]
    assert net.call("partners", "partner", {"partner_id": alone})["outreach_id"] is None


@pytest.mark.parametrize("whose", ["nobodys", "neighbours", "void"])
def test_a_partner_comes_from_an_activity_that_its_centre_noted(net, whose):
    outreach_id = (
        str(uuid4()) if whose == "nobodys" else hold(net, **(NEIGHBOUR if whose == "neighbours" else {}))
    )
    if whose == "void":
        net.call("partners", "enter_outreach_in_error", {"outreach_id": outreach_id, "reason": "ซ้ำ"})
    with pytest.raises(Invalid) as refused:
        net.call("partners", "register_partner", {**HOME, "outreach_id": outreach_id})
    assert "outreach_id" in refused.value.errors
    assert net.call("partners", "partners", {})["items"] == []


def test_read_models_are_the_same_rebuilt(net):
    hold(net)
    outreach_id = hold(net, date="2026-02-01")
    net.call("partners", "enter_outreach_in_error", {"outreach_id": outreach_id, "reason": "ซ้ำ"})
    net.call("partners", "register_partner", {**HOME, "outreach_id": listed(net)[0]["outreach_id"]})
    before = listed(net)
    net.runtimes["partners"].rebuild("outreach", lambda done, total: None)
    assert listed(net) == before
