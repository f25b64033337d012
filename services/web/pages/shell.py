"""What every page is made with: who is signed in, forms, calls of doors, and the frame around it all."""

import gzip
import hashlib
import hmac
import logging
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import partial, wraps
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4, uuid5

import orjson
from cryptography.fernet import Fernet, InvalidToken
from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from services.kernel.doors import flat
from services.kernel.envelope import Caller
from services.kernel.errors import Forbidden, Invalid, KeyReused, NotFound, Refused, Stale, Unavailable
from services.thai.dates import DateError, from_thai_digits
from services.web import accounts, api, drafts, problems, sessions
from services.web.pages.language import DEFAULT, LANGUAGES, _, field_error, later
from services.web.pages.words import KINDS, word
from services.web.problems import Problem
from services.web.sessions import Session

COOKIE = "songtor"
LANGUAGE_COOKIE = "language"
FORM_MOST = 1024 * 1024
VEIL = hashlib.sha256().digest_size
PACKED_FROM, PACKING = 1400, 3  # bytes that one packet carries; level 6 takes twice the time for a tenth less
FORM_SECONDS = 24 * 3600  # how long a form that was sent without a session is given back
OF_DRAFTS = ("draft", "draft.focus", "draft.seen", "version")  # hidden fields that are not in a draft
LOST = later("Remove the character that cannot be shown.")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
}

View = TypeVar("View", bound=Callable[..., Any])

logger = logging.getLogger(__name__)
pages = Blueprint("pages", __name__)


# -- who is there --------------------------------------------------------------------------------------------------


@pages.before_request
def arrive() -> None:
    """Language, session and the cross-site checks; a form larger than 1 MB is refused."""
    request.max_content_length = request.max_form_memory_size = FORM_MOST
    wished = request.cookies.get(LANGUAGE_COOKIE)
    g.language = next((language for language in LANGUAGES if language == wished), DEFAULT)
    visit = cookie(COOKIE)
    g.visit, g.new_visit = (visit, False) if len(visit) == 43 else (sessions.new_id(), True)
    g.session = None if g.new_visit else _session(g.visit)
    if any("\x00" in text for text in (request.path, *request.args, *request.args.values())):
        raise Problem(400, "The address contains the character NUL.")
    if request.method == "POST":
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
            raise Forbidden("cross-site")
        token = request.headers.get("X-CSRF-Token") or request.form.get("csrf", "")
        g.csrf_fits = hmac.compare_digest(_unveiled(token), _proof())


def _session(cookie: str) -> Session | None:
    runtime = api.runtime()
    now = runtime.now()
    found = runtime.read(lambda db: sessions.find(db, cookie, now))
    if found is None:
        return None
    session, touch = found
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


def csrf() -> str:
    """The proof that a form was ours: it belongs to the cookie, so no other site can know it. Every page has it under another veil, so
    that nothing is learned of it from how well a page packs (BREACH)."""
    veil: bytes = g.setdefault("veil", secrets.token_bytes(VEIL))
    return (veil + _veiled(veil, _proof())).hex()


def _proof() -> bytes:
    return hmac.new(api.runtime().key("csrf"), g.visit.encode(), hashlib.sha256).digest()


def _veiled(veil: bytes, proof: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(veil, proof, strict=False))


def _unveiled(token: str) -> bytes:
    """The proof in what a form sent; nothing if it cannot be one."""
    try:
        sent = bytes.fromhex(token)
    except ValueError:
        return b""
    return _veiled(sent[:VEIL], sent[VEIL:])


def roles(*allowed: str) -> Callable[[View], View]:
    """Only these roles open the view; without a session it asks to sign in and keeps what was typed."""

    def decorate(view: View) -> View:
        @wraps(view)
        def enter(**parts: Any) -> Any:
            session = signed_in()
            if session is None:
                return _sign_in_first()
            if session.caller.role not in allowed:
                raise Forbidden
            if request.method == "POST" and not g.csrf_fits:
                return resend(request.full_path, sent_fields())
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
            return resend(request.full_path, sent_fields())
        return view(**parts)

    enter.roles = frozenset()  # type: ignore[attr-defined]
    return enter  # type: ignore[return-value]


