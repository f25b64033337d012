"""A partner without an account: a standing link, on a sheet to print, by which it says what is free today and sees that
referrals wait for it. Of a person it shows nothing: a sheet on a wall is read by whoever passes."""

from datetime import timedelta
from functools import wraps
from typing import Any, TypedDict
from uuid import UUID

import segno
from flask import Blueprint, Response, g, make_response, redirect, url_for
from marshmallow import Schema

from services.codes import AWAITING_ANSWER
from services.codes.access import STAFF
from services.kernel.envelope import Caller
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Partner
from services.partners.doors import CONFIRM_CAPACITY, MAKE_LINK, PARTNER, REVOKE_LINK, STANDING_LINK
from services.referral.answers import Referral
from services.referral.doors import REFERRALS
from services.web import gateway
from services.web.gateway import calls
from services.web.gateway.calls import Asker, Command, command_id
from services.web.pages.frame import doors, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner import units
from services.web.pages.partner.partners import programme_of, statement
from services.web.pages.parts import people
from services.web.pages.parts.centres import contact
from services.web.pages.parts.language import _
from services.web.store.links import BadLink, Keys

LIFETIME = timedelta(days=366)  # of a sheet: a year after it was printed somebody should look at it again
NOTHING = Schema()

blueprint = Blueprint("standing", __name__)


def _keys() -> Keys:
    return Keys(gateway.runtime().key("standing-link"), "standing-link", LIFETIME)


# -- for the centre that keeps the partner ---------------------------------------------------------------------------


@blueprint.get("/partners/<uuid:partner_id>/standing-link")
@gate.roles(*STAFF)
def show(partner_id: UUID) -> Response:
    """The sheet, with who made it; or how one is made."""
    return _sheet(partner_id, Form(NOTHING, sent=False))


@blueprint.post("/partners/<uuid:partner_id>/standing-link/make")
@gate.roles(*STAFF)
def make(partner_id: UUID) -> Response:
    form = Form(NOTHING)
    with form.catching():
        doors.tell(MAKE_LINK, {"partner_id": str(partner_id)})
        return frame.done(
            _("The link works. Print the sheet for the partner."), ".show", partner_id=partner_id
        )
    return _sheet(partner_id, form)


@blueprint.post("/partners/<uuid:partner_id>/standing-link/revoke")
@gate.roles(*STAFF)
def revoke(partner_id: UUID) -> Response:
    form = Form(NOTHING)
    with form.catching():
        doors.tell(REVOKE_LINK, {"partner_id": str(partner_id)})
        return frame.done(_("The link opens nothing any more."), ".show", partner_id=partner_id)
    return _sheet(partner_id, form)


def _sheet(partner_id: UUID, form: Form) -> Response:
    partner = doors.ask(PARTNER.of(partner_id=str(partner_id)))
    link = doors.ask(STANDING_LINK.of(partner_id=str(partner_id)))
    people.look_up(who for who in (link["made_by"], link["revoked_by"]) if who)
    address = picture = None
    if link["link_id"] and not partner["retired"]:
        token = _keys().token(link["link_id"], partner["partner_id"])
        address = f"{gateway.site()}{url_for('.today', token=token)}"
        code = segno.make(address, error="m")
        picture = gateway.runtime().ports.heavy(lambda: code.svg_data_uri(scale=6, border=2))
    keeps = visit.caller().sees(partner["keeper"])
    return frame.page(
        "standing/sheet.html", partner=partner, link=link, address=address, picture=picture, form=form,
        keeps=keeps, about=contact(partner["keeper"]), poster=address is not None,
    )  # fmt: skip


# -- for the partner -------------------------------------------------------------------------------------------------


class Opened(TypedDict):
    token: str
    partner: Partner


def opened(view: Any) -> Any:
    """A view of a link that works: with its partner, as the link asks for it."""

    @wraps(view)
    @gate.public
    def enter(token: str, **parts: UUID) -> Response:
        g.bare = True
        try:
            link_id, partner_id = _keys().read(token)
            asker = _asker(partner_id)
            link = calls.ask(asker, STANDING_LINK.of(partner_id=partner_id)).answer
            partner = calls.ask(asker, PARTNER.of(partner_id=partner_id)).answer
        except (BadLink, NotFound):
            return _over()
        if link["link_id"] != link_id or partner["retired"]:
            return _over()
        answer: Response = view({"token": token, "partner": partner}, asker, **parts)
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return enter


@blueprint.get("/free-today/<token>")
@opened
def today(link: Opened, asker: Asker) -> Response:
    """What was stated last of each programme, and how many referrals wait for an answer, of which centre."""
    found = calls.ask(asker, REFERRALS.of(limit=LIMIT_MOST)).answer["items"]
    waiting: list[Referral] = [
        row for row in found if "programme_id" in row and row["status"] in AWAITING_ANSWER
    ]
    names = {each["programme_id"]: each["name"] for each in link["partner"]["programmes"]}
    return frame.page(
        "standing/today.html", **link, waiting=waiting, names=names, said=query.flag("said"),
        centres={code: contact(code) for code in sorted({row["centre"] for row in waiting})},
        offered=[each for each in link["partner"]["programmes"] if not each["retired"]],
    )  # fmt: skip


@blueprint.route("/free-today/<token>/<uuid:programme_id>", methods=["GET", "POST"])
@opened
def state(link: Opened, asker: Asker, programme_id: UUID) -> Response:
    programme = programme_of(link["partner"], str(programme_id))
    if programme["retired"]:
        raise NotFound("programme")
    form, apart = statement(programme)
    if form.sent and form.load(units.counted(form) if apart else None):
        with form.catching():
            command = Command(
                command_id(link["partner"]["partner_id"], CONFIRM_CAPACITY.name, form.command),
                if_match=form.version,
            )
            calls.tell(asker, CONFIRM_CAPACITY, form.body, command)
            return make_response(redirect(url_for(".today", token=link["token"], said="yes"), 303))
    return frame.page(
        "standing/state.html",
        **link,
        programme=programme,
        form=form,
        apart=apart,
        lines=units.lines(programme),
    )


def _over() -> Response:
    answer = frame.page("standing/over.html", 403)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _asker(partner_id: str) -> Asker:
    """Towards the services the link is its partner, and nobody else."""
    return Asker(Caller(f"partner-{partner_id}", "partner", (), partner_id))
