"""Who comes after a placement by another centre: both are told as much as each may know of the other, and no more."""

from copy import deepcopy

import pytest

from services.intake.service import IntakeService
from services.kernel.local import SimulatedClock
from tests.intake.test_service import (
    BODY,
    MEMBER,
    MINISTRY,
    MONDAY,
    NEIGHBOUR,
    NOBODY,
    REFERRALS,
    Partners,
    PlacementConfirmed,
    Referral,
    ReferralEnded,
    ReferralEnteredInError,
    ReferralSent,
    Screening,
    opened,
    read,
    said,
)

THERE = {**BODY, "centre": "61"}
DIRECTOR_61 = {"user": "director-61", "role": "director", "centres": ("61",)}


@pytest.fixture
def net(network):
    return network([IntakeService, Screening, Referral, Partners], SimulatedClock(MONDAY))


@pytest.fixture
def ended(net):
    return placed(net, opened(net)["case_id"], "r")


def placed(net, case_id, referral_id, path="psychiatric_hospital"):
    """The case, whose placement was over forty days later, and which is closed since."""
    person_id = read(net, case_id)["person"]["person_id"]
    said(net, "referral", REFERRALS, referral_id, ReferralSent(case_id, person_id, referral_id, "given"))
    said(net, "referral", REFERRALS, referral_id, PlacementConfirmed(case_id, referral_id, path))
    net.clock.advance(days=40)
    said(net, "referral", REFERRALS, referral_id, ReferralEnded(case_id, referral_id))
    net.call("intake", "close_case", {"case_id": case_id, "reason": "moved"})
    net.clock.advance(days=100)
    return case_id


def events(net):
    runtime = net.runtimes["intake"]
    return runtime.read(lambda db: runtime.log.facts(db, 0, 1000))


def test_the_centre_where_somebody_comes_reads_how_soon_and_on_what_kind_of_path_and_nothing_else(net, ended):
    new = opened(net, THERE, **NEIGHBOUR)
    net.settle()
    case = read(net, new["case_id"], **NEIGHBOUR)
    assert case["returns"] == [] and new["maybe_known"] == []
    before = {"path_kind": "service", "within": "6", "because": "same_identifier"}
    assert case["elsewhere"] == {"before": [before], "since": []}
    theirs = {"user": "member-61", "role": "member", "centres": ("61",)}
    assert read(net, new["case_id"], **theirs)["elsewhere"] == case["elsewhere"]
    assert "elsewhere" not in read(net, new["case_id"], **MINISTRY)
    # Who reads the merged log, or the story, sees no more: these fields are shown to nobody.
    [fact] = [each for each in events(net) if each.type == "ReturnedFromElsewhere"]
    assert (fact.data["earlier_case_id"], fact.centre) == (ended, "61")


def test_the_centre_whose_placement_it_was_reads_that_and_not_where(net, ended):
    opened(net, THERE, **NEIGHBOUR)
    net.settle()
    case = read(net, ended)
    since = {"referral_id": "r", "path": "psychiatric_hospital", "within": "6"}
    assert case["elsewhere"] == {"before": [], "since": [since]}
    assert read(net, ended, **MEMBER)["elsewhere"] == case["elsewhere"]
    [fact] = [each for each in events(net) if each.type == "ReturnedElsewhere"]
    assert (fact.centre, fact.actor, fact.case_id) == ("60", "system", ended)
    assert "61" not in str({**fact.data, "person_id": "", "case_id": ""})
    [returned] = net.call("intake", "returned", {})["items"]
    assert (returned["case_id"], returned["referral_id"], returned["elsewhere"]) == (ended, "r", True)
    assert net.call("intake", "returned", {}, **NEIGHBOUR)["items"] == []
    assert net.runtimes["intake"].verify() == []


def test_a_placement_of_the_own_centre_that_was_over_later_is_the_one_that_counts(net, ended):
    new = opened(net, THERE, **NEIGHBOUR)["case_id"]
    net.settle()
    own = opened(net)["case_id"]  # the first centre's again: its own placement was over last of all
    [back] = read(net, own)["returns"]
    assert back["earlier_case_id"] == ended and read(net, own)["elsewhere"]["before"] == []
    person_id = read(net, new, **NEIGHBOUR)["person"]["person_id"]
    said(net, "referral", REFERRALS, "s", ReferralSent(new, person_id, "s", "given"), centre="61")
    said(net, "referral", REFERRALS, "s", PlacementConfirmed(new, "s", "local_home"), centre="61")
    net.clock.advance(days=10)
    said(net, "referral", REFERRALS, "s", ReferralEnded(new, "s"), centre="61")
    last = opened(net)["case_id"]
    [before] = read(net, last)["elsewhere"]["before"]
    assert (before["path_kind"], read(net, last)["returns"]) == ("residence", [])
    items = net.call("intake", "returned", {"limit": 1})
    assert len(items["items"]) == 1 and items["next"]
    rest = net.call("intake", "returned", {"limit": 1, "cursor": items["next"]})["items"]
    assert {each["elsewhere"] for each in (*items["items"], *rest)} == {True, False}


