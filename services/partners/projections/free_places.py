"""Places that are free now."""

from typing import Any

from sqlalchemy import Connection, Row, and_, func, or_, select, true
from sqlalchemy import case as case_of

from services.codes.registry import STATEMENT_AGES
from services.kernel.lists import make_cursor, page_cursor
from services.partners import answers
from services.partners.projections.registry import programme


def list_free(
    db: Connection,
    fresh: str,
    old: str,
    province: str | None,
    path: str | None,
    age: str | None,
    limit: int,
    cursor: str | None,
) -> answers.FreePlaces:
    """Places free by path and by the age of the statement (`fresh` since that instant, `old` before that one), and the
    programmes that have them, the latest stated first."""
    p = programme.c
    stated = case_of((p.confirmed_at >= fresh, "fresh"), (p.confirmed_at >= old, "ageing"), else_="stale")
    free = and_(p.free > 0, true() if province is None else p.province == province)
    grouped = select(p.path, stated, func.sum(p.free), func.count()).where(free).group_by(p.path, stated)
    by_path: dict[str, answers.FreeSum] = {}
    by_age: dict[str, answers.FreeSum] = {each: {"free": 0, "programmes": 0} for each in STATEMENT_AGES}
    for of_path, of_age, places, programmes in db.execute(grouped):
        for row in (by_path.setdefault(of_path, {"free": 0, "programmes": 0}), by_age[of_age]):
            row["free"] += int(places)
            row["programmes"] += programmes
    chosen = select(programme).where(free)
    chosen = chosen.where(p.path == path) if path else chosen
    chosen = chosen.where(stated == age) if age else chosen
    if cursor:
        at, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(p.confirmed_at < at, and_(p.confirmed_at == at, p.programme_id > last)))
    ordered = chosen.order_by(p.confirmed_at.desc(), p.programme_id).limit(limit + 1)
    rows = db.execute(ordered).all() if limit else []
    more = rows[limit - 1] if len(rows) > limit else None
    return {
        "free": sum(row["free"] for row in by_age.values()),
        "programmes": sum(row["programmes"] for row in by_age.values()),
        "by_path": by_path,
        "by_age": by_age,
        "items": [_programme(row) for row in rows[:limit]],
        "next": make_cursor([more.confirmed_at, more.programme_id]) if more else None,
    }


def _programme(row: Row[Any]) -> answers.FreeProgramme:
    return {
        "programme_id": row.programme_id,
        "partner_id": row.partner_id,
        "partner": row.partner,
        "name": row.name,
        "province": row.province,
        "path": row.path,
        "free": row.free,
        "total": row.total,
        "confirmed_at": row.confirmed_at,
    }
