"""Handing a case to another centre: why, why not, and why it came to nothing. Data only."""

from services.codes.words import CodeList, Words

REASONS = CodeList(
    "transfer_reason",
    {
        "domicile": Words("มีภูมิลำเนาอยู่ที่นั่น", "Has the domicile there"),
        "relatives": Words("มีญาติหรือคนรู้จักอยู่ที่นั่น", "Has relatives or friends there"),
        "place": Words("มีที่รองรับที่เหมาะสมอยู่ที่นั่น", "A fitting place is there"),
        "moved": Words("ผู้รับบริการย้ายไปอยู่ที่นั่นแล้ว", "Has moved there already"),
        "wish": Words("ผู้รับบริการประสงค์จะไปที่นั่น", "Wishes to go there"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)
REJECTIONS = CodeList(
    "transfer_rejection",
    {
        "no_tie": Words("ผู้รับบริการไม่มีความเกี่ยวข้องกับจังหวัดนี้", "The person has no tie to this province"),
        "no_means": Words("ศูนย์ยังรับดูแลเพิ่มไม่ได้", "The centre cannot take on more now"),
        "not_ready": Words("ยังต้องทำให้เสร็จที่ศูนย์เดิมก่อน", "Something is to be finished there first"),
        "agreed_otherwise": Words("ตกลงกันเป็นอย่างอื่น", "Agreed otherwise"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)
RAN_OUT, CASE_CLOSED, TAKEN_BACK = "ran_out", "case_closed", "taken_back"
REVOCATIONS = CodeList(
    "transfer_revocation",
    {
        TAKEN_BACK: Words("ศูนย์ที่ขอโอนขอถอนคำขอ", "Taken back by the centre that asked"),
        RAN_OUT: Words("พ้นกำหนดตอบรับ", "The time to answer ran out"),
        CASE_CLOSED: Words("ปิดเรื่องแล้ว", "The case was closed"),
    },
)
STATUSES = CodeList(
    "transfer_status",
    {
        "waiting": Words("รอตอบรับ", "Waiting for an answer"),
        "accepted": Words("รับโอนแล้ว", "Accepted"),
        "rejected": Words("ไม่รับโอน", "Rejected"),
        "revoked": Words("ยกเลิกคำขอแล้ว", "Called off"),
    },
)
