"""The rules of screening as data: labels, the laws behind them and the paths they open, in dated versions. Pure but for
reading its own data files, once.

A version is services/screening/rules/{version}.json and never changes once adopted: the facts of a stored screening and
its version give the same labels and paths again.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, assert_never

from services import codes
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.rules import MET, NOT_MET, Condition, RulesWrong, check, evaluate
from services.screening import answers
from services.screening.answers import Law, Text
from services.screening.domain.facts import VOCABULARY
from services.screening.events import Label, RulesAdopted

NAME = "screening"
NOTHING_MET = "advice_only"


@dataclass(frozen=True)
class LabelRule:
    """A group a law speaks of. `leads`: a specific law, whose first open path goes first. `law` may carry the words
    ("text")."""

    code: str
    name: Text
    law: Law
    leads: bool
    condition: Condition
    because: Text
    paths: tuple[str, ...]


@dataclass(frozen=True)
class PathRule:
    """A way out. `needs`: closed while this is not met (unknown keeps it open, after the sure ones); `by_wish`: the
    person's wish alone can open it."""

    code: str
    name: Text
    outside_ministry: bool
    by_wish: bool
    needs: Condition | None = None
    because: Text | None = None


@dataclass(frozen=True)
class DangerRule:
    """What the danger gate at intake found goes before everything, unless the screening found it is not so."""

    code: str
    path: str
    because: Text
    needs: Condition | None = None


@dataclass(frozen=True)
class Rulebook:
    """One version. Labels are in order of precedence; paths in `last` come after all others."""

    version: str
    valid_from: str
    sha256: str
    rationale: Text
    labels: tuple[LabelRule, ...]
    paths: Mapping[str, PathRule]
    dangers: Mapping[str, DangerRule]
    last: tuple[str, ...]


def assess(book: Rulebook, facts: Mapping[str, Any]) -> tuple[list[Label], list[str]]:
    """Every label with its verdict, and the paths best first, from normalised facts."""
    labels = [_label(rule, facts) for rule in book.labels]
    met = [rule for rule, label in zip(book.labels, labels, strict=True) if label["verdict"] == MET]
    return labels, _paths(book, met, facts)


def explain(book: Rulebook, labels: Iterable[Label], facts: Mapping[str, Any]) -> list[answers.Label]:
    """Labels as a reader needs them: the law in both languages, the test in words, and what was found beside what is
    wanted."""
    rules = {rule.code: rule for rule in book.labels}
    return [
        {
            "code": label["code"],
            "verdict": label["verdict"],
            "name": rules[label["code"]].name,
            "law": rules[label["code"]].law,
            "test": rules[label["code"]].because,
            "because": [{**part, "found": facts.get(part["fact"])} for part in label["because"]],
            "ask": label["ask"],
        }
        for label in labels
    ]


def _label(rule: LabelRule, facts: Mapping[str, Any]) -> Label:
    verdict, because, ask = evaluate(rule.condition, facts)
    return {
        "code": rule.code,
        "verdict": verdict.value,
        "law": rule.law["en"],
        "because": [{"fact": part["fact"], "op": part["op"], "value": part["value"]} for part in because],
        "ask": list(ask),
    }


def _paths(book: Rulebook, met: Sequence[LabelRule], facts: Mapping[str, Any]) -> list[str]:
    """Danger, each specific law's lead path, the person's wishes, then the rest by precedence of label; ministry
    shelters last."""
    found = book.dangers.get(facts.get("danger", ""))
    danger = [found.path] if found and _verdict(found.needs, facts) != NOT_MET else []
    if not met:
        return list(dict.fromkeys([*danger, NOTHING_MET]))
    by_label = [_open(book, rule.paths, facts) for rule in met]
    leads = [paths[0] for rule, paths in zip(met, by_label, strict=True) if rule.leads and paths]
    wishes = _open(
        book, [path for path in facts.get("wants", ()) if book.paths[path].by_wish], facts, keep=True
    )
    rest = [path for paths in by_label for path in paths]
    ordered = list(dict.fromkeys([*danger, *leads, *wishes, *rest])) or [NOTHING_MET]
    return sorted(ordered, key=lambda path: path in book.last)


