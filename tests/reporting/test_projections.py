"""Milestones and the figures counted from them: every figure with at least two facts, and what was known when.

Long because each figure is held by a story of its own, and all of them by one long way round.
"""

from dataclasses import fields
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from random import Random

import orjson
import pytest
from sqlalchemy import inspect, select

from services.kernel.cloudevents import recorded
from services.kernel.envelope import instant
from services.kernel.tables import inbox_cursor, ingest_head, source_event
from services.reporting import small_cells
from services.reporting.measures import SPLIT_PARTS
from services.reporting.projections import figures
from services.reporting.projections.counting import Counting
from services.reporting.projections.milestones import MILESTONES, TYPES, counted, derive, milestones, project
from services.reporting.projections.period import Period
from services.reporting.projections.sums import TABLES
from services.thai.dates import bangkok_day
from tests.reporting.conftest import NOON
from tests.reporting.long_way import Known

MET = [{"code": "older_person", "verdict": "met", "law": "2546:3", "because": [], "ask": []}]
DISABLED = [*MET, {"code": "disabled", "verdict": "met"}, {"code": "child", "verdict": "not_met"}]
DAY = timedelta(days=1)
NO_WORK = {"kind": "none", "income_baht_month": None}
NOBODY_LATER = {"in_work_180": 0, "in_work_365": 0}  # no follow-up says of which due day it is


def kept(net):
    """The rows of the milestones, of what is counted and of its sums."""

    def find(db):
        orders = [(table, (table.c.source, table.c.position)) for table in (milestones, counted)]
        orders += [(table, tuple(table.primary_key)) for table in TABLES]
        return [[tuple(row) for row in db.execute(select(table).order_by(*order))] for table, order in orders]

    return net.read("reporting", find)


