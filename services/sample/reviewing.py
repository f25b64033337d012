"""What working groups found when they looked back, and a decision of between meetings that one did not ratify: in a
meeting of the last working day, written down a while ago."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from services.codes.reviews import FINDINGS
from services.intake.doors import RETURNED, WORK
from services.kernel.envelope import instant
from services.kernel.questions import Body, CommandDoor
from services.sample.life import Life
from services.sample.meeting import PLACE
from services.sample.office import GROUP, Office
from services.screening.doors import (
    AGREE_PLAN,
    CALL_MEETING,
    CLOSE_MEETING,
    RATIFY,
    REVIEW,
    SCREENING,
    TABLE,
)
from services.thai import calendar
from services.thai.dates import BANGKOK

A = TypeVar("A")

MINUTES_AGO = 165
BEGAN, LOOKED_AT = time(13, 30), 5
EARLY = ("screened", "planned")  # where a case stands that is decided anew
WHY_NOT = "ควรถามความประสงค์ของผู้รับบริการอีกครั้งก่อน"
# (findings, what was found, what is to be done otherwise)
LOOKED_BACK: Sequence[tuple[tuple[str, ...], str, str | None]] = (
    (("as_meant",), "อยู่ได้ดีและไปได้ด้วยตนเอง", None),
    (("not_wished", "left_alone"), "อยากอยู่ใกล้ลูกหลาน ไม่มีใครไปเยี่ยมในเดือนแรก", "ถามซ้ำก่อนส่ง และเยี่ยมภายใน 7 วัน"),
    (("not_as_registered",), "หน่วยงานมีเจ้าหน้าที่กลางคืนน้อยกว่าที่ระบุไว้", "โทรสอบถามก่อนส่งรายต่อไป"),
    (("not_asked",), "ไม่ได้ถามเรื่องยาประจำตัว จึงขาดยา", "เพิ่มคำถามเรื่องยาในแบบคัดกรอง"),
    (("changed",), "ญาติรับกลับไปดูแล", None),
)  # fmt: skip
assert {code for found, _, _ in LOOKED_BACK for code in found} <= {*FINDINGS}


def look_back(office: Office, lives: Sequence[Life], centre: str) -> Iterator[datetime]:
    """What became of some is looked back on; and of one whose way stands where it stands today, what two decided is not
    ratified."""
    secretary = f"worker-{centre}"

    def do(door: CommandDoor[A], body: Body, step: str, user: str = secretary) -> A:
        return office.do_apart(door, body, user, f"review/{centre}/{step}")

    starts = datetime.combine(_last_working_day(office), BEGAN, BANGKOK)
    called: Body = {"centre": centre, "at": instant(starts), "place": PLACE}
    about: Body = {"meeting_id": do(CALL_MEETING, called, "call")["meeting_id"]}
    yield office.moment + timedelta(minutes=5)
    for life, path in _undecided(office, lives, centre):
        two: Sequence[Body] = [
            {"name": name, "role": role, "vote": "agree"} for name, role in office.working_group(centre)[:2]
        ]
        urgent: Body = {
            "case_id": life.case_id, "members": two, "path": path, "why": "หน่วยงานรับได้ทันที", "goals": [],
            "between_meetings": True, "urgency": "คืนนี้ไม่มีที่พัก",
        }  # fmt: skip
        do(AGREE_PLAN, urgent, "urgent", life.director)
        yield office.moment + timedelta(minutes=5)
        against: Sequence[Body] = [
            {"member": str(n), "vote": "agree" if n < 3 else "dissent", "reason": None if n < 3 else WHY_NOT}
            for n in range(1, len(GROUP) + 1)
        ]
        do(RATIFY, {**about, "case_id": life.case_id, "votes": against}, "ratify")
    for (case_id, referral_id), (findings, found, lesson) in zip(
        _ended(office, centre), LOOKED_BACK, strict=False
    ):
        tabled: Body = {**about, "case_id": case_id, "reason": "outcome_review"}
        do(TABLE, tabled, f"table/{case_id}")
        looked: Body = {
            **about, "case_id": case_id, "referral_id": referral_id, "findings": [*findings], "found": found,
            "lesson": lesson,
        }  # fmt: skip
        do(REVIEW, looked, f"review/{case_id}")
    do(CLOSE_MEETING, about, "close")


def _undecided(office: Office, lives: Sequence[Life], centre: str) -> Iterator[tuple[Life, str]]:
    """The last of those who came and whose way stands where it stands today, if the centre still has the case, with the
    path that the screening proposes."""
    early = [each for each in lives if each.centre == centre and each.stands and each.fate.now_at in EARLY]
    for life in reversed(early):
        mine = office.ask(WORK.of(centre=centre, case_id=life.case_id, limit=1))["items"]
        screening = office.ask(SCREENING.of(case_id=life.case_id)) if mine else None
        if screening and screening["paths"] and "transfer_waits" not in mine[0]["flags"]:
            yield life, screening["paths"][0]
            return


def _last_working_day(office: Office) -> date:
    day = office.today - timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return day


def _ended(office: Office, centre: str) -> list[tuple[str, str | None]]:
    """Who came back, and whose placements are over or near it: (case, referral)."""
    found: dict[str, str | None] = {
        row["case_id"]: row["referral_id"]
        for row in office.ask(RETURNED.of(centre=centre, limit=LOOKED_AT))["items"]
    }
    for step in ("find_person", "end_placement"):
        for row in office.ask(WORK.of(next=step, centre=centre, limit=LOOKED_AT))["items"]:
            found.setdefault(row["case_id"], row["referral_id"])
    return [*found.items()][:LOOKED_AT]
