"""A draft of rules changed on pages: a row at a time, with the law beside it, what the linter says, and a person to try
it on. Each saving is a version of the whole draft; whoever comes second sees both."""

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from flask import Blueprint, Response, request

from services.kernel.errors import NotFound
from services.screening.answers import CheckedDraft, WholeDraft
from services.screening.doors import CHECK_RULES, DRAFT, RULEBOOK, RULES, SAVE_RULES
from services.thai.numbers import NumberError, read_whole
from services.web.pages.frame import doors, frame, gate
from services.web.pages.frame.forms import Form, InWords
from services.web.pages.parts.facts import in_language
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import word
from services.web.pages.rules import findings, rows, tables, vocabulary
from services.web.pages.rules.book import EDITORS
from services.web.pages.rules.parts import FORM, PARTS, SCREENING, Field, Part
from services.web.pages.rules.vocabulary import Vocabulary, fact_name

blueprint = Blueprint("rule_rows", __name__)
OF = "/rules/drafts/<uuid:draft_id>/<rows_of>"
FACT_KINDS = ("flag", "code", "codes", "number", "range")  # of a person who is tried


class Opened(NamedTuple):
    """A draft with the documents it changes and those it goes with."""

    whole: WholeDraft
    documents: Any
    words: Vocabulary

    @property
    def book(self) -> Any:
        return self.documents[SCREENING]

    def may_change(self, part: Part) -> bool:
        """A draft of a form alone leaves the rulebook as it is."""
        content = self.whole["content"]
        return not self.whole["adopted"] and (
            part.document in content or (SCREENING in content and part.document == FORM)
        )


def opened(draft_id: UUID) -> Opened:
    draft = doors.ask(DRAFT.of(draft_id=str(draft_id)))
    documents: Any = dict(draft["content"])
    if SCREENING not in documents:
        versions = doors.ask(RULES.of())["items"]
        counting = next(
            each for each in versions if each["name"] == SCREENING and each["status"] == "in_force"
        )
        documents[SCREENING] = doors.ask(RULEBOOK.of(rules_version=counting["rules_version"]))["content"]
    if FORM not in documents:
        documents[FORM] = doors.ask(RULEBOOK.of(rules_version=draft["based_on"]))["forms"][0]
    return Opened(draft, documents, vocabulary.of_book(documents[SCREENING]))


def _part(code: str) -> Part:
    if code not in PARTS:
        raise NotFound("rules")
    return PARTS[code]


def _for_editing(draft_id: UUID, part: Part) -> Opened:
    draft = opened(draft_id)
    if not draft.may_change(part):
        raise NotFound("rules")
    return draft


@blueprint.route(OF, methods=["GET", "POST"])
@gate.roles(*EDITORS)
def add(draft_id: UUID, rows_of: str) -> Response:
    of = _part(rows_of)
    return _edit(_for_editing(draft_id, of), of, None)


@blueprint.route(f"{OF}/<row_key>", methods=["GET", "POST"])
@gate.roles(*EDITORS)
def change(draft_id: UUID, rows_of: str, row_key: str) -> Response:
    of = _part(rows_of)
    return _edit(_for_editing(draft_id, of), of, row_key)


@blueprint.post(f"{OF}/<row_key>/move")
@gate.roles(*EDITORS)
def move(draft_id: UUID, rows_of: str, row_key: str) -> Response:
    """One place up or down in the order in which rows count."""
    of, key = _part(rows_of), row_key
    draft = _for_editing(draft_id, of)
    if not of.moves or rows.get_row(of, draft.documents[of.document], key) is None:
        raise NotFound("rules")
    form = Form(version=draft.whole["version"])
    new = rows.moved_row(of, draft.documents[of.document], key, up=request.form.get("to") != "down")
    if _save(draft, of, key, new, form):
        return frame.done(_("The draft is saved."), "pages.rule_drafts.show", draft_id=draft_id)
    return frame.page("rules/not_moved.html", form=form, found=draft.whole, of=of)


