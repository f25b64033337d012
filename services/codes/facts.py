"""The facts a screening may know of a person, each described once: what it may be, what it is called, and how it is
asked for. Data only.

Screening makes its schema and the vocabulary of its rules from these, the pages make their form and their words,
partners' reasons name them. Any fact may be absent: unknown, never "no". Sources: docs/contract.md, "Facts a screening
reads"; the laws stand with the groups.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.codes import (
    BEGGING,
    CARE_LEVELS,
    COMMUNICABLE,
    DANGERS,
    DISABILITY_TYPES,
    DOCUMENTS,
    DOMICILE_BASES,
    HOUSING,
    NATIONALITIES,
    PATHS,
    RELATIVES,
    SEXES,
)
from services.codes.words import CodeList, Words

# flag: yes or no · code, number: one of its options · codes: several of them · range: full years {min, max, on?} ·
# records: a list of objects · date: ISO, also partial
Kind = Literal["flag", "code", "number", "codes", "range", "records", "date"]


@dataclass(frozen=True)
class Question:
    """How a fact is asked for, in the form of a screening."""

    text: Words
    hint: Words | None = None


@dataclass(frozen=True)
class Fact:
    """`yes` and `no` are the answers of a flag; `none` says that nothing of the options holds; `keys` are those of a
    record with their codes (empty: a province). `free`: besides the options there may be others, in the partner's own
    words."""

    code: str
    words: Words
    kind: Kind
    options: CodeList[str] | CodeList[int] | None = None
    question: Question | None = None
    yes: Words | None = None
    no: Words | None = None
    none: Words | None = None
    free: bool = False
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Group:
    """Questions that belong together: why they are asked, and the law behind them."""

    title: Words
    why: Words
    law: Words
    facts: tuple[str, ...]


FACTS: Mapping[str, Fact] = {
    fact.code: fact
    for fact in (
        Fact(
            "age",
            Words("อายุ", "Age"),
            "range",
        ),
        Fact(
            "sex",
            Words("เพศ", "Sex"),
            "code",
            SEXES,
        ),
        Fact(
            "nationality",
            Words("สัญชาติ", "Nationality"),
            "code",
            NATIONALITIES,
            question=Question(Words("สัญชาติ", "Nationality")),
        ),
        Fact(
            "danger",
            Words("อันตราย", "Danger"),
            "code",
            DANGERS,
        ),
        Fact(
            "domicile",
            Words("ภูมิลำเนา", "Domicile"),
            "records",
            keys={"province": (), "basis": DOMICILE_BASES},
        ),
        Fact(
            "housing",
            Words("ที่อยู่อาศัย", "Housing"),
            "code",
            HOUSING,
            question=Question(Words("ปัจจุบันอยู่ที่ใด", "Where does the person live now?")),
        ),
        Fact(
            "income_sufficient",
            Words("รายได้พอเลี้ยงชีพหรือไม่", "Enough income"),
            "flag",
            question=Question(Words("รายได้พอเลี้ยงชีพหรือไม่", "Is the income enough to live on?")),
            yes=Words("พอ", "Enough"),
            no=Words("ไม่พอ", "Not enough"),
        ),
        Fact(
            "can_depend_on_others",
            Words("มีผู้ให้พึ่งพาหรือไม่", "Somebody to depend on"),
            "flag",
            question=Question(Words("มีผู้ที่พึ่งพาได้หรือไม่", "Is there somebody to depend on?")),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "begging",
            Words("การขอทาน", "Begging"),
            "code",
            BEGGING,
            question=Question(Words("ขอทานหรือไม่", "Does the person beg?")),
        ),
        Fact(
            "disability_types",
            Words("ประเภทความพิการ", "Kinds of disability"),
            "codes",
            DISABILITY_TYPES,
            question=Question(
                Words("ความพิการประเภทใด", "Which types of disability?"),
                Words("เลือกได้มากกว่าหนึ่งข้อ", "Choose all that fit."),
            ),
            none=Words("ไม่มีความพิการ", "No disability"),
        ),
        Fact(
            "disability_card",
            Words("บัตรประจำตัวคนพิการ", "Disability card"),
            "flag",
            question=Question(Words("มีบัตรประจำตัวคนพิการหรือไม่", "Does the person hold a disability card?")),
            yes=Words("มี", "Has one"),
            no=Words("ไม่มี", "Has none"),
        ),
        Fact(
            "pregnant",
            Words("ตั้งครรภ์หรือไม่", "Pregnant"),
            "flag",
            question=Question(Words("ตั้งครรภ์หรือไม่", "Is the person pregnant?")),
            yes=Words("ตั้งครรภ์", "Pregnant"),
            no=Words("ไม่ตั้งครรภ์", "Not pregnant"),
        ),
        Fact(
            "mental_crisis",
            Words("ภาวะวิกฤตทางจิต", "Mental crisis"),
            "flag",
            question=Question(
                Words("มีภาวะวิกฤตทางจิตหรือไม่", "Is there a mental crisis?"),
                Words(
                    "เป็นอันตรายต่อตนเองหรือผู้อื่น หรือต้องรักษาเร่งด่วน",
                    "Dangerous to themselves or others, or in urgent need of treatment.",
                ),
            ),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "trafficking_signs",
            Words("ข้อบ่งชี้การค้ามนุษย์", "Signs of trafficking"),
            "flag",
            question=Question(
                Words("มีข้อบ่งชี้การค้ามนุษย์หรือไม่", "Are there signs of trafficking?"),
                Words(
                    "เช่น กลัวใครบางคน ถูกเฝ้าดู มีคนเก็บเงินไป ถูกพามาขอทาน",
                    "Fear of somebody, being watched, somebody takes the money, being brought to beg.",
                ),
            ),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "care_level",
            Words("ภาวะพึ่งพิง", "Level of care"),
            "number",
            CARE_LEVELS,
            question=Question(
                Words("ต้องมีผู้ช่วยเหลือในชีวิตประจำวันมากเพียงใด", "How much help does the person need every day?")
            ),
        ),
        Fact(
            "communicable_disease",
            Words("โรคติดต่อ", "Communicable disease"),
            "code",
            COMMUNICABLE,
            question=Question(Words("มีโรคติดต่อหรือไม่", "Is there a communicable disease?")),
        ),
        Fact(
            "severe_behaviour",
            Words("พฤติกรรมรุนแรง", "Severe behaviour"),
            "flag",
            question=Question(
                Words(
                    "มีพฤติกรรมรุนแรงจนผู้อื่นอยู่ร่วมไม่ได้หรือไม่",
                    "Is there severe behaviour that others cannot live with?",
                )
            ),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "legal_case",
            Words("คดีความ", "Legal case"),
            "flag",
            question=Question(
                Words(
                    "มีคดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณาหรือไม่",
                    "Is there a criminal case under investigation or trial?",
                )
            ),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "able_to_work",
            Words("ทำงานได้หรือไม่", "Able to work"),
            "flag",
            question=Question(Words("ทำงานได้หรือไม่", "Is the person able to work?")),
            yes=Words("ทำงานได้", "Able"),
            no=Words("ทำงานไม่ได้", "Not able"),
        ),
        Fact(
            "wants_work",
            Words("ต้องการทำงานหรือไม่", "Wants work"),
            "flag",
            question=Question(Words("ต้องการทำงานหรือไม่", "Does the person want to work?")),
            yes=Words("ต้องการ", "Wants to"),
            no=Words("ไม่ต้องการ", "Does not want to"),
        ),
        Fact(
            "wants",
            Words("ความประสงค์", "Wishes"),
            "codes",
            PATHS,
            question=Question(
                Words("ผู้รับบริการต้องการแนวทางใด", "What does the person want?"),
                Words(
                    "เลือกได้มากกว่าหนึ่งข้อ ตามความประสงค์ของผู้รับบริการเอง",
                    "Choose all that fit, in the person's own interest.",
                ),
            ),
        ),
        Fact(
            "prior_process_done",
            Words(
                "เคยผ่านกระบวนการตาม พ.ร.บ. คนไร้ที่พึ่ง พ.ศ. 2557", "Process of the Act of 2557 completed before"
            ),
            "flag",
            question=Question(
                Words(
                    "เคยผ่านกระบวนการตาม พ.ร.บ. คนไร้ที่พึ่ง พ.ศ. 2557 แล้วหรือไม่",
                    "Has the person been through the process of this Act before?",
                ),
                Words(
                    "บางแห่งกำหนดไว้ เช่น การเยี่ยมครอบครัวหรือชุมชน การจัดหางานที่เหมาะสม",
                    "Some homes ask for it: a visit to the family or the community, suitable work.",
                ),
            ),
            yes=Words("เคย", "Has been"),
            no=Words("ไม่เคย", "Has not been"),
        ),
        Fact(
            "documents_held",
            Words("เอกสารที่มี", "Documents held"),
            "codes",
            DOCUMENTS,
            free=True,
            question=Question(
                Words("มีเอกสารใดบ้าง", "Which documents does the person hold?"),
                Words("ระบุเฉพาะชนิด ไม่ต้องระบุเลขที่", "The kind only, no numbers."),
            ),
            none=Words("ไม่มีเอกสาร", "No documents"),
        ),
        Fact(
            "relatives",
            Words("ญาติ", "Relatives"),
            "code",
            RELATIVES,
            question=Question(Words("ญาติดูแลได้หรือไม่", "What about relatives?")),
        ),
        Fact(
            "birth_date",
            Words("วันเกิด", "Birth date"),
            "date",
            question=Question(
                Words("วันเกิด", "Birth date"),
                Words(
                    "ใช้ปี พ.ศ. หรือ ค.ศ. และกรอกเท่าที่ทราบได้ เช่น 12/5/2500, 5/2500 หรือ 2500",
                    "Buddhist or CE year, also only a part: 12/5/2500, 5/2500 or 2500.",
                ),
            ),
        ),
    )
}

GROUPS = (
    Group(
        Words("ความปลอดภัยมาก่อน", "Safety first"),
        Words(
            "ข้อบ่งชี้การค้ามนุษย์หรือภาวะวิกฤตทางจิตต้องดูก่อนเรื่องอื่น เพราะมีกฎหมายเฉพาะคุ้มครองทันที",
            "Signs of trafficking or a mental crisis come before everything else: another law protects the "
            "person at once.",
        ),
        Words(
            "พ.ร.บ. ป้องกันและปราบปรามการค้ามนุษย์ พ.ศ. 2551 มาตรา 29 และ พ.ร.บ. สุขภาพจิต พ.ศ. 2551 มาตรา 22",
            "Anti-Trafficking in Persons Act B.E. 2551, s. 29; Mental Health Act B.E. 2551, s. 22",
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
        ("housing", "income_sufficient", "can_depend_on_others", "relatives", "prior_process_done"),
    ),
    Group(
        Words("การขอทาน", "Begging"),
        Words(
            "ผู้ขอทานต้องได้รับการคัดกรองและช่วยเหลือ ส่วนผู้แสดงความสามารถมีแนวปฏิบัติต่างกัน",
            "Who begs is screened and helped; who performs is treated differently from who begs.",
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
            "พ.ร.บ. ผู้สูงอายุ พ.ศ. 2546 มาตรา 3 และ พ.ร.บ. คุ้มครองเด็ก พ.ศ. 2546 มาตรา 4",
            "Older Persons Act B.E. 2546, s. 3; Child Protection Act B.E. 2546, s. 4",
        ),
        ("birth_date", "nationality"),
    ),
    Group(
        Words("ความพิการ", "Disability"),
        Words(
            "คนพิการมีสิทธิเฉพาะ เช่น บัตร เบี้ยความพิการ และการจ้างงานตามมาตรา 33 และ 35",
            "A disability opens rights of its own: a card, an allowance, and work under sections 33 and 35.",
        ),
        Words(
            "พ.ร.บ. ส่งเสริมและพัฒนาคุณภาพชีวิตคนพิการ พ.ศ. 2550 มาตรา 4, 20, 33 และ 35",
            "Persons with Disabilities Empowerment Act B.E. 2550, ss. 4, 20, 33, 35",
        ),
        ("disability_types", "disability_card"),
    ),
    Group(
        Words("สุขภาพและการดูแล", "Health and care"),
        Words(
            "แต่ละแห่งดูแลได้ไม่เหมือนกัน หากส่งไปผิดที่ ผู้รับบริการต้องย้ายอีก",
            "Each place says whom it can care for. A wrong match means the person is moved again.",
        ),
        Words(
            "หลักเกณฑ์ของแต่ละแห่ง และ พ.ร.บ. ผู้สูงอายุ พ.ศ. 2546 มาตรา 11",
            "Rules of the places; Older Persons Act B.E. 2546, s. 11",
        ),
        ("care_level", "communicable_disease", "severe_behaviour", "legal_case"),
    ),
    Group(
        Words("งานและความประสงค์", "Work and wishes"),
        Words(
            "ความประสงค์ของผู้รับบริการสำคัญรองจากกฎหมายที่คุ้มครองเท่านั้น",
            "The person's own wish comes right after the law that protects them.",
        ),
        Words(
            "พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 มาตรา 23", "Protection of the Destitute Act B.E. 2557, s. 23"
        ),
        ("able_to_work", "wants_work", "wants", "documents_held"),
    ),
)

ASKED = tuple(code for group in GROUPS for code in group.facts)
