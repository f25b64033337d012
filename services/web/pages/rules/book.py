"""Versions of the rules, and one of them with the law beside each row."""

from flask import Blueprint, Response, request

from services.codes.access import FIGURE_READERS
from services.kernel.envelope import instant
from services.screening.doors import DRAFT_RULES, DRAFTS, RULEBOOK, RULES
from services.screening.schemas import DraftRules
from services.web import gateway
from services.web.formats import rulebooks
from services.web.pages.frame import doors, files, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.facts import in_language
from services.web.pages.parts.language import _
from services.web.pages.rules import terms
from services.web.store import announcements, notices

READERS = (*FIGURE_READERS, "admin")
EDITORS = ("worker", "director", "rule_keeper")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

blueprint = Blueprint("rulebooks", __name__)


@blueprint.get("/rules")
@gate.roles(*READERS)
def listing() -> Response:
    """What counts, what will, what counted; and the drafts that nobody adopted yet."""
    found = doors.ask(RULES.of())["items"]
    drafts = [each for each in doors.ask(DRAFTS.of())["items"] if not each["adopted"]]
    people.look_up(user for each in found for user in each["adopted_by"])
    people.look_up(user for each in drafts for user in (each["saved_by"], each["asked_by"]) if user)
    editing = visit.caller().role in EDITORS
    return frame.page(
        "rules/listing.html",
        versions=found,
        drafts=drafts,
        may_edit=editing,
        holidays_end=days.holidays_end(),
    )


@blueprint.post("/rules/read")
@gate.roles(*READERS)
def read() -> Response:
    """The user has read of the versions that the form names; names of none are nothing."""
    there = {each["rules_version"] for each in doors.ask(RULES.of())["items"]}
    runtime, sent = gateway.runtime(), request.form.getlist("rules_version")
    with runtime.database.write() as db:
        announcements.record(db, visit.caller().user, there.intersection(sent), instant(runtime.now()))
        notices.read_kind(db, visit.caller().user, "rules_adopted", instant(runtime.now()))
    return frame.done(_("It is noted that you have read it."), "pages.home")


@blueprint.get("/rules/<rules_version>")
@gate.roles(*READERS)
def show(rules_version: str) -> Response:
    found = doors.ask(RULEBOOK.of(rules_version=rules_version))
    people.look_up(found["adopted_by"])
    editing = visit.caller().role in EDITORS
    return frame.page(
        "rules/show.html",
        found=found,
        in_language=in_language,
        may_edit=editing,
        procedure_in_words=terms.in_words,
    )


@blueprint.get("/rules/<rules_version>/songtor-rules.xlsx")
@gate.roles(*READERS)
def as_xlsx(rules_version: str) -> Response:
    """The whole version as tables for a spreadsheet."""
    made = rulebooks.as_xlsx(doors.ask(RULEBOOK.of(rules_version=rules_version)))
    return files.download(made, XLSX, f"songtor-rules-{rules_version}.xlsx")


@blueprint.route("/rules/<rules_version>/draft", methods=["GET", "POST"])
@gate.roles(*EDITORS)
def begin(rules_version: str) -> Response:
    """A draft that begins as this version is."""
    found = doors.ask(RULEBOOK.of(rules_version=rules_version))
    form = Form(DraftRules(), fixed={"based_on": found["rules_version"]})
    if form.sent and form.load():
        with form.catching():
            answer = doors.tell(DRAFT_RULES, form.body)
            return frame.done(_("The draft is saved."), "pages.rule_drafts.show", draft_id=answer["draft_id"])
    return frame.page("rules/begin.html", form=form, found=found)
