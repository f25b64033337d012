"""Shapes of what comes in: requests, and the part we read of others' events. Null in an optional field is absent.

Long because all of one service's requests stand together.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from marshmallow import (
    EXCLUDE,
    Schema,
    ValidationError,
    fields,
    post_load,
    pre_load,
    validate,
    validates_schema,
)

from services import codes
from services.codes import units
from services.codes.details import OF_PARTNER, OF_PROGRAMME, Detail, Part
from services.codes.outreach import OUTREACH_FIELDS, OUTREACH_KINDS
from services.codes.problems import PROBLEM_STATUSES
from services.codes.registry import (
    FACT_KINDS,
    PARTNER_FIELDS,
    PROGRAMME_FIELDS,
    PROPOSAL_STATUSES,
    STATEMENT_AGES,
)
from services.codes.rules import RULES, Rule
from services.codes.situation import document_code
from services.fields import Day, Email, Flag, Near, Website, Words
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.kernel.questions import Json
from services.partners import bodies
from services.partners.domain.details import PEOPLE
from services.partners.domain.ranking import ELIGIBILITY
from services.partners.events import Rules
from services.thai import areas, numbers

PLACES_MOST = 100_000
WAIT_MOST = 30
REASON_MOST = 500
ANY = "any"
SKIP_MOST = 10_000_000
ENTRIES_MOST = 200  # rows of a file that are one transaction
IDS_MOST = 10_000  # of what is answered by its id alone
REACHED_MOST = 10_000_000  # more than a post is ever seen by
MET_MOST = 100
COMPARED_MOST = 3  # places beside each other: more cannot be read
# The door holds a path and a group against those that come with the software and those of adopted rules.
_IS_PATH = validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="Must be one of: the paths of the rules.")
_IS_LABEL = validate.Regexp(r"[a-z][a-z0-9_]{0,39}\Z", error="Must be one of: the groups of the rules.")


def _province(code: str) -> None:
    if not areas.is_province(code):
        raise ValidationError("No province has this code.")


def _subdistrict(code: str) -> None:
    if not areas.is_subdistrict(code):
        raise ValidationError("No subdistrict has this code.")


def _codes(allowed: Sequence[str | int]) -> fields.List[str]:
    return fields.List(fields.String(validate=validate.OneOf(allowed)), validate=validate.Length(min=1))


def _count() -> fields.Integer:
    return fields.Integer(required=True, strict=True, validate=validate.Range(0, PLACES_MOST))


class Body(Schema):
    """A request in which null is absent; what it does not name is refused."""

    def on_bind_field(self, field_name: str, field_obj: fields.Field[Any]) -> None:
        # Said here for whoever describes the shape; null itself never reaches the field.
        field_obj.allow_none = field_obj.allow_none or not field_obj.required

    @pre_load
    def absent(self, data: Any, **_: Any) -> Any:
        return (
            {key: value for key, value in data.items() if value is not None}
            if isinstance(data, dict)
            else data
        )


class ContactBody(Body):
    phone = Words(40, numbers.read_phone)
    email = Email(validate=validate.Length(max=200))
    website = Website(validate=validate.Length(max=500))

    @post_load
    def known(self, data: dict[str, str | None], **_: Any) -> dict[str, str]:
        return {way: told for way, told in data.items() if told}


class _Codes(fields.List[str]):
    """Any of a list, in its order, whatever the order they were told in."""

    def __init__(self, options: Sequence[str]) -> None:
        super().__init__(fields.String(validate=validate.OneOf(options)))
        self.options = options

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Json] | None, **kwargs: Any
    ) -> list[Any]:
        return sorted(set(super()._deserialize(value, attr, data, **kwargs)), key=self.options.index)


class _Clock(fields.String):
    """A time of the day, as 08:30."""

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Json] | None, **kwargs: Any
    ) -> str:
        typed: str = super()._deserialize(value, attr, data, **kwargs)
        found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", numbers.ascii_digits(typed).strip())
        if not found:
            raise ValidationError("Not a time of the day, as 08:30.")
        return f"{int(found[1]):02}:{found[2]}"


def _part(part: Part) -> fields.Field[Any]:
    """What a part of a detail may hold; blank is nothing."""
    codes_of = part.options or ()
    match part.kind:
        case "text" | "prose":
            return Words(part.most)
        case "phone":
            return Words(part.most, numbers.read_phone)
        case "day":
            return Day(Near(behind=100, ahead=100))
        case "clock":
            return _Clock()
        case "baht":
            return fields.Integer(strict=True, validate=validate.Range(0, part.most))
        case "choice":
            return fields.String(validate=validate.OneOf(codes_of))
        case "choices":
            return _Codes(codes_of)
        case "flag":
            return Flag()
        case "provinces":
            return fields.List(fields.String(validate=_province), validate=validate.Length(max=77))


class _Record(Body):
    """Of a detail; what is blank in it is left out, and all blank is nothing."""

    @validates_schema
    def in_order(self, data: Any, **_: Any) -> None:
        for first, last in (("starts", "ends"), ("opens", "closes")):
            if data.get(first) and data.get(last) and data[first] > data[last]:
                raise ValidationError("It comes before the other.", last)

    @post_load
    def known(self, data: dict[str, Json], **_: Any) -> dict[str, Json]:
        return {name: value for name, value in data.items() if value not in (None, [], "")}


def _detail(detail: Detail) -> fields.Field[Any]:
    if detail.is_plain:
        return _part(detail.parts[0])
    if detail.most == 1:
        return fields.Nested(_record(detail))
    return fields.List(fields.Nested(_record(detail)), validate=validate.Length(max=detail.most))


@cache
def _record(detail: Detail) -> type[Schema]:
    """The same shape wherever the detail is told."""
    parts = {part.code: _part(part) for part in detail.parts}
    return type(f"{detail.code.capitalize()}Body", (_Record,), {"__module__": __name__, **parts})


def _settled(value: Any) -> Any:
    """A detail as it is kept: None if nothing is known of it."""
    if isinstance(value, list):
        value = [each for each in value if each not in (None, {}, "")]
    return None if value in (None, "", [], {}) else value


class _WithDetails(Body):
    @post_load
    def settled(self, data: dict[str, Json], **_: Any) -> dict[str, Json]:
        kept = {code: _settled(data.pop(code)) for code in self.details if code in data}
        known = {code: value for code, value in kept.items() if value is not None}
        apart = {} if PEOPLE not in self.details else {PEOPLE: known.pop(PEOPLE, [])}
        return {**data, "details": known, **apart}

    details: Mapping[str, Detail] = {}


def _fields_of(details: Mapping[str, Detail]) -> dict[str, fields.Field[Any]]:
    return {code: _detail(detail) for code, detail in details.items()}


class RegisterPartner(_WithDetails):
    details = OF_PARTNER

    class Meta:
        include = _fields_of(OF_PARTNER)

    name = Words(200, required=True)
    kind = fields.String(required=True, validate=validate.OneOf(codes.PARTNER_KINDS))
    under_ministry = Flag(required=True)
    province = fields.String(required=True, validate=_province)
    subdistrict = fields.String(load_default=None, validate=_subdistrict)
    contact = fields.Nested(ContactBody, load_default=dict)
    outreach_id = fields.String(load_default=None, validate=validate.Length(1, 36))

    @validates_schema
    def lies_in_province(self, data: bodies.RegisterPartner, **_: Any) -> None:
        subdistrict = data["subdistrict"]
        if subdistrict and areas.province_of(subdistrict) != data["province"]:
            raise ValidationError("It lies in another province.", "subdistrict")

    @validates_schema
    def is_the_ministrys(self, data: bodies.RegisterPartner, **_: Any) -> None:
        if data["kind"] == "ministry_shelter" and not data["under_ministry"]:
            raise ValidationError("A shelter of the ministry is under the ministry.", "under_ministry")


class NamedPartner(Body):
    name = Words(200, required=True)
    province = fields.String(required=True, validate=_province)


class DomicileBody(Body):
    provinces = fields.List(fields.String(validate=_province), required=True, validate=validate.Length(min=1))
    bases = _codes(codes.DOMICILE_BASES)


def _rule(rule: Rule) -> fields.Field[Any]:
    match rule.shape:
        case "at_least" | "at_most":
            within = validate.OneOf(rule.options) if rule.options else validate.Range(0, rule.most)
            return fields.Integer(strict=True, validate=within)
        case "one_of":
            return _codes(rule.options or ())
        case "labels":
            return fields.List(fields.String(validate=_IS_LABEL), validate=validate.Length(min=1, max=60))
        case "any_of":
            number = fields.Integer(strict=True, validate=validate.OneOf(rule.options or ()))
            return fields.List(number, validate=validate.Length(min=1))
        case "home":
            return fields.Nested(DomicileBody)
        case "up_to":
            return fields.String(validate=validate.OneOf(rule.options or ()))
        case "all_of":
            return fields.List(
                Words(80, document_code, required=True), validate=validate.Length(min=1, max=20)
            )
        case "excludes" | "requires":
            return Flag()


class _AgesInOrder(Body):
    @validates_schema
    def ages_in_order(self, data: Rules, **_: Any) -> None:
        if data.get("min_age", 0) > data.get("max_age", 130):
            raise ValidationError("It is above max_age.", "min_age")


# Whom a programme takes: a field for each rule there is, and no other.
RulesBody: type[Schema] = type(
    "RulesBody",
    (_AgesInOrder,),
    {"__module__": __name__, **{code: _rule(rule) for code, rule in RULES.items()}},
)


class _Counted(Body):
    total = _count()
    free = _count()

    @validates_schema
    def free_within_total(self, data: bodies.Capacity, **_: Any) -> None:
        if data["free"] > data["total"]:
            raise ValidationError("More places free than there are in all.", "free")


class UnitBody(_Counted):
    unit = fields.String(required=True, validate=validate.OneOf(units.UNITS))
    group = fields.String(load_default=units.ANYONE, validate=validate.OneOf(units.GROUPS))


class CapacityBody(_Counted):
    """`units`: the same places told apart, by what they are and whom they are for."""

    units = fields.List(
        fields.Nested(UnitBody), load_default=list, validate=validate.Length(max=units.UNITS_MOST)
    )

    @validates_schema
    def add_up(self, data: bodies.Capacity, **_: Any) -> None:
        told = data["units"]
        if len({units.key_of(each["unit"], each["group"]) for each in told}) < len(told):
            raise ValidationError("A unit of a group is told twice.", "units")
        if told and (sum(each["total"] for each in told), sum(each["free"] for each in told)) != (
            data["total"], data["free"]
        ):  # fmt: skip
            raise ValidationError("The units do not add up to the places in all.", "units")


class OfferProgramme(_WithDetails):
    details = OF_PROGRAMME

    class Meta:
        include = _fields_of(OF_PROGRAMME)

    partner_id = fields.String(required=True)
    name = Words(200, required=True)
    path = fields.String(required=True, validate=_IS_PATH)
    capacity = fields.Nested(CapacityBody, required=True)
    rules = fields.Nested(RulesBody, load_default=dict)


class ConfirmCapacity(CapacityBody):
    programme_id = fields.String(required=True)


class _Reason(Body):
    """Why: about the partner, never about a person."""

    reason = Words(REASON_MOST, required=True)


class _MayReason(Body):
    reason = Words(REASON_MOST)


class ContactChange(Body):
    """The ways that change; one that is blank is no more."""

    phone = Words(40, numbers.read_phone)
    email = Email(validate=validate.Length(max=200), metadata={"format": "email-or-blank"})
    website = Website(validate=validate.Length(max=500))

    @post_load(pass_original=True)
    def as_changed(
        self, data: dict[str, str | None], original: dict[str, Json], **_: Any
    ) -> dict[str, str | None]:
        return {way: data.get(way) for way, told in original.items() if told is not None}


ABOUT = {"reason", "partner_id", "programme_id"}  # what is no change itself


class _Correction(_Reason):
    """Only the fields that change, and why. A detail that is blank is not known any more."""

    details: Mapping[str, Detail] = {}

    @post_load(pass_original=True)
    def as_changed(self, data: dict[str, Json], original: dict[str, Json], **_: Any) -> dict[str, Json]:
        named = {name for name, told in original.items() if told is not None} & data.keys()
        data = {name: _settled(value) if name in self.details else value for name, value in data.items()}
        blank = sorted(name for name in named - self.details.keys() if data[name] is None)
        if blank:
            raise ValidationError({name: ["May not be blank."] for name in blank})
        if not named - ABOUT:
            raise ValidationError("Name at least one field that changes.", "body")
        told = {name: data[name] for name in named}
        apart = {name: told.pop(name) for name in named & ABOUT}
        return {**apart, "changes": told}


class CorrectPartner(_Correction):
    """`rules`, the whole set, hold for all its programmes beside their own; so do those of the partner `network_id`
    (blank: of none)."""

    details = OF_PARTNER

    class Meta:
        include = _fields_of(OF_PARTNER)

    partner_id = fields.String(required=True)
    name = Words(200)
    kind = fields.String(validate=validate.OneOf(codes.PARTNER_KINDS))
    under_ministry = Flag()
    province = fields.String(validate=_province)
    subdistrict = fields.String(validate=_subdistrict)
    contact = fields.Nested(ContactChange)
    rules = fields.Nested(RulesBody)
    network_id = fields.String(validate=validate.Length(max=36), metadata={"format": "id-or-blank"})


class CorrectProgramme(_Correction):
    """`rules` are the whole set."""

    details = OF_PROGRAMME

    class Meta:
        include = _fields_of(OF_PROGRAMME)

    programme_id = fields.String(required=True)
    name = Words(200)
    path = fields.String(validate=_IS_PATH)
    rules = fields.Nested(RulesBody)


def _what(allowed: Sequence[str]) -> fields.List[str]:
    inner = fields.String(validate=validate.OneOf(allowed))
    return fields.List(inner, load_default=None, validate=validate.Length(min=1))


class ConfirmPartner(_MayReason):
    partner_id = fields.String(required=True)
    what = _what(PARTNER_FIELDS)


class ConfirmProgramme(_MayReason):
    programme_id = fields.String(required=True)
    what = _what(PROGRAMME_FIELDS)


class RetirePartner(_Reason):
    partner_id = fields.String(required=True)


class RetireProgramme(_Reason):
    programme_id = fields.String(required=True)


class ReopenPartner(_MayReason):
    partner_id = fields.String(required=True)


class ReopenProgramme(_MayReason):
    programme_id = fields.String(required=True)


class DecideProposal(_MayReason):
    proposal_id = fields.String(required=True)


class ListProposals(Body):
    """Of the asker's centres, or of one of them; those that wait, if nothing else is asked for."""

    centre = fields.String(load_default=None, validate=_province)
    status = fields.String(load_default="open", allow_none=True, validate=validate.OneOf(PROPOSAL_STATUSES))
    partner_id = fields.String(load_default=None)
    proposal_id = fields.String(load_default=None)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class NoFields(Body):
    pass


