"""Invented partners of every kind with their programmes: whom each takes, and round numbers of places."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import NamedTuple

from services.codes import PATHS
from services.kernel.questions import Json
from services.sample.people import CENTRES, FAR, NEARBY, subdistrict
from services.thai import areas

SAMPLE = "ตัวอย่าง"  # in the name of every partner
PLACES = (2, 4, 5, 10, 20)  # totals of places, all of them round
SHELTER_PLACES = 40
WORDS = (
    "ร่มโพธิ์", "ปันสุข", "รวงทอง", "ใจเอื้อ", "ลานจันทร์", "สายน้ำ", "ต้นกล้า", "อุ่นไอรัก", "ทอแสง",
    "เรือนไม้", "ชายทุ่ง", "ฟ้าใส", "ดอกแก้ว",
    "ริมธาร", "ตะวันยิ้ม", "พุ่มข้าว", "เพียงพอ",
)  # fmt: skip

Rules = dict[str, Json]
Make = Callable[[Random, str], Rules]  # rules of a programme of a partner in a province


@dataclass(frozen=True)
class Programme:
    """`restated`: every so many days the partner says again what is free; 0: it never does."""

    name: str
    path: str
    rules: Rules
    total: int
    free: int
    restated: int

    @property
    def details(self) -> Rules:
        """What else is told of it."""
        if self.path.startswith("employer"):
            return {"work": {"positions": "งานทั่วไปในสถานประกอบการ", "pay_baht": 9_900, "pay_per": "month"}}
        return (
            {"cost": {"kind": "free"}} if self.path in ("foundation", "religious", "ministry_shelter") else {}
        )


@dataclass(frozen=True)
class Partner:
    """`registration` is the body of POST /partners; `joins` the day of the two years on which it joins."""

    registration: dict[str, Json]
    programmes: tuple[Programme, ...]
    joins: int

    @property
    def is_shelter(self) -> bool:
        return self.registration["kind"] == "ministry_shelter"

    @property
    def province(self) -> str:
        return str(self.registration["province"])


class Kind(NamedTuple):
    """`partners` of them named `title` and a word, `offers` of each: the first always, a further one for every other
    partner."""

    kind: str
    title: str
    partners: int
    under_ministry: bool
    offers: Sequence[tuple[str, str, Make]]
    from_start: bool = False


def _home(chance: Random, province: str) -> Rules:
    """A local government's home for the aged takes the people of its own province."""
    bases = chance.choice((["registered_house"], ["registered_house", "central_register"]))
    rules: Rules = {
        "min_age": 60,
        "nationality": ["thai"],
        "domicile": {"provinces": [province], "bases": bases},
        "care_level_max": chance.choice((1, 2, 2)),
        "accepts_communicable": chance.choice(("none", "treated")),
        "accepts_severe_behaviour": False,
        "accepts_legal_case": False,
    }
    if chance.random() < 0.6:
        rules["requires_prior_process"] = True
    if chance.random() < 0.4:
        rules["documents"] = ["id_card", "house_registration"]
    if chance.random() < 0.2:
        rules["max_age"] = 85
    return rules


def _town_home(chance: Random, province: str) -> Rules:
    near = sorted(areas.neighbours(province))[:2]
    return {
        "min_age": 60,
        "domicile": {
            "provinces": [province, *near],
            "bases": ["registered_house", "claimed", "found", "relatives"],
        },
        "care_level_max": 2,
        "sex": ["female"] if chance.random() < 0.3 else ["female", "male", "other"],
    }


def _foundation(chance: Random, province: str) -> Rules:
    kinds: tuple[Rules, ...] = (
        {
            "labels_any": ["older_person", "disabled", "destitute_b"],
            "care_level_max": 3,
            "accepts_severe_behaviour": False,
        },
        {
            "labels_any": ["destitute_a", "destitute_b", "stateless", "foreigner"],
            "accepts_legal_case": False,
        },
        {"min_age": 18, "accepts_communicable": "treated", "accepts_severe_behaviour": False},
        {
            "sex": ["female"],
            "labels_any": ["pregnant", "destitute_a", "destitute_b"],
            "accepts_severe_behaviour": False,
        },
    )
    return chance.choice(kinds)


def _for_disabled(chance: Random, province: str) -> Rules:
    return {
        "labels_any": ["disabled"],
        "disability_types_any": sorted(chance.sample(range(1, 8), 4)),
        "max_age": 65,
        "care_level_max": chance.choice((2, 3)),
    }


