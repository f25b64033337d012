"""Shapes of requests, and the part we read of others' facts. Whether something may happen is decided in domain."""

from dataclasses import MISSING, fields
from typing import Any
from uuid import UUID

from marshmallow import EXCLUDE, Schema, ValidationError, post_load, validates_schema
from marshmallow.fields import Boolean, Date, Integer, List, Nested, Raw, String
from marshmallow.validate import Length, OneOf, Range, Regexp

from services.codes import DECLINE_REASONS, OUTCOMES, REFERRAL_STATUSES, WHOSE, WORK_KINDS, stays
from services.codes.decisions import CONSENTS
from services.codes.declines import REVIEW_ASKS
from services.codes.following import FOUND, HEALTH, IN_PLACE, NOT_REACHED
from services.codes.overrides import PLACE_OVERRIDES
from services.codes.steps import ESCORTS, TELLING
from services.fields import Day, Flag, Near, Words
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.kernel.questions import Body
from services.referral import answers, bodies
from services.referral.domain.steps import LIFE_CYCLE, OF_THE_DOOR
from services.thai import areas

NAME_MOST, NOTE_MOST = 200, 4000
INCOME_MOST = 10_000_000  # baht a month
# The fields each step takes: True if it must be there.
FIELDS = {
    name: {f.name: f.default is MISSING for f in fields(row.step) if f.name not in OF_THE_DOOR}
    for name, row in LIFE_CYCLE.items()
}


def fields_of(step: str) -> list[answers.StepField]:
    """[{name, required}] of what a step of the life cycle takes."""
    return [{"name": name, "required": required} for name, required in FIELDS[step].items()]


def _uuid(text: str) -> None:
    try:
        UUID(text)
    except ValueError:
        raise ValidationError("Not a valid UUID.") from None


class Consent(Schema):
    status = String(required=True, validate=OneOf(CONSENTS))
    witness = Words(NAME_MOST)

    @validates_schema
    def who_saw_it(self, data: bodies.Consent, **_: Any) -> None:
        if data["status"] == "unable" and not data["witness"]:
            raise ValidationError({"witness": ["A person unable to consent needs a witness."]})


class Visited(Raw):
    """Whether a home was visited, or the day on which it was (YYYY-MM-DD)."""


VISIT = Near(behind=10, ahead=0)


def _visited(value: bool | str) -> None:
    if isinstance(value, bool):
        return
    try:
        VISIT(value)
    except (ValueError, TypeError):
        raise ValidationError("Must be true, false or a day: YYYY-MM-DD.") from None


class Family(Schema):
    """Null and blank are not known yet."""

    relative = Words(NAME_MOST, required=True)
    agreed = Flag(load_default=None, allow_none=True)
    visited = Visited(load_default=None, allow_none=True, validate=_visited)
    risk = Words(NOTE_MOST)


class SendReferral(Schema):
    case_id = String(required=True, validate=_uuid)
    programme_id = String(load_default=None, allow_none=True, validate=_uuid)
    family = Nested(Family, load_default=None, allow_none=True)
    consent = Nested(Consent, load_default=None, allow_none=True)
    consent_id = String(load_default=None, allow_none=True, validate=_uuid)
    waitlist = Flag(load_default=False, allow_none=True)
    out_of_order = String(load_default=None, allow_none=True, validate=OneOf(PLACE_OVERRIDES))

    @validates_schema
    def where_to(self, data: bodies.SendReferral, **_: Any) -> None:
        if data["programme_id"] is None and data["family"] is None:
            raise ValidationError({"programme_id": ["Missing data for required field."]})
        if data["programme_id"] is not None and data["family"] is not None:
            raise ValidationError(
                {"family": ["A person is sent to a programme or to the family, not to both."]}
            )

    @validates_schema
    def with_consent(self, data: bodies.SendReferral, **_: Any) -> None:
        if data["consent"] is None and data["consent_id"] is None:
            raise ValidationError({"consent": {"status": ["Missing data for required field."]}})
        if data["consent"] is not None and data["consent_id"] is not None:
            raise ValidationError({"consent_id": ["A consent of now, or one that was recorded, not both."]})


class ReturnHome(SendReferral):
    """The same, of a return to the family."""

    family = Nested(Family, required=True)


class OfProgramme(Schema):
    """A case's person, and a programme they may be sent to."""

    case_id = String(required=True, validate=_uuid)
    programme_id = String(required=True, validate=_uuid)


class AtProgramme(Schema):
    """A programme, whoever is sent there."""

    programme_id = String(required=True, validate=_uuid)


class WorkFound(Schema):
    kind = String(required=True, validate=OneOf(WORK_KINDS))
    income_baht_month = Integer(
        load_default=None, allow_none=True, strict=True, validate=Range(0, INCOME_MOST)
    )


def _unlike(follow_up: Body) -> dict[str, list[str]]:
    """What is not said, or does not go together, of where somebody is; of somebody who was not reached nothing is
    known."""
    found, in_place = follow_up.get("found"), follow_up.get("in_place")
    if found is None:
        return {"in_place": ["Missing data for required field."]} if in_place is None else {}
    if found == NOT_REACHED:
        known = follow_up.keys() & {"in_place", "work", "health", "wellbeing"}
        return {name: ["Nobody was reached."] for name in sorted(known)}
    if in_place not in (None, found == IN_PLACE):
        return {"found": ["It does not go together with in_place."]}
    return {}


