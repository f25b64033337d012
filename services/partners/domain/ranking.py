"""All programmes judged and ranked for one person. The registry is kept in columns, so that 50,000 take milliseconds.

A rule's value (say, min_age 60) stands in many programmes but is judged once per person; the verdict of a programme is
the worst of its rules'. Candidates are sorted by named criteria, one after the other, packed into one integer only for
sorting.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, TypedDict

import numpy as np
import orjson
from numpy.typing import NDArray

from services.codes import PATHS, ages
from services.codes.registry import FRESH_DAYS, OLD_DAYS
from services.codes.rules import RULES, judge
from services.kernel.envelope import moment
from services.kernel.rules import Verdict
from services.partners import answers
from services.partners.events import Counts, Eligibility
from services.thai import areas, dates

ELIGIBILITY: Final[tuple[Eligibility, ...]] = ("eligible", "unknown", "ineligible")
NONE = Counts(eligible=0, unknown=0, ineligible=0)
# One that a specific law opens, another of the screening, none of them.
PATH_PLACES = ("lead", "screened", "other")
NEAR = ("same_district", "same_province", "neighbouring_province", "farther")

_SEVERITY = {Verdict.MET: 0, Verdict.UNKNOWN: 1, Verdict.NOT_MET: 2}
_PATH, _MINISTRY, _PROVINCE, _DISTRICT, _FREE, _CONFIRMED, _CONTRADICTED, _RETIRED, _RULES = range(9)
_WIDTH = _RULES + len(RULES)
_NOWHERE = -1

Columns = NDArray[np.int32]
Keys = NDArray[np.int64]


class Offer(TypedDict):
    """What ranking looks at of a programme. `rules` are events.Rules, read by name; `free` can be reserved now;
    `contradicted`: by our ledger, or by what the partner said since it stated them."""

    programme_id: str
    partner_id: str
    partner: str
    kind: str
    under_ministry: bool
    province: str
    subdistrict: str | None
    name: str
    path: str
    rules: Mapping[str, Any]
    free: int
    confirmed_at: str
    contradicted: bool
    retired: bool


@dataclass(frozen=True)
class Registry:
    """Every programme at one version of the read model. `rows` are its rows in order of offering, `columns` (width,
    programmes) the same as numbers; `values` gives, for each rule, the values programmes use: number 0 is "no such
    rule". Never changed: `updated` gives the next one."""

    version: int = 0
    rows: list[Offer] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    columns: Columns = field(default_factory=lambda: np.zeros((_WIDTH, 0), np.int32))
    values: dict[str, list[Any]] = field(default_factory=lambda: {rule: [None] for rule in RULES})
    numbers: dict[str, dict[bytes, int]] = field(default_factory=lambda: {rule: {} for rule in RULES})

    def updated(self, version: int, changed: Sequence[Offer]) -> "Registry":
        """With new and changed programmes."""
        rows, index = list(self.rows), dict(self.index)
        numbers = {rule: dict(known) for rule, known in self.numbers.items()}
        values = {rule: list(known) for rule, known in self.values.items()}
        places = []
        for row in changed:
            place = index.setdefault(row["programme_id"], len(rows))
            rows[place : place + 1] = [row]
            places.append(place)
        columns = np.zeros((_WIDTH, len(rows)), np.int32)
        columns[:, : len(self.rows)] = self.columns
        columns[:, places] = np.array(
            [_numbered(rows[place], numbers, values) for place in places], np.int32
        ).T
        return Registry(version, rows, index, columns, values, numbers)


def _numbered(
    row: Offer, numbers: Mapping[str, dict[bytes, int]], values: Mapping[str, list[Any]]
) -> list[int]:
    subdistrict = row["subdistrict"]
    cells = [
        PATHS.index(row["path"]),
        int(row["under_ministry"]),
        int(row["province"]),
        int(subdistrict[:4]) if subdistrict else _NOWHERE,
        row["free"],
        day_number(moment(row["confirmed_at"])),
        int(row["contradicted"]),
        int(row["retired"]),
    ]
    for rule in RULES:
        if rule not in row["rules"]:
            cells.append(0)
            continue
        value = row["rules"][rule]
        text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
        if text not in numbers[rule]:
            numbers[rule][text] = len(values[rule])
            values[rule].append(value)
        cells.append(numbers[rule][text])
    return cells


