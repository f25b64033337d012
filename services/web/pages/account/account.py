"""Signing in and out, one's own password, the language."""

from collections.abc import Mapping

from flask import Blueprint, Response, g, redirect, url_for
from marshmallow import Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length

from services.codes.access import ROLES
from services.kernel.envelope import instant
from services.web import gateway
from services.web.identity import (
    accounts,
    hashing,
    known_browsers,
    passwords,
    pending_sessions,
    people,
    second_factor,
    sessions,
    throttle,
    weak,
)
from services.web.identity.schemas import NamedDetails, person_of
from services.web.pages.frame import frame, gate, query, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import LANGUAGES, _, later
from services.web.pages.parts.people import person, who
from services.web.pages.parts.words import day_time

blueprint = Blueprint("account", __name__)


class SignIn(Schema):
    user = fields.String(required=True, validate=Length(max=64))
    password = fields.String(required=True, validate=Length(max=passwords.LONGEST))


class NewPassword(Schema):
    new = fields.String(required=True, validate=Length(passwords.SHORTEST, passwords.LONGEST))
    again = fields.String(required=True)

    @validates_schema
    def alike(self, data: dict[str, str], **_kwargs: object) -> None:
        if data["new"] != data["again"]:
            raise ValidationError({"again": [later("The two passwords are not the same.")]})
        if data["new"] == data.get("old"):
            raise ValidationError({"new": [later("Choose a password other than the old one.")]})


class ChoosePassword(NewPassword):
    old = fields.String(required=True, validate=Length(max=passwords.LONGEST))


SIGN_IN, CHOOSE_PASSWORD, DETAILS = SignIn(), ChoosePassword(), NamedDetails()
WEAK: Mapping[weak.Weakness, str] = {
    "common": later("Many people use this password, so it is tried first. Choose another."),
    "own_name": later("This password is little more than your user name. Choose another."),
    "repeats": later("This password is the same characters over and over. Choose another."),
    "row": later("This password is characters in their order. Choose another."),
}


@blueprint.route("/sign-in", methods=["GET", "POST"])
@gate.public
def sign_in() -> Response:
    form = Form(SIGN_IN, {"next": query.text("next", query.ADDRESS)})
    if form.sent and form.load():
        user = form.data["user"].strip().casefold()
        try:
            if passwords.check(gateway.runtime(), user, form.data["password"], known_browser(user)):
                on = form.value("next"), form.value("keep")
                if answer := let_in(user, *on):
                    return answer
            form.refused = _("The user name or the password is not right.")
        except throttle.Locked as locked:
            form.refused = too_often(locked)
        except hashing.Busy as busy:
            form.refused = _("Too many people are signing in just now. Try again in a few seconds.")
            answer = frame.page("account/sign_in.html", 429, form=form)
            answer.headers["Retry-After"] = str(busy.seconds)
            return answer
    return frame.page("account/sign_in.html", form=form)


def too_often(locked: throttle.Locked) -> str:
    return _("Too many attempts. Try again in {} minutes.").format(locked.minutes)


def let_in(user: str, next: str, keep: str) -> Response | None:
    """Who has shown the first of what is asked goes on to the code, or in; None if the account is closed."""
    return _ask_for_code(user, next, keep) or enter(user, next, keep)


def _ask_for_code(user: str, next: str, keep: str) -> Response | None:
    """On to the second step, in this browser; None if the password is all that is asked of this user."""
    runtime, cookie = gateway.runtime(), sessions.new_id()
    with runtime.database.write() as db:
        account = accounts.find(db, user)
        if account is None or not account.active or not second_factor.is_on(db, user):
            return None
        pending_sessions.begin(db, cookie, account, next, keep, runtime.now())
    answer = redirect(url_for("pages.second_factor.code"), 303)
    visit.keep_cookie(answer, pending_sessions.COOKIE, cookie)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


def enter(user: str, next: str, keep: str) -> Response | None:
    """Who has shown to be this user is let in and goes on to the address `next`, or to what they had typed when their
    session ended; None if the account is closed."""
    cookie = begin_session(user)
    if cookie is None:
        return None
    answer = gate.give_back(keep, user) or redirect(visit.local_path(next), 303)
    visit.keep_visit(answer, cookie)  # type: ignore[arg-type]
    know_browser(answer, user)  # type: ignore[arg-type]
    return answer  # type: ignore[return-value]


def known_browser(user: str) -> str | None:
    """What this browser is called if the user has signed in with it before."""
    account = gateway.runtime().read(lambda db: accounts.find(db, user))
    return known_browsers.find(gateway.runtime(), visit.cookie(known_browsers.COOKIE), account)


def know_browser(answer: Response, user: str) -> None:
    """From now on this browser is known as one of the user's, until their account changes."""
    runtime = gateway.runtime()
    account = runtime.read(lambda db: accounts.find(db, user))
    assert account is not None, "somebody who was let in has one"
    cookie = known_browsers.add(runtime, visit.cookie(known_browsers.COOKIE), account)
    visit.keep_cookie(answer, known_browsers.COOKIE, cookie, known_browsers.SECONDS)


