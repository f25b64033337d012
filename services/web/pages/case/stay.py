"""A bed for tonight: an interim stay, before there is a plan and by one worker alone."""

from datetime import date, timedelta
from uuid import UUID

from flask import Blueprint, Response

from services.codes import stays
from services.codes.access import STAFF
from services.intake.answers import Case
from services.kernel.envelope import moment
from services.kernel.errors import NotFound
from services.kernel.questions import Body, CommandDoor
from services.partners.answers import FreeProgramme
from services.partners.doors import FREE_PLACES
from services.referral import schemas
from services.referral.answers import InterimStay, NewStay, StayStatus
from services.referral.doors import ASK_FOR_BED, END_STAY, PROLONG_STAY, STAYS
from services.thai.dates import bangkok_day
from services.web.pages.case import over
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day, words

ASK, PROLONG, END = schemas.AskForBed(), schemas.ProlongStay(), schemas.EndStay()
SHOWN = 30
USUAL = {"days": 3}

blueprint = Blueprint("stay", __name__)


@blueprint.route("/cases/<uuid:case_id>/stay", methods=["GET", "POST"])
@gate.roles(*STAFF)
def ask(case_id: UUID) -> Response:
    """Which bed, for how many nights; the centre's own province first."""
    about = {"case_id": str(case_id)}
    case = lookup.case(str(case_id))
    if stopped := over.instead(case):
        return stopped
    staying, free = STAYS.of(**about, status="open", limit=1), FREE_PLACES.of(path=stays.PATH, limit=SHOWN)
    found = doors.together(staying, free)
    open_stays, beds = found[staying], found[free]
    form = Form(ASK, USUAL, fixed=about, draft=later("A bed for tonight"), case_id=str(case_id))
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                asked = doors.tell(ASK_FOR_BED, form.body, at=at, seconds=20.0)
                return frame.done(_what_became_of(asked), "pages.case.overview", case_id=case_id)
    known = beds["items"] if beds else []
    stay = open_stays["items"][0] if open_stays and open_stays["items"] else None
    return frame.page(
        "stay/ask.html", case=case, form=form, stay=stay, missing=beds is None, most=stays.DAYS_MOST,
        beds=sorted(known, key=lambda bed: _near_first(bed, case)),
        programmes=lookup.programmes([stay["programme_id"]] if stay else []),
    )  # fmt: skip


def _near_first(bed: FreeProgramme, case: Case) -> tuple[bool, str]:
    return bed["province"] != case["centre"], bed["partner"]


def _what_became_of(stay: NewStay) -> str:
    if stay["status"] == "refused":
        return _("No bed was free any more. Choose another place.")
    if stay["status"] == "asked":
        return _("The bed is still being reserved. Look again in a moment.")
    return _("The bed is held until %(day)s.") % {"day": last_day(stay["until"])}


def last_day(until: str) -> str:
    """The day on which the person leaves at the latest."""
    return day((bangkok_day(moment(until)) - timedelta(days=1)).isoformat())


@blueprint.route("/stays/<uuid:stay_id>/prolong", methods=["GET", "POST"])
@gate.roles(*STAFF)
def prolong(stay_id: UUID) -> Response:
    return _change(stay_id, PROLONG_STAY, Form(PROLONG, fixed={"stay_id": str(stay_id)}))


@blueprint.route("/stays/<uuid:stay_id>/end", methods=["GET", "POST"])
@gate.roles(*STAFF)
def end(stay_id: UUID) -> Response:
    return _change(stay_id, END_STAY, Form(END, fixed={"stay_id": str(stay_id)}))


def _change(stay_id: UUID, door: CommandDoor[StayStatus], form: Form) -> Response:
    stay = _stay(stay_id)
    case = lookup.case(stay["case_id"])
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                body: Body = form.body
                changed = doors.tell(door, body, at=at)
                said = (
                    _("The stay is over; the bed is free again.")
                    if changed["status"] == "ended"
                    else _("The bed is held until %(day)s.") % {"day": last_day(changed["until"])}
                )
                return frame.done(said, "pages.case.overview", case_id=case["case_id"])
    nights = (bangkok_day(moment(stay["until"])) - date.fromisoformat(stay["first"])).days - 1
    return frame.page(
        "stay/change.html", case=case, stay=stay, form=form, ending=door == END_STAY, nights=nights,
        most=stays.DAYS_MOST, leavings=words("stay_leaving"), last=last_day(stay["until"]),
        programmes=lookup.programmes([stay["programme_id"]]),
    )  # fmt: skip


def _stay(stay_id: UUID) -> InterimStay:
    found = doors.ask(STAYS.of(stay_id=str(stay_id), limit=1))["items"]
    if not found:
        raise NotFound("stay")
    return found[0]
