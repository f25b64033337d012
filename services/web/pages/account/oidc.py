"""Signing in by the organisation's own provider, and linking accounts with it."""

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, g, redirect, request, url_for
from marshmallow import Schema, ValidationError, fields
from marshmallow.validate import Length

from services.codes.access import ROLES
from services.kernel.envelope import instant
from services.kernel.errors import NotFound
from services.thai import idcard
from services.thai.numbers import ascii_digits
from services.web import gateway
from services.web.identity import accounts, authorization_requests, identities, oidc, passwords, throttle
from services.web.identity.authorization_requests import AuthorizationRequest
from services.web.identity.oidc import RelyingParty
from services.web.pages.account import account, users
from services.web.pages.frame import frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts.language import _, current, later

CITIZEN_NUMBER = "pid"  # the claim in which ThaiD gives it
SIGN_IN, OWN = "pages.oidc.sign_in", "pages.account.own_identity"
LONGEST_ADDRESS = 2000  # characters
# What a person is told; whatever the provider said is not for them.
SAID = {
    "declined": later("{} did not sign you in: it was cancelled there. Try again."),
    "refused": later("{} did not sign you in. Try again."),
    "unreachable": later("{} does not answer just now. Try again in a few minutes."),
    "untrusted": later(
        "The answer of {} could not be verified. Try again; if it stays so, tell your administrator."
    ),
    "no_subject": later("{} did not say who you are. Tell your administrator."),
    "unlinked": later(
        "No open account here is linked with the one you have at {}. Sign in with your password and link them "
        "under My account, "
        "or ask your administrator."
    ),
    "taken": later("The account you have at {} is linked with another account here. Ask your administrator."),
    "stale": later(
        "Signing in with {} took longer than ten minutes, or was begun in another browser. Begin again."
    ),
}
NUMBER_PROBLEMS: Mapping[idcard.Problem, str] = {
    "not_13_digits": later("A citizen number has 13 digits."),
    "check_digit": later("The check digit of the identity number does not fit: look at the number again."),
}

logger = logging.getLogger(__name__)
blueprint = Blueprint("oidc", __name__)


class Confirm(Schema):
    password = fields.String(required=True, validate=Length(max=passwords.LONGEST))


class LinkUser(Schema):
    subject = fields.String(required=True, validate=Length(max=oidc.SUBJECT_MOST))


CONFIRM, LINK_USER = Confirm(), LinkUser()


def name() -> str | None:
    """What the provider is called in the reader's language; None if there is none."""
    provider = gateway.runtime().settings.provider
    if provider is None:
        return None
    return provider.name_th if current() == "th" else provider.name_en


def _party() -> RelyingParty:
    provider = gateway.runtime().settings.provider
    if provider is None:
        raise NotFound("provider")
    return oidc.relying_party(provider)


def _sentence(why: str) -> str:
    return _(SAID.get(why, SAID["stale"])).format(name())


# -- there and back ------------------------------------------------------------------------------------------------


@blueprint.route("/sign-in/oidc", methods=["GET", "POST"])
@gate.public
def sign_in() -> Response:
    """Sent: to the provider. Opened: what became of it, on the page to sign in, with the way on and the form that were
    kept."""
    _party()
    if request.method == "POST":
        next, keep = request.form.get("next", ""), request.form.get("keep", "")
        # A stranger's browser may send this: nothing is stored that we would not go on with.
        setting_out = AuthorizationRequest(
            next if len(next) <= LONGEST_ADDRESS else "", keep if gate.kept_for(keep) else ""
        )
        return _set_out(setting_out, url_for(SIGN_IN))
    if "state" not in request.args:
        return _to(url_for("pages.account.sign_in"))
    known, outcome = _came_back()
    session = visit.signed_in()
    if session is not None:
        return gate.give_back(known.keep, session.caller.user) or _to(known.next)
    form = Form(
        account.SIGN_IN,
        {"next": known.next, "keep": known.keep, "user": gate.kept_for(known.keep)},
        sent=False,
    )
    form.refused = _sentence(outcome)
    return frame.page("account/sign_in.html", form=form)


@blueprint.get("/sign-in/oidc/callback")
@gate.public
def callback() -> Response:
    """Where the provider sends the browser back. It always goes on from here: this address carries the code."""
    party, runtime, state = _party(), gateway.runtime(), request.args.get("state", "")
    known = authorization_requests.come_back(runtime, g.visit, state)
    session = visit.signed_in()
    if known is None or (known.linking and (session is None or session.caller.user != known.linking)):
        return _to(url_for(SIGN_IN, state="stale" if state else None))
    try:
        subject = party.subject(runtime, known, request.args, _redirect_uri())
    except oidc.Failed as failed:
        return _end(known, state, failed.why, failed.detail)
    if known.linking:
        if not identities.link(runtime, party.provider.issuer, subject, known.linking, known.linking):
            return _end(known, state, "taken")
        return frame.done(_("Your account is linked."), "pages.account.me")
    return _let_in(known, state, identities.user_of(runtime, party.provider.issuer, subject))


def _let_in(attempt: AuthorizationRequest, state: str, user: str | None) -> Response:
    browser = g.visit
    cookie = account.begin_session(user, by_provider=True) if user else None
    if cookie is None:
        return _end(attempt, state, "unlinked")
    authorization_requests.hand_on(gateway.runtime(), browser, state, cookie)
    answer = _to(url_for(SIGN_IN, state=state) if attempt.keep else attempt.next)
    visit.keep_visit(answer, cookie)
    return answer


