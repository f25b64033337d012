"""The whole main job by three people: at the desk, on a phone in a ward, and where no script runs."""

import pytest

from tests.browser import steps
from tests.browser.visitor import DESKTOP, NO_SCRIPT, PHONE


@pytest.mark.parametrize("device", [DESKTOP, PHONE, NO_SCRIPT], ids=["desktop", "phone", "without scripts"])
def test_a_person_is_taken_from_the_street_to_a_place_outside_the_ministry_by_three_people(come, device):
    worker, director, partner = come("worker-60", device), come("director-60", device), come(None, device)
    before = steps.placed_outside(director)
    case = steps.open_case(worker, "เดินเรื่องจริง")
    steps.screen(worker, case)
    steps.choose_place(worker, case)
    steps.agree(director, case)
    referral = steps.refer(worker, case)
    steps.enter(partner, steps.make_link(worker, referral))
    assert "เดินเรื่องจริง" not in partner.page.content()
    steps.accept(partner)
    steps.place(worker, referral)
    director.until(lambda: steps.placed_outside(director) == before + 1)