class StepReferral(Schema):
    """One step of the life cycle with exactly the fields that step takes; null and blank are absent."""

    referral_id = String(required=True)
    step = String(required=True, validate=OneOf(tuple(LIFE_CYCLE)))
    said_by = Words(NAME_MOST)
    by_channel = String(
        allow_none=True, validate=Regexp(r"^[A-Za-z0-9_-]{0,40}$", error="A code such as phone.")
    )
    reason = String(allow_none=True, validate=OneOf(DECLINE_REASONS))
    whose = String(allow_none=True, validate=OneOf(WHOSE))
    note = Words(NOTE_MOST)
    in_place = Flag(allow_none=True)
    found = String(allow_none=True, validate=OneOf(FOUND))
    health = String(allow_none=True, validate=OneOf(HEALTH))
    wellbeing = Words(NOTE_MOST)
    work = Nested(WorkFound, allow_none=True)
    outcome = String(allow_none=True, validate=OneOf(OUTCOMES))
    no_more_places = Flag(allow_none=True)
    how = String(allow_none=True, validate=OneOf(TELLING))
    to = Words(NAME_MOST)
    asks = String(allow_none=True, validate=OneOf(REVIEW_ASKS))
    brought_by = String(allow_none=True, validate=OneOf(ESCORTS))
    escort = Words(NAME_MOST)
    arrives_on = Day(Near(behind=10, ahead=1), allow_none=True)
    cost_baht = Integer(allow_none=True, strict=True, validate=Range(0, INCOME_MOST))
    handed_to = Words(NAME_MOST)

    @post_load
    def fits_the_step(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        data = {name: value for name, value in data.items() if value not in (None, "")}
        takes, said = FIELDS[data["step"]], data.keys() - {"referral_id", "step"}
        errors = {
            name: ["Missing data for required field."] for name in takes if takes[name] and name not in said
        }
        errors |= {name: [f"Not a field of {data['step']}."] for name in said if name not in takes}
        if data["step"] == "follow-up":
            errors |= _unlike(data)
        if errors:
            raise ValidationError(errors)
        return data


class AskForBed(Schema):
    case_id = String(required=True, validate=Length(1, 36))  # of the address: one of nothing is not found
    programme_id = String(required=True, validate=_uuid)
    days = Integer(required=True, strict=True, validate=Range(1, stays.DAYS_MOST))


class ProlongStay(Schema):
    """`days`: nights in all, from the first on."""

    stay_id = String(required=True)
    days = Integer(required=True, strict=True, validate=Range(1, stays.DAYS_MOST))


class EndStay(Schema):
    stay_id = String(required=True)
    reason = String(required=True, validate=OneOf(stays.LEAVINGS))
    note = Words(NOTE_MOST)


class ListStays(Schema):
    centre = String(load_default=None, allow_none=True)
    status = String(load_default=None, allow_none=True, validate=OneOf(("open", *stays.STATUSES)))
    case_id = String(load_default=None, allow_none=True)
    stay_id = String(load_default=None, allow_none=True)
    limit = Integer(load_default=LIMIT_DEFAULT, validate=Range(min=1, max=LIMIT_MOST))
    cursor = String(load_default=None, allow_none=True)


class ReadReferral(Schema):
    referral_id = String(required=True)


class Disclose(Schema):
    """`how`: the way in which the partner is given what it may know."""

    referral_id = String(required=True)
    how = String(required=True, validate=OneOf(("link", "letter")))


class ListReferrals(Schema):
    centre = String(load_default=None, allow_none=True)
    status = String(load_default=None, allow_none=True, validate=OneOf(REFERRAL_STATUSES))
    case_id = String(load_default=None, allow_none=True)
    referral_ids = List(String(), load_default=None, allow_none=True, validate=Length(max=LIMIT_MOST))
    limit = Integer(load_default=LIMIT_DEFAULT, validate=Range(min=1, max=LIMIT_MOST))
    cursor = String(load_default=None, allow_none=True)


class ListRecords(Schema):
    """`modified_from`, `modified_before`: instants; the second is no longer of it."""

    referral_ids = List(String(), load_default=None, allow_none=True, validate=Length(max=LIMIT_MOST))
    statuses = List(String(validate=OneOf(REFERRAL_STATUSES)), load_default=None, allow_none=True)
    modified_from = String(load_default=None, allow_none=True, validate=Length(max=40))
    modified_before = String(load_default=None, allow_none=True, validate=Length(max=40))
    limit = Integer(load_default=LIMIT_DEFAULT, validate=Range(min=0, max=LIMIT_MOST))
    cursor = String(load_default=None, allow_none=True)


class ListClosures(Schema):
    centre = String(
        load_default=None, allow_none=True, validate=OneOf([each.code for each in areas.provinces()])
    )


class TakeBackClosure(Schema):
    centre = String(required=True, validate=OneOf([each.code for each in areas.provinces()]))
    day = Date(required=True, validate=Near(behind=1, ahead=3))


class AddClosure(TakeBackClosure):
    name = Words(NAME_MOST, required=True)


class OfUser(Schema):
    user = String(required=True, validate=Length(1, 64))


class CaseClosed(Schema):
    """`reason`: a code of codes.CLOSING_REASONS, or "other"; `outcome`: of a placement that ends with it, if it was
    said."""

    class Meta:
        unknown = EXCLUDE

    case_id = String(required=True)
    reason = String(load_default="other")
    outcome = String(load_default=None, allow_none=True)


class CaseReopened(Schema):
    class Meta:
        unknown = EXCLUDE

    case_id = String(required=True)


class ConsentWithdrawn(Schema):
    class Meta:
        unknown = EXCLUDE

    case_id = String(required=True)
    consent_id = String(required=True)
    kind = String(required=True)


class PlaceReserved(Schema):
    class Meta:
        unknown = EXCLUDE

    referral_id = String(required=True)
    stay = Boolean(load_default=False)


class PlaceRefused(Schema):
    class Meta:
        unknown = EXCLUDE

    referral_id = String(required=True)
    stay = Boolean(load_default=False)
    waiting = Boolean(load_default=False)
