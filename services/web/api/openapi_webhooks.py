"""Webhooks in the OpenAPI document: the calls by which they are kept, and what is sent (OpenAPI 3.1, `webhooks`)."""

from collections.abc import Iterator
from typing import Any

from marshmallow import Schema

from services.codes import shapes
from services.codes.feed import EVENT_TYPES
from services.kernel.lists import LIMIT_MOST
from services.web.api import webhooks
from services.web.api.components import Components, Json

TAG = "webhooks"
HEADERS = {
    "webhook-id": "The same whenever this message is sent: forget one that was taken before",
    "webhook-timestamp": "Seconds since 1970 of this attempt",
    "webhook-signature": "v1 and the base64 of an HMAC-SHA-256 over id.timestamp.body; two while a secret is being "
    "changed",
}


def calls(components: Components, converter: Any) -> Iterator[tuple[str, Json]]:
    """(path, operations by method)"""
    one, hook = f"{webhooks.PATH}/{{webhook_id}}", components.schema(webhooks.Hook)
    yield webhooks.PATH, {
        "post": writes(
            "make_webhook", "Have messages sent about events", components.schema(webhooks.NewHook), 201,
            body_of(converter, webhooks.MakeWebhook()),
        ),
        "get": reads("webhooks", "The caller's webhooks", components.schema(webhooks.Hooks)),
    }  # fmt: skip
    yield one, {"get": _of_one(reads("webhook", "One webhook", hook), components)}
    listed = _of_one(
        reads("deliveries", "What became of messages, latest first", components.schema(webhooks.Deliveries)),
        components,
    )
    listed["parameters"] += [
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST}},
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
    ]
    yield f"{one}/deliveries", {"get": listed}
    for act, summary, answer, schema in (
        ("pause", "Send nothing for now", hook, webhooks.Nothing()),
        ("resume", "Go on, at once", hook, webhooks.Nothing()),
        ("replay", "Send again what lies behind a position", hook, webhooks.Replay()),
        ("rotate", "Another secret", components.schema(webhooks.Rotated), webhooks.Nothing()),
        ("test", "Send a message about nothing", components.schema(webhooks.Tested), webhooks.Nothing()),
        ("end", "Send nothing any more", {"type": "object"}, webhooks.Nothing()),
    ):
        called = writes(f"{act}_webhook", summary, answer, 200, body_of(converter, schema))
        yield f"{one}/{act}", {"post": _of_one(called, components)}


def sent(components: Components) -> Json:
    """What is sent, by the type of its event."""
    payload = components.schema(webhooks.Payload)
    headers = [
        {"name": name, "in": "header", "required": True, "description": said, "schema": {"type": "string"}}
        for name, said in HEADERS.items()
    ]
    return {
        type: {
            "post": {
                "summary": f"{type}: {EVENT_TYPES.word(type, 'en')}",
                "tags": ["webhooks"],
                "parameters": headers,
                "security": [],
                "requestBody": {"required": True, "content": {"application/json": {"schema": payload}}},
                "responses": {
                    "2XX": {
                        "description": "Taken; anything else, or nothing within 10 s, and it is sent again"
                    },
                    "410": {"description": "Gone: the webhook pauses itself"},
                },
            }
        }
        for type in EVENT_TYPES
    }


def body_of(converter: Any, schema: Schema) -> Json:
    made: Json = converter.schema2jsonschema(schema)
    properties = {**made.get("properties", {}), "at": {"type": ["string", "null"], "format": "date-time"}}
    return {**made, "properties": properties}


def reads(name: str, summary: str, answer: Json, tag: str = TAG) -> Json:
    return _operation(name, summary, answer, 200, tag, ("401", "403", "404", "422", "429", "503"))


def writes(name: str, summary: str, answer: Json, status: int, body: Json, tag: str = TAG) -> Json:
    statuses = ("400", "401", "403", "404", "409", "413", "422", "429", "503")
    return {
        **_operation(name, summary, answer, status, tag, statuses),
        "requestBody": {
            "required": bool(body.get("required")),
            "content": {"application/json": {"schema": body}},
        },
    }


def _operation(
    name: str, summary: str, answer: Json, status: int, tag: str, statuses: tuple[str, ...]
) -> Json:
    return {
        "operationId": name,
        "summary": summary,
        "tags": [tag],
        "parameters": [],
        "responses": {
            str(status): {"description": "Done", "content": {"application/json": {"schema": answer}}},
            **{each: {"$ref": f"#/components/responses/Problem{each}"} for each in statuses},
        },
    }


def _of_one(operation: Json, components: Components) -> Json:
    part = {"name": "webhook_id", "in": "path", "required": True, "schema": components.schema(shapes.Id)}
    return {**operation, "parameters": [part, *operation["parameters"]]}
