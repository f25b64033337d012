"""A case goes to another centre, in all services of one network, on both databases: whose it is then, who reads what,
and what goes along."""

from contextlib import suppress
from datetime import timedelta
from itertools import permutations
from random import Random

import pytest

from services.kernel import owners
from services.kernel.errors import Forbidden, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.reporting.service import ReportingService
from tests.referral.story import MONDAY, SERVICES, Story

A, B, C = "60", "61", "62"
LISTENERS = ("screening", "partners", "referral", "reporting")


@pytest.fixture
def story(network):
    made = Story(network(SERVICES, SimulatedClock(MONDAY)), Random(1))
    made.open_case(A, "none", 0)
    [made.case_id] = made.cases
    made.net.settle()
    return made


def worker(centre):
    return {"user": f"worker-{centre}", "centres": (centre,)}


def director(centre):
    return {"user": f"director-{centre}", "role": "director", "centres": (centre,)}


def request(story, to=B, by=A, **more):
    body = {"case_id": story.case_id, "to": to, "reason": "domicile", "note": "โทรหาญาติแล้ว", **more}
    return story.net.call("intake", "request_transfer", body, **worker(by))


def answer(story, door, centre=B, **more):
    body = {"case_id": story.case_id, **more}
    return story.net.call("intake", f"{door}_transfer", body, **director(centre))


def hand_over(story, to=B, by=A):
    request(story, to, by)
    return answer(story, "accept", to)


def ask(story, service, door, who, **body):
    return story.net.call(service, door, {"case_id": story.case_id, **body}, **who)


def waiting(story, centre=B, **more):
    return story.net.call("intake", "transfers", more, **director(centre))["items"]


def screen(story, centre):
    return ask(
        story,
        "screening",
        "complete",
        worker(centre),
        facts={"housing": "street", "income_sufficient": False},
    )


def referred(story):
    """A case of the first centre with a plan and a referral of which the partner was told."""
    screen(story, A)
    story.plan(story.case_id, "foundation", (), 0)
    story.net.settle()
    story.send(story.case_id, story.programmes[0], False, 0)
    story.net.settle()
    [referral_id] = story.referrals
    story.net.clock.advance(minutes=20)
    assert story.step(referral_id, "told", 0)
    story.net.settle()
    story.net.clock.advance(minutes=20)
    return referral_id


def test_a_request_is_read_in_codes_by_the_other_centres_director_alone_and_that_is_noted(story):
    request(story)
    [item] = waiting(story)
    assert (item["from_centre"], item["to_centre"], item["status"]) == (A, B, "waiting")
    assert item["about"]["sex"] == "male" and item["about"]["status"] == "open"
    assert item["reason"] == "domicile" and "note" not in item and item["may"] == ["accept", "reject"]
    assert story.net.call("intake", "transfers", {}, **worker(B))["items"] == []
    assert waiting(story, C) == []
    with pytest.raises(NotFound):
        ask(story, "intake", "case", director(B))
    runtime = story.net.runtimes["intake"]
    noted = runtime.read(
        lambda db: runtime.log.rows(db, "SELECT who, what FROM access_record WHERE who = ?", "director-61")
    )
    assert [tuple(each) for each in noted] == [("director-61", "transfer")]
    [own] = story.net.call("intake", "transfers", {"direction": "out"}, **worker(A))["items"]
    assert own["note"] == "โทรหาญาติแล้ว" and own["may"] == ["revoke"]
    assert story.net.call("intake", "transfers", {"direction": "in"}, **worker(A))["items"] == []


def test_who_may_ask_and_answer(story):
    with pytest.raises(NotFound):
        request(story, by=C)
    request(story)
    with pytest.raises(Forbidden):
        story.net.call("intake", "accept_transfer", {"case_id": story.case_id}, **worker(B))
    for centre in (A, C):
        with pytest.raises(NotFound):
            answer(story, "accept", centre)
    with pytest.raises(NotFound):
        story.net.call("intake", "revoke_transfer", {"case_id": story.case_id}, **worker(B))
    with pytest.raises(Refused, match="wrong_state"):
        request(story, to=C)