def begin_session(user: str, by_provider: bool = False) -> str | None:
    """A new session under a new cookie; None if the account is closed."""
    runtime = gateway.runtime()
    account = runtime.read(lambda db: accounts.find(db, user))
    if account is None or not account.active:
        return None
    cookie, now = sessions.new_id(), runtime.now()
    with runtime.database.write() as db:
        if g.session:
            sessions.end(db, g.session.id_hash)
        sessions.begin(db, cookie, user, account.token_version, now, by_provider)
        if taken_off := second_factor.taken_off(db, user):
            sessions.leave_message(db, sessions.hash_of(cookie), _taken_off(*taken_off))
        found = sessions.find(db, cookie, now)
    # The page that gives back what was typed is made for the new session.
    g.visit, g.session = cookie, found and found[0]
    return cookie


def _taken_off(by: str, at: str) -> str:
    return _(
        "Two-step sign-in was taken off your account by {} on {}. If you did not ask for that, "
        "tell your administrator now."
    ).format(who(by), day_time(at))


@blueprint.post("/sign-out")
@gate.roles(*ROLES)
def sign_out() -> Response:
    session = visit.signed_in()
    assert session is not None
    with gateway.runtime().database.write() as db:
        sessions.sign_out(db, session.id_hash)
    return redirect(url_for(".sign_in"), 303)  # type: ignore[return-value]


@blueprint.post("/sign-out-everywhere")
@gate.roles(*ROLES)
def sign_out_everywhere() -> Response:
    """Ended sessions stay known: what was typed in one of them is given back to the same user."""
    user = visit.caller().user
    with gateway.runtime().database.write() as db:
        accounts.end_tokens(db, user)
    return redirect(url_for(".sign_in"), 303)  # type: ignore[return-value]


@blueprint.post("/stay")
@gate.roles(*ROLES)
def stay() -> Response:
    """Being asked is enough: arriving notes that the user is there."""
    return redirect(url_for(".me"), 303)  # type: ignore[return-value]


@blueprint.get("/account")
@gate.roles(*ROLES)
def me() -> Response:
    user = visit.caller().user
    by_password, since, left = gateway.runtime().read(
        lambda db: (
            passwords.has(db, user),
            second_factor.since(db, user),
            second_factor.recovery_codes_left(db, user),
        )
    )
    return frame.page("account/me.html", by_password=by_password, second_factor=since, codes_left=left)


@blueprint.route("/account/details", methods=["GET", "POST"])
@gate.roles(*ROLES)
def details() -> Response:
    """One's own name, position and telephone."""
    user, runtime = visit.caller().user, gateway.runtime()
    form = Form(DETAILS, person(user)._asdict(), draft=later("My name and position"))
    if form.sent and form.load():
        with runtime.database.write() as db:
            people.keep(runtime, db, user, person_of(form.data))
        return frame.done(_("Your name and position are changed."), ".me")
    return frame.page("account/details.html", form=form)


@blueprint.route("/password", methods=["GET", "POST"])
@gate.roles(*ROLES)
def password() -> Response:
    """Another password; whoever signed in elsewhere with the old one is signed out."""
    form, session, runtime = Form(CHOOSE_PASSWORD), visit.signed_in(), gateway.runtime()
    assert session is not None
    user = session.caller.user
    if form.sent and form.load() and strong(form, user):
        try:
            if passwords.check(runtime, user, form.data["old"], known_browser(user)):
                hash = passwords.made(runtime, form.data["new"])
                with runtime.database.write() as db:
                    passwords.keep(db, user, hash, temporary=False)
                    accounts.note_change(db, instant(runtime.now()), user, user, "own_password")
                    sessions.end_others(db, session)
                said = [_("Your password is changed.")]
                if session.must_choose_password:
                    said.append(_("Look whether your name, position and telephone are right."))
                answer = frame.done(" ".join(said), "pages.account.me")
                know_browser(answer, user)
                return answer
            form.add({"old": [later("This is not your password.")]})
        except throttle.Locked as locked:
            form.refused = too_often(locked)
    return frame.page("account/password.html", form=form, given=session.must_choose_password)


def strong(form: Form, user: str) -> bool:
    """Whether the new password is not one of those that are guessed; else the form says why."""
    why = weak.weakness(user, form.data["new"])
    if why is not None:
        form.add({"new": [WEAK[why]]})
    return why is None


@blueprint.get("/language/<code>")
@gate.public
def language(code: str) -> Response:
    answer = redirect(visit.local_path(query.text("next", query.ADDRESS) or "/"), 303)
    if code in LANGUAGES:
        answer.set_cookie(
            visit.LANGUAGE_COOKIE,
            code,
            max_age=365 * 86400,
            httponly=True,
            samesite="Lax",
            secure=visit.over_https(),
        )
    return answer  # type: ignore[return-value]
