"""What the doors of the API take and answer: the schema of each body, and the shape of each answer as JSON Schema."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema

from services import codes
from services.codes import steps
from services.intake import schemas as intake
from services.partners import schemas as partners
from services.referral import schemas as referral
from services.reporting import schemas as reporting
from services.reporting.measures import MEDIANS, told_of
from services.screening import schemas as screening

Json = dict[str, Any]

# The schema of each door (a test compares them with the doors themselves, which the front door may not import).
BODIES: Mapping[tuple[str, str], Schema] = {
    ("intake", "open_case"): intake.OpenCase(),
    ("intake", "case"): intake.ReadCase(),
    ("intake", "cases"): intake.ListCases(),
    ("intake", "close_case"): intake.ChangeCase(),
    ("intake", "reopen_case"): intake.ChangeCase(),
    ("screening", "complete"): screening.CompleteScreening(),
    ("screening", "agree_plan"): screening.AgreePlan(),
    ("partners", "register_partner"): partners.RegisterPartner(),
    ("partners", "offer_programme"): partners.OfferProgramme(),
    ("partners", "confirm_capacity"): partners.ConfirmCapacity(),
    ("partners", "partners"): partners.ListPartners(),
    ("partners", "partner"): partners.ReadPartner(),
    ("partners", "matches"): partners.Matches(),
    ("referral", "send"): referral.SendReferral(),
    ("referral", "step"): referral.StepReferral(),
    ("referral", "referral"): referral.ReadReferral(),
    ("referral", "steps"): referral.ReadReferral(),
    ("referral", "disclosure"): referral.ReadReferral(),
    ("referral", "referrals"): referral.ListReferrals(),
    ("reporting", "overview"): reporting.Overview(),
    ("reporting", "timeline"): reporting.Timeline(),
    ("reporting", "events"): reporting.Events(),
}

TEXT: Json = {"type": "string"}
ID: Json = {"type": "string", "format": "uuid"}
INSTANT: Json = {"type": "string", "format": "date-time", "description": "RFC 3339, UTC"}
DAY: Json = {"type": "string", "format": "date"}
PROVINCE: Json = {"type": "string", "pattern": "^[0-9]{2}$", "description": "Code of a province"}
COUNT: Json = {"type": "integer", "minimum": 0}
VERSION: Json = {"type": "integer", "minimum": 1, "description": "Of the stream; If-Match means it"}
FLAG: Json = {"type": "boolean"}
ANY: Json = {}
VERDICT: Json = {"type": "string", "enum": ["met", "not_met", "unknown"]}
NEXT: Json = {"type": ["string", "null"], "description": "Cursor of the next page; null on the last one"}


def code(known: tuple[str, ...]) -> Json:
    return {"type": "string", "enum": list(known)}


def maybe(schema: Json) -> Json:
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Json) -> Json:
    return {"type": "array", "items": schema}


def each(schema: Json) -> Json:
    """An object of any names with values of one kind."""
    return {"type": "object", "additionalProperties": schema}


def record(optional: Mapping[str, Json] | None = None, /, **always: Json) -> Json:
    """An object; fields may be added at any time, so others are allowed."""
    return {"type": "object", "properties": {**always, **(optional or {})}, "required": sorted(always)}


def figures(part: str, **more: Json) -> Json:
    """The measures of a part of the overview; those that tell what kind of people they were may be hidden."""
    return record(**{each.name: maybe(COUNT) if each.of_kind else COUNT for each in told_of(part)}, **more)


def ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def page(item: str) -> Json:
    return record(items=many(ref(item)), next=NEXT)


AGE = record(on=DAY, min=COUNT, max=COUNT)
COUNTS = record(eligible=COUNT, unknown=COUNT, ineligible=COUNT)
PATH_KIND: Json = {
    **maybe(code(codes.PATH_KINDS)),
    "description": "For who sees no cases, instead of the path",
}
REFERRAL: dict[str, Json] = {
    "referral_id": ID,
    "case_id": ID,
    "centre": PROVINCE,
    "status": code(codes.REFERRAL_STATUSES),
    "place": code(steps.PLACES),
    "outside_ministry": FLAG,
    "sent_at": INSTANT,
    "answer_due": maybe(INSTANT),
    "version": VERSION,
}
# What a reader who sees no cases (the ministry) is not told.
OF_REFERRAL: dict[str, Json] = {
    "programme_id": ID,
    "partner_id": ID,
    "path": code(codes.PATHS),
    "kind": code(codes.PARTNER_KINDS),
    "path_kind": PATH_KIND,
}
OF_CASE: dict[str, Json] = {
    "channel": code(codes.CHANNELS),
    "danger": code(codes.DANGERS),
    "person": ref("Person"),
    "path_kind": PATH_KIND,
}
CASE: dict[str, Json] = {
    "case_id": ID,
    "case_number": TEXT,
    "centre": PROVINCE,
    "status": code(codes.CASE_STATUSES),
    "opened": INSTANT,
    "version": VERSION,
}
MATCHES = record(
    computed_at={**maybe(INSTANT), "description": "null before the first screening"},
    rules_version=maybe(TEXT),
    counts=COUNTS,
    candidates={**many(ref("Candidate")), "description": "Eligible first, then unknown, then ineligible"},
    next=NEXT,
)

COMPONENTS: Mapping[str, Json] = {
    "Problem": record(
        {
            "code": {
                **TEXT,
                "description": "For machines. Of 409: no_quorum, no_plan, consent_refused, wrong_state, place_pending, "
                "duplicate_referral and others",
            },
            "errors": {**each(many(TEXT)), "description": "{field: [message]}"},
        },
        type=TEXT, title=TEXT, status={"type": "integer"}, detail=TEXT,
    ),
    "Person": record(
        {
            "name": {
                **maybe(record({part: maybe(TEXT) for part in ("title", "first", "last", "alias", "display")})),
                "description": "Only for staff of the case's centre; each read leaves a row in the access log",
            },
            "national_id": {**maybe(TEXT), "description": "Only for staff; masked unless show=identifiers"},
            "birth_date": {**maybe(TEXT), "description": "Only for staff"},
            "place": {**maybe(TEXT), "description": "Only for staff"},
            "note": {**maybe(TEXT), "description": "Only for staff"},
            "age": {**maybe(AGE), "description": "Only for staff, in full years"},
            "erased": FLAG,
        },
        person_id=ID,
        corrected={**maybe(INSTANT), "description": "When the person's details were last corrected"},
        identity_status=code(codes.IDENTITY_STATUSES),
        sex=code(codes.SEXES),
        age_band=maybe(TEXT),
        nationality=code(codes.NATIONALITIES),
        domicile=many(record(province=PROVINCE, basis=code(codes.DOMICILE_BASES))),
        province=PROVINCE,
    ),
    "CaseListed": record(OF_CASE, **CASE),
    "Case": record(
        {
            "unavailable": {**many(TEXT), "description": "Parts whose service does not answer now"},
            **OF_CASE,
            "screening": maybe(ref("Screening")),
            "matches": maybe(MATCHES),
            "plan": maybe(ref("Plan")),
        },
        **CASE,
        referrals=many(ref("ReferralListed")),
    ),
    "Label": record(
        code=code(codes.LABELS), verdict=VERDICT, law=ANY, because=many(ANY), ask=many(TEXT),
    ),
    "Screening": record(
        screening_id=ID, form=record(id=TEXT, version=TEXT), rules_version=TEXT, facts={"type": "object"},
        labels={**many(ref("Label")), "description": "Every label"},
        paths={**many(code(codes.PATHS)), "description": "Best first"}, version=VERSION,
    ),
    "Candidate": record(
        programme_id=ID, partner_id=ID, partner=TEXT, kind=code(codes.PARTNER_KINDS), outside_ministry=FLAG,
        province=PROVINCE, verdict=code(("eligible", "unknown", "ineligible")),
        rank={"type": ["integer", "null"], "description": "From 1; null if ineligible"},
        places_free=COUNT, confirmed_at=INSTANT, 
        reasons=many(record({"wants": ANY, "fact": maybe(TEXT), "found": ANY}, rule=TEXT, verdict=VERDICT,
            because=TEXT)),
    ),
    "Plan": record(
        {"minutes": {**maybe({"type": "object"}), "description": "Only for staff and members of the centre"}},
        plan_id=ID, path=code(codes.PATHS), programme_id=maybe(ID),
        votes=record(agree=COUNT, dissent=COUNT, abstain=COUNT), version=VERSION,
    ),
    "ReferralListed": record(OF_REFERRAL, **REFERRAL),
    "Referral": record(
        OF_REFERRAL,
        **REFERRAL,
        history=many(record(type=TEXT, time=INSTANT, recordedtime=INSTANT, actor=TEXT,
            status=code(codes.REFERRAL_STATUSES))),
    ),
    "Programme": record(
        programme_id=ID, name=TEXT, path=code(codes.PATHS), rules={"type": "object"},
        places=record(
            total=COUNT, free={**COUNT, "description": "What can be reserved now"}, reserved=COUNT, filled=COUNT,
            confirmed_at=INSTANT,
        ),
    ),
    "Partner": record(
        partner_id=ID, name=TEXT, kind=code(codes.PARTNER_KINDS), under_ministry=FLAG, province=PROVINCE,
        programmes=many(ref("Programme")),
    ),
    "CloudEvent": record(
        {"caseid": ID, "partnerid": ID, "streamid": TEXT},
        specversion={"const": "1.0"}, id=ID, source={"type": "string", "pattern": "^/songtor/[a-z]+$"}, type=TEXT,
        subject=TEXT, time=INSTANT, datacontenttype={"const": "application/json"}, recordedtime=INSTANT,
        sequence={"type": "integer", "minimum": 1}, centre=TEXT, actor=TEXT, correlationid=TEXT,
        causationid=TEXT, dataversion={"type": "integer", "minimum": 1}, hash=TEXT, sealedhash=TEXT,
        data={"type": "object"},
    ),
}  # fmt: skip

STEP = record(status=code(codes.REFERRAL_STATUSES), version=VERSION)
CHANGED = record(status=code(codes.CASE_STATUSES), version=VERSION)
ANSWERS: Mapping[tuple[str, str], Json] = {
    ("intake", "open_case"): record(
        case_id=ID,
        case_number=TEXT,
        version=VERSION,
        warnings={**many(TEXT), "description": "Codes; never a refusal"},
    ),
    ("intake", "case"): ref("Case"),
    ("intake", "cases"): page("CaseListed"),
    ("intake", "close_case"): CHANGED,
    ("intake", "reopen_case"): CHANGED,
    ("screening", "complete"): ref("Screening"),
    ("screening", "agree_plan"): record(plan_id=ID, version=VERSION),
    ("partners", "register_partner"): record(partner_id=ID, version=VERSION),
    ("partners", "offer_programme"): record(programme_id=ID, version=VERSION),
    ("partners", "confirm_capacity"): record(version=VERSION, warnings=many(TEXT)),
    ("partners", "partners"): page("Partner"),
    ("partners", "partner"): ref("Partner"),
    ("partners", "matches"): MATCHES,
    ("referral", "send"): record(
        referral_id=ID, status=REFERRAL["status"], place=REFERRAL["place"], version=VERSION
    ),
    ("referral", "step"): STEP,
    ("referral", "referral"): ref("Referral"),
    ("referral", "steps"): many(
        record(step=TEXT, fields=many(record(name=TEXT, required=FLAG)), by=code(("staff", "partner")))
    ),
    ("referral", "disclosure"): many(
        record(at=INSTANT, to=ID, how=TEXT, facts=many(TEXT), basis=code(("consent", "law")))
    ),
    ("referral", "referrals"): page("ReferralListed"),
    ("reporting", "overview"): record(
        as_of=INSTANT,
        cases=figures("cases"),
        placements=figures("placements", share_outside=maybe({"type": "number", "minimum": 0, "maximum": 1})),
        by_path={**each(maybe(COUNT)), "description": "Placements by the plan's path"},
        by_label={**each(maybe(COUNT)), "description": "Screened cases with that label met"},
        median_days=record(**{each.name: maybe({"type": "number"}) for each in MEDIANS}),
        declined={**each(maybe(COUNT)), "description": "By reason"},
        employment=figures("employment"),
        hidden={
            **each(code(codes.HIDDEN)),
            "description": "Why a count is null for who may not see cases, as by_label.child: one to four, or withheld with them",
        },
    ),
    ("reporting", "timeline"): record(
        items=many(
            record(
                id=ID,
                type=TEXT,
                time=INSTANT,
                recordedtime=INSTANT,
                service=TEXT,
                actor=TEXT,
                data={"type": "object"},
            )
        )
    ),
    ("reporting", "events"): record(
        items=many(ref("CloudEvent")),
        next={**COUNT, "description": "Position in the merged log, to be given as `after`"},
    ),
}
