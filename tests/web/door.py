"""The running system as its callers see it: an address, users with tokens, and bodies that are right.

Long because every test of the front door begins with these bodies.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache, lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from uuid import uuid4

import eventlet
import orjson
import requests
from jsonschema import Draft202012Validator, FormatChecker

from services.codes import procedure
from services.codes.problems import SIGNS
from services.hosting import System
from services.kernel.envelope import Envelope, instant
from services.kernel.eventlog import Unit
from services.kernel.keys import MasterKey
from services.kernel.runtime import utc_now
from services.kernel.settings import Settings
from services.kernel.tokens import Bearer, Tokens
from services.partners.domain.evidence import Evidence, propose
from services.partners.domain.problems import PROBLEM, WeighProblem, problem_of
from services.partners.projections.problems import get_standing
from services.referral.projections import terms
from services.screening.domain import rulebook
from services.screening.domain.adoption import RULES, AdoptRules
from services.web.api.openapi import document, template
from services.web.api.routes import ROUTES, Route
from services.web.identity import accounts

USERS: dict[str, tuple[str, tuple[str, ...]]] = {
    "worker-60": ("worker", ("60",)),
    "director-60": ("director", ("60",)),
    "deputy-60": ("director", ("60",)),
    "member-60": ("member", ("60",)),
    "worker-61": ("worker", ("61",)),
    "director-61": ("director", ("61",)),
    "member-61": ("member", ("61",)),
    "ministry": ("ministry", ("*",)),
    "rules": ("rule_keeper", ("*",)),
    "admin": ("admin", ("*",)),
    "partner-nobody": ("partner", ()),
}
NUMBER = "1609900123452"  # a citizen number with a right check digit, nobody's


class FrontDoor:
    """Calls the system over HTTP, as one of its users."""

    def __init__(self, settings: Settings, system: System) -> None:
        self.settings, self.system = settings, system
        self.address = f"http://{settings.http[0]}:{settings.http[1]}"
        self.http = requests.Session()  # keeps connections, and nothing of what it was answered
        self.http.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        self.http.trust_env = False
        self.tokens_key = MasterKey.load(settings.master_key_file, create=False)
        self.tokens = Tokens(self.tokens_key)
        for user, (role, centres) in USERS.items():
            self.add(user, role, centres)

    def runtime(self, service: str) -> Any:
        [container] = [c for c in self.system.containers if c.service_name == service]
        [provider] = [d for d in container.dependencies if d.attr_name == "runtime"]
        return provider.runtime

    def add(self, user: str, role: str, centres: tuple[str, ...], partner_id: str | None = None) -> None:
        with self.runtime("web").database.write() as db:
            accounts.add(db, user, role, centres, instant(utc_now()), partner_id)

    def token(self, user: str) -> str:
        account = self.runtime("web").read(lambda db: accounts.find(db, user))
        return self.tokens.issue(Bearer(user, account.role, account.centres, account.token_version))

    def call(
        self, method: str, path: str, body: Any = None, user: str | None = "worker-60", **more: Any
    ) -> requests.Response:
        """`body` is sent as JSON; `data` and `headers` may be given as for requests."""
        headers = {"Authorization": f"Bearer {self.token(user)}"} if user else {}
        headers |= more.pop("headers", {})
        if body is not None:
            more["json"] = body
        answer = self.http.request(method, self.address + path, headers=headers, timeout=60, **more)
        agrees(method, path, answer)
        return answer

    def get(self, path: str, user: str | None = "worker-60", **more: Any) -> requests.Response:
        return self.call("GET", path, None, user, **more)

    def post(
        self, path: str, body: Any = None, user: str | None = "worker-60", **more: Any
    ) -> requests.Response:
        return self.call("POST", path, body, user, **more)

    def wait(self, path: str, good: Callable[[Any], bool], user: str = "worker-60") -> Any:
        """The JSON of a page once it is as wanted: for what other services do about a command."""
        with eventlet.Timeout(30):
            while True:
                answer = self.get(path, user)
                if answer.ok and good(answer.json()):
                    return answer.json()
                eventlet.sleep(0.05)

    def ask(self, service: str, door: str, user: str, body: Any) -> Any:
        """A door itself, also one that no call of the API leads to; kernel errors are raised."""
        role, centres = USERS[user]
        call = {"caller": {"user": user, "role": role, "centres": list(centres)}, "id": str(uuid4())}
        return self.runtime("web").ports.ask(service, door, call, body, 10.0)["answer"]

    def ask_as_partner(self, door: str, world: "World", user: str) -> Any:
        """A door of referral, as a partner's user asks it."""
        caller = {"user": user, "role": "partner", "centres": [], "partner": world.partner_id}
        call = {"caller": caller, "id": str(uuid4())}
        body = {"referral_id": world.referral_id}
        return self.runtime("web").ports.ask("referral", door, call, body, 10.0)["answer"]

    # -- one network of cases and partners, made through the door --------------------------------------------------

    def made(self, path: str, body: Any, user: str = "worker-60", **more: Any) -> Any:
        answer = self.post(path, body, user, **more)
        assert answer.ok, answer.text
        return answer.json()

    def world(self, centre: str = "60") -> "World":
        partner_id, programme_id = self.programme()
        sent = self.referred(centre, programme_id)
        consent_id = sent["referral_id"]  # the consent given with it has its id
        return World(
            centre, sent["case_id"], sent["referral_id"], partner_id, programme_id, consent_id=consent_id
        )

    def ready(self, route: Route) -> tuple[str, Any]:
        """(path, body) of a call that will be granted now, in a world of its own."""
        if route.door == "send":
            _, programme_id = self.programme()
            return route.path, referral(self.planned(), programme_id)
        if (
            route.door == "complete"
            or route.door in ("open_case", "withdraw_consent")
            or not route.path.startswith("/api/v1/cases")
        ):
            world = self.world()
        else:
            world = World("60", self.planned(), "", "", "")
        if route.door in ("confirm_erasure", "withdraw_erasure", "keep_minutes"):
            self.made(f"/api/v1/cases/{world.case_id}/erasure", {"reason": "ordered"}, "deputy-60")
        if route.door == "keep_minutes":
            world = replace(
                world, plan_id=self.get(f"/api/v1/cases/{world.case_id}").json()["plan"]["plan_id"]
            )
        if route.door in ("accept_transfer", "reject_transfer"):
            world = replace(world, case_id=self.planned("61"))
            asked = {"to": "60", "reason": "domicile"}
            self.made(f"/api/v1/cases/{world.case_id}/transfer", asked, "worker-61")
        if route.door == "revoke_transfer":
            asked = {"to": "61", "reason": "domicile"}
            self.made(f"/api/v1/cases/{world.case_id}/transfer", asked)
        if route.door == "reopen_case":
            self.made(f"/api/v1/cases/{world.case_id}/close", {"reason": "left"})
        for step in BEFORE.get(route.fixed.get("step", ""), ()):
            self.made(f"/api/v1/referrals/{world.referral_id}/{step}", {})
        if route.fixed.get("step") == "uphold":
            self.reviewing()
            no = {"reason": REVIEWED, "whose": "partner"}
            self.made(f"/api/v1/referrals/{world.referral_id}/decline", no)
        if route.fixed.get("step") == "take-back":
            partner = f"partner-{world.partner_id}"
            self.add(partner, "partner", (), world.partner_id)
            no = {"by_channel": "link", "reason": "cost", "whose": "partner"}
            self.made(f"/api/v1/referrals/{world.referral_id}/decline", no, partner)
        if route.door in ("accept_proposal", "dismiss_proposal"):
            change = {"name": "ชื่อที่ศูนย์อื่นเสนอ", "reason": "โทรถามแล้ว"}
            asked = self.call("PATCH", f"/api/v1/partners/{world.partner_id}", change, "worker-61").json()
            world = replace(world, proposal_id=asked["proposal_id"])
        if "<problem_id>" in route.path:
            world = replace(world, problem_id=self.problem(world.programme_id))
        if route.service == "referral" and "stay" in route.path:
            bed = self.bed(self.programme()[0])
            world = replace(world, case_id=self.planned(), bed_id=bed)
            if "<stay_id>" in route.path:
                asked = {"programme_id": bed, "days": 3}
                stay = self.made(f"/api/v1/cases/{world.case_id}/stays", asked)
                world = replace(world, stay_id=stay["stay_id"])
        if "<screening_id>" in route.path:
            latest = self.get(f"/api/v1/cases/{world.case_id}").json()["screening"]
            world = replace(world, screening_id=latest["screening_id"])
        if "<draft_id>" in route.path or "<trial_id>" in route.path:
            saved = self.made("/api/v1/rules/drafts", {"based_on": "2569-2"}, "rules")
            trial = self.made(f"/api/v1/rules/drafts/{saved['draft_id']}/trial", {}, "rules")
            world = replace(world, draft_id=saved["draft_id"], trial_id=trial["trial_id"])
        if "<meeting_id>" in route.path:
            case_id = self.planned()
            world = replace(world, case_id=case_id, meeting_id=self.meeting(case_id))
        if route.door == "ratify":
            world = replace(world, meeting_id=self.unratified(world.case_id))
        if route.door in ("move_task", "care_progress"):
            world = replace(world, item_id=self.task(world.case_id))
        if "<member_id>" in route.path:
            world = replace(world, member_id=self.member())
        if "<outreach_id>" in route.path:
            held = self.made("/api/v1/outreach", activity())
            world = replace(world, outreach_id=held["outreach_id"])
        return world.path(route), world.body(route)

    def case(self, centre: str = "60", **person: Any) -> str:
        return str(self.made("/api/v1/cases", opening(centre, **person), f"worker-{centre}")["case_id"])

    def programme(self, free: int = 5) -> tuple[str, str]:
        partner_id = self.made("/api/v1/partners", partner())["partner_id"]
        path = f"/api/v1/partners/{partner_id}/programmes"
        return partner_id, self.made(path, programme(free))["programme_id"]

    def unratified(self, case_id: str, user: str = "worker-60", more: Sequence[Any] = ()) -> str:
        """A meeting before which lies what was decided between meetings about a case."""
        urgent = {
            **plan(),
            "members": [
                {"name": "ประธาน ก", "role": "chair", "vote": "agree"},
                {"name": "ผู้ใช้ระบบ", "role": "secretary", "vote": "agree"},
            ],
            "between_meetings": True,
            "urgency": "ไม่มีที่พักคืนนี้",
        }
        centre = user[-2:]
        for each in self.get(f"/api/v1/meetings?status=open&centre={centre}&limit=100", user).json()["items"]:
            self.made(f"/api/v1/meetings/{each['meeting_id']}/close", {}, user)
        self.made(f"/api/v1/cases/{case_id}/plan", urgent, user)
        members = [*called(user), *more]
        body = {"centre": centre, "at": "2026-11-02T03:00:00Z", "place": "ห้องประชุม", "members": members}
        return str(self.made("/api/v1/meetings", body, user)["meeting_id"])

    def task(self, case_id: str, user: str = "worker-60") -> str:
        """A task of the case's care plan."""
        about = {"text": "พาไปทำบัตร", "due": "2027-01-31"}
        return str(self.made(f"/api/v1/cases/{case_id}/care-plan/task", about, user)["task_id"])

    def member(self, centre: str = "60") -> str:
        """Somebody of the centre's standing working group."""
        known = {
            "centre": centre,
            "name": f"กรรมการ {uuid4().hex[:8]}",
            "role": "member",
            "since": "2026-10-01",
        }
        return str(self.made("/api/v1/members", known, f"director-{centre}")["member_id"])

    def meeting(self, case_id: str, user: str = "worker-60", more: Sequence[Any] = ()) -> str:
        """A meeting with one case on its agenda and an option to vote on; `more` are called too."""
        members = [*called(user), *more]
        body = {"centre": user[-2:], "at": "2026-11-02T03:00:00Z", "place": "ห้องประชุม", "members": members}
        meeting_id = str(self.made("/api/v1/meetings", body, user)["meeting_id"])
        path = f"/api/v1/meetings/{meeting_id}"
        self.made(f"{path}/add", {"case_id": case_id}, user)
        self.made(f"{path}/propose", {"case_id": case_id, "path": "local_home"}, user)
        return meeting_id

    def bed(self, partner_id: str, user: str = "worker-60") -> str:
        """A programme of beds for tonight that are free."""
        beds = {"name": "ห้องพัก", "path": "interim_stay", "capacity": {"total": 9, "free": 9}, "rules": {}}
        path = f"/api/v1/partners/{partner_id}/programmes"
        return str(self.made(path, beds, user)["programme_id"])

    def reviewing(self) -> None:
        """The director of centre 60 reviews a partner's no for one reason, as an adopted procedure says."""
        steps = orjson.loads(procedure.SHIPPED_DOCUMENT) | {"decline_review": {"60": [f"partner/{REVIEWED}"]}}
        text, first = orjson.dumps(steps).decode(), (utc_now() - timedelta(days=1)).date().isoformat()
        now, cause = instant(utc_now()), str(uuid4())
        adopt = AdoptRules(procedure.NAME, f"procedure-{cause[:8]}", first, text)

        def decide(unit: Unit) -> None:
            unit.handle(RULES, procedure.NAME, adopt)

        self.runtime("screening").execute(Envelope(cause, "", "system", "*", now, now, cause, cause), decide)
        heard = self.runtime("referral").until(
            lambda db: terms.get(db, "60", utc_now().date()).reviewed or None, 30.0
        )
        assert heard, "referral heard it"

    def problem(self, programme_id: str, reason: str = "no_answer") -> str:
        """A problem of a programme, as if its answers had made one."""
        runtime, id = self.runtime("partners"), problem_of(programme_id, reason)
        now, cause = instant(utc_now()), str(uuid4())

        def find(unit: Unit) -> None:
            standing = get_standing(unit.db, programme_id)
            assert standing, "it is there, and not retired"
            sign = SIGNS[reason]
            evidence = Evidence(reason, 8, 10, standing.stood[sign.about])
            proposal = propose(reason, standing)
            unit.handle(PROBLEM, id, WeighProblem(id, programme_id, evidence, evidence.since, proposal))

        runtime.execute(Envelope(cause, "", "system", "60", now, now, cause, cause), find)
        return id

    def planned(self, centre: str = "60") -> str:
        """A case that was screened and has a plan."""
        case_id, user = self.case(centre), f"worker-{centre}"
        self.made(f"/api/v1/cases/{case_id}/screening", {"facts": {"housing": "street"}}, user)
        self.made(f"/api/v1/cases/{case_id}/plan", plan(), user)
        return case_id

    def referred(self, centre: str = "60", programme_id: str | None = None) -> Any:
        """A new case's referral, with a place."""
        case_id, programme_id = self.planned(centre), programme_id or self.programme()[1]
        sent = self.made("/api/v1/referrals", referral(case_id, programme_id), f"worker-{centre}")
        return {**sent, "case_id": case_id, "programme_id": programme_id}


