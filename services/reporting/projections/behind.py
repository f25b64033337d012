"""The cases and referrals that a figure counts."""

from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select

from services.codes import EMPLOYER_PATHS
from services.kernel.errors import Invalid
from services.kernel.lists import make_cursor, page_cursor
from services.reporting import answers
from services.reporting.projections.milestones import CASES
from services.reporting.projections.period import Period, facts_of, in_period, last_in


def list_rows(
    db: Connection, period: Period, figure: str, value: str | None, limit: int, cursor: str | None
) -> answers.RowsBehind:
    """The rows that a figure counts, newest first. Figures of cases name each case once, with the
    latest such fact in the period."""
    c = facts_of(db, period)
    by_case = {name: type for type, name in CASES.items()}
    by_case |= {"accepted": "ReferralAccepted", "label": "ScreeningCompleted"}
    type = by_case.get(figure) or ("ReferralDeclined" if figure == "declined" else "PlacementConfirmed")
    rows = select(*c).where(in_period(c, period, (type,)))
    if figure in by_case:
        rows = rows.where(last_in(c, period))
    match figure:
        case "outside" | "ministry":
            rows = rows.where(c.outside_ministry.is_(figure == "outside"))
        case "employment":
            rows = rows.where(c.path.in_(EMPLOYER_PATHS))
        case "in_work":
            rows = rows.where(c.path.in_(EMPLOYER_PATHS), c.in_work.is_(True))
        case "path":
            rows = rows.where(c.path == value)
        case "declined" if value:
            rows = rows.where(c.reason == value)
        case "label":
            rows = rows.where((" " + c.labels + " ").contains(f" {value} ", autoescape=True))
    if cursor:
        occurred, last = page_cursor(cursor, 2)
        if not all(isinstance(number, int) and abs(number) < 2**63 for number in (occurred, last)):
            raise Invalid({"cursor": ["Not a cursor of this list."]})
        same = and_(c.occurred == occurred, c.position < last)
        rows = rows.where(or_(c.occurred < occurred, same))
    listed = db.execute(rows.order_by(c.occurred.desc(), c.position.desc()).limit(limit + 1)).all()
    more = listed[limit - 1] if len(listed) > limit else None
    return {
        "items": [_row(row) for row in listed[:limit]],
        "next": make_cursor([more.occurred, more.position]) if more else None,
    }


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
