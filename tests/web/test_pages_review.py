"""A no that a director reviews, on the pages of the director, of the centre's staff and of the partner."""

from uuid import uuid4

import pytest

from services.codes.declines import DECLINE_EFFECTS, DECLINE_REASONS, NOTHING, REVIEW_ASKS
from services.codes.steps import STEPS
from services.codes.work import STANDINGS
from tests.web.door import REVIEWED


@pytest.fixture
def reviewed(door, browser):
    """(world, the partner's user) of a no that its partner gave by its account, and that is reviewed."""
    world = door.world()
    user = f"partner-{uuid4().hex[:8]}"
    door.add(user, "partner", (), world.partner_id)
    door.made(f"/api/v1/referrals/{world.referral_id}/told", {"how": "phone"})
    door.reviewing()
    no = {"reason": REVIEWED, "whose": "partner"}
    door.made(f"/api/v1/referrals/{world.referral_id}/decline", no)
    return world, user


def test_the_director_sees_it_in_the_days_work_sends_it_back_and_the_partner_sees_what_is_asked(
    door, browser, reviewed
):
    world, user = reviewed
    path = f"/referrals/{world.referral_id}"
    director, worker, partner = browser("director-60"), browser("worker-60"), browser(user)
    found = door.wait(
        "/api/v1/work?limit=500",
        lambda found: "in_review" in {each["standing"] for each in found["items"]},
        "director-60",
    )
    [item] = [each for each in found["items"] if each["case_id"] == world.case_id]
    assert item["next"] == "review_no" and "escalated" in item["flags"]
    page = director.open(path)
    assert STANDINGS.word("in_review", "th") in page.text and f"{path}/uphold" in page.answer.text
    assert f"{path}/uphold" not in worker.open(path).answer.text
    assert worker.open(f"{path}/uphold").status == 409
    # The two ways stand beside each other, and neither is told of who may not choose.
    assert page.answer.text.index(f"{path}/uphold") < page.answer.text.index(f"{path}/take-back")
    sent_back = STEPS["take-back"].in_review
    assert sent_back and sent_back.words.th in page.text and sent_back.words.th not in worker.open(path).text
    waits = partner.open(f"/our-referrals/{world.referral_id}")
    assert "ผู้อำนวยการศูนย์จะอ่านคำตอบก่อน" in waits.text
    back = director.send(director.open(f"{path}/take-back"), asks="with_support")
    assert back.status == 200 and REVIEW_ASKS.word("with_support", "th") in back.text
    asked = partner.open(f"/our-referrals/{world.referral_id}")
    assert REVIEW_ASKS.word("with_support", "th") in asked.text
    assert f"/our-referrals/{world.referral_id}/accept" in asked.answer.text


def test_the_director_accepts_it_and_what_follows_follows(door, browser, reviewed):
    world, _ = reviewed
    path = f"/referrals/{world.referral_id}"
    director = browser("director-60")
    page = director.open(path)
    assert DECLINE_EFFECTS.word(NOTHING, "th") not in page.text  # nothing follows yet
    before = director.open(f"{path}/uphold")  # what is accepted, and what will follow
    assert (
        DECLINE_REASONS.word(REVIEWED, "th") in before.text
        and DECLINE_EFFECTS.word(NOTHING, "th") in before.text
    )
    done = director.send(before)
    assert done.status == 200 and DECLINE_EFFECTS.word(NOTHING, "th") in done.text
    referral = door.get(f"/api/v1{path}").json()
    assert (referral["place"], referral["in_review"], referral["final_at"]) == ("released", False, None)
    assert director.open(f"{path}/uphold").status == 409
