"""What a screening may find of a person's situation, in codes with their words. Data only."""

from services.codes.words import CodeList, Words
from services.thai.names import normalise

HOUSING = CodeList(
    "housing",
    {
        "street": Words("ริมถนนหรือทางเท้า", "On the street"),
        "public_place": Words(
            "ในที่สาธารณะ เช่น สถานีขนส่ง ลานวัด", "In a public place, such as a station or a temple ground"
        ),
        "temporary": Words("ในที่พักชั่วคราว", "In a temporary place"),
        "home": Words("มีที่อยู่อาศัย", "Has a home"),
    },
)

BEGGING = CodeList(
    "begging",
    {
        "none": Words("ไม่ได้ขอทาน", "Does not beg"),
        "asks": Words(
            "ขอเงินหรือทรัพย์สินเพื่อเลี้ยงชีวิต หรือทำให้ผู้อื่นสงสารจนให้เงินหรือทรัพย์สิน",
            "Asks for money or things to live on, or makes others give out of pity",
        ),
        "performs": Words("แสดงความสามารถ เช่น เล่นดนตรี เพื่อรับเงินหรือทรัพย์สินจากผู้ชม", "Performs for money"),
        "relatives": Words("ขอกันในฐานะญาติมิตร", "Asks relatives or friends only"),
        "collection": Words("เรี่ยไรตามกฎหมายว่าด้วยการควบคุมการเรี่ยไร", "Collects under the law on collections"),
        "religious": Words("ปฏิบัติกิจวัตรทางศาสนา เช่น บิณฑบาต", "Religious routine, such as alms"),
    },
)

DISABILITY_TYPES = CodeList(
    "disability_types",
    {
        1: Words("ทางการเห็น", "Seeing"),
        2: Words("ทางการได้ยินหรือสื่อความหมาย", "Hearing or communicating"),
        3: Words("ทางการเคลื่อนไหวหรือทางร่างกาย", "Movement or the body"),
        4: Words("ทางจิตใจหรือพฤติกรรม", "Mind or behaviour"),
        5: Words("ทางสติปัญญา", "Intellect"),
        6: Words("ทางการเรียนรู้", "Learning"),
        7: Words("ทางออทิสติก", "Autism"),
    },
)

CARE_LEVELS = CodeList(
    "care_level",
    {
        1: Words("ช่วยเหลือตนเองได้ (ไม่พึ่งพิง)", "Independent in daily life"),
        2: Words("ต้องช่วยเหลือบางส่วน (พึ่งพิงน้อย)", "Needs some help"),
        3: Words("ต้องพึ่งพาผู้อื่น (พึ่งพิงมาก)", "Depends on others"),
    },
)

COMMUNICABLE = CodeList(
    "communicable_disease",
    {
        "none": Words("ไม่พบ", "None found"),
        "treated": Words("รักษาแล้ว ไม่แพร่เชื้อ", "Treated, no longer infectious"),
        "untreated": Words("ยังไม่ได้รักษา", "Not treated yet"),
    },
)

RELATIVES = CodeList(
    "relatives",
    {
        "none": Words("ไม่พบญาติ", "No relatives found"),
        "willing": Words("ญาติพร้อมดูแล", "Relatives are willing to take care"),
        "unwilling": Words("ญาติไม่พร้อมหรือดูแลไม่ได้", "Relatives are not willing or not able"),
        "unsafe": Words("อยู่กับญาติไม่ปลอดภัย ห้ามติดต่อ", "Not safe with the relatives: do not contact them"),
    },
)

DOCUMENTS = CodeList(
    "documents_held",
    {
        "id_card": Words("บัตรประจำตัวประชาชน", "Identity card"),
        "house_registration": Words("ทะเบียนบ้าน", "House registration"),
        "disability_card": Words("บัตรประจำตัวคนพิการ", "Disability card"),
        "medical_certificate": Words("ใบรับรองแพทย์", "Medical certificate"),
    },
)


def document_code(text: str) -> str:
    """The code of a kind of document by its code or its name; any other name stands for itself."""
    named = {word.casefold(): code for code, words in DOCUMENTS.words.items() for word in (code, *words)}
    name = normalise(text)
    return named.get(name.casefold(), name)
