"""The facts a screening may know of a person, each described once: what it may be, what it is called, and how it is
asked for. Data only.

Screening makes its schema and the vocabulary of its rules from these, the pages make their form and their words,
partners' reasons name them. Any fact may be absent: unknown, never "no". Sources: docs/contract.md, "Facts a screening
reads"; the laws stand with the questions (codes.questions).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from services.codes import DANGERS, DOMICILE_BASES, NATIONALITIES, PATHS, SEXES
from services.codes.ages import AGE_BANDS
from services.codes.situation import (
    BEGGING,
    CARE_LEVELS,
    COMMUNICABLE,
    DISABILITY_TYPES,
    DOCUMENTS,
    HOUSING,
    RELATIVES,
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
    words. `alone`: this option goes with no other."""

    code: str
    words: Words
    kind: Kind
    options: CodeList[str] | CodeList[int] | None = None
    question: Question | None = None
    yes: Words | None = None
    no: Words | None = None
    none: Words | None = None
    free: bool = False
    alone: str | None = None
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


FACTS: Mapping[str, Fact] = {
    fact.code: fact
    for fact in (
        Fact(
            "age",
            Words("อายุ", "Age"),
            "range",
            AGE_BANDS,
            question=Question(
                Words("หรืออายุโดยประมาณ", "Or the age as it looks"),
                Words(
                    "เป็นการประมาณเท่านั้น ผู้ที่ดูใกล้เกณฑ์อายุตามกฎหมายยังต้องถามต่อ",
                    "Only an estimate: near a limit of the law it stays a question.",
                ),
            ),
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
            "lawful_stay",
            Words("สิทธิอยู่ในราชอาณาจักร", "Right to stay"),
            "flag",
            question=Question(
                Words("มีสิทธิอยู่ในราชอาณาจักรหรือไม่", "Is the person permitted to stay in the country?"),
                Words(
                    "ถามเฉพาะผู้ที่ไม่มีสัญชาติไทย ถ้าไม่แน่ใจให้ตอบว่ายังไม่ทราบ",
                    "Only of who is not Thai. If in doubt, it is not known yet.",
                ),
            ),
            yes=Words("มี", "Permitted"),
            no=Words("ไม่ได้รับอนุญาต หรือการอนุญาตสิ้นสุดหรือถูกเพิกถอน", "No permission, or it ended or was revoked"),
        ),
        Fact(
            "work_permit",
            Words("ใบอนุญาตทำงาน", "Work permit"),
            "flag",
            question=Question(Words("มีใบอนุญาตทำงานหรือไม่", "Does the person have a work permit?")),
            yes=Words("มี", "Has one"),
            no=Words("ไม่มี", "Has none"),
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
            question=Question(Words("ปัจจุบันพักอาศัยอยู่ที่ใด", "Where does the person live now?")),
        ),
        Fact(
            "income_sufficient",
            Words("รายได้เพียงพอแก่การยังชีพ", "Enough income"),
            "flag",
            question=Question(Words("มีรายได้เพียงพอแก่การยังชีพหรือไม่", "Is the income enough to live on?")),
            yes=Words("เพียงพอ", "Enough"),
            no=Words("ไม่เพียงพอ", "Not enough"),
        ),
        Fact(
            "can_depend_on_others",
            Words("บุคคลอื่นที่พึ่งพาได้", "Somebody to depend on"),
            "flag",
            question=Question(Words("มีบุคคลอื่นให้พึ่งพาได้หรือไม่", "Is there somebody to depend on?")),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "begging",
            Words("การขอทาน", "Begging"),
            "codes",
            BEGGING,
            question=Question(
                Words("มีการขอทานหรือไม่", "Does the person beg?"),
                Words("เลือกได้มากกว่าหนึ่งข้อ", "Choose all that fit."),
            ),
            alone="none",
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
            Words("ภาวะทางจิตที่ต้องได้รับการบำบัดรักษา", "Mental crisis"),
            "flag",
            question=Question(
                Words("มีภาวะอันตรายหรือจำเป็นต้องได้รับการบำบัดรักษาทางจิตหรือไม่", "Is there a mental crisis?"),
                Words(
                    "อาจเป็นอันตรายต่อตนเองหรือผู้อื่น หรือต้องรักษาโดยไม่ชักช้า",
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
                    "เช่น กลัวใครบางคน มีผู้อื่นเก็บเงินไป ถูกควบคุมหรือเฝ้าดู ถูกพามาขอทาน",
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
            Words("พฤติกรรมที่อาจเป็นอันตราย", "Severe behaviour"),
            "flag",
            question=Question(
                Words(
                    "มีพฤติกรรมที่อาจเป็นอันตรายต่อตนเองหรือผู้อื่นหรือไม่",
                    "Is there behaviour that may be dangerous to the person or to others?",
                )
            ),
            yes=Words("มี", "There is"),
            no=Words("ไม่มี", "There is none"),
        ),
        Fact(
            "legal_case",
            Words("คดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณา", "Criminal case under investigation or trial"),
            "flag",
            question=Question(
                Words(
                    "มีคดีอาญาที่อยู่ระหว่างสอบสวนหรือพิจารณาหรือไม่",
                    "Is there a criminal case under investigation or trial?",
                ),
                Words(
                    "ไม่รวมข้อหาอาศัยที่สาธารณะซึ่งส่งตัวมาตามมาตรา 22",
                    "Not an accusation of living in public, for which the person was delivered under section 22.",
                ),
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
                    "Choose all that the person wishes for.",
                ),
            ),
        ),
        Fact(
            "prior_process_done",
            Words(
                "เคยผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557",
                "Process of the Act of 2557 completed before",
            ),
            "flag",
            question=Question(
                Words(
                    "เคยผ่านกระบวนการตาม พ.ร.บ. การคุ้มครองคนไร้ที่พึ่ง พ.ศ. 2557 แล้วหรือไม่",
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

# A birth date is asked for the age that follows from it, and gives it surely.
ASKED_AS: Mapping[str, str] = {"age": "birth_date"}
ASKED_FOR: Mapping[str, str] = {question: fact for fact, question in ASKED_AS.items()}
