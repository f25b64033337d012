"""What FHIR calls our codes, and ours where FHIR has none: systems, concepts, statuses, references."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from services.codes import REFERRAL_STATUSES, SEXES
from services.codes.words import CodeList, Words
from services.kernel.questions import Json
from services.thai import areas

VERSION = "4.0.1"
Thing: TypeAlias = dict[str, Json]

URN = "urn:songtor:"  # of our lists of codes, each by its kind; docs/fhir.md names them
PROVINCES = "urn:iso:std:iso:3166:-2"
CENTRES = f"{URN}centre"
CASES = f"{URN}case"
TASK_CODES = "http://hl7.org/fhir/CodeSystem/task-code"
THAILAND = "TH"

# What a Task puts out, and what whoever answers may put into its output.
OUTPUTS = CodeList(
    "task_output",
    {
        "placement": Words("การเข้าพักหรือเข้าทำงาน", "The placement"),
        "happened": Words("เกิดขึ้นเมื่อ", "When it happened"),
        "no_more_places": Words("ไม่มีที่ว่างเหลือ", "No places are left"),
    },
)
CENTRE = Words("ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัด{}", "Protection centre of {}")

# http://hl7.org/fhir/ValueSet/task-status and request-status, and where a referral stands by them.
TASK_STATUSES = (
    "draft", "requested", "received", "accepted", "rejected", "ready", "cancelled", "in-progress", "on-hold", "failed",
    "completed", "entered-in-error",
)  # fmt: skip
REQUEST_STATUSES = ("draft", "active", "on-hold", "revoked", "completed", "entered-in-error", "unknown")
TASK_STATUS: Mapping[str, str] = {
    "sent": "requested",
    "acknowledged": "received",
    "accepted": "accepted",
    "waitlisted": "on-hold",
    "travelling": "in-progress",
    "admitted": "in-progress",
    "placed": "completed",
    "ended": "completed",
    "declined": "rejected",
    "expired": "cancelled",
    "withdrawn": "cancelled",
    "failed": "failed",
    "entered_in_error": "entered-in-error",
}
# Whoever was declined, or did not arrive, is still looked for a place for: that is another Task.
REQUEST_STATUS: Mapping[str, str] = {
    **dict.fromkeys(REFERRAL_STATUSES, "active"),
    "placed": "completed",
    "ended": "completed",
    "withdrawn": "revoked",
    "entered_in_error": "entered-in-error",
}
GENDER: Mapping[str, str] = {code: code for code in SEXES}  # the four are FHIR's own
assert set(TASK_STATUS) == set(REQUEST_STATUS) == set(REFERRAL_STATUSES)
assert set(TASK_STATUS.values()) <= set(TASK_STATUSES) and set(REQUEST_STATUS.values()) <= set(
    REQUEST_STATUSES
)


def known(**fields: Json) -> Thing:
    """The fields of which something is known."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def system(codes: CodeList[Any]) -> str:
    return f"{URN}{codes.kind.replace('_', '-')}"


def coding(codes: CodeList[Any], code: str) -> Thing:
    return {"system": system(codes), "code": code, "display": codes.word(code, "en")}


def concept(codes: CodeList[Any], code: str) -> Thing:
    """English beside the code, Thai as the text."""
    return {"coding": [coding(codes, code)], "text": codes.word(code, "th")}


def province(code: str) -> Thing:
    found = areas.area(code)
    return {
        "system": PROVINCES,
        "code": f"{THAILAND}-{code}",
        "display": found.english if found else code,
    }


def reference(kind: str, id: str) -> Thing:
    return {"reference": f"{kind}/{id}", "type": kind}


def centre(code: str) -> Thing:
    """A centre is no partner: it is named, and there is no resource of it."""
    found = areas.area(code)
    return {
        "type": "Organization",
        "identifier": {"system": CENTRES, "value": code},
        "display": CENTRE.th.format(found.thai if found else code),
    }


def identifier(id: str) -> Thing:
    return {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{id}"}
