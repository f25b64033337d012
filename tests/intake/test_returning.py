"""Who comes back after a placement that was over, and how soon."""

from datetime import date

import pytest

from services.codes.following import RETURNED, RETURNED_BY
from services.intake.domain.case import CASE, NoteReturn
from services.intake.domain.returning import Episode, within
from services.intake.events import CaseClosed, CaseReopened, PersonReturned
from tests.intake.samples import CASE as CASE_ID
from tests.intake.samples import OPENED, PERSON
from tests.spec import Spec

case = Spec(CASE)
ENDED = date(2025, 8, 31)
EARLIER = Episode("c-0", "r-0", "foundation", ENDED)


def back(days, within, referral_id="r-0", because="reopened"):
    return PersonReturned(
        CASE_ID, PERSON, "c-0", referral_id, "foundation", "2025-08-31", days, within, because
    )


@pytest.mark.parametrize(
    ("on", "months"),
    [
        (date(2025, 8, 30), None),
        (date(2025, 8, 31), "6"),
        (date(2026, 2, 28), "6"),  # there is no 31st of February
        (date(2026, 3, 1), "12"),
        (date(2026, 8, 31), "12"),
        (date(2026, 9, 1), "24"),
        (date(2027, 8, 31), "24"),
        (date(2027, 9, 1), None),
    ],
)
def test_how_soon_somebody_came_back_is_counted_in_months_of_the_calendar(on, months):
    assert within(ENDED, on) == months


def test_a_return_within_two_years_is_noted_once_after_each_placement():
    note = NoteReturn(CASE_ID, EARLIER, date(2025, 9, 20), "reopened")
    case.given(OPENED).when(note).then(back(20, "6"))
    case.given(OPENED, back(20, "6")).when(note).then()
    later = NoteReturn(CASE_ID, Episode("c-0", "r-1", "foundation", ENDED), date(2026, 9, 1), "said")
    case.given(OPENED, back(20, "6")).when(later).then(back(366, "24", "r-1", "said"))


def test_whoever_comes_after_two_years_or_before_the_end_is_no_return():
    for on in (date(2027, 9, 1), date(2025, 8, 1)):
        case.given(OPENED).when(NoteReturn(CASE_ID, EARLIER, on, "reopened")).then()
    case.given().when(NoteReturn(CASE_ID, EARLIER, date(2025, 9, 1), "reopened")).refused("wrong_state")


def test_whose_death_was_noted_by_mistake_was_not_away():
    note = NoteReturn(CASE_ID, EARLIER, date(2025, 9, 20), "reopened")
    dead = CaseClosed(CASE_ID, PERSON, "died", None)
    again = CaseReopened(CASE_ID, PERSON, "closed_by_mistake", None)
    case.given(OPENED, dead, again).when(note).then()
    case.given(OPENED, CaseClosed(CASE_ID, PERSON, "goal_reached", None), again).when(note).then(
        back(20, "6")
    )
    case.given(OPENED, dead, again, CaseClosed(CASE_ID, PERSON, "left", None), again).when(note).then(
        back(20, "6")
    )


def test_the_codes_are_those_that_are_told():
    assert list(RETURNED) == ["6", "12", "24"] and {"reopened", "same_identifier"} <= {*RETURNED_BY}