def day_number(at: datetime) -> int:
    """The calendar day in Thailand."""
    return dates.bangkok_day(at).toordinal()


class ClosedPath(TypedDict):
    """As screening told it."""

    path: str
    because: answers.Text | None
    never: bool


@dataclass(frozen=True)
class Screened:
    """What matching knows of a case: its centre's province (where distance is counted from), the district the person
    was found in, and the latest screening's codes. `paths` best first, `leads` those that a specific law opens (None:
    not told yet then), `closed` those that are no way out. `declined`: the programmes whose no to this case stands."""

    case_id: str
    centre: str
    district: str | None
    screening_id: str
    rules_version: str
    facts: Mapping[str, Any]
    labels: Sequence[Mapping[str, Any]]
    paths: Sequence[str]
    leads: Sequence[str] | None = None
    closed: Sequence[ClosedPath] = ()
    declined: Mapping[str, answers.PastAnswer] = field(default_factory=dict)

    @property
    def leading(self) -> Sequence[str]:
        return self.paths[:1] if self.leads is None else self.leads


def person(facts: Mapping[str, Any], labels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the rules look at: screening's facts, and each decided label as a flag `label:CODE`. Nothing known of the
    domicile is not "no domicile"."""
    decided = {
        f"label:{each['code']}": each["verdict"] == "met" for each in labels if each["verdict"] != "unknown"
    }
    return {name: value for name, value in facts.items() if name != "domicile" or value} | decided


@dataclass(frozen=True)
class Ranking:
    """`order` are places in the registry, best first, those of retired programmes left out; `keys` their sort keys,
    ascending and unique; `verdicts` by place in the registry (0 eligible, 1 unknown, 2 ineligible)."""

    registry: Registry
    screened: Screened
    known: Mapping[str, Any]
    now: datetime
    order: NDArray[np.int64]
    keys: Keys
    verdicts: NDArray[np.int8]
    counts: Counts

    def after(self, key: int) -> int:
        """How many candidates stand at or before a sort key: where the next page begins."""
        return int(np.searchsorted(self.keys, key, side="right"))

    def where(
        self,
        verdict: str | None = None,
        path: str | None = None,
        province: str | None = None,
        outside: bool = False,
        programme_ids: Sequence[str] | None = None,
    ) -> NDArray[np.int64]:
        """The positions of the candidates with all that is given, best first; `outside`: only outside the ministry;
        `programme_ids`: only these, and those that are not in the registry are none."""
        columns, wanted = self.registry.columns[:, self.order], np.ones(len(self.order), bool)
        if verdict is not None:
            wanted &= self.verdicts[self.order] == ELIGIBILITY.index(verdict)
        if path is not None:
            wanted &= columns[_PATH] == PATHS.index(path)
        if province is not None:
            wanted &= columns[_PROVINCE] == int(province)
        if outside:
            wanted &= columns[_MINISTRY] == 0
        if programme_ids is not None:
            index = self.registry.index
            wanted &= np.isin(self.order, [index[each] for each in programme_ids if each in index])
        return np.flatnonzero(wanted)

    def by_province(self, positions: NDArray[np.int64]) -> dict[str, Counts]:
        """How many of the candidates at these positions lie in each province, by verdict."""
        places = self.order[positions]
        kinds = self.registry.columns[_PROVINCE, places] * len(ELIGIBILITY) + self.verdicts[places]
        counted = np.bincount(kinds, minlength=100 * len(ELIGIBILITY)).reshape(100, len(ELIGIBILITY))
        return {
            f"{number:02}": Counts(eligible=int(row[0]), unknown=int(row[1]), ineligible=int(row[2]))
            for number, row in enumerate(counted)
            if row.any()
        }

    def position(self, programme_id: str) -> int | None:
        """Where a programme stands in the order, counted from 0; None for one that is not ranked."""
        found = np.flatnonzero(self.order == self.registry.index.get(programme_id, _NOWHERE))
        return int(found[0]) if len(found) else None

    def standing(self, position: int) -> tuple[Offer, Eligibility, int | None]:
        """(row, verdict, rank) of the candidate at a position of the order, counted from 0; no rank if ineligible."""
        place = int(self.order[position])
        verdict = ELIGIBILITY[self.verdicts[place]]
        return self.registry.rows[place], verdict, None if verdict == "ineligible" else position + 1


def rank(registry: Registry, screened: Screened, now: datetime) -> Ranking:
    """Judge and rank every programme. Same registry, case and day give the same order."""
    known = person({**screened.facts, **_age_now(screened, now)}, screened.labels)
    columns = registry.columns
    closed = [PATHS.index(each["path"]) for each in screened.closed if each["path"] in PATHS]
    verdicts = np.where(np.isin(columns[_PATH], closed), 2, 0).astype(np.int8)
    for number, rule in enumerate(RULES, start=_RULES):
        if len(registry.values[rule]) > 1:
            judged = [_SEVERITY[judge(rule, value, known)] for value in registry.values[rule][1:]]
            np.maximum(verdicts, np.array([0, *judged], np.int8)[columns[number]], out=verdicts)
    keys = _sort_keys(registry, verdicts, screened, now)
    order = np.argsort(keys)
    offered = columns[_RETIRED] == 0
    order = order[offered[order]]
    found = np.bincount(verdicts[offered], minlength=3)
    counts = Counts(eligible=int(found[0]), unknown=int(found[1]), ineligible=int(found[2]))
    return Ranking(registry, screened, known, now, order, keys[order], verdicts, counts)


def _age_now(screened: Screened, now: datetime) -> dict[str, ages.Age]:
    """There may have been a birthday since the screening."""
    age = screened.facts.get("age")
    return {"age": ages.aged(age, dates.bangkok_day(now))} if age else {}


def _sort_keys(registry: Registry, verdicts: NDArray[np.int8], screened: Screened, now: datetime) -> Keys:
    """One integer per programme that sorts as the criteria do, one after the other; the last is the order of
    offering."""
    columns = registry.columns
    declined = np.zeros(columns.shape[1], np.int64)
    declined[[registry.index[each] for each in screened.declined if each in registry.index]] = 1
    provinces = columns[_PROVINCE]
    wanted, homes = wishes_of(screened), homes_of(screened)
    near, kilometres = distances(screened.centre)
    district = district_of(screened)
    age = day_number(now) - columns[_CONFIRMED]
    distance = near[provinces]
    if district is not None:
        distance = np.where(columns[_DISTRICT] == district, 0, distance)
    path_places = np.array([path_place(path, screened) for path in PATHS])
    criteria: tuple[tuple[Any, int], ...] = (
        (verdicts, 2),
        (path_places[columns[_PATH]], 2),
        (columns[_MINISTRY], 1),
        (~np.isin(columns[_PATH], [PATHS.index(path) for path in wanted if path in PATHS]), 1),
        (~np.isin(provinces, [int(home) for home in homes]), 1),
        (columns[_FREE] == 0, 1),
        # What is contradicted is worth as little as what is stale.
        (np.where(columns[_CONTRADICTED] == 1, 2, (age > FRESH_DAYS).astype(np.int64) + (age > OLD_DAYS)), 2),
        (distance, 2),
        (kilometres[provinces], 12),
        (declined, 1),
        (np.arange(columns.shape[1]), 24),
    )
    keys = np.zeros(columns.shape[1], np.int64)
    for values, bits in criteria:
        keys <<= bits
        keys |= values
    return keys


def path_place(path: str, screened: Screened) -> int:
    """Place in PATH_PLACES."""
    if path not in screened.paths:
        return 2
    return 0 if path in screened.leading else 1


def wishes_of(screened: Screened) -> Sequence[str]:
    return screened.facts.get("wants") or ()


def homes_of(screened: Screened) -> set[str]:
    return {each["province"] for each in screened.facts.get("domicile") or ()}


def district_of(screened: Screened) -> int | None:
    return int(screened.district) if screened.district else None


@cache
def distances(centre: str) -> tuple[Columns, Columns]:
    """By province number 0-99: place in NEAR, and kilometres from the centre's province."""
    near, kilometres = np.full(100, NEAR.index("farther"), np.int32), np.zeros(100, np.int32)
    neighbours = areas.neighbours(centre)
    for province in areas.provinces():
        number = int(province.code)
        kilometres[number] = areas.distance_km(centre, province.code)
        if province.code == centre or province.code in neighbours:
            nearest = "same_province" if province.code == centre else "neighbouring_province"
            near[number] = NEAR.index(nearest)
    return near, kilometres
