"""Referrals as other systems read them: whole, by when something of them was last recorded."""

from collections.abc import Sequence

from sqlalchemy import Connection, and_, func, select, tuple_

from services.kernel.lists import make_cursor, page_cursor
from services.referral import answers, bodies
from services.referral.projections.referrals import history, list_histories, referrals

KEPT = ("referral_id", "case_id", "programme_id", "partner_id", "centre", "path", "status", "version")


def list_records(
    db: Connection, body: bodies.ListRecords, centres: Sequence[str] | None, partner_id: str | None
) -> answers.ReferralRecords:
    """The latest modified first. `centres` None: all; a partner sees those for which it has a place reserved."""
    modified = history.c.recordedtime
    latest = and_(history.c.referral_id == referrals.c.referral_id, history.c.version == referrals.c.version)
    columns = [referrals.c[name] for name in KEPT]
    chosen = select(*columns, modified.label("modified")).join(history, latest)
    if partner_id is not None:
        chosen = chosen.where(referrals.c.partner_id == partner_id, referrals.c.secured)
    if centres is not None:
        chosen = chosen.where(referrals.c.centre.in_(centres))
    if body["referral_ids"] is not None:
        chosen = chosen.where(referrals.c.referral_id.in_(body["referral_ids"]))
    if body["statuses"] is not None:
        chosen = chosen.where(referrals.c.status.in_(body["statuses"]))
    if body["modified_from"] is not None:
        chosen = chosen.where(modified >= body["modified_from"])
    if body["modified_before"] is not None:
        chosen = chosen.where(modified < body["modified_before"])
    total = int(db.scalar(select(func.count()).select_from(chosen.subquery())) or 0)
    if body["cursor"] is not None:
        after = tuple_(*map(str, page_cursor(body["cursor"], 2)))
        chosen = chosen.where(tuple_(modified, referrals.c.referral_id) < after)
    limit = body["limit"]
    newest = chosen.order_by(modified.desc(), referrals.c.referral_id.desc()).limit(limit + 1)
    rows = db.execute(newest).all()
    shown = rows[:limit]
    steps = list_histories(db, [row.referral_id for row in shown], partner_id is not None)
    return {
        "total": total,
        "items": [
            {
                "referral_id": row.referral_id,
                "case_id": row.case_id,
                "programme_id": row.programme_id,
                "partner_id": row.partner_id,
                "centre": row.centre,
                "path": row.path,
                "status": row.status,
                "version": row.version,
                "modified": row.modified,
                "history": steps[row.referral_id],
            }
            for row in shown
        ],
        "next": make_cursor((shown[-1].modified, shown[-1].referral_id))
        if shown and len(rows) > limit
        else None,
    }
