"""The list of cases with its search."""

from typing import Any

from flask import Blueprint, Response, request, url_for

from services.codes import CASE_STATUSES
from services.web.pages.frame import doors, frame, gate, visit
from services.web.pages.frame.menu import READERS, STAFF

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@gate.roles(*READERS)
def listing() -> Response:
    """Search by status and by the beginning of the case number; both stand in the address."""
    asked = {
        name: request.args[name].strip() for name in ("status", "q") if request.args.get(name, "").strip()
    }
    if asked.get("status") not in CASE_STATUSES:
        asked.pop("status", None)
    asked["q"] = asked.get("q", "")[:40]
    cursor = request.args.get("cursor") or None
    found = doors.ask("intake", "cases", {**asked, "cursor": cursor, "limit": 25})
    address: dict[str, Any] = {name: value for name, value in asked.items() if value}
    following = url_for(".listing", **address, cursor=found["next"]) if found["next"] else None
    first = url_for(".listing", **address) if cursor else None
    return frame.page(
        "cases/listing.html", cases=found["items"], asked=asked, following=following, first=first,
        may_open=visit.caller().role in STAFF,
    )  # fmt: skip
