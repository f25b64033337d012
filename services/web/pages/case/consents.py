"""The person's file of consents and disclosures: what was said, what rests on it, and what each partner was told (PDPA
s. 39)."""

from typing import NamedTuple
from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import CASE_READERS, STAFF
from services.intake.answers import RecordedConsent
from services.intake.doors import CONSENTS, RECORD_CONSENT, WITHDRAW_CONSENT
from services.intake.schemas import RecordConsent, WithdrawConsent
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.referral.answers import Disclosure, Referral, ReferralOutlines, Referrals
from services.referral.doors import DISCLOSURE, REFERRAL, REFERRALS
from services.web.pages.case import casefile
from services.web.pages.frame import doors, files, frame, gate, inputs, lookup, visit
from services.web.pages.frame.forms import Form
from services.web.pages.parts import days, needs, people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import day_time, word, words

RECORD, WITHDRAW = RecordConsent(), WithdrawConsent()

blueprint = Blueprint("consents", __name__)


class Disclosed(Disclosure):
    """With the referral it was for."""

    referral: Referral


class File(NamedTuple):
    """What there is of consents and disclosures; None: it is not known just now."""

    consents: list[RecordedConsent] | None
    referrals: Referrals | ReferralOutlines | None
    disclosed: list[Disclosed]


@blueprint.get("/cases/<uuid:case_id>/consents")
@gate.roles(*CASE_READERS)
def listing(case_id: UUID) -> Response:
    case, file = lookup.case(str(case_id)), _file(case_id)
    rows = casefile.listed(file.referrals)
    return frame.page(
        "consents/listing.html", **casefile.frame(case, referrals=file.referrals), items=file.consents or [],
        basis_text=basis_text, in_words=in_words, disclosed=file.disclosed, disclosed_name=needs.disclosed_name,
        unknown=file.consents is None,
        referral_of={row["referral_id"]: row for row in rows},
        programmes=lookup.programmes(row["programme_id"] for row in rows),
    )  # fmt: skip


def _file(case_id: UUID) -> File:
    consents, referrals = (
        CONSENTS.of(case_id=str(case_id)),
        REFERRALS.of(case_id=str(case_id), limit=LIMIT_MOST),
    )
    found = doors.together(consents, referrals)
    known = found[consents]
    if known:
        _name_witnesses(known["items"])
    people.look_up(
        who for each in (known["items"] if known else ()) for who in (each["by"], each["withdrawn_by"])
    )
    to_partners = [row for row in casefile.listed(found[referrals]) if row["programme_id"]]
    return File(known["items"] if known else None, found[referrals], _disclosed(to_partners))


def _name_witnesses(items: list[RecordedConsent]) -> None:
    """Who was witness of a consent that was said with a sending stands in the sending, sealed there. Only to who may
    know is it told at all."""
    asked = {
        each["consent_id"]: REFERRAL.of(referral_id=each["consent_id"])
        for each in items
        if each["consent_id"] in each["referral_ids"] and "witness" in each
    }
    found = doors.together(*asked.values())
    for each in items:
        sending = asked.get(each["consent_id"])
        referral = found[sending] if sending else None
        if referral is not None and referral["history"]:
            witness = referral["history"][0].get("witness")
            each["witness"] = witness if isinstance(witness, str) else None


@blueprint.get("/cases/<uuid:case_id>/consents/list.csv")
@gate.roles(*CASE_READERS)
def consents_csv(case_id: UUID) -> Response:
    """What the person said; who was witness and for what stand there only for staff, as on the page."""
    lookup.case(str(case_id))
    columns = [
        _("What for"), _("What the person said"), _("How"), _("When"), _("Recorded by"), _("Witness"),
        _("Only for"), _("Taken back"), _("Taking back recorded by"),
    ]  # fmt: skip
    lines = [
        [
            word("consent_kind", each["kind"]), word("consent", each["status"]),
            word("consent_way", each["how"]) if each["how"] else "", day_time(each["at"]), people.who(each["by"]),
            each.get("witness") or "", each.get("scope") or "",
            day_time(each["withdrawn_at"]) if each["withdrawn_at"] else "", people.who(each["withdrawn_by"]),
        ]
        for each in _file(case_id).consents or ()
    ]  # fmt: skip
    return _as_csv("consents", _("What the person said"), columns, lines)


