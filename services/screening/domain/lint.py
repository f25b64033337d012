"""What is wrong with a draft of a rulebook, or should be seen before it is adopted; with an example person each, who
really is one. Pure.

unknown_fact, wrong_type, unreachable, no_law refuse a draft; gap (somebody of whom everything is known and whom no
label catches) and overlap (somebody whom two labels catch) only warn: both may be meant.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations as pairs
from typing import NamedTuple

from services.kernel.questions import Json
from services.kernel.rules import MET, NOT_MET, Condition, Fact, RulesWrong, Verdict, check, evaluate
from services.screening.domain import form, rulebook
from services.screening.domain.assessment import NOTHING_MET, assess
from services.screening.domain.people import Person, combinations, leaves, values
from services.screening.domain.rulebook import LabelRule, Rulebook

ERRORS = ("unknown_fact", "wrong_type", "unreachable", "no_law")
WARNINGS = ("gap", "overlap")


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
        if _somebody(book, condition, MET) is None:
            yield Finding("unreachable", where, "Nobody can meet this.")
    opened = {path for label in book.labels for path in label.paths}
    opened |= {danger.path for danger in book.dangers.values()} | {NOTHING_MET}
    for path in book.paths.values():
        if path.code not in opened and not path.by_wish:
            yield Finding("unreachable", f"path {path.code}", "No label, danger or wish opens this path.")


def _somebody(book: Rulebook, condition: Condition, verdict: Verdict) -> Person | None:
    for person in combinations([condition], book.vocabulary, [condition]):
        if evaluate(condition, person).verdict is verdict:
            return person
    return None


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
    return [*found, *_of_conditions(conditions, book.vocabulary)]


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
        for person in combinations(both, book.vocabulary, both):
            if all(evaluate(condition, person).verdict is MET for condition in both) and {
                first.code,
                second.code,
            } <= {*_met(book, person)}:
                yield Finding("overlap", f"label {first.code}, label {second.code}", "Both are met.", person)
                break


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
    return tuple(errors(book) or warnings(book))
