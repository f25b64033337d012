"""The registry kept true: correcting, confirming and retiring, and whom to call again."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from services.codes import KIND_OF_PATH
from services.codes.access import READERS, STAFF
from services.codes.details import OF_PARTNER, OF_PROGRAMME, Detail
from services.codes.registry import OWN_FIELDS, PARTNER_FIELDS
from services.codes.rules import RULES
from services.kernel.errors import Forbidden, NotFound
from services.kernel.questions import CommandDoor, Json
from services.partners import schemas
from services.partners.answers import (
    Changed,
    Partner,
    Programme,
    Proposed,
    Rules,
)
from services.partners.doors import (
    CONFIRM_PARTNER,
    CONFIRM_PROGRAMME,
    CORRECT_PARTNER,
    CORRECT_PROGRAMME,
    HISTORY,
    PARTNER,
    PARTNERS,
    REOPEN_PARTNER,
    REOPEN_PROGRAMME,
    RETIRE_PARTNER,
    RETIRE_PROGRAMME,
    WHAT_IF,
)
from services.web.pages.frame import doors, frame, gate, inputs, papers, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner import details, filters
from services.web.pages.partner.changes import WAYS, in_words, what_of
from services.web.pages.partner.effects import ASKED, NAMED, effects
from services.web.pages.partner.partners import READ, choices, programme_of, waits
from services.web.pages.parts import people, places
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import province

SHOWN = 25
MAY_KEEP = (*STAFF, "partner")
MAY_READ_HISTORY = (*READERS, "partner")
TYPED = [
    name for name in PARTNER_FIELDS if name not in ("rules", "network_id")
]  # those have a page of their own

blueprint = Blueprint("registry", __name__)

RETIRE: Mapping[str, tuple[CommandDoor[Changed | Proposed], CommandDoor[Changed | Proposed]]] = {
    "retire": (RETIRE_PARTNER, RETIRE_PROGRAMME),
    "reopen": (REOPEN_PARTNER, REOPEN_PROGRAMME),
}


def outcome(done: Changed | Proposed, text: str) -> str:
    """What came of a change: it is made, or waits for the centre that keeps the partner."""
    if "waiting_for" in done:
        return waits(done["waiting_for"])
    if "places_held" in done["warnings"]:
        text += " " + _(
            "Referrals still hold places there: what is under way goes on, and somebody should look at it."
        )
    return text


def partner_of(partner_id: UUID) -> Partner:
    """A partner's own account finds its own only."""
    if visit.caller().partner_id not in (None, str(partner_id)):
        raise Forbidden("A partner's account is for its own partner only.")
    return doors.ask(PARTNER.of(partner_id=str(partner_id)))


@blueprint.route("/partners/<uuid:partner_id>/correct", methods=["GET", "POST"])
@gate.roles(*MAY_KEEP)
def correct(partner_id: UUID) -> Response:
    """Only what was typed otherwise is sent. A partner's own account corrects its contact."""
    partner = partner_of(partner_id)
    fields = OWN_FIELDS if visit.caller().partner_id else TYPED
    asked = {code: detail for code, detail in OF_PARTNER.items() if code in fields}
    values = {name: value for name, value in partner.items() if name in TYPED}
    form = Form(
        schemas.CorrectPartner(exclude=("rules", "network_id")),
        {**values, **details.as_typed(asked, partner["details"])}, fixed={"partner_id": str(partner_id)},
        read={"subdistrict": places.read, **details.readers(asked)}, version=partner["version"],
        draft=later("Correct a partner"),
    )  # fmt: skip
    found = inputs.options(form, "subdistrict")
    searching = bool(form.value("find"))
    if form.sent and not searching:
        inputs.settle(form, "subdistrict", found)
        form.load()
        contact = {way: form.value(f"contact.{way}").strip() for way in WAYS}
        form.body["contact"] = {
            way: text for way, text in contact.items() if text != (partner["contact"].get(way) or "")
        }
        changes: dict[str, Json] = {
            name: value
            for name, value in form.body.items()
            if name in fields and name in values and value not in (None, {}) and value != values[name]
        }
        if not form.errors:
            changes |= details.changes(asked, form, partner["details"])
        if not form.errors and not changes:
            return frame.done(_("Nothing was changed."), "pages.partners.show", partner_id=partner_id)
        if not form.errors:
            with form.catching():
                body = {"partner_id": str(partner_id), "reason": form.body.get("reason"), **changes}
                done = doors.tell(CORRECT_PARTNER, body, if_match=form.version)
                text = outcome(done, _("The correction is saved."))
                return frame.done(text, "pages.partners.show", partner_id=partner_id)
    return frame.page(
        "partners/correct.html", form=form, partner=partner, fields=fields, places=found, details=asked,
        provinces=places.provinces(),
    )  # fmt: skip