def _must_do_first(session: Session) -> str | None:
    """The page that comes before anything else, if there is one."""
    if session.must_choose_password:
        return "pages.account.password"
    if session.lacks_second_factor and session.caller.role in api.runtime().settings.second_factor:
        return "pages.second_factor.turn_on"
    return None


def sent_fields(*without: str) -> list[tuple[str, str]]:
    """What was sent with a form, but what belongs to the session it was made for."""
    dropped = ("csrf", "keep", *without)
    return [(name, text) for name, text in request.form.items(multi=True) if name not in dropped]


def _sign_in_first() -> Response:
    """To the sign-in page and back; a form that was sent travels with it, sealed, and only its own user gets it back."""
    if request.method != "POST":
        return redirect(url_for("pages.account.sign_in", next=address()))  # type: ignore[return-value]
    user = g.session.caller.user if g.session else None
    kept = {"user": user, "path": request.full_path, "fields": sent_fields()} if user else None
    keep = _kept_box().encrypt(orjson.dumps(kept)).decode() if kept else ""
    form = Form(values={"keep": keep, "user": user}, sent=False)
    answer = page("account/sign_in.html", 401, form=form)
    # Whatever part of a page was asked for, the whole of it becomes the place to sign in.
    answer.headers.update({"HX-Retarget": "#main", "HX-Reselect": "#main", "HX-Reswap": "outerHTML"})
    return answer


def give_back(keep: str, user: str) -> Response | None:
    """The page that sends again what `user` had typed when the session ended; None if there is nothing for them."""
    kept = _kept(keep)
    return resend(kept["path"], kept["fields"]) if kept and kept["user"] == user else None


def kept_for(keep: str) -> str | None:
    """Whose form that is; None if it is none of ours."""
    kept = _kept(keep)
    return str(kept["user"]) if kept else None


def _kept(keep: str) -> Any:
    try:
        return orjson.loads(_kept_box().decrypt(keep.encode(), ttl=FORM_SECONDS))
    except InvalidToken:
        return None


def resend(path: str, typed: Sequence[Sequence[str]]) -> Response:
    """What was typed, with a button that sends it again under today's session."""
    if request.headers.get("Sec-Fetch-Site") is None:
        raise Problem(403, "This form is too old, or it is not ours.")
    answer = page("account/resend.html", 403, path=path.rstrip("?"), typed=typed)
    answer.headers["X-CSRF-Token"] = (
        csrf()
    )  # for the script that keeps drafts of an older page of the same visit
    return answer


def _kept_box() -> Fernet:
    return Fernet(urlsafe_b64encode(api.runtime().key("kept-form")))


def address() -> str:
    """Of this page, with its question."""
    return request.full_path.rstrip("?")


def local_path(text: str) -> str:
    """An address of our own to go on to, else the first page."""
    parts = urlsplit(text)
    fine = text.startswith("/") and not text.startswith("//") and "\\" not in text and not parts.netloc
    return text if fine and text.isprintable() else "/"


# -- doors ---------------------------------------------------------------------------------------------------------


def _call(caller: Caller) -> dict[str, Any]:
    return {
        "caller": {"user": caller.user, "role": caller.role, "centres": list(caller.centres)},
        "id": str(uuid4()),
        "correlation": g.correlation,
    }


def _question() -> dict[str, Any]:
    asking = caller()
    return {**_call(asking), "wait": api.runtime().read(lambda db: accounts.positions(db, asking.user))}


def ask(service: str, door: str, body: Mapping[str, Any] | None = None, seconds: float = 10.0) -> Any:
    """The answer of a query as the signed-in user; the kernel's errors are raised and become error pages."""
    found = api.ask(service, door, _question(), body or {}, seconds)
    g.stale = g.get("stale", False) or found["stale"]
    return found["answer"]


Question = tuple[str, str, Mapping[str, Any]]


def together(**questions: Question) -> dict[str, Any]:
    """{name: answer} of several queries side by side; None for what is not known (yet) or not available now."""
    call = _question()
    around = api.runtime().ports
    asked = [partial(_or_nothing, around.ask, call, question) for question in questions.values()]
    found = dict(zip(questions, around.together(asked), strict=True))
    g.stale = g.get("stale", False) or any(answer is None or answer["stale"] for answer in found.values())
    return {name: answer and answer["answer"] for name, answer in found.items()}


