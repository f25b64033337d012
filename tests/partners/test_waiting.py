"""Who waits, in columns, agrees with judging each person and place by itself, however the columns came to be."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.partners.domain.ranking import ELIGIBILITY
from services.partners.domain.waiting import Judge, Waiter, Waiting, queue, shift
from tests.partners.test_ranking import (
    BEST,
    PERSON,
    offers,
    programmes,
    screenings,
    slow_eligibility,
    slow_lot,
    slow_no,
)

TODAY = date(2026, 3, 2)
people = st.lists(screenings, max_size=6).map(
    lambda found: {
        f"case {number}": Waiter(replace(each, case_id=f"case {number}"), TODAY - timedelta(days=number % 3))
        for number, each in enumerate(found)
    }
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(people, st.lists(offers, min_size=1, max_size=4))
def test_everybody_is_judged_as_alone(everybody, offers):
    waiting = Waiting().updated(1, everybody)
    judging = Judge(waiting, TODAY)
    for offer in programmes(offers):
        verdicts = judging.verdicts(offer)
        for case_id, slot in waiting.index.items():
            whatever_was_said = replace(everybody[case_id].screened, declined={})  # `queue` leaves those out
            assert ELIGIBILITY[verdicts[slot]] == slow_eligibility(offer, whatever_was_said)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(people, people, offers)
def test_columns_that_were_changed_bit_by_bit_equal_those_made_at_once(before, after, offer):
    [offer] = programmes([offer])
    waiting = Waiting().updated(1, before)
    for position, case_id in enumerate(sorted(before.keys() | after.keys()), start=2):
        waiting = waiting.updated(position, {case_id: after.get(case_id)})
    at_once = Waiting().updated(9, after)
    assert waiting.here.sum() == len(after) and len(waiting.ids) <= max(len(before), len(after)) + len(after)
    for each in (waiting, at_once):
        ruled_out = [case_id for case_id, waiter in after.items() if slow_no(offer, waiter.screened)]
        order = queue(each, offer, TODAY, ["case 1"], each.here, ruled_out).order
        assert [each.ids[slot] for slot in order] == slow_queue(after, offer)


def slow_queue(everybody, offer):
    def place(case_id):
        screened, opened = everybody[case_id]
        path = offer["path"]
        leading = screened.paths[:1] if screened.leads is None else screened.leads
        return (
            ELIGIBILITY.index(slow_eligibility(offer, screened)),
            0 if path in leading else 1 if path in screened.paths else 2,
            path not in screened.facts.get("wants", []),
            offer["province"] not in [home["province"] for home in screened.facts.get("domicile", [])],
            case_id == "case 1",
            opened,
            slow_lot(f"{offer['programme_id']}/{TODAY}", case_id),
        )

    fitting = [
        each for each in everybody if slow_eligibility(offer, everybody[each].screened) != "ineligible"
    ]
    return sorted(fitting, key=place)


def test_what_a_change_of_rules_does_is_the_best_of_the_programmes_concerned():
    ages = {"young": 57, "old": 85}
    everybody = {
        name: Waiter(
            replace(PERSON, case_id=name, facts={"age": {"on": "2026-03-02", "min": age, "max": age}}), TODAY
        )
        for name, age in ages.items()
    }
    waiting = Waiting().updated(1, everybody)
    concerned = programmes([BEST | {"rules": {"min_age": 60}}, BEST | {"rules": {"min_age": 99}}])

    def changed(offer):
        return offer | {"rules": {"min_age": 50, "max_age": 80}}

    moved = shift(waiting, concerned, changed, TODAY)
    young, old = (waiting.index[name] for name in ages)
    assert (moved.gained[young], moved.lost[young]) == (True, False)
    assert (moved.gained[old], moved.lost[old]) == (False, True)
    assert waiting.by_centre(moved.lost) == {"60": 1} and waiting.size() > 0


def test_somebody_whose_birthday_came_since_is_judged_by_the_age_of_today():
    told = {"age": {"on": "2025-03-02", "min": 59, "max": 59}}
    waiting = Waiting().updated(1, {"case": Waiter(replace(PERSON, case_id="case", facts=told), TODAY)})
    [offer] = programmes([BEST | {"rules": {"min_age": 60}}])
    assert [ELIGIBILITY[Judge(waiting, day).verdicts(offer)[0]] for day in (date(2025, 3, 2), TODAY)] == [
        "ineligible", "eligible",
    ]  # fmt: skip
