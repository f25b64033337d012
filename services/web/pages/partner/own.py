"""What was sent to a partner, for the partner's user: open ones first, with the answers that are the partner's to give.
What a partner may read and do is referral's to say."""

from typing import TypedDict
from uuid import UUID

from flask import Blueprint, Response, request

from services.codes import AWAITING_ANSWER
from services.codes.declines import whose_no
from services.kernel.lists import LIMIT_MOST
from services.kernel.questions import Json
from services.partners.answers import Partner
from services.partners.doors import PARTNER
from services.referral.answers import Referral, ReferralWithHistory
from services.referral.doors import REFERRALS, STEP, TOLD_OF
from services.web.pages.frame import doors, files, frame, gate, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.partner.answer import (
    ACCEPT,
    DECLINE,
    NO_PLACES,
    NOTHING,
    REASONS,
    asked_again,
)
from services.web.pages.parts import days, needs
from services.web.pages.parts.centres import contact
from services.web.pages.parts.language import _
from services.web.pages.parts.reasons import effect
from services.web.pages.parts.words import day, word
from services.web.store.centres import Contact

CHANNEL = "system"  # by its account; a link is another
PARTNERS = ("partner",)
blueprint = Blueprint("own", __name__)


class About(TypedDict):
    """What every page of one referral shows; `rows`: what the partner was told of the person; `asks`: what the
    director asks of a partner that said no."""

    referral: ReferralWithHistory
    programme: str
    centre: Contact
    rows: list[tuple[str, str]]
    asks: str | None


@blueprint.get("/our-referrals")
@gate.roles(*PARTNERS)
def listing() -> Response:
    """Those that wait for an answer, then those under way, then what is over; with the places as they were stated."""
    found = doors.attempt(REFERRALS.of(limit=LIMIT_MOST))
    rows: list[Referral] = [row for row in found["items"] if "programme_id" in row] if found else []
    parts: dict[str, list[Referral]] = {"waiting": [], "others": []}
    for row in rows:
        parts["waiting" if row["status"] in AWAITING_ANSWER else "others"].append(row)
    parts["waiting"].sort(key=lambda row: row["answer_due"] or "")
    partner = _partner()
    return frame.page(
        "own/listing.html", parts_of=parts, missing=found is None, partner=partner, names=_names(partner),
        centres={code: contact(code) for code in sorted({row["centre"] for row in rows})},
    )  # fmt: skip


@blueprint.get("/our-referrals/list.csv")
@gate.roles(*PARTNERS)
def listing_csv() -> Response:
    """All that was ever sent, the latest first."""
    answers = files.every(
        lambda cursor: REFERRALS.of(limit=LIMIT_MOST, cursor=cursor), lambda answer: answer["next"]
    )
    rows = [row for answer in answers for row in answer["items"] if "programme_id" in row]
    names, centres = _names(_partner()), sorted({row["centre"] for row in rows})
    reached = {code: contact(code) for code in centres}
    columns = [
        _("Sent"), _("Name of the programme"), _("Path"), _("Centre"), _("Telephone"), _("Status"), _("Answer due"),
    ]  # fmt: skip
    lines = [
        [
            day(row["sent_at"]), names.get(row["programme_id"] or "", ""), word("path", row["path"]),
            reached[row["centre"]].name, reached[row["centre"]].phone, word("referral_status", row["status"]),
            day(row["answer_due"]) if row["answer_due"] else "",
        ]
        for row in rows
    ]  # fmt: skip
    name = files.name("our-referrals", centres, days.today())
    return files.as_csv(files.Sheet("referrals", _("Sent to us"), columns, lines), name)


@blueprint.get("/our-referrals/<uuid:referral_id>")
@gate.roles(*PARTNERS)
def show(referral_id: UUID) -> Response:
    return frame.page("own/show.html", **_about(referral_id), form=Form(NOTHING, sent=False))


@blueprint.post("/our-referrals/<uuid:referral_id>/acknowledge")
@gate.roles(*PARTNERS)
def acknowledge(referral_id: UUID) -> Response:
    return _simply(referral_id, "acknowledge", _("The centre knows that you have read this."))


