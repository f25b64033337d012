"""Every programme of the registry in columns, so that 50,000 are judged and ranked in milliseconds.

A rule's value (say, min_age 60) stands in many programmes and is kept once; a programme has its number. Rules hold at
three levels: of the network that a partner belongs to, of the partner, and of the programme itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypedDict

import numpy as np
import orjson
from numpy.typing import NDArray

from services.codes import PATHS
from services.codes.rules import RULES
from services.codes.units import WHO
from services.kernel.envelope import moment
from services.partners.domain import draw
from services.partners.events import Rules
from services.thai import dates

Level = Literal["network", "organisation", "programme"]
LEVELS: Final[tuple[Level, ...]] = ("network", "organisation", "programme")
PATH, MINISTRY, PROVINCE, DISTRICT, FREE, CONFIRMED, CONTRADICTED, RETIRED, KNOWN, FREE_FOR = range(10)
OF_RULES = FREE_FOR + len(WHO)
_WIDTH = OF_RULES + len(RULES) * len(LEVELS)
NOWHERE = -1

Columns = NDArray[np.int32]


class Held(TypedDict):
    """The rules of one level, and when they were last said to be so."""

    rules: Rules
    rules_at: str


class Offer(TypedDict):
    """What ranking looks at of a programme. `rules_at` when they were last said to be so; `inherited`: the same of its
    partner and of that one's network, where they have any; `free` can be reserved now, `free_for` by somebody of a
    group, where they are told apart; `places_known`: somebody stated them; `contradicted`: by our ledger, or by what
    the partner said since it stated them."""

    programme_id: str
    partner_id: str
    partner: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    name: str
    path: str
    rules: Rules
    rules_at: str
    inherited: Mapping[Level, Held]
    free: int
    free_for: Mapping[str, int]
    places_known: bool
    confirmed_at: str
    contradicted: bool
    retired: bool


def levels(row: Offer) -> list[tuple[Level, Held]]:
    """The rules that must all hold, from the network's down to the programme's own."""
    own: Held = {"rules": row["rules"], "rules_at": row["rules_at"]}
    return [
        *((level, row["inherited"][level]) for level in LEVELS if level in row["inherited"]),
        ("programme", own),
    ]


def free_column(who: str | None) -> int:
    """Which column has the places that somebody of a group may get (None: nobody knows which)."""
    return FREE if who is None else FREE_FOR + tuple(WHO).index(who)


def column(rule: int, level: int) -> int:
    """Which column holds a rule (its place in RULES) of a level (its place in LEVELS)."""
    return OF_RULES + rule * len(LEVELS) + level


@dataclass(frozen=True)
class Registry:
    """Every programme at one version of the read model. `rows` are its rows in order of offering, `columns` (width,
    programmes) the same as numbers; `values` gives, for each rule, the values programmes use: number 0 is "no such
    rule". `lots`: each programme's own number for draws. Never changed: `updated` gives the next one."""

    version: int = 0
    rows: list[Offer] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    columns: Columns = field(default_factory=lambda: np.zeros((_WIDTH, 0), np.int32))
    values: dict[str, list[Any]] = field(default_factory=lambda: {rule: [None] for rule in RULES})
    numbers: dict[str, dict[bytes, int]] = field(default_factory=lambda: {rule: {} for rule in RULES})
    lots: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    paths: Sequence[str] = (
        PATHS  # by their numbers: the software's, and those of adopted rules that are offered
    )
    used: Mapping[str, Sequence[int]] = field(
        default_factory=dict
    )  # {rule: the columns where somebody has it}

    def updated(self, version: int, changed: Sequence[Offer]) -> "Registry":
        """With new and changed programmes."""
        rows, index = list(self.rows), dict(self.index)
        paths = tuple(dict.fromkeys((*self.paths, *(row["path"] for row in changed))))
        numbers = {rule: dict(known) for rule, known in self.numbers.items()}
        values = {rule: list(known) for rule, known in self.values.items()}
        places = []
        for row in changed:
            place = index.setdefault(row["programme_id"], len(rows))
            rows[place : place + 1] = [row]
            places.append(place)
        columns = np.zeros((_WIDTH, len(rows)), np.int32)
        columns[:, : len(self.rows)] = self.columns
        if places:
            cells = [_numbered(rows[place], paths, numbers, values) for place in places]
            columns[:, places] = np.array(cells, np.int32).T
        new = [draw.number(row["programme_id"]) for row in rows[len(self.rows) :]]
        lots = np.concatenate([self.lots, np.array(new, np.uint64)])
        anybody: NDArray[np.bool_] = np.any(columns, axis=1)
        used = {
            rule: [at for level in range(len(LEVELS)) if anybody[at := column(number, level)]]
            for number, rule in enumerate(RULES)
        }
        return Registry(version, rows, index, columns, values, numbers, lots, paths, used)


def path_numbers(registry: "Registry", paths: Iterable[str]) -> list[int]:
    """Of paths that some programme is of, or may be; what nobody offers has none."""
    return [registry.paths.index(path) for path in paths if path in registry.paths]


def _numbered(
    row: Offer, paths: Sequence[str], numbers: Mapping[str, dict[bytes, int]], values: Mapping[str, list[Any]]
) -> list[int]:
    subdistrict = row["subdistrict"]
    cells = [
        paths.index(row["path"]),
        int(row["under_ministry"]),
        int(row["province"]),
        int(subdistrict[:4]) if subdistrict else NOWHERE,
        row["free"],
        day_number(moment(row["confirmed_at"])),
        int(row["contradicted"]),
        int(row["retired"]),
        int(row["places_known"]),
        *(row["free_for"].get(who, row["free"]) for who in WHO),
    ]
    by_level = {level: dict(held["rules"].items()) for level, held in levels(row)}
    for rule in RULES:
        for level in LEVELS:
            rules = by_level.get(level, {})
            if rule not in rules:
                cells.append(0)
                continue
            value = rules[rule]
            text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
            if text not in numbers[rule]:
                numbers[rule][text] = len(values[rule])
                values[rule].append(value)
            cells.append(numbers[rule][text])
    return cells


def day_number(at: datetime) -> int:
    """The calendar day in Thailand."""
    return dates.bangkok_day(at).toordinal()
