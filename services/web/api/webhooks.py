"""Webhooks by the API: made, listed, stopped, started, told from a position again. Whose they may be stands in
services/web/gateway/listeners.py; what is sent, in services/web/gateway/webhooks.py."""

from typing import Annotated, Any, NotRequired, TypedDict
from uuid import UUID, uuid4

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.codes.feed import EVENT_TYPES
from services.codes.keys import FOLLOW_EVENTS
from services.codes.shapes import Count, Cursor, Id, Instant, Note
from services.kernel.doors import flat
from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST, make_cursor, page_cursor
from services.kernel.questions import Json
from services.reporting.answers import Event
from services.reporting.schemas import LAST_POSITION
from services.web import gateway
from services.web.api import bearer, bodies
from services.web.gateway import listeners
from services.web.gateway import webhooks as couriers
from services.web.gateway.calls import User
from services.web.gateway.outbound import URL_MOST
from services.web.store import webhooks as store
from services.web.store.webhooks import Message, Webhook

PATH = "/api/v1/webhooks"
blueprint = Blueprint("webhooks", __name__)


class MakeBody(TypedDict):
    url: str
    types: list[str]
    centre: str | None
    partner_id: UUID | None


class ListBody(TypedDict):
    limit: int
    cursor: str | None


class ReplayBody(TypedDict):
    after: int


class MakeWebhook(Schema):
    url = fields.String(required=True, validate=Length(min=1, max=URL_MOST))
    types = fields.List(
        fields.String(validate=OneOf(EVENT_TYPES)), required=True, validate=Length(1, len(EVENT_TYPES))
    )
    centre = fields.String(load_default=None, allow_none=True, validate=Length(max=10))
    partner_id = fields.UUID(load_default=None, allow_none=True)


class Replay(Schema):
    after = fields.Integer(required=True, strict=True, validate=Range(0, LAST_POSITION))


class Nothing(Schema):
    pass


class Listing(Schema):
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class Hook(TypedDict):
    """A webhook. `position`: up to where in the merged log messages were made; `why` it is paused: asked, failing (it
    paused itself) or gone (it answered 410); `next_at`: when the next message is due."""

    webhook_id: Id
    kind: Annotated[str, ("partner", "centre", "ministry")]
    partner_id: Annotated[str | None, Note("Of a partner's")]
    centre: Annotated[str | None, Note("Of a centre's")]
    url: str
    types: list[str]
    state: Annotated[str, ("active", "paused")]
    why: Annotated[str | None, ("asked", "failing", "gone", None)]
    position: Count
    waiting: Annotated[int, Note("Messages that wait")]
    dead: Annotated[int, Note("Messages that are not tried any more")]
    next_at: Instant | None
    made_at: Instant


class NewHook(TypedDict):
    """`secret` is shown this once (and to the same call with the same Idempotency-Key)."""

    webhook_id: Id
    secret: str
    position: Count


class Rotated(TypedDict):
    """`secret` is shown this once; for a day the one of before signs as well."""

    webhook_id: Id
    secret: str


class Hooks(TypedDict):
    items: list[Hook]


class Delivery(TypedDict):
    """What became of a message. `status`: of the last answer; `error`: why there was none."""

    message_id: Annotated[str, Note("Sent as webhook-id: the same whenever this message is sent")]
    position: Count
    type: str
    state: Annotated[str, ("waiting", "sent", "dead")]
    attempts: int
    made_at: Instant
    tried_at: Instant | None
    next_at: Instant | None
    status: int | None
    error: Annotated[
        str | None,
        ("not_allowed", "unresolved", "unreachable", "tls", "timeout", "interrupted", "no_secret", None),
    ]
    ms: int | None


class Deliveries(TypedDict):
    items: list[Delivery]
    next: Cursor


class Tested(TypedDict):
    """What came of a test message."""

    status: int | None
    error: str | None
    ms: int


class Payload(TypedDict):
    """What is sent, by Standard Webhooks 1. `position`: of the event in the merged log, which only grows; `previous`:
    of the message before it to this endpoint, so that a missing one is seen. A test has the type webhook.test and
    neither."""

    type: str
    timestamp: Instant
    data: Event
    position: NotRequired[Count]
    previous: NotRequired[Count]


