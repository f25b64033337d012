"""The registry as files: taken away whole, and brought in, first dry."""

from collections.abc import Callable, Iterator, Mapping

import orjson
from flask import Blueprint, Response, request
from werkzeug.datastructures import FileStorage

from services.kernel.errors import Invalid
from services.kernel.lists import LIMIT_MOST
from services.partners.answers import Partner
from services.partners.doors import PARTNERS
from services.web.api import bearer, bodies
from services.web.formats import hsds, tables, taking
from services.web.formats.entries import Reading, Unreadable
from services.web.formats.hsds_in import Usual
from services.web.gateway import calls
from services.web.gateway.calls import Asker, User
from services.web.gateway.limits import UPLOAD_MOST
from services.web.gateway.problems import Problem

SECONDS = 60.0  # for a part of a file
KINDS: Mapping[str, tuple[str, Callable[[Iterator[Partner]], bytes]]] = {
    "csv": ("text/csv; charset=utf-8", lambda partners: tables.as_csv(tables.lines(partners))),
    "xlsx": (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        lambda partners: tables.as_xlsx(tables.lines(partners)),
    ),
    "hsds": ("application/json", lambda partners: _as_hsds(partners)),
}  # fmt: skip

blueprint = Blueprint("exchange", __name__)


@blueprint.get("/api/v1/partners/export")
def export() -> Response:
    """The whole registry that is not retired, as our table or as services of HSDS."""
    user, form = User(bearer.signed_in()), request.args.get("format", "hsds")
    errors = {name: ["Unknown parameter."] for name in request.args if name != "format"}
    if form not in KINDS:
        errors["format"] = [f"Must be one of: {', '.join(KINDS)}."]
    if errors:
        raise Invalid(errors)
    kind, made = KINDS[form]
    answer = Response(made(registry(user)), content_type=kind)
    ending = "json" if form == "hsds" else form
    answer.headers["Content-Disposition"] = f'attachment; filename="songtor-partners.{ending}"'
    return answer


def registry(asker: Asker) -> Iterator[Partner]:
    cursor = None
    while True:
        found = calls.ask(asker, PARTNERS.of(limit=LIMIT_MOST, cursor=cursor)).answer
        yield from found["items"]
        cursor = found["next"]
        if cursor is None:
            return


def _as_hsds(partners: Iterator[Partner]) -> bytes:
    """Every service whole, and the organisations that offer none."""
    made = []
    for partner in partners:
        at = partner["registered_at"]
        made += [hsds.service(partner, each, at) for each in partner["programmes"]]
        if not partner["programmes"]:
            made.append(hsds.organization(partner, []))
    return orjson.dumps(made)


@blueprint.post("/api/v1/partners/import")
def bring() -> Response:
    """multipart/form-data: `file`, and what holds of all of it where it says nothing itself: `kind`, `path`,
    `province`."""
    user = User(bearer.signed_in())
    dry_run = _dry_run()
    command = bodies.read_command(user.caller, None)
    request.max_content_length, request.max_form_memory_size = UPLOAD_MOST, UPLOAD_MOST
    if (request.content_length or 0) > UPLOAD_MOST:
        raise Problem(413, "The file may be at most 20 MB.")
    file = request.files.get("file")
    if file is None:
        raise Invalid({"file": ["Send the file as multipart/form-data, in the field `file`."]})
    reading = read(file, taking.usual(lambda name: request.form.get(name) or None))
    name = (file.filename or "file")[-200:]
    report = taking.take(reading, name, dry_run, taking.check(user), taking.bring(user, command.id))
    return bodies.as_json({**report, "dry_run": dry_run})


def _dry_run() -> bool:
    errors = {name: ["Unknown parameter."] for name in request.args if name != "dry_run"}
    text = request.args.get("dry_run", "false").lower()
    if text not in ("true", "false"):
        errors["dry_run"] = ["Either true or false."]
    if errors:
        raise Invalid(errors)
    return text == "true"


def read(file: FileStorage, usual: Usual) -> Reading:
    try:
        return taking.read(file.read(), file.filename or "", usual)
    except Unreadable as why:
        raise Invalid({"file": [str(why)]}) from None
