"""What came of a centre's activities: counted by kind and month, and the same done the long way."""

from random import Random
from uuid import UUID

import pytest

from services.codes.outreach import OUTREACH_KINDS
from services.kernel.errors import Forbidden, Invalid
from services.reporting.projections import outreach

MINISTRY = {"role": "ministry", "centres": ("*",)}
SPAN = {"from": "2025-10-01", "to": "2026-03-02"}
NOTHING = {
    "activities": 0, "reached": 0, "partners_met": 0, "cases": 0, "referred": 0, "placed": 0, "partners_joined": 0,
}  # fmt: skip


def hold(told, number, centre="60", **more):
    id = str(UUID(int=number))
    told.say("OutreachHeld", centre=centre, outreach_id=id, **more)
    return id


def figures(told, **asked):
    return told.ask("outreach_figures", **{**SPAN, **asked})


def test_what_came_of_activities_is_told_by_kind_and_month(told):
    booth = hold(told, 1, reached=100, partner_ids=["a", "b"])
    meeting = hold(told, 2, kind="meeting", date="2026-02-10", reached=None, partner_ids=["b"])
    told.say("CaseOpened", "mali", outreach_id=booth)
    told.say("CaseOpened", "boon", outreach_id=booth)
    told.say("CaseOpened", "other")
    told.say("ReferralSent", "mali", "first")
    told.say("ReferralSent", "mali", "second")
    told.say("PlacementConfirmed", "mali", "second")
    told.say("PartnerRegistered", partner_id="home", outreach_id=meeting)
    found = figures(told)
    by_booth = {
        **NOTHING,
        "activities": 1,
        "reached": 100,
        "partners_met": 2,
        "cases": 2,
        "referred": 1,
        "placed": 1,
    }
    by_meeting = {**NOTHING, "activities": 1, "partners_met": 1, "partners_joined": 1}
    assert found["by_kind"] == {"booth": by_booth, "meeting": by_meeting}
    assert found["by_month"] == {"2026-03": by_booth, "2026-02": by_meeting}
    both = {name: by_booth[name] + by_meeting[name] for name in NOTHING}
    assert found["total"] == {**both, "partners_met": 2}  # the one met twice is one
    came = told.ask("came_of", outreach_ids=[booth, meeting])["items"]
    assert came[booth] == {"cases": 2, "referred": 1, "placed": 1, "partners_joined": 0}
    assert came[meeting] == {"cases": 0, "referred": 0, "placed": 0, "partners_joined": 1}


def test_a_correction_counts_and_an_error_does_not(told):
    right, wrong = hold(told, 1, reached=10), hold(told, 2, reached=10)
    told.say("OutreachCorrected", outreach_id=right, reached=7, kind="training")
    told.say("OutreachEnteredInError", outreach_id=wrong)
    assert figures(told)["by_kind"] == {"training": {**NOTHING, "activities": 1, "reached": 7}}


def test_a_placement_entered_in_error_is_none(told):
    booth = hold(told, 1)
    told.say("CaseOpened", "mali", outreach_id=booth)
    told.say("ReferralSent", "mali", "first")
    told.say("PlacementConfirmed", "mali", "first")
    told.say("ReferralEnteredInError", "mali", "first")
    assert told.ask("came_of", outreach_ids=[booth])["items"][booth]["placed"] == 0


def test_a_centre_counts_its_own_and_the_ministry_all(told):
    ours, theirs = hold(told, 1), hold(told, 2, centre="61")
    told.say("CaseOpened", "mali", outreach_id=theirs, centre="61")
    assert figures(told)["total"] == {**NOTHING, "activities": 1}
    assert figures(told, **MINISTRY)["total"] == {**NOTHING, "activities": 2, "cases": 1}
    assert figures(told, centre="61", **MINISTRY)["total"]["cases"] == 1
    assert told.ask("came_of", outreach_ids=[ours, theirs])["items"].keys() == {ours}
    with pytest.raises(Forbidden):
        figures(told, centre="61")
    with pytest.raises(Forbidden):
        told.ask("came_of", outreach_ids=[theirs], **MINISTRY)


def test_only_what_was_held_in_the_period_counts(told):
    hold(told, 1, date="2026-01-31")
    hold(told, 2, date="2026-02-01")
    hold(told, 3, date="2026-02-28")
    hold(told, 4, date="2026-03-01")
    assert figures(told, **{"from": "2026-02-01", "to": "2026-02-28"})["total"]["activities"] == 2
    with pytest.raises(Invalid):
        figures(told, **{"from": "2026-03-02", "to": "2026-03-01"})


@pytest.mark.parametrize("seed", range(4))
def test_the_figures_are_those_of_a_count_done_the_long_way_and_a_rebuild_gives_the_same(
    told, seed, monkeypatch
):
    """With batches of two, so that what is asked in portions is put together."""
    monkeypatch.setattr(outreach, "SOME", 2)
    chance, held, cases = Random(seed), {}, {}
    for number in range(12):
        kind, month = chance.choice(OUTREACH_KINDS), chance.choice(("01", "02"))
        reached, met = chance.choice((None, 5, 9)), chance.sample("abc", chance.randint(0, 3))
        id = hold(told, number, kind=kind, date=f"2026-{month}-11", reached=reached, partner_ids=met)
        held[id] = (kind, f"2026-{month}", reached, met)
    for number in range(20):
        origin = chance.choice([None, *held])
        told.say("CaseOpened", f"case{number}", outreach_id=origin)
        placed = chance.random() < 0.5
        if placed:
            told.say("PlacementConfirmed", f"case{number}", f"referral{number}")
        if origin:
            cases.setdefault(origin, []).append(placed)
    found = figures(told)
    assert found["total"]["activities"] == 12
    for key, by in ((0, "by_kind"), (1, "by_month")):
        for name, row in found[by].items():
            of = {id: each for id, each in held.items() if each[key] == name}
            came = [placed for id in of for placed in cases.get(id, ())]
            assert (row["activities"], row["cases"], row["placed"]) == (len(of), len(came), sum(came))
            assert row["reached"] == sum(each[2] or 0 for each in of.values())
            assert row["partners_met"] == len({one for each in of.values() for one in each[3]})
    told.net.runtimes["reporting"].rebuild("outreach", lambda done, total: None)
    assert figures(told) == found
