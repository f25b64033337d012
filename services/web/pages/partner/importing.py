"""A file of partners brought in on a page: first what would come of it, then, with the same file, for good."""

import time
from hashlib import sha256

from flask import Blueprint, Response, request

from services.codes.access import STAFF
from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_MOST
from services.partners.doors import PARTNERS
from services.web.formats import tables, taking
from services.web.formats.entries import Reading, Unreadable
from services.web.gateway.calls import User
from services.web.pages.frame import files, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, places
from services.web.pages.parts.language import _, field_error, later

LONG = 10  # seconds that a check took: bringing the file in takes about as long, and that is said before
SHOWN = 100  # lines of each kind; the file has all
OTHER_FILE = later("This is another file than the one that was checked. Check it first.")
NO_FILE = later("Choose a file.")

blueprint = Blueprint("importing", __name__)


@blueprint.get("/registry/partners.xlsx")
@gate.roles(*STAFF)
def table() -> Response:
    """The registry as the table that can be brought in again."""
    found = files.every(
        lambda cursor: PARTNERS.of(limit=LIMIT_MOST, cursor=cursor), lambda answer: answer["next"]
    )
    made = tables.as_xlsx(tables.lines(each for answer in found for each in answer["items"]))
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    return files.download(made, kind, f"songtor-partners-{days.today().isoformat()}.xlsx")


@blueprint.route("/registry/import", methods=["GET", "POST"])
@gate.roles(*STAFF)
def bring() -> Response:
    form, report, checked, seconds = Form(), None, "", 0
    if form.sent:
        content, name = _content()
        mark = sha256(content).hexdigest()
        wished = form.value("checked") if form.value("do") == "bring" else None
        if not content:
            form.add({"file": [NO_FILE]})
        elif wished is not None and wished != mark:
            form.add({"file": [OTHER_FILE]})
        elif (reading := _read(form, content, name)) is not None:
            user, begun = User(visit.caller()), time.monotonic()
            report = taking.take(
                reading, name, wished is None, taking.check(user), taking.bring(user, form.command)
            )
            for each in report["errors"]:
                each["message"] = field_error(each["message"])
            if report["done"]:
                text = _(
                    "The file is in the registry: {added} new, {changed} changed, {unchanged} as they were."
                )
                return frame.done(text.format_map(report), "pages.partners.listing")
            if form.value("do") == "errors":
                made = taking.with_errors(reading, report)
                return files.download(made, "text/csv; charset=utf-8", "partners-errors.csv")
            checked, seconds = mark, round(time.monotonic() - begun)
    return frame.page(
        "partners/import.html",
        form=form,
        report=report,
        checked=checked,
        seconds=seconds if seconds > LONG else None,
        shown=SHOWN,
        provinces=places.provinces(),
    )


def _content() -> tuple[bytes, str]:
    file = request.files.get("file")
    return (file.read(), (file.filename or "file")[-200:]) if file else (b"", "")


def _read(form: Form, content: bytes, name: str) -> Reading | None:
    try:
        return taking.read(content, name, taking.usual(lambda field: form.value(field) or None))
    except Unreadable as why:
        form.add({"file": [str(why)]})
    except Invalid as error:
        form.add(error.errors)
    return None
