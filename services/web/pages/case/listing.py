"""The list of cases with its search."""

from flask import Blueprint, Response

from services.codes import CASE_STATUSES
from services.codes.access import CASE_READERS, READERS, STAFF
from services.intake.doors import CASES
from services.kernel.lists import LIMIT_MOST
from services.web.pages.frame import doors, files, frame, gate, query, visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _
from services.web.pages.parts.words import day, named, province, word

blueprint = Blueprint("cases", __name__)


@blueprint.get("/cases")
@gate.roles(*READERS)
def listing() -> Response:
    """Search by status and by the beginning of the case number; both stand in the address."""
    filters = _filters()
    cursor = query.cursor()
    found = doors.ask(CASES.of(**filters, cursor=cursor, limit=25))
    address = {name: value for name, value in filters.items() if value}
    following = visit.link(".listing", **address, cursor=found["next"]) if found["next"] else None
    first = visit.link(".listing", **address) if cursor else None
    file = visit.link(".listing_csv", **address)
    return frame.page(
        "cases/listing.html", file=file, cases=found["items"], filters=filters, following=following, first=first,
        may_open=visit.caller().role in STAFF,
    )  # fmt: skip


def _filters() -> dict[str, str]:
    return {**query.codes({"status": CASE_STATUSES}), "q": query.text("q", 40)}


@blueprint.get("/cases/list.csv")
@gate.roles(*READERS)
def listing_csv() -> Response:
    """The list as a file. Who may not see cases is told their outlines, there as here."""
    filters, caller = _filters(), visit.caller()
    answers = files.every(
        lambda cursor: CASES.of(**filters, cursor=cursor, limit=LIMIT_MOST), lambda answer: answer["next"]
    )
    by_name = caller.role in CASE_READERS
    columns = [
        _("Case number"),
        _("Centre"),
        _("Opened"),
        _("Status"),
        _("The person") if by_name else _("Way forward"),
    ]
    lines = [
        [
            row["case_number"], province(row["centre"]), day(row["opened"]), word("case_status", row["status"]),
            named(row["person"]) if "person" in row
            else word("path_kind", row["path_kind"]) if row.get("path_kind") else "",
        ]
        for answer in answers
        for row in answer["items"]
    ]  # fmt: skip
    name = files.name("cases", caller.centres, days.today())
    return files.as_csv(files.Sheet("cases", _("Cases"), columns, lines), name)
