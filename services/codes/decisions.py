"""What people decide or say, in codes: consent, votes of the working group, why a case is closed or opened again. Data
only."""

from collections.abc import Sequence

from services.codes.words import CodeList, Words

CONSENTS = CodeList(
    "consent",
    {
        "given": Words("ยินยอม", "Gives consent"),
        "refused": Words("ไม่ยินยอม", "Refuses"),
        "unable": Words("อยู่ในภาวะที่ไม่อาจให้ความยินยอมได้", "Is unable to consent"),
    },
)

# To be referred (Protection of the Destitute Act 2557, s. 23), or that data is given to others (PDPA 2562, s. 19, 26).
CONSENT_KINDS = CodeList(
    "consent_kind",
    {
        "referral": Words("ให้ส่งต่อ", "To be referred"),
        "data": Words("ให้เปิดเผยข้อมูลส่วนบุคคล", "To give personal data to others"),
    },
)

# How somebody said so.
CONSENT_WAYS = CodeList(
    "consent_way",
    {
        "signed": Words("ลงลายมือชื่อ", "Signed"),
        "thumbprint": Words("พิมพ์ลายนิ้วมือ", "Thumbprint"),
        "spoken": Words("ด้วยวาจา", "By word of mouth"),
        "phone": Words("ทางโทรศัพท์", "By phone"),
        "gesture": Words("ด้วยท่าทางหรือภาษามือ", "By signs or sign language"),
        "representative": Words("โดยผู้แทนหรือผู้ดูแลตามกฎหมาย", "By a legal representative"),
        "other": Words("วิธีอื่น", "Another way"),
    },
)

CHAIR = "chair"  # of MEMBER_ROLES
ONE_CHAIR = "There is a chair already: one chairs."
MEMBER_ROLES = CodeList(
    "member_role",
    {
        "chair": Words("ประธาน", "Chair"),
        "secretary": Words("เลขานุการ", "Secretary"),
        "member": Words("สมาชิกคณะทำงาน", "Member"),
        "specialist": Words("ผู้เชี่ยวชาญ", "Specialist"),
    },
)

VOTES = CodeList(
    "vote",
    {
        "agree": Words("เห็นชอบ", "Agrees"),
        "dissent": Words("ไม่เห็นชอบ", "Dissents"),
        "abstain": Words("งดออกเสียง", "Abstains"),
    },
)


def lacks_reason(vote: str, reason: str | None) -> bool:
    """Who dissents says why: what the minutes are to say if nobody did."""
    return vote == "dissent" and not (reason or "").strip()


# The five areas of the family record (สมุดพกครอบครัว).
LIFE_AREAS = CodeList(
    "life_area",
    {
        "income": Words("รายได้และอาชีพ", "Income and work"),
        "housing": Words("ที่อยู่อาศัย", "Housing"),
        "health": Words("สุขภาพ", "Health"),
        "education": Words("การศึกษา", "Education"),
        "rights": Words("การเข้าถึงสิทธิและบริการของรัฐ", "Access to rights and services"),
    },
)

# Why a case lies before a meeting.
AGENDA_REASONS = CodeList(
    "agenda_reason",
    {
        "plan": Words("พิจารณาแผนการช่วยเหลือ", "To decide on a plan"),
        "outcome_review": Words("ทบทวนผลลัพธ์", "Outcome review"),
        "ratify": Words("รับรองมติระหว่างการประชุม", "To ratify a decision made between meetings"),
    },
)

RATIFIED, NOT_RATIFIED = "ratified", "not_ratified"  # what a meeting says of a decision made between meetings
RATIFICATIONS = CodeList(
    "ratification",
    {RATIFIED: Words("รับรองแล้ว", "Ratified"), NOT_RATIFIED: Words("ไม่รับรอง", "Not ratified")},
)

# How a decision goes with what the screening had found by then.
AGREEMENTS = CodeList(
    "agreement",
    {
        "as_first": Words("ตรงกับแนวทางแรกของการคัดกรอง", "The screening’s first way"),
        "another": Words("เป็นอีกแนวทางหนึ่งที่การคัดกรองเสนอ", "Another way that the screening proposed"),
        "beyond": Words("เป็นแนวทางที่การคัดกรองไม่ได้เสนอ", "A way that the screening did not propose"),
        "shut": Words("เป็นแนวทางที่การคัดกรองปิดไว้", "A way that the screening had closed"),
        "no_first": Words("การคัดกรองยังไม่มีแนวทางเสนอ", "The screening proposed none yet"),
    },
)

