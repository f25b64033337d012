"""Whatever a centre and its partners say, on whatever dates, and in whatever order the services hear of it.

Nobody is in two places, no place is held for a closed case, nothing that is over has a deadline, no duration is
negative.
"""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from services.codes import UNDER_WAY
from services.intake.service import IntakeService
from services.kernel.errors import Forbidden, Invalid, NotFound, Refused
from services.kernel.local import Network, SimulatedClock
from services.partners.service import PartnersService
from services.referral.service import ReferralService
from services.reporting.projections.milestones import counted
from services.reporting.service import ReportingService
from services.screening.service import ScreeningService

MONDAY = datetime(2026, 3, 2, 3, tzinfo=UTC)
SERVICES = (IntakeService, ScreeningService, PartnersService, ReferralService, ReportingService)
OPENING = {
    "centre": "60",
    "channel": "walk_in",
    "found": {},
    "danger": "none",
    "person": {"identity_status": "unknown", "sex": "male", "nationality": "unknown", "domicile": []},
}
MEMBERS = [
    {"name": f"กรรมการ {n}", "role": "chair" if n == 1 else "member", "vote": "agree"} for n in (1, 2, 3)
]
STEPS = {
    "told": {"how": "phone"},
    "acknowledge": {},
    "accept": {},
    "decline": {"reason": "cost", "whose": "partner"},
    "take-back": {},
    "waitlist": {},
    "withdraw": {},
    "travel": {},
    "admit": {},
    "confirm": {},
    "fail": {},
    "follow-up": {"in_place": False},
    "end": {"outcome": "moved"},
    "entered-in-error": {"note": "ผิดคน"},
}
# Most are on the way forward, so that some get far.
WAY = ("told", "accept", "admit", "confirm", "accept", "admit", "confirm")
actions = st.lists(
    st.tuples(
        st.sampled_from(("send", "send", "step", "step", "step", "step", "close", "reopen", "wait", "hear")),
        st.sampled_from((*WAY, *STEPS)),
        st.integers(0, 5),  # which case, programme or referral
        st.sampled_from((0, 0, 0, 1, 4, 40)),  # days ago; or days to wait
        st.booleans(),  # by the partner's link; or with the waiting list
    ),
    min_size=10,
    max_size=40,
)


class Centre:
    """Two cases and three programmes with a place each, of three partners."""

    def __init__(self, net: Network, chance: Random) -> None:
        self.net, self.chance = net, chance
        self.referrals: list[str] = []
        self.partner_of: dict[str, str] = {}
        self.programmes = [self._programme(n) for n in range(3)]
        self.cases = [self._case() for _ in range(2)]
        net.settle()

    def _programme(self, number: int) -> str:
        registered = {
            "name": f"บ้าน {number}",
            "kind": "foundation",
            "under_ministry": False,
            "province": "60",
        }
        partner_id = self.net.call("partners", "register_partner", registered)["partner_id"]
        offer = {
            "partner_id": partner_id, "name": "ที่พัก", "path": "foundation", "capacity": {"total": 1, "free": 1},
            "rules": {},
        }  # fmt: skip
        programme_id = str(self.net.call("partners", "offer_programme", offer)["programme_id"])
        self.partner_of[programme_id] = partner_id
        return programme_id

    def _case(self) -> str:
        case_id = str(self.net.call("intake", "open_case", OPENING)["case_id"])
        self.net.call("screening", "complete", {"case_id": case_id, "facts": {"housing": "street"}})
        plan = {
            "case_id": case_id,
            "members": MEMBERS,
            "path": "foundation",
            "why": "เหมาะสม",
            "goals": ["อยู่ได้"],
        }
        self.net.call("screening", "agree_plan", plan)
        return case_id

    def do(self, what: str, step: str, which: int, days: int, flag: bool) -> None:
        at = self.net.clock() - timedelta(days=days)
        case_id = self.cases[which % 2]
        match what:
            case "send":
                programme_id = self.programmes[which % 3]
                body = {
                    "case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}, "waitlist": flag,
                }  # fmt: skip
                self.referrals.append(self.net.call("referral", "send", body, at=at)["referral_id"])
            case "step" if self.referrals:
                referral_id = self.referrals[-1 - which % len(self.referrals)]
                body = {"referral_id": referral_id, "step": step, **STEPS[step]}
                who = {}
                if flag and step in ("accept", "decline", "take-back", "waitlist"):
                    row = self.net.call("referral", "referral", {"referral_id": referral_id})
                    who = {"user": "p", "role": "partner", "centres": (), "partner": row["partner_id"]}
                    body["by_channel"] = "link"
                self.net.call("referral", "step", body, at=at, **who)
            case "close" | "reopen":
                body = {"case_id": case_id, "reason": "died" if flag else "left"}
                self.net.call("intake", f"{what}_case", body, at=at)
            case "wait":
                self.net.clock.advance(days=days, minutes=20)
                self.net.runtimes["referral"].fire_timers()
            case "hear":
                self.net.settle(self.chance)


