"""What each centre does to be known in the two years: a mobile unit every month, and now and then something else."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from services.kernel.questions import Body
from services.partners.doors import CORRECT_OUTREACH, ENTER_OUTREACH_IN_ERROR, HOLD_OUTREACH
from services.sample.office import Office

EVERY_DAYS = 30
MET_MOST = 3
# (kind, place, material, least and most people reached)
MONTHLY = ("mobile_service", "ลานหน้าที่ว่าการอำเภอ", "แผ่นพับ 100 แผ่น", 40, 160)
OTHERS: Sequence[tuple[str, str | None, str | None, int, int]] = (
    ("booth", "งานวัดประจำปี", "แผ่นพับและโปสเตอร์", 80, 300),
    ("facebook", None, "ภาพประชาสัมพันธ์หมายเลข 1300", 500, 4000),
    ("meeting", "ห้องประชุมศาลากลางจังหวัด", None, 15, 45),
    ("training", "อบรมอาสาสมัครพัฒนาสังคม", "คู่มือการแจ้งเหตุ", 25, 60),
    ("line", None, "ข้อความถึงกลุ่มอาสาสมัครสาธารณสุข", 60, 250),
    ("phone", None, None, 5, 20),
    ("tiktok", None, "คลิปสั้นหนึ่งนาที", 800, 6000),
)


class Reaching:
    """One centre's activities of the two years."""

    def __init__(self, office: Office, centre: str) -> None:
        self.office, self.centre, self.user = office, centre, f"worker-{centre}"
        self.chance = office.chance("outreach", centre)

    def run(self) -> Iterator[datetime]:
        day = self.office.first_day + timedelta(days=self.chance.randint(3, 15))
        number = 0
        while True:
            yield self.office.working_hour(self.chance, day)
            self._hold(*MONTHLY)
            if number % 2:
                yield self.office.working_hour(self.chance, day + timedelta(days=self.chance.randint(4, 20)))
                last = self._hold(*OTHERS[number // 2 % len(OTHERS)])
                self._mend(number, last)
            day += timedelta(days=EVERY_DAYS)
            number += 1

    def _hold(self, kind: str, place: str | None, material: str | None, least: int, most: int) -> str:
        partners = self.office.partners_of(self.centre) if kind in ("meeting", "training") else []
        met = self.chance.sample(partners, min(MET_MOST, len(partners)))
        body: Body = {
            "kind": kind,
            "date": self.office.today.isoformat(),
            "province": self.centre,
            "place": place,
            "material": material,
            "reached": self.chance.randint(least, most),
            "partner_ids": [*met],
        }
        held = self.office.do(HOLD_OUTREACH, body, self.user)
        self.office.activities.setdefault(self.centre, []).append((self.office.today, held["outreach_id"]))
        return held["outreach_id"]

    def _mend(self, number: int, outreach_id: str) -> None:
        """What was noted wrongly: once a number, once an activity that was noted twice."""
        if number == 5:
            body: Body = {"outreach_id": outreach_id, "reached": 30, "reason": "นับจากใบลงชื่อแล้ว"}
            self.office.do(CORRECT_OUTREACH, body, self.user)
        elif number == 9:
            twice = self._hold(*OTHERS[number // 2 % len(OTHERS)])
            self.office.activities[self.centre].pop()
            self.office.do(ENTER_OUTREACH_IN_ERROR, {"outreach_id": twice, "reason": "บันทึกซ้ำ"}, self.user)
