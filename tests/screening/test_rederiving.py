import pytest

from services.intake.service import IntakeService
from services.kernel.errors import NotFound
from services.kernel.local import SimulatedClock
from services.screening import rederiving
from services.screening.domain import assessment
from services.screening.service import ScreeningService
from tests.screening.test_drafting import NORTH, SOUTH, adopt, drafted, older_from
from tests.screening.test_service import CASE, FACTS, MORNING, complete


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


def test_screenings_are_derived_again_byte_for_byte_under_the_rules_they_used_from_the_log_alone(
    net, monkeypatch
):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    first = complete(net, case_id)
    draft_id = drafted(net, older_from(65))["draft_id"]
    adopt(net, draft_id, NORTH)
    version = adopt(net, draft_id, SOUTH)["rules_version"]
    net.clock.advance(days=40)
    second = complete(net, case_id, {**FACTS, "age": 62})
    for each, rules in ((first, "2569-1"), (second, version)):
        found = net.call("screening", "rederive", {"screening_id": each["screening_id"]})
        assert (found["same"], found["rules_version"], found["form_version"]) == (True, rules, "2")
    screening = net.runtimes["screening"]
    assert [each.same for each in rederiving.from_log(screening)] == [True, True]
    monkeypatch.setattr(
        rederiving, "assess", lambda book, facts: assessment.assess(book, {**facts, "housing": "home"})
    )
    assert [each.same for each in rederiving.from_log(screening)] == [False, False]


def test_another_centre_is_not_told_of_a_screening(net):
    case_id = net.call("intake", "open_case", CASE)["case_id"]
    found = complete(net, case_id)
    with pytest.raises(NotFound):
        net.call("screening", "rederive", {"screening_id": found["screening_id"]}, **SOUTH)
    with pytest.raises(NotFound):
        net.call("screening", "rederive", {"screening_id": "x"})