def shape(reporting, table):
    """Its key, its indexes, and what may be null."""
    with reporting.database.read() as db:
        found = inspect(db)
        key = found.get_pk_constraint(table.name)
        indexes = sorted((each["name"], each["column_names"]) for each in found.get_indexes(table.name))
        columns = [
            (each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns(table.name)
        ]
    return key["constrained_columns"], indexes, columns


def journey(told, name, start, path="local_home", outside=True, centre="60", days=(2, 5, 9)):
    """A case from the door to its placement, as many days after the start: screened, accepted, placed."""
    screened, accepted, placed = (start + day * DAY for day in days)
    told.say("CaseOpened", name, at=start, centre=centre)
    told.say("ScreeningCompleted", name, at=screened, centre=centre, labels=MET)
    told.say("PlanAgreed", name, at=screened, centre=centre, path=path)
    told.say("ReferralSent", name, f"r-{name}", at=screened, centre=centre, path=path)
    told.say("ReferralAccepted", name, f"r-{name}", at=accepted, centre=centre)
    told.say(
        "PlacementConfirmed", name, f"r-{name}", at=placed, centre=centre, path=path, outside_ministry=outside
    )


def test_an_empty_log_gives_noughts_and_nulls(told):
    answer = told.overview()
    assert answer == {
        "as_of": answer["as_of"],
        "period": {"from": "2025-10-01", "to": "2026-03-02"},
        "centre": None,
        "data_up_to": None,
        "cases": dict.fromkeys(("opened", "screened", "planned", "referred", "placed", "closed"), 0),
        "placements": {"total": 0, "outside_ministry": 0, "ministry": 0, "family": 0, "share_outside": None},
        "by_path": {},
        "by_label": {},
        "median_days": {"to_screening": None, "to_acceptance": None, "to_placement": None},
        "declined": {},
        "employment": {"started": 0, "in_work": 0, **NOBODY_LATER},
        "follow_ups": {f"{name}_{days}": 0 for days in DAYS for name in ("in_time", "late", "missed")},
        "in_place": {
            **{f"{name}_{days}": 0 for days in DAYS for name in ("still", "gone")},
            **{f"share_{days}": None for days in DAYS},
        },
        "referrals": {"no_place": 0, "waitlisted": 0},
        "stays": {"begun": 0, "placed": 0, "ran_out": 0},
        **{part: {} for part in ("reviews", *SPLIT_PARTS)},
        "hidden": {},
    }


def test_two_cases_are_followed_from_the_door_to_the_placement(told):
    journey(told, "a", NOON - 30 * DAY)
    journey(
        told, "b", NOON - 20 * DAY, path="ministry_shelter", outside=False, centre="61", days=(1.5, 8, 10.25)
    )
    told.say("CaseClosed", "a", at=NOON - DAY)
    every = told.overview(centres=("60", "61"))
    assert every["cases"] == {
        "opened": 2,
        "screened": 2,
        "planned": 2,
        "referred": 2,
        "placed": 2,
        "closed": 1,
    }
    assert every["placements"] == {
        "total": 2, "outside_ministry": 1, "ministry": 1, "family": 0, "share_outside": 0.5,
    }  # fmt: skip
    assert every["by_path"] == {"local_home": 1, "ministry_shelter": 1}
    assert every["by_label"] == {"older_person": 2}
    assert every["median_days"] == {"to_screening": 2.0, "to_acceptance": 6.5, "to_placement": 9.5}
    own = told.overview()
    assert own["cases"]["opened"] == 1
    assert own["median_days"] == {"to_screening": 2.0, "to_acceptance": 5.0, "to_placement": 9.0}
    assert own["placements"]["share_outside"] == 1.0


def test_returns_to_the_family_are_counted_apart_also_where_a_partner_once_stood_for_it(told):
    told.say("PlacementConfirmed", "a", "a")
    told.say("PlacementConfirmed", "b", "b", outside_ministry=False)
    told.say("PlacementConfirmed", "c", "c", path="return_family", kind=None, outside_ministry=None)
    told.say("PlacementConfirmed", "d", "d", path="return_family", kind="other", outside_ministry=True)
    assert told.overview()["placements"] == {
        "total": 4, "outside_ministry": 1, "ministry": 1, "family": 2, "share_outside": 0.5,
    }  # fmt: skip
    assert told.overview()["by_path"]["return_family"] == 2
    spread = told.ask("placements")["by_centre"]["60"]
    assert spread == {"total": 4, "outside_ministry": 1, "ministry": 1, "family": 2}


def test_a_share_has_four_decimals(told):
    for name in "abc":
        told.say("PlacementConfirmed", name, name, outside_ministry=name == "a")
    assert told.overview()["placements"]["share_outside"] == 0.3333


def test_a_case_counts_once_but_each_of_its_placements_counts(told):
    for ref in ("first", "second"):
        told.say("ReferralSent", "a", ref)
        told.say("PlacementConfirmed", "a", ref)
    answer = told.overview()
    assert (answer["cases"]["referred"], answer["cases"]["placed"]) == (1, 1)
    assert answer["placements"]["total"] == 2


def test_the_latest_screening_in_the_period_gives_the_labels(told):
    told.say("ScreeningCompleted", "a", at=NOON - 2 * DAY, labels=MET)
    told.say("ScreeningCompleted", "a", at=NOON - 3 * DAY, labels=[])
    told.say("ScreeningCompleted", "b", at=NOON - 2 * DAY, labels=DISABLED)
    assert told.overview()["by_label"] == {"disabled": 1, "older_person": 2}
    assert told.overview(to="2026-02-27")["by_label"] == {}


def test_declines_are_counted_by_reason(told):
    for ref, reason in (("x", "no_place"), ("y", "no_place"), ("z", "cost")):
        told.say("ReferralDeclined", "a", ref, reason=reason)
    assert told.overview()["declined"] == {"cost": 1, "no_place": 2}


def test_the_systems_own_no_is_not_the_partners_and_each_is_told_by_whose_it_was(told):
    for ref, reason, whose in (
        ("x", "no_place", "system"), ("y", "no_place", "partner"), ("z", "person_left", "person"),
    ):  # fmt: skip
        told.say("ReferralDeclined", "a", ref, reason=reason, whose=whose)
    answer = told.overview()
    assert answer["declined"] == {"no_place": 1, "person_left": 1}
    assert answer["declined_by"] == {"partner": 1, "person": 1, "system": 1}
    assert answer["referrals"] == {"no_place": 1, "waitlisted": 0}


def test_a_no_that_may_be_taken_back_counts_once_it_may_not(told):
    told.say("ReferralDeclined", "a", "x", reason="cost", final_at=instant(NOON + DAY))
    told.say("ReferralDeclined", "b", "y", reason="cost", final_at=instant(NOON + DAY))
    told.say("ReferralDeclineReturned", "b", "y")
    assert told.overview()["declined"] == {}
    told.say("ReferralDeclineSettled", "a", "x", reason="cost", whose="partner")
    assert told.overview()["declined"] == {"cost": 1}


def test_what_came_to_nothing_is_told_by_reason_and_by_whose(told):
    told.say("ReferralExpired", "a", "a")
    told.say("ReferralExpired", "b", "b", reason="not_told", whose="centre")
    for ref, reason, whose in (
        ("c", "placed_elsewhere", "system"),
        ("d", "person_left", "person"),
        ("e", None, None),
    ):
        told.say("ReferralWithdrawn", ref, ref, reason=reason, whose=whose)
    told.say("ReferralFailed", "f", "f", reason="health_beyond_care", whose="partner")
    told.say("ReferralFailed", "g", "g", reason="person_died", whose="person")
    for ref in "hi":
        told.say("ReferralWaitlisted", ref, ref)
        told.say("ReferralEnded", ref, ref, outcome="stable" if ref == "h" else "died")
    answer = told.overview()
    assert answer["expired"] == {"no_answer": 1, "not_told": 1}
    assert answer["withdrawn"] == {"other": 1, "person_left": 1, "placed_elsewhere": 1}
    assert answer["withdrawn_by"] == {"centre": 1, "person": 1, "system": 1}
    assert answer["failed"] == {"health_beyond_care": 1, "person_died": 1}
    assert answer["failed_by"] == {"partner": 1, "person": 1}
    assert answer["ended"] == {"died": 1, "stable": 1} and answer["referrals"]["waitlisted"] == 2
    behind = told.ask("behind", figure="withdrawn_by", value="system")["items"]
    assert [row["reason"] for row in behind] == ["placed_elsewhere"]


def test_answers_that_are_late_or_never_come_are_told_by_partner_by_channel_and_by_whose_they_were(told):
    for name, kind, how in (
        ("a", "pao_home", "link"),
        ("b", "foundation", "letter"),
        ("c", "foundation", "letter"),
    ):
        told.say("ReferralSent", name, name, at=NOON - 20 * DAY, kind=kind)
        told.say("PartnerTold", name, name, at=NOON - 19 * DAY, how=how)
        told.say("ReminderDue", name, name, at=NOON - 6 * DAY)
    told.say("ReferralAccepted", "a", "a", at=NOON - 5 * DAY)
    told.say("PartnerTold", "b", "b", at=NOON - 5 * DAY, how="phone")  # once more, another way
    for name in "bc":
        told.say("ReferralExpired", name, name, at=NOON - DAY)
    told.say("DeadlineMissed", "a", "a", at=NOON - 15 * DAY)
    told.say("DeadlineMissed", "a", "a", deadline="travel")
    told.say("ReminderDue", "a", "a", deadline="travel")
    answer = told.overview()
    assert answer["told_by_kind"] == {"foundation": 3, "pao_home": 1}
    assert answer["told_by_channel"] == {"letter": 2, "link": 1, "phone": 1}
    assert answer["late_by_kind"] == {"foundation": 2, "pao_home": 1}
    assert answer["late_by_channel"] == {"letter": 2, "link": 1}
    assert answer["missed_by_kind"] == {"foundation": 2}
    assert answer["missed_by_channel"] == {"letter": 1, "phone": 1}
    assert answer["deadlines_missed"] == {"acknowledge": 1, "travel": 1}
    assert answer["deadlines_missed_by"] == {"centre": 1, "partner": 1}
    told.say("ReferralEnteredInError", "c", "c")
    assert told.overview()["missed_by_kind"] == {"foundation": 1}


def test_an_answer_nobody_gave_is_of_a_channel_that_nobody_noted_and_a_family_is_no_kind_of_partner(told):
    told.say("ReferralSent", "a", "a", at=NOON - DAY, kind=None)
    told.say("ReferralExpired", "a", "a")
    told.say("PartnerTold", "b", "b", how=None)
    answer = told.overview()
    assert (answer["missed_by_kind"], answer["missed_by_channel"]) == ({}, {"not_noted": 1})
    assert (answer["told_by_kind"], answer["told_by_channel"]) == ({}, {"not_noted": 1})


def test_nobody_is_in_work_by_a_placement_that_is_over_and_silence_changes_nothing(told):
    work = {"kind": "section_33", "income_baht_month": 9900}
    for name in "abcd":
        told.say("PlacementConfirmed", name, name, at=NOON - 9 * DAY, path="employer_33")
        told.say("FollowUpRecorded", name, name, at=NOON - 5 * DAY, work=work)
    assert told.overview()["employment"] == {"started": 4, "in_work": 4, **NOBODY_LATER}
    told.say("FollowUpRecorded", "a", "a", at=NOON - 4 * DAY)  # says nothing of work
    assert told.overview()["employment"]["in_work"] == 4
    none = {"kind": "none", "income_baht_month": None}
    told.say("FollowUpRecorded", "a", "a", at=NOON - 3 * DAY, work=none)
    told.say("FollowUpRecorded", "b", "b", at=NOON - 3 * DAY, in_place=False)
    assert told.overview()["employment"]["in_work"] == 2
    before = instant(told.net.clock())
    told.say("ReferralEnded", "c", "c", outcome="died")
    assert told.overview()["employment"] == {"started": 4, "in_work": 1, **NOBODY_LATER}
    assert told.overview(as_of=before)["employment"]["in_work"] == 2


def test_no_duration_is_negative_though_what_was_written_down_of_old_may_be(told):
    told.say("CaseOpened", "a", at=NOON)
    told.say("ScreeningCompleted", "a", at=NOON - 3 * DAY)
    told.say("PlacementConfirmed", "a", "a", at=NOON - 9 * DAY)
    days = told.overview()["median_days"]
    assert (days["to_screening"], days["to_placement"]) == (0.0, 0.0)


def test_who_is_in_work_is_what_the_latest_follow_up_says(told):
    work = {"kind": "section_35", "income_baht_month": 9900}
    for name, path in (
        ("a", "employer_33"),
        ("b", "employer_35"),
        ("c", "local_home"),
        ("d", "employer_general"),
    ):
        told.say("PlacementConfirmed", name, name, at=NOON - 9 * DAY, path=path)  # fmt: skip
    told.say("FollowUpRecorded", "a", "a", at=NOON - 2 * DAY, work=work)
    told.say("FollowUpRecorded", "a", "a", at=NOON - 5 * DAY)  # told late, happened before
    told.say("FollowUpRecorded", "b", "b", at=NOON - 5 * DAY, work=work)
    told.say("FollowUpRecorded", "b", "b", at=NOON - 2 * DAY, work=NO_WORK)
    told.say("FollowUpRecorded", "c", "c", at=NOON - 2 * DAY, work=work)
    assert told.overview()["employment"] == {"started": 3, "in_work": 1, **NOBODY_LATER}
    before = instant(told.net.clock())
    told.say("FollowUpRecorded", "a", "a", at=NOON - DAY, work=NO_WORK)
    assert told.overview()["employment"]["in_work"] == 0
    assert told.overview(as_of=before)["employment"]["in_work"] == 1


def test_only_the_first_time_counts_for_the_median(told):
    told.say("CaseOpened", "a", at=NOON - 40 * DAY)
    told.say("ScreeningCompleted", "a", at=NOON - 30 * DAY)
    told.say("ScreeningCompleted", "a", at=NOON - 3 * DAY)
    told.say("CaseOpened", "b", at=NOON - 6 * DAY)
    told.say("ScreeningCompleted", "b", at=NOON - 2 * DAY)
    told.say("ScreeningCompleted", "b", at=NOON - DAY)
    assert told.overview(**{"from": "2026-02-25"})["median_days"]["to_screening"] == 4.0
    assert told.overview()["median_days"]["to_screening"] == 7.0


def test_each_step_is_waited_for_since_the_one_before(told):
    journey(told, "a", NOON - 30 * DAY, days=(2, 5, 9))
    journey(told, "b", NOON - 20 * DAY, days=(4, 5, 10))
    told.say("ReferralSent", "b", "again", at=NOON - DAY)  # not the first
    told.say("PlanAgreed", "c", at=NOON - DAY)  # nobody knows since when
    waited = {"screened": 3.0, "planned": 0.0, "referred": 0.0, "accepted": 2.0, "placed": 4.5}
    assert told.ask("placements", **{"from": "2026-01-01"})["waited_days"] == waited
    told.say("ReferralEnteredInError", "b", "r-b")
    assert told.ask("placements", **{"from": "2026-01-01"})["waited_days"] == waited | {
        "referred": 7.5,
        "accepted": 3.0,
        "placed": 4.0,
    }
    assert told.ask("placements", **{"from": "2026-03-02"})["waited_days"] == dict.fromkeys(waited)


def test_days_begin_at_midnight_in_bangkok(told):
    midnight = datetime(2026, 2, 28, 17, tzinfo=UTC)  # 1 March in Thailand
    told.say("CaseOpened", "a", at=midnight - timedelta(microseconds=1))
    told.say("CaseOpened", "b", at=midnight)
    told.say("CaseOpened", "c", at=midnight + DAY - timedelta(microseconds=1))
    told.say("CaseOpened", "d", at=midnight + DAY)
    asked = {"february": ("2026-02-28", "2026-02-28"), "first": ("2026-03-01", "2026-03-01")}
    opened = {
        name: told.overview(**{"from": first, "to": last})["cases"]["opened"]
        for name, (first, last) in asked.items()
    }
    assert opened == {"february": 1, "first": 2}
    assert told.overview(**{"from": "2026-02-28", "to": "2026-03-02"})["cases"]["opened"] == 4


def test_the_budget_year_begins_on_the_first_of_october(told):
    begin = datetime(2025, 9, 30, 17, tzinfo=UTC)
    told.say("CaseOpened", "a", at=begin - timedelta(microseconds=1))
    told.say("CaseOpened", "b", at=begin)
    assert told.overview()["cases"]["opened"] == 1
    assert told.overview(to="2025-09-30")["period"] == {"from": "2024-10-01", "to": "2025-09-30"}
    assert told.overview(to="2025-09-30")["cases"]["opened"] == 1


def test_a_period_in_which_only_an_error_was_counted_still_has_it_as_it_was_known(told):
    told.say("CaseOpened", "a", at=NOON - 30 * DAY)
    told.say("ReferralDeclined", "a", "r", reason="cost")
    before = instant(told.net.clock())
    told.net.clock.set(NOON + DAY)
    told.say("ReferralEnteredInError", "a", "r")
    period = {"from": "2026-03-02", "to": "2026-03-02"}
    assert told.overview(as_of=before, **period)["declined"] == {"cost": 1}
    assert told.overview(**period)["declined"] == {}


def test_a_late_entry_is_not_known_before_it_was_recorded(told):
    told.say("CaseOpened", "a", at=NOON - 10 * DAY)
    before = instant(told.net.clock())
    told.net.clock.set(NOON + DAY)
    told.say("CaseOpened", "b", at=NOON - 9 * DAY)
    told.say("ScreeningCompleted", "b", at=NOON - 8 * DAY, labels=MET)
    period = {"from": "2026-02-01", "to": "2026-03-02"}
    then, now = told.overview(as_of=before, **period), told.overview(**period)
    assert (then["cases"]["opened"], then["cases"]["screened"], then["by_label"]) == (1, 0, {})
    assert (now["cases"]["opened"], now["cases"]["screened"], now["by_label"]) == (2, 1, {"older_person": 1})
    assert told.overview(as_of="2026-03-02", **period)["cases"]["opened"] == 1
    assert told.overview(as_of="2026-03-03", **period)["cases"]["opened"] == 2
    assert then["data_up_to"] == now["data_up_to"] > before


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        ("2026-01-01", "2026-03-31", ("2026-01", "2026-03")),
        ("2026-01-02", "2026-03-31", ("2026-02", "2026-03")),
        ("2025-12-31", "2026-02-27", ("2026-01", "2026-01")),
        ("2026-01-01", "2026-01-31", ("2026-01", "2026-01")),
        ("2026-01-02", "2026-02-27", None),
        ("2026-01-01", "2026-01-01", None),
    ],
)
def test_every_month_that_lies_in_the_period_as_a_whole_is_told_by_its_sums(told, first, last, months):
    assert told.net.read("reporting", lambda db: Counting(db, Period(None, first, last)).months) == months


