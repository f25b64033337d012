"""Every code that services and their callers share, each with its words beside it (docs/language.md explains them).
Data only.

More codes may be added; none is renamed. What a code is called stands here and nowhere else: pages, the reasons of a
match, the OpenAPI document and the docs read it.
"""

from services.codes.words import CodeList, OpenList, Words

CHANNELS = CodeList(
    "channel",
    {
        "walk_in": Words("มาด้วยตนเอง", "Walked in"),
        "hotline_1300": Words("สายด่วน 1300", "Hotline 1300"),
        "ess": Words("ระบบ ESS Help Me", "ESS Help Me"),
        "provincial_office": Words("สำนักงาน พมจ.", "Provincial office"),
        "police": Words("ตำรวจ", "Police"),
        "hospital": Words("โรงพยาบาล", "Hospital"),
        "local_government": Words("องค์กรปกครองส่วนท้องถิ่น", "Local government"),
        "foundation": Words("มูลนิธิ", "Foundation"),
        "citizen": Words("ประชาชนแจ้ง", "A citizen told us"),
        "patrol": Words("เจ้าหน้าที่ลงพื้นที่พบ", "Found on patrol"),
        "transfer_in": Words("รับโอนจากศูนย์อื่น", "Transferred from another centre"),
        "prison_release": Words("พ้นโทษจากเรือนจำ", "Released from prison"),
        "s22_delivered": Words(
            "เจ้าหน้าที่ส่งตัวตามมาตรา 22 แห่ง พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง",
            "Delivered under section 22 of the Destitute Act",
        ),
        "other": Words("อื่น ๆ", "Other"),
        "unknown": Words("ยังไม่ทราบ", "Not known yet"),
    },
)

DANGERS = CodeList(
    "danger",
    {
        "none": Words("ไม่มีอันตรายเร่งด่วน", "No urgent danger"),
        "urgent_health": Words("เจ็บป่วยเร่งด่วน", "Urgent health problem"),
        "psychiatric": Words("ภาวะอันตรายทางจิตที่ต้องรักษาทันที", "Psychiatric emergency"),
        "police": Words("เหตุที่ต้องแจ้งตำรวจ", "A matter for the police"),
        "child": Words("เด็กอยู่ในอันตราย", "A child in danger"),
        "trafficking": Words("สงสัยว่าเป็นผู้เสียหายจากการค้ามนุษย์", "Suspected trafficking"),
    },
)

# What is done at once, before any question.
FIRST_HELP = CodeList(
    "first_help",
    {
        "urgent_health": Words(
            "โทร. 1669 ทันที ส่วนคำถามรอได้จนกว่าผู้รับบริการจะได้รับการรักษา",
            "Call 1669 now. Questions can wait until the person has been treated.",
        ),
        "psychiatric": Words(
            "โทร. 1669 หรือตำรวจ 191 ทันที และอย่าปล่อยผู้รับบริการไว้ตามลำพัง (พ.ร.บ. สุขภาพจิต พ.ศ. 2551 มาตรา 23)",
            "Call 1669 or the police (191) now, and do not leave the person alone (Mental Health Act, s. 23).",
        ),
        "police": Words(
            "โทร. 191 แจ้งตำรวจทันที และพาผู้รับบริการไปยังที่ปลอดภัย",
            "Call the police (191) now and bring the person to a safe place.",
        ),
        "child": Words(
            "โทร. 1300 และประสานบ้านพักเด็กและครอบครัวทันที (พ.ร.บ. คุ้มครองเด็ก พ.ศ. 2546 มาตรา 29 และ 32)",
            "Call 1300 and the provincial shelter for children and families now (Child Protection Act, ss. 29, 32).",
        ),
        "trafficking": Words(
            "พาผู้รับบริการไปยังที่ปลอดภัย แยกจากผู้ที่มาด้วย แล้วโทร. 1300 หรือ 1191",
            "Bring the person to a safe place, away from those who came with them, and call 1300 or 1191.",
        ),
    },
)
FIRST_HELP_WHILE = ("open", "screened")  # until it is planned who helps

IDENTITY_STATUSES = CodeList(
    "identity_status",
    {
        "confirmed_card": Words("ยืนยันด้วยบัตรประจำตัวประชาชน", "Confirmed by identity card"),
        "confirmed_register": Words("ยืนยันด้วยทะเบียนราษฎร", "Confirmed by the civil register"),
        "claimed": Words("ผู้รับบริการแจ้งเอง ยังไม่ได้ตรวจสอบ", "The person said so, not checked"),
        "partial": Words("ทราบบางส่วน", "Known in part"),
        "unknown": Words("ไม่ทราบว่าเป็นใคร", "Not known"),
        "refused": Words("ไม่ประสงค์ให้ข้อมูล", "Would not say"),
        "foreign_document": Words("มีเอกสารจากต่างประเทศ", "Foreign document"),
    },
)