MAKE, REPLAY, NOTHING, LISTING = MakeWebhook(), Replay(), Nothing(), Listing()


def _read(schema: Schema, body: dict[str, Json]) -> Any:
    """The body as its schema loads it; `at` may be told as for every call, and is now."""
    bodies.happened(body)
    try:
        return schema.load(body)
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None


def _user() -> User:
    return User(bearer.signed_in(FOLLOW_EVENTS))


@blueprint.post(PATH)
def make() -> Response:
    user = _user()
    told: MakeBody = _read(MAKE, bodies.read_body(request))
    keyed = "Idempotency-Key" in request.headers
    webhook_id = bodies.read_command(user.caller, None).id if keyed else str(uuid4())
    partner_id = str(told["partner_id"]) if told["partner_id"] else None
    hook, secret = listeners.make(user, webhook_id, told["url"], told["types"], told["centre"], partner_id)
    made: NewHook = {"webhook_id": hook.webhook_id, "secret": secret, "position": hook.position}
    return bodies.as_json(made, 201)


@blueprint.get(PATH)
def listing() -> Response:
    found: Hooks = {"items": [_shown(hook) for hook in listeners.list_mine(_user())]}
    return bodies.as_json(found)


@blueprint.get(f"{PATH}/<uuid:webhook_id>")
def show(webhook_id: UUID) -> Response:
    return bodies.as_json(_shown(listeners.mine(_user(), str(webhook_id), only_stop=True)))


@blueprint.get(f"{PATH}/<uuid:webhook_id>/deliveries")
def deliveries(webhook_id: UUID) -> Response:
    hook = listeners.mine(_user(), str(webhook_id), only_stop=True)
    asked: ListBody = _read(LISTING, {name: text for name, text in request.args.items() if text})
    limit, cursor = asked["limit"], asked["cursor"]
    before = page_cursor(cursor, 1)[0] if cursor else None
    if before is not None and not isinstance(before, int):
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    rows = gateway.runtime().read(lambda db: store.list_messages(db, hook.webhook_id, before, limit + 1))
    more = make_cursor([rows[limit - 1].position]) if len(rows) > limit else None
    found: Deliveries = {"items": [_delivery(row) for row in rows[:limit]], "next": more}
    return bodies.as_json(found)


@blueprint.post(f"{PATH}/<uuid:webhook_id>/<any(pause, resume, end, replay, rotate, test):act>")
def change(webhook_id: UUID, act: str) -> Response:
    user, runtime = _user(), gateway.runtime()
    hook = listeners.mine(user, str(webhook_id), only_stop=act in ("pause", "resume"))
    body: ReplayBody = _read(REPLAY if act == "replay" else NOTHING, bodies.read_body(request))
    id, by = hook.webhook_id, user.caller.user
    if act == "rotate":
        rotated: Rotated = {"webhook_id": id, "secret": store.rotate(runtime, id)}
        return bodies.as_json(rotated)
    if act == "test":
        outcome, ms = couriers.send_test(runtime, hook)
        tested: Tested = {"status": outcome.status, "error": outcome.error, "ms": ms}
        return bodies.as_json(tested)
    if act == "replay":
        store.replay(runtime, id, body["after"])
    else:
        {"pause": store.pause, "resume": store.resume, "end": store.end}[act](runtime, id, by)
    return bodies.as_json(
        {"webhook_id": id} if act == "end" else _shown(listeners.mine(user, id, only_stop=True))
    )


def _shown(hook: Webhook) -> Hook:
    return {
        "webhook_id": hook.webhook_id, "kind": hook.kind,
        "partner_id": hook.owner if hook.kind == "partner" else None,
        "centre": hook.owner if hook.kind == "centre" else None, "url": hook.url, "types": list(hook.types),
        "state": hook.state, "why": hook.why, "position": hook.position, "waiting": hook.waiting,
        "dead": hook.dead, "next_at": hook.next_at, "made_at": hook.made_at,
    }  # fmt: skip


def _delivery(row: Message) -> Delivery:
    return {
        "message_id": row.message_id, "position": row.position, "type": row.type, "state": row.state,
        "attempts": row.attempts, "made_at": row.made_at, "tried_at": row.tried_at, "next_at": row.next_at,
        "status": row.status, "error": row.error, "ms": row.ms,
    }  # fmt: skip
