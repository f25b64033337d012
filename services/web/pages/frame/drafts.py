"""Drafts of forms: saving and throwing away, and the list of those that wait."""

from typing import NamedTuple

from flask import Blueprint, Response, jsonify, redirect, request

from services.codes.access import STAFF
from services.codes.steps import STEPS
from services.kernel.errors import Refused
from services.web import gateway
from services.web.gateway.problems import Problem
from services.web.pages.frame import forms, frame, gate, visit
from services.web.pages.parts.language import _
from services.web.pages.parts.words import lately, say
from services.web.store import drafts

# By what the drafts that are about no case yet are told apart.
NAMES = ("person.name.first", "person.name.last", "person.name.alias", "name")
FOCUS_MOST = 200
# A draft is kept under the English title of its form.
TITLES = {step.words.en: step.words for step in STEPS.values()}

blueprint = Blueprint("drafts", __name__)


@blueprint.post("/drafts")
@gate.roles(*STAFF)
def save() -> Response:
    """The form as it stands, finished or not; the script asks for JSON {said, seen, note}, a button goes back to the
    form."""
    form_key, runtime = _form_key(), gateway.runtime()
    fields, focus = forms.sent_fields(*forms.OF_DRAFTS), request.form.get("draft.focus", "")[:FOCUS_MOST]
    try:
        saved_at, before = drafts.keep(runtime, form_key, fields, forms.shown_version(), focus)
    except drafts.TooLarge:
        raise Problem(413, "This is more than a draft holds.") from None
    said = _("Draft saved {}").format(lately(saved_at))
    if request.accept_mimetypes.best != "application/json":
        frame.flash(said)
        return redirect(form_key.address, 303)  # type: ignore[return-value]
    note = ""
    if before and before != request.form.get("draft.seen"):
        note = _("It took the place of a draft that another tab or device saved at {}.").format(
            lately(before)
        )
    return jsonify(said=said, seen=saved_at, note=note)


@blueprint.post("/drafts/discard")
@gate.roles(*STAFF)
def discard() -> Response:
    """The form starts anew."""
    form_key, runtime = _form_key(), gateway.runtime()
    with runtime.database.write() as db:
        drafts.drop(runtime, db, form_key.user, form_key.address)
    frame.flash(_("The draft was thrown away."))
    return redirect(form_key.address, 303)  # type: ignore[return-value]


@blueprint.get("/drafts/signed-in")
@gate.roles(*STAFF)
def signed_in() -> Response:
    """For the tab in which somebody signed in again because of a form in another tab."""
    return frame.page("drafts/signed_in.html")


def _form_key() -> drafts.FormKey:
    """Where the draft belongs, as the form says it; somebody who signed in meanwhile on the same device does not get
    it."""
    try:
        form_key = drafts.key_of(gateway.runtime(), request.form.get("draft", ""))
    except drafts.NotOurs:
        raise Problem(400, "This form is too old, or it is not ours.") from None
    if form_key.user != visit.caller().user:
        raise Refused("not_yours", "This form was opened by another user.")
    return form_key


class Unfinished(NamedTuple):
    """A draft in the list: `name` of whom or what it is if it is about no case yet, `where` the partner it is about,
    `saved` when, in words."""

    title: str
    href: str
    case_id: str | None
    name: str
    where: str
    saved: str


def unfinished(path: str | None = None) -> list[Unfinished]:
    """The user's own drafts, the latest first; with `path` of that form only."""
    return [
        Unfinished(
            title=_title(each.place.title),
            href=each.place.address + (f"#{each.focus}" if each.focus else ""),
            case_id=each.place.case_id,
            name=_name(each),
            where=each.place.where,
            saved=lately(each.saved_at),
        )
        for each in drafts.unfinished(gateway.runtime(), visit.caller().user)
        if path is None or each.place.address.partition("?")[0] == path
    ]


def _title(kept: str) -> str:
    return say(TITLES[kept]) if kept in TITLES else _(kept)


def _name(draft: drafts.Draft) -> str:
    """Of whom or what a draft without a case is, as far as it was typed."""
    if draft.place.case_id:
        return ""
    typed = dict(draft.fields)
    return " ".join(filter(None, (typed.get(name, "").strip() for name in NAMES)))
