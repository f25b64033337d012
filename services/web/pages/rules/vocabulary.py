"""What a document of rules may ask of each fact, and its conditions in words: those of the software's facts, and those
of facts that the document itself adds."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from services.codes.facts import FACTS
from services.kernel.decision_table import Probe
from services.kernel.rules import UNKNOWN_CODE, Condition
from services.thai import areas
from services.web.pages.parts.facts import in_language
from services.web.pages.parts.language import _, current
from services.web.pages.parts.words import listed, province, say, word


class About(NamedTuple):
    """A fact: `options` {code: what it is called}; of a flag yes and no."""

    code: str
    kind: str
    name: str
    options: dict[str | int | bool, str]

    @property
    def asked_by_codes(self) -> bool:
        return bool(self.options) and self.kind in ("code", "codes", "number")


Vocabulary = Mapping[str, About]


def of_book(book: Any) -> Vocabulary:
    found: dict[str, About] = {}
    for fact in FACTS.values():
        options: dict[str | int | bool, str] = {}
        if fact.kind == "flag" and fact.yes and fact.no:
            options = {True: say(fact.yes), False: say(fact.no)}
        elif fact.options and fact.kind != "range":
            options = {
                code: fact.options.word(code, current()) for code in fact.options if code != UNKNOWN_CODE
            }
        if fact.kind != "date":
            found[fact.code] = About(fact.code, fact.kind, say(fact.words), options)
    for path in book.get("paths", ()):
        found["wants"].options.setdefault(path["code"], in_language(path["name"]))
    for each in book.get("facts", ()):
        options = {option["code"]: in_language(option) for option in each.get("options") or ()}
        if each["kind"] == "flag":
            options = {True: _("Yes"), False: _("No")}
        found[each["code"]] = About(each["code"], each["kind"], in_language(each["name"]), options)
    return found


def fact_name(vocabulary: Vocabulary, code: str) -> str:
    return vocabulary[code].name if code in vocabulary else word("fact", code)


def value_text(about: About | None, value: Any) -> str:
    """A value of a fact, of a person or in a test."""
    if isinstance(value, Mapping):
        if "min" in value:
            low, high = value["min"], value["max"]
            return _("{} years").format(low if low == high else f"{low}–{high if high is not None else ''}")
        codes = [province(each) for each in value.get("province", ())]
        return listed([*codes, *(word("domicile_basis", each) for each in value.get("basis", ()))])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return listed(value_text(about, each) for each in value) or _("None")
    if about is None:
        return str(value)
    return about.options.get(value, str(value))


def test_text(vocabulary: Vocabulary, test: Probe) -> str:
    """What a test asks, as a sentence."""
    about, name = vocabulary.get(test.fact), fact_name(vocabulary, test.fact)
    match test.op:
        case "at_least" | "at_most":
            wants = _("{} or more") if test.op == "at_least" else _("{} or less")
            years = _("{} years").format(test.value) if about and about.kind == "range" else test.value
            return f"{name}: {wants.format(years)}"
        case "in" | "includes_any":
            values = [value_text(about, each) for each in test.value]
            return f"{name}: {' / '.join(values)}"
    return f"{name}: {value_text(about, test.value)}"


def condition_text(vocabulary: Vocabulary, condition: Condition, inner: bool = False) -> str:
    """A whole condition, however deep."""
    if "fact" in condition:
        return test_text(vocabulary, Probe(condition["fact"], condition["op"], condition["value"]))
    if "not" in condition:
        return _("not ({})").format(condition_text(vocabulary, condition["not"]))
    joined, parts = (_(" and "), condition["all"]) if "all" in condition else (_(" or "), condition["any"])
    text = joined.join(condition_text(vocabulary, part, inner=True) for part in parts)
    return f"({text})" if inner and len(parts) > 1 else text


def province_codes(text: str) -> tuple[list[str], list[str]]:
    """The provinces that were typed, separated by commas; and what is none."""
    names = {
        name: each.code for each in areas.provinces() for name in (each.thai, each.english.lower(), each.code)
    }
    codes: list[str] = []
    wrong: list[str] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        code = names.get(part.lower())
        (codes if code else wrong).append(code or part)
    return codes, wrong
