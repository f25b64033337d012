"""The one placement of a case: who may be promised it, who has it, and what closing does."""

import pytest

from services.referral.domain.placement import (
    EXCLUDES,
    MOVING,
    PLACEMENT,
    CloseReferrals,
    MoveReferral,
    ReopenReferrals,
)
from services.referral.domain.words import OVER, Status
from services.referral.events import CaseReferralsClosed, CaseReferralsReopened, PlacementMoved
from tests.referral.facts import CASE, OTHER, REFERRAL_ID
from tests.spec import Spec

placement = Spec(PLACEMENT)
closed, reopened = CaseReferralsClosed(case_id=CASE), CaseReferralsReopened(case_id=CASE)


def moving(status: Status, *others: str, closed: bool = False) -> MoveReferral:
    standing = {f"{OTHER}{n}": Status(other) for n, other in enumerate(others)}
    return MoveReferral(CASE, REFERRAL_ID, status, standing, closed)


def moved(status: Status) -> PlacementMoved:
    return PlacementMoved(case_id=CASE, referral_id=REFERRAL_ID, status=status.value)


@pytest.mark.parametrize("status", sorted(MOVING))
def test_a_referral_moves_once_and_again_is_nothing(status):
    placement.given().when(moving(status)).then(moved(status))
    placement.given(moved(status)).when(moving(status)).then()


@pytest.mark.parametrize(
    ("status", "other"),
    [
        ("sent", "accepted"),
        ("sent", "admitted"),
        ("accepted", "accepted"),
        ("accepted", "travelling"),
        ("accepted", "admitted"),
        ("admitted", "admitted"),
        ("admitted", "placed"),
        ("placed", "placed"),
    ],
)
def test_nobody_is_promised_or_has_two_places(status, other):
    placement.given().when(moving(Status(status), "sent", other)).refused("already_placed")
    placement.given().when(moving(Status(status), "sent")).then(moved(Status(status)))


@pytest.mark.parametrize("status", ["sent", "accepted"])
def test_who_lives_in_one_place_may_be_promised_the_next(status):
    placement.given().when(moving(Status(status), "placed")).then(moved(Status(status)))


def test_what_is_over_is_always_heard():
    for status in OVER:
        assert status not in EXCLUDES
        placement.given(closed).when(moving(status, "placed", closed=True)).then(moved(status))


@pytest.mark.parametrize("status", sorted(EXCLUDES))
def test_nothing_moves_on_in_a_closed_case(status):
    placement.given(closed).when(moving(status)).refused("case_closed")
    placement.given().when(moving(status, closed=True)).refused("case_closed")
    placement.given(closed, reopened).when(moving(status)).then(moved(status))


def test_whatever_excludes_another_or_ends_moves_the_placement():
    assert MOVING == OVER | {*EXCLUDES}


def test_closing_and_opening_again_are_heard_once():
    placement.given().when(CloseReferrals(CASE)).then(closed)
    placement.given(closed).when(CloseReferrals(CASE)).then()
    placement.given(closed).when(ReopenReferrals(CASE)).then(reopened)
    placement.given().when(ReopenReferrals(CASE)).then()
