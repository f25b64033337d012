"""A centre's own name, telephone and address, set by its director or administrator."""

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.codes.access import DIRECTOR
from services.codes.papers import FIGURES
from services.fields import Words
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.referral.doors import ADD_CLOSURE, CLOSURES, TAKE_BACK_CLOSURE
from services.referral.schemas import AddClosure
from services.thai import areas, numbers
from services.web import gateway
from services.web.identity import accounts
from services.web.pages.frame import doors, frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, people
from services.web.pages.parts.language import _
from services.web.pages.parts.words import centre
from services.web.store import centres
from services.web.store.centres import Contact

blueprint = Blueprint("centre", __name__)


class CentreContact(Schema):
    name = Words(200)
    phone = Words(40, numbers.read_phone)
    address = Words(500)
    letters = Words(80)
    figures = fields.String(load_default=None, allow_none=True, validate=OneOf(FIGURES))


CONTACT, ADD = CentreContact(), AddClosure()


@blueprint.route("/centre", methods=["GET", "POST"])
@gate.roles(DIRECTOR, "admin")
def contact() -> Response:
    """Of one centre; who has several chooses by `?centre=`."""
    runtime, own = gateway.runtime(), _own()
    code = query.text("centre", query.ID) or next(iter(own), "")
    if code not in own:
        raise NotFound("centre")
    form = Form(CONTACT, runtime.read(lambda db: centres.find(db, code))._asdict())
    if form.sent and form.load():
        said = Contact(*(form.data[part] or "" for part in Contact._fields))
        centres.keep(runtime, code, said, visit.caller().user)
        return frame.done(_("The centre's name and telephone are changed."), ".contact", centre=code)
    return frame.page("account/centre.html", form=form, called=centre(code), code=code, others=own)


@blueprint.route("/centre/closures", methods=["GET", "POST"])
@gate.roles(DIRECTOR)
def closures() -> Response:
    """Days on which the centre is closed besides Thai holidays: added, and taken back by `remove`."""
    own = _own()
    code = query.text("centre", query.ID) or next(iter(own), "")
    if code not in own:
        raise NotFound("centre")
    taken_back = request.form.get("remove", "") if request.method == "POST" else ""
    form = Form(ADD, fixed={"centre": code}, sent=False if taken_back else None)
    if taken_back:
        with form.catching():
            doors.tell(TAKE_BACK_CLOSURE, {"centre": code, "day": taken_back})
            return frame.done(_("The centre is open on that day after all."), ".closures", centre=code)
    if form.sent and form.load():
        with form.catching():
            doors.tell(ADD_CLOSURE, form.body)
            return frame.done(_("The centre is closed on that day."), ".closures", centre=code)
    found = doors.ask(CLOSURES.of(centre=code))
    people.look_up(each["by"] for each in found["items"])
    return frame.page(
        "account/closures.html", form=form, found=found, called=centre(code), code=code, others=own,
        near=days.holidays_end() is not None,
    )  # fmt: skip


def _own() -> dict[str, str]:
    """{code: name} of the centres that are the user's to name; of all centres, those that somebody works for."""
    caller = visit.caller()
    codes = caller.delegated_centres(DIRECTOR) if caller.role not in (DIRECTOR, "admin") else caller.centres
    if ALL_CENTRES in codes:
        used = {each for known in gateway.runtime().read(accounts.everybody) for each in known.centres}
        codes = tuple(area.code for area in areas.provinces() if area.code in used)
    return {code: centre(code) for code in codes}