def test_whose_number_becomes_known_later_is_linked_then(net, ended):
    new = opened(net, {**NOBODY, "centre": "61"}, **NEIGHBOUR)["case_id"]
    assert read(net, new, **NEIGHBOUR)["elsewhere"]["before"] == []
    net.clock.advance(days=200)
    about = {"case_id": new, "reason": "learned", "person": BODY["person"]}
    net.call("intake", "correct_person", about, **NEIGHBOUR)
    [before] = read(net, new, **NEIGHBOUR)["elsewhere"]["before"]
    assert before["within"] == "6"  # when they came, not when they were known
    net.call("intake", "correct_person", {**about, "note": "อีกครั้ง"}, **NEIGHBOUR)
    net.settle()
    assert [each.type for each in events(net)].count("ReturnedElsewhere") == 1
    here = opened(net, NOBODY)["case_id"]
    net.call("intake", "correct_person", {**about, "case_id": here})
    assert [each["because"] for each in read(net, here)["returns"]] == ["same_identifier"]


def test_a_name_or_a_number_that_is_in_doubt_links_nobody_to_another_centre(net, ended):
    person = deepcopy(BODY["person"])
    person.pop("national_id")
    net.settle()
    for known in (
        person,
        {**person, "national_id": "1234567890120"},
        {**person, "national_id": "1112223334445"},
    ):
        new = opened(net, {**THERE, "person": known}, **NEIGHBOUR)["case_id"]
        assert read(net, new, **NEIGHBOUR)["elsewhere"] == {"before": [], "since": []}


def test_nobody_comes_back_from_what_holds_was_an_error_is_long_over_or_was_erased(net, ended):
    holds = opened(net, NOBODY)["case_id"]
    net.call("intake", "correct_person", {"case_id": holds, "reason": "learned", "person": BODY["person"]})
    person_id = read(net, holds)["person"]["person_id"]
    said(net, "referral", REFERRALS, "s", ReferralSent(holds, person_id, "s", "given"))
    said(net, "referral", REFERRALS, "s", PlacementConfirmed(holds, "s"))
    said(net, "referral", REFERRALS, "r", ReferralEnteredInError(ended, "r"))
    new = opened(net, THERE, **NEIGHBOUR)["case_id"]
    assert read(net, new, **NEIGHBOUR)["elsewhere"]["before"] == []


def test_after_two_years_nobody_is_told_anything(net, ended):
    net.clock.advance(days=1000)
    new = opened(net, THERE, **NEIGHBOUR)["case_id"]
    net.settle()
    assert read(net, new, **NEIGHBOUR)["elsewhere"]["before"] == []
    assert read(net, ended)["elsewhere"]["since"] == []


def test_a_case_that_is_handed_over_takes_no_more_of_its_earlier_one_with_it(net, ended):
    own = opened(net)["case_id"]
    assert len(read(net, own)["returns"]) == 1
    asked = {"case_id": own, "to": "61", "reason": "domicile"}
    net.call("intake", "request_transfer", asked)
    net.call("intake", "accept_transfer", {"case_id": own}, **DIRECTOR_61)
    case = read(net, own, **NEIGHBOUR)
    assert case["returns"] == []
    assert case["elsewhere"]["before"] == [
        {"path_kind": "service", "within": "6", "because": "same_identifier"}
    ]


def test_what_is_told_goes_with_a_case_that_was_handed_over_meanwhile(net, ended):
    net.call("intake", "reopen_case", {"case_id": ended, "reason": "more_help"})
    net.call("intake", "request_transfer", {"case_id": ended, "to": "62", "reason": "domicile"})
    there = {"user": "director-62", "role": "director", "centres": ("62",)}
    net.call("intake", "accept_transfer", {"case_id": ended}, **there)
    net.clock.advance(days=1)
    opened(net, THERE, **NEIGHBOUR)
    net.settle()
    [since] = read(net, ended, **there)["elsewhere"]["since"]
    assert since["referral_id"] == "r"
    [fact] = [each for each in events(net) if each.type == "ReturnedElsewhere"]
    assert fact.centre == "62"


def test_the_read_models_are_the_same_when_they_are_made_anew(net, ended):
    new = opened(net, THERE, **NEIGHBOUR)["case_id"]
    net.settle()
    before = read(net, new, **NEIGHBOUR), read(net, ended)
    net.runtimes["intake"].rebuild(None, lambda done, total: None)
    assert (read(net, new, **NEIGHBOUR), read(net, ended)) == before
