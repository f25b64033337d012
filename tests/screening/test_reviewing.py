"""A meeting looks back on what became of somebody: through the doors, to the problem log and a trial of rules."""

import pytest

from services.codes import reviews
from services.codes.problems import PROBLEM_REASONS, SIGNS
from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused, Stale
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.screening.service import ScreeningService
from tests.screening.test_drafting import NORTH, RULES, cases_of, drafted, older_from, tried
from tests.screening.test_meetings import ask, call, screened, tell
from tests.screening.test_service import MINISTRY, MORNING

MEMBER = {"user": "member-60", "role": "member"}
NEIGHBOUR = {"user": "worker-61", "centres": ("61",)}
THREE = [
    {"name": "นางประธาน ใจดี", "role": "chair", "vote": "agree"},
    {"name": "นายเลขา ขยัน", "role": "secretary", "vote": "agree"},
    {"name": "แพทย์หญิงสุดา", "role": "specialist", "vote": "agree"},
]
HOME = {"relative": "พี่สาว", "agreed": True, "visited": True, "risk": "none"}
FOUND = {"findings": ["not_wished", "left_alone"], "found": "อยากอยู่ใกล้ลูก", "lesson": "ถามก่อนเลือก"}


@pytest.fixture
def net(network):
    services = [IntakeService, ScreeningService, PartnersService, ReferralService]
    return network(services, SimulatedClock(MORNING))


@pytest.fixture
def case_id(net):
    return screened(net)


@pytest.fixture
def meeting_id(net):
    return call(net)["meeting_id"]


def placed(net, case_id, programme_id=None):
    """A new placement of a case: at a programme, or with the family."""
    path = "foundation" if programme_id else "return_family"
    plan = {"case_id": case_id, "members": THREE, "path": path, "why": "ใกล้บ้าน", "goals": []}
    net.call("screening", "agree_plan", plan | ({"programme_id": programme_id} if programme_id else {}))
    where = {"programme_id": programme_id} if programme_id else {"family": HOME}
    body = {"case_id": case_id, **where, "consent": {"status": "given"}}
    referral_id = net.call("referral", "send", body)["referral_id"]
    net.settle()
    for step in ("accept", "admit", "confirm"):
        net.call("referral", "step", {"referral_id": referral_id, "step": step})
    net.settle()
    return referral_id


def review(net, meeting_id, case_id, body=FOUND, **more):
    tell(net, "table", meeting_id, {"case_id": case_id, "reason": "outcome_review"})
    return tell(net, "review", meeting_id, {"case_id": case_id, **body, **more})


def of_case(net, case_id, **who):
    return net.call("screening", "reviews", {"case_id": case_id}, **who)["items"]


def test_what_a_meeting_finds_of_the_latest_placement_is_kept_with_what_had_led_to_it(
    net, case_id, meeting_id
):
    referral_id = placed(net, case_id)
    plan = net.call("screening", "plan", {"case_id": case_id})
    told = review(net, meeting_id, case_id)
    [found] = of_case(net, case_id)
    assert found["review_id"] == told["review_id"] and found["referral_id"] == referral_id
    assert (found["plan_id"], found["meeting_id"]) == (plan["plan_id"], meeting_id)
    assert found["screening_id"] == net.call("screening", "screening", {"case_id": case_id})["screening_id"]
    assert (found["findings"], found["found"], found["lesson"]) == (
        ["not_wished", "left_alone"], "อยากอยู่ใกล้ลูก", "ถามก่อนเลือก",
    )  # fmt: skip
    [item] = ask(net, meeting_id)["agenda"]
    assert item["review"] == found and item["plan_id"] is None
    assert net.call("screening", "meetings")["items"][0]["decided"] == 1
    assert of_case(net, case_id, **MEMBER) == [found]
    for stranger in (NEIGHBOUR, MINISTRY):
        with pytest.raises((NotFound, Forbidden)):
            of_case(net, case_id, **stranger)


def test_what_was_looked_back_on_is_no_case_that_the_meeting_leaves_undecided(net, case_id, meeting_id):
    other = screened(net)
    tell(net, "table", meeting_id, {"case_id": other})
    review(net, meeting_id, case_id)
    tell(net, "close_meeting", meeting_id)
    closing = (
        net.runtimes["screening"].read(lambda db: net.runtimes["screening"].log.facts(db, 0, 1000))[-1].event
    )
    assert closing.undecided == [other]
    with pytest.raises(Refused, match="wrong_state"):
        tell(net, "review", meeting_id, {"case_id": case_id, **FOUND})


def test_until_it_is_closed_a_meeting_may_find_otherwise_and_a_later_one_too(net, case_id, meeting_id):
    review(net, meeting_id, case_id)
    version = ask(net, meeting_id)["version"]
    tell(net, "review", meeting_id, {"case_id": case_id, "findings": ["as_meant"]}, if_match=version)
    with pytest.raises(Stale):
        tell(net, "review", meeting_id, {"case_id": case_id, "findings": ["too_late"]}, if_match=version)
    [found] = of_case(net, case_id)
    assert (found["findings"], found["found"], found["lesson"]) == (["as_meant"], None, None)
    net.clock.advance(days=1)
    later = call(net)["meeting_id"]
    review(net, later, case_id, {"findings": ["not_known", "not_known"]})
    assert [each["findings"] for each in of_case(net, case_id)] == [["not_known"], ["as_meant"]]


