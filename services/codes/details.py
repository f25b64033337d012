"""What else is known of a partner and of a programme, each described once: its parts, what each may hold, and its
words. Nothing of it decides whom a programme takes; all of it may be absent, and then nobody knows.

Partners makes its schemas from these, keeps and corrects by them; forms, pages, tables and the document of the API read
the same. Data only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.codes.words import CodeList, Words

WEEKDAYS = CodeList(
    "weekday",
    {
        "MO": Words("จันทร์", "Monday"),
        "TU": Words("อังคาร", "Tuesday"),
        "WE": Words("พุธ", "Wednesday"),
        "TH": Words("พฤหัสบดี", "Thursday"),
        "FR": Words("ศุกร์", "Friday"),
        "SA": Words("เสาร์", "Saturday"),
        "SU": Words("อาทิตย์", "Sunday"),
    },
)
# ISO 639 codes; th-sgn is the sign language of Thailand (IETF: tsq).
LANGUAGES = CodeList(
    "language",
    {
        "th": Words("ไทย", "Thai"),
        "en": Words("อังกฤษ", "English"),
        "my": Words("พม่า", "Burmese"),
        "lo": Words("ลาว", "Lao"),
        "km": Words("เขมร", "Khmer"),
        "zh": Words("จีน", "Chinese"),
        "ms": Words("มลายู", "Malay"),
        "shn": Words("ไทใหญ่", "Shan"),
        "ksw": Words("กะเหรี่ยง", "Karen"),
        "tsq": Words("ภาษามือไทย", "Thai sign language"),
    },
)
ACCESSIBILITY = CodeList(
    "accessibility",
    {
        "wheelchair": Words("รถเข็นเข้าถึงได้", "Wheelchairs can enter"),
        "toilet": Words("ห้องน้ำสำหรับคนพิการ", "Toilet for disabled people"),
        "lift": Words("มีลิฟต์หรืออยู่ชั้นล่าง", "A lift, or all on the ground floor"),
        "guiding": Words("ทางเดินและป้ายสำหรับคนตาบอด", "Paths and signs for blind people"),
        "signing": Words("มีล่ามภาษามือ", "Sign language interpreter"),
        "transport": Words("มีรถรับส่ง", "Fetches people by car"),
    },
)
COSTS = CodeList(
    "cost",
    {
        "free": Words("ไม่มีค่าใช้จ่าย", "Free"),
        "shared": Words("ร่วมจ่ายบางส่วน", "Paid in part"),
        "paid": Words("มีค่าใช้จ่าย", "Paid"),
    },
)
PERIODS = CodeList(
    "period",
    {
        "month": Words("ต่อเดือน", "a month"),
        "day": Words("ต่อวัน", "a day"),
        "once": Words("ครั้งเดียว", "once"),
    },
)

PartKind = Literal["text", "prose", "phone", "day", "clock", "baht", "choice", "choices", "flag", "provinces"]


@dataclass(frozen=True)
class Part:
    """`most`: characters of a text, or baht; `options` of a choice, or several; `otherwise`: what a flag says that is
    false."""

    code: str
    kind: PartKind
    label: Words
    options: CodeList[str] | None = None
    most: int = 200
    otherwise: Words | None = None


@dataclass(frozen=True)
class Detail:
    """One thing that may be known. With several `parts` it is a record of them, and with `most` above 1 a list of at
    most so many records; else it is what its one part holds. `of_work`: only of programmes that give work."""

    code: str
    label: Words
    parts: tuple[Part, ...]
    most: int = 1
    of_work: bool = False

    @property
    def is_plain(self) -> bool:
        return len(self.parts) == 1 and self.most == 1


def _plain(
    code: str, kind: PartKind, label: Words, options: CodeList[str] | None = None, most: int = 200
) -> Detail:
    return Detail(code, label, (Part(code, kind, label, options, most),))


def _table(details: Sequence[Detail]) -> Mapping[str, Detail]:
    return {each.code: each for each in details}


OF_PARTNER = _table(
    (
        _plain("description", "prose", Words("เป็นที่แบบใด", "What it is"), most=1000),
        _plain("address", "text", Words("บ้านเลขที่ หมู่ ถนน", "House number and street")),
        Detail(
            "phones",
            Words("โทรศัพท์อื่น", "Other phones"),
            (
                Part("number", "phone", Words("หมายเลข", "Number"), most=40),
                Part("about", "text", Words("ของฝ่ายใด", "Of which office"), most=80),
            ),
            most=3,
        ),
        Detail(
            "people",
            Words("ผู้ประสานงาน", "Contacts"),
            (
                Part("name", "text", Words("ชื่อ", "Name"), most=120),
                Part("position", "text", Words("ตำแหน่ง", "Position"), most=120),
                Part("phone", "phone", Words("โทรศัพท์ที่ทำงาน", "Phone at work"), most=40),
            ),
            most=3,
        ),
        Detail(
            "hours",
            Words("วันและเวลาทำการ", "Opening hours"),
            (
                Part("weekdays", "choices", Words("วัน", "Days"), WEEKDAYS),
                Part("opens", "clock", Words("เปิด", "Opens")),
                Part("closes", "clock", Words("ปิด", "Closes")),
                Part("note", "text", Words("หมายเหตุ", "Note")),
            ),
        ),
        _plain("languages", "choices", Words("ภาษาที่ใช้ได้", "Languages"), LANGUAGES),
        _plain("accessibility", "choices", Words("การเข้าถึงของคนพิการ", "Accessibility"), ACCESSIBILITY),
        Detail(
            "agreement",
            Words("บันทึกข้อตกลงความร่วมมือ (MoU)", "Agreement (MoU)"),
            (
                Part("number", "text", Words("เลขที่", "Number"), most=80),
                Part("starts", "day", Words("ตั้งแต่วันที่", "From")),
                Part("ends", "day", Words("ถึงวันที่", "Until")),
            ),
        ),
        Detail(
            "standard",
            Words("มาตรฐานตามมาตรา 14", "Standard of section 14"),
            (
                Part(
                    "met",
                    "flag",
                    Words("ผ่านมาตรฐาน", "The standard is met"),
                    otherwise=Words("ยังไม่ผ่านมาตรฐาน", "The standard is not met yet"),
                ),
                Part("on", "day", Words("ตรวจเมื่อวันที่", "Looked at on")),
            ),
        ),
    )
)
OF_PROGRAMME = _table(
    (
        _plain("description", "prose", Words("บริการเป็นแบบใด", "What is offered"), most=1000),
        _plain("service_area", "provinces", Words("พื้นที่ให้บริการ", "Service area")),
        Detail(
            "cost",
            Words("ค่าใช้จ่ายของผู้รับบริการ", "What it costs the person"),
            (
                Part("kind", "choice", Words("แบบ", "How"), COSTS),
                Part("baht", "baht", Words("บาท", "Baht"), most=1_000_000),
                Part("per", "choice", Words("คิดเป็น", "For"), PERIODS),
                Part("note", "text", Words("หมายเหตุ", "Note")),
            ),
        ),
        Detail(
            "work",
            Words("งานที่ทำ", "The work"),
            (
                Part("positions", "text", Words("ตำแหน่ง", "Positions")),
                Part("conditions", "text", Words("เงื่อนไขการจ้าง", "Conditions"), most=500),
                Part("pay_baht", "baht", Words("ค่าตอบแทน (บาท)", "Pay in baht"), most=1_000_000),
                Part("pay_per", "choice", Words("คิดเป็น", "For"), PERIODS),
            ),
            of_work=True,
        ),
    )
)
