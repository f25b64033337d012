"""The day's work, in codes: the one next step of a case, what stands out about it, and why it comes before another.
Data only.
"""

from collections.abc import Mapping
from typing import NamedTuple

from services.codes import DANGERS
from services.codes.words import CodeList, Words

# What is done next; every open case has exactly one.
NEXT_STEPS = CodeList(
    "next_step",
    {
        "screen": Words("คัดกรองผู้รับบริการ", "Screen the person"),
        "ask_facts": Words("ถามข้อเท็จจริงที่ยังขาด", "Ask what is still missing"),
        "decide": Words("นำเข้าที่ประชุมคณะทำงาน", "Bring it to the working group"),
        "decide_again": Words("นำเข้าที่ประชุมคณะทำงานอีกครั้ง", "Bring it to the working group again"),
        "send": Words("ส่งต่อ", "Send the referral"),
        "send_next": Words("ส่งต่อไปยังที่ถัดไปตามแผน", "Refer to the next place of the plan"),
        "send_elsewhere": Words("เลือกที่ใหม่และส่งต่อ", "Choose another place and refer"),
        "send_home": Words("พากลับคืนสู่ครอบครัว", "Return the person to the family"),
        "ask_family": Words("ประสานญาติให้ได้คำตอบ", "Settle it with the family"),
        "carry_out": Words("ดำเนินการตามแผน", "Carry out the plan"),
        "await_place": Words("รอผลการจองที่ว่าง", "Wait for the place"),
        "tell_partner": Words("แจ้งภาคีเครือข่าย", "Tell the partner"),
        "await_answer": Words("ติดตามคำตอบจากภาคีเครือข่าย", "See to the partner's answer"),
        "await_turn": Words("ติดตามรายชื่อรอ", "Watch the waiting list"),
        "review_no": Words("ยืนยันหรือส่งคืนคำตอบว่าไม่รับ", "Accept the no or send it back"),
        "await_final": Words("รอให้คำตอบมีผล", "Wait until the answer is final"),
        "arrange_travel": Words("จัดการเดินทาง", "Arrange the journey"),
        "confirm_arrival": Words("ยืนยันว่าไปถึงแล้ว", "Confirm the arrival"),
        "confirm_placement": Words("ยืนยันการเข้าพักหรือเข้าทำงาน", "Confirm the placement"),
        "follow_up": Words("ติดตามผล", "Follow up"),
        "end_placement": Words("สรุปผลการเข้าพักหรือเข้าทำงาน", "Conclude the placement"),
        "find_person": Words("ตามหาผู้รับบริการ", "Find the person"),
        "close": Words("ปิดเรื่อง", "Close the case"),
    },
)

