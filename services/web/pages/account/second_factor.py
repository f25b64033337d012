"""Two-step sign-in: the page that asks for the code, turning it on and off, recovery codes."""

import segno
from flask import Blueprint, Response, redirect, url_for
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from services.codes.access import ROLES
from services.kernel.envelope import instant
from services.thai.numbers import ascii_digits
from services.web import gateway
from services.web.identity import passwords, pending_sessions, second_factor, sessions, throttle
from services.web.identity.sessions import Session
from services.web.pages.account import account
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, later, ngettext

blueprint = Blueprint("second_factor", __name__)

NOT_THIS = later("This code is not right, or it was used before. Wait until the app shows the next one.")


class Code(Schema):
    code = fields.String(required=True)


class TurnOff(Code):
    password = fields.String(required=True, validate=Length(max=passwords.LONGEST))


CODE, TURN_OFF = Code(), TurnOff()


def read_code(text: str) -> str:
    """The digits of a code of the app or of a recovery code, as people type them."""
    digits = "".join(ascii_digits(text).replace("-", " ").split())
    if not digits.isascii() or not digits.isdigit() or len(digits) not in LENGTHS:
        raise ValidationError(
            later("Enter the 6 digits that the app shows, or a recovery code of 10 digits.")
        )
    return digits


LENGTHS = (second_factor.DIGITS, second_factor.RECOVERY_DIGITS)
READ = {"code": read_code}


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@gate.public
def code() -> Response:
    """The second step, for the browser that has just done the first one."""
    runtime, cookie = gateway.runtime(), visit.cookie(pending_sessions.COOKIE)
    pending = runtime.read(lambda db: pending_sessions.find(db, cookie, runtime.now()))
    if pending is None:
        return redirect(url_for("pages.account.sign_in"), 303)  # type: ignore[return-value]
    if not pending.live:
        return _start_over(pending)
    form = Form(CODE, read=READ)
    if form.sent and form.load() and (way := _way(form, pending.user)):
        with runtime.database.write() as db:
            pending_sessions.end(db, cookie)
        answer = account.enter(pending.user, pending.next, pending.keep)
        if answer is None:
            return _start_over(pending)
        answer.delete_cookie(
            visit.cookie_name(pending_sessions.COOKIE), secure=visit.over_https(), httponly=True
        )
        if way == "recovery":
            left = runtime.read(lambda db: second_factor.recovery_codes_left(db, pending.user))
            frame.flash(
                ngettext(
                    "You have %(num)s recovery code left.", "You have %(num)s recovery codes left.", left
                )
                % {"num": left}
            )
        return answer
    return frame.page("account/code.html", form=form)


def _start_over(pending: pending_sessions.PendingSession) -> Response:
    """The first step again, with what travels along."""
    form = Form(values={"user": pending.user, "next": pending.next, "keep": pending.keep}, sent=False)
    form.refused = _("The time for the code is over. Enter your password again.")
    return frame.page("account/sign_in.html", form=form)


def _way(form: Form, user: str) -> second_factor.Way | None:
    """What sort of code was typed; else the form says what is wrong."""
    try:
        way = second_factor.check(gateway.runtime(), user, form.data["code"], account.known_browser(user))
    except throttle.Locked as locked:
        form.refused = account.too_often(locked)
        return None
    if way is None:
        form.add({"code": [NOT_THIS]})
    return way


# -- on one's own account ------------------------------------------------------------------------------------------


@blueprint.route("/second-factor", methods=["GET", "POST"])
@gate.roles(*ROLES)
def turn_on() -> Response:
    """The secret as a picture and as text until a code of it was entered; then the recovery codes, once. For who has a
    password: a provider asks for a second factor itself."""
    runtime, session = gateway.runtime(), _session()
    user = session.caller.user
    if _is_on(user) or not runtime.read(lambda db: passwords.has(db, user)):
        return _back()
    secret = second_factor.offered(runtime, user, session.id_hash, session.version)
    form = Form(CODE, read=READ)
    if form.sent and form.load():
        with runtime.database.write() as db:
            codes = second_factor.turn_on(runtime, db, user, secret, form.data["code"])
            if codes:
                sessions.end_others(db, session)
        if codes:
            answer = _recovery_codes(codes, _("Two-step sign-in is on."))
            account.know_browser(answer, user)
            return answer
        form.add({"code": [NOT_THIS]})
    address = second_factor.address(user, secret)
    picture = runtime.ports.heavy(lambda: segno.make(address, error="m").svg_data_uri(scale=5, border=2))
    return frame.page(
        "account/second_factor.html",
        form=form,
        picture=picture,
        secret=[secret[start : start + 4] for start in range(0, len(secret), 4)],
        must=session.caller.role in runtime.settings.second_factor,
    )


@blueprint.route("/second-factor/codes", methods=["GET", "POST"])
@gate.roles(*ROLES)
def new_codes() -> Response:
    """Ten new recovery codes; the old ones end."""
    runtime, user = gateway.runtime(), visit.caller().user
    if not _is_on(user):
        return _back()
    form = Form(CODE, read=READ)
    if form.sent and form.load() and _way(form, user):
        with runtime.database.write() as db:
            codes = second_factor.new_recovery_codes(runtime, db, user)
        return _recovery_codes(
            codes, _("These are your new recovery codes. The old ones are of no use any more.")
        )
    return frame.page("account/new_codes.html", form=form)


@blueprint.route("/second-factor/off", methods=["GET", "POST"])
@gate.roles(*ROLES)
def turn_off() -> Response:
    """It takes both factors, as signing in does."""
    runtime, session = gateway.runtime(), _session()
    user = session.caller.user
    if not _is_on(user):
        return _back()
    form = Form(TURN_OFF, read=READ)
    if form.sent and form.load() and _is_password(form, user) and _way(form, user):
        with runtime.database.write() as db:
            second_factor.turn_off(runtime, db, user)
            sessions.end_others(db, session)
        answer = frame.done(_("Two-step sign-in is off."), "pages.account.me")
        account.know_browser(answer, user)
        return answer
    return frame.page("account/second_factor_off.html", form=form)


def _is_password(form: Form, user: str) -> bool:
    try:
        if passwords.check(gateway.runtime(), user, form.data["password"], account.known_browser(user)):
            return True
        form.add({"password": [later("This is not your password.")]})
    except throttle.Locked as locked:
        form.refused = account.too_often(locked)
    return False


def _recovery_codes(codes: list[str], done: str) -> Response:
    half = second_factor.RECOVERY_DIGITS // 2
    groups = [(code[:half], code[half:]) for code in codes]
    return frame.page(
        "account/recovery_codes.html", codes=groups, done=done, at=instant(gateway.runtime().now())
    )


def _session() -> Session:
    session = visit.signed_in()
    assert session is not None, "only views with roles ask"
    return session


def _is_on(user: str) -> bool:
    on: bool = gateway.runtime().read(lambda db: second_factor.is_on(db, user))
    return on


def _back() -> Response:
    return redirect(url_for("pages.account.me"), 303)  # type: ignore[return-value]
