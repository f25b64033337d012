"""What is found when somebody who was placed is followed up, in codes. Data only."""

from services.codes import procedure
from services.codes.words import CodeList, Words

NOT_REACHED = "not_reached"  # nobody answered: it stays due

# Where the person is. Whoever is not in place is looked for, sent elsewhere, or the placement ends.
FOUND = CodeList(
    "follow_up_found",
    {
        "in_place": Words("ยังอยู่ในที่ที่ส่งต่อ", "Still in place"),
        NOT_REACHED: Words("ติดต่อไม่ได้", "Could not be reached"),
        "moved": Words("ย้ายไปที่อื่น", "Moved elsewhere"),
        "left": Words("ออกไปเอง", "Left"),
        "lost": Words("ไม่ทราบว่าอยู่ที่ใด", "Nobody knows where"),
        "died": Words("เสียชีวิต", "Died"),
    },
)
IN_PLACE, MOVED, DIED = "in_place", "moved", "died"

HEALTH = CodeList(
    "follow_up_health",
    {
        "good": Words("สุขภาพดี", "Good"),
        "better": Words("ดีขึ้น", "Better than before"),
        "same": Words("เหมือนเดิม", "As before"),
        "worse": Words("แย่ลง", "Worse than before"),
        "in_hospital": Words("รักษาตัวในโรงพยาบาล", "In hospital"),
    },
)

# How a follow-up of the schedule stands.
STATUSES = CodeList(
    "follow_up_status",
    {
        "coming": Words("ยังไม่ถึงกำหนด", "Not due yet"),
        "due": Words("ถึงกำหนดแล้ว", "Due now"),
        "done": Words("ติดตามตามกำหนด", "Done in time"),
        "late": Words("ติดตามช้ากว่ากำหนด", "Done late"),
        "missed": Words("พ้นกำหนดโดยไม่ได้ติดตาม", "Missed"),
        "dropped": Words("การส่งต่อสิ้นสุดก่อน", "The placement was over before"),
    },
)

# The follow-ups that figures tell apart, by the days after the placement.
FOLLOW_UP_DAYS = CodeList(
    "follow_up_days",
    {
        str(each.days): Words(f"{each.days} วันหลังเข้าพักหรือเข้าทำงาน", f"{each.days} days after the placement")
        for each in procedure.EVERYWHERE.follow_ups
    },
)

# How soon somebody whose placement was over came back.
RETURNED = CodeList(
    "returned_within",
    {
        "6": Words("ภายใน 6 เดือน", "Within 6 months"),
        "12": Words("ภายใน 12 เดือน", "Within 12 months"),
        "24": Words("ภายใน 24 เดือน", "Within 24 months"),
    },
)

# How it is known that it is the same person.
RETURNED_BY = CodeList(
    "returned_by",
    {
        "reopened": Words("เปิดเรื่องเดิมอีกครั้ง", "The same case was opened again"),
        "same_identifier": Words("เลขประจำตัวตรงกัน", "The same identity number"),
        "said": Words("เจ้าหน้าที่ระบุว่าเป็นคนเดียวกัน", "Staff say that it is the same person"),
    },
)
