"""All programmes judged and ranked for one person. The registry is kept in columns, so that 50,000 take milliseconds.

A rule's value (say, min_age 60) stands in many programmes but is judged once per person; the verdict of a programme is
the worst of its rules'. Candidates are sorted by named criteria, one after the other, packed into one integer only for
sorting.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any, Final, TypedDict

import numpy as np
import orjson
from numpy.typing import NDArray

from services.codes import PATHS, ages, sentences
from services.codes.rules import PATH_CLOSED, RULES, finding, judge
from services.kernel.envelope import moment
from services.kernel.rules import Verdict
from services.partners import answers
from services.partners.events import Counts, Eligibility
from services.thai import areas, dates

ELIGIBILITY: Final[tuple[Eligibility, ...]] = ("eligible", "unknown", "ineligible")
NONE = Counts(eligible=0, unknown=0, ineligible=0)
FRESH_DAYS, STALE_DAYS = 30, 90
# One that a specific law opens, another of the screening, none of them.
PATH_PLACES = ("lead", "screened", "other")
NEAR = ("same_district", "same_province", "neighbouring_province", "farther")

_SEVERITY = {Verdict.MET: 0, Verdict.UNKNOWN: 1, Verdict.NOT_MET: 2}
_PATH, _MINISTRY, _PROVINCE, _DISTRICT, _FREE, _CONFIRMED, _RULES = range(7)
_WIDTH = _RULES + len(RULES)
_NOWHERE = -1

Columns = NDArray[np.int32]
Keys = NDArray[np.int64]


class Offer(TypedDict):
    """What ranking looks at of a programme. `rules` are events.Rules, read by name; `free` can be reserved now."""

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
        _day(moment(row["confirmed_at"])),
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


def _day(at: datetime) -> int:
    return at.date().toordinal()


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
    closed: Sequence[Mapping[str, Any]] = ()
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
    """`order` are places in the registry, best first; `keys` their sort keys, ascending and unique; `verdicts` by place
    in the registry (0 eligible, 1 unknown, 2 ineligible)."""

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

    def position(self, programme_id: str) -> int:
        """Where a programme of the registry stands in the order, counted from 0."""
        return int(np.flatnonzero(self.order == self.registry.index[programme_id])[0])

    def standing(self, position: int) -> tuple[Offer, Eligibility, int | None]:
        """(row, verdict, rank) of the candidate at a position of the order, counted from 0; no rank if ineligible."""
        place = int(self.order[position])
        verdict = ELIGIBILITY[self.verdicts[place]]
        return self.registry.rows[place], verdict, None if verdict == "ineligible" else position + 1


def rank(registry: Registry, screened: Screened, now: datetime) -> Ranking:
    """Judge and rank every programme. Same registry, case and day give the same order."""
    known = person(_today(screened.facts, now), screened.labels)
    columns = registry.columns
    closed = [PATHS.index(each["path"]) for each in screened.closed if each["path"] in PATHS]
    verdicts = np.where(np.isin(columns[_PATH], closed), 2, 0).astype(np.int8)
    for number, rule in enumerate(RULES, start=_RULES):
        if len(registry.values[rule]) > 1:
            judged = [_SEVERITY[judge(rule, value, known)] for value in registry.values[rule][1:]]
            np.maximum(verdicts, np.array([0, *judged], np.int8)[columns[number]], out=verdicts)
    keys = _sort_keys(registry, verdicts, screened, now)
    order = np.argsort(keys)
    found = np.bincount(verdicts, minlength=3)
    counts = Counts(eligible=int(found[0]), unknown=int(found[1]), ineligible=int(found[2]))
    return Ranking(registry, screened, known, now, order, keys[order], verdicts, counts)


def _today(facts: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """The facts with the age as it may be now: there may have been a birthday since the screening."""
    return {**facts, "age": ages.aged(facts["age"], dates.bangkok_day(now))} if facts.get("age") else facts


def _sort_keys(registry: Registry, verdicts: NDArray[np.int8], screened: Screened, now: datetime) -> Keys:
    """One integer per programme that sorts as the criteria do, one after the other; the last is the order of
    offering."""
    columns = registry.columns
    declined = np.zeros(columns.shape[1], np.int64)
    declined[[registry.index[each] for each in screened.declined if each in registry.index]] = 1
    provinces = columns[_PROVINCE]
    wanted, homes = _wishes(screened), _homes(screened)
    near, kilometres = _distances(screened.centre)
    district = _district(screened)
    age = _day(now) - columns[_CONFIRMED]
    distance = near[provinces]
    if district is not None:
        distance = np.where(columns[_DISTRICT] == district, 0, distance)
    path_places = np.array([_path_place(path, screened) for path in PATHS])
    criteria: tuple[tuple[Any, int], ...] = (
        (verdicts, 2),
        (path_places[columns[_PATH]], 2),
        (columns[_MINISTRY], 1),
        (~np.isin(columns[_PATH], [PATHS.index(path) for path in wanted if path in PATHS]), 1),
        (~np.isin(provinces, [int(home) for home in homes]), 1),
        (columns[_FREE] == 0, 1),
        ((age > FRESH_DAYS).astype(np.int64) + (age > STALE_DAYS), 2),
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


def _path_place(path: str, screened: Screened) -> int:
    """Place in PATH_PLACES."""
    if path not in screened.paths:
        return 2
    return 0 if path in screened.leading else 1


def _wishes(screened: Screened) -> Sequence[str]:
    return screened.facts.get("wants") or ()


def _homes(screened: Screened) -> set[str]:
    return {each["province"] for each in screened.facts.get("domicile") or ()}


def _district(screened: Screened) -> int | None:
    return int(screened.district) if screened.district else None


@cache
def _distances(centre: str) -> tuple[Columns, Columns]:
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


def candidate(ranking: Ranking, position: int) -> answers.Candidate:
    """One candidate as people see it: the verdict with the reason for every rule of the programme, and what each
    ranking criterion found, in their order. `because` says in Thai what the codes beside it say (see
    codes.rules.finding and `_criteria`)."""
    row, verdict, rank = ranking.standing(position)
    return {
        "programme_id": row["programme_id"],
        "partner_id": row["partner_id"],
        "partner": row["partner"],
        "programme": row["name"],
        "path": row["path"],
        "kind": row["kind"],
        "outside_ministry": not row["under_ministry"],
        "province": row["province"],
        "subdistrict": row["subdistrict"],
        "verdict": verdict,
        "rank": rank,
        "places_free": row["free"],
        "confirmed_at": row["confirmed_at"],
        "reasons": [
            *_closed(row["path"], ranking.screened),
            *(_reason(rule, row["rules"][rule], ranking.known) for rule in RULES if rule in row["rules"]),
        ],
        "past": [past] if (past := ranking.screened.declined.get(row["programme_id"])) else [],
        "criteria": [
            {
                "criterion": name,
                "verdict": met,
                "because": sentences.criterion_in_words(name, found, "th"),
                "found": found,
            }
            for name, met, found in _criteria(ranking, row)
        ],
    }


def _closed(path: str, screened: Screened) -> Iterator[answers.Reason]:
    for each in screened.closed:
        if each["path"] == path:
            found: answers.ClosedPath = {"because": each["because"], "never": each["never"]}
            yield {
                "rule": PATH_CLOSED,
                "verdict": "not_met",
                "because": sentences.closed_in_words(found, "th"),
                "wants": path,
                "fact": None,
                "found": found,
            }


def _reason(rule: str, value: Any, known: Mapping[str, Any]) -> answers.Reason:
    known_of_it = finding(rule, value, known)
    wants = sentences.rule_in_words(rule, value, "th")
    return {
        "rule": rule,
        "verdict": str(judge(rule, value, known)),
        "because": f"{wants} - {sentences.finding_in_words(rule, value, known_of_it, 'th')}",
        "wants": value,
        "fact": RULES[rule].fact,
        "found": known_of_it,
    }


def _criteria(ranking: Ranking, row: Offer) -> Iterator[tuple[str, str, Any]]:
    """(name, verdict, what was found) in the order of `_sort_keys`; found is {path, place in PATH_PLACES}, {free},
    {days since that was said}, {near in NEAR, kilometres from the centre's province}, {reason and time of the past
    answer}, {number in the order of offering}, or a flag, None if nobody knows."""
    screened = ranking.screened
    path, wishes, homes = row["path"], _wishes(screened), _homes(screened)
    place = PATH_PLACES[_path_place(path, screened)]
    if screened.leading:
        yield "path", _met(place == "lead"), {"path": path, "place": place}
    else:
        yield "screened_path", _met(place == "screened"), {"path": path, "place": place}
    outside = not row["under_ministry"]
    yield "outside_ministry", _met(outside), outside
    wished = path in wishes if wishes else None
    yield "wish", _met(wished), wished
    home = row["province"] in homes if homes else None
    yield "home_province", _met(home), home
    days = max(0, _day(ranking.now) - _day(moment(row["confirmed_at"])))
    yield "places_free", _met(row["free"] > 0), {"free": row["free"], "days": days}
    yield "freshness", _met(days <= FRESH_DAYS), {"days": days}
    near, kilometres = _distances(screened.centre)
    number = int(row["province"])
    same_district = row["subdistrict"] is not None and _district(screened) == int(row["subdistrict"][:4])
    nearness = "same_district" if same_district else NEAR[int(near[number])]
    found = {"near": nearness, "kilometres": int(kilometres[number])}
    yield "distance", _met(nearness in ("same_district", "same_province")), found
    past = screened.declined.get(row["programme_id"])
    yield "past_answer", _met(past is None), past and {"reason": past["reason"], "at": past["at"]}
    yield "offered", "met", {"number": ranking.registry.index[row["programme_id"]] + 1}


def _met(met: bool | None) -> str:
    return "unknown" if met is None else "met" if met else "not_met"
