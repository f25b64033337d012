"""The days on which centres are closed besides Thai holidays."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Column, Connection, MetaData, PrimaryKeyConstraint, Table, Text, delete, select

from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER
from services.referral import answers
from services.referral.events import ClosureAdded, ClosureTakenBack

metadata = MetaData()
closure = Table(
    "closure_v1",
    metadata,
    Column("centre", Text, nullable=False, info=OWNER),
    Column("day", Text),
    Column("name", Text, nullable=False),
    Column("by", Text, nullable=False),
    PrimaryKeyConstraint("centre", "day"),
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        match fact.event:
            case ClosureAdded(centre, day, name):
                row = {"centre": centre, "day": day, "name": name, "by": fact.actor}
                upsert(db, closure, [row], ("centre", "day"))
            case ClosureTakenBack(centre, day):
                db.execute(delete(closure).where(closure.c.centre == centre, closure.c.day == day))


CLOSURES = Projection("closure", 1, (closure,), project)


def list_closures(db: Connection, centre: str, since: date) -> list[answers.Closure]:
    """Of a centre, from a day on."""
    c = closure.c
    found = select(closure).where(c.centre == centre, c.day >= since.isoformat()).order_by(c.day)
    return [{"day": row.day, "name": row.name, "by": row.by} for row in db.execute(found)]