CORRECTIONS = CodeList(
    "correction",
    {
        "learned": Words("ทราบข้อมูลเพิ่มเติม", "More is known now"),
        "mistaken": Words("บันทึกผิด", "It was written down wrongly"),
        "changed": Words("ข้อมูลเปลี่ยนไป", "It has changed"),
    },
)

# Why somebody else answers for a case.
ASSIGNMENTS = CodeList(
    "assignment",
    {
        "handed_over": Words("ส่งมอบให้ผู้อื่น", "Handed over"),
        "taken_over": Words("รับช่วงต่อแล้ว", "Taken over"),
        "left": Words("ผู้ดูแลเดิมพ้นหน้าที่", "The colleague has left"),
        "moved": Words("ผู้ดูแลเดิมไปปฏิบัติงานที่อื่น", "The colleague works elsewhere now"),
        "carried_over": Words("ส่งมอบไว้ในระบบรุ่นก่อน", "Handed over in an earlier version"),
        "transferred": Words("รับโอนจากศูนย์อื่น", "Taken over from another centre"),
    },
)

SEXES = CodeList(
    "sex",
    {
        "male": Words("ชาย", "Male"),
        "female": Words("หญิง", "Female"),
        "other": Words("อื่น ๆ", "Other"),
        "unknown": Words("ไม่ทราบเพศ", "Sex not known"),
    },
)

NATIONALITIES = CodeList(
    "nationality",
    {
        "thai": Words("ไทย", "Thai"),
        "foreign": Words("สัญชาติอื่น", "Foreign"),
        "stateless": Words("ไร้สัญชาติหรือไม่มีสถานะทางทะเบียนราษฎร", "Stateless"),
        "unknown": Words("ไม่ทราบ", "Not known"),
    },
)

DOMICILE_BASES = CodeList(
    "domicile_basis",
    {
        "registered_house": Words("ทะเบียนบ้าน", "Registered house"),
        "central_register": Words("ทะเบียนบ้านกลาง", "Central house register"),
        "found": Words("สถานที่พบ", "Where found"),
        "claimed": Words("ผู้รับบริการแจ้งเอง", "The person said so"),
        "birthplace": Words("สถานที่เกิด", "Birthplace"),
        "relatives": Words("ที่อยู่ของญาติ", "Relatives live there"),
    },
)

CASE_STATUSES = CodeList(
    "case_status",
    {
        "open": Words("แรกรับ", "Open"),
        "screened": Words("คัดกรองแล้ว", "Screened"),
        "planned": Words("มีแผนแล้ว", "Planned"),
        "referred": Words("กำลังส่งต่อ", "Referred"),
        "placed": Words("เข้าพัก/ทำงานแล้ว", "Placed"),
        "closed": Words("ปิดเรื่องแล้ว", "Closed"),
    },
)
SCREENED = ("screened", "planned", "referred", "placed")  # there is a screening, and the case is not closed
PLANNED = ("planned", "referred", "placed")

LABELS = OpenList(
    "label",
    {
        "destitute_a": Words(
            "คนไร้ที่พึ่ง (ไร้ที่อยู่อาศัยและมีรายได้ไม่เพียงพอ)", "Destitute (no home, too little income)"
        ),
        "destitute_b": Words("คนไร้ที่พึ่ง (พึ่งพาผู้อื่นไม่ได้)", "Destitute (nobody to depend on)"),
        "beggar": Words("ผู้ทำการขอทาน", "Person who begs"),
        "performer": Words("ผู้แสดงความสามารถ", "Street performer"),
        "child": Words("เด็ก", "Child"),
        "pregnant": Words("หญิงตั้งครรภ์", "Pregnant woman"),
        "older_person": Words("ผู้สูงอายุ", "Older person"),
        "disabled": Words("คนพิการ", "Person with a disability"),
        "mentally_ill": Words("บุคคลที่มีความผิดปกติทางจิตซึ่งต้องได้รับการบำบัดรักษา", "Person in a mental crisis"),
        "trafficking_suspected": Words("ผู้ที่อาจเป็นผู้เสียหายจากการค้ามนุษย์", "Suspected victim of trafficking"),
        "foreigner": Words("ผู้มีสัญชาติอื่น", "Foreigner"),
        "stateless": Words("ผู้ไร้สัญชาติหรือไม่มีสถานะทางทะเบียนราษฎร", "Stateless person"),
    },
)

