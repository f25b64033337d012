"""Keys of a partner's own system: made, rotated and revoked by a director of the centre that keeps the partner; listed
for that director and for the partner. A key is shown on the answer that makes it, and nowhere again."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response
from marshmallow import Schema, fields
from marshmallow.validate import Length, OneOf

from services.codes.access import DIRECTOR
from services.codes.keys import LIFETIMES, SCOPES
from services.fields import Words
from services.kernel.errors import Forbidden, NotFound
from services.partners.answers import Partner
from services.partners.doors import PARTNER
from services.web import gateway
from services.web.gateway.request import site
from services.web.identity import api_keys
from services.web.identity.api_keys import Key
from services.web.pages.frame import doors, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import people
from services.web.pages.parts.language import _

NAME_MOST = 80
NOTHING = Schema()
blueprint = Blueprint("keys", __name__)


class MakeKey(Schema):
    name = Words(NAME_MOST, required=True)
    scopes = fields.List(fields.String(validate=OneOf(SCOPES)), required=True, validate=Length(min=1))
    days = fields.Integer(required=True, validate=OneOf(LIFETIMES))


MAKE = MakeKey()


@blueprint.get("/partners/<uuid:partner_id>/keys")
@gate.roles(DIRECTOR, "partner")
def listing(partner_id: UUID) -> Response:
    partner = _partner(partner_id)
    found = _keys(partner)
    people.look_up(who for key in found for who in (key.made_by, key.rotated_by, key.revoked_by))
    return frame.page(
        "keys/listing.html", partner=partner, keys=found, gives=visit.directs(partner["keeper"]),
        fhir=f"{site()}/fhir", form=Form(NOTHING, sent=False),
    )  # fmt: skip


def _keys(partner: Partner) -> list[Key]:
    runtime = gateway.runtime()
    return runtime.read(lambda db: api_keys.list_of(db, partner["partner_id"], runtime.now()))


@blueprint.route("/partners/<uuid:partner_id>/keys/new", methods=["GET", "POST"])
@gate.roles(DIRECTOR)
def make(partner_id: UUID) -> Response:
    partner, form = _given_by_me(partner_id), Form(MAKE, {"days": LIFETIMES[2]})
    if form.sent and form.load():
        data: Any = form.data
        made = api_keys.make(
            gateway.runtime(), form.command, partner["partner_id"], data["name"], data["scopes"], data["days"],
            visit.caller().user,
        )  # fmt: skip
        if made is not None:
            return _shown(partner, data["name"], made)
        form.refused = _(
            "This form made its key already, or the partner has as many as it may. See the list; a key that was not "
            "noted is rotated or revoked there."
        )
    return frame.page(
        "keys/make.html", partner=partner, form=form,
        lifetimes=[(str(days), _("%(num)s days") % {"num": days}) for days in LIFETIMES],
    )  # fmt: skip


@blueprint.post("/partners/<uuid:partner_id>/keys/<key_id>/rotate")
@gate.roles(DIRECTOR)
def rotate(partner_id: UUID, key_id: str) -> Response:
    partner = _given_by_me(partner_id)
    secret = api_keys.rotate(gateway.runtime(), partner["partner_id"], key_id, visit.caller().user)
    [key] = [each for each in _keys(partner) if each.key_id == key_id]
    return _shown(partner, key.name, secret, until=key.before_until)


@blueprint.post("/partners/<uuid:partner_id>/keys/<key_id>/revoke")
@gate.roles(DIRECTOR)
def revoke(partner_id: UUID, key_id: str) -> Response:
    partner = _given_by_me(partner_id)
    api_keys.revoke(gateway.runtime(), partner["partner_id"], key_id, visit.caller().user)
    return frame.done(_("The key opens nothing any more."), ".listing", partner_id=partner_id)


def _shown(partner: Partner, name: str, key: str, until: str | None = None) -> Response:
    return frame.page("keys/shown.html", partner=partner, name=name, key=key, until=until)


def _partner(partner_id: UUID) -> Partner:
    """A director reads of any partner that it has keys; a partner's user of its own alone."""
    own = visit.caller().partner_id
    if own is not None and own != str(partner_id):
        raise NotFound("partner")
    return doors.ask(PARTNER.of(partner_id=str(partner_id)))


def _given_by_me(partner_id: UUID) -> Partner:
    partner = _partner(partner_id)
    if not visit.directs(partner["keeper"]):
        raise Forbidden("The director of the centre that keeps a partner gives its keys.")
    return partner
