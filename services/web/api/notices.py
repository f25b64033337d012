"""What changed for the caller, by the API: the same as the page of notices."""

from typing import Annotated, Any, TypedDict

from flask import Blueprint, Response, request
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length, Range

from services.codes.notices import BY_KIND, NOTICE_TOPICS, NOTICES
from services.codes.shapes import Count, Cursor, Id, Instant, Note
from services.kernel.doors import flat
from services.kernel.envelope import instant
from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST, make_cursor, page_cursor
from services.kernel.questions import Json
from services.web import gateway
from services.web.api import bearer, bodies
from services.web.store import notices as store
from services.web.store.notices import Notice

PATH = "/api/v1/notifications"
blueprint = Blueprint("notices", __name__)


class ListBody(TypedDict):
    unread: bool
    limit: int
    cursor: str | None


class ReadBody(TypedDict):
    notification_ids: list[str] | None
    all: bool


class ListNotices(Schema):
    unread = fields.Boolean(load_default=False)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class ReadNotices(Schema):
    """Some, or with `all` every one."""

    notification_ids = fields.List(
        fields.String(validate=Length(1, 36)),
        load_default=None,
        allow_none=True,
        validate=Length(1, LIMIT_MOST),
    )
    all = fields.Boolean(load_default=False)


class InLanguages(TypedDict):
    th: str
    en: str


class NoticeShown(TypedDict):
    """`text` says what happened, and nothing of a person."""

    notification_id: Id
    kind: Annotated[str, tuple(each.kind for each in NOTICES)]
    topic: Annotated[str, tuple(NOTICE_TOPICS)]
    text: InLanguages
    case_id: Id | None
    case_number: Annotated[str | None, Note("Not for a partner")]
    at: Instant
    read_at: Instant | None


class Notices(TypedDict):
    items: list[NoticeShown]
    unread: Annotated[Count, Note("All that the caller has not read")]
    next: Cursor


class Unread(TypedDict):
    unread: Count


LISTING, READ = ListNotices(), ReadNotices()


@blueprint.get(PATH)
def listing() -> Response:
    user = bearer.signed_in().user
    asked: ListBody = _read(LISTING, {name: text for name, text in request.args.items() if text})
    limit, cursor = asked["limit"], asked["cursor"]
    at, last = page_cursor(cursor, 2) if cursor else (None, None)
    if cursor and not (isinstance(at, str) and isinstance(last, str)):
        raise Invalid({"cursor": ["Not a cursor of this list."]})
    before = (at, last) if isinstance(at, str) and isinstance(last, str) else None
    rows, unread = gateway.runtime().read(
        lambda db: (
            store.list_latest(db, user, before, limit + 1, asked["unread"]),
            db.execute(store.count_unread(user)).scalar_one(),
        )
    )
    shown = [_shown(row) for row in rows[:limit] if row.kind in BY_KIND]
    more = make_cursor([rows[limit - 1].at, rows[limit - 1].notice_id]) if len(rows) > limit else None
    found: Notices = {"items": shown, "unread": unread, "next": more}
    return bodies.as_json(found)


@blueprint.post(f"{PATH}/read")
def read() -> Response:
    user, runtime = bearer.signed_in().user, gateway.runtime()
    body = bodies.read_body(request)
    bodies.happened(body)
    told: ReadBody = _read(READ, body)
    if bool(told["notification_ids"]) == told["all"]:
        raise Invalid({"notification_ids": ["Either some of them, or all."]})
    with runtime.database.write() as db:
        store.read(db, user, instant(runtime.now()), None if told["all"] else told["notification_ids"] or [])
        unread: Unread = {"unread": db.execute(store.count_unread(user)).scalar_one()}
    return bodies.as_json(unread)


def _read(schema: Schema, body: dict[str, Json]) -> Any:
    try:
        return schema.load(body)
    except ValidationError as error:
        raise Invalid(flat(error.messages)) from None


def _shown(row: Notice) -> NoticeShown:
    about = BY_KIND[row.kind]
    return {
        "notification_id": row.notice_id, "kind": row.kind, "topic": about.topic,
        "text": {"th": about.words.th, "en": about.words.en}, "case_id": row.case_id,
        "case_number": row.case_number, "at": row.at, "read_at": row.read_at,
    }  # fmt: skip
