"""Plans as the working group agreed on them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Column, Connection, Integer, MetaData, PrimaryKeyConstraint, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.screening.events import PlanAgreed
from services.screening.projections.rows import as_json, latest_row, plain
from services.screening.projections.screenings import screening

metadata = MetaData()
plan = Table(
    "plan_v2",
    metadata,
    Column("case_id", Text),
    Column("version", Integer),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("person_id", Text, nullable=False),
    Column("agreed_at", Text, nullable=False),
    Column("agreed_by", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("programme_id", Text),
    Column("votes", Text, nullable=False),  # JSON
    Column("quorum", Text, nullable=False),  # JSON
    Column("minutes", Text),  # sealed
    PrimaryKeyConstraint("case_id", "version"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = [
        {
            "case_id": fact.event.case_id,
            "version": fact.version,
            "centre": fact.centre,
            "plan_id": fact.event.plan_id,
            "person_id": fact.event.person_id,
            "agreed_at": fact.time,
            "agreed_by": fact.actor,
            "path": fact.event.path,
            "programme_id": fact.event.programme_id,
            "votes": as_json(fact.event.votes),
            "quorum": as_json(fact.event.quorum),
            "minutes": fact.event.minutes,
        }
        for fact in facts
        if isinstance(fact.event, PlanAgreed)
    ]
    upsert(db, plan, rows, ("case_id", "version"))


def get(db: Connection, case_id: str) -> dict[str, Any] | None:
    """The plan that counts, its minutes sealed; None before the first."""
    row = latest_row(db, plan, case_id)
    if row is None:
        return None
    return plain(row, ("votes", "quorum"))


def invariants(db: Connection) -> Iterable[str]:
    """What must never be: a plan without a screening."""
    screened = select(screening.c.case_id)
    planned = select(plan.c.case_id).where(plan.c.case_id.not_in(screened)).distinct()
    for case_id in db.execute(planned).scalars():
        yield f"Case {case_id} has a plan but no screening."


PLANS = Projection("plan", 2, (plan,), project)
