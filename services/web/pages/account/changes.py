"""What was done to accounts, for administrators and directors: who, what, when."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from services.web import gateway
from services.web.identity import changes
from services.web.pages.frame import frame, gate, visit
from services.web.pages.parts.language import later

blueprint = Blueprint("changes", __name__)

SHOWN = 50
KINDS: Mapping[str, str] = {
    "made": later("Account made"),
    "changed": later("Role or centres changed"),
    "password": later("New password given"),
    "second_factor_off": later("Two-step sign-in taken off"),
    "closed": later("Account closed"),
}


@blueprint.get("/users/changes")
@gate.roles("admin", "director")
def listing() -> Response:
    told = request.args.get("before", "")
    before = int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None
    found = gateway.runtime().read(lambda db: changes.latest(db, visit.caller(), SHOWN + 1, before))
    shown = found[:SHOWN]
    older = shown[-1].id if len(found) > SHOWN else None
    return frame.page("users/changes.html", changes=shown, kinds=KINDS, older=older)
