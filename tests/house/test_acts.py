"""What the answers say may be done with a case, held against what every door does: each act in each status."""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest

from services.codes import CASE_STATUSES
from services.codes.acts import CASE_ACTS
from services.demo import CASE, FACTS, MEMBERS, OWN_PARTNER, OWN_PROGRAMME
from services.kernel.errors import Invalid, Refused
from services.kernel.local import Network, SimulatedClock
from services.system import DOORS

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
MEMBER = {"user": "member-60", "role": "member"}
MINISTRY = {"user": "ministry", "role": "ministry", "centres": ("*",)}
PLACED = {"told": {"how": "phone"}, "accept": {}, "travel": {}, "admit": {}, "confirm": {}}


class Town(Network):
    """All services, and a case brought to where it is asked about."""

    def programme(self) -> str:
        partner = self.call("partners", "register_partner", OWN_PARTNER)["partner_id"]
        return str(
            self.call("partners", "offer_programme", {**OWN_PROGRAMME, "partner_id": partner})["programme_id"]
        )

    def case(self, status: str) -> str:
        case_id = str(self.call("intake", "open_case", CASE)["case_id"])
        self.settle()
        if status in ("screened", "planned", "referred", "placed"):
            self.act("screen", case_id)
        if status in ("planned", "referred", "placed"):
            self.act("plan", case_id)
        if status in ("referred", "placed"):
            referral_id = self.act("refer", case_id)["referral_id"]
            for name in PLACED if status == "placed" else ():
                self.call("referral", "step", {"referral_id": referral_id, "step": name, **PLACED[name]})
            self.settle()
        if status == "closed":
            self.act("close", case_id)
        return case_id

    def act(self, act: str, case_id: str) -> dict:
        about = {"case_id": case_id}
        if act == "refer":
            about["programme_id"] = self.programme()
            self.settle()
        door, said = {
            "screen": ("screening.complete", {"facts": FACTS}),
            "plan": ("screening.agree_plan",
                {"members": MEMBERS, "path": OWN_PROGRAMME["path"], "why": "-", "goals": ["-"], }),
            "refer": ("referral.send", {"consent": {"status": "given"}}),
            "call": ("intake.called", {}),
            "transfer": ("intake.request_transfer", {"to": "61", "reason": "wish"}),
            "close": ("intake.close_case", {"reason": "moved_away"}),
            "reopen": ("intake.reopen_case", {"reason": "came_back"}),
        }[act]  # fmt: skip
        answer = self.call(*door.split("."), about | said)
        self.settle()
        return answer

    def facts(self) -> int:
        return sum(self.runtimes[name].log.head()[0] for name in ("intake", "screening", "referral"))

    def ended(self, outcome: str) -> tuple[str, str]:
        """(case, referral) of a placement that ended so, which has been heard of by nobody yet."""
        case_id = self.case("placed")
        [row] = self.call("referral", "referrals", {"case_id": case_id})["items"]
        self.step(row["referral_id"], "end", outcome=outcome)
        return case_id, row["referral_id"]

    def step(self, referral_id: str, step: str, **said: str) -> None:
        self.call("referral", "step", {"referral_id": referral_id, "step": step, **said})

    def read(self, case_id: str) -> dict:
        return self.call("intake", "case", {"case_id": case_id})

    def close_case(self, case_id: str, **said: str) -> dict:
        return self.call("intake", "close_case", {"case_id": case_id, **said})


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with closing(Town(DOORS, SimulatedClock(MONDAY), data=tmp_path_factory.mktemp("acts"))) as made:
        yield made


