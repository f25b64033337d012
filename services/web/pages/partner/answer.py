"""A partner's answer to a referral: staff make a link, the partner opens it with a code and answers without an
account.

Long because every way in which a link is of use, or of none any more, is told in one place.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any, Literal, TypedDict, TypeVar
from uuid import UUID

import orjson
from flask import Blueprint, Response, g, redirect, request, url_for
from marshmallow import Schema, fields
from marshmallow.validate import OneOf, Regexp

from services.codes import DECLINE_REASONS, sentences
from services.codes.access import STAFF
from services.codes.declines import whose_no
from services.codes.steps import CONSENT_WITHDRAWN
from services.fields import Words
from services.intake.answers import Case, CaseOutline
from services.intake.doors import CASE
from services.kernel.envelope import Caller
from services.kernel.errors import NotFound, Unavailable
from services.kernel.questions import Json
from services.partners.answers import Partner, Programme
from services.partners.doors import PARTNER
from services.referral.answers import ReferralWithHistory
from services.referral.doors import DISCLOSABLE, DISCLOSE, OPEN_DISCLOSURE, REFERRAL, STEP
from services.thai.numbers import ascii_digits
from services.web import gateway
from services.web.gateway import calls
from services.web.gateway.calls import Asker, Command, command_id
from services.web.pages.frame import doors, frame, gate, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner.partners import programme_of
from services.web.pages.parts import needs
from services.web.pages.parts.centres import contact
from services.web.pages.parts.language import _, later
from services.web.pages.parts.people import person, who_as
from services.web.pages.parts.reasons import effect
from services.web.store import centres, links
from services.web.store.links import Link

A = TypeVar("A")
COOKIE = "answer"
CHANNEL = "link"
LETTER = "letter"  # a link that travels as a QR code on paper
# What a partner may give as its reason, and whose it is. That there is no place is an answer of its own.
ANSWERS = {
    "ReferralAccepted": later("Yes, we take the person"),
    "ReferralDeclined": later("No, we cannot"),
    "ReferralWaitlisted": later("Put the person on our waiting list"),
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


class Acceptance(TypedDict):
    receiver: str | None
    when: str | None


class Refusal(TypedDict):
    reason: str
    note: str | None


class NoPlacesAnswer(TypedDict):
    answer: Literal["decline", "waitlist"]


CODE, ACCEPT, DECLINE, NO_PLACES, NOTHING = Code(), Accept(), Decline(), NoPlaces(), Schema()


def asked_again(referral: ReferralWithHistory) -> str | None:
    """What the director asks of a partner whose no came back (codes.declines.REVIEW_ASKS), until it answers."""
    last = next((row for row in reversed(referral["history"]) if row["type"] != "DisclosureOpened"), None)
    return last.get("asks") if last and referral["status"] == "acknowledged" else None


def _keys() -> links.Keys:
    return links.Keys(gateway.runtime().key("answer-link"))


# -- for the centre's staff ----------------------------------------------------------------------------------------


class Shown(TypedDict):
    """What both pages of a new link show. `lifetime` in days; `tries` of the code."""

    referral: ReferralWithHistory
    case: Case | CaseOutline
    partner: Partner
    programme: Programme
    rows: list[tuple[str, str]]
    lifetime: int
    tries: int


@blueprint.route("/referrals/<uuid:referral_id>/link", methods=["GET", "POST"])
@gate.roles(*STAFF)
def link(referral_id: UUID) -> Response:
    """Make a link for this referral's partner: link and code are shown once."""
    runtime, form = gateway.runtime(), Form(NOTHING)
    referral = lookup.referral(str(referral_id))
    partner_id, programme_id = referral["partner_id"], referral["programme_id"]
    if partner_id is None or programme_id is None:  # a return to the family, of which nobody is told
        raise NotFound("partner")
    case_asked = CASE.of(case_id=referral["case_id"])
    told_asked = DISCLOSABLE.of(referral_id=str(referral_id))
    partner_asked = PARTNER.of(partner_id=partner_id)
    found = doors.together(case_asked, told_asked, partner_asked)
    case, disclosable, partner = found[case_asked], found[told_asked], found[partner_asked]
    if case is None or disclosable is None or partner is None:
        raise Unavailable
    programme = programme_of(partner, programme_id)
    about = {"referral_id": str(referral_id), "partner_id": partner_id, "programme_id": programme_id}
    shown: Shown = {
        "referral": referral, "case": case, "partner": partner, "programme": programme,
        "rows": needs.disclosure_rows(disclosable), "lifetime": links.LIFETIME.days, "tries": links.TRIES,
    }  # fmt: skip
    waiting = "disclose" in referral["may"]
    if form.sent and not waiting:
        form.refused = _("The partner cannot answer this referral now.")
    elif form.sent:
        with form.catching():
            how = LETTER if form.value("how") == LETTER else CHANNEL
            told = doors.tell(DISCLOSE, {"referral_id": str(referral_id), "how": how})
            with runtime.database.write() as db:
                token, code = links.make(
                    db, _keys(), about, told["disclosed"], visit.caller().user, runtime.now()
                )
            address = f"{gateway.site()}{url_for('.enter', token=token)}"
            return frame.page(
                "answer/made.html", how=how, address=address, code=f"{code[:3]} {code[3:]}",
                letter=_message(referral["centre"], partner, programme, address), **shown,
            )  # fmt: skip
    known = runtime.read(lambda db: links.latest(db, str(referral_id), runtime.now()))
    return frame.page("answer/link.html", form=form, known=known, waiting=waiting, **shown)


