"""What of a period counts, told apart."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Connection, Select, Table, and_, case, false, func, or_, select

from services.kernel.envelope import ALL_CENTRES
from services.reporting.measures import COLUMNS
from services.reporting.projections.milestones import counted
from services.reporting.projections.period import (
    MOVED,
    Period,
    counted_then,
    find_moved,
    first_in,
    in_period,
    last_in,
)
from services.reporting.projections.sums import UNKNOWN, days_sum, facts_sum, labels_sum, value_of


class Ask(Protocol):
    """A question about rows that count, whose columns are `c`."""

    def __call__(self, c: Any, /) -> Select[Any]: ...


class Group(NamedTuple):
    """How many facts of a type are alike in their columns, and of how many cases they are the first in the period."""

    type: str
    columns: Mapping[str, str | bool | None]
    facts: int
    cases: int


class Months(NamedTuple):
    """The whole months of a period, both included (YYYY-MM)."""

    first: str
    last: str


class Counting:
    """Of a period: its whole months by their sums, its other days row by row. Where `as_of` is asked for, what the
    cases that moved since come to today is taken off, and what they came to then is added."""

    def __init__(self, db: Connection, period: Period) -> None:
        self.db, self.period, self.months = db, period, _whole_months(period)
        if period.as_of:
            find_moved(db, period)

    def groups(self, types: Collection[str]) -> list[Group]:
        # A case's earlier fact in the month of the first day may lie before or after that day: a sum does not say.
        month = _month(self.period.first)
        is_whole = self.period.first == _beginning(month)

        def ask(c: Any) -> Select[Any]:
            by, cases = (
                [c[column] for column in COLUMNS],
                func.sum(case((first_in(c, self.period), 1), else_=0)),
            )
            return select(c.type, *by, func.count(), cases).where(self._in(c, types)).group_by(c.type, *by)

        def unsure(c: Any) -> ColumnElement[bool]:
            return false() if is_whole else c.before.between(_beginning(month), _end(month))

        found = self._alone(ask, unsure, counts=2)
        if self.months:
            s, by = facts_sum.c, [facts_sum.c[column] for column in COLUMNS]
            is_first = or_(s.before == UNKNOWN, s.before < month)
            cases = func.sum(case((is_first, s.facts), else_=0))
            kept = (
                select(s.type, *by, func.sum(s.facts), cases).where(s.type.in_(types)).group_by(s.type, *by)
            )
            if not is_whole:
                kept = kept.where(s.before != month)
            summed = self._told(kept.where(self._kept(facts_sum)))
            found += [(type, *map(value_of, told), facts, cases) for type, *told, facts, cases in summed]
        alike: dict[tuple[str | bool | None, ...], tuple[int, int]] = {}
        for *told, more, more_cases in found:
            facts, of_cases = alike.get(tuple(told), (0, 0))
            alike[tuple(told)] = facts + int(more), of_cases + int(more_cases)
        return [
            Group(str(type), dict(zip(COLUMNS, told, strict=True)), *counts)
            for (type, *told), counts in alike.items()
            if counts[0]
        ]

    def labels(self, type: str) -> Counter[str]:
        """How many cases have a label by their last fact of a type in the period."""
        month = _month(self.period.last)

        def ask(c: Any) -> Select[Any]:
            latest = and_(self._in(c, (type,)), last_in(c, self.period))
            return select(c.labels, func.count()).where(latest).group_by(c.labels)

        found = self._alone(ask, lambda c: c.after.between(self.period.last, _end(month)))
        if self.months:
            s = labels_sum.c
            is_last = or_(s.after == UNKNOWN, s.after > month)
            kept = (
                select(s.labels, func.sum(s.facts))
                .where(s.type == type, is_last, self._kept(labels_sum))
                .group_by(s.labels)
            )
            found += self._told(kept)
        labels: Counter[str] = Counter()
        for told, count in found:
            labels.update(dict.fromkeys(told.split(), int(count)))
        return +labels

    def days(self, span: str, types: Collection[str]) -> dict[str, Counter[int]]:
        """{type: how many facts took, or waited, how many days}."""

        def ask(c: Any) -> Select[Any]:
            spans = select(c.type, c[span], func.count()).where(self._in(c, types), c[span].is_not(None))
            return spans.group_by(c.type, c[span])

        found = self._alone(ask)
        if self.months:
            s = days_sum.c
            kept = select(s.type, s.days, func.sum(s.facts)).group_by(s.type, s.days)
            found += self._told(kept.where(s.span == span, s.type.in_(types), self._kept(days_sum)))
        days: dict[str, Counter[int]] = {type: Counter() for type in types}
        for type, number, count in found:
            days[type][number] += int(count)
        return {type: +counts for type, counts in days.items()}

    def placements(self) -> Counter[tuple[str, str, bool | None]]:
        """How many placements there were by (month, centre, whether outside the ministry)."""
        type = "PlacementConfirmed"

        def ask(c: Any) -> Select[Any]:
            by = (func.substr(c.day, 1, 7), c.centre, c.outside_ministry)
            return select(*by, func.count()).where(self._in(c, (type,))).group_by(*by)

        found = self._alone(ask)
        if self.months:
            s = facts_sum.c
            kept = select(s.month, s.centre, s.outside_ministry, func.sum(s.facts))
            kept = kept.where(s.type == type, s.month.between(*self.months))
            at = s.centre != ALL_CENTRES if self.period.centres is None else s.centre.in_(self.period.centres)
            grouped = kept.where(at).group_by(s.month, s.centre, s.outside_ministry)
            found += [(*where, value_of(outside), n) for *where, outside, n in self._told(grouped)]
        placements: Counter[tuple[str, str, bool | None]] = Counter()
        for month, centre, outside, count in found:
            placements[month, centre, outside] += int(count)
        return +placements

    def _alone(
        self, ask: Ask, unsure: Callable[[Any], ColumnElement[bool]] = lambda _: false(), counts: int = 1
    ) -> list[tuple[Any, ...]]:
        """What `ask` finds, with its last columns counted, of rows that no sum stands for: those of other days than the
        whole months', and those of which a sum is `unsure`."""
        c = counted.c
        if self.months is None:
            found = self._told(ask(c))
        else:
            edges = or_(c.day < _beginning(self.months.first), c.day > _end(self.months.last))
            found = self._told(ask(c).where(or_(edges, unsure(c))))
        if self.period.as_of:
            moved = self._told(ask(c).where(c.case_id.in_(MOVED)))
            found += [(*key[:-counts], *(-count for count in key[-counts:])) for key in moved]
            found += self._told(ask(counted_then.c))
        return found

    def _told(self, rows: Select[Any]) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.db.execute(rows)]

    def _in(self, c: Any, types: Collection[str]) -> ColumnElement[bool]:
        return in_period(c, self.period, types)

    def _kept(self, table: Table) -> ColumnElement[bool]:
        assert self.months
        centres = (ALL_CENTRES,) if self.period.centres is None else self.period.centres
        return and_(table.c.centre.in_(centres), table.c.month.between(*self.months))


def _whole_months(period: Period) -> Months | None:
    first, last = date.fromisoformat(period.first), date.fromisoformat(period.last)
    if first.day > 1:
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    if (last + timedelta(days=1)).day > 1:
        last = last.replace(day=1) - timedelta(days=1)
    return Months(_month(first.isoformat()), _month(last.isoformat())) if first < last else None


def _month(day: str) -> str:
    return day[:7]


def _beginning(month: str) -> str:
    return f"{month}-01"


def _end(month: str) -> str:
    """As texts are compared, no day of the month is after it and every later one is."""
    return f"{month}-31"
