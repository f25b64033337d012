"""Working days: known holidays, substitutes, counting."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai import calendar

DAYS = st.dates(date(2024, 1, 1), date(2029, 12, 31))


@pytest.mark.parametrize(
    "day",
    [
        date(2025, 2, 12),
        date(2025, 4, 16),
        date(2025, 5, 12),
        date(2025, 6, 2),
        date(2026, 1, 2),
        date(2026, 3, 3),
        date(2026, 6, 1),
        date(2026, 7, 29),
        date(2026, 7, 30),
        date(2026, 12, 7),
        date(2027, 7, 20),
        date(2028, 4, 13),
        date(2026, 11, 21),
    ],
)
def test_offices_are_closed(day):
    assert not calendar.is_working_day(day)


@pytest.mark.parametrize("day", [date(2026, 5, 1), date(2026, 11, 23), date(2025, 4, 17), date(2026, 7, 31)])
def test_offices_are_open(day):
    assert calendar.is_working_day(day)


@pytest.mark.parametrize("year", sorted(calendar.MOVABLE))
def test_every_weekend_holiday_of_the_table_has_its_substitute(year):
    on_weekend = {each.day for each in calendar.holidays(year) if each.day.weekday() >= 5}
    for day in on_weekend:
        after = day
        while after.weekday() >= 5 or (calendar.holiday(after) and after != day):
            given_instead = calendar.holiday(after)
            if given_instead and given_instead.english.startswith("Substitution"):
                break
            after += timedelta(days=1)
        substitute = calendar.holiday(after)
        assert substitute and substitute.english.startswith("Substitution"), day


def test_a_substitute_is_a_weekday():
    for year in calendar.MOVABLE:
        for each in calendar.holidays(year):
            if each.english.startswith(("Substitution", "Special", "Royal Ploughing")):
                assert each.day.weekday() < 5, each


def test_lent_begins_the_day_after_asanha():
    for year in calendar.MOVABLE:
        named = {each.english: each.day for each in calendar.holidays(year)}
        assert named["Buddhist Lent Day"] - named["Asanha Bucha Day"] == timedelta(days=1)


def test_years_say_whether_they_were_announced():
    assert calendar.is_announced(2026) and not calendar.is_announced(2027) and not calendar.is_announced(2030)
    assert date(2030, 4, 13) in {each.day for each in calendar.holidays(2030)}


def test_it_says_how_far_the_holidays_are_announced():
    last = calendar.announced_until()
    assert calendar.is_announced(last.year) and not calendar.is_announced(last.year + 1)


def test_a_holiday_has_both_names():
    songkran = calendar.holiday(date(2026, 4, 13))
    assert songkran and (songkran.thai, songkran.english) == ("วันสงกรานต์", "Songkran Festival")
    assert calendar.holiday(date(2026, 4, 16)) is None


@pytest.mark.parametrize(
    ("day", "count", "reached"),
    [
        (date(2026, 11, 23), 0, date(2026, 11, 23)),
        (date(2026, 11, 20), 1, date(2026, 11, 23)),
        (date(2026, 4, 10), 3, date(2026, 4, 20)),
        (date(2026, 12, 4), 1, date(2026, 12, 8)),
        (date(2026, 12, 30), 1, date(2027, 1, 4)),
    ],
)
def test_working_days_are_counted_over_holidays(day, count, reached):
    assert calendar.add_working_days(day, count) == reached


def test_working_days_are_not_counted_back():
    with pytest.raises(ValueError, match="count"):
        calendar.add_working_days(date(2026, 11, 23), -1)


@given(DAYS, st.integers(1, 60))
def test_the_day_reached_has_exactly_so_many_working_days_behind_it(day, count):
    reached = calendar.add_working_days(day, count)
    between = (day + timedelta(days=step) for step in range(1, (reached - day).days + 1))
    assert calendar.is_working_day(reached)
    assert sum(map(calendar.is_working_day, between)) == count


@given(DAYS)
def test_the_next_working_day_is_the_first(day):
    reached = calendar.next_working_day(day)
    assert calendar.is_working_day(reached)
    assert not any(
        calendar.is_working_day(day + timedelta(days=step)) for step in range((reached - day).days)
    )


def test_one_office_may_be_closed_on_more_days():
    wednesday, friday = date(2026, 3, 4), date(2026, 3, 6)
    assert calendar.add_working_days(date(2026, 3, 2), 1, {wednesday}) == date(
        2026, 3, 5
    )  # the 3rd is a holiday
    assert not calendar.is_working_day(wednesday, {wednesday})
    assert calendar.working_days_before(friday, 2, {wednesday}) == date(2026, 3, 2)
    assert calendar.working_days_before(friday, 0) == friday
    with pytest.raises(ValueError, match="negative"):
        calendar.working_days_before(friday, -1)


def test_it_says_when_it_runs_out():
    ends = calendar.announced_until()
    assert calendar.runs_out(ends - timedelta(days=calendar.NEAR)) is None
    assert calendar.runs_out(ends - timedelta(days=calendar.NEAR - 1)) == ends == calendar.runs_out(ends)
