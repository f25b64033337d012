"""Events that other systems may ask for by type, and which of them a partner hears. Data only; what of each event is
shown, its service marks beside its fields (services/reporting/visibility.py)."""

from services.codes.words import CodeList, Words

EVENT_TYPES = CodeList(
    "event_type",
    {
        "CaseOpened": Words("เปิดเรื่อง", "Case opened"),
        "CaseClosed": Words("ปิดเรื่อง", "Case closed"),
        "CaseReopened": Words("เปิดเรื่องอีกครั้ง", "Case opened again"),
        "ScreeningCompleted": Words("คัดกรองแล้ว", "Screening completed"),
        "PlanAgreed": Words("คณะทำงานเห็นชอบแผน", "Plan agreed"),
        "RulesAdopted": Words("ประกาศใช้เกณฑ์คัดกรอง", "Rules adopted"),
        "PartnerRegistered": Words("ขึ้นทะเบียนภาคีเครือข่าย", "Partner registered"),
        "PartnerRetired": Words("เลิกใช้ภาคีเครือข่าย", "Partner retired"),
        "ProgrammeOffered": Words("เพิ่มบริการ", "Programme offered"),
        "ProgrammeRetired": Words("เลิกใช้บริการ", "Programme retired"),
        "CapacityConfirmed": Words("แจ้งจำนวนที่ว่าง", "Places stated"),
        "ReferralSent": Words("ส่งต่อ", "Referral sent"),
        "PlaceReserved": Words("จองที่ว่างได้", "Place reserved"),
        "PlaceRefused": Words("จองที่ว่างไม่ได้", "Place refused"),
        "PlaceTaken": Words("ใช้ที่ว่างแล้ว", "Place taken"),
        "PlaceReleased": Words("คืนที่ว่าง", "Place released"),
        "PartnerTold": Words("แจ้งภาคีเครือข่ายแล้ว", "Partner told"),
        "ReferralAcknowledged": Words("ภาคีเครือข่ายรับทราบ", "Referral acknowledged"),
        "ReferralAccepted": Words("ภาคีเครือข่ายตอบรับ", "Referral accepted"),
        "ReferralDeclined": Words("ภาคีเครือข่ายไม่รับ", "Referral declined"),
        "ReferralDeclineReturned": Words("ขอเปลี่ยนคำตอบที่ว่าไม่รับ", "A no was taken back"),
        "ReferralWaitlisted": Words("อยู่ในรายชื่อรอ", "Waiting list"),
        "ReferralExpired": Words("การส่งต่อหมดเวลา", "Referral expired"),
        "ReferralWithdrawn": Words("ยกเลิกการส่งต่อ", "Referral withdrawn"),
        "PersonTravelling": Words("ผู้รับบริการกำลังเดินทาง", "Person on the way"),
        "PersonAdmitted": Words("ไปถึงแล้ว", "Person admitted"),
        "PlacementConfirmed": Words("ยืนยันการเข้าพักหรือเข้าทำงาน", "Placement confirmed"),
        "ReferralFailed": Words("การส่งต่อไม่สำเร็จ", "Referral failed"),
        "ReferralEnded": Words("การส่งต่อสิ้นสุด", "Referral ended"),
        "ReferralEnteredInError": Words("บันทึกการส่งต่อผิด", "Referral entered in error"),
    },
)
# Of its own referrals, from when it was told of each: not what was found afterwards, nor what went before.
OF_PARTNER = EVENT_TYPES[EVENT_TYPES.index("PartnerTold") :]
TOLD = "PartnerTold"
ENDED_UNTOLD = frozenset(
    {"ReferralExpired", "ReferralWithdrawn", "ReferralEnteredInError", "ReferralWaitlisted"}
)
