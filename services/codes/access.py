"""Who may do what, in codes: roles and their groups, the services, the actions of their doors, and why a door refuses.
Data only."""

from services.codes.words import CodeList, Words

ROLES = CodeList(
    "role",
    {
        "worker": Words("เจ้าหน้าที่ศูนย์", "Centre staff"),
        "director": Words("ผู้อำนวยการ", "Director"),
        "member": Words("คณะทำงาน", "Working group"),
        "partner": Words("ภาคีเครือข่าย", "Partner"),
        "ministry": Words("กระทรวง พม.", "Ministry"),
        "rule_keeper": Words("ผู้ดูแลเกณฑ์คัดกรอง", "Rule keeper"),
        "admin": Words("ผู้ดูแลระบบ", "Administrator"),
    },
)

DIRECTOR = "director"  # the one role whose acts can be delegated
STAFF = ("worker", DIRECTOR)  # who works on the cases of a centre
CASE_READERS = (*STAFF, "member")  # ... and who reads them to decide with them
READERS = (*CASE_READERS, "ministry")  # ... and who reads what is no single person's
FIGURE_READERS = (*READERS, "rule_keeper")  # ... and who reads figures alone, of no case

SERVICES = CodeList(
    "service",
    {
        "intake": Words("แรกรับ", "Intake"),
        "screening": Words("คัดกรอง", "Screening"),
        "partners": Words("ภาคีเครือข่าย", "Partners"),
        "referral": Words("การส่งต่อ", "Referral"),
        "reporting": Words("รายงาน", "Reporting"),
    },
)

# What is done every night for the safety of the data.
PRECAUTIONS = CodeList(
    "precaution",
    {
        "backup": Words("สำรองข้อมูล", "Backup"),
        "verify": Words("ตรวจสอบบันทึกเหตุการณ์", "Check of the logs"),
        "drill": Words("ทดลองกู้คืนข้อมูลสำรอง", "Trial restore of a backup"),
    },
)

