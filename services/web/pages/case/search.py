"""One box on every page finds a case: by number, identity number or words of a name, never in an address."""

from flask import Blueprint, Response, request

from services.codes.access import STAFF
from services.intake.doors import SEARCH
from services.kernel.lists import LIMIT_MOST
from services.web.pages.frame import doors, files, frame, gate, visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _
from services.web.pages.parts.words import listed, province, word

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


@blueprint.post("/cases/search.csv")
@gate.roles(*STAFF)
def results_csv() -> Response:
    """All that was found, as a file. What was typed comes in the body here too, and every name is noted as read."""
    sought = request.form.get("q", "").strip()[:LONGEST]
    answers = files.every(
        lambda cursor: SEARCH.of(q=sought, cursor=cursor, limit=LIMIT_MOST), lambda answer: answer["next"]
    )
    columns = [_("Case number"), _("Centre"), _("Status"), _("The person"), _("Found by"), _("Because")]
    lines = [
        [
            row["case_number"], province(row["centre"]), word("case_status", row["status"]),
            row["name"]["display"] if row["name"] else _("Data erased"),
            listed(word("matched", code) for code in row["matched"]),
            listed(word("search_reason", code) for code in row["score_reasons"]),
        ]
        for answer in (answers if sought else ())
        for row in answer["items"]
    ]  # fmt: skip
    name = files.name("cases-found", visit.caller().centres, days.today())
    return files.as_csv(files.Sheet("found", _("Find a case"), columns, lines), name)