def _or_nothing(asking: Any, call: Mapping[str, Any], question: Question) -> Any:
    service, door, body = question
    try:
        return asking(service, door, call, body, 5.0)
    except (NotFound, Unavailable):
        return None


def tell(
    service: str,
    door: str,
    body: Mapping[str, Any],
    *,
    at: str | None = None,
    if_match: int | None = None,
    seconds: float = 15.0,
) -> Any:
    """The answer of a command as the signed-in user. Its id comes from the form's hidden command id and the door, so sending a
    form twice changes once. `at`: when it happened (instant)."""
    telling = caller()
    command = request.form.get("command", "")[:64] or str(uuid4())
    names = (telling.user, service, door, command)
    call = {
        **_call(telling),
        "id": str(uuid5(api.COMMANDS, "\n".join(names))),
        "fingerprint": api.runtime().master.fingerprint(
            orjson.dumps([at, body], option=orjson.OPT_SORT_KEYS)
        ),
        "at": at,
        "if_match": if_match,
    }
    found = api.ask(service, door, call, body, seconds)
    if found["position"]:
        with api.runtime().database.write() as db:
            accounts.wrote(db, telling.user, service, int(found["position"]))
    return found["answer"]


# -- forms ---------------------------------------------------------------------------------------------------------

Read = Callable[[str], Any]