class ListHistory(Body):
    partner_id = fields.String(required=True)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class ChoosePartners(Body):
    """`stale`: only those of which something of that kind was last confirmed too long ago; with `stale_from` and
    `stale_until`, days in Thailand, only if it falls stale on one of them; `kept_by`: only those that this centre
    keeps; `retired`: those that take nobody any more, instead of the others; `path` and `free`: only those with a
    programme of that path, and with places free; `accepts_case`: only those that do not rule a case out;
    `contradicted`: only those with places that our ledger or the partner itself contradicts."""

    q = fields.String(load_default=None, validate=validate.Length(max=200))
    province = fields.String(load_default=None, validate=_province)
    kind = fields.String(load_default=None, validate=validate.OneOf(codes.PARTNER_KINDS))
    stale = fields.String(load_default=None, validate=validate.OneOf((ANY, *FACT_KINDS)))
    stale_from = Day(load_default=None)
    stale_until = Day(load_default=None)
    kept_by = fields.String(load_default=None, validate=_province)
    retired = fields.Boolean(load_default=False, truthy={True, "true"}, falsy={False, "false"})
    path = fields.String(load_default=None, validate=_IS_PATH)
    free = fields.Boolean(load_default=False, truthy={True, "true"}, falsy={False, "false"})
    accepts_case = fields.String(load_default=None)
    contradicted = fields.Boolean(load_default=False, truthy={True, "true"}, falsy={False, "false"})

    @validates_schema
    def days_of_what(self, data: bodies.ChoosePartners, **_: Any) -> None:
        first, last = data["stale_from"], data["stale_until"]
        if (first or last) and not data["stale"]:
            raise ValidationError("Say what falls stale.", "stale")
        if first and last and last < first:
            raise ValidationError("It comes before the other.", "stale_until")


