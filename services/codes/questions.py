"""In which order a screening asks for its facts, in groups that say why and by which law. Data only."""

from dataclasses import dataclass

from services.codes.words import Words


@dataclass(frozen=True)
class Group:
    """Questions that belong together: why they are asked, and the law behind them."""

    title: Words
    why: Words
    law: Words
    facts: tuple[str, ...]


GROUPS = (
    Group(
        Words("ความปลอดภัยมาก่อน", "Safety first"),
        Words(
            "ข้อบ่งชี้การค้ามนุษย์หรือภาวะทางจิตที่ต้องได้รับการบำบัดรักษาต้องดูก่อนเรื่องอื่น เพราะมีกฎหมายเฉพาะคุ้มครองทันที",
            "Signs of trafficking or a mental crisis come before everything else: another law protects the "
            "person at once.",
        ),
        Words(
            "พ.ร.บ. ป้องกันและปราบปรามการค้ามนุษย์ พ.ศ. 2551 มาตรา 29 และ พ.ร.บ. สุขภาพจิต พ.ศ. 2551 มาตรา 22 และ 23",
            "Anti-Trafficking in Persons Act B.E. 2551, s. 29; Mental Health Act B.E. 2551, ss. 22, 23",
        ),
        ("trafficking_signs", "mental_crisis", "pregnant"),
    ),
    Group(
        Words("ที่อยู่และรายได้", "Home and income"),
        Words(
            "คำตอบส่วนนี้ใช้พิจารณาว่าเป็นคนไร้ที่พึ่งตามกฎหมายและรับการคุ้มครองได้หรือไม่",
            "These answers decide whether the person is destitute by law and may be given protection.",
        ),
        Words("พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 มาตรา 3", "Protection of the Destitute Act B.E. 2557, s. 3"),
        ("housing", "income_sufficient", "can_depend_on_others", "relatives"),
    ),
    Group(
        Words("การขอทาน", "Begging"),
        Words(
            "ผู้ทำการขอทานต้องได้รับการคัดกรองและช่วยเหลือ ส่วนผู้แสดงความสามารถไม่ถือว่าขอทาน (มาตรา 13 วรรคสาม)",
            "Who begs is screened and helped; who performs is not held to beg (s. 13 paragraph 3).",
        ),
        Words("พ.ร.บ. ควบคุมการขอทาน พ.ศ. 2559 มาตรา 13 ถึง 16", "Control of Begging Act B.E. 2559, ss. 13-16"),
        ("begging",),
    ),
    Group(
        Words("อายุและสัญชาติ", "Age and nationality"),
        Words(
            "ผู้สูงอายุและเด็กมีกฎหมายเฉพาะ หากเว้นว่าง ระบบจะใช้ข้อมูลเดิมของเรื่อง",
            "Older people and children have laws of their own. What the case already says is used when this "
            "stays empty.",
        ),
        Words(
            "พ.ร.บ. ผู้สูงอายุ พ.ศ. 2546 มาตรา 3 พ.ร.บ. คุ้มครองเด็ก พ.ศ. 2546 มาตรา 4 "
            "และ พ.ร.บ. คนเข้าเมือง พ.ศ. 2522 มาตรา 54",
            "Older Persons Act B.E. 2546, s. 3; Child Protection Act B.E. 2546, s. 4; Immigration Act B.E. 2522, s. 54",
        ),
        ("birth_date", "age", "nationality", "lawful_stay", "work_permit"),
    ),
    Group(
        Words("ความพิการ", "Disability"),
        Words(
            "คนพิการมีสิทธิเฉพาะ เช่น บัตรประจำตัวคนพิการ เบี้ยความพิการ การจ้างงานตามมาตรา 33 และการส่งเสริมอาชีพตามมาตรา 35",
            "A disability opens rights of its own: a card, an allowance, employment under section 33 and support for "
            "work under section 35.",
        ),
        Words(
            "พ.ร.บ. ส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ พ.ศ. 2550 มาตรา 4, 19, 20, 33 และ 35",
            "Persons with Disabilities Empowerment Act B.E. 2550, ss. 4, 19, 20, 33, 35",
        ),
        ("disability_types", "disability_card"),
    ),
    Group(
        Words("งานและความประสงค์", "Work and wishes"),
        Words(
            "ความประสงค์ของผู้รับบริการสำคัญรองจากกฎหมายที่คุ้มครอง ส่วนสถานที่ในสังกัดกระทรวง พม. เป็นทางสุดท้ายเสมอ",
            "The person's own wish comes right after the law that protects them; the ministry's places always come "
            "last.",
        ),
        Words(
            "พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 มาตรา 21, 23 และ 24",
            "Protection of the Destitute Act B.E. 2557, ss. 21, 23, 24",
        ),
        ("able_to_work", "wants_work", "wants"),
    ),
    Group(
        Words("สิ่งที่แต่ละแห่งถาม", "What places ask for"),
        Words(
            "ถามเท่าที่สถานที่ซึ่งอาจรับผู้รับบริการต้องใช้ตัดสินใจ แต่ละแห่งดูแลได้ไม่เหมือนกัน หากส่งไปผิดที่ ผู้รับบริการต้องย้ายอีก",
            "Only as far as a place that may take the person needs it to decide. Each says whom it can care for; a "
            "wrong match means the person is moved again.",
        ),
        Words("หลักเกณฑ์ของแต่ละแห่ง", "Rules of the places"),
        (
            "care_level", "communicable_disease", "documents_held", "prior_process_done", "severe_behaviour",
            "legal_case",
        ),
    ),
)  # fmt: skip

ASKED = tuple(code for group in GROUPS for code in group.facts)
