"""Erasures that wait for a second person, and those that were done."""

from collections.abc import Sequence

from sqlalchemy import Column, Connection, MetaData, RowMapping, Table, Text, or_, select, update

from services.intake.events import ErasureRequested, ErasureWithdrawn, PersonErased
from services.kernel.envelope import ALL_CENTRES, Caller, Recorded
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import OWNER

WAITING, WITHDRAWN, ERASED = "waiting", "withdrawn", "erased"

metadata = MetaData()
erasure = Table(
    "erasure_v2",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("person_id", Text, nullable=False),
    Column("centre", Text, nullable=False, info=OWNER),
    Column("requested_by", Text, nullable=False),
    Column("requested_for", Text),
    Column("reason", Text, nullable=False),
    Column("confirmer", Text),
    Column("status", Text, nullable=False),
    Column("at", Text, nullable=False),  # asked, then withdrawn or erased
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        event = fact.event
        if isinstance(event, ErasureWithdrawn):
            this = update(erasure).where(erasure.c.case_id == event.case_id)
            db.execute(this.values(status=WITHDRAWN, at=fact.time))
        elif isinstance(event, ErasureRequested | PersonErased):
            done = isinstance(event, PersonErased)
            row = {
                "case_id": event.case_id,
                "person_id": event.person_id,
                "centre": event.centre,
                "requested_by": event.requested_by,
                "requested_for": None if isinstance(event, PersonErased) else event.requested_for,
                "reason": event.reason,
                "confirmer": event.confirmed_by if isinstance(event, PersonErased) else event.confirmer,
                "status": ERASED if done else WAITING,
                "at": fact.time,
            }
            upsert(db, erasure, [row], ("case_id",))


ERASURES = Projection("erasure", 2, (erasure,), project)


def get(db: Connection, case_id: str) -> RowMapping | None:
    return db.execute(select(erasure).where(erasure.c.case_id == case_id)).mappings().first()


def list_waiting(db: Connection, caller: Caller) -> list[RowMapping]:
    """Of the caller's centres, and those they are named to confirm; the oldest first."""
    wanted = select(erasure).where(erasure.c.status == WAITING).order_by(erasure.c.at, erasure.c.case_id)
    if ALL_CENTRES not in caller.centres:
        theirs = erasure.c.centre.in_(caller.centres), erasure.c.confirmer == caller.user
        wanted = wanted.where(or_(*theirs))
    return list(db.execute(wanted).mappings())


def list_erased(db: Connection, since: str) -> list[RowMapping]:
    """Those erased since a moment, the oldest first."""
    done = select(erasure).where(erasure.c.status == ERASED, erasure.c.at >= since)
    return list(db.execute(done.order_by(erasure.c.at, erasure.c.case_id)).mappings())