def test_a_case_referred_twice_in_the_first_whole_month_counts_once(told):
    told.say("CaseOpened", "a", at=NOON - 20 * DAY)
    for days, ref in ((15, "first"), (10, "second")):
        told.say("ReferralSent", "a", ref, at=NOON - days * DAY)
    for first in ("2026-02-01", "2026-02-02"):
        assert told.overview(**{"from": first, "to": "2026-02-28"})["cases"]["referred"] == 1


def test_what_was_recorded_at_that_very_moment_was_known(told):
    told.say("CaseOpened", "a")
    moment = told.said[-1].recorded
    told.net.clock.set(NOON + DAY)
    told.say("ScreeningCompleted", "a", labels=MET)  # so that what was known of the case is worked out anew
    for as_of, opened in ((moment, 1), (moment - timedelta(microseconds=1), 0)):
        then = told.overview(as_of=instant(as_of))["cases"]
        assert (then["opened"], then["screened"]) == (opened, 0)


def test_a_referral_entered_in_error_counts_until_that_is_recorded(told):
    journey(told, "a", NOON - 20 * DAY, path="employer_35")
    journey(told, "b", NOON - 18 * DAY)
    told.say("FollowUpRecorded", "a", "r-a", work={"kind": "section_35", "income_baht_month": None})
    told.say("ReferralDeclined", "b", "other", reason="cost")
    before = instant(told.net.clock())
    told.net.clock.advance(days=1)
    told.say("ReferralEnteredInError", "a", "r-a")
    told.say("ReferralEnteredInError", "b", "other")
    then, now = told.overview(as_of=before), told.overview()
    assert [
        (x["cases"]["referred"], x["cases"]["placed"], x["placements"]["total"]) for x in (then, now)
    ] == [
        (2, 2, 2),
        (1, 1, 1),
    ]
    assert (then["employment"], now["employment"]) == (
        {"started": 1, "in_work": 1, **NOBODY_LATER},
        {"started": 0, "in_work": 0, **NOBODY_LATER},
    )
    assert (then["declined"], now["declined"]) == ({"cost": 1}, {})
    assert now["cases"]["opened"] == 2


