"""A centre's own name, telephone and address, set by its director or administrator."""

from flask import Blueprint, Response, request
from marshmallow import Schema, fields
from marshmallow.validate import OneOf

from services.codes.access import DIRECTOR
from services.codes.papers import FIGURES
from services.fields import Words
from services.kernel.envelope import ALL_CENTRES
from services.kernel.errors import NotFound
from services.thai import areas, numbers
from services.web import gateway
from services.web.identity import accounts
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
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


CONTACT = CentreContact()


@blueprint.route("/centre", methods=["GET", "POST"])
@gate.roles(DIRECTOR, "admin")
def contact() -> Response:
    """Of one centre; who has several chooses by `?centre=`."""
    runtime, own = gateway.runtime(), _own()
    code = request.args.get("centre") or next(iter(own), "")
    if code not in own:
        raise NotFound("centre")
    form = Form(CONTACT, runtime.read(lambda db: centres.find(db, code))._asdict())
    if form.sent and form.load():
        said = Contact(*(form.data[part] or "" for part in Contact._fields))
        centres.keep(runtime, code, said, visit.caller().user)
        return frame.done(_("The centre's name and telephone are changed."), ".contact", centre=code)
    return frame.page("account/centre.html", form=form, called=centre(code), code=code, others=own)


def _own() -> dict[str, str]:
    """{code: name} of the centres that are the user's to name; of all centres, those that somebody works for."""
    caller = visit.caller()
    codes = caller.delegated_centres(DIRECTOR) if caller.role not in (DIRECTOR, "admin") else caller.centres
    if ALL_CENTRES in codes:
        used = {each for known in gateway.runtime().read(accounts.everybody) for each in known.centres}
        codes = tuple(area.code for area in areas.provinces() if area.code in used)
    return {code: centre(code) for code in codes}
