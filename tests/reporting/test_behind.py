"""The cases and referrals behind a figure: as many as it says, the newest first, page by page and none twice."""

from random import Random

import pytest

from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor
from services.reporting.measures import MEASURES, SPLIT_PARTS
from services.reporting.projections import behind, figures
from services.reporting.projections.period import Period
from services.thai.dates import bangkok_day
from tests.reporting.conftest import NOON, id_of
from tests.reporting.test_projections import DAY, some_history

WHOLE = Period(None, "2025-12-01", bangkok_day(NOON).isoformat())


def pages(read, period, figure, value, limit=3):
    """All rows, walked from page to page."""
    rows, cursor = [], None
    while True:
        page = read(behind.list_rows, period, figure, value, limit, cursor)
        assert len(page["items"]) == limit or page["next"] is None
        rows += page["items"]
        cursor = page["next"]
        if cursor is None:
            return rows


def counts_of(read, period):
    """(measure, code or None, the count that figures tell)"""
    answer, beside = read(figures.get, period), read(figures.get_placements, period)
    parts = {**answer, **answer["split"]}
    for measure in MEASURES.values():
        if measure.beside:
            yield measure, None, beside["accepted"]
        elif measure.by:
            for code, count in parts[measure.part].items():
                yield measure, code, count
        else:
            yield measure, None, parts[measure.part][measure.name]


@pytest.mark.parametrize(
    "period",
    [
        WHOLE,
        Period(("60",), "2026-01-05", "2026-02-10"),
        Period(("60", "61"), "2026-01-20", "2026-01-21", "2026-03-02T20:00:00.000000Z"),
    ],
    ids=["all", "a centre's own", "as it was known"],
)
def test_behind_every_figure_stand_as_many_as_it_says(told, period):
    some_history(told, Random(6))

    def read(ask, *about):
        return told.net.survey("reporting", lambda db: ask(db, *about))

    seen = set()
    for measure, code, count in counts_of(read, period):
        rows = pages(read, period, measure.code, code)
        days = [row["day"] for row in rows]
        assert len(rows) == count, (measure.code, code)
        assert days == sorted(days, reverse=True) and all(period.first <= day <= period.last for day in days)
        assert period.centres is None or {row["centre"] for row in rows} <= {*period.centres}
        if measure.once:
            assert len({row["case_id"] for row in rows}) == count
        if measure.by in ("path", "reason"):
            assert {row[measure.by] for row in rows} <= {code}
        if count:
            seen.add(measure.code)
    if period is WHOLE:
        assert {*SPLIT_PARTS, "reviews", "path", "label", "opened", "placed"} <= seen


def test_a_row_tells_what_the_fact_told_and_nothing_of_the_person(told):
    told.say("CaseOpened", "a", at=NOON - 9 * DAY)
    told.say(
        "PlacementConfirmed",
        "a",
        "r",
        at=NOON - DAY,
        path="employer_33",
        kind="employer",
        outside_ministry=True,
    )
    told.say("ReferralEnded", "a", "r", outcome="moved_on")
    by_path = told.ask("behind", figure="path", value="employer_33")
    assert by_path == {
        "items": [
            {
                "case_id": id_of("a"), "referral_id": id_of("r"), "centre": "60", "day": "2026-03-01",
                "path": "employer_33", "partner_kind": "employer", "outside_ministry": True, "reason": None,
            }
        ],
        "next": None,
    }  # fmt: skip
    [ended] = told.ask("behind", figure="ended")["items"]
    assert (ended["reason"], ended["day"], ended["path"]) == ("moved_on", "2026-03-02", None)
    assert told.ask("behind", figure="path", value="employer_35")["items"] == []
    assert len(told.ask("behind", figure="path")["items"]) == 1  # of whatever path


def test_a_case_stands_once_with_what_is_counted_of_it_and_the_newest_case_first(told):
    for name, days in (("a", (1, 9)), ("b", (4, 6)), ("c", (5,))):
        told.say("CaseOpened", name, at=NOON - 20 * DAY)
        for ago in days:
            told.say("ScreeningCompleted", name, at=NOON - ago * DAY, labels=[])
    rows = told.ask("behind", figure="screened")["items"]
    assert [(row["case_id"], row["day"]) for row in rows] == [
        (id_of("c"), "2026-02-25"), (id_of("b"), "2026-02-24"), (id_of("a"), "2026-02-21"),
    ]  # fmt: skip
    # A screening before the period does not take the case's place in it.
    later = told.ask("behind", figure="screened", **{"from": "2026-02-25"})["items"]
    assert [(row["case_id"], row["day"]) for row in later] == [
        (id_of("a"), "2026-03-01"), (id_of("b"), "2026-02-26"), (id_of("c"), "2026-02-25"),
    ]  # fmt: skip


def test_a_case_that_two_centres_screened_is_listed_where_it_is_counted(told):
    told.say("CaseOpened", "a", at=NOON - 20 * DAY)
    for centre, days, label in (("60", 9, "child"), ("61", 1, "beggar")):
        labels = [{"code": label, "verdict": "met"}]
        told.say("ScreeningCompleted", "a", centre=centre, at=NOON - days * DAY, labels=labels)
    told.net.settle()

    def read(ask, *about):
        return told.net.survey("reporting", lambda db: ask(db, *about))

    for centre, screened, label in (("60", 1, "child"), ("61", 0, "beggar")):
        period = Period((centre,), WHOLE.first, WHOLE.last)
        answer = read(figures.get, period)
        listed = read(behind.list_rows, period, "screened", None, 9, None)["items"]
        assert answer["cases"]["screened"] == len(listed) == screened, centre
        by_label = read(behind.list_rows, period, "label", label, 9, None)["items"]
        assert answer["by_label"].get(label, 0) == len(by_label), centre


def test_two_facts_of_one_instant_stand_on_two_pages(told):
    for name in ("a", "b", "c"):
        told.say("CaseOpened", name, at=NOON)
    first = told.ask("behind", figure="opened", limit=2)
    then = told.ask("behind", figure="opened", limit=2, cursor=first["next"])
    assert [row["case_id"] for row in first["items"] + then["items"]] == [id_of(name) for name in "cba"]
    assert then["next"] is None
    assert (
        told.ask("behind", figure="opened", limit=3)["next"] is None
    )  # a page that is just full is the last


@pytest.mark.parametrize("values", [["1", 1], [1, "1"], [1, None], [2**63, 1], [1, -(2**63)], [1], [1, 2, 3]])
def test_a_cursor_of_another_list_is_refused_by_name(told, values):
    with pytest.raises(Invalid) as invalid:
        told.ask("behind", figure="opened", cursor=make_cursor(values))
    assert list(invalid.value.errors) == ["cursor"]


def test_the_largest_numbers_are_a_cursor(told):
    told.say("CaseOpened", "a", at=NOON)
    most = 2**63 - 1
    assert len(told.ask("behind", figure="opened", cursor=make_cursor([most, most]))["items"]) == 1
    assert told.ask("behind", figure="opened", cursor=make_cursor([-most, most]))["items"] == []
