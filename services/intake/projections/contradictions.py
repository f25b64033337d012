"""What does not go together at the moment, as the day's work found it."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Connection, select

from services.intake import answers
from services.intake.projections.work import work


def list_contradictions(db: Connection, centres: Sequence[str] | None) -> list[answers.Contradiction]:
    """What does not go together at the moment, by case."""
    rows = select(work).where(work.c.contradictions != "[]").order_by(work.c.case_number)
    if centres is not None:
        rows = rows.where(work.c.centre.in_(centres))
    return [
        {
            "case_id": row.case_id,
            "case_number": row.case_number,
            "centre": row.centre,
            "code": code,
            "referral_id": referral_id,
        }
        for row in db.execute(rows)
        for code, referral_id in orjson.loads(row.contradictions)
    ]
