"""All programmes judged and ranked for one person.

A rule's value is judged once per person, however many programmes have it; the verdict of a programme is the worst of
its rules', at whatever level they stand. Candidates are sorted by named criteria, one after the other, packed into one
integer only for sorting; between equals the lot decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, TypedDict

import numpy as np
from numpy.typing import NDArray

from services.codes import ages
from services.codes.declines import EFFECTS, PLACES_STATED, RULES_STATED, SCREENED
from services.codes.registry import FRESH_DAYS, OLD_DAYS
from services.codes.rules import PROVINCE_FOUND, RULES, judge
from services.codes.units import group_of
from services.kernel.envelope import instant, moment
from services.kernel.questions import Json
from services.kernel.rules import Verdict
from services.partners import answers
from services.partners.domain import draw
from services.partners.domain.offers import (
    CONFIRMED,
    CONTRADICTED,
    DISTRICT,
    KNOWN,
    MINISTRY,
    NOWHERE,
    PATH,
    PROVINCE,
    RETIRED,
    Columns,
    Offer,
    Registry,
    day_number,
    free_column,
    levels,
    path_numbers,
)
from services.partners.events import Counts, Eligibility
from services.thai import areas, dates

ELIGIBILITY: Final[tuple[Eligibility, ...]] = ("eligible", "unknown", "ineligible")
NONE = Counts(eligible=0, unknown=0, ineligible=0)
# One that a specific law opens, another of the screening, none of them.
PATH_PLACES = ("lead", "screened", "other")
NEAR = ("same_district", "same_province", "neighbouring_province", "farther")
SEVERITY = {Verdict.MET: 0, Verdict.UNKNOWN: 1, Verdict.NOT_MET: 2}

Keys = NDArray[np.int64]


class ClosedPath(TypedDict):
    """As screening told it."""

    path: str
    because: answers.Text | None
    never: bool


@dataclass(frozen=True)
class Screened:
    """What matching knows of a case: its centre's province (where distance is counted from), the district the person
    was found in, and the latest screening's codes. `paths` best first, `leads` those that a specific law opens (None:
    not told yet then), `closed` those that are no way out. `source`: the fact that says all this. `past`: how
    programmes answered this case before, the latest first; `declined`: those whose no stands."""

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
    past: Mapping[str, Sequence[answers.PastAnswer]] = field(default_factory=dict)
    source: answers.Source | None = None

    @property
    def draw(self) -> str:
        """The seed of ties: every screening draws anew, and nobody chooses it."""
        return self.screening_id

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


def open_facts(rule: str, value: Any, screened: Screened) -> list[str]:
    """Which facts can still decide a rule that is unknown."""
    fact = RULES[rule].fact
    if fact:
        return [fact]
    unknown = [each for each in screened.labels if each["verdict"] == "unknown" and each["code"] in value]
    return list(dict.fromkeys(fact for each in unknown for fact in each.get("ask", ())))


@dataclass(frozen=True)
class Ranking:
    """`order` are places in the registry, best first, those of retired programmes left out; `keys` their sort keys,
    ascending, and equal only where even the lots are; `verdicts` by place in the registry (0 eligible, 1 unknown, 2
    ineligible); `lots` the same, as they were drawn; `judged` are the verdicts by rule and number of its value."""

    registry: Registry
    screened: Screened
    known: Mapping[str, Any]
    now: datetime
    order: NDArray[np.int64]
    keys: Keys
    verdicts: NDArray[np.int8]
    counts: Counts
    lots: NDArray[np.int64]
    judged: Mapping[str, NDArray[np.int8]]

    def after(self, key: int, place: int) -> int:
        """How many candidates stand at or before the one with a sort key at a place of the registry: where the next
        page begins."""
        first, end = (int(np.searchsorted(self.keys, key, side=side)) for side in ("left", "right"))
        return first + int(np.searchsorted(self.order[first:end], place, side="right"))

    def settles(self) -> list[answers.Settles]:
        """Which facts would settle the programmes that are not decidable yet, those first that settle most alone."""
        bits: dict[str, int] = {}
        open_of = np.zeros(self.registry.columns.shape[1], np.int64)
        for rule, columns in self.registry.used.items():
            open_values = np.flatnonzero(self.judged[rule] == 1) if columns else ()
            table = np.zeros(len(self.registry.values[rule]), np.int64)
            for at in open_values:
                for fact in open_facts(rule, self.registry.values[rule][at], self.screened):
                    table[at] |= 1 << bits.setdefault(fact, len(bits))
            if len(open_values):
                for column in columns:
                    open_of |= table[self.registry.columns[column]]
        unknown = (self.verdicts == 1) & (self.registry.columns[RETIRED] == 0)
        kinds, counts = np.unique(open_of[unknown], return_counts=True)
        found: list[answers.Settles] = []
        for fact, number in bits.items():
            asked, alone = (kinds & (1 << number)) != 0, kinds == 1 << number
            if asked.any():
                found.append(
                    {"fact": fact, "alone": int(counts[alone].sum()), "among": int(counts[asked].sum())}
                )
        return sorted(found, key=lambda each: (-each["alone"], -each["among"], each["fact"]))

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
        columns, wanted = self.registry.columns, np.ones(len(self.order), bool)
        if verdict is not None:
            wanted &= self.verdicts[self.order] == ELIGIBILITY.index(verdict)
        if path is not None:
            wanted &= np.isin(columns[PATH][self.order], path_numbers(self.registry, [path]))
        if province is not None:
            wanted &= columns[PROVINCE][self.order] == int(province)
        if outside:
            wanted &= columns[MINISTRY][self.order] == 0
        if programme_ids is not None:
            index = self.registry.index
            wanted &= np.isin(self.order, [index[each] for each in programme_ids if each in index])
        return np.flatnonzero(wanted)

    def best_of_paths(self, paths: int, most: int) -> list[int]:
        """The positions of at most `most` candidates that are not ruled out: the best of each of so many of the first
        paths that have any (the screening's before others), then the second best of each. Path by path, each best
        first."""
        kept = [self.where(path=path) for path in dict.fromkeys((*self.screened.paths, *self.registry.paths))]
        kept = [each[self.verdicts[self.order[each]] < ELIGIBILITY.index("ineligible")] for each in kept]
        kept = [each for each in kept if len(each)][:paths]
        turns = [(turn, path) for path, each in enumerate(kept) for turn in range(min(len(each), most))]
        chosen = sorted((path, turn) for turn, path in sorted(turns)[:most])
        return [int(kept[path][turn]) for path, turn in chosen]

    def by_province(self, positions: NDArray[np.int64]) -> dict[str, Counts]:
        """How many of the candidates at these positions lie in each province, by verdict."""
        places = self.order[positions]
        kinds = self.registry.columns[PROVINCE, places] * len(ELIGIBILITY) + self.verdicts[places]
        counted = np.bincount(kinds, minlength=100 * len(ELIGIBILITY)).reshape(100, len(ELIGIBILITY))
        return {
            f"{number:02}": Counts(eligible=int(row[0]), unknown=int(row[1]), ineligible=int(row[2]))
            for number, row in enumerate(counted)
            if row.any()
        }

    def position(self, programme_id: str) -> int | None:
        """Where a programme stands in the order, counted from 0; None for one that is not ranked."""
        found = np.flatnonzero(self.order == self.registry.index.get(programme_id, NOWHERE))
        return int(found[0]) if len(found) else None

    def standing(self, position: int) -> tuple[Offer, Eligibility, int | None]:
        """(row, verdict, rank) of the candidate at a position of the order, counted from 0; no rank if ineligible."""
        place = int(self.order[position])
        verdict = ELIGIBILITY[self.verdicts[place]]
        return self.registry.rows[place], verdict, None if verdict == "ineligible" else position + 1


def rank(registry: Registry, screened: Screened, now: datetime) -> Ranking:
    """Judge and rank every programme. Same registry, screening and day give the same order."""
    known = known_of(screened, dates.bangkok_day(now))
    columns = registry.columns
    closed = path_numbers(registry, [each["path"] for each in screened.closed])
    verdicts = np.where(np.isin(columns[PATH], closed), 2, 0).astype(np.int8)
    judged: dict[str, NDArray[np.int8]] = {}
    for rule, at_levels in registry.used.items():
        if at_levels:
            found = [SEVERITY[judge(rule, value, known)] for value in registry.values[rule][1:]]
            judged[rule] = np.array([0, *found], np.int8)
            for level in at_levels:
                np.maximum(verdicts, judged[rule][columns[level]], out=verdicts)
    said_no = [registry.index[each] for each in screened.declined if each in registry.index]
    noes = {place: in_force(registry.rows[place], screened, now) for place in said_no}
    out = [place for place, no in noes.items() if no and EFFECTS[no["effect"]].rules_out]
    full = [place for place, no in noes.items() if no and not EFFECTS[no["effect"]].rules_out]
    verdicts[out] = 2
    lots = draw.lots(screened.draw, registry.lots)
    keys = _sort_keys(registry, verdicts, lots, full, screened, now)
    order = np.argsort(keys, kind="stable")
    offered = columns[RETIRED] == 0
    order = order[offered[order]]
    kinds = np.bincount(verdicts[offered], minlength=3)
    counts = Counts(eligible=int(kinds[0]), unknown=int(kinds[1]), ineligible=int(kinds[2]))
    return Ranking(registry, screened, known, now, order, keys[order], verdicts, counts, lots, judged)


def in_force(offer: Offer, screened: Screened, now: datetime) -> answers.DeclineInForce | None:
    """The no to this case of which something follows for a programme at the moment (codes.declines). From one of before
    there were effects nothing does, nor from one that something has ended since."""
    no = screened.declined.get(offer["programme_id"])
    effect = EFFECTS.get(no.get("effect", "")) if no else None
    if no is None or no["reason"] is None or effect is None or effect.days == 0:
        return None
    since = no["at"]
    until = None if effect.days is None else moment(since) + timedelta(days=effect.days)
    ended = {
        PLACES_STATED: offer["free"] > 0 and offer["confirmed_at"] > since,
        RULES_STATED: any(held["rules_at"] > since for _, held in levels(offer)),
        SCREENED: screened.source is not None and screened.source["at"] > since,
    }
    if (until and now >= until) or any(ended[each] for each in effect.ends):
        return None
    return {
        "reason": no["reason"],
        "whose": no.get("whose", "partner"),
        "effect": no["effect"],
        "since": since,
        "until": instant(until) if until else None,
    }


def rules_out(offer: Offer, screened: Screened, now: datetime) -> bool:
    """Whether a no rules the programme and this case out for each other."""
    no = in_force(offer, screened, now)
    return no is not None and EFFECTS[no["effect"]].rules_out


def known_of(screened: Screened, day: date) -> dict[str, Json]:
    """What the rules look at on a day: there may have been a birthday since the screening."""
    age = screened.facts.get("age")
    aged = {"age": ages.aged(age, day)} if age else {}
    found = {PROVINCE_FOUND: areas.province_of(screened.district)} if screened.district else {}
    return person({**screened.facts, **aged, **found}, screened.labels)


def _sort_keys(
    registry: Registry,
    verdicts: NDArray[np.int8],
    lots: NDArray[np.int64],
    full: Sequence[int],
    screened: Screened,
    now: datetime,
) -> Keys:
    """One integer per programme that sorts as the criteria do, one after the other; the last is the lot. `full`: places
    in the registry that said so to this case."""
    columns = registry.columns
    declined = np.zeros(columns.shape[1], np.int64)
    declined[[registry.index[each] for each in screened.declined if each in registry.index]] = 1
    provinces = columns[PROVINCE]
    wanted, homes = wishes_of(screened), homes_of(screened)
    near, kilometres = distances(screened.centre)
    district = district_of(screened)
    age = day_number(now) - columns[CONFIRMED]
    distance = near[provinces]
    if district is not None:
        distance = np.where(columns[DISTRICT] == district, 0, distance)
    lacking = _lack_places(columns, group_of(screened.facts.get))
    lacking[full] = 2
    path_places = np.array([path_place(path, screened) for path in registry.paths])
    criteria: tuple[tuple[Any, int], ...] = (
        (verdicts, 2),
        (path_places[columns[PATH]], 2),
        (columns[MINISTRY], 1),
        (~np.isin(columns[PATH], path_numbers(registry, wanted)), 1),
        (~np.isin(provinces, [int(home) for home in homes]), 1),
        (lacking, 2),
        # What is contradicted is worth as little as what is stale.
        (np.where(columns[CONTRADICTED] == 1, 2, (age > FRESH_DAYS).astype(np.int64) + (age > OLD_DAYS)), 2),
        (distance, 2),
        (kilometres[provinces], 11),
        (declined, 1),
        (lots, draw.BITS),
    )
    keys = np.zeros(columns.shape[1], np.int64)
    for values, bits in criteria:
        keys <<= bits
        keys |= values
    return keys


def _lack_places(columns: Columns, who: str | None) -> Columns:
    """By programme 0 some are free, 1 nobody knows, 2 none is."""
    lacking: Columns = np.where(columns[KNOWN] == 0, 1, np.where(columns[free_column(who)] == 0, 2, 0))
    return lacking


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
