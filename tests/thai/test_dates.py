"""Dates: partial births and ages, Buddhist era in and out, budget years, Bangkok days."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.thai import dates
from services.thai.dates import DateError, PartialDate

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("text", ["1957", "1957-05", "1957-05-12", "2024-02-29"])
def test_a_partial_date_is_read_and_written_as_it_was(text):
    assert str(dates.partial_date(text)) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "format"),
        ("57", "format"),
        ("1957-5", "format"),
        ("1957-05-12T00:00", "format"),
        ("12/05/1957", "format"),
        ("๑๙๕๗", "format"),
        ("1957-13", "month"),
        ("1957-00", "month"),
        ("1957-02-29", "day"),
        ("1957-05-00", "day"),
        ("2500", "era"),
        ("2567-02-29", "era"),
        ("2200", "year_between"),
        ("0000", "year_between"),
    ],
)
def test_a_bad_date_says_why_and_does_not_repeat_it(text, code):
    with pytest.raises(DateError) as refused:
        dates.partial_date(text)
    assert refused.value.code == code
    assert not text or text not in str(refused.value)


@pytest.mark.parametrize(
    ("text", "code"), [("2026-11-23", "future"), ("2027", "future"), ("1890", "too_old")]
)
def test_a_birth_date_lies_in_a_living_persons_time(text, code):
    with pytest.raises(DateError) as refused:
        dates.birth_date(text, TODAY)
    assert refused.value.code == code
    assert str(dates.birth_date("2026-11-22", TODAY)) == "2026-11-22"


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        ("1966-11-22", date(2026, 11, 21), 59),
        ("1966-11-22", date(2026, 11, 22), 60),
        ("1966-12", date(2026, 11, 30), 59),
        ("1966-12", date(2026, 12, 1), 60),
        ("1966", date(2026, 1, 1), 60),
        ("1966", date(2025, 12, 31), 59),
        ("2004-02-29", date(2025, 2, 28), 20),
        ("2004-02-29", date(2025, 3, 1), 21),
        ("2026-11-22", date(2026, 11, 22), 0),
    ],
)
def test_age_counts_from_the_legal_day(birth, day, age):
    assert dates.age_on(birth, day) == age


def test_nobody_has_an_age_before_birth():
    with pytest.raises(DateError):
        dates.age_on("2027", TODAY)


@given(st.dates(date(1900, 1, 1), date(2090, 12, 31)), st.integers(0, 5000))
def test_age_never_falls_and_grows_by_one_a_year(born, later):
    day = min(born + timedelta(days=later), date(2100, 1, 1))
    age = dates.age_on(born.isoformat(), day)
    assert age <= dates.age_on(born.isoformat(), day + timedelta(days=1)) <= age + 1
    assert (day - born).days // 366 <= age <= (day - born).days / 365


def test_age_comes_from_the_best_that_is_known():
    expected = {"on": "2026-11-22", "min": 60, "max": 60}
    assert dates.age_range(TODAY, birth="1966", age=3, band="0-9") == expected
    assert dates.age_range(TODAY, age=60, band="0-9") == expected
    assert dates.age_range(TODAY, band="60-69") == {"on": "2026-11-22", "min": 60, "max": 69}
    assert dates.age_range(TODAY) is None


@pytest.mark.parametrize("band", ["", "60", "69-60", "60-", "60–69", "a-b", "60-200", "-1-5"])
def test_a_bad_age_band_is_refused(band):
    with pytest.raises(DateError) as refused:
        dates.age_band(band)
    assert refused.value.code == "band"


@pytest.mark.parametrize("age", [-1, 131])
def test_an_impossible_age_is_refused(age):
    with pytest.raises(DateError):
        dates.age_range(TODAY, age=age)


def test_the_day_in_bangkok_begins_seven_hours_before_utc():
    assert dates.bangkok_day(datetime(2026, 11, 22, 16, 59, tzinfo=UTC)) == date(2026, 11, 22)
    assert dates.bangkok_day(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == date(2026, 11, 23)
    assert dates.bangkok_day(datetime(2026, 11, 22, 1, tzinfo=timezone(timedelta(hours=9)))) == date(
        2026, 11, 21
    )
    with pytest.raises(ValueError, match="zone"):
        dates.bangkok_day(datetime(2026, 11, 22))


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_a_span_holds_its_own_days_and_no_others(first, length):
    last = first + timedelta(days=length)
    start, end = dates.utc_span(first, last)
    instant = timedelta(microseconds=1)
    assert dates.bangkok_day(start) == first and dates.bangkok_day(end - instant) == last
    assert dates.bangkok_day(start - instant) < first and dates.bangkok_day(end) > last


def test_the_budget_year_is_named_by_the_buddhist_year_it_ends_in():
    assert dates.budget_year(date(2026, 9, 30)) == 2569
    assert dates.budget_year(date(2026, 10, 1)) == 2570
    assert dates.budget_period(2570) == (date(2026, 10, 1), date(2027, 9, 30))
    with pytest.raises(ValueError, match="budget_year"):
        dates.budget_period(2026)


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)))
def test_every_day_lies_in_its_budget_year(day):
    first, last = dates.budget_period(dates.budget_year(day))
    assert first <= day <= last


@pytest.mark.parametrize(
    ("day", "language", "style", "thai_digits", "shown"),
    [
        (date(1957, 5, 12), "th", "long", False, "12 พฤษภาคม 2500"),
        (date(1957, 5, 12), "th", "long", True, "๑๒ พฤษภาคม ๒๕๐๐"),
        ("1957-05-12", "th", "short", False, "12 พ.ค. 2500"),
        ("1957-05", "th", "long", False, "พฤษภาคม 2500"),
        (PartialDate(1957), "th", "short", False, "พ.ศ. 2500"),
        (date(1957, 5, 12), "en", "long", False, "12 May 2500 BE (1957 CE)"),
        (date(1957, 5, 12), "en", "short", False, "12 May 2500 BE"),
        (date(2024, 2, 29), "th", "long", False, "29 กุมภาพันธ์ 2567"),
    ],
)
def test_a_date_is_shown_in_the_buddhist_era(day, language, style, thai_digits, shown):
    assert dates.format_date(day, language, style, thai_digits=thai_digits) == shown


@pytest.mark.parametrize(
    ("typed", "iso", "era"),
    [
        ("12/5/2500", "1957-05-12", "BE"),
        ("12-05-2500", "1957-05-12", "BE"),
        ("12.5.2500", "1957-05-12", "BE"),
        (" ๑๒ / ๕ / ๒๕๐๐ ", "1957-05-12", "BE"),
        ("12 พ.ค. 2500", "1957-05-12", "BE"),
        ("12 พค 2500", "1957-05-12", "BE"),
        ("12พฤษภาคมพ.ศ.2500", "1957-05-12", "BE"),
        ("วันที่ 12 เดือน พฤษภาคม พ.ศ. 2500", "1957-05-12", "BE"),
        ("12 May 1957", "1957-05-12", "CE"),
        ("May 12, 1957", "1957-05-12", "CE"),
        ("1957-05-12", "1957-05-12", "CE"),
        ("2500-05-12", "1957-05-12", "BE"),
        ("5/2500", "1957-05", "BE"),
        ("พฤษภาคม 2500", "1957-05", "BE"),
        ("2500", "1957", "BE"),
        ("1957", "1957", "CE"),
        ("ค.ศ. 1957", "1957", "CE"),
        ("29/2/2567", "2024-02-29", "BE"),
    ],
)
def test_what_people_type_is_read(typed, iso, era):
    read = dates.read_date(typed, TODAY)
    assert (str(read.date), read.era, read.two_digits, read.doubtful) == (iso, era, False, False)


@pytest.mark.parametrize(
    ("typed", "iso"),
    [("67", "2024"), ("12/5/67", "2024-05-12"), ("69", "2026"), ("70", "1927"), ("12/5/99", "1956-05-12")],
)
def test_two_digits_are_a_buddhist_year_not_in_the_future_and_say_so(typed, iso):
    read = dates.read_date(typed, TODAY)
    assert (str(read.date), read.era, read.two_digits) == (iso, "BE", True)


@pytest.mark.parametrize(
    ("typed", "iso", "or_else"),
    [
        ("1/2/2480", "1937-02-01", "1938-02-01"),
        ("2480", "1937", "1938"),
        ("29/2/2478", "1936-02-29", None),
        ("29/2/2479", "1936-02-29", None),
        ("1/2/2483", "1940-02-01", None),
    ],
)
def test_early_months_before_2484_are_flagged(typed, iso, or_else):
    read = dates.read_date(typed, TODAY)
    assert read.doubtful
    assert (str(read.date), str(read.or_else) if read.or_else else None) == (iso, or_else)


@pytest.mark.parametrize("typed", ["1/4/2480", "2483", "1/1/2484", "1/2/1938"])
def test_other_early_dates_are_not(typed):
    assert not dates.read_date(typed, TODAY).doubtful


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("", "format"),
        ("abc", "format"),
        ("12/5", "format"),
        ("25000", "format"),
        ("1/1/1/2500", "format"),
        ("12/5/2500!", "format"),
        ("May May 2500", "format"),
        ("12/13/2500", "month"),
        ("12 ฟู 2500", "month"),
        ("31/2/2500", "day"),
        ("30/2/2470", "day"),
        ("5/0/2500", "month"),
        ("2200", "year_between"),
        ("1/1/1500", "year_between"),
        ("พ.ศ. 1957", "era"),
        ("ค.ศ. 2500", "era"),
        ("ค.ศ. 57", "two_digits"),
    ],
)
def test_what_cannot_be_read_is_refused(typed, code):
    with pytest.raises(DateError) as refused:
        dates.read_date(typed, TODAY)
    assert refused.value.code == code


@given(st.text(alphabet="0123456789๐๕/-. พคศวันที่ปีmayค.ศ.\u200b", max_size=14))
def test_whatever_is_typed_gives_a_date_or_a_reason(typed):
    try:
        read = dates.read_date(typed, TODAY)
    except DateError:
        return
    assert dates.partial_date(str(read.date)) == read.date


@given(
    st.dates(date(1941, 1, 1), date(2100, 12, 31)),
    st.sampled_from(["th", "en"]),
    st.sampled_from(["short", "long"]),
    st.booleans(),
)
def test_a_shown_date_reads_back(day, language, style, thai_digits):
    shown = dates.format_date(day, language, style, thai_digits=thai_digits).split(" (")[0]
    assert dates.read_date(shown, TODAY).date.legal_day == day