def _section_33(chance: Random, province: str) -> Rules:
    return {
        "min_age": 18,
        "max_age": 59,
        "nationality": ["thai"],
        "disability_types_any": sorted({2, 3, *chance.sample(range(1, 8), 3)}),
        "requires_work_ability": True,
        "documents": ["id_card", "disability_card"] if chance.random() < 0.3 else ["id_card"],
    }


def _section_35(chance: Random, province: str) -> Rules:
    return {
        "min_age": 18,
        "labels_any": ["disabled"],
        "requires_work_ability": True,
        "accepts_severe_behaviour": False,
    }


def _work(chance: Random, province: str) -> Rules:
    rules: Rules = {"min_age": 18, "max_age": 60, "requires_work_ability": True, "accepts_legal_case": False}
    if chance.random() < 0.4:
        rules["documents"] = ["id_card"]
    return rules


def _training(chance: Random, province: str) -> Rules:
    return {"min_age": 15, "max_age": chance.choice((50, 60)), "requires_work_ability": chance.random() < 0.5}


def _temple(chance: Random, province: str) -> Rules:
    rules: Rules = {"min_age": 20, "accepts_severe_behaviour": False, "care_level_max": 1}
    if chance.random() < 0.6:
        rules["sex"] = ["male"]
    return rules


def _shelter(chance: Random, province: str) -> Rules:
    return {
        "min_age": 18,
        "accepts_legal_case": True,
        "accepts_severe_behaviour": True,
        "accepts_communicable": "untreated",
    }


def _child(chance: Random, province: str) -> Rules:
    return {"max_age": 17, "labels_any": ["child"]}


def _crisis(chance: Random, province: str) -> Rules:
    return {"labels_any": ["mentally_ill"], "accepts_severe_behaviour": True}


def _with_label(*labels: str) -> Make:
    return lambda chance, province: {"labels_any": [*labels]}


def _adult(chance: Random, province: str) -> Rules:
    return {"min_age": 18}


def _anyone(chance: Random, province: str) -> Rules:
    return {}


KINDS = (
    Kind("ministry_shelter", "สถานคุ้มครองคนไร้ที่พึ่ง", 4, True,
        [("ที่พักและฟื้นฟูในสถานคุ้มครอง", "ministry_shelter", _shelter)], True),
    Kind("pao_home", "บ้านพักผู้สูงอายุ อบจ.", 10, False, [("ที่พักผู้สูงอายุระยะยาว", "local_home", _home)]),
    Kind("municipal_home", "ศูนย์ดูแลผู้สูงอายุ เทศบาล", 5, False,
        [("ที่พักและดูแลผู้สูงอายุ", "local_home", _town_home)]),
    Kind("foundation", "มูลนิธิ", 8, False,
        [("บ้านพักฟื้นฟู", "foundation", _foundation),
        ("ฝึกทักษะอาชีพ", "vocational_training", _training)]),
    Kind("foundation", "มูลนิธิเพื่อคนพิการ", 5, False,
        [("บ้านพักคนพิการ", "foundation", _for_disabled),
        ("ฝึกอาชีพคนพิการ", "vocational_training", _section_35)]),
    Kind("employer", "บริษัท", 8, False,
        [("จ้างงานคนพิการ มาตรา 33", "employer_33", _section_33),
        ("จ้างงานทั่วไปเต็มเวลา", "employer_general", _work)]),
    Kind("employer", "โรงงาน", 6, False,
        [("จ้างเหมาบริการคนพิการ มาตรา 35", "employer_35", _section_35),
        ("รับเข้าทำงานพร้อมที่พัก", "employer_general", _work)]),
    Kind("hospital", "โรงพยาบาล", 2, False, [("รักษาและพักฟื้น", "hospital", _anyone)], True),
    Kind("hospital", "โรงพยาบาลจิตเวช", 2, False, [("บำบัดรักษาทางจิตเวช", "psychiatric_hospital", _crisis)], True),
    Kind("religious", "วัด", 6, False, [("ที่พักพิงในวัด", "religious", _temple)]),
    Kind("training_centre", "ศูนย์ฝึกอาชีพ", 5, False,
        [("หลักสูตรอาชีพระยะสั้น", "vocational_training", _training),
        ("หลักสูตรพร้อมที่พัก", "vocational_training", _training)]),
    Kind("child_agency", "บ้านพักเด็กและครอบครัว", 3, True, [("คุ้มครองเด็กชั่วคราว", "child_agency", _child)], True),
    Kind("child_agency", "มูลนิธิบ้านเด็ก", 2, False, [("บ้านเด็กระยะยาว", "child_agency", _child)]),
    Kind("other", "เครือข่ายที่พักตั้งต้นชีวิตใหม่", 3, False, [("ห้องเช่าเริ่มต้นใหม่", "independent", _adult)], True),
    Kind("other", "ที่พักฉุกเฉินของศูนย์", 3, True, [("ห้องพักชั่วคราว", "interim_stay", _anyone)], True),
    Kind("other", "กลไกส่งต่อผู้เสียหาย", 1, True,
        [("คัดแยกและคุ้มครองผู้เสียหาย", "trafficking_referral", _with_label("trafficking_suspected"))], True),
    Kind("other", "หน่วยประสานคนเข้าเมือง", 1, False,
        [("ประสานเอกสารและการเดินทางกลับ", "immigration", _with_label("foreigner"))], True),
    Kind("other", "ศูนย์คุ้มครองคนไร้ที่พึ่ง จังหวัดข้างเคียง", 1, True,
        [("รับโอนดูแลต่อ", "other_centre", _anyone)], True),
)  # fmt: skip