def test_with_the_yes_the_case_is_the_other_centres_everywhere(story):
    referral_id = referred(story)
    hand_over(story)
    story.net.settle()
    assert ask(story, "intake", "case", worker(B))["centre"] == B
    for service, door in (("intake", "case"), ("screening", "screening"), ("intake", "consents")):
        with pytest.raises(NotFound):
            ask(story, service, door, worker(A))
    assert ask(story, "screening", "screening", worker(B))["screening_id"]
    assert ask(story, "screening", "plan", worker(B))["path"] == "foundation"
    assert ask(story, "partners", "matches", worker(B), limit=5)["candidates"]
    read = {"referral_id": referral_id}
    assert story.net.call("referral", "referral", read, **worker(B))["centre"] == B
    with pytest.raises(NotFound):
        story.net.call("referral", "referral", read, **worker(A))
    listed = {c: story.net.call("referral", "referrals", {}, **worker(c))["items"] for c in (A, B)}
    assert (len(listed[A]), len(listed[B])) == (0, 1)
    assert [story.net.call("intake", "cases", {}, **worker(c))["items"] != [] for c in (A, B)] == [
        False,
        True,
    ]
    assert [story.net.call("intake", "work", {}, **director(c))["items"] != [] for c in (A, B)] == [
        False,
        True,
    ]
    for name, runtime in story.net.runtimes.items():
        assert runtime.read(lambda db: owners.get(db, story.case_id)) == B, name


def test_what_was_under_way_goes_on_in_the_other_centre(story):
    referral_id = referred(story)
    hand_over(story)
    partner = story.partner_of[story.programmes[0]]
    as_partner = {"user": "p", "role": "partner", "centres": (), "partner": partner}
    body = {"referral_id": referral_id, "step": "accept"}
    assert story.net.call("referral", "step", body, **as_partner)["status"] == "accepted"
    story.net.clock.advance(minutes=20)
    admit = {"referral_id": referral_id, "step": "admit"}
    assert story.net.call("referral", "step", admit, **worker(B))["status"] == "admitted"
    story.net.settle()
    [last] = [fact for fact in story.facts("referral") if fact.type == "PersonAdmitted"]
    assert last.centre == B and not list(story.broken())
    [item] = story.net.call("intake", "work", {}, **director(B))["items"]
    assert item["next"] == "confirm_placement" and item["owner"] == "director-61"


def test_a_deadline_that_comes_later_is_the_new_owners(story):
    referral_id = referred(story)
    hand_over(story)
    story.net.settle()
    story.net.clock.advance(days=60)
    story.net.settle()
    [expired] = [fact for fact in story.facts("referral") if fact.type == "ReferralExpired"]
    assert (expired.centre, expired.data["referral_id"]) == (B, referral_id)
    assert [fact.centre for fact in story.facts("partners") if fact.type == "PlaceReleased"] == [B]


def test_the_old_centre_reads_what_it_wrote_and_of_the_rest_that_it_went(story):
    screen(story, A)
    hand_over(story)
    story.net.settle()
    story.net.clock.advance(days=1)
    screen(story, B)
    story.net.settle()
    handed_on = ask(story, "intake", "handed_on", worker(A))
    assert (handed_on["to_centre"], handed_on["person"]["sex"]) == (B, "male")
    told = [each["type"] for each in ask(story, "reporting", "timeline", worker(A))["items"]]
    assert told.count("ScreeningCompleted") == 1 and told[-1] == "CaseTransferAccepted"
    whole = [each["type"] for each in ask(story, "reporting", "timeline", worker(B))["items"]]
    assert whole.count("ScreeningCompleted") == 2
    for door, service in (("timeline", "reporting"), ("handed_on", "intake")):
        with pytest.raises(NotFound):
            ask(story, service, door, worker(C))


