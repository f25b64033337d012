"""What meetings found when they looked back on what became of people."""

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    Column,
    Connection,
    MetaData,
    PrimaryKeyConstraint,
    RowMapping,
    Select,
    Table,
    Text,
    false,
    func,
    select,
)

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR, OWNER
from services.screening.events import OutcomeReviewed
from services.screening.projections import upstream
from services.screening.projections.rows import as_json

metadata = MetaData()
review = Table(
    "review_v1",
    metadata,
    Column("meeting_id", Text),
    Column("case_id", Text, index=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("author", Text, nullable=False, info=AUTHOR),
    Column("review_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("referral_id", Text),
    Column("screening_id", Text),
    Column("plan_id", Text),
    Column("findings", Text, nullable=False),  # JSON
    Column("words", Text, nullable=False),  # sealed under the person's key
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("meeting_id", "case_id"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Of one meeting the latest counts."""
    rows = {
        (event.meeting_id, event.case_id): {
            "meeting_id": event.meeting_id, "case_id": event.case_id, "centre": fact.centre, "author": fact.centre,
            "review_id": event.review_id, "person_id": event.person_id, "referral_id": event.referral_id,
            "screening_id": event.screening_id, "plan_id": event.plan_id, "findings": as_json(event.findings),
            "words": event.words, "at": fact.time, "by": fact.actor,
        }
        for fact in facts
        if isinstance(event := fact.event, OutcomeReviewed)
    }  # fmt: skip
    upsert(db, review, list(rows.values()), ("meeting_id", "case_id"))


REVIEWS = Projection("reviews", 1, (review,), project)


def _whole() -> Select[Any]:
    """With whether the person was erased, whoever may still remember their key."""
    erased = func.coalesce(upstream.erasure.c.status == upstream.ERASED, false()).label("erased")
    return select(review, erased).outerjoin(upstream.erasure, upstream.erasure.c.case_id == review.c.case_id)


def list_reviews(db: Connection, case_id: str) -> Sequence[RowMapping]:
    """Of a case, the latest first."""
    found = _whole().where(review.c.case_id == case_id)
    return db.execute(found.order_by(review.c.at.desc(), review.c.meeting_id)).mappings().all()


def list_of_meeting(db: Connection, meeting_id: str) -> Mapping[str, RowMapping]:
    """{case: what the meeting found of it}"""
    found = _whole().where(review.c.meeting_id == meeting_id)
    return {row["case_id"]: row for row in db.execute(found).mappings()}


def list_reviewed(db: Connection, referral_ids: Sequence[str]) -> list[str]:
    found = select(review.c.referral_id).where(review.c.referral_id.in_(referral_ids)).distinct()
    return [*db.execute(found.order_by(review.c.referral_id)).scalars()]


def findings_of(row: RowMapping) -> list[str]:
    found: list[str] = orjson.loads(row["findings"])
    return found