def _message(centre: str, partner: Partner, programme: Programme, address: str) -> str:
    """What is sent to the partner with the link, in Thai whatever language the worker reads. Nothing of the person."""
    known = gateway.runtime().read(lambda db: centres.find(db, centre))
    sender = known.name or f"ศูนย์คุ้มครองคนไร้ที่พึ่งจังหวัด{sentences.province(centre, 'th')}"
    sender += f" โทร. {known.phone}" if known.phone else ""
    return (
        f"เรียน {partner['name']}\n{sender} ขอความอนุเคราะห์พิจารณารับผู้รับบริการ 1 ราย ({programme['name']})\n"
        f"โปรดอ่านรายละเอียดและตอบที่ {address}\nเจ้าหน้าที่จะแจ้งรหัสเปิดลิงก์ทางโทรศัพท์ ขอบคุณ"
    )


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
    if not _is_open(known):
        return _over("settled")
    form, runtime = Form(CODE, read={"code": _digits}), gateway.runtime()
    if form.sent and form.load():
        with runtime.database.write() as db:
            browser = links.enter(db, _keys(), known, form.data["code"], runtime.now())
        if browser is not None:
            opened = Command(command_id(known.link_id, OPEN_DISCLOSURE.name, known.made_at))
            calls.tell(
                _asker(known), OPEN_DISCLOSURE, {"referral_id": known.referral_id, "how": CHANNEL}, opened
            )
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
    """A view of a link that was opened in this browser; any other is told why it is of no use, or asked for the
    code."""

    @wraps(view)
    @gate.public
    def enter(token: str) -> Response:
        known = _find(token)
        if isinstance(known, Response):
            return known
        if known.state == "new":
            return _again(token)
        return view(token, known)

    return enter


@blueprint.post("/answer/<token>/acknowledge")
@opened
def acknowledge(token: str, link: Link) -> Response:
    form = Form(NOTHING)
    with form.catching():
        _step(link, "acknowledge")
        return _again(token)
    return _page("answer/show.html", token, link, form=form)


@blueprint.post("/answer/<token>/take-back")
@opened
def take_back(token: str, link: Link) -> Response:
    """A no by link is final only some minutes later: until then the partner may answer anew."""
    form = Form(NOTHING)
    with form.catching():
        _step(link, "take-back")
    return _again(token)


@blueprint.route("/answer/<token>/accept", methods=["GET", "POST"])
@opened
def accept(token: str, link: Link) -> Response:
    def send(data: Acceptance) -> None:
        _step(link, "accept", said_by=" · ".join(filter(None, (data["receiver"], data["when"]))))

    return _answering("answer/accept.html", token, link, ACCEPT, send)


@blueprint.route("/answer/<token>/decline", methods=["GET", "POST"])
@opened
def decline(token: str, link: Link) -> Response:
    def send(data: Refusal) -> None:
        reason = data["reason"]
        _step(link, "decline", whose=whose_no(reason), reason=reason, note=data["note"])

    if request.method == "POST" and "sure" not in request.form:
        form = Form(DECLINE)
        if not form.load():
            return _page("answer/decline.html", token, link, form=form, reasons=REASONS)
        reason = form.data["reason"]
        follows = effect(reason, whose_no(reason))
        return _page("answer/check.html", token, link, form=form, follows=follows)
    return _answering("answer/decline.html", token, link, DECLINE, send, reasons=REASONS)


@blueprint.route("/answer/<token>/no-places", methods=["GET", "POST"])
@opened
def no_places(token: str, link: Link) -> Response:
    """The answer, and that the programme has no place free: nobody else is sent there in vain."""

    def send(data: NoPlacesAnswer) -> None:
        reason = {"reason": "no_place", "whose": "partner"} if data["answer"] == "decline" else {}
        _step(link, data["answer"], no_more_places=True, **reason)

    return _answering("answer/no_places.html", token, link, NO_PLACES, send)


def _answering(
    template: str,
    token: str,
    link: Link,
    schema: Schema,
    send: Callable[[A], None],
    **values: Any,
) -> Response:
    """The page of one answer; once its form is filled in rightly `send` passes it on, and the link is used up."""
    form = Form(schema)
    if form.sent and form.load():
        with form.catching():
            send(form.data)
            if not _still_needs(_referral(link)):
                with gateway.runtime().database.write() as db:
                    links.use_up(db, link, gateway.runtime().now())
            return _again(token)
    return _page(template, token, link, form=form, **values)


