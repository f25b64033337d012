"""The cases and referrals that a figure counts."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, or_, select

from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor, page_cursor
from services.reporting import answers
from services.reporting.measures import MEASURES
from services.reporting.projections.milestones import counted
from services.reporting.projections.period import (
    KNOWN,
    Period,
    blank,
    find_moved,
    first_in,
    in_period,
    last_in,
)


def list_rows(
    db: Connection, period: Period, figure: str, value: str | None, limit: int, cursor: str | None
) -> answers.RowsBehind:
    """The rows that a figure counts, newest first. Figures of cases name each case once: with its first such fact in
    the period, those by label with its last, as they are counted; so a case that two centres screened is in the list of
    the one whose figure it is in."""
    if period.as_of:
        find_moved(db, period)
    measure, c = MEASURES[figure], _columns(bool(period.as_of))
    rows = _counted_by(figure, bool(period.as_of), period.centres is None)
    if measure.by == "labels":
        rows = rows.where((" " + c.labels + " ").contains(f" {value} ", autoescape=True))
    elif measure.by and value:
        rows = rows.where(c[measure.by] == value)
    if cursor:
        occurred, last = page_cursor(cursor, 2)
        if not all(isinstance(number, int) and abs(number) < 2**63 for number in (occurred, last)):
            raise Invalid({"cursor": ["Not a cursor of this list."]})
        same = and_(c.occurred == occurred, c.position < last)
        rows = rows.where(or_(c.occurred < occurred, same))
    listed = db.execute(rows, {**period.values, "most": limit + 1}).all()
    more = listed[limit - 1] if len(listed) > limit else None
    return {
        "items": [_row(row) for row in listed[:limit]],
        "next": make_cursor([more.occurred, more.position]) if more else None,
    }


def _columns(then: bool) -> Any:
    """Of what counts: as it is, or as it was known `then`."""
    return KNOWN.c if then else counted.c


@cache
def _counted_by(figure: str, then: bool, everywhere: bool) -> Select[Any]:
    measure, c, period = MEASURES[figure], _columns(then), blank(everywhere)
    rows = select(*c).where(in_period(c, period, (measure.counts,)))
    if measure.once:
        rows = rows.where(last_in(c, period) if measure.by == "labels" else first_in(c, period))
    rows = rows.where(*(c[column].in_(values) for column, values in measure.where.items()))
    return rows.order_by(c.occurred.desc(), c.position.desc()).limit(bindparam("most"))


def _row(row: Row[Any]) -> answers.RowBehind:
    return {
        "case_id": row.case_id,
        "referral_id": row.referral_id,
        "centre": row.centre,
        "day": row.day,
        "path": row.path,
        "partner_kind": row.partner_kind,
        "outside_ministry": row.outside_ministry,
        "reason": row.reason,
    }
