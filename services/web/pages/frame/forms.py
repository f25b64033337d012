"""Forms: what was typed, held against a schema, with its errors and its draft."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from uuid import uuid4

from flask import request
from markupsafe import Markup
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from services.fields import Day
from services.kernel.doors import flat
from services.kernel.questions import Body, Json
from services.thai.dates import DateError
from services.thai.numbers import NumberError, read_whole
from services.web import gateway
from services.web.gateway import problems, storable
from services.web.gateway.problems import Problem
from services.web.pages.frame import visit
from services.web.pages.parts import days
from services.web.pages.parts.language import _, field_error, later
from services.web.pages.parts.words import LISTS, word
from services.web.store import drafts

OF_DRAFTS = ("draft", "draft.focus", "draft.seen", "version")  # hidden fields that are not in a draft
LACKING = ("Enter this.", "Choose one of the options.")
LOST = later("Remove the character that cannot be shown.")


def sent_fields(*without: str) -> list[tuple[str, str]]:
    """What was sent with a form, but what belongs to the session it was made for."""
    dropped = ("csrf", "keep", *without)
    return [(name, text) for name, text in request.form.items(multi=True) if name not in dropped]


Read = Callable[[str], Json]
InWords = Callable[[Mapping[str, Sequence[str]]], Mapping[str, Sequence[str]]]


class Form:
    """A form on a page. Its fields are named by their dotted paths in `schema` (None: no field is checked); `values`
    are shown first; `fixed` are parts of the body that nobody types; `read` turns one field's text into what the schema
    takes. With `draft`, what the form is called in the list of drafts, what was typed is kept until the form was sent,
    and shown again at this address; `case_id`: the case it is about, `where`: the partner, by name."""

    def __init__(
        self,
        schema: Schema | None = None,
        values: Mapping[str, Any] | None = None,
        *,
        fixed: Body | None = None,
        read: Mapping[str, Read] | None = None,
        version: int | None = None,
        sent: bool | None = None,
        draft: str | None = None,
        case_id: str | None = None,
        where: str = "",
    ) -> None:
        self.schema, self.fixed, self.read = schema, fixed or {}, read or {}
        self.sent = request.method == "POST" if sent is None else sent
        self.key = (
            drafts.FormKey(visit.caller().user, visit.address(), draft, case_id, where) if draft else None
        )
        # What was kept is shown instead of the first values.
        self.draft = drafts.find(gateway.runtime(), self.key) if self.key and not self.sent else None
        self.saved_at = self.draft.saved_at if self.draft else None
        if self.sent:
            self.typed: MultiDict[str, str] = request.form
        else:
            self.typed = MultiDict(self.draft.fields) if self.draft else _as_typed(values or {})
        self.command = self.typed.get("command") or str(uuid4())
        self.version, self.current = version, version
        # Somebody who was shown what changed meanwhile sends the version that was shown; 0 is what was not there yet.
        shown = shown_version() if self.sent else self.draft.version if self.draft else None
        if shown or (shown == 0 and version is not None):
            self.version = shown
        self.errors: dict[str, list[str]] = {}
        self.labels: dict[str, str] = {}  # of the fields on the page
        self.chosen_from: set[str] = set()  # those of them that offer their answers
        self.refused: str | None = None
        self.stale = False
        self.body: dict[str, Json] = {}
        self.data: Any = None

    @property
    def ticket(self) -> str:
        assert self.key is not None, "only a form with drafts has one"
        return drafts.ticket(gateway.runtime(), self.key)

    def focus(self, id: str) -> dict[str, str]:
        """Attributes of a field: the one that was being typed in when the draft was saved has the focus again."""
        return {"autofocus": ""} if self.draft and self.draft.focus == id else {}

    def keep(self) -> None:
        """What was sent and is shown again becomes a draft. (A script asks for parts of the page, and saves by
        itself.)"""
        if self.sent and self.key and "HX-Request" not in request.headers:
            with suppress(drafts.TooLarge):
                fields = [("command", self.command), *sent_fields("command", *OF_DRAFTS)]
                version = self.shown_version or 0
                self.saved_at, _before = drafts.keep(gateway.runtime(), self.key, fields, version, focus="")

    def load(self, counts: "MultiDict[str, str] | None" = None) -> bool:
        """Read what was typed (or what of it `counts`): `body` is the door's body, `data` what the schema made of it.
        False: `errors` says why not."""
        typed = self.typed if counts is None else counts
        if self.schema is not None:
            self.body = _read_fields(self.schema, typed, "", self.read, self.errors)
        self.body |= self.fixed
        self.add(storable.unstorable(self.body))
        # What was no UTF-8 arrives as this sign: nobody typed it, and what was typed is lost.
        self.add({name: [LOST] for name, text in typed.items(multi=True) if "\ufffd" in text})
        if self.schema is not None:
            try:
                self.data = self.schema.load(self.body)
            except ValidationError as error:
                # A field that could not be read is missing to the schema; that was said already.
                said = flat(error.messages)
                self.add({name: messages for name, messages in said.items() if name not in self.errors})
        return not self.errors

    def add(self, errors: Mapping[str, Sequence[str]]) -> None:
        """Errors of fields, as schemas and doors say them; that of one of several choices is the field's."""
        for name, messages in errors.items():
            known = self.errors.setdefault(re.sub(r"\.[0-9]+$", "", name), [])
            known += [said for said in map(field_error, messages) if said not in known]

    @contextmanager
    def catching(self, in_words: InWords | None = None) -> Iterator[None]:
        """What a door answers to a command about its fields, its rules or its version becomes an error of this form;
        `in_words`: where and how the form says what is wrong with fields that are not named as its own."""
        try:
            yield
        except problems.OF_COMMANDS as error:
            problem = problems.of(error)
            if in_words and problem.status == 422:
                for name, messages in in_words(problem.errors or {}).items():
                    self.errors.setdefault(name, []).extend(messages)
            else:
                self._refuse(problem)

    def _refuse(self, problem: Problem) -> None:
        if problem.code == problems.KEY_REUSED:
            self.refused = _(
                "This was sent already, with other answers. Look at what stands now before you send it again."
            )
            self.command = str(uuid4())
        elif problem.status == 409:
            known = problem.code in LISTS["refusal"]
            self.refused = word("refusal", problem.code or "") if known else _("This cannot be done now.")
            self.add(problem.errors or {})
        elif problem.status == 412:
            self.stale = True
        else:
            # When it happened is typed as a day (inputs.happened).
            self.add(
                {
                    "happened_on" if name == "at" else name: said
                    for name, said in (problem.errors or {}).items()
                }
            )

    @property
    def status(self) -> int:
        return 412 if self.stale else 409 if self.refused else 422 if self.errors else 200

    @property
    def shown_version(self) -> int | None:
        return self.current if self.stale else self.version

    def value(self, name: str) -> str:
        return self.typed.get(name, "")

    def chosen(self, name: str) -> list[str]:
        return self.typed.getlist(name)

    def put(self, name: str, text: str) -> None:
        """As if it had been typed."""
        self.typed = MultiDict(self.typed)
        self.typed[name] = text

    def error(self, name: str) -> str | None:
        return " ".join(self._of_field(name, said) for said in self.errors.get(name, ())) or None

    def _of_field(self, name: str, message: str) -> str:
        """What is said of whatever field lacks an answer, with what is to be entered or chosen."""
        if name not in self.labels or message not in map(_, LACKING):
            return message
        return (_("Choose: {}") if name in self.chosen_from else _("Fill in: {}")).format(self.labels[name])

    def named(self, name: str, label: str, choose: bool = False) -> str:
        """Notes what a field is called on its page, and whether one chooses there or types."""
        self.labels[name] = label.unescape() if isinstance(label, Markup) else label
        if choose:
            self.chosen_from.add(name)
        return ""

    def in_error(self) -> list[str]:
        """The fields with errors in the order of the page."""
        places = {name: place for place, name in enumerate(self.labels)}
        return sorted(self.errors, key=lambda name: places.get(name, len(places)))

    def complaint(self, name: str) -> str:
        """An error as the summary says it: with the name of its field."""
        label, said = self.labels.get(name), self.error(name) or ""
        return f"{label} – {said}" if label and label not in said else said