@blueprint.route(f"{OF}/<row_key>/remove", methods=["GET", "POST"])
@gate.roles(*EDITORS)
def remove(draft_id: UUID, rows_of: str, row_key: str) -> Response:
    of, key = _part(rows_of), row_key
    draft = _for_editing(draft_id, of)
    row = rows.get_row(of, draft.documents[of.document], key)
    if row is None:
        raise NotFound("rules")
    form = Form(version=draft.whole["version"])
    if form.sent and _save(draft, of, key, rows.without_row(of, draft.documents[of.document], key), form):
        return frame.done(_("It is taken out of the draft."), "pages.rule_drafts.show", draft_id=draft_id)
    return frame.page(
        "rules/remove.html", form=form, found=draft.whole, of=of, key=key, name=name_of(of, key, draft),
        said=summary(of, row, draft), 
    )  # fmt: skip


def _edit(draft: Opened, of: Part, key: str | None) -> Response:
    document = draft.documents[of.document]
    row = rows.get_row(of, document, key) if key is not None else None
    if key is not None and row is None:
        raise NotFound("rules")
    form = Form(None, rows.values_of(of, row, document), version=draft.whole["version"])
    form.load()
    options = {
        field.name: field.options(draft.book, draft.documents[FORM], draft.words) for field in of.fields
    }
    codes = {name: [code for code, _label in each] for name, each in options.items()}
    new, views = rows.read_row(of, form, row, document, draft.words, codes)
    person = _person(form, draft.words)
    looks, live = bool(form.value("do")), None
    if form.sent and not form.errors and not looks:
        if _save(draft, of, key or _key(of, new), rows.with_row(of, document, key, new), form):
            return frame.done(
                _("The draft is saved."), "pages.rule_drafts.show", draft_id=draft.whole["draft_id"]
            )
    if form.sent and looks and not form.errors:
        live = _check(draft, of, key or _key(of, new), rows.with_row(of, document, key, new), person, form)
    if not form.sent:
        form.errors.clear()
    if live and person:
        views = [tables.tried(view, live["outcome"]["facts"]) for view in views]
    own = key or _key(of, new)
    new_book = rows.with_row(of, document, key, new) if of.document == SCREENING and own else draft.book
    values: Any = {
        "form": form, "found": draft.whole, "of": of, "key": key, "options": options,
        "words_of": draft.words,
        "views": {view.name: view for view in views}, "live": live, "in_language": in_language,
        "facts_known": [(about.code, about.name) for about in draft.words.values()],
        "ops_of": _ops, "folds": _folds(of), "places_of": _places, "path_name": partial(_path_name, new_book),
        "name": name_of(of, key, draft) if key else None, "asked": _asked(views, draft.words), "own": own,
        "stands": summary(of, row, draft) if row and form.stale else [],
        "numbers": rows.option_numbers(form, "options"),
        "warned": findings.warnings(live["lint"] if live else draft.whole["lint"], draft.book, draft.words)
        if of.code == "labels" else {}, "law_of": _laws(of, own, draft),
    }  # fmt: skip
    if looks and request.headers.get("HX-Request"):
        return frame.page("rules/live.html", **values)
    return frame.page("rules/edit.html", **values)


def _folds(of: Part) -> list[tuple[str, list[Field]]]:
    """The fields of a part, those of one fold together."""
    return [(fold, [*fields]) for fold, fields in groupby(of.fields, key=lambda field: field.fold)]


OPS = {
    "is": later("is this one"), "in": later("is one of these"), "includes_any": later("one of these is among them"),
    "at_least": later("this or more"), "at_most": later("this or less"), "includes_where": later("one is such"),
}  # fmt: skip


def _ops(ops: Sequence[str]) -> list[tuple[str, str]]:
    return [(op, _(OPS[op])) for op in ops]


def _places(chosen: Sequence[str]) -> list[str]:
    """So many places as are taken, and two more."""
    return [str(number) for number in range(1, len([*filter(None, chosen)]) + 3)]


def _path_name(book: Any, code: str) -> str:
    return next((in_language(path["name"]) for path in book["paths"] if path["code"] == code), code)


