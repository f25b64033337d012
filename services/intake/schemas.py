"""Shapes of requests, and the part of others' facts that we read. Shape only: what may happen is decided in
domain."""

from collections.abc import Callable
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load, validates_schema
from marshmallow.validate import Length, OneOf, Range

from services import codes
from services.codes.decisions import CONSENT_KINDS, CONSENT_WAYS, CONSENTS, ERASURE_REASONS
from services.codes.transfers import REASONS, REJECTIONS, STATUSES
from services.codes.work import NEXT_STEPS, WORK_PARTS
from services.fields import Words
from services.intake import bodies
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.thai import areas, dates, idcard, names, numbers


def _optional(validate: Callable[[str], object] | OneOf | None = None) -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=validate)


def _code(*known: str) -> fields.String:
    return fields.String(required=True, validate=OneOf(known))


def _province(code: str) -> None:
    if not areas.is_province(code):
        raise ValidationError("Not the code of a province.")


def _subdistrict(code: str) -> None:
    if not areas.is_subdistrict(code):
        raise ValidationError("Not the code of a subdistrict.")


def _date(text: str) -> None:
    try:
        dates.partial_date(text)
    except dates.DateError as error:
        raise ValidationError(str(error)) from None


def _band(text: str) -> None:
    try:
        dates.age_band(text)
    except dates.DateError as error:
        raise ValidationError(str(error)) from None


def _id() -> fields.String:
    return fields.String(required=True, validate=Length(1, 36))


def _identifier(text: str) -> str:
    """An identity number; one that a spreadsheet rounded is lost, and is said so."""
    if numbers.is_rounded(text):
        raise ValidationError(
            "A spreadsheet rounded this number, its last digits are lost. Copy the whole number again."
        )
    return idcard.clean(text)


class Found(Schema):
    subdistrict = _optional(_subdistrict)
    place = Words(500)


class Name(Schema):
    title = Words(60, names.without_prison_prefix)
    first = Words(120, names.without_prison_prefix)
    last = Words(120)
    alias = Words(120)

    @post_load
    def known_parts(self, data: dict[str, str | None], **_: Any) -> dict[str, str] | None:
        """Only what is known of the name, its title once; nothing known is no name."""
        if first := data.get("first"):
            title, data["first"] = names.parted(data.get("title") or "", first)
            data["title"] = title or None
        return {part: words for part, words in data.items() if words} or None


class Domicile(Schema):
    province = fields.String(required=True, validate=_province)
    basis = _code(*codes.DOMICILE_BASES)


class Person(Schema):
    identity_status = _code(*codes.IDENTITY_STATUSES)
    name = fields.Nested(Name, load_default=None, allow_none=True)
    national_id = Words(40, _identifier)
    sex = _code(*codes.SEXES)
    birth_date = _optional(_date)
    age_band = _optional(_band)
    nationality = _code(*codes.NATIONALITIES)
    domicile = fields.List(fields.Nested(Domicile), required=True, validate=Length(max=20))


class OpenCase(Schema):
    centre = fields.String(required=True, validate=_province)
    channel = _code(*codes.CHANNELS)
    found = fields.Nested(Found, required=True)
    person = fields.Nested(Person, required=True)
    danger = _code(*codes.DANGERS)
    note = Words(4000)
    outreach_id = _optional(Length(1, 36))


class DescribedPerson(Schema):
    """Somebody for whom a case may be opened in a centre; `opening`: the id of the command that will open it. The case
    that it opened already, its answer lost on the way, is no other case."""

    class Meta:
        unknown = EXCLUDE  # the rest of the case

    centre = fields.String(required=True, validate=_province)
    person = fields.Nested(Person, required=True)
    opening = fields.UUID(load_default=None, allow_none=True)


class SearchCases(Schema):
    """`q` is a case number in any writing, an identity number, or words of a name."""

    q = Words(200, required=True)
    centre = _optional(_province)
    status = _optional(OneOf(codes.CASE_STATUSES))
    limit = fields.Integer(load_default=None, allow_none=True, strict=True, validate=Range(1, LIMIT_MOST))
    cursor = _optional(Length(max=400))


class ChangeCase(Schema):
    """Closing and reopening: `reason` is a code or some words."""

    case_id = _id()
    reason = Words(200, required=True)
    note = Words(4000)


class CloseCase(ChangeCase):
    """`outcome`: what became of the placement that ends with the case."""

    outcome = _optional(OneOf(codes.OUTCOMES))


class CorrectPerson(Schema):
    """All that is known of the person from now on; what is left out is not known."""

    case_id = _id()
    person = fields.Nested(Person, required=True)
    reason = _code(*codes.CORRECTIONS)
    note = Words(4000)


class OfCase(Schema):
    case_id = _id()


class AgeOn(Schema):
    """`day` (ISO) is one in Thailand."""

    case_id = _id()
    day = fields.Date(required=True)


class ReadCase(Schema):
    case_id = _id()
    show = _optional(OneOf(["identifiers"]))


