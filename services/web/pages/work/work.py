"""My work: what is due, overdue, waiting, answered and still to ask - the first page of a centre's staff."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from marshmallow import Schema, fields
from marshmallow.validate import Range

from services.codes.access import STAFF
from services.kernel.envelope import moment
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.thai import dates
from services.web import gateway
from services.web.pages.frame import doors, drafts, frame, gate, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, later
from services.web.store import read_answers

FIRST, SHOWN = 5, 25  # items of each part on the first screen, and on a page of its own
PARTS = {
    "overdue": later("Overdue"),
    "due_today": later("Due today"),
    "answered": later("Answers to read"),
    "read": later("Read, next step still to take"),
    "waiting": later("Waiting for a partner"),
    "to_ask": later("Facts still to ask"),
}


class Read(Schema):
    version = fields.Integer(required=True, validate=Range(1))


READ = Read()
blueprint = Blueprint("work", __name__)


@blueprint.get("/work")
@gate.roles(*STAFF)
def today() -> Response:
    unfinished = drafts.unfinished()
    found = doors.together(
        handed=("intake", "to_take_over", {"limit": LIMIT_MOST}),
        referrals=("referral", "worklist", {"limit": FIRST, "read": _read()}),
        facts=("screening", "to_ask", {"limit": FIRST}),
    )
    worklist = found["referrals"] or {"counts": {}, "items": {}}
    facts = found["facts"] or {"count": 0, "items": []}
    handed = (found["handed"] or {"items": []})["items"]
    listed = {kind: rows for kind, rows in worklist["items"].items() if kind != "read"}
    items = {
        **{kind: [_duty(row) for row in rows] for kind, rows in listed.items()},
        "to_ask": [_to_ask(row) for row in facts["items"]],
    }
    rows = [row for rows in items.values() for row in rows]
    return frame.page(
        "work/today.html", parts_of_work=PARTS, items=items, counts={**worklist["counts"], "to_ask": facts["count"]},
        missing=None in found.values(), handed=handed, unfinished=unfinished, first=FIRST,
        cases=lookup.cases([*rows, *handed, *unfinished]), programmes=lookup.programmes(rows),
    )  # fmt: skip


@blueprint.get("/work/<any(overdue, due_today, answered, read, waiting, to_ask):part>")
@gate.roles(*STAFF)
def of_part(part: str) -> Response:
    """The whole of one part, page by page."""
    page = {"limit": SHOWN, "cursor": request.args.get("cursor") or None}
    if part == "to_ask":
        found = doors.ask("screening", "to_ask", page)
        items = [_to_ask(row) for row in found["items"]]
        count = found["count"]
    else:
        found = doors.ask("referral", "worklist", {**page, "kind": part, "read": _read()})
        items = [_duty(row) for row in found["items"][part]]
        count = found["counts"][part]
    return frame.page(
        "work/part.html", part=part, title=_(PARTS[part]), count=count, items=items, cases=lookup.cases(items),
        programmes=lookup.programmes(items),
        following=url_for(".of_part", part=part, cursor=found["next"]) if found["next"] else None,
        first=url_for(".of_part", part=part) if page["cursor"] else None,
    )  # fmt: skip


def _read() -> list[dict[str, Any]]:
    """The answers that the user has read."""
    runtime, user = gateway.runtime(), visit.caller().user
    return runtime.read(lambda db: read_answers.read_by(db, user, runtime.now()))


def _duty(row: dict[str, Any]) -> dict[str, Any]:
    """With the address where it is seen to, and the days since it was due."""
    href = url_for("pages.referral.page", referral_id=row["referral_id"])
    return {**row, "href": href, "late": _days_since(row["due"]) if row["due"] else None}


def _days_since(due: str) -> int:
    return (dates.bangkok_day(gateway.runtime().now()) - dates.bangkok_day(moment(due))).days


def _to_ask(row: dict[str, Any]) -> dict[str, Any]:
    return {**row, "href": url_for("pages.screening.fill", case_id=row["case_id"])}


@blueprint.post("/work/answers/<uuid:referral_id>/read")
@gate.roles(*STAFF)
def read(referral_id: UUID) -> Response:
    """The user has read an answer. It stays in sight, without counting, until somebody takes the next step."""
    form, runtime, user = Form(READ), gateway.runtime(), visit.caller().user
    worklist = doors.ask("referral", "worklist", {"limit": LIMIT_MOST, "kind": "answered"})
    answered = {row["referral_id"] for row in worklist["items"]["answered"]}
    if str(referral_id) not in answered or not form.load():
        raise NotFound("answer")
    with runtime.database.write() as db:
        read_answers.mark(db, user, str(referral_id), form.data["version"], runtime.now())
    return frame.done(_("The answer is marked as read."), ".today")


@blueprint.post("/work/cases/<uuid:case_id>/taken")
@gate.roles(*STAFF)
def taken(case_id: UUID) -> Response:
    """A case that a colleague handed over is the user's now."""
    doors.tell("intake", "assign", {"case_ids": [str(case_id)], "to_user": visit.caller().user})
    return frame.done(_("The case is yours now."), ".today")
