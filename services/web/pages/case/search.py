"""One box on every page finds a case: by number, identity number or words of a name, never in an address."""

from flask import Blueprint, Response, request

from services.codes.access import STAFF
from services.intake.doors import SEARCH
from services.web.pages.frame import doors, frame, gate

LONGEST = 200

blueprint = Blueprint("search", __name__)


@blueprint.route("/cases/search", methods=["GET", "POST"])
@gate.roles(*STAFF)
def results() -> Response:
    """What was typed comes in the body alone; the address shows the empty page."""
    sought = request.form.get("q", "").strip()[:LONGEST]
    cursor = request.form.get("cursor") or None
    found = doors.ask(SEARCH.of(q=sought, cursor=cursor, limit=25)) if sought else None
    return frame.page("case/search.html", sought=sought, found=found, further=cursor is not None)