@blueprint.route(
    "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/correct", methods=["GET", "POST"]
)
@gate.roles(*STAFF)
def correct_programme(partner_id: UUID, programme_id: UUID) -> Response:
    partner = partner_of(partner_id)
    programme = programme_of(partner, str(programme_id))
    form, shown = _form_of(programme), None
    loaded = form.sent and form.load(papers.typed(form, "rules.documents"))
    if form.sent and form.value(ASKED):
        shown = effects(
            form, lambda rules: WHAT_IF.of(programme_id=programme["programme_id"], rules=rules, limit=NAMED)
        )
    elif loaded:
        told = form.data["changes"]
        changes = {name: form.body[name] for name in ("name", "path") if told[name] != programme[name]}
        if unordered(told.get("rules", {})) != unordered(programme["rules"]):
            changes["rules"] = form.body.get("rules", {})
        changes |= details.changes(asked_of(programme), form, programme["details"])
        if not changes:
            return frame.done(_("Nothing was changed."), "pages.partners.show", partner_id=partner_id)
        with form.catching():
            body = {"programme_id": str(programme_id), "reason": form.body["reason"], **changes}
            done = doors.tell(CORRECT_PROGRAMME, body, if_match=form.version)
            text = outcome(done, _("The correction is saved."))
            return frame.done(text, "pages.partners.show", partner_id=partner_id)
    return frame.page(
        "partners/correct_programme.html", form=form, partner=partner, programme=programme, rules=RULES,
        choices=choices, effects=shown, details=asked_of(programme),
    )  # fmt: skip


def unordered(rules: Any) -> Any:
    """Boxes are sent in the order of the form, whatever the order in which the rules were told."""
    match rules:
        case dict():
            return {name: unordered(value) for name, value in rules.items()}
        case list():
            return set(rules)
    return rules


def asked_of(programme: Programme) -> Mapping[str, Detail]:
    """The details that a programme may have: only one of work has what the work is."""
    works = KIND_OF_PATH.get(programme["path"]) == "work"
    return {
        code: each
        for code, each in OF_PROGRAMME.items()
        if works or not each.of_work or code in programme["details"]
    }


def _form_of(programme: Programme) -> Form:
    """A programme as it stands, in a form."""
    asked = asked_of(programme)
    values = {"name": programme["name"], "path": programme["path"], **as_typed(programme["rules"])}
    return Form(
        schemas.CorrectProgramme(), values | details.as_typed(asked, programme["details"]),
        fixed={"programme_id": programme["programme_id"]}, read={**READ, **details.readers(asked)},
        version=programme["version"], draft=later("Correct a programme"),
    )  # fmt: skip


def as_typed(rules: Rules) -> Any:
    """Rules as their form shows them."""
    shown = dict(rules.items())
    if home := rules.get("domicile"):
        shown["domicile"] = {**home, "provinces": ", ".join(map(province, home["provinces"]))}
    return {"rules": shown, papers.OTHERS: papers.others(rules.get("documents", ()))}


@blueprint.post("/partners/<uuid:partner_id>/confirmed")
@gate.roles(*MAY_KEEP)
def confirmed(partner_id: UUID) -> Response:
    """One tap: the contact is still so."""
    done = doors.tell(CONFIRM_PARTNER, {"partner_id": str(partner_id), "what": ["contact"]})
    return back(outcome(done, _("It is noted that the contact is still right.")), partner_id)


@blueprint.post("/partners/<uuid:partner_id>/confirmed/details")
@gate.roles(*MAY_KEEP)
def details_confirmed(partner_id: UUID) -> Response:
    """One tap: all its other details are still so, as far as whoever says it may say so."""
    may = OWN_FIELDS if visit.caller().partner_id else PARTNER_FIELDS
    done = doors.tell(
        CONFIRM_PARTNER, {"partner_id": str(partner_id), "what": [each for each in OF_PARTNER if each in may]}
    )
    return back(outcome(done, _("It is noted that the details are still right.")), partner_id)


@blueprint.post(
    "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/confirmed/<any(rules,capacity,details):what>"
)
@gate.roles(*MAY_KEEP)
def programme_confirmed(partner_id: UUID, programme_id: UUID, what: str) -> Response:
    """One tap: its rules, its places or its other details are still so."""
    fields = [*OF_PROGRAMME] if what == "details" else [what]
    done = doors.tell(CONFIRM_PROGRAMME, {"programme_id": str(programme_id), "what": fields})
    text = {
        "capacity": _("The places are confirmed."),
        "rules": _("It is noted that the conditions still hold."),
        "details": _("It is noted that the details are still right."),
    }[what]
    return back(outcome(done, text), partner_id)