MEETING_STATUSES = CodeList(
    "meeting_status",
    {"open": Words("ยังไม่ปิดประชุม", "Open"), "closed": Words("ปิดประชุมแล้ว", "Closed")},
)

# A case may also be closed or opened again for a reason in words.
CLOSING_REASONS = CodeList(
    "closing_reason",
    {
        "goal_reached": Words("บรรลุเป้าหมายแล้ว", "The goals were reached"),
        "advice_given": Words("ให้คำปรึกษาแล้ว ไม่ต้องดำเนินการต่อ", "Advice was given, nothing more is needed"),
        "moved": Words("ย้ายไปที่อื่น", "The person moved away"),
        "left": Words("ออกไปเอง", "The person left"),
        "left_before_screening": Words("ออกไปก่อนการคัดกรอง", "The person left before screening"),
        "lost_contact": Words("ขาดการติดต่อ", "Contact was lost"),
        "no_answer_found": Words("หาสถานที่รองรับไม่ได้", "No place was found"),
        "died": Words("เสียชีวิต", "The person died"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)

BEFORE_SCREENING, NO_PLACE = "left_before_screening", "no_answer_found"  # what is not so of everybody
DIED = "died"  # of CLOSING_REASONS and of codes.OUTCOMES: the person did
# Of a case of which an ending says so nothing else goes on.
PERSON_DIED = (
    "The person died, an ending says: mark it as entered in error if that is wrong, else close the case."
)

# What became of a placement that ends because its case is closed for such a reason (codes.OUTCOMES); else "other".
OUTCOME_OF_CLOSING = {
    "goal_reached": "stable",
    "moved": "moved",
    "left": "left",
    "lost_contact": "lost",
    "died": "died",
}

REOPENING_REASONS = CodeList(
    "reopening_reason",
    {
        "came_back": Words("ผู้รับบริการกลับมา", "The person came back"),
        "more_help": Words("ต้องช่วยเหลือเพิ่มเติม", "More help is needed"),
        "closed_in_error": Words("ปิดเรื่องผิดพลาด", "It was closed by mistake"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)

ERASURE_REASONS = CodeList(
    "erasure_reason",
    {
        "person_asked": Words("ผู้รับบริการขอให้ลบ", "The person asked for it"),
        "kept_long_enough": Words("พ้นกำหนดเก็บรักษา", "It was kept as long as it must be"),
        "opened_in_error": Words("เปิดเรื่องผิดพลาด", "The case was opened by mistake"),
        "ordered": Words("มีคำสั่งของศาลหรือหน่วยงานที่มีอำนาจ", "A court or an authority ordered it"),
        "other": Words("เหตุผลอื่น", "Another reason"),
    },
)

# What is said of a place that a plan names or a person is sent to, by what the matching says of it. Never a reason
# to refuse: a rule may be old, and people agree on exceptions.
FIT_WARNINGS = CodeList(
    "fit_warning",
    {
        "programme_ineligible": Words(
            "ผลการจับคู่พบว่าบริการนี้ไม่ตรงกับผู้รับบริการ โปรดดูเหตุผลและสอบถามภาคีเครือข่ายก่อน",
            "The matching finds that this place does not fit this person: look why, and ask the partner first.",
        ),
        "programme_unknown": Words(
            "ยังไม่ทราบว่าบริการนี้รับผู้รับบริการรายนี้ได้หรือไม่ เพราะข้อมูลยังไม่ครบ",
            "Whether this place takes this person is not known yet: facts are missing.",
        ),
        "programme_unchecked": Words(
            "ขณะนี้ตรวจสอบไม่ได้ว่าบริการนี้รับผู้รับบริการรายนี้ได้หรือไม่",
            "Whether this place takes this person could not be looked up just now.",
        ),
    },
)
FIT_SECONDS = 2.0  # to ask partners for it


def fit_warnings(verdicts: Sequence[str]) -> list[str]:
    """Of the programmes that partners was asked about: the verdicts it answered (ranking.ELIGIBILITY), or none. Each
    warning once."""
    known = dict.fromkeys(verdicts or ("unchecked",))
    return [f"programme_{each}" for each in known if each != "eligible"]
