"""What others told us: cases (intake), the plan of each case (screening), programmes (partners)."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text, select, update

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER, SHARED
from services.referral.domain.words import Case, Plan, Programme

metadata = MetaData()
cases = Table(
    "referral_case_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("closed", Boolean, nullable=False),
)
plans = Table(
    "referral_plan_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("plan_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("programme_id", Text),
)
programmes = Table(
    "referral_programme_v2",
    metadata,
    Column("programme_id", Text, primary_key=True),
    Column("partner_id", Text, nullable=False),
    Column("path", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("under_ministry", Boolean, nullable=False),
    info=SHARED,
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    """Each table is fed by one source, so the order across sources does not matter."""
    opened, closed, agreed, offered = {}, {}, {}, {}
    for fact in facts:
        match fact.source, fact.type:
            case "intake", "CaseOpened":
                opened[fact.data["case_id"]] = {**_part(cases, fact), "centre": fact.centre, "closed": False}
            case "intake", "CaseClosed" | "CaseReopened":
                closed[fact.data["case_id"]] = fact.type == "CaseClosed"
            case "screening", "PlanAgreed":
                agreed[fact.data["case_id"]] = _part(plans, fact) | {"centre": fact.centre}
            case "partners", "ProgrammeOffered":
                offered[fact.data["programme_id"]] = _part(programmes, fact)
    upsert(db, cases, list(opened.values()), ("case_id",))
    for state in (True, False):
        ids = [case_id for case_id, now in closed.items() if now is state]
        if ids:
            db.execute(update(cases).where(cases.c.case_id.in_(ids)).values(closed=state))
    upsert(db, plans, list(agreed.values()), ("case_id",))
    upsert(db, programmes, list(offered.values()), ("programme_id",))


def _part(table: Table, fact: Recorded) -> dict[str, str | bool | None]:
    return {column.name: fact.data.get(column.name) for column in table.c}


def get_case(db: Connection, case_id: str) -> Case | None:
    row = db.execute(select(cases).where(cases.c.case_id == case_id)).first()
    return Case(row.case_id, row.person_id, row.centre, row.closed) if row else None


def get_plan(db: Connection, case_id: str) -> Plan | None:
    """The plan agreed last."""
    row = db.execute(select(plans).where(plans.c.case_id == case_id)).first()
    return Plan(row.plan_id, row.path, row.programme_id) if row else None


def get_programme(db: Connection, programme_id: str) -> Programme | None:
    row = db.execute(select(programmes).where(programmes.c.programme_id == programme_id)).first()
    return Programme(**row._mapping) if row else None


UPSTREAM = Projection("referral_heard", 2, (cases, plans, programmes), project)
