"""The turn of a day, and of a budget year, is Thailand's: at 23:30 and 00:30 there, and on both sides of midnight UTC,
through the doors of all services together."""

from datetime import UTC, date, datetime, timedelta

import pytest

from services.intake.service import IntakeService
from services.kernel.local import Network, SimulatedClock
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.service import ReportingService
from services.screening.service import ScreeningService

SERVICES = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
LAST_NIGHT = datetime(2026, 9, 30, 16, 30, tzinfo=UTC)  # 23:30 on 30 September, the last day of 2569
NEW_YEAR = datetime(2026, 9, 30, 17, 30, tzinfo=UTC)  # 00:30 on 1 October, in 2570; for UTC the old day
MORNING = (  # around midnight UTC, where nothing turns
    datetime(2026, 9, 30, 23, 30, tzinfo=UTC), datetime(2026, 10, 1, 0, 30, tzinfo=UTC),
)  # fmt: skip
PERSON = {
    "identity_status": "claimed", "sex": "male", "nationality": "thai", "domicile": [],
    "name": {"first": "บุญมี", "last": "เที่ยงคืน"},
}  # fmt: skip


@pytest.fixture
def net(network):
    return network(SERVICES, SimulatedClock(LAST_NIGHT))


def opened(net: Network, **person) -> dict:
    body = {
        "centre": "60",
        "channel": "walk_in",
        "found": {},
        "person": {**PERSON, **person},
        "danger": "none",
    }
    answer = net.call("intake", "open_case", body)
    net.settle()
    return answer


def period(figures: dict) -> tuple[str, str]:
    return figures["period"]["from"], figures["period"]["to"]


def duty(net: Network, case_id: str) -> dict:
    [row] = net.call("intake", "work", {"case_id": case_id})["items"]
    return row


def test_a_case_of_half_past_midnight_has_a_number_of_the_new_year_and_one_of_the_hour_before_of_the_old(net):
    numbers = [opened(net)["case_number"]]
    for moment in (NEW_YEAR, *MORNING):
        net.clock.set(moment)
        numbers.append(opened(net)["case_number"])
    assert numbers == ["60-2569-0001", "60-2570-0001", "60-2570-0002", "60-2570-0003"]


def test_what_happened_before_midnight_and_is_told_after_it_is_of_the_old_year(net):
    net.clock.set(NEW_YEAR)
    body = {"centre": "60", "channel": "walk_in", "found": {}, "person": PERSON, "danger": "none"}
    assert net.call("intake", "open_case", body, at=LAST_NIGHT)["case_number"] == "60-2569-0001"
    assert net.call("intake", "open_case", body, at=NEW_YEAR)["case_number"] == "60-2570-0001"


def test_figures_turn_with_the_year(net):
    opened(net)
    figures = net.call("reporting", "overview", {}, role="director")
    assert (*period(figures), figures["cases"]["opened"]) == ("2025-10-01", "2026-09-30", 1)
    net.clock.set(NEW_YEAR)
    figures = net.call("reporting", "overview", {}, role="director")
    assert (*period(figures), figures["cases"]["opened"]) == ("2026-10-01", "2026-10-01", 0)
    opened(net)
    for moment in (NEW_YEAR, *MORNING):
        net.clock.set(moment)
        assert net.call("reporting", "overview", {}, role="director")["cases"]["opened"] == 1
    whole = {"from": "2025-10-01", "to": "2026-10-01"}
    assert net.call("reporting", "overview", whole, role="director")["cases"]["opened"] == 2


@pytest.mark.parametrize(
    ("minutes", "late"),
    [(-30, False), (30, True), (7 * 60 - 30, True), (7 * 60 + 30, True)],
    ids=["23:30", "00:30", "06:30", "07:30"],
)
def test_what_was_to_be_done_by_a_day_is_late_from_the_midnight_after_it(net, minutes, late):
    case_id = opened(net)["case_id"]
    due = date.fromisoformat(duty(net, case_id)["due"])
    midnight = datetime(due.year, due.month, due.day, 17, tzinfo=UTC)  # the one after it
    net.clock.set(midnight + timedelta(minutes=minutes))
    row = duty(net, case_id)
    assert ("overdue" in row["flags"], row["part"] == "overdue") == (late, late)


def test_a_deadline_counts_its_days_from_the_day_in_thailand(net):
    before = duty(net, opened(net)["case_id"])["due"]
    net.clock.set(NEW_YEAR)
    after = duty(net, opened(net)["case_id"])["due"]
    days = [duty_day for duty_day in (date.fromisoformat(before), date.fromisoformat(after))]
    for moment in MORNING:
        net.clock.set(moment)
        assert duty(net, opened(net)["case_id"])["due"] == after
    assert days[0] < days[1]


@pytest.mark.parametrize(
    ("birth_date", "moment", "years"),
    [
        ("1966-10-01", LAST_NIGHT, 59), ("1966-10-01", NEW_YEAR, 60), ("1966-10-01", MORNING[0], 60),
        ("2008-10-01", LAST_NIGHT, 17), ("2008-10-01", NEW_YEAR, 18), ("2008-10-01", MORNING[1], 18),
    ],
)  # fmt: skip
def test_somebody_is_a_year_older_from_half_past_midnight_of_their_birthday(net, birth_date, moment, years):
    case_id = opened(net, birth_date=birth_date)["case_id"]
    net.clock.set(moment)
    net.call("screening", "complete", {"case_id": case_id, "facts": {}})
    net.settle()
    screened = net.call("screening", "screening", {"case_id": case_id})
    assert (screened["facts"]["age"]["min"], screened["facts"]["age"]["max"]) == (years, years)
    verdicts = {label["code"]: label["verdict"] for label in screened["labels"]}
    limit = "older_person" if years >= 59 else "child"
    assert verdicts[limit] == ("met" if years in (60, 17) else "not_met")