# The steps that come before a step.
BEFORE = {
    "travel": ("accept",),
    "admit": ("accept",),
    "confirm": ("accept", "admit"),
    "fail": ("accept",),
    "follow-up": ("accept", "admit", "confirm"),
    "end": ("accept", "admit", "confirm"),
}
TOLD = {"said_by": "คุณสมศรี", "by_channel": "phone"}
REVIEWED = "missing_documents"
STEP_BODIES: dict[str, dict[str, Any]] = {
    "told": {"how": "line", "to": "คุณมาลี"},
    "decline": {"reason": "not_eligible", "whose": "partner", "note": "เตียงเต็ม"},
    "follow-up": {
        "in_place": True,
        "work": {"kind": "section_33", "income_baht_month": 9000},
        "note": "สบายดี",
    },
    "end": {"outcome": "stable"},
}


@dataclass(frozen=True)
class World:
    """Ids that calls are about."""

    centre: str
    case_id: str
    referral_id: str
    partner_id: str
    programme_id: str
    plan_id: str = "00000000-0000-0000-0000-000000000000"
    proposal_id: str = "00000000-0000-4000-8000-000000000000"
    match_id: str = "00000000-0000-4000-8000-000000000001"
    outreach_id: str = "00000000-0000-4000-8000-000000000001"
    problem_id: str = "00000000-0000-4000-8000-000000000002"
    rules_version: str = "2569-2"
    draft_id: str = "00000000-0000-4000-8000-000000000003"
    trial_id: str = "00000000-0000-4000-8000-000000000004"
    rows_of: str = "labels"
    row_key: str = "older_person"
    screening_id: str = "00000000-0000-4000-8000-000000000005"
    stay_id: str = "00000000-0000-4000-8000-000000000006"
    bed_id: str = "00000000-0000-4000-8000-000000000007"
    consent_id: str = "00000000-0000-4000-8000-000000000003"
    meeting_id: str = "00000000-0000-4000-8000-000000000008"
    item_id: str = "00000000-0000-4000-8000-00000000000a"
    member_id: str = "00000000-0000-4000-8000-000000000009"

    def path(self, route: Route) -> str:
        return template(route.path).format(**vars(self))

    def body(self, route: Route) -> Any:
        """A right body with every field that the call takes; None for a question."""
        if route.method == "GET":
            return None
        if route.door == "step" and route.fixed["step"] == "uphold":
            return {}
        if route.door == "step":
            return TOLD | STEP_BODIES.get(route.fixed["step"], {})
        return {**self.bodies()[route.door]}

    def bodies(self) -> dict[str, dict[str, Any]]:
        return {
            "open_case": opening(self.centre),
            "search": {"q": "มาลี", "centre": self.centre, "status": "open"},
            "known": {"centre": self.centre, "person": opening()["person"]},
            "alike": {"name": "บ้านพักอุ่นใจ", "province": self.centre},
            "request_erasure": {"reason": "person_asked", "confirmer": "deputy-60"},
            "withdraw_erasure": {},
            "confirm_erasure": {},
            "keep_minutes": {**kept(), "plan_id": self.plan_id},
            "request_transfer": {"to": "61", "reason": "relatives", "note": "มีน้องสาวอยู่ที่นั่น"},
            "accept_transfer": {},
            "reject_transfer": {"reason": "no_means", "note": "เตียงเต็ม"},
            "revoke_transfer": {},
            "close_case": {"reason": "left", "note": "กลับบ้านแล้ว"},
            "reopen_case": {"reason": "returned", "note": "กลับมาอีก"},
            "correct_person": {"person": opening()["person"], "reason": "learned"},
            "complete": {"facts": facts()},
            "note_answers": {"facts": facts(), "of": ["housing"]},
            "age": {"day": "2026-11-02"},
            "pointing": {"texts": {"why": "ใกล้บ้านเดิม"}},
            "assess": {"facts": facts()},
            "agree_plan": plan(),
            **{
                door: {
                    "based_on": "2569-2",
                    "content": {"screening": orjson.loads(rulebook.document("2569-2"))},
                }
                for door in ("draft_rules", "save_rules")
            },
            "try_draft": {"from": "2026-01-01", "to": "2026-01-02", "centre": self.centre},
            "adopt_draft": {"valid_from": "2099-01-01", "reason": "กฎหมายเปลี่ยน"},
            "record_consent": {
                "kind": "data",
                "status": "given",
                "how": "signed",
                "witness": "คุณมาลี",
                "scope": "ส่งต่อบ้านพัก",
            },
            "withdraw_consent": {"how": "spoken", "witness": "คุณมาลี", "note": "เปลี่ยนใจ"},
            "open_disclosure": {"how": "link"},
            "set_goal": {"area": "income", "text": "มีรายได้", "owner": "นักสังคม", "due": "2027-01-31"},
            "set_task": {
                "goal_id": None,
                "area": "rights",
                "kind": "document",
                "code": f"เอกสาร {''.join(chr(0x0E01 + int(each, 16)) for each in uuid4().hex[:6])}",
                "programme_id": self.programme_id or None,
                "text": "ไปกับเจ้าหน้าที่",
                "owner": "นักสังคม",
                "due": "2027-01-31",
            },
            "move_task": {"item_id": self.item_id, "due": "2027-02-28"},
            "care_progress": {
                "item_id": self.item_id,
                "progress": "not_possible",
                "reason": "other",
                "note": "โทรถามแล้ว",
            },
            "appoint_member": {
                "centre": self.centre,
                "user": None,
                "name": f"กรรมการ {uuid4().hex[:6]}",
                "role": "member",
                "since": "2026-10-01",
                "until": "2027-09-30",
            },
            "end_membership": {"until": "2026-12-31"},
            "add_closure": {"centre": self.centre, "day": "2027-06-15", "name": "ซ่อมอาคาร"},
            "take_back_closure": {"centre": self.centre, "day": "2027-06-16"},
            "call_meeting": {
                "centre": self.centre,
                "at": "2026-11-02T03:00:00Z",
                "place": "ห้องประชุม",
                "members": called(f"worker-{self.centre}"),
            },
            "invite": {"members": [{"user": "member-60", "name": "คนใหม่", "role": "member"}]},
            "table": {"case_ids": [self.case_id]},
            "propose": {"case_id": self.case_id, "path": "foundation", "programme_ids": []},
            "vote": {"case_id": self.case_id, "vote": "agree", "reason": "ใกล้บ้าน"},
            "declare_conflict": {"case_id": self.case_id},
            "decide": {
                "case_id": self.case_id,
                "votes": [{"member": number, "vote": "agree", "reason": "เห็นด้วย"} for number in "123"],
                "abstains_for_conflict": ["4"],
                "path": "local_home",
                "programme_ids": [],
                "why": "ใกล้บ้านเดิม",
                "override_reason": "ตามที่หารือ",
                "goals": [{"area": "housing", "text": "มีที่อยู่", "owner": "นักสังคม", "due": "2027-01-31"}],
            },
            "ratify": {
                "case_id": self.case_id,
                "votes": [{"member": number, "vote": "agree", "reason": "จำเป็น"} for number in "123"],
                "abstains_for_conflict": ["4"],
            },
            "review": {
                "case_id": self.case_id,
                "findings": ["not_wished", "too_late"],
                "found": "อยากอยู่ใกล้ลูก",
                "lesson": "ถามความประสงค์ก่อน",
            },
            "close_meeting": {},
            "send": referral(self.case_id, self.programme_id),
            "disclose": {"how": "link"},
            "ask_for_bed": {"programme_id": self.bed_id, "days": 3},
            "prolong_stay": {"days": 5},
            "end_stay": {"reason": "left", "note": "ไปพักกับญาติ"},
            "register_partner": partner(),
            "offer_programme": programme(),
            "confirm_capacity": {"total": 10, "free": 4},
            "correct_partner": {
                **partner(),
                "rules": {"min_age": 60},
                "network_id": "",
                "reason": "โทรถามแล้ว",
            },
            **{door: {"rules": {"min_age": 60}, "limit": 10} for door in ("what_if", "what_if_of_all")},
            "hold_outreach": {**activity(), "partner_ids": [self.partner_id]},
            "correct_outreach": {
                **activity(),
                "reached": 90,
                "partner_ids": [self.partner_id],
                "reason": "นับใหม่",
            },
            "enter_outreach_in_error": {"reason": "บันทึกซ้ำ"},
            "correct_programme": {
                "name": "ที่พัก",
                "path": "local_home",
                "rules": {"min_age": 60},
                "reason": "โทรถามแล้ว",
            },
            "make_link": {},
            "revoke_link": {"reason": "แผ่นหาย"},
            "confirm_partner": {"what": ["contact"], "reason": "โทรถามแล้ว"},
            "confirm_programme": {"what": ["rules", "capacity"], "reason": "โทรถามแล้ว"},
            **{
                f"{step}_{of}": {"reason": "โทรถามแล้ว"}
                for step in ("retire", "reopen")
                for of in ("partner", "programme")
            },
            **{f"{decision}_problem": {"reason": "โทรถามแล้ว"} for decision in ("accept", "dismiss")},
            **{f"{decision}_proposal": {"reason": "โทรถามแล้ว"} for decision in ("accept", "dismiss")},
        }


