"""Proves, in one process without broker and server, that what a recipe added works: at the door, on the pages in both
languages, in the API's document, and in what is decided by it.

python -m scripts.recipe_proofs RECIPE DATA
"""

import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from services.kernel.envelope import instant
from services.kernel.local import Network, SimulatedClock
from services.kernel.rules import Condition, check, evaluate
from services.screening.domain.facts import VOCABULARY
from services.system import DOORS
from services.web.api.openapi import document
from services.web.identity import accounts, sessions
from services.web.service import APPLICATION, WebService
from tests.support.marks import plain

NOON = datetime(2026, 3, 2, 5, tzinfo=UTC)
USERS = {"worker-60": ("worker", ("60",)), "ministry": ("ministry", ("*",))}
PERSON = {
    "identity_status": "unknown", "sex": "male", "nationality": "thai",
    "domicile": [{"province": "60", "basis": "claimed"}],
}  # fmt: skip
KNOWN = {
    "age": {"on": "2026-03-02", "min": 66, "max": 66},
    "housing": "street",
    "income_sufficient": False,
    "can_depend_on_others": False,
}
PARTNER = {
    "name": "วัดตัวอย่าง", "kind": "religious", "under_ministry": False, "province": "60", "subdistrict": "600101",
    "contact": {"phone": "056-000-000"},
}  # fmt: skip
MEMBERS = [
    {"name": f"กรรมการ {n}", "role": "chair" if n == 1 else "member", "vote": "agree"} for n in (1, 2, 3)
]


class House:
    """All services and the front door, and somebody who reads its pages."""

    def __init__(self, data: Path) -> None:
        data.mkdir()
        self.network = Network((*DOORS, WebService), SimulatedClock(NOON), data)  # type: ignore[arg-type]  # it has no doors
        self.web = self.network.runtimes["web"]
        self.cookies: dict[str, str] = {}
        for user, (role, centres) in USERS.items():
            self.cookies[user] = sessions.new_id()
            with self.web.database.write() as db:
                accounts.add(db, user, role, centres, instant(NOON))
                sessions.begin(db, self.cookies[user], user, 1, self.network.clock())

    def do(self, service: str, door: str, **body: Any) -> Any:
        answer = self.network.call(service, door, body)
        self.network.settle()
        return answer

    def page(self, path: str, language: str, user: str = "worker-60") -> str:
        client: FlaskClient = APPLICATION.test_client()
        client.set_cookie("songtor", self.cookies[user])
        client.set_cookie("language", language)
        answer = client.get(path, environ_overrides={"songtor.runtime": self.web})
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return plain(answer.text)

    def says(self, path: str, th: str, en: str, user: str = "worker-60") -> None:
        """The page says it in Thai to who reads Thai, and in English to who reads English."""
        assert th in self.page(path, "th", user), (path, th)
        assert en in self.page(path, "en", user), (path, en)

    def case(self, channel: str = "walk_in") -> str:
        opened = self.do(
            "intake",
            "open_case",
            centre="60",
            channel=channel,
            found={"subdistrict": "600101"},
            person=PERSON,
            danger="none",
        )
        return str(opened["case_id"])

    def programme(self, path: str = "religious", **rules: Any) -> tuple[str, str]:
        """(partner, programme)"""
        partner = self.do("partners", "register_partner", **PARTNER)["partner_id"]
        offer = {"name": "ที่พัก", "path": path, "capacity": {"total": 3, "free": 3}, "rules": rules}
        return partner, self.do("partners", "offer_programme", partner_id=partner, **offer)["programme_id"]

    def screen(self, case_id: str, **facts: Any) -> None:
        self.do("screening", "complete", case_id=case_id, facts={**KNOWN, **facts})

    def referral(self, path: str = "religious") -> str:
        case_id, (_, programme_id) = self.case(), self.programme(path)
        self.screen(case_id)
        plan = {
            "members": MEMBERS,
            "path": path,
            "programme_id": programme_id,
            "why": "-",
            "goals": ["ที่พัก"],
        }
        self.do("screening", "agree_plan", case_id=case_id, **plan)
        sent = self.do(
            "referral", "send", case_id=case_id, programme_id=programme_id, consent={"status": "given"}
        )
        assert sent["place"] == "reserved", sent
        return str(sent["referral_id"])


