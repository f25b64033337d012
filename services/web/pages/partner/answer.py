"""A partner's answer to a referral: staff make a link, the partner opens it with a code and answers without an account."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import UUID, uuid5

import orjson
from flask import Blueprint, Response, g, redirect, request, url_for
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Regexp

from services.codes import DECLINE_REASONS
from services.fields import Words
from services.kernel.errors import NotFound, Unavailable
from services.thai.dates import from_thai_digits
from services.web import gateway
from services.web.gateway import calls
from services.web.pages.frame import doors, frame, gate, visit
from services.web.pages.frame.forms import Form
from services.web.pages.frame.menu import STAFF
from services.web.pages.parts import needs
from services.web.pages.parts.language import _, later
from services.web.store import links
from services.web.store.links import Link

COOKIE = "answer"
CHANNEL = "link"
AWAITING = ("sent", "acknowledged", "waitlisted")
# What a partner may give as its reason, and whose it is. That there is no place is an answer of its own.
WHOSE = {
    "person_refused": "person",
    "person_left": "person",
    "missing_documents": "centre",
    "wrong_information": "centre",
}
REASONS = tuple(code for code in DECLINE_REASONS if code not in ("no_place", "no_answer"))

blueprint = Blueprint("answer", __name__)


class Code(Schema):
    code = fields.String(
        required=True,
        validate=Regexp(r"^\d{6}$", error=later("The code has six digits.")),
    )


class Accept(Schema):
    receiver = Words(100)
    when = Words(80)


class Decline(Schema):
    reason = fields.String(required=True, validate=OneOf(REASONS))
    note = Words(2000)


class NoPlaces(Schema):
    answer = fields.String(required=True, validate=OneOf(("decline", "waitlist")))


CODE, ACCEPT, DECLINE, NO_PLACES, NOTHING = Code(), Accept(), Decline(), NoPlaces(), Schema()


def _keys() -> links.Keys:
    return links.Keys(gateway.runtime().key("answer-link"))


# -- for the centre's staff ----------------------------------------------------------------------------------------


@blueprint.route("/referrals/<uuid:referral_id>/link", methods=["GET", "POST"])
@gate.roles(*STAFF)
def link(referral_id: UUID) -> Response:
    """Make a link for this referral's partner: link and code are shown once."""
    runtime, form = gateway.runtime(), Form(NOTHING)
    referral = doors.ask("referral", "referral", {"referral_id": str(referral_id)})
    found = doors.together(
        case=("intake", "case", {"case_id": referral["case_id"]}),
        disclosable=("referral", "disclosable", {"referral_id": str(referral_id)}),
        partner=("partners", "partner", {"partner_id": referral["partner_id"]}),
    )
    if None in found.values():
        raise Unavailable
    programme = _programme(found["partner"], referral["programme_id"])
    about = {name: referral[name] for name in ("referral_id", "partner_id", "programme_id")}
    shown: dict[str, Any] = {
        "referral": referral, "case": found["case"], "partner": found["partner"], "programme": programme,
        "rows": needs.told(found["disclosable"]), "lifetime": links.LIFETIME.days, "tries": links.TRIES,
    }  # fmt: skip
    waiting = referral["status"] in AWAITING and referral["place"] != "pending"
    if form.sent and not waiting:
        form.refused = _("The partner cannot answer this referral now.")
    elif form.sent:
        with form.catching():
            told = doors.tell("referral", "disclose", {"referral_id": str(referral_id), "how": CHANNEL})
            with runtime.database.write() as db:
                token, code = links.make(
                    db, _keys(), about, told["disclosed"], visit.caller().user, runtime.now()
                )
            address = f"{visit.site()}{url_for('.enter', token=token)}"
            return frame.page("answer/made.html", address=address, code=f"{code[:3]} {code[3:]}", **shown)
    known = runtime.read(lambda db: links.latest(db, str(referral_id), runtime.now()))
    return frame.page("answer/link.html", form=form, known=known, waiting=waiting, **shown)


def _programme(partner: Mapping[str, Any], programme_id: str) -> dict[str, Any]:
    for each in partner["programmes"]:
        if each["programme_id"] == programme_id:
            found: dict[str, Any] = each
            return found
    raise NotFound("programme")


# -- for the partner -----------------------------------------------------------------------------------------------


@blueprint.route("/answer/<token>", methods=["GET", "POST"])
@gate.public
def enter(token: str) -> Response:
    """The code first; then, in the one browser where it was entered, what is shared and the ways to answer."""
    known = _find(token)
    if isinstance(known, Response):
        return known
    if known.state == "opened":
        return _page("answer/show.html", token, known, form=Form(NOTHING, sent=False))
    form, runtime = Form(CODE, read={"code": _digits}), gateway.runtime()
    if form.sent and form.load():
        with runtime.database.write() as db:
            browser = links.enter(db, _keys(), known, form.data["code"], runtime.now())
        if browser is not None:
            answer = redirect(url_for(".enter", token=token), 303)
            answer.set_cookie(
                COOKIE, browser, max_age=links.LIFETIME, path=url_for(".enter", token=token), httponly=True,
                samesite="Lax", secure=visit.over_https(),
            )  # fmt: skip
            return answer  # type: ignore[return-value]
        known = _find(token)
        if isinstance(known, Response):
            return known
        form.put("code", "")
        left = links.TRIES - known.tries
        form.errors["code"] = [_("This is not the code. Tries left: {}.").format(left)]
    return frame.page("answer/code.html", form=form)