def called(user: str) -> list[dict[str, str]]:
    """Four members of a meeting, the first of them with an account."""
    return [
        {"user": user, "name": "ผู้ใช้ระบบ", "role": "secretary"},
        {"name": "ประธาน ก", "role": "chair"},
        {"name": "กรรมการ ข", "role": "member"},
        {"name": "กรรมการ ค", "role": "member"},
    ]


def calls(*, writes: bool | None = None, method: str | None = None) -> list[Route]:
    """Every call of the API, found by itself."""
    return [r for r in ROUTES if writes in (None, r.writes) and method in (None, r.method)]


def asker(route: Route) -> str:
    """A user of centre 60 who may."""
    directors_only = "/erasure" in route.path or route.path.endswith(
        ("/adopt", "/uphold", "/transfer/accept", "/transfer/reject")
    )
    directors_only |= route.door in ("appoint_member", "end_membership", "add_closure", "take_back_closure")
    return "director-60" if directors_only else "worker-60"


def name_of(route: Route) -> str:
    return f"{route.method} {route.path}"


def agrees(method: str, path: str, answer: requests.Response) -> None:
    """The answer is one the OpenAPI document has for this call; nothing is ever answered with 500."""
    assert answer.status_code != 500, (method, path, answer.text)
    if answer.status_code in (404, 405) or method not in ("GET", "POST", "PUT", "PATCH"):
        return
    path = path.partition("?")[0]
    for known, form, operations in published():
        if form.fullmatch(path) and method.lower() in operations:
            responses = operations[method.lower()]["responses"]
            assert str(answer.status_code) in responses, (method, known, answer.status_code)
            found = responses[str(answer.status_code)]
            if "$ref" in found:
                found = document()["components"]["responses"][found["$ref"].rpartition("/")[2]]
            if "content" not in found:
                assert not answer.content
                return
            kind = answer.headers["Content-Type"].partition(";")[0]
            content = found["content"][kind]
            if kind.endswith("json"):
                fits(orjson.dumps(content["schema"]), answer.content)
            return


