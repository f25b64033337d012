"""The steps of a referral's life cycle, each described once: the fact it records, what it is called and what is said of
it, and what it may follow. Data only.

Referral decides by these, intake hears where a referral stands, and the API, its document and the pages offer them.
What a step takes besides are the fields of its command in `services/referral/domain/steps.py`. Source:
docs/contract.md, "Life cycle of a referral".
"""

from collections.abc import Mapping
from dataclasses import dataclass

from services.codes import AWAITING_ANSWER, DECLINE_REASONS, REFERRAL_STATUSES
from services.codes.words import CodeList, Words

# How somebody told the centre of a step.
ANSWER_CHANNELS = CodeList(
    "answer_channel",
    {
        "phone": Words("ทางโทรศัพท์", "By phone"),
        "line": Words("ทาง LINE", "By LINE"),
        "visit": Words("พบกันโดยตรง", "In person"),
        "letter": Words("ทางหนังสือ", "By letter"),
        "email": Words("ทางอีเมล", "By e-mail"),
    },
)

# How the partner was told of a referral.
TELLING = CodeList(
    "telling",
    {
        "link": Words("ส่งลิงก์ให้ตอบ", "By a link to answer"),
        "phone": Words("ทางโทรศัพท์", "By phone"),
        "letter": Words("ทางหนังสือ", "By letter"),
        "line": Words("ทาง LINE", "By LINE"),
        "email": Words("ทางอีเมล", "By e-mail"),
        "system": Words("ทางระบบส่งต่อ", "By the system"),
    },
)

NOT_NOTED = "not_noted"
# The same where figures are split by it: facts of before do not say it.
TOLD_BY = CodeList("told_by", {**TELLING.words, NOT_NOTED: Words("ไม่ได้บันทึกช่องทาง", "Not noted")})

# Who brings the person to the place.
ESCORTS = CodeList(
    "escort",
    {
        "staff": Words("เจ้าหน้าที่ศูนย์", "Staff of the centre"),
        "partner": Words("ภาคีเครือข่ายมารับ", "The partner fetches the person"),
        "relative": Words("ญาติ", "A relative"),
        "alone": Words("เดินทางเอง", "Nobody: the person travels alone"),
        "police": Words("ตำรวจ", "The police"),
        "other": Words("อื่น ๆ", "Somebody else"),
    },
)

# Why the system itself ends a referral that is open. What is said to the partner is kind, and never why.
STAND_DOWN = CodeList(
    "stand_down",
    {
        "placed_elsewhere": Words("ผู้รับบริการได้ที่อื่นแล้ว", "The person has found another place"),
        "case_closed": Words("ปิดเรื่องแล้ว", "The case was closed"),
        "person_died": Words("ผู้รับบริการเสียชีวิต", "The person died"),
        "consent_withdrawn": Words("ผู้รับบริการถอนความยินยอม", "The person took the consent back"),
        "not_told": Words("ยังไม่ได้แจ้งภาคีเครือข่ายภายในกำหนด", "The partner was not told in time"),
    },
)

CONSENT_WITHDRAWN = "consent_withdrawn"

# Why a referral came to nothing: what somebody said, or what the system did.
NO_ANSWER = "no_answer"
LOST_REASONS = CodeList("lost_reason", {**DECLINE_REASONS.words, **STAND_DOWN.words})

# What is known of the place of a referral.
PLACES = CodeList(
    "place",
    {
        "pending": Words("กำลังจองที่ว่าง", "The place is being reserved."),
        "reserved": Words("จองที่ว่างไว้แล้ว", "A place is reserved."),
        "refused": Words("ไม่มีที่ว่าง", "There was no place free."),
        "taken": Words("ผู้รับบริการได้ที่ว่างแล้ว", "The person has the place."),
        "released": Words("คืนที่ว่างแล้ว", "The place was given back."),
        "none": Words("ไม่ได้จองที่ว่างไว้", "No place is held."),
    },
)


@dataclass(frozen=True)
class Said:
    """What a step is called where somebody returns to the family: on a button, when it is taken, in the story."""

    words: Words
    done: Words
    story: Words


@dataclass(frozen=True)
class Step:
    """`fact` is the type that records it, `words` what it is called on a button, `done` what is said when it is taken,
    `story` what the case's story says of it; `at_home`: the same of a return to the family, where it is said otherwise;
    `of_partner`: there is no such step of that. `follows`: the statuses it may follow; `leads_to`: the one it leads to
    (None: it stays). `by_partner`: the partner takes it too; what answers a referral, once a place is reserved. `main`:
    a button of its own.
    `correction`: it says that what was told was wrong. `of_review`: a director's, while a no is reviewed; `in_review`:
    what it is called then."""

    code: str
    fact: str
    words: Words
    done: Words
    story: Words
    follows: tuple[str, ...]
    leads_to: str | None
    by_partner: bool = False
    main: bool = True
    correction: bool = False
    of_partner: bool = False
    at_home: Said | None = None
    of_review: bool = False
    in_review: Said | None = None


