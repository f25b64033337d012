import json

import pytest

from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, NotFound
from services.kernel.local import SimulatedClock
from services.screening.domain import rulebook
from services.screening.service import ScreeningService
from tests.screening.test_service import MORNING


@pytest.fixture
def net(network):
    return network([IntakeService, ScreeningService], SimulatedClock(MORNING))


RULES = {"user": "rules", "role": "rule_keeper", "centres": ("*",)}


def test_the_versions_of_the_rules_are_listed_with_what_counts_and_what_is_only_offered(net):
    rows = {row["rules_version"]: row for row in net.call("screening", "rules", {}, **RULES)["items"]}
    assert rows["2569-3"]["status"] == "offered" and rows["2569-3"]["valid_from"] is None
    assert rows["2569-1"]["status"] == "in_force" and rows["2569-1"]["sha256"] == rulebook.LIFTED["2569-1"]
    assert rows["2569-2"]["status"] == "adopted"  # it counts later
    assert {row["name"] for row in rows.values() if row["status"] == "in_force"} == {
        "screening",
        "form",
        "procedure",
    }


def test_a_version_is_read_whole(net):
    found = net.call("screening", "rulebook", {"rules_version": "2569-2"}, **RULES)
    assert found["content"] == json.loads(rulebook.document("2569-2"))
    assert found["labels"] == found["content"]["labels"] and found["paths"] == found["content"]["paths"]
    assert found["laws"][0]["label"] == found["labels"][0]["code"]
    assert found["forms"][0]["groups"] and found["deadlines"]["answer"]["working_days"] == 10
    with pytest.raises(NotFound):
        net.call("screening", "rulebook", {"rules_version": "2500-1"}, **RULES)


def test_what_is_adopted_before_its_day_is_listed_with_who_adopted_it(net):
    net.call("screening", "adopt_rules", {"rules_version": "2569-2"}, "director-60", "director", ("60",))
    rows = {row["rules_version"]: row for row in net.call("screening", "rules", {}, **RULES)["items"]}
    assert rows["2569-2"]["adopted_by"] == ["director-60"] and rows["2569-2"]["adopted_at"]
    assert [row["sha256"] for row in rows.values()].count(rulebook.LIFTED["2569-2"]) == 1


def test_a_partner_reads_no_rules(net):
    with pytest.raises(Forbidden):
        net.call("screening", "rules", {}, "partner", "partner", ())
