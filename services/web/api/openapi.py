"""The OpenAPI 3.1 document of the HTTP API: calls from ROUTES, bodies from the doors' schemas, answers as written here.

What only the `songtor` command asks (/api/v1/admin) is left out: nobody else can rely on it.
"""

import re
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response
from marshmallow import Schema
from marshmallow.fields import Field

from services import codes
from services.fields import Words
from services.intake import schemas as intake
from services.partners import schemas as partners
from services.referral import schemas as referral
from services.reporting import schemas as reporting
from services.screening import schemas as screening
from services.web.api.routes import ROUTES, Route
from services.web.gateway.calls import IF_MATCH
from services.web.gateway.problems import TITLES

blueprint = Blueprint("openapi", __name__)

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

# -- words of answers ----------------------------------------------------------------------------------------------

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
    "place": code(("pending", "reserved", "refused", "taken", "released", "none")),
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
        reasons=many(record({"wants": ANY, "fact": maybe(TEXT), "found": ANY}, rule=TEXT, verdict=VERDICT, because=TEXT)),
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
        history=many(record(type=TEXT, time=INSTANT, recordedtime=INSTANT, actor=TEXT, status=code(codes.REFERRAL_STATUSES))),
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
        cases=record(
            **dict.fromkeys(("opened", "screened", "planned", "referred", "placed", "closed"), COUNT)
        ),
        placements=record(
            total=COUNT,
            outside_ministry=COUNT,
            ministry=COUNT,
            share_outside=maybe({"type": "number", "minimum": 0, "maximum": 1}),
        ),
        by_path={**each(maybe(COUNT)), "description": "Placements by the plan's path"},
        by_label={**each(maybe(COUNT)), "description": "Screened cases with that label met"},
        median_days=record(
            **dict.fromkeys(("to_screening", "to_acceptance", "to_placement"), maybe({"type": "number"}))
        ),
        declined={**each(maybe(COUNT)), "description": "By reason"},
        employment=record(started=COUNT, in_work=COUNT),
        hidden={
            **each(code(("few", "withheld"))),
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

# -- the document --------------------------------------------------------------------------------------------------

HEADERS: Mapping[str, Json] = {
    "Stale": {
        "description": "true when what the caller wrote itself was not heard in time (2 s)",
        "schema": {"const": "true"},
    },
    "ETag": {"description": 'The version, as "3"; send it as If-Match', "schema": TEXT},
    "Correlation": {"description": "Names this request in logs and events", "schema": ID},
}
PARAMETERS: Mapping[str, Json] = {
    "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Same key and body: same answer, changed once. Same key, other body: 422.",
        "schema": {"type": "string", "minLength": 1, "maxLength": 200},
    },
    "IfMatch": {
        "name": "If-Match",
        "in": "header",
        "description": "The version of the stream this call writes; 412 if it is another one by now.",
        "schema": {"type": "string", "pattern": f"^{IF_MATCH}$"},
    },
}
AT: Json = {
    **maybe(INSTANT),
    "description": "When it happened: not in the future, now if left out",
}
WHEN: Mapping[int, str] = {
    400: "Not JSON, or not an object",
    401: "No token, or one that is expired or forged",
    403: "Not allowed for this role or centre",
    404: "Unknown, or another centre's",
    409: "Refused by a rule; `code` says which",
    412: "If-Match does not fit",
    413: "The body is larger than 1 MB",
    422: "Fields are not valid; `errors` names them",
    503: "Not now; try again",
}


def operation_id(route: Route) -> str:
    step = route.fixed.get("step")
    return f"{step.replace('-', '_')}_referral" if step else route.door