def test_an_acceptance_entered_in_error_gives_way_to_the_next(told):
    told.say("CaseOpened", "a", at=NOON - 20 * DAY)
    told.say("ReferralAccepted", "a", "wrong", at=NOON - 18 * DAY)
    told.say("ReferralAccepted", "a", "right", at=NOON - 10 * DAY)
    assert told.overview()["median_days"]["to_acceptance"] == 2.0
    told.say("ReferralEnteredInError", "a", "wrong")
    assert told.overview()["median_days"]["to_acceptance"] == 10.0


DAYS = (7, 30, 90, 180, 365)


def some_care(chance, case, centre):
    """Tasks, how they go, and what meetings said of what was decided between them."""
    facts = []
    for _ in range(chance.randrange(3)):
        area = chance.choice(("housing", "health", None))
        facts.append(("CareTaskSet", case, None, centre, {"area": area}))
        item, progress = chance.choice(("task", "task", "goal")), chance.choice(("done", "done", "started"))
        went = {"area": area, "item": item, "progress": progress, "in_time": chance.choice((True, False))}
        facts.append(("CareProgressNoted", case, None, centre, went))
        facts.append(("RatificationDecided", case, None, centre, {"ratified": chance.random() < 0.5}))
        first = {"reason": chance.choice(("worse_since", "other", None))}
        facts.append(("OrderOverridden", case, None, centre, first))
    return facts


