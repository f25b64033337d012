"""Our own table of the registry, as a spreadsheet: a line for each programme, or for a partner that offers none. Each
column once: its headings, where its value stands in a row of the import, and what its cells hold."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from services.codes import DOMICILE_BASES, PARTNER_KINDS, PATHS
from services.codes.details import OF_PARTNER, OF_PROGRAMME, Detail
from services.codes.rules import RULES, Rule
from services.codes.words import CodeList, Words

CellKind = Literal[
    "text", "id", "number", "flag", "choice", "choices", "province", "provinces", "subdistrict", "day", "clock",
    "papers", "units",
]  # fmt: skip
OF_PART: dict[str, CellKind] = {
    "text": "text", "prose": "text", "phone": "text", "day": "day", "clock": "clock", "baht": "number",
    "choice": "choice", "choices": "choices", "flag": "flag", "provinces": "provinces",
}  # fmt: skip
OF_RULE: dict[str, CellKind] = {
    "at_least": "number", "at_most": "number", "one_of": "choices", "any_of": "choices", "labels": "choices",
    "up_to": "choice", "all_of": "papers", "excludes": "flag", "requires": "flag",
}  # fmt: skip


@dataclass(frozen=True)
class Column:
    """`path`: where the value stands, as partner.contact.phone; `needed`: without it there is no row."""

    path: str
    heading: Words
    kind: CellKind
    options: CodeList[str] | CodeList[int] | None = None
    needed: bool = False


def _of_details(owner: str, details: dict[str, Detail]) -> Iterator[Column]:
    """Of several records the first alone: what has more is kept on its page."""
    for code, detail in details.items():
        for part in detail.parts:
            if detail.is_plain:
                yield Column(f"{owner}.{code}", detail.label, OF_PART[part.kind], part.options)
                continue
            heading = Words(f"{detail.label.th}: {part.label.th}", f"{detail.label.en}: {part.label.en}")
            first = f"{code}.{part.code}" if detail.most == 1 else f"{code}.0.{part.code}"
            yield Column(f"{owner}.{first}", heading, OF_PART[part.kind], part.options)


def _of_rule(rule: Rule) -> Iterator[Column]:
    if rule.shape == "home":
        yield Column("programme.rules.domicile.provinces", rule.label, "provinces")
        bases = Words("หลักฐานภูมิลำเนาที่รับ", "Proof of domicile that it accepts")
        yield Column("programme.rules.domicile.bases", bases, "choices", DOMICILE_BASES)
        return
    kind: CellKind = "choice" if rule.options and rule.shape == "at_most" else OF_RULE[rule.shape]
    yield Column(f"programme.rules.{rule.code}", rule.label, kind, rule.options)


COLUMNS = (
    Column("partner_id", Words("รหัสภาคีเครือข่าย", "Partner id"), "id"),
    Column("partner.name", Words("ชื่อภาคีเครือข่าย", "Partner"), "text", needed=True),
    Column("partner.kind", Words("ประเภท", "Kind"), "choice", PARTNER_KINDS, needed=True),
    Column("partner.under_ministry", Words("สังกัดกระทรวง พม.", "Under the ministry"), "flag", needed=True),
    Column("partner.province", Words("จังหวัด", "Province"), "province", needed=True),
    Column("partner.subdistrict", Words("ตำบล", "Subdistrict"), "subdistrict"),
    Column("partner.contact.phone", Words("โทรศัพท์", "Phone"), "text"),
    Column("partner.contact.email", Words("อีเมล", "E-mail"), "text"),
    Column("partner.contact.website", Words("เว็บไซต์", "Website"), "text"),
    *_of_details("partner", dict(OF_PARTNER)),
    Column("programme_id", Words("รหัสบริการ", "Programme id"), "id"),
    Column("programme.name", Words("ชื่อบริการ", "Name of the programme"), "text"),
    Column("programme.path", Words("แนวทาง", "Way forward"), "choice", PATHS),
    Column("programme.total", Words("จำนวนที่ทั้งหมด", "Places in all"), "number"),
    Column("programme.free", Words("จำนวนที่ว่าง", "Places free"), "number"),
    Column("programme.units", Words("จำนวนที่แยกตามหน่วยและกลุ่ม (ว่าง/ทั้งหมด)", "Places by unit and group (free/in all)"),
        "units"),
    *(column for rule in RULES.values() for column in _of_rule(rule)),
    *_of_details("programme", {**OF_PROGRAMME}),
)  # fmt: skip
