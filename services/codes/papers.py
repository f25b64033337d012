"""Papers that the system writes, and how numbers are written on them. Data only."""

from services.codes.words import CodeList, Words

# Official papers are written with Thai figures (Prime Minister's Office Regulation on Clerical Work B.E. 2526, and the
# cabinet's resolution of 2543 on Thai figures); a centre may write otherwise.
FIGURES = CodeList(
    "figures",
    {
        "thai": Words("เลขไทย (๑ ๒ ๓)", "Thai figures (๑ ๒ ๓)"),
        "arabic": Words("เลขอารบิก (1 2 3)", "Arabic figures (1 2 3)"),
    },
)

PAPERS = CodeList(
    "paper",
    {
        "letter": Words("หนังสือส่งต่อ", "Letter of referral"),
        "pack": Words("ข้อมูลประกอบการส่งต่อ", "Referral pack"),
        "receipt": Words("ใบรับผู้รับบริการ", "Receipt of admission"),
        "consent": Words("หนังสือให้ความยินยอม", "Consent form"),
        "intake": Words("แบบแรกรับ", "Intake form"),
        "minutes": Words("รายงานการประชุม", "Minutes of the meeting"),
    },
)