def back(text: str, partner_id: UUID) -> Response:
    """To the list of calls, if that is where the button stood."""
    origin = urlsplit(request.form.get("from", ""))
    if origin.path == url_for(".stale"):
        return frame.done(text, ".stale", **dict(parse_qsl(origin.query)))
    return frame.done(text, "pages.partners.show", partner_id=partner_id)


@blueprint.route("/partners/<uuid:partner_id>/<any(retire,reopen):action>", methods=["GET", "POST"])
@gate.roles(*STAFF)
def retire(partner_id: UUID, action: str) -> Response:
    partner = partner_of(partner_id)
    door, _of_programme = RETIRE[action]
    return _retire(
        partner, partner["name"], action, door, {"partner_id": str(partner_id)}, partner["version"]
    )


@blueprint.route(
    "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/<any(retire,reopen):action>",
    methods=["GET", "POST"],
)
@gate.roles(*STAFF)
def retire_programme(partner_id: UUID, programme_id: UUID, action: str) -> Response:
    partner = partner_of(partner_id)
    programme = programme_of(partner, str(programme_id))
    _of_partner, door = RETIRE[action]
    fixed = {"programme_id": str(programme_id)}
    return _retire(partner, programme["name"], action, door, fixed, programme["version"])


def _retire(
    partner: Partner,
    name: str,
    action: str,
    door: CommandDoor[Changed | Proposed],
    fixed: Mapping[str, str],
    version: int,
) -> Response:
    of_partner = "partner_id" in fixed
    schema = {
        ("retire", True): schemas.RetirePartner, ("retire", False): schemas.RetireProgramme,
        ("reopen", True): schemas.ReopenPartner, ("reopen", False): schemas.ReopenProgramme,
    }[action, of_partner]  # fmt: skip
    called = later("Retire a partner or programme") if action == "retire" else later("Take up again")
    form = Form(schema(), fixed=fixed, version=version, draft=called)
    if form.sent and form.load():
        with form.catching():
            done = doors.tell(door, form.body, if_match=form.version)
            text = _("It is retired.") if action == "retire" else _("It is taken up again.")
            return frame.done(outcome(done, text), "pages.partners.show", partner_id=partner["partner_id"])
    return frame.page(
        "partners/retire.html", form=form, partner=partner, name=name, action=action, of_partner=of_partner
    )


@blueprint.get("/partners/<uuid:partner_id>/history")
@gate.roles(*MAY_READ_HISTORY)
def history(partner_id: UUID) -> Response:
    partner, cursor = partner_of(partner_id), query.cursor()
    found = doors.ask(HISTORY.of(partner_id=str(partner_id), limit=SHOWN, cursor=cursor))
    people.look_up(each["by"] for each in found["items"])
    here = visit.link(".history", partner_id=partner_id)
    return frame.page(
        "partners/history.html", partner=partner,
        items=[(each, what_of(each, each["fields"]), in_words(each)) for each in found["items"]],
        following=visit.link(".history", partner_id=partner_id, cursor=found["next"]) if found["next"] else None,
        first=here if cursor else None,
    )  # fmt: skip


@blueprint.get("/registry/stale")
@gate.roles(*STAFF)
def stale() -> Response:
    """Whom to call, because something was confirmed too long ago, or will have been by a day that was asked for: of the
    partners that the user's centre keeps."""
    asked, here = calls_asked()
    cursor = query.cursor()
    found = doors.ask(PARTNERS.of(**asked, limit=SHOWN, cursor=cursor))
    return frame.page(
        "partners/stale.html", partners=found["items"], form=Form(sent=False), filters=here,
        all=visit.link(".stale", centre=asked["kept_by"]), file=visit.link("pages.registry_files.stale_csv", **here),
        following=visit.link(".stale", **here, cursor=found["next"]) if found["next"] else None,
        first=visit.link(".stale", **here) if cursor else None,
    )  # fmt: skip


def calls_asked() -> tuple[dict[str, Json], dict[str, str | None]]:
    """What of the registry is to be called for, as partners takes it and as the address has it."""
    centre, here = centre_asked(), filters.read()
    here.pop("kept_by", None)
    return {"stale": "any", **filters.body_of(here), "kept_by": centre}, {**here, "centre": centre}


def centre_asked() -> str | None:
    """The one that `?centre=` names, else the user's own first; NotFound for one that is not the user's."""
    own = [centre for centre in visit.caller().centres if centre != "*"]
    centre = query.text("centre", query.ID) or (own[0] if own else None)
    if centre is not None and not visit.caller().sees(centre):
        raise NotFound("centre")
    return centre
