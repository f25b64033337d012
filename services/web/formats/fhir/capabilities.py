"""What can be asked here, described once: the interactions of each kind of resource, and what it is found by. The
routes, the CapabilityStatement and the OpenAPI document read it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from services.codes.words import Words
from services.kernel.questions import Json
from services.web.formats.fhir.tasks import PERSON, REQUEST, TASK
from services.web.formats.fhir.terms import REQUEST_STATUSES, TASK_STATUSES, VERSION, Thing, known

DATE = "2026-11-30"  # of what is described here
SIGNED_IN = "a key of the partner, or a token of an account"
ORGANIZATION, SERVICE = "Organization", "HealthcareService"
STANDINGS = ("active", "inactive")


@dataclass(frozen=True)
class Parameter:
    """`type`: of http://hl7.org/fhir/ValueSet/search-param-type; `codes`: which it may have."""

    type: str
    words: str
    codes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Resource:
    words: Words
    interactions: tuple[str, ...]
    finds_by: Mapping[str, Parameter] = field(default_factory=dict)
    versioned: bool = False


def _found_by(codes: tuple[str, ...], **more: Parameter) -> Mapping[str, Parameter]:
    return {
        "_id": Parameter("token", "Some of them, by their ids"),
        "_lastUpdated": Parameter(
            "date", "When something of it was last recorded; more than once: all must hold"
        ),
        "status": Parameter("token", "Any of these statuses", codes),
        **more,
    }


ACTIVE = Parameter("token", "Whether it takes anybody", ("true", "false"))
RESOURCES: Mapping[str, Resource] = {
    TASK: Resource(
        Words("การส่งต่อ 1 รายการ และคำตอบของภาคีเครือข่าย", "A referral to a partner, and its answer"),
        ("read", "vread", "update", "history-instance", "search-type"),
        _found_by(TASK_STATUSES),
        versioned=True,
    ),
    REQUEST: Resource(
        Words("สิ่งที่ศูนย์ขอให้ช่วย", "What the centre asks for"),
        ("read", "search-type"),
        _found_by(REQUEST_STATUSES),
        versioned=True,
    ),
    PERSON: Resource(
        Words("ผู้รับบริการ เท่าที่เปิดเผยได้ ไม่มีชื่อ", "The person, as far as the partner may know; never a name"),
        ("read",),
    ),
    ORGANIZATION: Resource(
        Words("ภาคีเครือข่าย", "A partner"), ("read", "search-type"), _found_by(STANDINGS, active=ACTIVE)
    ),
    SERVICE: Resource(
        Words("บริการของภาคีเครือข่าย", "A programme of a partner"),
        ("read", "search-type"),
        _found_by(STANDINGS, active=ACTIVE, organization=Parameter("reference", "Those of a partner")),
    ),
}


def statement(base: str) -> Thing:
    return {
        "resourceType": "CapabilityStatement",
        "status": "active",
        "date": DATE,
        "kind": "instance",
        "software": {"name": "Songtor"},
        "implementation": {"description": "Songtor (ส่งต่อ): referrals of protection centres", "url": base},
        "fhirVersion": VERSION,
        "format": ["application/fhir+json", "json"],
        "rest": [
            {
                "mode": "server",
                "security": {"description": f"Authorization: Bearer, with {SIGNED_IN}"},
                "resource": [_resource(kind, about) for kind, about in RESOURCES.items()],
            }
        ],
    }  # fmt: skip


def _resource(kind: str, about: Resource) -> Json:
    parameters = [
        {"name": name, "type": each.type, "documentation": each.words}
        for name, each in about.finds_by.items()
    ]
    return known(
        type=kind,
        documentation=f"{about.words.th} / {about.words.en}",
        interaction=[{"code": each} for each in about.interactions],
        versioning="versioned" if about.versioned else "no-version",
        readHistory="vread" in about.interactions,
        updateCreate=False if "update" in about.interactions else None,
        conditionalRead="not-match",
        searchParam=parameters,
    )