PATHS = OpenList(
    "path",
    {
        "return_family": Words("คืนสู่ครอบครัว", "Return to the family"),
        "independent": Words("ดำรงชีวิตด้วยตนเอง", "Living independently"),
        "local_home": Words("สถานสงเคราะห์หรือบ้านพักผู้สูงอายุขององค์กรปกครองส่วนท้องถิ่น", "Local home"),
        "foundation": Words("มูลนิธิ", "Foundation"),
        "religious": Words("สถาบันศาสนา", "Religious place"),
        "employer_33": Words("จ้างงานคนพิการ (มาตรา 33)", "Employment of a disabled person (section 33)"),
        "employer_35": Words(
            "ส่งเสริมอาชีพคนพิการ (มาตรา 35)", "Support for work of a disabled person (section 35)"
        ),
        "employer_general": Words("จ้างงานทั่วไป", "General employment"),
        "vocational_training": Words("ฝึกอาชีพ", "Vocational training"),
        "hospital": Words("โรงพยาบาล", "Hospital"),
        "psychiatric_hospital": Words("โรงพยาบาลจิตเวช", "Psychiatric hospital"),
        "child_agency": Words("หน่วยงานคุ้มครองเด็ก", "Child protection agency"),
        "trafficking_referral": Words("กลไกส่งต่อผู้เสียหายจากการค้ามนุษย์", "Trafficking referral mechanism"),
        "immigration": Words("สำนักงานตรวจคนเข้าเมือง", "Immigration"),
        "quality_of_life_home": Words("สถานคุ้มครองและพัฒนาคุณภาพชีวิต", "Protection and quality-of-life home"),
        "ministry_shelter": Words("สถานคุ้มครองคนไร้ที่พึ่งหรือสถานสงเคราะห์ในสังกัดกระทรวง พม.", "Ministry shelter"),
        "other_centre": Words("ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดอื่น", "Another province's centre"),
        "advice_only": Words("ให้คำปรึกษา", "Advice only"),
        "interim_stay": Words("ที่พักชั่วคราว", "Interim stay"),
    },
)
PLACES_MOST = 3  # that a plan names, in order
TONIGHT = "interim_stay"  # a bed for tonight, which nobody plans
PLAN_PATHS = tuple(path for path in PATHS if path != TONIGHT)

# So coarse that a kind says nothing of what is the matter with a person.
PATH_KINDS = CodeList(
    "path_kind",
    {
        "home": Words("กลับบ้านหรืออยู่ด้วยตนเอง", "Home or own life"),
        "residence": Words("มีที่พักอาศัย", "A place to live"),
        "work": Words("ทำงานหรือฝึกอาชีพ", "Work or training"),
        "service": Words("ส่งให้หน่วยงานที่รับผิดชอบดูแล", "Care by the agency responsible"),
        "advice": Words("ให้คำปรึกษา", "Advice"),
    },
)

PARTNER_KINDS = CodeList(
    "partner_kind",
    {
        "pao_home": Words(
            "สถานสงเคราะห์หรือบ้านพักผู้สูงอายุขององค์การบริหารส่วนจังหวัด", "Provincial administration home"
        ),
        "municipal_home": Words("สถานสงเคราะห์หรือบ้านพักผู้สูงอายุของเทศบาล", "Municipal home"),
        "foundation": Words("มูลนิธิหรือองค์กรสาธารณประโยชน์", "Foundation"),
        "employer": Words("นายจ้าง", "Employer"),
        "hospital": Words("โรงพยาบาล", "Hospital"),
        "religious": Words("สถาบันศาสนา", "Religious institution"),
        "training_centre": Words("ศูนย์ฝึกอาชีพ", "Training centre"),
        "ministry_shelter": Words("สถานคุ้มครองคนไร้ที่พึ่งหรือสถานสงเคราะห์ในสังกัดกระทรวง พม.", "Ministry shelter"),
        "child_agency": Words("หน่วยงานคุ้มครองเด็ก", "Child protection agency"),
        "other": Words("อื่น ๆ", "Other"),
    },
)
# The path that a kind of partner stands for: beside the kind it need not be said again.
PATH_OF_KIND = {
    "pao_home": "local_home",
    "municipal_home": "local_home",
    "foundation": "foundation",
    "hospital": "hospital",
    "religious": "religious",
    "training_centre": "vocational_training",
    "ministry_shelter": "ministry_shelter",
    "child_agency": "child_agency",
}

