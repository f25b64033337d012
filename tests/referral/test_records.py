"""What other systems read of referrals, and what a partner says by them, through the door."""

import pytest

from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from tests.referral.facts import OTHER
from tests.referral.test_service import (
    AS_PARTNER,
    MINISTRY,
    NEIGHBOUR,
    agreed,
    net,
    read,
    reserve,
    send,
    step,
    told,
)

__all__ = ("agreed", "net", "told")


def records(net, who=None, **wanted):
    return net.call("referral", "records", wanted, **(who or {}))


def test_a_record_has_a_step_for_each_version_and_the_time_of_the_latest(net, told):
    [record] = records(net)["items"]
    assert record["referral_id"] == told and record["status"] == "sent"
    assert len(record["history"]) == record["version"]
    assert record["modified"] == record["history"][-1]["recordedtime"]
    step(net, told, "accept", AS_PARTNER)
    step(net, told, "travel")
    [record] = records(net)["items"]
    assert [each["type"] for each in record["history"]][-2:] == ["ReferralAccepted", "PersonTravelling"]
    assert len(record["history"]) == record["version"] and record["status"] == "travelling"


def test_records_are_found_by_status_time_and_id(net, told):
    [record] = records(net)["items"]
    at = record["modified"]
    assert records(net, modified_from=at)["total"] == 1
    assert records(net, modified_before=at) == {"total": 0, "items": [], "next": None}
    assert records(net, statuses=["accepted"])["items"] == []
    assert records(net, statuses=["accepted", "sent"])["total"] == 1
    assert records(net, referral_ids=[OTHER])["items"] == []
    assert records(net, limit=0) == {"total": 1, "items": [], "next": None}
    with pytest.raises(Invalid):
        records(net, statuses=["banana"])


def test_who_reads_a_record(agreed):
    sent = send(agreed)["referral_id"]
    assert records(agreed, AS_PARTNER)["items"] == []
    reserve(agreed, sent)
    agreed.settle()
    [record] = records(agreed, AS_PARTNER)["items"]
    assert "plan_id" not in record["history"][0] and "consent" not in record["history"][0]
    assert records(agreed, {**AS_PARTNER, "partner": OTHER})["items"] == []
    assert records(agreed, NEIGHBOUR)["items"] == []
    with pytest.raises(Forbidden):
        records(agreed, MINISTRY)
    with pytest.raises(Forbidden):
        records(agreed, {"role": "member", "centres": ("60",)})


def test_a_partner_says_that_the_person_arrived_and_staff_confirm(net, told):
    with pytest.raises(Refused):
        step(net, told, "admit", AS_PARTNER)
    step(net, told, "accept", AS_PARTNER)
    assert "admit" in read(net, told, **AS_PARTNER)["may"]
    assert step(net, told, "admit", AS_PARTNER)["status"] == "admitted"
    with pytest.raises(Forbidden):
        step(net, told, "confirm", AS_PARTNER)
    assert step(net, told, "confirm")["status"] == "placed"
    with pytest.raises(NotFound):
        step(net, told, "admit", {**AS_PARTNER, "partner": OTHER})
