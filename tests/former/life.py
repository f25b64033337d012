"""Runs on the former code (`tests.support.former`): fills a data folder, or databases on PostgreSQL, with some cases
through all steps.

`former_life.py FOLDER [DATABASE_URL]` prints what a reader finds in them through the doors, as JSON. Nobody
in it exists.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from services.demo import CASE, FACTS, MEMBERS, OWN_PARTNER, OWN_PROGRAMME
from services.kernel import settings as settings_module
from services.kernel.envelope import Caller, instant
from services.kernel.local import Network, SimulatedClock
from services.kernel.runtime import ServiceRuntime, Surroundings, in_turn
from services.sample.users import USERS
from services.system import DOORS
from services.web import accounts, answers, drafts, groups, hand_overs, links, passwords
from services.web.service import WIRING

MONDAY = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
LEAVER = "worker-60-before"  # worked in centre 60 and has left
PASSWORD = "before the house 2026"
NAMES = tuple(("ก่อนบ้าน", name) for name in ("หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด"))


class Life:
    def __init__(self, net: Network) -> None:
        self.net = net

    def say(
        self, service: str, door: str, body: dict[str, Any], role: str = "worker", centre: str = "60"
    ) -> Any:
        self.net.clock.advance(minutes=10)
        answer = self.net.call(service, door, body, f"{role}-{centre}", role, [centre])
        self.net.settle()
        return answer

    def programme(self) -> str:
        partner = self.say("partners", "register_partner", OWN_PARTNER)
        offer = {**OWN_PROGRAMME, "partner_id": partner["partner_id"]}
        return str(self.say("partners", "offer_programme", offer)["programme_id"])

    def opened(self, number: int, centre: str = "60") -> str:
        first, last = NAMES[number]
        person = {**CASE["person"], "name": {"title": "นาย", "first": first, "last": last}}
        return str(
            self.say("intake", "open_case", {**CASE, "centre": centre, "person": person}, centre=centre)[
                "case_id"
            ]
        )

    def screened(self, number: int) -> str:
        case_id = self.opened(number)
        self.say("screening", "complete", {"case_id": case_id, "facts": FACTS})
        return case_id

    def sent(self, number: int, programme_id: str) -> tuple[str, str]:
        case_id = self.screened(number)
        plan = {
            "case_id": case_id, "members": MEMBERS, "path": "local_home", "programme_id": programme_id,
            "why": "ตรงกับความประสงค์", "goals": ["มีที่อยู่ที่มั่นคงภายใน 30 วัน"],
        }  # fmt: skip
        self.say("screening", "agree_plan", plan, "director")
        sending = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}}
        return case_id, str(self.say("referral", "send", sending)["referral_id"])

    def step(self, referral_id: str, step: str, **said: Any) -> None:
        self.say("referral", "step", {"referral_id": referral_id, "step": step, **said})


def live(net: Network) -> dict[str, str]:
    """Seven cases: placed and followed up, waiting for an answer, closed, screened, one of another centre, and two that
    were closed though a referral of theirs goes on: one that waits, and one of somebody who lived there."""
    life = Life(net)
    life.say("screening", "adopt_rules", {}, "director")
    programme_id = life.programme()
    placed, referral_id = life.sent(0, programme_id)
    life.step(referral_id, "accept", said_by="ผู้ประสานงาน", by_channel="phone")
    for step in ("travel", "admit", "confirm"):
        life.step(referral_id, step)
    life.step(referral_id, "follow-up", in_place=True, note="อยู่ดี")
    waiting, open_referral = life.sent(1, programme_id)
    closed = life.opened(2)
    life.say("intake", "close_case", {"case_id": closed, "reason": "advice_given"}, "director")
    screened = life.screened(3)
    other = life.opened(4, "61")
    with unable(net, "reporting"):
        life.say("intake", "close_case", {"case_id": screened, "reason": "left"}, "director")
    net.runtimes["referral"].inbox.receive("partners", b"no page of events")
    left, left_referral = life.sent(5, programme_id)
    dead, dead_referral = life.sent(6, programme_id)
    for step in ("accept", "admit", "confirm"):
        life.step(dead_referral, step)
    life.say("intake", "close_case", {"case_id": left, "reason": "left"}, "director")
    life.say("intake", "close_case", {"case_id": dead, "reason": "died"}, "director")
    return {
        "placed": placed, "placed_referral": referral_id, "waiting": waiting,
        "waiting_referral": open_referral, "closed": closed,
        "screened": screened, "other": other, "programme": programme_id,
        "left": left, "left_referral": left_referral, "dead": dead, "dead_referral": dead_referral,
    }  # fmt: skip


@contextmanager
def unable(net: Network, service: str) -> Iterator[None]:
    """Facts that come meanwhile cannot be handled there: they are parked."""
    inbox = net.runtimes[service].inbox
    able = inbox._effects

    def fail(unit: Any, events: Any) -> None:
        if events:
            raise ValueError

    inbox._effects = fail
    yield
    inbox._effects = able


def front_door(web: ServiceRuntime, made: dict[str, str]) -> dict[str, Any]:
    """Users, a password, what was handed over, a draft, a link, an answer that was read. Returns what opens them."""
    now = web.now()
    with web.database.write() as db:
        for user in USERS:
            accounts.add(db, user.name, user.role, user.centres, instant(now))
        accounts.add(db, LEAVER, "worker", ["60"], instant(now))
        accounts.close(db, LEAVER)
        accounts.wrote(db, "worker-60", "intake", 1)
        passwords.keep(db, "worker-60", passwords.hashed(PASSWORD), temporary=False)
        given = [hand_overs.Held(made[name], "60") for name in ("placed", "waiting")]
        hand_overs.give(db, given, LEAVER, "worker-60", instant(now))
        hand_overs.give(db, [hand_overs.Held(made["screened"], "60")], LEAVER, None, instant(now))
        hand_overs.take(db, Caller("worker-60", "worker", ("60",)), made["placed"], instant(now))
        answers.mark(db, "worker-60", made["placed_referral"], 3, now)
        about = {
            "referral_id": made["waiting_referral"], "partner_id": "unknown", "programme_id": made["programme"],
        }  # fmt: skip
        keys = links.Keys(web.key("answer-link"))
        token, code = links.make(db, keys, about, {}, "worker-60", now)
    groups.keep(web, "60", [{"name": "ประธานสาธิต", "role": "chair"}])
    place = drafts.Place("worker-60", f"/cases/{made['other']}/close", "Close the case")
    drafts.keep(web, place, [("note", "ยังไม่ได้ส่ง")], 1, "note")
    return {"token": token, "code": code, "password": PASSWORD, "draft": place.address}


def seen(net: Network, made: dict[str, str]) -> dict[str, Any]:
    """Of what doors answer the parts that must not change."""
    life = Life(net)
    cases = {}
    for centre in ("60", "61"):
        for row in life.say("intake", "cases", {}, centre=centre)["items"]:
            cases[row["case_id"]] = [centre, row["case_number"], row["status"], row["person"]["name"]]
    referrals = {
        made[name]: life.say("referral", "referral", {"referral_id": made[name]})["status"]
        for name in ("placed_referral", "waiting_referral")
    }
    body = {"case_id": made["placed"]}
    return {
        "at": instant(net.clock()),
        "cases": cases,
        "person": life.say("intake", "person", body)["person"],
        "referrals": referrals,
        "paths": life.say("screening", "screening", body)["paths"],
        "overview": life.say("reporting", "overview", {"centre": "60"}),
        "heads": {name: list(runtime.log.head()) for name, runtime in net.runtimes.items()},
    }


def main(folder: Path, database_url: str | None = None) -> None:
    env = {"SONGTOR_DATABASE_URL": database_url} if database_url else {}
    settings = settings_module.read(env, data=str(folder))
    net = Network(DOORS, SimulatedClock(MONDAY), settings=settings)
    made = live(net)
    web = ServiceRuntime(settings, WIRING, Surroundings(net.clock, lambda seconds: None, net._ask, in_turn))
    web.prepare()
    keys = front_door(web, made)
    found = {**seen(net, made), "made": made, "front_door": keys}
    found["heads"]["web"] = list(web.log.head())
    problems = [each for runtime in (*net.runtimes.values(), web) for each in runtime.verify()]
    assert problems == [], problems
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode())
    net.close()
    web.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])
