"""Calls that take or answer a file, for the OpenAPI document: they stand in no table of routes."""

import re
from collections.abc import Iterator

from services.codes import PARTNER_KINDS, PATHS, shapes
from services.codes.papers import PAPERS as PAPER_NAMES
from services.web.api import exchange
from services.web.api.components import Components, Json
from services.web.documents import PAPERS
from services.web.formats import taking


def export() -> Json:
    """The registry as a file."""
    forms = {"type": "string", "enum": [*exchange.KINDS]}
    kinds = [kind.partition(";")[0] for kind, _made in exchange.KINDS.values()]
    file, services = {"type": "string", "format": "binary"}, {"type": "array", "items": {"type": "object"}}
    files = {kind: {"schema": services if kind == "application/json" else file} for kind in kinds}
    return {
        "summary": "The registry as a file: our table, or services of HSDS",
        "tags": ["partners"],
        "parameters": [{"name": "format", "in": "query", "schema": forms}],
        "responses": {
            "200": {"description": "The file", "content": files},
            **{
                status: {"$ref": f"#/components/responses/Problem{status}"}
                for status in ("401", "403", "422", "429", "503")
            },
        },
    }


def bring(components: Components) -> Json:
    """A file for the registry."""
    fields = {
        "file": {
            "type": "string",
            "format": "binary",
            "description": "CSV, XLSX, HSDS JSON or zip; 20 MB at most",
        },
        "kind": {"type": "string", "enum": [*PARTNER_KINDS]},
        "path": {"type": "string", "examples": [*PATHS]},
        "province": components.schema(shapes.Province),
    }
    body = {"type": "object", "properties": fields, "required": ["file"]}
    answer = {"application/json": {"schema": components.schema(taking.Report)}}
    dry = {"name": "dry_run", "in": "query", "allowEmptyValue": True, "schema": {"type": "boolean"}}
    statuses = ("400", "401", "403", "409", "413", "422", "429", "503")
    return {
        "summary": "Bring a file of partners into the registry; with dry_run only say what would come of it",
        "tags": ["partners"],
        "parameters": [dry],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": body}}},
        "responses": {
            "200": {"description": "What the file says; `done`: it is in the registry", "content": answer},
            **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses},
        },
    }


def papers(components: Components) -> Iterator[tuple[str, Json]]:
    """The papers as calls, each a PDF."""
    for paper in PAPERS:
        parts = re.findall(r"<uuid:(\w+)>", paper.path)
        statuses = ("401", "403", *(("404", "409") if parts else ()), "422", "429", "503")
        yield (
            f"/api/v1{paper.path}",
            {
                "summary": f"{PAPER_NAMES.word(paper.code, 'en')} as PDF/A, in Thai official form",
                "tags": ["papers"],
                "parameters": [
                    {"name": part, "in": "path", "required": True, "schema": components.schema(shapes.Id)}
                    for part in parts
                ],
                "responses": {
                    "200": {
                        "description": "The paper",
                        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
                    },
                    **{status: {"$ref": f"#/components/responses/Problem{status}"} for status in statuses},
                },
            },
        )
