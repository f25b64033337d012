"""What holds for all programmes of an organisation: its own conditions, and the network whose conditions hold too."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import STAFF
from services.codes.rules import RULES
from services.kernel.questions import Json
from services.partners import schemas
from services.partners.answers import Partner
from services.partners.doors import CONFIRM_PARTNER, CORRECT_PARTNER, PARTNER, PARTNERS, WHAT_IF_OF_ALL
from services.web.pages.frame import doors, frame, gate, papers
from services.web.pages.frame.forms import Form
from services.web.pages.partner.effects import ASKED, NAMED, effects
from services.web.pages.partner.keeping import as_typed, back, outcome, unordered
from services.web.pages.partner.partners import READ, choices
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import province

FOUND = 10  # networks of which one is chosen

blueprint = Blueprint("holding", __name__)


@blueprint.route("/partners/<uuid:partner_id>/rules", methods=["GET", "POST"])
@gate.roles(*STAFF)
def rules(partner_id: UUID) -> Response:
    """The network is typed by its name; where several have it, one is chosen."""
    partner = doors.ask(PARTNER.of(partner_id=str(partner_id)))
    form = _form_of(partner)
    shown, networks = None, list[tuple[str, str]]()
    if form.sent:
        form.load(papers.typed(form, "rules.documents"))
        networks = _networks(form, partner)
        if form.value(ASKED):
            shown = effects(
                form, lambda rules: WHAT_IF_OF_ALL.of(partner_id=str(partner_id), rules=rules, limit=NAMED)
            )
        elif not form.errors:
            changes = _changes(form, partner)
            if not changes:
                return frame.done(_("Nothing was changed."), "pages.partners.show", partner_id=partner_id)
            with form.catching():
                body = {"partner_id": str(partner_id), "reason": form.body.get("reason"), **changes}
                done = doors.tell(CORRECT_PARTNER, body, if_match=form.version)
                text = outcome(done, _("The correction is saved."))
                return frame.done(text, "pages.partners.show", partner_id=partner_id)
    return frame.page(
        "partners/holding.html", form=form, partner=partner, rules=RULES, choices=choices, effects=shown,
        networks=networks if len(networks) > 1 else [],
    )  # fmt: skip


@blueprint.post("/partners/<uuid:partner_id>/confirmed/rules")
@gate.roles(*STAFF)
def confirmed(partner_id: UUID) -> Response:
    """One tap: what holds for all of it is still so."""
    done = doors.tell(CONFIRM_PARTNER, {"partner_id": str(partner_id), "what": ["rules"]})
    return back(outcome(done, _("It is noted that the conditions still hold.")), partner_id)


def _form_of(partner: Partner) -> Form:
    network = partner["network"]["name"] if partner["network"] else ""
    return Form(
        schemas.CorrectPartner(only=("partner_id", "rules", "network_id", "reason")),
        {**as_typed(partner["rules"]), "network": network, "network_id": partner["network_id"]},
        fixed={"partner_id": str(partner["partner_id"])}, read=READ, version=partner["version"],
        draft=later("What holds for all programmes"), where=partner["name"],
    )  # fmt: skip


def _changes(form: Form, partner: Partner) -> dict[str, Json]:
    told: dict[str, Json] = {}
    wanted = form.body.get("rules") or {}
    if unordered(wanted) != unordered(partner["rules"]):
        told["rules"] = wanted
    if (form.body.get("network_id") or None) != partner["network_id"]:
        told["network_id"] = form.body.get("network_id") or ""
    return told


def _networks(form: Form, partner: Partner) -> list[tuple[str, str]]:
    """[(id, name)] that may be meant; the form's `network_id` is the one that was named or chosen."""
    name = form.value("network").strip()
    if not name:
        form.body["network_id"] = None
        return []
    if partner["network"] and name == partner["network"]["name"]:
        form.body["network_id"] = partner["network_id"]
        return []
    found = doors.ask(PARTNERS.of(q=name[:200], limit=FOUND))["items"]
    exact = [each for each in found if each["name"] == name] or found
    options = [(each["partner_id"], f"{each['name']} ({province(each['province'])})") for each in exact]
    chosen = options[0][0] if len(options) == 1 else form.value("network_id")
    if chosen not in [each for each, _name in options]:
        form.add({"network_id" if options else "network": [_NOT_CHOSEN if options else _NOT_FOUND]})
    form.body["network_id"] = chosen
    return options


_NOT_FOUND, _NOT_CHOSEN = "No such partner is registered.", "Missing data for required field."