ACTIONS = CodeList(
    "action",
    {
        "case.open": Words("เปิดเรื่อง", "Open a case"),
        "case.list": Words("ดูรายการเรื่อง", "List cases"),
        "case.search": Words("ค้นหาเรื่องด้วยชื่อหรือเลข", "Find a case by name or number"),
        "case.read": Words("ดูเรื่อง", "Read a case"),
        "case.screen": Words("คัดกรอง", "Screen a person"),
        "programme.candidates": Words("ดูว่าผู้ใดรอที่ว่างนี้อยู่", "See who waits for a place"),
        "case.matches": Words("ดูการจับคู่", "See matches"),
        "case.timeline": Words("ดูลำดับเหตุการณ์", "See the timeline"),
        "case.work": Words("ดูงานที่ต้องทำของแต่ละเรื่อง", "See what is next of each case"),
        "case.contradictions": Words("ดูข้อมูลที่ขัดแย้งกันในขณะนี้", "See what does not go together"),
        "case.call": Words("บันทึกว่าโทรแล้วไม่มีผู้รับสาย", "Note a call that nobody answered"),
        "case.transfer": Words("ขอโอนเรื่องไปศูนย์อื่น", "Ask another centre to take a case over"),
        "case.receive": Words(
            "ตอบคำขอโอนเรื่องจากศูนย์อื่น", "Answer another centre that asks to hand a case over"
        ),
        "referral.exchange": Words("อ่านการส่งต่อทั้งฉบับเพื่อระบบอื่น", "Read whole referrals for other systems"),
        "case.transfers": Words("ดูคำขอโอนเรื่องระหว่างศูนย์", "See what is to be handed over between centres"),
        "case.close": Words("ปิดเรื่อง", "Close a case"),
        "case.reopen": Words("เปิดเรื่องอีกครั้ง", "Open a case again"),
        "case.assign": Words("ส่งมอบหรือรับช่วงเรื่อง", "Hand over a case or take it over"),
        "case.carry_over": Words("รับข้อมูลการส่งมอบจากระบบรุ่นก่อน", "Carry over what an earlier version knew"),
        "person.correct": Words("แก้ไขข้อมูลผู้รับบริการ", "Correct a person's details"),
        "person.erase": Words("ขอลบและยืนยันการลบข้อมูลผู้รับบริการ", "Ask for and confirm the erasing of a person"),
        "person.erased": Words("ทราบว่าข้อมูลรายใดถูกลบแล้ว", "Know who was erased"),
        "consent.record": Words(
            "บันทึกความยินยอมและการถอนความยินยอม", "Record a consent, or that it is withdrawn"
        ),
        "consent.list": Words("ดูความยินยอมของผู้รับบริการ", "See the consents of a person"),
        "group.change": Words("แต่งตั้งและสิ้นสุดการเป็นคณะทำงาน", "Appoint members of the working group"),
        "meeting.call": Words("นัดและปิดการประชุมคณะทำงาน", "Call and close a meeting of the working group"),
        "meeting.table": Words("เสนอเรื่องเข้าที่ประชุมคณะทำงาน", "Put cases before a meeting"),
        "meeting.vote": Words("ลงมติในที่ประชุมคณะทำงาน", "Vote in a meeting"),
        "meeting.read": Words("ดูการประชุมคณะทำงาน", "Read a meeting"),
        "care.change": Words(
            "จัดทำแผนดูแลและบันทึกความคืบหน้า", "Set goals and tasks of a care plan, and how they go"
        ),
        "plan.agree": Words("บันทึกมติคณะทำงาน", "Record the working group’s decision"),
        "outcome.review": Words("บันทึกผลการทบทวนผลลัพธ์", "Record what a review of an outcome found"),
        "referral.send": Words("ส่งต่อ", "Send a referral"),
        "referral.list": Words("ดูรายการส่งต่อ", "List referrals"),
        "referral.read": Words("ดูการส่งต่อ", "Read a referral"),
        "referral.step": Words("บันทึกความคืบหน้าการส่งต่อ", "Record a step of a referral"),
        "centre.close": Words("กำหนดวันหยุดของศูนย์", "Set days on which the centre is closed"),
        "centre.closures": Words("ดูวันหยุดของศูนย์", "See on which days the centre is closed"),
        "stay.begin": Words("จัดที่พักชั่วคราว", "Give somebody a bed for tonight"),
        "stay.change": Words("ต่อเวลาหรือสิ้นสุดการพักชั่วคราว", "Prolong or end an interim stay"),
        "stay.list": Words("ดูการพักชั่วคราว", "List interim stays"),
        "referral.disclose": Words("แจ้งข้อมูลเท่าที่จำเป็นแก่ภาคีเครือข่าย", "Give a partner what it may know"),
        "referral.open": Words("เปิดดูข้อมูลที่ได้รับแจ้ง", "Open what one was told"),
        "referral.disclosure": Words("ดูว่าแจ้งข้อมูลใดแก่ภาคีเครือข่าย", "See what a partner was told"),
        "partner.register": Words("ขึ้นทะเบียนภาคีเครือข่าย", "Register a partner"),
        "partner.list": Words("ดูทะเบียนภาคีเครือข่าย", "List partners"),
        "partner.read": Words("ดูข้อมูลภาคีเครือข่าย", "Read a partner"),
        "partner.correct": Words("แก้ไขข้อมูลภาคีเครือข่าย", "Correct a partner"),
        "partner.confirm": Words("ยืนยันว่าข้อมูลภาคีเครือข่ายยังถูกต้อง", "Confirm what is known of a partner"),
        "partner.retire": Words("เลิกใช้หรือเปิดใช้ภาคีเครือข่ายอีกครั้ง", "Retire a partner, or take it up again"),
        "partner.link": Words("ออกหรือยกเลิกลิงก์ประจำของภาคีเครือข่าย", "Make or revoke a partner's standing link"),
        "partner.history": Words("ดูประวัติการแก้ไขทะเบียนภาคีเครือข่าย", "See what was changed of a partner"),
        "partner.publish": Words(
            "เผยแพร่ทะเบียนภาคีเครือข่ายตามมาตรฐาน HSDS", "Publish the registry in the form of HSDS"
        ),
        "partner.import": Words("นำเข้าทะเบียนภาคีเครือข่ายจากไฟล์", "Import partners from a file"),
        "programme.offer": Words("เพิ่มบริการของภาคีเครือข่าย", "Offer a programme"),
        "programme.correct": Words("แก้ไขบริการของภาคีเครือข่าย", "Correct a programme"),
        "programme.confirm": Words("ยืนยันว่าข้อมูลบริการยังถูกต้อง", "Confirm what is known of a programme"),
        "programme.retire": Words("เลิกใช้หรือเปิดใช้บริการอีกครั้ง", "Retire a programme, or take it up again"),
        "proposal.list": Words("ดูข้อเสนอแก้ไขทะเบียนภาคีเครือข่าย", "See proposed changes of the registry"),
        "proposal.decide": Words(
            "รับหรือไม่รับข้อเสนอแก้ไขทะเบียนภาคีเครือข่าย", "Accept or dismiss a proposed change of the registry"
        ),
        "outreach.hold": Words("บันทึกกิจกรรมประชาสัมพันธ์", "Note an outreach activity"),
        "outreach.correct": Words("แก้ไขกิจกรรมประชาสัมพันธ์", "Correct an outreach activity"),
        "outreach.list": Words("ดูกิจกรรมประชาสัมพันธ์", "See outreach activities"),
        "problem.list": Words("ดูปัญหาของทะเบียนจากคำตอบของภาคีเครือข่าย", "See problems of the registry"),
        "problem.decide": Words("พิจารณาปัญหาของทะเบียน", "Decide a problem of the registry"),
        "programme.capacity": Words("ปรับจำนวนที่ว่าง", "State free places"),
        "rules.read": Words("ดูเกณฑ์คัดกรอง", "Read the screening rules"),
        "rules.draft": Words("จัดทำและทดลองร่างเกณฑ์คัดกรอง", "Draft and try screening rules"),
        "rules.lift": Words("นำเกณฑ์รุ่นก่อนมีร่างเข้าบันทึก", "Put rules of before drafts on record"),
        "rules.adopt": Words("ประกาศใช้เกณฑ์คัดกรอง", "Adopt screening rules"),
        "report.overview": Words("ดูรายงานภาพรวม", "See the overview report"),
        "report.own_cases": Words("ดูผลของเรื่องที่ตนคัดกรองหรือรับผิดชอบ", "Look back on one’s own cases"),
        "report.cases": Words("ดูรายการเรื่องที่อยู่เบื้องหลังตัวเลขในรายงาน", "See the cases behind the figures"),
        "log.read": Words("อ่านบันทึกเหตุการณ์", "Read the event log"),
        "user.hand_over": Words(
            "ดูจำนวนงานค้างของผู้ใช้เพื่อส่งมอบ", "See how much is in a user's hands, to hand it over"
        ),
        "user.accesses": Words("ดูว่าผู้ใช้เปิดดูข้อมูลส่วนบุคคลบ่อยเพียงใด", "See how often a user read personal data"),
    },
)

