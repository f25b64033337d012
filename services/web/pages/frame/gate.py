"""Who may open a view, and what becomes of a form whose session ended."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, TypeVar

import orjson
from cryptography.fernet import Fernet, InvalidToken
from flask import Response, g, redirect, request, url_for

from services.kernel.errors import Forbidden
from services.web import gateway
from services.web.gateway import copies
from services.web.gateway.problems import Problem
from services.web.identity.sessions import Session
from services.web.pages.frame import forms, frame, visit
from services.web.pages.frame.forms import Form

FORM_SECONDS = 24 * 3600  # how long a form that was sent without a session is given back

View = TypeVar("View", bound=Callable[..., Any])


def roles(*allowed: str) -> Callable[[View], View]:
    """Only these roles, and whoever acts in their place, open the view; without a session it asks to sign in and keeps
    what was typed."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(**parts: Any) -> Any:
            session = visit.signed_in()
            if session is None:
                return _sign_in_first()
            if session.caller.role not in allowed and session.caller.standing_in(allowed) is None:
                raise Forbidden
            if request.method == "POST" and not g.csrf_fits:
                return resend(request.full_path, forms.sent_fields())
            first = _must_do_first(session)
            if first and request.endpoint not in (first, "pages.account.sign_out"):
                return redirect(url_for(first))
            return view(**parts)

        enter.roles = frozenset(allowed)  # type: ignore[attr-defined]
        return enter  # type: ignore[return-value]

    return decorate


def public(view: View) -> View:
    """The view works without signing in."""

    @wraps(view)
    def enter(**parts: Any) -> Any:
        if request.method == "POST" and not g.csrf_fits:
            return resend(request.full_path, forms.sent_fields())
        return view(**parts)

    enter.roles = frozenset()  # type: ignore[attr-defined]
    return enter  # type: ignore[return-value]


def _must_do_first(session: Session) -> str | None:
    """The page that comes before anything else, if there is one."""
    if session.must_choose_password:
        return "pages.account.password"
    if session.lacks_second_factor and session.caller.role in gateway.runtime().settings.second_factor:
        return "pages.second_factor.turn_on"
    return None


def _sign_in_first() -> Response:
    """To the sign-in page and back; a form that was sent travels with it, sealed, and only its own user gets it
    back."""
    if request.method != "POST":
        return redirect(url_for("pages.account.sign_in", next=visit.address()))  # type: ignore[return-value]
    user = g.session.caller.user if g.session else None
    kept = {"user": user, "path": request.full_path, "fields": forms.sent_fields()} if user else None
    keep = _box().encrypt(orjson.dumps(kept)).decode() if kept else ""
    form = Form(values={"keep": keep, "user": user}, sent=False)
    answer = frame.page("account/sign_in.html", 401, form=form)
    # Whatever part of a page was asked for, the whole of it becomes the place to sign in.
    answer.headers.update({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    return answer


def give_back(keep: str, user: str) -> Response | None:
    """The page that sends again what `user` had typed when the session ended; None if there is nothing for them."""
    kept = _unsealed_form(keep)
    return resend(kept["path"], kept["fields"]) if kept and kept["user"] == user else None


def kept_for(keep: str) -> str | None:
    """Whose form that is; None if it is none of ours."""
    kept = _unsealed_form(keep)
    return str(kept["user"]) if kept else None


def _unsealed_form(keep: str) -> Any:
    try:
        return orjson.loads(_box().decrypt(keep.encode(), ttl=FORM_SECONDS))
    except InvalidToken:
        return None


def resend(path: str, typed: Sequence[Sequence[str]]) -> Response:
    """What was typed, with a button that sends it again under today's session."""
    if request.headers.get("Sec-Fetch-Site") is None:
        raise Problem(403, "This form is too old, or it is not ours.")
    answer = frame.page("account/resend.html", 403, path=path.rstrip("?"), typed=typed)
    answer.headers["X-CSRF-Token"] = (
        visit.csrf()
    )  # for the script that keeps drafts of an older page of the same visit
    return answer


def _box() -> Fernet:
    return copies.kept_box(gateway.runtime())
