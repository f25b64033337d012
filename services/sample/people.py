"""Invented people: who comes to a centre, how they are described there, and what a screening finds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from services.codes import CHANNELS
from services.kernel.questions import Body, Json
from services.thai import areas, idcard

CENTRES = ("60", "61", "62")  # Nakhon Sawan, Uthai Thani, Kamphaeng Phet
NEARBY = ("18", "66", "67", "16", "17", "63", "64", "65", "72")
FAR = ("10", "30", "50", "34")

MEN = (
    "สมชาย", "ประเสริฐ", "บุญมี", "สมศักดิ์", "วิชัย", "ทองดี", "สำราญ", "ประยูร", "มานพ", "อำนวย", "ธีระ",
    "ณรงค์", "สุรชัย", "คำปัน", "บุญส่ง",
    "อนันต์", "พิชิต", "เฉลิม", "ไพโรจน์", "จำรัส", "ก้องภพ", "ธนวัฒน์", "ภาคิน", "เกรียงไกร", "สนิท",
)  # fmt: skip
WOMEN = (
    "สมหญิง", "บุญเรือน", "ทองใบ", "มาลี", "สุดา", "วันเพ็ญ", "ประไพ", "จำเนียร", "ลำดวน", "สายทอง", "อรุณี",
    "พิมพ์ใจ", "นงลักษณ์", "คำแก้ว",
    "ศรีนวล", "รัตนา", "กัลยา", "ดวงใจ", "เพ็ญศรี", "บัวผัน", "ชลธิชา", "กมลวรรณ", "ปาริชาต", "เสาวลักษณ์", "อุไร",
)  # fmt: skip
SURNAMES = (
    "ใจดีงาม", "มีสุขดี", "ทองคำแท้", "แสงจันทร์ฉาย", "ศรีสมมติ", "บุญรักษา", "ร่มเย็นสุข", "พูนทรัพย์ทวี",
    "นาดีงาม", "ปานทองแท้", "สายธารใส",
    "เพชรน้ำงาม", "คงมั่นดี", "อยู่เย็นสุข", "แก้วใสสว่าง", "สว่างใจดี", "รุ่งเรืองสมมติ", "ยิ้มแย้มดี", "ขวัญเมืองงาม", "ชื่นใจดี", "ดวงดีงาม",
    "กล้าหาญดี", "พรหมสมมติ", "วงศ์ตัวอย่าง", "สุขสมมติ",
)  # fmt: skip
ALIASES = ("แก้ว", "จันทร์", "ทอง", "ดำ", "แดง", "นวล", "เล็ก", "ใหญ่", "หนู", "เปี๊ยก")
OTHER_NAMES = (
    "ซอ",
    "มะ",
    "นาย",
    "เมียะ",
    "จ่อ",
    "วิน",
    "เอ",
    "โซ",
)  # given names heard from neighbours across the border
FOUND_AT = (
    "สถานีขนส่งผู้โดยสาร", "ใต้สะพานข้ามแม่น้ำ", "หน้าตลาดสด", "ศาลาที่พักริมทาง", "สวนสาธารณะริมน้ำ",
    "ลานวัด", "หน้าโรงพยาบาล", "สถานีรถไฟ",
    "บ้านเช่าที่ถูกให้ออก", "หน้าร้านสะดวกซื้อ", "เพิงพักริมนา", "มาที่ศูนย์ด้วยตนเอง",
)  # fmt: skip
NOTES = (
    "ขอพักชั่วคราวระหว่างติดต่อญาติ", "เคยทำงานรับจ้างในไร่อ้อย เลิกจ้างหลังบาดเจ็บ",
    "เคยเป็นช่างไม้ อยากกลับไปทำงาน", "ชอบทำสวนและดูแลต้นไม้",
    "พูดน้อย ฟังเข้าใจดี", "ขอให้ติดต่อพี่สาวก่อนตัดสินใจ", "ไม่ประสงค์ให้แจ้งครอบครัว", "รับยาต่อเนื่องจากโรงพยาบาล ยาเหลือหนึ่งสัปดาห์",
    "ใช้รถเข็น ต้องการห้องชั้นล่าง", "มีสุนัขมาด้วยหนึ่งตัว ขออยู่ด้วยกัน", "เอกสารหายทั้งหมด กำลังขอคัดสำเนา", "อ่านหนังสือได้ เขียนชื่อตนเองได้",
    "เล่นดนตรีไทยได้", "เคยค้าขายในตลาด ทำอาหารเก่ง",
)  # fmt: skip
DOCUMENTS = ("id_card", "house_registration", "medical_certificate")

# Of a hundred who come.
KINDS: Mapping[str, int] = {
    "older": 30, "disabled": 20, "adult": 17, "beggar": 7, "child": 6, "crisis": 4, "stateless": 4,
    "advised": 3, "performer": 3,
    "foreigner": 3, "pregnant": 2, "trafficked": 1,
}  # fmt: skip
AGES: Mapping[str, tuple[int, int]] = {
    "older": (61, 88), "disabled": (19, 57), "child": (8, 16), "pregnant": (18, 38), "trafficked": (15, 40),
    "beggar": (25, 72),
    "stateless": (20, 74), "foreigner": (18, 50),
}  # fmt: skip
DANGERS: Mapping[str, tuple[str, float]] = {
    "crisis": ("psychiatric", 0.8),
    "child": ("child", 0.6),
    "trafficked": ("trafficking", 1.0),
    "pregnant": ("urgent_health", 0.4),
    "older": ("urgent_health", 0.06),
    "adult": ("police", 0.08),
}
NO_PROVINCE = "99"  # digits 2-3 of a citizen number name a province; none has this code


@dataclass(frozen=True)
class Person:
    """`opening` is the body of POST /cases without its centre, `facts` that of the screening."""

    kind: str
    opening: Body
    facts: Body
    wants: list[str]

    @property
    def danger(self) -> str:
        return str(self.opening["danger"])


def pick(chance: Random, weights: Mapping[str, float]) -> str:
    return chance.choices([*weights], weights=[*weights.values()])[0]


def subdistrict(chance: Random, province: str) -> str:
    district = chance.choice(areas.districts(province))
    return chance.choice(areas.subdistricts(district.code)).code


def citizen_number(first: str, number: int) -> str:
    """A number with a right check digit that nobody can have."""
    digits = f"{first}{NO_PROVINCE}{number:09d}"
    return digits + idcard.check_digit(digits)


def full_name(chance: Random, sex: str) -> dict[str, str]:
    woman = sex == "female" or (sex != "male" and chance.random() < 0.5)
    return {"first": chance.choice(WOMEN if woman else MEN), "last": chance.choice(SURNAMES)}


def invent(chance: Random, number: int, kind: str, centre: str, day: date) -> Person:
    """The `number`th person, of one of KINDS, as met on `day`."""
    age = chance.randint(*AGES.get(kind, (22, 59)))
    sex = pick(chance, {"male": 62, "female": 36, "other": 2}) if kind != "pregnant" else "female"
    nationality = {"foreigner": "foreign", "stateless": "stateless"}.get(kind, "thai")
    if kind == "trafficked":
        nationality = pick(chance, {"thai": 1, "foreign": 1})
    channel, found = _channel(chance, kind), _found(chance, centre)
    described = _described(chance, number, age, sex, nationality, centre, day)
    danger = _danger(chance, kind)
    note = chance.choice(NOTES) if chance.random() < 0.6 else None
    opening: Body = {"channel": channel, "found": found, "person": described, "danger": danger, "note": note}
    return Person(kind, opening, *_facts(chance, kind, age, described))


def _channel(chance: Random, kind: str) -> str:
    often = {
        "walk_in": 16,
        "hotline_1300": 18,
        "police": 12,
        "hospital": 10,
        "local_government": 10,
        "citizen": 12,
        "patrol": 12,
    }
    weights = {channel: 2 for channel in CHANNELS} | often
    if kind in ("beggar", "performer"):
        weights["patrol"] = 60
    if kind == "crisis":
        weights["hospital"] = 40
    return pick(chance, weights)


def _danger(chance: Random, kind: str) -> str:
    danger, share = DANGERS.get(kind, ("none", 1.0))
    return danger if chance.random() < share else "none"


def _found(chance: Random, centre: str) -> dict[str, str | None]:
    province = chance.choice(NEARBY) if chance.random() < 0.05 else centre
    place = chance.choice(FOUND_AT)
    return {"subdistrict": subdistrict(chance, province) if chance.random() < 0.92 else None, "place": place}


def _described(
    chance: Random, number: int, age: int, sex: str, nationality: str, centre: str, day: date
) -> dict[str, Json]:
    statuses = {
        "confirmed_card": 40,
        "confirmed_register": 18,
        "claimed": 24,
        "partial": 9,
        "unknown": 6,
        "refused": 3,
    }
    status = "foreign_document" if nationality == "foreign" else pick(chance, statuses)
    if nationality == "stateless":
        status = pick(chance, {"confirmed_register": 1, "claimed": 2, "partial": 1})
    domicile = _domicile(chance, centre, nationality)
    described: dict[str, Json] = {
        "identity_status": status, "sex": sex, "nationality": nationality, "domicile": domicile,
    }  # fmt: skip
    if status in ("unknown", "refused"):
        described["name"] = {"alias": chance.choice(ALIASES)} if chance.random() < 0.5 else None
        described["nationality"] = "unknown" if status == "unknown" and chance.random() < 0.5 else nationality
        described["domicile"] = domicile[:1] if status == "refused" else []
        return described | _band(age)
    described["name"] = _named(chance, status, age, sex, nationality)
    if status.startswith("confirmed") or chance.random() < 0.4:
        described["national_id"] = _identifier(chance, number, age, nationality)
    born = _born(chance, age, day)
    exact = status.startswith("confirmed") or status == "foreign_document"
    precision = pick(
        chance, {"day": 6 if exact else 1, "month": 1, "year": 2, "band": 0 if exact else 3, "none": 0.3}
    )
    if precision == "none":
        return described
    if precision == "band":
        return described | _band(age)
    return described | {"birth_date": born[: {"day": 10, "month": 7, "year": 4}[precision]]}


def _band(age: int) -> dict[str, str]:
    """Ten years, laid so that nobody is thought younger or older than a law's line who is not."""
    low = age // 10 * 10
    return {"age_band": "10-17" if low == 10 and age < 18 else f"{low}-{low + 9}"}