def some_waiting(chance, case, ref, centre):
    """How a partner was told and reminded, and what nobody did in time."""
    facts = []
    for _ in range(chance.randrange(3)):
        facts.append(("PartnerTold", case, ref, centre, {"how": chance.choice(("link", "letter", None))}))
        facts.append(("ReminderDue", case, ref, centre, {"deadline": chance.choice(("answer", "tell"))}))
        missed = chance.choice(("tell", "acknowledge", "travel", "arrival"))
        facts.append(("DeadlineMissed", case, ref, centre, {"deadline": missed}))
    if chance.random() < 0.3:
        lost = {"reason": chance.choice(("no_answer", "not_told")), "whose": "partner"}
        facts.append(("ReferralExpired", case, ref, centre, lost))
    return facts


def some_history(told, chance, cases=25):
    """Cases of two centres; facts are told in any order and days late, and heard now and then, in any order of
    sources."""
    work = {"kind": "general", "income_baht_month": 9000}
    facts = []
    for n in range(cases):
        case, centre = f"c{n}", chance.choice(("60", "61"))
        told.say("CaseOpened", case, at=NOON - chance.randrange(60, 90) * DAY, centre=centre)
        for _ in range(chance.randrange(3)):
            facts.append(
                ("ScreeningCompleted", case, None, centre, {"labels": chance.choice(([], MET, DISABLED))})
            )
        for ref in (f"{case}-r{k}" for k in range(chance.randrange(4))):
            path = chance.choice(("local_home", "employer_35", "employer_general", "ministry_shelter"))
            kind = chance.choice(("pao_home", "foundation", None))
            told_of = {"path": path, "outside_ministry": path != "ministry_shelter", "kind": kind}
            for type, often in (("ReferralSent", 1), ("ReferralAccepted", 0.6), ("PlacementConfirmed", 0.6)):
                if chance.random() < often:
                    passed = chance.choice(((0, None), (2, "together"), (1, None), (None, None)))
                    order = dict(zip(("passed_over", "passed_for"), passed, strict=True))
                    more = {"ReferralAccepted": {}, "ReferralSent": told_of | order}.get(type, told_of)
                    facts.append((type, case, ref, centre, more))
            facts += some_waiting(chance, case, ref, centre)
            for _ in range(chance.randrange(4)):
                visit = {
                    "work": chance.choice((None, work, NO_WORK)),
                    "in_place": chance.random() < 0.7,
                    "answers": chance.choice((7, 30, 180, None)),
                    "in_time": chance.choice((True, True, False, None)),
                    "path": path,
                }
                facts.append(("FollowUpRecorded", case, ref, centre, visit))
            for days in (7, 30, 180):
                if chance.random() < 0.2:
                    facts.append(("FollowUpMissed", case, ref, centre, {"days": days}))
            if chance.random() < 0.3:
                reason = chance.choice(("cost", "no_place"))
                whose = chance.choice(("partner", "system"))
                facts.append(("ReferralDeclined", case, ref, centre, {"reason": reason, "whose": whose}))
            if chance.random() < 0.3:
                lost = chance.choice(("ReferralWithdrawn", "ReferralFailed", "ReferralExpired"))
                facts.append((lost, case, ref, centre, {"reason": "cost", "whose": "partner"}))
            if chance.random() < 0.2:
                facts.append(
                    ("ReferralEnded", case, ref, centre, {"outcome": chance.choice(("stable", "died"))})
                )
            if chance.random() < 0.2:
                facts.append(("ReferralEnteredInError", case, ref, centre, {}))
        agreed = {"agreement": chance.choice(("as_first", "another", "shut", None))}
        facts += [("PlanAgreed", case, None, centre, agreed), ("CaseClosed", case, None, centre, {})]
        for _ in range(chance.randrange(2)):
            back = {
                "within": chance.choice(("6", "12", "24")),
                "path": chance.choice(("foundation", "religious")),
            }
            facts.append(("PersonReturned", case, None, centre, back))
            here = chance.choice(("ReturnedFromElsewhere", "ReturnedElsewhere"))
            facts.append((here, case, None, centre, {"within": back["within"]}))
        for _ in range(chance.randrange(3)):
            found = chance.choice((["as_meant"], ["too_late", "not_wished"], ["not_wished"]))
            facts.append(("OutcomeReviewed", case, f"{case}-r0", centre, {"findings": found}))
        facts += some_care(chance, case, centre)
    chance.shuffle(facts)
    for type, case, ref, centre, data in facts:
        told.net.clock.advance(hours=chance.randrange(5))
        at = NOON - timedelta(minutes=chance.randrange(60 * 24 * 60))
        told.say(type, case, ref, at=at, centre=centre, **data)
        if chance.random() < 0.1:
            told.net.settle(chance)
    told.net.settle(chance)