@blueprint.post("/our-referrals/<uuid:referral_id>/take-back")
@gate.roles(*PARTNERS)
def take_back(referral_id: UUID) -> Response:
    """A no is final only some minutes later: until then the partner may answer anew."""
    return _simply(referral_id, "take-back", _("Your answer is taken back. You can answer anew."))


@blueprint.post("/our-referrals/<uuid:referral_id>/admit")
@gate.roles(*PARTNERS)
def admit(referral_id: UUID) -> Response:
    """The partner says that the person is there; the centre confirms the placement."""
    return _simply(referral_id, "admit", _("The centre knows that the person has arrived."))


@blueprint.route("/our-referrals/<uuid:referral_id>/accept", methods=["GET", "POST"])
@gate.roles(*PARTNERS)
def accept(referral_id: UUID) -> Response:
    form, about = Form(ACCEPT), _about(referral_id)
    if form.sent and form.load():
        with form.catching():
            said = " · ".join(filter(None, (form.data["receiver"], form.data["when"])))
            _step(referral_id, "accept", **({"said_by": said} if said else {}))
            return frame.done(_("The centre has your answer."), ".show", referral_id=referral_id)
    return frame.page("own/accept.html", **about, form=form)


@blueprint.route("/our-referrals/<uuid:referral_id>/decline", methods=["GET", "POST"])
@gate.roles(*PARTNERS)
def decline(referral_id: UUID) -> Response:
    """Chosen, seen once more, sent."""
    form, about = Form(DECLINE), _about(referral_id)
    if form.sent and form.load():
        reason, note = form.data["reason"], form.data["note"]
        whose = whose_no(reason)
        if "sure" not in request.form:
            return frame.page("own/check.html", **about, form=form, follows=effect(reason, whose))
        with form.catching():
            _step(referral_id, "decline", reason=reason, whose=whose, **({"note": note} if note else {}))
            return frame.done(_("The centre has your answer."), ".show", referral_id=referral_id)
    return frame.page("own/decline.html", **about, form=form, reasons=REASONS)


@blueprint.route("/our-referrals/<uuid:referral_id>/no-places", methods=["GET", "POST"])
@gate.roles(*PARTNERS)
def no_places(referral_id: UUID) -> Response:
    """The answer, and that the programme has no place free, as by a link."""
    form, about = Form(NO_PLACES), _about(referral_id)
    if form.sent and form.load():
        with form.catching():
            answer = form.data["answer"]
            reason = {"reason": "no_place", "whose": "partner"} if answer == "decline" else {}
            _step(referral_id, answer, no_more_places=True, **reason)
            return frame.done(_("The centre has your answer."), ".show", referral_id=referral_id)
    return frame.page("own/no_places.html", **about, form=form)


def _simply(referral_id: UUID, step: str, message: str) -> Response:
    form, about = Form(NOTHING), _about(referral_id)
    with form.catching():
        _step(referral_id, step)
        return frame.done(message, ".show", referral_id=referral_id)
    return frame.page("own/show.html", **about, form=form)


def _step(referral_id: UUID, step: str, **words: Json) -> None:
    doors.tell(STEP, {"referral_id": str(referral_id), "step": step, "by_channel": CHANNEL, **words})


def _about(referral_id: UUID) -> About:
    referral = lookup.referral(str(referral_id))
    told = doors.ask(TOLD_OF.of(referral_id=str(referral_id)))
    return {
        "referral": referral,
        "programme": _names(_partner()).get(referral["programme_id"] or "", ""),
        "centre": contact(referral["centre"]),
        "rows": needs.disclosure_rows(told) if told else [],
        "asks": asked_again(referral),
    }


def _partner() -> Partner | None:
    return doors.attempt(PARTNER.of(partner_id=visit.caller().partner)) if visit.caller().partner else None


def _names(partner: Partner | None) -> dict[str, str]:
    """{programme: its name}"""
    return {each["programme_id"]: each["name"] for each in partner["programmes"]} if partner else {}
