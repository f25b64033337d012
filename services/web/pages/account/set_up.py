"""A fresh system: from the link that `songtor up` writes to the first administrator, and what comes next."""

from flask import Blueprint, Response, url_for

from services.codes.access import STAFF
from services.web import gateway
from services.web.identity import accounts, passwords, set_up
from services.web.identity.schemas import AddUser, NamedDetails, person_of
from services.web.pages.account import account
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import later

blueprint = Blueprint("set_up", __name__)


class FirstAdministrator(NamedDetails, account.NewPassword):
    user = AddUser().fields["user"]


FIRST_ADMINISTRATOR = FirstAdministrator()


def lacks_administrator() -> bool:
    """Whether the sign-in page says how the first one comes to be."""
    lacks: bool = gateway.runtime().read(set_up.needed)
    return lacks


@blueprint.route("/set-up/<token>", methods=["GET", "POST"])
@gate.public
def administrator(token: str) -> Response:
    """Whoever has the link chooses their name and password, and is signed in."""
    form, runtime = Form(FIRST_ADMINISTRATOR), gateway.runtime()
    if not runtime.read(lambda db: set_up.fits(db, token, runtime.now())):
        return _over()
    if form.sent and form.load() and account.strong(form, form.data["user"]):
        user = form.data["user"]
        hash = passwords.made(runtime, form.data["new"])
        outcome = set_up.make_administrator(runtime, token, user, hash, person_of(form.data))
        if outcome == "over":
            return _over()
        if outcome == "made" and (answer := account.enter(user, url_for(".first_steps"), "")):
            return answer
        form.add({"user": [later("There is a user of this name already.")]})
    return frame.page("account/set_up.html", form=form)


def _over() -> Response:
    return frame.page("account/set_up_over.html", 403, lacks=lacks_administrator())


@blueprint.get("/first-steps")
@gate.roles("admin")
def first_steps() -> Response:
    """Users first, then those open partners and cases; which of it is done is seen from the accounts."""
    return frame.page("account/first_steps.html", roles_there=roles_there())


def roles_there() -> frozenset[str]:
    """Which of those who work on cases have an open account that this administrator manages."""
    everybody = gateway.runtime().read(accounts.everybody)
    mine = (each for each in everybody if accounts.manages(visit.caller(), each.role, each.centres))
    return frozenset(each.role for each in mine if each.active and each.role in STAFF)
