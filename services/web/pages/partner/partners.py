"""Partners: search, one partner with its programmes and places, capacity in two taps, registering and offering."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from services.codes import PARTNER_KINDS, sentences
from services.codes.access import ROLES
from services.codes.rules import RULES, Rule
from services.codes.words import Words
from services.kernel.errors import NotFound
from services.partners import schemas
from services.thai import areas
from services.web.pages.frame import doors, frame, gate, inputs, visit
from services.web.pages.frame.forms import Form
from services.web.pages.frame.menu import STAFF
from services.web.pages.parts import freshness, places
from services.web.pages.parts.language import _, current, later
from services.web.pages.parts.words import say

SHOWN = 25

blueprint = Blueprint("partners", __name__)

REGISTER, OFFER, CAPACITY = schemas.RegisterPartner(), schemas.OfferProgramme(), schemas.ConfirmCapacity()


def read_documents(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


READ = {"rules.domicile.provinces": places.read_provinces, "rules.documents": read_documents}


@blueprint.get("/partners")
@gate.roles(*ROLES)
def listing() -> Response:
    """Search by part of a name, province and kind; all stand in the address."""
    given = {name: request.args.get(name, "").strip() for name in ("q", "province", "kind")}
    asked: dict[str, Any] = {name: text for name, text in given.items() if text}
    if asked.get("kind") not in PARTNER_KINDS:
        asked.pop("kind", None)
    if not areas.is_province(asked.get("province", "")):
        asked.pop("province", None)
    if "q" in asked:
        asked["q"] = asked["q"][:200]
    cursor = request.args.get("cursor") or None
    found = doors.ask("partners", "partners", {**asked, "cursor": cursor, "limit": SHOWN})
    return frame.page(
        "partners/listing.html",
        partners=found["items"],
        asked=asked,
        provinces=places.provinces(),
        following=url_for(".listing", **asked, cursor=found["next"]) if found["next"] else None,
        first=url_for(".listing", **asked) if cursor else None,
        may_write=visit.caller().role in STAFF,
    )


@blueprint.get("/partners/<uuid:partner_id>")
@gate.roles(*ROLES)
def show(partner_id: UUID) -> Response:
    found = doors.ask("partners", "partner", {"partner_id": str(partner_id)})
    return _shown(found)


def _shown(found: Mapping[str, Any], **more: Any) -> Response:
    for each in found["programmes"]:
        each["said"] = sentences.rules_in_words(each["rules"], current())
        each["fresh"] = freshness.freshness(each["places"]["confirmed_at"])
    may_write = visit.caller().role in STAFF
    form = Form(sent=False)
    return frame.page("partners/show.html", partner=found, may_write=may_write, form=form, **more)


@blueprint.route("/partners/register", methods=["GET", "POST"])
@gate.roles(*STAFF)
def register() -> Response:
    """The place found by the search says the province too, unless another was chosen."""
    form = Form(REGISTER, read={"subdistrict": places.read}, draft=later("Register a partner"))
    found = inputs.options(form, "subdistrict")
    searching = bool(form.value("find"))
    if form.sent and not searching:
        inputs.settle(form, "subdistrict", found)
        if areas.is_subdistrict(form.value("subdistrict")) and not form.value("province"):
            form.put("province", areas.province_of(form.value("subdistrict")))
    if form.sent and not searching and form.load():
        with form.catching():
            made = doors.tell("partners", "register_partner", form.body)
            said = _("The partner is registered. Now add what it offers.")
            return frame.done(said, ".offer", partner_id=made["partner_id"])
    return frame.page("partners/register.html", form=form, places=found, provinces=places.provinces())


@blueprint.route("/partners/<uuid:partner_id>/offer", methods=["GET", "POST"])
@gate.roles(*STAFF)
def offer(partner_id: UUID) -> Response:
    partner = doors.ask("partners", "partner", {"partner_id": str(partner_id)})
    form = Form(OFFER, fixed={"partner_id": str(partner_id)}, read=READ, draft=later("Add a programme"))
    if form.sent and form.load():
        with form.catching():
            doors.tell("partners", "offer_programme", form.body)
            return frame.done(_("The programme is offered."), ".show", partner_id=partner_id)
    return frame.page("partners/offer.html", form=form, partner=partner, rules=RULES, choices=choices)


def choices(rule: Rule) -> list[tuple[str, str]]:
    """[(code, label)] of what a rule can ask for."""
    if not rule.options:
        return []
    if not isinstance(rule.says, Words):
        return [(code, say(text)) for code, text in rule.says.items()]
    return [(str(code), rule.options.word(code, current())) for code in rule.choices]


@blueprint.route(
    "/partners/<uuid:partner_id>/programmes/<uuid:programme_id>/capacity", methods=["GET", "POST"]
)
@gate.roles(*STAFF)
def capacity(partner_id: UUID, programme_id: UUID) -> Response:
    """State the places: the numbers that stand, none free, or others."""
    partner = doors.ask("partners", "partner", {"partner_id": str(partner_id)})
    programme = _programme(partner, str(programme_id))
    places = programme["places"]
    values = {"total": places["total"], "free": places["free"]}
    form = Form(CAPACITY, values, fixed={"programme_id": str(programme_id)}, version=programme["version"])
    if form.sent and form.load():
        with form.catching():
            done = doors.tell("partners", "confirm_capacity", form.body, if_match=form.version)
            said = _("The places are confirmed.")
            if done["warnings"]:
                said += " " + _(
                    "Our own referrals hold more places than this leaves: please check with the partner."
                )
            return frame.done(said, ".show", partner_id=partner_id)
    return frame.page("partners/capacity.html", form=form, partner=partner, programme=programme)


def _programme(partner: Mapping[str, Any], programme_id: str) -> dict[str, Any]:
    for each in partner["programmes"]:
        if each["programme_id"] == programme_id:
            found: dict[str, Any] = each
            return found
    raise NotFound("programme")
