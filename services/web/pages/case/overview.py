"""A case: who, where it stands, what is next; closing and reopening."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response

from services.codes import FIRST_HELP
from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import CLOSING_REASONS, REOPENING_REASONS
from services.codes.words import CodeList
from services.intake.schemas import ChangeCase
from services.web.gateway.calls import Question
from services.web.pages.case import casefile, story
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts.facts import fact_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day_time, words

CHANGE = ChangeCase()

blueprint = Blueprint("case", __name__)


@blueprint.get("/cases/<uuid:case_id>")
@gate.roles(*CASE_READERS)
def overview(case_id: UUID) -> Response:
    return _overview(case_id)


@blueprint.post("/cases/<uuid:case_id>")
@gate.roles(*STAFF)
def identifiers(case_id: UUID) -> Response:
    """The same page with the identity number, which the access log notes; nothing that leads here shows it by
    itself."""
    return _overview(case_id, "identifiers")


def _overview(case_id: UUID, show: str | None = None) -> Response:
    about = {"case_id": str(case_id)}
    asked: dict[str, Question] = {
        "screening": ("screening", "screening", about),
        "plan": ("screening", "plan", about),
        "referrals": ("referral", "referrals", {**about, "limit": 50}),
        "timeline": ("reporting", "timeline", about),
    }
    values = casefile.frame(str(case_id), asked, show)
    referrals = (values["referrals"] or {"items": []})["items"]
    events = (values["timeline"] or {"items": []})["items"]
    programmes = lookup.programmes([*referrals, *(event["data"] for event in events)])
    entries = [told for event in reversed(events) if (told := story.sentence(event, programmes))]
    to_ask = _to_ask(values["screening"])
    return frame.page(
        "case/overview.html", **values, next=casefile.next_step(values["case"], referrals), story=entries, show=show,
        to_ask=to_ask, programmes=programmes, first_help=FIRST_HELP, fact_text=fact_text,
    )  # fmt: skip


def _to_ask(screening: Mapping[str, Any] | None) -> list[str]:
    return list(dict.fromkeys(fact for label in (screening or {}).get("labels", ()) for fact in label["ask"]))


@blueprint.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
@gate.roles(*STAFF)
def close(case_id: UUID) -> Response:
    return _change(case_id, "close_case", CLOSING_REASONS, later("Close the case"), _("The case is closed."))


@blueprint.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
@gate.roles(*STAFF)
def reopen(case_id: UUID) -> Response:
    return _change(
        case_id, "reopen_case", REOPENING_REASONS, later("Open the case again"), _("The case is open again.")
    )


def _change(case_id: UUID, door: str, reasons: CodeList[str], title: str, message: str) -> Response:
    about = {"case_id": str(case_id)}
    case = doors.ask("intake", "case", about)
    form = Form(CHANGE, fixed=about, version=case["version"], draft=title, case_id=str(case_id))
    if form.sent:
        at = inputs.happened(form)
        if form.load():
            with form.catching():
                doors.tell("intake", door, form.body, at=at, if_match=form.version)
                return frame.done(message, ".overview", case_id=case_id)
    return frame.page(
        "case/change.html", form=form, case=case, reasons=words(reasons.kind),
        closing=door == "close_case", stands=_latest(case_id) if form.stale else None,
    )  # fmt: skip


def _latest(case_id: UUID) -> str:
    """The last thing that happened in the case, as its story says it."""
    found = doors.together(timeline=("reporting", "timeline", {"case_id": str(case_id)}))["timeline"]
    if not found or not found["items"]:
        return ""
    told = story.sentence(found["items"][-1], {})
    return " · ".join(filter(None, (told["what"], told["more"], day_time(told["when"]), told["who"])))
