"""Which paths the latest screening of a case closed, and which of them its plan takes all the same."""

from collections.abc import Sequence
from typing import Literal

import orjson
from sqlalchemy import Column, Connection, MetaData, Table, Text, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
closed_path = Table(
    "referral_closed_path_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("closed", Text),  # JSON: {path: never}
    Column("override", Text),  # the path
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Screening's facts come in order: the last of each kind counts."""
    closed: dict[str, dict[str, str | None]] = {}
    taken: dict[str, dict[str, str | None]] = {}
    for fact in facts:
        if fact.source != "screening" or fact.type not in ("ScreeningCompleted", "PlanAgreed"):
            continue
        row = {"case_id": fact.data["case_id"], "centre": fact.centre}
        if fact.type == "ScreeningCompleted":
            shut = {each["path"]: each["never"] for each in fact.data.get("closed") or ()}
            closed[row["case_id"]] = {**row, "closed": orjson.dumps(shut).decode()}
        else:
            path = fact.data["path"] if fact.data.get("override") else None
            taken[row["case_id"]] = {**row, "override": path}
    upsert(db, closed_path, list(closed.values()), ("case_id",))
    upsert(db, closed_path, list(taken.values()), ("case_id",))


CLOSED_PATHS = Projection("closed_paths", 1, (closed_path,), project)


def get(db: Connection, case_id: str, path: str) -> Literal["", "closed", "never"]:
    """How a path stands for a case: one that its plan takes all the same is open, unless the law forbids it."""
    row = db.execute(select(closed_path).where(closed_path.c.case_id == case_id)).first()
    shut = orjson.loads(row.closed) if row and row.closed else {}
    if row is None or path not in shut:
        return ""
    if shut[path]:
        return "never"
    return "" if row.override == path else "closed"
