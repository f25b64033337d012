"""What a staff member looks back on of their own cases, in codes. Data only."""

from services.codes.words import CodeList, Words

SCREENED, ANSWERED = "screened", "answered"
OWN_PARTS = CodeList(
    "own_part",
    {
        SCREENED: Words("คุณคัดกรอง", "You screened"),
        ANSWERED: Words("คุณรับผิดชอบ", "You answered for it"),
    },
)
# Where the person is now, as far as anybody found.
NOT_PLACED, PLACED, IN_PLACE, GONE, OVER = "not_placed", "placed", "in_place", "gone", "over"
OWN_NOW = CodeList(
    "own_now",
    {
        NOT_PLACED: Words("ยังไม่ได้เข้าพักหรือเข้าทำงาน", "Not placed"),
        PLACED: Words("เข้าพักหรือเข้าทำงานแล้ว ยังไม่มีการติดตาม", "Placed, not followed up yet"),
        IN_PLACE: Words("ยังอยู่ในที่ที่ส่งต่อ ตามการติดตามครั้งล่าสุด", "In place, the latest follow-up found"),
        GONE: Words("ไม่อยู่ในที่ที่ส่งต่อ ตามการติดตามครั้งล่าสุด", "Not in place, the latest follow-up found"),
        OVER: Words("การเข้าพักหรือเข้าทำงานสิ้นสุดแล้ว", "The placement is over"),
    },
)