def _set_out(setting_out: AuthorizationRequest, back: str) -> Response:
    """The page that takes the browser to the provider. Not a redirect: browsers hold the whole chain of redirects after
    a form against the Content-Security-Policy's form-action, and where a provider leads on to is not ours to know."""
    party, runtime = _party(), gateway.runtime()
    state = authorization_requests.begin(runtime, g.visit, setting_out)
    try:
        address = party.address(runtime, setting_out, state, _redirect_uri())
    except oidc.Failed as failed:
        return _end(setting_out, state, failed.why, failed.detail)
    answer = frame.page("oidc/leave.html", address=address, back=back)
    answer.headers["Refresh"] = f"0; url={address}"
    return answer


def _end(attempt: AuthorizationRequest, state: str, why: str, detail: str = "") -> Response:
    """Nobody is signed in or linked: the page that says so, and for whoever runs the system a line that says why, never
    who."""
    logger.warning("sign-in by the provider: %s%s", why, f" ({detail})" if detail else "")
    authorization_requests.end(gateway.runtime(), g.visit, state, why)
    return _to(url_for(OWN if attempt.linking else SIGN_IN, state=state))


def _came_back() -> tuple[AuthorizationRequest, str]:
    """The request that this page's address names and what became of it, if it is this browser's."""
    found = authorization_requests.find(gateway.runtime(), g.visit, request.args.get("state", ""))
    return found or (AuthorizationRequest(), "stale")


def _to(path: str) -> Response:
    return redirect(visit.local_path(path), 303)  # type: ignore[return-value]


def _redirect_uri() -> str:
    return f"{gateway.site()}{url_for('pages.oidc.callback')}"


# -- one's own account ---------------------------------------------------------------------------------------------


@account.blueprint.route("/account/identity", methods=["GET", "POST"])
@gate.roles(*ROLES)
def own_identity() -> Response:
    """Link one's account: the password first, so that nobody does it at a desk that was left for a moment."""
    party, form, user = _party(), Form(CONFIRM), visit.caller().user
    if form.sent and form.load():
        try:
            if passwords.check(gateway.runtime(), user, form.data["password"], account.known_browser(user)):
                return _set_out(AuthorizationRequest(linking=user), url_for(OWN))
            form.add({"password": [later("This is not your password.")]})
        except throttle.Locked as locked:
            form.refused = account.too_often(locked)
    elif "state" in request.args:
        form.refused = _sentence(_came_back()[1])
    return _own(party, form)


@account.blueprint.post("/account/identity/unlink")
@gate.roles(*ROLES)
def unlink_own_identity() -> Response:
    party, form, user = _party(), Form(CONFIRM, sent=False), visit.caller().user
    with gateway.runtime().database.write() as db:
        if able := passwords.has(db, user):
            identities.unlink(db, party.provider.issuer, user, user, instant(gateway.runtime().now()))
    if able:
        return frame.done(_("Your account is no longer linked."), "pages.account.me")
    form.refused = _(
        "You have no password here, so you could not sign in any more. Ask your administrator for one."
    )
    return _own(party, form)


def _own(party: RelyingParty, form: Form) -> Response:
    user, issuer = visit.caller().user, party.provider.issuer
    known = gateway.runtime().read(lambda db: identities.find(db, issuer, user))
    return frame.page("oidc/own.html", form=form, known=known)


# -- for the administrator -----------------------------------------------------------------------------------------


def read_subject(text: str) -> str:
    """What the provider calls a person, as somebody types it. Only here is it made even: the provider's word counts as
    it stands."""
    typed = ascii_digits(text.strip())
    number = idcard.clean(typed)
    problem = idcard.problem(number)
    if _party().provider.subject_claim != CITIZEN_NUMBER:
        return typed if problem == "not_13_digits" else number
    if problem:
        raise ValidationError(NUMBER_PROBLEMS[problem])
    return number


@users.blueprint.route("/users/<user>/identity", methods=["GET", "POST"])
@gate.roles("admin")
def identity(user: str) -> Response:
    """Link a user's account with who they are at the provider."""
    party, known = _party(), users.managed_account(user)
    if not known.active:
        raise NotFound(user)
    form = Form(LINK_USER, read={"subject": read_subject})
    if form.sent and form.load():
        issuer, by = party.provider.issuer, visit.caller().user
        if identities.link(gateway.runtime(), issuer, form.data["subject"], user, by):
            return frame.done(_("The account is linked."), "pages.users.change", user=user)
        form.add({"subject": [later("This is linked with another account.")]})
    linked = gateway.runtime().read(lambda db: identities.find(db, party.provider.issuer, user))
    claim = party.provider.subject_claim
    is_number = claim == CITIZEN_NUMBER
    return frame.page(
        "oidc/of_user.html", form=form, user=known, known=linked, claim=claim, is_citizen_number=is_number
    )


@users.blueprint.post("/users/<user>/identity/unlink")
@gate.roles("admin")
def unlink_identity(user: str) -> Response:
    """Their sessions and tokens end, as with every change that takes something away."""
    party, known = _party(), users.managed_account(user)
    with gateway.runtime().database.write() as db:
        by, now = visit.caller().user, instant(gateway.runtime().now())
        identities.unlink(db, party.provider.issuer, known.user, by, now)
        accounts.end_tokens(db, known.user)
    return frame.done(_("The account is no longer linked."), "pages.users.change", user=user)
