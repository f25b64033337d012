"""What people are told of itself: which event is told to whom, in which words, and where it leads. Data only.

A line is a fact, who hears of it, what is said and where one goes then. Nothing of a person is said: the number of the
case and the kind of thing. Nobody is told of what they did themselves.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from services.codes.access import DIRECTOR, FIGURE_READERS, STAFF
from services.codes.words import CodeList, Words

# Who hears of it: who answers for the case (nobody does: the centre's directors) · who opened it · the directors of its
# centre, and who acts in their place · to whom it was handed over · from whom · who is named to confirm it (nobody is:
# the directors) · the accounts of its partner, once that was told · the directors of the centre that keeps the
# partner · those of the centre that is waited for · the owners of a webhook or key · who may read the rules.
OWNER, OPENER, DIRECTORS, ASSIGNEE, GIVER = "owner", "opener", "directors", "assignee", "giver"
RECEIVER, SENDER = "receiver", "sender"  # the directors of the centre that a case is to go to, or comes from
CONFIRMER, PARTNER, KEEPER, WAITED_FOR = "confirmer", "partner", "keeper", "waited_for"
HOLDERS, RULE_READERS = "holders", "rule_readers"
# Whom a missed deadline goes to: a user who is named, else who answers for the case, or the directors.
ESCALATED = "escalated"

NOTICE_TOPICS = CodeList(
    "notice_topic",
    {
        "answers": Words("คำตอบของภาคีเครือข่าย", "Answers of partners"),
        "deadlines": Words("กำหนดเวลาที่ถึงหรือพ้นแล้ว", "Deadlines that came or went by"),
        "hands": Words("เรื่องที่ส่งมอบให้คุณ", "Cases handed over"),
        "steps": Words("การคัดกรอง แผน และการเข้าพักหรือเข้าทำงาน", "Screenings, plans and placements"),
        "consent": Words("ความยินยอม", "Consents"),
        "registry": Words("ทะเบียนภาคีเครือข่าย", "The partner registry"),
        "rules": Words("เกณฑ์คัดกรองที่ประกาศใช้", "Screening rules adopted"),
        "referred": Words("การส่งต่อถึงหน่วยงานของคุณ", "Referrals to your organisation"),
        "systems": Words("เว็บฮุกและกุญแจระบบ", "Webhooks and keys"),
    },
)
# When somebody hears of a topic outside these pages.
NOTICE_TIMES = CodeList(
    "notice_time",
    {
        "now": Words("ทันที", "At once"),
        "daily": Words("รวมวันละครั้ง", "Once a day"),
        "none": Words("ไม่ต้องส่ง", "Not at all"),
    },
)

# Ways outside these pages, with what becomes of a topic there until somebody chooses.
NOTICE_CHANNELS = CodeList(
    "notice_channel",
    {
        "email": Words("อีเมล", "E-mail"),
        "line": Words("ไลน์", "LINE"),
        "sms": Words("ข้อความทางโทรศัพท์", "Text message"),
    },
)
FIRST_CHOICES: Mapping[str, str] = {"email": "daily", "line": "now", "sms": "none"}
# What became of a message.
MESSAGE_STATES = CodeList(
    "message_state",
    {
        "gathered": Words("รวมไว้ส่งวันละครั้ง", "Gathered for the day"),
        "waiting": Words("รอส่ง", "Waits"),
        "sending": Words("กำลังส่ง", "Being sent"),
        "sent": Words("ส่งแล้ว", "Sent"),
        "dead": Words("เลิกส่งแล้ว", "Given up"),
        "uncertain": Words("ไม่ทราบว่าส่งถึงหรือไม่", "Nobody knows whether it went"),
    },
)
# The sentences of messages, which no page shows.
SUBJECT = Words("แจ้งเตือน {count} รายการ", "{count} notices")
SUBJECT_CODE = Words("รหัสยืนยันที่อยู่ของคุณ", "The code that confirms your address")
OF_CASE = Words("เรื่อง {number}", "case {number}")
CODE = Words(
    "รหัสของคุณคือ {code} ใช้ได้ 30 นาที หากคุณไม่ได้ขอรหัสนี้ ไม่ต้องทำอะไร",
    "Your code is {code}. It is good for 30 minutes. If you did not ask for it, do nothing.",
)
ENTER_CODE = Words("กรอกรหัสที่ {link}", "Enter it at {link}")
CHANGE = Words("เปลี่ยนว่าจะให้แจ้งเรื่องใด: {link}", "Choose what you are told of: {link}")
OPEN_PAGE = Words("เปิดดูที่ {link}", "See {link}")
NO_NAMES = Words("ข้อความนี้ไม่มีชื่อผู้รับบริการ", "This message names nobody who is served.")
LINKED = Words("เชื่อมบัญชีไลน์กับส่งต่อแล้ว", "LINE is linked to Songtor now.")
SENDER_NAME = Words("ส่งต่อ", "Songtor")


@dataclass(frozen=True)
class Notice:
    """`kind` names it for ever. `type`: of the event ("": the front door's own); `when`: fields that must be set,
    or not. `leads`: where one goes then (services/web/pages/account/notices.py)."""

    kind: str
    topic: str
    type: str
    to: tuple[str, ...]
    words: Words
    leads: str
    when: Mapping[str, bool] = field(default_factory=dict)


NOTICES: Sequence[Notice] = (
    Notice("partner_accepted", "answers", "ReferralAccepted", (OWNER,),
           Words("ภาคีเครือข่ายตอบรับการส่งต่อ", "A partner accepted the referral"), "referral"),
    Notice("partner_declined", "answers", "ReferralDeclined", (OWNER,),
           Words("ภาคีเครือข่ายไม่รับการส่งต่อ", "A partner declined the referral"), "referral"),
    Notice("decline_waits", "answers", "ReferralDeclined", (DIRECTORS,),
           Words("คำตอบว่าไม่รับรอผู้อำนวยการพิจารณา", "A no waits for the director’s review"), "referral",
           {"in_review": True}),
    Notice("decline_returned", "answers", "ReferralDeclineReturned", (OWNER,),
           Words("คำตอบว่าไม่รับถูกนำกลับไปพิจารณาอีกครั้ง", "A no is considered again"), "referral"),
    Notice("partner_waitlisted", "answers", "ReferralWaitlisted", (OWNER,),
           Words("ผู้รับบริการอยู่ในรายชื่อรอ", "The person is on a waiting list"), "referral"),
    Notice("place_refused", "answers", "PlaceRefused", (OWNER,),
           Words("จองที่ว่างไม่ได้", "No place could be reserved"), "case", {"waiting": False}),
    Notice("referral_expired", "deadlines", "ReferralExpired", (OWNER, ESCALATED),
           Words("การส่งต่อหมดเวลาโดยไม่มีคำตอบ", "A referral ran out of time"), "referral"),
    Notice("reminder_due", "deadlines", "ReminderDue", (OWNER,),
           Words("ใกล้ครบกำหนดของการส่งต่อ", "A deadline of a referral is near"), "referral"),
    Notice("deadline_missed", "deadlines", "DeadlineMissed", (OWNER, ESCALATED),
           Words("พ้นกำหนดของการส่งต่อ", "A deadline of a referral went by"), "referral"),
    Notice("follow_up_due", "deadlines", "FollowUpDue", (OWNER,),
           Words("ถึงกำหนดติดตามผล", "A follow-up is due"), "referral"),
    Notice("follow_up_missed", "deadlines", "FollowUpMissed", (OWNER, ESCALATED),
           Words("พ้นกำหนดโดยไม่ได้ติดตามผล", "A follow-up was missed"), "referral"),
    Notice("case_assigned", "hands", "CaseAssigned", (ASSIGNEE,),
           Words("มีผู้ส่งมอบเรื่องให้คุณ", "A case was handed to you"), "case", {"taken": False}),
    Notice("case_taken", "hands", "CaseAssigned", (GIVER,),
           Words("มีผู้รับช่วงเรื่องของคุณแล้ว", "Somebody took over your case"), "case", {"taken": True}),
    Notice("transfer_asked", "hands", "CaseTransferRequested", (RECEIVER,),
           Words("ศูนย์อื่นขอโอนเรื่องมาที่ศูนย์ของคุณ", "Another centre asks you to take a case over"), "transfers"),
    Notice("transfer_accepted", "hands", "CaseTransferAccepted", (SENDER,),
           Words("ศูนย์อื่นรับโอนเรื่องแล้ว", "Another centre took the case over"), "transfers"),
    Notice("transfer_rejected", "hands", "CaseTransferRejected", (OWNER, SENDER),
           Words("ศูนย์อื่นไม่รับโอนเรื่อง", "Another centre does not take the case over"), "transfers"),
    Notice("transfer_over", "hands", "CaseTransferRevoked", (OWNER, RECEIVER),
           Words("คำขอโอนเรื่องสิ้นสุดแล้ว", "A request to hand a case over is over"), "transfers"),
    Notice("screened", "steps", "ScreeningCompleted", (OWNER,),
           Words("คัดกรองแล้ว", "The screening is complete"), "case"),
    Notice("plan_agreed", "steps", "PlanAgreed", (OWNER, OPENER),
           Words("คณะทำงานเห็นชอบแผนการช่วยเหลือ", "The working group agreed a plan"), "case"),
    Notice("placed", "steps", "PlacementConfirmed", (OWNER, OPENER),
           Words("ยืนยันการเข้าพักหรือเข้าทำงานแล้ว", "The placement is confirmed"), "referral"),
    Notice("referral_failed", "steps", "ReferralFailed", (OWNER, DIRECTORS),
           Words("การส่งต่อไม่สำเร็จ", "The referral came to nothing"), "referral"),
    Notice("outcome_reviewed", "steps", "OutcomeReviewed", (OWNER, OPENER),
           Words("คณะทำงานทบทวนผลลัพธ์แล้ว", "The working group looked back on an outcome"), "case"),
    Notice("returned_elsewhere", "steps", "ReturnedElsewhere", (OWNER,),
           Words("ผู้รับบริการไปปรากฏที่ศูนย์อื่น", "The person came to another centre"), "case"),
    Notice("consent_withdrawn", "consent", "ConsentWithdrawn", (OWNER, DIRECTORS),
           Words("ผู้รับบริการถอนความยินยอม", "The person took a consent back"), "consents"),
    Notice("erasure_waits", "consent", "ErasureRequested", (CONFIRMER,),
           Words("คำขอลบข้อมูลรอผู้ยืนยันคนที่สอง", "An erasure waits for a second person"), "erasures"),
    Notice("problem_found", "registry", "ProblemFound", (KEEPER,),
           Words("คำตอบของภาคีเครือข่ายไม่ตรงกับทะเบียน", "Answers speak against the registry"), "problems"),
    Notice("proposal_waits", "registry", "ChangeProposed", (WAITED_FOR,),
           Words("ศูนย์อื่นเสนอแก้ไขทะเบียน", "Another centre proposes a change of the registry"), "proposals"),
    Notice("rules_adopted", "rules", "DraftAdopted", (RULE_READERS,),
           Words("ประกาศใช้เกณฑ์คัดกรองฉบับใหม่", "New rules of screening were adopted"), "rules"),
    Notice("referral_told", "referred", "PartnerTold", (PARTNER,),
           Words("ศูนย์ส่งต่อผู้รับบริการมาที่หน่วยงานของท่าน", "A centre refers somebody to you"), "referral"),
    Notice("answer_wanted", "referred", "ReferralDeclineReturned", (PARTNER,),
           Words("ศูนย์ขอให้ท่านพิจารณาอีกครั้ง", "A centre asks you to consider it again"), "referral"),
    Notice("referral_withdrawn", "referred", "ReferralWithdrawn", (PARTNER,),
           Words("ศูนย์ยกเลิกการส่งต่อ", "A centre withdrew the referral"), "referral"),
    Notice("referral_lapsed", "referred", "ReferralExpired", (PARTNER,),
           Words("การส่งต่อหมดเวลาตอบ", "The time to answer a referral is over"), "referral"),
    Notice("webhook_paused", "systems", "", (HOLDERS,),
           Words("เว็บฮุกหยุดส่งเอง", "A webhook paused itself"), "webhook"),
    Notice("key_expires", "systems", "", (HOLDERS,),
           Words("กุญแจระบบใกล้หมดอายุ", "A key expires soon"), "keys"),
)  # fmt: skip
BY_KIND: Mapping[str, Notice] = {each.kind: each for each in NOTICES}
BY_TYPE: Mapping[str, Sequence[Notice]] = {
    type: tuple(each for each in NOTICES if each.type == type)
    for type in {each.type for each in NOTICES} - {""}
}
# Fields of events that say who hears of them, or where it leads.
READ_FIELDS = frozenset(
    {
        "to_user",
        "from_user",
        "waiting_for",
        "from",
        "confirmer",
        "to",
        "to_role",
        "referral_id",
        "partner_id",
        "problem_id",
        "proposal_id",
        "programme_id",
    }
    | {name for each in NOTICES for name in each.when}
)

_OF_ROLES: Mapping[str, tuple[str, ...]] = {
    OWNER: STAFF, OPENER: STAFF, ASSIGNEE: STAFF, GIVER: STAFF, DIRECTORS: STAFF, CONFIRMER: STAFF, KEEPER: STAFF,
    WAITED_FOR: STAFF, RECEIVER: STAFF, SENDER: STAFF,
    ESCALATED: STAFF,
    PARTNER: ("partner",), HOLDERS: (DIRECTOR, "partner", "ministry"),
    RULE_READERS: (*FIGURE_READERS, "admin"),
}  # fmt: skip


def topics_of(role: str) -> tuple[str, ...]:
    """The topics of which somebody of a role may ever hear."""
    heard = {each.topic for each in NOTICES if any(role in _OF_ROLES[to] for to in each.to)}
    return tuple(topic for topic in NOTICE_TOPICS if topic in heard)
