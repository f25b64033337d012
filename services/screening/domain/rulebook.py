"""The rules of screening as data: labels, the laws behind them and the paths they open, in dated versions. Pure but for
reading its own data files, once.

A version is a document (JSON) and never changes once it was adopted: the facts of a stored screening and its version
give the same labels and paths again. It stands in the log (domain.adoption). What comes with the software stands in
services/screening/rules/{version}.json: the versions in LIFTED count by themselves, others once they are adopted.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal, TypedDict, get_args

from services import codes
from services.kernel import rules
from services.kernel.rules import Condition, RulesWrong, check
from services.screening.answers import Law, Text
from services.screening.domain.facts import VOCABULARY
from services.screening.domain.people import leaves

NAME = "screening"
# The versions that counted before rulebooks stood in the log: {version: SHA-256 of its file}.
LIFTED = {
    "2569-1": "a4a6c3a5b41d5fc4038f133ab2686fd7e9c2a98e2ec12f358d3fcffe8097123c",
    "2569-2": "3ed0dcd4ea4f65003c06c9aa371aa4aa0a53dc5ecee8bb12d5f1aaca51dc5374",
}
CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
NewKind = Literal["flag", "code", "codes", "number"]  # what a fact may be that a rulebook adds
NEW_KINDS = get_args(NewKind)


class Where(TypedDict):
    """Where this is met, another law speaks of the label, and it may lead where the first does not."""

    condition: Condition
    law: Law
    leads: bool


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
    where: Where | None = None


@dataclass(frozen=True)
class PathRule:
    """A way out. `needs`: closed while this is not met (unknown keeps it open, after the sure ones; of a path that is
    `only_if_sure` it does not open it either); `by_wish`: the person's wish alone can open it; `never`: while this is
    met, the law forbids it whatever the working group decides."""

    code: str
    name: Text
    outside_ministry: bool
    by_wish: bool
    needs: Condition | None = None
    because: Text | None = None
    only_if_sure: bool = False
    never: Condition | None = None


@dataclass(frozen=True)
class DangerRule:
    """What the danger gate at intake found goes before everything, unless the screening found it is not so."""

    code: str
    path: str
    because: Text
    needs: Condition | None = None


@dataclass(frozen=True)
class Applies:
    """Whom a question can apply to. Of others, if nothing was told, the answer is `otherwise`: nobody needs to ask."""

    fact: str
    condition: Condition
    otherwise: bool


class Option(TypedDict):
    """An answer of a fact that a rulebook adds."""

    code: str | int
    th: str
    en: str


@dataclass(frozen=True)
class NewFact:
    """A fact that nobody asked for when the software was made, with its question. `kind`: one of NEW_KINDS; a flag has
    no options."""

    code: str
    kind: NewKind
    name: Text
    question: Text
    options: tuple[Option, ...] = ()

    @property
    def codes(self) -> tuple[str | int, ...]:
        return tuple(option["code"] for option in self.options)


@dataclass(frozen=True)
class Rulebook:
    """One version. Labels are in order of precedence; paths in `last` come after all others. `undecided_too`: paths of
    labels that are not decided yet are offered, after all that are sure, and advice alone only once every label is.
    `sources`: what was checked against what."""

    version: str
    valid_from: str
    sha256: str
    rationale: Text
    labels: tuple[LabelRule, ...]
    paths: Mapping[str, PathRule]
    dangers: Mapping[str, DangerRule]
    last: tuple[str, ...]
    applies: tuple[Applies, ...] = ()
    undecided_too: bool = False
    sources: tuple[Text, ...] = ()
    facts: tuple[NewFact, ...] = ()

    @property
    def vocabulary(self) -> Mapping[str, rules.Fact]:
        """What its conditions may ask of each fact."""
        return {**VOCABULARY, **{each.code: rules.Fact(each.kind, each.codes) for each in self.facts}}

    @cached_property
    def looked_at(self) -> Mapping[int, frozenset[str]]:
        """{id of a condition: the facts that it asks of}, of its own conditions, which live as long as this."""
        return {
            id(condition): frozenset(leaf["fact"] for leaf in leaves(condition))
            for condition in conditions(self).values()
        }


# -- versions -------------------------------------------------------------------------------------------------------


@cache
def versions() -> tuple[str, ...]:
    """The versions that come with the software, earliest first."""
    books = [read(entry.read_text("utf-8")) for entry in _folder().iterdir()]
    return tuple(book.version for book in sorted(books, key=lambda book: (book.valid_from, book.version)))


@cache
def document(version: str) -> str:
    """The document of a version that comes with the software."""
    text: str = (_folder() / f"{version}.json").read_text("utf-8")
    return text


def rulebook(version: str) -> Rulebook:
    book = read(document(version))
    if book.version != version:
        raise RulesWrong([f"rules/{version}.json says it is version {book.version}"])
    return book


def hash_of(document: str) -> str:
    return sha256(document.encode()).hexdigest()


@lru_cache(maxsize=64)
def read(document: str) -> Rulebook:
    """A rulebook from its document; RulesWrong names everything that cannot be right."""
    book = parse(document)
    _check(book)
    return book


def parse(document: str) -> Rulebook:
    """A rulebook from a document of the right shape, whatever it says."""
    content = json.loads(document)
    return Rulebook(
        version=content["version"],
        valid_from=date.fromisoformat(content["valid_from"]).isoformat(),
        sha256=hash_of(document),
        rationale=content["rationale"],
        labels=tuple(LabelRule(**{**label, "paths": tuple(label["paths"])}) for label in content["labels"]),
        paths={path["code"]: PathRule(**path) for path in content["paths"]},
        dangers={danger["code"]: DangerRule(**danger) for danger in content["dangers"]},
        last=tuple(content["last"]),
        applies=tuple(Applies(**each) for each in content.get("applies", ())),
        undecided_too=content.get("undecided_too", False),
        sources=tuple(content.get("sources", ())),
        facts=tuple(
            NewFact(**{**each, "options": tuple(each.get("options") or ())})
            for each in content.get("facts", ())
        ),
    )


def conditions(book: Rulebook) -> dict[str, Condition]:
    """{where it stands: condition}, of every condition of a rulebook."""
    found: list[tuple[str, Condition | None]] = [
        (f"label {each.code}", each.condition) for each in book.labels
    ]
    found += [(f"label {each.code}, where", each.where["condition"]) for each in book.labels if each.where]
    found += [(f"path {path.code}", path.needs) for path in book.paths.values()]
    found += [(f"path {path.code}, never", path.never) for path in book.paths.values()]
    found += [(f"danger {danger.code}", danger.needs) for danger in book.dangers.values()]
    found += [(f"question {each.fact}", each.condition) for each in book.applies]
    return {where: condition for where, condition in found if condition is not None}


def _check(book: Rulebook) -> None:
    check(conditions(book), book.vocabulary)
    if problems := problems_of(book):
        raise RulesWrong(problems)


def problems_of(book: Rulebook) -> list[str]:
    """What cannot be right beside its conditions."""
    used = {path for label in book.labels for path in label.paths} | {
        danger.path for danger in book.dangers.values()
    }
    problems = [f"unknown path {path!r}" for path in sorted((used | {*book.last}) - book.paths.keys())]
    problems += [f"unknown danger {code!r}" for code in sorted(book.dangers.keys() - {*codes.DANGERS})]
    names = [label.code for label in book.labels]
    if not names or len({*names}) < len(names):
        problems.append("labels must be at least one, each once")
    written = [*names, *book.paths, *(each.code for each in book.facts)]
    problems += [
        f"{code!r} is no code: small letters, digits and _ only"
        for code in written
        if not CODE.fullmatch(code)
    ]
    problems += [
        f"question {each.fact!r} is none of a flag"
        for each in book.applies
        if each.fact not in book.vocabulary or book.vocabulary[each.fact].kind != "flag"
    ]
    for each in book.facts:
        if each.code in VOCABULARY:
            problems.append(f"fact {each.code!r} is there already")
        if each.kind not in NEW_KINDS:
            problems.append(f"fact {each.code!r} must be one of {', '.join(NEW_KINDS)}")
        elif (each.kind == "flag") == bool(each.options):
            problems.append(f"fact {each.code!r}: a flag has no options, every other kind has some")
    return problems


def _folder() -> Any:
    return files("services.screening") / "rules"
