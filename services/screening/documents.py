"""The shape of the documents of rules, and how what somebody sends as a draft becomes documents. What they say is
looked at in domain.lint."""

import json
from collections.abc import Mapping
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields
from marshmallow.validate import Length, OneOf, Range

from services.codes.declines import kinds_of_noes
from services.fields import Flag
from services.kernel.doors import flat
from services.kernel.errors import Invalid
from services.kernel.questions import Body, Json
from services.screening.domain import form, procedure, rulebook
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
    min = fields.Integer(required=True, strict=True, validate=Range(1, 50))
    max = fields.Integer(required=True, strict=True, validate=Range(1, 50))


class Bounds(Shape):
    votes = fields.Nested(Range_, required=True)


class FollowUp(Shape):
    days = fields.List(
        fields.Integer(strict=True, validate=Range(1, 3650)), required=True, validate=Length(1, 20)
    )


class ProcedureDocument(Shape):
    id = fields.String(load_default=procedure.NAME)
    version = fields.String(load_default="")
    valid_from = fields.String(load_default="")
    quorum = fields.Nested(Quorum, required=True)
    centres = fields.Dict(keys=fields.String(), values=fields.Nested(Quorum), load_default=dict)
    bounds = fields.Nested(Bounds, required=True)
    deadlines = fields.Dict(
        keys=fields.String(), values=fields.Integer(strict=True, validate=Range(0, 3650)), required=True
    )
    follow_up = fields.Nested(FollowUp, required=True)
    decline_review = fields.Dict(
        keys=fields.String(validate=OneOf([each.code for each in areas.provinces()])),
        values=fields.List(fields.String(validate=OneOf(kinds_of_noes()))),
    )


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
                f"{name}.{where}": [f"wrong_type: {each}" for each in texts]
                for where, texts in flat(error.messages).items()
            }
            continue
        found[name] = dumped({**loaded, "id": name, **UNDATED})
        if name == procedure.NAME:
            errors |= _out_of_bounds(found[name])
    if errors:
        raise Invalid(errors)
    return found


def dumped(document: Body) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1)


def _parts(content: Body, before: Mapping[str, str]) -> dict[str, dict[str, Json]]:
    named = {name: dict(part) for name in NAMES if isinstance(part := content.get(name), Mapping)}
    if named:
        if unknown := sorted(content.keys() - {*NAMES}):
            raise Invalid({f"content.{each}": ["Unknown field."] for each in unknown})
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
    steps = json.loads(before[procedure.NAME])
    if isinstance(deadlines, Mapping) and deadlines != steps["deadlines"]:
        parts[procedure.NAME] = {**steps, "deadlines": dict(deadlines)}
    return parts


def _out_of_bounds(text: str) -> dict[str, list[str]]:
    """A centre's own quorum lies within the bounds that the document itself sets."""
    rules = procedure.read(text)
    least, most = rules.votes["min"], rules.votes["max"]
    return {
        f"procedure.centres.{centre}.votes": [f"Must be {least} to {most}."]
        for centre, own in rules.centres.items()
        if not least <= own.votes <= most
    }
