"""What is decided of a person on its day: rules, ages, closed paths and plans, through the doors of three services."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from services.intake.service import IntakeService
from services.kernel.errors import Invalid, NotFound, Refused
from services.kernel.local import SimulatedClock
from services.partners.service import PartnersService
from services.screening.service import ScreeningService
from tests.screening.test_service import CASE, FACTS, MEMBERS, complete, verdicts

DECEMBER = datetime(2026, 12, 1, 2, tzinfo=UTC)
HOME = {"name": "บ้านพัก", "kind": "pao_home", "under_ministry": False, "province": "60"}


@pytest.fixture
def late(network):
    """In force of version 2569-2, with partners."""
    return network([IntakeService, ScreeningService, PartnersService], SimulatedClock(DECEMBER))


def opened(net, at=None, **person):
    body = {**CASE, "person": {**CASE["person"], **person}}
    return net.call("intake", "open_case", body, at=at)["case_id"]


def test_each_screening_uses_the_rules_of_its_day_and_keeps_them(late):
    march = datetime(2026, 3, 2, 2, tzinfo=UTC)
    case_id = opened(late, at=march)
    first = complete(late, case_id, at=march)
    assert first["rules_version"] == "2569-1"
    assert complete(late, case_id)["rules_version"] == "2569-2"


def test_the_age_of_a_decision_is_that_of_its_day(late):
    case_id = opened(late, birth_date="1966-12-05")
    late.clock.advance(days=10)
    answer = complete(late, case_id, {})
    assert answer["facts"]["age"] == {"on": "2026-12-11", "min": 60, "max": 60}
    assert verdicts(answer)["older_person"] == "met"
    late.clock.advance(days=365)
    resent = complete(late, case_id, {"age": answer["facts"]["age"]})
    assert (resent["facts"]["age"]["min"], resent["facts"]["age"]["max"]) == (61, 61)


def test_matches_are_of_the_age_of_the_day_they_are_asked_for(late):
    case_id = opened(late, birth_date="1966-12-05")
    complete(late, case_id, {})
    partner_id = late.call("partners", "register_partner", HOME)["partner_id"]
    offer = {
        "name": "ที่พัก",
        "path": "local_home",
        "rules": {"min_age": 60},
        "capacity": {"total": 1, "free": 1},
    }
    late.call("partners", "offer_programme", {**offer, "partner_id": partner_id})

    def verdict():
        late.settle()
        return late.call("partners", "matches", {"case_id": case_id})["candidates"][0]["verdict"]

    assert verdict() == "ineligible"
    late.clock.advance(days=10)
    assert verdict() == "eligible"
    late.down.add("intake")
    assert verdict() == "unknown"


def test_without_intake_the_age_grows_by_what_may_have_been_a_birthday(late):
    case_id = opened(late, birth_date="1966-12-05")
    late.settle()
    late.clock.advance(days=10)
    late.down.add("intake")
    age = complete(late, case_id, {})["facts"]["age"]
    assert (age["min"], age["max"]) == (59, 60)


def test_an_age_by_looks_stays_an_estimate(late):
    case_id = opened(late, birth_date=None, age_band="55-64")
    answer = complete(late, case_id, {})
    assert verdicts(answer)["older_person"] == "unknown" and "age" in answer["ask"]
    assert answer["facts"]["age"]["margin"] == 5


def test_nothing_known_is_not_decided_and_says_what_to_ask(late):
    case_id = opened(late, sex="unknown", birth_date=None, nationality="unknown", domicile=[])
    answer = complete(late, case_id, {"wants": ["foundation"]})
    assert answer["decided"] is False and answer["ask"]
    assert answer["paths"][0] == "foundation" and "advice_only" not in answer["paths"]


def test_begging_may_be_one_code_or_several(late):
    case_id = opened(late)
    assert verdicts(complete(late, case_id, {"begging": "asks"}))["beggar"] == "met"
    both = complete(late, case_id, {"begging": ["performs", "asks"]})
    assert (verdicts(both)["beggar"], verdicts(both)["performer"]) == ("met", "met")
    for wrong in (["none", "asks"], ["sings"]):
        with pytest.raises(Invalid):
            complete(late, case_id, {"begging": wrong})


def plan_on(net, case_id, path, **more):
    body = {"case_id": case_id, "members": MEMBERS, "path": path, "why": "ตามที่หารือ", "goals": [], **more}
    return net.call("screening", "agree_plan", body)


def test_a_plan_is_on_a_path_of_the_rules_and_for_more_than_tonight(late):
    case_id = opened(late)
    complete(late, case_id)
    for path in ("moon", "interim_stay"):
        with pytest.raises(Invalid) as wrong:
            plan_on(late, case_id, path)
        assert list(wrong.value.errors) == ["path"]


def test_a_plan_on_a_path_that_screening_closed_needs_a_reason_and_its_chair(late):
    case_id = opened(late)
    answer = complete(late, case_id, {**FACTS, "relatives": "unsafe"})
    [shut] = [each for each in answer["closed"] if each["path"] == "return_family"]
    assert shut["facts"] == ["relatives"] and shut["never"] is False and shut["because"]["th"]
    with pytest.raises(Refused) as refused:
        plan_on(late, case_id, "return_family")
    assert refused.value.code == "path_closed"
    nobody = {"reason": "ย้ายผู้กระทำออกแล้ว", "chair": "คนอื่น"}
    with pytest.raises(Invalid) as wrong:
        plan_on(late, case_id, "return_family", override=nobody)
    assert list(wrong.value.errors) == ["override.chair"]
    plan_on(late, case_id, "return_family", override={**nobody, "chair": "ประธาน ก"})
    plan = late.call("screening", "plan", {"case_id": case_id})
    assert plan["override"] is True and plan["minutes"]["override"]["reason"] == nobody["reason"]
    plan_on(late, case_id, "foundation", override={**nobody, "chair": "ประธาน ก"})
    assert late.call("screening", "plan", {"case_id": case_id})["override"] is False


@pytest.mark.parametrize(
    ("path", "person", "facts"),
    [
        ("employer_general", {"birth_date": "2014-01-01"}, {"wants_work": True, "able_to_work": True}),
        ("immigration", {"nationality": "foreign"}, {"trafficking_signs": True}),
        ("return_family", {"birth_date": "2014-01-01"}, {"relatives": "unsafe"}),
    ],
)
def test_what_the_law_forbids_no_reason_opens(late, path, person, facts):
    case_id = opened(late, **person)
    complete(late, case_id, facts)
    with pytest.raises(Refused) as refused:
        plan_on(late, case_id, path, override={"reason": "จำเป็น", "chair": "ประธาน ก"})
    assert refused.value.code == "path_closed"


def test_a_plan_goes_to_a_programme_of_its_own_path_that_somebody_offered(late):
    case_id = opened(late)
    complete(late, case_id)
    partner_id = late.call("partners", "register_partner", HOME)["partner_id"]
    offer = {"name": "ที่พัก", "path": "local_home", "rules": {}, "capacity": {"total": 1, "free": 1}}
    programme_id = late.call("partners", "offer_programme", {**offer, "partner_id": partner_id})[
        "programme_id"
    ]
    with pytest.raises(Invalid) as wrong:
        plan_on(late, case_id, "foundation", programme_id=programme_id)
    assert list(wrong.value.errors) == ["programme_id"]
    with pytest.raises(NotFound):
        plan_on(late, case_id, "local_home", programme_id=str(uuid4()))
    assert plan_on(late, case_id, "local_home", programme_id=programme_id)["version"] == 1


def test_a_plan_names_up_to_three_places_in_order_all_of_its_path(late):
    case_id = opened(late)
    complete(late, case_id)
    partner_id = late.call("partners", "register_partner", HOME)["partner_id"]

    def offered(path="local_home"):
        offer = {"name": "ที่พัก", "path": path, "rules": {}, "capacity": {"total": 1, "free": 1}}
        return late.call("partners", "offer_programme", {**offer, "partner_id": partner_id})["programme_id"]

    first, second, elsewhere = offered(), offered(), offered("foundation")
    with pytest.raises(Invalid) as wrong:
        plan_on(late, case_id, "local_home", programme_ids=[first, elsewhere])
    assert list(wrong.value.errors) == ["programme_ids"]
    with pytest.raises(NotFound):
        plan_on(late, case_id, "local_home", programme_ids=[first, str(uuid4())])
    plan_on(late, case_id, "local_home", programme_ids=[second, first])
    now = late.call("screening", "plan", {"case_id": case_id})
    assert (now["programme_id"], now["programme_ids"]) == (second, [second, first])
    plan_on(late, case_id, "local_home", programme_id=first)
    assert late.call("screening", "plan", {"case_id": case_id})["programme_ids"] == [first]
    plan_on(late, case_id, "local_home")
    assert late.call("screening", "plan", {"case_id": case_id})["programme_ids"] == []


def test_a_plan_says_what_the_matching_says_of_its_place_and_refuses_nothing(late):
    case_id = opened(late, birth_date="1966-12-05")
    complete(late, case_id, {})
    partner_id = late.call("partners", "register_partner", HOME)["partner_id"]

    def planned(**rules):
        offer = {"name": "ที่พัก", "path": "local_home", "rules": rules, "capacity": {"total": 1, "free": 1}}
        made = late.call("partners", "offer_programme", {**offer, "partner_id": partner_id})
        body = {
            "case_id": case_id, "members": MEMBERS, "path": "local_home", "why": "ใกล้บ้าน", "goals": [],
            "programme_id": made["programme_id"],
        }  # fmt: skip
        return late.call("screening", "agree_plan", body)["warnings"]

    assert planned() == []
    assert planned(min_age=60) == ["programme_ineligible"]
    assert planned(care_level_max=1) == ["programme_unknown"]
    late.down.add("partners")
    with pytest.raises(Exception):  # noqa: B017 - a place that nobody knows cannot be planned
        planned()
