"""The care plan, in codes: what a task is, how it goes, and why something could not be done. Data only."""

from services.codes.decisions import LIFE_AREAS
from services.codes.words import CodeList, Words

GOAL, TASK = "goal", "task"  # what a care plan has
ACTION = "action"  # the kind of task that asks for no document and for no fact

TASK_KINDS = CodeList(
    "task_kind",
    {
        ACTION: Words("สิ่งที่ต้องทำ", "Something to do"),
        "document": Words("เอกสารที่ต้องขอ", "A document to obtain"),
        "fact": Words("ข้อเท็จจริงที่ต้องหา", "A fact to find out"),
    },
)

OPEN, STARTED, DONE, NOT_POSSIBLE = "open", "started", "done", "not_possible"
PROGRESS = CodeList(
    "care_progress",
    {
        OPEN: Words("ยังไม่ได้เริ่ม", "Not begun"),
        STARTED: Words("กำลังดำเนินการ", "Under way"),
        DONE: Words("สำเร็จ", "Done"),
        NOT_POSSIBLE: Words("ทำไม่ได้", "Not possible"),
    },
)
GOING_ON = (OPEN, STARTED)  # what is not over

NOT_POSSIBLE_REASONS = CodeList(
    "not_possible_reason",
    {
        "person_refused": Words("ผู้รับบริการไม่ประสงค์", "The person does not want it"),
        "person_left": Words("ผู้รับบริการออกไปหรือเสียชีวิต", "The person left or died"),
        "no_right": Words("ไม่มีสิทธิตามกฎหมาย", "There is no such right"),
        "no_service": Words("ไม่มีบริการในพื้นที่", "No such service is near"),
        "no_document": Words("หน่วยงานออกเอกสารให้ไม่ได้", "The document cannot be issued"),
        "not_needed": Words("ไม่จำเป็นแล้ว", "It is not needed any more"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)

NO_AREA = "no_area"
TASK_AREAS = CodeList(
    "task_area", {**LIFE_AREAS.words, NO_AREA: Words("ไม่ได้ระบุด้าน", "No area was said")}
)  # by which tasks are counted

TASK_DAYS = 14  # within which a task is due that is proposed by what places ask for