def fact(house: House) -> None:
    case_id = house.case()
    form = f"/cases/{case_id}/screening/fill"
    house.says(form, "อ่านหนังสือได้หรือไม่", "Is the person able to read?")
    house.says(form, "อ่านไม่ได้", "Does not read")
    house.screen(case_id, able_to_read=False)
    known = house.do("screening", "screening", case_id=case_id)["facts"]
    condition: Condition = {"fact": "able_to_read", "op": "is", "value": False}
    check({"reads": condition}, VOCABULARY)
    assert evaluate(condition, known).verdict == "met"
    assert evaluate(condition, {}).verdict == "unknown"
    assert "able_to_read" in schema("screening.FactsBody")["properties"]


def rule(house: House) -> None:
    case_id, (partner_id, programme_id) = house.case(), house.programme(requires_wish_to_work=True)
    house.says(f"/partners/{partner_id}/offer", "ต้องประสงค์จะทำงานหรือไม่", "Must the person wish to work?")
    house.says(f"/partners/{partner_id}", "รับเฉพาะผู้ที่ประสงค์จะทำงาน", "Only people who wish to work")
    for wish, verdict in ((True, "met"), (False, "not_met")):
        house.screen(case_id, wants_work=wish)
        [place] = house.do("partners", "matches", case_id=case_id, programme_ids=[programme_id])["candidates"]
        assert ("requires_wish_to_work", verdict) in [
            (each["rule"], each["verdict"]) for each in place["reasons"]
        ]
    assert "requires_wish_to_work" in schema("partners.RulesBody")["properties"]


def step(house: House) -> None:
    referral_id = house.referral()
    page = f"/referrals/{referral_id}"
    house.says(page, "เตือนภาคีเครือข่าย", "Remind the partner")
    house.says(f"{page}/remind", "เตือนภาคีเครือข่าย", "Remind the partner")
    [named] = [
        each for each in house.do("referral", "steps", referral_id=referral_id) if each["step"] == "remind"
    ]
    assert named["by"] == "staff" and {"name": "note", "required": False} in named["fields"]
    done = house.do("referral", "step", referral_id=referral_id, step="remind", note="โทรแล้ว")
    assert done["status"] == "sent"
    house.says(page, "เตือนภาคีเครือข่ายให้ตอบ", "The partner was reminded")
    call = document()["paths"]["/api/v1/referrals/{referral_id}/remind"]["post"]
    assert call["operationId"] == "remind_referral" and "note" in schema("RemindReferral")["properties"]


def measure(house: House) -> None:
    referral_id = house.referral("employer_general")
    for name in ("accept", "admit", "confirm"):
        house.do("referral", "step", referral_id=referral_id, step=name)
    house.do(
        "referral", "step", referral_id=referral_id, step="follow-up", in_place=True, work={"kind": "none"}
    )
    shown = house.do("reporting", "overview")
    assert {"started": 1, "in_work": 0, "out_of_work": 1}.items() <= shown["employment"].items()
    assert not shown["hidden"]
    told = house.network.call("reporting", "overview", {}, user="ministry", role="ministry", centres=["*"])
    assert told["employment"]["out_of_work"] is None and told["hidden"]["employment.out_of_work"] == "few"
    [behind] = house.do("reporting", "behind", figure="out_of_work")["items"]
    assert behind["referral_id"] == referral_id
    house.says("/dashboard?chapter=all", "ว่างงานเมื่อติดตามครั้งล่าสุด", "Out of work at the latest follow-up")
    house.says("/dashboard?chapter=all", "&lt;5", "&lt;5", user="ministry")
    house.says("/dashboard/behind?figure=out_of_work", "ผู้ที่ว่างงาน", "Placements out of work")
    house.says("/dashboard/definitions", "ไม่มีงานทำเมื่อติดตาม", "had no work when they were")
    assert "out_of_work" in schema("reporting.Overview")["properties"]["employment"]["properties"]


def code(house: House) -> None:
    house.says("/cases/new/person?danger=none", "สถานทูต", "Embassy")
    case_id = house.case(channel="embassy")
    house.says(f"/cases/{case_id}", "สถานทูต", "Embassy")
    assert "embassy" in schema("OpenCase")["properties"]["channel"]["enum"]


def schema(name: str) -> Any:
    return document()["components"]["schemas"][name]


PROOFS: Mapping[str, Callable[[House], None]] = {
    "fact": fact,
    "rule": rule,
    "step": step,
    "measure": measure,
    "code": code,
}

if __name__ == "__main__":
    PROOFS[sys.argv[1]](House(Path(sys.argv[2])))
