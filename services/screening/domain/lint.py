"""What is wrong with a draft of a rulebook, or should be seen before it is adopted; with an example person each, who
really is one. Pure.

unknown_fact, wrong_type, unreachable, no_law refuse a draft; gap (somebody of whom everything is known and whom no
label catches) and overlap (somebody whom two labels catch) only warn: both may be meant.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations as pairs
from typing import NamedTuple

from services.codes.facts import FACTS
from services.kernel.questions import Json
from services.kernel.rules import MET, NOT_MET, UNKNOWN_CODE, Condition, Fact, RulesWrong, check, evaluate
from services.screening.answers import Text
from services.screening.domain import form, rulebook
from services.screening.domain.assessment import NOTHING_MET, assess
from services.screening.domain.facts import VOCABULARY
from services.screening.domain.people import Person, leaves, search, values
from services.screening.domain.rulebook import LabelRule, NewFact, Rulebook

ERRORS = ("unknown_fact", "wrong_type", "unreachable", "no_law")
WARNINGS = ("gap", "overlap")
ROWS = (
    ("labels", "label", "code"), ("paths", "path", "code"), ("dangers", "danger", "code"),
    ("facts", "fact", "code"), ("applies", "question", "fact"),
)  # fmt: skip
TWICE = "It stands there twice."
NAMELESS = "It has a name in both languages."
NEEDED = "It stays: it is for whoever no label speaks of."


class Finding(NamedTuple):
    """`where`: the row, such as "label child" or "path immigration, never"; `example`: facts of a person."""

    code: str
    where: str
    message: str
    example: Person | None = None


def errors(book: Rulebook) -> list[Finding]:
    """What refuses a draft."""
    found = list(_of_conditions(rulebook.conditions(book), book.vocabulary))
    found += [Finding("wrong_type", "rulebook", problem) for problem in rulebook.problems_of(book)]
    if found:
        return found
    return [*_without_law(book), *_unreachable(book)]


def _of_conditions(conditions: Mapping[str, Condition], vocabulary: Mapping[str, Fact]) -> Iterator[Finding]:
    try:
        check(conditions, vocabulary)
    except RulesWrong as wrong:
        for problem in wrong.problems:
            where, _, message = problem.partition(": ")
            yield Finding(
                "unknown_fact" if message.startswith("unknown fact") else "wrong_type", where, message
            )


def _without_law(book: Rulebook) -> Iterator[Finding]:
    for label in book.labels:
        laws = [label.law, *([label.where["law"]] if label.where else [])]
        if not all(law.get("th", "").strip() and law.get("en", "").strip() for law in laws):
            yield Finding(
                "no_law", f"label {label.code}", "A label names the law it stands on, in both languages."
            )


def _unreachable(book: Rulebook) -> Iterator[Finding]:
    for where, condition in rulebook.conditions(book).items():
        if where.startswith("question") or where.endswith("never"):
            continue
        if _nobody(book, condition):
            yield Finding("unreachable", where, "Nobody can meet this.")
            continue
        for number, way in enumerate(condition.get("any", ())):
            if _nobody(book, way):
                yield Finding("unreachable", f"{where}.any[{number}]", "Nobody can meet this way.")
    opened = {path for label in book.labels for path in label.paths}
    opened |= {danger.path for danger in book.dangers.values()} | {NOTHING_MET}
    for path in book.paths.values():
        if path.code not in opened and not path.by_wish:
            yield Finding("unreachable", f"path {path.code}", "No label, danger or wish opens this path.")
    yield from _of_no_label(book)


def _of_no_label(book: Rulebook) -> Iterator[Finding]:
    """Paths that only labels open, and of which nobody whom one of them catches meets the needs."""
    others = {danger.path for danger in book.dangers.values()} | {NOTHING_MET}
    for path in book.paths.values():
        labels = [label for label in book.labels if path.code in label.paths]
        if path.needs is None or path.by_wish or path.code in others or not labels:
            continue
        if all(_nobody(book, {"all": [label.condition, path.needs]}) for label in labels):
            yield Finding("unreachable", f"path {path.code}", "Nobody can meet this whom a label leads here.")


def _nobody(book: Rulebook, condition: Condition) -> bool:
    """Surely: where there are too many to look at, somebody may be one."""
    found = search(condition, book.vocabulary)
    return found.over and found.person is None


def _of_rows(document: str) -> Iterator[Finding]:
    """What a rulebook that is read no longer shows, or what nobody could use: rows that stand there twice, without
    names, or with answers that no answer can be."""
    content = json.loads(document)
    for part, kind, key in ROWS:
        rows = content.get(part, ())
        for code in _twice([row[key] for row in rows]):
            yield Finding("wrong_type", f"{kind} {code}", TWICE)
        for row in rows:
            if not all(_said(row[text]) for text in ("name", "question") if text in row):
                yield Finding("wrong_type", f"{kind} {row[key]}", NAMELESS)
    for label in content["labels"]:
        for code in _twice(label["paths"]):
            yield Finding("wrong_type", f"label {label['code']}", f"path {code}: {TWICE}")
    for fact in rulebook.parse(document).facts:
        yield from (Finding("wrong_type", f"fact {fact.code}", problem) for problem in _of_options(fact))
        if fact.code in FACTS and fact.code not in VOCABULARY:
            yield Finding("wrong_type", f"fact {fact.code}", "It is there already.")
    for code in _twice(content["last"]):
        yield Finding("wrong_type", "last", f"path {code}: {TWICE}")
    if NOTHING_MET not in [path["code"] for path in content["paths"]]:
        yield Finding("wrong_type", f"path {NOTHING_MET}", NEEDED)


def _of_options(fact: NewFact) -> Iterator[str]:
    number, codes = fact.kind == "number", fact.codes
    for code in codes:
        fits = type(code) is int if number else isinstance(code, str) and rulebook.CODE.fullmatch(code)
        if not fits or code == UNKNOWN_CODE:
            yield f"{str(code)[:40]!r} is no answer: {'whole numbers' if number else 'codes'} only"
    yield from (f"{str(code)[:40]!r}: {TWICE}" for code in _twice([str(code) for code in codes]))
    if not all(_said({"th": option["th"], "en": option["en"]}) for option in fact.options):
        yield NAMELESS


def _twice(codes: Sequence[Json]) -> list[Json]:
    return list(dict.fromkeys(code for place, code in enumerate(codes) if code in codes[:place]))


def _said(text: Text) -> bool:
    return bool(text["th"].strip() and text["en"].strip())


def of_form(document: str, book: Rulebook) -> list[Finding]:
    """What refuses a form: it asks for a fact that the rules do not know."""
    asked = form.read(document)
    known = {*book.vocabulary, "birth_date"}
    places = [
        (f"form group {number}", fact)
        for number, group in enumerate(asked.groups, 1)
        for fact in group["facts"]
    ]
    places += [(f"form question {fact}", fact) for fact in asked.questions]
    found = [
        Finding("unknown_fact", where, f"unknown fact {fact!r}")
        for where, fact in places
        if fact not in known
    ]
    shown = {fact: each.get("show_if") for fact, each in asked.questions.items()}
    conditions = {f"form question {fact}, show_if": rule for fact, rule in shown.items() if rule}
    found += _of_conditions(conditions, book.vocabulary)
    return found or [*_of_questions(asked, known, book), *_of_nobody(conditions, book)]


def _of_questions(sheet: form.FormBook, known: Collection[str], book: Rulebook) -> Iterator[Finding]:
    facts = [fact for group in sheet.groups for fact in group["facts"]]
    own = {fact.code for fact in book.facts}  # a rulebook that adds a fact says how it is asked
    for number, group in enumerate(sheet.groups, 1):
        where = f"form group {number}"
        if not (_said(group["title"]) and _said(group["why"])):
            yield Finding("wrong_type", where, NAMELESS)
        for fact in group["facts"]:
            if facts.count(fact) > 1:
                yield Finding("wrong_type", where, f"{fact}: {TWICE}")
            if fact not in sheet.questions and fact not in own:
                yield Finding("wrong_type", where, f"{fact} has no question.")
    for fact, question in sheet.questions.items():
        if fact in known and not _said(question["text"]):
            yield Finding("wrong_type", f"form question {fact}", NAMELESS)


def _of_nobody(conditions: Mapping[str, Condition], book: Rulebook) -> Iterator[Finding]:
    for where, condition in conditions.items():
        if _nobody(book, condition):
            yield Finding("unreachable", where, "Nobody can meet this.")


def warnings(book: Rulebook) -> list[Finding]:
    return [*_gaps(book), *_overlaps(book)]


def _met(book: Rulebook, person: Person) -> list[str]:
    return [label["code"] for label in assess(book, person).labels if label["verdict"] == MET]


def _gaps(book: Rulebook) -> Iterator[Finding]:
    """For each value of a fact that labels tell apart: somebody with it of whom all is known and who meets none."""
    conditions = [label.condition for label in book.labels]
    facts = list(dict.fromkeys(name for label in book.labels for name in _facts(label)))
    options = {name: values(name, book.vocabulary[name], conditions) for name in facts}
    seen: list[Person] = []
    for name in facts:
        for value in options[name]:
            first = {each: found[0] for each, found in options.items()}
            person = _quietest(book, {**first, name: value}, options, name)
            if person in seen or not _catches_nobody(book, person):
                continue
            seen.append(person)
            yield Finding("gap", f"{name} = {_short(value)}", "No label is met.", person)


def _catches_nobody(book: Rulebook, person: Person) -> bool:
    return all(label["verdict"] == NOT_MET for label in assess(book, person).labels)


def _quietest(book: Rulebook, person: Person, options: Mapping[str, Sequence[Json]], fixed: str) -> Person:
    """The person with other values so that as few labels as possible are met."""

    def weight(each: Person) -> int:
        return sum(evaluate(label.condition, each).verdict is not NOT_MET for label in book.labels)

    for _ in range(2):
        for name in options:
            if name != fixed:
                person = min(({**person, name: value} for value in options[name]), key=weight)
    return person


def _overlaps(book: Rulebook) -> Iterator[Finding]:
    for first, second in pairs(book.labels, 2):
        both = [first.condition, second.condition]
        codes = {first.code, second.code}

        def both_met(person: Person, codes: set[str] = codes) -> bool:
            return codes <= {*_met(book, person)}

        if (person := search({"all": both}, book.vocabulary, both_met).person) is not None:
            yield Finding("overlap", f"label {first.code}, label {second.code}", "Both are met.", person)


def _facts(label: LabelRule) -> list[str]:
    return [leaf["fact"] for leaf in leaves(label.condition)]


def _short(value: Json) -> str:
    if isinstance(value, Mapping):
        return str(value["min"])
    return ", ".join(map(str, value)) or "none" if isinstance(value, list) else str(value).lower()


@lru_cache(maxsize=16)
def findings(document: str) -> tuple[Finding, ...]:
    """Errors of a document that can be read; if there are none, its warnings."""
    book = rulebook.parse(document)
    return tuple([*_of_rows(document), *errors(book)] or warnings(book))