def _open(book: Rulebook, paths: Sequence[str], facts: Mapping[str, Any], keep: bool = False) -> list[str]:
    """Paths that are not closed; those sure to fit before those that may, or in the order given (`keep`)."""
    verdicts = {path: _verdict(book.paths[path].needs, facts) for path in paths}
    still = [path for path in paths if verdicts[path] != NOT_MET]
    return still if keep else sorted(still, key=lambda path: verdicts[path] != MET)


def _verdict(needs: Condition | None, facts: Mapping[str, Any]) -> str:
    return MET if needs is None else evaluate(needs, facts).verdict


# -- versions -------------------------------------------------------------------------------------------------------


@cache
def versions() -> tuple[str, ...]:
    """The versions that come with the software, earliest first."""
    books = [read(entry.read_bytes()) for entry in _folder().iterdir()]
    return tuple(book.version for book in sorted(books, key=lambda book: (book.valid_from, book.version)))


@cache
def rulebook(version: str) -> Rulebook:
    book = read((_folder() / f"{version}.json").read_bytes())
    if book.version != version:
        raise RulesWrong([f"rules/{version}.json says it is version {book.version}"])
    return book


def read(data: bytes) -> Rulebook:
    """A rulebook from its JSON; RulesWrong names everything that cannot be right."""
    told = json.loads(data)
    book = Rulebook(
        version=told["version"],
        valid_from=date.fromisoformat(told["valid_from"]).isoformat(),
        sha256=sha256(data).hexdigest(),
        rationale=told["rationale"],
        labels=tuple(LabelRule(**{**label, "paths": tuple(label["paths"])}) for label in told["labels"]),
        paths={path["code"]: PathRule(**path) for path in told["paths"]},
        dangers={danger["code"]: DangerRule(**danger) for danger in told["dangers"]},
        last=tuple(told["last"]),
    )
    _check(book)
    return book


def _check(book: Rulebook) -> None:
    needs = [(f"path {path.code}", path.needs) for path in book.paths.values()]
    needs += [(f"danger {danger.code}", danger.needs) for danger in book.dangers.values()]
    conditions = {f"label {label.code}": label.condition for label in book.labels}
    check({**conditions, **{name: need for name, need in needs if need is not None}}, VOCABULARY)
    used = {path for label in book.labels for path in label.paths} | {
        danger.path for danger in book.dangers.values()
    }
    problems = [f"unknown path {path!r}" for path in sorted((used | {*book.last}) - book.paths.keys())]
    problems += [f"unknown danger {code!r}" for code in sorted(book.dangers.keys() - {*codes.DANGERS})]
    if sorted(label.code for label in book.labels) != sorted(codes.LABELS):
        problems.append("labels must be each of the code list, once")
    if sorted(book.paths) != sorted(codes.PATHS):
        problems.append("paths must be each of the code list, once")
    if problems:
        raise RulesWrong(problems)


def _folder() -> Any:
    return files("services.screening") / "rules"


# -- adoption -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class AdoptRules:
    name: str
    version: str
    valid_from: str
    sha256: str


@dataclass(frozen=True)
class Adopted:
    """{version: (valid_from, sha256)} of what was adopted."""

    versions: Mapping[str, tuple[str, str]]


def in_force(adopted: Adopted, day: date) -> Rulebook:
    """The adopted version that counts on a day; before any does, the earliest that comes with the software."""
    begun = [
        (begins, version) for version, (begins, _) in adopted.versions.items() if begins <= day.isoformat()
    ]
    return rulebook(max(begun)[1] if begun else versions()[0])


