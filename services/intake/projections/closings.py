"""When each case was last closed or opened again, by the date that was told."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.intake.events import CaseClosed, CaseReopened
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
closing = Table(
    "case_closing_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("at", Text, nullable=False),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.event.case_id: {"case_id": fact.event.case_id, "centre": fact.centre, "at": fact.time}
        for fact in facts
        if isinstance(fact.event, CaseClosed | CaseReopened)
    }
    upsert(db, closing, list(rows.values()), ("case_id",))


def get_last(db: Connection, case_id: str) -> str | None:
    return db.execute(select(closing.c.at).where(closing.c.case_id == case_id)).scalar()


CLOSINGS = Projection("case_closing", 1, (closing,), project)
