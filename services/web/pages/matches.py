"""Places for a person: which fit, which do not, what is not known, and why in that order."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for

from services.codes import PATHS
from services.web.pages import casefile, shell
from services.web.pages.language import later
from services.web.pages.menu import READERS

SHOWN = 25
MOST = 500  # a filter looks through the best so many
VERDICTS = ("eligible", "unknown", "ineligible")
CRITERIA = {
    "path": later("The law's own path"),
    "outside_ministry": later("Outside the ministry"),
    "wish": later("The person's wish"),
    "home_province": later("Domicile"),
    "places_free": later("Places free"),
    "distance": later("Distance"),
}

blueprint = Blueprint("matches", __name__)


@blueprint.get("/cases/<uuid:case_id>/matches")
@shell.roles(*READERS)
def listing(case_id: UUID) -> Response:
    """`?verdict=`, `?path=` and `?outside=yes` filter; they stand in the address."""
    asked = {
        "verdict": request.args.get("verdict", "") if request.args.get("verdict") in VERDICTS else "",
        "path": request.args.get("path", "") if request.args.get("path") in PATHS else "",
        "outside": "yes" if request.args.get("outside") == "yes" else "",
    }
    filtered, cursor = any(asked.values()), request.args.get("cursor") or None
    question: dict[str, Any] = {"case_id": str(case_id), "limit": MOST if filtered else SHOWN, "wait": 2.0}
    page = {} if filtered else {"cursor": cursor}
    values = casefile.frame(str(case_id), {"matches": ("partners", "matches", question | page)})
    matches = values["matches"]
    candidates = [each for each in (matches or {"candidates": []})["candidates"] if _wanted(each, asked)]
    following = None
    if matches and matches["next"] and not filtered:
        following = url_for(".listing", case_id=case_id, cursor=matches["next"])
    return shell.page(
        "matches/listing.html", **values, asked=asked, candidates=candidates[:100], following=following,
        first=url_for(".listing", case_id=case_id) if cursor else None, filtered=filtered, found=len(candidates),
        verdicts=VERDICTS, criteria=CRITERIA, most=MOST,
    )  # fmt: skip


def _wanted(candidate: dict[str, Any], asked: dict[str, str]) -> bool:
    return (
        asked["verdict"] in ("", candidate["verdict"])
        and asked["path"] in ("", candidate["path"])
        and (not asked["outside"] or candidate["outside_ministry"])
    )