@pytest.mark.parametrize("seed", range(2))
def test_every_figure_of_a_random_history_is_what_the_long_way_round_gives(told, seed):
    chance = Random(seed)
    some_history(told, chance)
    end = max(fact.recorded for fact in told.said)
    for _ in range(12):
        centres = chance.choice((None, ("60",), ("61",), ("60", "61")))
        first = bangkok_day(NOON) - chance.randrange(95) * DAY
        last = first + chance.randrange(95) * DAY
        for as_of in (None, end, NOON + chance.random() * (end - NOON)):
            asked = Period(centres, first.isoformat(), last.isoformat(), as_of and instant(as_of))
            found = told.net.survey(
                "reporting", lambda db, asked=asked: small_cells.whole(figures.get(db, asked))
            )
            known = Known(told.said, centres, first, last, as_of or end)
            assert found == known.overview() | {"hidden": {}}
            spread = told.net.survey("reporting", lambda db, asked=asked: figures.get_placements(db, asked))
            assert spread == known.placements()


def test_sums_stand_for_whole_months_and_days_at_the_ends_for_themselves(told):
    """A case whose second fact lies in the period counts by whether its first does, which a month does not say."""
    for case, days in (("a", (3, 20)), ("b", (12, 40)), ("c", (3, 31))):
        for day in days:
            told.say(
                "ScreeningCompleted",
                case,
                at=NOON - 100 * DAY + day * DAY,
                labels=MET if day < 15 else DISABLED,
            )
    told.net.settle()
    begin = bangkok_day(NOON - 100 * DAY)
    for first in range(0, 45, 4):
        for last in range(first, 70, 5):
            days = ((begin + first * DAY).isoformat(), (begin + last * DAY).isoformat())
            summed, alone = (
                told.net.survey("reporting", partial(figures.get, period=Period(None, *days, as_of)))
                for as_of in (None, "9999-12-31T00:00:00.000000Z")
            )
            assert summed == alone, days


