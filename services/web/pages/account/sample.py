"""One press signs in as a user of the sample network; elsewhere this page is not there."""

from flask import Blueprint, Response
from marshmallow import Schema, fields
from marshmallow.validate import Length

from services.kernel.errors import NotFound
from services.web import gateway
from services.web.identity import sample_users
from services.web.identity.accounts import Account
from services.web.pages.account import account
from services.web.pages.frame import gate
from services.web.pages.frame.forms import Form

blueprint = Blueprint("sample", __name__)


class Press(Schema):
    user = fields.String(required=True, validate=Length(max=64))


PRESS = Press()


def users() -> list[Account]:
    """Whom the sign-in page offers."""
    found: list[Account] = gateway.runtime().read(sample_users.able)
    return found


@blueprint.post("/sign-in/sample")
@gate.public
def sign_in() -> Response:
    """What load-sample wrote is asked at every press: a page of before, or one of somebody's own making, opens
    nothing."""
    form = Form(PRESS)
    user = form.data["user"] if form.load() else ""
    if gateway.runtime().read(lambda db: sample_users.is_able(db, user)):
        if answer := account.let_in(user, form.value("next"), form.value("keep")):
            return answer
    raise NotFound("sample user")