def _born(chance: Random, age: int, day: date) -> str:
    return date(day.year - age - 1, chance.randint(1, 12), chance.randint(1, 28)).isoformat()


def _named(chance: Random, status: str, age: int, sex: str, nationality: str) -> dict[str, str]:
    if nationality != "thai":
        name = {"first": chance.choice(OTHER_NAMES) + chance.choice(OTHER_NAMES)}
    else:
        name = full_name(chance, sex)
    if status == "partial":
        name.pop("last", None)
        name["alias"] = chance.choice(ALIASES)
    if nationality == "thai" and sex in ("male", "female"):
        young = age < 15
        titles = {
            "male": "ด.ช." if young else "นาย",
            "female": "ด.ญ." if young else chance.choice(("นาง", "น.ส.")),
        }
        name["title"] = titles[sex]
    return name


def _identifier(chance: Random, number: int, age: int, nationality: str) -> str | None:
    if nationality == "foreign":
        return f"SAMPLE{number:05d}"
    right = citizen_number("0" if nationality == "stateless" else "1" if age < 42 else "3", number)
    if chance.random() < 0.04:  # misread from a worn card: the check digit does not fit
        return right[:-1] + str((int(right[-1]) + 1) % 10)
    return right


def _domicile(chance: Random, centre: str, nationality: str) -> list[dict[str, str]]:
    if nationality == "foreign":
        return [{"province": centre, "basis": "found"}] if chance.random() < 0.5 else []
    others: Sequence[str] = [province for province in (*CENTRES, *NEARBY) if province != centre]
    where = centre if chance.random() < 0.6 else chance.choice([*others, *others, *FAR])
    basis = {"registered_house": 10, "central_register": 4, "claimed": 5, "birthplace": 2}
    if nationality == "stateless":
        basis = {"birthplace": 3, "claimed": 4}
    told = [{"province": where, "basis": pick(chance, basis)}]
    if where != centre:
        told.append({"province": centre, "basis": "found"})
    if chance.random() < 0.15:
        told.append({"province": chance.choice(others), "basis": "relatives"})
    return told if chance.random() < 0.95 else []


