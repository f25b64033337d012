"""What the staff of a centre have to ask, of the cases as they stand."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, exists, select

from services.kernel.lists import make_cursor, page_cursor
from services.screening import answers
from services.screening.projections.plans import plans
from services.screening.projections.screenings import screening
from services.screening.projections.upstream import case

NEVER = "9999"  # sorts behind every instant


def list_to_ask(
    db: Connection, centres: Sequence[str] | None, limit: int, cursor: str | None = None
) -> answers.ToAsk:
    """Of open cases without a plan, what labels of the latest screening still need. Those screened first come first,
    then those not screened."""
    planned = exists().where(plans.c.case_id == case.c.case_id)
    later = screening.alias()
    newer = exists().where(later.c.case_id == screening.c.case_id, later.c.version > screening.c.version)
    joined = case.outerjoin(screening, screening.c.case_id == case.c.case_id)
    waiting = (
        select(case.c.case_id, screening.c.labels, screening.c.completed_at)
        .select_from(joined)
        .where(~case.c.closed, ~planned, ~newer)
    )
    if centres is not None:
        waiting = waiting.where(case.c.centre.in_(centres))
    found: list[tuple[tuple[str, str], answers.CaseToAsk]] = []
    for row in db.execute(waiting):
        labels = orjson.loads(row.labels) if row.labels else None
        ask = labels and list(dict.fromkeys(fact for label in labels for fact in label["ask"]))
        if ask != []:
            place = (row.completed_at or NEVER, row.case_id)
            found.append((place, {"case_id": row.case_id, "ask": ask}))
    found.sort(key=lambda each: each[0])
    last = tuple(map(str, page_cursor(cursor, 2))) if cursor else ("", "")
    left = [each for each in found if each[0] > last]
    return {
        "count": len(found),
        "items": [item for _, item in left[:limit]],
        "next": make_cursor(left[limit - 1][0]) if len(left) > limit > 0 else None,
    }