def invent(chance: Random, days: int, factor: int = 1) -> list[Partner]:
    """All partners in the order in which they join, the first on day 0 of `days`; of every kind `factor` times as
    many."""
    made = [
        _partner(chance, kind, number, word if turn == 1 else f"{word} {turn}", days)
        for turn in range(1, factor + 1)
        for kind in KINDS
        for number, word in enumerate(chance.sample(WORDS, kind.partners))
    ]
    contacts = {id(partner): number for number, partner in enumerate(made, start=1)}
    for partner in made:
        number = contacts[id(partner)]
        partner.registration["contact"] = _contact(number)
        partner.registration.update(_details(number, partner))
    return sorted(made, key=lambda partner: partner.joins)


def _partner(chance: Random, kind: Kind, number: int, word: str, days: int) -> Partner:
    own = number < 3 or chance.random() < 0.5
    province = CENTRES[number % 3] if own else chance.choice(NEARBY if chance.random() < 0.9 else FAR)
    registration: dict[str, Json] = {
        "name": f"{kind.title}{SAMPLE} {word}",
        "kind": kind.kind,
        "under_ministry": kind.under_ministry,
        "province": province,
        "subdistrict": subdistrict(chance, province),
    }
    offers = kind.offers if number % 2 == 0 else kind.offers[:1]
    programmes = tuple(_programme(chance, kind, offer, province) for offer in offers)
    early = kind.from_start or number < 2 or chance.random() < 0.35
    return Partner(registration, programmes, 0 if early else chance.randint(30, days * 3 // 4))


def _programme(chance: Random, kind: Kind, offer: tuple[str, str, Make], province: str) -> Programme:
    name, path, make = offer
    assert path in PATHS
    total, restated = SHELTER_PLACES, 7
    if kind.kind != "ministry_shelter":
        total = chance.choice(PLACES[:3] if kind.kind == "employer" else PLACES[3:])
        restated = 0 if chance.random() < 0.15 else chance.randint(80, 150)
    return Programme(name, path, make(chance, province), total, total // 2, restated)


def _details(number: int, partner: Partner) -> Rules:
    """What else is known of every other partner; of the rest nobody asked."""
    if number % 2:
        return {}
    hours: Rules = {"opens": "08:30", "closes": "16:30", "weekdays": ["MO", "TU", "WE", "TH", "FR"]}
    known: Rules = {
        "hours": hours,
        "languages": ["th", "my"] if number % 4 else ["th"],
        "accessibility": ["wheelchair", "toilet"] if number % 3 == 0 else ["wheelchair"],
        "people": [{"position": "ผู้ประสานงานของหน่วยงาน (ตัวอย่าง)"}],
    }
    return known if partner.is_shelter else known | {"agreement": {"number": f"{number}/2568"}}


def _contact(number: int) -> dict[str, str]:
    """Ways to reach nobody: a number no line has, and the domain kept for examples (RFC 2606)."""
    return {
        "phone": f"0-0000-{number:04d}",
        "email": f"partner{number}@example.org",
        "website": f"https://example.org/partners/{number}",
    }
