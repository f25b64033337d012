"""My work: what is due, overdue, waiting, answered and still to ask - the first page of a centre's staff."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from marshmallow import Schema, fields
from marshmallow.validate import Range

from services.codes.access import STAFF
from services.intake.doors import ASSIGN, TO_TAKE_OVER
from services.kernel.envelope import moment
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import ProgrammeName
from services.referral.answers import WorkItem
from services.referral.doors import WORKLIST
from services.screening.answers import CaseToAsk
from services.screening.doors import TO_ASK
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


class Duty(WorkItem):
    """With the address where it is seen to, and the days since it was due."""

    href: str
    late: int | None


class ToAsk(CaseToAsk):
    """With the address of its questions."""

    href: str


@blueprint.get("/work")
@gate.roles(*STAFF)
def today() -> Response:
    unfinished, hand_overs = drafts.unfinished(), TO_TAKE_OVER.of(limit=LIMIT_MOST)
    referrals, facts = WORKLIST.of(limit=FIRST, read=_read()), TO_ASK.of(limit=FIRST)
    found = doors.together(referrals, facts, hand_overs)
    handed = waiting["items"] if (waiting := found[hand_overs]) else []
    worklist, open_facts = found[referrals], found[facts]
    listed = worklist["items"] if worklist else {}
    duties = {kind: [_duty(row) for row in rows] for kind, rows in listed.items() if kind != "read"}
    to_ask = [_to_ask(row) for row in open_facts["items"]] if open_facts else []
    counts = {**(worklist["counts"] if worklist else {}), "to_ask": open_facts["count"] if open_facts else 0}
    referred = [row for rows in duties.values() for row in rows]
    cases = [
        *(row["case_id"] for row in referred), *(row["case_id"] for row in to_ask),
        *(row["case_id"] for row in handed), *(each.case_id for each in unfinished),
    ]  # fmt: skip
    return frame.page(
        "work/today.html", parts_of_work=PARTS, items={**duties, "to_ask": to_ask}, counts=counts,
        missing=not found.complete, handed=handed, unfinished=unfinished, first=FIRST,
        cases=lookup.cases(cases), programmes=lookup.programmes(row["programme_id"] for row in referred),
    )  # fmt: skip


@blueprint.get("/work/<any(overdue, due_today, answered, read, waiting, to_ask):part>")
@gate.roles(*STAFF)
def of_part(part: str) -> Response:
    """The whole of one part, page by page."""
    cursor = request.args.get("cursor") or None
    if part == "to_ask":
        facts = doors.ask(TO_ASK.of(limit=SHOWN, cursor=cursor))
        return _part(part, facts["count"], [_to_ask(row) for row in facts["items"]], facts["next"])
    found = doors.ask(WORKLIST.of(limit=SHOWN, cursor=cursor, kind=part, read=_read()))
    duties = [_duty(row) for row in found["items"][part]]
    programmes = lookup.programmes(row["programme_id"] for row in duties)
    return _part(part, found["counts"][part], duties, found["next"], programmes)


def _part(
    part: str,
    count: int,
    items: Sequence[Duty | ToAsk],
    following: str | None,
    programmes: Mapping[str, ProgrammeName] | None = None,
) -> Response:
    return frame.page(
        "work/part.html", part=part, title=_(PARTS[part]), count=count, items=items,
        cases=lookup.cases(row["case_id"] for row in items), programmes=programmes or {},
        following=url_for(".of_part", part=part, cursor=following) if following else None,
        first=url_for(".of_part", part=part) if request.args.get("cursor") else None,
    )  # fmt: skip


def _read() -> Sequence[Mapping[str, str | int]]:
    """The answers that the user has read."""
    runtime, user = gateway.runtime(), visit.caller().user
    return runtime.read(lambda db: read_answers.read_by(db, user, runtime.now()))


def _duty(row: WorkItem) -> Duty:
    href = url_for("pages.referral.page", referral_id=row["referral_id"])
    return {**row, "href": href, "late": _days_since(row["due"]) if row["due"] else None}


def _days_since(due: str) -> int:
    return (dates.bangkok_day(gateway.runtime().now()) - dates.bangkok_day(moment(due))).days


def _to_ask(row: CaseToAsk) -> ToAsk:
    return {**row, "href": url_for("pages.screening.fill", case_id=row["case_id"])}


@blueprint.post("/work/answers/<uuid:referral_id>/read")
@gate.roles(*STAFF)
def read(referral_id: UUID) -> Response:
    """The user has read an answer. It stays in sight, without counting, until somebody takes the next step."""
    form, runtime, user = Form(READ), gateway.runtime(), visit.caller().user
    worklist = doors.ask(WORKLIST.of(limit=LIMIT_MOST, kind="answered"))
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
    doors.tell(ASSIGN, {"case_ids": [str(case_id)], "to_user": visit.caller().user})
    return frame.done(_("The case is yours now."), ".today")