@blueprint.get("/cases/<uuid:case_id>/consents/told.csv")
@gate.roles(*CASE_READERS)
def disclosed_csv(case_id: UUID) -> Response:
    """What partners were told of the person."""
    lookup.case(str(case_id))
    disclosed = _file(case_id).disclosed
    programmes = lookup.programmes(each["referral"]["programme_id"] for each in disclosed)
    columns = [_("When"), _("How"), _("Partner"), _("What"), _("On what ground"), _("Opened by the partner")]
    lines = []
    for each in disclosed:
        about = programmes.get(each["referral"]["programme_id"] or "")
        facts = ", ".join(needs.disclosed_name(fact) for fact in each["facts"]) or in_words()
        lines.append(
            [
                day_time(each["at"]), word("telling", each["how"]), about["partner"] if about else "", facts,
                basis_text(each["basis"]), day_time(each["opened_at"]) if each["opened_at"] else "",
            ]
        )  # fmt: skip
    return _as_csv("told", _("What partners were told of the person"), columns, lines)


def _as_csv(what: str, title: str, columns: list[str], lines: list[list[str]]) -> Response:
    name = files.name(what, visit.caller().centres, days.today())
    return files.as_csv(files.Sheet(what, title, columns, lines), name)


def in_words() -> str:
    return _("Told in words, not noted fact by fact")


def basis_text(basis: str) -> str:
    return _("The person's consent") if basis == "consent" else _("The law, as the person could not consent")


def _disclosed(rows: list[Referral]) -> list[Disclosed]:
    """Newest first."""
    asked = {row["referral_id"]: DISCLOSURE.of(referral_id=row["referral_id"]) for row in rows}
    found = doors.together(*asked.values())
    given: list[Disclosed] = [
        {**each, "referral": row} for row in rows for each in found[asked[row["referral_id"]]] or ()
    ]
    return sorted(given, key=lambda each: each["at"], reverse=True)


@blueprint.route("/cases/<uuid:case_id>/consents/new", methods=["GET", "POST"])
@gate.roles(*STAFF)
def record(case_id: UUID) -> Response:
    case = lookup.case(str(case_id))
    form = Form(
        RECORD, {"kind": "referral"}, fixed={"case_id": str(case_id)}, draft=later("Record a consent"),
        case_id=str(case_id),
    )  # fmt: skip
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                doors.tell(RECORD_CONSENT, form.body, at=at)
                return frame.done(_("What the person said is recorded."), ".listing", case_id=case_id)
    return frame.page(
        "consents/record.html", case=case, form=form, kinds=words("consent_kind"), said=words("consent"),
        ways=words("consent_way"),
    )  # fmt: skip


@blueprint.route("/cases/<uuid:case_id>/consents/<uuid:consent_id>/withdraw", methods=["GET", "POST"])
@gate.roles(*STAFF)
def withdraw(case_id: UUID, consent_id: UUID) -> Response:
    """Says what ends with it before it is taken back."""
    case, about = lookup.case(str(case_id)), {"case_id": str(case_id)}
    known = doors.ask(CONSENTS.of(**about))["items"]
    consent = next((each for each in known if each["consent_id"] == str(consent_id)), None)
    if consent is None:
        raise NotFound("consent")
    form = Form(
        WITHDRAW, {"how": "spoken"}, fixed={**about, "consent_id": str(consent_id)},
        draft=later("The person takes the consent back"), case_id=str(case_id),
    )  # fmt: skip
    if form.sent:
        at = inputs.happened(form)
        if form.load() and not form.errors:
            with form.catching():
                doors.tell(WITHDRAW_CONSENT, form.body, at=at)
                said = _("The consent is taken back: links open nothing any more.")
                return frame.done(said, ".listing", case_id=case_id)
    return frame.page(
        "consents/withdraw.html", case=case, form=form, consent=consent, ways=words("consent_way")
    )