class WhenStale(ChoosePartners):
    by = fields.String(load_default="month", validate=validate.OneOf(("month", "week")))


class ListPartners(ChoosePartners):
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class Published(Body):
    """A page of the registry as strangers read it. `modified_from`: only what was modified at that instant or later,
    `modified_before`: earlier; `retired`: only what is, or only what is not; `after`: only those whose id is greater;
    `skip`: so many of what is left."""

    ids = fields.List(fields.String(), load_default=None, validate=validate.Length(max=LIMIT_MOST))
    partner_id = fields.String(load_default=None)
    q = Words(200)
    kind = fields.String(load_default=None, validate=validate.OneOf(codes.PARTNER_KINDS))
    path = fields.String(load_default=None, validate=_IS_PATH)
    under_ministry = Flag(load_default=None)
    modified_from = fields.String(load_default=None, validate=validate.Length(max=40))
    modified_before = fields.String(load_default=None, validate=validate.Length(max=40))
    retired = Flag(load_default=None)
    after = fields.String(load_default=None)
    skip = fields.Integer(load_default=0, validate=validate.Range(0, SKIP_MOST))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(0, LIMIT_MOST))


class ModifiedProgrammes(Published):
    """Ids alone, so many more of them at once."""

    limit = fields.Integer(load_default=IDS_MOST, validate=validate.Range(0, IDS_MOST))


