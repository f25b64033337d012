"""A centre's own closures: set by its director, for that centre's deadlines that begin from then on."""

import pytest

from services.kernel.errors import Forbidden, Invalid
from services.kernel.local import SimulatedClock
from services.referral.domain.closures import CLOSURES, AddClosure, TakeBackClosure
from services.referral.events import ClosureAdded, ClosureTakenBack
from services.referral.service import ReferralService
from services.thai.dates import bangkok_day
from tests.referral.facts import MONDAY
from tests.spec import Spec

TODAY = bangkok_day(MONDAY)
WEDNESDAY, FRIDAY, SATURDAY = (TODAY.replace(day=day) for day in (4, 6, 7))
closures = Spec(CLOSURES)
added, taken_back = ClosureAdded("60", "2026-03-04", "งานประจำปี"), ClosureTakenBack("60", "2026-03-04")
DIRECTOR = {"user": "director-60", "role": "director", "centres": ("60",)}


def add(day):
    return AddClosure("60", day, "งานประจำปี", TODAY)


def test_a_day_is_closed_once_and_open_after_all_once():
    closures.given().when(add(WEDNESDAY)).then(added)
    closures.given(added).when(add(WEDNESDAY)).then()
    closures.given(added).when(TakeBackClosure("60", WEDNESDAY, TODAY)).then(taken_back)
    closures.given(added, taken_back).when(TakeBackClosure("60", WEDNESDAY, TODAY)).then()
    closures.given(added, taken_back).when(add(WEDNESDAY)).then(added)


@pytest.mark.parametrize("day", [TODAY.replace(day=1), SATURDAY, TODAY.replace(day=3)])
def test_no_day_that_is_over_or_on_which_offices_are_closed_anyway(day):
    with pytest.raises(Invalid, match="day"):
        CLOSURES.decider.decide(add(day), CLOSURES.decider.initial)


@pytest.fixture
def net(network):
    return network((ReferralService,), SimulatedClock(MONDAY))


def test_the_director_sets_them_for_their_own_centre_and_its_staff_see_them(net):
    body = {"centre": "60", "day": "2026-03-04", "name": "งานประจำปี"}
    assert net.call("referral", "add_closure", body, **DIRECTOR) == {"day": "2026-03-04", "version": 1}
    net.call("referral", "add_closure", {**body, "day": "2026-03-06"}, **DIRECTOR)
    worker = {"user": "worker-60", "centres": ("60",)}
    for who in (worker, {**DIRECTOR, "centres": ("61",)}):
        with pytest.raises(Forbidden):
            net.call("referral", "add_closure", body, **who)
    seen = net.call("referral", "closures", {"centre": "60"}, **worker)
    assert [each["day"] for each in seen["items"]] == ["2026-03-04", "2026-03-06"]
    assert seen["announced_until"] == "2026-12-31" and seen["days_announced"] == 304
    with pytest.raises(Forbidden):
        net.call("referral", "closures", {"centre": "61"}, **worker)
    net.call("referral", "take_back_closure", {"centre": "60", "day": "2026-03-06"}, **DIRECTOR)
    seen = net.call("referral", "closures", {"centre": "60"}, **worker)
    assert [each["by"] for each in seen["items"]] == ["director-60"]
