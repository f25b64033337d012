"""What the linter says of rules, at the row it speaks of, in words; and what a door refused of them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.screening.answers import Lint
from services.web.pages.parts.facts import in_language
from services.web.pages.parts.language import _, later
from services.web.pages.parts.words import listed
from services.web.pages.rules.parts import PARTS
from services.web.pages.rules.vocabulary import Vocabulary, fact_name, value_text

SAID = {
    "unknown_fact": later("It asks for a fact that the rules do not know."),
    "wrong_type": later("It does not fit what it stands for."),
    "no_law": later("Name the law it stands on, in both languages."),
    "unreachable": later("Nobody can meet this."),
    "unopened": later("No group, danger or wish opens this way."),
    "not_led": later("Nobody can meet this whom a group leads here."),
    "twice": later("It stands there twice."),
    "nameless": later("Name it in both languages."),
    "needed": later("This way stays: it is for whoever no group speaks of."),
}
# What a code alone does not tell: {part of the door's words: what it means}.
MEANT = {
    "No label": "unopened", "whom a label leads": "not_led", "It stands there twice": "twice",
    "It has a name in both": "nameless", "It stays": "needed",
}  # fmt: skip
OF_ROWS = {"label": "labels", "path": "paths", "danger": "dangers", "fact": "facts", "question": "applies"}
ROW = re.compile(r"(label|path|danger|fact|question) ([a-z0-9_]+)(?:, (where|never))?(.*)", re.DOTALL)
OF_FORM = re.compile(r"form (group|question) ([a-z0-9_]+)(.*)", re.DOTALL)
OF_SHAPE = re.compile(r"(?:screening|form)\.([a-z]+)\.([a-z0-9_]+)\.(.+)")
ELSEWHERE = "elsewhere"  # of a form: what is wrong with other rows than its own
FIELDS = {
    "path": "needs",
    "danger": "needs",
    "fact": "options",
}  # the condition of a row, where it is not `condition`


class Place(NamedTuple):
    """A row, and the field of its form."""

    part: str
    key: str
    field: str


def place_of(where: str, documents: Any) -> Place | None:
    if found := ROW.match(where):
        kind, key, more, _rest = found.groups()
        own = {"where": "where.condition", "never": "never"}.get(more or "")
        return Place(OF_ROWS[kind], key, own or FIELDS.get(kind, "condition"))
    if found := OF_FORM.match(where):
        kind, key, _rest = found.groups()
        return Place("groups", key, "facts") if kind == "group" else Place("questions", key, "show_if")
    if found := OF_SHAPE.fullmatch(where):
        part, key, name = found.groups()
        if part in PARTS:
            return Place(part, _key_of(part, key, documents), name)
    return None


def _key_of(part: str, place: str, documents: Any) -> str:
    about = PARTS[part]
    rows = documents.get(about.document, {}).get(part)
    if isinstance(rows, list) and place.isdigit() and int(place) < len(rows):
        return str(rows[int(place)][about.key]) if about.key else str(int(place) + 1)
    return place


def refused(
    errors: Mapping[str, Sequence[str]], own: tuple[str, str], documents: Any
) -> dict[str, list[str]]:
    """What a door says of a draft, at the fields of the row `own`; of another row with its name."""
    found: dict[str, list[str]] = {}
    for where, messages in errors.items():
        place = place_of(where, documents)
        said = [_said(message) for message in messages]
        field = _field(place, messages) if place and (place.part, place.key) == own else None
        if field:
            found.setdefault(field, []).extend(said)
        else:
            name = row_name(place, documents) if place else ""
            found.setdefault(ELSEWHERE, []).extend(f"{name}: {text}" if name else text for text in said)
    return found


def _field(place: Place, messages: Sequence[str]) -> str | None:
    """The field of the row's form that it is about; None: the form has none."""
    if any(message.startswith("no_law") for message in messages):
        return "law.th"
    if any("It has a name in both" in message for message in messages):
        return next(f"{field.name}.th" for field in PARTS[place.part].fields if field.kind == "words")
    names = [field.name for field in PARTS[place.part].fields if not field.only_new]
    return place.field if place.field in names or place.field.rpartition(".")[0] in names else None


def _said(message: str) -> str:
    code = message.partition(":")[0]
    code = next((meant for words, meant in MEANT.items() if words in message), code)
    return _(SAID[code]) if code in SAID else _("Check this answer.")


def row_name(place: Place, documents: Any) -> str:
    about = PARTS[place.part]
    document = documents.get(about.document, {})
    if place.part == "questions":
        question = document.get("questions", {}).get(place.key)
        return in_language(question["text"]) if question else place.key
    for number, row in enumerate(document.get(place.part) or (), 1):
        if str(row.get(about.key) if about.key else number) == place.key:
            named = row.get("name") or row.get("title") or row.get("because")
            return in_language(named) if named else place.key
    return place.key


class Warned(NamedTuple):
    """A gap, or an overlap with another group: `others` by name, and the example person."""

    code: str
    others: str
    person: str


def warnings(lint: Sequence[Lint], book: Any, words: Vocabulary) -> dict[str, list[Warned]]:
    """{label: what the linter warns of}; of gaps, which no label catches, under ""."""
    names = {each["code"]: in_language(each["name"]) for each in book["labels"]}
    found: dict[str, list[Warned]] = {}
    for each in lint:
        labels = re.findall(r"label ([a-z0-9_]+)", each["where"])
        example = person_text(words, each["example"] or {})
        for label in labels or [""]:
            others = listed(names.get(code, code) for code in labels if code != label)
            found.setdefault(label, []).append(Warned(each["code"], others, example))
    return found


def person_text(words: Vocabulary, person: Any) -> str:
    return " · ".join(
        f"{fact_name(words, fact)}: {value_text(words.get(fact), value)}" for fact, value in person.items()
    )