def test_what_the_new_centre_corrects_is_not_the_old_ones_to_read(story):
    hand_over(story)
    person = {
        "identity_status": "claimed", "name": {"first": "สมชาย"}, "sex": "male", "nationality": "thai",
        "domicile": [],
    }  # fmt: skip
    story.net.clock.advance(days=1)
    ask(story, "intake", "correct_person", worker(B), person=person, reason="learned")
    assert ask(story, "intake", "handed_on", worker(A))["person"]["identity_status"] == "unknown"
    assert ask(story, "intake", "case", worker(B))["person"]["name"]["first"] == "สมชาย"
    assert story.net.call("intake", "search", {"q": "สมชาย"}, **worker(B))["items"]
    assert not story.net.call("intake", "search", {"q": "สมชาย"}, **worker(A))["items"]


def test_each_step_is_counted_once_for_the_centre_that_did_it(story):
    screen(story, A)
    hand_over(story)
    story.net.settle()
    story.net.clock.advance(days=1)
    story.cases[story.case_id] = B
    story.plan(story.case_id, "foundation", (), 0)
    story.net.settle()
    counted = {
        centre: story.net.call("reporting", "overview", {}, centres=centres)["cases"]
        for centre, centres in {A: (A,), B: (B,), "both": (A, B)}.items()
    }
    figures = {c: (row["opened"], row["screened"], row["planned"]) for c, row in counted.items()}
    assert figures == {A: (1, 1, 0), B: (0, 0, 1), "both": (1, 1, 1)}


def test_the_same_in_every_order_of_hearing(story):
    """A to B to A: whoever hears it in whatever order ends with the same owner, and a rebuild says the same."""
    hand_over(story, B, A)
    hand_over(story, A, B)
    for order in permutations(LISTENERS):
        for listener in order:
            story.net.hear(listener, "intake", 1)
    story.net.settle()
    for name, runtime in story.net.runtimes.items():
        assert runtime.read(lambda db: owners.get(db, story.case_id)) == A, name
    assert ask(story, "screening", "screening", worker(A)) is None
    with pytest.raises(NotFound):
        ask(story, "screening", "screening", worker(B))


def test_a_late_fact_of_the_old_centre_takes_nothing_back(story):
    """Screening has not heard that the case went when the old centre screens once more: it is that centre's work, and
    the other's case."""
    hand_over(story)
    screen(story, A)
    story.net.settle()
    assert ask(story, "screening", "screening", worker(B))["completed_by"] == "worker-60"
    with pytest.raises(NotFound):
        ask(story, "screening", "screening", worker(A))
    for name, runtime in story.net.runtimes.items():
        runtime.rebuild(None, lambda done, total: None)
        assert runtime.verify() == [], name
    assert ask(story, "screening", "screening", worker(B))["completed_by"] == "worker-60"
    assert ask(story, "intake", "case", worker(B))["centre"] == B


def test_a_request_runs_out(story):
    request(story)
    [item] = waiting(story)
    story.net.clock.advance(days=30)
    story.net.settle()
    assert waiting(story, status="waiting") == []
    [over] = story.net.call("intake", "transfers", {}, **worker(A))["items"]
    assert (over["status"], over["why"]) == ("revoked", "ran_out") and item["due"] == over["due"]
    with pytest.raises(Refused):
        answer(story, "accept")


def test_the_case_goes_with_its_erasure_and_its_bed(story):
    story.give_bed(story.case_id, 3, 0)
    story.net.settle()
    hand_over(story)
    story.net.settle()
    [stay] = story.net.call("referral", "stays", {"status": "open"}, **worker(B))["items"]
    assert stay["centre"] == B
    ask(story, "intake", "request_erasure", director(B), reason="ordered")
    ask(story, "intake", "confirm_erasure", {**director(B), "user": "deputy-61"})
    story.net.settle()
    assert ask(story, "intake", "handed_on", worker(A))["person"]["name"] is None


def test_reporting_has_no_door_that_knows_more():
    assert ReportingService.runtime.wiring.projections[0] is owners.OWNERS


def test_when_it_happened_follows_what_was_before(story):
    request(story)
    with pytest.raises(Exception, match="before"), suppress(KeyError):
        story.net.call(
            "intake",
            "accept_transfer",
            {"case_id": story.case_id},
            at=MONDAY - timedelta(days=3),
            **director(B),
        )
