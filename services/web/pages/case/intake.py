"""Open a case: the danger gate first, then one short page."""

from uuid import uuid4

from flask import Blueprint, Response, redirect, url_for
from marshmallow import Schema, fields
from marshmallow.validate import OneOf
from werkzeug.wrappers import Response as Answer

from services.codes import DANGERS, FIRST_HELP
from services.codes.access import STAFF
from services.intake.answers import Acquaintance
from services.intake.doors import KNOWN, OPEN_CASE
from services.intake.schemas import OpenCase
from services.kernel.envelope import ALL_CENTRES
from services.kernel.questions import Body, Json
from services.web.pages.frame import doors, drafts, frame, gate, inputs, lookup, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import activities, days, places
from services.web.pages.parts.language import _, later

OPEN = OpenCase()


class Copied(Schema):
    """What a form on paper says first."""

    danger = fields.String(required=True, validate=OneOf(DANGERS))
    happened_on = fields.String(required=True)


COPIED = Copied()
DOMICILE_ROWS = 2
FOUND = "found.subdistrict"
UNKNOWN, NO_DANGER = "unknown", "none"
# What nobody said is not known: no answer is chosen for anybody.
PRESET = {"channel": UNKNOWN, "person": dict.fromkeys(("sex", "nationality"), UNKNOWN)}
IDENTITY = "person.identity_status"
TOLD = ("person.name.first", "person.name.last", "person.national_id")  # by the person, not checked yet
WARNINGS = {
    "wrong_check_digit": later(
        "The check digit of the identity number does not fit: look at the number again."
    ),
    "no_citizen_number": later(
        "The identity number is kept as it was typed: it is no number of 13 digits. Look at it again."
    ),
    "found_outside_province": later("The person was found outside the centre's province."),
}

blueprint = Blueprint("intake", __name__)


@blueprint.get("/cases/new")
@gate.roles(*STAFF)
def danger() -> Response:
    return _gate()


@blueprint.route("/cases/new/paper", methods=["GET", "POST"])
@gate.roles(*STAFF)
def paper() -> Answer:
    """Copying a form that was filled in on paper: the day of which it tells and the danger first, then the same page as
    always, with that day."""
    form = Form(COPIED)
    if form.sent:
        form.load()
        inputs.happened(form)
        if not form.errors:
            told = {name: form.value(name).strip() for name in ("danger", "happened_on")}
            return redirect(visit.link(".person", draft=uuid4().hex, **told), 303)
    return frame.page("intake/paper.html", form=form)


@blueprint.route("/cases/new/person", methods=["GET", "POST"])
@gate.roles(*STAFF)
def person() -> Response:
    """One page for all that is needed to open a case; `find` looks up the place and keeps what was typed."""
    found_danger = query.text("danger", 40)
    if found_danger not in DANGERS:
        return _gate(422 if query.asks() else 200, choose=True)
    centres = tuple(centre for centre in visit.caller().centres if centre != ALL_CENTRES)
    fixed = {"danger": found_danger} | ({"centre": centres[0]} if len(centres) == 1 else {})
    read = {"person.birth_date": days.birth_reader("person.birth_date"), FOUND: places.read}
    first = PRESET | {"happened_on": query.text("happened_on", 40)}
    form = Form(OPEN, first, fixed=fixed, read=read, draft=later("Open a case"))
    found = inputs.options(form, FOUND)
    known: list[Acquaintance] = []
    nothing = False
    guessed = form.sent and not form.value(IDENTITY)
    if form.sent and not form.value("find"):
        at = inputs.happened(form)
        inputs.settle(form, FOUND, found)
        for name in ("channel", *(f"person.{part}" for part in PRESET["person"])):
            if not form.value(name):
                form.put(name, UNKNOWN)
        if guessed:
            form.put(IDENTITY, _identity(form))
        if form.load():
            known = _known(form)
        nothing = found_danger == NO_DANGER and not _says(form.body, fixed) and not form.value("nothing")
        if not form.errors and not known and not nothing:
            with form.catching():
                opened = doors.tell(OPEN_CASE, form.body, at=at)
                said = [_("Case %(number)s is open.") % {"number": opened["case_number"]}]
                said += [_(WARNINGS[each]) for each in opened["warnings"] if each in WARNINGS]
                return frame.done("\n".join(said), "pages.case.overview", case_id=opened["case_id"])
    if guessed:  # nobody chose it: what is typed next may say otherwise
        form.put(IDENTITY, "")
    return frame.page(
        "intake/person.html", form=form, places=found, danger=found_danger, first_help=FIRST_HELP,
        rows=DOMICILE_ROWS, activities=_activities(fixed.get("centre")),
        known=known, nothing=nothing, centres=centres, provinces=places.provinces(),
    )  # fmt: skip


def _identity(form: Form) -> str:
    """How well it is known who the person is, where nobody chose an answer: by what was typed of them."""
    if any(form.value(name).strip() for name in TOLD):
        return "claimed"
    return "partial" if form.value("person.name.alias").strip() else UNKNOWN


def _activities(centre: Json) -> list[tuple[str, str]]:
    """[(id, label)] of what the centre did lately, from which the person may have come."""
    latest = lookup.activities(centre if isinstance(centre, str) else None)
    return [(each["outreach_id"], activities.called(each)) for each in latest]


def _says(body: Json, fixed: Body) -> bool:
    """Whether anything is said about the person or where they come from: somebody pressed the button for more than to
    see what comes next."""
    if isinstance(body, dict):
        return any(_says(part, {}) for name, part in body.items() if name not in fixed)
    if isinstance(body, list):
        return any(_says(part, {}) for part in body)
    return body not in (None, "", UNKNOWN)


def _known(form: Form) -> list[Acquaintance]:
    """Who in the centre may be this person, unless all of them were shown with the form that was sent."""
    opening = doors.id_of(OPEN_CASE)
    asked = KNOWN.of(centre=form.body.get("centre"), person=form.body.get("person"), opening=opening)
    found: list[Acquaintance] = []
    with form.catching():
        found = doors.ask(asked)["items"]
    shown = form.value("known").split()
    return [] if all(each["case_id"] in shown for each in found) else found


def _gate(status: int = 200, choose: bool = False) -> Response:
    """Each case that is begun here has an address, and so a draft, of its own."""
    unfinished = drafts.unfinished(url_for(".person"))
    return frame.page(
        "intake/danger.html", status, first_help=FIRST_HELP, choose=choose, unfinished=unfinished, new=uuid4().hex,
    )  # fmt: skip