def _facts(chance: Random, kind: str, age: int, person: Body) -> tuple[Body, list[str]]:
    """What the screening finds, and what of it the person wishes for; some of it is not known yet, and is left out."""

    def likely(share: float) -> bool:
        return chance.random() < share

    disabled = kind == "disabled" or likely(0.12)
    facts: dict[str, Json] = {
        "housing": pick(chance, {"street": 5, "public_place": 4, "temporary": 3, "home": 1}),
        "income_sufficient": False,
        "can_depend_on_others": likely(0.1),
        "begging": "none",
        "disability_types": sorted(chance.sample(range(1, 8), chance.choice((1, 1, 1, 2))))
        if disabled
        else [],
        "pregnant": kind == "pregnant",
        "mental_crisis": kind == "crisis",
        "trafficking_signs": kind == "trafficked",
        "care_level": 1 if age < 60 else chance.choice((1, 1, 1, 2, 2, 3)),
        "communicable_disease": pick(chance, {"none": 18, "treated": 2, "untreated": 1}),
        "severe_behaviour": kind == "crisis" and likely(0.4),
        "legal_case": likely(0.04),
        "able_to_work": 15 <= age < 62 and likely(0.85),
        "wants_work": 15 <= age < 66 and likely(0.75),
        "prior_process_done": likely(0.75),
        "documents_held": (documents := sorted(document for document in DOCUMENTS if likely(0.6))),
        "relatives": pick(chance, {"none": 9, "unwilling": 6, "willing": 3, "unsafe": 1}),
    }
    if disabled:
        facts["disability_card"] = has_card = likely(0.7)
        facts["documents_held"] = documents + ["disability_card"] * has_card
    if kind == "beggar":
        facts["begging"] = "asks"
    if kind == "trafficked":
        facts["begging"], facts["can_depend_on_others"] = "asks", False
    if kind == "performer":
        facts |= {"begging": "performs", "income_sufficient": True, "housing": "temporary"}
    if kind == "advised":
        facts |= {
            "housing": "home",
            "income_sufficient": True,
            "disability_types": [],
            "relatives": "willing",
        }
        facts["can_depend_on_others"] = True
    wishes = _wishes(chance, kind, facts)
    if wishes:
        facts["wants"] = wishes
    if "birth_date" not in person and "age_band" not in person and likely(0.6):
        facts["age"] = (
            {"min": max(0, age - 2), "max": age + 2} if age not in range(58, 64) else {"min": 58, "max": 66}
        )
    kept = {"begging", "housing", "income_sufficient", "mental_crisis", "trafficking_signs", "wants"}
    known = {name: fact for name, fact in facts.items() if name in kept or likely(0.93)}
    if person["sex"] == "male":
        known.pop("pregnant", None)  # nobody asks a man
    return known, wishes


def _wishes(chance: Random, kind: str, facts: Body) -> list[str]:
    wish = {
        "older": "local_home",
        "beggar": "vocational_training",
        "stateless": "religious",
        "performer": "independent",
    }
    if kind == "disabled":
        wish["disabled"] = chance.choice(("employer_33", "employer_35", "foundation"))
    if kind == "adult":
        wish["adult"] = chance.choice(
            ("employer_general", "employer_general", "vocational_training", "independent")
        )
    if facts["relatives"] == "willing" and chance.random() < 0.7:
        return ["return_family"]
    return [wish[kind]] if kind in wish and chance.random() < 0.7 else []
