"""The papers of a referral: the letter to the partner, what the partner may know, and the receipt when the person
comes.

The letter and the pack name nobody: they say what the partner's link says (referral.disclosable). The receipt names the
person once the partner has said that it takes them.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from flask import url_for

from services.codes import DECLINE_REASONS, PATHS, SEXES, sentences
from services.intake.answers import Case
from services.intake.doors import CASE
from services.kernel.errors import Forbidden, NotFound, Refused
from services.partners.answers import Partner, Programme
from services.partners.doors import PARTNER
from services.referral.answers import HistoryItem, ReferralWithHistory
from services.referral.doors import DISCLOSABLE, REFERRAL
from services.screening.doors import PLAN
from services.thai import names
from services.web.documents import press
from services.web.documents.office import Desk, Office, long_day, office
from services.web.documents.papers import Paper, Printed
from services.web.documents.press import Data
from services.web.store import links

# Whom a letter to a partner of a kind is addressed to.
HEADS: Mapping[str, str] = {
    "hospital": "ผู้อำนวยการ", "training_centre": "ผู้อำนวยการ", "ministry_shelter": "ผู้อำนวยการ", "employer": "ผู้จัดการ",
}  # fmt: skip
HEAD = "ผู้บริหาร"
TAKEN = ("accepted", "travelling", "admitted", "placed", "ended")  # the partner takes, or took, the person
GONE = "(ลบข้อมูลแล้ว)"


class Matter(NamedTuple):
    """A referral to a partner, and what it is about."""

    referral: ReferralWithHistory
    case: Case
    partner: Partner
    programme: Programme
    office: Office


def letter(desk: Desk, referral_id: str) -> Printed:
    """หนังสือส่งต่อ, in the form of a letter to somebody outside."""
    matter = _matter(desk, referral_id)
    here, plan = matter.office, desk.ask(PLAN.of(case_id=matter.case["case_id"]))
    waits = "disclose" in matter.referral["may"]
    decided = f"เมื่อวันที่ {long_day(plan['agreed_at'])} " if plan else ""
    answer = matter.referral["answer_due"]
    until = f"ภายในวันที่ {long_day(answer)}" if answer else "โดยเร็ว"
    by_qr = (
        " ทั้งนี้ ท่านสามารถอ่านรายละเอียดและตอบผ่านระบบได้โดยสแกนรหัสคิวอาร์ท้ายหนังสือนี้ "
        "เจ้าหน้าที่จะแจ้งรหัสเปิดอ่าน 6 หลักทางโทรศัพท์ หรือตอบตามแบบตอบท้ายสิ่งที่ส่งมาด้วย"
    )
    address = f"{desk.site}{url_for('pages.answer.enter', token=_keys(desk).standing(referral_id))}"
    data: Data = {
        "number": here.contact.letters,
        "from": here.name,
        "address": here.address,
        "day": long_day(desk.today),
        "subject": "ขอความอนุเคราะห์พิจารณารับผู้รับบริการ จำนวน 1 ราย",
        "to": f"{HEADS.get(matter.partner['kind'], HEAD)}{matter.partner['name']}",
        "refers": "",
        "enclosed": ["1. ข้อมูลประกอบการส่งต่อและแบบตอบ จำนวน 1 ชุด", "2. ใบรับผู้รับบริการ จำนวน 1 ฉบับ"],
        "body": [
            f"ด้วย{here.name}ได้ให้ความช่วยเหลือผู้รับบริการ จำนวน 1 ราย ตามเรื่องเลขที่ {matter.case['case_number']} "
            f"ซึ่งคณะทำงานของศูนย์"
            f"ได้พิจารณา{decided}แล้ว เห็นควรส่งต่อผู้รับบริการรายนี้ให้ได้รับการดูแลใน “{matter.programme['name']}” ของท่าน",
            f"{here.name}จึงขอความอนุเคราะห์ท่านพิจารณารับผู้รับบริการรายดังกล่าว และแจ้งผลการพิจารณาให้ทราบ{until} "
            f"โดยมีข้อมูลเท่าที่จำเป็นต่อการพิจารณาตามสิ่งที่ส่งมาด้วย{by_qr if waits else ''}",
        ],
        "closing": "จึงเรียนมาเพื่อโปรดพิจารณาให้ความอนุเคราะห์ และขอขอบคุณมา ณ\u00a0โอกาสนี้",
        "signer": {"name": here.director.called, "role": _position(here)},
        "foot": [here.name, *filter(None, [here.phone])],
        "qr": press.qr(address) if waits else None,
        "qr_address": address if waits else "",
    }  # fmt: skip
    return Printed(
        "letter",
        here.finished("หนังสือส่งต่อ", data, {"qr": "สแกนเพื่ออ่านและตอบ"}),
        file_name("letter", matter.case),
    )


def pack(desk: Desk, referral_id: str) -> Printed:
    """What the partner may know, and a form to answer on paper."""
    matter = _matter(desk, referral_id)
    codes = desk.ask(DISCLOSABLE.of(referral_id=referral_id))
    consent = next((row["consent"] for row in matter.referral["history"] if row.get("consent")), None)
    basis = (
        "ผู้รับบริการให้ความยินยอมให้เปิดเผยข้อมูลเพื่อการส่งต่อครั้งนี้แล้ว"
        if consent == "given"
        else "ผู้รับบริการไม่อาจให้ความยินยอมได้ด้วยตนเอง โดยมีพยานรับรองไว้"
    )
    here = matter.office
    data: Data = {
        "place": [
            ["เรื่องเลขที่", matter.case["case_number"]],
            ["ส่งต่อโดย", " ".join(filter(None, (here.name, here.phone)))],
            ["ส่งต่อไปยัง", matter.partner["name"]],
            ["บริการ", matter.programme["name"]],
            ["แนวทางการช่วยเหลือ", PATHS.word(matter.referral["path"], "th")],
            ["วันที่ส่งต่อ", long_day(matter.referral["sent_at"])],
        ],
        "person": [list(row) for row in sentences.disclosed(codes, "th")],
        "rules": sentences.rules_in_words(matter.programme["rules"], "th"),
        "basis": basis,
        "care": "ผู้ได้รับข้อมูลต้องไม่ใช้หรือเปิดเผยข้อมูลนี้เพื่อวัตถุประสงค์อื่นนอกจากการพิจารณารับผู้รับบริการรายนี้ "
        "(พระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 27 วรรคสอง) เอกสารนี้ไม่มีชื่อ เลขประจำตัว และที่อยู่ของผู้รับบริการ",
        "answers": ["รับผู้รับบริการ ได้ตั้งแต่วันที่", "ขอให้รอในรายชื่อ", "ไม่รับ เพราะ"],
        "reasons": [DECLINE_REASONS.word(code, "th") for code in DECLINE_REASONS if code != "no_answer"],
        "signers": [{"name": "", "role": "ผู้ตอบ", "day": "วันที่ ........................................"}],
    }  # fmt: skip
    return Printed("pack", here.finished("ข้อมูลประกอบการส่งต่อ", data), file_name("pack", matter.case))


def receipt(desk: Desk, referral_id: str) -> Printed:
    """ใบรับผู้รับบริการ: signed by whoever brings the person, whoever receives them, and the person."""
    referral, case = _referral(desk, referral_id)
    here = office(desk, referral["centre"])
    home = referral["programme_id"] is None
    taker = "" if home else _partner(desk, referral)[0]["name"]
    known = referral["status"] in TAKEN
    came = next((row["time"] for row in referral["history"] if row["type"] == "PersonAdmitted"), None)
    person = case["person"]
    data: Data = {
        "day": f"วันที่ {long_day(came)}" if came else "",
        "taker": taker if taker else _relative(referral),
        "home": home,
        "from": here.name,
        "person": [
            ["ชื่อผู้รับบริการ", (called(case) if known else "")],
            ["เพศ", SEXES.word(person["sex"], "th")],
            ["อายุ", f"{person['age_band']} ปี" if person["age_band"] else ""],
            ["เรื่องเลขที่", case["case_number"]],
        ],
        "handed": ["เอกสารประจำตัว", "ยาและใบนัดแพทย์", "ทรัพย์สินและของใช้ส่วนตัว", "อื่น ๆ"],
        "signers": [
            {"name": _named(referral, "PersonTravelling", "escort") or desk.writer.called, "role": "ผู้พามาส่ง"},
            {"name": _named(referral, "PersonAdmitted", "handed_to"), "role": "ผู้รับ"},
            {"name": "", "role": "ผู้รับบริการ"},
            {"name": "", "role": "พยาน"},
        ],
    }
    return Printed("receipt", here.finished("ใบรับผู้รับบริการ", data), file_name("receipt", case))


PAPERS = (
    Paper("letter", "/referrals/<uuid:referral_id>/letter.pdf", letter),
    Paper("pack", "/referrals/<uuid:referral_id>/pack.pdf", pack),
    Paper("receipt", "/referrals/<uuid:referral_id>/receipt.pdf", receipt),
)


def _matter(desk: Desk, referral_id: str) -> Matter:
    referral, case = _referral(desk, referral_id)
    if referral["programme_id"] is None:
        raise Refused("wrong_state", "A return to the family has no partner, so nobody is written to.")
    partner, programme = _partner(desk, referral)
    return Matter(referral, case, partner, programme, office(desk, referral["centre"]))


def _referral(desk: Desk, referral_id: str) -> tuple[ReferralWithHistory, Case]:
    referral = desk.ask(REFERRAL.of(referral_id=referral_id))
    if "programme_id" not in referral:
        raise Forbidden
    case = desk.ask(CASE.of(case_id=referral["case_id"]))
    if "person" not in case:
        raise Forbidden
    return referral, case


def _partner(desk: Desk, referral: ReferralWithHistory) -> tuple[Partner, Programme]:
    partner = desk.ask(PARTNER.of(partner_id=referral["partner_id"]))
    for programme in partner["programmes"]:
        if programme["programme_id"] == referral["programme_id"]:
            return partner, programme
    raise NotFound("programme")


def _named(referral: ReferralWithHistory, type: str, name: Literal["escort", "handed_to"]) -> str:
    """Who brought the person, or received them, as the last step of that kind says; '' if nobody said it."""
    said = [row.get(name) for row in referral["history"] if row["type"] == type]
    return (said[-1] or "") if said else ""


def _relative(referral: ReferralWithHistory) -> str:
    """To whom somebody returns; '' once that is erased."""
    rows: list[HistoryItem] = [row for row in referral["history"] if row.get("family")]
    family = rows[0].get("family") if rows else None
    return family["relative"] if family else ""


def called(case: Case) -> str:
    """The person's name; what stands for it where it is not known."""
    person = case["person"]
    if person.get("erased"):
        return GONE
    name = person.get("name")
    if not name:
        return ""
    if name["first"] or name["last"] or name["alias"]:
        return name["display"]
    return names.provisional_name(person["sex"], case["case_number"], "th")


def _position(here: Office) -> list[str]:
    """What the director is, in the lines under the name."""
    return [here.director.position] if here.director.position else ["ผู้อำนวยการ", here.name]


def _keys(desk: Desk) -> links.Keys:
    return links.Keys(desk.runtime.key("answer-link"))


def file_name(code: str, case: Case) -> str:
    return f"songtor-{code}-{case['case_number']}"
