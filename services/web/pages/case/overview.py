"""A case: who, where it stands, what is next; closing and reopening."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes import FIRST_HELP
from services.codes.access import CASE_READERS, STAFF
from services.codes.decisions import CLOSING_REASONS, REOPENING_REASONS
from services.codes.words import CodeList
from services.intake.answers import CaseStatus
from services.intake.doors import CLOSE_CASE, REOPEN_CASE
from services.intake.schemas import ChangeCase
from services.kernel.questions import CommandDoor
from services.referral.doors import REFERRALS
from services.reporting.doors import TIMELINE
from services.screening.answers import Screening
from services.screening.doors import PLAN, SCREENING
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
    screening, plan, timeline = SCREENING.of(**about), PLAN.of(**about), TIMELINE.of(**about)
    referrals = REFERRALS.of(**about, limit=50)
    case = lookup.case(str(case_id), show)
    found = doors.together(screening, plan, referrals, timeline)
    values = casefile.frame(
        case,
        screening=found[screening],
        plan=found[plan],
        referrals=found[referrals],
        timeline=found[timeline],
    )
    known, happened = casefile.listed(found[referrals]), found[timeline]
    events = story.of_the_case(happened["items"] if happened else [])
    programmes = lookup.programmes(
        [*(row["programme_id"] for row in known), *(event["data"].get("programme_id") for event in events)]
    )
    entries = [story.event_sentence(event, programmes) for event in reversed(events)]
    to_ask = _to_ask(found[screening])
    return frame.page(
        "case/overview.html", **values, next=casefile.next_step(values["case"], known), story=entries, show=show,
        to_ask=to_ask, programmes=programmes, first_help=FIRST_HELP, fact_text=fact_text,
    )  # fmt: skip


def _to_ask(screening: Screening | None) -> list[str]:
    labels = screening["labels"] if screening else []
    return list(dict.fromkeys(fact for label in labels for fact in label["ask"]))


@blueprint.route("/cases/<uuid:case_id>/close", methods=["GET", "POST"])
@gate.roles(*STAFF)
def close(case_id: UUID) -> Response:
    return _change(case_id, CLOSE_CASE, CLOSING_REASONS, later("Close the case"), _("The case is closed."))


@blueprint.route("/cases/<uuid:case_id>/reopen", methods=["GET", "POST"])
@gate.roles(*STAFF)
def reopen(case_id: UUID) -> Response:
    return _change(
        case_id, REOPEN_CASE, REOPENING_REASONS, later("Open the case again"), _("The case is open again.")
    )


def _change(
    case_id: UUID,
    door: CommandDoor[CaseStatus],
    reasons: CodeList[str],
    title: str,
    message: str,
) -> Response:
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    form = Form(CHANGE, fixed=about, version=case["version"], draft=title, case_id=str(case_id))
    if form.sent:
        at = inputs.happened(form)
        if form.load():
            with form.catching():
                doors.tell(door, form.body, at=at, if_match=form.version)
                return frame.done(message, ".overview", case_id=case_id)
    return frame.page(
        "case/change.html", form=form, case=case, reasons=words(reasons.kind),
        closing=door == CLOSE_CASE, stands=_latest(case_id) if form.stale else None,
    )  # fmt: skip


def _latest(case_id: UUID) -> str:
    """The last thing that happened in the case, as its story says it."""
    found = doors.attempt(TIMELINE.of(case_id=str(case_id)))
    events = story.of_the_case(found["items"] if found else [])
    if not events:
        return ""
    told = story.event_sentence(events[-1], {})
    return " · ".join(filter(None, (told.what, told.more, day_time(told.when), told.who)))