class Entry(Body):
    row = fields.Integer(required=True, strict=True)
    partner_id = fields.UUID(required=True)
    programme_id = fields.UUID(load_default=None)
    partner = fields.Dict(required=True)
    programme = fields.Dict(load_default=None)

    @post_load
    def as_texts(self, data: dict[str, Json], **_: Any) -> dict[str, Json]:
        ids = ("partner_id", "programme_id")
        return data | {name: str(data[name]) for name in ids if data[name] is not None}


class Import(Body):
    """A part of a file. `scheme`: whose ids its rows carry."""

    entries = fields.List(fields.Nested(Entry), required=True, validate=validate.Length(max=ENTRIES_MOST))
    file = Words(200, required=True)
    scheme = Words(80, required=True)


class FreePlaces(Body):
    """`age` of the statements: fresh, older, old. `limit` 0: the sums without the list."""

    province = fields.String(load_default=None, allow_none=True, validate=_province)
    path = fields.String(load_default=None, validate=_IS_PATH)
    age = fields.String(load_default=None, validate=validate.OneOf(STATEMENT_AGES))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(0, LIMIT_MOST))
    cursor = fields.String(load_default=None, allow_none=True)


class ReadPartner(Body):
    partner_id = fields.String(required=True)


class RevokeLink(_MayReason):
    partner_id = fields.String(required=True)


