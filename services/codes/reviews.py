"""What a working group finds when it looks back on what became of somebody, in codes, and whose it is to act on each
finding. Data only (decision 61)."""

from collections.abc import Mapping
from typing import NamedTuple

from services.codes.words import CodeList, Words

# What a finding speaks about, and so who reads it: the registry's problem log, whoever tries new rules on the past,
# the group itself, whoever leads the centre; or nobody can do anything about it.
REGISTRY, RULES, DECISION, PRACTICE, NOBODY = "registry", "rules", "decision", "practice", "nobody"
REVIEW_SUBJECTS = CodeList(
    "review_subject",
    {
        REGISTRY: Words("ทะเบียนภาคีเครือข่าย", "The registry"),
        RULES: Words("แบบคัดกรองและเกณฑ์", "The screening and its rules"),
        DECISION: Words("มติคณะทำงาน", "The group’s decision"),
        PRACTICE: Words("การทำงานของศูนย์", "The centre’s work"),
        NOBODY: Words("ไม่มีสิ่งที่ต้องแก้ไข", "Nothing to be changed"),
    },
)


class Finding(NamedTuple):
    about: str
    words: Words


OTHERWISE = "not_as_registered"  # the one that speaks against the registry (codes.problems)
_FINDINGS: Mapping[str, Finding] = {
    "as_meant": Finding(NOBODY, Words("เป็นไปตามที่ตั้งใจ", "It went as was meant")),
    OTHERWISE: Finding(REGISTRY, Words("สถานที่ไม่เป็นตามที่ระบุในทะเบียน", "The place is not as the registry says")),
    "not_asked": Finding(
        RULES, Words("การคัดกรองไม่ได้ถามสิ่งที่สำคัญ", "The screening did not ask something that mattered")
    ),
    "rules_misled": Finding(
        RULES, Words("เกณฑ์ชี้แนวทางที่ไม่เหมาะสม", "The rules led to a way that was not right")
    ),
    "unsuited": Finding(
        DECISION,
        Words(
            "ที่ที่เลือกไม่เหมาะกับผู้รับบริการ แม้เข้าเกณฑ์", "What was chosen did not suit the person, though it fitted"
        ),
    ),
    "not_wished": Finding(DECISION, Words("ไม่ใช่สิ่งที่ผู้รับบริการต้องการ", "It was not what the person wanted")),
    "too_late": Finding(PRACTICE, Words("การช่วยเหลือมาช้าเกินไป", "Help came too late")),
    "left_alone": Finding(
        PRACTICE, Words("ดูแลหลังการส่งต่อไม่เพียงพอ", "Too little was done after the placement")
    ),
    "changed": Finding(NOBODY, Words("เหตุเปลี่ยนไปโดยไม่มีผู้ใดคาดได้", "Things changed as nobody could foresee")),
    "not_known": Finding(NOBODY, Words("ไม่ทราบสาเหตุ", "Nobody knows why")),
}
FINDINGS = CodeList("review_finding", {code: each.words for code, each in _FINDINGS.items()})


def about(finding: str) -> str:
    """What a finding speaks about; one that is newer than this program, nobody here can act on."""
    known = _FINDINGS.get(finding)
    return known.about if known else NOBODY


def findings_about(subject: str) -> list[str]:
    return [code for code, each in _FINDINGS.items() if each.about == subject]
