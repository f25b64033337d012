"""The OpenAPI 3.1 document of the HTTP API: calls from ROUTES, bodies from the doors' schemas, answers from
the types that their services write down.

What only the `songtor` command asks (/api/v1/admin) is left out: nobody else can rely on it.
"""

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import Any

import orjson
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from flask import Blueprint, Response
from marshmallow.fields import Field

from services.codes import shapes
from services.fields import Words
from services.referral import schemas as referral
from services.screening import schemas as screening
from services.web.api import hsds, openapi_fhir, openapi_notices, openapi_webhooks
from services.web.api import openapi_files as files
from services.web.api.bodies import IF_MATCH, SHEETS
from services.web.api.case_page import Parts
from services.web.api.components import Components, Json, answer_of
from services.web.api.routes import CASE_PAGE, ROUTES, Route
from services.web.gateway.problems import TITLES, ProblemDocument

blueprint = Blueprint("openapi", __name__)

COMPONENTS = Components()
TEXT, ID, DAY = COMPONENTS.schema(str), COMPONENTS.schema(shapes.Id), COMPONENTS.schema(shapes.Day)

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
    **COMPONENTS.schema(shapes.Instant | None),
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
    429: "Too many at once, or too many wrong keys; Retry-After says when to try again",
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
    """A door's body without what the path already says, with `at`; of a referral's step only the fields of that
    step."""
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
    if route.writes and not route.at_is_a_field:
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
    statuses = [401, 403, 404, 422, 429, 503]
    if route.writes:
        parameters += ["IdempotencyKey", "IfMatch"]
        statuses += [409, 412]
    else:
        headers["Songtor-Stale"] = {"$ref": "#/components/headers/Stale"}
    answer, waits = _waiting(answer_schema(route))
    if "version" in properties(answer):
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
                "content": {
                    "application/json": {"schema": answer},
                    **({SHEETS: {}} if "format" in route.query else {}),
                },
                **({"links": links} if (links := _links(answer)) else {}),
            }
        },
    }
    if waits:
        operation["responses"]["202"] = {
            "description": "Taken, not done: it waits for somebody else",
            "headers": {name: header for name, header in headers.items() if name != "ETag"},
            "content": {"application/json": {"schema": waits}},
        }
    if route.method != "GET":
        statuses += [400, 413]
        name = "".join(word.capitalize() for word in operation_id(route).split("_"))
        operation["requestBody"] = {
            "required": bool(body_of(route, schema).get("required")),
            "content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}},
        }
    for status in sorted(statuses):
        operation["responses"][str(status)] = {"$ref": f"#/components/responses/Problem{status}"}
    return operation


def _waiting(answer: Json) -> tuple[Json, Json | None]:
    """(the answer when it is done, the answer when it waits for somebody else)."""
    several = answer.get("anyOf", [answer])
    waits = [each for each in several if "waiting_for" in properties(each)] if len(several) > 1 else []
    done = [each for each in several if each not in waits]
    return (answer, None) if not waits else (done[0] if len(done) == 1 else {"anyOf": done}, waits[0])


def _links(answer: Json) -> Json:
    """Where the ids of an answer, or of the first item of a list, lead on to."""
    known, at = properties(answer), "$response.body#"
    if "items" in known and "next" in known:
        known, at = properties(known["items"]["items"]), f"{at}/items/0"
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


def properties(schema: Json) -> Json:
    """All that a record may have, whichever of several it is."""
    if "$ref" in schema:
        schema = COMPONENTS.schemas[schema["$ref"].rpartition("/")[2]]
    known: Json = dict(schema.get("properties", {}))
    for part in (*schema.get("anyOf", ()), *schema.get("allOf", ())):
        known |= {name: value for name, value in properties(part).items() if name not in known}
    return known


def answer_schema(route: Route) -> Json:
    """Of what a call answers; the case has what stands beside it on its page."""
    answer = COMPONENTS.schema(answer_of(route.asks))
    return {"allOf": [answer, COMPONENTS.schema(Parts)]} if route.path == CASE_PAGE else answer


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