class ReadNames(Body):
    programme_ids = fields.List(
        fields.String(validate=validate.Length(1, 36)),
        required=True,
        validate=validate.Length(max=LIMIT_MOST),
    )


class Matches(Body):
    """`wait`: how many seconds to wait for the first screening. Of all candidates only those with the `verdict`,
    `path`, `province` and `outside` the ministry that are given; with `programme_ids` only these few, side by side;
    with `of_paths` the best that are not ruled out of each of so many of the screening's first paths, path by path."""

    case_id = fields.String(required=True)
    verdict = fields.String(load_default=None, validate=validate.OneOf(ELIGIBILITY))
    path = fields.String(load_default=None, validate=_IS_PATH)
    province = fields.String(load_default=None, validate=_province)
    outside = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    programme_ids = fields.List(
        fields.String(), load_default=None, validate=validate.Length(min=1, max=COMPARED_MOST)
    )
    of_paths = fields.Integer(load_default=None, validate=validate.Range(1, 100))
    wait = fields.Float(load_default=0.0, validate=validate.Range(0, WAIT_MOST))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class EarlierMatches(Body):
    case_id = fields.String(required=True)


class EarlierMatch(EarlierMatches):
    match_id = fields.String(required=True)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))


class Candidates(Body):
    programme_id = fields.String(required=True)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))


class StandingBefore(Body):
    programme_id = fields.String(required=True)
    case_id = fields.String(required=True)


class _OtherRules(Body):
    """`rules`: the whole set, as it would be."""

    rules = fields.Nested(RulesBody, required=True)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, strict=True, validate=validate.Range(1, LIMIT_MOST))


