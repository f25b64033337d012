"""How the registry is kept true: corrected and retired by who keeps a partner, and what other centres propose of it."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta

import orjson

from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Body, CommandDoor, Json
from services.partners.answers import Changed, Partner, ProposalDecided, Proposed, Rules
from services.partners.doors import (
    ACCEPT_PROBLEM,
    ACCEPT_PROPOSAL,
    CORRECT_PARTNER,
    CORRECT_PROGRAMME,
    DISMISS_PROPOSAL,
    PARTNERS,
    PROBLEMS,
    REGISTER_PARTNER,
    RETIRE_PROGRAMME,
)
from services.referral.doors import REFERRALS
from services.sample.office import Office
from services.sample.people import CENTRES

NETWORK: Body = {
    "name": "เครือข่ายสถานสงเคราะห์คนชราของท้องถิ่น (ตัวอย่าง)", "kind": "other", "under_ministry": False,
    "province": "60", "subdistrict": "600101",
}  # fmt: skip
MOVED = "ผู้ประสานงานแจ้งหมายเลขใหม่ทางโทรศัพท์"


class Keeping:
    """What is done to the registry on some days of the two years."""

    def __init__(self, office: Office) -> None:
        self.office, self.chance = office, office.chance("keeping")
        self.numbers = 0
        self.proposed = ""  # the last proposal

    def run(self) -> Iterator[datetime]:
        deeds: Sequence[tuple[int, Callable[[], None]]] = (
            (300, self._new_numbers), (360, self._join_a_network), (400, self._lose_a_nurse),
            (420, self._fewer_papers), (450, self._fall_silent), (600, self._propose_a_number), (603, self._accept),
            (640, self._propose_to_retire), (645, self._dismiss), (680, self._retire), (718, self._propose_a_number),
            (721, self._propose_an_age), (724, self._ask_the_silent),
        )  # fmt: skip
        for day, deed in deeds:
            yield self.office.working_hour(self.chance, self.office.first_day + timedelta(days=day))
            deed()

    def _lose_a_nurse(self) -> None:
        """A home that says it can care for everybody says no to whoever needs care from now on."""
        self.office.courses[self._busiest("60", care_level_max=3)[0]] = ["too_ill"] * 14

    def _fall_silent(self) -> None:
        for home in self._busiest("62")[:2]:
            self.office.courses[home] = ["silence"] * 9

    def _ask_the_silent(self) -> None:
        """Its number was right: whoever answered the telephone had left."""
        for each in self.office.ask(PROBLEMS.of(centre="62"))["items"]:
            if each["reason"] == "no_answer":
                body: Body = {"problem_id": each["problem_id"], "reason": "โทรถามแล้ว เปลี่ยนผู้ประสานงาน เบอร์เดิม"}
                self.office.do(ACCEPT_PROBLEM, body, "worker-62")

    def _busiest(self, province: str, **rules: Json) -> Sequence[str]:
        """The homes of foundations in a province with such rules, those first to which most people were sent."""
        times = Counter(
            each["programme_id"]
            for each in self.office.ask(REFERRALS.of(limit=LIMIT_MOST))["items"]
            if "programme_id" in each
        )
        homes = [
            each["programme_id"]
            for partner in self._partners(province)
            for each in partner["programmes"]
            if each["path"] == "foundation" and dict(each["rules"]).items() >= rules.items()
        ]
        return sorted(homes, key=lambda each: -times[each])

    def _new_numbers(self) -> None:
        for centre in CENTRES:
            for partner in self._partners(centre)[:2]:
                self.office.do(CORRECT_PARTNER, self._number(partner, MOVED), f"worker-{centre}")

    def _join_a_network(self) -> None:
        """Homes for the aged agree on whom all of them take; one of them has a rule for all its programmes."""
        homes = [partner for partner in self._partners("60") if partner["kind"] == "pao_home"]
        network_id = self.office.do(REGISTER_PARTNER, NETWORK, "worker-60")["partner_id"]
        rules: Json = {"min_age": 60, "nationality": ["thai"]}
        agreed: Body = {"partner_id": network_id, "rules": rules, "reason": "ตามบันทึกข้อตกลงของเครือข่าย"}
        self.office.do(CORRECT_PARTNER, agreed, "worker-60")
        for number, home in enumerate(homes):
            own: Json = {"accepts_legal_case": False} if number == 0 else {}
            body: Body = {
                "partner_id": home["partner_id"], "network_id": network_id, "rules": own,
                "reason": "ลงนามเข้าร่วมเครือข่ายแล้ว",
            }  # fmt: skip
            self.office.do(CORRECT_PARTNER, body, "worker-60")

    def _fewer_papers(self) -> None:
        centre, programme_id, rules = next(
            (centre, each["programme_id"], each["rules"])
            for centre in CENTRES
            for partner in self._partners(centre)
            for each in partner["programmes"]
            if len(each["rules"].get("documents", ())) > 1
        )
        body: Body = {
            "programme_id": programme_id,
            "rules": _with(rules, documents=["id_card"]),
            "reason": "โทรสอบถามแล้ว ไม่ขอสำเนาทะเบียนบ้านอีก",
        }
        self.office.do(CORRECT_PROGRAMME, body, f"worker-{centre}")

    def _propose_a_number(self) -> None:
        partner = self._partners("60")[2]
        body = self._number(partner, "ผู้ดูแลบอกระหว่างที่ศูนย์พาผู้รับบริการไปส่ง")
        self._propose(CORRECT_PARTNER, body, "worker-62")

    def _propose_to_retire(self) -> None:
        programme = self._partners("60")[3]["programmes"][0]
        body: Body = {
            "programme_id": programme["programme_id"],
            "reason": "มีผู้แจ้งว่าไม่รับแล้ว ยังไม่ได้สอบถามกับหน่วยงาน",
        }
        self._propose(RETIRE_PROGRAMME, body, "worker-61")

    def _propose_an_age(self) -> None:
        programme = next(
            each
            for partner in self._partners("61")
            for each in partner["programmes"]
            if each["rules"].get("min_age") == 60
        )
        body: Body = {
            "programme_id": programme["programme_id"],
            "rules": _with(programme["rules"], min_age=55),
            "reason": "ผู้จัดการบ้านบอกในที่ประชุมเครือข่ายว่ารับตั้งแต่อายุ 55 ปี",
        }
        self._propose(CORRECT_PROGRAMME, body, "worker-60")

    def _propose(self, door: CommandDoor[Changed | Proposed], body: Body, user: str) -> None:
        answer = self.office.do(door, body, user)
        assert "proposal_id" in answer, "another centre keeps this partner"
        self.proposed = answer["proposal_id"]

    def _accept(self) -> None:
        self._decide(ACCEPT_PROPOSAL, "โทรถามแล้ว ถูกต้อง")

    def _dismiss(self) -> None:
        self._decide(DISMISS_PROPOSAL, "สอบถามแล้ว ยังรับตามเดิม")

    def _decide(self, door: CommandDoor[ProposalDecided], reason: str) -> None:
        self.office.do(door, {"proposal_id": self.proposed, "reason": reason}, "director-60")

    def _retire(self) -> None:
        """A course that nobody holds a place in."""
        programme_id = next(
            each["programme_id"]
            for partner in self._partners("62")
            for each in partner["programmes"]
            if not each["places"]["reserved"] + each["places"]["filled"] + each["places"]["waiting"]
        )
        body: Body = {"programme_id": programme_id, "reason": "ผู้จัดแจ้งเป็นหนังสือว่าปิดบริการนี้แล้ว"}
        self.office.do(RETIRE_PROGRAMME, body, "worker-62")
        self.office.retired.add(programme_id)

    def _partners(self, province: str) -> Sequence[Partner]:
        """Those that offer something."""
        found = self.office.ask(PARTNERS.of(province=province, limit=LIMIT_MOST))["items"]
        return [each for each in found if each["programmes"]]

    def _number(self, partner: Partner, reason: str) -> Body:
        """A number that no line has."""
        self.numbers += 1
        contact = {"phone": f"0-0000-9{self.numbers:03d}"}
        return {"partner_id": partner["partner_id"], "contact": contact, "reason": reason}


def _with(rules: Rules, **changed: Json) -> dict[str, Json]:
    """Rules as they were answered, as a body says them, with some of them changed."""
    told: dict[str, Json] = orjson.loads(orjson.dumps(rules))
    return told | changed