def opened(view: Callable[[str, Link], Response]) -> Callable[..., Response]:
    """A view of a link that was opened in this browser; any other is told why it is of no use, or asked for the code."""

    @wraps(view)
    @gate.public
    def enter(token: str) -> Response:
        known = _find(token)
        if isinstance(known, Response):
            return known
        if known.state == "new":
            return redirect(url_for(".enter", token=token), 303)  # type: ignore[return-value]
        return view(token, known)

    return enter


@blueprint.post("/answer/<token>/acknowledge")
@opened
def acknowledge(token: str, known: Link) -> Response:
    form = Form(NOTHING)
    with form.catching():
        _step(known, "acknowledge")
        return redirect(url_for(".enter", token=token), 303)  # type: ignore[return-value]
    return _page("answer/show.html", token, known, form=form)


@blueprint.route("/answer/<token>/accept", methods=["GET", "POST"])
@opened
def accept(token: str, known: Link) -> Response:
    def send(said: Mapping[str, Any]) -> None:
        _step(known, "accept", said_by=" · ".join(filter(None, (said["receiver"], said["when"]))))

    return _answering("answer/accept.html", token, known, ACCEPT, send)


@blueprint.route("/answer/<token>/decline", methods=["GET", "POST"])
@opened
def decline(token: str, known: Link) -> Response:
    def send(said: Mapping[str, Any]) -> None:
        _step(known, "decline", whose=WHOSE.get(said["reason"], "partner"), **said)

    return _answering("answer/decline.html", token, known, DECLINE, send, reasons=REASONS)


@blueprint.route("/answer/<token>/no-places", methods=["GET", "POST"])
@opened
def no_places(token: str, known: Link) -> Response:
    """The answer, and that the programme has no place free: nobody else is sent there in vain."""

    def send(said: Mapping[str, Any]) -> None:
        reason = {"reason": "no_place", "whose": "partner"} if said["answer"] == "decline" else {}
        _step(known, said["answer"], no_more_places=True, **reason)

    return _answering("answer/no_places.html", token, known, NO_PLACES, send)


def _answering(
    template: str,
    token: str,
    known: Link,
    schema: Schema,
    send: Callable[[Mapping[str, Any]], None],
    **values: Any,
) -> Response:
    """The page of one answer; once its form is filled in rightly `send` passes it on, and the link is used up."""
    form = Form(schema)
    if form.sent and form.load():
        with form.catching():
            send(form.data)
            with gateway.runtime().database.write() as db:
                links.answered(db, known, gateway.runtime().now())
            return redirect(url_for(".enter", token=token), 303)  # type: ignore[return-value]
    return _page(template, token, known, form=form, **values)


def _digits(text: str) -> str:
    return from_thai_digits(text).replace(" ", "").replace("-", "")


def _find(token: str) -> Link | Response:
    """The link, new or opened in this browser; else the page that says why it is of no use (any more)."""
    g.bare = True
    runtime = gateway.runtime()
    try:
        known = runtime.read(lambda db: links.find(db, _keys(), token, runtime.now()))
    except links.BadLink as bad:
        return _over("expired" if bad.expired else "bad")
    mine = known.opened_by(request.cookies.get(COOKIE, ""))
    if known.state == "answered" and mine:
        return _over("thanks", 200)
    if known.state == "opened" and not mine:
        return _over("elsewhere")
    return known if known.state in ("new", "opened") else _over(known.state)


def _over(why: str, status: int = 403) -> Response:
    answer = frame.page("answer/over.html", status, why=why)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _page(template: str, token: str, known: Link, **values: Any) -> Response:
    """A page about the referral, as its partner may see it; one that was answered by other ways says so."""
    try:
        referral = _ask(known, "referral", "referral", {"referral_id": known.referral_id})
    except NotFound:
        return _over("settled")
    if referral["status"] not in AWAITING:
        return _over("settled")
    partner = _ask(known, "partners", "partner", {"partner_id": known.partner_id})
    programme = _programme(partner, known.programme_id)
    about = {"referral": referral, "partner": partner, "programme": programme}
    answer = frame.page(template, token=token, rows=needs.told(known.shared), **about, **values)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _call(known: Link) -> dict[str, Any]:
    """Towards the services the link is its partner, and nobody else."""
    caller = {"user": f"partner-{known.partner_id}", "role": "partner", "centres": []}
    return {"caller": caller, "correlation": g.correlation}


def _ask(known: Link, service: str, door: str, body: Mapping[str, Any]) -> Any:
    call = {**_call(known), "id": str(uuid5(calls.COMMANDS, g.correlation))}
    return calls.ask(service, door, call, body, 10.0)["answer"]


def _tell(known: Link, service: str, door: str, body: Mapping[str, Any]) -> None:
    """The command belongs to the link and what is said: sent twice, it is done once."""
    told = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
    call = {
        **_call(known),
        "id": str(uuid5(calls.COMMANDS, f"{known.link_id}\n{door}\n{told.decode()}")),
        "fingerprint": gateway.runtime().master.fingerprint(told),
        "at": None,
        "if_match": None,
    }
    calls.ask(service, door, call, body, 15.0)


def _step(known: Link, step: str, **said: Any) -> None:
    body = {"referral_id": known.referral_id, "step": step, "by_channel": CHANNEL}
    _tell(known, "referral", "step", body | {name: value for name, value in said.items() if value})