# Where a case stands, in a sentence beside its next step.
STANDINGS = CodeList(
    "standing",
    {
        "open": Words("ยังไม่ได้คัดกรอง", "The person has not been screened yet."),
        "asking": Words("คัดกรองแล้ว แต่ยังขาดข้อเท็จจริง", "The person is screened; some facts are still missing."),
        "screened": Words(
            "คัดกรองแล้ว รอคณะทำงานพิจารณา", "The person is screened and waits for the working group."
        ),
        "planned": Words("คณะทำงานเห็นชอบแผนแล้ว", "The working group has agreed the plan."),
        "planned_home": Words(
            "คณะทำงานเห็นชอบให้คืนสู่ครอบครัว",
            "The working group has agreed that the person returns to the family.",
        ),
        "planned_alone": Words(
            "คณะทำงานเห็นชอบแผนที่ไม่ต้องส่งต่อ", "The working group has agreed a plan that needs no referral."
        ),
        "retired": Words(
            "เลิกใช้บริการที่คณะทำงานเลือกไว้แล้ว", "The programme that the working group chose is retired."
        ),
        "not_ratified": Words(
            "ที่ประชุมไม่รับรองมติที่ทำระหว่างการประชุม ต้องมีมติใหม่",
            "The meeting did not ratify what was decided between meetings; a new decision is needed.",
        ),
        "erased": Words(
            "ลบข้อมูลของผู้รับบริการแล้ว จึงดำเนินการต่อไม่ได้",
            "The person's data was erased; nothing more can be done for them here.",
        ),
        "reopened": Words("เปิดเรื่องอีกครั้งแล้ว", "The case is open again."),
        "reserving": Words("กำลังจองที่ว่าง", "The place is being reserved."),
        "untold": Words(
            "จองที่ว่างแล้ว ยังไม่ได้แจ้งภาคีเครือข่าย", "A place is reserved; the partner is not told yet."
        ),
        "sent": Words("แจ้งภาคีเครือข่ายแล้ว รอคำตอบ", "The partner was told and has not answered."),
        "acknowledged": Words("ภาคีเครือข่ายรับทราบแล้ว รอคำตอบ", "The partner has read it and not answered."),
        "waitlisted": Words("อยู่ในรายชื่อรอ", "The person is on the waiting list."),
        "declining": Words(
            "ภาคีเครือข่ายตอบว่าไม่รับ และยังเปลี่ยนคำตอบได้", "The partner said no and may still take it back."
        ),
        "in_review": Words(
            "ภาคีเครือข่ายตอบว่าไม่รับ รอผู้อำนวยการพิจารณา", "The partner said no; the director has to accept it."
        ),
        "family_asked": Words(
            "ยังไม่ทราบว่าญาติตกลงรับหรือไม่", "It is not known yet whether the family takes the person."
        ),
        "family_agreed": Words("ญาติตกลงรับแล้ว", "The family takes the person."),
        "accepted": Words("ภาคีเครือข่ายตอบรับแล้ว", "The partner accepted."),
        "travelling": Words("ผู้รับบริการกำลังเดินทาง", "The person is on the way."),
        "admitted": Words("ผู้รับบริการไปถึงแล้ว", "The person has arrived."),
        "placed": Words("ผู้รับบริการเข้าพักหรือทำงานอยู่", "The person is in place."),
        "follow_up_due": Words("ถึงกำหนดติดตามผล", "A follow-up is due."),
        "followed": Words("ติดตามผลครบตามกำหนดแล้ว", "All follow-ups are done."),
        "found_moved": Words(
            "ติดตามแล้วพบว่าผู้รับบริการย้ายไปที่อื่น", "A follow-up found that the person moved elsewhere."
        ),
        "absent": Words("ผู้รับบริการไม่ได้อยู่ในที่ที่ส่งต่อแล้ว", "The person is no longer where they were placed."),
        "found_dead": Words("ติดตามแล้วพบว่าผู้รับบริการเสียชีวิต", "A follow-up found that the person died."),
        "declined": Words("ภาคีเครือข่ายไม่รับ", "The partner declined."),
        "declined_asking": Words(
            "การส่งต่อไม่ได้รับการตอบรับ และต้องคัดกรองอีกครั้ง",
            "The referral was declined; the person is to be screened again.",
        ),
        "declined_gone": Words(
            "การส่งต่อไม่ได้รับการตอบรับ เพราะผู้รับบริการออกไปแล้ว",
            "The referral was declined because the person has left.",
        ),
        "family_declined": Words("ญาติไม่รับ", "The family does not take the person."),
        "family_silent": Words("ไม่ได้คำตอบจากญาติภายในกำหนด", "The family gave no answer in time."),
        "expired": Words("ภาคีเครือข่ายไม่ตอบภายในกำหนด", "The partner did not answer in time."),
        "no_place": Words("ไม่มีที่ว่างในบริการที่เลือกไว้", "There was no place free."),
        "withdrawn": Words("ยกเลิกการส่งต่อแล้ว", "The referral was withdrawn."),
        "failed": Words("การเข้าพักหรือเข้าทำงานไม่สำเร็จ", "The placement did not work out."),
        "ended_stable": Words("ผู้รับบริการอยู่ได้อย่างมั่นคง", "The placement came to a good end."),
        "ended_died": Words("ผู้รับบริการเสียชีวิต", "The person died."),
        "ended_moved": Words("ผู้รับบริการย้ายไปที่อื่น", "The person moved elsewhere."),
        "ended_gone": Words("ผู้รับบริการออกไปหรือขาดการติดต่อ", "The person left or contact was lost."),
        "ended_otherwise": Words("การเข้าพักหรือเข้าทำงานสิ้นสุดแล้ว", "The placement ended."),
    },
)

