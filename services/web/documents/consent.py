"""หนังสือให้ความยินยอม: what a person is told before they are referred, and where they sign that they agree or do not.

Sources: Personal Data Protection Act B.E. 2562, ss. 19, 26, 27; Civil and Commercial Code, s. 9 (fingerprints and
witnesses).
"""

from services.codes import sentences
from services.intake.doors import CASE
from services.kernel.errors import Forbidden
from services.partners.doors import NAMES
from services.referral.doors import WOULD_DISCLOSE
from services.screening.doors import PLAN
from services.web.documents.office import Desk, office
from services.web.documents.papers import Paper, Printed
from services.web.documents.press import Data
from services.web.documents.referral import called, file_name

# What a partner may be told at all, where it is not settled yet which.
KINDS = "เพศ ช่วงอายุ จังหวัดภูมิลำเนา จังหวัดที่พบ และเฉพาะข้อมูลที่ผู้รับต้องใช้ตัดสินใจ"


def consent(desk: Desk, case_id: str) -> Printed:
    """Of the place that the plan names, with what that place would be told; without one, what any place may be told."""
    case = desk.ask(CASE.of(case_id=case_id))
    if "person" not in case:
        raise Forbidden
    plan = desk.ask(PLAN.of(case_id=case_id))
    programme_id = plan["programme_id"] if plan else None
    place, told = "", []
    if programme_id:
        [name] = desk.ask(NAMES.of(programme_ids=[programme_id]))["items"]
        place = f"{name['partner']} ({name['programme']})"
        codes = desk.ask(WOULD_DISCLOSE.of(case_id=case_id, programme_id=programme_id))
        told = [list(row) for row in sentences.disclosed(codes, "th")]
    here = office(desk, case["centre"])
    reached = f"ที่{here.name}" + (f" {here.phone}" if here.phone else "")
    data: Data = {
        "case": case["case_number"],
        "from": here.name,
        "person": called(case),
        "place": place,
        "told": told,
        "points": [
            "ศูนย์จะเปิดเผยข้อมูลของข้าพเจ้าแก่ผู้รับข้างต้น เพื่อให้พิจารณารับข้าพเจ้าเข้ารับการดูแลเท่านั้น "
            + ("ตามรายการในตารางข้างต้น " if told else f"ได้แก่ {KINDS} ")
            + "ไม่เปิดเผยชื่อ เลขประจำตัว และที่อยู่ จนกว่าผู้รับจะตอบรับ",
            "ข้าพเจ้าจะยินยอมหรือไม่ยินยอมก็ได้ และจะถอนความยินยอมเมื่อใดก็ได้โดยแจ้งเจ้าหน้าที่ของศูนย์ "
            "การไม่ยินยอมหรือการถอนความยินยอมไม่ทำให้ข้าพเจ้าเสียสิทธิได้รับความช่วยเหลือ",
            f"ข้าพเจ้ามีสิทธิสอบถาม ขอดู ขอแก้ไขข้อมูล และร้องเรียนได้{reached}",
        ],
        "choices": [
            "ยินยอมให้ส่งต่อและเปิดเผยข้อมูลดังกล่าว",
            "ไม่ยินยอม",
        ],
        "unable": "ผู้รับบริการไม่อาจให้ความยินยอมได้ด้วยตนเอง เพราะ",
        "note": "กรณีพิมพ์ลายนิ้วมือ ต้องมีพยานลงลายมือชื่อรับรอง 2 คน (ประมวลกฎหมายแพ่งและพาณิชย์ มาตรา 9) "
        "การขอความยินยอมเป็นไปตามพระราชบัญญัติคุ้มครองข้อมูลส่วนบุคคล พ.ศ. 2562 มาตรา 19 และมาตรา 26",
        "signers": [
            {"name": "", "role": "ผู้รับบริการ"},
            {"name": desk.writer.called, "role": "เจ้าหน้าที่ผู้อธิบาย"},
            {"name": "", "role": "พยาน"},
            {"name": "", "role": "พยาน"},
        ],
    }
    return Printed("consent", here.finished("หนังสือให้ความยินยอม", data), file_name("consent", case))


PAPERS = (Paper("consent", "/cases/<uuid:case_id>/consent.pdf", consent),)
