"""Notices in the OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from services.kernel.lists import LIMIT_MOST
from services.web.api import notices
from services.web.api.components import Components, Json
from services.web.api.openapi_webhooks import body_of, reads, writes

TAG = "notifications"


def calls(components: Components, converter: Any) -> Iterator[tuple[str, Json]]:
    """(path, operations by method)"""
    listed = reads(
        "notifications", "What changed for the caller, latest first", components.schema(notices.Notices), TAG
    )
    listed["parameters"] = [
        {"name": "unread", "in": "query", "schema": {"type": "boolean"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": LIMIT_MOST}},
        {"name": "cursor", "in": "query", "schema": {"type": "string"}},
    ]
    yield notices.PATH, {"get": listed}
    body = body_of(converter, notices.ReadNotices())
    answer = components.schema(notices.Unread)
    yield (
        f"{notices.PATH}/read",
        {"post": writes("read_notifications", "These are read, or all", answer, 200, body, TAG)},
    )