@pytest.mark.parametrize("status", CASE_STATUSES)
def test_what_may_be_done_with_a_case_is_what_the_doors_do(town: Town, status: str):
    done = []
    for act in CASE_ACTS:
        case_id = town.case(status)
        case = town.call("intake", "case", {"case_id": case_id})
        assert case["status"] == status
        before = town.facts()
        with suppress(Refused):
            town.act(act, case_id)
        done += [act] if town.facts() > before else []
    assert case["may"] == done
    [listed] = town.call("intake", "cases", {"case_ids": [case_id]})["items"]
    assert listed["may"] == town.call("intake", "case", {"case_id": case_id})["may"]
    assert town.call("intake", "case", {"case_id": case_id}, **MEMBER)["may"] == []
    assert "may" not in town.call("intake", "case", {"case_id": case_id}, **MINISTRY)


@pytest.mark.parametrize("act", ["screen", "plan", "refer", "call"])
def test_for_somebody_who_died_every_door_refuses_at_once_until_the_ending_was_a_mistake(
    town: Town, act: str
):
    case_id, referral_id = town.ended("died")
    if act == "call":
        town.settle()  # intake answers of what it has heard
    with pytest.raises(Refused) as refused:
        town.act(act, case_id)
    assert refused.value.code == "person_died"
    town.settle()
    case = town.read(case_id)
    assert case["person"]["died"] and case["status"] == "planned" and case["may"] == ["close"]
    [item] = town.call("intake", "work", {"case_id": case_id})["items"]
    assert (item["next"], item["standing"]) == ("close", "ended_died")
    town.step(referral_id, "entered-in-error", note="คนละคน")
    town.settle()
    assert not town.read(case_id)["person"]["died"]
    town.act(act, case_id)


def test_nobody_who_died_waits_for_a_place(town: Town):
    (alive, _), (dead, _) = town.ended("other"), town.ended("died")
    programme_id = town.programme()
    town.settle()
    found = town.call("partners", "candidates", {"programme_id": programme_id, "limit": 200})["items"]
    assert alive in (listed := [each["case_id"] for each in found]) and dead not in listed


@pytest.mark.parametrize(
    ("outcome", "said", "field"),
    [
        ("died", {"reason": "goal_reached"}, "reason"),
        ("died", {"reason": "left_before_screening"}, "reason"),
        ("moved", {"reason": "left_before_screening"}, "reason"),
        (None, {"reason": "died", "outcome": "stable"}, "outcome"),
        (None, {"reason": "goal_reached", "outcome": "died"}, "reason"),
        (None, {"reason": "no_answer_found"}, "reason"),
    ],
)
def test_a_case_is_not_closed_for_what_is_not_so(town: Town, outcome: str | None, said: dict, field: str):
    case_id = town.ended(outcome)[0] if outcome else town.case("placed")
    town.settle()
    before = town.facts()
    with pytest.raises(Invalid) as wrong:
        town.close_case(case_id, **said)
    assert list(wrong.value.errors) == [field] and town.facts() == before
    assert town.close_case(case_id, reason="died")["status"] == "closed"


def test_a_case_closed_a_moment_after_its_screening_was_screened(town: Town):
    case_id = str(town.call("intake", "open_case", CASE)["case_id"])
    town.call("screening", "complete", {"case_id": case_id, "facts": FACTS})
    with pytest.raises(Invalid) as wrong:
        town.close_case(case_id, reason="left_before_screening")
    assert list(wrong.value.errors) == ["reason"]


def test_a_case_is_closed_for_one_reason_which_stays(town: Town):
    case_id = town.case("screened")
    first = town.close_case(case_id, reason="left")
    assert town.close_case(case_id, reason="left") == first
    with pytest.raises(Refused) as refused:
        town.close_case(case_id, reason="moved")
    assert refused.value.code == "wrong_state"


@pytest.mark.parametrize("reason", ["goal_reached", "left"])
def test_a_case_opened_again_after_its_placement_ended_is_planned_once_more(town: Town, reason: str):
    case_id = town.case("placed")
    town.close_case(case_id, reason=reason)
    town.settle()
    answer = town.call("intake", "reopen_case", {"case_id": case_id, "reason": "came_back"})
    town.settle()
    assert answer["status"] == town.read(case_id)["status"] == "planned"
