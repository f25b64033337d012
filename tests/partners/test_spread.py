"""The registry counted by province, and when what is known of it falls stale, through the doors; what they count, the
list shows."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from uuid import uuid4

import pytest

from services.codes.registry import FACT_KINDS
from services.kernel.errors import Invalid
from services.kernel.local import SimulatedClock
from services.partners.projections.spread import MONTHS, WEEKS, list_periods
from services.partners.service import PartnersService
from tests.partners.others import Referral, ReferralSent, Screening, say
from tests.partners.test_service import CASE, MINISTRY, MONDAY, NEIGHBOUR, confirm, offer, register, screen

AGREEMENT = {"number": "1/2568", "starts": "2025-05-01", "ends": "2026-04-30"}


@pytest.fixture
def net(network):
    return network([Screening, Referral, PartnersService], SimulatedClock(MONDAY))


def provinces(net, **asked):
    found = net.call("partners", "provinces", asked, **MINISTRY)["items"]
    return {
        row["province"]: (row["partners"], row["programmes"], row["free"], row["unknown"]) for row in found
    }


def falling(net, **asked):
    """[(first, last, kinds that are not 0, centres)] of the periods in which something falls stale."""
    found = net.call("partners", "falling_stale", asked, **MINISTRY)["periods"]
    assert all(
        sum(each["kinds"].values()) == sum(each["centres"].values()) == each["facts"] for each in found
    )
    return [
        (each["first"], each["last"], {kind: n for kind, n in each["kinds"].items() if n}, each["centres"])
        for each in found
        if each["facts"]
    ]


def listed(net, **asked):
    found = net.call("partners", "partners", asked, **MINISTRY)["items"]
    return {partner["partner_id"] for partner in found}


def test_each_province_is_counted_as_the_list_chooses(net):
    first, second, third = register(net), register(net, name="มูลนิธิ", kind="foundation"), register(
        net, name="บ้านอุทัย", province="61"
    )  # fmt: skip
    offer(net, first, 4, 3)
    offer(net, first, 2, 0, path="hospital")
    offer(net, third, 5, 5)
    assert provinces(net) == {"60": (2, 2, 3, 0), "61": (1, 1, 5, 0)}
    assert provinces(net, path="hospital") == {"60": (1, 1, 0, 0)}
    assert provinces(net, free=True) == {"60": (1, 1, 3, 0), "61": (1, 1, 5, 0)}
    assert provinces(net, kind="foundation") == {"60": (1, 0, 0, 0)}
    assert provinces(net, q="อุทัย") == {"61": (1, 1, 5, 0)}
    net.call("partners", "retire_partner", {"partner_id": second, "reason": "ปิดแล้ว"})
    assert provinces(net, kind="foundation") == {} and provinces(net)["60"] == (1, 2, 3, 0)


def test_for_a_case_only_partners_that_do_not_rule_it_out_are_counted(net):
    old, young = register(net), register(net, name="บ้านเด็ก")
    offer(net, old, 2, 2)
    offer(net, young, 2, 2, rules={"max_age": 18})
    screen(net)
    net.settle()
    asked = {"accepts_case": CASE}
    [row] = net.call("partners", "provinces", asked)["items"]
    assert (row["partners"], row["programmes"], row["free"]) == (1, 1, 2)
    periods = net.call("partners", "falling_stale", asked)["periods"]
    assert (
        sum(each["facts"] for each in periods) == 3
    )  # contact, places and rules of the one that takes the case


def test_a_fact_falls_stale_on_the_first_day_on_which_the_list_calls_it_stale(net):
    """Monday 2 March: places are stale after 90 days, contact, rules and details after 365, an agreement after its last
    day."""
    partner_id = register(net, agreement=AGREEMENT)
    offer(net, partner_id, 4, 3)
    once = {"contact": 1, "rules": 1, "details": 1}
    assert falling(net) == [
        ("2026-05-01", "2026-05-31", {"agreement": 1}, {"60": 1}),
        ("2026-06-01", "2026-06-30", {"capacity": 1}, {"60": 1}),
        ("2027-03-01", "2027-03-31", once, {"60": 3}),
    ]
    assert falling(net, by="week") == [
        ("2026-04-27", "2026-05-03", {"agreement": 1}, {"60": 1}),
        ("2026-06-01", "2026-06-07", {"capacity": 1}, {"60": 1}),
    ]
    days = {
        "agreement": "2026-05-01",
        "capacity": "2026-06-01",
        "contact": "2027-03-03",
        "details": "2027-03-03",
    }
    for kind, first in days.items():
        before = (date.fromisoformat(first) - timedelta(days=1)).isoformat()
        assert listed(net, stale=kind, stale_until=before) == set(), kind
        assert listed(net, stale=kind, stale_until=first) == {partner_id}, kind
        assert listed(net, stale=kind, stale_from=first, stale_until=first) == {partner_id}, kind
        after = (date.fromisoformat(first) + timedelta(days=1)).isoformat()
        assert listed(net, stale=kind, stale_from=after, stale_until=after) == set(), kind
    net.clock.set(datetime(2026, 5, 1, 5, tzinfo=UTC))
    assert listed(net, stale="agreement") == {partner_id}
    assert falling(net)[0] == (None, "2026-05-01", {"agreement": 1}, {"60": 1})


def test_the_days_of_a_period_list_what_the_period_counts(net):
    partner_id, other = register(net), register(net, name="อีกบ้าน", province="61")
    offer(net, partner_id, 4, 3)
    net.clock.advance(days=40)
    offer(net, other, 2, 2)
    first, second = falling(net, stale="capacity")
    assert (first[0], second[0]) == ("2026-06-01", "2026-07-01")
    days = {"stale_from": first[0], "stale_until": first[1]}
    assert listed(net, stale="capacity", **days) == {partner_id}
    assert listed(net, stale="any", stale_from=second[0], stale_until=second[1]) == {other}
    assert listed(net, stale="any") == set()
    assert listed(net, stale="any", stale_until=second[1]) == {partner_id, other}
    with pytest.raises(Invalid) as without:
        listed(net, **days)
    assert "stale" in without.value.errors
    with pytest.raises(Invalid) as backwards:
        listed(net, stale="any", stale_from="2026-05-02", stale_until="2026-05-01")
    assert "stale_until" in backwards.value.errors


def test_what_is_doubted_or_was_never_told_is_to_be_asked_already(net):
    home = register(net)
    programme_id = offer(net, home, 2, 2)
    for _ in range(2):
        say(net, ReferralSent(str(uuid4()), CASE, programme_id))
    net.settle()
    assert [row[0] for row in falling(net, stale="capacity")] == ["2026-06-01"]
    confirm(net, programme_id, 2, 1)  # two are held: that leaves no room
    assert [(row[0], row[2]) for row in falling(net, stale="capacity")] == [(None, {"capacity": 1})]
    assert listed(net, stale="any", stale_from="2026-03-03") == set()


def test_facts_are_counted_for_the_centre_that_keeps_the_partner(net):
    ours = register(net)
    theirs = net.call("partners", "register_partner", {"name": "บ้านกำแพง", "kind": "foundation",
        "under_ministry": False, "province": "62"}, **NEIGHBOUR)["partner_id"]  # fmt: skip
    assert ours != theirs
    counted = {centre for row in falling(net) for centre in row[3]}
    assert counted == {"60", "61"}  # no centre works in 62: who registered it keeps it
    assert {centre for row in falling(net, kept_by="61") for centre in row[3]} == {"61"}


@pytest.mark.parametrize(("by", "most"), [("week", WEEKS), ("month", MONTHS)])
@pytest.mark.parametrize(
    "today", [date(2026, 11, 29), date(2026, 11, 30), date(2026, 12, 31), date(2028, 2, 28)]
)
def test_periods_follow_each_other_without_a_gap(by, most, today):
    periods = list_periods(datetime(today.year, today.month, today.day, 5, tzinfo=UTC), by)
    assert len(periods) == most + 1 and periods[0].first is None and periods[0].last == today
    for before, after in pairwise(periods):
        assert after.first is not None and after.first <= after.last
        assert (after.first - before.last).days == 1
    ends = [each.last for each in periods[1:]]
    assert (
        all(end.weekday() == 6 for end in ends)
        if by == "week"
        else all((date.fromordinal(end.toordinal() + 1)).day == 1 for end in ends)
    )


def test_every_kind_of_fact_is_counted(net):
    register(net)
    [period] = net.call("partners", "falling_stale", {}, **MINISTRY)["periods"][:1]
    assert set(period["kinds"]) == set(FACT_KINDS)
