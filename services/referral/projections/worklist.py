"""What the staff of a centre have to see to, asked of the referrals as they stand."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, exists, false, func, or_, select, true, tuple_

from services.kernel.lists import make_cursor, page_cursor
from services.referral import answers
from services.referral.domain.words import AWAITING_ANSWER, Status
from services.referral.projections.referrals import COLUMNS, public, referrals
from services.referral.projections.upstream import cases


def get(
    db: Connection,
    centres: Sequence[str] | None,
    start: str,
    end: str,
    limit: int,
    read: Sequence[tuple[str, int]] = (),
    kind: str | None = None,
    cursor: str | None = None,
) -> answers.Worklist:
    """`start` and `end` are the instants around today. With `kind` only
    items of that kind, behind `cursor` if one is given; `next` is the cursor of those that follow, or None.

    overdue: a follow-up that came due before today, an answer that should have come, a partner that should have been
    told, a person that was found away · due_today: either, today ·
    answered: the partner said yes, or no (or nothing in time) and the case was not referred on · read: answers among
    them that are in `read` as (referral_id, version) and still wait for the next step · waiting: answers due later.
    """
    r = referrals.c
    when = func.coalesce(r.away_since, r.follow_up_since, r.tell_due, r.answer_due, r.recorded)
    conditions = _conditions(when, start, end, read)
    theirs = true() if centres is None else r.centre.in_(centres)
    counted = [func.coalesce(func.sum(case((each, 1), else_=0)), 0) for each in conditions.values()]
    counts = dict(zip(conditions, db.execute(select(*counted).where(theirs)).one(), strict=True))
    behind = tuple_(when, r.referral_id) > tuple_(*map(str, page_cursor(cursor, 2))) if cursor else true()
    items: dict[str, list[answers.WorkItem]] = {each: [] for each in conditions}
    following = None
    for each in (kind,) if kind else conditions if limit else ():
        first = select(*COLUMNS, when.label("due")).where(conditions[each], theirs, behind)
        rows = db.execute(first.order_by(when, r.referral_id).limit(limit + 1)).mappings().all()
        items[each] = [{**public(row), "due": row["due"]} for row in rows[:limit]]
        if kind and len(rows) > limit > 0:
            following = make_cursor([rows[limit - 1]["due"], rows[limit - 1]["referral_id"]])
    return {"counts": counts, "items": items, "next": following}


def _conditions(
    when: ColumnElement[Any], start: str, end: str, read: Sequence[tuple[str, int]]
) -> Mapping[str, ColumnElement[bool]]:
    awaiting = referrals.c.status.in_([status.value for status in AWAITING_ANSWER])
    dated = or_(awaiting, referrals.c.follow_up_due.is_not(None), referrals.c.away_since.is_not(None))
    later = referrals.alias()
    referred_on = exists().where(
        later.c.case_id == referrals.c.case_id, later.c.recorded > referrals.c.recorded
    )
    closed = exists().where(cases.c.case_id == referrals.c.case_id, cases.c.closed)
    refused = and_(
        referrals.c.status.in_([Status.DECLINED.value, Status.EXPIRED.value]),
        referrals.c.final_at.is_(None),
        ~referred_on,
        ~closed,
    )
    answered = or_(referrals.c.status == Status.ACCEPTED.value, refused)
    was_read = tuple_(referrals.c.referral_id, referrals.c.version).in_(read) if read else false()
    return {
        "overdue": and_(dated, when < start),
        "due_today": and_(dated, when >= start, when < end),
        "answered": and_(answered, ~was_read),
        "read": and_(answered, was_read),
        "waiting": and_(awaiting, when >= end),
    }
