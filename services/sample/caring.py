"""Care plans as they stand today: of some cases of each centre that go on, a task done in time, one that is late, one
under way, a paper to obtain and something that was not possible."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.intake.doors import CASES
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Body
from services.sample.office import Office
from services.screening.doors import CARE_PLAN, CARE_PROGRESS, SET_TASK

DAYS_AGO, CASES_MOST = 12, 5
# (kind, code, what, area, days until it is due, how it goes in the end, why it is not possible)
TASKS = (
    ("document", "id_card", None, "rights", 5, "done", None),
    ("action", None, "ยื่นคำขอเบี้ยยังชีพที่องค์กรปกครองส่วนท้องถิ่น", "income", 10, "open", None),
    ("action", None, "พาไปตรวจสุขภาพที่โรงพยาบาล", "health", 12, "started", None),
    ("document", "house_registration", None, "rights", 30, "not_possible", "no_document"),
    ("action", None, "ติดต่อ สกร. เรื่องการเรียนต่อ", "education", 40, "open", None),
)  # fmt: skip


def care(office: Office, centre: str) -> Iterator[datetime]:
    """First the tasks are set; some days later it is noted how they go."""
    worker = f"worker-{centre}"
    listed = office.ask(CASES.of(centre=centre, limit=LIMIT_MOST))["items"]
    chosen = [each["case_id"] for each in listed if each["status"] in ("planned", "referred", "placed")]
    tasks: list[tuple[str, int, str]] = []
    for place, case_id in enumerate(chosen[:CASES_MOST]):
        goals = office.ask(CARE_PLAN.of(case_id=case_id))["goals"]
        for number, (kind, code, text, area, days, _progress, _reason) in enumerate(TASKS):
            if (number + place) % 2 and number:
                continue
            body: Body = {
                "case_id": case_id, "kind": kind, "code": code, "text": text, "area": area, "owner": "นักสังคมสงเคราะห์",
                "goal_id": goals[0]["item_id"] if goals and not number else None,
                "due": (office.today + timedelta(days=days)).isoformat(),
            }  # fmt: skip
            made = office.do_apart(SET_TASK, body, worker, f"care/{case_id}/{number}")
            tasks.append((case_id, number, made["task_id"]))
    yield office.moment + timedelta(days=4)
    listed = office.ask(CASES.of(centre=centre, limit=LIMIT_MOST))["items"]
    closed = {each["case_id"] for each in listed if each["status"] == "closed"}
    for case_id, number, task_id in tasks:
        *_rest, progress, reason = TASKS[number]
        if progress != "open" and case_id not in closed:
            about: Body = {"case_id": case_id, "item_id": task_id, "progress": progress, "reason": reason}
            office.do_apart(CARE_PROGRESS, about, worker, f"care/{case_id}/{number}/goes")