DECLINE_REASONS = CodeList(
    "decline_reason",
    {
        "no_place": Words("ไม่มีที่ว่าง", "No place free"),
        "out_of_area": Words("อยู่นอกพื้นที่ที่รับ", "Outside the area"),
        "not_eligible": Words("ไม่เข้าเกณฑ์", "Not eligible"),
        "missing_documents": Words("เอกสารไม่ครบ", "Documents missing"),
        "health_beyond_care": Words("อาการเกินกว่าที่จะดูแลได้", "Health beyond what we can care for"),
        "behaviour_safety": Words("พฤติกรรมเสี่ยงต่อความปลอดภัย", "Behaviour not safe"),
        "person_refused": Words("ผู้รับบริการไม่ยินยอม", "The person refused"),
        "person_left": Words("ผู้รับบริการออกไปแล้ว", "The person left"),
        "cost": Words("ติดขัดเรื่องค่าใช้จ่าย", "Cost"),
        "no_answer": Words("ไม่ได้รับคำตอบ", "No answer"),
        "wrong_information": Words("ข้อมูลไม่ถูกต้อง", "Wrong information"),
        "other": Words("อื่น ๆ", "Other"),
    },
)

WHOSE = CodeList(
    "whose",
    {
        "person": Words("ผู้รับบริการ", "The person"),
        "partner": Words("ภาคีเครือข่าย", "The partner"),
        "centre": Words("ศูนย์", "The centre"),
        "system": Words("ระบบ", "The system"),
    },
)

OUTCOMES = CodeList(
    "outcome",
    {
        "stable": Words("อยู่ได้อย่างมั่นคง", "Stable"),
        "moved": Words("ย้ายไปที่อื่น", "Moved"),
        "died": Words("เสียชีวิต", "Died"),
        "left": Words("ออกไปเอง", "Left"),
        "lost": Words("ขาดการติดต่อ", "Contact lost"),
        "returned": Words("กลับมาที่ศูนย์", "Returned"),
        "other": Words("อื่น ๆ", "Other"),
    },
)

WORK_KINDS = CodeList(
    "work_kind",
    {
        "section_33": Words("จ้างงานตามมาตรา 33", "Employed under section 33"),
        "section_35": Words("ส่งเสริมอาชีพตามมาตรา 35", "Supported under section 35"),
        "general": Words("จ้างงานทั่วไป", "General employment"),
        "own": Words("ประกอบอาชีพเอง", "Own business"),
        "none": Words("ไม่ได้ทำงาน", "No work"),
    },
)

REFERRAL_STATUSES = CodeList(
    "referral_status",
    {
        "sent": Words("ส่งแล้ว", "Sent"),
        "acknowledged": Words("รับทราบแล้ว", "Acknowledged"),
        "accepted": Words("ตอบรับแล้ว", "Accepted"),
        "declined": Words("ไม่รับ", "Declined"),
        "waitlisted": Words("อยู่ในรายชื่อรอ", "Waiting list"),
        "expired": Words("เลยกำหนดตอบ", "Expired"),
        "withdrawn": Words("ยกเลิกแล้ว", "Withdrawn"),
        "travelling": Words("กำลังเดินทาง", "Travelling"),
        "admitted": Words("ไปถึงแล้ว", "Admitted"),
        "placed": Words("เข้าพัก/ทำงานแล้ว", "Placed"),
        "ended": Words("สิ้นสุดแล้ว", "Ended"),
        "failed": Words("ไม่สำเร็จ", "Failed"),
        "entered_in_error": Words("บันทึกผิด", "Entered in error"),
    },
)

# -- groups of codes that several rooms ask for --------------------------------------------------------------------

FAMILY_PATH = "return_family"  # the one path that a referral takes without a partner
EMPLOYER_PATHS = ("employer_33", "employer_35", "employer_general")
KIND_OF_PATH = {
    **dict.fromkeys((FAMILY_PATH, "independent"), "home"),
    **dict.fromkeys(
        (
            "interim_stay",
            "local_home",
            "foundation",
            "religious",
            "quality_of_life_home",
            "ministry_shelter",
            "other_centre",
        ),
        "residence",
    ),
    **dict.fromkeys((*EMPLOYER_PATHS, "vocational_training"), "work"),
    **dict.fromkeys(
        ("hospital", "psychiatric_hospital", "child_agency", "trafficking_referral", "immigration"), "service"
    ),
    "advice_only": "advice",
}

AWAITING_ANSWER = ("sent", "acknowledged", "waitlisted")
UNDER_WAY = (*AWAITING_ANSWER, "accepted", "travelling", "admitted", "placed")  # referrals that are not over
OVER = tuple(status for status in REFERRAL_STATUSES if status not in UNDER_WAY)
