"""The deadlines of a case and its referrals, in codes. How long each is stands in the procedure. Data only."""

from services.codes.words import CodeList, Words

DEADLINES = CodeList(
    "deadline",
    {
        "tell": Words("แจ้งภาคีเครือข่าย", "Telling the partner"),
        "release": Words("คืนที่ว่างหากยังไม่ได้แจ้ง", "Giving the place back if nobody told the partner"),
        "acknowledge": Words("ภาคีเครือข่ายรับทราบ", "The partner reads it"),
        "answer": Words("ภาคีเครือข่ายตอบ", "The partner answers"),
        "waiting_list": Words("อยู่ในรายชื่อรอ", "On the waiting list"),
        "take_back": Words("ภาคีเครือข่ายเปลี่ยนคำตอบว่าไม่รับ", "The partner takes a no back"),
        "review": Words("ผู้อำนวยการพิจารณาคำตอบว่าไม่รับ", "The director reviews a no"),
        "travel": Words("ออกเดินทางหลังตอบรับ", "Setting out after the yes"),
        "arrival": Words("ไปถึงหลังออกเดินทาง", "Arriving after setting out"),
        "transfer": Words("อีกศูนย์ตอบคำขอโอนเรื่อง", "Another centre says whether it takes a case over"),
        "reassess": Words("คัดกรองซ้ำ", "Screening the person again"),
        "follow_up": Words("ติดตามผล", "The follow-up"),
    },
)
TELL, ACKNOWLEDGE, ANSWER, WAITING_LIST = "tell", "acknowledge", "answer", "waiting_list"
TRAVEL, ARRIVAL, REASSESS, FOLLOW_UP = "travel", "arrival", "reassess", "follow_up"
# Somebody answers for these once they were missed; the others end what they are of (ReferralExpired, FollowUpMissed).
ESCALATED = (TELL, ACKNOWLEDGE, TRAVEL, ARRIVAL)
OF_PARTNER = (ACKNOWLEDGE, ANSWER, ARRIVAL)  # those that its partner knows of
# Who was to do what was missed (codes.WHOSE).
OWED_BY = {TELL: "centre", ACKNOWLEDGE: "partner", TRAVEL: "centre", ARRIVAL: "centre"}
DIRECTOR, WORKER = "director", "worker"
# To whom a missed deadline goes: the directors of the centre, or who answers for the case.
ESCALATED_TO = CodeList(
    "escalated_to",
    {
        DIRECTOR: Words("ผู้อำนวยการศูนย์", "the director of the centre"),
        WORKER: Words("ผู้รับผิดชอบเรื่อง", "whoever answers for the case"),
    },
)
