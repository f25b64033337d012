"""What changed for the user: by case, the latest first; read one by one, or all."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Redirect

from services.codes.access import ROLES
from services.codes.notices import BY_KIND
from services.kernel.envelope import instant
from services.kernel.errors import NotFound
from services.web import gateway
from services.web.pages.frame import frame, gate, query, visit
from services.web.pages.parts.language import _
from services.web.pages.parts.words import say
from services.web.store import notices as store
from services.web.store.notices import Notice

SHOWN = 60  # of one page
blueprint = Blueprint("notices", __name__)


class Line(NamedTuple):
    """A notice as it is shown."""

    notice_id: str
    text: str
    at: str
    unread: bool


class Group(NamedTuple):
    """What is told of one case, or of one other thing: the latest first. `unread`: the ids to be read together."""

    case_id: str | None
    title: str | None
    lines: list[Line]
    unread: list[str]


@blueprint.get("/notices")
@gate.roles(*ROLES)
def listing() -> Response:
    user = visit.caller().user
    at, _sign, last = query.text("before", 80).partition("|")
    if at and not last:
        raise query.unknown("before")
    before = (at, last) if last else None
    rows = gateway.runtime().read(lambda db: store.list_latest(db, user, before, SHOWN + 1))
    older = f"{rows[SHOWN - 1].at}|{rows[SHOWN - 1].notice_id}" if len(rows) > SHOWN else None
    groups = _groups(rows[:SHOWN])
    return frame.page(
        "notices/listing.html", groups=groups, older=older, latest=rows[0].at if rows and not before else None
    )


def _groups(rows: Sequence[Notice]) -> list[Group]:
    found: dict[str, Group] = {}
    for row in rows:
        about = BY_KIND.get(row.kind)
        if about is None:  # of a version after this one
            continue
        # A partner knows no case, but each of its referrals.
        whose = (row.case_number and row.case_id) or row.thing or row.notice_id
        group = found.setdefault(
            whose, Group(row.case_id if row.case_number else None, row.case_number, [], [])
        )
        group.lines.append(Line(row.notice_id, say(about.words), row.at, row.read_at is None))
        if row.read_at is None:
            group.unread.append(row.notice_id)
    return [*found.values()]


@blueprint.post("/notices/read")
@gate.roles(*ROLES)
def read() -> Response:
    """Those that the form names, or all that were there when it was made."""
    runtime, user = gateway.runtime(), visit.caller().user
    named, latest = request.form.getlist("notice_id"), request.form.get("latest", "")
    with runtime.database.write() as db:
        store.read(db, user, instant(runtime.now()), None if latest else named, latest)
    return frame.done(_("It is noted that you have read it."), ".listing")


@blueprint.get("/notices/<uuid:notice_id>")
@gate.roles(*ROLES)
def show(notice_id: UUID) -> Redirect:
    """On to what it is about; whoever goes there has read it."""
    runtime, caller = gateway.runtime(), visit.caller()
    found = runtime.read(lambda db: store.find(db, caller.user, [str(notice_id)]))
    if not found or found[0].kind not in BY_KIND:
        raise NotFound("notice")
    if found[0].read_at is None:
        with runtime.database.write() as db:
            store.read(db, caller.user, instant(runtime.now()), [str(notice_id)])
    return redirect(_address(found[0], caller.role), 303)


def _address(notice: Notice, role: str) -> str:
    """Where it leads (codes.notices)."""
    leads = BY_KIND[notice.kind].leads
    match leads:
        case "referral" if role == "partner":
            return url_for("pages.own.show", referral_id=notice.thing)
        case "referral" if notice.thing:
            return url_for("pages.referral.page", referral_id=notice.thing)
        case "case" | "referral":
            return url_for("pages.case.overview", case_id=notice.case_id)
        case "consents":
            return url_for("pages.consents.listing", case_id=notice.case_id)
        case "transfers":
            return url_for("pages.transfer.listing")
        case "erasures":
            return url_for("pages.erasure.waiting")
        case "problems":
            return url_for("pages.problems.listing")
        case "proposals":
            return url_for("pages.proposals.listing")
        case "rules":
            return url_for("pages.rulebooks.listing")
        case "webhook":
            return url_for("pages.webhooks.show", webhook_id=notice.thing)
        case "keys":
            return url_for("pages.keys.listing", partner_id=notice.thing)
    raise ValueError(leads)
