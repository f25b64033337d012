"""How long people of each kind wait and waited, through the door."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.codes.coarse import SMALL
from services.codes.waits import UNKNOWN, WAIT_AGES, band_of
from services.reporting import small_cells
from tests.reporting.conftest import AGE, NOON, id_of

DAY = timedelta(days=1)
MINISTRY = {"role": "ministry", "centres": ("*",)}
NOBODY = {"cases": 0, "median_days": None, "longest_days": None}


def days(cases, median, longest):
    return {"cases": cases, "median_days": median, "longest_days": longest}


def opened(told, case, ago, sex="male", homes=("60",), centre="60", age=AGE):
    told.say(
        "CaseOpened", case, at=NOON - ago * DAY, centre=centre, sex=sex, age=age,
    )  # fmt: skip
    domicile = [{"province": home, "basis": "claimed"} for home in homes]
    told.say("PersonCorrected", case, at=NOON - ago * DAY, centre=centre, sex=sex, domicile=domicile, age=age)


def test_who_waits_for_a_decision_and_whose_wait_was_over_are_told_apart(told):
    opened(told, "a", 30, "female")
    opened(told, "b", 10, homes=("61",))
    opened(told, "c", 20, homes=())
    told.say("PlanAgreed", "c", at=NOON - 5 * DAY)
    found = told.ask("waits")["decision"]
    assert found["all"] == {"now": days(2, 20.0, 30), "over": days(1, 15.0, 15)}
    assert found["by"]["sex"] == {
        "female": {"now": days(1, 30.0, 30), "over": NOBODY},
        "male": {"now": days(1, 10.0, 10), "over": days(1, 15.0, 15)},
    }
    homes = {
        code: (each["now"]["cases"], each["over"]["cases"]) for code, each in found["by"]["domicile"].items()
    }
    assert homes == {"in": (1, 0), "out": (1, 0), UNKNOWN: (0, 1)}
    assert found["by"]["age"]["60-69"]["now"]["cases"] == 2


def test_who_waits_for_a_place_has_a_plan_that_leads_to_one(told):
    for case, path in (("a", "local_home"), ("b", "return_family"), ("c", "foundation")):
        opened(told, case, 40)
        told.say("PlanAgreed", case, at=NOON - 30 * DAY, path=path)
    told.say("PlacementConfirmed", "c", "c-1", at=NOON - 10 * DAY)
    place = told.ask("waits")["place"]["all"]
    assert place == {"now": days(1, 40.0, 40), "over": days(1, 30.0, 30)}
    told.say("ReferralEnteredInError", "c", "c-1")
    assert told.ask("waits")["place"]["all"] == {"now": days(2, 40.0, 40), "over": NOBODY}
    told.say("PlanAgreed", "a", path="advice_only")  # decided otherwise: no place is waited for
    assert told.ask("waits")["place"]["all"]["now"]["cases"] == 1


def test_a_closed_case_waits_for_nothing_and_one_that_is_opened_again_waits_from_then(told):
    opened(told, "a", 50)
    opened(told, "b", 50)
    told.say("CaseClosed", "a", at=NOON - 20 * DAY)
    told.say("PersonErased", "b", at=NOON - 20 * DAY)
    assert told.ask("waits")["decision"]["all"]["now"] == NOBODY
    told.say("CaseReopened", "a", at=NOON - 3 * DAY)
    assert told.ask("waits")["decision"]["all"]["now"] == days(1, 3.0, 3)


def test_the_latest_description_and_the_latest_labels_count(told):
    opened(told, "a", 9, "unknown")
    told.say("PersonCorrected", "a", sex="female", nationality="stateless", age=None)
    for code in ("child", "older_person"):
        told.say("ScreeningCompleted", "a", labels=[{"code": code, "verdict": "met"}])
        told.net.clock.advance(minutes=1)
    by = told.ask("waits")["decision"]["by"]
    assert [*by["sex"]] == ["female"] and [*by["nationality"]] == ["stateless"]
    assert [*by["age"]] == [UNKNOWN] and [*by["label"]] == ["older_person"]


def test_another_centres_people_are_not_counted(told):
    opened(told, "a", 9)
    opened(told, "b", 90, centre="61")
    assert told.ask("waits")["decision"]["all"]["now"] == days(1, 9.0, 9)
    assert told.ask("waits", centres=("61",))["decision"]["all"]["now"] == days(1, 90.0, 90)
    assert told.ask("waits", **MINISTRY)["decision"]["all"]["now"]["cases"] == 2


def test_who_may_not_see_cases_is_told_no_small_group_nor_its_days(told):
    for number in range(7):
        opened(told, f"m{number}", 10)
    opened(told, "f", 99, "female")
    found = told.ask("waits", **MINISTRY)
    sexes, hidden = found["decision"]["by"]["sex"], found["hidden"]
    assert sexes["female"]["now"] == {"cases": None, "median_days": None, "longest_days": None}
    assert hidden["decision.now.sex.female"] == "few" and hidden["decision.now.sex.male"] == "withheld"
    assert found["decision"]["all"]["now"]["cases"] == 8
    own = told.ask("waits")
    assert own["hidden"] == {} and own["decision"]["by"]["sex"]["female"]["now"] == days(1, 99.0, 99)


def test_it_comes_out_alike_when_it_is_made_anew(told):
    opened(told, "a", 9)
    told.say("PlanAgreed", "a")
    told.say("CaseReopened", "a")
    before = told.ask("waits")
    told.net.runtimes["reporting"].rebuild("waits", lambda *_: None)
    assert told.ask("waits") == before and id_of("a")


@given(
    st.dictionaries(st.sampled_from(("male", "female", "other", "unknown")), st.integers(1, 9), min_size=1)
)
def test_no_hidden_number_of_a_group_can_be_worked_out(counts):
    groups = {("sex", code): days(count, 1.0, 1) for code, count in counts.items()}
    groups["all", ""] = days(sum(counts.values()), 1.0, 1)
    sums = {(wait, when): groups for wait in ("decision", "place") for when in ("now", "over")}
    told = small_cells.waits(sums, hides=True)
    cells = told["decision"]["by"]["sex"]
    unseen = [code for code, each in cells.items() if each["now"]["cases"] is None]
    assert all(count >= SMALL or code in unseen for code, count in counts.items())
    assert len(unseen) != 1 and all(cells[code]["now"]["median_days"] is None for code in unseen)
    assert {f"decision.now.sex.{code}" for code in unseen} <= {*told["hidden"]}


@pytest.mark.parametrize(
    ("least", "most", "band"),
    [(60, 64, "60-69"), (55, 64, UNKNOWN), (80, 109, "80-"), (0, 4, "0-14"), (None, None, UNKNOWN)],
)
def test_an_age_is_in_a_band_only_if_it_is_wholly_in_it(least, most, band):
    assert band_of(least, most) == band and band in WAIT_AGES