def _still_needs(referral: ReferralWithHistory) -> bool:
    """Whether the link is of use: an answer may be taken back, and who waits on a list may be taken in later."""
    return "take-back" in referral["may"] or referral["status"] == "waitlisted"


def _again(token: str) -> Response:
    """The page of the link, by a new question, so that going back sends nothing twice."""
    return redirect(url_for(".enter", token=token), 303)  # type: ignore[return-value]


def _digits(text: str) -> str:
    return ascii_digits(text).replace(" ", "").replace("-", "")


def _find(token: str) -> Link | Response:
    """The link, new or opened in this browser; else the page that says why it is of no use (any more)."""
    g.bare = True
    runtime = gateway.runtime()
    try:
        known = runtime.read(lambda db: links.find(db, _keys(), token, runtime.now()))
    except links.BadLink as bad:
        return _over(bad.why)
    mine = known.opened_by(request.cookies.get(COOKIE, ""))
    if known.state == "answered" and mine:
        return _thanks(token, known)
    if known.state in ("new", "opened") and _lost_consent(known):
        return _over("withdrawn")
    if known.state == "opened" and not mine:
        return replace(known, state="new")
    return known if known.state in ("new", "opened") else _over(known.state)


def _lost_consent(link: Link) -> bool:
    """Whether the person took the consent back: the link may not have heard of it."""
    try:
        history = _referral(link)["history"]
    except NotFound:
        return False
    return any(row.get("reason") == CONSENT_WITHDRAWN for row in history)


def _is_open(link: Link) -> bool:
    """Whether the referral still waits for its partner, or the partner may still change its answer."""
    try:
        referral = _referral(link)
        return bool(referral["may"]) or _still_needs(referral)
    except NotFound:
        return False


def _thanks(token: str, link: Link) -> Response:
    """What the partner answered, when, and whether it may still take that back."""
    referral = _referral(link)
    answers = [row for row in referral["history"] if row["type"] in ANSWERS]
    return _over(
        "thanks", 200, token=token, said=answers[-1] if answers else None, final_at=referral["final_at"],
        may_take_back="take-back" in referral["may"], in_review=referral["in_review"], answers=ANSWERS,
        reached=contact(referral["centre"]),
        form=Form(NOTHING, sent=False),
    )  # fmt: skip


def _over(why: str, status: int = 403, **values: Any) -> Response:
    answer = frame.page("answer/over.html", status, why=why, **values)
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _page(template: str, token: str, link: Link, **values: Any) -> Response:
    """A page about the referral, as its partner may see it; one that was answered by other ways says so."""
    try:
        referral = _referral(link)
    except NotFound:
        return _over("settled")
    if "accept" not in referral["may"]:
        return _thanks(token, link) if _still_needs(referral) else _over("settled")
    partner = calls.ask(_asker(link), PARTNER.of(partner_id=link.partner_id)).answer
    programme = programme_of(partner, link.programme_id)
    answer = frame.page(
        template, token=token, rows=needs.disclosure_rows(link.shared), referral=referral, partner=partner,
        programme=programme, centre=contact(referral["centre"]), asked_by=_asked_by(link),
        asks=asked_again(referral), **values,
    )  # fmt: skip
    answer.headers["X-Robots-Tag"] = "noindex"
    return answer


def _referral(link: Link) -> ReferralWithHistory:
    """As its partner reads it, with what the partner may do."""
    referral = calls.ask(_asker(link), REFERRAL.of(referral_id=link.referral_id)).answer
    if "programme_id" not in referral:
        raise NotFound("referral")
    return referral


def _asked_by(link: Link) -> str:
    """Name and position of whoever made the link; somebody whose name is not known is not told of by a user name."""
    return who_as(link.made_by) if person(link.made_by).called else ""


def _asker(link: Link) -> Asker:
    """Towards the services the link is its partner, and nobody else."""
    return Asker(Caller(f"partner-{link.partner_id}", "partner", (), link.partner_id))


def _step(link: Link, step: str, **details: str | bool | None) -> None:
    """The command belongs to the link and what is said: sent twice, it is done once. What was taken back may be said
    anew."""
    said: dict[str, Json] = {name: value for name, value in details.items() if value}
    body = {"referral_id": link.referral_id, "step": step, "by_channel": CHANNEL, **said}
    text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()
    history = _referral(link)["history"]
    returned = sum(row["type"] == "ReferralDeclineReturned" for row in history)
    said_once = f"{text} {returned}" if returned and step != "take-back" else text
    calls.tell(_asker(link), STEP, body, Command(command_id(link.link_id, STEP.name, said_once)))