def _key(of: Part, row: Any) -> str:
    return str(row.get(of.key) or "") if of.key else ""


def name_of(of: Part, key: str | None, draft: Opened) -> str:
    if of.code == "applies" and key:
        return fact_name(draft.words, key)
    if of.code == "dangers" and key:
        return word("danger", key)
    return findings.row_name(findings.Place(of.code, key or "", ""), draft.documents)


def _laws(of: Part, key: str, draft: Opened) -> list[str]:
    """Of a way forward and a question the laws of the groups that stand on it."""
    if of.code == "paths":
        return [in_language(each["law"]) for each in draft.book["labels"] if key in each["paths"]]
    return []


def _save(draft: Opened, of: Part, key: str, document: Any, form: Form) -> bool:
    """Whether it was saved; what was refused of it stands at its fields."""
    body = _body(draft, of, document)
    with form.catching(_in_words(draft, of, key, document)):
        doors.tell(SAVE_RULES, {"draft_id": draft.whole["draft_id"], **body}, if_match=form.version)
        return True
    return False


def _body(draft: Opened, of: Part, document: Any) -> Any:
    content = {**draft.whole["content"], of.document: document}
    return {"based_on": draft.whole["based_on"], "content": content}


def _in_words(draft: Opened, of: Part, key: str, document: Any) -> InWords:
    return lambda errors: findings.refused(errors, (of.code, key), {**draft.documents, of.document: document})


def _check(draft: Opened, of: Part, key: str, document: Any, person: Any, form: Form) -> CheckedDraft | None:
    """What the linter says of what is typed, and what it makes of the person who is tried."""
    body = _body(draft, of, document)
    body["content"].setdefault(SCREENING, draft.book)
    with form.catching(_in_words(draft, of, key, document)):
        return doors.ask(CHECK_RULES.of(**body, facts=dict(person)))
    return None


# -- the person who is tried ----------------------------------------------------------------------------------------


def _person(form: Form, words: Vocabulary) -> Any:
    """What was typed of them: what is left empty is not known."""
    person: Any = {}
    for about in words.values():
        text = form.value(f"person.{about.code}").strip()
        if not text or about.kind not in FACT_KINDS:
            continue
        by_text = {str(code): code for code in about.options}
        match about.kind:
            case "flag":
                person[about.code] = text == "yes"
            case "range":
                years = _years(text)
                if years is not None:
                    person[about.code] = {"min": years, "max": years}
            case "codes":
                person[about.code] = [by_text[text]] if text in by_text else []
            case _ if text in by_text:
                person[about.code] = by_text[text]
    return person


def _years(text: str) -> int | None:
    try:
        return min(read_whole(text), 120)
    except NumberError:
        return None


class Asked(NamedTuple):
    """Facts of the person who is tried: those that the tables on the page look at, and the rest."""

    first: list[str]
    rest: list[str]


def _asked(views: list[tables.View], words: Vocabulary) -> Asked:
    first = [fact for fact in tables.facts_of(views) if words[fact].kind in FACT_KINDS]
    rest = [about.code for about in words.values() if about.kind in FACT_KINDS and about.code not in first]
    return Asked(first, rest)


# -- in words -------------------------------------------------------------------------------------------------------


def summary(of: Part, row: Any, draft: Opened) -> list[tuple[str, str]]:
    """[(what, in words)] of a row as it stands."""
    said: list[tuple[str, str]] = []
    for field in of.fields:
        value: Any = row
        for part in field.name.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
        if value in (None, "", [], {}) or (field.only_new and of.code != "facts") or field.kind == "code":
            continue
        names = dict(field.options(draft.book, draft.documents[FORM], draft.words))
        match field.kind:
            case "words" | "law":
                text = in_language(value)
            case "flag":
                text = _("Yes") if value else _("No")
            case "table":
                text = vocabulary.condition_text(draft.words, value)
            case "ordered" | "several":
                text = " · ".join(names.get(each, str(each)) for each in value)
            case "rows":
                text = " · ".join(in_language(each) for each in value)
            case _:
                text = names.get(value, str(value))
        said.append((_(field.label), text))
    return said