@cache
def published() -> list[tuple[str, re.Pattern[str], Any]]:
    """The paths of the OpenAPI document, those without a variable first; what fits each, and its operations."""
    concrete_first = sorted(document()["paths"].items(), key=lambda each: "{" in each[0])
    return [
        (known, re.compile(re.sub(r"{\w+}", "[^/]+", known)), operations)
        for known, operations in concrete_first
    ]


@lru_cache(maxsize=4096)
def fits(schema: bytes, answer: bytes) -> None:
    """Many are refused in the same words, which are held against the document once."""
    shape(schema).validate(orjson.loads(answer))


@cache
def shape(schema: bytes) -> Draft202012Validator:
    """What holds an answer against a schema of the document; it remembers where the schema's references lead."""
    whole = {**orjson.loads(schema), "components": document()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def problem(answer: requests.Response, status: int) -> Any:
    """The problem document of an answer that must be this error."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    found = answer.json()
    assert found["status"] == status and found["title"] and found["detail"] and found["type"]
    assert "None" not in found.get("errors", {})  # an id of the address is no field
    return found


def earlier(**by: float) -> str:
    return instant(utc_now() - timedelta(**by))


def settled() -> dict[str, Any]:
    """Facts that leave no label open: the working group is next."""
    return {**facts(), "trafficking_signs": False, "mental_crisis": False}


def facts() -> dict[str, Any]:
    return {
        "age": {"on": "2026-11-01", "min": 66, "max": 67},
        "sex": "female",
        "nationality": "thai",
        "danger": "none",
        "domicile": [{"province": "60", "basis": "registered_house"}],
        "housing": "street",
        "income_sufficient": False,
        "can_depend_on_others": False,
        "begging": "none",
        "disability_types": [1],
        "care_level": 1,
        "wants": ["local_home"],
        "documents_held": ["id_card"],
        "relatives": "none",
    }


def opening(centre: str = "60", **person: Any) -> dict[str, Any]:
    described = {
        "identity_status": "confirmed_card",
        "name": {"title": "นาง", "first": "มาลี", "last": "ใจดี", "alias": "ป้าลี"},
        "national_id": NUMBER,
        "sex": "female",
        "birth_date": "1950-05-12",
        "nationality": "thai",
        "domicile": [{"province": "60", "basis": "registered_house"}],
    }
    return {
        "centre": centre,
        "channel": "walk_in",
        "found": {"subdistrict": "600101", "place": "ใต้สะพานเดชาติวงศ์"},
        "person": {**described, **person},
        "danger": "none",
        "note": "มากับน้องสาว",
    }


def partner() -> dict[str, Any]:
    return {
        "name": f"บ้านพักผู้สูงอายุตัวอย่าง {uuid4().hex[:6]}",
        "kind": "pao_home",
        "under_ministry": False,
        "province": "60",
        "subdistrict": "600101",
        "contact": {"phone": "056-000-000", "email": "home@example.org", "website": "https://example.org"},
    }


def activity() -> dict[str, Any]:
    return {
        "kind": "booth",
        "date": "2026-11-02",
        "province": "60",
        "place": "ตลาดปากน้ำโพ",
        "reached": 120,
        "material": "แผ่นพับ 100 แผ่น",
        "note": "เตรียมเก้าอี้เพิ่มครั้งหน้า",
    }


def programme(free: int = 5) -> dict[str, Any]:
    return {
        "name": "ที่พักผู้สูงอายุ",
        "path": "local_home",
        "capacity": {"total": 10, "free": free},
        "rules": {
            "min_age": 60,
            "max_age": 120,
            "sex": ["female", "male"],
            "nationality": ["thai"],
            "domicile": {"provinces": ["60", "61"], "bases": ["registered_house"]},
            "care_level_max": 3,
            "accepts_communicable": "treated",
            "accepts_severe_behaviour": False,
            "documents": ["id_card"],
        },
    }


def plan() -> dict[str, Any]:
    members = [
        {"name": "สมชาย ตัวอย่าง", "role": "chair", "vote": "agree"},
        {"name": "สมหญิง ตัวอย่าง", "role": "secretary", "vote": "agree"},
        {"name": "ปรีชา ตัวอย่าง", "role": "member", "vote": "dissent", "reason": "ไกลบ้าน"},
    ]
    return {"members": members, "path": "local_home", "why": "ใกล้บ้านเดิม", "goals": ["มีที่พักถาวร"]}


def kept() -> dict[str, Any]:
    """What may stay of the minutes of `plan`."""
    return {
        "why": "ใกล้บ้านเดิม",
        "goals": ["มีที่พักถาวร"],
        "members": [{"reason": None}, {"reason": None}, {"reason": "ไกลบ้าน"}],
        "override": {"reason": None},
    }


def referral(case_id: str, programme_id: str) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "programme_id": programme_id,
        "consent": {"status": "given", "witness": "พยาน ตัวอย่าง"},
    }
