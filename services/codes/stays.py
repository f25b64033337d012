"""Interim stays: where somebody sleeps tonight, before there is a plan. Codes and limits only."""

from services.codes.words import CodeList, Words

PATH = "interim_stay"  # of programmes that offer such places: nobody is planned for them
DAYS_MOST = 15  # the time of protection in the department's service process; nights from the first day on

STATUSES = CodeList(
    "stay_status",
    {
        "asked": Words("กำลังจองที่พัก", "The bed is being reserved"),
        "staying": Words("พักชั่วคราวอยู่", "Staying"),
        "refused": Words("ไม่มีที่ว่าง", "No bed was free"),
        "ended": Words("สิ้นสุดแล้ว", "Over"),
    },
)
OPEN = ("asked", "staying")

# Why a stay ended as somebody says it.
LEAVINGS = CodeList(
    "stay_leaving",
    {
        "left": Words("ออกไปเอง", "The person left"),
        "moved": Words("ย้ายไปที่พักชั่วคราวอื่น", "Moved to another interim place"),
        "hospital": Words("ไปโรงพยาบาล", "Went to hospital"),
        "other": Words("เหตุผลอื่น", "Another reason"),
        "entered_in_error": Words("บันทึกผิด", "It was entered by mistake"),
    },
)
# ... or by itself.
ENDS = CodeList(
    "stay_end",
    {
        **LEAVINGS.words,
        "placed": Words("ได้ที่อยู่ตามการส่งต่อแล้ว", "The person arrived where they were referred"),
        "case_closed": Words("ปิดเรื่องแล้ว", "The case was closed"),
        "ran_out": Words("ครบกำหนด", "The days ran out"),
    },
)