# What stands out. Those in RED are seen to first, and only the case's own centre reads them.
AT_ONCE = (
    "urgent_health",
    "police",
)  # dangers in which nothing waits: whom to call, services.codes.FIRST_HELP
FLAGS = CodeList(
    "work_flag",
    {
        **{danger: DANGERS.words[danger] for danger in AT_ONCE},
        "trafficking": Words("อาจเป็นผู้เสียหายจากการค้ามนุษย์", "Signs of trafficking"),
        "child": Words("เด็ก", "Child"),
        "law_deadline": Words("มีกำหนดเวลาตามกฎหมาย", "The law sets a deadline"),
        "overdue": Words("เลยกำหนด", "Overdue"),
        "escalated": Words("ส่งถึงผู้อำนวยการ", "With the director"),
        "not_told": Words("ยังไม่ได้แจ้งภาคีเครือข่าย", "Partner not told"),
        "interim_stay": Words("พักชั่วคราวอยู่", "In an interim bed"),
        "stay_ran_out": Words("ที่พักชั่วคราวครบกำหนดแล้ว", "The interim bed ran out"),
        "not_in_place": Words("ไม่ได้อยู่ในที่ที่ส่งต่อ", "Not in place"),
        "not_ratified": Words("มติไม่ได้รับการรับรอง", "Decision not ratified"),
        "task_due": Words("งานในแผนดูแลถึงกำหนด", "A task of the care plan is due"),
        "reassess": Words("ถึงกำหนดคัดกรองซ้ำ", "Due to be screened again"),
        "not_arrived": Words("ยังไปไม่ถึง", "Not arrived"),
        "due_soon": Words("ใกล้ครบกำหนด", "Due soon"),
        "to_take_over": Words("รอรับช่วงต่อ", "To take over"),
        "transfer_waits": Words("รอศูนย์อื่นตอบรับโอน", "Another centre is asked to take it"),
    },
)
RED = ("urgent_health", "trafficking", "child", "police", "law_deadline")
ESCALATED, TASK_DUE, REASSESS = "escalated", "task_due", "reassess"

# Why a case stands where it stands in the day's list: the reasons in the order in which they weigh.
WORK_REASONS = CodeList(
    "work_reason",
    {
        **{flag: FLAGS.words[flag] for flag in RED},
        "escalated": Words(
            "พ้นกำหนดหรือต้องพิจารณาคำตอบว่าไม่รับ จึงส่งถึงผู้อำนวยการ",
            "A deadline was missed or a no is reviewed, so it is with the director",
        ),
        "overdue": Words("เลยกำหนดแล้ว", "It is overdue"),
        "due_today": Words("ครบกำหนดวันนี้", "It is due today"),
        "group_decides": Words("รอคณะทำงาน", "It waits for the working group"),
        "centre_acts": Words("ศูนย์ต้องดำเนินการ", "The centre acts"),
        "others_act": Words("รอผู้อื่นดำเนินการ", "It waits for others"),
        "earlier_due": Words("กำหนดที่ถึงก่อนมาก่อน", "What is due earlier comes first"),
    },
)