REFUSALS = CodeList(
    "refusal",
    {
        "answered_otherwise": Words(
            "เพื่อนร่วมงานตอบบางข้อไว้ต่างกัน โปรดเลือกว่าใช้คำตอบใด",
            "Colleagues answered some questions otherwise: say which answers count.",
        ),
        "already_placed": Words(
            "ผู้รับบริการได้ที่จากการส่งต่ออีกรายการหนึ่งแล้ว ต้องบันทึกการสิ้นสุดหรือยกเลิกรายการนั้นก่อน",
            "Another referral of this case has the person's place; end or withdraw that one first.",
        ),
        "already_staying": Words(
            "ผู้รับบริการมีที่พักชั่วคราวอยู่แล้ว ต้องบันทึกการสิ้นสุดก่อน",
            "The person has an interim bed already; end that stay first.",
        ),
        "case_closed": Words("ปิดเรื่องนี้แล้ว ต้องเปิดเรื่องอีกครั้งก่อน", "The case is closed: open it again first."),
        "consent_unknown": Words(
            "ความยินยอมนี้ไม่ใช่ของเรื่องนี้ หรือไม่ใช่ความยินยอมให้ส่งต่อ",
            "This is no consent of this case to be referred.",
        ),
        "consent_withdrawn": Words(
            "ผู้รับบริการถอนความยินยอมแล้ว ต้องขอความยินยอมใหม่ก่อน",
            "The person took the consent back; ask anew first.",
        ),
        "conflict_of_interest": Words(
            "ผู้มีส่วนได้เสียในเรื่องนี้ลงมติไม่ได้", "Who has an interest of their own in a case does not vote on it."
        ),
        "consent_refused": Words(
            "ผู้รับบริการไม่ยินยอมให้ส่งต่อ จึงส่งไม่ได้", "The person did not consent, so it cannot be sent."
        ),
        "duplicate_referral": Words(
            "เรื่องนี้มีการส่งต่อไปยังบริการนี้ค้างอยู่แล้ว", "This case already has an open referral to this programme."
        ),
        "others_asked": Words(
            "เรื่องนี้รอคำตอบจากภาคีเครือข่ายอยู่ครบจำนวนที่ศูนย์ส่งพร้อมกันได้แล้ว ต้องรอคำตอบหรือยกเลิกรายการหนึ่งก่อน",
            "As many partners are asked for this case as the centre asks at once; await an answer or withdraw one.",
        ),
        "proposal_outdated": Words(
            "ข้อมูลนี้เปลี่ยนไปแล้วหลังจากที่เสนอ โปรดไม่รับข้อเสนอนี้ แล้วแก้ไขข้อมูลเองหากยังต้องแก้",
            "What it would change was changed since it was proposed: dismiss it, and correct the entry if needed.",
        ),
        "erased": Words(
            "ข้อมูลของผู้รับบริการรายนี้ถูกลบแล้ว จึงเพิ่มข้อมูลส่วนบุคคลไม่ได้",
            "This person’s data was erased; nothing personal can be added.",
        ),
        "no_erasure": Words(
            "ไม่มีคำขอลบข้อมูลของเรื่องนี้ที่รอการยืนยันอยู่ จึงเก็บรายงานการประชุมฉบับปกปิดข้อมูลไม่ได้",
            "No erasure of this case's person waits to be confirmed, so no version of the minutes can be kept.",
        ),
        "no_plan": Words(
            "คณะทำงานยังไม่ได้เห็นชอบแผนที่ครอบคลุมบริการนี้",
            "The working group has not agreed a plan that covers this programme.",
        ),
        "no_quorum": Words(
            "องค์ประชุมหรือเสียงเห็นชอบยังไม่ครบ ต้องมีผู้ลงมติครบจำนวนโดยแต่ละคนลงมติครั้งเดียว มีประธานร่วมลงมติตามที่กำหนด "
            "และเสียงเห็นชอบมากกว่าเสียงไม่เห็นชอบ",
            "No quorum: enough votes of different people, the chair's among them where the rule asks for it, and more "
            "who agree than dissent.",
        ),
        "not_yours": Words(
            "ผู้ใช้อื่นเปิดแบบฟอร์มนี้ไว้ จึงบันทึกในชื่อของคุณไม่ได้",
            "Another user opened this form: it cannot be saved as yours.",
        ),
        "override_needed": Words(
            "การคัดกรองปิดแนวทางนี้ไว้ ต้องระบุเหตุผลที่ที่ประชุมเลือกแนวทางนี้ และต้องมีประธานร่วมลงมติ",
            "The screening closed this path: the meeting's reason to take it is needed, and a chair who votes.",
        ),
        "path_closed": Words(
            "การคัดกรองปิดแนวทางนี้ไว้ ต้องมีเหตุผลของคณะทำงานและชื่อประธาน หากกฎหมายห้ามจะเลือกแนวทางนี้ไม่ได้",
            "The screening closed this path: the working group's reason and its chair are needed. What the law forbids "
            "cannot be chosen.",
        ),
        "person_died": Words(
            "บันทึกการสิ้นสุดระบุว่าผู้รับบริการเสียชีวิต จึงดำเนินการต่อไม่ได้ โปรดปิดเรื่อง หากบันทึกผิดให้ระบุว่ารายการนั้นบันทึกผิดก่อน",
            "An ending says that the person died, so nothing more can be done: close the case, or mark that ending as "
            "entered by mistake first.",
        ),
        "place_pending": Words(
            "ยังจองที่ว่างไม่เสร็จ ภาคีเครือข่ายจึงยังตอบไม่ได้ โปรดลองใหม่ในอีกสักครู่",
            "The place is not reserved yet, so the partner cannot answer. Try again in a moment.",
        ),
        "retired": Words(
            "เลิกใช้ภาคีเครือข่ายหรือบริการนี้แล้ว จึงจัดทำแผน ส่งต่อ หรือเพิ่มบริการไม่ได้",
            "This partner or programme is retired: it can be neither planned nor sent to, and offers nothing new.",
        ),
        "second_person": Words(
            "การลบข้อมูลต้องมีผู้ยืนยันอีกคนหนึ่งที่ไม่ใช่ผู้ขอ และเป็นผู้ที่ระบุไว้ให้ยืนยัน",
            "A second person must confirm it, not whoever asked; if somebody was named for it, that person.",
        ),
        "taken_over": Words("เพื่อนร่วมงานรับช่วงเรื่องนี้ไปก่อนแล้ว", "A colleague took this case over already."),
        "transfer_over": Words(
            "พ้นกำหนดตอบคำขอโอนเรื่องนี้แล้ว ศูนย์ที่ขอโอนต้องขอใหม่",
            "The time to answer this request ran out; the centre that asked must ask anew.",
        ),
        "two_centres": Words(
            "ผู้ประกาศใช้เกณฑ์ต้องเป็นผู้อำนวยการสองคนจากต่างศูนย์ หรือผู้อำนวยการหนึ่งคนกับผู้ดูแลเกณฑ์คัดกรอง",
            "Two directors of different centres adopt rules, or one of them and the rule keeper.",
        ),
        "unknown_outreach": Words("ไม่พบกิจกรรมนี้", "There is no such activity."),
        "unknown_partner": Words("ไม่พบภาคีเครือข่ายนี้", "There is no such partner."),
        "unknown_programme": Words("ไม่พบบริการนี้", "There is no such programme."),
        "unknown_problem": Words("ไม่พบปัญหานี้", "There is no such problem."),
        "unknown_proposal": Words("ไม่พบข้อเสนอนี้", "There is no such proposal."),
        "wrong_state": Words(
            "สถานะปัจจุบันยังทำขั้นตอนนี้ไม่ได้ โปรดเปิดหน้าใหม่เพื่อดูสถานะล่าสุด",
            "This step does not fit where things stand now. Open the page again to see.",
        ),
    },
)
