"""What of a period counts, told apart."""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select

from services.reporting.measures import COLUMNS
from services.reporting.projections import questions
from services.reporting.projections.milestones import counted
from services.reporting.projections.period import Period, counted_then, find_moved
from services.reporting.projections.questions import (
    Days,
    Months,
    Only,
    Rows,
    beginning_of,
    end_of,
    month_of,
    values_of,
)
from services.reporting.projections.sums import value_of


class Group(NamedTuple):
    """How many facts of a type are alike in their columns, and of how many cases they are the first in the period."""

    type: str
    columns: Mapping[str, str | bool | None]
    facts: int
    cases: int


class Counting:
    """Of a period: its whole months by their sums, its other days row by row. Where `as_of` is asked for, what the
    cases that moved since come to today is taken off, and what they came to then is added."""

    def __init__(self, db: Connection, period: Period) -> None:
        self.db, self.period, self.months = db, period, _whole_months(period)
        if period.as_of:
            find_moved(db, period)

    def groups(self, types: Collection[str]) -> list[Group]:
        chosen = tuple(sorted(types))
        from_a_first = self.period.first == beginning_of(month_of(self.period.first))
        ask = partial(questions.groups, chosen)
        found = self._alone(ask, Only.ALL if from_a_first else Only.BEFORE, counts=2)
        if self.months:
            summed = self._told(questions.groups_summed(chosen, from_a_first))
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
        to_a_last = self.months is not None and self.months.last == month_of(self.period.last)
        found = self._alone(partial(questions.labels, type), Only.ALL if to_a_last else Only.AFTER)
        if self.months:
            found += self._told(questions.labels_summed(type))
        labels: Counter[str] = Counter()
        for told, count in found:
            labels.update(dict.fromkeys(told.split(), int(count)))
        return +labels

    def days(self, span: str, types: Collection[str]) -> dict[str, Counter[int]]:
        """{type: how many facts took, or waited, how many days}."""
        chosen = tuple(sorted(types))
        found = self._alone(partial(questions.days, span, chosen))
        if self.months:
            found += self._told(questions.days_summed(span, chosen))
        days: dict[str, Counter[int]] = {type: Counter() for type in types}
        for type, number, count in found:
            days[type][number] += int(count)
        return {type: +counts for type, counts in days.items()}

    def placements(self) -> Counter[tuple[str, str, bool | None]]:
        """How many placements there were by (month, centre, whether outside the ministry)."""
        found = self._alone(questions.placements)
        if self.months:
            summed = self._told(questions.placements_summed(self.period.centres is None))
            found += [(*where, value_of(outside), facts) for *where, outside, facts in summed]
        placements: Counter[tuple[str, str, bool | None]] = Counter()
        for month, centre, outside, count in found:
            placements[month, centre, outside] += int(count)
        return +placements

    def _alone(self, ask: Rows, unsure: Only = Only.ALL, counts: int = 1) -> list[tuple[Any, ...]]:
        """What `ask` finds, with its last columns counted, of rows that no sum stands for: those of other days than the
        whole months', and those of which a sum is `unsure` (ALL: of none)."""
        everywhere, days = self.period.centres is None, Days(self.period.first, self.period.last)
        found = [
            row for each in self._other_days() for row in self._told(ask(counted, everywhere, Only.ALL), each)
        ]
        if self.months and unsure is not Only.ALL:
            whole = Days(beginning_of(self.months.first), end_of(self.months.last))
            found += self._told(ask(counted, everywhere, unsure), whole)
        if self.period.as_of:
            moved = self._told(ask(counted, everywhere, Only.MOVED), days)
            found += [(*key[:-counts], *(-count for count in key[-counts:])) for key in moved]
            found += self._told(ask(counted_then, everywhere, Only.ALL), days)
        return found

    def _other_days(self) -> list[Days]:
        """Those that are of no whole month. Each end is asked about by itself: a question about both would look at all
        that lies between them."""
        first, last = self.period.first, self.period.last
        if self.months is None:
            return [Days(first, last)]
        days = [Days(first, end_of(month_of(first)))] if month_of(first) < self.months.first else []
        return days + (
            [Days(beginning_of(month_of(last)), last)] if month_of(last) > self.months.last else []
        )

    def _told(self, rows: Select[Any], days: Days | None = None) -> list[tuple[Any, ...]]:
        asked = days or Days(self.period.first, self.period.last)
        return [tuple(row) for row in self.db.execute(rows, values_of(self.period, asked, self.months))]


def _whole_months(period: Period) -> Months | None:
    first, last = date.fromisoformat(period.first), date.fromisoformat(period.last)
    if first.day > 1:
        first = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    if (last + timedelta(days=1)).day > 1:
        last = last.replace(day=1) - timedelta(days=1)
    return Months(month_of(first.isoformat()), month_of(last.isoformat())) if first < last else None
