"""The counter of case numbers."""

from collections.abc import Sequence

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    select,
    tuple_,
    update,
)

from services.intake.events import CaseOpened
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
case_number = Table(
    "case_number_v1",
    metadata,
    Column("centre", Text, info=OWNER),
    Column("budget_year", Integer),
    Column("last", Integer, nullable=False),
    PrimaryKeyConstraint("centre", "budget_year"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    highest: dict[tuple[str, int], int] = {}
    for fact in facts:
        if isinstance(fact.event, CaseOpened):
            centre, year, number = fact.event.case_number.split("-")
            key = centre, int(year)
            highest[key] = max(highest.get(key, 0), int(number))
    if not highest:
        return
    key_columns = tuple_(case_number.c.centre, case_number.c.budget_year)
    for row in db.execute(select(case_number).where(key_columns.in_(list(highest)))):
        if row.last >= highest[row.centre, row.budget_year]:
            del highest[row.centre, row.budget_year]
    rows = [{"centre": centre, "budget_year": year, "last": n} for (centre, year), n in highest.items()]
    upsert(db, case_number, rows, ("centre", "budget_year"))


def take_number(db: Connection, centre: str, budget_year: int) -> str:
    """The next case number, such as 60-2569-0001. The counter's row is held until the transaction ends, so that no two
    cases get one number and a rolled-back one is given again."""
    upsert(
        db,
        case_number,
        [{"centre": centre, "budget_year": budget_year, "last": 0}],
        ("centre", "budget_year"),
        (),
    )
    row = (case_number.c.centre == centre) & (case_number.c.budget_year == budget_year)
    counted = update(case_number).where(row).values(last=case_number.c.last + 1).returning(case_number.c.last)
    return f"{centre}-{budget_year}-{db.execute(counted).scalar_one():04d}"


NUMBERS = Projection("case_number", 1, (case_number,), project)
