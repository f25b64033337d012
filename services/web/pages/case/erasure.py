"""Erasing a person: a director of the case's centre asks, a second one confirms; the list of those that wait."""

from uuid import UUID

from flask import Blueprint, Response

from services.intake.answers import Erasure
from services.intake.doors import CONFIRM_ERASURE, ERASURE, ERASURES, REQUEST_ERASURE, WITHDRAW_ERASURE
from services.intake.schemas import RequestErasure
from services.kernel.envelope import Caller
from services.kernel.errors import NotFound
from services.web import gateway
from services.web.identity import accounts
from services.web.pages.frame import doors, frame, gate, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _
from services.web.pages.parts.people import look_up, who_exactly
from services.web.pages.parts.words import listed, province, words

REQUEST = RequestErasure()
DIRECTORS = ("director",)

blueprint = Blueprint("erasure", __name__)


@blueprint.get("/erasures")
@gate.roles(*DIRECTORS)
def waiting() -> Response:
    """Of the centre's own cases, and those that this director is named to confirm."""
    return frame.page("erasure/waiting.html", items=doors.ask(ERASURES.of())["items"])


@blueprint.route("/cases/<uuid:case_id>/erasure", methods=["GET", "POST"])
@gate.roles(*DIRECTORS)
def ask(case_id: UUID) -> Response:
    """Whoever of the own centre asks names the second person, or leaves it to any other director of the centre."""
    asked = _asked(case_id)
    case = lookup.case(str(case_id))
    form = Form(REQUEST, {"confirmer": asked["confirmer"] if asked else ""}, fixed={"case_id": str(case_id)})
    if form.sent and form.load():
        with form.catching():
            doors.tell(REQUEST_ERASURE, form.body)
            return frame.done(
                _("It was asked for. Nothing is erased until a second person confirms it."),
                ".confirm",
                case_id=case_id,
            )
    return frame.page(
        "erasure/ask.html", form=form, case=case, asked=asked, reasons=words("erasure_reason"),
        directors=_directors(visit.caller()),
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/erasure/confirm", methods=["GET", "POST"])
@gate.roles(*DIRECTORS)
def confirm(case_id: UUID) -> Response:
    """What will go and what stays; whoever asked sees that it waits."""
    about = {"case_id": str(case_id)}
    asked, caller, form = doors.ask(ERASURE.of(**about)), visit.caller(), Form()
    if form.sent and form.load():
        with form.catching():
            doors.tell(CONFIRM_ERASURE, about)
            return frame.done(_("The person was erased."), ".confirm", case_id=case_id)
    mine = asked["requested_by"] == caller.user
    return frame.page(
        "erasure/confirm.html", form=form, asked=asked, mine=mine, own=caller.sees(asked["centre"]),
        may_confirm="confirm" in asked["may"],
        case=lookup.case(str(case_id)) if caller.sees(asked["centre"]) else None,
    )  # fmt: skip


@blueprint.post("/cases/<uuid:case_id>/erasure/withdraw")
@gate.roles(*DIRECTORS)
def withdraw(case_id: UUID) -> Response:
    doors.tell(WITHDRAW_ERASURE, {"case_id": str(case_id)})
    return frame.done(_("Nothing is erased; it was taken back."), ".waiting")


def _asked(case_id: UUID) -> Erasure | None:
    try:
        return doors.ask(ERASURE.of(case_id=str(case_id)))
    except NotFound:
        return None


def _directors(caller: Caller) -> list[tuple[str, str]]:
    """Who could be named: every other active director, of whatever centre."""
    known = gateway.runtime().read(accounts.everybody)
    others = [each for each in known if each.active and each.role == "director" and each.user != caller.user]
    look_up(each.user for each in others)
    return [
        (each.user, f"{who_exactly(each.user)} · {listed(map(province, each.centres))}") for each in others
    ]
