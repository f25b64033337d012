"""The shape of the documents of rules, and how what somebody sends as a draft becomes documents. What they say is
looked at in domain.lint."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.codes import procedure
from services.codes.deadlines import ESCALATED_TO
from services.codes.declines import kinds_of_noes
from services.codes.procedure.checking import problems
from services.fields import Flag
from services.kernel.doors import flat
from services.kernel.errors import Invalid
from services.kernel.questions import Body, Json
from services.screening.domain import form, rulebook
from services.screening.domain.adoption import NAMES
from services.thai import areas

UNDATED = {"version": "draft", "valid_from": "2000-01-01"}  # until it is adopted
LONGEST = 4000
# What the door of a version answers beside the document itself: sent back, it says nothing.
BESIDE = (
    "rules_version", "name", "status", "sha256", "adopted_at", "adopted_by", "reason", "laws", "forms", "deadlines",
    "content", "id", "version", "valid_from",
)  # fmt: skip


class Shape(Schema):
    class Meta:
        unknown = RAISE


def _words(**more: Any) -> fields.String:
    return fields.String(validate=Length(max=LONGEST), **more)


class Text(Shape):
    th = _words(required=True)
    en = _words(required=True)


class Law(Text):
    text = _words()


def _text(**more: Any) -> fields.Nested:
    return fields.Nested(Text, **more)


def _blank() -> dict[str, str]:
    return {"th": "", "en": ""}


class Condition(fields.Dict):
    """Checked with the vocabulary, in domain.lint."""


class Where(Shape):
    condition = Condition(required=True)
    law = fields.Nested(Law, required=True)
    leads = Flag(required=True)


class Label(Shape):
    code = fields.String(required=True)
    name = _text(required=True)
    law = fields.Nested(Law, load_default=_blank)
    leads = Flag(load_default=False)
    condition = Condition(required=True)
    because = _text(load_default=_blank)
    paths = fields.List(fields.String(), load_default=list)
    where = fields.Nested(Where, allow_none=True)


class Path(Shape):
    code = fields.String(required=True)
    name = _text(required=True)
    outside_ministry = Flag(required=True)
    by_wish = Flag(required=True)
    needs = Condition(allow_none=True)
    because = _text(allow_none=True)
    only_if_sure = Flag()
    never = Condition(allow_none=True)


class Danger(Shape):
    code = fields.String(required=True)
    path = fields.String(required=True)
    because = _text(required=True)
    needs = Condition(allow_none=True)


class Applies(Shape):
    fact = fields.String(required=True)
    condition = Condition(required=True)
    otherwise = Flag(required=True)


class Option(Text):
    code = fields.Raw(required=True)


class NewFact(Shape):
    code = fields.String(required=True)
    kind = fields.String(required=True, validate=OneOf(rulebook.NEW_KINDS))
    name = _text(required=True)
    question = _text(required=True)
    options = fields.List(fields.Nested(Option), load_default=list)


class RulebookDocument(Shape):
    id = fields.String(load_default=rulebook.NAME)
    version = fields.String(load_default="")
    valid_from = fields.String(load_default="")
    rationale = _text(load_default=_blank)
    undecided_too = Flag(load_default=True)
    facts = fields.List(fields.Nested(NewFact), load_default=list)
    applies = fields.List(fields.Nested(Applies), load_default=list)
    labels = fields.List(fields.Nested(Label), required=True, validate=Length(1, 200))
    paths = fields.List(fields.Nested(Path), required=True, validate=Length(1, 200))
    dangers = fields.List(fields.Nested(Danger), load_default=list)
    last = fields.List(fields.String(), load_default=list)
    sources = fields.List(_text(), load_default=list)


class Group(Shape):
    title = _text(required=True)
    why = _text(required=True)
    law = _text(required=True)
    facts = fields.List(fields.String(), required=True)


class Question(Shape):
    text = _text(required=True)
    hint = _text(allow_none=True)
    show_if = Condition(allow_none=True)


class FormDocument(Shape):
    id = fields.String(load_default=form.NAME)
    version = fields.String(load_default="")
    valid_from = fields.String(load_default="")
    groups = fields.List(fields.Nested(Group), required=True, validate=Length(1, 50))
    questions = fields.Dict(keys=fields.String(), values=fields.Nested(Question), required=True)


class Quorum(Shape):
    votes = fields.Integer(required=True, strict=True, validate=Range(1, 50))
    chair = Flag(required=True)


class Range_(Shape):
    min = fields.Integer(required=True, strict=True, validate=Range(0, LONGEST))
    max = fields.Integer(required=True, strict=True, validate=Range(1, LONGEST))


def _days(**more: Any) -> fields.Integer:
    return fields.Integer(strict=True, validate=Range(0, LONGEST), **more)


class Span(Shape):
    """In one of the units; what each deadline may say is checked in codes.procedure.checking."""

    working_days = _days()
    days = _days()
    minutes = _days()
    by_channel = fields.Dict(keys=fields.String(), values=_days())
    by_kind = fields.Dict(keys=fields.String(), values=_days())
    remind = _days()


class FollowUp(Shape):
    days = _days(required=True)
    from_ = _days(required=True, data_key="from", attribute="from")
    until = _days(required=True)
    remind = _days()


class Escalation(Shape):
    role = fields.String(validate=OneOf(ESCALATED_TO))
    user = fields.String(validate=Length(1, 80))


class OwnTerms(Shape):
    """What a centre sets for itself."""

    quorum = fields.Nested(Quorum)
    referrals_at_once = _days()
    deadlines = fields.Dict(keys=fields.String(), values=fields.Nested(Span))
    escalation = fields.Nested(Escalation)


def _centre() -> fields.String:
    return fields.String(validate=OneOf([each.code for each in areas.provinces()]))


class ProcedureDocument(Shape):
    id = fields.String(load_default=procedure.NAME)
    version = fields.String(load_default="")
    valid_from = fields.String(load_default="")
    quorum = fields.Nested(Quorum, required=True)
    between_meetings = fields.Nested(Quorum)
    referrals_at_once = _days(required=True)
    deadlines = fields.Dict(keys=fields.String(), values=fields.Nested(Span), required=True)
    follow_up = fields.List(fields.Nested(FollowUp), required=True, validate=Length(1, 20))
    decline_review = fields.Dict(
        keys=_centre(), values=fields.List(fields.String(validate=OneOf(kinds_of_noes()))), required=True
    )
    escalation = fields.Nested(Escalation, required=True)
    bounds = fields.Dict(keys=fields.String(), values=fields.Nested(Range_), required=True)
    centres = fields.Dict(keys=_centre(), values=fields.Nested(OwnTerms), required=True)


SHAPES: Mapping[str, Schema] = {
    rulebook.NAME: RulebookDocument(),
    form.NAME: FormDocument(),
    procedure.NAME: ProcedureDocument(),
}


def documents_of(content: Body, before: Mapping[str, str]) -> dict[str, str]:
    """{name: document} of what somebody sent: a rulebook by itself, or documents by their names. `before`: those that
    it began from; of a form or deadlines sent with a rulebook, as its door answers them, only what is not as before is
    part of the draft. Invalid names each field."""
    parts = _parts(content, before)
    errors: dict[str, list[str]] = {}
    found: dict[str, str] = {}
    for name, part in parts.items():
        try:
            loaded = SHAPES[name].load(part)
        except ValidationError as error:
            errors |= {
                f"{name}.{_of_entry(where)}": [f"wrong_type: {each}" for each in texts]
                for where, texts in flat(error.messages).items()
            }
            continue
        found[name] = dumped({**loaded, "id": name, **UNDATED})
        if name == procedure.NAME:
            errors |= _wrong(found[name])
    if errors:
        raise Invalid(errors)
    return found


def _of_entry(where: str) -> str:
    """Of a table of entries by code, marshmallow says whether the code is wrong or its value."""
    return ".".join(part for part in where.split(".") if part not in ("key", "value"))


@lru_cache(maxsize=64)
def whole(name: str, text: str) -> str:
    """A document as a draft would have it: undated, with all its fields."""
    [same] = documents_of({name: json.loads(text)}, {}).values()
    return same


def dumped(document: Body) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _parts(content: Body, before: Mapping[str, str]) -> dict[str, dict[str, Json]]:
    named = {name: dict(part) for name in NAMES if isinstance(part := content.get(name), Mapping)}
    if named:
        if unknown := sorted(content.keys() - {*NAMES}):
            raise Invalid({f"content.{each}": ["Unknown field."] for each in unknown})
        if procedure.NAME in named:
            named[procedure.NAME] = _as_today(named[procedure.NAME], before[procedure.NAME])
        return named
    old = json.loads(before[rulebook.NAME])
    own = {key: value for key, value in content.items() if key not in BESIDE}
    parts = {rulebook.NAME: {**{key: value for key, value in old.items() if key not in BESIDE}, **own}}
    forms, deadlines = content.get("forms"), content.get("deadlines")
    if (
        isinstance(forms, list)
        and forms
        and isinstance(forms[0], Mapping)
        and forms[0] != json.loads(before[form.NAME])
    ):
        parts[form.NAME] = dict(forms[0])
    steps = procedure.whole(before[procedure.NAME])
    if isinstance(deadlines, Mapping) and deadlines != steps["deadlines"]:
        parts[procedure.NAME] = {**steps, "deadlines": dict(deadlines)}
    return parts


def _as_today(content: dict[str, Json], before: str) -> dict[str, Json]:
    """A procedure of before there was one document of deadlines, in today's shape; what one of today leaves out is as
    in the one that it began from."""
    deadlines = content.get("deadlines")
    flat_ones = isinstance(deadlines, Mapping) and any(isinstance(each, int) for each in deadlines.values())
    if flat_ones or isinstance(content.get("follow_up"), Mapping):
        try:
            return {**content, **procedure.whole(json.dumps(content))}
        except (AttributeError, KeyError, TypeError, IndexError):
            return content  # its shape says what is wrong
    return {**procedure.whole(before), **content}


def _wrong(text: str) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for field, problem in problems(json.loads(text)):
        errors.setdefault(f"procedure.{field}", []).append(problem)
    return errors