def said_of(step: Step, home: bool, review: bool = False) -> Said:
    """What a step is called; `home`: of a return to the family; `review`: while a director reviews a no."""
    special = step.at_home if home else step.in_review if review else None
    return special or Said(step.words, step.done, step.story)


STEPS: Mapping[str, Step] = {
    step.code: step
    for step in (
        Step(
            "told",
            "PartnerTold",
            Words("บันทึกว่าแจ้งภาคีเครือข่ายแล้ว", "The partner was told"),
            done=Words("บันทึกแล้วว่าแจ้งภาคีเครือข่าย", "It is noted that the partner was told."),
            story=Words("แจ้งภาคีเครือข่ายแล้ว", "The partner was told"),
            follows=AWAITING_ANSWER,
            leads_to=None,
            of_partner=True,
        ),
        Step(
            "acknowledge",
            "ReferralAcknowledged",
            Words("บันทึกว่าภาคีเครือข่ายรับทราบแล้ว", "The partner has read it"),
            done=Words("บันทึกแล้วว่าภาคีเครือข่ายรับทราบ", "It is noted that the partner has read it."),
            story=Words("ภาคีเครือข่ายรับทราบแล้ว", "The partner has read the referral"),
            follows=("sent",),
            leads_to="acknowledged",
            by_partner=True,
            main=False,
            of_partner=True,
        ),
        Step(
            "accept",
            "ReferralAccepted",
            Words("บันทึกการตอบรับ", "The partner accepts"),
            done=Words("บันทึกการตอบรับแล้ว", "The acceptance is recorded."),
            story=Words("ภาคีเครือข่ายตอบรับ", "The partner accepted"),
            follows=AWAITING_ANSWER,
            leads_to="accepted",
            by_partner=True,
            at_home=Said(
                Words("บันทึกว่าญาติตกลงรับ", "The family takes the person"),
                done=Words("บันทึกแล้วว่าญาติตกลงรับ", "It is recorded that the family takes the person."),
                story=Words("ญาติตกลงรับกลับไปอยู่ด้วย", "The family agreed to take the person"),
            ),
        ),
        Step(
            "decline",
            "ReferralDeclined",
            Words("บันทึกการไม่รับ", "The referral is declined"),
            done=Words(
                "บันทึกคำตอบแล้ว เรื่องกลับไปอยู่ในขั้นวางแผน", "The answer is recorded; the case is planned again."
            ),
            story=Words("การส่งต่อไม่ได้รับการตอบรับ", "The referral was declined"),
            follows=AWAITING_ANSWER,
            leads_to="declined",
            by_partner=True,
            at_home=Said(
                Words("บันทึกว่าญาติไม่รับ", "The family does not take the person"),
                done=Words(
                    "บันทึกแล้ว เรื่องกลับไปอยู่ในขั้นวางแผน", "The answer is recorded; the case is planned again."
                ),
                story=Words("ญาติไม่รับกลับไปอยู่ด้วย", "The family did not take the person"),
            ),
        ),
        Step(
            "take-back",
            "ReferralDeclineReturned",
            Words("ขอเปลี่ยนคำตอบ", "Take the answer back"),
            done=Words(
                "ยกเลิกคำตอบเดิมแล้ว ตอบใหม่ได้", "The answer is taken back; the partner may answer again."
            ),
            story=Words("ภาคีเครือข่ายจะตอบอีกครั้ง", "The partner answers anew"),
            follows=("declined",),
            leads_to="acknowledged",
            by_partner=True,
            main=False,
            of_partner=True,
            in_review=Said(
                Words("ส่งคืนให้ภาคีเครือข่ายพิจารณาอีกครั้ง", "Send it back to the partner"),
                done=Words("ส่งคืนแล้ว ภาคีเครือข่ายตอบใหม่ได้", "It is sent back; the partner may answer again."),
                story=Words("ภาคีเครือข่ายจะตอบอีกครั้ง", "The partner answers anew"),
            ),
        ),
        Step(
            "uphold",
            "ReferralDeclineSettled",
            Words("ยืนยันว่าไม่รับ", "Accept the no"),
            done=Words("ยืนยันแล้ว เรื่องกลับไปอยู่ในขั้นวางแผน", "The no is final; the case is planned again."),
            story=Words("คำตอบของภาคีเครือข่ายมีผลแล้ว", "The partner's answer is final"),
            follows=("declined",),
            leads_to=None,
            of_partner=True,
            of_review=True,
        ),
        Step(
            "waitlist",
            "ReferralWaitlisted",
            Words("เพิ่มในรายชื่อรอ", "Put on the waiting list"),
            done=Words("ผู้รับบริการอยู่ในรายชื่อรอแล้ว", "The person is on the waiting list."),
            story=Words("ผู้รับบริการอยู่ในรายชื่อรอ", "The person is on the waiting list"),
            follows=("sent", "acknowledged"),
            leads_to="waitlisted",
            by_partner=True,
            of_partner=True,
        ),
        Step(
            "withdraw",
            "ReferralWithdrawn",
            Words("ยกเลิกการส่งต่อ", "Withdraw the referral"),
            done=Words("ยกเลิกการส่งต่อแล้ว", "The referral is withdrawn."),
            story=Words("ยกเลิกการส่งต่อ", "The referral was withdrawn"),
            follows=(*AWAITING_ANSWER, "accepted", "travelling"),
            leads_to="withdrawn",
            main=False,
            at_home=Said(
                Words("ยกเลิกการคืนสู่ครอบครัว", "Withdraw the return"),
                done=Words("ยกเลิกการคืนสู่ครอบครัวแล้ว", "The return to the family is withdrawn."),
                story=Words("ยกเลิกการคืนสู่ครอบครัว", "The return to the family was withdrawn"),
            ),
        ),
        Step(
            "travel",
            "PersonTravelling",
            Words("บันทึกการออกเดินทาง", "The person sets out"),
            done=Words("บันทึกการออกเดินทางแล้ว", "It is recorded that the person set out."),
            story=Words("ผู้รับบริการออกเดินทาง", "The person set out"),
            follows=("accepted",),
            leads_to="travelling",
        ),
        Step(
            "admit",
            "PersonAdmitted",
            Words("บันทึกการไปถึง", "The person has arrived"),
            done=Words("บันทึกการไปถึงแล้ว", "The arrival is recorded."),
            story=Words("ผู้รับบริการไปถึงแล้ว", "The person arrived"),
            follows=("accepted", "travelling"),
            leads_to="admitted",
            by_partner=True,
            at_home=Said(
                Words("บันทึกว่าถึงบ้านแล้ว", "The person is home"),
                done=Words("บันทึกการถึงบ้านแล้ว", "It is recorded that the person is home."),
                story=Words("ผู้รับบริการถึงบ้านแล้ว", "The person is home"),
            ),
        ),
        Step(
            "confirm",
            "PlacementConfirmed",
            Words("ยืนยันการเข้าพักหรือเข้าทำงาน", "Confirm the placement"),
            done=Words("ยืนยันการเข้าพักหรือเข้าทำงานแล้ว", "The placement is confirmed."),
            story=Words("ยืนยันการเข้าพักหรือเข้าทำงาน", "The placement was confirmed"),
            follows=("admitted",),
            leads_to="placed",
            at_home=Said(
                Words("ยืนยันว่าอยู่กับครอบครัวแล้ว", "Confirm that the person lives with the family"),
                done=Words(
                    "ยืนยันแล้วว่าผู้รับบริการอยู่กับครอบครัว", "It is confirmed that the person lives with the family."
                ),
                story=Words("ยืนยันว่าผู้รับบริการอยู่กับครอบครัว", "The return to the family was confirmed"),
            ),
        ),
        Step(
            "fail",
            "ReferralFailed",
            Words("บันทึกว่าไม่สำเร็จ", "Record that it did not work out"),
            done=Words("บันทึกแล้ว เรื่องกลับไปอยู่ในขั้นวางแผน", "It is recorded; the case is planned again."),
            story=Words("การเข้าพักหรือเข้าทำงานไม่สำเร็จ", "The placement did not work out"),
            follows=("accepted", "travelling", "admitted", "placed"),
            leads_to="failed",
            main=False,
            at_home=Said(
                Words("บันทึกว่าไม่สำเร็จ", "Record that it did not work out"),
                done=Words("บันทึกแล้ว เรื่องกลับไปอยู่ในขั้นวางแผน", "It is recorded; the case is planned again."),
                story=Words("การคืนสู่ครอบครัวไม่สำเร็จ", "The return to the family did not work out"),
            ),
        ),
        Step(
            "follow-up",
            "FollowUpRecorded",
            Words("บันทึกการติดตามผล", "Record a follow-up"),
            done=Words("บันทึกการติดตามผลแล้ว", "The follow-up is recorded."),
            story=Words("ติดตามผลแล้ว", "The person was followed up"),
            follows=("placed",),
            leads_to=None,
        ),
        Step(
            "end",
            "ReferralEnded",
            Words("บันทึกการสิ้นสุด", "The placement ends"),
            done=Words("บันทึกการสิ้นสุดแล้ว", "The end of the placement is recorded."),
            story=Words("สิ้นสุดการเข้าพักหรือเข้าทำงาน", "The placement ended"),
            follows=("placed",),
            leads_to="ended",
            at_home=Said(
                Words("บันทึกการสิ้นสุด", "The stay with the family ends"),
                done=Words("บันทึกการสิ้นสุดแล้ว", "The end is recorded."),
                story=Words("สิ้นสุดการอยู่กับครอบครัว", "The stay with the family ended"),
            ),
        ),
        Step(
            "entered-in-error",
            "ReferralEnteredInError",
            Words("ระบุว่าบันทึกผิด", "Entered by mistake"),
            done=Words("ระบุว่าบันทึกผิดแล้ว", "The referral is marked as a mistake."),
            story=Words("ระบุว่าการส่งต่อนี้บันทึกผิด", "The referral was entered by mistake"),
            follows=REFERRAL_STATUSES,
            leads_to="entered_in_error",
            main=False,
            correction=True,
        ),
    )
}
