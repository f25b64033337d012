"""What is asked of the rows that count and of their sums. Each question is made once and filled in when it is asked
(`values_of`): to describe one takes longer than to answer it."""

from collections.abc import Collection, Mapping, Sequence
from enum import Enum
from functools import cache
from typing import Any, NamedTuple, Protocol

from sqlalchemy import ColumnElement, Select, Table, and_, bindparam, case, func, or_, select

from services.kernel.envelope import ALL_CENTRES
from services.reporting.measures import COLUMNS
from services.reporting.projections.period import MOVED, Blank, Period, blank, first_in, in_period, last_in
from services.reporting.projections.sums import UNKNOWN, days_sum, facts_sum, labels_sum

PLACED = "PlacementConfirmed"
# The period of whose facts a case's first and last are told, whatever days of it are asked about.
PERIOD = Blank(None, bindparam("since"), bindparam("until"))


class Days(NamedTuple):
    """Both included (YYYY-MM-DD)."""

    first: str
    last: str


class Months(NamedTuple):
    """Both included (YYYY-MM)."""

    first: str
    last: str


class Only(Enum):
    """Of which rows: all; those of whose case a fact before, or after, lies in the month of the period's first day, or
    last, but perhaps not in the period: a sum does not say; those of cases that moved (period.MOVED)."""

    ALL = "all"
    BEFORE = "before"
    AFTER = "after"
    MOVED = "moved"


class Rows(Protocol):
    """A question of a table of rows, of all centres or some, and of which rows of them."""

    def __call__(self, rows: Table, everywhere: bool, only: Only, /) -> Select[Any]: ...


def values_of(period: Period, days: Days, months: Months | None) -> Mapping[str, str | Sequence[str] | None]:
    """What fills a question in."""
    first, last = month_of(period.first), month_of(period.last)
    return {
        **period.values,
        "first_day": days.first,
        "last_day": days.last,
        "since": period.first,
        "until": period.last,
        "of_first": first,
        "first_begins": beginning_of(first),
        "first_ends": end_of(first),
        "of_last": last,
        "last_ends": end_of(last),
        "summed": (ALL_CENTRES,) if period.centres is None else period.centres,
        "from_month": months and months.first,
        "to_month": months and months.last,
    }


# -- of rows --------------------------------------------------------------------------------------------------------


@cache
def groups(types: tuple[str, ...], rows: Table, everywhere: bool, only: Only) -> Select[Any]:
    """(type, columns, facts, of them a case's first)."""
    c = rows.c
    by = [c.type, *(c[column] for column in COLUMNS)]
    cases = func.sum(case((first_in(c, PERIOD), 1), else_=0))
    return select(*by, func.count(), cases).where(_among(c, types, everywhere, only)).group_by(*by)


@cache
def labels(type: str, rows: Table, everywhere: bool, only: Only) -> Select[Any]:
    """(labels, cases of whose facts it is the last)."""
    c = rows.c
    latest = and_(_among(c, (type,), everywhere, only), last_in(c, PERIOD))
    return select(c.labels, func.count()).where(latest).group_by(c.labels)


@cache
def days(span: str, types: tuple[str, ...], rows: Table, everywhere: bool, only: Only) -> Select[Any]:
    """(type, days, facts)."""
    c = rows.c
    spans = select(c.type, c[span], func.count()).where(_among(c, types, everywhere, only))
    return spans.where(c[span].is_not(None)).group_by(c.type, c[span])


@cache
def placements(rows: Table, everywhere: bool, only: Only) -> Select[Any]:
    """(month, centre, outside the ministry, facts)."""
    c = rows.c
    by = (func.substr(c.day, 1, 7), c.centre, c.outside_ministry)
    return select(*by, func.count()).where(_among(c, (PLACED,), everywhere, only)).group_by(*by)


def _among(c: Any, types: Collection[str], everywhere: bool, only: Only) -> ColumnElement[bool]:
    asked = in_period(c, blank(everywhere), types)
    match only:
        case Only.ALL:
            return asked
        case Only.BEFORE:
            return and_(asked, c.before.between(bindparam("first_begins"), bindparam("first_ends")))
        case Only.AFTER:
            return and_(asked, c.after.between(bindparam("until"), bindparam("last_ends")))
        case Only.MOVED:
            return and_(asked, c.case_id.in_(MOVED))


# -- of sums --------------------------------------------------------------------------------------------------------


@cache
def groups_summed(types: tuple[str, ...], from_a_first: bool) -> Select[Any]:
    """As `groups`, of the whole months; of a period that is not `from_a_first` of a month without those that are
    Only.BEFORE."""
    s = facts_sum.c
    by = [s.type, *(s[column] for column in COLUMNS)]
    is_first = or_(s.before == UNKNOWN, s.before < bindparam("of_first"))
    cases = func.sum(case((is_first, s.facts), else_=0))
    kept = select(*by, func.sum(s.facts), cases).where(s.type.in_(types), _summed(facts_sum))
    return (kept if from_a_first else kept.where(s.before != bindparam("of_first"))).group_by(*by)


@cache
def labels_summed(type: str) -> Select[Any]:
    s = labels_sum.c
    is_last = or_(s.after == UNKNOWN, s.after > bindparam("of_last"))
    kept = select(s.labels, func.sum(s.facts)).where(s.type == type, is_last, _summed(labels_sum))
    return kept.group_by(s.labels)


@cache
def days_summed(span: str, types: tuple[str, ...]) -> Select[Any]:
    s = days_sum.c
    kept = select(s.type, s.days, func.sum(s.facts)).where(
        s.span == span, s.type.in_(types), _summed(days_sum)
    )
    return kept.group_by(s.type, s.days)


@cache
def placements_summed(everywhere: bool) -> Select[Any]:
    s = facts_sum.c
    by = (s.month, s.centre, s.outside_ministry)
    kept = select(*by, func.sum(s.facts)).where(s.type == PLACED, _in_months(facts_sum))
    at = s.centre.in_(_centres()) if everywhere else s.centre.in_(bindparam("centres", expanding=True))
    return kept.where(at).group_by(*by)


def _centres() -> Select[Any]:
    """Those of which there are sums, each looked for after the one before: between two lie all sums of a centre."""
    s, found = facts_sum.c, "centre"
    first = select(func.min(s.centre).label(found)).where(s.centre != ALL_CENTRES)
    seen = first.cte("centres", recursive=True)
    following = select(func.min(s.centre)).where(s.centre > seen.c.centre, s.centre != ALL_CENTRES)
    seen = seen.union_all(select(following.scalar_subquery()).where(seen.c.centre.is_not(None)))
    return select(seen.c.centre)


def _summed(table: Table) -> ColumnElement[bool]:
    return and_(table.c.centre.in_(bindparam("summed", expanding=True)), _in_months(table))


def _in_months(table: Table) -> ColumnElement[bool]:
    return table.c.month.between(bindparam("from_month"), bindparam("to_month"))


# -- months ---------------------------------------------------------------------------------------------------------


def month_of(day: str) -> str:
    return day[:7]


def beginning_of(month: str) -> str:
    return f"{month}-01"


def end_of(month: str) -> str:
    """As texts are compared, no day of the month is after it and every later one is."""
    return f"{month}-31"