class Form:
    """A form on a page. Its fields are named by their dotted paths in `schema` (None: no field is checked); `values` are shown first;
    `fixed` are parts of the body that nobody types; `read` turns one field's text into what the schema takes. With `draft`, what the
    form is called in the list of drafts, what was typed is kept until the form was sent, and shown again at this address; `case_id`:
    the case it is about."""

    def __init__(
        self,
        schema: Schema | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        fixed: Mapping[str, Any] | None = None,
        read: Mapping[str, Read] | None = None,
        version: int | None = None,
        sent: bool | None = None,
        draft: str | None = None,
        case_id: str | None = None,
    ) -> None:
        self.schema, self.fixed, self.read = schema, dict(fixed or {}), dict(read or {})
        self.sent = request.method == "POST" if sent is None else sent
        self.place = drafts.Place(caller().user, address(), draft, case_id) if draft else None
        # What was kept is shown instead of the first values.
        self.draft = drafts.find(api.runtime(), self.place) if self.place and not self.sent else None
        self.saved_at = self.draft.saved_at if self.draft else None
        if self.sent:
            self.typed: MultiDict[str, str] = request.form
        else:
            self.typed = MultiDict(self.draft.fields) if self.draft else _as_typed(values or {})
        self.command = self.typed.get("command") or str(uuid4())
        self.version, self.current = version, version
        # Somebody who was shown what changed meanwhile sends the version that was shown; 0 is what was not there yet.
        shown = shown_version() if self.sent else self.draft.version if self.draft else None
        if shown or (shown == 0 and version is not None):
            self.version = shown
        self.errors: dict[str, list[str]] = {}
        self.labels: dict[str, str] = {}  # of the fields on the page
        self.refused: str | None = None
        self.stale = False
        self.body: dict[str, Any] = {}
        self.data: Any = None

    @property
    def ticket(self) -> str:
        assert self.place is not None, "only a form with drafts has one"
        return drafts.ticket(api.runtime(), self.place)

    def focus(self, id: str) -> dict[str, str]:
        """Attributes of a field: the one that was being typed in when the draft was saved has the focus again."""
        return {"autofocus": ""} if self.draft and self.draft.focus == id else {}

    def keep(self) -> None:
        """What was sent and is shown again becomes a draft. (A script asks for parts of the page, and saves by itself.)"""
        if self.sent and self.place and "HX-Request" not in request.headers:
            with suppress(drafts.TooLarge):
                fields = [("command", self.command), *sent_fields("command", *OF_DRAFTS)]
                version = self.shown_version or 0
                self.saved_at, _before = drafts.keep(api.runtime(), self.place, fields, version, focus="")

    def load(self, counts: "MultiDict[str, str] | None" = None) -> bool:
        """Read what was typed (or what of it `counts`): `body` is the door's body, `data` what the schema made of it. False: `errors`
        says why not."""
        typed = self.typed if counts is None else counts
        if self.schema is not None:
            self.body = _read_fields(self.schema, typed, "", self.read, self.errors)
        self.body |= self.fixed
        self.add(api.unstorable(self.body))
        # What was no UTF-8 arrives as this sign: nobody typed it, and what was typed is lost.
        self.add({name: [LOST] for name, text in typed.items(multi=True) if "\ufffd" in text})
        if self.schema is not None:
            try:
                self.data = self.schema.load(self.body)
            except ValidationError as error:
                # A field that could not be read is missing to the schema; that was said already.
                said = flat(error.messages)
                self.add({name: messages for name, messages in said.items() if name not in self.errors})
        return not self.errors

    def add(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Errors of fields, as schemas and doors say them; that of one of several choices is the field's."""
        for name, messages in errors.items():
            known = self.errors.setdefault(re.sub(r"\.[0-9]+$", "", name), [])
            known += [said for said in map(field_error, messages) if said not in known]

    @contextmanager
    def catching(self) -> Iterator[None]:
        """What a door answers to a command about its fields, its rules or its version becomes an error of this form."""
        try:
            yield
        except Invalid as error:
            self.add(error.errors)
        except Refused as error:
            self.refused = (
                word("refusal", error.code)
                if error.code in KINDS["refusal"]
                else _("This cannot be done now.")
            )
        except KeyReused:
            self.refused = _(
                "This was sent already, with other answers. Look at what stands now before you send it again."
            )
            self.command = str(uuid4())
        except Stale:
            self.stale = True

    @property
    def status(self) -> int:
        return 412 if self.stale else 409 if self.refused else 422 if self.errors else 200

    @property
    def shown_version(self) -> int | None:
        return self.current if self.stale else self.version

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def chosen(self, name: str) -> list[str]:
        return self.typed.getlist(name)

    def put(self, name: str, text: str) -> None:
        """As if it had been typed."""
        self.typed = MultiDict(self.typed)
        self.typed[name] = text

    def error(self, name: str) -> str | None:
        return " ".join(self.errors.get(name, ())) or None

    def named(self, name: str, label: str) -> str:
        """Notes what a field is called on its page."""
        self.labels[name] = label
        return ""

    def in_error(self) -> list[str]:
        """The fields with errors in the order of the page."""
        places = {name: place for place, name in enumerate(self.labels)}
        return sorted(self.errors, key=lambda name: places.get(name, len(places)))

    def complaint(self, name: str) -> str:
        """An error as the summary says it: with the name of its field."""
        label = self.labels.get(name)
        return f"{label} – {self.error(name)}" if label else self.error(name) or ""


def shown_version() -> int | None:
    """The version that the form which was sent was shown with."""
    told = request.form.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None


def _as_typed(values: Mapping[str, Any]) -> "MultiDict[str, str]":
    """A body as its form shows it: dotted names, yes and no, lists of codes as repeated names."""
    typed: MultiDict[str, str] = MultiDict()

    def put(name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for part, inner in value.items():
                put(f"{name}.{part}" if name else part, inner)
        elif isinstance(value, (list, tuple)):
            for number, inner in enumerate(value):
                put(f"{name}.{number}" if isinstance(inner, Mapping) else name, inner)
        elif value is not None:
            typed.add(name, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))

    put("", values)
    return typed


def _read_fields(
    schema: Schema,
    typed: "MultiDict[str, str]",
    at: str,
    read: Mapping[str, Read],
    errors: dict[str, list[str]],
) -> dict[str, Any]:
    """The body that was typed: blank is absent, yes and no are booleans, whole numbers may have Thai digits."""
    body: dict[str, Any] = {}
    for name, field in schema.fields.items():
        path = at + name
        if isinstance(field, fields.Nested) and not field.many:
            inner = _read_fields(field.schema, typed, f"{path}.", read, errors)
            if inner or field.required:
                body[name] = inner
        elif isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            numbers = {key[len(path) + 1 :].partition(".")[0] for key in typed if key.startswith(f"{path}.")}
            rows = sorted(
                int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4
            )
            made = [_read_fields(field.inner.schema, typed, f"{path}.{row}.", read, errors) for row in rows]
            if any(made) or field.required:
                # Blank rows between others keep their number, so that errors stay with the row they belong to.
                while made and not made[-1]:
                    made.pop()
                body[name] = made
        elif isinstance(field, fields.List) and path not in read:
            texts = [text.strip() for text in typed.getlist(path) if text.strip()]
            if texts or field.required:
                body[name] = [_read(field.inner, text) for text in texts]
        elif text := typed.get(path, "").replace("\r\n", "\n").strip():
            try:
                body[name] = read[path](text) if path in read else _read(field, text)
            except (ValidationError, DateError) as error:
                said = error.messages if isinstance(error, ValidationError) else [str(error)]
                errors.setdefault(path, []).extend(field_error(str(message)) for message in said)
    return body


def _read(field: fields.Field[Any], text: str) -> Any:
    if isinstance(field, fields.Boolean):
        return {"yes": True, "no": False}.get(text, text)
    if isinstance(field, fields.Integer):
        digits = from_thai_digits(text).replace(",", "")
        plain = digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) < 17
        return int(digits) if plain else text
    return text