class WhatIf(_OtherRules):
    programme_id = fields.String(required=True)


class WhatIfOfAll(_OtherRules):
    partner_id = fields.String(required=True)


HELD = Near(behind=20, ahead=0)


class ActivityBody(Body):
    """What is known of an activity; blank words are none."""

    kind = fields.String(validate=validate.OneOf(OUTREACH_KINDS))
    date = Day(HELD)
    province = fields.String(validate=_province)
    place = Words(200)
    reached = fields.Integer(strict=True, validate=validate.Range(0, REACHED_MOST))
    partner_ids = fields.List(
        fields.String(validate=validate.Length(1, 36)), validate=validate.Length(max=MET_MOST)
    )
    material = Words(500)
    note = Words(2000)  # about the activity, never about a person


class HoldOutreach(ActivityBody):
    """`centre`: whose activity, for who works for several."""

    centre = fields.String(load_default=None, validate=_province)
    kind = fields.String(required=True, validate=validate.OneOf(OUTREACH_KINDS))
    date = Day(HELD, required=True)
    province = fields.String(required=True, validate=_province)

    @post_load
    def as_activity(self, data: dict[str, Json], **_: Any) -> dict[str, Json]:
        blank: dict[str, Json] = {
            "place": None,
            "reached": None,
            "partner_ids": [],
            "material": None,
            "note": None,
        }
        return {"centre": data.pop("centre"), "activity": {**blank, **data}}


class OfOutreach(Body):
    outreach_id = fields.String(required=True)


class CorrectOutreach(ActivityBody):
    """Only the fields that change, and why; words that are blank are no more."""

    outreach_id = fields.String(required=True)
    reason = Words(REASON_MOST, required=True)

    @post_load(pass_original=True)
    def as_changed(self, data: dict[str, Json], original: dict[str, Json], **_: Any) -> dict[str, Json]:
        named = [name for name in OUTREACH_FIELDS if original.get(name) is not None]
        if not named:
            raise ValidationError("Name at least one field that changes.", "body")
        changes = {name: data[name] for name in named}
        return {"outreach_id": data["outreach_id"], "reason": data["reason"], "changes": changes}


class EnterOutreachInError(_Reason):
    outreach_id = fields.String(required=True)


class ListOutreach(Body):
    """Days in Thailand, both included."""

    centre = fields.String(load_default=None, validate=_province)
    first = Day(data_key="from", load_default=None)
    last = Day(data_key="to", load_default=None)
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class ListProblems(Body):
    """Of the asker's centres, or of one of them; those that wait to be decided, if nothing else is asked for; with
    `problem_id` only that one."""

    centre = fields.String(load_default=None, validate=_province)
    status = fields.String(load_default="open", validate=validate.OneOf(PROBLEM_STATUSES))
    problem_id = fields.String(load_default=None, validate=validate.Length(1, 36))
    limit = fields.Integer(load_default=LIMIT_DEFAULT, validate=validate.Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None)


class DecideProblem(_Reason):
    problem_id = fields.String(required=True)


class Heard(Schema):
    """Another service's fact: what is not named here is not ours to read."""

    class Meta:
        unknown = EXCLUDE


class Screening(Heard):
    case_id = fields.String(required=True)


class Plan(Heard):
    case_id = fields.String(required=True)
    plan_id = fields.String(required=True)
    programme_id = fields.String(load_default=None, allow_none=True)


class Referral(Heard):
    """`programme_id` None: a return to the family, which is no partner's."""

    referral_id = fields.String(required=True)
    case_id = fields.String(required=True)
    programme_id = fields.String(required=True, allow_none=True)


class Stay(Heard):
    stay_id = fields.String(required=True)
    case_id = fields.String(required=True)
    programme_id = fields.String(required=True)


class Answer(Referral):
    no_more_places = fields.Boolean(load_default=False)


class Decline(Answer):
    reason = fields.String(load_default=None, allow_none=True)
    whose = fields.String(load_default=None, allow_none=True)
    final_at = fields.String(load_default=None, allow_none=True)


class Review(Schema):
    """The part of screening's fact that we read."""

    class Meta:
        unknown = EXCLUDE

    referral_id = fields.String(required=True, allow_none=True)


class ReferralSent(Referral):
    waitlist = fields.Boolean(load_default=False)
