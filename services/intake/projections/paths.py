"""Of what kind the path is that a case's working group chose last."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.codes import KIND_OF_PATH
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
planned_path = Table(
    "planned_path_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("path", Text, nullable=False),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    rows = {
        fact.data["case_id"]: {
            "case_id": fact.data["case_id"],
            "centre": fact.centre,
            "path": fact.data["path"],
        }
        for fact in facts
        if fact.type == "PlanAgreed"
    }
    upsert(db, planned_path, list(rows.values()), ("case_id",))


PATHS = Projection("planned_path", 1, (planned_path,), project)


def get(db: Connection, case_id: str) -> str | None:
    return db.execute(select(planned_path.c.path).where(planned_path.c.case_id == case_id)).scalar()


def get_kinds(db: Connection, case_ids: Sequence[str]) -> dict[str, str | None]:
    """{case_id: codes.PATH_KINDS} of the cases that have a plan; None for a path this version does not know."""
    rows = db.execute(select(planned_path).where(planned_path.c.case_id.in_(case_ids)))
    return {row.case_id: KIND_OF_PATH.get(row.path) for row in rows}