def held(net: Network) -> dict[str, str]:
    """{referral: case} of every place that partners' ledgers hold, and of every place in their queues."""
    places: dict[str, str] = {}
    for programme in net.read("partners", lambda db: _facts(net, db, "partners")):
        data = programme.data
        match programme.type:
            case "PlaceReserved" | "PlaceTaken":
                places[data["referral_id"]] = data["case_id"]
            case "PlaceRefused" if data["waiting"]:
                places[data["referral_id"]] = data["case_id"]
            case "PlaceReleased":
                del places[data["referral_id"]]
    return places


def _facts(net, db, service):
    return net.runtimes[service].log.facts(db, 0, 10_000)


@pytest.mark.parametrize("network", ["sqlite"], indirect=True)
@settings(max_examples=25)
@given(actions, st.integers(0, 9))
def test_no_order_of_commands_dates_and_hearing_breaks_what_must_hold(network, tmp_path_factory, said, seed):
    chance = Random(seed)
    net = Network(SERVICES, SimulatedClock(MONDAY), tmp_path_factory.mktemp("whole"))
    try:
        centre = Centre(net, chance)
        net.clock.advance(days=1)
        for action in said:
            try:
                centre.do(*action)
            except (Refused, Invalid, NotFound, Forbidden):
                pass
            in_places(net)
        net.settle(chance)
        in_places(net)
        what_holds_once_all_is_heard(net)
    finally:
        net.close()


def in_places(net: Network) -> None:
    """At every moment, heard or not: nobody lives in two places."""
    rows = net.call("referral", "referrals", {"limit": 200})["items"]
    living = [row["case_id"] for row in rows if row["status"] in ("admitted", "placed")]
    assert len(living) == len({*living})


def what_holds_once_all_is_heard(net: Network) -> None:
    rows = {row["referral_id"]: row for row in net.call("referral", "referrals", {"limit": 200})["items"]}
    closed = {row["case_id"] for row in net.call("intake", "cases", {})["items"] if row["status"] == "closed"}
    open_now = {id for id, row in rows.items() if row["status"] in UNDER_WAY or row["final_at"]}
    assert not [id for id in open_now if rows[id]["case_id"] in closed]
    places = held(net)
    assert places.keys() <= open_now, "a place is held for what is over"
    assert not closed & {*places.values()}
    for programme in net.call("partners", "partners", {"limit": 50})["items"]:
        for each in programme["programmes"]:
            assert each["places"]["reserved"] + each["places"]["filled"] <= each["places"]["total"]
    with net.runtimes["referral"].database.read() as db:
        waiting = net.runtimes["referral"].log.rows(db, "SELECT timer_id FROM timer WHERE fired_at IS NULL")
    assert {timer_id.split("/")[1] for (timer_id,) in waiting} <= open_now, "a deadline of what is over"
    spans = net.read("reporting", lambda db: db.execute(select(counted.c.took, counted.c.waited)).all())
    assert all(days is None or days >= 0 for row in spans for days in row)
    for runtime in net.runtimes.values():
        assert runtime.verify() == []