# -- answers -------------------------------------------------------------------------------------------------------


def page(template: str, status: int = 200, **values: Any) -> Response:
    """A page. With a form that was refused among its values it has the status of the refusal."""
    forms = [value for value in values.values() if isinstance(value, Form)]
    for form in forms:
        form.keep()
    refused = [form.status for form in forms]
    session = signed_in()
    message = session.message if session else None
    if session and message:
        with api.runtime().database.write() as db:
            sessions.leave_message(db, session.id_hash, None)
    frame = {"me": session.caller if session else None, "lang": g.language, "message": message}
    text = render_template(template, **frame, stale=g.get("stale", False), **values)
    return make_response(text, max([status, *refused]))


def say(message: str) -> None:
    """On the user's next page."""
    session = signed_in()
    if session:
        with api.runtime().database.write() as db:
            sessions.leave_message(db, session.id_hash, message)


def done(message: str, endpoint: str, **parts: Any) -> Response:
    """Go on to another page, which says the message; the form was sent, so it needs no draft any more."""
    session, runtime = signed_in(), api.runtime()
    if session:
        with runtime.database.write() as db:
            sessions.leave_message(db, session.id_hash, message)
            drafts.drop(runtime, db, session.caller.user, address())
    return redirect(url_for(endpoint, **parts), 303)  # type: ignore[return-value]


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


def site() -> str:
    """Where people reach the pages: as set, else wherever this request asked. (Its proxy says whether that was over TLS; whoever else
    says so makes only the own cookies stricter.)"""
    told = api.runtime().settings.public_url
    secure = request.is_secure or request.headers.get("X-Forwarded-Proto") == "https"
    return told or f"{'https' if secure else 'http'}://{request.host}"


def over_https() -> bool:
    return site().startswith("https:")


def cookie_name(name: str) -> str:
    """Over TLS a name that browsers let no neighbouring site set."""
    return f"__Host-{name}" if over_https() else name


@pages.after_request
def leave(response: Response) -> Response:
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if over_https():
        response.headers["Strict-Transport-Security"] = f"max-age={365 * 86400}"
    response.headers.add("Vary", "Accept-Encoding, Cookie")
    _pack(response)
    if g.get("new_visit") and not response.headers.getlist("Set-Cookie") and response.mimetype == "text/html":
        keep_visit(response, g.visit)
    return response


def _pack(response: Response) -> None:
    """A page goes over a ward's weak network in a fifth to a tenth of its size."""
    wanted = response.mimetype == "text/html" and request.accept_encodings.quality("gzip") > 0
    if wanted and len(response.get_data()) >= PACKED_FROM:
        response.set_data(gzip.compress(response.get_data(), PACKING, mtime=0))
        response.headers["Content-Encoding"] = "gzip"


@pages.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """An error as a page: what happened, and what to do now."""
    if isinstance(error, HTTPException):
        if error.code and error.code < 400 and error.response:
            return error.response  # type: ignore[return-value]
        problem = Problem(error.code if error.code in problems.TITLES else 400, error.name)
    else:
        problem = problems.of(error)
    if problem.status == 500:
        current_app.logger.error("unexpected", exc_info=error)
    status = 409 if isinstance(error, KeyReused) else problem.status
    g.setdefault("language", DEFAULT)
    g.setdefault("visit", secrets.token_urlsafe(32))
    answer = page("error.html", status, problem=status, code=problem.code)
    if status == 503:
        answer.headers["Retry-After"] = "2"
    return answer