def test_what_no_row_comes_to_any_more_has_no_sum(told):
    told.say("ReferralSent", "a", "r1")
    told.say("PlacementConfirmed", "a", "r1")
    told.net.settle()
    [opened, _, every, *_] = kept(told.net)
    assert (len(opened), len(every)) == (2, 4)
    told.say("ReferralEnteredInError", "a", "r1")
    told.net.settle()
    assert kept(told.net)[1:] == [[], [], [], []]


@pytest.mark.parametrize("seed", (2, 3))
def test_any_order_of_sources_gives_the_same_rows_and_so_does_a_rebuild(told, seed):
    chance = Random(seed)
    some_history(told, chance)
    live = kept(told.net)
    # How a goal goes, a task that is not done, and a reminder of what is no answer, are no milestones.
    going = [
        fact
        for fact in told.said
        if (fact.type, fact.data.get("deadline")) == ("ReminderDue", "tell")
        or (
            fact.type == "CareProgressNoted"
            and (fact.data["item"], fact.data["progress"]) != ("task", "done")
        )
    ]
    assert going and len(live[0]) == len(told.said) - len(going) > len(live[1])
    reporting = told.net.runtimes["reporting"]
    shapes = [shape(reporting, table) for table in MILESTONES.tables]
    assert reporting.rebuild("milestones", lambda done, total: None) == {"milestones": len(told.said)}
    assert kept(told.net) == live
    assert [shape(reporting, table) for table in MILESTONES.tables] == shapes
    # One whole log after the other, effects before causes: the same rows again.
    with reporting.log.write() as db:
        for table in (source_event, inbox_cursor, *MILESTONES.tables):
            db.execute(table.delete())
        db.execute(ingest_head.update().values(position=0, filled=0))
    for source in ("referral", "screening", "intake"):
        reporting.inbox.pull(source)
    assert kept(told.net) == live
    assert reporting.verify() == []


