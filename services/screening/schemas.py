"""Shapes of requests, and the part of others' facts that we read. Shape only: what may happen is decided in domain.

Long because the requests of all of a service's doors stand together."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import EXCLUDE, INCLUDE, Schema, ValidationError, fields, validates_schema
from marshmallow.validate import Length, OneOf, Range, Regexp

from services import codes
from services.codes.care import ACTION, NOT_POSSIBLE_REASONS, PROGRESS, TASK_KINDS
from services.codes.decisions import AGENDA_REASONS, LIFE_AREAS, MEMBER_ROLES, VOTES
from services.codes.facts import FACTS, Fact
from services.codes.overrides import OTHER, OVERRIDES
from services.codes.reviews import FINDINGS
from services.codes.situation import document_code
from services.codes.words import OpenList
from services.fields import Day, Flag, Near, Words
from services.kernel.lists import LIMIT_DEFAULT, LIMIT_MOST
from services.screening import bodies
from services.thai import areas, dates


def _id() -> fields.String:
    return fields.String(required=True, validate=Length(1, 36))


def _province(code: str) -> None:
    if not areas.is_province(code):
        raise ValidationError("Not the code of a province.")


def _partial_date(text: str) -> None:
    try:
        dates.partial_date(text)
    except dates.DateError as error:
        raise ValidationError(str(error)) from None


DUE = Near(behind=10, ahead=10)  # of what is to be so for a person, also as an earlier meeting set it


class AgeRange(Schema):
    """Full years, least and most; `on` the day they were told for (ISO), today if left out; `margin` of an estimate, by
    how many years it may be off."""

    on = Day(Near(behind=20, ahead=0))
    min = fields.Integer(required=True, strict=True, validate=Range(0, dates.OLDEST))
    max = fields.Integer(required=True, strict=True, validate=Range(0, dates.OLDEST))
    margin = fields.Integer(strict=True, validate=Range(0, 20))

    @validates_schema
    def rises(self, data: dates.AgeRange, **_: Any) -> None:
        if data["min"] > data["max"]:
            raise ValidationError("Less than min.", "max")


class Age(fields.Field[dict[str, Any]]):
    """A whole number of full years, or {min, max, on?, margin?}."""

    RANGE = AgeRange()
    YEARS = fields.Integer(strict=True, validate=Range(0, dates.OLDEST))

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if isinstance(value, Mapping):
            told: dict[str, Any] = self.RANGE.load(dict(value))
            return told
        if isinstance(value, bool):
            raise ValidationError("Not a valid integer.")
        years = self.YEARS.deserialize(value)
        return {"min": years, "max": years}


class Domicile(Schema):
    province = fields.String(required=True, validate=_province)
    basis = fields.String(required=True, validate=OneOf(codes.DOMICILE_BASES))


class Document(Words):
    """A kind of document. Facts travel unsealed: a kind has a place here, its number has none."""

    def __init__(self) -> None:
        kind = Regexp(r"(?!.*\d{4})[^@\n]+\Z", error="Name the kind of document only.")
        super().__init__(40, document_code, required=True, validate=kind)


class OneOrMore(fields.List[str]):
    """Codes, or one of them by itself; `alone` goes with no other."""

    def __init__(self, one: fields.String, alone: str, most: int) -> None:
        super().__init__(one, allow_none=True, validate=Length(max=most))
        self.alone = alone

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        codes = super()._deserialize([value] if isinstance(value, str) else value, *args, **kwargs)
        if self.alone in codes and len({*codes}) > 1:
            raise ValidationError(
                "The answer that there is none goes with no other: take away that one or the others."
            )
        return codes


DOCUMENTS_MOST = 30
IS_CODE = Regexp(r"[a-z][a-z0-9_]{0,39}\Z")


def _fact(fact: Fact) -> fields.Field[Any]:
    """The field of a fact, which may be absent or null: unknown, never "no"."""
    options = fact.options or ()
    match fact.kind:
        case "flag":
            return Flag(allow_none=True)
        case "code":
            return fields.String(allow_none=True, validate=OneOf(options))
        case "number":
            return fields.Integer(strict=True, allow_none=True, validate=OneOf(options))
        case "codes" if fact.alone:
            return OneOrMore(fields.String(validate=OneOf(options)), fact.alone, len(options))
        case "codes" if isinstance(options, OpenList):  # the rules in force know them (service)
            return fields.List(fields.String(validate=IS_CODE), allow_none=True, validate=Length(max=200))
        case "codes" if fact.free:
            return fields.List(Document(), allow_none=True, validate=Length(max=DOCUMENTS_MOST))
        case "codes":
            numbers = all(isinstance(code, int) for code in options)
            one = (
                fields.Integer(strict=True, validate=OneOf(options))
                if numbers
                else fields.String(validate=OneOf(options))
            )
            return fields.List(one, allow_none=True, validate=Length(max=len(options)))
        case "range":
            return Age(allow_none=True)
        case "records":
            return fields.List(fields.Nested(Domicile), allow_none=True, validate=Length(max=20))
        case "date":
            return fields.String(allow_none=True, validate=_partial_date)


KNOWN = frozenset(FACTS)


class FactsBase(Schema):
    """What the rules in force ask beside the facts that the software knows is theirs to judge (service)."""

    class Meta:
        unknown = INCLUDE


# What was told of a person: a field for each fact there is.
Facts: type[Schema] = type(
    "Facts", (FactsBase,), {"__module__": __name__, **{name: _fact(fact) for name, fact in FACTS.items()}}
)


def added_fact(kind: str, options: Sequence[str | int]) -> fields.Field[Any]:
    """The field of a fact that a rulebook adds."""
    match kind:
        case "flag":
            return Flag(allow_none=True)
        case "number":
            return fields.Integer(strict=True, allow_none=True, validate=OneOf(options))
        case "codes":
            one = fields.String(validate=OneOf(options))
            return fields.List(one, allow_none=True, validate=Length(max=len(options)))
    return fields.String(allow_none=True, validate=OneOf(options))


def _questions() -> fields.List[Any]:
    one = fields.String(validate=IS_CODE)
    return fields.List(one, load_default=None, allow_none=True, validate=Length(max=200))


class Told(Schema):
    """`asked_declined`: what the person was asked and did not want to answer; unknown like what nobody asked."""

    case_id = _id()
    facts = fields.Nested(Facts, required=True)
    asked_declined = _questions()


class CompleteScreening(Told):
    """`settled`: questions of which what is told here counts, whatever colleagues noted."""

    settled = _questions()


class NoteAnswers(Told):
    """`of`: the questions that were looked at: what the caller noted of them before and does not tell now is gone."""

    of = _questions()


class Assess(CompleteScreening):
    """`day` of the answers (ISO), today if left out."""

    day = fields.Date(load_default=None, allow_none=True, validate=Near(behind=20, ahead=1))


class Member(Schema):
    name = Words(200, required=True)
    role = fields.String(required=True, validate=OneOf(MEMBER_ROLES))
    vote = fields.String(required=True, validate=OneOf(VOTES))
    reason = Words(2000)


class Override(Schema):
    """Why a path is taken that the screening closed, and who chaired that decision."""

    reason = Words(2000, required=True)
    chair = Words(200, required=True)


class AgreePlan(Schema):
    case_id = _id()
    members = fields.List(fields.Nested(Member), required=True, validate=Length(1, 50))
    path = fields.String(required=True, validate=IS_CODE)  # one of the rules in force
    programme_id = fields.String(load_default=None, allow_none=True, validate=Length(1, 36))
    programme_ids = fields.List(
        fields.String(validate=Length(1, 36)), load_default=None, allow_none=True,
        validate=Length(max=codes.PLACES_MOST),
    )  # fmt: skip
    why = Words(4000, required=True)
    goals = fields.List(Words(500, required=True), required=True, validate=Length(max=30))
    override = fields.Nested(Override, load_default=None, allow_none=True)
    between_meetings = Flag(load_default=False, allow_none=True)
    urgency = Words(2000)

    @validates_schema
    def places(self, data: bodies.AgreePlan, **_: Any) -> None:
        several = data["programme_ids"] or []
        if several and data["programme_id"] is not None:
            raise ValidationError({"programme_ids": ["Name one place, or several in order, not both."]})
        if len({*several}) < len(several):
            raise ValidationError({"programme_ids": ["Each place stands here once."]})


class OfCase(Schema):
    case_id = _id()


class KeptReason(Schema):
    """Left out or blank: nothing of it is kept."""

    reason = Words(2000)


class KeepMinutes(Schema):
    """What may stay of a plan's minutes; `members`: the reasons, one for each member in their order; what is left out
    at the end is not kept."""

    case_id = _id()
    plan_id = _id()
    why = Words(4000, required=True)
    goals = fields.List(Words(500, required=True), required=True, validate=Length(max=30))
    members = fields.List(fields.Nested(KeptReason), required=True, validate=Length(max=50))
    override = fields.Nested(KeptReason, load_default=None, allow_none=True)


class Seat(Schema):
    """Who is called: by their account, by their name, or both."""

    user = fields.String(load_default=None, allow_none=True, validate=Length(1, 100))
    name = Words(200)
    role = fields.String(required=True, validate=OneOf(MEMBER_ROLES))

    @validates_schema
    def somebody(self, data: bodies.Invited, **_: Any) -> None:
        if data["user"] is None and data["name"] is None:
            raise ValidationError("Name the account or the person.", "name")


def _seats() -> fields.List[Any]:
    return fields.List(fields.Nested(Seat), required=True, validate=Length(1, 50))


MEMBER_UNTIL = Near(behind=20, ahead=20)


class AppointMember(Seat):
    """`since`, `until`: first and last day."""

    centre = fields.String(required=True, validate=_province)
    since = fields.Date(required=True, validate=Near(behind=20, ahead=2))
    until = fields.Date(load_default=None, allow_none=True, validate=MEMBER_UNTIL)


class EndMembership(Schema):
    member_id = fields.String(required=True)
    until = fields.Date(required=True, validate=MEMBER_UNTIL)


class ListMembers(Schema):
    """With `on` those who are members on that day."""

    centre = fields.String(load_default=None, allow_none=True, validate=_province)
    on = fields.Date(load_default=None, allow_none=True)


class CallMeeting(Schema):
    """`at`: when it begins, RFC 3339 with its offset; it may lie ahead. `members` left out: who belongs to the working
    group on that day."""

    centre = fields.String(required=True, validate=_province)
    at = fields.AwareDateTime(required=True, validate=Near(behind=10, ahead=1))
    place = Words(200)
    members = fields.List(fields.Nested(Seat), load_default=None, allow_none=True, validate=Length(1, 50))


class OfMeeting(Schema):
    meeting_id = fields.String(required=True)


class InviteMembers(OfMeeting):
    members = _seats()


class TableCases(OfMeeting):
    """One case, or several in the order of the agenda. `out_of_order`: why they are taken before others who stand
    before them in the order of need; nobody has to say."""

    case_id = fields.String(load_default=None, allow_none=True, validate=Length(1, 36))
    case_ids = fields.List(
        fields.String(validate=Length(1, 36)), load_default=None, allow_none=True, validate=Length(1, 100)
    )
    reason = fields.String(load_default=None, allow_none=True, validate=OneOf(AGENDA_REASONS))
    out_of_order = fields.String(load_default=None, allow_none=True, validate=OneOf(OVERRIDES))
    out_of_order_note = Words(2000)

    @validates_schema
    def other_in_words(self, data: bodies.TableCases, **_: Any) -> None:
        if data["out_of_order"] == OTHER and not data["out_of_order_note"]:
            raise ValidationError("Another reason is told in words.", "out_of_order_note")

    @validates_schema
    def one_or_several(self, data: bodies.TableCases, **_: Any) -> None:
        if (data["case_id"] is None) == (data["case_ids"] is None):
            raise ValidationError("Name one case, or several as case_ids.", "case_id")


def _places() -> fields.List[Any]:
    return fields.List(
        fields.String(validate=Length(1, 36)),
        load_default=None,
        allow_none=True,
        validate=Length(max=codes.PLACES_MOST),
    )


class ProposeOption(OfMeeting):
    case_id = _id()
    path = fields.String(required=True, validate=IS_CODE)  # one of the rules in force
    programme_ids = _places()


class CastVote(OfMeeting):
    case_id = _id()
    vote = fields.String(required=True, validate=OneOf(VOTES))
    reason = Words(2000)


class DeclareConflict(OfMeeting):
    case_id = _id()


class WrittenVote(Schema):
    """`member`: the number, the account or the name of somebody who is called."""

    member = Words(200, required=True)
    vote = fields.String(required=True, validate=OneOf(VOTES))
    reason = Words(2000)


class Goal(Schema):
    """What must be true for the person in the end, in an area of life; who sees to it, until which day (ISO)."""

    area = fields.String(load_default=None, allow_none=True, validate=OneOf(LIFE_AREAS))
    text = Words(500, required=True)
    owner = Words(200)
    due = Day(DUE, load_default=None, allow_none=True)


class SetGoal(Goal):
    case_id = _id()


class SetTask(Schema):
    """`code`: which document or fact; `text` of something to do. `goal_id`: what it serves; `programme_id`: the place
    that asks for it."""

    case_id = _id()
    goal_id = fields.String(load_default=None, allow_none=True, validate=Length(1, 36))
    area = fields.String(load_default=None, allow_none=True, validate=OneOf(LIFE_AREAS))
    kind = fields.String(load_default=None, allow_none=True, validate=OneOf(TASK_KINDS))
    code = fields.String(load_default=None, allow_none=True, validate=Length(1, 40))
    programme_id = fields.String(load_default=None, allow_none=True, validate=Length(1, 36))
    text = Words(500)
    owner = Words(200)
    due = Day(DUE, load_default=None, allow_none=True)

    @validates_schema
    def says_what(self, data: bodies.SetTask, **_: Any) -> None:
        if data["kind"] in (None, ACTION):
            if data["text"] is None:
                raise ValidationError("Is required.", "text")
            if data["code"] is not None:
                raise ValidationError("Something to do has no code.", "code")
            return
        if data["code"] is None:
            raise ValidationError("Is required.", "code")
        if data["kind"] == "fact" and not re.fullmatch(r"[a-z][a-z0-9_]{0,39}", data["code"]):
            raise ValidationError("Not the name of a fact.", "code")
        if data["kind"] == "document":
            try:
                Document().deserialize(data["code"])
            except ValidationError as error:
                raise ValidationError(error.messages, "code") from None


class MoveTask(Schema):
    case_id = _id()
    item_id = _id()
    due = Day(DUE, required=True)


class NoteProgress(Schema):
    """`reason`: why it is not possible."""

    case_id = _id()
    item_id = _id()
    progress = fields.String(required=True, validate=OneOf(PROGRESS))
    reason = fields.String(load_default=None, allow_none=True, validate=OneOf(NOT_POSSIBLE_REASONS))
    note = Words(1000)


class DecideCase(OfMeeting):
    """`votes` may leave out who voted on their own; `override_reason` where the screening closed the path."""

    case_id = _id()
    votes = fields.List(
        fields.Nested(WrittenVote), load_default=None, allow_none=True, validate=Length(max=50)
    )
    abstains_for_conflict = fields.List(
        Words(200, required=True), load_default=None, allow_none=True, validate=Length(max=50)
    )
    path = fields.String(required=True, validate=IS_CODE)  # one of the rules in force
    programme_ids = _places()
    why = Words(4000, required=True)
    override_reason = Words(2000)
    goals = fields.List(fields.Nested(Goal), load_default=None, allow_none=True, validate=Length(max=30))


class RatifyPlan(OfMeeting):
    """`votes` may leave out who voted on their own."""

    case_id = _id()
    votes = fields.List(
        fields.Nested(WrittenVote), load_default=None, allow_none=True, validate=Length(max=50)
    )
    abstains_for_conflict = fields.List(
        Words(200, required=True), load_default=None, allow_none=True, validate=Length(max=50)
    )


class ReviewOutcome(OfMeeting):
    """`referral_id`: the sending that is looked back on, if not the latest by which the person was placed; `lesson`:
    what is to be done otherwise."""

    case_id = _id()
    referral_id = fields.String(load_default=None, allow_none=True, validate=Length(1, 36))
    findings = fields.List(
        fields.String(validate=OneOf(FINDINGS)), required=True, validate=Length(1, len(FINDINGS))
    )
    found = Words(4000)
    lesson = Words(4000)


class ListReviewed(Schema):
    referral_ids = fields.List(_id(), required=True, validate=Length(max=LIMIT_MOST))


class ListMeetings(Schema):
    centre = fields.String(load_default=None, allow_none=True, validate=_province)
    status = fields.String(load_default=None, allow_none=True, validate=OneOf(("open", "closed")))
    limit = fields.Integer(strict=True, load_default=LIMIT_DEFAULT, validate=Range(1, LIMIT_MOST))
    cursor = fields.String(load_default=None, allow_none=True)


class AdoptRules(Schema):
    """`rules_version` is one that counted before there were drafts; the newest of them if left out."""

    rules_version = fields.String(load_default=None, allow_none=True, validate=Length(1, 40))


class OfScreening(Schema):
    screening_id = fields.String(required=True)


class ListRules(Schema):
    pass


class OfRules(Schema):
    """`format`: how the front door hands it out."""

    rules_version = fields.String(required=True)
    format = fields.String(load_default="json", validate=OneOf(("json", "xlsx")))


class DraftRules(Schema):
    """`content`: the rulebook as its door answers it, or {screening?, form?, procedure?}; left out: what it is based
    on."""

    based_on = fields.String(required=True)
    content = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)


class SaveRules(DraftRules):
    draft_id = fields.String(required=True)


class CheckRules(Schema):
    based_on = fields.String(required=True)
    content = fields.Dict(keys=fields.String(), load_default=None, allow_none=True)
    facts = fields.Nested(Facts, required=True)


class OfDraft(Schema):
    draft_id = fields.String(required=True)


class AdoptDraft(Schema):
    draft_id = fields.String(required=True)
    valid_from = fields.Date(required=True, validate=Near(behind=5, ahead=100))
    reason = Words(1000, required=True)


PAST = Near(behind=20, ahead=1)  # of screenings that may be tried again


class TryDraft(Schema):
    """Screenings completed on the days [from, to], of one centre; of all if left out."""

    draft_id = fields.String(required=True)
    since = fields.Date(load_default=None, allow_none=True, data_key="from", validate=PAST)
    until = fields.Date(load_default=None, allow_none=True, data_key="to", validate=PAST)
    centre = fields.String(load_default=None, allow_none=True, validate=_province)


class OfTrial(Schema):
    trial_id = fields.String(required=True)


class CaseOpened(Schema):
    """The part of intake's fact that we read."""

    class Meta:
        unknown = EXCLUDE

    case_id = fields.String(required=True)
    person_id = fields.String(required=True)
    sex = fields.String(required=True)
    age = fields.Dict(required=True, allow_none=True)
    nationality = fields.String(required=True)
    domicile = fields.List(fields.Dict(), required=True)
    danger = fields.String(required=True)
    found = fields.Dict(required=True)  # partners ranks places near it first
