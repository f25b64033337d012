"""FHIR in the OpenAPI document: its resources are described by FHIR itself, so here stands what is asked and which kind
of resource is answered."""

from collections.abc import Iterator, Mapping

from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.web.api import fhir, fhir_query
from services.web.api.bodies import IF_MATCH
from services.web.api.components import Json
from services.web.formats.fhir.capabilities import ORGANIZATION, RESOURCES, SERVICE, Parameter, Resource

WHEN: Mapping[int, str] = {
    400: "A parameter that is not known or cannot be read; or not JSON",
    401: "No token or key, or one that opens nothing",
    403: "Not for this role, or this key",
    404: "Unknown, or another partner's",
    406: "Here is only JSON",
    409: "Refused by a rule; `issue.details` says which",
    412: "If-Match does not fit",
    413: "The body is larger than 1 MB",
    415: "Not sent as FHIR's JSON",
    422: "What was sent cannot be read, or changes more than it may; `issue.expression` names it",
    428: "If-Match is missing",
    429: "Too many at once, or too many wrong keys",
    503: "Not now; try again",
}
READING = (400, 401, 403, 404, 406, 429, 503)
WRITING = (*READING, 409, 412, 413, 415, 422, 428)
IDS = {ORGANIZATION: "partner_id", SERVICE: "programme_id"}
TEXT: Json = {"type": "string"}


def calls() -> Iterator[tuple[str, Json]]:
    """(path, operations by method)"""
    yield f"{fhir.PATH}/metadata", {"get": _operation("What is offered here", "CapabilityStatement", READING)}
    for kind, about in RESOURCES.items():
        path, id = f"{fhir.PATH}/{kind}", IDS.get(kind, "referral_id")
        if "search-type" in about.interactions:
            found = _operation(f"Find: {about.words.en}", "Bundle", READING)
            yield path, {"get": {**found, "parameters": [*_parameters(about)]}}
        one: Json = {"get": _of_one(id, _operation(about.words.en, kind, READING))}
        if "update" in about.interactions:
            one["put"] = _of_one(id, _update(kind))
        yield f"{path}/{{{id}}}", one
        if "vread" in about.interactions:
            listed = _of_one(id, _operation("Every version, the latest first", "Bundle", READING))
            listed["parameters"].append(_parameter(fhir_query.SINCE, "Those recorded then or later", TEXT))
            yield f"{path}/{{{id}}}/_history", {"get": listed}
            version = {"name": "version", "in": "path", "required": True, "schema": TEXT}
            then = _of_one(id, _operation("As it was at a version", kind, READING))
            yield (
                f"{path}/{{{id}}}/_history/{{version}}",
                {"get": {**then, "parameters": [*then["parameters"], version]}},
            )


def _update(kind: str) -> Json:
    if_match = {
        "name": "If-Match",
        "in": "header",
        "required": True,
        "description": "The version that was read",
        "schema": {"type": "string", "pattern": f"^{IF_MATCH}$"},
    }
    body = {fhir_query.JSON: {"schema": _resource(kind)}}
    operation = _operation("Answer: by status, statusReason and output", kind, WRITING)
    return {
        **operation,
        "parameters": [if_match, "IdempotencyKey"],
        "requestBody": {"required": True, "content": body},
    }


def _of_one(id: str, operation: Json) -> Json:
    part = {"name": id, "in": "path", "required": True, "schema": TEXT}
    return {**operation, "parameters": [part, *operation["parameters"]]}


def _parameters(about: Resource) -> Iterator[Json]:
    for name, each in about.finds_by.items():
        yield _parameter(name, each.words, _texts(each))
    counts: Json = {"type": "integer", "minimum": 0, "default": LIMIT_DEFAULT}
    yield _parameter(
        fhir_query.COUNT,
        f"How many at most, never more than {LIMIT_MOST}; 0: only how many there are",
        counts,
    )
    yield _parameter(fhir_query.CURSOR, "Of a link to the next page", TEXT)


def _texts(about: Parameter) -> Json:
    """Several codes stand with commas between them."""
    known = "|".join(about.codes)
    return {**TEXT, "pattern": f"^({known})(,({known}))*$"} if known else TEXT


def _parameter(name: str, words: str, schema: Json) -> Json:
    return {"name": name, "in": "query", "description": words, "allowEmptyValue": True, "schema": schema}


def _operation(summary: str, kind: str, statuses: tuple[int, ...]) -> Json:
    return {
        "summary": summary,
        "tags": ["fhir"],
        "parameters": [],
        "responses": {
            "200": {"description": "Found", "content": {fhir_query.JSON: {"schema": _resource(kind)}}},
            "304": {"description": "The copy still holds (If-None-Match)"},
            **{
                str(status): {
                    "description": WHEN[status],
                    "content": {fhir_query.JSON: {"schema": _resource("OperationOutcome")}},
                }
                for status in sorted(statuses)
            },
        },
    }


def _resource(kind: str) -> Json:
    return {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"const": kind}},
        "externalDocs": {"url": f"https://hl7.org/fhir/R4/{kind.lower()}.html"},
    }