# The parts of a day's list; each case stands in one.
WORK_PARTS = CodeList(
    "work_part",
    {
        "red": Words("เร่งด่วนที่สุด", "Most urgent"),
        "escalated": Words("ส่งถึงผู้อำนวยการ", "For the director"),
        "overdue": Words("เลยกำหนด", "Overdue"),
        "due_today": Words("ครบกำหนดวันนี้", "Due today"),
        "group": Words("รอคณะทำงาน", "For the working group"),
        "coming": Words("งานที่จะถึงกำหนด", "Coming up"),
        "waiting": Words("รอผู้อื่นดำเนินการ", "Waiting for others"),
    },
)
PRESSING = ("red", "escalated", "overdue", "due_today")  # what the menu counts

# What does not go together at the moment.
CONTRADICTIONS = CodeList(
    "contradiction",
    {
        "open_after_closing": Words(
            "ปิดเรื่องแล้ว แต่การส่งต่อยังดำเนินอยู่", "The case is closed and a referral is under way"
        ),
        "referral_after_death": Words(
            "ผู้รับบริการเสียชีวิตแล้ว แต่การส่งต่อยังดำเนินอยู่", "The person died and a referral is under way"
        ),
        "plan_after_death": Words(
            "คณะทำงานเห็นชอบแผนหลังจากบันทึกว่าผู้รับบริการเสียชีวิต",
            "A plan was agreed after the person's death was recorded",
        ),
        "two_placements": Words("ผู้รับบริการรายเดียวอยู่สองที่พร้อมกัน", "One person is in two places"),
        "place_without_referral": Words(
            "ยังกันที่ว่างไว้โดยไม่มีการส่งต่อที่ดำเนินอยู่", "A place is held and no referral is under way"
        ),
        "referral_without_place": Words(
            "การส่งต่อดำเนินอยู่โดยไม่ได้กันที่ว่างไว้", "A referral goes on and no place is held"
        ),
        "referral_to_retired": Words(
            "การส่งต่อดำเนินอยู่ แต่เลิกใช้บริการที่ส่งไปแล้ว", "A referral goes on and its programme is retired"
        ),
    },
)


class LawTerm(NamedTuple):
    """`days` from the opening within which somebody should be with who is responsible. `law`: where the days are from,
    `says`: what that section sets; none is a term of the centre itself. `checked`: the section was read again by the
    review of November 2026; else it was read once, in the same archive of statutes."""

    days: int
    law: Words
    says: Words
    checked: bool


LAW_TERMS: Mapping[str, LawTerm] = {  # by what was seen at the door
    "trafficking": LawTerm(
        1,
        Words(
            "พ.ร.บ. ป้องกันและปราบปรามการค้ามนุษย์ พ.ศ. 2551 มาตรา 29",
            "Anti-Trafficking in Persons Act B.E. 2551, s. 29",
        ),
        Words(
            "จัดให้ผู้ที่อาจเป็นผู้เสียหายอยู่ในความคุ้มครองชั่วคราวได้ไม่เกิน 24 ชั่วโมง ศาลอนุญาตให้ขยายได้ไม่เกิน 7 วัน",
            "A possible victim may be kept in temporary protection for 24 hours; a court may allow up to 7 days.",
        ),
        checked=True,
    ),
    "psychiatric": LawTerm(
        2,
        Words("พ.ร.บ. สุขภาพจิต พ.ศ. 2551 มาตรา 27", "Mental Health Act B.E. 2551, s. 27"),
        Words(
            "แพทย์และพยาบาลตรวจวินิจฉัยเบื้องต้นภายใน 48 ชั่วโมง",
            "A doctor and a nurse make the first assessment within 48 hours.",
        ),
        checked=False,
    ),
    "child": LawTerm(
        7,
        Words("พ.ร.บ. คุ้มครองเด็ก พ.ศ. 2546 มาตรา 42", "Child Protection Act B.E. 2546, s. 42"),
        Words(
            "สถานแรกรับสืบเสาะและพินิจเด็กได้ไม่เกิน 7 วัน ขยายได้รวมไม่เกิน 30 วัน",
            "A reception home looks into a child's case for 7 days; a court may allow up to 30 in all.",
        ),
        checked=False,
    ),
}