def test_a_closed_case_is_looked_back_on_and_a_referral_of_another_case_is_not(net, case_id, meeting_id):
    referral_id = placed(net, case_id)
    net.call("intake", "close_case", {"case_id": case_id, "reason": "goal_reached"})
    net.settle()
    with pytest.raises(Refused, match="case_closed"):
        tell(net, "table", meeting_id, {"case_id": case_id})
    review(net, meeting_id, case_id, referral_id=referral_id)
    assert of_case(net, case_id)[0]["referral_id"] == referral_id
    other = screened(net)
    with pytest.raises(Invalid) as refused:
        review(net, meeting_id, other, referral_id=referral_id)
    assert [*refused.value.errors] == ["referral_id"]
    review(net, meeting_id, other)
    assert of_case(net, other)[0]["referral_id"] is None  # nobody was sent anywhere
    for wrong in ({"findings": []}, {"findings": ["guilty"]}, {"findings": None}):
        with pytest.raises(Invalid) as refused:
            tell(net, "review", meeting_id, {"case_id": other, **wrong})
        assert {name.partition(".")[0] for name in refused.value.errors} == {"findings"}
    with pytest.raises(Refused, match="wrong_state"):
        tell(net, "review", meeting_id, {"case_id": screened(net), "findings": ["as_meant"]})


def test_which_referrals_were_looked_back_on_can_be_asked_for(net, case_id, meeting_id):
    referral_id = placed(net, case_id)
    asked = {"referral_ids": [referral_id, "someone-elses"]}
    assert net.call("screening", "reviewed", asked)["items"] == []
    review(net, meeting_id, case_id)
    assert net.call("screening", "reviewed", asked)["items"] == [referral_id]


def test_the_words_go_with_the_person_and_what_was_found_stays(net, case_id, meeting_id):
    placed(net, case_id)
    review(net, meeting_id, case_id)
    asked = {"case_id": case_id, "reason": "ordered"}
    net.call("intake", "request_erasure", asked, user="director-60", role="director")
    net.call("intake", "confirm_erasure", {"case_id": case_id}, user="deputy-60", role="director")
    net.settle()
    [item] = ask(net, meeting_id)["agenda"]
    assert (item["review"]["findings"], item["review"]["found"]) == (["not_wished", "left_alone"], None)
    assert of_case(net, case_id) == [item["review"]]
    with pytest.raises(Refused, match=r"erased|wrong_state"):
        tell(net, "review", meeting_id, {"case_id": case_id, **FOUND})


def test_reviews_that_find_a_place_otherwise_than_registered_are_a_problem_of_the_registry(net, meeting_id):
    body = {"name": "มูลนิธิ", "kind": "foundation", "under_ministry": False, "province": "60"}
    partner_id = net.call("partners", "register_partner", body)["partner_id"]
    offer = {
        "partner_id": partner_id, "name": "ที่พัก", "path": "foundation", "rules": {},
        "capacity": {"total": 40, "free": 30},
    }  # fmt: skip
    programme_id = net.call("partners", "offer_programme", offer)["programme_id"]
    sign = SIGNS[reviews.OTHERWISE]
    otherwise = {"findings": [reviews.OTHERWISE, "unsuited"]}
    net.clock.advance(days=1)

    def problems():
        net.settle()
        return net.call("partners", "problems", {"status": "open"})["items"]

    for _ in range(sign.least):
        assert problems() == []
        case_id = screened(net)
        placed(net, case_id, programme_id)
        review(net, meeting_id, case_id, otherwise)
    [problem] = problems()
    assert (problem["reason"], problem["declines"], problem["of"]) == (
        reviews.OTHERWISE,
        sign.least,
        sign.least,
    )
    assert problem["proposal"] == {"action": "confirm", "before": {}, "after": {"what": ["rules"]}}
    assert reviews.OTHERWISE in PROBLEM_REASONS
    # The same person's placement counts once, as it was found last.
    review(net, meeting_id, case_id, {"findings": ["as_meant"]})
    assert problems() == []


def test_the_read_models_are_the_same_when_they_are_made_anew(net, case_id, meeting_id):
    placed(net, case_id)
    review(net, meeting_id, case_id)
    before = ask(net, meeting_id), of_case(net, case_id)
    for service in ("screening", "partners"):
        net.runtimes[service].rebuild(None, lambda done, total: None)
        assert net.runtimes[service].verify() == []
    assert (ask(net, meeting_id), of_case(net, case_id)) == before


def test_every_finding_concerns_somebody_who_reads_it():
    assert {reviews.about(code) for code in reviews.FINDINGS} == {*reviews.REVIEW_SUBJECTS}
    assert reviews.about("newer") == reviews.NOBODY
    assert [reviews.OTHERWISE] == reviews.findings_about(reviews.REGISTRY)


def test_what_reviews_found_stands_beside_a_draft_that_would_change_those_cases(net, meeting_id):
    cases_of(net, centre="60", count=2, age=62)
    cases_of(net, centre="60", count=1, age=70)
    for row in net.call("intake", "cases")["items"]:
        review(net, meeting_id, row["case_id"], {"findings": ["rules_misled", "too_late"]})
    draft_id = drafted(net, older_from(65))["draft_id"]
    assert tried(net, draft_id, NORTH)["reviewed"] == {"rules_misled": 2, "too_late": 2}
    assert tried(net, draft_id, RULES)["reviewed"] == {}  # of fewer than five in other centres