def _published(converter: Any) -> Iterator[tuple[str, Json]]:
    """The calls of the published registry: its things are described by HSDS, and its lists by the page they are in."""
    yield "/hsds/", {**_open("What is published here", {200: "HSDS"}), "tags": ["hsds"]}
    for name, listing in hsds.LISTINGS.items():
        for path, takes, answer in (
            (f"/hsds/{name}", listing.takes, COMPONENTS.schema(hsds.Page)),
            (f"/hsds/{name}/{{id}}", listing.one_takes, {"type": "object"}),
        ):
            fields = converter.schema2jsonschema(takes())["properties"]
            operation = _open(listing.summary, {200: "Found"})
            operation["parameters"] = [
                {"name": each, "in": "query", "allowEmptyValue": True, "schema": _without_null(schema)}
                for each, schema in fields.items()
            ]
            if path.endswith("}"):
                operation["parameters"].append({"name": "id", "in": "path", "required": True, "schema": ID})
                operation["responses"]["404"] = {"$ref": "#/components/responses/Problem404"}
            elif "format" in fields:
                content = {
                    "application/json": {"schema": answer},
                    hsds.NDJSON: {"schema": {"type": "string"}},
                }
                operation["responses"]["200"]["content"] = content
            operation["responses"]["304"] = {"description": "The copy still holds (If-None-Match)"}
            for status in ("422", "503"):
                operation["responses"][status] = {"$ref": f"#/components/responses/Problem{status}"}
            yield path, {**operation, "tags": ["hsds"]}


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
            "description": "Cases, partners and referrals of protection centres for the destitute. "
            "Null in an optional field is "
            "as good as leaving it out. Times are RFC 3339 UTC, dates ISO (CE); "
            "days and budget years are those of Asia/Bangkok. "
            "Errors are problem documents (RFC 9457). Fields may be added to answers at any time."
        },
        security=[{"token": []}],
        tags=[
            {"name": name}
            for name in (
                "intake",
                "screening",
                "partners",
                "referral",
                "reporting",
                "papers",
                "webhooks",
                "notifications",
                "hsds",
                "fhir",
                "system",
            )
        ],
    )
    converter: Any = marshmallow.converter
    converter.add_attribute_function(_own_fields)
    spec.components.security_scheme(
        "token",
        {
            "type": "http",
            "scheme": "bearer",
            "description": "songtor token USER, or a key that a partner’s system was given",
        },
    )
    for name, header in HEADERS.items():
        spec.components.header(name, dict(header))
    for name, parameter in PARAMETERS.items():
        spec.components.parameter(name, parameter["in"], dict(parameter))
    for status, text in WHEN.items():
        problem = {"application/problem+json": {"schema": COMPONENTS.schema(ProblemDocument)}}
        spec.components.response(
            f"Problem{status}", {"description": f"{TITLES[status]}: {text}", "content": problem}
        )
    for route in ROUTES:
        schema = converter.schema2jsonschema(route.body())
        operation = _operation(route, schema)
        if route.method != "GET":
            name = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[
                2
            ]
            spec.components.schema(name, body_of(route, schema))
        spec.path(template(route.path), operations={route.method.lower(): deepcopy(operation)})
    spec.path("/api/v1/partners/export", operations={"get": files.export()})
    spec.path("/api/v1/partners/import", operations={"post": files.bring(COMPONENTS)})
    for path, operations in openapi_webhooks.calls(COMPONENTS, converter):
        spec.path(path, operations=operations)
    for path, operations in openapi_notices.calls(COMPONENTS, converter):
        spec.path(path, operations=operations)
    payloads = openapi_webhooks.sent(COMPONENTS)
    for path, operation in files.papers(COMPONENTS):
        spec.path(template(path), operations={"get": operation})
    for path, operation in _published(converter):
        spec.path(path, operations={"get": deepcopy(operation)})
    for path, operations in openapi_fhir.calls():
        spec.path(path, operations=operations)
    for name, component in COMPONENTS.schemas.items():
        spec.components.schema(name, deepcopy(component))
    health = {200: "Alive"}
    ready = {200: "Able to work, wholly or partly", 503: "Not yet, or nothing answers"}
    spec.path("/health", operations={"get": _open("Alive?", health)})
    spec.path("/ready", operations={"get": _open("Able to work?", ready)})
    figures = _open(
        "Prometheus figures (on the machine itself, or with a token)", {200: "Figures"}, "text/plain"
    )
    figures["responses"]["401"] = {"$ref": "#/components/responses/Problem401"}
    spec.path("/metrics", operations={"get": {**figures, "security": [{}, {"token": []}]}})
    spec.path("/api/openapi.json", operations={"get": _open("This document", {200: "OpenAPI 3.1"})})
    made: Json = orjson.loads(orjson.dumps(spec.to_dict()))
    return made | {"webhooks": payloads}


def _component_name(schema: Any) -> str:
    """Nested shapes are named by their service, as answers are: two services, and bodies and answers, may use the same
    word."""
    cls = schema if isinstance(schema, type) else type(schema)
    return f"{cls.__module__.split('.')[1]}.{cls.__name__.removesuffix('Body')}Body"


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
    if isinstance(field, referral.Visited):
        return {"anyOf": [{"type": "boolean"}, DAY, {"type": "null"}]}
    if isinstance(field, Words):
        some = {"minLength": 1} | ({} if field.validators else {"pattern": r"\S"})
        return {"maxLength": field.most} | (some if field.required else {})
    return {}


@blueprint.get("/api/openapi.json")
def openapi() -> Response:
    return Response(orjson.dumps(document()), mimetype="application/json")
