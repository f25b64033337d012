"""What the answers say may be done with a case, held against what every door does: each act in each status."""

from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime

import pytest

from services.codes import CASE_STATUSES
from services.codes.acts import CASE_ACTS
from services.demo import CASE, FACTS, MEMBERS, OWN_PARTNER, OWN_PROGRAMME
from services.kernel.errors import Refused
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
            "close": ("intake.close_case", {"reason": "moved_away"}),
            "reopen": ("intake.reopen_case", {"reason": "came_back"}),
        }[act]  # fmt: skip
        answer = self.call(*door.split("."), about | said)
        self.settle()
        return answer

    def facts(self) -> int:
        return sum(self.runtimes[name].log.head()[0] for name in ("intake", "screening", "referral"))


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
