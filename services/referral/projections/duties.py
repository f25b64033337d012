"""What the staff of a centre have to see to, asked of the referrals as they stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, exists, func, or_, select

from services.referral.domain.words import AWAITING_ANSWER, Status
from services.referral.projections.heard import cases
from services.referral.projections.referrals import SHOWN, history, referrals

KINDS = ("overdue", "due_today", "answered", "waiting")


def listed(db: Connection, centres: Sequence[str] | None, start: str, end: str, limit: int) -> dict[str, Any]:
    """{counts: {kind: n}, items: {kind: [referral with `due`]}}; `start` and `end` are the instants around today.

    overdue: a follow-up that came due before today, an answer that should have come · due_today: either, today ·
    answered: the partner said yes, or no (or nothing in time) and the case was not referred on · waiting: answers due later.
    """
    due = _follow_up_due()
    joined = referrals.outerjoin(due, due.c.referral_id == referrals.c.referral_id)
    when = func.coalesce(due.c.since, referrals.c.answer_due, referrals.c.recorded)
    counts, items = {}, {}
    for kind, condition in _conditions(when, start, end).items():
        chosen = condition if centres is None else and_(condition, referrals.c.centre.in_(centres))
        counts[kind] = db.execute(select(func.count()).select_from(joined).where(chosen)).scalar_one()
        asked = select(*SHOWN, when.label("due")).select_from(joined).where(chosen)
        rows = (
            db.execute(asked.order_by(when, referrals.c.referral_id).limit(limit)).mappings() if limit else ()
        )
        items[kind] = [{str(name): value for name, value in row.items()} for row in rows]
    return {"counts": counts, "items": items}


def _follow_up_due() -> Subquery:
    """Since when the follow-up of a referral is due."""
    return (
        select(history.c.referral_id, func.max(history.c.time).label("since"))
        .join(referrals, referrals.c.referral_id == history.c.referral_id)
        .where(history.c.type == "FollowUpDue", referrals.c.follow_up_due.is_not(None))
        .group_by(history.c.referral_id)
        .subquery()
    )


def _conditions(when: ColumnElement[Any], start: str, end: str) -> Mapping[str, ColumnElement[bool]]:
    awaiting = referrals.c.status.in_([status.value for status in AWAITING_ANSWER])
    dated = or_(awaiting, referrals.c.follow_up_due.is_not(None))
    later = referrals.alias()
    referred_on = exists().where(
        later.c.case_id == referrals.c.case_id, later.c.recorded > referrals.c.recorded
    )
    closed = exists().where(cases.c.case_id == referrals.c.case_id, cases.c.closed)
    refused = and_(
        referrals.c.status.in_([Status.DECLINED.value, Status.EXPIRED.value]), ~referred_on, ~closed
    )
    return {
        "overdue": and_(dated, when < start),
        "due_today": and_(dated, when >= start, when < end),
        "answered": or_(referrals.c.status == Status.ACCEPTED.value, refused),
        "waiting": and_(awaiting, when >= end),
    }
