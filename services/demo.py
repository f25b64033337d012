"""`songtor demo`: one new case through all services of a running system, over its HTTP API, each event told as it
happens."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import uuid4

import requests

Json = dict[str, Any]
USERS = ("worker-60", "director-60", "ministry")  # who walks
Say = Callable[[str], None]

CENTRE = "60"
FOUND = "600101"  # a subdistrict of that province
PATIENCE = 15.0  # seconds until what follows from a step must have been recorded
POLL = 0.05
HTTP_SECONDS = 30.0

PERSON: Json = {
    "identity_status": "confirmed_card",
    "name": {"title": "นาย", "first": "สาธิต", "last": "ตัวอย่าง"},
    "sex": "male",
    "birth_date": "1955-03",
    "nationality": "thai",
    "domicile": [{"province": CENTRE, "basis": "registered_house"}],
}
CASE: Json = {
    "centre": CENTRE,
    "channel": "walk_in",
    "found": {"subdistrict": FOUND, "place": "มาที่ศูนย์ด้วยตนเอง"},
    "person": PERSON,
    "danger": "none",
    "note": "เรื่องสาธิต สร้างโดย songtor demo",
}
FACTS: Json = {
    "housing": "public_place",
    "income_sufficient": False,
    "can_depend_on_others": False,
    "begging": "none",
    "disability_types": [],
    "mental_crisis": False,
    "care_level": 1,
    "communicable_disease": "none",
    "severe_behaviour": False,
    "legal_case": False,
    "able_to_work": False,
    "wants_work": False,
    "wants": ["local_home"],
    "prior_process_done": True,
    "documents_held": ["id_card", "house_registration"],
    "relatives": "none",
}
MEMBERS = [
    {"name": "ประธานสาธิต", "role": "chair", "vote": "agree"},
    {"name": "เลขานุการสาธิต", "role": "secretary", "vote": "agree"},
    {"name": "กรรมการสาธิต", "role": "member", "vote": "dissent", "reason": "อยากให้อยู่ใกล้กว่านี้"},
]
OWN_PARTNER: Json = {
    "name": "บ้านพักผู้สูงอายุตัวอย่าง สาธิต",
    "kind": "pao_home",
    "under_ministry": False,
    "province": CENTRE,
}
OWN_PROGRAMME: Json = {
    "name": "ที่พักผู้สูงอายุ",
    "path": "local_home",
    "capacity": {"total": 5, "free": 5},
    "rules": {"min_age": 60},
}
BY_PHONE = {"said_by": "ผู้ประสานงานสาธิต", "by_channel": "phone"}


class Missing(Exception):
    """Something the walk needs is not there; the text says what, and what to do."""


def walk(address: str, tokens: Mapping[str, str], say: Say = print) -> int:
    """Walk one case through the system at `address` as worker-60, director-60 and ministry. Returns 0, or 1 having said
    why not."""
    try:
        Walk(address.rstrip("/"), tokens, say).run()
    except Missing as missing:
        say(f"✗ {missing}")
        return 1
    except requests.ConnectionError:
        say(f"✗ ไม่มีระบบตอบที่ {address} / No system answers at {address}. Start it: make run")
        return 1
    except requests.Timeout:
        say(f"✗ ระบบตอบช้าเกินไป / The system did not answer within {HTTP_SECONDS:.0f} s. Look: songtor status")
        return 1
    return 0


class Walk:
    """The steps, and what was seen of the case's events so far."""

    def __init__(self, address: str, tokens: Mapping[str, str], say: Say) -> None:
        self.address, self.tokens, self.say = address, tokens, say
        self.session = requests.Session()
        self.steps = 0
        self.position = 0  # in the merged log
        self.seen: dict[str, Json] = {}  # the case's events by id
        self.case_id = ""

    def run(self) -> None:
        self._look_around()
        before = self._placed()
        self._open()
        paths = self._screen()
        referral_id = self._refer(paths)
        self._take_in(referral_id)
        self._report(before)
        slowest = max(map(self._since_cause, self.seen.values()), default=0)
        self.say("")
        self.say(
            f"✓ ครบทุกบริการ / All services took part: {len(self.seen)} events, the slowest {slowest} ms after its cause."
        )

    # -- the steps -------------------------------------------------------------------------------------------------

    def _look_around(self) -> None:
        lacking = [user for user in USERS if user not in self.tokens]
        if lacking:
            raise Missing(
                f"The sample users are missing ({', '.join(lacking)}). Make them: songtor load-sample"
            )
        ready = self.session.get(f"{self.address}/ready", timeout=HTTP_SECONDS)
        if ready.status_code != 200:
            raise Missing(f"The system is not ready: {self._detail(ready)}")
        if problems := ready.json()["problems"]:
            raise Missing(f"A part of the system does not work: {'; '.join(problems)}")
        self._find_end()

    def _open(self) -> None:
        opened = self._do("เปิดเรื่อง", "Open a case", "worker-60", "/api/v1/cases", CASE)
        self.case_id = opened["case_id"]
        self.say(f"     {opened['case_number']}")
        self._follow("CaseOpened", "PersonIdentified", "ScreeningStarted")

    def _screen(self) -> list[str]:
        path = f"/api/v1/cases/{self.case_id}/screening"
        screened = self._do("คัดกรอง", "Screen", "worker-60", path, {"facts": FACTS})
        met = [label["code"] for label in screened["labels"] if label["verdict"] == "met"]
        self.say(f"     {', '.join(met)} → {', '.join(screened['paths'])}")
        self._follow("ScreeningCompleted", "PartnerMatched")
        return list(screened["paths"])

    def _refer(self, paths: list[str]) -> str:
        """Plan and send to the best place that is free, else to the next, at last to a partner of our own."""
        for candidate in [*self._candidates(paths), None]:
            programme_id, path = (
                (candidate["programme_id"], candidate["path"]) if candidate else self._own_partner()
            )
            plan = {
                "members": MEMBERS,
                "path": path,
                "programme_id": programme_id,
                "why": "ตรงกับความประสงค์และใกล้ภูมิลำเนา",
                "goals": ["มีที่อยู่ที่มั่นคงภายใน 30 วัน"],
            }
            self._do(
                "ประชุมคณะทำงาน", "Agree a plan", "director-60", f"/api/v1/cases/{self.case_id}/plan", plan
            )
            self._follow("PlanAgreed", "PartnerMatched")
            sending = {"case_id": self.case_id, "programme_id": programme_id, "consent": {"status": "given"}}
            sent = self._do("ส่งต่อ", "Send the referral", "worker-60", "/api/v1/referrals", sending)
            if sent["place"] == "refused":
                self._follow("ReferralSent", "PlaceRefused", "ReferralDeclined", "ConsentRecorded")
                self.say("     ไม่มีที่ว่างแล้ว / That place has just gone; on to the next.")
                continue
            self._follow("ReferralSent", "PlaceReserved", "PlaceSecured", "ConsentRecorded")
            return str(sent["referral_id"])
        raise Missing("Even a partner made for this walk has no free place. Look: songtor status")

    def _candidates(self, paths: list[str]) -> list[Json]:
        """Eligible candidates with a free place on the case's paths, best first; the first three are told with their
        reasons."""
        self._title("จับคู่", "Look at the matches")
        found = self._get("worker-60", f"/api/v1/cases/{self.case_id}/matches", wait=PATIENCE, limit=200)
        if found["computed_at"] is None:
            raise Missing(f"The partners service made no match within {PATIENCE:.0f} s. Look: songtor status")
        counts = found["counts"]
        self.say(
            f"     เข้าเกณฑ์ {counts['eligible']} · ยังไม่แน่ {counts['unknown']} · ไม่เข้าเกณฑ์ {counts['ineligible']}"
            " (eligible · unknown · ineligible)"
        )
        fit = [each for each in found["candidates"] if each["verdict"] == "eligible" and each["places_free"]]
        fit = [each for each in fit if each["path"] in paths]
        for each in fit[:3]:
            met = ", ".join(reason["rule"] for reason in each["reasons"] if reason["verdict"] == "met")
            self.say(
                f"     {each['rank']}. {each['partner']} · {each['path']} · "
                f"ว่าง {each['places_free']} ({met or 'no rules'})"
            )
        return fit[:3]

    def _own_partner(self) -> tuple[str, str]:
        self._title("ไม่มีที่ว่าง จึงขึ้นทะเบียนภาคีเครือข่ายสาธิต", "No place is free: register a partner for this walk")
        partner = self._post("worker-60", "/api/v1/partners", OWN_PARTNER)
        path = f"/api/v1/partners/{partner['partner_id']}/programmes"
        offered = self._post("worker-60", path, OWN_PROGRAMME)
        return str(offered["programme_id"]), str(OWN_PROGRAMME["path"])

    def _take_in(self, referral_id: str) -> None:
        def step(thai: str, english: str, name: str, body: Json, *expected: str) -> None:
            self._do(thai, english, "worker-60", f"/api/v1/referrals/{referral_id}/{name}", body)
            self._follow(*expected)

        step("แจ้งภาคีเครือข่าย", "Tell the partner", "told", {"how": "phone"}, "PartnerTold")
        step("ภาคีเครือข่ายตอบรับ", "The partner accepts", "accept", BY_PHONE, "ReferralAccepted", "PlaceTaken")
        step("เดินทาง", "On the way", "travel", {}, "PersonTravelling")
        step("ถึงและรับเข้า", "Admitted", "admit", {}, "PersonAdmitted")
        step("ยืนยันการเข้าพักหรือเข้าทำงาน", "Placement confirmed", "confirm", {}, "PlacementConfirmed")
        step("ติดตามผล", "Follow-up", "follow-up", {"in_place": True, "note": "สาธิต"}, "FollowUpRecorded")

    def _report(self, before: int) -> None:
        self._title("รายงาน", "Reporting counts it: the overview")
        started = time.monotonic()
        while (now := self._placed()) <= before:
            if time.monotonic() - started > PATIENCE:
                raise Missing(
                    f"Reporting did not count the placement within {PATIENCE:.0f} s. Look: songtor status"
                )
            time.sleep(POLL)
        self.say(f"     เข้าพักหรือเข้าทำงานแล้ว / Placed in this budget year: {before} → {now}")
        case = self._get("worker-60", f"/api/v1/cases/{self.case_id}")
        told = self._get("worker-60", f"/api/v1/cases/{self.case_id}/timeline")["items"]
        services = ", ".join(sorted({item["service"] for item in told}))
        self.say(f"     {case['case_number']}: {case['status']}; timeline {len(told)} events by {services}")

    def _placed(self) -> int:
        return int(self._get("ministry", "/api/v1/reports/overview", centre=CENTRE)["placements"]["total"])

    # -- events ----------------------------------------------------------------------------------------------------

    def _find_end(self) -> None:
        """The end of the merged log: the first position behind which nothing is, by doubling and halving."""

        def is_end(position: int) -> bool:
            return not self._events(position, 1)["items"]

        most = 1
        while not is_end(most):
            most *= 2
        least = 0 if is_end(0) else most // 2
        while least < most:
            middle = (least + most) // 2
            least, most = (least, middle) if is_end(middle) else (middle + 1, most)
        self.position = least

    def _events(self, after: int, limit: int = 500) -> Json:
        return self._get("ministry", "/api/v1/events", after=after, limit=limit)

    def _follow(self, *expected: str) -> None:
        """Tell the case's events until one of each expected type was seen since this step began."""
        lacking = Counter(expected)
        end = time.monotonic() + PATIENCE
        while +lacking:
            page = self._events(self.position)
            self.position = page["next"]
            for event in page["items"]:
                if event.get("caseid") == self.case_id and event["id"] not in self.seen:
                    self.seen[event["id"]] = event
                    lacking[event["type"]] -= 1
                    self._tell(event)
            if time.monotonic() > end:
                waited = ", ".join(sorted(+lacking))
                raise Missing(f"Nothing was heard of {waited} within {PATIENCE:.0f} s. Look: songtor status")
            if not page["items"]:
                time.sleep(POLL)

    def _tell(self, event: Json) -> None:
        service = event["source"].rpartition("/")[2]
        cause = self.seen.get(event["causationid"])
        told = f"+{self._since_cause(event)} ms after {cause['type']}" if cause else ""
        self.say(f"     {service:<10} {event['type']:<20} {told}".rstrip())

    def _since_cause(self, event: Json) -> int:
        """Milliseconds from when the event that caused it was recorded; 0 for what somebody asked for."""
        cause = self.seen.get(event["causationid"])
        if cause is None:
            return 0
        recorded = [datetime.fromisoformat(each["recordedtime"]) for each in (cause, event)]
        return round((recorded[1] - recorded[0]).total_seconds() * 1000)

    # -- HTTP ------------------------------------------------------------------------------------------------------

    def _title(self, thai: str, english: str, ending: str = "") -> None:
        self.steps += 1
        self.say("")
        self.say(f"{self.steps:>2}. {thai} / {english}{ending}")

    def _do(self, thai: str, english: str, user: str, path: str, body: Json) -> Json:
        """One step: a command, told with the time its answer took."""
        started = time.perf_counter()
        answer = self._post(user, path, body)
        self._title(thai, english, f" ({(time.perf_counter() - started) * 1000:.0f} ms)")
        return answer

    def _post(self, user: str, path: str, body: Json) -> Json:
        return self._call("POST", user, path, json=body, headers={"Idempotency-Key": str(uuid4())})

    def _get(self, user: str, path: str, **query: Any) -> Json:
        return self._call("GET", user, path, params=query)

    def _call(
        self, method: str, user: str, path: str, headers: Mapping[str, str] | None = None, **more: Any
    ) -> Json:
        sent = {"Authorization": f"Bearer {self.tokens[user]}", **(headers or {})}
        answer = self.session.request(method, self.address + path, headers=sent, timeout=HTTP_SECONDS, **more)
        if answer.status_code == 401:
            raise Missing(
                f"The token of {user} is not accepted: {self._detail(answer)} Make the users: songtor load-sample"
            )
        if not answer.ok:
            raise Missing(f"{method} {path} answered {answer.status_code}: {self._detail(answer)}")
        found: Json = answer.json()
        return found

    @staticmethod
    def _detail(answer: requests.Response) -> str:
        """What a problem document says, else its status."""
        try:
            problem = answer.json()
        except requests.JSONDecodeError:
            return answer.reason
        return " ".join(str(problem[key]) for key in ("detail", "code", "errors") if problem.get(key))
