"""Signing in and out, one's own password, the language."""

from flask import Blueprint, Response, g, redirect, request, url_for
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from services.codes import ROLES
from services.web import accounts, api, passwords, sessions
from services.web.pages import shell
from services.web.pages.language import LANGUAGES, _, later

blueprint = Blueprint("account", __name__)


class SignIn(Schema):
    user = fields.String(required=True, validate=Length(max=64))
    password = fields.String(required=True, validate=Length(max=passwords.LONGEST))


class ChoosePassword(Schema):
    old = fields.String(required=True, validate=Length(max=passwords.LONGEST))
    new = fields.String(required=True, validate=Length(passwords.SHORTEST, passwords.LONGEST))
    again = fields.String(required=True)

    @validates_schema
    def alike(self, data: dict[str, str], **_kwargs: object) -> None:
        if data["new"] != data["again"]:
            raise ValidationError({"again": [later("The two passwords are not the same.")]})
        if data["new"] == data["old"]:
            raise ValidationError({"new": [later("Choose a password other than the old one.")]})


SIGN_IN, CHOOSE_PASSWORD = SignIn(), ChoosePassword()


@blueprint.route("/sign-in", methods=["GET", "POST"])
@shell.public
def sign_in() -> Response:
    form = shell.Form(SIGN_IN, {"next": request.args.get("next", "")})
    if form.sent and form.load():
        try:
            user = form.data["user"].strip().casefold()
            if passwords.check(api.runtime(), user, form.data["password"]) and (cookie := _begin(user)):
                answer = shell.give_back(form.value("keep"), user) or redirect(
                    shell.local_path(form.value("next")), 303
                )
                shell.keep_visit(answer, cookie)  # type: ignore[arg-type]
                return answer  # type: ignore[return-value]
            form.refused = _("The user name or the password is not right.")
        except passwords.Locked as locked:
            form.refused = _("Too many attempts. Try again in {} minutes.").format(locked.minutes)
    return shell.page("account/sign_in.html", form=form)


def _begin(user: str, by_provider: bool = False) -> str | None:
    """A new session under a new cookie; None if the account is closed."""
    runtime = api.runtime()
    account = runtime.read(lambda db: accounts.find(db, user))
    if account is None or not account.active:
        return None
    cookie, now = sessions.new_id(), runtime.now()
    with runtime.database.write() as db:
        if g.session:
            sessions.end(db, g.session.id_hash)
        sessions.begin(db, cookie, user, account.token_version, now, by_provider)
        found = sessions.find(db, cookie, now)
    # The page that gives back what was typed is made for the new session.
    g.visit, g.session = cookie, found and found[0]
    return cookie


@blueprint.post("/sign-out")
@shell.roles(*ROLES)
def sign_out() -> Response:
    session = shell.signed_in()
    assert session is not None
    with api.runtime().database.write() as db:
        sessions.end(db, session.id_hash)
    return redirect(url_for(".sign_in"), 303)  # type: ignore[return-value]


@blueprint.post("/sign-out-everywhere")
@shell.roles(*ROLES)
def sign_out_everywhere() -> Response:
    """Ended sessions stay known: what was typed in one of them is given back to the same user."""
    user = shell.caller().user
    with api.runtime().database.write() as db:
        accounts.end_tokens(db, user)
    return redirect(url_for(".sign_in"), 303)  # type: ignore[return-value]


@blueprint.post("/stay")
@shell.roles(*ROLES)
def stay() -> Response:
    """Being asked is enough: arriving notes that the user is there."""
    return redirect(url_for(".me"), 303)  # type: ignore[return-value]


@blueprint.get("/account")
@shell.roles(*ROLES)
def me() -> Response:
    return shell.page("account/me.html")


@blueprint.route("/password", methods=["GET", "POST"])
@shell.roles(*ROLES)
def password() -> Response:
    form, user, runtime = shell.Form(CHOOSE_PASSWORD), shell.caller().user, api.runtime()
    if form.sent and form.load():
        try:
            if passwords.check(runtime, user, form.data["old"]):
                hash = runtime.around.heavy(lambda: passwords.hashed(form.data["new"]))
                with runtime.database.write() as db:
                    passwords.keep(db, user, hash, temporary=False)
                return shell.done(_("Your password is changed."), "pages.account.me")
            form.add({"old": [later("This is not your password.")]})
        except passwords.Locked as locked:
            form.refused = _("Too many attempts. Try again in {} minutes.").format(locked.minutes)
    return shell.page("account/password.html", form=form)


@blueprint.get("/language/<code>")
@shell.public
def language(code: str) -> Response:
    answer = redirect(shell.local_path(request.args.get("next", "/")), 303)
    if code in LANGUAGES:
        answer.set_cookie(
            shell.LANGUAGE_COOKIE,
            code,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=shell.over_https(),
        )
    return answer  # type: ignore[return-value]
