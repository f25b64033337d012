"""Why, in Thai: what a rule wants and what is known of the person; what each ranking criterion found. Codes only, no personal data."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from services.thai import areas

SEX = {"male": "ชาย", "female": "หญิง", "other": "อื่น ๆ"}
NATIONALITY = {"thai": "ไทย", "foreign": "ต่างชาติ", "stateless": "ไร้รัฐไร้สัญชาติ"}
LABEL = {
    "destitute_a": "คนไร้ที่พึ่ง (ไร้ที่อยู่และรายได้ไม่พอ)", "destitute_b": "คนไร้ที่พึ่ง (พึ่งพาผู้อื่นไม่ได้)",
    "beggar": "ผู้ทำการขอทาน", "performer": "ผู้แสดงความสามารถ",
    "child": "เด็ก", "pregnant": "หญิงตั้งครรภ์", "older_person": "ผู้สูงอายุ", "disabled": "คนพิการ", "mentally_ill": "ผู้มีภาวะวิกฤตทางจิต",
    "trafficking_suspected": "ผู้ที่อาจเป็นผู้เสียหายจากการค้ามนุษย์", "foreigner": "คนต่างด้าว", "stateless": "คนไร้รัฐไร้สัญชาติ",
}  # fmt: skip
DISABILITY = {
    1: "การเห็น", 2: "การได้ยินหรือสื่อความหมาย", 3: "การเคลื่อนไหวหรือร่างกาย", 4: "จิตใจหรือพฤติกรรม", 5: "สติปัญญา", 6: "การเรียนรู้",
    7: "ออทิสติก",
}  # fmt: skip
BASIS = {
    "registered_house": "ทะเบียนบ้าน", "central_register": "ทะเบียนบ้านกลาง", "found": "สถานที่พบตัว",
    "claimed": "ผู้รับบริการแจ้งเอง",
    "birthplace": "สถานที่เกิด", "relatives": "ที่อยู่ของญาติ",
}  # fmt: skip
CARE_LEVEL = {1: "ไม่พึ่งพิง", 2: "พึ่งพิงน้อย", 3: "พึ่งพิงมาก"}
COMMUNICABLE = {"none": "ไม่มีโรคติดต่อ", "treated": "มีโรคติดต่อที่รักษาแล้ว", "untreated": "มีโรคติดต่อที่ยังไม่ได้รักษา"}
ACCEPTS_COMMUNICABLE = {
    "none": "ไม่รับผู้มีโรคติดต่อ",
    "treated": "รับผู้มีโรคติดต่อเฉพาะที่รักษาแล้ว",
    "untreated": "รับผู้มีโรคติดต่อ แม้ยังไม่ได้รักษา",
}
PATH = {
    "return_family": "คืนสู่ครอบครัว", "independent": "ดำรงชีวิตด้วยตนเอง", "local_home": "บ้านพักของท้องถิ่น", "foundation": "มูลนิธิ",
    "religious": "ศาสนสถาน", "employer_33": "จ้างงานคนพิการ (มาตรา 33)", "employer_35": "ส่งเสริมอาชีพคนพิการ (มาตรา 35)",
    "employer_general": "จ้างงานทั่วไป", "vocational_training": "ฝึกอาชีพ", "hospital": "โรงพยาบาล",
    "psychiatric_hospital": "โรงพยาบาลจิตเวช", "child_agency": "หน่วยงานคุ้มครองเด็ก",
    "trafficking_referral": "กลไกส่งต่อผู้เสียหายจากการค้ามนุษย์", "immigration": "สำนักงานตรวจคนเข้าเมือง",
    "ministry_shelter": "สถานคุ้มครองของกระทรวง พม.", "other_centre": "ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัดอื่น", "advice_only": "ให้คำปรึกษา",
}  # fmt: skip


def province(code: str) -> str:
    found = areas.area(code)
    return f"จ.{found.thai}" if found else code


def because(rule: str, value: Any, found: Any) -> str:
    """One sentence for one rule: what it wants, then what is known (`found`: see eligibility.found)."""
    wants, finds = _SENTENCES[rule]
    return f"{wants(value)} - {finds(value, found)}"


def criterion(name: str, found: Any) -> str:
    """What a ranking criterion found (see ranking.candidate)."""
    return _CRITERIA[name](found)


def _path(found: Mapping[str, str]) -> str:
    place = {
        "lead": "แนวทางแรกที่คัดกรองแนะนำ",
        "screened": "แนวทางที่คัดกรองแนะนำ",
        "other": "นอกแนวทางที่คัดกรองแนะนำ",
    }
    return f"{place[found['place']]}: {PATH.get(found['path'], found['path'])}"


def _places(found: Mapping[str, int]) -> str:
    confirmed = f"ยืนยันเมื่อ {found['days']} วันก่อน" if found["days"] > 0 else "ยืนยันวันนี้"
    return f"ว่าง {found['free']} ที่ {confirmed}" if found["free"] else f"ไม่มีที่ว่าง {confirmed}"


def _distance(found: Mapping[str, Any]) -> str:
    far = f"ห่างประมาณ {found['kilometres']} กม."
    near = {
        "same_district": "อำเภอเดียวกัน",
        "same_province": "จังหวัดเดียวกัน",
        "neighbouring_province": f"จังหวัดติดกัน {far}",
    }
    return near.get(found["near"], far)


_CRITERIA: dict[str, Callable[[Any], str]] = {
    "path": _path,
    "outside_ministry": {True: "นอกสังกัดกระทรวง พม.", False: "สังกัดกระทรวง พม."}.__getitem__,
    "wish": {True: "ตรงกับความประสงค์", False: "ไม่ตรงกับความประสงค์", None: "ยังไม่ทราบความประสงค์"}.__getitem__,
    "home_province": {
        True: "อยู่ในจังหวัดภูมิลำเนา", False: "อยู่นอกจังหวัดภูมิลำเนา", None: "ยังไม่ทราบภูมิลำเนา",
    }.__getitem__,
    "places_free": _places,
    "distance": _distance,
}  # fmt: skip


def _named(names: Mapping[Any, str], codes: Iterable[Any]) -> str:
    return ", ".join(names.get(code, str(code)) for code in codes)


def _code(names: Mapping[Any, str], unknown: str) -> Callable[[Any, Any], str]:
    def finds(value: Any, found: Any) -> str:
        return names.get(found, unknown)

    return finds


def _flag(yes: str, no: str, unknown: str) -> Callable[[Any, Any], str]:
    return _code({True: yes, False: no}, unknown)


def _age(value: int, found: Mapping[str, Any] | None) -> str:
    low, high = (found.get("min"), found.get("max")) if found else (None, None)
    if low is None and high is None:
        return "ยังไม่ทราบอายุ"
    if low == high:
        return f"อายุ {low} ปี"
    return f"อายุ {'' if low is None else low}–{'' if high is None else high} ปี"


def _labels(value: list[str], found: Mapping[str, bool | None]) -> str:
    met = [code for code in value if found[code]]
    if met:
        return f"เป็น{_named(LABEL, met)}"
    open_ = [code for code in value if found[code] is None]
    return f"ยังไม่ทราบว่าเป็น{_named(LABEL, open_)}หรือไม่" if open_ else "ไม่อยู่ในกลุ่มที่รับ"


def _disability(value: list[int], found: list[int] | None) -> str:
    if found is None:
        return "ยังไม่ทราบประเภทความพิการ"
    return f"พิการทาง{_named(DISABILITY, found)}" if found else "ไม่มีความพิการ"


def _domicile(value: Mapping[str, list[str]], found: list[dict[str, str]] | None) -> str:
    if not found:
        return "ยังไม่ทราบภูมิลำเนา"
    return "ภูมิลำเนา " + ", ".join(
        f"{province(each['province'])} ({BASIS.get(each['basis'], each['basis'])})" for each in found
    )


def _wanted_domicile(value: Mapping[str, list[str]]) -> str:
    bases = f" ({_named(BASIS, value['bases'])})" if value.get("bases") else ""
    return "รับผู้มีภูมิลำเนา " + ", ".join(map(province, value["provinces"])) + bases


def _documents(value: list[str], found: list[str] | None) -> str:
    if found is None:
        return "ยังไม่ทราบว่ามีเอกสารใด"
    missing = [each for each in value if each not in found]
    return f"ขาดเอกสาร: {', '.join(missing)}" if missing else "เอกสารครบ"


_SENTENCES: dict[str, tuple[Callable[[Any], str], Callable[[Any, Any], str]]] = {
    "min_age": (lambda value: f"รับอายุ {value} ปีขึ้นไป", _age),
    "max_age": (lambda value: f"รับอายุไม่เกิน {value} ปี", _age),
    "sex": (lambda value: f"เพศที่รับ: {_named(SEX, value)}", _code(SEX, "ยังไม่ทราบเพศ")),
    "nationality": (
        lambda value: f"สัญชาติที่รับ: {_named(NATIONALITY, value)}",
        _code(NATIONALITY, "ยังไม่ทราบสัญชาติ"),
    ),
    "labels_any": (lambda value: f"รับ{_named(LABEL, value)}", _labels),
    "disability_types_any": (lambda value: f"รับผู้พิการทาง{_named(DISABILITY, value)}", _disability),
    "domicile": (_wanted_domicile, _domicile),
    "care_level_max": (
        lambda value: f"รับผู้มีภาวะพึ่งพิงไม่เกินระดับ “{CARE_LEVEL[value]}”",
        _code(CARE_LEVEL, "ยังไม่ทราบภาวะพึ่งพิง"),
    ),
    "accepts_communicable": (
        lambda value: ACCEPTS_COMMUNICABLE[value],
        _code(COMMUNICABLE, "ยังไม่ทราบเรื่องโรคติดต่อ"),
    ),
    "accepts_severe_behaviour": (
        lambda value: "รับผู้มีพฤติกรรมรุนแรง" if value else "ไม่รับผู้มีพฤติกรรมรุนแรง",
        _flag("มีพฤติกรรมรุนแรง", "ไม่มีพฤติกรรมรุนแรง", "ยังไม่ทราบพฤติกรรม"),
    ),
    "accepts_legal_case": (
        lambda value: "รับผู้มีคดีความ" if value else "ไม่รับผู้มีคดีความ",
        _flag("มีคดีความ", "ไม่มีคดีความ", "ยังไม่ทราบเรื่องคดีความ"),
    ),
    "requires_prior_process": (
        lambda value: (
            "ต้องผ่านกระบวนการตาม พ.ร.บ. คนไร้ที่พึ่ง พ.ศ. 2557 ก่อน"
            if value
            else "ไม่ต้องผ่านกระบวนการตาม พ.ร.บ. คนไร้ที่พึ่ง พ.ศ. 2557 ก่อน"
        ),
        _flag("ผ่านแล้ว", "ยังไม่ผ่าน", "ยังไม่ทราบว่าผ่านแล้วหรือไม่"),
    ),
    "requires_work_ability": (
        lambda value: "ต้องทำงานได้" if value else "ไม่จำเป็นต้องทำงานได้",
        _flag("ทำงานได้", "ทำงานไม่ได้", "ยังไม่ทราบว่าทำงานได้หรือไม่"),
    ),
    "documents": (lambda value: f"ต้องมีเอกสาร {', '.join(value)}", _documents),
}
