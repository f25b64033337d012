"""Looking back on one's own cases, through the door."""

from datetime import timedelta

import pytest

from services.kernel.errors import Forbidden, Invalid
from tests.reporting.conftest import NOON, id_of

DAY = timedelta(days=1)
LABELS = {"labels": [], "paths": ["local_home", "foundation"]}


@pytest.fixture
def case(told):
    """A case that was screened, decided, placed and followed up; told by worker-60."""
    told.say("CaseOpened", "a", at=NOON - 40 * DAY)
    told.say("ScreeningCompleted", "a", at=NOON - 39 * DAY, **LABELS)
    told.say("PlanAgreed", "a", at=NOON - 38 * DAY, path="foundation", agreement="another")
    told.say("PlacementConfirmed", "a", "r", at=NOON - 30 * DAY)
    return id_of("a")


def of(told, user="worker-60", role="worker", centres=("60",), **body):
    told.net.settle()
    return told.net.call("reporting", "own_cases", body, user=user, role=role, centres=centres)


def test_who_screened_a_case_sees_what_became_of_it(told, case):
    found = of(told)
    [item] = found["items"]
    assert (item["case_id"], item["parts"]) == (case, ["screened", "answered"])
    assert (item["first_path"], item["path"], item["agreement"]) == ("local_home", "foundation", "another")
    assert (item["now"], item["findings"], item["reviewed_at"]) == ("placed", [], None)
    counts = found["counts"]
    assert (counts["cases"], counts["decided"], counts["agreement"]) == (1, 1, {"another": 1})
    told.say("FollowUpRecorded", "a", "r", at=NOON - 20 * DAY)
    told.say("FollowUpRecorded", "a", "r", at=NOON - 10 * DAY, in_place=False)
    told.say("OutcomeReviewed", "a", findings=["too_late"])
    later = of(told)
    assert later["items"][0]["now"] == "gone" and later["items"][0]["findings"] == ["too_late"]
    assert later["counts"]["now"]["gone"] == 1 and later["counts"]["findings"] == {"too_late": 1}
    told.say("ReferralEnded", "a", "r")
    assert of(told)["items"][0]["now"] == "over"
    told.say("ReferralEnteredInError", "a", "r")
    assert of(told)["items"][0]["now"] == "not_placed"


def test_nobody_sees_anybody_elses(told, case):
    for user, role in (("worker-9", "worker"), ("director-60", "director")):
        assert of(told, user, role)["items"] == []
    with pytest.raises(Invalid):
        told.ask("own_cases", user="worker-60")
    for role, centres in (("ministry", ("*",)), ("member", ("60",)), ("partner", ("60",))):
        with pytest.raises(Forbidden):
            of(told, role=role, centres=centres)
    assert of(told, centres=("61",))["items"] == []  # they work elsewhere now


def test_whoever_was_made_to_answer_for_a_case_looks_back_on_it(told, case):
    told.say("CaseAssigned", "a", to_user="worker-9", at=NOON - 5 * DAY)
    [item] = of(told, "worker-9")["items"]
    assert (item["parts"], item["case_id"]) == (["answered"], case)
    assert item["first_path"] == "local_home"  # by whoever screened


def test_a_period_tells_of_what_was_done_in_it(told, case):
    before = (NOON - 41 * DAY).date().isoformat()
    assert of(told, **{"from": before, "to": before})["items"] == []
    with pytest.raises(Invalid):
        of(told, **{"from": "2026-03-02", "to": "2026-03-01"})
    told.say("CaseOpened", "b", at=NOON - DAY)
    assert [each["case_id"] for each in of(told)["items"]] == [id_of("b"), case]


def test_it_comes_out_alike_when_it_is_made_anew(told, case):
    told.say("CaseAssigned", "a", to_user="worker-9")
    before = of(told), of(told, "worker-9")
    told.net.runtimes["reporting"].rebuild("own_cases", lambda *_: None)
    assert (of(told), of(told, "worker-9")) == before
