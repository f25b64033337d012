"""The person's file of consents and disclosures: what was said, what rests on it, and what each partner was told (PDPA
s. 39)."""

from uuid import UUID

from flask import Blueprint, Response

from services.codes.access import CASE_READERS, STAFF
from services.intake.doors import CONSENTS, RECORD_CONSENT, WITHDRAW_CONSENT
from services.intake.schemas import RecordConsent, WithdrawConsent
from services.kernel.errors import NotFound
from services.kernel.lists import LIMIT_MOST
from services.referral.answers import Disclosure, Referral
from services.referral.doors import DISCLOSURE, REFERRALS
from services.web.pages.case import casefile
from services.web.pages.frame import doors, frame, gate, inputs, lookup
from services.web.pages.frame.forms import Form
from services.web.pages.parts import needs, people
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import words

RECORD, WITHDRAW = RecordConsent(), WithdrawConsent()

blueprint = Blueprint("consents", __name__)


class Disclosed(Disclosure):
    """With the referral it was for."""

    referral: Referral


@blueprint.get("/cases/<uuid:case_id>/consents")
@gate.roles(*CASE_READERS)
def listing(case_id: UUID) -> Response:
    case, about = lookup.case(str(case_id)), {"case_id": str(case_id)}
    consents, referrals = CONSENTS.of(**about), REFERRALS.of(**about, limit=LIMIT_MOST)
    found = doors.together(consents, referrals)
    rows = casefile.listed(found[referrals])
    disclosed = _disclosed([row for row in rows if row["programme_id"]])
    items = known["items"] if (known := found[consents]) else []
    people.look_up(who for each in items for who in (each["by"], each["withdrawn_by"]))
    return frame.page(
        "consents/listing.html", **casefile.frame(case, referrals=found[referrals]), items=items,
        disclosed=disclosed, disclosed_name=needs.disclosed_name, unknown=found[consents] is None,
        referral_of={row["referral_id"]: row for row in rows},
        programmes=lookup.programmes(row["programme_id"] for row in rows),
    )  # fmt: skip


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
