"""Users, for the administrator: who there is, what they may do, coming and leaving."""

from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, ValidationError

from services.codes import ROLES
from services.kernel.envelope import ALL_CENTRES, instant
from services.kernel.errors import NotFound
from services.thai import areas
from services.web import accounts, admin, api, drafts, passwords, sessions, watch
from services.web.pages import shell
from services.web.pages.language import _, later
from services.web.pages.words import province

EVERYWHERE = ("*", "all", "ทุกศูนย์", "ทั้งหมด")
blueprint = Blueprint("users", __name__)


class ChangeUser(Schema):
    role, centres = admin.AddUser().fields["role"], admin.AddUser().fields["centres"]


ADD, CHANGE, NOTHING = admin.AddUser(), ChangeUser(), Schema()


def read_centres(text: str) -> list[str]:
    """Provinces by name or code, separated by commas, as codes; * is all of them."""
    found = []
    for part in filter(None, (part.strip() for part in text.replace("\n", ",").split(","))):
        if part.casefold() in EVERYWHERE:
            return [ALL_CENTRES]
        known = [area.code for area in areas.provinces() if part.casefold() in _names(area)]
        if not known:
            raise ValidationError(later("Enter provinces by name or code, separated by commas."))
        found += known
    return sorted(set(found))


def _names(area: areas.Area) -> tuple[str, ...]:
    return area.code, area.thai, f"จังหวัด{area.thai}", area.english.casefold()


def _account(user: str) -> accounts.Account:
    found = api.runtime().read(lambda db: accounts.find(db, user))
    if found is None:
        raise NotFound(user)
    return found


@blueprint.get("/users")
@shell.roles("admin")
def listing() -> Response:
    runtime = api.runtime()
    everybody = runtime.read(accounts.everybody)
    present = runtime.read(lambda db: sessions.last_seen(db, runtime.now()))
    return shell.page("users/listing.html", users=everybody, present=present)


@blueprint.route("/users/add", methods=["GET", "POST"])
@shell.roles("admin")
def add() -> Response:
    """A new account, with a password that is shown once and replaced at the first sign-in."""
    form, runtime = shell.Form(ADD, read={"centres": read_centres}), api.runtime()
    if form.sent and form.load():
        user = form.data["user"]
        if runtime.read(lambda db: accounts.find(db, user)) is not None:
            form.add({"user": [later("There is a user of this name already.")]})
        else:
            with runtime.database.write() as db:
                accounts.add(db, **form.data, now=instant(runtime.now()))
            return _with_new_password(user, _("The user is added."))
    return shell.page("users/add.html", form=form)


@blueprint.route("/users/<user>", methods=["GET", "POST"])
@shell.roles("admin")
def change(user: str) -> Response:
    """Another role or other centres: what the user may do changes at once, so their sessions and tokens end."""
    known, runtime = _account(user), api.runtime()
    shown = {"role": known.role, "centres": ", ".join(map(_centre, known.centres))}
    form = shell.Form(CHANGE, shown, read={"centres": read_centres})
    if form.sent and form.load():
        if user == shell.caller().user and form.data["role"] != known.role:
            form.refused = _("You cannot take your own role away.")
        else:
            with runtime.database.write() as db:
                accounts.add(db, user, **form.data, now=instant(runtime.now()))
            return shell.done(_("The account is changed."), ".listing")
    return shell.page("users/change.html", form=form, user=known)


def _centre(code: str) -> str:
    return code if code == ALL_CENTRES else province(code)


@blueprint.post("/users/<user>/password")
@shell.roles("admin")
def new_password(user: str) -> Response:
    return _with_new_password(_account(user).user, _("The user has a new password."))


def _with_new_password(user: str, message: str) -> Response:
    given = passwords.give(api.runtime(), user)
    return shell.page("users/password.html", user=user, password=given, done=message)


@blueprint.route("/users/<user>/close", methods=["GET", "POST"])
@shell.roles("admin")
def close(user: str) -> Response:
    """Somebody leaves: session, tokens and password end; what they did keeps their name."""
    known, form = _account(user), shell.Form(NOTHING)
    if form.sent:
        if user == shell.caller().user:
            form.refused = _("You cannot close your own account.")
        else:
            with api.runtime().database.write() as db:
                accounts.close(db, user)
                passwords.forget(db, user)
                drafts.forget(db, user)
            return shell.done(_("The account is closed."), ".listing")
    return shell.page("users/close.html", form=form, user=known)


@blueprint.get("/users/access")
@shell.roles("admin")
def access() -> Response:
    """Who may do what, from the doors themselves."""
    asked: dict[str, shell.Question] = {service: (service, "doors", {}) for service in watch.SERVICES}
    found = shell.together(**asked)
    rows: dict[str, list[dict[str, Any]]] = {
        service: _actions(doors) for service, doors in found.items() if doors
    }
    return shell.page("users/access.html", services=rows, roles=ROLES)


def _actions(doors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row for each action: doors of one action have the same roles, or the row names them all."""
    rows: dict[str, dict[str, Any]] = {}
    for door in doors:
        row = rows.setdefault(door["action"], {**door, "roles": set()})
        row["roles"] |= set(door["roles"])
    return [rows[action] for action in sorted(rows) if rows[action]["roles"] & set(ROLES)]
