"""Erasing a person: a director of the case's centre asks, a second one confirms; the list of those that wait."""

from uuid import UUID

from flask import Blueprint, Response

from services.intake.answers import Erasure
from services.intake.doors import CONFIRM_ERASURE, ERASURE, ERASURES, REQUEST_ERASURE, WITHDRAW_ERASURE
from services.intake.schemas import RequestErasure
from services.kernel.envelope import Caller
from services.kernel.errors import NotFound
from services.kernel.questions import Body
from services.screening.answers import Decision, Minutes
from services.screening.bodies import KeepMinutes as Words
from services.screening.doors import DECISIONS, KEEP_MINUTES
from services.screening.schemas import KeepMinutes
from services.web import gateway
from services.web.identity import accounts
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days
from services.web.pages.parts.goals import goal_text
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import look_up, who_as, who_exactly
from services.web.pages.parts.words import day_time, listed, province, word, words

REQUEST, KEEP = RequestErasure(), KeepMinutes()
DIRECTORS = ("director",)

blueprint = Blueprint("erasure", __name__)


@blueprint.get("/erasures")
@gate.roles(*DIRECTORS)
def waiting() -> Response:
    """Of the centre's own cases, and those that this director is named to confirm."""
    return frame.page("erasure/waiting.html", items=doors.ask(ERASURES.of())["items"])


@blueprint.get("/erasures.csv")
@gate.roles(*DIRECTORS)
def waiting_csv() -> Response:
    items = doors.ask(ERASURES.of())["items"]
    look_up(user for each in items for user in (each["requested_by"], each["confirmer"]) if user)
    columns = [_("Centre"), _("Reason"), _("Asked for by"), _("Day and time"), _("To be confirmed by")]
    lines = [
        [
            province(each["centre"]), word("erasure_reason", each["reason"]), who_as(each["requested_by"]),
            day_time(each["at"]), who_as(each["confirmer"]) if each["confirmer"] else "",
        ]
        for each in items
    ]  # fmt: skip
    name = files.name("erasures-waiting", visit.caller().centres, days.today())
    return files.as_csv(
        files.Sheet("erasures", _("Erasures that wait for a second person"), columns, lines), name
    )


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
    """What will go and what stays, also of the minutes; whoever asked sees that it waits."""
    about = {"case_id": str(case_id)}
    asked, caller, form = doors.ask(ERASURE.of(**about)), visit.caller(), Form()
    if form.sent and form.load():
        with form.catching():
            doors.tell(CONFIRM_ERASURE, about)
            return frame.done(_("The person was erased."), ".confirm", case_id=case_id)
    mine = asked["requested_by"] == caller.user
    return frame.page(
        "erasure/confirm.html", form=form, asked=asked, mine=mine, own=caller.sees(asked["centre"]),
        may_confirm="confirm" in asked["may"], decisions=doors.ask(DECISIONS.of(**about))["items"],
        case=lookup.case(str(case_id)) if caller.sees(asked["centre"]) else None,
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/erasure/minutes/<uuid:plan_id>", methods=["GET", "POST"])
@gate.roles(*DIRECTORS)
def minutes(case_id: UUID, plan_id: UUID) -> Response:
    """The words of a decision beside those that may stay. `preview` shows what would, and keeps nothing yet."""
    case, decision = lookup.case(str(case_id)), _decision(str(case_id), str(plan_id))
    original = decision.get("minutes")
    if original is None:
        raise NotFound("minutes")
    form = Form(
        KEEP, _typed(decision["kept"] or original), fixed={"case_id": str(case_id), "plan_id": str(plan_id)},
        read={"goals": inputs.lines}, draft=later("Version of the minutes that stays"), case_id=str(case_id),
    )  # fmt: skip
    preview = None
    if form.sent and form.load():
        if form.value("preview"):
            preview = _preview(original, form.data)
        else:
            with form.catching():
                doors.tell(KEEP_MINUTES, form.body)
                return frame.done(_("This version of the minutes stays."), ".confirm", case_id=case_id)
    return frame.page(
        "erasure/minutes.html", form=form, case=case, decision=decision, original=original, preview=preview
    )


def _decision(case_id: str, plan_id: str) -> Decision:
    for each in doors.ask(DECISIONS.of(case_id=case_id))["items"]:
        if each["plan_id"] == plan_id:
            return each
    raise NotFound("plan")


def _typed(minutes: Minutes) -> Body:
    """Minutes as their form shows them."""
    return {
        "why": minutes["why"],
        "goals": "\n".join(map(goal_text, minutes["goals"])),
        "members": [{"reason": each["reason"]} for each in minutes["members"]],
        "override": {"reason": minutes["override"]["reason"]} if "override" in minutes else {},
    }


def _preview(original: Minutes, words: Words) -> Minutes:
    reasons = [each["reason"] for each in words["members"]]
    reasons += [None] * (len(original["members"]) - len(reasons))
    members = zip(original["members"], reasons, strict=False)
    seen: Minutes = {
        "members": [{**member, "reason": reason} for member, reason in members],
        "why": words["why"],
        "goals": [*words["goals"]],
    }
    reason = words["override"]["reason"] if words["override"] else None
    if reason and "override" in original:
        seen["override"] = {**original["override"], "reason": reason}
    return seen


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
