"""A draft of rules: what the linter says, what it would have changed, and who adopts it."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response

from services.screening.answers import WholeDraft
from services.screening.doors import ADOPT_DRAFT, DRAFT, TRIAL, TRY_DRAFT
from services.screening.schemas import AdoptDraft, TryDraft
from services.web.gateway import vocabulary
from services.web.pages.frame import doors, frame, gate, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import people
from services.web.pages.parts.language import _, later
from services.web.pages.rules import breakdown, editing, findings, rows, terms
from services.web.pages.rules.book import EDITORS, READERS
from services.web.pages.rules.parts import PARTS, Part

ADOPTERS = ("director", "rule_keeper")
CASES_SHOWN = 100

blueprint = Blueprint("rule_drafts", __name__)


@blueprint.get("/rules/drafts/<uuid:draft_id>")
@gate.roles(*READERS)
def show(draft_id: UUID) -> Response:
    """Row by row, with what the linter says beside each, and the way to change it."""
    opened = editing.opened(draft_id)
    found = opened.whole
    people.look_up(user for user in (found["saved_by"], found["asked_by"]) if user)
    role = visit.caller().role
    may_edit = role in EDITORS and not found["adopted"]
    shown = [
        Shown(
            of,
            may_edit and opened.may_change(of),
            [
                (key, editing.name_of(of, key, opened), editing.summary(of, row, opened))
                for key, row in rows.list_rows(of, opened.documents[of.document])
            ],
        )
        for of in PARTS.values()
        if of.document in found["content"] or (may_edit and opened.may_change(of))
    ]
    return frame.page(
        "rules/draft.html", found=found, shown=shown, book=found["content"].get("screening"),
        steps=found["content"].get("procedure"), procedure_in_words=terms.in_words,
        warned=findings.warnings(found["lint"], opened.book, opened.words), may_edit=may_edit,
        may_adopt=role in ADOPTERS and not found["adopted"],
    )  # fmt: skip


class Shown(NamedTuple):
    """One part of a document: its rows as (key, name, [(what, in words)])."""

    of: Part
    may_change: bool
    rows: list[tuple[str, str, list[tuple[str, str]]]]


@blueprint.route("/rules/drafts/<uuid:draft_id>/trial", methods=["GET", "POST"])
@gate.roles(*EDITORS)
def begin_trial(draft_id: UUID) -> Response:
    found = doors.ask(DRAFT.of(draft_id=str(draft_id)))
    form = Form(TryDraft(), fixed={"draft_id": str(draft_id)})
    if form.sent and form.load():
        with form.catching():
            asked = doors.tell(TRY_DRAFT, form.body)
            return frame.done(_("The trial has begun."), ".trial", trial_id=asked["trial_id"])
    return frame.page("rules/try.html", form=form, found=found)


@blueprint.get("/rules/trials/<uuid:trial_id>")
@gate.roles(*READERS)
def trial(trial_id: UUID) -> Response:
    """How far it is, or what it came to, for whom; each look lets it go on."""
    found = doors.ask(TRIAL.of(trial_id=str(trial_id)), 30.0)
    behind = breakdown.behind(found)
    shown = behind.cases[:CASES_SHOWN]
    return frame.page(
        "rules/trial.html", found=found, tables=breakdown.tables(found), behind=behind, shown=shown,
        cases=lookup.cases(each["case_id"] for each in shown), own=bool(found["cases"]), way_of=breakdown.way_of,
        leaves_out=breakdown.leaves_out(found),
    )  # fmt: skip


@blueprint.route("/rules/drafts/<uuid:draft_id>/adopt", methods=["GET", "POST"])
@gate.roles(*ADOPTERS)
def adopt(draft_id: UUID) -> Response:
    found: WholeDraft = doors.ask(DRAFT.of(draft_id=str(draft_id)))
    values = {"reason": found["reason"]} if found["reason"] else {}
    form = Form(AdoptDraft(), values, fixed={"draft_id": str(draft_id)})
    if form.sent and form.load():
        with form.catching():
            answer = doors.tell(ADOPT_DRAFT, form.body)
            vocabulary.forget()
            said = WAITING if "waiting_for" in answer else ADOPTED
            return frame.done(_(said), ".show", draft_id=draft_id)
    return frame.page("rules/adopt.html", form=form, found=found)


WAITING = later(
    "You adopt it. It counts once a second person does: another centre's director, or the rule keeper."
)
ADOPTED = later("The rules are adopted.")
