"""The list of cases with its search."""

from flask import Blueprint, Response, request

from services.codes import CASE_STATUSES
from services.codes.access import READERS, STAFF
from services.intake.doors import CASES
from services.web.pages.frame import doors, frame, gate, visit

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@gate.roles(*READERS)
def listing() -> Response:
    """Search by status and by the beginning of the case number; both stand in the address."""
    filters = {
        name: request.args[name].strip() for name in ("status", "q") if request.args.get(name, "").strip()
    }
    if filters.get("status") not in CASE_STATUSES:
        filters.pop("status", None)
    filters["q"] = filters.get("q", "")[:40]
    cursor = request.args.get("cursor") or None
    found = doors.ask(CASES.of(**filters, cursor=cursor, limit=25))
    address = {name: value for name, value in filters.items() if value}
    following = visit.link(".listing", **address, cursor=found["next"]) if found["next"] else None
    first = visit.link(".listing", **address) if cursor else None
    return frame.page(
        "cases/listing.html", cases=found["items"], filters=filters, following=following, first=first,
        may_open=visit.caller().role in STAFF,
    )  # fmt: skip
