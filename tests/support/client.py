"""A client of the HTTP API as another system would write it: one user's calls, each change with an Idempotency-Key of
its own."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

import requests

T = TypeVar("T")
Json = dict[str, Any]
DESTITUTE = {"housing": "street", "income_sufficient": False, "can_depend_on_others": False, "care_level": 1}


class Refusal(Exception):
    """A problem document: `status`, and the rest of it in `problem`."""

    def __init__(self, status: int, problem: Json) -> None:
        super().__init__(status, problem.get("code"), problem.get("detail"), problem.get("errors"))
        self.status, self.problem = status, problem
        self.code: str | None = problem.get("code")


@dataclass(frozen=True)
class Change:
    """One command over HTTP. Sent again it is the same command: the key goes with it."""

    method: str
    path: str
    body: Json
    key: str = field(default_factory=lambda: str(uuid4()))


class Client:
    """`token` makes it one user. `send` of a change may be replaced by one that tries again."""

    def __init__(self, address: str, token: str, seconds: float = 30.0) -> None:
        self.address, self.seconds = address, seconds
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {token}"

    def get(self, path: str, **query: Any) -> Json:
        return body_of(self.session.get(f"{self.address}{path}", params=query, timeout=self.seconds))

    def send(self, change: Change, headers: Mapping[str, str] | None = None) -> Json:
        answer = self.session.request(
            change.method,
            f"{self.address}{change.path}",
            json=change.body,
            headers={"Idempotency-Key": change.key, **(headers or {})},
            timeout=self.seconds,
        )
        return body_of(answer)

    def post(self, path: str, body: Json) -> Json:
        return self.send(Change("POST", path, body))

    # -- the calls of the main job -----------------------------------------------------------------------------------

    def partner(self, province: str = "60", **more: Any) -> str:
        told = {
            "name": "บ้านพักตัวอย่าง",
            "kind": "pao_home",
            "under_ministry": False,
            "province": province,
            **more,
        }
        partner_id: str = self.post("/api/v1/partners", told)["partner_id"]
        return partner_id

    def programme(self, partner_id: str, places: int, **more: Any) -> str:
        """A programme on the path local_home for people of 60 and more, with all its `places` free."""
        capacity = {"total": places, "free": places}
        told = {
            "name": "ที่พักผู้สูงอายุ",
            "path": "local_home",
            "capacity": capacity,
            "rules": {"min_age": 60},
            **more,
        }
        path = f"/api/v1/partners/{partner_id}/programmes"
        programme_id: str = self.post(path, told)["programme_id"]
        return programme_id

    def confirm_capacity(self, programme_id: str, total: int, free: int) -> Json:
        path = f"/api/v1/programmes/{programme_id}/capacity"
        return self.send(Change("PUT", path, {"total": total, "free": free}))

    def places(self, partner_id: str, programme_id: str) -> Json:
        """{total, free, reserved, filled, waiting, confirmed_at} of one programme."""
        programmes = self.get(f"/api/v1/partners/{partner_id}")["programmes"]
        found: Json = next(row["places"] for row in programmes if row["programme_id"] == programme_id)
        return found

    def open_case(self, centre: str = "60", **more: Any) -> str:
        case_id: str = self.post("/api/v1/cases", {**new_case(centre), **more})["case_id"]
        return case_id

    def screen(self, case_id: str, **facts: Any) -> Json:
        return self.post(f"/api/v1/cases/{case_id}/screening", {"facts": {**DESTITUTE, **facts}})

    def matches(self, case_id: str, wait: float = 10.0) -> Json:
        return self.get(f"/api/v1/cases/{case_id}/matches", wait=wait, limit=200)

    def plan(self, case_id: str, programme_id: str | None = None) -> Json:
        return self.post(f"/api/v1/cases/{case_id}/plan", new_plan(programme_id))

    def planned_case(self, centre: str = "60", programme_id: str | None = None) -> str:
        """A case opened, screened and planned, one call right after the other."""
        case_id = self.open_case(centre)
        self.screen(case_id)
        self.plan(case_id, programme_id)
        return case_id

    def refer(self, case_id: str, programme_id: str, **more: Any) -> Json:
        told = {"case_id": case_id, "programme_id": programme_id, "consent": {"status": "given"}, **more}
        return self.post("/api/v1/referrals", told)

    def step(self, referral_id: str, step: str, **more: Any) -> Json:
        return self.post(f"/api/v1/referrals/{referral_id}/{step}", more)

    def referral(self, referral_id: str) -> Json:
        return self.get(f"/api/v1/referrals/{referral_id}")

    def case(self, case_id: str) -> Json:
        return self.get(f"/api/v1/cases/{case_id}")

    def timeline(self, case_id: str) -> list[Json]:
        items: list[Json] = self.get(f"/api/v1/cases/{case_id}/timeline")["items"]
        return items

    def overview(self, **query: str) -> Json:
        return self.get("/api/v1/reports/overview", **query)


def body_of(answer: requests.Response) -> Json:
    """The JSON of an answer; a Refusal for a problem document."""
    if not answer.ok:
        problem = "problem+json" in answer.headers.get("Content-Type", "")
        raise Refusal(answer.status_code, answer.json() if problem else {"detail": answer.text[:500]})
    body: Json = answer.json()
    return body


def new_case(centre: str) -> Json:
    """A man of some 76 years, at home in the centre's province."""
    home = {"province": centre, "basis": "registered_house"}
    return {
        "centre": centre,
        "channel": "walk_in",
        "found": {"subdistrict": f"{centre}0101"},
        "person": {
            "identity_status": "claimed",
            "name": {"first": "สมชาย", "last": "ตัวอย่าง"},
            "sex": "male",
            "birth_date": "1950",
            "nationality": "thai",
            "domicile": [home],
        },
        "danger": "none",
        "note": "พบที่สถานีขนส่ง",
    }


def new_plan(programme_id: str | None) -> Json:
    """Two agree, one abstains; to one programme, or to the path local_home."""
    votes = (("chair", "agree"), ("secretary", "agree"), ("member", "abstain"))
    return {
        "members": [{"name": role, "role": role, "vote": vote} for role, vote in votes],
        "path": "local_home",
        **({"programme_id": programme_id} if programme_id else {}),
        "why": "ใกล้บ้านเดิม",
        "goals": ["มีที่อยู่ถาวร"],
    }


def until(ask: Callable[[], T], good: Callable[[T], object], what: str, seconds: float = 20.0) -> T:
    """What `ask` gives once it is good; what other services do about a command follows within moments, not at once."""
    deadline = time.monotonic() + seconds
    while not good(found := ask()):
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds:.0f} s: {what}")
        time.sleep(0.05)
    return found
