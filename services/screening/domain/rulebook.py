"""The rules of screening as data: labels, the laws behind them and the paths they open, in dated versions. Pure but for
reading its own data files, once.

A version is services/screening/rules/{version}.json and never changes once adopted: the facts of a stored screening and
its version give the same labels and paths again.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypedDict, assert_never

from services import codes
from services.kernel.decider import Aggregate, Decider
from services.kernel.errors import Refused
from services.kernel.rules import Condition, RulesWrong, check
from services.screening.answers import Law, Text
from services.screening.domain.facts import VOCABULARY
from services.screening.events import RulesAdopted

NAME = "screening"


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
        applies=tuple(Applies(**each) for each in told.get("applies", ())),
        undecided_too=told.get("undecided_too", False),
        sources=tuple(told.get("sources", ())),
    )
    _check(book)
    return book


def _check(book: Rulebook) -> None:
    needs = [(f"path {path.code}", path.needs) for path in book.paths.values()]
    needs += [(f"path {path.code}, never", path.never) for path in book.paths.values()]
    needs += [(f"danger {danger.code}", danger.needs) for danger in book.dangers.values()]
    needs += [(f"question {each.fact}", each.condition) for each in book.applies]
    needs += [(f"label {each.code}, where", each.where["condition"]) for each in book.labels if each.where]
    conditions = {f"label {label.code}": label.condition for label in book.labels}
    check({**conditions, **{name: need for name, need in needs if need is not None}}, VOCABULARY)
    used = {path for label in book.labels for path in label.paths} | {
        danger.path for danger in book.dangers.values()
    }
    problems = [f"unknown path {path!r}" for path in sorted((used | {*book.last}) - book.paths.keys())]
    problems += [f"unknown danger {code!r}" for code in sorted(book.dangers.keys() - {*codes.DANGERS})]
    if sorted(label.code for label in book.labels) != sorted(codes.LABELS):
        problems.append("labels must be each of the code list, once")
    problems += [f"unknown path {path!r}" for path in sorted(book.paths.keys() - {*codes.PATHS})]
    problems += [
        f"question {each.fact!r} is none of a flag"
        for each in book.applies
        if VOCABULARY[each.fact].kind != "flag"
    ]
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
    """The version that counts on a day: what comes with the software from the day its law counts from, or from the day
    on which it was adopted; before any does, the earliest."""
    begins = {version: rulebook(version).valid_from for version in versions()}
    begins |= {version: begun for version, (begun, _) in adopted.versions.items()}
    begun = [(first, version) for version, first in begins.items() if first <= day.isoformat()]
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
