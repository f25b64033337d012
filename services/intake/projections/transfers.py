"""Requests to hand a case to another centre, and what became of each: the sending centre's and the receiving one's to
read."""

from collections.abc import Sequence

import orjson
from sqlalchemy import Column, Connection, Integer, MetaData, RowMapping, Table, Text, or_, select, update

from services.codes.transfers import STATUSES
from services.intake.events import (
    CaseTransferAccepted,
    CaseTransferRejected,
    CaseTransferRequested,
    CaseTransferRevoked,
    PersonErased,
)
from services.kernel.envelope import Recorded
from services.kernel.lists import make_cursor, page_cursor
from services.kernel.readmodels import Projection, upsert
from services.kernel.scope import AUTHOR

WAITING, ACCEPTED, REJECTED, REVOKED = STATUSES
IN, OUT = "in", "out"

metadata = MetaData()
transfer = Table(
    "case_transfer_v1",
    metadata,
    Column("transfer_id", Text, primary_key=True),
    Column("case_id", Text, nullable=False, index=True),
    Column("case_number", Text, nullable=False),
    Column("person_id", Text, nullable=False, index=True),
    Column("centre", Text, nullable=False, info=AUTHOR, index=True),  # which asked
    Column("receiver", Text, nullable=False, info=AUTHOR, index=True),  # which is asked
    Column("status", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("note", Text),  # sealed
    Column("about", Text, nullable=False),  # JSON
    Column("due", Text, nullable=False),
    Column("at", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("recorded", Text, nullable=False),
    Column("decided_at", Text),
    Column("decided_by", Text),
    Column("why", Text),  # codes.transfers.REJECTIONS or REVOCATIONS
    Column("answer", Text),  # sealed: the note of who rejected it
    Column("n", Integer),
    Column("erased", Text),  # when; then nothing sealed is left
)


def project(db: Connection, facts: Sequence[Recorded]) -> None:
    for fact in facts:
        match fact.event:
            case CaseTransferRequested() as event:
                upsert(db, transfer, [_row(fact, event)], ("transfer_id",))
            case CaseTransferAccepted() as event:
                _decide(db, fact, event.transfer_id, ACCEPTED, n=event.n)
            case CaseTransferRejected() as event:
                _decide(db, fact, event.transfer_id, REJECTED, why=event.reason, answer=event.answer)
            case CaseTransferRevoked() as event:
                _decide(db, fact, event.transfer_id, REVOKED, why=event.reason)
            case PersonErased() as event:
                theirs = update(transfer).where(transfer.c.person_id == event.person_id)
                db.execute(theirs.values(note=None, answer=None, erased=fact.time))


def _row(fact: Recorded, event: CaseTransferRequested) -> dict[str, str | int | None]:
    return {
        "transfer_id": event.transfer_id, "case_id": event.case_id, "case_number": event.case_number,
        "person_id": event.person_id, "centre": event.from_, "receiver": event.to,
        "status": WAITING, "reason": event.reason, "note": event.note,
        "about": orjson.dumps(event.about).decode(), "due": event.due, "at": fact.time, "by": fact.actor,
        "recorded": fact.recorded,
        **dict.fromkeys(("decided_at", "decided_by", "why", "answer", "n", "erased")),
    }  # fmt: skip


def _decide(
    db: Connection, fact: Recorded, transfer_id: str, status: str, **values: str | int | None
) -> None:
    this = update(transfer).where(transfer.c.transfer_id == transfer_id)
    db.execute(this.values(status=status, decided_at=fact.time, decided_by=fact.actor, **values))


TRANSFERS = Projection("transfers", 1, (transfer,), project)


def get_waiting(db: Connection, case_id: str) -> RowMapping | None:
    """The request about a case that waits for an answer."""
    waiting = select(transfer).where(transfer.c.case_id == case_id, transfer.c.status == WAITING)
    return db.execute(waiting).mappings().first()


def get_last(db: Connection, case_id: str) -> RowMapping | None:
    """The request about a case that was told last, whatever became of it."""
    c = transfer.c
    told = select(transfer).where(c.case_id == case_id).order_by(c.recorded.desc(), c.transfer_id.desc())
    return db.execute(told.limit(1)).mappings().first()


def get_handed_on(db: Connection, case_id: str, centres: Sequence[str] | None) -> RowMapping | None:
    """How a case last left one of some centres (None: any)."""
    c = transfer.c
    told = select(transfer).where(c.case_id == case_id, c.status == ACCEPTED)
    if centres is not None:
        told = told.where(c.centre.in_(centres))
    return db.execute(told.order_by(c.n.desc()).limit(1)).mappings().first()


def list_transfers(
    db: Connection,
    to: Sequence[str] | None,
    by: Sequence[str] | None,
    status: str | None,
    case_id: str | None,
    limit: int,
    cursor: str | None,
) -> tuple[list[RowMapping], str | None]:
    """Newest first: those that ask one of some centres (`to`) or that one of some asked for (`by`); None: any centre,
    () none."""
    c = transfer.c
    chosen = select(transfer)
    if to is not None and by is not None:
        chosen = chosen.where(or_(c.receiver.in_(to), c.centre.in_(by)))
    if status is not None:
        chosen = chosen.where(c.status == status)
    if case_id is not None:
        chosen = chosen.where(c.case_id == case_id)
    if cursor is not None:
        recorded, last = map(str, page_cursor(cursor, 2))
        chosen = chosen.where(or_(c.recorded < recorded, (c.recorded == recorded) & (c.transfer_id < last)))
    newest = chosen.order_by(c.recorded.desc(), c.transfer_id.desc()).limit(limit + 1)
    rows = list(db.execute(newest).mappings())
    if len(rows) <= limit:
        return rows, None
    last_row = rows[limit - 1]
    return rows[:limit], make_cursor((last_row["recorded"], last_row["transfer_id"]))
