"""A director's acts in a colleague's hands for some days: given, seen and ended."""

from uuid import UUID

from flask import Blueprint, Response
from marshmallow import Schema, fields

from services.codes.access import DIRECTOR, STAFF
from services.fields import Words
from services.kernel.envelope import ALL_CENTRES, Caller
from services.kernel.errors import Forbidden
from services.thai import areas
from services.web import gateway
from services.web.identity import accounts, delegations
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days
from services.web.pages.parts.language import _
from services.web.pages.parts.people import look_up, who_exactly
from services.web.pages.parts.words import centre

blueprint = Blueprint("delegations", __name__)


class Delegate(Schema):
    centre = fields.String(required=True)
    to_user = fields.String(required=True)
    first_day = fields.Date(required=True)
    last_day = fields.Date(required=True)
    reason = Words(500, required=True)


DELEGATE = Delegate()


@blueprint.get("/account/delegations")
@gate.roles(*STAFF)
def listing() -> Response:
    """What the user gave and was given."""
    caller = visit.caller()
    rows = delegations.list_of(gateway.runtime(), caller.user)
    look_up([user for row in rows for user in (row.from_user, row.to_user, row.ended_by)])
    return frame.page("account/delegations.html", rows=rows, gives=caller.role == DIRECTOR)


@blueprint.route("/account/delegations/new", methods=["GET", "POST"])
@gate.roles(DIRECTOR)
def give() -> Response:
    """By a director themselves: whoever acts in their place cannot delegate on."""
    caller, runtime = visit.caller(), gateway.runtime()
    if caller.role != DIRECTOR:
        raise Forbidden
    centres = _centres(caller)
    form = Form(
        DELEGATE, {"first_day": days.typed(days.today())}, fixed={"centre": centres[0]} if len(centres) == 1 else {},
    )  # fmt: skip
    if form.sent and form.load():
        with form.catching():
            data = form.data
            delegations.give(
                runtime,
                caller,
                data["centre"],
                data["to_user"],
                data["first_day"],
                data["last_day"],
                data["reason"],
            )
            return frame.done(_("The director's acts are delegated for these days."), ".listing")
    return frame.page(
        "account/delegate.html", form=form, centres=[(code, centre(code)) for code in centres],
        colleagues=_colleagues(centres),
    )  # fmt: skip


@blueprint.post("/account/delegations/<uuid:delegation_id>/end")
@gate.roles(*STAFF, "admin")
def end(delegation_id: UUID) -> Response:
    """Before its last day, by whoever gave it or an administrator."""
    delegations.end(gateway.runtime(), visit.caller(), str(delegation_id))
    back = "pages.users.listing" if visit.caller().role == "admin" else ".listing"
    return frame.done(_("The delegation has ended."), back)


def _centres(caller: Caller) -> list[str]:
    """For which a director may delegate."""
    everywhere = ALL_CENTRES in caller.centres
    return [area.code for area in areas.provinces()] if everywhere else [*caller.centres]


def _colleagues(centres: list[str]) -> list[tuple[str, str]]:
    known = gateway.runtime().read(accounts.everybody) if centres else []
    able = [each.user for each in known if any(delegations.may_be_delegate(each, code) for code in centres)]
    look_up(able)
    return [(user, who_exactly(user)) for user in able]
