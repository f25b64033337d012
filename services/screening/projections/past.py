"""Screenings of before, many at a time, as a trial of rules counts them."""

import orjson
from sqlalchemy import ColumnElement, Connection, func, literal, not_, select, tuple_

from services.screening.domain.trial import Past
from services.screening.projections.plans import plans
from services.screening.projections.reviews import review
from services.screening.projections.screenings import screening
from services.screening.projections.upstream import case


def _past(since: str | None, until: str, centre: str | None) -> list[ColumnElement[bool]]:
    found = [screening.c.completed_at <= until]
    if since:
        found.append(screening.c.completed_at >= since)
    if centre:
        found.append(screening.c.centre == centre)
    return found


def count_past(db: Connection, since: str | None, until: str, centre: str | None) -> int:
    """How many screenings were completed between two instants."""
    return int(db.execute(select(func.count()).where(*_past(since, until, centre))).scalar_one())


def list_past(
    db: Connection, after: tuple[str, int], limit: int, since: str | None, until: str, centre: str | None
) -> tuple[list[Past], tuple[str, int] | None]:
    """The next screenings by case and version, with what the working group decided after each, and found when it looked
    back; and the last of them."""
    c = screening.c
    columns = (c.case_id, c.version, c.centre, c.screening_id, c.completed_at, c.facts)
    following = tuple_(c.case_id, c.version) > tuple_(literal(after[0]), literal(after[1]))
    rows = db.execute(
        select(*columns)
        .where(following, *_past(since, until, centre))
        .order_by(c.case_id, c.version)
        .limit(limit)
    ).all()
    if not rows:
        return [], None
    span = rows[0].case_id, rows[-1].case_id
    latest = select(c.case_id, func.max(c.version)).where(c.case_id.between(*span)).group_by(c.case_id)
    newest = {case_id: version for case_id, version in db.execute(latest)}
    open_cases = set(
        db.execute(select(case.c.case_id).where(case.c.case_id.between(*span), not_(case.c.closed))).scalars()
    )
    agreed: dict[str, list[tuple[str, str]]] = {}
    for case_id, at, path in db.execute(
        select(plans.c.case_id, plans.c.agreed_at, plans.c.path)
        .where(plans.c.case_id.between(*span))
        .order_by(plans.c.case_id, plans.c.version)
    ):
        agreed.setdefault(case_id, []).append((at, path))
    looked_back: dict[str, tuple[str, list[str]]] = {}
    for row in db.execute(
        select(review.c.case_id, review.c.at, review.c.findings)
        .where(review.c.case_id.between(*span))
        .order_by(review.c.at, review.c.meeting_id)
    ):
        looked_back[row.case_id] = row.at, orjson.loads(row.findings)
    found = [
        Past(
            row.case_id, row.screening_id, row.centre, orjson.loads(row.facts),
            next((path for at, path in agreed.get(row.case_id, ()) if at >= row.completed_at), None),
            newest[row.case_id] == row.version and row.case_id in open_cases,
            findings if at >= row.completed_at else (),
        )
        for row in rows
        for at, findings in (looked_back.get(row.case_id, ("", [])),)
    ]  # fmt: skip
    return found, (rows[-1].case_id, rows[-1].version)