def template(path: str) -> str:
    """Flask's `<name>` as OpenAPI's `{name}`."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", path)


def _path_parts(route: Route) -> list[str]:
    return re.findall(r"<(?:\w+:)?(\w+)>", route.path)


def body_of(route: Route, schema: Json) -> Json:
    """A door's body without what the path already says, with `at`; of a referral's step only the fields of that step."""
    properties, required = dict(schema["properties"]), set(schema.get("required", ()))
    step = route.fixed.get("step")
    if step:
        takes = referral.FIELDS[step]
        properties = {name: value for name, value in properties.items() if name in takes}
        required = {name for name in takes if takes[name]}
        properties |= {name: _without_null(properties[name]) for name in required}
    for name in (*_path_parts(route), *route.fixed):
        properties.pop(name, None)
        required.discard(name)
    if route.writes:
        properties["at"] = AT
    return {**schema, "properties": properties, "required": sorted(required)}


def _operation(route: Route, schema: Json) -> Json:
    parameters: list[Json | str] = [
        {"name": name, "in": "path", "required": True, "schema": TEXT} for name in _path_parts(route)
    ]
    for name in route.query:
        asked = _without_null(schema["properties"][name])
        # A blank one is as good as none: so a form of links and boxes may send them all.
        parameters.append({"name": name, "in": "query", "allowEmptyValue": True, "schema": asked})
    headers = {"X-Correlation-Id": {"$ref": "#/components/headers/Correlation"}}
    statuses = [401, 403, 404, 422, 503]
    if route.writes:
        parameters += ["IdempotencyKey", "IfMatch"]
        statuses += [409, 412]
    else:
        headers["Songtor-Stale"] = {"$ref": "#/components/headers/Stale"}
    answer = ANSWERS[route.service, route.door]
    if "version" in _resolved(answer).get("properties", {}):
        headers["ETag"] = {"$ref": "#/components/headers/ETag"}
    operation: Json = {
        "operationId": operation_id(route),
        "summary": route.summary,
        "tags": [route.service],
        "parameters": parameters,
        "responses": {
            str(route.status): {
                "description": "Done" if route.writes else "Found",
                "headers": headers,
                "content": {"application/json": {"schema": answer}},
                **({"links": links} if (links := _links(answer)) else {}),
            }
        },
    }
    if route.method != "GET":
        statuses += [400, 413]
        name = "".join(word.capitalize() for word in operation_id(route).split("_"))
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": ref(name)}},
        }
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return operation


def _links(answer: Json) -> Json:
    """Where the ids of an answer, or of the first item of a list, lead on to."""
    known, at = _resolved(answer).get("properties", {}), "$response.body#"
    if "items" in known and "next" in known:
        known, at = _resolved(known["items"]["items"])["properties"], f"{at}/items/0"
    links = {}
    for route in ROUTES:
        parts = _path_parts(route)
        if parts and set(parts) <= set(known):
            parameters = {name: f"{at}/{name}" for name in parts}
            links[operation_id(route)] = {"operationId": operation_id(route), "parameters": parameters}
    return links


def _without_null(schema: Json) -> Json:
    """Of a parameter that is there or not, but never null."""
    found = {name: value for name, value in schema.items() if name != "default" or value is not None}
    if isinstance(found.get("type"), list):
        [found["type"]] = [kind for kind in found["type"] if kind != "null"]
    if "enum" in found:
        found["enum"] = [value for value in found["enum"] if value is not None]
    return found


def _resolved(schema: Json) -> Json:
    return COMPONENTS[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _open(summary: str, answers: Mapping[int, str], kind: str = "application/json") -> Json:
    """A call that needs no token."""
    responses: Json = {
        str(status): {
            "description": text,
            "content": {kind: {"schema": TEXT if kind != "application/json" else {}}},
        }
        for status, text in answers.items()
        if status != 503
    }
    if 503 in answers:
        responses["503"] = {"$ref": "#/components/responses/Problem503"}
    return {"summary": summary, "tags": ["system"], "security": [], "responses": responses}


@cache
def document() -> Json:
    """The whole document; the same for every caller."""
    marshmallow = MarshmallowPlugin(schema_name_resolver=_component_name)
    spec = APISpec(
        title="Songtor (ส่งต่อ)",
        version="1",
        openapi_version="3.1.0",
        plugins=[marshmallow],
        info={
            "description": "Cases, partners and referrals of protection centres for the destitute. Null in an optional field is "
            "as good as leaving it out. Times are RFC 3339 UTC, dates ISO (CE); days and budget years are those of Asia/Bangkok. "
            "Errors are problem documents (RFC 9457). Fields may be added to answers at any time."
        },
        security=[{"token": []}],
        tags=[
            {"name": name} for name in ("intake", "screening", "partners", "referral", "reporting", "system")
        ],
    )
    converter: Any = marshmallow.converter
    converter.add_attribute_function(_own_fields)
    spec.components.security_scheme(
        "token", {"type": "http", "scheme": "bearer", "description": "songtor token USER"}
    )
    for name, component in COMPONENTS.items():
        spec.components.schema(name, deepcopy(component))
    for name, header in HEADERS.items():
        spec.components.header(name, dict(header))
    for name, parameter in PARAMETERS.items():
        spec.components.parameter(name, parameter["in"], dict(parameter))
    for status, text in WHEN.items():
        problem = {"application/problem+json": {"schema": ref("Problem")}}
        spec.components.response(
            f"Problem{status}", {"description": f"{TITLES[status]}: {text}", "content": problem}
        )
    for route in ROUTES:
        schema = converter.schema2jsonschema(BODIES[route.service, route.door])
        operation = _operation(route, schema)
        if route.method != "GET":
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[
                2
            ]
            spec.components.schema(name, body_of(route, schema))
        spec.path(template(route.path), operations={route.method.lower(): deepcopy(operation)})
    health = {200: "Alive"}
    ready = {200: "Every service answers and none is far behind", 503: "Not yet, or something is down"}
    spec.path("/health", operations={"get": _open("Alive?", health)})
    spec.path("/ready", operations={"get": _open("Able to work?", ready)})
    figures = _open("Prometheus figures (loopback, or with a token)", {200: "Figures"}, "text/plain")
    spec.path("/metrics", operations={"get": {**figures, "security": [{}, {"token": []}]}})
    spec.path("/api/openapi.json", operations={"get": _open("This document", {200: "OpenAPI 3.1"})})
    made: Json = orjson.loads(orjson.dumps(spec.to_dict()))
    return made


def _component_name(schema: Any) -> str:
    """Nested shapes are named by their service: two services may use the same word."""
    cls = schema if isinstance(schema, type) else type(schema)
    return f"{cls.__module__.split('.')[1]}.{cls.__name__}"


def _own_fields(_: object, field: Field[Any], **__: object) -> Json:
    """What apispec cannot know of the services' own fields."""
    if isinstance(field, screening.Age):
        years = {"type": "integer", "minimum": 0}
        told = {
            "type": "object",
            "properties": {"on": DAY, "min": years, "max": years},
            "required": ["max", "min"],
        }
        return {"anyOf": [{**years, "description": "Full years"}, told, {"type": "null"}]}
    if isinstance(field, Words):
        some = {"minLength": 1} | ({} if field.validators else {"pattern": r"\S"})
        return {"maxLength": field.most} | (some if field.required else {})
    return {}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    return Response(orjson.dumps(document()), mimetype="application/json")
