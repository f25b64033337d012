"""Which activities of its centre a case may have come from, and from which it came."""

from collections.abc import Sequence

from sqlalchemy import Boolean, Column, Connection, MetaData, Table, Text, select

from services.intake.events import CaseOpened
from services.kernel.envelope import Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

metadata = MetaData()
activity = Table(
    "outreach_v1",
    metadata,
    Column("outreach_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("void", Boolean, nullable=False),  # entered in error
)
origin = Table(
    "case_outreach_v1",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("outreach_id", Text, nullable=False, index=True),
)
FACTS = ("OutreachHeld", "OutreachEnteredInError")  # of partners


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    opened = [
        {"case_id": fact.event.case_id, "centre": fact.centre, "outreach_id": fact.event.outreach_id}
        for fact in facts
        if isinstance(fact.event, CaseOpened) and fact.event.outreach_id
    ]
    upsert(db, origin, opened, ("case_id",))
    told = {
        fact.data["outreach_id"]: {
            "outreach_id": fact.data["outreach_id"],
            "centre": fact.centre,
            "void": fact.type == "OutreachEnteredInError",
        }
        for fact in facts
        if fact.source == "partners" and fact.type in FACTS
    }
    upsert(db, activity, list(told.values()), ("outreach_id",))


OUTREACH = Projection("outreach", 1, (activity, origin), project)


def get_centre(db: Connection, outreach_id: str) -> str | None:
    """Whose activity it was; None also of one that was entered in error."""
    of_one = select(activity.c.centre).where(
        activity.c.outreach_id == outreach_id, activity.c.void.is_(False)
    )
    return db.execute(of_one).scalar()


def get_origin(db: Connection, case_id: str) -> str | None:
    """The activity a case came from, as far as it is known."""
    return db.execute(select(origin.c.outreach_id).where(origin.c.case_id == case_id)).scalar()
