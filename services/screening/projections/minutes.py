"""What was kept of the minutes of somebody who is erased: of each plan the last version."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Column, Connection, MetaData, RowMapping, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.screening.events import MinutesKept
from services.screening.projections.plans import plans
from services.screening.projections.upstream import WITHDRAWN, erasure

metadata = MetaData()
kept_minutes = Table(
    "kept_minutes_v2",
    metadata,
    Column("plan_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("key_of", Text, nullable=False),  # the centre under whose key they are sealed
    Column("request_id", Text, nullable=False),
    Column("kept_by", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("minutes", Text, nullable=False),  # sealed under the centre's key
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.event.plan_id: {
            "plan_id": fact.event.plan_id,
            "case_id": fact.event.case_id,
            "centre": fact.event.centre,
            "key_of": fact.event.centre,
            "request_id": fact.event.request_id,
            "kept_by": fact.actor,
            "at": fact.time,
            "minutes": fact.event.minutes,
        }
        for fact in facts
        if isinstance(fact.event, MinutesKept)
    }
    upsert(db, kept_minutes, list(rows.values()), ("plan_id",))


MINUTES = Projection("kept_minutes", 2, (kept_minutes,), project)


def list_kept(db: Connection, case_id: str) -> dict[str, RowMapping]:
    """{plan: what was kept of its minutes} for the erasure that was asked for last; nothing once it was withdrawn."""
    this = kept_minutes.c.request_id == erasure.c.request_id, erasure.c.status != WITHDRAWN
    kept = select(kept_minutes).join(erasure, erasure.c.case_id == kept_minutes.c.case_id)
    rows = db.execute(kept.where(kept_minutes.c.case_id == case_id, *this)).mappings()
    return {row["plan_id"]: row for row in rows}


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: minutes of a plan that nobody agreed on."""
    agreed = select(plans.c.plan_id)
    for plan_id in db.execute(
        select(kept_minutes.c.plan_id).where(kept_minutes.c.plan_id.not_in(agreed))
    ).scalars():
        yield f"Minutes were kept of the plan {plan_id}, which nobody agreed on."