def test_a_fact_projected_twice_makes_one_row(told):
    told.say("CaseOpened", "a")
    told.say("CaseOpened", "b")
    told.net.settle()
    before = kept(told.net)
    with told.net.runtimes["reporting"].database.write() as db:
        bodies = map(orjson.loads, db.execute(select(source_event.c.body)).scalars())
        facts = [recorded(body, {}, None, body["sequence"]) for body in bodies]
        project(db, facts)
        assert len(list(derive(db, facts))) == 1
    assert [len(rows) for rows in before] == [2, 2, 2, 0, 2]  # a sum of the centre, and the same of all
    assert kept(told.net) == before


def test_the_facts_that_are_counted_have_the_fields_that_are_read():
    events = [
        value
        for service in ("intake", "screening", "referral")
        for value in vars(import_module(f"services.{service}.events")).values()
        if isinstance(value, type) and value.__name__ in TYPES
    ]
    read = {"path", "kind", "outside_ministry", "labels", "work", "referral_id", "case_id"}
    found = {event.__name__: read & {f.name for f in fields(event)} for event in events}
    assert set(found) == TYPES
    assert all("case_id" in names for names in found.values())
    assert found["PlacementConfirmed"] >= {"path", "kind", "outside_ministry", "referral_id"}
    assert "labels" in found["ScreeningCompleted"] and "work" in found["FollowUpRecorded"]
    assert all("referral_id" in found[type] for type in TYPES if type.startswith(("Referral", "FollowUp")))