def decide(command: AdoptRules, adopted: Adopted) -> list[RulesAdopted]:
    before = adopted.versions.get(command.version)
    if before is None:
        return [RulesAdopted(command.name, command.version, command.valid_from, command.sha256)]
    if before[1] != command.sha256:
        raise Refused(
            "wrong_state", f"Version {command.version} was adopted with other content; give a new version."
        )
    return []


def evolve(adopted: Adopted, event: RulesAdopted) -> Adopted:
    match event:
        case RulesAdopted():
            return Adopted({**adopted.versions, event.version: (event.valid_from, event.sha256)})
    assert_never(event)


RULES: Aggregate[AdoptRules, Adopted, RulesAdopted] = Aggregate(
    "rules", Decider(decide, evolve, Adopted({})), (RulesAdopted,), "case"
)


# -- the page -------------------------------------------------------------------------------------------------------


def describe(book: Rulebook) -> str:
    """The rules as a Markdown page: docs/screening-rules.md."""
    lines = [
        "# Screening rules",
        "",
        "Written by `scripts/rules_page.py` from `services/screening/rules/`; change the data, not this page.",
        "",
        f"Version **{book.version}**, in force from {book.valid_from}. {book.rationale['en']}",
        "",
        book.rationale["th"],
        "",
        "## Labels",
        "",
        "Every screening answers every label with met, not met or unknown; an unknown label names the facts "
        "to ask for.",
        "Labels stand in their order of precedence. The first path open to each *leading* label (a specific "
        "law, s. 23 of the "
        "Protection of the Destitute Act B.E. 2557) goes before the person's wishes and all other paths.",
        "",
        "| Label | Met if | Law | Leads | Paths, best first |",
        "|---|---|---|---|---|",
    ]
    for label in book.labels:
        paths = ", ".join(f"`{path}`" for path in label.paths)
        law = f"{label.law['en']}<br>{label.law['th']}"
        leads = "yes" if label.leads else ""
        lines.append(
            f"| `{label.code}` {label.name['th']} | {_words(label.condition)} | {law} | {leads} | {paths} |"
        )
    lines += ["", "## Words of the laws", ""]
    lines += [f"- {label.law['th']}: “{label.law['text']}”" for label in book.labels if "text" in label.law]
    lines += [
        "",
        "## Paths",
        "",
        "A path is closed when what it needs is not met. What is unknown closes nothing: such a path only "
        "comes after the "
        "sure ones of its label. `advice_only` is the answer when no label is met or every path is closed.",
        "",
        "| Path | Name | Outside the ministry | A wish alone opens it | Needs | Why |",
        "|---|---|---|---|---|---|",
    ]
    for path in book.paths.values():
        outside, wish = "yes" if path.outside_ministry else "no", "yes" if path.by_wish else "no"
        needs, why = _words(path.needs) if path.needs else "", path.because["en"] if path.because else ""
        lines.append(
            f"| `{path.code}` | {path.name['en']}<br>{path.name['th']} | {outside} | {wish} | {needs} | {why} |"
        )
    last = ", ".join(f"`{path}`" for path in book.last)
    lines += ["", f"After all other paths: {last}.", "", "## Danger at the door", ""]
    lines += ["| Danger | Path that goes first | Unless this is not met | Why |", "|---|---|---|---|"]
    for danger in book.dangers.values():
        unless = _words(danger.needs) if danger.needs else ""
        lines.append(f"| `{danger.code}` | `{danger.path}` | {unless} | {danger.because['en']} |")
    return "\n".join(lines) + "\n"


def _words(condition: Condition) -> str:
    if "fact" in condition:
        value = condition["value"]
        shown = ", ".join(map(str, value)) if isinstance(value, list) else json.dumps(value).strip('"')
        return f"{condition['fact']} {condition['op'].replace('_', ' ')} {shown}"
    if "not" in condition:
        return f"not ({_words(condition['not'])})"
    joined, parts = ("and", condition["all"]) if "all" in condition else ("or", condition["any"])
    return f" {joined} ".join(_words(part) if "fact" in part else f"({_words(part)})" for part in parts)
