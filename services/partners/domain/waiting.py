"""Everybody who is screened and waits for a place, in columns, so that one place is held against 100,000 people in
milliseconds: who fits it, best first, and what a change of its rules would change.

A fact's value stands in many cases and is kept once; a rule is judged once for each value. What is shown of a case, its
reasons, is read of that case alone.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from numpy.typing import NDArray

from services.codes import LABELS, PATHS, ages
from services.codes.rules import PROVINCE_FOUND, RULES, judge
from services.partners.domain import draw
from services.partners.domain.offers import Offer, levels
from services.partners.domain.ranking import SEVERITY, Screened, wishes_of
from services.thai import areas

FACTS: Final = tuple(dict.fromkeys(rule.fact for rule in RULES.values() if rule.fact))
_UNDECIDED, _MET, _NOT_MET = range(3)
_VERDICTS: Mapping[str, int] = {"met": _MET, "not_met": _NOT_MET}
_CENTRE, _OPENED, _PATHS, _LEADS, _CLOSED, _WISHES, _HERE, _OF_FACTS = range(8)
_OF_LABELS = _OF_FACTS + len(FACTS)
LABELS_MOST = len(LABELS) + 40  # that adopted rules may add; of what is more, nothing is known here
_WIDTH = _OF_LABELS + LABELS_MOST
_DAYS_MOST = (1 << 14) - 1
PATHS_MOST = 62  # bits of a column

Column = NDArray[np.int64]  # a path is a bit: 63 there may be
Verdicts = NDArray[np.int8]


class Waiter(NamedTuple):
    """A case that waits; `opened` is the day it was opened."""

    screened: Screened
    opened: date


@dataclass
class Aging:
    """The ages there are, as they are on a day: worked out once a day, and for what is new since. `kinds` numbers the
    `ends` (least, most, margin) of each age there is; number 0 of both is "not known"."""

    day: date = date.min
    kinds: list[int] = field(default_factory=list)
    ends: dict[tuple[int, int, int], int] = field(default_factory=dict)

    def on(self, day: date, ages_told: Sequence[Any]) -> NDArray[np.int32]:
        """The number of its ends for each age; what comes first stays first as ages are added."""
        if day != self.day:
            self.day, self.kinds, self.ends = day, [0], {}
        for told in ages_told[len(self.kinds) :]:
            age = ages.aged(told, day)
            ends = age["min"], age["max"], age.get("margin", 0)
            self.kinds.append(self.ends.setdefault(ends, len(self.ends) + 1))
        return np.array(self.kinds[: len(ages_told)], np.int32)


@dataclass(frozen=True)
class Waiting:
    """As of a position of what we heard. `ids` are the cases by slot, and `columns` (width, slots) what is known of
    them as numbers; the slot of one that waits no more is free for another. `values` gives the values there are of each
    fact: number 0 is "not known". Never changed: `updated` gives the next one."""

    position: int = 0
    ids: list[str] = field(default_factory=list)
    index: dict[str, int] = field(default_factory=dict)
    free: list[int] = field(default_factory=list)
    columns: Column = field(default_factory=lambda: np.zeros((_WIDTH, 0), np.int64))
    lots: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    values: dict[str, list[Any]] = field(default_factory=lambda: {fact: [None] for fact in FACTS})
    numbers: dict[str, dict[bytes, int]] = field(default_factory=lambda: {fact: {} for fact in FACTS})
    aging: Aging = field(default_factory=Aging)  # shared by those that follow
    paths: Sequence[str] = (
        PATHS  # by their bits: the software's, and those of adopted rules that are open to somebody
    )
    labels: Sequence[str] = (
        LABELS  # by their columns: the software's, and those that adopted rules gave somebody
    )

    def updated(self, position: int, changed: Mapping[str, Waiter | None]) -> "Waiting":
        """With those that wait, and without those of whom there is None."""
        ids, index, free = list(self.ids), dict(self.index), list(self.free)
        numbers = {fact: dict(known) for fact, known in self.numbers.items()}
        values = {fact: list(known) for fact, known in self.values.items()}
        paths, labels = list(self.paths), list(self.labels)
        slots: list[int] = []
        cells: list[list[int]] = []
        for case_id, waiter in changed.items():
            if waiter is None:
                slot = index.pop(case_id, None)
                if slot is not None:
                    free.append(slot)
                    slots.append(slot)
                    cells.append([0] * _WIDTH)
                continue
            slot = index.get(case_id)
            if slot is None:
                slot = free.pop() if free else len(ids)
                ids[slot : slot + 1] = [case_id]
                index[case_id] = slot
            slots.append(slot)
            cells.append(_numbered(waiter, paths, labels, numbers, values))
        columns = np.zeros((_WIDTH, len(ids)), np.int64)
        columns[:, : len(self.ids)] = self.columns
        lots = np.zeros(len(ids), np.uint64)
        lots[: len(self.ids)] = self.lots
        if slots:
            columns[:, slots] = np.array(cells, np.int64).T
            lots[slots] = np.array([draw.number(ids[slot]) for slot in slots], np.uint64)
        return Waiting(position, ids, index, free, columns, lots, values, numbers, self.aging, paths, labels)

    @property
    def here(self) -> NDArray[np.bool_]:
        here: NDArray[np.bool_] = self.columns[_HERE] == 1
        return here

    def of_centres(self, centres: Iterable[str] | None) -> NDArray[np.bool_]:
        """Who waits in some centres (None: in all)."""
        if centres is None:
            return self.here
        theirs: NDArray[np.bool_] = np.isin(self.columns[_CENTRE], [int(centre) for centre in centres])
        return self.here & theirs

    def opened(self, slot: int) -> int:
        """The day the case was opened, as an ordinal."""
        return int(self.columns[_OPENED, slot])

    def by_centre(self, among: NDArray[np.bool_]) -> dict[str, int]:
        counted = np.bincount(self.columns[_CENTRE][among], minlength=100)
        return {f"{number:02}": int(count) for number, count in enumerate(counted) if count}

    def size(self) -> int:
        """Bytes of the columns."""
        return self.columns.nbytes + self.lots.nbytes


def _numbered(
    waiter: Waiter,
    paths: list[str],
    labels: list[str],
    numbers: Mapping[str, dict[bytes, int]],
    values: Mapping[str, list[Any]],
) -> list[int]:
    screened = waiter.screened
    verdicts = {each["code"]: each["verdict"] for each in screened.labels}
    labels += [code for code in verdicts if code not in labels][: LABELS_MOST - len(labels)]
    of_labels = [_VERDICTS.get(verdicts.get(label, "unknown"), _UNDECIDED) for label in labels]
    return [
        int(screened.centre),
        waiter.opened.toordinal(),
        _paths(paths, screened.paths),
        _paths(paths, screened.leading),
        _paths(paths, (each["path"] for each in screened.closed)),
        _paths(paths, wishes_of(screened)),
        1,
        *(_number_of(fact, _value(fact, screened), numbers, values) for fact in FACTS),
        *of_labels,
        *[_UNDECIDED] * (LABELS_MOST - len(of_labels)),
    ]


def _paths(paths: list[str], codes: Iterable[str]) -> int:
    """As bits; one that is new gets the next, as long as there are any."""
    wanted = [*codes]
    paths += [code for code in dict.fromkeys(wanted) if code not in paths][: PATHS_MOST - len(paths)]
    return sum({1 << paths.index(code) for code in wanted if code in paths})


def _bit(waiting: "Waiting", path: str) -> int:
    """None of a path that is open to nobody."""
    return 1 << waiting.paths.index(path) if path in waiting.paths else 0


def _value(fact: str, screened: Screened) -> Any:
    """What is known of a fact; of the domicile with where the person was found, None if neither is known."""
    value = screened.facts.get(fact)
    if fact != "domicile":
        return value
    found = {PROVINCE_FOUND: areas.province_of(screened.district)} if screened.district else {}
    return ({fact: value} if value else {}) | found or None


def _number_of(
    fact: str, value: Any, numbers: Mapping[str, dict[bytes, int]], values: Mapping[str, list[Any]]
) -> int:
    if value is None:
        return 0
    text = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    if text not in numbers[fact]:
        numbers[fact][text] = len(values[fact])
        values[fact].append(value)
    return numbers[fact][text]


class Judge:
    """Holds rules against all who wait, on a day. What was judged once is kept: a change of one rule is asked of that
    rule alone."""

    def __init__(self, waiting: Waiting, day: date) -> None:
        self.waiting, self.day = waiting, day
        self._known: dict[bytes, Verdicts] = {}

    def verdicts(self, offer: Offer) -> Verdicts:
        """By slot: 0 eligible, 1 unknown, 2 ineligible."""
        columns = self.waiting.columns
        closed = columns[_CLOSED] & _bit(self.waiting, offer["path"])
        verdicts = np.where(closed != 0, 2, 0).astype(np.int8)
        for _, held in levels(offer):
            for rule, value in held["rules"].items():
                np.maximum(verdicts, self._judged(rule, value), out=verdicts)
        return verdicts

    def _judged(self, rule: str, value: Any) -> Verdicts:
        key = orjson.dumps([rule, value], option=orjson.OPT_SORT_KEYS)
        if key not in self._known:
            self._known[key] = (
                self._of_labels(value) if RULES[rule].fact is None else self._of_fact(rule, value)
            )
        return self._known[key]

    def _of_fact(self, rule: str, value: Any) -> Verdicts:
        fact = RULES[rule].fact or ""
        column = self.waiting.columns[_OF_FACTS + FACTS.index(fact)]
        values: Iterable[Any] = self.waiting.values[fact][1:]
        if fact == "age":
            column = self._aged()[column]
            values = ({"min": low, "max": high, "margin": off} for low, high, off in self.waiting.aging.ends)
        table = [SEVERITY[judge(rule, value, {})]]
        each_known = values if fact == "domicile" else ({fact: known} for known in values)
        table += [SEVERITY[judge(rule, value, known)] for known in each_known]
        verdicts: Verdicts = np.array(table, np.int8)[column]
        return verdicts

    def _aged(self) -> NDArray[np.int32]:
        return self.waiting.aging.on(self.day, self.waiting.values["age"])

    def _of_labels(self, labels: Sequence[str]) -> Verdicts:
        """Judged once for each of the few ways in which these labels stand together."""
        kinds, known = np.zeros(len(self.waiting.ids), np.int64), self.waiting.labels
        for label in labels:
            of_label = self.waiting.columns[_OF_LABELS + known.index(label)] if label in known else _UNDECIDED
            kinds = kinds * 3 + of_label
        found, place = np.unique(kinds, return_inverse=True)
        table = [SEVERITY[judge("labels_any", list(labels), _flags(int(kind), labels))] for kind in found]
        verdicts: Verdicts = np.array(table, np.int8)[place.reshape(-1)]
        return verdicts


def _flags(kind: int, labels: Sequence[str]) -> dict[str, bool]:
    known = {}
    for label in reversed(labels):
        kind, verdict = divmod(kind, 3)
        if verdict != _UNDECIDED:
            known[f"label:{label}"] = verdict == _MET
    return known


class Queue(NamedTuple):
    """Who may be taken, best first: slots; with the verdicts and lots of all slots, and the seed of ties."""

    order: NDArray[np.int64]
    verdicts: Verdicts
    lots: NDArray[np.int64]
    seed: str


def queue(
    waiting: Waiting,
    offer: Offer,
    day: date,
    declined: Iterable[str],
    among: NDArray[np.bool_],
    ruled_out: Iterable[str] = (),
) -> Queue:
    """Who of `among` is not ruled out, in the order of the criteria: the law's own path, the person's wish, home in the
    province, no standing no, who has waited longest, the lot. `declined`: cases with a no that stands; `ruled_out`:
    those whom it rules out (ranking.rules_out)."""
    verdicts = Judge(waiting, day).verdicts(offer)
    verdicts[[waiting.index[each] for each in ruled_out if each in waiting.index]] = 2
    columns, path = waiting.columns, _bit(waiting, offer["path"])
    place = np.where(columns[_LEADS] & path, 0, np.where(columns[_PATHS] & path, 1, 2))
    homes = [
        0,
        *(_lives_in(offer["province"], each.get("domicile", ())) for each in waiting.values["domicile"][1:]),
    ]
    at_home = np.array(homes, np.int64)[columns[_OF_FACTS + FACTS.index("domicile")]]
    said_no = np.zeros(len(waiting.ids), np.int64)
    said_no[[waiting.index[each] for each in declined if each in waiting.index]] = 1
    days = np.clip(day.toordinal() - columns[_OPENED], 0, _DAYS_MOST)
    seed = f"{offer['programme_id']}/{day.isoformat()}"
    lots = draw.lots(seed, waiting.lots)
    criteria: tuple[tuple[Any, int], ...] = (
        (verdicts, 2),
        (place, 2),
        ((columns[_WISHES] & path) == 0, 1),
        (1 - at_home, 1),
        (said_no, 1),
        (_DAYS_MOST - days, 14),
        (lots, draw.BITS),
    )
    keys = np.zeros(len(waiting.ids), np.int64)
    for values, bits in criteria:
        keys <<= bits
        keys |= values
    slots = np.flatnonzero(among & (verdicts < 2))
    return Queue(slots[np.argsort(keys[slots], kind="stable")], verdicts, lots, seed)


def _lives_in(province: str, homes: Sequence[Mapping[str, str]]) -> int:
    return int(any(each["province"] == province for each in homes))


class Shift(NamedTuple):
    """What a change does to who waits: by slot the best verdict before and after."""

    before: Verdicts
    after: Verdicts

    @property
    def gained(self) -> NDArray[np.bool_]:
        gained: NDArray[np.bool_] = self.after < self.before
        return gained

    @property
    def lost(self) -> NDArray[np.bool_]:
        lost: NDArray[np.bool_] = self.after > self.before
        return lost


def shift(waiting: Waiting, offers: Sequence[Offer], changed: Callable[[Offer], Offer], day: date) -> Shift:
    """The best verdict of some programmes for each who waits, as they are and as they would be."""
    judging = Judge(waiting, day)
    worst = np.full(len(waiting.ids), 2, np.int8)
    before, after = worst.copy(), worst.copy()
    for offer in offers:
        np.minimum(before, judging.verdicts(offer), out=before)
        np.minimum(after, judging.verdicts(changed(offer)), out=after)
    return Shift(before, after)
