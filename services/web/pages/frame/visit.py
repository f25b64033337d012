"""Who is there: the visit's cookie, its session, and the proof that a form was ours."""

import hashlib
import hmac
import re
import secrets
from typing import Any
from urllib.parse import urlsplit

from flask import Response, g, request, url_for

from services.codes.access import DIRECTOR
from services.kernel.envelope import Caller
from services.kernel.errors import Forbidden
from services.web import gateway
from services.web.gateway.limits import BODY_MOST, FIELDS_MOST, STRANGERS_MOST, UPLOAD_MOST, UPLOADS
from services.web.gateway.problems import Problem
from services.web.identity import sessions
from services.web.identity.people import unseal
from services.web.identity.sessions import Session
from services.web.pages.parts import people
from services.web.pages.parts.language import DEFAULT, LANGUAGES

COOKIE = "songtor"
COOKIES = (COOKIE, f"__Host-{COOKIE}")  # over TLS a name that browsers let no neighbouring site set
LANGUAGE_COOKIE = "language"
FORM = "application/x-www-form-urlencoded"
SEALED = "keep"  # the field of what was typed when a session ended
VEIL = hashlib.sha256().digest_size


def before_request() -> None:
    """Language, session, how large a form may be, and the cross-site checks."""
    wished = request.cookies.get(LANGUAGE_COOKIE)
    g.language = next((language for language in LANGUAGES if language == wished), DEFAULT)
    visit = cookie(COOKIE)
    g.visit, g.new_visit = (visit, False) if len(visit) == 43 else (sessions.new_id(), True)
    g.session = None if g.new_visit else _session(g.visit)
    _limit_form()
    if any("\x00" in text for text in (request.path, *request.args, *request.args.values())):
        raise Problem(400, "The address contains the character NUL.")
    if request.method == "POST":
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Forbidden("cross-site")
        token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        g.csrf_fits = hmac.compare_digest(_unveiled(token), _proof())


def _limit_form() -> None:
    """Fields are counted before they are read, for each costs much more than its bytes; and a stranger's are weighed,
    for all are shown again."""
    request.max_content_length = UPLOAD_MOST if g.session and request.path in UPLOADS else BODY_MOST
    request.max_form_memory_size = BODY_MOST
    request.max_form_parts = FIELDS_MOST
    if request.mimetype == FORM and request.get_data().count(b"&") >= FIELDS_MOST:
        raise Problem(413, "A form may have at most 1,000 fields.")
    if request.method == "POST" and not g.session:
        texts = (text for name, text in request.form.items(multi=True) if not _is_sealed(name, text))
        if sum(map(len, (*request.form, *texts))) > STRANGERS_MOST:
            raise Problem(413, "This is more than a form of somebody who has not signed in can hold.")


def _is_sealed(name: str, text: str) -> bool:
    return name == SEALED and re.fullmatch(r"[A-Za-z0-9_=-]*", text) is not None


def _session(cookie: str) -> Session | None:
    runtime = gateway.runtime()
    now = runtime.now()
    found = runtime.read(lambda db: sessions.find(db, cookie, now))
    if found is None:
        return None
    session, touch = found
    user = session.caller.user
    people.remember(user, unseal(runtime, user, session.sealed_person))
    if session.live and touch:
        with runtime.database.write() as db:
            sessions.touch(db, session, now)
    return session


def signed_in() -> Session | None:
    session: Session | None = g.get("session")
    return session if session and session.live else None


def caller() -> Caller:
    session = signed_in()
    assert session is not None, "only views with roles ask"
    return session.caller


def directs(centre: str | None = None) -> bool:
    """Whether a director's acts are the user's to do, by their role or in a director's place: for a centre, or for
    any."""
    asks = caller()
    delegated = asks.delegated_centres(DIRECTOR)
    by_role = asks.role == DIRECTOR and (centre is None or asks.sees(centre))
    return by_role or (bool(delegated) if centre is None else centre in delegated)


def csrf() -> str:
    """The proof that a form was ours: it belongs to the cookie, so no other site can know it. Every page has it under
    another veil, so that nothing is learned of it from how well a page packs (BREACH)."""
    veil: bytes = g.setdefault("veil", secrets.token_bytes(VEIL))
    return (veil + _veiled(veil, _proof())).hex()


def _proof() -> bytes:
    return hmac.new(gateway.runtime().key("csrf"), g.visit.encode(), hashlib.sha256).digest()


def _veiled(veil: bytes, proof: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(veil, proof, strict=False))


def _unveiled(token: str) -> bytes:
    """The proof in what a form sent; nothing if it cannot be one."""
    try:
        sent = bytes.fromhex(token)
    except ValueError:
        return b""
    return _veiled(sent[:VEIL], sent[VEIL:])


def address() -> str:
    """Of this page, with its question."""
    return request.full_path.rstrip("?")


def link(endpoint: str, **parts: Any) -> str:
    """The address of a page; what is no part of its path becomes its question."""
    return url_for(endpoint, **parts)


def local_path(text: str) -> str:
    """An address of our own to go on to, else the first page."""
    parts = urlsplit(text)
    fine = text.startswith("/") and not text.startswith("//") and "\\" not in text and not parts.netloc
    return text if fine and text.isprintable() else "/"


def keep_visit(response: Response, cookie: str) -> None:
    keep_cookie(response, COOKIE, cookie)


def keep_cookie(response: Response, name: str, value: str, seconds: int | None = None) -> None:
    """A cookie that no script reads, for `seconds` or until the browser is closed."""
    response.set_cookie(
        cookie_name(name),
        value,
        max_age=seconds,
        httponly=True,
        samesite="Lax",
        secure=over_https(),
        path="/",
    )


def cookie(name: str) -> str:
    """What the browser sent of a cookie; an empty text if it has none."""
    return request.cookies.get(cookie_name(name), "")


def over_https() -> bool:
    return gateway.site().startswith("https:")


def cookie_name(name: str) -> str:
    """Over TLS a name that browsers let no neighbouring site set."""
    return f"__Host-{name}" if over_https() else name