def shown_version() -> int | None:
    """The version that the form which was sent was shown with."""
    told = request.form.get("version", "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 16 else None


def _as_typed(values: Mapping[str, Any]) -> "MultiDict[str, str]":
    """A body as its form shows it: dotted names, yes and no, lists of codes as repeated names."""
    typed: MultiDict[str, str] = MultiDict()

    def put(name: str, value: Any) -> None:
        if isinstance(value, Mapping):
            for part, inner in value.items():
                put(f"{name}.{part}" if name else part, inner)
        elif isinstance(value, (list, tuple)):
            for number, inner in enumerate(value):
                put(f"{name}.{number}" if isinstance(inner, Mapping) else name, inner)
        elif value is not None:
            typed.add(name, {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value))

    put("", values)
    return typed


def _read_fields(
    schema: Schema,
    typed: "MultiDict[str, str]",
    at: str,
    read: Mapping[str, Read],
    errors: dict[str, list[str]],
) -> dict[str, Json]:
    """The body that was typed: blank is absent, yes and no are booleans, days and whole numbers as people write
    them."""
    body: dict[str, Json] = {}
    for own_name, field in schema.fields.items():
        name = field.data_key or own_name
        path = at + name
        if isinstance(field, fields.Nested) and not field.many:
            inner = _read_fields(field.schema, typed, f"{path}.", read, errors)
            if inner or field.required:
                body[name] = inner
        elif isinstance(field, fields.List) and isinstance(field.inner, fields.Nested):
            numbers = {key[len(path) + 1 :].partition(".")[0] for key in typed if key.startswith(f"{path}.")}
            rows = sorted(
                int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 4
            )
            made = [_read_fields(field.inner.schema, typed, f"{path}.{row}.", read, errors) for row in rows]
            if any(made) or field.required:
                # Blank rows between others keep their number, so that errors stay with the row they belong to.
                while made and not made[-1]:
                    made.pop()
                body[name] = made
        elif isinstance(field, fields.List) and path not in read:
            texts = [text.strip() for text in typed.getlist(path) if text.strip()]
            if texts or field.required:
                body[name] = [_read(field.inner, text) for text in texts]
        elif text := typed.get(path, "").replace("\r\n", "\n").strip():
            try:
                body[name] = read[path](text) if path in read else _read(field, text)
            except (ValidationError, DateError) as error:
                said = error.messages if isinstance(error, ValidationError) else [str(error)]
                errors.setdefault(path, []).extend(field_error(str(message)) for message in said)
    return body


def _read(field: fields.Field[Any], text: str) -> Any:
    if isinstance(field, fields.Boolean):
        return {"yes": True, "no": False}.get(text, text)
    if isinstance(field, Day | fields.Date):
        return days.read_day(text)
    if isinstance(field, fields.Integer):
        try:
            return read_whole(text)
        except NumberError:
            # The schema refuses it beside the other fields' errors; Python's own int would take 1_5 for 15.
            return text.replace("_", " ")
    return text