class ListCases(Schema):
    """`q` is a case number, its beginning or its running number, in any writing; `case_ids` are the only ones
    wanted; `outreach_id`: those that came from that activity."""

    centre = _optional(_province)
    status = _optional(OneOf(codes.CASE_STATUSES))
    q = _optional(Length(max=40))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = _optional(Length(max=400))
    case_ids = fields.List(_id(), load_default=None, allow_none=True, validate=Length(max=LIMIT_MOST))
    outreach_id = _optional(Length(1, 36))


def _user() -> fields.String:
    return fields.String(load_default=None, allow_none=True, validate=Length(1, 64))


class AssignCases(Schema):
    """Cases of one centre. `to_user` None: its directors; `from_user`: whose cases an administrator hands over."""

    case_ids = fields.List(_id(), required=True, validate=Length(1, LIMIT_MOST))
    to_user = fields.String(required=True, allow_none=True, validate=Length(1, 64))
    from_user = _user()
    reason = fields.String(load_default="handed_over", validate=OneOf(("handed_over", "left", "moved")))


class OfCases(Schema):
    case_ids = fields.List(_id(), required=True, validate=Length(1, LIMIT_MOST))


class CarryOver(Schema):
    """What the front door of an earlier version kept of a hand-over."""

    case_id = _id()
    to_user = _user()
    from_user = fields.String(required=True, validate=Length(1, 64))
    taken = fields.Boolean(required=True)


class ListReturns(Schema):
    centre = fields.String(load_default=None, allow_none=True, validate=_province)
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None, allow_none=True)


class ListWork(Schema):
    """`owner`: who answers for the case; `part`: of the day's list; `acts`: who is to act; `next`: only cases of which
    that is next; `case_id`: only this;
    `counting`: no items; `of_each`: of each part only the first so many."""

    centre = _optional(_province)
    owner = _user()
    part = _optional(OneOf(WORK_PARTS))
    acts = _optional(OneOf(("centre", "group", "others")))
    next = _optional(OneOf(NEXT_STEPS))
    case_id = _optional(Length(1, 36))
    counting = fields.Boolean(load_default=False)
    of_each = fields.Integer(load_default=None, validate=Range(1, LIMIT_MOST))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = _optional(Length(max=400))


class ListToTakeOver(Schema):
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))


class RequestErasure(Schema):
    """`confirmer`: the director who is to confirm it; left out: any other of the case's centre."""

    case_id = _id()
    reason = _code(*ERASURE_REASONS)
    confirmer = _user()


class RequestTransfer(Schema):
    """`to`: the centre that is asked to take the case over."""

    case_id = _id()
    to = fields.String(required=True, validate=_province)
    reason = _code(*REASONS)
    note = Words(2000)


class RevokeTransfer(Schema):
    case_id = _id()


class AcceptTransfer(Schema):
    case_id = _id()


class RejectTransfer(Schema):
    case_id = _id()
    reason = _code(*REJECTIONS)
    note = Words(2000)


class ListTransfers(Schema):
    """`direction` in: those that ask the caller's centres; out: those that they asked for."""

    direction = _optional(OneOf(("in", "out")))
    status = _optional(OneOf(STATUSES))
    case_id = _optional(Length(1, 36))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = _optional(Length(max=400))


class RecordConsent(Schema):
    """`kind` referral (to be referred) or data (that data is given to others); `how` it was said; who is unable to say
    needs a witness."""

    case_id = _id()
    kind = _code(*CONSENT_KINDS)
    status = _code(*CONSENTS)
    how = _code(*CONSENT_WAYS)
    witness = Words(200)
    scope = Words(500)

    @validates_schema
    def who_saw_it(self, data: bodies.RecordConsent, **_: Any) -> None:
        if data["status"] == "unable" and not data["witness"]:
            raise ValidationError({"witness": ["A person unable to consent needs a witness."]})


class WithdrawConsent(Schema):
    """`how` it was said: by word of mouth, if nobody says."""

    case_id = _id()
    consent_id = fields.String(required=True)
    how = _optional(OneOf(CONSENT_WAYS))
    witness = Words(200)
    note = Words(2000)


class WordsAbout(Schema):
    """Words about a case's person, each by the name of its field."""

    case_id = _id()
    texts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class Since(Schema):
    """A moment, as events have it (RFC 3339 UTC)."""

    since = fields.String(required=True, validate=Length(1, 40))


class OfUser(Schema):
    user = fields.String(required=True, validate=Length(1, 64))


class Accesses(OfUser):
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=Range(0, LIMIT_MOST))


class NoFields(Schema):
    pass


class ReferralSent(Schema):
    """The part of referral's fact that we read."""

    class Meta:
        unknown = EXCLUDE

    case_id = fields.String(required=True)
    referral_id = fields.String(required=True)
    consent = fields.String(required=True)
    consent_id = fields.String(load_default=None, allow_none=True)
